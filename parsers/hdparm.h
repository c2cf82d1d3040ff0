// hdparm.h: hdparm -T and -t, one run or many.
#ifndef WHYSLOW_PARSERS_HDPARM_H
#define WHYSLOW_PARSERS_HDPARM_H

#include "parsers/parser.h"

int hdparm_bid(struct text head, bool whole);
void hdparm_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

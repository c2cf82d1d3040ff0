// pidstat.h: sysstat's pidstat, text, with and without -h.
#ifndef WHYSLOW_PARSERS_PIDSTAT_H
#define WHYSLOW_PARSERS_PIDSTAT_H

#include "parsers/parser.h"

int pidstat_bid(struct text head, bool whole);
void pidstat_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

// vmstat.h: procps vmstat, its VM mode.
#ifndef WHYSLOW_PARSERS_VMSTAT_H
#define WHYSLOW_PARSERS_VMSTAT_H

#include "parsers/parser.h"

int vmstat_bid(struct text head, bool whole);
void vmstat_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

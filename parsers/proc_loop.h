// proc_loop.h: loops over /proc/diskstats, stat, meminfo … and of `vmstat -d`: counters since boot.
#ifndef WHYSLOW_PARSERS_PROC_LOOP_H
#define WHYSLOW_PARSERS_PROC_LOOP_H

#include "parsers/parser.h"

int proc_loop_bid(struct text head, bool whole);
void proc_loop_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

// free_log.h: loops of `date; free; cat /proc/loadavg`, and `free -s`.
#ifndef WHYSLOW_PARSERS_FREE_LOG_H
#define WHYSLOW_PARSERS_FREE_LOG_H

#include "parsers/parser.h"

int free_log_bid(struct text head, bool whole);
void free_log_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

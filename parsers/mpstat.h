// mpstat.h: sysstat's mpstat, as text and as JSON.
#ifndef WHYSLOW_PARSERS_MPSTAT_H
#define WHYSLOW_PARSERS_MPSTAT_H

#include "parsers/parser.h"

int mpstat_text_bid(struct text head, bool whole);
void mpstat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source);

int mpstat_json_bid(struct text head, bool whole);
void mpstat_json_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

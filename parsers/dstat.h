// dstat.h: dstat and pcp-dstat, their CSV and their screen.
#ifndef WHYSLOW_PARSERS_DSTAT_H
#define WHYSLOW_PARSERS_DSTAT_H

#include "parsers/parser.h"

int dstat_csv_bid(struct text head, bool whole);
void dstat_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source);

int dstat_text_bid(struct text head, bool whole);
void dstat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

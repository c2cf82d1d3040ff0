// sadf.h: what sar recorded, as sadf prints it for programs.
#ifndef WHYSLOW_PARSERS_SADF_H
#define WHYSLOW_PARSERS_SADF_H

#include "parsers/parser.h"

int sadf_csv_bid(struct text head, bool whole);  // -d: semicolons
void sadf_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source);

int sadf_tsv_bid(struct text head, bool whole);  // -p: tabs, one value a line
void sadf_tsv_parse(struct lines *lines, const struct parse_options *options, struct source *source);

int sadf_json_bid(struct text head, bool whole);  // -j
void sadf_json_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

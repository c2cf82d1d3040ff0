// iostat.h: the two formats of sysstat's iostat. See parser.h for what the functions promise.
#ifndef WHYSLOW_PARSERS_IOSTAT_H
#define WHYSLOW_PARSERS_IOSTAT_H

#include "parsers/parser.h"

int iostat_text_bid(struct text head, bool whole);
void iostat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source);

int iostat_json_bid(struct text head, bool whole);
void iostat_json_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

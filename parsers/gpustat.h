// gpustat.h: gpustat's text (one line a GPU) and JSON.
#ifndef WHYSLOW_PARSERS_GPUSTAT_H
#define WHYSLOW_PARSERS_GPUSTAT_H

#include "parsers/parser.h"

int gpustat_text_bid(struct text head, bool whole);
void gpustat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source);
int gpustat_json_bid(struct text head, bool whole);
void gpustat_json_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

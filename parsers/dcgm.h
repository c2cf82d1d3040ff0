// dcgm.h: logs of NVIDIA's DCGM: `dcgmi dmon`, and its exporter's samples as a long CSV or as scraped.
#ifndef WHYSLOW_PARSERS_DCGM_H
#define WHYSLOW_PARSERS_DCGM_H

#include "parsers/parser.h"

int dcgmi_bid(struct text head, bool whole);
void dcgmi_parse(struct lines *lines, const struct parse_options *options, struct source *source);
int dcgm_csv_bid(struct text head, bool whole);
void dcgm_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source);
int dcgm_text_bid(struct text head, bool whole);
void dcgm_text_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

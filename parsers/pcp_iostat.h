// pcp_iostat.h: `pcp iostat -x t`, whose rows each carry their own time.
#ifndef WHYSLOW_PARSERS_PCP_IOSTAT_H
#define WHYSLOW_PARSERS_PCP_IOSTAT_H

#include "parsers/parser.h"

int pcp_iostat_bid(struct text head, bool whole);
void pcp_iostat_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

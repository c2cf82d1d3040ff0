// nvidia_dmon.h: `nvidia-smi dmon` (one row a GPU) and `nvidia-smi pmon` (one row a process).
#ifndef WHYSLOW_PARSERS_NVIDIA_DMON_H
#define WHYSLOW_PARSERS_NVIDIA_DMON_H

#include "parsers/parser.h"

int nvidia_dmon_bid(struct text head, bool whole);
void nvidia_dmon_parse(struct lines *lines, const struct parse_options *options, struct source *source);
int nvidia_pmon_bid(struct text head, bool whole);
void nvidia_pmon_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

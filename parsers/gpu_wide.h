// gpu_wide.h: one line a sample, one column a GPU.
#ifndef WHYSLOW_PARSERS_GPU_WIDE_H
#define WHYSLOW_PARSERS_GPU_WIDE_H

#include "parsers/parser.h"

int gpu_wide_bid(struct text head, bool whole);
void gpu_wide_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

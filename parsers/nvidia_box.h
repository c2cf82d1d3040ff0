// nvidia_box.h: the boxed table that `nvidia-smi` prints alone, in loops and under watch.
#ifndef WHYSLOW_PARSERS_NVIDIA_BOX_H
#define WHYSLOW_PARSERS_NVIDIA_BOX_H

#include "parsers/parser.h"

int nvidia_box_bid(struct text head, bool whole);
void nvidia_box_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

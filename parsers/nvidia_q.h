// nvidia_q.h: `nvidia-smi -q`, once or in a loop, as text or (-x) as XML.
#ifndef WHYSLOW_PARSERS_NVIDIA_Q_H
#define WHYSLOW_PARSERS_NVIDIA_Q_H

#include "parsers/parser.h"

int nvidia_q_bid(struct text head, bool whole);
void nvidia_q_parse(struct lines *lines, const struct parse_options *options, struct source *source);
int nvidia_xml_bid(struct text head, bool whole);
void nvidia_xml_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

// sar_text.h: sar as text, of any subject that helps.
#ifndef WHYSLOW_PARSERS_SAR_TEXT_H
#define WHYSLOW_PARSERS_SAR_TEXT_H

#include "parsers/parser.h"

int sar_text_bid(struct text head, bool whole);
void sar_text_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

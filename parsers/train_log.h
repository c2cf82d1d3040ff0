// train_log.h: the log that a training job writes itself: steps, epochs, checkpoints, and how it ended.
#ifndef WHYSLOW_PARSERS_TRAIN_LOG_H
#define WHYSLOW_PARSERS_TRAIN_LOG_H

#include "parsers/parser.h"

int train_log_bid(struct text head, bool whole);
void train_log_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

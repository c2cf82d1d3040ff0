// kernel_log.h: dmesg, kern.log, journalctl -k, /dev/kmsg and their mixtures.
#ifndef WHYSLOW_PARSERS_KERNEL_LOG_H
#define WHYSLOW_PARSERS_KERNEL_LOG_H

#include "parsers/parser.h"

int kernel_log_bid(struct text head, bool whole);
void kernel_log_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

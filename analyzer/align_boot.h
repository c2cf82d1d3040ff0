// align_boot.h: logs that count from the start of the machine. Not seen outside analyzer/align*.c.
#ifndef WHYSLOW_ANALYZER_ALIGN_BOOT_H
#define WHYSLOW_ANALYZER_ALIGN_BOOT_H

#include "analyzer/diagnosis.h"

// When the machine was started, by a log that tells the same kernel messages with times: the printed time of the start
// on that log's clock, in seconds. False unless several messages agree and none of them disagrees.
bool boot_by_messages(const struct source *boot, const struct source *told, double *start);

#endif

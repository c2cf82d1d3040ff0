// iostat_boot.h: does a report average over a second or over the whole time since boot?
#ifndef WHYSLOW_PARSERS_IOSTAT_BOOT_H
#define WHYSLOW_PARSERS_IOSTAT_BOOT_H

#include <stdbool.h>
#include <stddef.h>

#include "parsers/iostat_log.h"

// Marks the reports that are averages since boot and counts them in the source. Must run while the rows' times
// still are ordinals.
void iostat_boot_mark(struct iostat_log *log);

// The interval, in whole seconds, that the numbers of the reports of a loop speak for: the shortest of 1, 2, 3, 5 and
// 10 that turns the rates of most of them into whole numbers. 1 if they tell nothing. *proved says whether they do.
double iostat_boot_interval(const struct iostat_log *log, bool *proved);

#endif

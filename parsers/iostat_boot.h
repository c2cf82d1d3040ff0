// iostat_boot.h: does a report average over a second or over the whole time since boot?
#ifndef WHYSLOW_PARSERS_IOSTAT_BOOT_H
#define WHYSLOW_PARSERS_IOSTAT_BOOT_H

#include <stdbool.h>
#include <stddef.h>

#include "parsers/iostat_log.h"

// Marks the reports that are averages since boot and counts them in the source. Must run while the rows' times
// still are ordinals.
void iostat_boot_mark(struct iostat_log *log);

#endif

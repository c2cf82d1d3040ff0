// merged.h: one row for what several tables of a log say about the same moment.
//
// sar prints a table for each subject, one after another; replayed from a file, each covers the whole day before the
// next begins.
#ifndef WHYSLOW_PARSERS_MERGED_H
#define WHYSLOW_PARSERS_MERGED_H

#include <stddef.h>
#include <stdint.h>

#include "core/recording.h"

// The row of `time` if the table has one in which `quantity` is still missing, else a new one at the end.
size_t merged_row(struct table *table, millis time, double interval, uint32_t line, const char *quantity);

// Sets a value of that row. No log has more than MERGED_COLUMNS_MOST quantities of one entity (sar -A of a busy host
// has some 150): what a hostile one invents beyond them is not kept.
enum { MERGED_COLUMNS_MOST = 200 };
void merged_set(struct source *source, struct table *table, size_t row, const char *quantity, enum unit unit,
                enum series_kind kind, double value);

#endif

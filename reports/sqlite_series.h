// sqlite_series.h: the aligned series as an SQLite file, for DuckDB, pandas or the sqlite3 shell.
#ifndef WHYSLOW_REPORTS_SQLITE_SERIES_H
#define WHYSLOW_REPORTS_SQLITE_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "reports/series_list.h"

// Fills the empty file at `path`: tables run, series, bins, phases, findings, losses, and the view tidy, whose columns
// are those of the CSV. Times are milliseconds since 1970 on the run clock. The same diagnosis gives the same bytes
// under the same version of SQLite. False on failure; `error` (of `size` bytes) then says why.
bool sqlite_series_write(const char *path, const struct diagnosis *diagnosis, const struct export_options *options,
                         char *error, size_t size);

#endif

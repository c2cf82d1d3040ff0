// tidy_csv.h: the aligned series as tidy CSV: one row a bin and series, for pandas, R or DuckDB.
#ifndef WHYSLOW_REPORTS_TIDY_CSV_H
#define WHYSLOW_REPORTS_TIDY_CSV_H

#include <stdio.h>

#include "reports/series_list.h"

// Header and rows `time,entity,quantity,unit,value,source`; time is the start of the bin on the run clock (ISO 8601,
// Z), only present values have a row. The lost share of GPU time comes as quantity "lost_share" of each GPU, and of the
// entity "job". Text that a spreadsheet would take for a formula gets an apostrophe before it. False as ferror(out).
bool tidy_csv_write(FILE *out, const struct diagnosis *diagnosis, const struct export_options *options);

#endif

// json_lines.h: the aligned series as JSON lines: one object a bin and series, for pipelines.
#ifndef WHYSLOW_REPORTS_JSON_LINES_H
#define WHYSLOW_REPORTS_JSON_LINES_H

#include <stdio.h>

#include "reports/series_list.h"

// Objects with time (start of the bin on the run clock, ISO 8601), run, host (null if not known), entity, kind,
// quantity, unit, value and source, in the order of time; only present values have one. False as ferror(out).
bool json_lines_write(FILE *out, const struct diagnosis *diagnosis, const struct export_options *options);

#endif

// xlsx.h: report.xlsx: the same tables with real numbers and dates, the aligned series, native charts.
#ifndef WHYSLOW_REPORTS_XLSX_H
#define WHYSLOW_REPORTS_XLSX_H

#include <stdbool.h>

struct diagnosis;
struct outset;
struct report_options;

bool xlsx_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options);

#endif

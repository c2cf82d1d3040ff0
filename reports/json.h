// json.h: report.json, schema whyslow.report/1 (reports/report.schema.json).
#ifndef WHYSLOW_REPORTS_JSON_H
#define WHYSLOW_REPORTS_JSON_H

#include <stdbool.h>

struct diagnosis;
struct report_options;
struct outset;

// Adds report.json to the set. Failures are kept in the set.
bool json_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options);

#endif

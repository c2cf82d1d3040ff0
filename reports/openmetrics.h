// openmetrics.h: the aligned series as OpenMetrics text, for `promtool tsdb create-blocks-from openmetrics`.
#ifndef WHYSLOW_REPORTS_OPENMETRICS_H
#define WHYSLOW_REPORTS_OPENMETRICS_H

#include <stdio.h>

#include "reports/series_list.h"

// Families by name, in them series by label, in them samples by time in seconds of the run clock; each once. All are
// gauges but `whyslow_run_info`. Labels: run, host (where known), the device (see metric_names.h) and the name of the
// log (`source`) where one gave the values. Of two series with equal labels the first has the word where it has a
// value.
//
// Besides the series: whyslow_run_cause_active{cause,entity}, 1 in the phases of that cause; and at the last sample
// whyslow_run_lost_gpu_seconds{cause}, whyslow_run_confidence_ratio{cause,entity}, whyslow_disk_health_level{device}.
// The raw SMART values are whyslow_disk_smart_raw{device,attribute}, at the first and the last snapshot or the end of
// the run that is nearer. False as ferror(out).
bool openmetrics_write(FILE *out, const struct diagnosis *diagnosis, const struct export_options *options);

#endif

// reason_counters.h: reasons of low clocks where the log has their counters but not the reasons themselves.
#ifndef WHYSLOW_ANALYZER_REASON_COUNTERS_H
#define WHYSLOW_ANALYZER_REASON_COUNTERS_H

#include "analyzer/model.h"

// Per bin whether a reason held, 0 or 1, from its counter of microseconds ("clocks_event_reasons_counters.…") in a
// table of the source; NULL if there is none, or nothing that is known of its growth.
float *reason_counted(const struct run *run, const struct source *source, const struct table *table,
                      const char *quantity);

#endif

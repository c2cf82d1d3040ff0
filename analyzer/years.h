// years.h: logs whose stamps print no year (syslog), given the year of the run they belong to.
#ifndef WHYSLOW_ANALYZER_YEARS_H
#define WHYSLOW_ANALYZER_YEARS_H

#include "analyzer/diagnosis.h"

struct arena;

// For each source with year_assumed: moves its clock by whole years so that it meets the reference's span; without a
// reference, or where no year makes them meet within a week, the source has no place in time. Called after
// align_sources.
void years_settle(const struct source *reference, struct source_clock *clocks, size_t count, struct arena *arena);

#endif

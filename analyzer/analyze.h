// analyze.h: recording → diagnosis.
#ifndef WHYSLOW_ANALYZER_ANALYZE_H
#define WHYSLOW_ANALYZER_ANALYZE_H

#include "analyzer/diagnosis.h"

struct rules;

// What the user said about clocks: "SOURCE=VALUE" or "VALUE" for all.
struct clock_option {
    const char *source;  // NULL: every source that states nothing itself; else matched against the path's end
    const char *zone;    // IANA name for --timezone, else NULL
    double seconds;      // --offset or --interval
    millis time;         // --start
};

struct analyze_options {
    const struct clock_option *timezones;
    size_t timezone_count;
    const struct clock_option *offsets;
    size_t offset_count;
    const struct clock_option *starts;
    size_t start_count;
    const struct clock_option *intervals;
    size_t interval_count;
    millis from, to;            // MILLIS_NONE: all
    double gpu_hour_cost;       // NaN: none
    const struct rules *rules;  // never NULL
    const char *host;           // --host: only sources of this host; NULL: all
};

// Never NULL. A recording without anything usable gives a diagnosis whose verdict is `unknown` and whose
// bin_count is 0. The recording must outlive the diagnosis.
struct diagnosis *analyze(const struct recording *recording, const struct analyze_options *options);
void diagnosis_free(struct diagnosis *diagnosis);  // NULL allowed

#endif

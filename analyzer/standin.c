// Stand-ins until correlate.c, changes.c, anomaly.c, period.c and stats.c exist: whoever adds one removes its line
// here.
#include "analyzer/anomaly.h"
#include "analyzer/changes.h"
#include "analyzer/correlate.h"
#include "analyzer/period.h"
#include "analyzer/stats.h"
void stats_init(void) {}
bool correlate_pair(const float *a, const float *b, size_t n, double dt, double u, struct arena *arena,
                    struct correlation *out) {
    (void)a;
    (void)b;
    (void)n;
    (void)dt;
    (void)u;
    (void)arena;
    (void)out;
    return false;
}
void correlate_adjust(struct correlation *list, size_t n) {
    (void)list;
    (void)n;
}
size_t changes_find(const double *v, size_t n, const struct changes_options *o, struct arena *a,
                    struct change_point **out) {
    (void)v;
    (void)n;
    (void)o;
    (void)a;
    (void)out;
    return 0;
}
size_t anomalies_find(const double *v, size_t n, struct arena *a, struct anomaly_peak **out) {
    (void)v;
    (void)n;
    (void)a;
    (void)out;
    return 0;
}
bool period_find(const float *v, size_t n, double dt, struct period_result *out) {
    (void)v;
    (void)n;
    (void)dt;
    (void)out;
    return false;
}

#include <string.h>

#include "analyzer/align.h"

// Stand-in of align.c: every stated or local clock is taken as printed.
void align_sources(const struct recording *recording, const struct analyze_options *options, struct arena *arena,
                   struct source_clock *clocks, const struct source **reference, const char **zone) {
    (void)options;
    (void)arena;
    *zone = NULL;
    *reference = NULL;
    for (size_t i = 0; i < recording->source_count; i++) {
        const struct source *s = recording->sources[i];
        clocks[i] = (struct source_clock){.source = s,
                                          .placed = s->clock != CLOCK_NONE && s->format != NULL,
                                          .method = CLOCK_ASSUMED,
                                          .note = "",
                                          .uncertainty_seconds = 5};
        if (s->format != NULL && strstr(s->format, "nvidia") != NULL && *reference == NULL) *reference = s;
    }
}

// Stand-ins until correlate.c, changes.c, anomaly.c and period.c exist: whoever adds one removes its line
// here.
#include "analyzer/anomaly.h"
#include "analyzer/changes.h"
#include "analyzer/correlate.h"
#include "analyzer/period.h"
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

// anomaly.c: rarity. A threshold in standard deviations fires everywhere on heavy-tailed logs; an excursion is rare if
// few others of the same log come near it.
#include "analyzer/anomaly.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/period.h"
#include "analyzer/stats.h"
#include "core/arena.h"

enum {
    VALUES_LEAST = 50,
    PEERS = 4,  // an event that recurs more often is not rare
    SMOOTH_LEAST = 5,
};

#define SMOOTH_SHARE 0.005    // of the log: width of the moving mean
#define NEIGHBOUR_SHARE 0.05  // of the log: peaks closer than this are one event
#define ALARM 1.5             // times the fifth largest excursion; flat optimum 1.3 to 1.75 on public benchmarks

struct excursion {
    size_t at;
    double z;
};

static int by_height(const void *a, const void *b) {
    const struct excursion *x = a;
    const struct excursion *y = b;
    if (x->z != y->z) return x->z < y->z ? 1 : -1;
    return (x->at > y->at) - (x->at < y->at);
}

static int by_place(const void *a, const void *b) {
    const struct excursion *x = a;
    const struct excursion *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

// |deviation from the median| in robust standard deviations. False if the series does not vary.
static bool deviations(const double *x, size_t n, double *z) {
    double middle = stats_median(x, n);
    double scale = stats_scale(x, n);
    if (!(scale > 0)) return false;
    for (size_t i = 0; i < n; i++) z[i] = fabs(x[i] - middle) / scale;
    return true;
}

// Local maxima that no higher value within `reach` suppresses, highest first.
static size_t peaks_of(const double *z, size_t n, size_t reach, struct arena *work, struct excursion **out) {
    struct excursion *all = arena_array(work, n, sizeof *all);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        bool left = i == 0 || z[i] > z[i - 1];
        bool right = i + 1 == n || z[i] >= z[i + 1];
        if (left && right) all[count++] = (struct excursion){i, z[i]};
    }
    qsort(all, count, sizeof *all, by_height);
    bool *taken = arena_array(work, n, sizeof *taken);
    size_t kept = 0;
    for (size_t i = 0; i < count && kept <= PEERS; i++) {
        if (taken[all[i].at]) continue;
        size_t from = all[i].at > reach ? all[i].at - reach : 0;
        size_t to = all[i].at + reach < n ? all[i].at + reach : n - 1;
        memset(taken + from, 1, (to - from + 1) * sizeof *taken);
        all[kept++] = all[i];
    }
    *out = all;
    return kept;
}

static void describe(const double *x, const double *z, size_t n, struct excursion peak, double peer, double usual,
                     struct anomaly_peak *out) {
    size_t start = peak.at;
    size_t end = peak.at;
    double edge = fmax(peer, peak.z / 2);
    while (start > 0 && z[start - 1] > edge) start--;
    while (end + 1 < n && z[end + 1] > edge) end++;
    double value = x[peak.at];
    for (size_t i = start; i <= end; i++)
        if (fabs(x[i] - usual) > fabs(value - usual)) value = x[i];
    *out = (struct anomaly_peak){start, end, value, usual, peak.z / peer};
}

static size_t rare(const double *x, size_t n, struct arena *work, struct anomaly_peak *out) {
    double *residual = arena_array(work, n, sizeof *residual);
    double *z = arena_array(work, n, sizeof *z);
    memcpy(residual, x, n * sizeof *x);
    size_t smooth = (size_t)fmax(SMOOTH_LEAST, SMOOTH_SHARE * (double)n);
    if (!stats_moving_mean(residual, n, smooth, z)) return 0;
    memcpy(residual, z, n * sizeof *z);
    if (!deviations(residual, n, z)) return 0;
    struct excursion *peaks;
    size_t count = peaks_of(z, n, (size_t)(NEIGHBOUR_SHARE * (double)n), work, &peaks);
    if (count <= PEERS || !(peaks[PEERS].z > 0)) return 0;
    double peer = peaks[PEERS].z;
    size_t found = 0;
    while (found < PEERS && peaks[found].z >= ALARM * peer) found++;
    qsort(peaks, found, sizeof *peaks, by_place);
    double usual = stats_median(x, n);
    for (size_t i = 0; i < found; i++) describe(x, z, n, peaks[i], peer, usual, &out[i]);
    return found;
}

size_t anomalies_find(const double *values, size_t n, struct arena *arena, struct anomaly_peak **out) {
    struct arena *work = arena_new();
    double *x = arena_array(work, n, sizeof *x);
    size_t *index = arena_array(work, n, sizeof *index);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        x[kept] = values[i];
        index[kept++] = i;
    }
    *out = arena_array(arena, PEERS, sizeof **out);
    size_t found = kept < VALUES_LEAST ? 0 : rare(x, kept, work, *out);
    for (size_t i = 0; i < found; i++) {
        (*out)[i].start = index[(*out)[i].start];
        (*out)[i].end = index[(*out)[i].end];
    }
    arena_free(work);
    return found;
}

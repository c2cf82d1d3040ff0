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
    PERIOD_LEAST = 20,
};

#define MEAN_SHARE 0.005      // of the log: width of the moving mean
#define UNREST_SHARE 0.01     // of the log: width of the moving variance
#define NEIGHBOUR_SHARE 0.05  // of the log: peaks closer than this are one event
#define ALARM 1.75            // times the fifth largest excursion; on public benchmarks 1.5 to 2 do about as well
#define LEVEL_SHARE 0.02      // of the usual level: less is of no interest to anybody, however rare

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

// ── the three forms of a log in which an excursion may show ──

typedef bool form_function(const double *x, size_t n, double *out);

static size_t share_of(double share, size_t n) { return (size_t)fmax(SMOOTH_LEAST, share * (double)n); }

// Single values.
static bool form_points(const double *x, size_t n, double *out) {
    memcpy(out, x, n * sizeof *x);
    return true;
}

// Stretches.
static bool form_means(const double *x, size_t n, double *out) {
    return stats_moving_mean(x, n, share_of(MEAN_SHARE, n), out);
}

// Unrest: the logarithm of the moving variance, cut off below so that a silent stretch is not infinitely rare.
static bool form_unrest(const double *x, size_t n, double *out) {
    size_t width = share_of(UNREST_SHARE, n);
    if (!stats_moving_mean(x, n, width, out)) return false;
    for (size_t i = 0; i < n; i++) out[i] = (x[i] - out[i]) * (x[i] - out[i]);
    if (!stats_moving_mean(out, n, width, out)) return false;
    double usual = stats_median(out, n);
    if (!(usual > 0)) return false;
    for (size_t i = 0; i < n; i++) out[i] = log(fmax(out[i], 1e-3 * usual));
    return true;
}

static form_function *const forms[] = {form_points, form_means, form_unrest};
enum { FORMS = sizeof forms / sizeof forms[0], FOUND_MOST = FORMS * PEERS };

// ── what was found ──

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

// Adds an event, or raises the score of one that is at the same place.
static size_t add(struct anomaly_peak *list, size_t count, struct anomaly_peak event, size_t reach) {
    for (size_t i = 0; i < count; i++) {
        if (list[i].start > event.end + reach || event.start > list[i].end + reach) continue;
        list[i].score = fmax(list[i].score, event.score);
        return count;
    }
    list[count] = event;
    return count + 1;
}

static size_t rare_in(const double *x, size_t n, const double *form, struct arena *work, struct anomaly_peak *list,
                      size_t count) {
    double *z = arena_array(work, n, sizeof *z);
    struct excursion *peaks;
    if (!deviations(form, n, z)) return count;
    size_t reach = (size_t)(NEIGHBOUR_SHARE * (double)n);
    if (peaks_of(z, n, reach, work, &peaks) <= PEERS || !(peaks[PEERS].z > 0)) return count;
    double peer = peaks[PEERS].z;
    double usual = stats_median(x, n);
    for (size_t i = 0; i < PEERS && peaks[i].z >= ALARM * peer; i++) {
        struct anomaly_peak event;
        describe(x, z, n, peaks[i], peer, usual, &event);
        if (fabs(event.value - usual) >= LEVEL_SHARE * fabs(usual)) count = add(list, count, event, reach);
    }
    return count;
}

static int by_start(const void *a, const void *b) {
    const struct anomaly_peak *x = a;
    const struct anomaly_peak *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

static size_t rare(const double *x, size_t n, struct arena *work, struct anomaly_peak *out) {
    double *residual = arena_array(work, n, sizeof *residual);
    double *form = arena_array(work, n, sizeof *form);
    memcpy(residual, x, n * sizeof *x);
    double period = period_guess(residual, n, PERIOD_LEAST);
    if (!isnan(period)) period_remove(residual, n, period);
    size_t count = 0;
    for (int f = 0; f < FORMS; f++)
        if (forms[f](residual, n, form)) count = rare_in(x, n, form, work, out, count);
    qsort(out, count, sizeof *out, by_start);
    return count;
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
    *out = arena_array(arena, FOUND_MOST, sizeof **out);
    size_t found = kept < VALUES_LEAST ? 0 : rare(x, kept, work, *out);
    for (size_t i = 0; i < found; i++) {
        (*out)[i].start = index[(*out)[i].start];
        (*out)[i].end = index[(*out)[i].end];
    }
    arena_free(work);
    return found;
}

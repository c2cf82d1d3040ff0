// correlate.c: a relation counts if it survives both the effective sample size and whitening.
#include "analyzer/correlate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/period.h"
#include "analyzer/stats.h"
#include "core/arena.h"

enum {
    PAIRS_LEAST = 30,
    RESAMPLES = 199,
    LAG_BINS_MOST = 30,
    LAG_BINS_LEAST = 3,
};

#define EFFECTIVE_LEAST 10.0
#define LAG_SECONDS 60.0
#define P_MOST 0.05        // of the best lag, over all lags looked at; beyond it there is nothing worth resampling
#define Q_MOST 0.10        // false-discovery rate over all pairs
#define LAG_SEED 20240801  // of the bootstrap: the same input gives the same bytes

struct pair {
    size_t n;
    double *a, *b;    // as given, missing where either is
    double *ra, *rb;  // without line and periodic profile
    double *wa, *wb;  // whitened
};

static void take_profile_off(double *values, size_t n, double dt) {
    stats_detrend(values, n);
    double period = period_guess(values, n, (size_t)fmax(4, ceil(60 / dt)));
    if (!isnan(period)) period_remove(values, n, period);
}

static size_t prepare(const float *a, const float *b, size_t n, double dt, struct arena *work, struct pair *pair) {
    double **columns[] = {&pair->a, &pair->b, &pair->ra, &pair->rb, &pair->wa, &pair->wb};
    for (size_t i = 0; i < 6; i++) *columns[i] = arena_array(work, n, sizeof(double));
    pair->n = n;
    size_t pairs = 0;
    for (size_t i = 0; i < n; i++) {
        bool both = isfinite(a[i]) && isfinite(b[i]);
        pair->a[i] = pair->ra[i] = both ? (double)a[i] : (double)NAN;
        pair->b[i] = pair->rb[i] = both ? (double)b[i] : (double)NAN;
        pairs += both;
    }
    if (pairs < PAIRS_LEAST) return pairs;
    take_profile_off(pair->ra, n, dt);
    take_profile_off(pair->rb, n, dt);
    (void)stats_whiten(pair->ra, n, pair->wa);
    (void)stats_whiten(pair->rb, n, pair->wb);
    return pairs;
}

static size_t present_pairs(const double *a, const double *b, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += isfinite(a[i]) && isfinite(b[i]);
    return count;
}

// The larger of both p; 1 where the signs differ.
static double both_tests(const struct pair *pair, double n_effective) {
    double r = stats_pearson(pair->ra, pair->rb, pair->n);
    double white = stats_pearson(pair->wa, pair->wb, pair->n);
    double p = stats_correlation_p(r, n_effective);
    double p_white = stats_correlation_p(white, (double)present_pairs(pair->wa, pair->wb, pair->n));
    if (isnan(p) || isnan(p_white)) return NAN;
    return r * white <= 0 ? 1 : fmax(p, p_white);
}

// ── lead and lag ────────────────────────────────────────────────────────────

// Sums of products at one lag over the bins of a list; a at i against b at i - lag, so that a positive lag means b
// leads.
static double product_at(const struct pair *pair, const size_t *index, size_t from, size_t to, long lag) {
    double n = 0;
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double syy = 0;
    double sxy = 0;
    for (size_t k = from; k < to; k++) {
        long i = (long)(index == NULL ? k : index[k]);
        long j = i - lag;
        if (j < 0 || j >= (long)pair->n || isnan(pair->wa[i]) || isnan(pair->wb[j])) continue;
        double x = pair->wa[i];
        double y = pair->wb[j];
        n++;
        sx += x;
        sy += y;
        sxx += x * x;
        syy += y * y;
        sxy += x * y;
    }
    double vx = sxx - sx * sx / n;
    double vy = syy - sy * sy / n;
    if (n < 10 || !(vx > 0) || !(vy > 0)) return NAN;
    return (sxy - sx * sy / n) / sqrt(vx * vy);
}

// The lag with the largest |r| within +-most.
static long best_lag(const struct pair *pair, const size_t *index, size_t from, size_t to, long most) {
    long at = 0;
    double best = -1;
    for (long lag = -most; lag <= most; lag++) {
        double r = fabs(product_at(pair, index, from, to, lag));
        if (isnan(r) || r <= best) continue;
        best = r;
        at = lag;
    }
    return at;
}

static bool bootstrap_excludes_zero(const struct pair *pair, long most, double margin, struct arena *work) {
    size_t *index = arena_array(work, pair->n, sizeof *index);
    double lags[RESAMPLES];
    struct chance chance = chance_new(LAG_SEED);
    size_t block = (size_t)fmax(10, 2 * (double)most);
    for (int i = 0; i < RESAMPLES; i++) {
        chance_blocks(&chance, pair->n, block, index);
        lags[i] = (double)best_lag(pair, index, 0, pair->n, most);
    }
    double low = stats_quantile(lags, RESAMPLES, 0.025);
    double high = stats_quantile(lags, RESAMPLES, 0.975);
    return low > margin || high < -margin;
}

// How many bins are looked at on either side.
static long lag_reach(size_t n, double dt) {
    double wanted = fmin(LAG_BINS_MOST, fmax(LAG_BINS_LEAST, ceil(LAG_SECONDS / dt)));
    return (long)fmin(wanted, (double)(n / 4));
}

static void find_lag(const struct pair *pair, double dt, double clock_uncertainty, struct arena *work,
                     struct correlation *out) {
    long most = lag_reach(pair->n, dt);
    long lag = best_lag(pair, NULL, 0, pair->n, most);
    out->lag_seconds = (double)lag * dt;
    out->lag_holds = false;
    // A lag within what the bins and the clocks leave open is none.
    double margin = dt + (isnan(clock_uncertainty) ? INFINITY : clock_uncertainty);
    if (!(fabs(out->lag_seconds) > margin)) return;
    double chance_of_peak = stats_correlation_p(product_at(pair, NULL, 0, pair->n, lag), (double)out->samples);
    if (!(chance_of_peak * (double)(2 * most + 1) < P_MOST)) return;
    long first = best_lag(pair, NULL, 0, pair->n / 2, most);
    long second = best_lag(pair, NULL, pair->n / 2, pair->n, most);
    if (first * lag <= 0 || second * lag <= 0) return;
    out->lag_holds = bootstrap_excludes_zero(pair, most, margin / dt, work);
}

// ── the pair ────────────────────────────────────────────────────────────────

static bool measure(const struct pair *pair, struct correlation *out) {
    out->pearson = stats_pearson(pair->a, pair->b, pair->n);
    out->spearman = stats_spearman(pair->a, pair->b, pair->n);
    out->n_effective = stats_effective_pairs(pair->ra, pair->rb, pair->n);
    if (isnan(out->pearson) || isnan(out->spearman) || !(out->n_effective >= EFFECTIVE_LEAST)) return false;
    out->p = both_tests(pair, out->n_effective);
    double half = 1.96 / sqrt(out->n_effective - 3);
    double inside = fmax(-0.9999, fmin(0.9999, out->spearman));
    out->low = tanh(atanh(inside) - half);
    out->high = tanh(atanh(inside) + half);
    return !isnan(out->p);
}

bool correlate_pair(const float *a, const float *b, size_t n, double dt, double clock_uncertainty, struct arena *arena,
                    struct correlation *out) {
    (void)arena;
    struct arena *work = arena_new();
    struct pair pair;
    out->samples = n == 0 || !(dt > 0) ? 0 : prepare(a, b, n, dt, work, &pair);
    bool good = out->samples >= PAIRS_LEAST && measure(&pair, out);
    if (good) {
        find_lag(&pair, dt, clock_uncertainty, work, out);
    } else {
        out->pearson = out->spearman = out->low = out->high = out->n_effective = out->p = out->lag_seconds = NAN;
        out->lag_holds = false;
    }
    arena_free(work);
    return good;
}

bool correlate_lags(const float *a, const float *b, size_t n, double dt, struct arena *arena, struct lag_curve *out) {
    struct arena *work = arena_new();
    struct pair pair;
    size_t pairs = n == 0 || !(dt > 0) ? 0 : prepare(a, b, n, dt, work, &pair);
    long most = pairs < PAIRS_LEAST ? 0 : lag_reach(n, dt);
    double best = -1;
    if (most > 0) {
        double *r = arena_array(arena, (size_t)(2 * most + 1), sizeof *r);
        for (long lag = -most; lag <= most; lag++) {
            r[lag + most] = product_at(&pair, NULL, 0, n, lag);
            if (!(fabs(r[lag + most]) > best)) continue;
            best = fabs(r[lag + most]);
            out->peak_seconds = (double)lag * dt;
        }
        // Of white series r is normal with 1/sqrt(n); Bonferroni over all lags.
        double z = stats_normal_quantile(1 - P_MOST / 2 / (double)(2 * most + 1));
        out->count = (size_t)(2 * most + 1);
        out->reach = (double)most * dt;
        out->step = dt;
        out->r = r;
        out->band = z / sqrt((double)present_pairs(pair.wa, pair.wb, n));
    }
    arena_free(work);
    return best >= 0;
}

void correlate_adjust(struct correlation *list, size_t count) {
    struct arena *work = arena_new();
    double *p = arena_array(work, count, sizeof *p);
    double *q = arena_array(work, count, sizeof *q);
    for (size_t i = 0; i < count; i++) p[i] = list[i].p;
    stats_benjamini_hochberg(p, count, q);
    for (size_t i = 0; i < count; i++) {
        list[i].q = q[i];
        list[i].significant = q[i] <= Q_MOST;
    }
    arena_free(work);
}

// align_lags.c: the lead of one log over another by prewhitened cross-correlation, accepted only if it proves itself.
//
// The tests and their limits are those measured on simulated pairs, related and not: a chance peak, a peak with a rival
// (periodic logs alias by a period), a peak that only a part of the run shows, are all refused.
#include <math.h>
#include <stdlib.h>

#include "analyzer/align_parts.h"
#include "analyzer/stats.h"
#include "core/lang.h"

#define P_MOST 1e-3          // chance of such a peak at any of the lags tried
#define RUNNER_UP_RATIO 1.2  // z of the peak over the best z further than RIVAL_DISTANCE away
#define RIVAL_DISTANCE 60.0  // s
#define PAIRS_LEAST 150.0    // bins that both logs report in …
#define PAIRS_SHARE 0.25     // … and as a share of the shorter log
#define QUARTERS_LEAST 3
#define QUARTER_Z 2.0
#define QUARTER_BINS 3.0     // a quarter agrees within this many bins
#define SCALE_LAGS_LEAST 40  // fewer lags than this do not tell how z scatters

// One pair of activities, whitened, correlated at all lags.
struct curve {
    const double *a, *b;  // whitened
    size_t na, nb;
    double sign;  // r times this is positive for a true relation
    double *z;    // na + nb - 1; NaN where there are too few pairs
};

// Lag k of the arrays means that `other` shows at bin i + k - (na - 1) what the reference shows at bin i.
static double lead_of_lag(const struct lag_search *search, double k) {
    const struct activity *a = search->reference;
    return search->other->start - a->start + (k - ((double)a->bins - 1)) * a->dt;
}

static bool lag_allowed(const struct lag_search *search, double lead) {
    double off = lead - search->centre;
    double step = search->step > 0 ? round(off / search->step) : 0;
    if (search->step > 0 && (step < search->low || step > search->high)) return false;
    // Half a bin of grace: the grid need not meet the centre.
    return fabs(off - step * search->step) <= search->reach + search->reference->dt / 2;
}

static size_t present(const double *values, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += isfinite(values[i]);
    return count;
}

static double fisher(double r, double pairs) {
    if (isnan(r) || pairs <= 3) return NAN;
    double inside = fmax(-0.9999, fmin(0.9999, r));
    return atanh(inside) * sqrt(pairs - 3);
}

// z of every lag, divided by its own robust scale where that is above 1: what is left of autocorrelation widens it.
static bool curve_make(struct curve *curve, struct arena *arena) {
    size_t lags = curve->na + curve->nb - 1;
    double *pairs = arena_array(arena, lags, sizeof *pairs);
    curve->z = arena_array(arena, lags, sizeof *curve->z);
    if (!stats_all_lags(curve->a, curve->na, curve->b, curve->nb, curve->z, pairs)) return false;
    size_t na = present(curve->a, curve->na);
    size_t nb = present(curve->b, curve->nb);
    double least = fmax(PAIRS_LEAST, PAIRS_SHARE * (double)(na < nb ? na : nb));
    size_t kept = 0;
    for (size_t k = 0; k < lags; k++) {
        curve->z[k] = pairs[k] < least ? NAN : fisher(curve->z[k], pairs[k]);
        kept += !isnan(curve->z[k]);
    }
    if (kept < SCALE_LAGS_LEAST) return kept > 0;
    double scale = fmax(1, 1.4826 * stats_mad(curve->z, lags));
    for (size_t k = 0; k < lags; k++) curve->z[k] /= scale;
    return true;
}

enum { CURVES_MOST = 2 * ACTIVITY_COUNT_ * ACTIVITY_COUNT_ };

static const double *whitened(const double *values, size_t n, struct arena *arena) {
    if (values == NULL) return NULL;
    double *out = arena_array(arena, n, sizeof *out);
    return stats_whiten(values, n, out) >= 0 ? out : NULL;
}

static size_t curves_of(const struct lag_search *search, struct arena *arena, struct curve *curves) {
    const struct activity *x = search->reference;
    const struct activity *y = search->other;
    const double *a[ACTIVITY_COUNT_];
    const double *b[ACTIVITY_COUNT_];
    for (int role = 0; role < ACTIVITY_COUNT_; role++) {
        a[role] = whitened(x->series[role], x->bins, arena);
        b[role] = whitened(y->series[role], y->bins, arena);
    }
    size_t count = 0;
    for (int i = 0; i < ACTIVITY_COUNT_; i++) {
        for (int j = 0; j < ACTIVITY_COUNT_; j++) {
            int sign = activity_sign((enum activity_role)i, (enum activity_role)j);
            if (sign == 0 || a[i] == NULL || b[j] == NULL) continue;
            struct curve curve = {a[i], b[j], x->bins, y->bins, sign == 2 ? 1 : sign, NULL};
            if (!curve_make(&curve, arena)) continue;
            curves[count++] = curve;
            if (sign != 2) continue;
            curve.sign = -1;
            curves[count++] = curve;
        }
    }
    return count;
}

// ── the best lag, and the best one away from it ─────────────────────────────

struct peak {
    const struct curve *curve;
    size_t lag;
    double z;
};

static struct peak best_peak(const struct lag_search *search, const struct curve *curves, size_t count, size_t *tried) {
    struct peak best = {NULL, 0, -INFINITY};
    *tried = 0;
    for (size_t c = 0; c < count; c++) {
        size_t lags = curves[c].na + curves[c].nb - 1;
        for (size_t k = 0; k < lags; k++) {
            if (isnan(curves[c].z[k]) || !lag_allowed(search, lead_of_lag(search, (double)k))) continue;
            ++*tried;
            if (curves[c].sign * curves[c].z[k] <= best.z) continue;
            best = (struct peak){&curves[c], k, curves[c].sign * curves[c].z[k]};
        }
    }
    return best;
}

// The best of all lags, allowed or not, that are further than `away` bins from the peak: a log that repeats itself has
// its rivals a period away, wherever that is.
static struct peak rival_of(const struct curve *curves, size_t count, size_t lag, double away) {
    struct peak best = {NULL, 0, 0};
    for (size_t c = 0; c < count; c++) {
        size_t lags = curves[c].na + curves[c].nb - 1;
        for (size_t k = 0; k < lags; k++) {
            if (isnan(curves[c].z[k]) || fabs((double)k - (double)lag) <= away) continue;
            if (curves[c].sign * curves[c].z[k] > best.z)
                best = (struct peak){&curves[c], k, curves[c].sign * curves[c].z[k]};
        }
    }
    return best;
}

// A parabola through the peak and its neighbours: lag in bins.
static double vertex(const struct curve *curve, size_t lag) {
    if (lag == 0 || lag + 1 >= curve->na + curve->nb - 1) return (double)lag;
    double left = curve->sign * curve->z[lag - 1];
    double top = curve->sign * curve->z[lag];
    double right = curve->sign * curve->z[lag + 1];
    double bend = left - 2 * top + right;
    if (!(bend < 0)) return (double)lag;  // NaN neighbours, too
    double shift = (left - right) / (2 * bend);
    return (double)lag + fmax(-0.5, fmin(0.5, shift));
}

// Bins until z has fallen by 1 on the parabola through the peak; never below a quarter of a bin.
static double width(const struct curve *curve, size_t lag) {
    if (lag == 0 || lag + 1 >= curve->na + curve->nb - 1) return 1;
    double bend = curve->sign * (curve->z[lag - 1] - 2 * curve->z[lag] + curve->z[lag + 1]);
    return bend < 0 ? fmax(0.25, fmin(3, sqrt(-2 / bend))) : 1;
}

// ── do the quarters of the overlap agree? ───────────────────────────────────

enum { QUARTER_REACH = 45 };  // bins on each side of the lag in which a quarter looks for its own

static double z_at(const struct curve *curve, size_t from, size_t to, long shift) {
    double n = 0;
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double syy = 0;
    double sxy = 0;
    for (size_t i = from; i < to; i++) {
        long j = (long)i + shift;
        if (j < 0 || j >= (long)curve->nb || isnan(curve->a[i]) || isnan(curve->b[j])) continue;
        double x = curve->a[i];
        double y = curve->b[j];
        n++;
        sx += x;
        sy += y;
        sxx += x * x;
        syy += y * y;
        sxy += x * y;
    }
    if (n < 10) return NAN;
    double vx = sxx - sx * sx / n;
    double vy = syy - sy * sy / n;
    if (!(vx > 0) || !(vy > 0)) return NAN;
    return curve->sign * fisher((sxy - sx * sy / n) / sqrt(vx * vy), n);
}

static bool quarter_agrees(const struct curve *curve, size_t from, size_t to, long shift) {
    double best = -INFINITY;
    long at = 0;
    for (long k = -QUARTER_REACH; k <= QUARTER_REACH; k++) {
        double z = z_at(curve, from, to, shift + k);
        if (isnan(z) || z <= best) continue;
        best = z;
        at = k;
    }
    return best > QUARTER_Z && labs(at) <= (long)QUARTER_BINS;
}

static int quarters_agreeing(const struct curve *curve, size_t lag) {
    long shift = (long)lag - ((long)curve->na - 1);
    long low = shift < 0 ? -shift : 0;
    long high = (long)curve->nb - shift < (long)curve->na ? (long)curve->nb - shift : (long)curve->na;
    if (high <= low) return 0;
    int agreeing = 0;
    for (long q = 0; q < 4; q++)
        agreeing += quarter_agrees(curve, (size_t)(low + (high - low) * q / 4),
                                   (size_t)(low + (high - low) * (q + 1) / 4), shift);
    return agreeing;
}

// ── the verdict on the best lag ─────────────────────────────────────────────

static const char *refusal_of(const struct lag_estimate *estimate, struct arena *arena) {
    if (estimate->p > P_MOST)
        return arena_printf(arena, tr("no lag stands out: the best, %+.0f s, would come up by chance with p = %.2g"),
                            estimate->lead, estimate->p);
    if (estimate->z < RUNNER_UP_RATIO * estimate->runner_up_z)
        return arena_printf(arena, tr("ambiguous: %+.0f s and %+.0f s fit about equally well (modulo %.0f s)"),
                            estimate->lead, estimate->runner_up, fabs(estimate->lead - estimate->runner_up));
    if (estimate->quarters < QUARTERS_LEAST)
        return arena_printf(arena, tr("only %d of 4 parts of the run agree on %+.0f s"), estimate->quarters,
                            estimate->lead);
    return "";
}

struct lag_estimate lags_estimate(const struct lag_search *search, struct arena *arena) {
    struct lag_estimate out = {.lead = NAN, .uncertainty = NAN, .z = NAN, .p = NAN, .runner_up = NAN};
    out.refusal = tr("too little is logged on both sides to compare them");
    struct curve curves[CURVES_MOST];
    size_t count = curves_of(search, arena, curves);
    size_t tried;
    struct peak best = best_peak(search, curves, count, &tried);
    if (best.curve == NULL) return out;
    double dt = search->reference->dt;
    struct peak rival = rival_of(curves, count, best.lag, RIVAL_DISTANCE / dt);
    out.tried = true;
    out.lead = lead_of_lag(search, vertex(best.curve, best.lag));
    out.uncertainty = dt * width(best.curve, best.lag);
    out.z = best.z;
    out.p = fmin(1, (double)tried * fmax(1, search->hypotheses) * stats_normal_upper(best.z));
    out.runner_up = rival.curve == NULL ? NAN : lead_of_lag(search, (double)rival.lag);
    out.runner_up_z = rival.z;
    out.quarters = quarters_agreeing(best.curve, best.lag);
    out.refusal = refusal_of(&out, arena);
    out.accepted = out.refusal[0] == '\0';
    return out;
}

// stats.h: the statistics of the analyzer; arrays in, a number out.
//
// The only room behind which GSL stands. Missing values (NaN, infinities) are
// left out unless a function says otherwise. Whatever cannot be computed (too
// few values, a constant series, memory, a failure inside GSL) comes back as
// NaN or false, never as a number that looks like a result.
#ifndef WHYSLOW_ANALYZER_STATS_H
#define WHYSLOW_ANALYZER_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Turns off GSL's handler that aborts. Called first thing by main, and by tests. Idempotent.
void stats_init(void);

// ── order statistics and scale (stats.c) ────────────────────────────────────

// Quantile with linear interpolation, share in 0..1. NaN for no values. O(n log n), copies.
double stats_quantile(const double *values, size_t n, double share);
// The same for values that are sorted ascending and free of NaN.
double stats_quantile_sorted(const double *sorted, size_t n, double share);
double stats_median(const double *values, size_t n);
double stats_mean(const double *values, size_t n);
// Sample variance (n - 1). NaN for fewer than two values.
double stats_variance(const double *values, size_t n);
// Median absolute deviation from the median, not scaled to sigma. 0 for constant values.
double stats_mad(const double *values, size_t n);
// Standard deviation as outliers leave it: the largest of 1.4826 MAD, 1.4826 MAD of the first differences / sqrt 2,
// 0.001 (q99 - q01) and half the smallest step between different values. Logs are quantised, so the MAD alone is often
// 0. 0 means "no variation at all"; NaN means fewer than two values.
double stats_scale(const double *values, size_t n);
// Sorts ascending in place; NaNs go to the end. Returns the number of values in front of them.
size_t stats_sort(double *values, size_t n);

// Median over a centred window of `window` samples (made odd), cut off at the ends. No NaN allowed in `values`. False
// (and `out` untouched) if n == 0 or memory runs out. O(n log window).
bool stats_moving_median(const double *values, size_t n, size_t window, double *out);
// Mean over the same window. O(n).
bool stats_moving_mean(const double *values, size_t n, size_t window, double *out);

// ── correlation and what survives autocorrelation (stats_correlation.c) ─────

// Over the pairs in which both are present. NaN for fewer than three pairs or a constant side.
double stats_pearson(const double *a, const double *b, size_t n);
// Mid-ranks for ties.
double stats_spearman(const double *a, const double *b, size_t n);
double stats_lag1(const double *values, size_t n);

// The number of independent pairs that n autocorrelated ones are worth: n / (1 + 2 sum (1 - k/n) ra(k) rb(k)), up to
// the first lag whose product is not positive; within 4..n. Missing pairs are masked. NaN for fewer than four pairs.
double stats_effective_pairs(const double *a, const double *b, size_t n);
// The same for the mean of one series: the acf counts once, not squared.
double stats_effective_size(const double *values, size_t n);

// Residuals of an AR(p) filter, p <= 8 by BIC (Levinson-Durbin on the masked acf). A value whose p predecessors are not
// all there is NaN. Residuals are clipped at 4 robust sigma. Returns the order, or -1 for a constant or too short (<
// 16) series; `out` (n values) is then all NaN. `values` and `out` may be the same array.
int stats_whiten(const double *values, size_t n, double *out);

// Takes the straight line of least squares off in place, over the present values; nothing happens below three values.
void stats_detrend(double *values, size_t n);

// ── tests (stats_tests.c) ───────────────────────────────────────────────────

double stats_normal_upper(double z);                  // P(Z > z)
double stats_chi_square_upper(double x, double df);   // P(X > x); NaN unless df > 0
double stats_normal_quantile(double p);               // z with P(Z <= z) = p
double stats_student_two_sided(double t, double df);  // P(|T| > |t|); NaN unless df > 0
// Two-sided p of a correlation coefficient over n_effective independent pairs. NaN unless n_effective > 2.
double stats_correlation_p(double r, double n_effective);
// Two-sided p of the difference of two means, unequal variances, n_effective per side. NaN for a side with < 2 values;
// 0 when neither side varies and the means differ, 1 when they do not.
double stats_welch_p(const double *a, size_t na, const double *b, size_t nb);
// q values of Benjamini and Hochberg; a p that is NaN stays NaN and is not counted as a test. `q` may be `p`.
void stats_benjamini_hochberg(const double *p, size_t n, double *q);
// Straight line through points by bisquare weights. False for fewer than three points or equal abscissae.
bool stats_line(const double *x, const double *y, size_t n, double *intercept, double *slope, double *slope_error);

// ── all lags at once (stats_lags.c) ─────────────────────────────────────────

// Correlations of a(i) with b(i + lag) for lag = -(nb-1)…: r[k] belongs to lag k - (na - 1), k < na + nb - 1, computed
// over the pairs in which both are present: pairs[k] of them, means and variances taken over just these. r is NaN where
// pairs < 3 or a side is constant. Both arrays are the caller's, na + nb - 1 long. False if memory runs out or na, nb
// is 0. Lag k means: what a shows at i, b shows at i + lag. O(n log n), padded to powers of two.
bool stats_all_lags(const double *a, size_t na, const double *b, size_t nb, double *r, double *pairs);
// Masked autocorrelation for lags 0..most (out has most + 1 entries); NaN where it is not defined. Global mean and
// variance.
bool stats_autocorrelation(const double *values, size_t n, size_t most, double *out);

// ── chance (stats_chance.c) ─────────────────────────────────────────────────

// A seeded generator (xoshiro256**): the same seed gives the same numbers everywhere.
struct chance {
    uint64_t state[4];
};
struct chance chance_new(uint64_t seed);
uint64_t chance_next(struct chance *chance);
double chance_uniform(struct chance *chance);              // in [0, 1)
size_t chance_below(struct chance *chance, size_t limit);  // 0..limit-1; 0 for limit 0
double chance_normal(struct chance *chance);
// Indices of one moving-block resample of 0..n-1 into `index` (n of them); block is cut to 1..n.
void chance_blocks(struct chance *chance, size_t n, size_t block, size_t *index);
// 95 % interval of the mean of `values` by `rounds` moving-block resamples of `block` values. NaN for no values.
void stats_mean_interval(const double *values, size_t n, size_t block, size_t rounds, uint64_t seed, double *low,
                         double *high);

#endif

// stats_correlation.c: correlation, effective sizes, whitening.
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/stats.h"

enum { AR_ORDER_MOST = 8, WHITEN_LEAST = 16, PAIRS_LEAST = 4 };

#define CLIP_SIGMAS 4

// Pairs that are present on both sides, one behind the other. `x` and `y` hold n values each.
static size_t present_pairs(const double *a, const double *b, size_t n, double *x, double *y) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i])) continue;
        x[count] = a[i];
        y[count++] = b[i];
    }
    return count;
}

static bool constant(const double *values, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (values[i] != values[0]) return false;
    return true;
}

static double correlation_of(const double *a, const double *b, size_t n, bool ranks) {
    double *x = n < 3 ? NULL : malloc(4 * n * sizeof *x);
    if (x == NULL) return NAN;
    double *y = x + n;
    double *work = y + n;
    double r = NAN;
    size_t count = present_pairs(a, b, n, x, y);
    if (count >= 3 && !constant(x, count) && !constant(y, count))
        r = ranks ? gsl_stats_spearman(x, 1, y, 1, count, work) : gsl_stats_correlation(x, 1, y, 1, count);
    free(x);
    return isnan(r) ? NAN : fmax(-1, fmin(1, r));
}

double stats_pearson(const double *a, const double *b, size_t n) { return correlation_of(a, b, n, false); }
double stats_spearman(const double *a, const double *b, size_t n) { return correlation_of(a, b, n, true); }

double stats_lag1(const double *values, size_t n) {
    double acf[2];
    return stats_autocorrelation(values, n, 1, acf) ? acf[1] : NAN;
}

// ── effective sizes ─────────────────────────────────────────────────────────

// n over 1 + 2 sum of (1 - k/n) ra(k) rb(k), up to the first product that is not positive.
static double effective(const double *ra, const double *rb, size_t most, double n) {
    double sum = 0;
    for (size_t k = 1; k <= most; k++) {
        double product = ra[k] * rb[k];
        if (!(product > 0)) break;
        sum += (1 - (double)k / n) * product;
    }
    return fmin(n, fmax(PAIRS_LEAST, n / (1 + 2 * sum)));
}

double stats_effective_pairs(const double *a, const double *b, size_t n) {
    size_t most = n / 2;
    double *memory = n < PAIRS_LEAST ? NULL : malloc((2 * n + 2 * (most + 1)) * sizeof *memory);
    if (memory == NULL) return NAN;
    double *x = memory;
    double *y = x + n;
    double *ra = y + n;
    double *rb = ra + most + 1;
    size_t pairs = 0;
    for (size_t i = 0; i < n; i++) {
        bool both = isfinite(a[i]) && isfinite(b[i]);
        x[i] = both ? a[i] : NAN;
        y[i] = both ? b[i] : NAN;
        pairs += both;
    }
    double size = NAN;
    if (pairs >= PAIRS_LEAST && stats_autocorrelation(x, n, most, ra) && stats_autocorrelation(y, n, most, rb))
        size = effective(ra, rb, most, (double)pairs);
    free(memory);
    return size;
}

double stats_effective_size(const double *values, size_t n) {
    size_t most = n / 2;
    double *memory = n < PAIRS_LEAST ? NULL : malloc(2 * (most + 1) * sizeof *memory);
    if (memory == NULL) return NAN;
    double *acf = memory;
    double *ones = acf + most + 1;
    for (size_t k = 0; k <= most; k++) ones[k] = 1;
    size_t present = 0;
    for (size_t i = 0; i < n; i++) present += isfinite(values[i]);
    double size = NAN;
    if (present >= PAIRS_LEAST && stats_autocorrelation(values, n, most, acf))
        size = effective(acf, ones, most, (double)present);
    free(memory);
    return size;
}

// ── whitening ───────────────────────────────────────────────────────────────

// The AR coefficients of the order that BIC prefers, by Levinson and Durbin.
static int fit_ar(const double *acf, double n, double best[AR_ORDER_MOST + 1]) {
    double phi[AR_ORDER_MOST + 1] = {0};
    double error = 1;
    double best_bic = 0;  // order 0: n log 1
    int order = 0;
    for (int p = 1; p <= AR_ORDER_MOST; p++) {
        double reflect = acf[p];
        for (int k = 1; k < p; k++) reflect -= phi[k] * acf[p - k];
        reflect /= error;
        if (!(fabs(reflect) < 1)) break;  // a masked acf need not be positive definite
        double next[AR_ORDER_MOST + 1];
        for (int k = 1; k < p; k++) next[k] = phi[k] - reflect * phi[p - k];
        for (int k = 1; k < p; k++) phi[k] = next[k];
        phi[p] = reflect;
        error *= 1 - reflect * reflect;
        double bic = n * log(error) + p * log(n);
        if (!(bic < best_bic)) continue;
        best_bic = bic;
        order = p;
        memcpy(best, phi, sizeof phi);
    }
    return order;
}

static void clip(double *values, size_t n) {
    double middle = stats_median(values, n);
    double reach = CLIP_SIGMAS * stats_scale(values, n);
    if (!(reach > 0)) return;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) values[i] = fmax(middle - reach, fmin(middle + reach, values[i]));
}

int stats_whiten(const double *values, size_t n, double *out) {
    double acf[AR_ORDER_MOST + 1];
    double phi[AR_ORDER_MOST + 1] = {0};
    size_t present = 0;
    for (size_t i = 0; i < n; i++) present += isfinite(values[i]);
    int order = -1;
    if (present >= WHITEN_LEAST && stats_autocorrelation(values, n, AR_ORDER_MOST, acf))
        order = fit_ar(acf, (double)present, phi);
    double mean = stats_mean(values, n);
    for (size_t i = n; i-- > 0;) {  // downwards, so that `out` may be `values`
        double residual = order < 0 || (size_t)order > i || !isfinite(values[i]) ? NAN : values[i] - mean;
        for (int k = 1; k <= order && !isnan(residual); k++)
            residual = isfinite(values[i - (size_t)k]) ? residual - phi[k] * (values[i - (size_t)k] - mean) : NAN;
        out[i] = residual;
    }
    if (order >= 0) clip(out, n);
    return order;
}

void stats_detrend(double *values, size_t n) {
    double count = 0;
    double sx = 0;
    double sy = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        count++;
        sx += (double)i;
        sy += values[i];
    }
    if (count < 3) return;
    double mx = sx / count;
    double my = sy / count;
    double sxx = 0;
    double sxy = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        sxx += ((double)i - mx) * ((double)i - mx);
        sxy += ((double)i - mx) * (values[i] - my);
    }
    if (!(sxx > 0)) return;
    double slope = sxy / sxx;
    for (size_t i = 0; i < n; i++)
        if (isfinite(values[i])) values[i] -= my + slope * ((double)i - mx);
}

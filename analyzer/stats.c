// stats.c: order statistics, scale and moving windows.
#include "analyzer/stats.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_movstat.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// MAD of a normal distribution times this is its standard deviation.
#define MAD_TO_SIGMA 1.482602218505602

void stats_init(void) { gsl_set_error_handler_off(); }

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

size_t stats_sort(double *values, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        double value = values[i];
        values[i] = values[kept];
        values[kept++] = value;
    }
    if (kept > 1) qsort(values, kept, sizeof *values, by_value);
    for (size_t i = kept; i < n; i++) values[i] = NAN;
    return kept;
}

// A sorted copy of the present values; NULL if there are none or memory runs out.
static double *sorted_copy(const double *values, size_t n, size_t *kept) {
    *kept = 0;
    if (n == 0 || n > SIZE_MAX / sizeof *values) return NULL;
    double *copy = malloc(n * sizeof *copy);
    if (copy == NULL) return NULL;
    memcpy(copy, values, n * sizeof *copy);
    *kept = stats_sort(copy, n);
    if (*kept > 0) return copy;
    free(copy);
    return NULL;
}

double stats_quantile_sorted(const double *sorted, size_t n, double share) {
    if (n == 0 || !(share >= 0 && share <= 1)) return NAN;
    return gsl_stats_quantile_from_sorted_data(sorted, 1, n, share);
}

double stats_quantile(const double *values, size_t n, double share) {
    size_t kept;
    double *copy = sorted_copy(values, n, &kept);
    if (copy == NULL) return NAN;
    double quantile = stats_quantile_sorted(copy, kept, share);
    free(copy);
    return quantile;
}

double stats_median(const double *values, size_t n) { return stats_quantile(values, n, 0.5); }

double stats_mean(const double *values, size_t n) {
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        sum += values[i];
        count++;
    }
    return count == 0 ? NAN : sum / (double)count;
}

double stats_variance(const double *values, size_t n) {
    double mean = stats_mean(values, n);
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        sum += (values[i] - mean) * (values[i] - mean);
        count++;
    }
    return count < 2 ? NAN : sum / (double)(count - 1);
}

// MAD of values that are present and sorted; destroys them.
static double mad_of_sorted(double *sorted, size_t n) {
    double middle = stats_quantile_sorted(sorted, n, 0.5);
    for (size_t i = 0; i < n; i++) sorted[i] = fabs(sorted[i] - middle);
    qsort(sorted, n, sizeof *sorted, by_value);
    return stats_quantile_sorted(sorted, n, 0.5);
}

double stats_mad(const double *values, size_t n) {
    size_t kept;
    double *copy = sorted_copy(values, n, &kept);
    if (copy == NULL) return NAN;
    double mad = mad_of_sorted(copy, kept);
    free(copy);
    return mad;
}

static double mad_of_differences(const double *values, size_t n) {
    double *steps = malloc(n * sizeof *steps);
    if (steps == NULL) return NAN;
    size_t count = 0;
    double previous = NAN;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        if (!isnan(previous)) steps[count++] = values[i] - previous;
        previous = values[i];
    }
    double mad = 0;
    if (count > 0) {
        qsort(steps, count, sizeof *steps, by_value);
        mad = mad_of_sorted(steps, count);
    }
    free(steps);
    return mad;
}

static double quantum_of_sorted(const double *sorted, size_t n) {
    double least = INFINITY;
    for (size_t i = 1; i < n; i++)
        if (sorted[i] > sorted[i - 1]) least = fmin(least, sorted[i] - sorted[i - 1]);
    return isinf(least) ? 0 : least;
}

double stats_scale(const double *values, size_t n) {
    size_t kept;
    double *copy = sorted_copy(values, n, &kept);
    if (copy == NULL || kept < 2) {
        free(copy);
        return NAN;
    }
    double span = stats_quantile_sorted(copy, kept, 0.99) - stats_quantile_sorted(copy, kept, 0.01);
    double scale = fmax(1e-3 * span, quantum_of_sorted(copy, kept) / 2);
    scale = fmax(scale, MAD_TO_SIGMA * mad_of_sorted(copy, kept));
    free(copy);
    double steps = mad_of_differences(values, n);
    return isnan(steps) ? NAN : fmax(scale, MAD_TO_SIGMA * steps / M_SQRT2);
}

// ── moving windows ──────────────────────────────────────────────────────────

bool stats_moving_median(const double *values, size_t n, size_t window, double *out) {
    if (n == 0) return false;
    size_t half = (window < n ? window : n) / 2;
    gsl_movstat_workspace *work = gsl_movstat_alloc(2 * half + 1);
    double *result = malloc(n * sizeof *result);
    bool good = work != NULL && result != NULL;
    if (good) {
        gsl_vector_const_view in = gsl_vector_const_view_array(values, n);
        gsl_vector_view to = gsl_vector_view_array(result, n);
        good = gsl_movstat_median(GSL_MOVSTAT_END_TRUNCATE, &in.vector, &to.vector, work) == GSL_SUCCESS;
    }
    if (good) memcpy(out, result, n * sizeof *out);
    free(result);
    if (work != NULL) gsl_movstat_free(work);
    return good;
}

// Running sums lose digits when large values cancel; offsets from the first value keep what matters.
bool stats_moving_mean(const double *values, size_t n, size_t window, double *out) {
    if (n == 0) return false;
    size_t half = (window < n ? window : n) / 2;
    double *sums = malloc((n + 1) * sizeof *sums);
    if (sums == NULL) return false;
    double origin = values[0];
    sums[0] = 0;
    for (size_t i = 0; i < n; i++) sums[i + 1] = sums[i] + (values[i] - origin);
    for (size_t i = 0; i < n; i++) {
        size_t from = i > half ? i - half : 0;
        size_t to = i + half < n ? i + half + 1 : n;
        out[i] = origin + (sums[to] - sums[from]) / (double)(to - from);
    }
    free(sums);
    return true;
}

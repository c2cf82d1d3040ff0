// stats_tests.c: tail probabilities, tests, and the control of many of them.
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdlib.h>

#include "analyzer/stats.h"

double stats_normal_upper(double z) { return isnan(z) ? NAN : gsl_cdf_ugaussian_Q(z); }

double stats_chi_square_upper(double x, double df) {
    if (isnan(x) || !(df > 0)) return NAN;
    return x <= 0 ? 1 : gsl_cdf_chisq_Q(x, df);
}

double stats_normal_quantile(double p) { return p > 0 && p < 1 ? gsl_cdf_ugaussian_Pinv(p) : NAN; }

double stats_student_two_sided(double t, double df) {
    if (isnan(t) || !(df > 0)) return NAN;
    return isinf(t) ? 0 : fmin(1, 2 * gsl_cdf_tdist_Q(fabs(t), df));
}

double stats_correlation_p(double r, double n_effective) {
    if (isnan(r) || !(n_effective > 2)) return NAN;
    double rest = 1 - r * r;
    if (!(rest > 0)) return 0;
    return stats_student_two_sided(r * sqrt((n_effective - 2) / rest), n_effective - 2);
}

static size_t present_in(const double *values, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += isfinite(values[i]);
    return count;
}

double stats_welch_p(const double *a, size_t na, const double *b, size_t nb) {
    if (present_in(a, na) < 2 || present_in(b, nb) < 2) return NAN;
    double difference = stats_mean(a, na) - stats_mean(b, nb);
    double va = stats_variance(a, na);
    double vb = stats_variance(b, nb);
    if (!(va > 0) && !(vb > 0)) return difference == 0 ? 1 : 0;
    // A constant side has no autocorrelation to speak of: it counts as it is.
    double ea = va > 0 ? stats_effective_size(a, na) : (double)present_in(a, na);
    double eb = vb > 0 ? stats_effective_size(b, nb) : (double)present_in(b, nb);
    if (isnan(ea)) ea = (double)present_in(a, na);
    if (isnan(eb)) eb = (double)present_in(b, nb);
    double sa = va / ea;
    double sb = vb / eb;
    double df = (sa + sb) * (sa + sb) / (sa * sa / (ea - 1) + sb * sb / (eb - 1));
    return stats_student_two_sided(difference / sqrt(sa + sb), df);
}

// ── many tests ──────────────────────────────────────────────────────────────

struct ranked {
    double p;
    size_t index;
};

static int by_p(const void *a, const void *b) {
    const struct ranked *x = a;
    const struct ranked *y = b;
    if (x->p != y->p) return x->p < y->p ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

void stats_benjamini_hochberg(const double *p, size_t n, double *q) {
    struct ranked *list = n == 0 ? NULL : malloc(n * sizeof *list);
    size_t tests = 0;
    for (size_t i = 0; i < n; i++) {
        if (list != NULL && !isnan(p[i])) list[tests++] = (struct ranked){p[i], i};
        q[i] = NAN;
    }
    if (tests > 1) qsort(list, tests, sizeof *list, by_p);
    double least = 1;
    for (size_t k = tests; k-- > 0;) {
        least = fmin(least, list[k].p * (double)tests / (double)(k + 1));
        q[list[k].index] = least;
    }
    free(list);
}

// ── a line through points ───────────────────────────────────────────────────

static bool spread_out(const double *x, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0]) return true;
    return false;
}

bool stats_line(const double *x, const double *y, size_t n, double *intercept, double *slope, double *slope_error) {
    if (n < 3 || !spread_out(x, n)) return false;
    gsl_matrix *design = gsl_matrix_alloc(n, 2);
    gsl_vector *target = gsl_vector_alloc(n);
    gsl_vector *answer = gsl_vector_alloc(2);
    gsl_matrix *covariance = gsl_matrix_alloc(2, 2);
    gsl_multifit_robust_workspace *work = gsl_multifit_robust_alloc(gsl_multifit_robust_bisquare, n, 2);
    bool good = design != NULL && target != NULL && answer != NULL && covariance != NULL && work != NULL;
    for (size_t i = 0; good && i < n; i++) {
        gsl_matrix_set(design, i, 0, 1);
        gsl_matrix_set(design, i, 1, x[i]);
        gsl_vector_set(target, i, y[i]);
    }
    good = good && gsl_multifit_robust(design, target, answer, covariance, work) == GSL_SUCCESS;
    if (good) {
        *intercept = gsl_vector_get(answer, 0);
        *slope = gsl_vector_get(answer, 1);
        *slope_error = sqrt(fmax(0, gsl_matrix_get(covariance, 1, 1)));
        good = isfinite(*intercept) && isfinite(*slope) && isfinite(*slope_error);
    }
    if (work != NULL) gsl_multifit_robust_free(work);
    gsl_matrix_free(covariance);
    gsl_vector_free(answer);
    gsl_vector_free(target);
    gsl_matrix_free(design);
    return good;
}

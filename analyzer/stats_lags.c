// stats_lags.c: correlation at every lag, by fast Fourier transforms of values, squares and masks.
//
// Everything is padded to powers of two: a mixed-radix transform of a prime
// length takes seconds where radix 2 takes milliseconds.
#include <gsl/gsl_errno.h>
#include <gsl/gsl_fft_halfcomplex.h>
#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdlib.h>

#include "analyzer/stats.h"

// Lengths beyond this are refused: the six buffers would not fit into a sane amount of memory.
#define LAGS_MOST ((size_t)1 << 25)

static size_t power_of_two(size_t least) {
    size_t size = 2;
    while (size < least) size *= 2;
    return size;
}

// One side: values with 0 for missing, their squares, and the mask, all transformed.
struct side {
    double *value, *square, *mask;
};

static double *buffer(size_t size) { return calloc(size, sizeof(double)); }

static void side_free(struct side *side) {
    free(side->value);
    free(side->square);
    free(side->mask);
}

static bool side_make(struct side *side, const double *values, size_t n, size_t size) {
    *side = (struct side){buffer(size), buffer(size), buffer(size)};
    if (side->value == NULL || side->square == NULL || side->mask == NULL) return false;
    // Centred and scaled first: sums of squares of large offsets would cancel.
    double mean = stats_mean(values, n);
    double spread = sqrt(stats_variance(values, n));
    if (!(spread > 0)) spread = 1;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) continue;
        side->value[i] = (values[i] - mean) / spread;
        side->square[i] = side->value[i] * side->value[i];
        side->mask[i] = 1;
    }
    return gsl_fft_real_radix2_transform(side->value, 1, size) == GSL_SUCCESS &&
           gsl_fft_real_radix2_transform(side->square, 1, size) == GSL_SUCCESS &&
           gsl_fft_real_radix2_transform(side->mask, 1, size) == GSL_SUCCESS;
}

// out[lag mod size] = sum over i of a(i) b(i + lag), from the transforms of a and b.
static bool cross(const double *a, const double *b, size_t size, double *out) {
    out[0] = a[0] * b[0];
    out[size / 2] = a[size / 2] * b[size / 2];
    for (size_t k = 1; k < size / 2; k++) {
        double ar = a[k];
        double ai = a[size - k];
        double br = b[k];
        double bi = b[size - k];
        out[k] = ar * br + ai * bi;
        out[size - k] = ar * bi - ai * br;
    }
    return gsl_fft_halfcomplex_radix2_inverse(out, 1, size) == GSL_SUCCESS;
}

// Sums over the pairs of every lag.
struct sums {
    double *ab, *a, *b, *aa, *bb, *n;
};

static bool sums_make(struct sums *sums, const struct side *a, const struct side *b, size_t size) {
    *sums = (struct sums){buffer(size), buffer(size), buffer(size), buffer(size), buffer(size), buffer(size)};
    return sums->ab != NULL && sums->a != NULL && sums->b != NULL && sums->aa != NULL && sums->bb != NULL &&
           sums->n != NULL && cross(a->value, b->value, size, sums->ab) && cross(a->value, b->mask, size, sums->a) &&
           cross(a->mask, b->value, size, sums->b) && cross(a->square, b->mask, size, sums->aa) &&
           cross(a->mask, b->square, size, sums->bb) && cross(a->mask, b->mask, size, sums->n);
}

static void sums_free(struct sums *sums) {
    free(sums->ab);
    free(sums->a);
    free(sums->b);
    free(sums->aa);
    free(sums->bb);
    free(sums->n);
}

static double correlation_at(const struct sums *s, size_t k, double n) {
    if (n < 3) return NAN;
    double va = s->aa[k] - s->a[k] * s->a[k] / n;
    double vb = s->bb[k] - s->b[k] * s->b[k] / n;
    // Rounding of the transforms leaves about 1e-9 of a variance where there is none.
    if (!(va > 1e-7 * n) || !(vb > 1e-7 * n)) return NAN;
    double r = (s->ab[k] - s->a[k] * s->b[k] / n) / sqrt(va * vb);
    return fmax(-1, fmin(1, r));
}

bool stats_all_lags(const double *a, size_t na, const double *b, size_t nb, double *r, double *pairs) {
    if (na == 0 || nb == 0 || na > LAGS_MOST || nb > LAGS_MOST) return false;
    size_t size = power_of_two(na + nb);
    struct side left = {0};
    struct side right = {0};
    struct sums sums = {0};
    bool good =
        side_make(&left, a, na, size) && side_make(&right, b, nb, size) && sums_make(&sums, &left, &right, size);
    for (size_t k = 0; good && k < na + nb - 1; k++) {
        size_t at = k >= na - 1 ? k - (na - 1) : size - (na - 1 - k);
        pairs[k] = fmax(0, round(sums.n[at]));
        r[k] = correlation_at(&sums, at, pairs[k]);
    }
    sums_free(&sums);
    side_free(&left);
    side_free(&right);
    return good;
}

bool stats_autocorrelation(const double *values, size_t n, size_t most, double *out) {
    if (n < 2 || n > LAGS_MOST || most >= LAGS_MOST) return false;
    double variance = stats_variance(values, n);
    if (!(variance > 0)) return false;
    size_t size = power_of_two(2 * n);
    struct side side;
    double *products = buffer(size);
    double *pairs = buffer(size);
    bool good = side_make(&side, values, n, size) && products != NULL && pairs != NULL &&
                cross(side.value, side.value, size, products) && cross(side.mask, side.mask, size, pairs);
    for (size_t k = 0; good && k <= most; k++) {
        double count = k < n ? round(pairs[k]) : 0;
        out[k] = count < 1 ? NAN : products[k] / count;
    }
    double whole = good ? out[0] : NAN;
    good = good && whole > 0;
    for (size_t k = 0; good && k <= most; k++) out[k] /= whole;
    free(products);
    free(pairs);
    side_free(&side);
    return good;
}

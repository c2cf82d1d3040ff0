// Statistics: known answers, and what must come back from short, constant, gappy and hostile arrays.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
//
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/stats.h"

#define CLOSE(a, b, within) assert_true(fabs((a) - (b)) <= (within))

static void quantiles_leave_missing_values_out(void **state) {
    (void)state;
    const double x[] = {NAN, 3, 1, INFINITY, 2, 4};
    CLOSE(stats_median(x, 6), 2.5, 1e-12);
    CLOSE(stats_quantile(x, 6, 0), 1, 0);
    CLOSE(stats_quantile(x, 6, 1), 4, 0);
    CLOSE(stats_mean(x, 6), 2.5, 1e-12);
    CLOSE(stats_variance(x, 6), 5.0 / 3, 1e-12);
    assert_true(isnan(stats_median(x, 1)));
    assert_true(isnan(stats_median(x, 0)));
    assert_true(isnan(stats_quantile(x, 6, 1.5)));
    assert_true(isnan(stats_variance(x + 1, 1)));
}

static void scale_has_floors_for_quantised_logs(void **state) {
    (void)state;
    double flat[100];
    double steps[100];
    for (int i = 0; i < 100; i++) {
        flat[i] = 42;
        steps[i] = i % 10 == 0 ? 100.01 : 100;  // the MAD is 0
    }
    assert_true(stats_scale(flat, 100) == 0);
    CLOSE(stats_mad(steps, 100), 0, 0);
    CLOSE(stats_scale(steps, 100), 0.005, 1e-6);
    assert_true(isnan(stats_scale(flat, 1)));
    const double x[] = {1, 2, 3, 4, 100};
    CLOSE(stats_mad(x, 5), 1, 1e-12);
}

static void correlation_of_known_pairs(void **state) {
    (void)state;
    const double a[] = {1, 2, 3, 4, 5, NAN};
    const double b[] = {2, 4, 6, 8, 11, 1};
    const double flat[] = {7, 7, 7, 7, 7, 7};
    CLOSE(stats_pearson(a, b, 6), 0.99590, 1e-4);
    CLOSE(stats_spearman(a, b, 6), 1, 1e-12);
    assert_true(isnan(stats_pearson(a, flat, 6)));
    assert_true(isnan(stats_spearman(flat, b, 6)));
    assert_true(isnan(stats_pearson(a, b, 2)));
    const double ties[] = {1, 1, 2, 2, 3};
    const double other[] = {1, 2, 2, 3, 3};
    CLOSE(stats_spearman(ties, other, 5), 0.80556, 1e-4);  // mid-ranks
}

static void fill_ar(double *x, size_t n, double phi, struct chance *chance) {
    double value = 0;
    for (size_t i = 0; i < n; i++) {
        value = phi * value + chance_normal(chance);
        x[i] = value;
    }
}

static void effective_size_of_autocorrelated_series(void **state) {
    (void)state;
    enum { N = 4000 };
    static double x[N];
    static double y[N];
    struct chance chance = chance_new(1);
    fill_ar(x, N, 0, &chance);
    assert_true(stats_effective_size(x, N) > 0.7 * N);
    fill_ar(x, N, 0.9, &chance);
    fill_ar(y, N, 0.9, &chance);
    // n (1 - phi) / (1 + phi) for a mean, n (1 - phi²) / (1 + phi²) for a correlation.
    double mean = stats_effective_size(x, N);
    assert_true(mean > 120 && mean < 350);
    double pairs = stats_effective_pairs(x, y, N);
    assert_true(pairs > 250 && pairs < 700);
    x[0] = NAN;
    assert_true(isnan(stats_effective_pairs(x, y, 4)));
}

static void whitening_takes_autocorrelation_away(void **state) {
    (void)state;
    enum { N = 2003 };  // a prime length
    static double x[N];
    struct chance chance = chance_new(2);
    fill_ar(x, N, 0.8, &chance);
    x[700] = NAN;
    assert_true(stats_lag1(x, N) > 0.7);
    assert_true(stats_whiten(x, N, x) >= 1);
    assert_true(fabs(stats_lag1(x, N)) < 0.08);
    assert_true(isnan(x[700]) && isnan(x[701]) && !isnan(x[720]));
    double flat[40];
    for (int i = 0; i < 40; i++) flat[i] = 5;
    assert_int_equal(stats_whiten(flat, 40, flat), -1);
    assert_true(isnan(flat[20]));
}

static void detrending_leaves_no_slope(void **state) {
    (void)state;
    double x[] = {1, 3, NAN, 7, 9};
    stats_detrend(x, 5);
    CLOSE(x[0], 0, 1e-12);
    CLOSE(x[4], 0, 1e-12);
    assert_true(isnan(x[2]));
}

static void tails_agree_with_tables(void **state) {
    (void)state;
    CLOSE(stats_normal_upper(1.959964), 0.025, 1e-7);
    CLOSE(stats_normal_quantile(0.975), 1.959964, 1e-5);
    CLOSE(stats_student_two_sided(2.228139, 10), 0.05, 1e-6);
    CLOSE(stats_chi_square_upper(15.50731, 8), 0.05, 1e-6);
    CLOSE(stats_correlation_p(0.632, 10), 0.05, 1e-3);
    assert_true(isnan(stats_student_two_sided(1, 0)));
    assert_true(isnan(stats_correlation_p(0.5, 2)));
    assert_true(stats_correlation_p(1, 10) == 0);
}

static void welch_test_of_levels(void **state) {
    (void)state;
    enum { LENGTH = 200, ROUNDS = 100 };
    double x[LENGTH];
    double y[LENGTH];
    struct chance chance = chance_new(3);
    int wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        fill_ar(x, LENGTH, round % 2 == 0 ? 0 : 0.7, &chance);
        fill_ar(y, LENGTH, round % 2 == 0 ? 0 : 0.7, &chance);
        wrong += stats_welch_p(x, LENGTH, y, LENGTH) < 0.05;
    }
    assert_true(wrong <= 15);
    for (int i = 0; i < LENGTH; i++) y[i] += 3;
    assert_true(stats_welch_p(x, LENGTH, y, LENGTH) < 1e-6);
    const double flat[] = {1, 1, 1};
    const double higher[] = {2, 2, 2};
    assert_true(stats_welch_p(flat, 3, higher, 3) == 0);
    assert_true(stats_welch_p(flat, 3, flat, 3) == 1);
    assert_true(isnan(stats_welch_p(flat, 1, higher, 3)));
}

static void false_discovery_rate(void **state) {
    (void)state;
    const double p[] = {0.01, 0.04, NAN, 0.03, 0.5};
    double q[5];
    stats_benjamini_hochberg(p, 5, q);
    CLOSE(q[0], 0.04, 1e-12);
    CLOSE(q[3], 0.16 / 3, 1e-9);
    CLOSE(q[1], 0.16 / 3, 1e-9);
    CLOSE(q[4], 0.5, 1e-12);
    assert_true(isnan(q[2]));
    stats_benjamini_hochberg(p, 0, q);
}

static void robust_line_ignores_an_outlier(void **state) {
    (void)state;
    double x[20];
    double y[20];
    for (int i = 0; i < 20; i++) {
        x[i] = i;
        y[i] = 3 + 2 * i + 0.01 * (i % 3);
    }
    y[7] = 500;
    double at;
    double slope;
    double error;
    assert_true(stats_line(x, y, 20, &at, &slope, &error));
    CLOSE(slope, 2, 0.01);
    CLOSE(at, 3, 0.1);
    for (int i = 0; i < 20; i++) x[i] = 1;
    assert_false(stats_line(x, y, 20, &at, &slope, &error));
    assert_false(stats_line(x, y, 2, &at, &slope, &error));
}

static double direct(const double *a, size_t na, const double *b, size_t nb, long lag, double *pairs) {
    double x[64];
    double y[64];
    size_t n = 0;
    for (size_t i = 0; i < na; i++) {
        long j = (long)i + lag;
        if (j < 0 || j >= (long)nb || isnan(a[i]) || isnan(b[j])) continue;
        x[n] = a[i];
        y[n++] = b[j];
    }
    *pairs = (double)n;
    return stats_pearson(x, y, n);
}

static void all_lags_equal_the_direct_sums(void **state) {
    (void)state;
    enum { NA = 37, NB = 53 };
    double a[NA];
    double b[NB];
    double r[NA + NB - 1];
    double pairs[NA + NB - 1];
    struct chance chance = chance_new(4);
    for (int i = 0; i < NA; i++)
        a[i] = i % 7 == 3 ? NAN : 1e6 + chance_normal(&chance);  // a large offset must not cancel
    for (int i = 0; i < NB; i++) b[i] = i % 11 == 5 ? NAN : chance_normal(&chance);
    assert_true(stats_all_lags(a, NA, b, NB, r, pairs));
    for (int k = 0; k < NA + NB - 1; k++) {
        double count;
        double want = direct(a, NA, b, NB, (long)k - (NA - 1), &count);
        CLOSE(pairs[k], count, 0);
        if (isnan(want)) {
            assert_true(isnan(r[k]) || count < 3);
            continue;
        }
        CLOSE(r[k], want, 1e-6);
    }
    assert_false(stats_all_lags(a, 0, b, NB, r, pairs));
}

static void constant_and_missing_sides_have_no_correlation(void **state) {
    (void)state;
    double a[20];
    double b[20];
    double r[39];
    double pairs[39];
    for (int i = 0; i < 20; i++) {
        a[i] = 3;
        b[i] = i;
    }
    assert_true(stats_all_lags(a, 20, b, 20, r, pairs));
    for (int k = 0; k < 39; k++) assert_true(isnan(r[k]));
    for (int i = 0; i < 20; i++) a[i] = NAN;
    assert_true(stats_all_lags(a, 20, b, 20, r, pairs));
    for (int k = 0; k < 39; k++) assert_true(isnan(r[k]) && pairs[k] == 0);
    double acf[5];
    assert_false(stats_autocorrelation(a, 20, 4, acf));
    assert_false(stats_autocorrelation(b, 1, 0, acf));
}

static void moving_windows_are_cut_at_the_ends(void **state) {
    (void)state;
    const double x[] = {5, 1, 9, 2, 8};
    double out[5];
    assert_true(stats_moving_median(x, 5, 3, out));
    CLOSE(out[0], 3, 1e-12);
    CLOSE(out[1], 5, 1e-12);
    CLOSE(out[2], 2, 1e-12);
    assert_true(stats_moving_mean(x, 5, 3, out));
    CLOSE(out[0], 3, 1e-12);
    CLOSE(out[4], 5, 1e-12);
    assert_false(stats_moving_median(x, 0, 3, out));
}

static void chance_repeats_itself_and_is_uniform(void **state) {
    (void)state;
    struct chance a = chance_new(9);
    struct chance b = chance_new(9);
    double sum = 0;
    for (int i = 0; i < 10000; i++) {
        double u = chance_uniform(&a);
        assert_true(u >= 0 && u < 1 && u == chance_uniform(&b));
        sum += u;
    }
    CLOSE(sum / 10000, 0.5, 0.01);
    assert_int_equal(chance_below(&a, 0), 0);
    size_t index[10];
    chance_blocks(&a, 10, 4, index);
    for (int i = 0; i < 10; i++) assert_true(index[i] < 10);
    assert_true(index[1] == index[0] + 1 && index[3] == index[0] + 3);
}

static void block_intervals_cover_the_mean(void **state) {
    (void)state;
    double x[200];
    struct chance chance = chance_new(10);
    int covered = 0;
    for (int round = 0; round < 60; round++) {
        fill_ar(x, 200, 0, &chance);
        double low;
        double high;
        stats_mean_interval(x, 200, 5, 200, 7, &low, &high);
        covered += low <= 0 && high >= 0;
    }
    assert_true(covered >= 50);
    double low;
    double high;
    stats_mean_interval(x, 0, 5, 200, 7, &low, &high);
    assert_true(isnan(low) && isnan(high));
}

static void ten_million_values_take_no_wrong_turn(void **state) {
    (void)state;
    size_t n = 10000000;
    double *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) x[i] = (double)(i % 1000);
    CLOSE(stats_median(x, n), 499.5, 1);
    CLOSE(stats_mean(x, n), 499.4, 0.5);
    CLOSE(stats_variance(x, n), 1e6 / 12, 1);
    assert_true(stats_moving_mean(x, n, 1000, x));
    CLOSE(x[n / 2], 499.5, 1);
    free(x);
}

int main(void) {
    stats_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_leave_missing_values_out),
        cmocka_unit_test(scale_has_floors_for_quantised_logs),
        cmocka_unit_test(correlation_of_known_pairs),
        cmocka_unit_test(effective_size_of_autocorrelated_series),
        cmocka_unit_test(whitening_takes_autocorrelation_away),
        cmocka_unit_test(detrending_leaves_no_slope),
        cmocka_unit_test(tails_agree_with_tables),
        cmocka_unit_test(welch_test_of_levels),
        cmocka_unit_test(false_discovery_rate),
        cmocka_unit_test(robust_line_ignores_an_outlier),
        cmocka_unit_test(all_lags_equal_the_direct_sums),
        cmocka_unit_test(constant_and_missing_sides_have_no_correlation),
        cmocka_unit_test(moving_windows_are_cut_at_the_ends),
        cmocka_unit_test(chance_repeats_itself_and_is_uniform),
        cmocka_unit_test(block_intervals_cover_the_mean),
        cmocka_unit_test(ten_million_values_take_no_wrong_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

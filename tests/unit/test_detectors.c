// The detectors: what they must find, and how often they may be wrong on series in which there is nothing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
//
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/anomaly.h"
#include "analyzer/changes.h"
#include "analyzer/correlate.h"
#include "analyzer/period.h"
#include "analyzer/stats.h"
#include "core/arena.h"

enum { N = 1000 };

static size_t changes_in(const double *x, size_t n, struct change_point *first) {
    struct arena *arena = arena_new();
    struct change_point *points;
    size_t count = changes_find(x, n, NULL, arena, &points);
    if (count > 0) *first = points[0];
    arena_free(arena);
    return count;
}

// ── changes ─────────────────────────────────────────────────────────────────

static void one_step_is_found_at_its_place(void **state) {
    (void)state;
    double x[N];
    struct chance chance = chance_new(1);
    for (int i = 0; i < N; i++) x[i] = (i < 400 ? 90 : 60) + 4 * chance_normal(&chance);
    x[399] = NAN;  // gaps keep the indices
    struct change_point point = {0};
    assert_int_equal(changes_in(x, N, &point), 1);
    assert_in_range(point.index, 398, 402);
    assert_true(point.low <= point.index && point.index <= point.high && point.high - point.low < 10);
    assert_true(fabs(point.before - 90) < 1 && fabs(point.after - 60) < 1 && point.p < 1e-6);
}

static void nothing_is_found_where_nothing_changes(void **state) {
    (void)state;
    struct change_point point = {0};
    double x[N];
    for (int i = 0; i < N; i++) x[i] = 5;
    assert_int_equal(changes_in(x, N, &point), 0);
    for (int i = 0; i < N; i++) x[i] = NAN;
    assert_int_equal(changes_in(x, N, &point), 0);
    assert_int_equal(changes_in(x, 0, &point), 0);
    const double two[] = {1, 100};
    assert_int_equal(changes_in(two, 2, &point), 0);
}

static void noise_and_slopes_are_no_changes(void **state) {
    (void)state;
    struct chance chance = chance_new(2);
    int wrong = 0;
    for (int round = 0; round < 40; round++) {
        double x[300];
        double value = 0;
        for (int i = 0; i < 300; i++) {
            value = 0.5 * value + chance_normal(&chance);
            x[i] = 50 + value + (round % 2 == 0 ? 0.2 * i : 0);
        }
        struct change_point point = {0};
        wrong += changes_in(x, 300, &point) > 0;
    }
    assert_true(wrong <= 3);
}

static void a_long_series_is_cut_into_cells(void **state) {
    (void)state;
    enum { LONG = 60011 };
    double *x = malloc(LONG * sizeof *x);
    assert_non_null(x);
    struct chance chance = chance_new(3);
    for (int i = 0; i < LONG; i++) x[i] = (i < 12347 ? 10 : i < 40000 ? 40 : 20) + chance_normal(&chance);
    struct change_point point = {0};
    assert_int_equal(changes_in(x, LONG, &point), 2);
    assert_in_range(point.index, 12345, 12349);
    free(x);
}

// ── rare excursions ─────────────────────────────────────────────────────────

// How many, and the rarest of them.
static size_t anomalies_in(const double *x, size_t n, struct anomaly_peak *rarest) {
    struct arena *arena = arena_new();
    struct anomaly_peak *peaks;
    size_t count = anomalies_find(x, n, arena, &peaks);
    *rarest = (struct anomaly_peak){0};
    for (size_t i = 0; i < count; i++)
        if (peaks[i].score > rarest->score) *rarest = peaks[i];
    arena_free(arena);
    return count;
}

static void one_excursion_is_rare_ten_are_not(void **state) {
    (void)state;
    double x[N];
    struct chance chance = chance_new(4);
    for (int i = 0; i < N; i++) x[i] = 100 + chance_normal(&chance);
    for (int i = 500; i < 520; i++) x[i] += 40;
    struct anomaly_peak peak = {0};
    assert_in_range(anomalies_in(x, N, &peak), 1, 2);  // noise of 4.8 sigma is rare, too
    assert_true(peak.start >= 490 && peak.end <= 530 && peak.start <= 510 && peak.end >= 510);
    assert_true(peak.value > 135 && fabs(peak.usual - 100) < 1 && peak.score > 10);
    for (int i = 0; i < N; i++) x[i] = 100 + chance_normal(&chance);
    for (int k = 0; k < 10; k++)
        for (int i = 0; i < 20; i++) x[k * 100 + 20 + i] = 140 + chance_normal(&chance);
    assert_int_equal(anomalies_in(x, N, &peak), 0);
    int wrong = 0;
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < N; i++) x[i] = 100 + chance_normal(&chance);
        wrong += anomalies_in(x, N, &peak) > 0;
    }
    assert_true(wrong <= 3);
}

static void short_constant_and_missing_logs_have_no_anomalies(void **state) {
    (void)state;
    double x[N];
    struct anomaly_peak peak = {0};
    for (int i = 0; i < N; i++) x[i] = 7;
    assert_int_equal(anomalies_in(x, N, &peak), 0);
    x[3] = 9;
    assert_int_equal(anomalies_in(x, 49, &peak), 0);
    for (int i = 0; i < N; i++) x[i] = NAN;
    assert_int_equal(anomalies_in(x, N, &peak), 0);
    assert_int_equal(anomalies_in(x, 0, &peak), 0);
}

// ── periods ─────────────────────────────────────────────────────────────────

static void dips_of_epochs_have_a_period(void **state) {
    (void)state;
    float x[N];
    struct chance chance = chance_new(5);
    for (int i = 0; i < N; i++)
        x[i] = (float)(fmod(i * 5.0, 430) < 30 ? 5 + chance_normal(&chance) : 92 + 3 * chance_normal(&chance));
    x[17] = NAN;
    struct period_result found;
    assert_true(period_find(x, N, 5, &found));
    assert_true(found.established && found.p < 0.01);
    assert_true(fabs(found.seconds - 430) < 9);
    assert_in_range(found.cycles, 11, 11);
}

static void dips_at_random_have_none(void **state) {
    (void)state;
    struct chance chance = chance_new(6);
    int wrong = 0;
    for (int round = 0; round < 60; round++) {
        float x[N];
        for (int i = 0; i < N; i++) x[i] = (float)(92 + 3 * chance_normal(&chance));
        for (int k = 0; k < 14; k++) {
            size_t at = chance_below(&chance, N - 6);
            for (size_t i = at; i < at + 6; i++) x[i] = 5;
        }
        struct period_result found;
        wrong += period_find(x, N, 5, &found) && found.established;
    }
    assert_true(wrong <= 2);
    float flat[N] = {0};
    struct period_result found;
    assert_false(period_find(flat, N, 5, &found));
    assert_false(period_find(flat, 3, 5, &found));
}

static void a_profile_can_be_taken_off(void **state) {
    (void)state;
    double x[N];
    for (int i = 0; i < N; i++) x[i] = 10 + 5 * sin(2 * M_PI * i / 50);
    assert_true(fabs(period_guess(x, N, 10) - 50) < 0.5);
    period_remove(x, N, 50);
    assert_true(stats_variance(x, N) < 0.01);
}

// ── correlations ────────────────────────────────────────────────────────────

static void fill(float *a, float *b, size_t n, double phi, double shared, long lag, struct chance *chance) {
    double x = 0;
    double y = 0;
    static double history[N + 100];
    for (size_t i = 0; i < n + 50; i++) history[i] = chance_normal(chance);
    for (size_t i = 0; i < n; i++) {
        x = phi * x + shared * history[i + 50 - (size_t)lag] + chance_normal(chance);
        y = phi * y + shared * history[i + 50] + chance_normal(chance);
        a[i] = (float)x;
        b[i] = (float)y;
    }
}

static bool significant(const float *a, const float *b, size_t n, struct correlation *out) {
    return correlate_pair(a, b, n, 10, 0, NULL, out) && out->p < 0.05;
}

static void autocorrelated_strangers_are_not_related(void **state) {
    (void)state;
    struct chance chance = chance_new(7);
    float a[N];
    float b[N];
    int wrong = 0;
    for (int round = 0; round < 60; round++) {
        struct correlation out;
        fill(a, b, N, round % 2 == 0 ? 0.9 : 0.99, 0, 0, &chance);
        if (round % 3 == 0)
            for (int i = 0; i < N; i++) a[i] += 0.05F * (float)i, b[i] += 0.05F * (float)i;  // and a shared trend
        wrong += significant(a, b, N, &out);
    }
    assert_true(wrong <= 5);
}

static void a_relation_is_seen_and_its_lead(void **state) {
    (void)state;
    struct chance chance = chance_new(8);
    float a[N];
    float b[N];
    struct correlation out;
    fill(a, b, N, 0.5, 1, 4, &chance);  // a follows b by 4 bins
    assert_true(correlate_pair(a, b, N, 10, 5, NULL, &out));
    assert_true(out.lag_seconds == 40 && out.lag_holds);
    assert_true(correlate_pair(a, b, N, 10, 60, NULL, &out));  // within what the clocks leave open
    assert_false(out.lag_holds);
    fill(a, b, N, 0.9, 1, 0, &chance);
    assert_true(significant(a, b, N, &out));
    assert_true(out.p < 1e-4 && out.low < out.spearman && out.spearman < out.high && out.n_effective < N);
    assert_true(out.lag_seconds == 0 && !out.lag_holds);
}

static double peak_of(const struct lag_curve *curve) {
    double peak = 0;
    for (size_t i = 0; i < curve->count; i++) peak = fmax(peak, fabs(curve->r[i]));
    return peak;
}

static void a_curve_of_lags_peaks_at_the_lead_and_chance_stays_in_its_band(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct chance chance = chance_new(9);
    float a[N];
    float b[N];
    struct lag_curve curve = {0};
    fill(a, b, N, 0.5, 1, 3, &chance);  // b is ahead by 3 bins
    assert_true(correlate_lags(a, b, N, 10, arena, &curve));
    assert_true(curve.count % 2 == 1 && curve.reach == 60 && curve.step == 10);
    assert_true(curve.peak_seconds == 30 && peak_of(&curve) > 2 * curve.band);
    int out = 0;
    for (int round = 0; round < 100; round++) {
        fill(a, b, N, round % 2 == 0 ? 0.9 : 0.5, 0, 0, &chance);
        assert_true(correlate_lags(a, b, N, 10, arena, &curve));
        out += peak_of(&curve) > curve.band;
    }
    assert_true(out <= 10);
    for (int i = 0; i < N; i++) a[i] = 1;
    assert_false(correlate_lags(a, b, N, 10, arena, &curve));
    assert_false(correlate_lags(a, b, 20, 10, arena, &curve));
    assert_false(correlate_lags(a, b, 0, 10, arena, &curve));
    arena_free(arena);
}

static void what_cannot_be_tested_is_not(void **state) {
    (void)state;
    float a[N];
    float b[N];
    struct chance chance = chance_new(9);
    struct correlation out;
    fill(a, b, N, 0, 1, 0, &chance);
    assert_false(correlate_pair(a, b, 20, 10, 0, NULL, &out));
    assert_true(isnan(out.p) && isnan(out.spearman));
    assert_false(correlate_pair(a, b, 0, 10, 0, NULL, &out));
    for (int i = 0; i < N; i++) b[i] = 100;
    assert_false(correlate_pair(a, b, N, 10, 0, NULL, &out));
    for (int i = 0; i < N; i++) b[i] = NAN;
    assert_false(correlate_pair(a, b, N, 10, 0, NULL, &out));
    struct correlation list[3] = {{.p = 0.001}, {.p = 0.2}, {.p = NAN}};
    correlate_adjust(list, 3);
    assert_true(list[0].significant && !list[1].significant && !list[2].significant && isnan(list[2].q));
    correlate_adjust(NULL, 0);
}

int main(void) {
    stats_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_step_is_found_at_its_place),
        cmocka_unit_test(nothing_is_found_where_nothing_changes),
        cmocka_unit_test(noise_and_slopes_are_no_changes),
        cmocka_unit_test(a_long_series_is_cut_into_cells),
        cmocka_unit_test(one_excursion_is_rare_ten_are_not),
        cmocka_unit_test(short_constant_and_missing_logs_have_no_anomalies),
        cmocka_unit_test(dips_of_epochs_have_a_period),
        cmocka_unit_test(dips_at_random_have_none),
        cmocka_unit_test(a_profile_can_be_taken_off),
        cmocka_unit_test(autocorrelated_strangers_are_not_related),
        cmocka_unit_test(a_relation_is_seen_and_its_lead),
        cmocka_unit_test(a_curve_of_lags_peaks_at_the_lead_and_chance_stays_in_its_band),
        cmocka_unit_test(what_cannot_be_tested_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

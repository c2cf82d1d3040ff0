// What charts are made of: ticks, the envelope of native samples, lanes, the choice of charts.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "reports/axis.h"
#include "reports/chart.h"
#include "reports/lanes.h"
#include "reports/palette.h"
#include "tests/unit/sample_diagnosis.h"

static void test_value_ticks_are_round(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct axis axis = axis_values(arena, 0.3, 97, 5);
    assert_int_equal(axis.count, 6);
    assert_string_equal(axis.ticks[0].text, "0");
    assert_string_equal(axis.ticks[5].text, "100");
    axis = axis_values(arena, 0, 0.034, 4);
    assert_string_equal(axis.ticks[1].text, "0.01");
    axis = axis_values(arena, 0, 40960, 2);
    assert_string_equal(axis.ticks[1].text, "50k");
    arena_free(arena);
}

static void test_value_ticks_of_odd_ranges(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const double ranges[][2] = {{5, 5}, {0, 0},          {NAN, 1},        {-INFINITY, INFINITY},
                                {3, 1}, {-1e300, 1e300}, {1e-300, 2e-300}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        struct axis axis = axis_values(arena, ranges[i][0], ranges[i][1], 5);
        assert_true(axis.count >= 1 && axis.count <= TICKS_MOST);
        assert_true(axis.high > axis.low);
    }
    arena_free(arena);
}

static void test_time_ticks_are_whole(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const millis start = 1778050800000;  // 2026-05-06 07:00
    struct axis axis = axis_times(arena, start + 60000, start + 7200000, 8);
    assert_string_equal(axis.ticks[0].text, "07:15\n2026-05-06");
    assert_string_equal(axis.ticks[1].text, "07:30");
    axis = axis_times(arena, start, start + 7 * 86400000LL, 8);
    assert_string_equal(axis.ticks[0].text, "2026-05-07");
    axis = axis_times(arena, start, start, 8);
    assert_int_equal(axis.count, 0);
    axis = axis_times(arena, INT64_MIN / 4, INT64_MAX / 4, 8);
    assert_int_equal(axis.count, 0);
    arena_free(arena);
}

static void test_spike_of_one_sample_survives_a_week(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct diagnosis *d = sample_diagnosis(&(struct sample_options){.hours = 168, .cadence = 60, .gpus = 1});
    struct track track;
    assert_true(track_find(d, "sda", "r_await", &track));
    struct envelope e = envelope_of(arena, &track, d->start, d->end, 1000);
    float highest = 0;
    size_t wide = 0;
    for (size_t i = 0; i < e.columns; i++) {
        if (e.high[i] > 600) wide++;
        if (e.high[i] > highest) highest = e.high[i];
    }
    assert_true(highest > 600);
    assert_in_range(wide, 1, 2);
    sample_diagnosis_free(d);
    arena_free(arena);
}

static void test_silence_stays_empty(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct diagnosis *d = sample_diagnosis(&(struct sample_options){0});
    struct track track;
    assert_true(track_find(d, "gpu0", "utilization.gpu", &track));
    struct envelope e = envelope_of(arena, &track, d->start, d->end, 200);
    // 60 % to 65 % of the run have no samples.
    for (size_t i = 121; i < 130; i++) assert_true(isnan(e.mean[i]));
    assert_false(isnan(e.mean[118]));
    assert_false(isnan(e.mean[131]));
    for (size_t i = 0; i < e.columns; i++)
        if (!isnan(e.mean[i])) assert_true(e.low[i] <= e.mean[i] + 1e-3f && e.mean[i] <= e.high[i] + 1e-3f);
    sample_diagnosis_free(d);
    arena_free(arena);
}

static void test_lanes(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct lane lanes[LANES_MOST];
    struct diagnosis *d = sample_diagnosis(&(struct sample_options){0});
    size_t count = lanes_choose(arena, d, lanes);
    assert_in_range(count, 10, LANES_MOST);
    assert_string_equal(lanes[0].title, "gpu0 utilization.gpu");
    assert_string_equal(lanes[4].title, "sda await");
    sample_diagnosis_free(d);
    d = sample_diagnosis(&(struct sample_options){.gpus = 16, .hours = 0.5});
    count = lanes_choose(arena, d, lanes);
    assert_int_equal(lanes[0].merged_count, 16);
    assert_non_null(strstr(lanes[0].title, "16 GPUs"));
    sample_diagnosis_free(d);
    arena_free(arena);
}

static void test_missing_charts_say_why(void **state) {
    (void)state;
    struct diagnosis *bare = sample_diagnosis(&(struct sample_options){.bare = true});
    struct diagnosis *rich = sample_diagnosis(&(struct sample_options){0});
    for (int kind = 0; kind < CHART_COUNT_; kind++) {
        assert_non_null(chart_missing((enum chart_kind)kind, bare));
        assert_true(strlen(chart_missing((enum chart_kind)kind, bare)) > 10);
        assert_null(chart_missing((enum chart_kind)kind, rich));
        assert_true(chart_height((enum chart_kind)kind, rich, 500) > 30);
    }
    sample_diagnosis_free(bare);
    sample_diagnosis_free(rich);
}

static void test_causes_differ_without_colour(void **state) {
    (void)state;
    for (int a = 0; a < CAUSE_COUNT_; a++)
        for (int b = 0; b < a; b++) {
            struct look x = look_of((enum cause)a), y = look_of((enum cause)b);
            assert_true(x.ink != y.ink || x.hatch != y.hatch);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_ticks_are_round),  cmocka_unit_test(test_value_ticks_of_odd_ranges),
        cmocka_unit_test(test_time_ticks_are_whole),   cmocka_unit_test(test_spike_of_one_sample_survives_a_week),
        cmocka_unit_test(test_silence_stays_empty),    cmocka_unit_test(test_lanes),
        cmocka_unit_test(test_missing_charts_say_why), cmocka_unit_test(test_causes_differ_without_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

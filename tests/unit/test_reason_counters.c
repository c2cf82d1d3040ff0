// What the counters of reasons say where no reason itself was logged.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/scene.h"

enum { CUT_ROW = 60 };
#define HISTORY 7e11  // microseconds of earlier runs

static double cut_clock(size_t row, int which) {
    if (!scene_in_job(row)) return 210;
    return row > CUT_ROW ? 900 + 15 * scene_noise(row, which) : 1410;
}
static double locked_clock(size_t row, int which) { return scene_in_job(row) ? 525 + 0 * which : 210; }
static double max_clock(size_t row, int which) { return 1410 + 0 * (double)row * which; }
static double warm(size_t row, int which) { return 60 + scene_noise(row, which); }

static double cut_seconds(size_t row) { return row > CUT_ROW ? (double)(row - CUT_ROW) * SCENE_STEP : 0; }

static double counts(size_t row, int which) { return HISTORY + cut_seconds(row) * 0.98e6 + 0 * which; }
static double counts_history(size_t row, int which) { return HISTORY + 0 * (double)row * which; }
static double counts_a_fifth(size_t row, int which) { return HISTORY + cut_seconds(row) * 0.2e6 + 0 * which; }
static double counts_nanoseconds(size_t row, int which) { return 1000 * counts(row, which); }
static double counts_each_half_minute(size_t row, int which) { return counts(row / 6 * 6, which); }
static double counts_a_fifth_each_half_minute(size_t row, int which) { return counts_a_fifth(row / 6 * 6, which); }
// The driver was loaded anew for each row, and counted for 4 s each time.
static double is_reset(size_t row, int which) { return (row % 2 == 0 ? 8e6 : 4e6) + 0 * which; }
static double stands_with_holes(size_t row, int which) {
    (void)which;
    return row % 100 == 0 ? HISTORY + (double)row * SCENE_STEP * 1e6 : NAN;
}

static enum cause cause_with(const char *reason, scene_value *counter) {
    struct scene *scene = scene_new();
    char quantity[80] = "clocks_event_reasons_counters.";
    strcat(quantity, reason);
    scene_job(scene, 1, scene_busy);
    scene_gpu(scene, 0, "clocks.current.sm", UNIT_MHZ, SERIES_STATE, cut_clock);
    scene_gpu(scene, 0, "clocks.max.sm", UNIT_MHZ, SERIES_STATE, max_clock);
    scene_gpu(scene, 0, "temperature.gpu", UNIT_CELSIUS, SERIES_STATE, warm);
    scene_gpu(scene, 0, quantity, UNIT_US, SERIES_COUNTER, counter);
    enum cause cause = scene_analyze(scene)->verdict.cause;
    scene_free(scene);
    return cause;
}

static void growth_names_the_reason(void **state) {
    (void)state;
    assert_int_equal(cause_with("sw_power_cap", counts), CAUSE_GPU_POWER_CAP);
    assert_int_equal(cause_with("sw_thermal_slowdown", counts), CAUSE_GPU_THERMAL);
    assert_int_equal(cause_with("hw_thermal_slowdown", counts), CAUSE_GPU_THERMAL);
}

static void neither_history_nor_little_growth_does(void **state) {
    (void)state;
    assert_int_not_equal(cause_with("sw_power_cap", counts_history), CAUSE_GPU_POWER_CAP);
    assert_int_not_equal(cause_with("sw_power_cap", counts_a_fifth), CAUSE_GPU_POWER_CAP);
}

static void a_slow_refresh_changes_no_share(void **state) {
    (void)state;
    assert_int_equal(cause_with("sw_power_cap", counts_each_half_minute), CAUSE_GPU_POWER_CAP);
    assert_int_not_equal(cause_with("sw_power_cap", counts_a_fifth_each_half_minute), CAUSE_GPU_POWER_CAP);
}

static void more_time_than_passed_is_no_time(void **state) {
    (void)state;
    assert_int_not_equal(cause_with("sw_power_cap", counts_nanoseconds), CAUSE_GPU_POWER_CAP);
}

static void resets_and_holes_give_no_share(void **state) {
    (void)state;
    assert_int_not_equal(cause_with("sw_thermal_slowdown", is_reset), CAUSE_GPU_THERMAL);
    assert_int_not_equal(cause_with("sw_thermal_slowdown", stands_with_holes), CAUSE_GPU_THERMAL);
}

// Counters and clocks alone, without power and temperature.
static void a_sentence_has_no_figure_that_was_not_logged(void **state) {
    (void)state;
    static const char *const counters[] = {
        "clocks_event_reasons_counters.sw_power_cap", "clocks_event_reasons_counters.sw_thermal_slowdown",
        "clocks_event_reasons_counters.hw_power_brake_slowdown", "clocks_event_reasons_counters.sync_boost"};
    static const enum cause causes[] = {CAUSE_GPU_POWER_CAP, CAUSE_GPU_THERMAL, CAUSE_GPU_THERMAL,
                                        CAUSE_GPU_CLOCK_HELD};
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        struct scene *scene = scene_new();
        scene_job(scene, 1, scene_busy);
        scene_gpu(scene, 0, "clocks.current.sm", UNIT_MHZ, SERIES_STATE, i == 3 ? locked_clock : cut_clock);
        scene_gpu(scene, 0, "clocks.max.sm", UNIT_MHZ, SERIES_STATE, max_clock);
        scene_gpu(scene, 0, counters[i], UNIT_US, SERIES_COUNTER, i == 3 ? counts_history : counts);
        const struct diagnosis *d = scene_analyze(scene);
        assert_int_equal(d->verdict.cause, causes[i]);
        assert_null(strstr(d->verdict.sentence, "nan"));
        const struct finding *finding = scene_finding(d, causes[i]);
        assert_non_null(finding);
        for (size_t k = 0; k < finding->evidence_count; k++)
            if (strstr(finding->evidence[k].text, "nan") != NULL) fail_msg("%s", finding->evidence[k].text);
        scene_free(scene);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_names_the_reason),
        cmocka_unit_test(neither_history_nor_little_growth_does),
        cmocka_unit_test(a_slow_refresh_changes_no_share),
        cmocka_unit_test(more_time_than_passed_is_no_time),
        cmocka_unit_test(resets_and_holes_give_no_share),
        cmocka_unit_test(a_sentence_has_no_figure_that_was_not_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The aligned series as tidy CSV: a row for each present value, and nothing a spreadsheet would run.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/stats.h"
#include "reports/tidy_csv.h"
#include "tests/unit/scene.h"

static double some(size_t row, int which) { return row % 7 == 3 ? NAN : 5 + scene_noise(row, which); }

static char *written(struct scene *scene) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    const struct export_options options = {.run = "run"};
    tidy_csv_write(out, scene_analyze(scene), &options);
    fclose(out);
    return text;
}

static size_t lines_of(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++) count += *text == '\n';
    return count;
}

static void test_one_row_a_present_value(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 1, scene_busy);
    scene_disk(scene, "sda", "%util", UNIT_PERCENT, some);
    char *text = written(scene);
    const struct diagnosis *d = scene->diagnosis;
    size_t expected = 1;
    for (size_t bin = 0; bin < d->bin_count; bin++) {
        for (size_t i = 0; i < d->series_count; i++) expected += !isnan(d->series[i].mean[bin]);
        for (size_t i = 0; i < d->lane_count; i++) expected += !isnan(d->lanes[i].productive[bin]);
        expected += !isnan(d->lost_share[bin]);
    }
    assert_int_equal(lines_of(text), expected);
    assert_non_null(strstr(text, ",gpu0,utilization.gpu,%,"));
    free(text);
    scene_free(scene);
}

static void test_a_device_name_is_no_formula(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 1, scene_busy);
    scene_disk(scene, "=cmd|' /C calc'!A0", "%util", UNIT_PERCENT, some);
    char *text = written(scene);
    assert_null(strstr(text, ",=cmd"));
    assert_non_null(strstr(text, ",\"'=cmd|' /C calc'!A0\","));
    free(text);
    scene_free(scene);
}

int main(void) {
    stats_init();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_row_a_present_value),
                                       cmocka_unit_test(test_a_device_name_is_no_formula)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The aligned series in the forms of other tools: names and units, order, each sample once, and nothing that a hostile
// name could break out of.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "analyzer/diagnosis.h"
#include "analyzer/stats.h"
#include "core/arena.h"
#include "core/text.h"
#include "reports/exports.h"
#include "reports/metric_names.h"
#include "tests/unit/scene.h"

static double some(size_t row, int which) { return row % 7 == 3 ? NAN : 5 + scene_noise(row, which); }

static char *written(struct scene *scene, enum export_form form, const char *run) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct export_options options = {.run = run};
    assert_true(
        export_to_stream(out, form, scene->diagnosis == NULL ? scene_analyze(scene) : scene->diagnosis, &options));
    fclose(out);
    return text;
}

static struct scene *scene_with(const char *disk) {
    struct scene *scene = scene_new();
    scene_job(scene, 2, scene_busy);
    scene_disk(scene, disk, "r_await", UNIT_MS, some);
    return scene;
}

// ── names ───────────────────────────────────────────────────────────────────

static void expect_name(enum entity_kind kind, const char *quantity, enum unit unit, const char *family,
                        const char *base, double scale) {
    struct arena *arena = arena_new();
    struct metric_name name = metric_name_of(arena, kind, quantity, unit);
    assert_string_equal(name.family, family);
    assert_string_equal(name.unit, base);
    assert_true(fabs(name.scale - scale) < 1e-12);
    arena_free(arena);
}

static void test_names_have_base_units(void **state) {
    (void)state;
    expect_name(ENTITY_GPU, "utilization.gpu", UNIT_PERCENT, "whyslow_gpu_utilization_ratio", "ratio", 0.01);
    expect_name(ENTITY_GPU, "memory.used", UNIT_MIB, "whyslow_gpu_memory_used_bytes", "bytes", 1048576);
    expect_name(ENTITY_GPU, "clocks.current.sm", UNIT_MHZ, "whyslow_gpu_clock_hertz", "hertz", 1e6);
    expect_name(ENTITY_DISK, "r_await", UNIT_MS, "whyslow_disk_read_await_seconds", "seconds", 1e-3);
    expect_name(ENTITY_DISK, "r/s", UNIT_PER_S, "whyslow_disk_reads_per_second", "", 1);
    expect_name(ENTITY_DISK, "rkB/s", UNIT_KIB_PER_S, "whyslow_disk_read_bytes_per_second", "bytes_per_second", 1024);
    expect_name(ENTITY_HOST, "wa", UNIT_PERCENT, "whyslow_cpu_time_ratio", "ratio", 0.01);
    expect_name(ENTITY_JOB, "lost_share", UNIT_NONE, "whyslow_run_lost_ratio", "ratio", 1);
}

static void test_other_names_follow_a_rule(void **state) {
    (void)state;
    expect_name(ENTITY_HOST, "proc/s", UNIT_PER_S, "whyslow_host_proc_per_second", "", 1);
    expect_name(ENTITY_MOUNT, "read avg RTT", UNIT_MS, "whyslow_mount_read_avg_rtt_seconds", "seconds", 1e-3);
    expect_name(ENTITY_GPU, "温度", UNIT_CELSIUS, "whyslow_gpu_other_celsius", "celsius", 1);
    expect_name(ENTITY_HOST, "pages_total", UNIT_NONE, "whyslow_host_pages_total_value", "", 1);
    expect_name(ENTITY_DISK, "Reallocated_Sector_Ct.worst", UNIT_NONE, "whyslow_disk_smart_worst", "", 1);
    char longest[500];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct arena *arena = arena_new();
    assert_in_range(strlen(metric_name_of(arena, ENTITY_GPU, longest, UNIT_NONE).family), 1, 150);
    arena_free(arena);
}

// ── OpenMetrics ─────────────────────────────────────────────────────────────

// A line of samples as its series, its value and its time.
struct sample {
    char series[400];
    double value, time;
};

static bool sample_of(struct text line, struct sample *sample) {
    if (line.length == 0 || line.at[0] == '#') return false;
    size_t brace = line.length;
    while (brace > 0 && line.at[brace - 1] != '}') brace--;
    struct text rest = text_skip(line, brace + 1);
    snprintf(sample->series, sizeof sample->series, "%.*s", (int)brace, line.at);
    return text_number(text_cut(&rest, ' '), &sample->value) && text_number(rest, &sample->time);
}

static void test_sorted_and_each_once(void **state) {
    (void)state;
    struct scene *scene = scene_with("sda");
    char *text = written(scene, EXPORT_OPENMETRICS, "run");
    struct text rest = text_of(text);
    struct sample last = {.series = ""};
    size_t series = 0, samples = 0;
    while (rest.at != NULL) {
        struct sample sample;
        struct text line = text_cut(&rest, '\n');
        if (!sample_of(line, &sample)) continue;
        samples++;
        assert_true(isfinite(sample.value));
        if (strcmp(sample.series, last.series) == 0)
            assert_true(sample.time > last.time);
        else
            series++;
        last = sample;
    }
    // Gaps are left out: fewer samples than bins, but more than none.
    assert_true(series > 10 && samples > series);
    assert_non_null(
        strstr(text, "# TYPE whyslow_gpu_utilization_ratio gauge\n# UNIT whyslow_gpu_utilization_ratio ratio\n"));
    assert_non_null(strstr(text, "\nwhyslow_gpu_utilization_ratio{gpu=\"1\","));
    assert_null(strstr(text, " nan"));
    assert_string_equal(text + strlen(text) - 6, "# EOF\n");
    free(text);
    scene_free(scene);
}

static size_t count_of(const char *text, const char *needle) {
    size_t count = 0;
    for (; (text = strstr(text, needle)) != NULL; text += strlen(needle)) count++;
    return count;
}

// Two logs of one name give the same series: the second fills what the first has not, and nothing comes twice.
static void test_same_labels_are_one_series(void **state) {
    (void)state;
    struct scene *scene = scene_with("sda");
    struct diagnosis *d = scene->diagnosis = (struct diagnosis *)(uintptr_t)scene_analyze(scene);
    struct grid_series twice[2];
    for (size_t i = 0; i < d->series_count; i++)
        if (strcmp(d->series[i].column->quantity, "r_await") == 0) twice[0] = twice[1] = d->series[i];
    float *first = arena_array(d->arena, d->bin_count, sizeof *first);
    for (size_t i = 0; i < d->bin_count; i++) first[i] = i % 2 == 0 ? NAN : 7;
    float *second = arena_array(d->arena, d->bin_count, sizeof *second);
    for (size_t i = 0; i < d->bin_count; i++) second[i] = 9;
    twice[0].mean = first;
    twice[1].mean = second;
    d->series = twice;
    d->series_count = 2;
    char *text = written(scene, EXPORT_OPENMETRICS, "run");
    assert_int_equal(count_of(text, "\nwhyslow_disk_read_await_seconds{"), d->bin_count);
    assert_int_equal(count_of(text, "# TYPE whyslow_disk_read_await_seconds "), 1);
    assert_int_equal(count_of(text, "} 0.007 "), d->bin_count / 2);
    free(text);
    scene_free(scene);
}

static const char hostile[] = "a\"} 1 2\n# EOF\\";

static void test_a_name_stays_within_its_label(void **state) {
    (void)state;
    struct scene *scene = scene_with(hostile);
    char *text = written(scene, EXPORT_OPENMETRICS, "r\"u\\n\n");
    assert_int_equal(count_of(text, "# EOF\n"), 1);
    assert_non_null(strstr(text, "{device=\"a\\\"} 1 2"));
    assert_non_null(strstr(text, "run=\"r\\\"u\\\\n"));
    // Every line is metadata or begins with a metric.
    struct text rest = text_of(text);
    while (rest.at != NULL) {
        struct text line = text_cut(&rest, '\n');
        assert_true(line.length == 0 || text_starts(line, "# ") || text_starts(line, "whyslow_"));
    }
    free(text);
    scene_free(scene);
}

// ── JSON lines ──────────────────────────────────────────────────────────────

static void test_every_line_is_an_object(void **state) {
    (void)state;
    struct scene *scene = scene_with(hostile);
    char *text = written(scene, EXPORT_JSONL, "温\xff");
    const struct diagnosis *d = scene->diagnosis;
    size_t expected = 0, count = 0;
    for (size_t bin = 0; bin < d->bin_count; bin++) {
        for (size_t i = 0; i < d->series_count; i++) expected += !isnan(d->series[i].mean[bin]);
        for (size_t i = 0; i < d->lane_count; i++) expected += !isnan(d->lanes[i].productive[bin]);
        expected += !isnan(d->lost_share[bin]);
    }
    struct text rest = text_of(text);
    while (rest.at != NULL && rest.length > 0) {
        struct text line = text_cut(&rest, '\n');
        json_t *object = json_loadb(line.at, line.length, JSON_REJECT_DUPLICATES, NULL);
        assert_true(json_is_object(object) && json_is_number(json_object_get(object, "value")));
        assert_non_null(json_string_value(json_object_get(object, "quantity")));
        assert_true(strncmp(json_string_value(json_object_get(object, "run")), "温", strlen("温")) == 0);
        json_decref(object);
        count++;
    }
    assert_int_equal(count, expected);
    free(text);
    scene_free(scene);
}

static void test_nothing_to_export(void **state) {
    (void)state;
    struct diagnosis nothing = {.start = MILLIS_NONE, .end = MILLIS_NONE, .bin_seconds = 10, .host = ""};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_true(export_to_stream(out, EXPORT_OPENMETRICS, &nothing, &(struct export_options){.run = "run"}));
    fclose(out);
    assert_string_equal(text, "# EOF\n");
    free(text);
}

int main(void) {
    stats_init();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names_have_base_units),
                                       cmocka_unit_test(test_other_names_follow_a_rule),
                                       cmocka_unit_test(test_sorted_and_each_once),
                                       cmocka_unit_test(test_same_labels_are_one_series),
                                       cmocka_unit_test(test_a_name_stays_within_its_label),
                                       cmocka_unit_test(test_every_line_is_an_object),
                                       cmocka_unit_test(test_nothing_to_export)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

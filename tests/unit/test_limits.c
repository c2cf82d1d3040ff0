// Series at the limits, through every detector and through the whole analyzer: constant, two samples, all missing, one
// gap, prime lengths, ten million rows. What cannot be computed is said to be so; no number is made up.
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

#include "analyzer/anomaly.h"
#include "analyzer/changes.h"
#include "analyzer/correlate.h"
#include "analyzer/period.h"
#include "analyzer/stats.h"
#include "core/arena.h"
#include "tests/unit/scene.h"

enum { MOST = 1009 };  // a prime

struct series {
    const char *name;
    size_t n;
    double values[MOST];
};

enum shape { SHAPE_CONSTANT, SHAPE_TWO, SHAPE_MISSING, SHAPE_ONE, SHAPE_INFINITE, SHAPE_GAP, SHAPE_PRIME, SHAPE_COUNT };

// The first five have nothing to be found; the last two are noise, with a hole and of prime length.
static void make(enum shape shape, struct series *out) {
    static const char *const names[] = {"constant", "two", "missing", "one", "infinite", "gap", "prime"};
    struct chance chance = chance_new(7);
    out->name = names[shape];
    out->n = shape == SHAPE_TWO ? 2 : shape == SHAPE_ONE ? 1 : MOST;
    for (size_t i = 0; i < out->n; i++) {
        double noise = 50 + chance_normal(&chance);
        bool hole = shape == SHAPE_GAP && i > 300 && i < 600;
        out->values[i] = shape == SHAPE_CONSTANT          ? 97
                         : shape == SHAPE_MISSING || hole ? NAN
                         : shape == SHAPE_INFINITE        ? INFINITY
                                                          : noise;
    }
}

static void to_floats(const struct series *series, float *out) {
    for (size_t i = 0; i < series->n; i++) out[i] = (float)series->values[i];
}

static void nothing_changes_in_them(void **state) {
    (void)state;
    static struct series series;
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        make((enum shape)shape, &series);
        struct arena *arena = arena_new();
        struct change_point *points;
        struct anomaly_peak *peaks;
        assert_int_equal(changes_find(series.values, series.n, NULL, arena, &points), 0);
        size_t found = anomalies_find(series.values, series.n, arena, &peaks);
        if (shape < SHAPE_GAP) assert_int_equal(found, 0);
        for (size_t i = 0; i < found; i++)
            assert_true(peaks[i].end < series.n && isfinite(peaks[i].value) && isfinite(peaks[i].score));
        assert_int_equal(changes_find(series.values, 0, NULL, arena, &points), 0);
        arena_free(arena);
    }
}

static void they_have_no_period(void **state) {
    (void)state;
    static struct series series;
    static float values[MOST];
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        make((enum shape)shape, &series);
        to_floats(&series, values);
        struct period_result result = {0};
        bool found = period_find(values, series.n, 5, &result);
        assert_false(found && result.established);
        if (shape < SHAPE_GAP) assert_false(found);
        double guess = period_guess(series.values, series.n, 12);
        if (shape < SHAPE_GAP) assert_true(isnan(guess));
    }
}

static void nothing_goes_together_with_them(void **state) {
    (void)state;
    static struct series series;
    static float a[MOST];
    static float b[MOST];
    struct chance chance = chance_new(8);
    for (size_t i = 0; i < MOST; i++) b[i] = (float)chance_normal(&chance);
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        make((enum shape)shape, &series);
        to_floats(&series, a);
        struct arena *arena = arena_new();
        struct correlation out = {0};
        bool tested = correlate_pair(a, b, series.n, 5, 0, arena, &out);
        assert_true(tested == (shape >= SHAPE_GAP));
        if (tested) assert_true(out.p > 0.001 && out.p <= 1 && out.n_effective <= (double)series.n);
        if (!tested) assert_true(isnan(out.pearson) && isnan(out.spearman) && isnan(out.p));
        arena_free(arena);
    }
}

static void every_statistic_is_a_number_or_none(void **state) {
    (void)state;
    static struct series series;
    static double out[MOST];
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        make((enum shape)shape, &series);
        const double *x = series.values;
        size_t n = series.n;
        bool noise = shape >= SHAPE_GAP;
        bool any = shape != SHAPE_MISSING && shape != SHAPE_INFINITE;
        assert_true(isfinite(stats_mean(x, n)) == any && isfinite(stats_median(x, n)) == any);
        assert_true(isnan(stats_variance(x, n)) == (!any || n == 1));
        assert_true(isnan(stats_pearson(x, x, n)) == !noise);
        assert_true(isnan(stats_spearman(x, x, n)) == !noise);
        assert_true((stats_whiten(x, n, out) >= 0) == noise);
        double pairs = stats_effective_pairs(x, x, n);
        assert_true(isnan(pairs) || (pairs >= 4 && pairs <= (double)n));
        double low;
        double high;
        stats_mean_interval(x, n, 10, 100, 1, &low, &high);
        assert_true(any ? low <= stats_mean(x, n) && stats_mean(x, n) <= high : isnan(low) && isnan(high));
        double slope;
        double error;
        double intercept;
        if (stats_line(x, x, n, &intercept, &slope, &error)) assert_true(noise && fabs(slope - 1) < 1e-6);
    }
}

// ── the whole analyzer ──────────────────────────────────────────────────────

static double constant(size_t row, int which) { return 97 + 0 * (double)row * which; }
static double missing(size_t row, int which) { return NAN * (double)row * which; }
static double with_gap(size_t row, int which) { return row > 300 && row < 400 ? NAN : scene_busy(row, which); }

static void bounded(const struct diagnosis *d) {
    assert_true(d->verdict.confidence >= 0 && d->verdict.confidence <= 1);
    assert_non_null(d->verdict.sentence);
    for (size_t i = 0; i < d->finding_count; i++) {
        assert_true(d->findings[i].confidence >= 0 && d->findings[i].confidence <= 1);
        assert_true(isnan(d->findings[i].lost_gpu_hours) || d->findings[i].lost_gpu_hours >= 0);
    }
}

static void the_analyzer_accuses_nobody_on_them(void **state) {
    (void)state;
    scene_value *const values[] = {constant, missing, with_gap, scene_zero};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct scene *scene = scene_new();
        scene_job(scene, 2, values[i]);
        scene_disk(scene, "sda", "%util", UNIT_PERCENT, values[i]);
        scene_disk(scene, "sda", "r_await", UNIT_MS, missing);
        const struct diagnosis *d = scene_analyze(scene);
        bounded(d);
        assert_true(d->verdict.cause == CAUSE_COMPUTE_BOUND || d->verdict.cause == CAUSE_UNKNOWN ||
                    d->verdict.cause == CAUSE_JOB_IDLE);
        scene_free(scene);
    }
}

static void two_rows_are_no_run(void **state) {
    (void)state;
    for (size_t rows = 0; rows <= 2; rows++) {
        struct scene *scene = scene_new();
        struct source *source = recording_source(scene->recording, "gpu.csv", "");
        source->format = "nvidia-smi-csv";
        source->clock = CLOCK_LOCAL;
        for (size_t i = 0; i < rows; i++) {
            struct table *table = source_table(source, TEXT("gpu0"), ENTITY_GPU);
            size_t column = table_column(source, table, "utilization.gpu", UNIT_PERCENT, SERIES_WINDOW);
            size_t row = table_row(table, 1750000000000 + (millis)i * 5000, 0, (uint32_t)i + 2);
            table_set(table, row, column, 20);
        }
        const struct diagnosis *d = scene_analyze(scene);
        bounded(d);
        assert_true(d->verdict.cause == CAUSE_UNKNOWN && d->verdict.confidence <= 0.5);
        scene_free(scene);
    }
}

// A log of 116 days at one second. The grid stays within its bound, and what is said of the whole is exact.
static void ten_million_rows_are_bounded(void **state) {
    (void)state;
    enum { ROWS = 10000000 };
    struct scene *scene = scene_new();
    struct source *source = recording_source(scene->recording, "gpu.csv", "");
    source->format = "nvidia-smi-csv";
    source->clock = CLOCK_LOCAL;
    struct table *table = source_table(source, TEXT("gpu0"), ENTITY_GPU);
    size_t column = table_column(source, table, "utilization.gpu", UNIT_PERCENT, SERIES_WINDOW);
    for (size_t i = 0; i < ROWS; i++) {
        size_t row = table_row(table, 1750000000000 + (millis)i * 1000, 0, (uint32_t)i + 2);
        table_set(table, row, column, i % 2 == 0 ? 98 : 96);
    }
    // Beside it a disk, whose clock has to be compared with that of the GPUs.
    struct source *io = recording_source(scene->recording, "io.log", "");
    io->format = "iostat-text";
    io->clock = CLOCK_LOCAL;
    struct chance chance = chance_new(3);
    for (size_t i = 0; i < ROWS / 10; i++) {
        struct table *disk = source_table(io, TEXT("sda"), ENTITY_DISK);
        size_t util = table_column(io, disk, "%util", UNIT_PERCENT, SERIES_AVERAGE);
        size_t row = table_row(disk, 1750000010000 + (millis)i * 10000, 10, (uint32_t)i + 2);
        table_set(disk, row, util, 20 + chance_normal(&chance));
    }
    clock_t begin = clock();
    const struct diagnosis *d = scene_analyze(scene);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    print_message("ten million rows: analysed in %.1f s of CPU time\n", seconds);
    bounded(d);
    assert_true(d->bin_count <= 20001 && d->bin_seconds * (double)d->bin_count >= ROWS - 1);
    assert_true(d->gpu_count == 1 && d->verdict.cause != CAUSE_STORAGE_READ);
    double sum = 0;
    for (size_t i = 0; i < d->bin_count; i++) sum += (double)d->lanes[0].utilization[i];
    assert_true(fabs(sum / (double)d->bin_count - 97) < 0.1);
    assert_true(seconds < 20);
    scene_free(scene);
}

int main(void) {
    stats_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changes_in_them),
        cmocka_unit_test(they_have_no_period),
        cmocka_unit_test(nothing_goes_together_with_them),
        cmocka_unit_test(every_statistic_is_a_number_or_none),
        cmocka_unit_test(the_analyzer_accuses_nobody_on_them),
        cmocka_unit_test(two_rows_are_no_run),
        cmocka_unit_test(ten_million_rows_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Many runs together: sums to the last digit, what recurs, what is alike, whatever the order of the rows.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/fleet.h"
#include "analyzer/stats.h"
#include "core/arena.h"
#include "tests/unit/fleet_rows.h"
#include "tests/unit/sample_diagnosis.h"

static int make_arena(void **state) {
    *state = arena_new();
    return 0;
}

static int free_arena(void **state) {
    arena_free(*state);
    return 0;
}

static struct fleet_run *slow(struct arena *arena, const char *name, const char *host, int cause, double lost) {
    struct fleet_run *row = fleet_row(arena, name);
    row->host = host;
    row->cause = (enum cause)cause;
    row->gpu_hours = 10;
    if (lost > 0) fleet_row_loses(arena, row, cause, lost);
    return row;
}

static void test_sums_are_exact(void **state) {
    struct arena *arena = *state;
    // 0.1 and 0.2 are no doubles; the sum of ten of each is 3 all the same.
    const struct fleet_run *rows[21];
    for (size_t i = 0; i < 20; i++)
        rows[i] = slow(arena, arena_printf(arena, "r%02zu", i), "a", CAUSE_STORAGE_READ, i % 2 == 0 ? 0.1 : 0.2);
    rows[20] = slow(arena, "r20", "b", CAUSE_UNKNOWN, 0.00000049);
    struct fleet *fleet = fleet_of(arena, rows, 21, 2);
    assert_true(fleet->total.lost == 3);
    assert_true(fleet->total.cost == 6);
    assert_true(fleet->total.gpu_hours == 210);
    assert_int_equal(fleet->total.slow, 21);
    assert_int_equal(fleet->causes[0].cause, CAUSE_STORAGE_READ);
    assert_true(fleet->causes[0].sum.lost == 3);
    // Half-widths of 0.01 and 0.02, ten times each, in squares: sqrt(0.005).
    assert_true(fabs(fleet->causes[0].sum.low - (3 - sqrt(0.005))) < 1e-6);
    assert_true(fabs(fleet->causes[0].sum.high - (3 + sqrt(0.005))) < 1e-6);
    assert_true(fabs(fleet->causes[0].confidence - 0.8) < 1e-12);
    assert_int_equal(fleet->host_count, 2);
    assert_string_equal(fleet->hosts[0].host, "a");
    assert_true(fleet->hosts[0].sum.lost == 3);
    assert_int_equal(fleet->hosts[0].sum.main, CAUSE_STORAGE_READ);
}

static void test_rounding_is_that_of_the_json(void **state) {
    (void)state;
    assert_true(fleet_rounded(1.23456789) == 1.23457);
    assert_true(fleet_rounded(0.000123456789) == 0.000123457);
    assert_true(fleet_rounded(123456789) == 123456789);
    assert_true(fleet_rounded(1234567.5) == 1234570);
    assert_true(isnan(fleet_rounded(NAN)));
    assert_true(fleet_rounded(fleet_rounded(9.999996)) == 10);
}

static void test_runs_not_analysed_count_nowhere(void **state) {
    struct arena *arena = *state;
    struct fleet_run *bad = slow(arena, "bad", "a", CAUSE_STORAGE_READ, 5);
    bad->status = FLEET_CRASHED;
    const struct fleet_run *rows[] = {bad, slow(arena, "good", "a", CAUSE_STORAGE_READ, 1)};
    struct fleet *fleet = fleet_of(arena, rows, 2, NAN);
    assert_true(fleet->total.lost == 1);
    assert_true(isnan(fleet->total.cost));
    assert_int_equal(fleet->status[FLEET_CRASHED], 1);
    assert_int_equal(fleet->worst_count, 1);
    assert_string_equal(fleet->worst[0]->run, "good");
}

static void test_status_names(void **state) {
    (void)state;
    for (int i = 0; i < FLEET_STATUS_COUNT_; i++)
        assert_int_equal(fleet_status_named(fleet_status_name((enum fleet_status)i)), i);
    assert_int_equal(fleet_status_named("no such"), FLEET_STATUS_COUNT_);
}

static struct fleet_disk disk_of(const char *entity, const char *serial, double lost) {
    return (struct fleet_disk){entity, "model", serial, lost, -1, ""};
}

static void test_disks_are_known_by_serial_else_host_else_run(void **state) {
    struct arena *arena = *state;
    const struct {
        const char *run, *host, *entity, *serial;
    } cases[] = {{"a", "h1", "sda", "S6PNN12345"},
                 {"b", "h2", "sdb", "S6PNN12345"},  // moved to another host
                 {"c", "h1", "sda", ""},
                 {"d", "h1", "sda", "0000000000"},  // no serial: by host and name
                 {"e", "", "sda", ""},
                 {"f", "", "sda", "not provided"}};  // nothing: each its own
    const struct fleet_run *rows[6];
    for (size_t i = 0; i < 6; i++) {
        struct fleet_run *row = slow(arena, cases[i].run, cases[i].host, CAUSE_STORAGE_READ, 1);
        row->disks[row->disk_count++] = disk_of(cases[i].entity, cases[i].serial, 1);
        rows[i] = row;
    }
    struct fleet *fleet = fleet_of(arena, rows, 6, NAN);
    assert_int_equal(fleet->disk_count, 4);
    size_t alone = 0, pairs = 0;
    for (size_t i = 0; i < 4; i++) {
        alone += fleet->disks[i].run[0] != '\0';
        pairs += fleet->disks[i].sum.runs == 2;
    }
    assert_int_equal(alone, 2);
    assert_int_equal(pairs, 2);
}

static void test_hosts_of_one_run_get_what_their_gpus_lost(void **state) {
    struct arena *arena = *state;
    struct fleet_run *row = slow(arena, "a", "n1, n2", CAUSE_STORAGE_READ, 3);
    row->entity = "n1:sda";
    row->gpus[row->gpus_count++] = (struct fleet_gpu){"n1:gpu0", "", "", 5, 2};
    row->gpus[row->gpus_count++] = (struct fleet_gpu){"n2:gpu0", "", "", 5, 1};
    const struct fleet_run *rows[] = {row};
    struct fleet *fleet = fleet_of(arena, rows, 1, NAN);
    assert_int_equal(fleet->host_count, 2);
    assert_string_equal(fleet->hosts[0].host, "n1");
    assert_true(fleet->hosts[0].sum.lost == 2 && fleet->hosts[1].sum.lost == 1);
    // The verdict names a disk of the other one.
    assert_int_equal(fleet->hosts[0].sum.slow, 1);
    assert_int_equal(fleet->hosts[1].sum.slow, 0);
}

// Ten hosts with ten runs each; host 0 is slow in `bad` of its own, every other host in one.
static struct fleet *ten_hosts(struct arena *arena, size_t bad) {
    const struct fleet_run **rows = arena_array(arena, 100, sizeof *rows);
    for (size_t i = 0; i < 100; i++) {
        bool is_slow = i < 10 ? i < bad : i % 10 == 0;
        rows[i] = slow(arena, arena_printf(arena, "r%02zu", i), arena_printf(arena, "h%zu", i / 10),
                       is_slow ? CAUSE_STORAGE_READ : CAUSE_COMPUTE_BOUND, is_slow ? 1 : 0);
    }
    return fleet_of(arena, rows, 100, NAN);
}

static void test_what_recurs_is_told_from_chance(void **state) {
    struct fleet *fleet = ten_hosts(*state, 8);
    assert_int_equal(fleet->recurrence_count, 1);
    const struct fleet_recurrence *r = &fleet->recurrences[0];
    assert_string_equal(r->thing->host, "h0");
    assert_int_equal(r->named, 8);
    assert_int_equal(r->runs, 10);
    assert_true(r->expected == 1);
    // P(X >= 8) of 10 drawn from 100 with 17 named: C(17,8) C(83,2) / C(100,10) and two more terms.
    assert_true(r->p > 4e-6 && r->p < 6e-6);
    assert_true(r->q >= r->p && r->established);
    fleet = ten_hosts(*state, 2);
    assert_int_equal(fleet->recurrence_count, 1);
    assert_false(fleet->recurrences[0].established);
}

static void test_more_runs_are_no_fault(void **state) {
    struct arena *arena = *state;
    // One host has nine tenths of the runs, and nine tenths of the slow ones.
    const struct fleet_run *rows[100];
    for (size_t i = 0; i < 100; i++)
        rows[i] = slow(arena, arena_printf(arena, "r%02zu", i), i % 10 == 3 ? "small" : "large",
                       i / 10 % 2 == 0 ? CAUSE_STORAGE_READ : CAUSE_COMPUTE_BOUND, i / 10 % 2 == 0 ? 1 : 0);
    struct fleet *fleet = fleet_of(arena, rows, 100, NAN);
    for (size_t i = 0; i < fleet->recurrence_count; i++) assert_false(fleet->recurrences[i].established);
}

static void test_one_host_has_nothing_to_compare_with(void **state) {
    struct arena *arena = *state;
    const struct fleet_run *rows[4];
    for (size_t i = 0; i < 4; i++) rows[i] = slow(arena, arena_printf(arena, "r%zu", i), "only", CAUSE_STORAGE_READ, 1);
    struct fleet *fleet = fleet_of(arena, rows, 4, NAN);
    assert_int_equal(fleet->recurrence_count, 1);
    assert_false(fleet->recurrences[0].established);
    assert_true(isnan(fleet->recurrences[0].q) && isnan(fleet->recurrences[0].expected));
}

static const millis day = 86400000;

static struct fleet_run *dated(struct arena *arena, const char *name, millis start, int cause, double lost) {
    struct fleet_run *row = slow(arena, name, "h", cause, lost);
    row->start = start;
    row->end = start + 3600000;
    return row;
}

static void test_periods(void **state) {
    struct arena *arena = *state;
    millis monday = 1767571200000;  // 2026-01-05
    const struct fleet_run *rows[] = {
        dated(arena, "a", monday, CAUSE_UNKNOWN, 1), dated(arena, "b", monday + 6 * day, CAUSE_UNKNOWN, 2),
        dated(arena, "c", monday + 40 * day, CAUSE_STORAGE_READ, 4), slow(arena, "d", "h", CAUSE_UNKNOWN, 8)};
    struct fleet *fleet = fleet_of(arena, rows, 4, NAN);
    assert_int_equal(fleet->step, FLEET_BY_WEEK);
    // Weeks of January 5 to February 9, the empty ones too.
    assert_int_equal(fleet->period_count, 6);
    assert_true(fleet->periods[0].start == monday && fleet->periods[0].end == monday + 7 * day);
    assert_int_equal(fleet->periods[0].runs, 2);
    assert_true(fleet->periods[0].lost == 3 && fleet->periods[1].runs == 0 && fleet->periods[5].lost == 4);
    assert_int_equal(fleet->undated, 1);
    assert_true(fleet->undated_lost == 8);
    rows[2] = dated(arena, "c", monday + 400 * day, CAUSE_STORAGE_READ, 4);
    fleet = fleet_of(arena, rows, 4, NAN);
    assert_int_equal(fleet->step, FLEET_BY_MONTH);
    assert_true(fleet->periods[0].start == monday - 4 * day && fleet->periods[0].end == monday + 27 * day);
}

static void test_extreme_dates_do_no_harm(void **state) {
    struct arena *arena = *state;
    const struct fleet_run *rows[] = {dated(arena, "a", -62135596800000, CAUSE_UNKNOWN, 1),
                                      dated(arena, "b", 253402290000000, CAUSE_UNKNOWN, 2),
                                      dated(arena, "c", INT64_MAX - 3600001, CAUSE_UNKNOWN, 4)};
    struct fleet *fleet = fleet_of(arena, rows, 3, NAN);
    assert_int_equal(fleet->step, FLEET_BY_YEAR);
    assert_int_equal(fleet->period_count, 2);
}

static void test_looks_like_an_earlier_run(void **state) {
    struct arena *arena = *state;
    const struct fleet_run *rows[] = {dated(arena, "first", 0, CAUSE_STORAGE_READ, 4),
                                      dated(arena, "other", day, CAUSE_GPU_THERMAL, 4),
                                      dated(arena, "again", 2 * day, CAUSE_STORAGE_READ, 4.1),
                                      dated(arena, "at once", 1800000, CAUSE_STORAGE_READ, 4)};
    struct fleet *fleet = fleet_of(arena, rows, 4, NAN);
    for (size_t i = 0; i < 4; i++) {
        const struct fleet_neighbour *near = &fleet->neighbours[i];
        assert_ptr_equal(near->run, fleet->runs[i]);
        if (strcmp(near->run->run, "again") != 0) {
            // Nothing is earlier, alike, or both.
            assert_null(near->like);
            continue;
        }
        // "first" and "at once" are equally near; the later one is named.
        assert_string_equal(near->like->run, "at once");
        // Half of |0.41 - 0.4| for the cause and as much for the rest, and nothing else is known.
        assert_true(fabs(near->distance - 0.01) < 1e-6);
    }
}

static void test_missing_logs(void **state) {
    struct arena *arena = *state;
    struct fleet_run *a = slow(arena, "a", "h1", CAUSE_UNKNOWN, 2), *b = slow(arena, "b", "h2", CAUSE_UNKNOWN, 3);
    struct fleet_run *c = slow(arena, "c", "h2", CAUSE_UNKNOWN, 4);
    a->settle = b->settle = "iostat";
    c->settle = "vmstat";
    // Its log would tell more of the verdict, not of what is unknown.
    struct fleet_run *other = slow(arena, "d", "h3", CAUSE_STORAGE_READ, 4);
    fleet_row_loses(arena, other, CAUSE_UNKNOWN, 1);
    other->settle = "iostat";
    const struct fleet_run *rows[] = {c, a, b, other};
    struct fleet *fleet = fleet_of(arena, rows, 4, NAN);
    assert_int_equal(fleet->missing_count, 2);
    assert_string_equal(fleet->missing[0].settle, "iostat");
    assert_string_equal(fleet->missing[0].hosts, "h1, h2");
    assert_true(fleet->missing[0].unknown_hours == 5 && fleet->missing[1].unknown_hours == 4);
}

static void test_confidence_bands(void **state) {
    struct arena *arena = *state;
    struct fleet_run *a = slow(arena, "a", "", CAUSE_UNKNOWN, 2), *b = slow(arena, "b", "", CAUSE_STORAGE_READ, 3);
    a->confidence = 0.3;
    b->confidence = 0.9;
    const struct fleet_run *rows[] = {a, b};
    struct fleet *fleet = fleet_of(arena, rows, 2, NAN);
    assert_int_equal(fleet->bands[0].runs, 1);
    assert_true(fleet->bands[0].lost == 2);
    assert_int_equal(fleet->bands[4].runs, 1);
    assert_true(fleet->bands[4].lost == 3);
}

static void test_failing_disks(void **state) {
    struct arena *arena = *state;
    struct fleet *fleet = fleet_of(arena, fleet_rows(arena, 200, 0), 200, NAN);
    assert_int_equal(fleet->failing_count, 1);
    assert_string_equal(fleet->failing[0]->host, "node07");
    assert_int_equal(fleet->failing[0]->health, 3);
    // That it fails is no reason to say that it slows anything down.
    for (size_t i = 0; i < fleet->recurrence_count; i++) assert_false(fleet->recurrences[i].thing == fleet->failing[0]);
}

static void test_nothing_and_one(void **state) {
    struct fleet *fleet = fleet_of(*state, NULL, 0, 1);
    assert_true(fleet->total.lost == 0 && fleet->run_count == 0 && fleet->cause_count == 0);
    fleet = fleet_of(*state, fleet_rows(*state, 1, 0), 1, 1);
    assert_int_equal(fleet->total.runs, 1);
}

static void test_row_of_a_diagnosis(void **state) {
    struct arena *arena = *state;
    struct diagnosis *d = sample_diagnosis(&(struct sample_options){0});
    struct fleet_run *row = fleet_run_of(arena, d);
    assert_int_equal(row->status, FLEET_ANALYSED);
    assert_int_equal(row->cause, d->verdict.cause);
    assert_string_equal(row->entity, d->verdict.entity);
    assert_true(row->lost_total == fleet_rounded(d->lost_total) && row->gpu_hours == fleet_rounded(d->gpu_hours));
    assert_true(row->start == d->start && row->end == d->end);
    assert_int_equal(row->loss_count, d->loss_count);
    assert_int_equal(row->finding_count, d->finding_count);
    assert_int_equal(row->input_count, d->recording->source_count);
    assert_int_equal(row->gpus_count, d->gpu_count);
    double lost = 0, hours = 0;
    for (size_t i = 0; i < row->gpus_count; i++) {
        lost += row->gpus[i].lost_gpu_hours;
        hours += row->gpus[i].gpu_hours;
    }
    // The parts of the GPUs make up the run, but for their rounding.
    assert_true(fabs(lost / d->lost_total - 1) < 1e-4 && fabs(hours / d->gpu_hours - 1) < 1e-4);
    size_t named = 0;
    for (size_t i = 0; i < row->disk_count; i++) {
        const struct fleet_disk *disk = &row->disks[i];
        assert_true(disk->lost_gpu_hours <= row->lost_total);
        named += strcmp(disk->entity, d->health[0].entity) == 0 && strcmp(disk->serial, d->health[0].serial) == 0 &&
                 disk->health == d->health[0].level;
    }
    assert_int_equal(named, 1);
    sample_diagnosis_free(d);
    // Nothing of it refers to the diagnosis.
    assert_true(strlen(row->sentence) > 0 && strlen(row->disks[0].entity) > 0);
    d = sample_diagnosis(&(struct sample_options){.bare = true});
    row = fleet_run_of(arena, d);
    assert_int_equal(row->cause, CAUSE_UNKNOWN);
    assert_int_equal(row->gpus_count, 0);
    sample_diagnosis_free(d);
}

int main(void) {
    stats_init();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums_are_exact),
                                       cmocka_unit_test(test_rounding_is_that_of_the_json),
                                       cmocka_unit_test(test_runs_not_analysed_count_nowhere),
                                       cmocka_unit_test(test_status_names),
                                       cmocka_unit_test(test_disks_are_known_by_serial_else_host_else_run),
                                       cmocka_unit_test(test_hosts_of_one_run_get_what_their_gpus_lost),
                                       cmocka_unit_test(test_what_recurs_is_told_from_chance),
                                       cmocka_unit_test(test_more_runs_are_no_fault),
                                       cmocka_unit_test(test_one_host_has_nothing_to_compare_with),
                                       cmocka_unit_test(test_periods),
                                       cmocka_unit_test(test_extreme_dates_do_no_harm),
                                       cmocka_unit_test(test_looks_like_an_earlier_run),
                                       cmocka_unit_test(test_missing_logs),
                                       cmocka_unit_test(test_confidence_bands),
                                       cmocka_unit_test(test_failing_disks),
                                       cmocka_unit_test(test_row_of_a_diagnosis),
                                       cmocka_unit_test(test_nothing_and_one)};
    return cmocka_run_group_tests(tests, make_arena, free_arena);
}

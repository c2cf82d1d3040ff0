#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/recording.h"
#include "parsers/date_order.h"

static millis at(int month, int day) { return when_days(2026, month, day) * INT64_C(86400000) + 36000000; }

static struct source *add(struct recording *recording, const char *path, millis time, bool open) {
    struct source *source = recording_source(recording, path, "");
    source->format = open ? "iostat-text" : "nvidia-smi-csv";
    source->clock = CLOCK_LOCAL;
    source->day_month_open = open;
    struct table *table = source_table(source, TEXT("sda"), ENTITY_DISK);
    table_row(table, time, 1, 1);
    table_row(table, time + 60000, 1, 2);
    source_event(source, time, 1, EVENT_RUN_START, TEXT(""), TEXT(""), 0);
    source_finish(source);
    return source;
}

static void another_log_decides(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *disk = add(recording, "disk.log", at(4, 6), true);
    struct source *gpu = add(recording, "gpu.csv", at(6, 4), false);
    date_order_settle(recording, 0);
    assert_int_equal(disk->first, at(6, 4));
    assert_int_equal(disk->tables[0].time[1], at(6, 4) + 60000);
    assert_int_equal(disk->events[0].time, at(6, 4));
    assert_int_equal(gpu->first, at(6, 4));
    assert_true(disk->day_month_proved);
    assert_non_null(strstr(disk->clock_note, "gpu.csv"));
    recording_free(recording);

    recording = recording_new();
    disk = add(recording, "disk.log", at(4, 6), true);
    add(recording, "gpu.csv", at(4, 6), false);
    date_order_settle(recording, 0);
    assert_int_equal(disk->first, at(4, 6));
    assert_true(disk->day_month_proved);
    assert_int_equal(disk->problem_count, 0);
    recording_free(recording);
}

static void the_date_of_the_file_decides_when_no_log_does(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *disk = add(recording, "disk.log", at(4, 6), true);
    disk->modified = at(6, 4) + 90000;
    date_order_settle(recording, 0);
    assert_int_equal(disk->first, at(6, 4));
    assert_non_null(strstr(disk->clock_note, "date of the file"));
    recording_free(recording);

    // A copy has a date of its own; it does not outweigh a log.
    recording = recording_new();
    disk = add(recording, "disk.log", at(4, 6), true);
    disk->modified = at(6, 4);
    add(recording, "gpu.csv", at(4, 6), false);
    date_order_settle(recording, 0);
    assert_int_equal(disk->first, at(4, 6));
    recording_free(recording);
}

static void dates_of_the_same_kind_prove_nothing(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *disk = add(recording, "disk.log", at(4, 6), true);
    add(recording, "cpu.log", at(4, 6), false)->format = "mpstat-text";
    date_order_settle(recording, 0);
    assert_false(disk->day_month_proved);
    recording_free(recording);
}

static void without_a_witness_it_stays_open_and_is_said(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *disk = add(recording, "disk.log", at(4, 6), true);
    struct source *other = add(recording, "other.log", at(4, 6), true);  // no better than the first
    add(recording, "gpu.csv", at(9, 9), false);
    struct source *elsewhere = add(recording, "elsewhere.log", at(6, 4), false);
    elsewhere->host = "another";
    disk->host = "one";
    other->host = "one";
    date_order_settle(recording, 0);
    assert_int_equal(disk->first, at(4, 6));
    assert_false(disk->day_month_proved);
    assert_true(disk->day_month_open);
    assert_int_equal(disk->problem_count, 1);
    assert_non_null(strstr(disk->problems[0].message, "--date-order"));
    recording_free(recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_log_decides),
        cmocka_unit_test(the_date_of_the_file_decides_when_no_log_does),
        cmocka_unit_test(dates_of_the_same_kind_prove_nothing),
        cmocka_unit_test(without_a_witness_it_stays_open_and_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

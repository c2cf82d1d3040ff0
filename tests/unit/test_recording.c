// The series model.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/recording.h"

static void columns_that_come_late_are_missing_before(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    for (int i = 0; i < 100; i++) {
        struct table *table = source_table(source, TEXT("sda"), ENTITY_DISK);
        size_t row = table_row(table, i * 1000, 1, (uint32_t)i + 1);
        size_t first = table_column(source, table, "r/s", UNIT_PER_S, SERIES_AVERAGE);
        table_set(table, row, first, i);
        if (i < 50) continue;
        size_t late = table_column_derived(source, table, "await", UNIT_MS, SERIES_AVERAGE);
        table_set(table, row, late, i == 60 ? INFINITY : 5);
    }
    const struct table *table = source_find(source, "sda");
    assert_int_equal(table->row_count, 100);
    struct column_stats stats = column_stats(table, table_find(table, "r/s"));
    assert_int_equal(stats.samples, 100);
    assert_true(stats.min == 0 && stats.max == 99 && stats.mean == 49.5);
    assert_false(table_find(table, "r/s")->derived);
    stats = column_stats(table, table_find(table, "await"));
    assert_int_equal(stats.samples, 49);  // what is not finite is missing
    assert_int_equal(stats.missing, 51);
    assert_true(table_find(table, "await")->derived);
    assert_null(table_find(table, "w/s"));
    assert_null(source_find(source, "sdb"));
    assert_null(table_find(NULL, "w/s"));
    recording_free(recording);
}

static void statistics_of_nothing_are_not_zero(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    struct table *table = source_table(source, TEXT("gpu0"), ENTITY_GPU);
    table_column(source, table, "power.draw", UNIT_WATT, SERIES_WINDOW);
    table_row(table, 0, 0, 1);
    struct column_stats stats = column_stats(table, &table->columns[0]);
    assert_int_equal(stats.samples, 0);
    assert_true(isnan(stats.min) && isnan(stats.mean) && isnan(stats.max));
    recording_free(recording);
}

static void finish_works_out_span_and_cadence(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    source->clock = CLOCK_LOCAL;
    static const millis times[] = {10000, 12000, 14000, 30000, 32000};
    for (size_t i = 0; i < 5; i++)
        table_row(source_table(source, TEXT("gpu0"), ENTITY_GPU), times[i], 0, (uint32_t)i + 1);
    source_event(source, 5000, 1, EVENT_XID, TEXT("gpu0"), TEXT("Xid"), 79);
    source_finish(source);
    assert_true(source->first == 5000 && source->last == 32000);
    assert_true(source->cadence == 2);
    assert_int_equal(source->samples, 5);
    struct source *untimed = recording_source(recording, "b.log", "");
    table_row(source_table(untimed, TEXT("sda"), ENTITY_DISK), 0, 0, 1);
    table_row(source_table(untimed, TEXT("sda"), ENTITY_DISK), 1, 0, 2);
    source_finish(untimed);
    assert_true(untimed->first == MILLIS_NONE && isnan(untimed->cadence));
    recording_free(recording);
}

static void too_many_entities_are_dropped_and_said(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    char name[32];
    for (int i = 0; i < TABLES_MOST + 50; i++) {
        int length = snprintf(name, sizeof name, "disk%d", i);
        struct table *table = source_table(source, (struct text){name, (size_t)length}, ENTITY_DISK);
        table_column(source, table, "r/s", UNIT_PER_S, SERIES_AVERAGE);
        table_row(table, i, 0, 1);
    }
    assert_int_equal(source->table_count, TABLES_MOST);
    assert_int_equal(source->problem_count, 1);
    assert_non_null(strstr(source->problems[0].message, "entities"));
    recording_free(recording);
}

static void too_many_columns_share_one(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    struct table *table = source_table(source, TEXT("gpu0"), ENTITY_GPU);
    char name[32];
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "column %d", i);
        size_t column = table_column(source, table, name, UNIT_NONE, SERIES_STATE);
        assert_int_equal(column, i < TABLE_COLUMNS_MOST ? i : TABLE_COLUMNS_MOST - 1);
    }
    assert_string_equal(table->columns[TABLE_COLUMNS_MOST - 1].quantity, "(further columns)");
    assert_int_equal(source->problem_count, 1);
    recording_free(recording);
}

// Each header names other columns: the room would grow with rows times columns.
static void nearly_empty_tables_stop_growing(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    struct table *table = source_table(source, TEXT("gpu0"), ENTITY_GPU);
    char name[32];
    uint32_t line = 0;
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "column %d", i);
        size_t column = table_column(source, table, name, UNIT_NONE, SERIES_STATE);
        table_set(table, table_row(table, line, 0, line + 1), column, 1);
        line++;
    }
    for (; line < 100000; line++) table_set(table, table_row(table, line, 0, line + 1), 7, 1);
    source_finish(source);
    assert_true(table->row_count * 500 >= SPARSE_FREE);
    assert_true(table->row_count < 20000);
    assert_int_equal(source->samples, table->row_count);
    assert_float_equal(table->columns[7].values[table->row_count - 1], 1, 0);
    assert_int_equal(source->problem_count, 1);
    assert_int_equal(source->problems[0].line, table->row_count + 1);
    recording_free(recording);
}

static void full_tables_grow(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    struct table *table = source_table(source, TEXT("gpu0"), ENTITY_GPU);
    size_t a = table_column(source, table, "a", UNIT_NONE, SERIES_STATE);
    for (int i = 0; i < 15; i++) {
        char name[32];
        snprintf(name, sizeof name, "empty %d", i);
        table_column(source, table, name, UNIT_NONE, SERIES_STATE);
    }
    for (uint32_t line = 0; line < 400000; line++) table_set(table, table_row(table, line, 0, line + 1), a, 1);
    assert_int_equal(table->row_count, 400000);
    assert_int_equal(source->problem_count, 0);
    recording_free(recording);
}

static void entities_that_are_no_utf8_are_found_again(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    for (int i = 0; i < 3; i++) {
        source_table(source, TEXT("a\xff"), ENTITY_DISK);
        source_table(source, TEXT("b"), ENTITY_DISK);
        source_table(source, TEXT("b"), ENTITY_NET);
    }
    assert_int_equal(source->table_count, 3);
    recording_free(recording);
}

static void too_many_facts_are_dropped_and_said(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    char value[32];
    for (int i = 0; i < 50000; i++) {
        int length = snprintf(value, sizeof value, "%d", i);
        source_fact(source, TEXT("sda"), "serial", (struct text){value, (size_t)length}, 1);
    }
    assert_int_equal(source->fact_count, SOURCE_FACTS_MOST + 1);
    assert_int_equal(source->problem_count, 1);
    recording_free(recording);
}

static void problems_are_counted_beyond_those_kept(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    for (uint32_t i = 1; i <= 250; i++) source_skip(source, i, "line %u\xff", i);
    assert_int_equal(source->problem_count, 250);
    assert_int_equal(source->skipped_lines, 250);
    assert_string_equal(source->problems[PROBLEMS_KEPT - 1].message, "line 100\xef\xbf\xbd");
    source_problem(source, 0, SEVERITY_CRITICAL, "refused");
    assert_string_equal(source->problems[PROBLEMS_KEPT - 1].message, "refused");
    assert_int_equal(source->problem_count, 251);
    recording_free(recording);
}

static void facts_repeat_only_when_they_change(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "a.log", "");
    source_fact(source, TEXT("sda"), "serial", TEXT("A1"), 1);
    source_fact(source, TEXT("sda"), "serial", TEXT("A1"), 2);
    source_fact(source, TEXT("sda"), "serial", TEXT("B2"), 3);
    source_fact(source, TEXT("sdb"), "serial", TEXT("C3"), 4);
    assert_int_equal(source->fact_count, 3);
    assert_string_equal(source_fact_value(source, "sda", "serial"), "B2");
    assert_string_equal(source_fact_value(source, NULL, "serial"), "C3");
    assert_null(source_fact_value(source, "sda", "model"));
    recording_free(recording);
}

static void sources_are_appended_and_taken_out(void **state) {
    (void)state;
    struct recording *recording = recording_new();
    struct source *first = recording_source(recording, "a.log", "");
    struct source *second = recording_source(recording, "b.tar", "b.log");
    struct table *table = source_table(first, TEXT("sda"), ENTITY_DISK);
    table_set(table, table_row(table, 1000, 1, 1), table_column(first, table, "r/s", UNIT_PER_S, SERIES_AVERAGE), 4);
    table = source_table(second, TEXT("sda"), ENTITY_DISK);
    table_set(table, table_row(table, 2000, 1, 1), table_column(second, table, "w/s", UNIT_PER_S, SERIES_AVERAGE), 6);
    source_event(second, 2000, 1, EVENT_NOTE, TEXT(""), TEXT("x"), NAN);
    source_problem(second, 1, SEVERITY_WARNING, "odd");
    source_append(first, second, 10);
    const struct table *joined = source_find(first, "sda");
    assert_int_equal(joined->row_count, 2);
    assert_int_equal(joined->line[1], 11);
    assert_int_equal(first->problems[0].line, 11);
    assert_int_equal(first->events[0].line, 11);
    assert_true(table_find(joined, "r/s")->values[0] == 4 && isnan(table_find(joined, "r/s")->values[1]));
    assert_true(table_find(joined, "w/s")->values[1] == 6 && isnan(table_find(joined, "w/s")->values[0]));
    assert_string_equal(source_name(second), "b.tar/b.log");
    recording_remove(recording, 1);
    assert_int_equal(recording->source_count, 1);
    recording_free(recording);
    recording_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_that_come_late_are_missing_before),
        cmocka_unit_test(statistics_of_nothing_are_not_zero),
        cmocka_unit_test(finish_works_out_span_and_cadence),
        cmocka_unit_test(too_many_entities_are_dropped_and_said),
        cmocka_unit_test(too_many_columns_share_one),
        cmocka_unit_test(nearly_empty_tables_stop_growing),
        cmocka_unit_test(full_tables_grow),
        cmocka_unit_test(entities_that_are_no_utf8_are_found_again),
        cmocka_unit_test(too_many_facts_are_dropped_and_said),
        cmocka_unit_test(problems_are_counted_beyond_those_kept),
        cmocka_unit_test(facts_repeat_only_when_they_change),
        cmocka_unit_test(sources_are_appended_and_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

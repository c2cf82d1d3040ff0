#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

#define BANNER "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n"
#define NAMES " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n"
#define BOOT " 9  0      0 800000   1000  50000    0    0   999   999  100  200  1  1 97  1  0\n"

static double host(const struct parsed *log, const char *quantity, size_t row) {
    return parsed_value(log, "host", quantity, row);
}

static void the_average_since_boot_is_left_out(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER NAMES BOOT
                    " 2  1      0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0\n"
                    "10  2      0 780000   1000  50000    0    0   500    16  100  200 60  5 30  5  0\n");
    assert_string_equal(log.source->format, "vmstat");
    assert_int_equal(log.source->reports, 3);
    assert_int_equal(log.source->since_boot_reports, 1);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_float_equal(host(&log, "bi", 0), 400, 0);
    assert_float_equal(host(&log, "r", 1), 10, 0);
    assert_float_equal(host(&log, "free", 1), 780000, 0);
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(source_find(log.source, "host")->line[0], 4);
    const struct column *in = table_find(source_find(log.source, "host"), "bi");
    assert_int_equal(in->unit, UNIT_KIB_PER_S);
    assert_int_equal(in->kind, SERIES_AVERAGE);
    assert_int_equal(table_find(source_find(log.source, "host"), "free")->kind, SERIES_STATE);
    parsed_free(&log);
}

static void a_header_every_screenful_is_no_row(void **state) {
    (void)state;
    char text[8000] = BANNER NAMES BOOT;
    for (int i = 0; i < 40; i++) {
        char row[120];
        if (i > 0 && i % 19 == 0) strcat(text, BANNER NAMES);
        snprintf(row, sizeof row, " 2  1      0 79%04d   1000  50000    0    0   %d    16  100  200 50  5 40  5  0\n",
                 i, 400 + i);
        strcat(text, row);
    }
    struct parsed log = parsed_text(text);
    assert_int_equal(parsed_rows(&log, "host"), 40);
    assert_float_equal(host(&log, "bi", 39), 439, 0);
    assert_int_equal(log.source->since_boot_reports, 1);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

#define STAMPED_NAMES \
    " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 CEST\n"
#define STAMPED_BOOT \
    " 9  0      0 800000   1000  50000    0    0   999   999  100  200  1  1 97  1  0 2024-05-06 07:08:00\n"

static void stamps_date_the_rows_and_the_zone_stays_a_word(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        BANNER STAMPED_NAMES STAMPED_BOOT
        " 2  1      0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0 2024-05-06 07:08:05\n"
        " 2  1      0 780000   1000  50000    0    0   500    16  100  200 50  5 40  5  0 2024-05-06 07:08:10\n");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_string_equal(log.source->zone, "CEST");
    const struct table *table = source_find(log.source, "host");
    assert_int_equal(table->time[0], INT64_C(1714979285000));
    assert_float_equal(table->interval[0], 5, 0);
    assert_float_equal(table->interval[1], 5, 0);
    parsed_free(&log);
}

static void utc_is_a_zone_that_is_certain(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        BANNER
        " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 "
        "UTC\n" STAMPED_BOOT
        " 2  1      0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0 2024-05-06 07:08:05\n");
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(parsed_rows(&log, "host"), 1);
    parsed_free(&log);
}

static void a_row_cut_by_the_end_of_the_file_is_left_out(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        BANNER STAMPED_NAMES STAMPED_BOOT
        " 2  1      0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0 2024-05-06 07:08:05\n"
        " 2  1      0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0 2024-05-06 07:0");
    assert_int_equal(parsed_rows(&log, "host"), 1);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
    // "5" of "50": the row may lack a digit, and nobody can see it.
    log = parsed_text(BANNER NAMES BOOT
                      " 2  1      0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0\n"
                      " 2  1      0 780000   1000  50000    0    0   400    16  100  200 50  5 40  5  1");
    assert_true(isnan(host(&log, "st", 1)));
    assert_float_equal(host(&log, "wa", 1), 5, 0);
    parsed_free(&log);
}

static void wide_and_active_columns_go_by_name(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "--procs-- -----------------------memory---------------------- ---swap-- -----io---- -system-- "
        "----------cpu----------\n"
        "   r    b         swpd         free        inact       active   si   so    bi    bo   in   cs  us  sy  id  wa "
        " "
        "st  gu\n"
        "   1    0            0       800000       300000       400000    0    0    10    10   10   10   1   1  98   0 "
        "  "
        "0   0\n"
        "   4    0            0       790000       300001       400001    0    0    20    10   10   10   7   1  91   0 "
        "  "
        "0   1\n");
    assert_int_equal(parsed_rows(&log, "host"), 1);
    assert_float_equal(host(&log, "inact", 0), 300001, 0);
    assert_float_equal(host(&log, "gu", 0), 1, 0);
    assert_float_equal(host(&log, "us", 0), 7, 0);
    assert_true(isnan(host(&log, "cache", 0)));
    assert_int_equal(log.source->since_boot_reports, 1);
    parsed_free(&log);
}

static void old_ones_without_steal_are_read(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER
                                    " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa\n"
                                    " 1  0      0 800000   1000  50000    0    0    10    10   10   10  1  1 98  0\n"
                                    " 1  0      0 800000   1000  50000    0    0    20    10   10   10  1  1 97  1\n");
    assert_float_equal(host(&log, "wa", 0), 1, 0);
    assert_true(isnan(host(&log, "st", 0)));
    parsed_free(&log);
}

static void another_run_begins_with_its_average_since_boot(void **state) {
    (void)state;
    // A second run appended: its first row repeats what was said since boot, at a time before its second.
    struct parsed log = parsed_text(
        BANNER STAMPED_NAMES STAMPED_BOOT
        " 2  1      0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0 2024-05-06 07:08:05\n"
        " 2  1      0 780000   1000  50000    0    0   400    16  100  200 50  5 40  5  0 2024-05-06 07:08:10\n"
        " 2  1      0 770000   1000  50000    0    0   400    16  100  200 50  5 40  5  0 2024-05-06 07:08:15\n" BANNER
            STAMPED_NAMES
        " 9  0      0 800000   1000  50000    0    0   990   990  100  200  1  1 97  1  0 2024-05-06 09:00:00\n"
        " 2  1      0 760000   1000  50000    0    0   500    16  100  200 50  5 40  5  0 2024-05-06 09:00:05\n");
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(parsed_rows(&log, "host"), 4);
    assert_float_equal(host(&log, "bi", 3), 500, 0);
    assert_int_equal(parsed_events(&log, EVENT_RUN_START), 1);
    parsed_free(&log);
}

static void a_loop_of_single_calls_sees_only_averages_since_boot(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER NAMES BOOT BANNER NAMES BOOT BANNER NAMES BOOT);
    assert_int_equal(parsed_rows(&log, "host"), 0);
    assert_int_equal(log.source->since_boot_reports, 3);
    assert_true(parsed_problem(&log, "without an interval"));
    parsed_free(&log);
    static const char row[] = " 2  1      0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0\n";
    char text[2000] = "";
    for (int i = 0; i < 3; i++) strcat(strcat(text, BANNER NAMES BOOT), row);  // `vmstat 1 2` in a loop
    log = parsed_text(text);
    assert_int_equal(parsed_rows(&log, "host"), 3);
    assert_float_equal(host(&log, "bi", 2), 400, 0);
    parsed_free(&log);
}

static void memory_that_procps_froze_is_missing(void **state) {
    (void)state;
    char text[4000] = BANNER NAMES BOOT;
    for (int i = 0; i < 12; i++) {
        char row[120];
        snprintf(row, sizeof row, " 2  1      0 790000   1000  50000    0 %4d   %d    16  100  200 50  5 40  5  0\n", i,
                 400 + i);
        strcat(text, row);
    }
    struct parsed log = parsed_text(text);
    assert_int_equal(parsed_rows(&log, "host"), 12);
    assert_true(isnan(host(&log, "free", 3)));
    assert_true(isnan(host(&log, "swpd", 3)));
    assert_float_equal(host(&log, "so", 3), 3, 0);
    assert_true(parsed_problem(&log, "4.0.2"));
    parsed_free(&log);
}

static void memory_that_moves_stays(void **state) {
    (void)state;
    char text[4000] = BANNER NAMES BOOT;
    for (int i = 0; i < 12; i++) {
        char row[120];
        snprintf(row, sizeof row, " 2  1      0 79000%d   1000  50000    0    0   %d    16  100  200 50  5 40  5  0\n",
                 i % 2, 400 + i);
        strcat(text, row);
    }
    struct parsed log = parsed_text(text);
    assert_float_equal(host(&log, "free", 3), 790001, 0);
    assert_false(parsed_problem(&log, "4.0.2"));
    parsed_free(&log);
}

static void a_column_that_nobody_knows_is_said_and_left_out(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER
                    " r  b   swpd  libre inact. actif    si   so    bi    bo   in   cs us sy id new wa st CEST\n"
                    " 1  0      0 800000   1000  50000    0    0     9     9  100  200  1  1 97  7  1  0 "
                    "2026-11-23 10:00:00\n"
                    " 2  1      0 790000   2000  60000    0    0   400    16  100  200 50  5 40  7  5  0 "
                    "2026-11-23 10:00:05\n");
    assert_int_equal(parsed_rows(&log, "host"), 1);
    assert_float_equal(host(&log, "free", 0), 790000, 0);
    assert_float_equal(host(&log, "inact", 0), 2000, 0);
    assert_float_equal(host(&log, "active", 0), 60000, 0);
    assert_float_equal(host(&log, "id", 0), 40, 0);
    assert_float_equal(host(&log, "wa", 0), 5, 0);
    assert_string_equal(log.source->zone, "CEST");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_true(parsed_problem(&log, "a column that vmstat is not known to have: new"));
    parsed_free(&log);
}

static void rows_of_another_host_are_left_out(void **state) {
    (void)state;
    struct parsed log =
        parsed_text("node7: " NAMES "node8: " NAMES "node7: " BOOT "node8: " BOOT
                    "node7:  2  1   0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0\n"
                    "node8:  2  1   0 690000   1000  50000    0    0   300    16  100  200 50  5 40  5  0\n");
    assert_string_equal(log.source->host, "node7");
    assert_int_equal(parsed_rows(&log, "host"), 1);
    assert_float_equal(host(&log, "free", 0), 790000, 0);
    assert_int_equal(log.source->since_boot_reports, 1);
    assert_true(parsed_problem(&log, "another host"));
    parsed_free(&log);
}

static void what_is_no_row_is_named(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER NAMES BOOT
                                    " 2  1      0 790000   1000  50000    0    0   400    16  100  200 50  5 40  5  0\n"
                                    "Killed\n"
                                    " 2  1      0 790000   1000  50000    0    0   4x0    16  100  200 50  5 40  5  0\n"
                                    " 2  1      0 790000   1000  50000    0    0   400\n");
    assert_int_equal(parsed_rows(&log, "host"), 1);
    assert_int_equal(log.source->skipped_lines, 3);
    assert_int_equal(log.source->problems[1].line, 6);
    parsed_free(&log);
}

static void other_tables_of_vmstat_are_not_this_one(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "disk- ------------reads------------ ------------writes----------- -----IO------\n"
        "       total merged sectors      ms  total merged sectors      ms    cur    sec\n"
        "sda    12345      1  234567    1234   1234      1   12345     123      0      1\n");
    assert_string_not_equal(log.source->format, "vmstat");
    assert_true(log.source->refused);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_average_since_boot_is_left_out),
        cmocka_unit_test(a_header_every_screenful_is_no_row),
        cmocka_unit_test(stamps_date_the_rows_and_the_zone_stays_a_word),
        cmocka_unit_test(utc_is_a_zone_that_is_certain),
        cmocka_unit_test(a_row_cut_by_the_end_of_the_file_is_left_out),
        cmocka_unit_test(wide_and_active_columns_go_by_name),
        cmocka_unit_test(old_ones_without_steal_are_read),
        cmocka_unit_test(another_run_begins_with_its_average_since_boot),
        cmocka_unit_test(a_loop_of_single_calls_sees_only_averages_since_boot),
        cmocka_unit_test(memory_that_procps_froze_is_missing),
        cmocka_unit_test(memory_that_moves_stays),
        cmocka_unit_test(a_column_that_nobody_knows_is_said_and_left_out),
        cmocka_unit_test(rows_of_another_host_are_left_out),
        cmocka_unit_test(what_is_no_row_is_named),
        cmocka_unit_test(other_tables_of_vmstat_are_not_this_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

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
#define HEADER BANNER " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n"
#define TIMED \
    BANNER " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC\n"

// 2024-05-20 10:00:00 UTC
static const millis ten = INT64_C(1716199200000);

// Rows of one run under headers that come again, then a second run an hour later.
static void a_header_that_comes_again_is_no_new_run_but_a_gap_is(void **state) {
    (void)state;
    char text[8000];
    size_t used = 0;
    for (int i = 0; i < 40; i++) {
        if (i % 20 == 0) used += (size_t)snprintf(text + used, sizeof text - used, "%s", TIMED);
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 " 1  0 0 %d 10 20 0 0 1 1 1 1 1 1 98 0 0 2024-05-20 10:00:%02d\n", 1000 + i, i);
    }
    snprintf(text + used, sizeof text - used,
             "%s 9  0 0 1 1 1 0 0 99999 1 1 1 1 1 98 0 0 2024-05-20 11:00:00\n"
             " 2  0 0 5 1 1 0 0 7 1 1 1 1 1 98 0 0 2024-05-20 11:00:01\n",
             TIMED);
    struct parsed log = parsed_text(text);
    assert_int_equal(log.source->reports, 42);
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(parsed_rows(&log, "host"), 40);
    assert_float_equal(parsed_value(&log, "host", "bi", 39), 7, 0);
    assert_int_equal(parsed_events(&log, EVENT_RUN_START), 1);
    parsed_free(&log);
}

static void untimed_runs_are_told_by_their_length(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(HEADER "9 0 0 1 1 1 0 0 99999 1 1 1 1 1 98 0 0\n1 0 0 2 1 1 0 0 5 1 1 1 1 1 98 0 0\n" HEADER
                           "9 0 0 1 1 1 0 0 99999 1 1 1 1 1 98 0 0\n1 0 0 3 1 1 0 0 6 1 1 1 1 1 98 0 0\n");
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_float_equal(parsed_value(&log, "host", "bi", 1), 6, 0);
    parsed_free(&log);
}

static void a_loop_with_date_dates_its_rows(void **state) {
    (void)state;
#define ROUND(stamp, bi) \
    stamp "\n" HEADER "9 0 0 1 1 1 0 0 99999 1 1 1 1 1 98 0 0\n1 0 0 2 1 1 0 0 " bi " 1 1 1 1 1 98 0 0\n"
    struct parsed log =
        parsed_text(ROUND("Mon May 20 10:00:00 UTC 2024", "5") ROUND("Mon May 20 10:01:00 UTC 2024", "6"));
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_int_equal(source_find(log.source, "host")->time[1], ten + 60000);
    assert_float_equal(parsed_value(&log, "host", "bi", 1), 6, 0);
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

static void stamps_before_the_lines(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2024-05-20T10:00:00 procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n"
        "2024-05-20T10:00:00  r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n"
        "2024-05-20T10:00:00  1  0      0   1000     10     20    0    0     1     1    1    1  1  1 98  0  0\n"
        "2024-05-20T10:00:02  2  0      0   1001     10     20    0    0     9     1    1    1  1  1 98  0  0\n");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_int_equal(parsed_rows(&log, "host"), 1);
    assert_int_equal(source_find(log.source, "host")->time[0], ten + 2000);
    assert_float_equal(parsed_value(&log, "host", "r", 0), 2, 0);
    parsed_free(&log);
}

static void rows_of(char *text, size_t size, const char *memory, const char *swap, int factor) {
    size_t used = (size_t)snprintf(text, size, "%s", HEADER);
    for (int i = 0; i < 14; i++) {
        used += (size_t)snprintf(text + used, size - used, "1 0 9 %s 10 20 %s %d 1 1 1 1 1 98 0 0\n", memory, swap,
                                 factor * 5 + i);
    }
}

static void mebibytes_are_proved_by_the_traffic(void **state) {
    (void)state;
    char text[4000];
    rows_of(text, sizeof text, "16000", "5 0", 1024);
    struct parsed log = parsed_text(text);
    assert_float_equal(parsed_value(&log, "host", "si", 3), 5120, 0);
    assert_float_equal(parsed_value(&log, "host", "bi", 0), 5121, 0);
    assert_true(parsed_problem(&log, "-S M"));
    parsed_free(&log);
    rows_of(text, sizeof text, "16000", "5 0", 1);
    log = parsed_text(text);
    assert_float_equal(parsed_value(&log, "host", "si", 3), 5, 0);
    parsed_free(&log);
}

static void a_single_call_says_nothing_of_the_run(void **state) {
    (void)state;
    struct parsed log = parsed_text(HEADER "9 0 0 1 1 1 0 0 99999 1 1 1 1 1 98 0 0\n");
    assert_int_equal(parsed_rows(&log, "host"), 0);
    assert_true(parsed_problem(&log, "without an interval"));
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_that_comes_again_is_no_new_run_but_a_gap_is),
        cmocka_unit_test(untimed_runs_are_told_by_their_length),
        cmocka_unit_test(a_loop_with_date_dates_its_rows),
        cmocka_unit_test(stamps_before_the_lines),
        cmocka_unit_test(mebibytes_are_proved_by_the_traffic),
        cmocka_unit_test(a_single_call_says_nothing_of_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

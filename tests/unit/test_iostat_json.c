#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "log_of_text.h"

#define OPEN                                                                                                  \
    "{\"sysstat\": {\"hosts\": [{\"nodename\": \"trainer\", \"sysname\": \"Linux\", \"release\": \"6.1.0\", " \
    "\"machine\": \"x86_64\",\n"                                                                              \
    "\"number-of-cpus\": 8, \"date\": \"03/25/26\", \"statistics\": [\n"
#define CLOSE "]}]}}\n"
#define RECORD(stamp, idle, members)                                              \
    "{\"timestamp\": \"" stamp "\", \"avg-cpu\": {\"user\": 1.0, \"idle\": " idle \
    "},\n\"disk\": [{\"disk_device\": \"sda\", " members "}]}"

static void check(double found, double expected) {
    if (!(fabs(found - expected) <= 1e-9 * fmax(1, fabs(expected))))
        fail_msg("%.10g instead of %.10g", found, expected);
}

static struct log_of_text parse(const char *text) { return log_of_text(text, NULL); }

#define NEW                                                                                                          \
    "\"r/s\": 10.0, \"w/s\": 5.0, \"rkB/s\": 400.0, \"wkB/s\": 20.0, \"rrqm\": 7.5, \"r_await\": 2.0, \"w_await\": " \
    "8.0, \"rareq-sz\": 40.0, \"util\": 12.5"

static void records_become_rows(void **state) {
    (void)state;
    struct log_of_text log = parse(OPEN RECORD("03/25/26 10:00:00", "9", NEW) ",\n" RECORD(
        "03/25/26 10:00:01", "80.5", NEW) ",\n" RECORD("03/25/26 10:00:02", "81.5", NEW) CLOSE);
    assert_string_equal(log.source->format, "iostat-json");
    assert_string_equal(log.source->host, "trainer");
    assert_string_equal(source_fact_value(log.source, "cpu", "cpus"), "8");
    assert_int_equal(log.source->reports, 3);
    assert_int_equal(log.source->since_boot_reports, 1);
    assert_int_equal(log_rows(&log, "sda"), 2);
    check(log_value(&log, "cpu", "%idle", 1), 81.5);
    check(log_value(&log, "sda", "%rrqm", 0), 7.5);
    check(log_value(&log, "sda", "%util", 0), 12.5);
    check(log_value(&log, "sda", "await", 0), 4);
    check(log_value(&log, "sda", "rkB/s", 0), 400);
    assert_string_equal(log_time(&log, "sda", 1), "2026-03-25T10:00:02");
    assert_int_equal(source_find(log.source, "sda")->line[1], 8);
    log_of_text_free(&log);
}

#define OLD                                                                                                        \
    "\"rrqm\": 3,50, \"r\": 10,00, \"w\": 5,00, \"rkB\": 400,00, \"wkB\": 20, \"avgrq-sz\": 56,00, \"avgqu-sz\": " \
    "0,10, \"await\": 4,00, \"util\": 12,50"

static void decimal_commas_and_the_first_names(void **state) {
    (void)state;
    struct log_of_text log =
        parse(OPEN RECORD("25.03.2026 10:00:00", "9,00", OLD) ",\n" RECORD("25.03.2026 10:00:01", "80,25", OLD) CLOSE);
    assert_int_equal(log.source->skipped_lines, 0);
    check(log_value(&log, "sda", "rrqm/s", 0), 3.5);
    check(log_value(&log, "sda", "r/s", 0), 10);
    check(log_value(&log, "sda", "areq-sz", 0), 28);
    check(log_value(&log, "sda", "wkB/s", 0), 20);
    check(log_value(&log, "cpu", "%idle", 0), 80.25);
    assert_true(isnan(log_value(&log, "sda", "%rrqm", 0)));
    log_of_text_free(&log);
}

#define SECTORS                                                                                                    \
    "\"r/s\": 10.0, \"w/s\": 5.0, \"d/s\": 0.0, \"rkB/s\": 800.0, \"wkB/s\": 40.0, \"dkB/s\": 6.0, \"rareq-sz\": " \
    "40.0, \"util\": 12.5"

static void sectors_under_the_name_of_kilobytes_are_halved(void **state) {
    (void)state;
    struct log_of_text log =
        parse(OPEN RECORD("03/25/26 10:00:00", "9", SECTORS) "," RECORD("03/25/26 10:00:01", "9", SECTORS) CLOSE);
    check(log_value(&log, "sda", "rkB/s", 0), 400);
    check(log_value(&log, "sda", "wkB/s", 0), 20);
    check(log_value(&log, "sda", "dkB/s", 0), 3);
    check(log_value(&log, "sda", "rareq-sz", 0), 40);
    assert_true(log_complains(&log, "halved"));
    log_of_text_free(&log);
}

static void a_comma_or_a_blank_line_where_the_report_since_boot_was(void **state) {
    (void)state;
    struct log_of_text log =
        parse(OPEN "\n" RECORD("03/25/26 10:00:00", "9", NEW) "," RECORD("03/25/26 10:00:01", "9", NEW) CLOSE);
    assert_int_equal(log.source->since_boot_reports, 0);
    assert_int_equal(log_rows(&log, "sda"), 2);
    log_of_text_free(&log);
    log = parse(OPEN "," RECORD("03/25/26 10:00:00", "9", NEW) "," RECORD("03/25/26 10:00:01", "9", NEW) CLOSE);
    assert_int_equal(log.source->since_boot_reports, 0);
    log_of_text_free(&log);
}

static void a_log_cut_in_a_record_keeps_the_ones_before(void **state) {
    (void)state;
    struct log_of_text log = parse(OPEN RECORD("03/25/26 10:00:00", "9", NEW) "," RECORD(
        "03/25/26 10:00:01", "9", NEW) ",{\"timestamp\": \"03/25/26 10:00:02\", \"avg-cpu\": {\"idle\": 70.0}, "
                                       "\"disk\": [{\"disk_device\": \"sda\", \"r/s\": 1");
    assert_int_equal(log.source->reports, 3);
    assert_int_equal(log_rows(&log, "sda"), 1);
    assert_int_equal(log_rows(&log, "cpu"), 2);
    assert_int_equal(log.source->skipped_lines, 1);
    log_of_text_free(&log);
}

static void runs_appended_to_one_file(void **state) {
    (void)state;
    struct log_of_text log =
        parse(OPEN RECORD("03/25/26 10:00:00", "9", NEW) "," RECORD("03/25/26 10:00:01", "9", NEW)
                  CLOSE OPEN RECORD("03/25/26 11:00:00", "9", NEW) "," RECORD("03/25/26 11:00:01", "9", NEW) CLOSE);
    assert_int_equal(log.source->reports, 4);
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(log_rows(&log, "sda"), 2);
    log_of_text_free(&log);
}

static void what_is_broken_is_survived(void **state) {
    (void)state;
    static const char *const texts[] = {
        OPEN,
        OPEN "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        OPEN "{\"disk\": [{\"disk_device\": \"a\", \"r/s\": \"x\"}, {\"disk_device\": 7}, {}]}]]]]]]]]]]",
        OPEN "{\"disk_device\": \"a\", \"avg-cpu\": \"\\",
        OPEN "{\"avg-cpu\": {\"idle\": 1e999}}, {\"avg-cpu\": {\"idle\": 1, \"idle\": 2}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct log_of_text log = parse(texts[i]);
        assert_int_equal(log.source->samples, 0);
        log_of_text_free(&log);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_become_rows),
        cmocka_unit_test(decimal_commas_and_the_first_names),
        cmocka_unit_test(sectors_under_the_name_of_kilobytes_are_halved),
        cmocka_unit_test(a_comma_or_a_blank_line_where_the_report_since_boot_was),
        cmocka_unit_test(a_log_cut_in_a_record_keeps_the_ones_before),
        cmocka_unit_test(runs_appended_to_one_file),
        cmocka_unit_test(what_is_broken_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

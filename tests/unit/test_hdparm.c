#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

static void both_measures_of_one_call_are_one_row(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "$ sudo hdparm -Tt /dev/nvme0n1\n\n/dev/nvme0n1:\n"
        " HDIO_DRIVE_CMD(identify) failed: Inappropriate ioctl for device\n"
        " Timing cached reads:   20760 MB in  1.99 seconds = 10432.16 MB/sec\n"
        " Timing buffered disk reads: 5104 MB in  3.00 seconds = 1701.12 MB/sec\n");
    assert_string_equal(log.source->format, "hdparm");
    assert_int_equal(parsed_rows(&log, "nvme0n1"), 1);
    assert_float_equal(parsed_value(&log, "nvme0n1", "cached reads", 0), 10432.16, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "buffered disk reads", 0), 1701.12, 0);
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(log.source->event_count, 0);
    parsed_free(&log);
}

static void kilobytes_are_not_megabytes(void **state) {
    (void)state;
    struct parsed log =
        parsed_text("/dev/sda:\n Timing buffered disk reads:   2 MB in 36.15 seconds =  56.65 kB/sec\n");
    assert_float_equal(parsed_value(&log, "sda", "buffered disk reads", 0), 56.65 / 1024, 1e-9);
    assert_float_equal(parsed_value(&log, "sda", "disk reads.seconds", 0), 36.15, 0);
    parsed_free(&log);
}

static void several_runs_keep_their_order(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "/dev/sda:\n Timing buffered disk reads: 300 MB in  3.00 seconds = 100.00 MB/sec\n\n"
        "/dev/sda:\n Timing buffered disk reads: 600 MB in  3.00 seconds = 200.00 MB/sec\n\n"
        "/dev/sdb:\n Timing O_DIRECT disk reads (offset 5 GB): 900 MB in  3.00 seconds = 300.00 MB/sec\n");
    assert_int_equal(parsed_rows(&log, "sda"), 2);
    assert_float_equal(parsed_value(&log, "sda", "buffered disk reads", 1), 200, 0);
    assert_float_equal(parsed_value(&log, "sdb", "O_DIRECT disk reads", 0), 300, 0);
    assert_int_equal(source_find(log.source, "sda")->line[1], 5);
    parsed_free(&log);
}

static void a_date_before_the_run_dates_it(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Fri Aug  2 18:39:19 UTC 2024\n/dev/sda:\n"
        " Timing buffered disk reads: 300 MB in  3.00 seconds = 100.00 MB/sec\n");
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(log.source->first, INT64_C(1722623959000));
    parsed_free(&log);
}

static void a_damaged_line_gives_no_rate(void **state) {
    (void)state;
    struct parsed log =
        parsed_text("/dev/sda:\n Timing buffered disk reads: 300 MB in  3.00 seconds = 700.00 MB/sec\n");
    assert_true(isnan(parsed_value(&log, "sda", "buffered disk reads", 0)));
    assert_true(parsed_problem(&log, "damaged"));
    parsed_free(&log);
}

static void a_read_that_failed_is_an_io_error(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "/dev/sda:\n Timing cached reads:   20760 MB in  1.99 seconds = 10432.16 MB/sec\n"
        " Timing buffered disk reads: read() failed: Input/output error\n"
        "/dev/sdx: No such file or directory\n");
    const struct event *event = parsed_event(&log, EVENT_IO_ERROR, 0);
    assert_non_null(event);
    assert_string_equal(event->entity, "sda");
    assert_string_equal(parsed_event(&log, EVENT_NOTE, 0)->entity, "sdx");
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_measures_of_one_call_are_one_row), cmocka_unit_test(kilobytes_are_not_megabytes),
        cmocka_unit_test(several_runs_keep_their_order),         cmocka_unit_test(a_date_before_the_run_dates_it),
        cmocka_unit_test(a_damaged_line_gives_no_rate),          cmocka_unit_test(a_read_that_failed_is_an_io_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

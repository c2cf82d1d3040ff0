#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

#define HEADER "               total        used        free      shared  buff/cache   available\n"

static void mebibytes_are_known_by_the_size_of_the_memory(void **state) {
    (void)state;
    struct parsed log = parsed_text("2024-05-20 10:00:00\n" HEADER
                                    "Mem:          257584       90000      100000           8       67584      165000\n"
                                    "Swap:           2047           0        2047\n2.71 3.94 3.38 10/209 400\n"
                                    "2024-05-20 10:00:05\n" HEADER
                                    "Mem:          257584       91000      100000           8       67584      164000\n"
                                    "Swap:           2047           1        2046\n2.70 3.93 3.38 9/209 401\n");
    assert_string_equal(log.source->format, "free");
    assert_int_equal(log.source->reports, 2);
    assert_float_equal(parsed_value(&log, "host", "mem.total", 0), 257584.0 * 1024, 0);
    assert_float_equal(parsed_value(&log, "host", "mem.available", 1), 164000.0 * 1024, 0);
    assert_float_equal(parsed_value(&log, "host", "swap.used", 1), 1024, 0);
    assert_float_equal(parsed_value(&log, "host", "ldavg-1", 1), 2.7, 0);
    assert_int_equal(source_find(log.source, "host")->time[1] - source_find(log.source, "host")->time[0], 5000);
    assert_true(parsed_problem(&log, "MiB"));
    parsed_free(&log);
}

static void kibibytes_and_the_old_lines(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "             total       used       free     shared    buffers     cached\n"
        "Mem:      65917340   64000000    1917340          0     300000   50000000\n"
        "-/+ buffers/cache:   13700000   52217340\nSwap:      4194300          0    4194300\n\n"
        "             total       used       free     shared    buffers     cached\n"
        "Mem:      65917340   64000000    1917340          0     300000   50000000\n");
    assert_float_equal(parsed_value(&log, "host", "mem.total", 0), 65917340, 0);
    assert_float_equal(parsed_value(&log, "host", "mem.cached", 1), 50000000, 0);
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(source_find(log.source, "host")->time[1], 1);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

static void human_numbers_carry_their_unit(void **state) {
    (void)state;
    struct parsed log = parsed_text("1716199200\n" HEADER
                                    "Mem:           251Gi        12Gi       585Mi       8.0Mi        67Gi       165Gi\n"
                                    "Swap:             0B          0B          0B\n");
    assert_int_equal(log.source->clock, CLOCK_EPOCH);
    assert_float_equal(parsed_value(&log, "host", "mem.total", 0), 251.0 * 1024 * 1024, 0);
    assert_float_equal(parsed_value(&log, "host", "mem.free", 0), 585.0 * 1024, 0);
    assert_float_equal(parsed_value(&log, "host", "swap.total", 0), 0, 0);
    assert_false(parsed_problem(&log, "no unit"));
    parsed_free(&log);
}

#define BLOCK(mount, ops, reads, rtt)                                                                                \
    "\nnas1:/export" mount " mounted on " mount ":\n\n           ops/s       rpc bklog\n        " ops                \
    "           3.000\n\nread:              ops/s            kB/s           kB/op         retrans    avg RTT "       \
    "(ms)    avg exe (ms)\n                 " reads "      102400.000         128.000        2 (0.2%)          " rtt \
    "          52.100\n"

static void the_first_block_of_a_mount_is_no_data(void **state) {
    (void)state;
    struct parsed log = parsed_text(BLOCK("/data", "11.0", "1.0", "1.5") BLOCK("/home", "1.0", "1.0", "2.5")
                                        BLOCK("/data", "811.0", "800.0", "41.5") BLOCK("/home", "2.0", "1.0", "3.5"));
    assert_string_equal(log.source->format, "nfsiostat");
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->since_boot_reports, 1);
    assert_int_equal(parsed_rows(&log, "nfs:/data"), 1);
    assert_float_equal(parsed_value(&log, "nfs:/data", "ops/s", 0), 811, 0);
    assert_float_equal(parsed_value(&log, "nfs:/data", "read avg RTT", 0), 41.5, 0);
    assert_float_equal(parsed_value(&log, "nfs:/data", "read retrans", 0), 2, 0);
    assert_float_equal(parsed_value(&log, "nfs:/home", "read avg RTT", 0), 3.5, 0);
    assert_string_equal(source_fact_value(log.source, "nfs:/data", "export"), "nas1:/export/data");
    assert_int_equal(source_find(log.source, "nfs:/data")->entity_kind, ENTITY_MOUNT);
    parsed_free(&log);
}

static void a_loop_with_stamps_begins_each_time_since_mounting(void **state) {
    (void)state;
    struct parsed log = parsed_text("2024-05-20T10:00:00+0000\n" BLOCK("/data", "11.0", "1.0", "1.5") BLOCK(
        "/data", "12.0", "2.0", "5.5") "2024-05-20T10:01:00+0000\n" BLOCK("/data", "11.0", "1.0", "1.5")
                                        BLOCK("/data", "13.0", "3.0", "6.5"));
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(parsed_rows(&log, "nfs:/data"), 2);
    assert_float_equal(parsed_value(&log, "nfs:/data", "ops/s", 1), 13, 0);
    assert_int_equal(source_find(log.source, "nfs:/data")->time[1], INT64_C(1716199260000));
    parsed_free(&log);
}

static void stamps_behind_the_snapshots_date_nothing(void **state) {
    (void)state;
#define SNAPSHOT HEADER "Mem:          257584       90000      100000           8       67584      165000\n"
    struct parsed log = parsed_text(SNAPSHOT "2024-05-20 10:00:00\n" SNAPSHOT "2024-05-20 10:00:05\n");
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(source_find(log.source, "host")->time[1], 1);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mebibytes_are_known_by_the_size_of_the_memory),
        cmocka_unit_test(kibibytes_and_the_old_lines),
        cmocka_unit_test(stamps_behind_the_snapshots_date_nothing),
        cmocka_unit_test(human_numbers_carry_their_unit),
        cmocka_unit_test(the_first_block_of_a_mount_is_no_data),
        cmocka_unit_test(a_loop_with_stamps_begins_each_time_since_mounting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

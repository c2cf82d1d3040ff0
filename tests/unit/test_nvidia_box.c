#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

static void check_value(const struct parsed *log, const char *entity, const char *quantity, size_t row,
                        double expected) {
    double value = parsed_value(log, entity, quantity, row);
    if (value != expected) fail_msg("%s %s [%zu] is %g instead of %g", entity, quantity, row, value, expected);
}

#define OLD(stamp, used, load)                                                              \
    stamp                                                                                   \
        "+-----------------------------------------------------------------------------+\n" \
        "| NVIDIA-SMI 470.57.02    Driver Version: 470.57.02    CUDA Version: 11.4     |\n" \
        "|-------------------------------+----------------------+----------------------+\n" \
        "| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |\n" \
        "| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | GPU-Util  Compute M. |\n" \
        "|===============================+======================+======================|\n" \
        "|   0  Tesla V100-SXM2...  On   | 00000000:15:00.0 Off |                    3 |\n" \
        "| N/A   36C    P0   195W / 300W |  " used "MiB / 32510MiB |     " load             \
        "%      Default |\n"                                                                \
        "|                               |                      |                  N/A |\n" \
        "+-------------------------------+----------------------+----------------------+\n" \
        "|   1  Tesla V100-SXM2...  Off  | 00000000:3B:00.0 Off |                  N/A |\n" \
        "| 33%   37C    P8    N/A /  N/A |      3MiB / 32510MiB |     N/A      Default |\n" \
        "+-------------------------------+----------------------+----------------------+\n" \
        "\n"                                                                                \
        "| Processes:                                                                  |\n" \
        "|  GPU   GI   CI        PID   Type   Process name                  GPU Memory |\n" \
        "|    0   N/A  N/A     56784      C   ...envs/deepspeed/bin/python    11243MiB |\n"

static void two_lines_are_a_row(void **state) {
    (void)state;
    struct parsed log = parsed_text(OLD("Fri Dec  2 03:41:13 2022       \n", "10486", " 92")
                                        OLD("Fri Dec  2 03:41:14 2022       \n", "10487", "100"));
    assert_string_equal(log.source->format, "nvidia-smi-table");
    assert_string_equal(log.source->tool_version, "470.57.02");
    check_value(&log, "gpu0", "utilization.gpu", 0, 92);
    check_value(&log, "gpu0", "utilization.gpu", 1, 100);
    check_value(&log, "gpu0", "memory.used", 1, 10487);
    check_value(&log, "gpu0", "memory.total", 1, 32510);
    check_value(&log, "gpu0", "temperature.gpu", 0, 36);
    check_value(&log, "gpu0", "power.draw", 0, 195);
    check_value(&log, "gpu0", "power.limit", 0, 300);
    check_value(&log, "gpu0", "pstate", 0, 0);
    check_value(&log, "gpu0", "ecc.errors.uncorrected.volatile.total", 0, 3);
    assert_true(isnan(parsed_value(&log, "gpu0", "fan.speed", 0)));
    check_value(&log, "gpu1", "fan.speed", 0, 33);
    assert_true(isnan(parsed_value(&log, "gpu1", "power.draw", 0)));
    assert_true(isnan(parsed_value(&log, "gpu1", "utilization.gpu", 0)));
    assert_string_equal(source_fact_value(log.source, "gpu0", "name"), "Tesla V100-SXM2...");
    assert_string_equal(source_fact_value(log.source, "gpu1", "pci.bus_id"), "00000000:3B:00.0");
    assert_int_equal(source_find(log.source, "gpu0")->time[0], 1669952473000);
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->samples, 4);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

static void newer_tables_are_wider(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "==== Tue Jul 14 08:12:53 AM EDT 2026 ====\n"
        "Tue Jul 14 08:12:53 2026       \n"
        "| NVIDIA-SMI 610.62                 KMD Version: 610.62            CUDA UMD Version: 13.3     |\n"
        "| GPU  Name                  Driver-Model | Bus-Id          Disp.A | Volatile Uncorr. ECC |\n"
        "| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |\n"
        "|   3  NVIDIA GeForce RTX 5060      WDDM  |   00000000:01:00.0  On |                  N/A |\n"
        "| ERR!   45C   P5             32W /  145W |    2590MiB /   8151MiB |      1%      Default |\n"
        "|                                         |                        |                  N/A |\n"
        "| MIG devices:                                                                            |\n"
        "|  0    1   0   0  |    6273MiB / 40192MiB  | 42      0 |  3   0    2    0    0 |\n");
    check_value(&log, "gpu3", "utilization.gpu", 0, 1);
    check_value(&log, "gpu3", "pstate", 0, 5);
    check_value(&log, "gpu3", "power.limit", 0, 145);
    assert_true(isnan(parsed_value(&log, "gpu3", "fan.speed", 0)));
    assert_string_equal(source_fact_value(log.source, "gpu3", "name"), "NVIDIA GeForce RTX 5060");
    assert_int_equal(log.source->samples, 1);
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    parsed_free(&log);
}

static void without_a_time_snapshots_are_counted(void **state) {
    (void)state;
    struct parsed log = parsed_text(OLD("", "10486", " 92") OLD("", "10487", " 93"));
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(source_find(log.source, "gpu0")->time[1], 1);
    parsed_free(&log);
}

static void a_snapshot_without_its_time_is_not_dated_by_another(void **state) {
    (void)state;
    struct parsed log = parsed_text(OLD("Fri Dec  2 03:41:13 2022       \n", "10486", " 92") OLD("", "10487", " 93"));
    assert_int_equal(parsed_rows(&log, "gpu0"), 1);
    assert_int_equal(log.source->skipped_lines, 2);
    parsed_free(&log);
}

static void errors_and_chatter_between_tables(void **state) {
    (void)state;
    struct parsed log = parsed_text(OLD(
        "Fri Dec  2 03:41:13 2022       \n", "10486",
        " 92") "Unable to determine the device handle for GPU0000:3B:00.0: GPU is lost.  Reboot the system to recover "
               "this GPU\n"
               "epoch 3 of 9\n");
    assert_int_equal(parsed_events(&log, EVENT_GPU_LOST), 1);
    assert_int_equal(parsed_event(&log, EVENT_GPU_LOST, 0)->time, 1669952473000);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

static void a_cut_table_gives_no_half_row(void **state) {
    (void)state;
    const char *text = OLD("Fri Dec  2 03:41:13 2022       \n", "10486", " 92");
    size_t size = (size_t)(strstr(text, " 92%") - text);
    struct parsed log = parsed_bytes(text, size, MILLIS_NONE);
    assert_int_equal(log.source->samples, 0);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_lines_are_a_row),
        cmocka_unit_test(newer_tables_are_wider),
        cmocka_unit_test(without_a_time_snapshots_are_counted),
        cmocka_unit_test(a_snapshot_without_its_time_is_not_dated_by_another),
        cmocka_unit_test(errors_and_chatter_between_tables),
        cmocka_unit_test(a_cut_table_gives_no_half_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

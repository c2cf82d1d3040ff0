// Which GPU a row is of, what a mask, an error word and a missing header mean: nvidia-smi's CSV beyond its cells.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

#define HEADER "timestamp, index, utilization.gpu [%], memory.used [MiB], power.draw [W]\n"

static void check_value(const struct parsed *log, const char *entity, const char *quantity, size_t row,
                        double expected) {
    double value = parsed_value(log, entity, quantity, row);
    if (value != expected) fail_msg("%s %s [%zu] is %g instead of %g", entity, quantity, row, value, expected);
}

static void units_may_be_missing_and_headers_repeat(void **state) {
    (void)state;
    struct parsed log = parsed_text(HEADER "2024/05/06 07:08:09.000, 0, 97, 400, 61.5\n" HEADER
                                           "2024/05/06 07:08:10.000, 0, 98, 401, 62.5\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    check_value(&log, "gpu0", "memory.used", 1, 401);
    assert_int_equal(log.source->problem_count, 0);
    parsed_free(&log);
}

static void without_times_the_header_parts_the_bursts(void **state) {
    (void)state;
    char text[2048] = "";
    for (int i = 0; i < 5; i++) strcat(text, "utilization.gpu [%]\n10 %\n20 %\n");
    struct parsed log = parsed_text(text);
    assert_int_equal(log.source->reports, 5);
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(parsed_rows(&log, "gpu1"), 5);
    check_value(&log, "gpu1", "utilization.gpu", 4, 20);
    parsed_free(&log);
}

static void a_uuid_keeps_the_number_of_its_index(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, uuid, name, utilization.gpu [%]\n"
        "2024/05/06 07:08:09.000, 5, GPU-b, NVIDIA A40, 50 %\n2024/05/06 07:08:09.001, 2, GPU-a, NVIDIA A30, 20 %\n");
    check_value(&log, "gpu5", "utilization.gpu", 0, 50);
    check_value(&log, "gpu2", "utilization.gpu", 0, 20);
    assert_string_equal(source_fact_value(log.source, "gpu5", "uuid"), "GPU-b");
    assert_string_equal(source_fact_value(log.source, "gpu2", "name"), "NVIDIA A30");
    parsed_free(&log);
}

static void rows_without_times_do_not_mix_with_others(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "utilization.gpu [%]\n10 %\n20 %\ntimestamp, utilization.gpu [%]\n2024/05/06 07:08:09.000, 30 %\n"
        "utilization.gpu [%]\n40 %\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 1);
    check_value(&log, "gpu0", "utilization.gpu", 0, 30);
    assert_int_equal(log.source->skipped_lines, 3);
    assert_true(parsed_problem(&log, "a row without a time"));
    parsed_free(&log);
}

static void values_stay_with_their_rows_when_others_are_left_out(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "temperature.gpu\n10\ntimestamp, temperature.gpu, utilization.gpu [%]\n2024/05/06 07:08:09.000, 20, 1 %\n"
        "timestamp, utilization.gpu [%]\n2024/05/06 07:08:10.000, 2 %\n2024/05/06 07:08:11.000, 3 %\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 3);
    check_value(&log, "gpu0", "temperature.gpu", 0, 20);
    assert_true(isnan(parsed_value(&log, "gpu0", "temperature.gpu", 1)));
    check_value(&log, "gpu0", "utilization.gpu", 2, 3);
    parsed_free(&log);
}

static void a_line_is_counted_as_everywhere_when_its_header_is_refused(void **state) {
    (void)state;
    // Lone carriage returns redraw a line; they do not begin one.
    struct parsed log = parsed_text("1 %\r2 %\nload, speed\n2024/05/06 07:08:09.000, 5\n2024/05/06 07:08:10.000, 6\n");
    assert_true(log.source->refused);
    assert_int_equal(log.source->problems[0].line, 2);
    parsed_free(&log);
}

static void one_index_with_two_names_is_two_gpus(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, name, utilization.gpu [%]\n2024/05/06 07:08:09.000, 0, Tesla V100, 50 %\n"
        "2024/05/06 07:08:09.400, 0, NVIDIA A40, 20 %\n2024/05/06 07:08:10.000, 0, Tesla V100, 51 %\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    assert_int_equal(parsed_rows(&log, "gpu1"), 1);
    assert_true(parsed_problem(&log, "several machines"));
    parsed_free(&log);
}

// Rows of index 0 and 1 of one or two writers, `apart` milliseconds apart; the second one's values lie `higher`.
static struct parsed two_writers(int writers, int step, int apart, int higher) {
    static char text[1 << 16];
    size_t length = (size_t)snprintf(text, sizeof text, "timestamp, index, utilization.gpu [%%], temperature.gpu\n");
    for (int i = 0; i < 40; i++)
        for (int k = 0; k < 2 * writers; k++) {
            int at = i * step + k / 2 * apart + k % 2;
            length += (size_t)snprintf(text + length, sizeof text - length,
                                       "2024/05/06 07:%02d:%02d.%03d, %d, %d %%, %d\n", at / 60000, at / 1000 % 60,
                                       at % 1000, k % 2, 50 + i * 7 % 40, 60 + i / 5 + k / 2 * higher);
        }
    return parsed_text(text);
}

static void one_index_twice_in_a_burst_is_two_gpus(void **state) {
    (void)state;
    struct parsed log = two_writers(2, 2000, 30, 5);
    assert_int_equal(parsed_rows(&log, "gpu3"), 40);
    check_value(&log, "gpu0", "temperature.gpu", 39, 67);
    check_value(&log, "gpu2", "temperature.gpu", 39, 72);
    assert_int_equal(log.source->reports, 40);
    assert_true(parsed_problem(&log, "several machines wrote"));
    parsed_free(&log);
}

static void one_gpu_logged_twice_stays_one(void **state) {
    (void)state;
    struct parsed log = two_writers(2, 2000, 30, 0);
    assert_int_equal(log.source->table_count, 2);
    assert_int_equal(parsed_rows(&log, "gpu0"), 80);
    assert_int_equal(log.source->reports, 40);
    assert_true(log.source->cadence == 2);
    assert_true(parsed_problem(&log, "it was logged twice"));
    parsed_free(&log);
    log = two_writers(2, 2000, 700, 5);  // no burst is so wide
    assert_int_equal(log.source->table_count, 2);
    assert_int_equal(log.source->problem_count, 0);
    parsed_free(&log);
}

static void a_fast_loop_is_of_one_machine(void **state) {
    (void)state;
    struct parsed log = two_writers(1, 100, 0, 0);
    assert_int_equal(log.source->table_count, 2);
    assert_int_equal(log.source->reports, 40);
    assert_int_equal(log.source->problem_count, 0);
    parsed_free(&log);
}

static void an_id_that_never_changes_is_not_told_as_missing(void **state) {
    (void)state;
    char text[4096] = "timestamp, index, utilization.gpu [%]\n";
    for (int i = 0; i < 20; i++) {
        char rows[120];
        snprintf(rows, sizeof rows, "2024/05/06 07:08:%02d.100, 0, 10 %%\n2024/05/06 07:08:%02d.120, 0, 90 %%\n", 2 * i,
                 2 * i);
        strcat(text, rows);
    }
    struct parsed log = parsed_text(text);
    assert_int_equal(parsed_rows(&log, "gpu1"), 20);
    assert_true(parsed_problem(&log, "the id column never changes"));
    assert_false(parsed_problem(&log, "no id column"));
    parsed_free(&log);
}

static void reasons_come_from_the_mask(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, clocks_throttle_reasons.active\n2024/05/06 07:08:09.000, 0x0000000000000048\n"
        "2024/05/06 07:08:10.000, 0x0000000000000000\n2024/05/06 07:08:11.000, [N/A]\n");
    check_value(&log, "gpu0", "clocks_event_reasons.active", 0, 0x48);
    check_value(&log, "gpu0", "clocks_event_reasons.hw_slowdown", 0, 1);
    check_value(&log, "gpu0", "clocks_event_reasons.hw_thermal_slowdown", 0, 1);
    check_value(&log, "gpu0", "clocks_event_reasons.sw_power_cap", 0, 0);
    check_value(&log, "gpu0", "clocks_event_reasons.hw_slowdown", 1, 0);
    assert_true(isnan(parsed_value(&log, "gpu0", "clocks_event_reasons.hw_slowdown", 2)));
    assert_true(table_find(source_find(log.source, "gpu0"), "clocks_event_reasons.hw_slowdown")->derived);
    parsed_free(&log);
}

static void a_reason_with_its_own_column_is_left_alone(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, clocks_event_reasons.active, clocks_event_reasons.sw_power_cap\n"
        "2024/05/06 07:08:09.000, 0x0000000000000004, Not Active\n");
    check_value(&log, "gpu0", "clocks_event_reasons.sw_power_cap", 0, 0);
    assert_false(table_find(source_find(log.source, "gpu0"), "clocks_event_reasons.sw_power_cap")->derived);
    parsed_free(&log);
}

static void errors_between_rows_are_events_with_their_time(void **state) {
    (void)state;
    struct parsed log = parsed_text("Failed to initialize NVML: Driver/library version mismatch\n" HEADER
                                    "2024/05/06 07:08:09.000, 0, 97 %, 400 MiB, 61.50 W\n"
                                    "No devices were found\nNo devices were found\n"
                                    "2024/05/06 07:08:12.000, 0, 97 %, 400 MiB, 61.50 W\n"
                                    "Unable to determine the device handle for GPU0000:02:00.0: Unknown Error\n");
    assert_int_equal(parsed_events(&log, EVENT_GPU_ERROR), 2);
    assert_int_equal(parsed_event(&log, EVENT_GPU_ERROR, 0)->time, 1714979289000);
    assert_int_equal(parsed_event(&log, EVENT_GPU_ERROR, 0)->line, 1);
    assert_int_equal(parsed_event(&log, EVENT_GPU_ERROR, 1)->time, 1714979289000);
    assert_int_equal(parsed_event(&log, EVENT_GPU_LOST, 0)->time, 1714979292000);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

static void a_gpu_that_is_lost_in_mid_row_is_an_event(void **state) {
    (void)state;
    struct parsed log = parsed_text(HEADER
                                    "2024/05/06 07:08:09.000, 0, 97 %, 400 MiB, 61.50 W\n"
                                    "2024/05/06 07:08:09.001, 1, 96 %, 400 MiB, 61.50 W\n"
                                    "2024/05/06 07:08:10.000, 0, 97 %, 400 MiB, 61.50 W\n"
                                    "2024/05/06 07:08:10.001, 1, 95 %, [GPU is lost], [GPU is lost]\n"
                                    "2024/05/06 07:08:11.001, 1, [GPU is lost], [GPU is lost], [GPU is lost]\n");
    assert_int_equal(parsed_events(&log, EVENT_GPU_LOST), 1);
    const struct event *lost = parsed_event(&log, EVENT_GPU_LOST, 0);
    assert_string_equal(lost->entity, "gpu1");
    assert_int_equal(lost->line, 5);
    check_value(&log, "gpu1", "utilization.gpu", 1, 95);
    assert_true(isnan(parsed_value(&log, "gpu1", "memory.used", 1)));
    parsed_free(&log);
}

static void a_gpu_may_get_worse_before_it_is_well_again(void **state) {
    (void)state;
    struct parsed log = parsed_text(HEADER
                                    "2024/05/06 07:08:09.000, 0, 97 %, 400 MiB, [Unknown Error]\n"
                                    "2024/05/06 07:08:10.000, 0, 97 %, [Unknown Error], [Unknown Error]\n"
                                    "2024/05/06 07:08:11.000, 0, 97 %, 400 MiB, [Unknown Error]\n"
                                    "2024/05/06 07:08:12.000, 0, [Unknown Error], 400 MiB, [GPU is lost]\n"
                                    "2024/05/06 07:08:13.000, 0, [Unknown Error], [GPU is lost], [GPU is lost]\n"
                                    "2024/05/06 07:08:14.000, 0, 97 %, 400 MiB, 61 W\n"
                                    "2024/05/06 07:08:15.000, 0, 97 %, 400 MiB, [GPU is lost]\n");
    assert_int_equal(parsed_events(&log, EVENT_GPU_ERROR), 1);
    assert_int_equal(parsed_events(&log, EVENT_GPU_LOST), 2);
    assert_int_equal(parsed_event(&log, EVENT_GPU_ERROR, 0)->line, 3);
    assert_int_equal(parsed_event(&log, EVENT_GPU_LOST, 0)->line, 5);
    assert_int_equal(parsed_event(&log, EVENT_GPU_LOST, 1)->line, 8);
    parsed_free(&log);
}

static void an_action_that_the_driver_asks_for_is_an_event(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, gpu_recovery_action, utilization.gpu [%]\n"
        "2024/05/06 07:08:09.000, 0, None, 97 %\n2024/05/06 07:08:09.001, 1, [N/A], 97 %\n"
        "2024/05/06 07:08:10.000, 0, Reset, 97 %\n2024/05/06 07:08:10.001, 1, None, 97 %\n"
        "2024/05/06 07:08:11.000, 0, [Unknown Error], 97 %\n2024/05/06 07:08:11.001, 1, None, 97 %\n"
        "2024/05/06 07:08:12.000, 0, Reset, 97 %\n2024/05/06 07:08:12.001, 1, Drain P2P, 97 %\n");
    assert_int_equal(parsed_events(&log, EVENT_GPU_ERROR), 3);
    const struct event *asked = parsed_event(&log, EVENT_GPU_ERROR, 0);
    assert_string_equal(asked->entity, "gpu0");
    assert_string_equal(asked->text, "gpu_recovery_action: Reset");
    assert_int_equal(asked->line, 4);
    assert_string_equal(source_fact_value(log.source, "gpu1", "gpu_recovery_action"), "Drain P2P");
    parsed_free(&log);
}

static void an_unknown_error_in_every_row_is_a_quirk(void **state) {
    (void)state;
    struct parsed log = parsed_text(HEADER
                                    "2024/05/06 07:08:09.000, 0, 97 %, 400 MiB, [Unknown Error]\n"
                                    "2024/05/06 07:08:10.000, 0, 97 %, 400 MiB, [Unknown Error]\n");
    assert_int_equal(log.source->event_count, 0);
    parsed_free(&log);
    log = parsed_text(HEADER
                      "2024/05/06 07:08:09.000, 0, 97 %, 400 MiB, 61.50 W\n"
                      "2024/05/06 07:08:10.000, 0, [Unknown Error], [Unknown Error], [Unknown Error]\n");
    assert_int_equal(parsed_events(&log, EVENT_GPU_ERROR), 1);
    parsed_free(&log);
}

static void times_of_scripts(void **state) {
    (void)state;
    struct parsed log = parsed_text("timestamp,utilization.gpu\n1746556382.8348258,7\n1746556383.3749516,8\n");
    assert_int_equal(log.source->clock, CLOCK_EPOCH);
    assert_int_equal(source_find(log.source, "gpu0")->time[0] / 1000, 1746556382);
    parsed_free(&log);
    log = parsed_text("timestamp,utilization.gpu\n1746556382834,7\n");
    assert_int_equal(source_find(log.source, "gpu0")->time[0], 1746556382834);
    parsed_free(&log);
    log = parsed_text("timestamp,utilization.gpu\n2024-05-26 18:51:23.769030,7\n");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_int_equal(source_find(log.source, "gpu0")->time[0], 1716749483769);
    parsed_free(&log);
}

static void check_first(const char *text, int64_t first, bool proved, bool open) {
    struct parsed log = parsed_text(text);
    assert_int_equal(source_find(log.source, "gpu0")->time[0], first);
    assert_int_equal(log.source->day_month_proved, proved);
    assert_int_equal(log.source->day_month_open, open);
    parsed_free(&log);
}

static void day_and_month_are_settled_by_the_whole_file(void **state) {
    (void)state;
    // 11 March 2026 12:00 is 1773230400; 3 November is 1793707200.
    check_first("timestamp,utilization.gpu\n03-11-2026 12:00:00,1\n03-11-2026 12:01:00,2\n", 1773230400000, false,
                true);
    check_first("timestamp,utilization.gpu\n03-11-2026 12:00:00,1\n03-12-2026 00:00:00,2\n", 1773230400000, true,
                false);
    check_first("timestamp,utilization.gpu\n03-11-2026 12:00:00,1\n04-11-2026 00:00:00,2\n", 1793707200000, true,
                false);
    check_first("timestamp,utilization.gpu\n03-11-2026 12:00:00,1\n13-11-2026 00:00:00,2\n", 1793707200000, true,
                false);
}

static void without_header_only_what_is_proved_has_a_name(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2026/04/25 16:06:06.780, 0 %, 3 %, 2 MiB, 20146 MiB, 27, 11.64 W, P8\n"
        "2026/04/25 16:06:11.788, 50 %, 4 %, 1002 MiB, 19146 MiB, 28, 12.00 W, P0\n");
    assert_string_equal(log.source->format, "nvidia-smi-csv");
    check_value(&log, "gpu0", "utilization.gpu", 1, 50);
    check_value(&log, "gpu0", "utilization.memory", 1, 4);
    check_value(&log, "gpu0", "memory.used", 1, 1002);
    check_value(&log, "gpu0", "memory.free", 1, 19146);
    check_value(&log, "gpu0", "power.draw", 1, 12);
    check_value(&log, "gpu0", "pstate", 0, 8);
    assert_int_equal(source_find(log.source, "gpu0")->column_count, 6);
    assert_true(
        parsed_problem(&log, "timestamp,utilization.gpu,utilization.memory,memory.used,memory.free,?,power.draw"));
    parsed_free(&log);
}

static void without_header_memory_that_never_moves_is_the_total(void **state) {
    (void)state;
    struct parsed log = parsed_text("24576 MiB, 100 MiB\n24576 MiB, 5000 MiB\n24576 MiB, 7000 MiB\n");
    check_value(&log, "gpu0", "memory.total", 0, 24576);
    check_value(&log, "gpu0", "memory.used", 2, 7000);
    parsed_free(&log);
}

static void without_header_a_missing_value_moves_no_limit(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[N/A], 60 W, [N/A], [N/A]\nP0, 61 W, 250 W, 100 MiB\n"
        "P0, [N/A], 250 W, 200 MiB\nP0, 63 W, [N/A], 300 MiB\n");
    check_value(&log, "gpu0", "power.draw", 0, 60);
    assert_true(isnan(parsed_value(&log, "gpu0", "power.draw", 2)));
    check_value(&log, "gpu0", "pstate", 1, 0);
    check_value(&log, "gpu0", "memory.used", 3, 300);
    parsed_free(&log);
}

static void a_query_for_processes_is_its_own_format(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, gpu_name, gpu_bus_id, gpu_uuid, pid, process_name, used_gpu_memory [MiB]\n"
        "2024/05/06 07:08:09.123, NVIDIA A40, 00000000:CA:00.0, GPU-x, 4242, /opt/my env/bin/python, 1234 MiB\n"
        "2024/05/06 07:08:10.123, NVIDIA A40, 00000000:CA:00.0, GPU-x, 4242, /opt/my env/bin/python, [N/A]\n"
        "2024/05/06 07:08:11.123, NVIDIA A40, 00000000:CA:00.0, GPU-x, x, torn, 1 MiB\n");
    assert_string_equal(log.source->format, "nvidia-smi-apps");
    check_value(&log, "pid 4242 (python)", "used_gpu_memory", 0, 1234);
    assert_int_equal(parsed_rows(&log, "pid 4242 (python)"), 2);
    assert_string_equal(source_fact_value(log.source, "pid 4242 (python)", "pci.bus_id"), "00000000:CA:00.0");
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

static void other_queries_in_the_file_are_not_mixed_in(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, utilization.gpu [%]\n2024/05/06 07:08:09.123, 0, 50 %\n"
        "timestamp, gpu_name, gpu_uuid, retired_pages.address, retired_pages.cause\n"
        "2024/05/06 07:08:09.200, NVIDIA A40, GPU-x, [N/A], Single Bit ECC\n");
    assert_int_equal(log.source->samples, 1);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

static void a_question_is_not_its_answer(void **state) {
    (void)state;
    struct parsed log = parsed_text("nvidia-smi --query-gpu=timestamp,index,utilization.gpu --format=csv -l 1\n");
    assert_true(log.source->format == NULL || strcmp(log.source->format, "nvidia-smi-csv") != 0);
    parsed_free(&log);
}

static void temperatures_side_by_side(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "1609470627, 2508.2, 63, 60, \n1609470629, 2508.2, 62, 59, \n1609470631, 2508.2, 63, 5\n"
        "1609470633, 2500.0, 64, 61, \n");
    assert_null(log.source->format);  // one line that does not fit is no proof any more
    parsed_free(&log);
    log = parsed_text("1609470627, 2508.2, 63, 60, \n1609470629, 2508.2, 62, 59, \n1609470633, 2500.0, 64, 61, \n");
    assert_string_equal(log.source->format, "gpu-temperatures");
    check_value(&log, "gpu1", "temperature.gpu", 2, 61);
    assert_int_equal(log.source->samples, 3);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_may_be_missing_and_headers_repeat),
        cmocka_unit_test(without_times_the_header_parts_the_bursts),
        cmocka_unit_test(a_uuid_keeps_the_number_of_its_index),
        cmocka_unit_test(rows_without_times_do_not_mix_with_others),
        cmocka_unit_test(values_stay_with_their_rows_when_others_are_left_out),
        cmocka_unit_test(a_line_is_counted_as_everywhere_when_its_header_is_refused),
        cmocka_unit_test(one_index_with_two_names_is_two_gpus),
        cmocka_unit_test(one_index_twice_in_a_burst_is_two_gpus),
        cmocka_unit_test(one_gpu_logged_twice_stays_one),
        cmocka_unit_test(a_fast_loop_is_of_one_machine),
        cmocka_unit_test(an_id_that_never_changes_is_not_told_as_missing),
        cmocka_unit_test(reasons_come_from_the_mask),
        cmocka_unit_test(a_reason_with_its_own_column_is_left_alone),
        cmocka_unit_test(errors_between_rows_are_events_with_their_time),
        cmocka_unit_test(a_gpu_that_is_lost_in_mid_row_is_an_event),
        cmocka_unit_test(a_gpu_may_get_worse_before_it_is_well_again),
        cmocka_unit_test(an_action_that_the_driver_asks_for_is_an_event),
        cmocka_unit_test(an_unknown_error_in_every_row_is_a_quirk),
        cmocka_unit_test(times_of_scripts),
        cmocka_unit_test(day_and_month_are_settled_by_the_whole_file),
        cmocka_unit_test(without_header_only_what_is_proved_has_a_name),
        cmocka_unit_test(without_header_memory_that_never_moves_is_the_total),
        cmocka_unit_test(without_header_a_missing_value_moves_no_limit),
        cmocka_unit_test(a_query_for_processes_is_its_own_format),
        cmocka_unit_test(other_queries_in_the_file_are_not_mixed_in),
        cmocka_unit_test(a_question_is_not_its_answer),
        cmocka_unit_test(temperatures_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

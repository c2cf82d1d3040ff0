#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/csv_cells.h"
#include "tests/unit/parsed.h"

static const millis may_6 = INT64_C(1714979280000);  // 2024-05-06 07:08:00

static const char plain[] =
    "timestamp, index, utilization.gpu [%], memory.used [MiB]\n"
    "2024/05/06 07:08:00.000, 0, 90 %, 1000 MiB\n"
    "2024/05/06 07:08:01.000, 0, 91 %, 1001 MiB\n";

// ── columns ─────────────────────────────────────────────────────────────────

static void columns_go_by_name_in_any_order(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "power.draw [W], memory.used [MiB], timestamp, utilization.gpu [%], index\n"
        "250.10 W, 1234 MiB, 2024/05/06 07:08:00.123, 97 %, 3\n");
    assert_string_equal(log.source->format, "nvidia-smi-csv");
    assert_int_equal(parsed_rows(&log, "gpu3"), 1);
    assert_float_equal(parsed_value(&log, "gpu3", "power.draw", 0), 250.10, 1e-12);
    assert_float_equal(parsed_value(&log, "gpu3", "memory.used", 0), 1234, 0);
    assert_float_equal(parsed_value(&log, "gpu3", "utilization.gpu", 0), 97, 0);
    assert_int_equal(source_find(log.source, "gpu3")->time[0], may_6 + 123);
    assert_int_equal(source_find(log.source, "gpu3")->line[0], 2);
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    parsed_free(&log);
}

static void units_may_stand_in_the_header_alone(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, utilization.gpu [%], power.draw [W], clocks.current.sm [MHz], temperature.gpu\n"
        "2024/05/06 07:08:00.000, 97, 250.10, 1410, 60\n");
    const struct column *draw = table_find(source_find(log.source, "gpu0"), "power.draw");
    assert_int_equal(draw->unit, UNIT_WATT);
    assert_float_equal(draw->values[0], 250.10, 1e-12);
    assert_int_equal(table_find(source_find(log.source, "gpu0"), "clocks.current.sm")->unit, UNIT_MHZ);
    assert_float_equal(parsed_value(&log, "gpu0", "temperature.gpu", 0), 60, 0);
    parsed_free(&log);
}

static void old_spellings_are_the_new_fields(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, clocks.gr [MHz], clocks.mem [MHz], memory.used [MB], clocks_throttle_reasons.sw_power_cap, "
        "clocks_throttle_reasons.active\n"
        "2024/05/06 07:08:00.000, 1410 MHz, 1215 MHz, 512 MB, Active, 0x0000000000000004\n");
    assert_float_equal(parsed_value(&log, "gpu0", "clocks.current.graphics", 0), 1410, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "clocks.current.memory", 0), 1215, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "memory.used", 0), 512, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "clocks_event_reasons.sw_power_cap", 0), 1, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "clocks_event_reasons.active", 0), 4, 0);
    parsed_free(&log);
}

static void a_mask_of_reasons_is_taken_apart(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, clocks_event_reasons.active\n"
        "2024/05/06 07:08:00.000, 0x0000000000000048\n"
        "2024/05/06 07:08:01.000, 0x0000000000000000\n"
        "2024/05/06 07:08:02.000, [N/A]\n");
    static const char slowdown[] = "clocks_event_reasons.hw_slowdown";
    assert_float_equal(parsed_value(&log, "gpu0", slowdown, 0), 1, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "clocks_event_reasons.hw_thermal_slowdown", 0), 1, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "clocks_event_reasons.sw_power_cap", 0), 0, 0);
    assert_float_equal(parsed_value(&log, "gpu0", slowdown, 1), 0, 0);
    assert_true(isnan(parsed_value(&log, "gpu0", slowdown, 2)));
    assert_true(table_find(source_find(log.source, "gpu0"), slowdown)->derived);
    parsed_free(&log);
}

static void what_is_no_number_is_missing_and_never_nought(void **state) {
    (void)state;
    static const char *const words[] = {"[N/A]",
                                        "N/A",
                                        "[Not Supported]",
                                        "[Unknown Error]",
                                        "[Insufficient Permissions]",
                                        "[Requested functionality has been deprecated]",
                                        ""};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "timestamp, fan.speed [%%], utilization.gpu [%%]\n"
                 "2024/05/06 07:08:00.000, 30 %%, 50 %%\n2024/05/06 07:08:01.000, %s, 51 %%\n",
                 words[i]);
        struct parsed log = parsed_text(text);
        assert_int_equal(parsed_rows(&log, "gpu0"), 2);
        assert_true(isnan(parsed_value(&log, "gpu0", "fan.speed", 1)));
        assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 1), 51, 0);
        parsed_free(&log);
    }
}

// ── without a header ────────────────────────────────────────────────────────

static void units_tell_columns_without_a_header(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2024/05/06 07:08:00.000, 97 %, 40 %, 1234 MiB, 250.10 W, P0\n"
        "2024/05/06 07:08:01.000, 98 %, 41 %, 1235 MiB, 251.10 W, P0\n");
    assert_string_equal(log.source->format, "nvidia-smi-csv");
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 1), 98, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.memory", 1), 41, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "memory.used", 1), 1235, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "power.draw", 1), 251.10, 1e-12);
    assert_true(parsed_problem(&log, "columns told by their units"));
    parsed_free(&log);
}

static void without_header_and_units_nothing_is_guessed(void **state) {
    (void)state;
    static const char text[] =
        "2024/05/06 07:08:00.000, 97, 1234\n2024/05/06 07:08:01.000, 98, 1235\n2024/05/06 07:08:02.000, 99, 1236\n";
    struct parsed log = parsed_text(text);
    assert_true(log.source->refused);
    assert_int_equal(log.source->table_count, 0);
    assert_true(parsed_problem(&log, "--columns"));
    parsed_free(&log);
    log = parsed_options(text, &(struct parse_options){.columns = "timestamp,utilization.gpu,memory.used"});
    assert_false(log.source->refused);
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 2), 99, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "memory.used", 0), 1234, 0);
    parsed_free(&log);
}

static void a_question_mark_leaves_a_column_out(void **state) {
    (void)state;
    struct parsed log = parsed_options("2024/05/06 07:08:00.000, 97, 1234\n2024/05/06 07:08:01.000, 98, 1235\n",
                                       &(struct parse_options){.columns = "timestamp,?,memory.used"});
    assert_int_equal(source_find(log.source, "gpu0")->column_count, 1);
    assert_float_equal(parsed_value(&log, "gpu0", "memory.used", 1), 1235, 0);
    parsed_free(&log);
}

static void a_prompt_above_rows_without_header_is_no_row(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "user@node:~$ nvidia-smi -l 1\n2024/05/06 07:08:00.000, 97 %, 1234 MiB\n2024/05/06 07:08:01.000, 98 %, 1235 "
        "MiB\n");
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 1), 98, 0);
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

// ── several GPUs ────────────────────────────────────────────────────────────

static void an_index_names_the_gpus(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, utilization.gpu [%]\n"
        "2024/05/06 07:08:00.000, 0, 10 %\n2024/05/06 07:08:00.004, 1, 11 %\n"
        "2024/05/06 07:08:01.000, 0, 12 %\n2024/05/06 07:08:01.003, 1, 13 %\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    assert_float_equal(parsed_value(&log, "gpu1", "utilization.gpu", 1), 13, 0);
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->samples, 4);
    parsed_free(&log);
}

static void without_an_id_the_place_in_the_burst_counts(void **state) {
    (void)state;
    char text[4000] = "timestamp, utilization.gpu [%]\n";
    for (int i = 0; i < 20; i++)
        for (int gpu = 0; gpu < 3; gpu++) {
            char row[64];
            snprintf(row, sizeof row, "2024/05/06 07:08:%02d.%03d, %d %%\n", i, 2 * gpu, 10 * gpu + i % 2);
            strcat(text, row);
        }
    struct parsed log = parsed_text(text);
    assert_int_equal(log.source->table_count, 3);
    assert_int_equal(parsed_rows(&log, "gpu2"), 20);
    assert_float_equal(parsed_value(&log, "gpu2", "utilization.gpu", 1), 21, 0);
    assert_int_equal(log.source->reports, 20);
    assert_true(parsed_problem(&log, "no id column"));
    parsed_free(&log);
}

static void an_id_that_never_changes_lies(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp,gpu,index,power.draw\n"
        "2025-09-08T17:26:50+08:00,0, 0, 74.01\n2025-09-08T17:26:50+08:00,1, 0, 73.23\n"
        "2025-09-08T17:26:52+08:00,0, 0, 75.01\n2025-09-08T17:26:52+08:00,1, 0, 76.23\n");
    assert_int_equal(log.source->table_count, 2);
    assert_float_equal(parsed_value(&log, "gpu1", "power.draw", 1), 76.23, 1e-12);
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_string_equal(log.source->zone, "+08:00");
    assert_int_equal(source_find(log.source, "gpu0")->time[0], INT64_C(1757323610000));  // 09:26:50 UTC
    parsed_free(&log);
}

static void one_gpu_of_several_keeps_its_number(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, utilization.gpu [%]\n2024/05/06 07:08:00.000, 5, 10 %\n2024/05/06 07:08:01.000, 5, 10 %\n");
    assert_int_equal(parsed_rows(&log, "gpu5"), 2);
    assert_int_equal(log.source->table_count, 1);
    parsed_free(&log);
}

static void a_uuid_is_a_fact(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, name, uuid, driver_version, utilization.gpu [%]\n"
        "2024/05/06 07:08:00.000, 0, NVIDIA X, GPU-1, 550.54.14, 10 %\n"
        "2024/05/06 07:08:00.001, 1, NVIDIA X, GPU-2, 550.54.14, 10 %\n");
    assert_string_equal(source_fact_value(log.source, "gpu1", "uuid"), "GPU-2");
    assert_string_equal(source_fact_value(log.source, "gpu0", "name"), "NVIDIA X");
    assert_string_equal(source_fact_value(log.source, "gpu0", "driver_version"), "550.54.14");
    parsed_free(&log);
}

// ── accidents ───────────────────────────────────────────────────────────────

static void a_header_before_every_row_is_no_row(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "utilization.gpu [%], memory.used [MiB]\n97 %, 1000 MiB\nutilization.gpu [%], memory.used [MiB]\n98 %, 1000 "
        "MiB\nutilization.gpu [%], memory.used [MiB]\n99 %, 1000 MiB\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 3);
    assert_int_equal(log.source->skipped_lines, 0);
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(source_find(log.source, "gpu0")->time[2], 2);
    parsed_free(&log);
}

static void an_appended_run_may_have_other_columns(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, utilization.gpu [%], memory.used [MiB]\n2024/05/06 07:08:00.000, 90 %, 1000 MiB\n"
        "2024/05/06 07:08:01.000, 91 %, 1000 MiB\n"
        "timestamp, power.draw [W], utilization.gpu [%], temperature.gpu\n"
        "2024/05/06 08:00:00.000, 250.00 W, 50 %, 60\n2024/05/06 08:00:01.000, 251.00 W, 51 %, 61\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 4);
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 3), 51, 0);
    assert_true(isnan(parsed_value(&log, "gpu0", "memory.used", 2)));
    assert_true(isnan(parsed_value(&log, "gpu0", "power.draw", 1)));
    assert_float_equal(parsed_value(&log, "gpu0", "temperature.gpu", 2), 60, 0);
    assert_true(parsed_problem(&log, "columns change here"));
    parsed_free(&log);
}

static void a_run_from_an_earlier_time_is_said(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, utilization.gpu [%]\n2024/05/06 07:08:00.000, 90 %\n2024/05/06 07:08:01.000, 90 %\n"
        "timestamp, utilization.gpu [%]\n2024/05/05 07:08:00.000, 90 %\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 3);
    assert_true(parsed_problem(&log, "time runs backward"));
    parsed_free(&log);
}

static void a_script_that_was_edited_changes_the_number_of_cells(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, utilization.gpu [%], memory.used [MiB]\n2024/05/06 07:08:00.000, 90 %, 1000 MiB\n"
        "2024/05/06 07:08:01.000, 90 %, 1000 MiB, 250.00 W\n2024/05/06 07:08:02.000, 91 %\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 1);
    assert_int_equal(log.source->skipped_lines, 2);
    assert_int_equal(log.source->problems[0].line, 3);
    assert_true(parsed_problem(&log, "4 cells where the header has 3"));
    assert_true(parsed_problem(&log, "2 cells where the header has 3"));
    parsed_free(&log);
}

static void torn_rows_are_left_out_with_their_line(void **state) {
    (void)state;
    // Two writers: a row that begins in another, a cell that holds two, a unit of the neighbour.
    struct parsed log = parsed_text(
        "timestamp, index, utilization.gpu [%], memory.used [MiB]\n2024/05/06 07:08:00.000, 0, 90 %, 1000 MiB\n"
        "2024/05/06 07:082024/05/06 07:08:01.000, 0, 91 %, 1000 MiB\n"
        "2024/05/06 07:08:02.000, 0, 1000 MiB, 92 %\n"
        "2024/05/06 07:08:03.000, 0, 9393 %, 1000 MiB\n"
        "2024/05/06 07:08:04.000, 0, 94 %, 10002024/05/06 07:08:05.000\n"
        "2024/05/06 07:08:06.000, 0, 96 %, 1000 MiB\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    assert_int_equal(log.source->skipped_lines, 4);
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 1), 96, 0);
    assert_int_equal(log.source->problems[0].line, 3);
    assert_int_equal(log.source->problems[3].line, 6);
    parsed_free(&log);
}

static void check_bytes(const void *bytes, size_t size) {
    struct parsed log = parsed_bytes(bytes, size, MILLIS_NONE);
    assert_string_equal(log.source->format, "nvidia-smi-csv");
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 1), 91, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "memory.used", 1), 1001, 0);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

static void encodings_and_line_ends_make_no_difference(void **state) {
    (void)state;
    char bytes[4 * sizeof plain];
    size_t size = 0;
    for (int form = 0; form < 3; form++) {
        size = 0;
        if (form == 0) bytes[size++] = (char)0xff, bytes[size++] = (char)0xfe;  // UTF-16 with a mark
        if (form == 1) memcpy(bytes, "\xef\xbb\xbf", size = 3);                 // UTF-8 with a mark, CRLF
        for (const char *at = plain; *at != '\0'; at++) {
            bool cr = *at == '\n' && form < 2;
            if (cr) bytes[size++] = '\r';
            if (cr && form == 0) bytes[size++] = '\0';
            if (form == 2 && *at == '2') bytes[size++] = '\0';  // NULs among the digits
            bytes[size++] = *at;
            if (form == 0) bytes[size++] = '\0';
        }
        check_bytes(bytes, size);
    }
}

static void errors_between_rows_are_events(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, utilization.gpu [%]\n2024/05/06 07:08:00.000, 0, 90 %\n"
        "Unable to determine the device handle for GPU0000:02:00.0: Unknown Error\n"
        "Unable to determine the device handle for GPU0000:02:00.0: Unknown Error\n"
        "2024/05/06 07:08:09.000, 0, 90 %\nNo devices were found\n");
    const struct event *lost = parsed_event(&log, EVENT_GPU_LOST, 0);
    assert_non_null(lost);
    assert_int_equal(lost->line, 3);
    assert_int_equal(lost->time, may_6);
    assert_int_equal(parsed_events(&log, EVENT_GPU_LOST), 1);  // said once
    assert_int_equal(parsed_event(&log, EVENT_GPU_ERROR, 0)->time, may_6 + 9000);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

static void a_gpu_that_is_lost_is_an_event_of_that_gpu(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, utilization.gpu [%], power.draw [W]\n"
        "2024/05/06 07:08:00.000, 0, 90 %, 200.00 W\n2024/05/06 07:08:00.001, 1, 90 %, 200.00 W\n"
        "2024/05/06 07:08:01.000, 0, 90 %, 200.00 W\n2024/05/06 07:08:01.001, 1, 80 %, [GPU is lost]\n"
        "2024/05/06 07:08:02.000, 0, 90 %, 200.00 W\n2024/05/06 07:08:02.001, 1, [GPU is lost], [GPU is lost]\n");
    assert_int_equal(parsed_events(&log, EVENT_GPU_LOST), 1);
    const struct event *lost = parsed_event(&log, EVENT_GPU_LOST, 0);
    assert_string_equal(lost->entity, "gpu1");
    assert_int_equal(lost->line, 5);
    // What was read before it fell off is good.
    assert_float_equal(parsed_value(&log, "gpu1", "utilization.gpu", 1), 80, 0);
    assert_true(isnan(parsed_value(&log, "gpu1", "power.draw", 1)));
    assert_int_equal(parsed_rows(&log, "gpu1"), 3);
    parsed_free(&log);
}

static void rows_without_a_time_cannot_stand_among_dated_ones(void **state) {
    (void)state;
    static const char dated[] = "timestamp, utilization.gpu [%]\n2024/05/06 07:08:00.000, 90 %\n";
    static const char undated[] = "utilization.gpu [%]\n80 %\n";
    for (int order = 0; order < 2; order++) {
        char text[200];
        snprintf(text, sizeof text, "%s%s", order == 0 ? dated : undated, order == 0 ? undated : dated);
        struct parsed log = parsed_text(text);
        assert_int_equal(parsed_rows(&log, "gpu0"), 1);
        assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 0), 90, 0);
        assert_int_equal(log.source->skipped_lines, 1);
        assert_true(parsed_problem(&log, "without a time"));
        parsed_free(&log);
    }
}

// ── the last row ────────────────────────────────────────────────────────────

// The value of the last column in the second row, the file ending in `cell` without a line end.
static double last_value(const char *name, const char *whole, const char *cell) {
    char text[400];
    snprintf(text, sizeof text,
             "timestamp, temperature.gpu, %s\n2024/05/06 07:08:00.000, 60, %s\n2024/05/06 07:08:01.000, 61, %s", name,
             whole, cell);
    struct parsed log = parsed_text(text);
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    assert_float_equal(parsed_value(&log, "gpu0", "temperature.gpu", 1), 61, 0);
    char quantity[40];
    snprintf(quantity, sizeof quantity, "%.*s", (int)strcspn(name, " "), name);
    double value = parsed_value(&log, "gpu0", quantity, 1);
    assert_int_equal(parsed_problem(&log, "without a line end"), isnan(value) ? 1 : 0);
    parsed_free(&log);
    return value;
}

static void a_value_at_the_end_of_the_file_may_be_cut(void **state) {
    (void)state;
    assert_float_equal(last_value("memory.used [MiB]", "1000 MiB", "1001 MiB"), 1001, 0);
    assert_float_equal(last_value("utilization.gpu [%]", "90 %", "91 %"), 91, 0);
    assert_float_equal(last_value("clocks_event_reasons.active", "0x0000000000000004", "0x0000000000000040"), 64, 0);
    assert_float_equal(last_value("persistence_mode", "Enabled", "Enabled"), 1, 0);
    // 100 of 1001 MiB, 25 of 250.10 W, "1001 M": not what was meant.
    assert_true(isnan(last_value("memory.used [MiB]", "1000 MiB", "100")));
    assert_true(isnan(last_value("memory.used [MiB]", "1000 MiB", "1001 M")));
    assert_true(isnan(last_value("memory.used [MiB]", "1000", "100")));
    assert_true(isnan(last_value("power.draw [W]", "250.10", "25")));
    assert_true(isnan(last_value("clocks_event_reasons.active", "0x0000000000000004", "0x00")));
    assert_true(isnan(last_value("persistence_mode", "Enabled", "Ena")));
}

static void an_id_at_the_end_of_the_file_may_be_cut(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, utilization.gpu [%], index\n2024/05/06 07:08:00.000, 90 %, 12\n2024/05/06 07:08:01.000, 90 %, 1");
    assert_int_equal(parsed_rows(&log, "gpu12"), 1);
    assert_int_equal(log.source->table_count, 1);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

// ── times ───────────────────────────────────────────────────────────────────

static millis time_of(const char *stamp, enum clock_basis basis) {
    char text[200];
    snprintf(text, sizeof text, "timestamp, utilization.gpu [%%]\n%s, 90 %%\n", stamp);
    struct parsed log = parsed_text(text);
    assert_int_equal(parsed_rows(&log, "gpu0"), 1);
    assert_int_equal(log.source->clock, basis);
    millis time = source_find(log.source, "gpu0")->time[0];
    parsed_free(&log);
    return time;
}

static void stamps_of_scripts_are_read(void **state) {
    (void)state;
    assert_int_equal(time_of("2024-05-06 07:08:00.250", CLOCK_LOCAL), may_6 + 250);
    assert_int_equal(time_of("2024-05-06T07:08:00Z", CLOCK_ZONED), may_6);
    assert_int_equal(time_of("2024-05-06T09:08:00+02:00", CLOCK_ZONED), may_6);
    assert_int_equal(time_of("1714979280", CLOCK_EPOCH), may_6);
    assert_int_equal(time_of("1714979280.5", CLOCK_EPOCH), may_6 + 500);
    assert_int_equal(time_of("1714979280500", CLOCK_EPOCH), may_6 + 500);
    assert_int_equal(time_of("05-13-2024 07:08:00", CLOCK_LOCAL), may_6 + INT64_C(7) * 86400000);
    assert_int_equal(time_of("13/05/2024 07:08:00", CLOCK_LOCAL), may_6 + INT64_C(7) * 86400000);
}

static void a_date_above_twelve_decides_for_all(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, utilization.gpu [%]\n12/05/2024 23:59:00, 90 %\n12/05/2024 23:59:30, 90 %\n13/05/2024 00:00:00, 90 "
        "%\n");
    assert_true(log.source->day_month_proved);
    assert_false(log.source->day_month_open);
    const struct table *gpu = source_find(log.source, "gpu0");
    assert_int_equal(gpu->time[2] - gpu->time[1], 30000);
    assert_int_equal(gpu->time[0], when_days(2024, 5, 12) * INT64_C(86400000) + INT64_C(86340000));
    parsed_free(&log);
}

static void dates_that_nothing_decides_are_open(void **state) {
    (void)state;
    struct parsed log =
        parsed_text("timestamp, utilization.gpu [%]\n05-06-2024 07:08:00, 90 %\n05-06-2024 07:08:01, 90 %\n");
    assert_true(log.source->day_month_open);
    assert_false(log.source->day_month_proved);
    assert_int_equal(source_find(log.source, "gpu0")->time[0], may_6);  // month first for want of a proof
    parsed_free(&log);
}

static void a_step_over_midnight_tells_day_from_month(void **state) {
    (void)state;
    // Day first: one minute. Month first: a month.
    struct parsed log =
        parsed_text("timestamp, utilization.gpu [%]\n05/06/2024 23:59:30, 90 %\n06/06/2024 00:00:30, 90 %\n");
    const struct table *gpu = source_find(log.source, "gpu0");
    assert_int_equal(gpu->time[1] - gpu->time[0], 60000);
    assert_true(log.source->day_month_proved);
    parsed_free(&log);
}

// ── headers ─────────────────────────────────────────────────────────────────

static void a_header_nobody_knows_is_quoted_with_its_line(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "# written by hand\nwhen, busy, held\n2024/05/06 07:08:00.000, 90, 1000\n2024/05/06 07:08:01.000, 90, 1000\n");
    assert_true(log.source->refused);
    assert_true(parsed_problem(&log, "\"when, busy, held\""));
    assert_int_equal(log.source->problems[0].line, 2);
    assert_int_equal(log.source->table_count, 0);
    parsed_free(&log);
}

static void a_column_nobody_knows_keeps_its_name(void **state) {
    (void)state;
    struct parsed log =
        parsed_text("timestamp, utilization.gpu [%], my.own.metric\n2024/05/06 07:08:00.000, 90 %, 3\n");
    assert_float_equal(parsed_value(&log, "gpu0", "my.own.metric", 0), 3, 0);
    parsed_free(&log);
}

static void what_date_prints_before_each_query_is_its_time(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Mon May  6 07:08:00 UTC 2024\n0, 90 %, 1000 MiB\n1, 80 %, 1000 MiB\nMon May  6 07:08:05 UTC 2024\n"
        "0, 91 %, 1001 MiB\n1, 81 %, 1000 MiB\nMon May  6 07:08:10 UTC 2024\n0, 92 %, 1001 MiB\n");
    assert_string_equal(log.source->format, "nvidia-smi-csv");
    assert_int_equal(parsed_rows(&log, "gpu0"), 3);
    assert_int_equal(parsed_rows(&log, "gpu1"), 2);
    assert_int_equal(source_find(log.source, "gpu1")->time[1], may_6 + 5000);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

static void a_date_before_a_loop_dates_none_of_its_rows(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "index, utilization.gpu [%]\nMon May  6 07:08:00 UTC 2024\n0, 90 %\n0, 91 %\n0, 92 %\n"
        "Mon May  6 08:08:00 UTC 2024\n0, 90 %\n0, 91 %\n0, 92 %\n");
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(parsed_rows(&log, "gpu0"), 6);
    assert_true(parsed_problem(&log, "they are not used"));
    parsed_free(&log);
}

static void a_gpu_that_never_says_its_index_is_not_the_next_one(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp, index, utilization.gpu [%], temperature.gpu\n2024/05/06 07:08:00.000, 0, 90 %, 50\n"
        "2024/05/06 07:08:00.003, [Unknown Error], [Unknown Error], [Unknown Error]\n"
        "2024/05/06 07:08:00.006, 2, 80 %, 51\n2024/05/06 07:08:05.000, 0, 90 %, 50\n"
        "2024/05/06 07:08:05.003, [Unknown Error], [Unknown Error], [Unknown Error]\n"
        "2024/05/06 07:08:05.006, 2, 80 %, 51\n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    assert_int_equal(parsed_rows(&log, "gpu2"), 2);
    assert_int_equal(parsed_events(&log, EVENT_GPU_ERROR), 1);
    assert_string_equal(parsed_event(&log, EVENT_GPU_ERROR, 0)->entity, "");
    assert_true(parsed_problem(&log, "does not say which GPU"));
    parsed_free(&log);
}

// ── names that scripts give ─────────────────────────────────────────────────

static void a_utilization_without_a_unit_may_be_a_share(void **state) {
    (void)state;
    static const char text[] = "Time,GPU_Usage\n1715000000.5,0.25\n1715000001.5,1\n1715000002.5,0.75\n";
    struct parsed log = parsed_text(text);
    assert_true(parsed_problem(&log, "\"GPU_Usage\" has no unit"));
    assert_null(table_find(source_find(log.source, "gpu0"), "utilization.gpu"));
    assert_float_equal(parsed_value(&log, "gpu0", "GPU_Usage", 0), 0.25, 0);
    parsed_free(&log);
    log = parsed_options(text, &(struct parse_options){.columns = "timestamp,utilization.gpu"});
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 0), 0.25, 0);
    parsed_free(&log);
    log = parsed_text("Time,GPU_Usage\n1715000000.5,4180\n1715000001.5,90\n");
    assert_null(table_find(source_find(log.source, "gpu0"), "utilization.gpu"));
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    parsed_free(&log);
    log = parsed_text("Time,GPU_Usage\n1715000000.5,0 %\n1715000001.5,1 %\n");
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 1), 1, 0);
    parsed_free(&log);
}

static void gibibytes_are_so_many_mebibytes(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp;gpu_util_pct;mem_used_gb\n2024-05-06 07:08:00;90;1.5\n2024-05-06 07:08:01;91;2\n"
        "2024-05-06 07:08:02;92;4096 MiB\n");
    assert_float_equal(parsed_value(&log, "gpu0", "memory.used", 0), 1536, 0);
    assert_float_equal(parsed_value(&log, "gpu0", "memory.used", 1), 2048, 0);
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    assert_true(parsed_problem(&log, "another unit"));
    parsed_free(&log);
}

static void a_loose_name_beside_the_cpu_may_be_of_the_host(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "timestamp,cpu_pct,mem_used_mb,gpu_util_pct\n2024-05-06 07:08:00,50,12000,90\n"
        "2024-05-06 07:08:01,50,12000,91\n");
    assert_float_equal(parsed_value(&log, "gpu0", "utilization.gpu", 0), 90, 0);
    assert_null(table_find(source_find(log.source, "gpu0"), "memory.used"));
    assert_true(parsed_problem(&log, "mem_used_mb"));
    parsed_free(&log);
}

static void the_weather_is_no_gpu(void **state) {
    (void)state;
    struct parsed log = parsed_text("time,temp,humidity\n2024-05-06 07:08:00,21,50\n2024-05-06 07:09:00,22,50\n");
    assert_null(source_find(log.source, "gpu0"));
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_go_by_name_in_any_order),
        cmocka_unit_test(units_may_stand_in_the_header_alone),
        cmocka_unit_test(old_spellings_are_the_new_fields),
        cmocka_unit_test(a_mask_of_reasons_is_taken_apart),
        cmocka_unit_test(what_is_no_number_is_missing_and_never_nought),
        cmocka_unit_test(units_tell_columns_without_a_header),
        cmocka_unit_test(without_header_and_units_nothing_is_guessed),
        cmocka_unit_test(a_question_mark_leaves_a_column_out),
        cmocka_unit_test(a_prompt_above_rows_without_header_is_no_row),
        cmocka_unit_test(an_index_names_the_gpus),
        cmocka_unit_test(without_an_id_the_place_in_the_burst_counts),
        cmocka_unit_test(an_id_that_never_changes_lies),
        cmocka_unit_test(one_gpu_of_several_keeps_its_number),
        cmocka_unit_test(a_uuid_is_a_fact),
        cmocka_unit_test(a_header_before_every_row_is_no_row),
        cmocka_unit_test(an_appended_run_may_have_other_columns),
        cmocka_unit_test(a_run_from_an_earlier_time_is_said),
        cmocka_unit_test(a_script_that_was_edited_changes_the_number_of_cells),
        cmocka_unit_test(torn_rows_are_left_out_with_their_line),
        cmocka_unit_test(encodings_and_line_ends_make_no_difference),
        cmocka_unit_test(errors_between_rows_are_events),
        cmocka_unit_test(a_gpu_that_is_lost_is_an_event_of_that_gpu),
        cmocka_unit_test(rows_without_a_time_cannot_stand_among_dated_ones),
        cmocka_unit_test(a_value_at_the_end_of_the_file_may_be_cut),
        cmocka_unit_test(an_id_at_the_end_of_the_file_may_be_cut),
        cmocka_unit_test(stamps_of_scripts_are_read),
        cmocka_unit_test(a_date_above_twelve_decides_for_all),
        cmocka_unit_test(dates_that_nothing_decides_are_open),
        cmocka_unit_test(a_step_over_midnight_tells_day_from_month),
        cmocka_unit_test(a_header_nobody_knows_is_quoted_with_its_line),
        cmocka_unit_test(a_column_nobody_knows_keeps_its_name),
        cmocka_unit_test(a_gpu_that_never_says_its_index_is_not_the_next_one),
        cmocka_unit_test(what_date_prints_before_each_query_is_its_time),
        cmocka_unit_test(a_date_before_a_loop_dates_none_of_its_rows),
        cmocka_unit_test(a_utilization_without_a_unit_may_be_a_share),
        cmocka_unit_test(gibibytes_are_so_many_mebibytes),
        cmocka_unit_test(a_loose_name_beside_the_cpu_may_be_of_the_host),
        cmocka_unit_test(the_weather_is_no_gpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

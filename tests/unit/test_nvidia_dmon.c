#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

static void check_value(const struct parsed *log, const char *entity, const char *quantity, size_t row,
                        double expected) {
    double value = parsed_value(log, entity, quantity, row);
    if (value != expected) fail_msg("%s %s [%zu] is %g instead of %g", entity, quantity, row, value, expected);
}

static void columns_have_the_names_of_the_query(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "# gpu    pwr  gtemp  mtemp     sm    mem   mclk   pclk     fb  rxpci  txpci \n"
        "# Idx      W      C      C      %      %    MHz    MHz     MB   MB/s   MB/s \n"
        "    0    631     63      -    100     10   2619   1980  19818     12      3 \n"
        "    1     70     40      -      0      0   2619    345      5      0      0 \n"
        "# gpu    pwr  gtemp  mtemp     sm    mem   mclk   pclk     fb  rxpci  txpci \n"
        "# Idx      W      C      C      %      %    MHz    MHz     MB   MB/s   MB/s \n"
        "    0    632     64      -     99     11   2619   1970  19818     11      4 \n"
        "    1     71     41      -      1      0   2619    345      5      0      0 \n");
    assert_string_equal(log.source->format, "nvidia-smi-dmon");
    check_value(&log, "gpu0", "power.draw", 1, 632);
    check_value(&log, "gpu0", "temperature.gpu", 0, 63);
    check_value(&log, "gpu0", "utilization.gpu", 1, 99);
    check_value(&log, "gpu0", "utilization.memory", 1, 11);
    check_value(&log, "gpu0", "clocks.current.sm", 1, 1970);
    check_value(&log, "gpu0", "clocks.current.memory", 0, 2619);
    check_value(&log, "gpu0", "memory.used", 0, 19818);
    check_value(&log, "gpu0", "pcie.rx", 0, 12);
    check_value(&log, "gpu0", "pcie.tx", 1, 4);
    assert_true(isnan(parsed_value(&log, "gpu0", "temperature.memory", 0)));
    check_value(&log, "gpu1", "power.draw", 1, 71);
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->samples, 4);
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(source_find(log.source, "gpu1")->time[1], 1);
    assert_int_equal(log.source->problem_count, 0);
    parsed_free(&log);
}

static void older_headers_and_violations(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "# gpu   pwr  temp    sm   mem   enc   dec  mclk  pclk pviol tviol sbecc dbecc   pci\n"
        "# Idx     W     C     %     %     %     %   MHz   MHz     %  bool  errs  errs  errs\n"
        "    0    43    35    10     0     0     0  2505  1075    20     1     0     2     7\n"
        "    0    43    35    10     0     0     0  2505  1075     0     0     0     2     7\n");
    check_value(&log, "gpu0", "temperature.gpu", 0, 35);
    check_value(&log, "gpu0", "power.violation", 0, 20);
    check_value(&log, "gpu0", "clocks_event_reasons.sw_power_cap", 0, 1);
    check_value(&log, "gpu0", "clocks_event_reasons.sw_power_cap", 1, 0);
    check_value(&log, "gpu0", "clocks_event_reasons.sw_thermal_slowdown", 0, 1);
    check_value(&log, "gpu0", "ecc.errors.uncorrected.volatile.total", 0, 2);
    check_value(&log, "gpu0", "pcie.replays", 0, 7);
    assert_true(table_find(source_find(log.source, "gpu0"), "clocks_event_reasons.sw_power_cap")->derived);
    parsed_free(&log);
}

static void date_and_time_stand_in_front(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "#Date       Time        gpu     sm    mem \n#YYYYMMDD   HH:MM:SS    Idx      %      % \n"
        " 20240506   07:08:09      0     97     10 \n 20240506   07:08:09      1     96     10 \n"
        " 20240506   07:08:10      0     98     10 \n");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_int_equal(source_find(log.source, "gpu0")->time[1], 1714979290000);
    check_value(&log, "gpu1", "utilization.gpu", 0, 96);
    assert_int_equal(log.source->reports, 2);
    parsed_free(&log);
    log = parsed_text("#Date       Time        gpu     sm\n 2024/05/06  07:08:09      0     97\n");
    assert_int_equal(source_find(log.source, "gpu0")->time[0], 1714979289000);
    parsed_free(&log);
}

static void times_alone_take_the_day_of_the_file(void **state) {
    (void)state;
    const char *text =
        "#Time        gpu     sm \n#HH:MM:SS    Idx      % \n 23:59:59      0     97 \n 00:00:01      0     98 \n";
    struct parsed log = parsed_bytes(text, strlen(text), 1714979289000);  // 2024-05-06
    const struct table *table = source_find(log.source, "gpu0");
    assert_int_equal(table->time[1], INT64_C(1714953601000));
    assert_int_equal(table->time[0], table->time[1] - 2000);
    assert_true(log.source->year_assumed);
    assert_non_null(strstr(log.source->clock_note, "prints no date"));
    parsed_free(&log);
}

static void what_is_no_row_is_left_out_with_its_line(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "# gpu     sm    mem \n# Idx      %      % \n    0     97     10 \n    0     97 \n    0     9x     10 \n  foo\n"
        "    5000     97     10 \n    0     98     10 \n");
    assert_int_equal(parsed_rows(&log, "gpu0"), 2);
    assert_int_equal(log.source->skipped_lines, 4);
    assert_int_equal(log.source->problems[0].line, 4);
    parsed_free(&log);
}

static void processes_are_pmon(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "# gpu         pid   type     sm    mem    enc    dec     fb    command \n"
        "# Idx           #    C/G      %      %      %      %     MB    name \n"
        "    0       4242     C     91     10      -      -   1234    python train \n"
        "    1          -     -      -      -      -      -      -    -              \n"
        "    0       4242     C     92     10      -      -   1235    python train \n");
    assert_string_equal(log.source->format, "nvidia-smi-pmon");
    check_value(&log, "pid 4242 (python train)", "utilization.gpu", 1, 92);
    check_value(&log, "pid 4242 (python train)", "memory.used", 0, 1234);
    check_value(&log, "pid 4242 (python train)", "gpu", 0, 0);
    assert_int_equal(log.source->samples, 3);
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->table_count, 1);
    parsed_free(&log);
}

static size_t snapshots(const char *rows) {
    char text[1024];
    snprintf(text, sizeof text, "# gpu  pid type  sm command\n%s", rows);
    struct parsed log = parsed_text(text);
    size_t reports = (size_t)log.source->reports;
    parsed_free(&log);
    return reports;
}

static void a_snapshot_ends_where_a_process_comes_back(void **state) {
    (void)state;
    assert_int_equal(snapshots(" 0 5 C 1 a\n 0 6 C 1 b\n 0 5 C 1 a\n 0 6 C 1 b\n"), 2);
    assert_int_equal(snapshots(" 0 5 C 1 a\n 0 6 C 1 b\n 0 6 C 1 b\n"), 2);              // the first one ended
    assert_int_equal(snapshots(" 0 5 C 1 a\n 1 5 C 1 a\n 0 6 C 1 b\n 1 6 C 1 b\n"), 2);  // another job began
    assert_int_equal(snapshots(" 0 - - - -\n 0 5 C 1 a\n 0 6 C 1 b\n 0 - - - -\n"), 3);
    struct parsed log =
        parsed_text("#Time gpu pid type sm command\n 07:08:09 0 5 C 1 a\n 07:08:10 0 6 C 1 b\n 07:08:14 0 7 C 1 c\n");
    assert_int_equal(log.source->reports, 2);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_have_the_names_of_the_query),
        cmocka_unit_test(older_headers_and_violations),
        cmocka_unit_test(date_and_time_stand_in_front),
        cmocka_unit_test(times_alone_take_the_day_of_the_file),
        cmocka_unit_test(what_is_no_row_is_left_out_with_its_line),
        cmocka_unit_test(processes_are_pmon),
        cmocka_unit_test(a_snapshot_ends_where_a_process_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

#define BANNER "Linux 6.1.0-18-amd64 (node7) \t05/20/24 \t_x86_64_\t(4 CPU)\n\n"

static millis at(int hour, int minute, int second) {
    return ((when_days(2024, 5, 20) * 24 + hour) * 60 + minute) * 60000 + second * 1000;
}

static void disks_have_the_names_of_iostat(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER
                    "10:00:00          DEV       tps     rkB/s     wkB/s     dkB/s   areq-sz    aqu-sz     "
                    "await     %util\n"
                    "10:00:05          sda    400.00  51200.00      8.00      0.00    128.02     31.00     "
                    "77.50     99.80\n"
                    "10:00:05          sdb      1.00      0.00      4.00      0.00      4.00      0.00      "
                    "0.90      0.10\n");
    assert_string_equal(log.source->format, "sar-text");
    assert_string_equal(log.source->host, "node7");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_float_equal(parsed_value(&log, "sda", "rkB/s", 0), 51200, 0);
    assert_float_equal(parsed_value(&log, "sda", "await", 0), 77.5, 0);
    assert_float_equal(parsed_value(&log, "sdb", "%util", 0), 0.1, 0);
    const struct table *table = source_find(log.source, "sda");
    assert_int_equal(table->entity_kind, ENTITY_DISK);
    assert_int_equal(table->time[0], at(10, 0, 5));
    // The header says when the interval began.
    assert_float_equal(table->interval[0], 5, 0);
    assert_string_equal(source_fact_value(log.source, "cpu", "cpus"), "4");
    parsed_free(&log);
}

static void sectors_of_old_versions_are_kilobytes(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER
                                    "10:00:00  DEV  tps  rd_sec/s  wr_sec/s  avgrq-sz  avgqu-sz  await  svctm  %util\n"
                                    "10:00:01  dev8-0  10.00  2000.00  40.00  204.00  0.50  7.00  1.00  12.00\n");
    assert_float_equal(parsed_value(&log, "dev8-0", "rkB/s", 0), 1000, 0);
    assert_float_equal(parsed_value(&log, "dev8-0", "wkB/s", 0), 20, 0);
    assert_float_equal(parsed_value(&log, "dev8-0", "areq-sz", 0), 102, 0);
    assert_float_equal(parsed_value(&log, "dev8-0", "aqu-sz", 0), 0.5, 0);
    parsed_free(&log);
}

static void human_units_and_a_name_at_the_end(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER
                    "10:00:00      tps     rkB/s     wkB/s   areq-sz    aqu-sz     await     %util DEV\n"
                    "10:00:10   201.40      3.5M     21.0k    188.7k      0.13      0.63      2.0% vda\n");
    assert_float_equal(parsed_value(&log, "vda", "rkB/s", 0), 3584, 0);
    assert_float_equal(parsed_value(&log, "vda", "areq-sz", 0), 188.7, 0);
    assert_float_equal(parsed_value(&log, "vda", "%util", 0), 2, 0);
    parsed_free(&log);
}

static void tables_of_one_moment_are_one_row(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER
                    "10:00:00     CPU     %user     %nice   %system   %iowait    %steal     %idle\n"
                    "10:00:02     all     90,00      0,00      5,00      1,00      0,00      4,00\n\n"
                    "10:00:00     pswpin/s pswpout/s\n10:00:02     7.00      9.00\n\n"
                    "10:00:00     kbmemfree   kbmemused  %memused\n10:00:02     1000      3000      75.00\n\n"
                    "10:00:00     IFACE   rxpck/s   txpck/s    rxkB/s    txkB/s\n"
                    "10:00:02     eth0    10.00     20.00      30.00     40.00\n\n"
                    "10:00:00     TTY   rcvin/s   xmtin/s\n10:00:02     0    10.00     20.00\n\n"
                    "10:00:02     pswpin/s pswpout/s\n10:00:04     8.00      9.00\n\n"
                    "Average:     pswpin/s pswpout/s\nAverage:     7.50      9.00\n");
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->skipped_lines, 0);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_float_equal(parsed_value(&log, "host", "pswpin/s", 0), 7, 0);
    assert_float_equal(parsed_value(&log, "host", "kbmemfree", 0), 1000, 0);
    assert_true(isnan(parsed_value(&log, "host", "kbmemfree", 1)));
    assert_float_equal(parsed_value(&log, "cpu", "%user", 0), 90, 0);
    assert_float_equal(parsed_value(&log, "eth0", "rxkB/s", 0), 30, 0);
    assert_int_equal(source_find(log.source, "eth0")->entity_kind, ENTITY_NET);
    parsed_free(&log);
}

// What `sar -A -f` prints: each table from morning to night, then the next.
static void a_replayed_day_begins_again_with_each_table(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER
                                    "00:00:01     pswpin/s pswpout/s\n00:10:01     1.00      0.00\n"
                                    "08:00:01     2.00      0.00\n23:50:01     3.00      0.00\n\n"
                                    "00:00:01     proc/s   cswch/s\n00:10:01     4.00      100.00\n"
                                    "08:00:01     5.00      0.00\n23:50:01     6.00      0.00\n");
    assert_int_equal(parsed_rows(&log, "host"), 3);
    assert_int_equal(log.source->reports, 3);
    assert_int_equal(source_find(log.source, "host")->time[2], at(23, 50, 1));
    assert_float_equal(parsed_value(&log, "host", "proc/s", 2), 6, 0);
    assert_float_equal(source_find(log.source, "host")->interval[0], 600, 0);
    parsed_free(&log);
}

static void midnight_is_found_in_every_table(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Linux 5.10 (n) \t12/31/2024 \t_x86_64_\t(2 CPU)\n\n"
        "11:59:57 PM  pswpin/s pswpout/s\n11:59:59 PM      1.00      0.00\n\n"
        "11:59:57 PM    proc/s   cswch/s\n11:59:59 PM      4.00    100.00\n\n"
        "11:59:59 PM  pswpin/s pswpout/s\n12:00:01 AM      2.00      0.00\n\n"
        "11:59:59 PM    proc/s   cswch/s\n12:00:01 AM      5.00    100.00\n");
    assert_int_equal(parsed_rows(&log, "host"), 2);
    const struct table *table = source_find(log.source, "host");
    assert_int_equal(table->time[1] - table->time[0], 2000);
    assert_int_equal(table->time[1], (when_days(2025, 1, 1) * 86400 + 1) * 1000);
    assert_float_equal(parsed_value(&log, "host", "proc/s", 1), 5, 0);
    assert_true(log.source->twelve_hour);
    assert_int_equal(log.source->problem_count, 0);
    parsed_free(&log);
}

static void a_restart_is_told_once(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER
                                    "10:00:00     pswpin/s pswpout/s\n10:10:00     1.00      0.00\n\n"
                                    "10:15:00     LINUX RESTART\t(4 CPU)\n\n"
                                    "10:20:00     pswpin/s pswpout/s\n10:30:00     2.00      0.00\n\n"
                                    "10:00:00     proc/s   cswch/s\n10:10:00     4.00    100.00\n\n"
                                    "10:15:00     LINUX RESTART\t(4 CPU)\n\n"
                                    "10:20:00     proc/s   cswch/s\n10:30:00     4.00    100.00\n");
    assert_int_equal(parsed_events(&log, EVENT_REBOOT), 1);
    assert_int_equal(parsed_event(&log, EVENT_REBOOT, 0)->time, at(10, 15, 0));
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_float_equal(source_find(log.source, "host")->interval[1], 600, 0);
    parsed_free(&log);
}

// sar -f of a machine that was booted in the morning: from each table's last row to the next one's restart it is more
// than half a day back, and still the same day.
static void a_time_behind_a_banner_is_no_row(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Linux 5.15.0 (node1) \t05/06/2024 \t_x86_64_\t(8 CPU)\n\n"
        "10:00:00        CPU     %user     %nice   %system   %iowait    %steal     %idle\n"
        "10:00:01        all      1.00      0.00      1.00      0.00      0.00     98.00\n\n"
        "Linux 5.15.0 (node1) \t05/06/2024 \t_x86_64_\t(8 CPU)\n\n"
        "10:00:02\n");
    assert_int_equal(parsed_rows(&log, "cpu"), 1);
    assert_true(parsed_problem(&log, "before any header"));
    parsed_free(&log);
}

static void a_day_that_begins_with_a_restart_is_one_day(void **state) {
    (void)state;
#define RESTARTED "08:00:12     LINUX RESTART\t(4 CPU)\n\n"
#define TABLES(average_of_sum)                                                                                   \
    BANNER RESTARTED                                                                                             \
        "08:10:01     pswpin/s pswpout/s\n08:20:01  1.00  0.00\n23:50:01  2.00  0.00\n" average_of_sum RESTARTED \
        "08:10:01     proc/s   cswch/s\n08:20:01  3.00  5.00\n23:50:01  4.00  5.00\n" average_of_sum             \
        "\n08:10:01     runq-sz  ldavg-1\n08:20:01  5  0.5\n23:50:01  6  0.5\n"
    struct parsed log = parsed_text(TABLES("Durchschn.:  1.00   0.00\n\n"));
    assert_int_equal(parsed_events(&log, EVENT_REBOOT), 1);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_int_equal(source_find(log.source, "host")->time[1], at(23, 50, 1));
    assert_float_equal(parsed_value(&log, "host", "proc/s", 1), 4, 0);
    assert_float_equal(parsed_value(&log, "host", "runq-sz", 0), 5, 0);
    assert_float_equal(source_find(log.source, "host")->interval[0], 600, 0);
    assert_int_equal(log.source->problem_count, 0);
    parsed_free(&log);
#undef TABLES
    // The averages may have been filtered out: the restart tells as well.
    log = parsed_text(BANNER RESTARTED
                      "08:10:01     pswpin/s pswpout/s\n08:20:01  1.00  0.00\n23:50:01  2.00  0.00\n" RESTARTED
                      "08:10:01     proc/s   cswch/s\n08:20:01  3.00  5.00\n23:50:01  4.00  5.00\n");
    assert_int_equal(parsed_events(&log, EVENT_REBOOT), 1);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_float_equal(parsed_value(&log, "host", "proc/s", 1), 4, 0);
    parsed_free(&log);
#undef RESTARTED
}

// A run a day, appended: the 13th shows that the 12th of the 11th was no 11th of December.
static void a_later_banner_shows_the_order_of_day_and_month(void **state) {
    (void)state;
#define DAY(date)                                                                 \
    "Linux 5.10 (n) \t" date                                                      \
    " \t_x86_64_\t(2 CPU)\n\n10:00:00 pswpin/s pswpout/s\n10:00:01  1.00  0.00\n" \
    "10:00:02  LINUX RESTART\n\n"
    struct parsed log = parsed_text(DAY("12/11/2026") DAY("13/11/2026") DAY("01/12/2026"));
    const struct table *table = source_find(log.source, "host");
    assert_int_equal(table->time[0], (when_days(2026, 11, 12) * 86400 + 36001) * 1000);
    assert_int_equal(table->time[1], (when_days(2026, 11, 13) * 86400 + 36001) * 1000);
    assert_int_equal(table->time[2], (when_days(2026, 12, 1) * 86400 + 36001) * 1000);
    assert_int_equal(parsed_event(&log, EVENT_REBOOT, 0)->time, (when_days(2026, 11, 12) * 86400 + 36002) * 1000);
    assert_true(log.source->day_month_proved);
    assert_false(log.source->day_month_open);
    parsed_free(&log);
    // Month first is what is assumed: nothing is to be moved.
    log = parsed_text(DAY("11/12/2026") DAY("11/13/2026"));
    assert_int_equal(source_find(log.source, "host")->time[0], (when_days(2026, 11, 12) * 86400 + 36001) * 1000);
    assert_true(log.source->day_month_proved);
    parsed_free(&log);
    // Another day that can be read both ways, or a date of ISO, shows nothing.
    log = parsed_text(DAY("11/12/2026") DAY("12/12/2026") DAY("2026-12-13"));
    assert_true(log.source->day_month_open);
    assert_false(log.source->day_month_proved);
    parsed_free(&log);
#undef DAY
}

static void counters_that_wrapped_are_left_out(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER
                                    "10:00:00  DEV  tps  rkB/s  wkB/s  areq-sz  aqu-sz  await  %util\n"
                                    "10:00:01  sdb  10.00  9223372036854775.81  40.00  204.00  0.50  7.00  12.00\n"
                                    "10:00:02  sdb  10.00  100.00  40.00  204.00  0.50  7.00  325.00\n"
                                    "10:00:03  sdb  10.00  100.00  40.00  204.00  0.50  7.00  100.30\n");
    assert_int_equal(parsed_rows(&log, "sdb"), 1);
    assert_float_equal(parsed_value(&log, "sdb", "%util", 0), 100.3, 0);
    assert_true(parsed_problem(&log, "wrapped"));
    assert_int_equal(log.source->problems[0].line, 4);
    parsed_free(&log);
}

static void without_a_banner_only_the_order_is_known(void **state) {
    (void)state;
    struct parsed log =
        parsed_text("10:00:00     pswpin/s pswpout/s\n10:10:00     1.00      0.00\n10:20:00  2.00 3.00\n");
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(source_find(log.source, "host")->time[1], 1);
    assert_float_equal(source_find(log.source, "host")->interval[1], 600, 0);
    assert_true(parsed_problem(&log, "banner"));
    parsed_free(&log);
}

static void a_day_that_begins_at_one_is_no_clock_of_twelve_hours(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER
                                    "01:00:01  kbmemfree  %memused\n"
                                    "01:10:01  1000  50.00\n"
                                    "12:50:01  2000  40.00\n"
                                    "12:59:01  2000  40.00\n"
                                    "\n"
                                    "01:00:01  pgpgin/s  pgpgout/s  fault/s\n"
                                    "01:10:01  5.00  1.00  4.00\n"
                                    "12:59:01  7.00  3.00  4.00\n");
    assert_false(parsed_problem(&log, "twelve hours"));
    const struct table *table = source_find(log.source, "host");
    assert_int_equal(table->time[0], at(1, 10, 1));
    assert_int_equal(table->time[table->row_count - 1], at(12, 59, 1));
    parsed_free(&log);
}

static void a_clock_of_twelve_hours_goes_around_twice(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER
                                    "12:50:00  pgpgin/s  pgpgout/s  fault/s\n"
                                    "12:55:00  5.00  1.00  4.00\n"
                                    "01:05:00  5.00  1.00  4.00\n"
                                    "07:00:00  5.00  1.00  4.00\n"
                                    "11:59:00  5.00  1.00  4.00\n"
                                    "12:01:00  5.00  1.00  4.00\n"
                                    "\n"
                                    "11:59:00  pgpgin/s  pgpgout/s  fault/s\n"
                                    "01:00:00  5.00  1.00  4.00\n");
    assert_true(parsed_problem(&log, "twelve hours"));
    const struct table *table = source_find(log.source, "host");
    assert_int_equal(table->time[1], at(13, 5, 0));
    assert_int_equal(table->time[4], at(24, 1, 0));
    assert_int_equal(table->time[5], at(25, 0, 0));
    parsed_free(&log);
}

static void mpstat_is_not_sar(void **state) {
    (void)state;
    struct parsed mpstat = parsed_text(BANNER
                                       "10:00:00 CPU %usr %nice %sys %iowait %irq %soft %steal %guest %gnice %idle\n"
                                       "10:00:02 all 1,00 0,00 2,00 0,00 0,00 0,50 0,00 0,00 0,00 96,50\n"
                                       "10:00:02   3 4,00 0,00 2,00 0,00 0,00 0,50 0,00 0,00 0,00 93,50\n\n"
                                       "10:00:02 CPU 0/s 1/s\n10:00:04 3 1.00 2.00\n"
                                       "Durchschn.: CPU %usr\nMoyenne : all 1,00\n");
    assert_string_equal(mpstat.source->format, "mpstat-text");
    assert_float_equal(parsed_value(&mpstat, "cpu", "%usr", 0), 1, 0);
    assert_float_equal(parsed_value(&mpstat, "cpu3", "%idle", 0), 93.5, 0);
    assert_int_equal(mpstat.source->skipped_lines, 0);
    assert_int_equal(mpstat.source->reports, 1);
    parsed_free(&mpstat);
    struct parsed sar = parsed_text(BANNER
                                    "10:00:00 CPU %usr %nice %sys %iowait %steal %irq %soft %guest %gnice %idle\n"
                                    "10:00:02 all 1.00 0.00 2.00 0.00 0.00 0.50 0.00 0.00 0.00 96.50\n");
    assert_string_equal(sar.source->format, "sar-text");
    assert_float_equal(parsed_value(&sar, "cpu", "%sys", 0), 2, 0);
    parsed_free(&sar);
}

static void mpstat_prints_json_too(void **state) {
    (void)state;
#define HEAD                                                                                              \
    "{\"sysstat\": {\"hosts\": [{\"nodename\": \"node7\", \"release\": \"6.1\", \"number-of-cpus\": 2,\n" \
    "\"date\": \"2024-05-20\", \"statistics\": [\n"
#define RECORD(second)                                                        \
    "{\"timestamp\": \"10:00:" second                                         \
    "\", \"cpu-load\": [{\"cpu\": \"all\", \"usr\": 50.5, \"idle\": 49.5},\n" \
    "{\"cpu\": \"1\", \"usr\": 99.0, \"idle\": 1.0}]},\n"
    struct parsed log =
        parsed_text(HEAD RECORD("05") RECORD("10") "{\"timestamp\": \"10:00:15\", \"cpu-load\": [{\"cp");
    assert_string_equal(log.source->format, "mpstat-json");
    assert_string_equal(log.source->host, "node7");
    assert_int_equal(log.source->reports, 2);
    assert_float_equal(parsed_value(&log, "cpu1", "%usr", 1), 99, 0);
    assert_int_equal(source_find(log.source, "cpu")->time[1], at(10, 0, 10));
    assert_float_equal(source_find(log.source, "cpu")->interval[1], 5, 0);
    assert_true(parsed_problem(&log, "middle of this record"));
    parsed_free(&log);
}

static void processes_are_told_apart(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER
                    "10:00:00      UID       PID   kB_rd/s   kB_wr/s kB_ccwr/s iodelay  Command\n"
                    "10:00:02     1000      4242   8192.00      0.00      0.00      55  python train.py\n"
                    "10:00:02        0         7     -1.00     -1.00     -1.00       0  kworker/0:1\n\n"
                    "10:00:02      UID       PID   kB_rd/s   kB_wr/s kB_ccwr/s iodelay  Command\n\n"
                    "Average:     1000      4242   8192.00      0.00      0.00      55  python train.py\n");
    assert_string_equal(log.source->format, "pidstat");
    assert_float_equal(parsed_value(&log, "pid 4242 (python train.py)", "kB_rd/s", 0), 8192, 0);
    assert_float_equal(parsed_value(&log, "pid 4242 (python train.py)", "iodelay", 0), 55, 0);
    assert_true(isnan(parsed_value(&log, "pid 7 (kworker/0:1)", "kB_rd/s", 0)));
    assert_int_equal(source_find(log.source, "pid 7 (kworker/0:1)")->entity_kind, ENTITY_PROCESS);
    assert_float_equal(source_find(log.source, "pid 7 (kworker/0:1)")->interval[0], 2, 0);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
}

static void pidstat_h_prints_epoch_seconds(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER
                                    "#      Time   UID       PID    %usr %system  %guest    %CPU   CPU  Command\n"
                                    " 1716199205     0      4242   99.00    1.00    0.00  100.00     3  python\n\n"
                                    "#      Time   UID       PID    %usr %system  %guest    %CPU   CPU  Command\n"
                                    " 1716199207     0      4242   98.00    2.00    0.00  100.00     3  python\n");
    assert_string_equal(log.source->format, "pidstat");
    assert_int_equal(log.source->clock, CLOCK_EPOCH);
    assert_int_equal(source_find(log.source, "pid 4242 (python)")->time[0], INT64_C(1716199205000));
    assert_float_equal(parsed_value(&log, "pid 4242 (python)", "%usr", 1), 98, 0);
    assert_float_equal(source_find(log.source, "pid 4242 (python)")->interval[1], 2, 0);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disks_have_the_names_of_iostat),
        cmocka_unit_test(sectors_of_old_versions_are_kilobytes),
        cmocka_unit_test(human_units_and_a_name_at_the_end),
        cmocka_unit_test(tables_of_one_moment_are_one_row),
        cmocka_unit_test(a_replayed_day_begins_again_with_each_table),
        cmocka_unit_test(midnight_is_found_in_every_table),
        cmocka_unit_test(a_restart_is_told_once),
        cmocka_unit_test(a_time_behind_a_banner_is_no_row),
        cmocka_unit_test(a_day_that_begins_with_a_restart_is_one_day),
        cmocka_unit_test(a_later_banner_shows_the_order_of_day_and_month),
        cmocka_unit_test(counters_that_wrapped_are_left_out),
        cmocka_unit_test(without_a_banner_only_the_order_is_known),
        cmocka_unit_test(a_day_that_begins_at_one_is_no_clock_of_twelve_hours),
        cmocka_unit_test(a_clock_of_twelve_hours_goes_around_twice),
        cmocka_unit_test(mpstat_is_not_sar),
        cmocka_unit_test(mpstat_prints_json_too),
        cmocka_unit_test(processes_are_told_apart),
        cmocka_unit_test(pidstat_h_prints_epoch_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

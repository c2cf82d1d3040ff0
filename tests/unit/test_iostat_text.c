#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "log_of_text.h"

#define BANNER "Linux 6.1.0-9-amd64 (trainer) \t03/25/26 \t_x86_64_\t(8 CPU)\n\n"
#define CPU(values) "avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n          " values "\n\n"
#define HEAD_A \
    "Device:         rrqm/s   wrqm/s     r/s     w/s   rsec/s   wsec/s avgrq-sz avgqu-sz   await  svctm  %util\n"
#define HEAD_B                                                                                                      \
    "Device:         rrqm/s   wrqm/s     r/s     w/s    rkB/s    wkB/s avgrq-sz avgqu-sz   await r_await w_await  " \
    "svctm  %util\n"
#define HEAD_C                                                                                                  \
    "Device            r/s     w/s     rkB/s     wkB/s   rrqm/s   wrqm/s  %rrqm  %wrqm r_await w_await aqu-sz " \
    "rareq-sz "                                                                                                 \
    "wareq-sz  svctm  %util\n"
#define HEAD_E                                                                                                    \
    "Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm w_await " \
    "wareq-sz "                                                                                                   \
    "    d/s     dkB/s   drqm/s  %drqm d_await dareq-sz     f/s f_await  aqu-sz  %util\n"
#define HEAD_S "Device             tps      kB/s    rqm/s   await  areq-sz  aqu-sz  %util\n"
#define ROW_S(name, tps, util) name "  " tps "  640.00  0.00  8.00  64.00  0.08  " util "\n"

static struct log_of_text parse(const char *text) { return log_of_text(text, NULL); }

static void check(double found, double expected) {
    if (!(fabs(found - expected) <= 1e-9 * fmax(1, fabs(expected))))
        fail_msg("%.10g instead of %.10g", found, expected);
}

// Two reports of one table: the first is since boot.
static void every_layout_is_read_by_the_names_of_its_columns(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER HEAD_A "sda 1 1 1 1 1 1 1 1 1 1 1\n\n" HEAD_A
                                                 "sda 0.00 4.00 10.00 5.00 400.00 80.00 32.00 0.10 6.50 0.20 3.00\n");
    assert_string_equal(log.source->format, "iostat-text");
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->since_boot_reports, 1);
    check(log_value(&log, "sda", "rkB/s", 0), 200);
    check(log_value(&log, "sda", "wkB/s", 0), 40);
    check(log_value(&log, "sda", "areq-sz", 0), 16);
    check(log_value(&log, "sda", "aqu-sz", 0), 0.1);
    check(log_value(&log, "sda", "await", 0), 6.5);
    assert_false(table_find(source_find(log.source, "sda"), "await")->derived);
    log_of_text_free(&log);

    log = parse(BANNER HEAD_B "sda 1 1 1 1 1 1 1 1 1 1 1 1 1\n\n" HEAD_B
                              "sda 0.50 4.00 10.00 5.00 200.00 40.00 32.00 0.10 6.50 6.00 7.50 0.20 3.00\n");
    check(log_value(&log, "sda", "rrqm/s", 0), 0.5);
    check(log_value(&log, "sda", "w_await", 0), 7.5);
    check(log_value(&log, "sda", "svctm", 0), 0.2);
    log_of_text_free(&log);

    log =
        parse(BANNER HEAD_C "sda 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n\n" HEAD_C
                            "sda 30.00 10.00 300.00 90.00 1.00 2.00 3.00 4.00 5.00 9.00 0.24 10.00 9.00 0.10 44.00\n");
    check(log_value(&log, "sda", "%wrqm", 0), 4);
    check(log_value(&log, "sda", "await", 0), (30 * 5.0 + 10 * 9.0) / 40);
    assert_true(table_find(source_find(log.source, "sda"), "await")->derived);
    log_of_text_free(&log);

    log = parse(BANNER HEAD_E "sda 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n\n" HEAD_E
                              "sda 30 300 1 3 5 10 10 90 2 4 9 9 20 800 0 0 2 40 3 0.5 0.4 44\n");
    check(log_value(&log, "sda", "await", 0), (30 * 5.0 + 10 * 9.0 + 20 * 2.0) / 60);
    check(log_value(&log, "sda", "f_await", 0), 0.5);
    check(log_value(&log, "sda", "%util", 0), 44);
    log_of_text_free(&log);

    log = parse(BANNER HEAD_S ROW_S("sda", "1.00", "1.00") "\n" HEAD_S ROW_S("sda", "10.00", "5.00"));
    check(log_value(&log, "sda", "tps", 0), 10);
    check(log_value(&log, "sda", "areq-sz", 0), 64);
    log_of_text_free(&log);
}

static void units_are_in_the_header(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER
                                   "Device            r/s     rMB/s   %util\nsda 1 1 1\n\nDevice            r/s     "
                                   "rMB/s   %util\nsda 8,50 2,50 9,00\n");
    check(log_value(&log, "sda", "rkB/s", 0), 2560);
    check(log_value(&log, "sda", "r/s", 0), 8.5);
    log_of_text_free(&log);
    log = parse(BANNER
                "Device: tps Blk_read/s Blk_wrtn/s Blk_read Blk_wrtn\nsda 1 1 1 5000000000 1\n\n"
                "Device: tps Blk_read/s Blk_wrtn/s Blk_read Blk_wrtn\nsda 2 8 4 5000000000 4\n");
    check(log_value(&log, "sda", "kB_read/s", 0), 4);
    check(log_value(&log, "sda", "kB_read", 0), 2.5e9);
    assert_int_equal(log.source->skipped_lines, 0);
    log_of_text_free(&log);
}

static void human_numbers_carry_their_own_unit(void **state) {
    (void)state;
    struct log_of_text log =
        parse(BANNER CPU("36.8% 0.0% 9.5% 0.4% 0.3% 53.0%")
                  HEAD_S ROW_S("sda", "1", "1%") "\n" CPU("10.0% 0.0% 5.0% 5.0% 0.0% 80.0%") HEAD_S
              "sda 12.00 5.1M 0.00 8.00 33.9k 0.08 27.7%\nsdb 1.00 4.0? 0.00 8.00 1.0M 0.08 20.0%\n");
    check(log_value(&log, "sda", "kB/s", 0), 5.1 * 1024);
    check(log_value(&log, "sda", "areq-sz", 0), 33.9);
    check(log_value(&log, "sda", "%util", 0), 27.7);
    check(log_value(&log, "cpu", "%idle", 0), 80);
    // A number too large for its unit is not a small number.
    assert_int_equal(log_rows(&log, "sdb"), 0);
    assert_true(log_complains(&log, "sdb: impossible values"));
    log_of_text_free(&log);
}

static void a_name_on_its_own_line_belongs_to_the_next(void **state) {
    (void)state;
    struct log_of_text log =
        parse(BANNER HEAD_S
              "sda\n   1 1 1 1 1 1 1\nsdb\n   1 1 1 1 1 1 1\n\n" HEAD_S
              "sda\n   10.00 640.00 0.00 8.00 64.00 0.08 5.00\nsdb\n   20.00 640.00 0.00 8.00 64.00 0.08 6.00\n");
    check(log_value(&log, "sda", "tps", 0), 10);
    check(log_value(&log, "sdb", "tps", 0), 20);
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->skipped_lines, 0);
    log_of_text_free(&log);
}

#define SPLIT(r, w, u)                                                                      \
    "     r/s     rkB/s r_await Device\n" r " vda\n\n     w/s     wkB/s w_await Device\n" w \
    " vda\n\n     f/s f_await  %util Device\n" u " vda\n\n\n"

static void a_split_report_is_one_report(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER SPLIT("1 1 1", "1 1 1", "1 1 1") SPLIT("10 40 2", "5 20 8", "1 1 30"));
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log_rows(&log, "vda"), 1);
    check(log_value(&log, "vda", "w_await", 0), 8);
    check(log_value(&log, "vda", "%util", 0), 30);
    check(log_value(&log, "vda", "await", 0), (10 * 2.0 + 5 * 8.0) / 15);
    log_of_text_free(&log);
}

static void the_banner_says_who_and_where(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER HEAD_S ROW_S("sda", "1", "1"));
    assert_string_equal(log.source->host, "trainer");
    assert_string_equal(source_fact_value(log.source, "cpu", "cpus"), "8");
    assert_string_equal(source_fact_value(log.source, "host", "kernel"), "6.1.0-9-amd64");
    // One report, and that since boot: nothing can be used, and the log says so.
    assert_int_equal(log.source->samples, 0);
    assert_true(log_complains(&log, "only averages since boot"));
    log_of_text_free(&log);
}

static void a_banner_in_mid_file_is_a_new_run(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER HEAD_S ROW_S("sda", "1", "1") HEAD_S ROW_S("sda", "2", "2")
                                       BANNER HEAD_S ROW_S("sda", "3", "3") HEAD_S ROW_S("sda", "4", "4") "\n");
    assert_int_equal(log.source->reports, 4);
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(log_rows(&log, "sda"), 2);
    check(log_value(&log, "sda", "tps", 1), 4);
    assert_int_equal(log.source->event_count, 1);
    assert_int_equal(log.source->events[0].kind, EVENT_RUN_START);
    // Untimed: the ordinal counts all reports, so that it can be scaled to a time.
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(source_find(log.source, "sda")->time[1], 3);
    log_of_text_free(&log);
}

static void two_blank_lines_behind_the_banner_prove_y(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER "\n" HEAD_S ROW_S("sda", "1", "1") "\n" HEAD_S ROW_S("sda", "2", "2"));
    assert_int_equal(log.source->since_boot_reports, 0);
    assert_int_equal(log_rows(&log, "sda"), 2);
    log_of_text_free(&log);
}

#define SECOND(a, b)                                  \
    HEAD_E "sda " a " 300.11 1.01 3.37 0.52 10.11 " b \
           " 90.55 2.02 4.1 9 9.27 0 0 0 0 0 0 0 0 0.4 44.2\nsdb 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"

static void numbers_tell_a_second_from_the_time_since_boot(void **state) {
    (void)state;
    // 30, 10, 1 and 2 requests in 0.99 s.
    struct log_of_text log = parse(BANNER SECOND("30.30", "10.10") "\n" SECOND("5.05", "7.07"));
    assert_int_equal(log.source->since_boot_reports, 0);
    assert_int_equal(log_rows(&log, "sda"), 2);
    assert_true(log_complains(&log, "span a second"));
    log_of_text_free(&log);
    log = parse(BANNER SECOND("30.34", "10.10") "\n" SECOND("5.05", "7.07"));
    assert_int_equal(log.source->since_boot_reports, 1);
    log_of_text_free(&log);
    // A loop of `iostat -xy 1 1`, quiet seconds included.
    log = parse(BANNER SECOND("30.30", "10.10") BANNER SECOND("5.05", "7.07") BANNER HEAD_E
                "sda 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
    assert_int_equal(log.source->since_boot_reports, 0);
    assert_int_equal(log_rows(&log, "sda"), 3);
    log_of_text_free(&log);
    // A loop of plain `iostat -x`.
    log = parse(BANNER SECOND("30.34", "10.11") BANNER SECOND("30.36", "10.13") BANNER SECOND("30.39", "10.15"));
    assert_int_equal(log.source->since_boot_reports, 3);
    assert_true(log_complains(&log, "only averages since boot"));
    log_of_text_free(&log);
}

#define STAMPED(stamp, tps) stamp "\n" HEAD_S ROW_S("sda", tps, "5.00") "\n\n"

static void check_times(const char *first, const char *second, const char *third, const char *time, double interval) {
    char text[4096];
    const char *const stamps[] = {first, second, third};
    strcpy(text, BANNER);
    for (size_t i = 0; i < 3; i++) {
        strcat(text, stamps[i]);
        strcat(text, "\n" HEAD_S ROW_S("sda", "1", "1") "\n");
    }
    struct log_of_text log = parse(text);
    assert_int_equal(log_rows(&log, "sda"), 2);
    assert_string_equal(log_time(&log, "sda", 1), time);
    check(source_find(log.source, "sda")->interval[1], interval);
    log_of_text_free(&log);
}

static void stamps_give_times_and_intervals(void **state) {
    (void)state;
    check_times("03/25/26 10:00:00", "03/25/26 10:00:05", "03/25/26 10:00:10", "2026-03-25T10:00:10", 5);
    check_times("03/25/2026 11:59:58 AM", "03/25/2026 11:59:59 AM", "03/25/2026 12:00:00 PM", "2026-03-25T12:00:00", 1);
    check_times("2026-03-25T10:00:00-0330", "2026-03-25T10:00:01-0330", "2026-03-25T10:00:02-0330",
                "2026-03-25T13:30:02", 1);
    check_times("2026年03月25日 10时00分00秒", "2026年03月25日 10时00分02秒", "2026年03月25日 10时00分04秒",
                "2026-03-25T10:00:04", 2);
    check_times("1774432800", "1774432801", "1774432802", "2026-03-25T10:00:02", 1);
    // Times alone take their date from the banner, and the next one at midnight.
    check_times("Time: 23:59:56", "Time: 23:59:58", "Time: 00:00:00", "2026-03-26T00:00:00", 2);
    // A pause is a longer interval, a second off is the stamps' own rounding.
    check_times("03/25/26 10:00:00", "03/25/26 10:00:05", "03/25/26 10:01:00", "2026-03-25T10:01:00", 55);
}

static void a_clock_that_steps_back_is_kept_and_noted(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER STAMPED("03/25/26 02:59:57", "1") STAMPED("03/25/26 02:59:58", "1")
                                       STAMPED("03/25/26 02:59:59", "1") STAMPED("03/25/26 02:00:00", "1"));
    assert_string_equal(log_time(&log, "sda", 2), "2026-03-25T02:00:00");
    check(source_find(log.source, "sda")->interval[2], 1);
    assert_true(log_complains(&log, "steps back by 3599 s"));
    assert_true(strstr(log.source->clock_note, "steps back") != NULL);
    log_of_text_free(&log);
}

static void day_and_month_are_proved_or_left_open(void **state) {
    (void)state;
    static const char open[] = "Linux 6.1.0 (h) \t03/05/26 \t_x86_64_\t(8 CPU)\n\n" STAMPED("03/05/26 10:00:00", "1")
        STAMPED("03/05/26 10:00:01", "1");
    struct log_of_text log = parse(open);
    assert_string_equal(log_time(&log, "sda", 0), "2026-03-05T10:00:01");
    assert_false(log.source->day_month_proved);
    assert_true(log.source->day_month_open);
    log_of_text_free(&log);

    struct parse_options options = {.date_order = DATE_ORDER_DMY};
    log = log_of_text(open, &options);
    assert_string_equal(log_time(&log, "sda", 0), "2026-05-03T10:00:01");
    assert_true(log.source->day_month_proved);
    log_of_text_free(&log);

    // A day above 12 anywhere settles it for all stamps.
    log = parse("Linux 6.1.0 (h) \t12/03/26 \t_x86_64_\t(8 CPU)\n\n" STAMPED("12/03/26 23:59:59", "1")
                    STAMPED("12/03/26 23:59:59", "1") STAMPED("13/03/26 00:00:00", "1"));
    assert_string_equal(log_time(&log, "sda", 0), "2026-03-12T23:59:59");
    assert_true(log.source->day_month_proved);
    log_of_text_free(&log);

    // So does the change of the day: 04/05 cannot follow 03/05 a second later if the month comes first.
    log = parse("Linux 6.1.0 (h) \t03/05/26 \t_x86_64_\t(8 CPU)\n\n" STAMPED("03/05/26 23:59:58", "1")
                    STAMPED("03/05/26 23:59:59", "1") STAMPED("04/05/26 00:00:00", "1"));
    assert_string_equal(log_time(&log, "sda", 1), "2026-05-04T00:00:00");
    assert_true(log.source->day_month_proved);
    log_of_text_free(&log);

    // And the banner of the same moment in words.
    log = parse("Linux 6.1.0 (h) \tTuesday 03 March 2026 \t_x86_64_\t(8 CPU)\n\n" STAMPED("03/03/26 10:00:00", "1")
                    STAMPED("03/03/26 10:00:01", "1"));
    assert_true(log.source->day_month_proved);
    log_of_text_free(&log);
    log = parse("Linux 6.1.0 (h) \tTuesday 05 March 2026 \t_x86_64_\t(8 CPU)\n\n" STAMPED("05/03/26 10:00:00", "1")
                    STAMPED("05/03/26 10:00:01", "1"));
    assert_string_equal(log_time(&log, "sda", 0), "2026-03-05T10:00:01");
    assert_true(log.source->day_month_proved);
    log_of_text_free(&log);
}

#define SNAPSHOT(stamp, boot, tps)                                                                                \
    stamp ": I/O Snapshot\n" BANNER CPU("1 1 1 1 1 95") HEAD_S ROW_S("sda", boot, "1") "\n\n" CPU("2 2 2 2 2 90") \
        HEAD_S ROW_S("sda", tps, "2") "\n\n"

static void the_loop_of_date_and_iostat(void **state) {
    (void)state;
    struct log_of_text log = parse(SNAPSHOT("Wed Mar 25 10:00:00 CET 2026", "1", "50") SNAPSHOT(
        "Wed Mar 25 10:01:01 CET 2026", "1", "60") SNAPSHOT("Wed Mar 25 10:02:02 CET 2026", "1", "70"));
    assert_int_equal(log.source->reports, 6);
    assert_int_equal(log.source->since_boot_reports, 3);
    assert_int_equal(log_rows(&log, "sda"), 3);
    check(log_value(&log, "sda", "tps", 1), 60);
    assert_string_equal(log_time(&log, "sda", 1), "2026-03-25T10:01:02");
    check(source_find(log.source, "sda")->interval[1], 1);
    check(log.source->cadence, 61);
    assert_string_equal(log.source->zone, "CET");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_int_equal(log.source->event_count, 0);
    log_of_text_free(&log);
    log =
        parse(SNAPSHOT("Wed Mar 25 10:00:00 UTC 2026", "1", "50") SNAPSHOT("Wed Mar 25 10:01:01 UTC 2026", "1", "60"));
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    log_of_text_free(&log);
}

#define FIVE_SECONDS(stamp, a, b)                                                                          \
    stamp ": I/O\n" BANNER SECOND("30.34", "10.11") "\n" HEAD_E "sda " a " 300.11 1.20 3.37 0.52 10.11 " b \
                                                    " 90.55 2.40 4.1 9 9.27 0 0 0 0 0 0 0 0 0.4 44.2\n"    \
                                                    "sdb 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"

static void a_loop_of_longer_intervals_is_known_by_its_numbers(void **state) {
    (void)state;
    struct log_of_text log = parse(FIVE_SECONDS("Wed Mar 25 10:00:00 CET 2026", "30.20", "10.60")
                                       FIVE_SECONDS("Wed Mar 25 10:01:00 CET 2026", "31.40", "8.80"));
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_string_equal(log_time(&log, "sda", 1), "2026-03-25T10:01:05");
    check(source_find(log.source, "sda")->interval[1], 5);
    assert_non_null(strstr(log.source->clock_note, "5 s"));
    log_of_text_free(&log);
}

static void a_start_alone_does_not_time_a_long_run(void **state) {
    (void)state;
    struct log_of_text log = parse("Wed Mar 25 10:00:00 UTC 2026\n" BANNER HEAD_S ROW_S("sda", "1", "1") HEAD_S ROW_S(
        "sda", "2", "2") HEAD_S ROW_S("sda", "3", "3") HEAD_S ROW_S("sda", "4", "4"));
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(log_rows(&log, "sda"), 3);
    assert_true(log_complains(&log, "not its interval"));
    log_of_text_free(&log);
}

static void prefixed_lines_carry_the_time(void **state) {
    (void)state;
    struct log_of_text log = parse(
        "Mar 25 10:00:00 Linux 6.1.0 (h) \t03/25/26 \t_x86_64_\t(8 CPU)\nMar 25 10:00:00 \n"
        "Mar 25 10:00:00 Device tps %util\nMar 25 10:00:00 sda 1.00 1.00\nMar 25 10:00:00 \n"
        "Mar 25 10:00:07 Device tps %util\nMar 25 10:00:07 sda 2.00 2.00\nMar 25 10:00:07 \n"
        "Mar 25 10:00:14 Device tps %util\nMar 25 10:00:14 sda 3.00 3.00\nMar 25 10:00:14 \n");
    assert_int_equal(log.source->reports, 3);
    assert_string_equal(log_time(&log, "sda", 1), "2026-03-25T10:00:14");
    check(source_find(log.source, "sda")->interval[1], 7);
    log_of_text_free(&log);
}

static void hosts_in_one_file_are_not_mixed(void **state) {
    (void)state;
    struct log_of_text log = parse(
        "n1: Linux 6.1.0 (n1) 03/25/26 _x86_64_ (8 CPU)\nn1: Device tps %util\nn1: sda 1 1\n"
        "n2: Linux 6.1.0 (n2) 03/25/26 _x86_64_ (8 CPU)\nn2: Device tps %util\nn2: sda 1 1\n"
        "n1: Device tps %util\nn1: sda 10 10\nn2: Device tps %util\nn2: sda 90 90\n");
    assert_int_equal(log.source->reports, 4);
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(log_rows(&log, "sda"), 1);
    check(log_value(&log, "sda", "tps", 0), 10);
    assert_string_equal(log.source->host, "n1");
    assert_true(log_complains(&log, "another host (n2)"));
    log_of_text_free(&log);
}

static void impossible_rows_are_dropped_and_counted(void **state) {
    (void)state;
    struct log_of_text log =
        parse(BANNER HEAD_S ROW_S("sda", "1", "1") HEAD_S ROW_S("sda", "18446744073709543424.00", "1")
                  HEAD_S ROW_S("sda", "5.00", "325.20") HEAD_S ROW_S("sda", "5.00", "100.80"));
    assert_int_equal(log.source->reports, 4);
    assert_int_equal(log_rows(&log, "sda"), 1);
    assert_int_equal(log.source->skipped_lines, 2);
    check(log_value(&log, "sda", "%util", 0), 100.8);
    assert_true(log_complains(&log, "325.2"));
    log_of_text_free(&log);
}

static void a_device_that_appears_is_noted_unless_idle_ones_are_hidden(void **state) {
    (void)state;
    struct log_of_text log =
        parse(BANNER HEAD_S ROW_S("sda", "1", "1") HEAD_S "sda 0 0 0 0 0 0 0\n" ROW_S("sdb", "9", "9"));
    assert_true(log_complains(&log, "sdb appears"));
    log_of_text_free(&log);
    log = parse(BANNER HEAD_S ROW_S("sda", "1", "1") HEAD_S ROW_S("sdb", "9", "9"));
    assert_false(log_complains(&log, "sdb appears"));
    assert_int_equal(log_rows(&log, "sdb"), 1);
    log_of_text_free(&log);
}

static void group_rows_are_left_out(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER HEAD_S ROW_S("sda", "1", "1") ROW_S(" both", "1", "1")
                                       HEAD_S ROW_S("sda", "2", "2") ROW_S(" both", "4", "4"));
    assert_int_equal(log_rows(&log, "both"), 0);
    assert_int_equal(log_rows(&log, "sda"), 1);
    assert_true(log_complains(&log, "group both"));
    log_of_text_free(&log);
}

static void what_grep_leaves(void **state) {
    (void)state;
    // One header for many rows: each row is a report; zeros cannot be an average since boot.
    struct log_of_text log = parse(HEAD_S "md0 0 0 0 0 0 0 0\n" ROW_S("md0", "1", "1") ROW_S("md0", "2", "2"));
    assert_int_equal(log.source->reports, 3);
    assert_int_equal(log.source->since_boot_reports, 0);
    assert_int_equal(log_rows(&log, "md0"), 3);
    log_of_text_free(&log);
    // No header at all: which column is which is not known.
    log = parse("sda 1.00 2.00 3.00 4.00 5.00 6.00 7.00\nsda 1.00 2.00 3.00 4.00 5.00 6.00 7.00\n");
    assert_string_equal(log.source->format, "iostat-text");
    assert_true(log.source->refused);
    assert_int_equal(log.source->skipped_lines, 2);
    assert_true(log_complains(&log, "without the header"));
    log_of_text_free(&log);
}

static void what_is_no_report(void **state) {
    (void)state;
    struct log_of_text log = parse("Wed Mar 25 10:00:00 UTC 2026: I/O Snapshot\nbash: iostat: command not found\n");
    assert_string_equal(log.source->format, "iostat-text");
    assert_true(log.source->refused);
    assert_true(log_complains(&log, "command not found"));
    log_of_text_free(&log);
    log = parse("Usage: iostat [ options ] [ <interval> [ <count> ] ]\nOptions are:\n[ -c ] [ -d ]\n");
    assert_true(log.source->refused);
    assert_int_equal(log.source->skipped_lines, 1);
    log_of_text_free(&log);
    log = parse(
        "                    extended device statistics\n    r/s    w/s   kr/s   kw/s wait actv wsvc_t asvc_t  %w  %b "
        "device\n"
        "    0.0    0.1    0.1    0.8  0.0  0.0    2.1   10.1   0   0 c1t0d0\n");
    assert_true(log.source->format == NULL || strcmp(log.source->format, "iostat-text") != 0);
    log_of_text_free(&log);
}

static void an_unknown_column_is_named_and_the_others_are_read(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER "Device tps frobs %util\nsda 1 1 1\n\nDevice tps frobs %util\nsda 7 8 9\n");
    assert_true(log_complains(&log, "unknown column frobs"));
    check(log_value(&log, "sda", "tps", 0), 7);
    check(log_value(&log, "sda", "%util", 0), 9);
    log_of_text_free(&log);
    log = parse(BANNER HEAD_S ROW_S("sda", "1", "1") "\nDevice foo bar\nsda 1 2\n");
    assert_true(log_complains(&log, "not understood: Device foo bar"));
    log_of_text_free(&log);
}

static void a_line_cut_short_is_not_used(void **state) {
    (void)state;
    struct log_of_text log = parse(BANNER HEAD_S ROW_S("sda", "1", "1")
                                       HEAD_S ROW_S("sda", "2", "2") "sdb  5.00  640.00  0.00  8.00  64.00  0.08  1");
    assert_int_equal(log_rows(&log, "sda"), 1);
    assert_int_equal(log_rows(&log, "sdb"), 0);
    assert_true(log_complains(&log, "ends in the middle"));
    log_of_text_free(&log);
}

static void a_torn_row_is_skipped_and_the_rest_used(void **state) {
    (void)state;
    struct log_of_text log =
        parse(BANNER HEAD_S ROW_S("sda", "1", "1") HEAD_S "sda 2.00 640.00 0.00\n" ROW_S("sdb", "3", "3"));
    assert_int_equal(log_rows(&log, "sda"), 0);
    assert_int_equal(log_rows(&log, "sdb"), 1);
    assert_int_equal(log.source->skipped_lines, 1);
    log_of_text_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_is_read_by_the_names_of_its_columns),
        cmocka_unit_test(units_are_in_the_header),
        cmocka_unit_test(human_numbers_carry_their_own_unit),
        cmocka_unit_test(a_name_on_its_own_line_belongs_to_the_next),
        cmocka_unit_test(a_split_report_is_one_report),
        cmocka_unit_test(the_banner_says_who_and_where),
        cmocka_unit_test(a_banner_in_mid_file_is_a_new_run),
        cmocka_unit_test(two_blank_lines_behind_the_banner_prove_y),
        cmocka_unit_test(numbers_tell_a_second_from_the_time_since_boot),
        cmocka_unit_test(stamps_give_times_and_intervals),
        cmocka_unit_test(a_clock_that_steps_back_is_kept_and_noted),
        cmocka_unit_test(day_and_month_are_proved_or_left_open),
        cmocka_unit_test(the_loop_of_date_and_iostat),
        cmocka_unit_test(a_loop_of_longer_intervals_is_known_by_its_numbers),
        cmocka_unit_test(a_start_alone_does_not_time_a_long_run),
        cmocka_unit_test(prefixed_lines_carry_the_time),
        cmocka_unit_test(hosts_in_one_file_are_not_mixed),
        cmocka_unit_test(impossible_rows_are_dropped_and_counted),
        cmocka_unit_test(a_device_that_appears_is_noted_unless_idle_ones_are_hidden),
        cmocka_unit_test(group_rows_are_left_out),
        cmocka_unit_test(what_grep_leaves),
        cmocka_unit_test(what_is_no_report),
        cmocka_unit_test(an_unknown_column_is_named_and_the_others_are_read),
        cmocka_unit_test(a_line_cut_short_is_not_used),
        cmocka_unit_test(a_torn_row_is_skipped_and_the_rest_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

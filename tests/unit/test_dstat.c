#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

#define PREAMBLE(date)                                                                                         \
    "\"Dstat 0.8.0 CSV output\"\n\"Author:\",\"Dag Wieers <dag@wieers.com>\",,,,\"URL:\",\"http://x/\"\n"      \
    "\"Host:\",\"node7\",,,,\"User:\",\"root\"\n\"Cmdline:\",\"dstat -tcd -D sda,total\",,,,\"Date:\",\"" date \
    "\"\n\n"

static millis at(int year, int month, int day, int seconds) {
    return (when_days(year, month, day) * 86400 + seconds) * 1000;
}

static void bytes_become_kilobytes_and_the_year_comes_from_the_preamble(void **state) {
    (void)state;
    struct parsed log = parsed_text(PREAMBLE(
        "31 Dec 2023 23:59:58 UTC") "\"system\",\"total cpu usage\",,,,,\"dsk/sda\",,\"dsk/total\",\n"
                                    "\"time\",\"usr\",\"sys\",\"idl\",\"wai\",\"stl\",\"read\",\"writ\",\"read\","
                                    "\"writ\"\n"
                                    "31-12 23:59:58,1,2,97,0,0,99999999,1,99999999,1\n"
                                    "31-12 23:59:59,50.5,9.5,40,0,0,1048576,2048,2097152,4096\n"
                                    "01-01 00:00:00,60,0,40,0,0,0,0,0,0\n01-01 00:00:01,70,0,3");
    assert_string_equal(log.source->format, "dstat-csv");
    assert_string_equal(log.source->tool_version, "0.8.0");
    assert_string_equal(log.source->host, "node7");
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(log.source->reports, 3);
    assert_int_equal(log.source->since_boot_reports, 1);
    assert_float_equal(parsed_value(&log, "sda", "rkB/s", 0), 1024, 0);
    assert_float_equal(parsed_value(&log, "sda", "wkB/s", 0), 2, 0);
    assert_float_equal(parsed_value(&log, "host", "bi", 0), 2048, 0);
    assert_float_equal(parsed_value(&log, "cpu", "%usr", 0), 50.5, 0);
    assert_int_equal(source_find(log.source, "cpu")->time[0], at(2023, 12, 31, 86399));
    assert_int_equal(source_find(log.source, "cpu")->time[1], at(2024, 1, 1, 0));
    assert_float_equal(source_find(log.source, "cpu")->interval[1], 1, 0);
    assert_true(parsed_problem(&log, "ends in this line"));
    parsed_free(&log);
}

static void a_zone_word_is_no_offset(void **state) {
    (void)state;
    struct parsed log = parsed_text(PREAMBLE(
        "05 Aug 2019 14:46:20 CST") "\"system\",\"net/eth0\",,\"net/total\",\n"
                                    "\"time\",\"recv\",\"send\",\"recv\",\"send\"\n05-08 14:46:20,1,1,1,1\n"
                                    "05-08 14:46:21,2048,1024,4096,1024\n");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_string_equal(log.source->zone, "CST");
    assert_float_equal(parsed_value(&log, "eth0", "rxkB/s", 0), 2, 0);
    // The total would count each interface again.
    assert_int_equal(parsed_rows(&log, "total"), 0);
    parsed_free(&log);
}

static void an_appended_run_begins_with_its_own_boot_row(void **state) {
    (void)state;
#define RUN(date)                                       \
    PREAMBLE(date)                                      \
    "\"system\",\"paging\",\n\"time\",\"in\",\"out\"\n" \
    "05-08 14:46:20,99,99\n05-08 14:46:21,1024,0\n"
    struct parsed log = parsed_text(RUN("05 Aug 2019 14:46:20 UTC") RUN("05 Aug 2020 14:46:20 UTC"));
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_int_equal(source_find(log.source, "host")->time[1], at(2020, 8, 5, 14 * 3600 + 46 * 60 + 21));
    assert_float_equal(parsed_value(&log, "host", "si", 1), 1, 0);
    assert_int_equal(parsed_events(&log, EVENT_RUN_START), 1);
    parsed_free(&log);
}

static void pcp_dstat_counts_kilobytes(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "\"pcp-dstat 6.0.3 CSV output\"\n\"Host:\",\"n\"\n"
        "\"Cmdline:\",\"pcp-dstat -d\",,,,\"Date:\",\"05 Aug 2019 14:46:20 UTC\"\n"
        "\"system\",\"dsk/sda\",\n\"time\",\"dsk/sda:read\",\"dsk/sda:writ\"\n"
        "05-08 14:46:20,,\n05-08 14:46:21,16,8\n");
    assert_int_equal(log.source->since_boot_reports, 0);
    assert_float_equal(parsed_value(&log, "sda", "rkB/s", 0), 16, 0);
    assert_int_equal(parsed_rows(&log, "sda"), 1);
    parsed_free(&log);
}

static void network_of_pcp_dstat_is_in_bytes(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "\"pcp-dstat 5.0.3 CSV Output\"\n\"Host:\",\"n\"\n"
        "\"Cmdline:\",\"pcp-dstat -cdn\",,,,\"Date:\",\"05 Aug 2019 14:46:20 UTC\"\n"
        "\"epoch\",\"total usage\",,\"dsk/total\",,\"net/total\",\n"
        "\"epoch\",\"total usage:usr\",\"total usage:idl\",\"dsk/total:read\",\"dsk/total:writ\",\"net/total:recv\","
        "\"net/total:send\"\n1565016380,,,,,,\n1565016381,5,95,64,8,2048,1024\n");
    assert_string_equal(log.source->tool_version, "5.0.3");
    assert_float_equal(parsed_value(&log, "cpu", "%idle", 0), 95, 0);
    assert_float_equal(parsed_value(&log, "host", "bi", 0), 64, 0);
    assert_float_equal(parsed_value(&log, "total", "rxkB/s", 0), 2, 0);
    parsed_free(&log);
}

// The names have the device in them as soon as there are several: bytes all the same.
static void several_disks_of_dstat_are_in_bytes(void **state) {
    (void)state;
    struct parsed log = parsed_text(PREAMBLE(
        "05 Aug 2019 14:46:20 UTC") "\"system\",\"dsk/sda\",,\"dsk/sdb\",\n"
                                    "\"time\",\"dsk/sda:read\",\"dsk/sda:writ\",\"dsk/sdb:read\","
                                    "\"dsk/sdb:writ\"\n"
                                    "05-08 14:46:20,99,99,99,99\n"
                                    "05-08 14:46:21,1048576,2048,4096,0\n");
    assert_int_equal(log.source->since_boot_reports, 1);
    assert_int_equal(parsed_rows(&log, "sda"), 1);
    assert_float_equal(parsed_value(&log, "sda", "rkB/s", 0), 1024, 0);
    assert_float_equal(parsed_value(&log, "sdb", "rkB/s", 0), 4, 0);
    parsed_free(&log);
}

// The second run writes its preamble without the line that names the tool.
static void a_run_appended_to_the_file_begins_with_the_host(void **state) {
    (void)state;
    struct parsed log = parsed_text(PREAMBLE(
        "05 Aug 2019 14:46:20 UTC") "\"system\",\"paging\",\n\"time\",\"in\",\"out\"\n"
                                    "05-08 14:46:20,99,99\n05-08 14:46:21,1024,0\n\n\n"
                                    "\"Host:\",\"node7\",,,,\"User:\",\"root\"\n"
                                    "\"Cmdline:\",\"dstat -tg\",,,,\"Date:\",\"06 Aug 2020 10:00:00 UTC\"\n"
                                    "\"system\",\"paging\",\n\"time\",\"in\",\"out\"\n"
                                    "06-08 10:00:00,99,99\n06-08 10:00:01,2048,0\n");
    assert_int_equal(log.source->since_boot_reports, 2);
    assert_int_equal(parsed_events(&log, EVENT_RUN_START), 1);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_int_equal(source_find(log.source, "host")->time[1], at(2020, 8, 6, 10 * 3600 + 1));
    parsed_free(&log);
}

static void dool_prints_the_name_of_the_month(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "\"dool 1.3.2 CSV output\"\n\"Author:\",\"Scott Baker\",,,,\"URL:\",\"http://x/\"\n"
        "\"Host:\",\"node7\",,,,\"User:\",\"root\"\n"
        "\"Cmdline:\",\"/usr/bin/dool -tdm\",,,,\"Date:\",\"31 Dec 2023 23:59:58 UTC\"\n"
        "\"system\",\"dsk/total\",,\"memory usage\",,,\n"
        "\"time\",\"read\",\"writ\",\"used\",\"free\",\"cach\",\"avai\"\n"
        "Dec-31 23:59:58,99,99,1024,1024,1024,1024\nDec-31 23:59:59,1048576,0,1024,2048,3072,4096\n"
        "Jan-01 00:00:00,2097152,0,1024,2048,3072,4096\n");
    assert_string_equal(log.source->format, "dstat-csv");
    assert_string_equal(log.source->tool_version, "1.3.2");
    assert_int_equal(log.source->skipped_lines, 0);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_float_equal(parsed_value(&log, "host", "bi", 0), 128, 0);
    assert_float_equal(parsed_value(&log, "host", "mem.available", 0), 4, 0);
    assert_int_equal(source_find(log.source, "host")->time[1], at(2024, 1, 1, 0));
    parsed_free(&log);
}

static double first_of_dool(const char *version, const char *options, const char *words) {
    char text[400];
    snprintf(text, sizeof text,
             "\"dool %s CSV output\"\n\"Host:\",\"node7\",,,,\"User:\",\"root\"\n"
             "\"Cmdline:\",\"dool -n%s\",,,,\"Date:\",\"31 Dec 2023 23:59:58 UTC\"\n"
             "\"epoch\",\"net/total\",\n\"epoch\",\"recv\",\"send\"\n1703000000,1,1\n1703000001,8192,0\n",
             version, options);
    struct parsed log = parsed_text(text);
    double value = parsed_value(&log, "total", "rxkB/s", 0);
    assert_int_equal(parsed_problem(&log, "in bits"), words[0] != '\0');
    assert_true(parsed_problem(&log, words) || words[0] == '\0');
    parsed_free(&log);
    return value;
}

static void the_version_of_dool_tells_whether_it_writes_bits(void **state) {
    (void)state;
    assert_float_equal(first_of_dool("1.2.0", " --bits", ""), 8, 0);
    assert_float_equal(first_of_dool("1.3.1", "", "may count dsk and net in bits"), 8, 0);
    assert_float_equal(first_of_dool("1.3.1", " --bytes", ""), 8, 0);
    assert_float_equal(first_of_dool("1.3.4", "", "where it is not asked for --bytes"), 1, 0);
    assert_float_equal(first_of_dool("1.3.4", " --dstat", ""), 8, 0);
}

static void the_screen_of_dool_is_drawn(void **state) {
    (void)state;
#define BAR "\xe2\x94\x82"
#define DASH "\xe2\x94\x84"
    const char text[] = DASH DASH DASH DASH DASH "system" DASH DASH DASH DASH "\xe2\x94\xac" DASH "total" DASH
                                                 "cpu" DASH "usage" DASH "\xe2\x94\xbc" DASH "dsk/sda" DASH
                                                 "\n"
                                                 "     time      " BAR "usr sys idl wai stl" BAR
                                                 " read  writ\n"
                                                 "Nov-23 11:54:55" BAR " 46  14  40   0   0" BAR
                                                 "  55M   17M\n"
                                                 "Nov-23 11:54:56" BAR " 10  14  76   0   0" BAR "  64M    0 \n";
    struct parsed log = parsed_bytes(text, sizeof text - 1, at(2026, 11, 24, 0));
    assert_string_equal(log.source->format, "dstat-text");
    assert_int_equal(source_find(log.source, "cpu")->time[0], at(2026, 11, 23, 11 * 3600 + 54 * 60 + 56));
    assert_float_equal(parsed_value(&log, "cpu", "%usr", 0), 10, 0);
    assert_float_equal(parsed_value(&log, "sda", "rkB/s", 0), 65536, 0);
    assert_int_equal(log.source->skipped_lines, 0);
    parsed_free(&log);
#undef BAR
#undef DASH
}

#define SCREEN                                                                             \
    "----system---- --total-cpu-usage-- --dsk/sda-- -dsk/total- --io/sda--- ---system--\n" \
    "     time     |usr sys idl wai stl| read  writ: read  writ| read  writ| int   csw \n"

static void the_screen_has_suffixes_and_blank_groups(void **state) {
    (void)state;
    const char text[] = SCREEN
        "23-11 11:54:55| 46  14  40   0   0|  55M   17M:  55M   17M| 575  88.0 |1653  6129 \n"
        "23-11 11:54:57| 98   2   0   0   0|  55M    0 :  56M 2048B|1.50     0 | 12k   35k\n" SCREEN
        "23-11 11:54:59|                   |           :           |           |          \n";
    struct parsed log = parsed_bytes(text, sizeof text - 1, at(2026, 11, 24, 0));
    assert_string_equal(log.source->format, "dstat-text");
    assert_int_equal(log.source->reports, 3);
    assert_int_equal(log.source->since_boot_reports, 1);
    assert_float_equal(parsed_value(&log, "sda", "rkB/s", 0), 55 * 1024, 0);
    assert_float_equal(parsed_value(&log, "sda", "r/s", 0), 1.5, 0);
    assert_float_equal(parsed_value(&log, "host", "bo", 0), 2, 0);
    assert_float_equal(parsed_value(&log, "host", "cs", 0), 35000, 0);
    assert_int_equal(parsed_rows(&log, "sda"), 1);
    assert_int_equal(source_find(log.source, "sda")->time[0], at(2026, 11, 23, 11 * 3600 + 54 * 60 + 57));
    assert_int_equal(log.source->skipped_lines, 0);
    assert_true(log.source->year_assumed);
    parsed_free(&log);
}

static void rows_above_the_first_cell_of_bits_count_bits_too(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "-dsk/total- -net/total- ---paging--\n read  writ| recv  send|  in   out \n"
        "  57M   10M|   0     0 |   0     0 \n  10k   12M|   0    16k|   0    16k\n"
        " 480b    0 |   0   9999k|   0  1024B\n");
    assert_float_equal(parsed_value(&log, "host", "bi", 0), 10e3 / 8192, 1e-9);
    assert_float_equal(parsed_value(&log, "host", "bo", 0), 12e6 / 8192, 1e-9);
    assert_float_equal(parsed_value(&log, "total", "txkB/s", 0), 16e3 / 8192, 1e-9);
    assert_float_equal(parsed_value(&log, "total", "txkB/s", 1), 9999e3 / 8192, 1e-9);
    assert_float_equal(parsed_value(&log, "host", "bi", 1), 480.0 / 8192, 1e-9);
    assert_float_equal(parsed_value(&log, "host", "so", 0), 16, 0);
    assert_float_equal(parsed_value(&log, "host", "so", 1), 1, 0);
    assert_true(parsed_problem(&log, "count bits here"));
    parsed_free(&log);
}

static void dool_without_a_cell_of_bits_or_bytes_leaves_it_open(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "----system---- -net/total-\n     time     | recv  send\n"
        "Mar-14 10:20:00|  57M   10M\nMar-14 10:20:01|  10k   12M\n");
    assert_float_equal(parsed_value(&log, "total", "rxkB/s", 0), 10, 0);
    assert_true(parsed_problem(&log, "dool may count dsk and net in bits"));
    parsed_free(&log);
}

static void without_times_the_order_is_left(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "--total-cpu-usage-- -dsk/total-\nusr sys idl wai stl| read  writ\n"
        " 46  14  40   0   0|  55M   17M\n  6   4  90   0   0| 512k    0 \n"
        "  7   4  90   0   0| 513k    0 \n");
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(parsed_rows(&log, "host"), 2);
    assert_float_equal(parsed_value(&log, "host", "bi", 1), 513, 0);
    assert_true(parsed_problem(&log, "no time"));
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_kilobytes_and_the_year_comes_from_the_preamble),
        cmocka_unit_test(a_zone_word_is_no_offset),
        cmocka_unit_test(an_appended_run_begins_with_its_own_boot_row),
        cmocka_unit_test(pcp_dstat_counts_kilobytes),
        cmocka_unit_test(network_of_pcp_dstat_is_in_bytes),
        cmocka_unit_test(several_disks_of_dstat_are_in_bytes),
        cmocka_unit_test(a_run_appended_to_the_file_begins_with_the_host),
        cmocka_unit_test(dool_prints_the_name_of_the_month),
        cmocka_unit_test(the_version_of_dool_tells_whether_it_writes_bits),
        cmocka_unit_test(the_screen_of_dool_is_drawn),
        cmocka_unit_test(the_screen_has_suffixes_and_blank_groups),
        cmocka_unit_test(rows_above_the_first_cell_of_bits_count_bits_too),
        cmocka_unit_test(dool_without_a_cell_of_bits_or_bytes_leaves_it_open),
        cmocka_unit_test(without_times_the_order_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

// 2024-05-20 10:00:00 UTC
static const millis ten = INT64_C(1716199200000);

static void a_table_after_another_under_its_own_header(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle\n"
        "node7;-1;2024-05-20 09:59:00 UTC;LINUX-RESTART\t(4 CPU)\n"
        "node7;60;2024-05-20 10:00:00 UTC;-1;96.50;0.00;3.50;0.00;0.00;0.00\n"
        "node7;60;2024-05-20 10:00:00 UTC;2;97,50;0.00;3.50;0.00;0.00;0.00\n"
        "# hostname;interval;timestamp;DEV;tps;rkB/s;wkB/s;dkB/s;areq-sz;aqu-sz;await;%util\n"
        "node7;60;2024-05-20 10:00:00 UTC;sda;400.00;51200.00;8.00;0.00;128.02;31.00;77.50;99.80\n"
        "# hostname;interval;timestamp;INTR;intr/s\nnode7;60;2024-05-20 10:00:00 UTC;sum;400.00\n"
        "# hostname;interval;timestamp;pswpin/s;pswpout/s\nnode7;60;2024-05-20 10:00:00 UTC;7.00;8.00\n"
        "node7;60;2024-05-20 10:01:00 UTC;9.00;");
    assert_string_equal(log.source->format, "sadf-csv");
    assert_string_equal(log.source->host, "node7");
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(log.source->reports, 1);
    assert_float_equal(parsed_value(&log, "cpu", "%user", 0), 96.5, 0);
    assert_float_equal(parsed_value(&log, "cpu2", "%user", 0), 97.5, 0);
    assert_float_equal(parsed_value(&log, "sda", "await", 0), 77.5, 0);
    assert_float_equal(parsed_value(&log, "host", "pswpin/s", 0), 7, 0);
    assert_int_equal(source_find(log.source, "sda")->time[0], ten);
    assert_float_equal(source_find(log.source, "sda")->interval[0], 60, 0);
    assert_int_equal(parsed_event(&log, EVENT_REBOOT, 0)->time, ten - 60000);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

static void all_devices_in_one_line(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "# hostname;interval;timestamp;DEV;tps;rkB/s;%util[...]\n"
        "n;2;1716199200;sda;1.00;2.00;3.00;sdb;4.00;5.00;6.00\n"
        "n;2;1716199202;sda;1.00;2.00;3.00;sdb;4.00;5.00\n");
    assert_int_equal(log.source->clock, CLOCK_EPOCH);
    assert_float_equal(parsed_value(&log, "sda", "%util", 0), 3, 0);
    assert_float_equal(parsed_value(&log, "sdb", "rkB/s", 0), 5, 0);
    assert_int_equal(source_find(log.source, "sdb")->row_count, 1);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

static void one_value_a_line(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "n\t2\t2024-05-20 10:00:00\tall\t%user\t12.50\nn\t2\t2024-05-20 10:00:00\tcpu3\t%idle\t80.00\n"
        "n\t2\t2024-05-20 10:00:00\tsda\trd_sec/s\t200.00\nn\t2\t2024-05-20 10:00:00\tsda\tawait\t7.00\n"
        "n\t2\t2024-05-20 10:00:00\teth0\trxkB/s\t9.00\nn\t2\t2024-05-20 10:00:00\t-\tpswpin/s\t3.00\n"
        "n\t2\t2024-05-20 10:00:02\tsda\tawait\t8.00\n");
    assert_string_equal(log.source->format, "sadf-tsv");
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_int_equal(log.source->reports, 2);
    assert_float_equal(parsed_value(&log, "cpu", "%user", 0), 12.5, 0);
    assert_float_equal(parsed_value(&log, "cpu3", "%idle", 0), 80, 0);
    assert_float_equal(parsed_value(&log, "sda", "rkB/s", 0), 100, 0);
    assert_float_equal(parsed_value(&log, "sda", "await", 0), 7, 0);
    assert_float_equal(parsed_value(&log, "sda", "await", 1), 8, 0);
    assert_int_equal(source_find(log.source, "eth0")->entity_kind, ENTITY_NET);
    assert_float_equal(parsed_value(&log, "host", "pswpin/s", 0), 3, 0);
    parsed_free(&log);
}

static void json_record_by_record(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "{\"sysstat\": {\"hosts\": [{\"nodename\": \"node7\", \"number-of-cpus\": 4, \"file-date\": \"2024-05-20\",\n"
        "\"statistics\": [\n"
        "{\"timestamp\": {\"date\": \"2024-05-20\", \"time\": \"10:00:00\", \"utc\": 1, \"interval\": 60},\n"
        "\"cpu-load\": [{\"cpu\": \"all\", \"user\": 50.5, \"idle\": 49.5}],\n"
        "\"disk\": [{\"disk-device\": \"sda\", \"tps\": 1.5, \"rkB\": 100.0, \"areq-sz\": 8.0, \"await\": 7.0,\n"
        "\"util-percent\": 9.0}], \"swap-pages\": {\"pswpin\": 3.0, \"pswpout\": 0.0},\n"
        "\"io\": {\"tps\": 5.0, \"io-reads\": {\"rtps\": 4.0, \"bread\": 8.0}},\n"
        "\"memory\": {\"memfree\": 1000, \"memused-percent\": 75.5, \"inactive\": 5},\n"
        "\"queue\": {\"runq-sz\": 2, \"ldavg-1\": 1.5},\n"
        "\"network\": {\"net-dev\": [{\"iface\": \"eth0\", \"rxkB\": 30.0, \"ifutil-percent\": 1.0}]}},\n"
        "{\"timestamp\": {\"date\": \"2024-05-20\", \"time\": \"10:01:00\", \"utc\": 1, \"interval\": 60},\n"
        "\"cpu-load\": [{\"cpu\": \"all\", \"user\": 51.5, \"idle\": 48.5}]}, {\"timest");
    assert_string_equal(log.source->format, "sadf-json");
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(source_find(log.source, "cpu")->time[0], ten);
    assert_float_equal(parsed_value(&log, "cpu", "%user", 1), 51.5, 0);
    assert_float_equal(parsed_value(&log, "sda", "rkB/s", 0), 100, 0);
    assert_float_equal(parsed_value(&log, "sda", "areq-sz", 0), 8, 0);
    assert_float_equal(parsed_value(&log, "sda", "%util", 0), 9, 0);
    assert_float_equal(parsed_value(&log, "host", "pswpin/s", 0), 3, 0);
    assert_float_equal(parsed_value(&log, "host", "bread/s", 0), 8, 0);
    assert_float_equal(parsed_value(&log, "host", "kbmemfree", 0), 1000, 0);
    assert_float_equal(parsed_value(&log, "host", "kbinact", 0), 5, 0);
    assert_float_equal(parsed_value(&log, "host", "%memused", 0), 75.5, 0);
    assert_float_equal(parsed_value(&log, "host", "runq-sz", 0), 2, 0);
    assert_float_equal(parsed_value(&log, "eth0", "rxkB/s", 0), 30, 0);
    assert_float_equal(parsed_value(&log, "eth0", "%ifutil", 0), 1, 0);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_after_another_under_its_own_header),
        cmocka_unit_test(all_devices_in_one_line),
        cmocka_unit_test(one_value_a_line),
        cmocka_unit_test(json_record_by_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

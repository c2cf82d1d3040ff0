#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

#define HEAD(device, exit)                                                                                      \
    "{\"json_format_version\": [1, 0],\n \"smartctl\": {\"version\": [7, 3], \"argv\": [\"smartctl\", \"-j\", " \
    "\"-x\", \"/dev/" device "\"], \"exit_status\": " exit "},\n"

#define ATA(time, count)                                                                                              \
    HEAD("sda", "216")                                                                                                \
    "\"local_time\": {\"time_t\": " time                                                                              \
    ", \"asctime\": \"Mon Nov 10 02:37:28 2025 CST\"},\n"                                                             \
    "\"device\": {\"name\": \"/dev/sda\", \"info_name\": \"/dev/sda [SAT]\", \"type\": \"sat\", \"protocol\": "       \
    "\"ATA\"},\n"                                                                                                     \
    "\"model_name\": \"MAKER DISK\", \"serial_number\": \"AAAA1\", \"rotation_rate\": 7200,\n"                        \
    "\"interface_speed\": {\"max\": {\"string\": \"6.0 Gb/s\"}, \"current\": {\"string\": \"3.0 Gb/s\"}},\n"          \
    "\"smart_status\": {\"passed\": false},\n"                                                                        \
    "\"ata_smart_attributes\": {\"table\": [\n"                                                                       \
    "{\"id\": 5, \"name\": \"Reallocated_Sector_Ct\", \"value\": 1, \"worst\": 1, \"thresh\": 5, \"when_failed\": "   \
    "\"now\","                                                                                                        \
    " \"raw\": {\"value\": " count ", \"string\": \"" count                                                           \
    "\"}},\n"                                                                                                         \
    "{\"id\": 194, \"name\": \"Temperature_Celsius\", \"value\": 25, \"worst\": 40, \"thresh\": 0, \"when_failed\": " \
    "\"\","                                                                                                           \
    " \"raw\": {\"value\": 167504969753, \"string\": \"25 (Min/Max 19/39)\"}},\n"                                     \
    "{\"id\": 190, \"name\": \"Airflow_Temperature_Cel\", \"value\": 60, \"worst\": 40, \"thresh\": 45, "             \
    "\"when_failed\": \"past\","                                                                                      \
    " \"raw\": {\"value\": 40}}\n"                                                                                    \
    "]},\n\"ata_smart_error_log\": {\"extended\": {\"count\": 18}}}\n"

static void an_ata_document(void **state) {
    (void)state;
    struct parsed log = parsed_text(ATA("1762713448", "1975"));
    assert_string_equal(log.source->format, "smartctl-json");
    assert_string_equal(log.source->tool_version, "7.3");
    assert_int_equal(log.source->clock, CLOCK_EPOCH);
    assert_int_equal(log.source->first, INT64_C(1762713448000));
    assert_float_equal(parsed_value(&log, "sda", "Reallocated_Sector_Ct", 0), 1975, 0);
    // The string is what people see; the number packs three of them.
    assert_float_equal(parsed_value(&log, "sda", "Temperature_Celsius", 0), 25, 0);
    assert_float_equal(parsed_value(&log, "sda", "Airflow_Temperature_Cel", 0), 40, 0);
    assert_float_equal(parsed_value(&log, "sda", "ATA Error Count", 0), 18, 0);
    assert_string_equal(source_fact_value(log.source, "sda", "health"), "FAILED");
    assert_string_equal(source_fact_value(log.source, "sda", "link.current"), "3.0 Gb/s");
    assert_string_equal(source_fact_value(log.source, "sda", "when_failed:Reallocated_Sector_Ct"), "FAILING_NOW");
    assert_string_equal(source_fact_value(log.source, "sda", "when_failed:Airflow_Temperature_Cel"), "In_the_past");
    assert_string_equal(source_fact_value(log.source, "sda", "smartctl.exit_status"), "216");
    // One for the attribute, one for the verdict.
    assert_int_equal(parsed_events(&log, EVENT_SMART_FAILED), 2);
    parsed_free(&log);
}

static void documents_after_each_other_are_snapshots(void **state) {
    (void)state;
    struct parsed log = parsed_text(ATA("1762713448", "1") ATA("1762717048", "4"));
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(parsed_rows(&log, "sda"), 2);
    assert_float_equal(parsed_value(&log, "sda", "Reallocated_Sector_Ct", 1), 4, 0);
    assert_int_equal(source_find(log.source, "sda")->line[1], 14);
    assert_int_equal(log.source->last - log.source->first, 3600000);
    parsed_free(&log);
}

static void nvme_and_scsi(void **state) {
    (void)state;
    struct parsed log = parsed_text(HEAD(
        "nvme0",
        "8") "\"device\": {\"name\": \"/dev/nvme0\", \"protocol\": \"NVMe\"}, \"serial_number\": \"REDACTED\",\n"
             "\"local_time\": {\"time_t\": 1234567890, \"asctime\": \"Fri Feb 13 23:31:30 2009 UTC\"},\n"
             "\"smart_status\": {\"passed\": false, \"nvme\": {\"value\": 16, \"volatile_memory_backup_failed\": true, "
             "\"other\": 0}},\n"
             "\"nvme_smart_health_information_log\": {\"critical_warning\": 16, \"temperature\": 40, "
             "\"available_spare\": 100, \"media_errors\": 7}}\n" HEAD(
                 "sdb", "0") "\"device\": {\"name\": \"/dev/sdb\", \"protocol\": \"SCSI\"}, \"vendor\": \"MAKER\", "
                             "\"product\": \"SAS900\",\n"
                             "\"scsi_grown_defect_list\": 260, \"power_on_time\": {\"hours\": 102880},\n"
                             "\"scsi_error_counter_log\": {\"read\": {\"gigabytes_processed\": \"11523.849\", "
                             "\"total_uncorrected_errors\": 1}}}\n");
    assert_float_equal(parsed_value(&log, "nvme0", "Critical Warning", 0), 16, 0);
    assert_float_equal(parsed_value(&log, "nvme0", "Media and Data Integrity Errors", 0), 7, 0);
    assert_true(isnan(parsed_value(&log, "nvme0", "Percentage Used", 0)));
    assert_string_equal(source_fact_value(log.source, "nvme0", "health.reason"), "volatile_memory_backup_failed");
    assert_null(source_fact_value(log.source, "nvme0", "serial"));
    assert_float_equal(parsed_value(&log, "sdb", "Elements in grown defect list", 0), 260, 0);
    assert_float_equal(parsed_value(&log, "sdb", "read.uncorrected", 0), 1, 0);
    assert_string_equal(source_fact_value(log.source, "sdb", "model"), "MAKER SAS900");
    // No verdict is no verdict.
    assert_string_equal(source_fact_value(log.source, "sdb", "health"), "UNKNOWN");
    // The filler of published samples is no time.
    assert_int_equal(log.source->clock, CLOCK_NONE);
    parsed_free(&log);
}

static void the_logs_of_an_ata_disk(void **state) {
    (void)state;
    struct parsed log = parsed_text(HEAD(
        "sda", "0") "\"device\": {\"name\": \"/dev/sda\", \"protocol\": \"ATA\"},\n"
                    "\"ata_pending_defects_log\": {\"count\": 3, \"table\": [{\"lba\": 880080}, {\"lba\": "
                    "880087}, {\"lba\": 880088}]},\n"
                    "\"ata_smart_self_test_log\": {\"extended\": {\"count\": 9, \"error_count_total\": 3, "
                    "\"error_count_outdated\": 2}}}\n" HEAD(
                        "sdb", "0") "\"device\": {\"name\": \"/dev/sdb\", \"protocol\": \"ATA\"},\n"
                                    "\"ata_pending_defects_log\": {\"count\": 40, \"table\": [{\"lba\": 7}]}}\n");
    // Two blocks of one sector and one of the next.
    assert_float_equal(parsed_value(&log, "sda", "Pending Defects", 0), 2, 0);
    assert_float_equal(parsed_value(&log, "sda", "Self-test Failures", 0), 1, 0);
    // Only the first of forty is listed.
    assert_float_equal(parsed_value(&log, "sdb", "Pending Defects", 0), 40, 0);
    parsed_free(&log);
}

static void a_refusal(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "{\"smartctl\": {\"version\": [7, 2], \"argv\": [\"smartctl\", \"-x\", \"--json\", \"/dev/sdb\"],\n"
        "\"messages\": [{\"string\": \"Smartctl open device: /dev/sdb [SAT] failed: Permission denied\", \"severity\": "
        "\"error\"}],\n"
        "\"exit_status\": 2}}");
    const struct event *event = parsed_event(&log, EVENT_SMART_UNREADABLE, 0);
    assert_non_null(event);
    assert_string_equal(event->entity, "sdb");
    assert_non_null(strstr(event->text, "root"));
    assert_int_equal(log.source->samples, 0);
    parsed_free(&log);
}

static void exit_status_4_is_no_fault(void **state) {
    (void)state;
    struct parsed log = parsed_text(HEAD(
        "sdb",
        "4") "\"device\": {\"name\": \"/dev/sdb\", \"protocol\": \"ATA\"}, \"smart_status\": {\"passed\": true},\n"
             "\"ata_smart_attributes\": {\"table\": [{\"id\": 5, \"name\": \"Reallocated_Sector_Ct\", \"raw\": "
             "{\"string\": \"0\"}}]}}");
    assert_int_equal(log.source->event_count, 0);
    assert_float_equal(parsed_value(&log, "sdb", "Reallocated_Sector_Ct", 0), 0, 0);
    assert_true(isnan(parsed_value(&log, "sdb", "Reallocated_Sector_Ct.value", 0)));
    parsed_free(&log);
}

static void broken_documents_are_named_and_the_next_is_read(void **state) {
    (void)state;
    struct parsed log =
        parsed_text("{\"smartctl\": {\"version\": [7, 2],\n  \"exit_status\": 0,,\n}}\n" ATA("1762713448", "7"));
    assert_float_equal(parsed_value(&log, "sda", "Reallocated_Sector_Ct", 0), 7, 0);
    assert_true(parsed_problem(&log, "not valid JSON at column"));
    assert_int_equal(log.source->problems[0].line, 2);
    parsed_free(&log);
    // Cut in the middle: nothing is read, and the file says so.
    const char *whole = ATA("1762713448", "7");
    log = parsed_bytes(whole, 600, MILLIS_NONE);
    assert_string_equal(log.source->format, "smartctl-json");
    assert_true(log.source->refused);
    assert_int_equal(log.source->table_count, 0);
    parsed_free(&log);
}

static void other_documents_are_left_alone(void **state) {
    (void)state;
    struct parsed log = parsed_text("{\"sysstat\": {\"hosts\": []}}");
    assert_true(log.source->format == NULL || strcmp(log.source->format, "smartctl-json") != 0);
    parsed_free(&log);
}

static void the_attribute_log_of_smartd(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2018-11-14 15:08:16;\t1;100;0;\t3;134;21494366475;\t5;100;2;\t9;99;11588;\t194;171;180389150755;\t\n"
        "2018-11-14 15:38:22;\t1;100;0;\t3;134;21494366475;\t5;100;3;\t9;99;11589;\t194;166;180389150756;\t\n"
        "2018-11-14 16:08:17;\t1;100;0;\t3;13\n");
    assert_string_equal(log.source->format, "smartd-attrlog");
    assert_int_equal(parsed_rows(&log, "disk0"), 3);
    assert_float_equal(parsed_value(&log, "disk0", "Reallocated_Sector_Ct", 1), 3, 0);
    assert_float_equal(parsed_value(&log, "disk0", "Temperature_Celsius", 0), 35, 0);
    assert_float_equal(parsed_value(&log, "disk0", "Spin_Up_Time", 0), 267, 0);
    assert_true(isnan(parsed_value(&log, "disk0", "Reallocated_Sector_Ct", 2)));
    assert_true(parsed_problem(&log, "cut or damaged"));
    assert_float_equal(log.source->cadence, 1800.5, 10);
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ata_document),
        cmocka_unit_test(documents_after_each_other_are_snapshots),
        cmocka_unit_test(nvme_and_scsi),
        cmocka_unit_test(the_logs_of_an_ata_disk),
        cmocka_unit_test(a_refusal),
        cmocka_unit_test(exit_status_4_is_no_fault),
        cmocka_unit_test(broken_documents_are_named_and_the_next_is_read),
        cmocka_unit_test(other_documents_are_left_alone),
        cmocka_unit_test(the_attribute_log_of_smartd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

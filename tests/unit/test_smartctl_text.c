#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

#define BANNER                                                           \
    "smartctl 7.3 2022-02-28 r5338 [x86_64-linux-6.1.0] (local build)\n" \
    "Copyright (C) 2002-22, Bruce Allen, Christian Franke, www.smartmontools.org\n\n"

#define CLASSIC "ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE\n"

static void three_layouts_of_the_table(void **state) {
    (void)state;
    static const char *const pages[] = {
        BANNER CLASSIC
        "  5 Reallocated_Sector_Ct   0x0033   089   088   010    Pre-fail  Always   FAILING_NOW 13648\n"
        "  9 Power_On_Hours          0x0032   097   096   000    Old_age   Always       -       2654 (41 65535)\n",
        BANNER
        "ID# ATTRIBUTE_NAME          FLAGS    VALUE WORST THRESH FAIL RAW_VALUE\n"
        "  5 Reallocated_Sector_Ct   PO--CK   089   088   010    NOW  13648\n"
        "  9 Power_On_Hours          -O--CK+  097   096   000    -    2654h+11m+18.810s\n",
        "smartctl version 5.0-24 Copyright (C) 2002 Bruce Allen\n"
        "ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE     WHEN_FAILED RAW_VALUE\n"
        "  5 Reallocated_Sector_Ct   0x0033   089   088   010    Pre-fail FAILING_NOW 13648\n"
        "  9 Power_On_Hours          0x0012   097   096   000    Old_age      -       2654\n",
        BANNER
        "ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE\n"
        "0x05 Reallocated_Sector_Ct   0x0033   0x59   0x58   0x0a    Pre-fail  Always   FAILING_NOW 0x3550\n"
        "0x09 Power_On_Hours          0x0032   0x61   0x60   ----    Old_age   Always       -       2654\n",
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct parsed log = parsed_text(pages[i]);
        assert_string_equal(log.source->format, "smartctl-text");
        assert_int_equal(parsed_rows(&log, "disk0"), 1);
        assert_float_equal(parsed_value(&log, "disk0", "Reallocated_Sector_Ct", 0), 13648, 0);
        assert_float_equal(parsed_value(&log, "disk0", "Reallocated_Sector_Ct.value", 0), 89, 0);
        assert_float_equal(parsed_value(&log, "disk0", "Reallocated_Sector_Ct.worst", 0), 88, 0);
        assert_float_equal(parsed_value(&log, "disk0", "Reallocated_Sector_Ct.thresh", 0), 10, 0);
        assert_float_equal(parsed_value(&log, "disk0", "Power_On_Hours", 0), 2654, 0);
        assert_int_equal(parsed_events(&log, EVENT_SMART_FAILED), 1);
        assert_string_equal(source_fact_value(log.source, "disk0", "when_failed:Reallocated_Sector_Ct"), "FAILING_NOW");
        parsed_free(&log);
    }
}

static void an_unknown_layout_is_named_not_guessed(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER
                    "ID# ATTRIBUTE_NAME          FLAG     WORST VALUE THRESH TYPE      UPDATED  RAW_VALUE\n"
                    "  5 Reallocated_Sector_Ct   0x0033   089   088   010    Pre-fail  Always       -       7\n");
    assert_true(isnan(parsed_value(&log, "disk0", "Reallocated_Sector_Ct", 0)));
    assert_true(parsed_problem(&log, "WORST VALUE THRESH"));
    parsed_free(&log);
}

static void raw_values_in_their_shapes(void **state) {
    (void)state;
    static const struct {
        const char *row, *name;
        double raw;
    } cases[] = {
        {"194 Temperature_Celsius     0x0022   064   060   000    Old_age   Always       -       36 (Min/Max -21/45)",
         "Temperature_Celsius", 36},
        {"190 Airflow_Temperature_Cel 0x0022   064   060   000    Old_age   Always       -       -11 (Min/Max -11/44)",
         "Airflow_Temperature_Cel", -11},
        {"  1 Raw_Read_Error_Rate     0x0032   100   100   050    Old_age   Always       -       2/66714750",
         "Raw_Read_Error_Rate", 2},
        {"188 Command_Timeout         0x0032   100   099   000    Old_age   Always       -       8 8 42548",
         "Command_Timeout", 8},
        {"188 Command_Timeout         0x0032   100   099   000    Old_age   Always       -       81608507391",
         "Command_Timeout", 19},
        {"240 Head_Flying_Hours       0x0000   100   253   000    Old_age   Offline      -       0x517693943a98",
         "Head_Flying_Hours", 0x517693943a98},
        {"187 Reported_Uncorrect      0x0032   001   001   000    Old_age   Always       -       65535",
         "Reported_Uncorrect", 65535},
        {"197 Current_Pending_Sector  0x0012   100   100   000    Old_age   Always       -       4294967290",
         "Current_Pending_Sector", NAN},
        {"197 Current_Pending_Sector  0x0012   100   100   000    Old_age   Always       -       1179648",
         "Current_Pending_Sector", NAN},
        {" 13 Read_Soft_Error_Rate    0x001e   100   100   000    Old_age   Always       -       281474976710655",
         "Read_Soft_Error_Rate", NAN},
        {"  9 Power_On_Hours          0x0032   000   000   000    Old_age   Always       -       963737",
         "Power_On_Hours", NAN},
        {"231 Temperature_Celsius     0x0022   064   060   000    Old_age   Always       -       168",
         "Temperature_Celsius", NAN},
        {"202 Unknown_SSD_Attribute   0x0022   ---   ---   ---    Old_age   Always       -       3",
         "Unknown_SSD_Attribute_202", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char page[1000];
        snprintf(page, sizeof page, BANNER CLASSIC "%s\n", cases[i].row);
        struct parsed log = parsed_text(page);
        double raw = parsed_value(&log, "disk0", cases[i].name, 0);
        assert_non_null(table_find(source_find(log.source, "disk0"), cases[i].name));
        if (isnan(cases[i].raw)) {
            assert_true(isnan(raw));
            assert_true(parsed_problem(&log, "taken as missing"));
        } else {
            assert_float_equal(raw, cases[i].raw, 0);
        }
        parsed_free(&log);
    }
}

static void names_that_stand_twice_and_names_to_ignore(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER CLASSIC
                    "170 Available_Reservd_Space 0x0033   089   089   010    Pre-fail  Always       -       4\n"
                    "197 Bogus_Current_Pend_Sect 0x0032   100   100   000    Old_age   Always       -       1\n"
                    "232 Available_Reservd_Space 0x0033   088   088   010    Pre-fail  Always       -       5\n");
    assert_float_equal(parsed_value(&log, "disk0", "Available_Reservd_Space", 0), 4, 0);
    assert_float_equal(parsed_value(&log, "disk0", "Available_Reservd_Space_232", 0), 5, 0);
    assert_null(table_find(source_find(log.source, "disk0"), "Bogus_Current_Pend_Sect"));
    assert_int_equal(parsed_rows(&log, "disk0"), 1);
    parsed_free(&log);
}

static void verdicts(void **state) {
    (void)state;
    static const struct {
        const char *line, *health;
        size_t failed;
    } cases[] = {
        {"SMART overall-health self-assessment test result: PASSED", "PASSED", 0},
        {"SMART overall-health self-assessment test result: FAILED!", "FAILED", 1},
        {"SMART overall-health self-assessment test result: UNKNOWN!", "UNKNOWN", 0},
        {"SMART Health Status: OK", "OK", 0},
        {"SMART Health Status: FAILURE PREDICTION THRESHOLD EXCEEDED [asc=5d, ascq=10]", "FAILED", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char page[600];
        snprintf(page, sizeof page, "# smartctl -H /dev/sdq\n" BANNER "=== START OF READ SMART DATA SECTION ===\n%s\n",
                 cases[i].line);
        struct parsed log = parsed_text(page);
        assert_string_equal(source_fact_value(log.source, "sdq", "health"), cases[i].health);
        assert_int_equal(parsed_events(&log, EVENT_SMART_FAILED), cases[i].failed);
        parsed_free(&log);
    }
    // No verdict line is no verdict.
    struct parsed log = parsed_text(
        BANNER CLASSIC "  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       0\n");
    assert_null(source_fact_value(log.source, "disk0", "health"));
    parsed_free(&log);
}

#define MARGINAL                                                                                    \
    "SMART overall-health self-assessment test result: PASSED\n"                                    \
    "Please note the following marginal Attributes:\n" CLASSIC                                      \
    "190 Airflow_Temperature_Cel 0x0022   044   040   045    Old_age   Always   In_the_past 56\n\n" \
    "SMART Attributes Data Structure revision number: 10\n" CLASSIC                                 \
    "  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       3\n"    \
    "190 Airflow_Temperature_Cel 0x0022   044   040   045    Old_age   Always   In_the_past 56\n"

static void a_table_of_marginal_attributes_is_no_new_page(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER MARGINAL);
    assert_int_equal(log.source->reports, 1);
    assert_int_equal(parsed_rows(&log, "disk0"), 1);
    assert_float_equal(parsed_value(&log, "disk0", "Reallocated_Sector_Ct", 0), 3, 0);
    // What failed in the past is noted, and is no failure.
    assert_int_equal(parsed_events(&log, EVENT_SMART_FAILED), 0);
    assert_string_equal(source_fact_value(log.source, "disk0", "when_failed:Airflow_Temperature_Cel"), "In_the_past");
    parsed_free(&log);
}

static void nvme_in_two_locales(void **state) {
    (void)state;
    struct parsed log = parsed_text("$ sudo smartctl -a /dev/nvme0n1\n" BANNER
                                    "=== START OF INFORMATION SECTION ===\n"
                                    "Model Number:                       MAKER NV 1TB\n"
                                    "Serial Number:                      S1234567\n"
                                    "Local Time is:                      Mon Jun 30 10:29:49 2025 -03\n"
                                    "=== START OF SMART DATA SECTION ===\n"
                                    "SMART overall-health self-assessment test result: FAILED!\n"
                                    "- available spare has fallen below threshold\n"
                                    "\n"
                                    "SMART/Health Information (NVMe Log 0x02, NSID 0xffffffff)\n"
                                    "Critical Warning:                   0x0d\n"
                                    "Temperature:                        45 Celsius\n"
                                    "Available Spare:                    1%\n"
                                    "Percentage Used:                    113%\n"
                                    "Data Units Read:                    39,078,842 [20.0 TB]\n"
                                    "Data Units Written:                 1\xe2\x80\xaf"
                                    "506\xe2\x80\xaf"
                                    "179 [771 GB]\n"
                                    "Host Read Commands:                 2.249.582.042\n"
                                    "Power On Hours:                     2 683\n"
                                    "Media and Data Integrity Errors:    7\n"
                                    "Warning  Comp. Temperature Time:    16658\n"
                                    "Thermal Temp. 1 Total Time:         5825\n");
    assert_float_equal(parsed_value(&log, "nvme0n1", "Critical Warning", 0), 13, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "Temperature", 0), 45, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "Percentage Used", 0), 113, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "Data Units Read", 0), 39078842, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "Data Units Written", 0), 1506179, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "Host Read Commands", 0), 2249582042.0, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "Power On Hours", 0), 2683, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "Media and Data Integrity Errors", 0), 7, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "Warning Comp. Temperature Time", 0), 16658, 0);
    assert_float_equal(parsed_value(&log, "nvme0n1", "Thermal Temp. 1 Total Time", 0), 5825, 0);
    assert_string_equal(source_fact_value(log.source, "nvme0n1", "health.reason"),
                        "available spare has fallen below threshold");
    assert_string_equal(source_fact_value(log.source, "nvme0n1", "protocol"), "NVMe");
    // "-03" is an offset, not a word: 10:29:49 is 13:29:49 UTC.
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(log.source->first, INT64_C(1751290189000));
    parsed_free(&log);
}

static void scsi(void **state) {
    (void)state;
    struct parsed log =
        parsed_text("/dev/sdb\n" BANNER
                    "Vendor:               MAKER\n"
                    "Product:              SAS900\n"
                    "Serial number:        ABC12345\n"
                    "SMART Health Status: OK\n"
                    "Percentage used endurance indicator: 4%\n"
                    "Current Drive Temperature:     0 C\n"
                    "Elements in grown defect list: 260\n"
                    "  number of hours powered up = 1668.58\n"
                    "           Errors Corrected by           Total   Correction     Gigabytes    Total\n"
                    "read:      56244        0         2     56246          9      10311,154           3\n"
                    "write:         0        0         0         0          0          0.187           0\n"
                    "Non-medium error count:    10237\n"
                    "  Pending defect count:2 Pending Defects\n");
    assert_float_equal(parsed_value(&log, "sdb", "Elements in grown defect list", 0), 260, 0);
    assert_float_equal(parsed_value(&log, "sdb", "read.uncorrected", 0), 3, 0);
    assert_float_equal(parsed_value(&log, "sdb", "write.uncorrected", 0), 0, 0);
    assert_float_equal(parsed_value(&log, "sdb", "read.corrected", 0), 56246, 0);
    assert_float_equal(parsed_value(&log, "sdb", "Pending defect count", 0), 2, 0);
    assert_float_equal(parsed_value(&log, "sdb", "Power On Hours", 0), 1668.58, 1e-9);
    // 0 C means that the controller does not know.
    assert_true(isnan(parsed_value(&log, "sdb", "Current Drive Temperature", 0)));
    assert_string_equal(source_fact_value(log.source, "sdb", "model"), "MAKER SAS900");
    parsed_free(&log);
}

static void the_logs_of_an_ata_disk(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER
                    "SATA Version is:  SATA 3.1, 6.0 Gb/s (current: 3.0 Gb/s)\n"
                    "SMART Extended Comprehensive Error Log Version: 1 (5 sectors)\n"
                    "Device Error Count: 32964 (device log contains only the most recent 20 errors)\n"
                    "Error 32964 [3] occurred at disk power-on lifetime: 64810 hours (2700 days + 10 hours)\n"
                    "Error 32963 [2] occurred at disk power-on lifetime: 64809 hours (2700 days + 9 hours)\n"
                    "\n"
                    "# 1  Short offline       Completed without error       00%     35090         -\n"
                    "# 2  Extended offline    Completed: read failure       90%     35067         4112332336\n"
                    "# 3  Extended offline    Completed: read failure       90%     34000         4112332336\n"
                    "\n"
                    "SCT Error Recovery Control:\n"
                    "           Read:     70 (7.0 seconds)\n"
                    "          Write: Disabled\n"
                    "\n"
                    "Device Statistics (GP Log 0x04)\n"
                    "0x04  0x008  4               5  ---  Number of Reported Uncorrectable Errors\n"
                    "0x06  0x018  4               -  N--  Number of Interface CRC Errors\n"
                    "\n"
                    "Pending Defects log (GP Log 0x0c)\n"
                    "Index                LBA    Hours\n"
                    "    0          123456789    12345\n"
                    "    1          123456790    12345\n"
                    "\n"
                    "SATA Phy Event Counters (GP Log 0x11)\n"
                    "ID      Size     Value  Description\n"
                    "0x0001  2         1521  Command failed due to ICRC error\n"
                    "0x000a  2        65535+ Device-to-host register FISes sent due to a COMRESET\n");
    assert_string_equal(source_fact_value(log.source, "disk0", "link.max"), "6.0 Gb/s");
    assert_string_equal(source_fact_value(log.source, "disk0", "link.current"), "3.0 Gb/s");
    assert_float_equal(parsed_value(&log, "disk0", "ATA Error Count", 0), 32964, 0);
    assert_float_equal(parsed_value(&log, "disk0", "ATA Error Hour", 0), 64810, 0);
    assert_float_equal(parsed_value(&log, "disk0", "Self-test Failures", 0), 2, 0);
    assert_float_equal(parsed_value(&log, "disk0", "Self-test Failure Hour", 0), 35067, 0);
    assert_string_equal(source_fact_value(log.source, "disk0", "erc.read"), "70 (7.0 seconds)");
    assert_string_equal(source_fact_value(log.source, "disk0", "erc.write"), "Disabled");
    assert_float_equal(parsed_value(&log, "disk0", "Number of Reported Uncorrectable Errors", 0), 5, 0);
    assert_true(isnan(parsed_value(&log, "disk0", "Number of Interface CRC Errors", 0)));
    // Two blocks of one sector.
    assert_float_equal(parsed_value(&log, "disk0", "Pending Defects", 0), 1, 0);
    assert_float_equal(parsed_value(&log, "disk0", "Command failed due to ICRC error", 0), 1521, 0);
    parsed_free(&log);
}

#define PAGE(serial, clock, count)                                                                         \
    BANNER "=== START OF INFORMATION SECTION ===\nDevice Model:     MAKER DISK\nSerial Number:    " serial \
           "\nLocal Time is:    " clock "\n=== START OF READ SMART DATA SECTION ===\n" CLASSIC             \
           "  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       " count "\n"

static void serial_numbers_tell_disks_apart(void **state) {
    (void)state;
    struct parsed log = parsed_text(PAGE("AAAA1", "Mon Mar  2 00:27:28 2020 CST", "1") PAGE(
        "BBBB2", "Mon Mar  2 00:27:29 2020 CST", "50") PAGE("AAAA1", "Mon Mar  2 01:27:28 2020 CST", "3"));
    assert_int_equal(log.source->reports, 3);
    assert_int_equal(parsed_rows(&log, "disk0"), 2);
    assert_int_equal(parsed_rows(&log, "disk1"), 1);
    assert_float_equal(parsed_value(&log, "disk0", "Reallocated_Sector_Ct", 1), 3, 0);
    assert_float_equal(parsed_value(&log, "disk1", "Reallocated_Sector_Ct", 0), 50, 0);
    // A zone word is kept, not converted.
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_string_equal(log.source->zone, "CST");
    assert_int_equal(log.source->last - log.source->first, 3600000);
    parsed_free(&log);
}

static void what_proves_a_name(void **state) {
    (void)state;
    static const struct {
        const char *before, *entity;
    } cases[] = {
        {"# smartctl -a /dev/sda\n", "sda"},
        {"[root@box:/tmp] # sudo smartctl -x -d sat /dev/sdab1\n", "sdab"},
        {"bill@box:~$ smartctl -a -d megaraid,3 /dev/sda\n", "sda[megaraid,3]"},
        {"/dev/nvme1n1\n", "nvme1n1"},
        {"=== /dev/sdc ===\n", "sdc"},
        {"sde\n\n", "sde"},
        {"for d in /dev/sda /dev/sdb; do smartctl -a $d; done\n", "disk0"},
        {"smartctl -x /dev/disk/by-id/ata-MAKER_DISK\n", "disk0"},
        {"see the page below\n", "disk0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char page[1500];
        snprintf(page, sizeof page, "%s" PAGE("AAAA1", "--", "1"), cases[i].before);
        struct parsed log = parsed_text(page);
        assert_int_equal(parsed_rows(&log, cases[i].entity), 1);
        assert_int_equal(log.source->table_count, 1);
        // A clock that cannot be read does not cost the page.
        assert_true(parsed_problem(&log, "the clock of this page is not readable"));
        parsed_free(&log);
    }
}

#define ROW(id, name, raw) id " " name "   0x0033   100   100   010    Pre-fail  Always       -       " raw "\n"
#define FILTERED(five, hours, pending)        \
    ROW("  5", "Reallocated_Sector_Ct", five) \
    ROW("  9", "Power_On_Hours", hours) ROW("197", "Current_Pending_Sector", pending)

static void filtered_rows_between_dates_are_snapshots(void **state) {
    (void)state;
    struct parsed log = parsed_text("Fri Aug  2 18:39:19 UTC 2024\n" FILTERED("5", "31433", "0") FILTERED(
        "0", "100", "0") "Fri Aug  2 19:39:15 UTC 2024\n" FILTERED("8", "31434", "1") FILTERED("0", "101", "0"));
    assert_int_equal(parsed_rows(&log, "disk0"), 2);
    assert_int_equal(parsed_rows(&log, "disk1"), 2);
    assert_float_equal(parsed_value(&log, "disk0", "Reallocated_Sector_Ct", 1), 8, 0);
    assert_float_equal(parsed_value(&log, "disk1", "Power_On_Hours", 1), 101, 0);
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(log.source->last - log.source->first, 3596000);
    parsed_free(&log);
}

static void counters_that_shrink_are_another_disk(void **state) {
    (void)state;
    struct parsed log = parsed_text("Fri Aug  2 18:39:19 UTC 2024\n" FILTERED(
        "5", "31433", "0") "Fri Aug  2 19:39:15 UTC 2024\n" FILTERED("8", "1200", "1"));
    assert_int_equal(parsed_rows(&log, "disk0"), 1);
    assert_int_equal(parsed_rows(&log, "disk1"), 1);
    assert_true(parsed_problem(&log, "taken as another disk, disk1"));
    parsed_free(&log);
}

// Without a clock, zeros and small counts prove nothing: ten healthy disks and a sick one must
// not become one disk that grows.
static void rows_without_dates_are_one_disk_only_with_proof(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(ROW("  5", "Reallocated_Sector_Ct", "0") ROW("197", "Current_Pending_Sector", "0")
                        ROW("  5", "Reallocated_Sector_Ct", "0") ROW("197", "Current_Pending_Sector", "0")
                            ROW("  5", "Reallocated_Sector_Ct", "9") ROW("197", "Current_Pending_Sector", "8"));
    assert_int_equal(log.source->table_count, 3);
    assert_int_equal(log.source->clock, CLOCK_NONE);
    parsed_free(&log);
    log = parsed_text(FILTERED("5", "31433", "0") FILTERED("8", "31434", "1"));
    assert_int_equal(log.source->table_count, 1);
    assert_int_equal(parsed_rows(&log, "disk0"), 2);
    assert_true(parsed_problem(&log, "its counters continue those of disk0"));
    // Untimed rows are numbered.
    assert_int_equal(source_find(log.source, "disk0")->time[1], 1);
    parsed_free(&log);
}

static void headings_of_a_loop_name_filtered_rows(void **state) {
    (void)state;
    struct parsed log = parsed_text("sde\n\n" FILTERED("5", "31433", "0") "\nsdf\n\n" FILTERED("7", "31433", "0"));
    assert_float_equal(parsed_value(&log, "sde", "Reallocated_Sector_Ct", 0), 5, 0);
    assert_float_equal(parsed_value(&log, "sdf", "Reallocated_Sector_Ct", 0), 7, 0);
    parsed_free(&log);
}

static void a_failed_self_test_is_outdated_by_a_newer_good_one(void **state) {
    (void)state;
#define HEADING "Num  Test_Description    Status                  Remaining  LifeTime(hours)  LBA_of_first_error\n"
#define FAILED "# 2  Short offline       Completed: read failure       90%     35067         4112332336\n"
    static const struct {
        const char *page;
        double failures;
    } cases[] = {
        {BANNER HEADING "# 1  Extended offline    Completed without error       00%     35100         -\n" FAILED, NAN},
        {BANNER HEADING "# 1  Extended off-line   Completed without error       00%     35100         -\n" FAILED, NAN},
        // A short test reads a small part of the disk.
        {BANNER HEADING "# 1  Short offline       Completed without error       00%     35100         -\n" FAILED, 1},
        {BANNER HEADING FAILED "# 3  Extended offline    Completed without error       00%     35000         -\n", 1},
        {BANNER HEADING
         "# 1  Extended offline    Completed without error       00%     35100         -\n" HEADING FAILED,
         1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parsed log = parsed_text(cases[i].page);
        const struct table *table = source_find(log.source, "disk0");
        const struct column *column = table == NULL ? NULL : table_find(table, "Self-test Failures");
        if (isnan(cases[i].failures))
            assert_null(column);
        else
            assert_float_equal(parsed_value(&log, "disk0", "Self-test Failures", 0), cases[i].failures, 0);
        parsed_free(&log);
    }
}

static void the_id_5_is_kept_where_its_name_is_a_makers_own(void **state) {
    (void)state;
    struct parsed log =
        parsed_text(BANNER CLASSIC
                    "  5 Runtime_Bad_Block       0x0033   100   100   010    Pre-fail  Always   -   3\n"
                    "183 Runtime_Bad_Block       0x0032   100   100   000    Old_age   Always   -   9\n" BANNER CLASSIC
                    "  5 Unknown_SSD_Attribute   0x0033   100   100   010    Pre-fail  Always   -   3\n" BANNER CLASSIC
                    "183 Runtime_Bad_Block       0x0032   100   100   000    Old_age   Always   -   9\n");
    assert_string_equal(source_fact_value(log.source, "disk0", "id:Runtime_Bad_Block"), "5");
    assert_float_equal(parsed_value(&log, "disk0", "Runtime_Bad_Block_183", 0), 9, 0);
    assert_null(source_fact_value(log.source, "disk1", "id:Unknown_SSD_Attribute_5"));
    assert_null(source_fact_value(log.source, "disk2", "id:Runtime_Bad_Block"));
    parsed_free(&log);
}

static void the_exit_status_behind_a_page(void **state) {
    (void)state;
#define HOURS "  9 Power_On_Hours          0x0032   097   096   000    Old_age   Always       -       2654\n"
    static const struct {
        const char *page;
        size_t failed;
    } cases[] = {
        {BANNER CLASSIC HOURS "rc=8\n", 1},
        {BANNER CLASSIC HOURS "\nExit status: 216\n", 1},
        {BANNER CLASSIC HOURS "rc=68\n", 0},
        {BANNER CLASSIC HOURS "rc=999\n", 0},
        // Of another command.
        {BANNER CLASSIC HOURS "rc=0\nrc=8\n", 0},
        {BANNER CLASSIC HOURS "root@n1:~# fsck /dev/sda1; echo rc=$?\nrc=8\n", 0},
        {"rc=8\n" BANNER CLASSIC HOURS, 0},
        // The page says it better.
        {BANNER "SMART overall-health self-assessment test result: PASSED\n" CLASSIC HOURS "rc=8\n", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parsed log = parsed_text(cases[i].page);
        assert_int_equal(parsed_events(&log, EVENT_SMART_FAILED), cases[i].failed);
        parsed_free(&log);
    }
}

static void a_link_whose_current_speed_is_not_printed(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER
                                    "Device Model:     MAKER DISK\n"
                                    "SATA Version is:  SATA 2.6, 3.0 Gb/s\n" CLASSIC HOURS);
    assert_string_equal(source_fact_value(log.source, "disk0", "link.max"), "3.0 Gb/s");
    // Unknown, not full speed.
    assert_null(source_fact_value(log.source, "disk0", "link.current"));
    parsed_free(&log);
}

static void a_row_that_a_mailer_broke(void **state) {
    (void)state;
    struct parsed log = parsed_text(BANNER CLASSIC
                                    "  5 Reallocated_Sector_Ct   0x0033   089   088   010    Pre-fail\n"
                                    "Always       -       77\n");
    assert_float_equal(parsed_value(&log, "disk0", "Reallocated_Sector_Ct", 0), 77, 0);
    parsed_free(&log);
    log = parsed_text(BANNER CLASSIC
                      "  5 Reallocated_Sector_Ct   0x0033   089   088   010    Pre-fail\n"
                      "  9 Power_On_Hours          0x0032   097   096   000    Old_age   Always       -       2654\n");
    assert_float_equal(parsed_value(&log, "disk0", "Power_On_Hours", 0), 2654, 0);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

static void refusals_are_holes_in_the_evidence(void **state) {
    (void)state;
    static const struct {
        const char *line, *entity, *advice;
        bool silent;
    } cases[] = {
        {BANNER "Smartctl open device: /dev/sdb failed: Permission denied\n", "sdb", "root", false},
        {BANNER "Smartctl open device: /dev/nvme2 failed: No such device\n", "nvme2", "no longer answers", true},
        {BANNER "Smartctl open device: /dev/sdb failed: No such device or address\n", "sdb", "no longer answers",
         false},
        {"# smartctl -a /dev/sdc\n" BANNER "Read Device Identity failed: Input/output error\n", "sdc", "kernel", true},
        {"# smartctl -a /dev/sdc\n" BANNER "Read Device Identity failed: Inappropriate ioctl for device\n", "sdc",
         "kernel", false},
        {BANNER "Smartctl open device: /dev/sda [megaraid_disk_09] failed: No such device\n", "sda", "answers", false},
        {BANNER
         "/dev/sdd: Unknown USB bridge [0x0bda:0x0138 (0x3882)]\nPlease specify device type with the -d option.\n",
         "sdd", "-d sat", false},
        {BANNER "/dev/vda: Unable to detect device type\n", "vda", "virtual disk", false},
        {"# smartctl -a /dev/sdc\n" BANNER
         "A mandatory SMART command failed: exiting. To continue, add one or more '-T permissive' options.\n",
         "sdc", "-T permissive", false},
        {"# smartctl -n standby -a /dev/sdc\n" BANNER "Device is in STANDBY mode, exit(2)\n", "sdc", "slept", false},
        {"bash: smartctl: command not found\n", "", "smartmontools", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parsed log = parsed_text(cases[i].line);
        assert_string_equal(log.source->format, "smartctl-text");
        assert_int_equal(parsed_events(&log, EVENT_SMART_UNREADABLE), 1);
        const struct event *event = parsed_event(&log, EVENT_SMART_UNREADABLE, 0);
        assert_string_equal(event->entity, cases[i].entity);
        assert_non_null(strstr(event->text, cases[i].advice));
        assert_int_equal(event->value == 1, cases[i].silent);
        assert_int_equal(log.source->samples, 0);
        parsed_free(&log);
    }
}

static void other_logs_are_left_alone(void **state) {
    (void)state;
    static const char *const texts[] = {
        "step 10 loss 0.5\nran smartctl 7.3 before\n",
        "Temperature: 45\n",
        "5 Reallocated_Sector_Ct grew\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct parsed log = parsed_text(texts[i]);
        assert_true(log.source->format == NULL || strcmp(log.source->format, "smartctl-text") != 0);
        parsed_free(&log);
    }
}

// Every real page at hand: read, or refused with a reason.
static void real_pages(void **state) {
    (void)state;
    static const char folder[] = "../shared/corpus/smartctl";
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        print_message("no %s: real pages are not tried\n", folder);
        skip();
    }
    size_t files = 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "INDEX.tsv") == 0) continue;
        char path[600];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        char *bytes = malloc(1 << 22);
        size_t size = fread(bytes, 1, 1 << 22, file);
        fclose(file);
        struct parsed log = parsed_bytes(bytes, size, MILLIS_NONE);
        assert_non_null(log.source->format);
        // A file that begins with another tool's log is that tool's.
        if (strncmp(log.source->format, "smart", 5) != 0) {
            parsed_free(&log);
            free(bytes);
            continue;
        }
        if (log.source->samples == 0 && parsed_events(&log, EVENT_SMART_UNREADABLE) == 0)
            fail_msg("%s: nothing read and no reason given", entry->d_name);
        parsed_free(&log);
        free(bytes);
        files++;
    }
    closedir(directory);
    print_message("%zu real files read or refused with a reason\n", files);
    assert_true(files > 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_layouts_of_the_table),
        cmocka_unit_test(an_unknown_layout_is_named_not_guessed),
        cmocka_unit_test(raw_values_in_their_shapes),
        cmocka_unit_test(names_that_stand_twice_and_names_to_ignore),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(a_table_of_marginal_attributes_is_no_new_page),
        cmocka_unit_test(nvme_in_two_locales),
        cmocka_unit_test(scsi),
        cmocka_unit_test(the_logs_of_an_ata_disk),
        cmocka_unit_test(serial_numbers_tell_disks_apart),
        cmocka_unit_test(what_proves_a_name),
        cmocka_unit_test(filtered_rows_between_dates_are_snapshots),
        cmocka_unit_test(counters_that_shrink_are_another_disk),
        cmocka_unit_test(rows_without_dates_are_one_disk_only_with_proof),
        cmocka_unit_test(headings_of_a_loop_name_filtered_rows),
        cmocka_unit_test(a_failed_self_test_is_outdated_by_a_newer_good_one),
        cmocka_unit_test(the_id_5_is_kept_where_its_name_is_a_makers_own),
        cmocka_unit_test(the_exit_status_behind_a_page),
        cmocka_unit_test(a_link_whose_current_speed_is_not_printed),
        cmocka_unit_test(a_row_that_a_mailer_broke),
        cmocka_unit_test(refusals_are_holes_in_the_evidence),
        cmocka_unit_test(other_logs_are_left_alone),
        cmocka_unit_test(real_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

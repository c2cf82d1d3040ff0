// What smartctl pages mean: levels, growth, and which disk a page without a device name belongs to.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/stats.h"
#include "tests/unit/scene.h"

static double few(size_t row, int which) { return 3 + scene_noise(row, which); }
static double quick(size_t row, int which) { return 0.15 + 0.02 * scene_noise(row, which); }

static void disk(struct scene *scene, const char *name) {
    scene_disk(scene, name, "r/s", UNIT_PER_S, few);
    scene_disk(scene, name, "rkB/s", UNIT_KIB_PER_S, few);
    scene_disk(scene, name, "r_await", UNIT_MS, quick);
    scene_disk(scene, name, "w/s", UNIT_PER_S, scene_zero);
    scene_disk(scene, name, "wkB/s", UNIT_KIB_PER_S, scene_zero);
    scene_disk(scene, name, "w_await", UNIT_MS, scene_zero);
    scene_disk(scene, name, "%util", UNIT_PERCENT, few);
}

static struct scene *begin(void) {
    struct scene *scene = scene_new();
    scene_job(scene, 1, scene_busy);
    return scene;
}

static void level(const char *attribute, double first, double last, int expected) {
    struct scene *scene = begin();
    disk(scene, "sda");
    scene_smart(scene, "sda", attribute, first, last);
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->health_count, 1);
    if (d->health[0].level != expected)
        fail_msg("%s %g to %g: level %d, not %d", attribute, first, last, d->health[0].level, expected);
    scene_free(scene);
}

static void test_levels_of_counts(void **state) {
    (void)state;
    level("Reallocated_Sector_Ct", 0, 0, 0);
    level("Reallocated_Sector_Ct", 15, 15, 1);
    level("Reallocated_Sector_Ct", 16, 16, 2);
    level("Reallocated_Sector_Ct", 260, 260, 3);
    level("Reported_Uncorrect", 1, 1, 2);
    level("Current_Pending_Sector", 8, 8, 3);
    level("Pending defect count", 2, 2, 2);
    level("read.uncorrected", 1, 1, 2);
    level("read.corrected", 3045618, 3045700, 0);
    level("Non-medium error count", 9417, 9500, 0);
    level("Bogus_Current_Pend_Sect", 1, 1, 0);
    level("Raw_Read_Error_Rate", 200921143, 200921143, 0);
}

static void test_growth_weighs_more_than_level(void **state) {
    (void)state;
    level("Reallocated_Sector_Ct", 3, 4, 3);
    level("Current_Pending_Sector", 1, 2, 3);
    level("UDMA_CRC_Error_Count", 500, 500, 0);
    level("UDMA_CRC_Error_Count", 500, 501, 2);
}

// A row of an ATA disk with its normalised columns.
static int level_beside(const char *attribute, double first, double last, double value, double threshold) {
    struct scene *scene = begin();
    disk(scene, "sda");
    char name[80];
    scene_smart(scene, "sda", attribute, first, last);
    snprintf(name, sizeof name, "%s.value", attribute);
    scene_smart(scene, "sda", name, value, value);
    snprintf(name, sizeof name, "%s.thresh", attribute);
    scene_smart(scene, "sda", name, threshold, threshold);
    int found = scene_analyze(scene)->health[0].level;
    scene_free(scene);
    return found;
}

static void test_spare_blocks_go_by_the_threshold_of_the_page(void **state) {
    (void)state;
    static const struct {
        double spare, threshold;
        int level;
    } cases[] = {{4, NAN, 2}, {11, NAN, 0}, {4, 5, 3}, {4, 4, 2}, {100, 99, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *scene = begin();
        scene_smart(scene, "sda", "Available Spare", cases[i].spare, cases[i].spare);
        if (!isnan(cases[i].threshold))
            scene_smart(scene, "sda", "Available Spare Threshold", cases[i].threshold, cases[i].threshold);
        assert_int_equal(scene_analyze(scene)->health[0].level, cases[i].level);
        scene_free(scene);
    }
}

static void test_a_count_of_operations_goes_by_its_value(void **state) {
    (void)state;
    // Beyond any count of errors, and VALUE has not moved: growth is no sign either.
    assert_int_equal(level_beside("Uncorrectable_Error_Cnt", 184301771, 184309999, 119, 50), 0);
    // The same once VALUE has fallen, or with a count that errors reach.
    assert_int_equal(level_beside("Uncorrectable_Error_Cnt", 184301771, 184301771, 40, 50), 3);
    assert_int_equal(level_beside("Uncorrectable_Error_Cnt", 1485, 1485, 100, 0), 3);
    assert_int_equal(level_beside("Reported_Uncorrect", 65535, 65535, 1, 0), 3);
}

static void test_passed_clears_nothing_and_failed_convicts(void **state) {
    (void)state;
    struct scene *scene = begin();
    disk(scene, "sda");
    scene_smart(scene, "sda", "Reallocated_Sector_Ct", 0, 0);
    scene_event(scene, 3, EVENT_NOTE, "", "", NAN);
    source_event(scene->smart_log, MILLIS_NONE, 4, EVENT_SMART_FAILED, TEXT("sda"), TEXT("FAILED!"), NAN);
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->health[0].level, 3);
    assert_int_equal(scene_finding(d, CAUSE_DISK_FAILING)->severity, SEVERITY_CRITICAL);
    scene_free(scene);
}

static void test_a_page_without_a_name_belongs_to_the_only_disk_of_its_kind(void **state) {
    (void)state;
    struct scene *scene = begin();
    disk(scene, "sda");
    disk(scene, "nvme0n1");
    scene_smart(scene, "disk0", "Reallocated_Sector_Ct", 345, 347);
    const struct diagnosis *d = scene_analyze(scene);
    assert_string_equal(d->health[0].entity, "sda");
    scene_free(scene);
}

static void test_with_two_candidates_a_page_belongs_to_nobody(void **state) {
    (void)state;
    struct scene *scene = begin();
    disk(scene, "sda");
    disk(scene, "sdb");
    scene_smart(scene, "disk0", "Reallocated_Sector_Ct", 345, 347);
    const struct diagnosis *d = scene_analyze(scene);
    assert_string_equal(d->health[0].entity, "disk0");
    scene_free(scene);
}

static void refuse(struct scene *scene, uint32_t line, const char *disk, const char *text, double value) {
    source_event(scene->smart_log, MILLIS_NONE, line, EVENT_SMART_UNREADABLE, text_of(disk), text_of(text), value);
}

static void test_a_disk_that_does_not_answer_is_a_finding(void **state) {
    (void)state;
    struct scene *scene = begin();
    disk(scene, "sda");
    scene_smart(scene, "sda", "Reallocated_Sector_Ct", 0, 0);
    refuse(scene, 200, "sda", "Input/output error", 1);
    refuse(scene, 210, "sdb", "No such device", 1);
    refuse(scene, 220, "", "smartctl: not found", NAN);
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->health_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(d->health[i].level, 2);
        assert_non_null(strstr(d->health[i].sentence, "not readable"));
    }
    assert_int_equal(scene_finding(d, CAUSE_DISK_FAILING)->severity, SEVERITY_WARNING);
    scene_free(scene);
}

static void test_what_smartctl_was_not_let_to_is_a_hole_in_the_evidence(void **state) {
    (void)state;
    struct scene *scene = begin();
    scene_smart(scene, "sda", "Reallocated_Sector_Ct", 0, 0);
    // Read after an earlier try without the right, and before one; sdb never.
    refuse(scene, 5, "sda", "Permission denied. Run smartctl as root.", NAN);
    refuse(scene, 200, "sda", "Permission denied. Run smartctl as root.", NAN);
    refuse(scene, 210, "sdb", "Permission denied. Run smartctl as root.", NAN);
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->health_count, 2);
    assert_non_null(strstr(d->health[0].sentence, "no sign of failure"));
    assert_non_null(strstr(d->health[1].sentence, "not readable"));
    assert_int_equal(d->health[1].level, 0);
    assert_null(scene_finding(d, CAUSE_DISK_FAILING));
    const struct ruled_out *open = NULL;
    for (size_t i = 0; i < d->ruled_out_count; i++)
        if (d->ruled_out[i].cause == CAUSE_DISK_FAILING && strcmp(d->ruled_out[i].entity, "sdb") == 0)
            open = &d->ruled_out[i];
    assert_non_null(open);
    assert_int_equal(open->result, RULED_OUT_NO_DATA);
    scene_free(scene);
}

static void test_the_name_of_the_file_names_the_disk(void **state) {
    (void)state;
    static const struct {
        const char *path, *entity;
    } cases[] = {
        {"logs/smart-sdb.txt", "sdb"},      {"sda/smart_sdb_after.log", "sdb"}, {"smart-sdb-and-sdb1.txt", "sdb"},
        {"smart-sda-and-sdb.txt", "disk0"}, {"smart-hdd.txt", "disk0"},         {"sdcard.txt", "disk0"},
        {"sdb-archive/smart.txt", "disk0"}, {"smart-nvme0n1.txt", "disk0"},     {"smart.txt", "disk0"},
        {"smart-sdbackup-2.txt", "disk0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *scene = begin();
        disk(scene, "sda");
        disk(scene, "sdb");
        scene_smart(scene, "disk0", "Reallocated_Sector_Ct", 345, 345);
        scene->smart_log->path = cases[i].path;
        assert_string_equal(scene_analyze(scene)->health[0].entity, cases[i].entity);
        scene_free(scene);
    }
    // Two disks in one file: the name may be that of either.
    struct scene *scene = begin();
    scene_smart(scene, "disk0", "Reallocated_Sector_Ct", 345, 345);
    scene_smart(scene, "disk1", "Reallocated_Sector_Ct", 0, 0);
    scene->smart_log->path = "smart-sdb.txt";
    assert_string_equal(scene_analyze(scene)->health[0].entity, "disk0");
    scene_free(scene);
}

static void test_a_spinning_disks_page_is_not_the_flash_disks(void **state) {
    (void)state;
    struct scene *scene = begin();
    disk(scene, "sda");  // answers in 0.15 ms: flash
    scene_disk(scene, "sdb", "r/s", UNIT_PER_S, scene_zero);
    scene_disk(scene, "sdb", "%util", UNIT_PERCENT, scene_zero);
    scene_smart(scene, "disk0", "Reallocated_Sector_Ct", 1480, 1539);
    source_fact(scene->smart_log, TEXT("disk0"), "rotation", TEXT("7200 rpm"), 5);
    const struct diagnosis *d = scene_analyze(scene);
    assert_string_equal(d->health[0].entity, "sdb");
    scene_free(scene);
}

int main(void) {
    stats_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_of_counts),
        cmocka_unit_test(test_growth_weighs_more_than_level),
        cmocka_unit_test(test_spare_blocks_go_by_the_threshold_of_the_page),
        cmocka_unit_test(test_a_count_of_operations_goes_by_its_value),
        cmocka_unit_test(test_passed_clears_nothing_and_failed_convicts),
        cmocka_unit_test(test_a_page_without_a_name_belongs_to_the_only_disk_of_its_kind),
        cmocka_unit_test(test_with_two_candidates_a_page_belongs_to_nobody),
        cmocka_unit_test(test_a_disk_that_does_not_answer_is_a_finding),
        cmocka_unit_test(test_what_smartctl_was_not_let_to_is_a_hole_in_the_evidence),
        cmocka_unit_test(test_the_name_of_the_file_names_the_disk),
        cmocka_unit_test(test_a_spinning_disks_page_is_not_the_flash_disks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The files of a report: complete or not at all, the same bytes twice, as the JSON says.
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "reports/outset.h"
#include "reports/writer.h"
#include "tests/unit/sample_diagnosis.h"

struct place {
    struct arena *arena;
    char *path;
};

static const char *below(const struct place *place, const char *name) {
    return arena_printf(place->arena, "%s/%s", place->path, name);
}

static int make_place(void **state) {
    struct arena *arena = arena_new();
    struct place *place = arena_alloc(arena, sizeof *place);
    place->arena = arena;
    place->path = arena_string(arena, "/tmp/whyslow-test-XXXXXX");
    *state = place;
    return mkdtemp(place->path) == NULL ? -1 : 0;
}

static void remove_tree(struct arena *arena, const char *path) {
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        const char *name = arena_printf(arena, "%s/%s", path, entry->d_name);
        if (unlink(name) != 0) remove_tree(arena, name);
    }
    if (directory != NULL) closedir(directory);
    rmdir(path);
}

static int remove_place(void **state) {
    struct place *place = *state;
    remove_tree(place->arena, place->path);
    arena_free(place->arena);
    return 0;
}

static size_t files_in(const char *path) {
    size_t count = 0;
    DIR *directory = opendir(path);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

static char *content(const struct place *place, const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = arena_alloc(place->arena, *size + 1);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void put_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static bool report(const char *directory, unsigned formats, const struct sample_options *sample, char *error,
                   size_t size) {
    struct diagnosis *d = sample_diagnosis(sample);
    const struct report_options options = {.directory = directory, .formats = formats, .command_line = "whyslow logs"};
    bool done = reports_write(d, &options, error, size);
    sample_diagnosis_free(d);
    return done;
}

static const char *const names[] = {"report.pdf",  "report.xlsx",  "report.md",
                                    "report.json", "timeline.png", "summary.png"};

static void test_two_runs_give_the_same_bytes(void **state) {
    const struct place *place = *state;
    char error[500];
    const struct sample_options sample = {.hours = 0.5, .gpus = 2};
    assert_true(report(below(place, "new/one"), REPORT_ALL, &sample, error, sizeof error));
    assert_true(report(below(place, "two"), REPORT_ALL, &sample, error, sizeof error));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t a, b;
        const char *x = content(place, arena_printf(place->arena, "%s/new/one/%s", place->path, names[i]), &a);
        const char *y = content(place, arena_printf(place->arena, "%s/two/%s", place->path, names[i]), &b);
        assert_true(a > 100);
        assert_int_equal(a, b);
        assert_memory_equal(x, y, a);
    }
}

static void test_only_what_was_asked_for(void **state) {
    const struct place *place = *state;
    char error[500];
    put_file(below(place, "notes.txt"), "mine");
    assert_true(report(place->path, 1u << REPORT_JSON, &(struct sample_options){.hours = 0.2}, error, sizeof error));
    assert_int_equal(files_in(place->path), 2);
    assert_int_equal(report_format_named("xlsx"), REPORT_XLSX);
    assert_int_equal(report_format_named("docx"), REPORT_COUNT_);
}

static void test_stale_pictures_go(void **state) {
    const struct place *place = *state;
    char error[500];
    put_file(below(place, "epochs.png"), "of an earlier report");
    assert_true(report(place->path, 1u << REPORT_PNG, &(struct sample_options){.bare = true}, error, sizeof error));
    assert_int_not_equal(access(below(place, "epochs.png"), F_OK), 0);
    assert_int_equal(access(below(place, "summary.png"), F_OK), 0);
}

// A ticket system refuses what is too long; what was left out is named.
static void test_tickets_stay_below_their_limit(void **state) {
    const struct place *place = *state;
    static const struct {
        const char *name;
        size_t most;
        const char *mark;  // of the dialect
    } dialects[] = {{"jira", 32767, "h1. "}, {"mail", 20000, ""}, {"gitlab", 65536, "<details>"}, {NULL, 65536, "# "}};
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        struct diagnosis *d = sample_diagnosis(&(struct sample_options){.hours = 0.2});
        const char *notes[700];
        for (size_t k = 0; k < 700; k++)
            notes[k] = "A note of about a hundred letters, as a log with many faults gives it, again and again.";
        d->quality.notes = notes;
        d->quality.note_count = 700;
        char error[500];
        struct report_options options = {
            .directory = place->path, .formats = 1u << REPORT_MD, .only_for = dialects[i].name};
        assert_true(reports_write(d, &options, error, sizeof error));
        size_t size;
        const char *text = content(place, below(place, "report.md"), &size);
        assert_in_range(size, 1000, dialects[i].most);
        assert_non_null(strstr(text, dialects[i].mark));
        assert_non_null(strstr(text, "Too long for a ticket, see report.pdf: "));
        assert_non_null(strstr(text, "Data quality and clocks"));
        assert_null(strstr(text, notes[0]));
        sample_diagnosis_free(d);
    }
}

static void test_failure_leaves_the_earlier_report(void **state) {
    const struct place *place = *state;
    char error[500] = "";
    put_file(below(place, "report.json"), "earlier");
    put_file(below(place, "report.md"), "earlier");
    // Nothing can be renamed over a directory.
    assert_int_equal(mkdir(below(place, "report.xlsx"), 0755), 0);
    assert_false(report(place->path, REPORT_ALL, &(struct sample_options){.hours = 0.2}, error, sizeof error));
    assert_non_null(strstr(error, "report.xlsx"));
    size_t size;
    assert_string_equal(content(place, below(place, "report.json"), &size), "earlier");
    assert_string_equal(content(place, below(place, "report.md"), &size), "earlier");
    assert_int_equal(files_in(place->path), 3);
}

static void test_directory_that_cannot_be(void **state) {
    const struct place *place = *state;
    char error[500] = "";
    put_file(below(place, "file"), "in the way");
    assert_false(
        report(below(place, "file/report"), REPORT_ALL, &(struct sample_options){.bare = true}, error, sizeof error));
    assert_non_null(strstr(error, "file"));
    assert_false(report(below(place, "file"), REPORT_ALL, &(struct sample_options){.bare = true}, error, sizeof error));
    assert_int_equal(files_in(place->path), 1);
}

static void test_write_error_is_reported(void **state) {
    const struct place *place = *state;
    struct outset *set = outset_new(place->path);
    assert_true(outset_begin(set, "a"));
    assert_true(outset_write(set, "x", 1));
    assert_true(outset_end(set));
    assert_true(outset_begin(set, "b"));
    outset_fail(set, "the disk is on fire");
    outset_fail(set, "second");
    assert_false(outset_commit(set, NULL));
    assert_non_null(strstr(outset_error(set), "b: the disk is on fire"));
    outset_free(set);
    assert_int_equal(files_in(place->path), 0);
}

static void test_json_says_what_the_diagnosis_says(void **state) {
    const struct place *place = *state;
    char error[500];
    assert_true(report(place->path, 1u << REPORT_JSON, &(struct sample_options){0}, error, sizeof error));
    json_t *root = json_load_file(below(place, "report.json"), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "schema")), "whyslow.report/1");
    json_t *verdict = json_object_get(root, "verdict");
    assert_string_equal(json_string_value(json_object_get(verdict, "cause")), "storage-read");
    assert_string_equal(json_string_value(json_object_get(verdict, "entity")), "sda");
    json_t *phases = json_object_get(root, "phases");
    assert_int_equal(json_array_size(phases), 5);
    json_t *silent = json_array_get(phases, 2);
    assert_string_equal(json_string_value(json_object_get(silent, "cause")), "no-data");
    assert_true(json_is_null(json_object_get(silent, "lost_gpu_hours")));
    assert_true(json_is_null(json_object_get(silent, "entity")));
    assert_string_equal(json_string_value(json_object_get(silent, "start")), "2026-05-06T08:12:00Z");
    json_t *causes = json_object_get(json_object_get(root, "lost_gpu_hours"), "by_cause");
    assert_true(json_number_value(json_object_get(causes, "storage-read")) == 4.43);
    json_decref(root);
}

static void test_json_of_hostile_names_is_valid(void **state) {
    const struct place *place = *state;
    static const char *const disks[] = {"=cmd|' /C calc'!A0", "\xff\xfe\x01\"\\", "\xe2\x80\xaex"};
    for (size_t i = 0; i < sizeof disks / sizeof *disks; i++) {
        char error[500];
        const struct sample_options sample = {.disk = disks[i], .hours = 0.2, .gpus = 1};
        assert_true(report(place->path, REPORT_ALL, &sample, error, sizeof error));
        json_t *root = json_load_file(below(place, "report.json"), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(root);
        json_decref(root);
    }
}

static void test_nothing_known_gives_a_report(void **state) {
    const struct place *place = *state;
    char error[500] = "";
    assert_true(report(place->path, REPORT_ALL, &(struct sample_options){.bare = true}, error, sizeof error));
    assert_string_equal(error, "");
    json_t *root = json_load_file(below(place, "report.json"), 0, NULL);
    assert_true(json_is_null(json_object_get(json_object_get(root, "run"), "start")));
    json_decref(root);
}

// What an analyzer should never say must still not hang or break a writer.
static void test_wild_numbers_do_no_harm(void **state) {
    const struct place *place = *state;
    for (int wild = 0; wild < 3; wild++) {
        struct diagnosis *d = sample_diagnosis(&(struct sample_options){.hours = 0.2, .gpus = 1});
        struct loss losses[] = {{CAUSE_STORAGE_READ, INFINITY, NAN, 1e308}, {CAUSE_UNKNOWN, NAN, -1, INFINITY}};
        if (wild == 0) {
            d->start = INT64_MIN + 1;
            d->end = INT64_MAX;
        } else if (wild == 1) {
            d->losses = losses;
            d->loss_count = 2;
            d->lost_total = d->cost = INFINITY;
        } else {
            d->end = d->start - 1000;
            d->clock_count = d->bin_count = d->lane_count = d->series_count = 0;
            d->lost_share = NULL;
        }
        char error[500] = "";
        const struct report_options options = {.directory = place->path, .formats = REPORT_ALL};
        assert_true(reports_write(d, &options, error, sizeof error));
        json_t *root = json_load_file(below(place, "report.json"), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(root);
        json_decref(root);
        sample_diagnosis_free(d);
    }
}

int main(void) {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        IN_PLACE(test_two_runs_give_the_same_bytes),
        IN_PLACE(test_only_what_was_asked_for),
        IN_PLACE(test_stale_pictures_go),
        IN_PLACE(test_tickets_stay_below_their_limit),
        IN_PLACE(test_failure_leaves_the_earlier_report),
        IN_PLACE(test_directory_that_cannot_be),
        IN_PLACE(test_write_error_is_reported),
        IN_PLACE(test_json_says_what_the_diagnosis_says),
        IN_PLACE(test_json_of_hostile_names_is_valid),
        IN_PLACE(test_nothing_known_gives_a_report),
        IN_PLACE(test_wild_numbers_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

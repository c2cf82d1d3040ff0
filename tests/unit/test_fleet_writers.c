// The files of a fleet's summary: the same bytes twice and in any order of rows, complete, harmless whatever the names.
// With arguments: test_fleet_writers DIR COUNT KIND writes a made-up fleet (KIND "plain" or "hostile") below DIR.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "analyzer/fleet.h"
#include "analyzer/stats.h"
#include "core/arena.h"
#include "core/text.h"
#include "reports/document.h"
#include "reports/fleet_redact.h"
#include "reports/fleet_report.h"
#include "reports/fleet_writer.h"
#include "reports/writer.h"
#include "tests/unit/fleet_rows.h"

#ifdef __SANITIZE_ADDRESS__
// Whole stacks, which cost time: without them a leak inside cairo cannot be told from one of ours (tests/lsan.supp).
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "fast_unwind_on_malloc=0"; }
#endif

static const char *const files[] = {"fleet.pdf",        "fleet.xlsx",     "fleet.md",
                                    "fleet.json",       "fleet.png",      "fleet-causes.png",
                                    "fleet-places.png", "fleet-time.png", "fleet-runs.png"};
enum { FILES = sizeof files / sizeof *files };

static bool write_to(const char *directory, const struct fleet *fleet, char *error, size_t size) {
    const struct report_options options = {
        .directory = directory, .formats = REPORT_ALL, .command_line = "whyslow batch runs"};
    return fleet_write(fleet, &options, error, size);
}

static char *content(struct arena *arena, const char *directory, const char *name, size_t *size) {
    FILE *file = fopen(arena_printf(arena, "%s/%s", directory, name), "rb");
    assert_non_null(file);
    char *text = arena_alloc(arena, 4000000);
    *size = fread(text, 1, 3999999, file);
    fclose(file);
    return text;
}

static const char *new_place(struct arena *arena) {
    char *path = arena_string(arena, "/tmp/whyslow-test-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static void clear(struct arena *arena, const char *directory) {
    for (size_t i = 0; i < FILES; i++) unlink(arena_printf(arena, "%s/%s", directory, files[i]));
    assert_int_equal(rmdir(directory), 0);
}

static struct fleet *fleet_turned(struct arena *arena, size_t count, int hostile, bool turned) {
    const struct fleet_run *const *rows = fleet_rows(arena, count, hostile);
    const struct fleet_run **order = arena_array(arena, count + 1, sizeof *order);
    for (size_t i = 0; i < count; i++) order[i] = rows[turned ? (i * 7 + 3) % count : i];
    return fleet_of(arena, order, count, NAN);
}

static void test_same_bytes_in_any_order(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const char *places[2] = {new_place(arena), new_place(arena)};
    char error[200];
    for (size_t k = 0; k < 2; k++) assert_true(write_to(places[k], fleet_turned(arena, 60, 1, k == 1), error, 200));
    for (size_t i = 0; i < FILES; i++) {
        size_t sizes[2];
        const char *a = content(arena, places[0], files[i], &sizes[0]);
        const char *b = content(arena, places[1], files[i], &sizes[1]);
        assert_true(sizes[0] > 0);
        assert_int_equal(sizes[0], sizes[1]);
        assert_memory_equal(a, b, sizes[0]);
    }
    for (size_t k = 0; k < 2; k++) clear(arena, places[k]);
    arena_free(arena);
}

static void test_json_sums(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const char *place = new_place(arena);
    char error[200];
    assert_true(write_to(place, fleet_turned(arena, 200, 0, false), error, 200));
    size_t size;
    json_t *root = json_loads(content(arena, place, "fleet.json", &size), 0, NULL);
    assert_non_null(root);
    double sum = 0, hosts = 0,
           found = json_number_value(json_object_get(json_object_get(root, "total"), "lost_gpu_hours"));
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(root, "runs"), i, item) sum +=
        json_number_value(json_object_get(json_object_get(item, "lost_gpu_hours"), "total"));
    json_array_foreach(json_object_get(root, "by_host"), i, item) hosts +=
        json_number_value(json_object_get(item, "lost_gpu_hours"));
    assert_true(sum > 50 && fabs(sum - found) < 1e-6 && fabs(hosts - found) < 1e-6);
    assert_int_equal(json_array_size(json_object_get(root, "runs")), 200);
    json_decref(root);
    clear(arena, place);
    arena_free(arena);
}

static void test_every_text_is_utf8_on_one_line(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const struct report_options options = {.formats = REPORT_ALL};
    struct document *document = fleet_document(fleet_turned(arena, 100, 1, false), &options);
    static const char *const ids[] = {"runs",      "by_cause", "by_host", "by_disk",      "by_gpu",  "worst", "trends",
                                      "recurring", "failing",  "alike",   "not_analysed", "missing", "bands"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const struct sheet *sheet = document_sheet(document, ids[i]);
        assert_non_null(sheet);
        for (size_t k = 0; k < sheet->row_count * sheet->head_count; k++) {
            struct text rest = text_of(sheet->cells[k].text);
            for (size_t used; rest.length > 0; rest = text_skip(rest, used)) {
                used = text_utf8(rest);
                assert_true(used > 0 && rest.at[0] != '\n');
            }
        }
    }
    assert_int_equal(document_sheet(document, "runs")->row_count, 100);
    document_free(document);
    arena_free(arena);
}

static void test_nothing_and_one(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    static const char *const titles[] = {"no run", "cpu-preprocessing"};
    for (size_t count = 0; count < 2; count++) {
        const struct report_options options = {.formats = REPORT_ALL};
        struct document *document = fleet_document(fleet_of(arena, fleet_rows(arena, count, 0), count, 1), &options);
        assert_string_equal(document->summary.id, titles[count]);
        document_free(document);
    }
    arena_free(arena);
}

static void test_no_place_no_files(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    char error[200];
    assert_false(write_to("/proc/nowhere", fleet_turned(arena, 3, 0, false), error, sizeof error));
    assert_true(strlen(error) > 0);
    arena_free(arena);
}

static void test_redacted_rows_name_nobody(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const struct fleet_run *const *rows = fleet_rows(arena, 100, 0);
    struct fleet *open = fleet_of(arena, rows, 100, NAN);
    struct fleet_run *bad = fleet_row(arena, "2026/run-0039");
    bad->status = FLEET_FAILED;
    bad->reason = "2026/run-0039/gpu.csv: no line could be read";
    const struct fleet_run *const single[] = {bad};
    assert_string_equal(fleet_redact(arena, single, 1)[0]->reason, "run-0001/gpu.csv: no line could be read");
    const struct fleet_run *const *hidden = fleet_redact(arena, rows, 100);
    struct fleet *fleet = fleet_of(arena, hidden, 100, NAN);
    const char *place = new_place(arena);
    char error[200];
    assert_true(write_to(place, fleet, error, 200));
    static const char *const texts[] = {"fleet.json", "fleet.md"}, *const secrets[] = {"node", "S6PNN", "GPU-00ab",
                                                                                       "2026/"};
    for (size_t i = 0; i < 2; i++) {
        size_t size;
        const char *text = content(arena, place, texts[i], &size);
        assert_non_null(strstr(text, "host1"));
        for (size_t k = 0; k < 4; k++) assert_null(strstr(text, secrets[k]));
    }
    clear(arena, place);
    // The same host has the same name in all rows: the same hosts, disks and GPUs, with the same losses.
    assert_int_equal(fleet->host_count, open->host_count);
    assert_int_equal(fleet->disk_count, open->disk_count);
    assert_int_equal(fleet->gpu_count, open->gpu_count);
    for (size_t i = 0; i < fleet->host_count; i++) assert_true(fleet->hosts[i].sum.lost == open->hosts[i].sum.lost);
    arena_free(arena);
}

static int write_fleet(char **arguments) {
    struct arena *arena = arena_new();
    size_t count = strtoul(arguments[2], NULL, 10);
    struct fleet *fleet = fleet_turned(arena, count, strcmp(arguments[3], "hostile") == 0, false);
    char error[300];
    bool done = write_to(arguments[1], fleet, error, sizeof error);
    if (!done) fprintf(stderr, "%s\n", error);
    arena_free(arena);
    return done ? 0 : 1;
}

int main(int count, char **arguments) {
    stats_init();
    if (count == 4) return write_fleet(arguments);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bytes_in_any_order),
                                       cmocka_unit_test(test_json_sums),
                                       cmocka_unit_test(test_every_text_is_utf8_on_one_line),
                                       cmocka_unit_test(test_nothing_and_one),
                                       cmocka_unit_test(test_no_place_no_files),
                                       cmocka_unit_test(test_redacted_rows_name_nobody)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

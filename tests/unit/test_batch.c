// Rows through a pipe and through fleet.db come out as they went in; runs are found where people keep them.
#include <ftw.h>
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

#include "analyzer/fleet.h"
#include "cli/batch_index.h"
#include "cli/batch_row.h"
#include "cli/batch_runs.h"
#include "core/arena.h"
#include "tests/unit/fleet_rows.h"

enum { ROWS = 50 };

static char *packed(const struct fleet_run *run, size_t *size) {
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, size);
    assert_non_null(out);
    row_pack(out, run);
    fclose(out);
    return bytes;
}

// Two rows are the same if they are the same bytes.
static void assert_same_row(const struct fleet_run *a, const struct fleet_run *b) {
    size_t sizes[2];
    char *bytes[2] = {packed(a, &sizes[0]), packed(b, &sizes[1])};
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void rows_go_through_a_pipe(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const struct fleet_run *const *rows = fleet_rows(arena, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        size_t size;
        char *bytes = packed(rows[i], &size);
        struct fleet_run *row = row_unpack(arena, bytes, size);
        assert_non_null(row);
        assert_same_row(rows[i], row);
        assert_string_equal(row->run, rows[i]->run);
        assert_int_equal(row->loss_count, rows[i]->loss_count);
        free(bytes);
    }
    arena_free(arena);
}

static void half_a_row_is_none(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const struct fleet_run *row = fleet_rows(arena, 1, 0)[0];
    size_t size;
    char *bytes = packed(row, &size);
    for (size_t cut = 0; cut < size; cut++) assert_null(row_unpack(arena, bytes, cut));
    for (size_t at = 0; at < size; at++) {
        char kept = bytes[at];
        bytes[at] = (char)(kept ^ 0x7f);
        struct fleet_run *odd = row_unpack(arena, bytes, size);
        assert_true(odd == NULL || odd->cause < CAUSE_COUNT_);
        bytes[at] = kept;
    }
    free(bytes);
    arena_free(arena);
}

static const char *new_place(struct arena *arena) {
    char *path = arena_string(arena, "/tmp/whyslow-test-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static const struct index_facts some_facts = {.options = "o",
                                              .command_line = "whyslow batch 'a b'",
                                              .price = NAN,
                                              .list = "l",
                                              .runs = ROWS,
                                              .shards = "2/8",
                                              .complete = true};

static void rows_go_through_the_index(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const char *place = new_place(arena);
    const struct fleet_run *const *rows = fleet_rows(arena, ROWS, 0);
    char error[300] = "";
    // One half as a batch puts them in, all of them as it ends.
    struct batch_index *index = index_open(place, true, error, sizeof error);
    assert_non_null(index);
    for (size_t i = 0; i < ROWS; i += 2) index_put(index, rows[i]);
    index_put(index, rows[2]);
    assert_null(index_error(index));
    index_close(index);
    for (int whole = 0; whole < 2; whole++) {
        if (whole == 1) assert_true(index_publish(place, rows, ROWS, &some_facts, error, sizeof error));
        index = index_open(place, false, error, sizeof error);
        struct fleet_run **read;
        size_t count;
        struct index_facts facts;
        assert_true(index_load(index, arena, &read, &count, &facts));
        assert_int_equal(count, whole == 1 ? ROWS : ROWS / 2);
        for (size_t i = 0; i < count; i++) {
            if (i > 0) assert_true(strcmp(read[i - 1]->run, read[i]->run) < 0);
            for (size_t k = 0; k < ROWS; k++)
                if (strcmp(rows[k]->run, read[i]->run) == 0) assert_same_row(rows[k], read[i]);
        }
        if (whole == 1) {
            assert_string_equal(facts.command_line, some_facts.command_line);
            assert_string_equal(facts.shards, "2/8");
            assert_true(facts.complete && isnan(facts.price) && facts.runs == ROWS);
        }
        index_close(index);
    }
    unlink(arena_printf(arena, "%s/" INDEX_FILE, place));
    assert_int_equal(rmdir(place), 0);
    arena_free(arena);
}

// ── finding runs ────────────────────────────────────────────────────────────

static const char gpu_log[] = "timestamp, index, utilization.gpu [%]\n2026/03/01 10:00:00.000, 0, 97 %\n";
static const char disk_log[] =
    "Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm w_await "
    "wareq-sz     d/s     dkB/s   drqm/s  %drqm d_await dareq-sz     f/s f_await  aqu-sz  %util\n"
    "sda              1.00      4.00     0.00   0.00    0.50     4.00    0.00      0.00     0.00   0.00    0.00     "
    "0.00    0.00      0.00     0.00   0.00    0.00     0.00    0.00    0.00    0.00   0.10\n";

struct tree {
    struct arena *arena;
    const char *top;
};

static void put(const struct tree *tree, const char *path, const char *content) {
    char *whole = arena_printf(tree->arena, "%s/%s", tree->top, path);
    for (char *at = whole + strlen(tree->top) + 1; *at != '\0'; at++) {
        if (*at != '/') continue;
        *at = '\0';
        mkdir(whole, 0777);
        *at = '/';
    }
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static const char *names_of(const struct tree *tree, const char *pattern, size_t *strays) {
    char *const path = arena_string(tree->arena, tree->top);
    struct batch_runs runs = batch_find_runs(tree->arena, &path, 1, pattern);
    const char *all = "";
    for (size_t i = 0; i < runs.count; i++)
        all = arena_printf(tree->arena, "%s%s%s", all, i == 0 ? "" : " ", runs.runs[i].name);
    if (strays != NULL) *strays = runs.strays;
    return all;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where) {
    (void)status, (void)kind, (void)where;
    return remove(path);
}

static void remove_tree(const struct tree *tree) {
    assert_int_equal(nftw(tree->top, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

// Every list of files, and the runs that people would see in it.
static const struct {
    const char *files[8];  // a GPU log, or by its name "disk.log" one of a disk, "README.md" prose, others nonsense
    const char *runs;
    size_t strays;
} layouts[] = {
    {{"a/gpu.log", "b/gpu.log", "b/disk.log", "README.md"}, "a b", 0},
    {{"2026/x/gpu.log", "2026/y/gpu.log", "2027/x/gpu.log"}, "2026/x 2026/y 2027/x", 0},
    {{"a/gpu/gpu.log", "a/disk/disk.log", "b/logs/gpu.log"}, "a b", 0},
    {{"a/node1/gpu.log", "a/node2/gpu.log", "b/gpu.log"}, "a b", 0},
    {{"a/node1/gpu/gpu.log", "a/node2/gpu/gpu.log", "b/gpu.log"}, "a b", 0},
    {{"a/logs/gpu.log", "a/weights/model.bin", "b/gpu.log"}, "a b", 0},
    {{"a/gpu.log", "a/old/gpu.log", "b/gpu.log"}, "a b", 0},
    {{"disk.log", "a/gpu.log", "b/gpu.log"}, "a b", 1},
    {{"notes", "a/gpu.log", "b/gpu.log"}, "a b", 1},
    {{"a.tar.gz", "b.zip", "README.md"}, "a.tar.gz b.zip", 0},
    {{"a/gpu.log", "a/smart.tgz", "b.tgz"}, "a b.tgz", 0},
    {{"a/empty.dat", "b/gpu.log"}, "a b", 0},
    {{"docs/README.md", "b/gpu.log", "c/gpu.log"}, "b c", 0},
    {{"node1/a/gpu.log", "node1/b/gpu.log", "node2/c/gpu.log"}, "node1/a node1/b node2/c", 0},
};

static void runs_are_found(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        struct tree tree = {arena, new_place(arena)};
        for (size_t k = 0; k < 8 && layouts[i].files[k] != NULL; k++) {
            const char *file = layouts[i].files[k];
            put(&tree, file, strstr(file, "gpu.log") ? gpu_log : strstr(file, "disk.log") ? disk_log : "nothing\n");
        }
        size_t strays;
        assert_string_equal(names_of(&tree, NULL, &strays), layouts[i].runs);
        assert_int_equal(strays, layouts[i].strays);
        remove_tree(&tree);
    }
    arena_free(arena);
}

static void one_run_is_called_after_its_folder(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct tree tree = {arena, new_place(arena)};
    put(&tree, "gpu.log", gpu_log);
    assert_string_equal(names_of(&tree, NULL, NULL), strrchr(tree.top, '/') + 1);
    remove_tree(&tree);
    arena_free(arena);
}

static void a_pattern_decides_alone(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct tree tree = {arena, new_place(arena)};
    put(&tree, "x/job-1/a/gpu.log", gpu_log);
    put(&tree, "x/job-1/b/gpu.log", gpu_log);
    put(&tree, "x/job-2/gpu.log", gpu_log);
    put(&tree, "x/other/gpu.log", gpu_log);
    size_t strays;
    assert_string_equal(names_of(&tree, "*/job-*", &strays), "x/job-1 x/job-2");
    assert_int_equal(strays, 1);
    assert_string_equal(names_of(&tree, "*", NULL), "x");
    assert_string_equal(names_of(&tree, "*/*/gpu.log", NULL), "x/job-2/gpu.log x/other/gpu.log");
    remove_tree(&tree);
    arena_free(arena);
}

static void what_a_batch_wrote_is_no_input(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct tree tree = {arena, new_place(arena)};
    put(&tree, "a/gpu.log", gpu_log);
    put(&tree, "out/runs/a/copy.log", gpu_log);
    assert_string_equal(names_of(&tree, NULL, NULL), "a out/runs/a");
    char error[300] = "";
    assert_true(index_publish(arena_printf(arena, "%s/out", tree.top), NULL, 0, &some_facts, error, sizeof error));
    assert_string_equal(names_of(&tree, NULL, NULL), "a");
    remove_tree(&tree);
    arena_free(arena);
}

// Each run is in one shard, whichever others there are.
static void shards_part_the_runs(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    size_t sizes[8] = {0};
    for (size_t i = 0; i < 4000; i++) {
        struct batch_run run = {.name = arena_printf(arena, "2026/run-%zu", i)};
        size_t in = 0;
        for (size_t k = 1; k <= 8; k++)
            if (batch_in_shard(&run, k, 8)) {
                in++;
                sizes[k - 1]++;
            }
        assert_int_equal(in, 1);
        assert_true(batch_in_shard(&run, 1, 1));
    }
    for (size_t k = 0; k < 8; k++) assert_in_range(sizes[k], 400, 600);
    arena_free(arena);
}

// The same run by two paths is one; other runs of its name are not.
static void names_are_unique(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct tree a = {arena, new_place(arena)};
    put(&a, "p/run/gpu.log", gpu_log);
    put(&a, "q/run/gpu.log", gpu_log);
    char *const paths[] = {arena_printf(arena, "%s/p/run", a.top), arena_printf(arena, "%s/q/run", a.top),
                           arena_printf(arena, "%s/p/../p/run/", a.top), arena_printf(arena, "%s/none", a.top)};
    struct batch_runs runs = batch_find_runs(arena, paths, 4, NULL);
    assert_int_equal(runs.count, 2);
    assert_string_equal(runs.runs[0].name, "run");
    assert_string_not_equal(runs.runs[1].name, "run");
    assert_string_not_equal(runs.runs[0].directory, runs.runs[1].directory);
    assert_int_equal(runs.missing_count, 1);
    remove_tree(&a);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_go_through_a_pipe),
        cmocka_unit_test(half_a_row_is_none),
        cmocka_unit_test(rows_go_through_the_index),
        cmocka_unit_test(runs_are_found),
        cmocka_unit_test(one_run_is_called_after_its_folder),
        cmocka_unit_test(a_pattern_decides_alone),
        cmocka_unit_test(what_a_batch_wrote_is_no_input),
        cmocka_unit_test(shards_part_the_runs),
        cmocka_unit_test(names_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

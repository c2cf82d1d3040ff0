// The walk that takes nearly all lines and libcsv, which takes those with quotes, must see the same cells.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <dirent.h>

#include "parsers/csv_cells.h"
#include "parsers/lines.h"

static struct csv_cells fast, reference;

static void same_cells(struct text line) {
    csv_cells(&fast, line);
    csv_cells_by_library(&reference, line);
    if (fast.more || reference.more) {
        assert_int_equal(fast.more, reference.more);
        return;
    }
    if (fast.count != reference.count) print_error("%.*s\n", (int)line.length, line.at);
    assert_int_equal(fast.count, reference.count);
    for (size_t i = 0; i < fast.count; i++) {
        assert_int_equal(fast.at[i].length, reference.at[i].length);
        if (fast.at[i].length > 0) assert_memory_equal(fast.at[i].at, reference.at[i].at, fast.at[i].length);
    }
}

static size_t compare_lines(const void *bytes, size_t size) {
    struct lines *lines = lines_of_memory(bytes, size);
    struct text line;
    size_t count = 0;
    for (; lines_next(lines, &line); count++)
        if (line.length <= 65536) same_cells(line);
    lines_free(lines);
    return count;
}

static size_t compare_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return 0;
    enum { MOST = 4 << 20 };
    char *bytes = malloc(MOST);
    assert_non_null(bytes);
    size_t size = fread(bytes, 1, MOST, file);
    fclose(file);
    size_t count = compare_lines(bytes, size);
    free(bytes);
    return count;
}

static size_t compare_below(const char *folder) {
    DIR *directory = opendir(folder);
    if (directory == NULL) return 0;
    size_t count = 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] == '.') continue;
        char path[4096];
        struct stat status;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (stat(path, &status) != 0) continue;
        count += S_ISDIR(status.st_mode) ? compare_below(path) : compare_file(path);
    }
    closedir(directory);
    return count;
}

static void awkward_lines(void **state) {
    (void)state;
    static const char *const lines[] = {
        "",          " ",        "\t \t",    ",",        ",,",           " , ",  "a",          "a,",   ",a",
        " a , b ",   "a b,c\td", "\ta\t,\t", "a ,  , b", "a,\xff\xfe,b", "=,;|", "[N/A], 5 %", "   a", "a           ",
        "\x1b,\x7f", "é, ü",     ", \t,"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) same_cells(text_of(lines[i]));
}

static void quoted_cells_may_hold_commas(void **state) {
    (void)state;
    csv_cells(&fast, text_of("a, \"b, c\" ,\"d \"\"e\"\"\",f"));
    assert_int_equal(fast.count, 4);
    assert_int_equal(fast.at[1].length, 4);
    assert_memory_equal(fast.at[1].at, "b, c", 4);
    assert_memory_equal(fast.at[2].at, "d \"e\"", 5);
    assert_memory_equal(fast.at[3].at, "f", 1);
}

static void cells_beyond_the_limit_are_said(void **state) {
    (void)state;
    static char line[2 * CSV_CELLS_MOST + 2];
    for (size_t cells = CSV_CELLS_MOST - 1; cells <= CSV_CELLS_MOST + 1; cells++) {
        for (size_t i = 0; i < 2 * cells - 1; i++) line[i] = i % 2 == 0 ? 'x' : ',';
        struct text text = {line, 2 * cells - 1};
        same_cells(text);
        assert_int_equal(fast.more, cells > CSV_CELLS_MOST);
        if (!fast.more) assert_int_equal(fast.count, cells);
    }
}

static void random_lines(void **state) {
    (void)state;
    static const char letters[] = "a1,, \t.%\xc3";  // no quote: that is libcsv's own work
    uint32_t random = 1;
    char line[40];
    for (int round = 0; round < 200000; round++) {
        size_t length = 0;
        for (random = random * 1664525 + 1013904223; length < (random >> 16) % sizeof line; length++) {
            random = random * 1664525 + 1013904223;
            line[length] = letters[(random >> 16) % (sizeof letters - 1)];
        }
        same_cells((struct text){line, length});
    }
}

static void every_line_of_our_logs(void **state) {
    (void)state;
    assert_true(compare_below("tests/cases") > 100);
    compare_below("samples");
    size_t count = compare_below("../shared/corpus/nvidia-smi");
    if (count == 0) print_message("SKIPPED: there is no ../shared/corpus here: cells of real logs were not compared\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awkward_lines),
        cmocka_unit_test(quoted_cells_may_hold_commas),
        cmocka_unit_test(cells_beyond_the_limit_are_said),
        cmocka_unit_test(random_lines),
        cmocka_unit_test(every_line_of_our_logs),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    csv_cells_free(&fast);
    csv_cells_free(&reference);
    return failed;
}

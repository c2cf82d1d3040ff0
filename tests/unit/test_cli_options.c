// The command line.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"
#include "cli/values.h"
#include "core/arena.h"

enum { WORDS_MOST = 16 };

// Splits at blanks and reads. Returns what options_read says; the error is in `error`.
static bool read_line(struct options *options, const char *line, char *error, size_t size) {
    static char copy[512];
    static char *argv[WORDS_MOST + 1];
    int argc = 0;
    snprintf(copy, sizeof copy, "whyslow %s", line);
    for (char *word = strtok(copy, " "); word != NULL && argc < WORDS_MOST; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    error[0] = '\0';
    return options_read(options, argc, argv, error, size);
}

static void expect_wrong(const char *line, const char *words) {
    struct options options;
    char error[512];
    assert_false(read_line(&options, line, error, sizeof error));
    if (strstr(error, words) == NULL) fail_msg("\"%s\" says \"%s\", not \"%s\"", line, error, words);
    options_free(&options);
}

static void expect_right(struct options *options, const char *line) {
    char error[512];
    if (!read_line(options, line, error, sizeof error)) fail_msg("\"%s\" says \"%s\"", line, error);
}

static void defaults(void **state) {
    (void)state;
    struct options options;
    expect_right(&options, "logs");
    assert_int_equal(options.command, COMMAND_ANALYZE);
    assert_int_equal(options.path_count, 1);
    assert_string_equal(options.paths[0], "logs");
    assert_string_equal(options.report.directory, "whyslow-report");
    assert_int_equal(options.report.formats, REPORT_ALL);
    assert_true(isnan(options.analyze.gpu_hour_cost));
    assert_true(options.analyze.from == MILLIS_NONE && options.analyze.to == MILLIS_NONE);
    assert_int_equal(options.fail_on, -1);
    assert_int_equal(options.show, SHOW_NOTHING);
    options_free(&options);
}

static void options_and_paths_in_any_order(void **state) {
    (void)state;
    struct options options;
    expect_right(&options, "analyze a -o out b --gpu-hour-cost=2.5 --fail-on critical -q - --lang zh_CN");
    assert_int_equal(options.path_count, 3);
    assert_string_equal(options.paths[2], "-");
    assert_string_equal(options.report.directory, "out");
    assert_true(options.analyze.gpu_hour_cost == 2.5);
    assert_int_equal(options.fail_on, SEVERITY_CRITICAL);
    assert_true(options.quiet);
    assert_string_equal(options.lang, "zh_CN");
    options_free(&options);
    expect_right(&options, "-v inspect --json a --unpack-limit=500M --unpack-ratio 50 --file-limit 7");
    assert_int_equal(options.command, COMMAND_INSPECT);
    assert_true(options.json && options.verbose);
    assert_int_equal(options.read.member_limit, 500 << 20);
    assert_int_equal(options.read.ratio_limit, 50);
    assert_int_equal(options.read.file_limit, 7);
    options_free(&options);
}

// The line in the report makes the same report again: with what matters, quoted, without where it went.
static void the_line_of_the_report(void **state) {
    (void)state;
    struct options options;
    expect_right(&options, "a'b.log -o out --for jira -q --gpu-hour-cost 2.5 c --redact");
    assert_string_equal(options.report.command_line,
                        "whyslow analyze --for=jira --gpu-hour-cost=2.5 --redact 'a'\\''b.log' c");
    assert_string_equal(options.report.only_for, "jira");
    assert_true(options.redact);
    options_free(&options);
}

static void clocks(void **state) {
    (void)state;
    struct options options;
    expect_right(&options,
                 "x --timezone Asia/Shanghai --timezone io.log=UTC --offset gpu.csv=-3.5 --start 2024-05-06T07:08:09Z "
                 "--interval b=c.log=0.5 --from 2024-05-06T00:00 --to 2024-05-07");
    assert_int_equal(options.analyze.timezone_count, 2);
    assert_null(options.analyze.timezones[0].source);
    assert_string_equal(options.analyze.timezones[0].zone, "Asia/Shanghai");
    assert_string_equal(options.analyze.timezones[1].source, "io.log");
    assert_string_equal(options.analyze.offsets[0].source, "gpu.csv");
    assert_true(options.analyze.offsets[0].seconds == -3.5);
    assert_true(options.analyze.starts[0].time == INT64_C(1714979289000));
    assert_string_equal(options.analyze.intervals[0].source, "b=c.log");
    assert_true(options.analyze.intervals[0].seconds == 0.5);
    assert_true(options.analyze.to - options.analyze.from == INT64_C(86400000));
    options_free(&options);
}

static void mistakes_are_named(void **state) {
    (void)state;
    expect_wrong("", "which logs?");
    expect_wrong("x --fomat pdf", "did you mean --format?");
    expect_wrong("x --completely-else", "unknown option --completely-else; see");
    expect_wrong("x --o", "beginning of several");
    expect_wrong("x -z", "unknown option -z");
    expect_wrong("x --json=1", "takes no value");
    expect_wrong("x -o", "needs a value: --output=DIR");
    expect_wrong("x --offset 5", "SOURCE=SECONDS");
    expect_wrong("x --offset a=b", "not a number");
    expect_wrong("x --interval 0", "less than");
    expect_wrong("x --from yesterday", "not a time");
    expect_wrong("x --from 2024-05-07 --to 2024-05-06", "not before");
    expect_wrong("x --format pdf,doc", "\"doc\" is none of: pdf, png, xlsx, md, json");
    expect_wrong("x --for somebody", "none of: jira, gitlab, mail");
    expect_wrong("x --lang tlh", "none of: en, zh_CN");
    expect_wrong("x --fail-on never", "info, warning, critical");
    expect_wrong("x --unpack-limit many", "not a size");
    expect_wrong("x --gpu-hour-cost -1", "less than 0");
    expect_wrong("x --json", "not an option of \"whyslow analyze\"");
    expect_wrong("inspect x -o out", "not an option of \"whyslow inspect\"");
}

static void sizes(void **state) {
    (void)state;
    char error[200];
    uint64_t bytes = 0;
    assert_true(value_bytes("1048576", &bytes, error, sizeof error) && bytes == 1048576);
    assert_true(value_bytes("4G", &bytes, error, sizeof error) && bytes == UINT64_C(4) << 30);
    assert_true(value_bytes("1.5k", &bytes, error, sizeof error) && bytes == 1536);
    assert_true(value_bytes("2MiB", &bytes, error, sizeof error) && bytes == 2 << 20);
    assert_false(value_bytes("0", &bytes, error, sizeof error));
    assert_false(value_bytes("4X", &bytes, error, sizeof error));
    assert_false(value_bytes("-4G", &bytes, error, sizeof error));
    assert_false(value_bytes("1e30", &bytes, error, sizeof error));
}

static void nearest_words(void **state) {
    (void)state;
    static const char *const words[] = {"analyze", "inspect", NULL};
    assert_string_equal(value_nearest("analyse", words), "analyze");
    assert_string_equal(value_nearest("inpect", words), "inspect");
    assert_null(value_nearest("logs", words));
    assert_null(value_nearest("", words));
    char lengthy[300];
    memset(lengthy, 'a', sizeof lengthy - 1);
    lengthy[sizeof lengthy - 1] = '\0';
    assert_null(value_nearest(lengthy, words));
}

// What --help promises is what getopt_long gets: no name twice, no letter twice, a sentence for each.
static void the_table_is_consistent(void **state) {
    (void)state;
    for (const struct option_row *row = options_table; row->name != NULL; row++) {
        assert_true(row->what[0] != '\0' && row->set != NULL && row->commands != 0);
        for (const struct option_row *other = options_table; other != row; other++) {
            assert_string_not_equal(row->name, other->name);
            assert_true(row->letter == 0 || row->letter != other->letter);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(options_and_paths_in_any_order),
        cmocka_unit_test(the_line_of_the_report),
        cmocka_unit_test(clocks),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(sizes),
        cmocka_unit_test(nearest_words),
        cmocka_unit_test(the_table_is_consistent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The rule file: defaults, what is read over them, and what is refused with file and line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/rules.h"

static char *written(const char *text) {
    static char path[] = "/tmp/whyslow-rules-XXXXXX";
    strcpy(path + strlen(path) - 6, "XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    return path;
}

static void refuses(const char *text, const char *line, const char *part) {
    struct rules *rules = rules_new();
    char error[512];
    char *path = written(text);
    assert_false(rules_read(rules, path, error, sizeof error));
    assert_non_null(strstr(error, line));
    assert_non_null(strstr(error, part));
    unlink(path);
    rules_free(rules);
}

static void test_a_file_changes_only_what_it_names(void **state) {
    (void)state;
    struct rules *rules = rules_new();
    char error[512];
    char *path = written("; ours\n[storage]\nawait_ms = 12.5\n");
    assert_true(rules_read(rules, path, error, sizeof error));
    assert_true(rules_get(rules, "storage.await_ms") == 12.5);
    assert_true(rules_get(rules, "storage.await_wary_ms") == 20);
    unlink(path);
    rules_free(rules);
}

static void test_an_unknown_rule_is_refused_with_its_line(void **state) {
    (void)state;
    refuses("[storage]\nawait_ms = 12\nawait = 3\n", ":3:", "storage.await");
}

static void test_a_value_out_of_range_is_refused(void **state) {
    (void)state;
    refuses("[gpu]\nclock_exponent = 7\n", ":2:", "0.3 to 1");
    refuses("[gpu]\nclock_exponent = high\n", ":2:", "a number");
}

static void test_a_missing_file_is_said(void **state) {
    (void)state;
    struct rules *rules = rules_new();
    char error[512];
    assert_false(rules_read(rules, "/nonexistent/rules.ini", error, sizeof error));
    assert_non_null(strstr(error, "/nonexistent/rules.ini"));
    rules_free(rules);
}

static void test_printed_defaults_can_be_read_back(void **state) {
    (void)state;
    char *path = written("");
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    rules_print(out);
    fclose(out);
    struct rules *rules = rules_new();
    char error[512] = "";
    assert_true(rules_read(rules, path, error, sizeof error));
    for (size_t i = 0; rules_row(i) != NULL; i++)
        assert_true(rules_get(rules, rules_row(i)->name) == rules_row(i)->standard);
    unlink(path);
    rules_free(rules);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_changes_only_what_it_names),
        cmocka_unit_test(test_an_unknown_rule_is_refused_with_its_line),
        cmocka_unit_test(test_a_value_out_of_range_is_refused),
        cmocka_unit_test(test_a_missing_file_is_said),
        cmocka_unit_test(test_printed_defaults_can_be_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The verdict on a terminal: at most eight lines of eighty columns, whatever the names are.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/text.h"
#include "reports/terminal_text.h"
#include "reports/writer.h"
#include "tests/unit/sample_diagnosis.h"

static char *shown(const struct sample_options *sample, const struct report_options *options) {
    struct diagnosis *diagnosis = sample_diagnosis(sample);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    reports_terminal(out, diagnosis, options);
    fclose(out);
    sample_diagnosis_free(diagnosis);
    return text;
}

static void assert_fits(const char *text, size_t lines_most, int width_most) {
    size_t lines = 0;
    struct arena *arena = arena_new();
    for (struct text rest = text_of(text); rest.at != NULL && rest.length > 0; lines++) {
        struct text line = text_cut(&rest, '\n');
        assert_true(terminal_width(arena_copy(arena, line.at, line.length)) <= width_most);
    }
    arena_free(arena);
    assert_true(lines > 0 && lines <= lines_most);
}

static void test_block_has_the_five_answers(void **state) {
    (void)state;
    const struct report_options options = {.unicode = true, .width = 80};
    char *text = shown(&(struct sample_options){0}, &options);
    assert_fits(text, 8, 80);
    assert_int_equal(strncmp(text, "storage-read on sda: ", 21), 0);
    assert_non_null(strstr(text, "\nWhy:   median r_await was 87 ms"));
    assert_non_null(strstr(text, "\nSure:  93 %"));
    assert_non_null(strstr(text, "\nCost:  4.98 of 7.6"));
    assert_non_null(strstr(text, "\nNext:  Cache or prefetch"));
    assert_non_null(strstr(text, "disk-failing on sda (critical)"));
    assert_null(strchr(text, '\033'));
    free(text);
}

static void test_hostile_name_stays_in_its_lines(void **state) {
    (void)state;
    static const char *const names[] = {"=cmd|' /C calc'!A0", "sd\033[31ma\r\nInjected: line", "\xe2\x80\xaegpj.exe",
                                        "\xff\xfe broken", "\xf0\x9f\x92\xa3\xf0\x9f\x92\xa3 \xe7\xa3\x81\xe7\x9b\x98"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (int width = 20; width <= 200; width += 60) {
            const struct report_options options = {.unicode = true, .width = width};
            char *text = shown(&(struct sample_options){.disk = names[i]}, &options);
            assert_fits(text, 8, width < 40 ? 40 : width > 120 ? 120 : width);
            assert_null(strchr(text, '\033'));
            assert_null(strchr(text, '\r'));
            assert_null(strstr(text, "\xe2\x80\xae"));
            assert_null(strstr(text, "\nInjected"));
            free(text);
        }
    }
}

static void test_very_long_name_is_cut(void **state) {
    (void)state;
    char name[5001];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const struct report_options options = {.unicode = true, .width = 80};
    char *text = shown(&(struct sample_options){.disk = name}, &options);
    assert_fits(text, 8, 80);
    free(text);
}

static void test_ascii_terminal_gets_ascii(void **state) {
    (void)state;
    const struct report_options options = {.unicode = false, .width = 60};
    char *text = shown(&(struct sample_options){.disk = "\xe7\xa3\x81\xe7\x9b\x98"}, &options);
    for (const char *at = text; *at != '\0'; at++) assert_true((unsigned char)*at < 0x80);
    assert_fits(text, 8, 60);
    free(text);
}

static void test_colour_only_when_asked(void **state) {
    (void)state;
    const struct report_options options = {.unicode = true, .width = 80, .color = true};
    char *text = shown(&(struct sample_options){0}, &options);
    assert_non_null(strstr(text, "\033[1;31m"));
    assert_non_null(strstr(text, "\033[0m"));
    free(text);
}

static void test_nothing_known_is_said(void **state) {
    (void)state;
    const struct report_options options = {.unicode = true, .width = 80};
    char *text = shown(&(struct sample_options){.bare = true}, &options);
    assert_fits(text, 8, 80);
    assert_int_equal(strncmp(text, "unknown: ", 9), 0);
    assert_non_null(strstr(text, "Cost:  not known"));
    free(text);
}

static void test_widths(void **state) {
    (void)state;
    assert_int_equal(terminal_width("sda"), 3);
    assert_int_equal(terminal_width("\xe7\xa3\x81\xe7\x9b\x98"), 4);
    assert_int_equal(terminal_width("e\xcc\x81"), 1);
    struct arena *arena = arena_new();
    const char *rest = "one two three";
    assert_string_equal(terminal_line(arena, &rest, 8, false), "one two");
    assert_string_equal(terminal_line(arena, &rest, 4, true), "thr\xe2\x80\xa6");
    assert_string_equal(rest, "");
    arena_free(arena);
}

static void test_lines_of_chinese_end_where_they_may(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    // No line begins with a comma or a closing bracket, none ends with an opening one; words stay whole.
    const char *rest = "磁盘已满，停止（等待）";
    assert_string_equal(terminal_line(arena, &rest, 8, false), "磁盘已");
    assert_string_equal(terminal_line(arena, &rest, 11, false), "满，停止");
    assert_string_equal(terminal_line(arena, &rest, 7, false), "（等");
    assert_string_equal(terminal_line(arena, &rest, 7, false), "待）");
    rest = "用法 iostat（见上）";
    assert_string_equal(terminal_line(arena, &rest, 8, false), "用法");
    assert_string_equal(terminal_line(arena, &rest, 8, false), "iostat");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_has_the_five_answers),
        cmocka_unit_test(test_hostile_name_stays_in_its_lines),
        cmocka_unit_test(test_very_long_name_is_cut),
        cmocka_unit_test(test_ascii_terminal_gets_ascii),
        cmocka_unit_test(test_colour_only_when_asked),
        cmocka_unit_test(test_nothing_known_is_said),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_lines_of_chinese_end_where_they_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/fields.h"
#include "parsers/line_prefix.h"

static void a_line_becomes_words(void **state) {
    (void)state;
    struct fields fields;
    fields_split(TEXT("  sda\t 1.0  2.0 "), &fields);
    assert_int_equal(fields.count, 3);
    assert_true(text_equal(fields.at[0], "sda"));
    assert_int_equal(fields_find(&fields, "2.0"), 2);
    assert_true(fields_find(&fields, "3.0") == SIZE_MAX);
    fields_split(TEXT(""), &fields);
    assert_int_equal(fields.count, 0);
    char many[FIELDS_MOST * 2 + 20];
    memset(many, ' ', sizeof many);
    for (size_t i = 0; i < sizeof many; i += 2) many[i] = 'x';
    fields_split((struct text){many, sizeof many}, &fields);
    assert_int_equal(fields.count, FIELDS_MOST);
    assert_true(fields.more);
}

static void check(const char *word, double expected, char expected_suffix) {
    double value = -1;
    char suffix = '!';
    assert_true(fields_number(text_of(word), &value, &suffix));
    assert_true(value == expected);
    assert_int_equal(suffix, expected_suffix);
}

static void numbers_in_all_dresses(void **state) {
    (void)state;
    check("12.34", 12.34, '\0');
    check("12,34", 12.34, '\0');
    check("1700000.00", 1700000, '\0');
    check("18446744073709543424.00", 18446744073709543424.0, '\0');
    check("27.7%", 27.7, '%');
    check("5.1M", 5.1, 'M');
    check("4.0?", 4.0, '?');
    check("-1.00", -1, '\0');
    check("0", 0, '\0');
    double value;
    char suffix;
    assert_true(fields_number((struct text){"36.45\0", 6}, &value, &suffix));
    assert_true(value == 36.45);
    static const char *const refused[] = {"", "sda", "1.2.3", "M", "%", "--1", ".", "12MB"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (fields_number(text_of(refused[i]), &value, &suffix)) fail_msg("\"%s\" passed for a number", refused[i]);
    assert_true(fields_kib('M') == 1024);
    assert_true(fields_kib('s') == 0.5);
    assert_true(fields_kib('x') == 0);
}

static void check_prefix(const char *learnt, const char *own, const char *line, const char *left, const char *stamp) {
    struct line_prefix prefix;
    line_prefix_learn(&prefix, text_of(learnt), text_find(text_of(learnt), own));
    struct text rest = text_of(line);
    struct text found, host;
    line_prefix_strip(&prefix, &rest, &found, &host);
    assert_true(text_equal(rest, left));
    assert_true(stamp == NULL ? found.at == NULL : text_equal(found, stamp));
}

static void prefixes_come_off(void **state) {
    (void)state;
    check_prefix("Nov 23 11:47:22 Linux 6", "Linux", "Nov 23 11:47:23           1.0", "          1.0",
                 "Nov 23 11:47:23");
    check_prefix("Nov 23 11:47:22 Linux 6", "Linux", "Nov 23 11:47:23 2026 1", "2026 1", "Nov 23 11:47:23");
    check_prefix("[2026-11-23 11:47:22] Linux", "Linux", "[2026-11-23 11:47:23] sda 1", "sda 1", "2026-11-23 11:47:23");
    check_prefix("[2026-11-23 11:47:22] Linux", "Linux", "[2026-11-23 11:47:23]", "", "2026-11-23 11:47:23");
    check_prefix("2026-11-23T11:47:22.5Z stdout F Linux", "Linux", "2026-11-23T11:47:23.125Z stdout F sda 1", "sda 1",
                 "2026-11-23T11:47:23.125Z");
    check_prefix("Nov 23 11:47:22 node1 iostat[7]: Linux", "Linux", "Nov 23 11:47:23 node1 iostat[7]: sda 1", "sda 1",
                 "Nov 23 11:47:23");
    check_prefix("1795434442 Device r/s", "Device", "1795434443 vda 1", "vda 1", "1795434443");
    check_prefix(" Linux", "Linux", " sda 1", "sda 1", NULL);
    check_prefix("Linux", "Linux", " sda 1", " sda 1", NULL);
    check_prefix("Nov 23 11:47:22 Linux", "Linux", "not dated", "not dated", NULL);
}

static void a_host_is_a_prefix(void **state) {
    (void)state;
    struct line_prefix prefix;
    line_prefix_learn(&prefix, TEXT("node3: Linux 6"), 7);
    assert_int_equal(prefix.kind, LINE_PREFIX_HOST);
    struct text line = TEXT("node4: sda 1");
    struct text stamp, host;
    line_prefix_strip(&prefix, &line, &stamp, &host);
    assert_true(text_equal(host, "node4"));
    assert_true(text_equal(line, "sda 1"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_becomes_words),
        cmocka_unit_test(numbers_in_all_dresses),
        cmocka_unit_test(prefixes_come_off),
        cmocka_unit_test(a_host_is_a_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

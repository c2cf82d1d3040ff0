// Pieces of text, and the numbers in them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/text.h"

static void comparisons(void **state) {
    (void)state;
    assert_true(text_equal(TEXT("sda"), "sda"));
    assert_false(text_equal(TEXT("sda"), "sd"));
    assert_false(text_equal(TEXT("sd"), "sda"));
    assert_true(text_equal((struct text){NULL, 0}, ""));
    assert_true(text_equal_nocase(TEXT("Device"), "dEVICE"));
    assert_false(text_equal_nocase(TEXT("Device"), "Devices"));
    assert_true(text_starts(TEXT("nvme0n1"), "nvme"));
    assert_false(text_starts(TEXT("nv"), "nvme"));
    assert_true(text_ends(TEXT("gpu.log.gz"), ".gz"));
    assert_false(text_ends(TEXT("gz"), ".gz"));
}

static void searching(void **state) {
    (void)state;
    assert_int_equal(text_find(TEXT("aab"), "ab"), 1);
    assert_int_equal(text_find(TEXT("aab"), "b"), 2);
    assert_int_equal(text_find(TEXT("aab"), "c"), SIZE_MAX);
    assert_int_equal(text_find(TEXT("ab"), "abc"), SIZE_MAX);
    assert_int_equal(text_find(TEXT("x"), ""), 0);
    assert_int_equal(text_find(TEXT("aaab"), "aab"), 1);
    assert_true(text_has(TEXT("%util"), "util"));
    assert_true(text_has_text(TEXT("a\0b"), TEXT("\0b")));
    assert_false(text_has_text(TEXT("ab"), TEXT("abc")));
    assert_true(text_has_text((struct text){NULL, 0}, TEXT("")));
    assert_true(text_has_nocase(TEXT("train_LOSS"), TEXT("Loss")));
    assert_true(text_has_nocase(TEXT("aab"), TEXT("AB")));
    assert_false(text_has_nocase(TEXT("los"), TEXT("loss")));
    assert_false(text_has_nocase((struct text){NULL, 0}, TEXT("a")));
}

static void cutting(void **state) {
    (void)state;
    struct text rest = TEXT("a, b,,c,");
    const char *wanted[] = {"a", " b", "", "c", ""};
    size_t count = 0;
    while (rest.at != NULL) {
        assert_true(count < 5);
        assert_true(text_equal(text_cut(&rest, ','), wanted[count++]));
    }
    assert_int_equal(count, 5);
    assert_null(text_cut(&rest, ',').at);
}

static void words(void **state) {
    (void)state;
    struct text rest = TEXT("  sda \t 1.5  x");
    assert_true(text_equal(text_word(&rest), "sda"));
    assert_true(text_equal(text_word(&rest), "1.5"));
    assert_true(text_equal(text_word(&rest), "x"));
    assert_int_equal(text_word(&rest).length, 0);
    assert_true(text_equal(text_trim(TEXT(" \ta b\r\n ")), "a b"));
    assert_int_equal(text_trim(TEXT(" \r\n")).length, 0);
    assert_true(text_equal(text_skip(TEXT("abc"), 5), ""));
    assert_true(text_equal(text_head(TEXT("abc"), 2), "ab"));
}

static void number_is(const char *text, double wanted) {
    double value = -77;
    assert_true(text_number(text_of(text), &value));
    assert_memory_equal(&value, &wanted, sizeof value);  // exactly, the sign of zero included
}

// Beyond 2^53 and 10^22 the last place may be one off.
static void number_is_near(const char *text, double wanted) {
    double value = -77;
    assert_true(text_number(text_of(text), &value));
    assert_true(value > wanted * (1 - 1e-15) && value < wanted * (1 + 1e-15));
}

static void number_is_none(const char *text) {
    double value = -77;
    assert_false(text_number(text_of(text), &value));
    assert_true(value < -76);
}

static void numbers(void **state) {
    (void)state;
    number_is("0", 0);
    number_is("-0", -0.0);
    number_is("97", 97);
    number_is("+5", 5);
    number_is("3.25", 3.25);
    number_is("3,25", 3.25);
    number_is("0.1", 0.1);
    number_is("12.", 12);
    number_is("1e3", 1000);
    number_is("1.5E-3", 0.0015);
    number_is("9007199254740993", 9007199254740992);
    number_is("18446744073709551615", 18446744073709551615.0);
    number_is("000000000000000000000000000001", 1);
    number_is_near("123456789012345678901234567890", 123456789012345678901234567890.0);
    number_is_near("0.0000000000000000000000000001", 1e-28);
    number_is("1e-400", 0);
    number_is_none("");
    number_is_none("-");
    number_is_none(".");
    number_is_none("1.2.3");
    number_is_none("1,2,3");
    number_is_none("0x10");
    number_is_none("nan");
    number_is_none("inf");
    number_is_none("1e");
    number_is_none("12 ");
    number_is_none("[N/A]");
}

static void numbers_never_hang(void **state) {
    (void)state;
    double value;
    assert_true(text_number(TEXT("1e999999999999999999"), &value));
    assert_true(value > 1e299);
    char digits[5001];
    memset(digits, '9', 5000);
    digits[5000] = '\0';
    assert_true(text_number(text_of(digits), &value));
    assert_true(value > 1e299);
}

static void units(void **state) {
    (void)state;
    double value;
    struct text unit;
    assert_true(text_number_unit(TEXT(" 97 %"), &value, &unit));
    assert_true(value == 97 && text_equal(unit, "%"));
    assert_true(text_number_unit(TEXT("5.1M"), &value, &unit));
    assert_true(value == 5.1 && text_equal(unit, "M"));
    assert_true(text_number_unit(TEXT("12"), &value, &unit));
    assert_int_equal(unit.length, 0);
    assert_false(text_number_unit(TEXT("MiB"), &value, &unit));
}

static void integers(void **state) {
    (void)state;
    int64_t value;
    assert_true(text_integer(TEXT("-42"), &value));
    assert_int_equal(value, -42);
    assert_true(text_integer(TEXT("9223372036854775807"), &value));
    assert_true(value == INT64_MAX);
    assert_false(text_integer(TEXT("9223372036854775808"), &value));
    assert_false(text_integer(TEXT("1.0"), &value));
    assert_false(text_integer(TEXT("-"), &value));
    uint64_t mask;
    assert_true(text_hex(TEXT("0x0000000000000004"), &mask));
    assert_int_equal(mask, 4);
    assert_true(text_hex(TEXT("FF"), &mask));
    assert_int_equal(mask, 255);
    assert_false(text_hex(TEXT("0x"), &mask));
    assert_false(text_hex(TEXT("12345678901234567"), &mask));
    assert_false(text_hex(TEXT("0xg"), &mask));
}

static void utf8(void **state) {
    (void)state;
    assert_int_equal(text_utf8(TEXT("a")), 1);
    assert_int_equal(text_utf8(TEXT("\xc3\xa9")), 2);
    assert_int_equal(text_utf8(TEXT("\xe4\xbd\xa0")), 3);
    assert_int_equal(text_utf8(TEXT("\xf0\x9f\x98\x80")), 4);
    assert_int_equal(text_utf8(TEXT("\xc0\x80")), 0);          // overlong
    assert_int_equal(text_utf8(TEXT("\xed\xa0\x80")), 0);      // surrogate
    assert_int_equal(text_utf8(TEXT("\xf4\x90\x80\x80")), 0);  // above the last
    assert_int_equal(text_utf8(TEXT("\xe4\xbd")), 0);          // cut
    assert_int_equal(text_utf8(TEXT("\x80")), 0);
    struct arena *arena = arena_new();
    assert_string_equal(text_copy(arena, TEXT("a\xff"
                                              "b\x1b\tc\0d")),
                        "a\xef\xbf\xbd"
                        "b\xef\xbf\xbd"
                        "\tc\xef\xbf\xbd"
                        "d");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons), cmocka_unit_test(searching), cmocka_unit_test(cutting),
        cmocka_unit_test(words),       cmocka_unit_test(numbers),   cmocka_unit_test(numbers_never_hang),
        cmocka_unit_test(units),       cmocka_unit_test(integers),  cmocka_unit_test(utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

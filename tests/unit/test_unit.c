#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/unit.h"

static void numbers_with_units(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(unit_show(arena, 87.3, UNIT_MS), "87.3 ms");
    assert_string_equal(unit_show(arena, 2970, UNIT_KIB_PER_S), "2.9 MB/s");
    assert_string_equal(unit_show(arena, 1023.9, UNIT_KIB_PER_S), "1 MB/s");
    assert_string_equal(unit_show(arena, 12.2 * 1024, UNIT_MIB), "12.2 GiB");
    assert_string_equal(unit_show(arena, 5e15, UNIT_BYTES), "4547 TiB");
    assert_string_equal(unit_show(arena, 97, UNIT_PERCENT), "97 %");
    assert_string_equal(unit_show(arena, 3.14159, UNIT_HOURS), "3.14 h");
    assert_string_equal(unit_show(arena, 26280, UNIT_HOURS), "26280 h");
    assert_string_equal(unit_show(arena, 71, UNIT_CELSIUS), "71 °C");
    assert_string_equal(unit_show(arena, 36, UNIT_BITS), "0x24");
    assert_string_equal(unit_show(arena, 0, UNIT_MS), "0 ms");
    assert_string_equal(unit_show(arena, NAN, UNIT_MS), "–");
    assert_string_equal(unit_show(arena, 1500, UNIT_US), "1.5 ms");
    arena_free(arena);
}

static void plain_numbers(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(unit_number(arena, 0.012345, 3), "0.0123");
    assert_string_equal(unit_number(arena, 123456, 3), "123456");
    assert_string_equal(unit_number(arena, 3.10, 3), "3.1");
    assert_string_equal(unit_number(arena, -0.0, 3), "0");
    assert_string_equal(unit_number(arena, 1e14, 3), "100000000000000");
    assert_string_equal(unit_number(arena, NAN, 3), "–");
    assert_string_equal(unit_number(arena, -2.5, 2), "-2.5");
    arena_free(arena);
}

static void durations(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(unit_duration(arena, 7860), "2 h 11 min");
    assert_string_equal(unit_duration(arena, 7199), "2 h");
    assert_string_equal(unit_duration(arena, 840), "14 min");
    assert_string_equal(unit_duration(arena, 90), "1 min 30 s");
    assert_string_equal(unit_duration(arena, 9.5), "9.5 s");
    assert_string_equal(unit_duration(arena, 59.99), "1 min");
    assert_string_equal(unit_duration(arena, 3599), "1 h");
    assert_string_equal(unit_duration(arena, 0), "0 s");
    assert_string_equal(unit_duration(arena, 3 * 86400 + 4 * 3600), "3 d 4 h");
    assert_string_equal(unit_duration(arena, 86400 - 1), "1 d");
    assert_string_equal(unit_duration(arena, -840), "-14 min");
    assert_string_equal(unit_duration(arena, NAN), "–");
    arena_free(arena);
}

static void every_unit_has_a_name(void **state) {
    (void)state;
    for (int unit = UNIT_NONE + 1; unit < UNIT_COUNT_; unit++) assert_true(unit_name((enum unit)unit)[0] != '\0');
    assert_string_equal(unit_name(UNIT_NONE), "");
    assert_string_equal(unit_name(UNIT_KIB_PER_S), "kB/s");
    assert_string_equal(unit_name(UNIT_CELSIUS), "C");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_with_units),
        cmocka_unit_test(plain_numbers),
        cmocka_unit_test(durations),
        cmocka_unit_test(every_unit_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

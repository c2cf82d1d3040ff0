// Logs without a year get the one that makes them meet the run, or no place at all.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/years.h"
#include "core/arena.h"

static millis at(int year, int month, int day) { return when_days(year, month, day) * 86400000; }

static struct source_clock settle(millis ref_first, millis ref_last, millis first, millis last) {
    struct arena *arena = arena_new();
    struct source reference = {.first = ref_first, .last = ref_last};
    struct source log = {.first = first, .last = last, .year_assumed = true};
    struct source_clock clock = {.source = &log, .placed = true};
    years_settle(&reference, &clock, 1, arena);
    arena_free(arena);
    return clock;
}

static void test_the_year_of_the_run(void **state) {
    (void)state;
    struct source_clock clock = settle(at(2024, 5, 3), at(2024, 5, 4), at(1972, 5, 1), at(1972, 5, 3));
    assert_true(clock.placed);
    assert_true(clock.offset_seconds * 1000 == (double)(at(1972, 5, 3) - at(2024, 5, 3)));
}

static void test_a_run_over_new_year(void **state) {
    (void)state;
    struct source_clock clock = settle(at(2025, 1, 1), at(2025, 1, 2), at(1971, 12, 28), at(1971, 12, 31));
    assert_true(clock.placed);
    assert_true(clock.offset_seconds * 1000 == (double)(at(1971, 12, 31) - at(2024, 12, 31)));
}

static void test_another_month_has_no_place(void **state) {
    (void)state;
    assert_false(settle(at(2024, 5, 3), at(2024, 5, 4), at(1972, 8, 1), at(1972, 8, 3)).placed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_year_of_the_run),
        cmocka_unit_test(test_a_run_over_new_year),
        cmocka_unit_test(test_another_month_has_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Civil time: zones of the tz database and fixed ones, both nights of the year on which clocks are changed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
//
#include <cmocka.h>

#include "analyzer/civil_zone.h"
#include "core/arena.h"

static struct arena *arena;

static millis at(int year, int month, int day, int hour, int minute) {
    return (when_days(year, month, day) * 86400 + hour * 3600 + minute * 60) * 1000;
}

static const struct civil_zone *zone_or_skip(const char *name) {
    const struct civil_zone *zone = civil_zone_open(arena, name);
    if (zone == NULL) {
        print_message("no tz database here: %s is not tested\n", name);
        skip();
    }
    return zone;
}

static void fixed_offsets_need_no_database(void **state) {
    (void)state;
    const struct {
        const char *name;
        int seconds;
    } cases[] = {{"UTC", 0},       {"Z", 0},          {"+08:00", 28800}, {"-0330", -12600},
                 {"UTC+5", 18000}, {"GMT-3", -10800}, {"+05:45", 20700}, {"UTC+14", 50400}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct civil_zone *zone = civil_zone_open(arena, cases[i].name);
        assert_non_null(zone);
        assert_int_equal(civil_zone_offset(zone, at(2024, 7, 1, 0, 0)), cases[i].seconds);
        bool twice = true;
        assert_true(civil_zone_utc(zone, at(2024, 7, 1, 0, 0), false, &twice) ==
                    at(2024, 7, 1, 0, 0) - (millis)cases[i].seconds * 1000);
        assert_false(twice);
    }
}

static void names_that_are_none(void **state) {
    (void)state;
    const char *const names[] = {"",       "../../etc/passwd", "/etc/localtime", "Nowhere/City",
                                 "+25:00", "+08:00x",          "Europe/../UTC",  "Europe"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) assert_null(civil_zone_open(arena, names[i]));
    assert_null(civil_zone_open(arena, NULL));
}

static void zones_of_the_database(void **state) {
    (void)state;
    assert_int_equal(civil_zone_offset(zone_or_skip("Asia/Shanghai"), at(2024, 7, 1, 0, 0)), 28800);
    assert_int_equal(civil_zone_offset(zone_or_skip("Asia/Kathmandu"), at(2024, 7, 1, 0, 0)), 20700);
    const struct civil_zone *berlin = zone_or_skip("Europe/Berlin");
    assert_int_equal(civil_zone_offset(berlin, at(2024, 1, 1, 0, 0)), 3600);
    assert_int_equal(civil_zone_offset(berlin, at(2024, 7, 1, 0, 0)), 7200);
    assert_int_equal(civil_zone_offset(berlin, at(1980, 7, 1, 0, 0)), 7200);
    // Beyond the transitions that the file lists, by its rule; also south of the equator.
    assert_int_equal(civil_zone_offset(berlin, at(2055, 7, 1, 0, 0)), 7200);
    assert_int_equal(civil_zone_offset(berlin, at(2055, 12, 1, 0, 0)), 3600);
    const struct civil_zone *sydney = zone_or_skip("Australia/Sydney");
    assert_int_equal(civil_zone_offset(sydney, at(2055, 1, 1, 0, 0)), 39600);
    assert_int_equal(civil_zone_offset(sydney, at(2055, 7, 1, 0, 0)), 36000);
}

static void nights_on_which_clocks_change(void **state) {
    (void)state;
    const struct civil_zone *berlin = zone_or_skip("Europe/Berlin");
    // 2024-03-31 01:00 UTC forward, 2024-10-27 01:00 UTC back.
    assert_int_equal(civil_zone_offset(berlin, at(2024, 3, 31, 0, 59)), 3600);
    assert_int_equal(civil_zone_offset(berlin, at(2024, 3, 31, 1, 0)), 7200);
    bool twice = true;
    assert_true(civil_zone_utc(berlin, at(2024, 3, 31, 2, 30), false, &twice) == at(2024, 3, 31, 1, 30));  // skipped
    assert_false(twice);
    assert_true(civil_zone_utc(berlin, at(2024, 10, 27, 2, 30), false, &twice) == at(2024, 10, 27, 0, 30));
    assert_true(twice);
    assert_true(civil_zone_utc(berlin, at(2024, 10, 27, 2, 30), true, &twice) == at(2024, 10, 27, 1, 30));
    assert_true(civil_zone_utc(berlin, at(2024, 10, 27, 3, 0), false, &twice) == at(2024, 10, 27, 2, 0));
    assert_false(twice);
}

static int set_up(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_offsets_need_no_database),
        cmocka_unit_test(names_that_are_none),
        cmocka_unit_test(zones_of_the_database),
        cmocka_unit_test(nights_on_which_clocks_change),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

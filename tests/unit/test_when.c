#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/when.h"

// Reads the stamp and writes it as ISO with what was found out about its zone.
static const char *shown(struct arena *arena, const char *stamp, enum date_order order) {
    struct when when;
    if (!when_read(text_of(stamp), order, &when)) return "refused";
    if (!when.has_date)
        return arena_printf(arena, "%02d:%02d:%02d.%03d%s%s", when.hour, when.minute, when.second, when.millisecond,
                            when.zone_word[0] ? " " : "", when.zone_word);
    if (!when.has_year)
        return arena_printf(arena, "--%02d-%02d %02d:%02d:%02d", when.month, when.day, when.hour, when.minute,
                            when.second);
    const char *zone = when.has_zone ? when_zone(arena, when.zone_minutes) : when.zone_word;
    return arena_printf(arena, "%s%s%s%s", when_iso(arena, when_civil(&when), when.has_fraction, ""),
                        zone[0] ? " " : "", zone, when.ambiguous ? " ambiguous" : "");
}

static void check(const char *stamp, const char *expected) {
    struct arena *arena = arena_new();
    const char *found = shown(arena, stamp, DATE_ORDER_UNKNOWN);
    if (strcmp(found, expected) != 0) print_error("stamp \"%s\"\n", stamp);
    assert_string_equal(found, expected);
    arena_free(arena);
}

static void iso_and_its_relatives(void **state) {
    (void)state;
    check("2026-11-23", "2026-11-23T00:00:00");
    check("2026-11-23 11:44:02", "2026-11-23T11:44:02");
    check("2026-11-23T11:44:02Z", "2026-11-23T11:44:02 Z");
    check("2026-11-23T08:14:02-0330", "2026-11-23T08:14:02 -03:30");
    check("2026-11-23T08:14:02+05:30", "2026-11-23T08:14:02 +05:30");
    check("2026-11-23T08:14:02+02", "2026-11-23T08:14:02 +02:00");
    check("2026-11-23 08:14:02 +0100", "2026-11-23T08:14:02 +01:00");
    check("2026-11-23 08:14:02 UTC", "2026-11-23T08:14:02 Z");
    check("2026-11-23 08:14:02 CST", "2026-11-23T08:14:02 CST");
    check("2026-11-23 08:14:02,5", "2026-11-23T08:14:02.500");
    check("2026-11-23T08:14:02.123456Z", "2026-11-23T08:14:02.123 Z");
    check("2024/05/06 07:08:09.123", "2024-05-06T07:08:09.123");
    check("2026-11-23 11:44", "2026-11-23T11:44:00");
    check("  2026-11-23 11:44:02\r", "2026-11-23T11:44:02");
    check("1795434257", "2026-11-23T11:44:17 Z");
    check("1795434257.25", "2026-11-23T11:44:17.250 Z");
}

static void dates_of_iostat_in_the_locales(void **state) {
    (void)state;
    check("11/23/26 11:44:02", "2026-11-23T11:44:02");
    check("11/23/2026 11:44:02 AM", "2026-11-23T11:44:02");
    check("11/23/2026 12:00:09 AM", "2026-11-23T00:00:09");
    check("11/23/2026 12:00:09 PM", "2026-11-23T12:00:09");
    check("11/23/2026 01:00:09\xe2\x80\xafPM", "2026-11-23T13:00:09");
    check("23/11/26 11:44:02", "2026-11-23T11:44:02");
    check("23/11/26 05:14:02 PM IST", "2026-11-23T17:14:02 IST");
    check("23.11.2026 12:44:02", "2026-11-23T12:44:02");
    check("14.05.21", "2021-05-14T00:00:00");
    check("04.05.21", "2021-05-04T00:00:00");
    check("25-11-14", "2014-11-25T00:00:00");
    check("2026年11月23日 19时44分02秒", "2026-11-23T19:44:02");
    check("2026年11月23日 20時43分58秒", "2026-11-23T20:43:58");
    check("2026년 11월 23일 20시 44분 02초", "2026-11-23T20:44:02");
    check("2026年11月23日", "2026-11-23T00:00:00");
    check("2026年11月23日 下午 07时44分02秒", "2026-11-23T19:44:02");
    check("Thursday 18 April 2019", "2019-04-18T00:00:00");
    check("11:44:02", "11:44:02.000");
    check("11:44:02 PM", "23:44:02.000");
    check("07:44:02 AM UTC", "07:44:02.000 UTC");
}

static void what_date_prints_in_the_locales(void **state) {
    (void)state;
    check("Mon Nov 23 11:47:22 UTC 2026", "2026-11-23T11:47:22 Z");
    check("Fri Jan  1 00:00:05 CET 2027", "2027-01-01T00:00:05 CET");
    check("Fri Jan  1 00:00:05 2027", "2027-01-01T00:00:05");
    check("Mon Nov 23 11:47:22 AM UTC 2026", "2026-11-23T11:47:22 Z");
    check("Mon 23 Nov 2026 11:47:22 PM EST", "2026-11-23T23:47:22 EST");
    check("Mon 23 Nov 11:47:22 GMT 2026", "2026-11-23T11:47:22 Z");
    check("Mo 23. Nov 12:47:22 CET 2026", "2026-11-23T12:47:22 CET");
    check("Mo 2. Mär 12:47:22 CET 2026", "2026-03-02T12:47:22 CET");
    check("lun. 23 nov. 2026 12:47:22 CET", "2026-11-23T12:47:22 CET");
    check("mar. 3 févr. 2026 12:47:22 CET", "2026-02-03T12:47:22 CET");
    check("mar 3 mar 2026 12:47:22 CET", "2026-03-03T12:47:22 CET");
    check("lun 23 nov 2026 12:47:22 CET", "2026-11-23T12:47:22 CET");
    check("seg 23 nov 2026 08:47:22 -03", "2026-11-23T08:47:22 -03:00");
    check("Пн 23 ноя 2026 14:47:22 MSK", "2026-11-23T14:47:22 MSK");
    check("2026年 11月 23日 星期一 19:47:22 CST", "2026-11-23T19:47:22 CST");
    check("2026年 11月 23日 月曜日 20:47:22 JST", "2026-11-23T20:47:22 JST");
    check("2026. 11. 23. (월) 20:47:22 KST", "2026-11-23T20:47:22 KST");
    check("Mon, 23 Nov 2026 11:47:22 +0100", "2026-11-23T11:47:22 +01:00");
    check("pon, 23 lis 2026, 12:47:22 CET", "2026-11-23T12:47:22 CET");
    check("ma 23 mrt 2026 12:47:22 CET", "2026-03-23T12:47:22 CET");
    check("lun 23 mag 2022, 12:47:22, CEST", "2022-05-23T12:47:22 CEST");
    check("18/Apr/2019:10:22:33 +0000", "2019-04-18T10:22:33 Z");
    check("Sep  8 07:55:37", "--09-08 07:55:37");
    check("四 3月 20 17:16:08 2025", "2025-03-20T17:16:08");
    check("木  3月  6 17:16:08 2025", "2025-03-06T17:16:08");
    check("목  3월 20 17:16:08 2025", "2025-03-20T17:16:08");
    check("3月 10 16:24:18", "--03-10 16:24:18");
    check("23-11 11:54:55", "--11-23 11:54:55");
}

static void what_is_no_stamp(void **state) {
    (void)state;
    static const char *const refused[] = {
        "",
        " ",
        "12.7.9",
        "1.2.3",
        "hello",
        "2026-02-30",
        "31/11/26",
        "13/13/26",
        "2026-13-01",
        "25:00:00",
        "11:60:00",
        "13:00:00 PM",
        "192.168.1.10",
        "10.10.10.10",
        "123456789",
        "12345678901",
        "Nov 23",
        "may 5",
        "2026-11-23x",
        "11/23/126",
        "Nov 31 10:00:00 2026",
        "13月 10 16:24:18",
        "3月 32 16:24:18",
        "3月 10",
        "3月 10:16:24",
        "29.02.2026",
        "2026-11-23 11:44:02 junk",
        "1e9",
        "0x10",
        "11:44",
        "Mon",
        "1795434257s",
        "Done 5 Nov",
        "2026-11-23T25:00:00",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) check(refused[i], "refused");
    check("29.02.2028", "2028-02-29T00:00:00");
}

static void day_and_month(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    check("11/10/26", "2026-11-10T00:00:00 ambiguous");
    check("10/10/26", "2026-10-10T00:00:00");
    check("11-10-2026 01:02:03", "2026-11-10T01:02:03 ambiguous");
    assert_string_equal(shown(arena, "11/10/26", DATE_ORDER_DMY), "2026-10-11T00:00:00");
    assert_string_equal(shown(arena, "11/10/26", DATE_ORDER_MDY), "2026-11-10T00:00:00");
    assert_string_equal(shown(arena, "23/10/26", DATE_ORDER_MDY), "2026-10-23T00:00:00");
    assert_string_equal(shown(arena, "10/23/26", DATE_ORDER_DMY), "2026-10-23T00:00:00");
    arena_free(arena);
}

static void check_prefix(const char *line, size_t expected) {
    struct when when;
    size_t used = 0;
    if (!when_read_prefix(text_of(line), DATE_ORDER_UNKNOWN, &when, &used)) used = 0;
    if (used != expected) print_error("line \"%s\"\n", line);
    assert_int_equal(used, expected);
}

static void stamps_before_other_text(void **state) {
    (void)state;
    check_prefix("Mon Nov 23 11:47:22 UTC 2026: I/O Snapshot", 28);
    check_prefix("seg 23 nov 2026 08:47:22 -03: I/O Snapshot", 28);
    check_prefix("Sep  8 07:55:37 GPU kernel: [1.0] x", 15);
    check_prefix("Sep  8 07:55:37 host kernel: x", 15);
    check_prefix("2026-11-23 11:44:02 GPU at 5", 19);
    check_prefix("2026-11-23 11:44:02 -10 5", 19);
    check_prefix("2026-11-23 11:44:02 PST 5", 23);
    check_prefix("2024/05/06 07:08:09.123, 97 %", 23);
    check_prefix("2026-11-23T11:44:02+0100 sda", 24);
    check_prefix("11:44:02 all 1.0", 8);
    check_prefix("11:44:02 AM all 1.0", 11);
    check_prefix("1795434257 sda 1", 10);
    check_prefix("11/23/26\t_x86_64_", 8);
    check_prefix("sda 1.0 2.0", 0);
    check_prefix("        ", 0);
}

static void civil_and_utc(void **state) {
    (void)state;
    struct when when;
    assert_true(when_read(TEXT("2026-11-23T08:14:02-0330"), DATE_ORDER_UNKNOWN, &when));
    assert_int_equal(when_millis(&when) - when_civil(&when), (3 * 60 + 30) * 60000);
    assert_int_equal(when_millis(&when), INT64_C(1795434242000));
    assert_true(when_read(TEXT("11:44:02"), DATE_ORDER_UNKNOWN, &when));
    assert_true(when_millis(&when) == MILLIS_NONE);
}

static void days_go_there_and_back(void **state) {
    (void)state;
    assert_int_equal(when_days(1970, 1, 1), 0);
    assert_int_equal(when_days(2000, 2, 29), 11016);
    for (int64_t days = -800000; days < 800000; days += 13) {
        int year, month, day;
        when_date(days, &year, &month, &day);
        assert_int_equal(when_days(year, month, day), days);
    }
}

static void the_fast_path_agrees(void **state) {
    (void)state;
    millis at = 7;
    assert_true(when_nvidia(TEXT("2024/05/06 07:08:09.123"), &at));
    assert_int_equal(at, INT64_C(1714979289123));
    assert_true(when_nvidia(TEXT("2024/05/06 07:08:09"), &at));
    assert_int_equal(at, INT64_C(1714979289000));
    at = 7;
    assert_false(when_nvidia(TEXT("2024/02/30 07:08:09.123"), &at));
    assert_false(when_nvidia(TEXT("2024-05-06 07:08:09.123"), &at));
    assert_false(when_nvidia(TEXT("2024/05/06 24:08:09.123"), &at));
    assert_false(when_nvidia(TEXT("2024/05/06 07:08:09.1x3"), &at));
    assert_false(when_nvidia(TEXT(""), &at));
    assert_int_equal(at, 7);
}

static void writing(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(when_iso(arena, INT64_C(1714979289000), false, "Z"), "2024-05-06T07:08:09Z");
    assert_string_equal(when_iso(arena, INT64_C(1714979289000), true, ""), "2024-05-06T07:08:09.000");
    assert_string_equal(when_iso(arena, -1, false, ""), "1969-12-31T23:59:59.999");
    assert_string_equal(when_iso(arena, MILLIS_NONE, false, "Z"), "");
    assert_string_equal(when_zone(arena, 480), "+08:00");
    assert_string_equal(when_zone(arena, -210), "-03:30");
    assert_string_equal(when_zone(arena, 0), "Z");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_and_its_relatives),
        cmocka_unit_test(dates_of_iostat_in_the_locales),
        cmocka_unit_test(what_date_prints_in_the_locales),
        cmocka_unit_test(what_is_no_stamp),
        cmocka_unit_test(day_and_month),
        cmocka_unit_test(stamps_before_other_text),
        cmocka_unit_test(civil_and_utc),
        cmocka_unit_test(days_go_there_and_back),
        cmocka_unit_test(the_fast_path_agrees),
        cmocka_unit_test(writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

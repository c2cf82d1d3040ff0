// The arithmetic of times, and how they are written. Reading them: when_read.c.
#include "core/when.h"

#include <stdio.h>

#include "core/arena.h"

enum { DAY_SECONDS = 86400 };

int64_t when_days(int year, int month, int day) {
    // Years begin in March, so that the leap day is the last one.
    int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void when_date(int64_t days, int *year, int *month, int *day) {
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

static int month_days(int year, int month) {
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool date_exists(int year, int month, int day) {
    return month >= 1 && month <= 12 && day >= 1 && day <= month_days(year, month);
}

millis when_civil(const struct when *when) {
    if (!when->has_date || !when->has_year || !date_exists(when->year, when->month, when->day)) return MILLIS_NONE;
    int64_t seconds = when_days(when->year, when->month, when->day) * DAY_SECONDS;
    if (when->has_time) seconds += (int64_t)when->hour * 3600 + (int64_t)when->minute * 60 + when->second;
    return seconds * 1000 + (when->has_time ? when->millisecond : 0);
}

millis when_millis(const struct when *when) {
    millis civil = when_civil(when);
    if (civil == MILLIS_NONE || !when->has_zone) return civil;
    return civil - (millis)when->zone_minutes * 60000;
}

static bool two(const char *at, int *value) {
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') return false;
    *value = (at[0] - '0') * 10 + (at[1] - '0');
    return true;
}

bool when_nvidia(struct text text, millis *out) {
    const char *at = text.at;
    if (text.length != 19 && text.length != 23) return false;
    int century, year, month, day, hour, minute, second;
    int fraction = 0;
    if (at[4] != '/' || at[7] != '/' || at[10] != ' ' || at[13] != ':' || at[16] != ':') return false;
    if (!two(at, &century) || !two(at + 2, &year) || !two(at + 5, &month) || !two(at + 8, &day)) return false;
    if (!two(at + 11, &hour) || !two(at + 14, &minute) || !two(at + 17, &second)) return false;
    if (text.length == 23) {
        int tens;
        if (at[19] != '.' || !two(at + 20, &tens) || at[22] < '0' || at[22] > '9') return false;
        fraction = tens * 10 + (at[22] - '0');
    }
    year += century * 100;
    if (year < 1970 || hour > 23 || minute > 59 || second > 60 || !date_exists(year, month, day)) return false;
    int64_t seconds = when_days(year, month, day) * DAY_SECONDS + (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
    *out = seconds * 1000 + fraction;
    return true;
}

char *when_iso(struct arena *arena, millis at, bool fraction, const char *suffix) {
    if (at == MILLIS_NONE) return arena_string(arena, "");
    int64_t seconds = at / 1000;
    int milliseconds = (int)(at % 1000);
    if (milliseconds < 0) {
        milliseconds += 1000;
        seconds--;
    }
    int64_t days = seconds / DAY_SECONDS;
    int rest = (int)(seconds % DAY_SECONDS);
    if (rest < 0) {
        rest += DAY_SECONDS;
        days--;
    }
    int year, month, day;
    when_date(days, &year, &month, &day);
    char thousandths[8] = "";
    if (fraction || milliseconds != 0) snprintf(thousandths, sizeof thousandths, ".%03d", milliseconds);
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d%s%s", year, month, day, rest / 3600, rest / 60 % 60,
                        rest % 60, thousandths, suffix);
}

char *when_zone(struct arena *arena, int zone_minutes) {
    if (zone_minutes == 0) return arena_string(arena, "Z");
    int distance = zone_minutes < 0 ? -zone_minutes : zone_minutes;
    return arena_printf(arena, "%c%02d:%02d", zone_minutes < 0 ? '-' : '+', distance / 60, distance % 60);
}

// when.h: times as logs print them.
//
// A `millis` counts milliseconds since 1970-01-01 00:00:00 on SOME clock: the
// one that was printed. Where a log states no zone, the printed civil time is
// counted as if it were UTC; analyzer/align moves it to the run clock.
#ifndef WHYSLOW_CORE_WHEN_H
#define WHYSLOW_CORE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"

struct arena;

typedef int64_t millis;

// No time: an event without a stamp, an unset bound.
#define MILLIS_NONE INT64_MIN

// Order of day and month in a numeric date. A date whose first or second part
// is above 12 decides itself, whatever order is asked for.
enum date_order {
    DATE_ORDER_UNKNOWN,  // an undecidable date comes back with `ambiguous` set, read month first
    DATE_ORDER_MDY,
    DATE_ORDER_DMY,
};

// A stamp taken apart. Unset parts are 0; the `has_…` members say what was printed.
struct when {
    int year, month, day;
    int hour, minute, second, millisecond;
    bool has_date;  // a day and a month
    bool has_year;
    bool has_time;
    bool has_zone;      // a numeric offset, "Z", "UTC"/"GMT" or epoch seconds: zone_minutes is certain
    bool has_fraction;  // milliseconds were printed
    bool epoch;         // the stamp was epoch seconds
    bool ambiguous;     // day and month could be exchanged
    int zone_minutes;   // east of UTC is positive
    char zone_word[8];  // "CST", "CET", …: as printed, never converted by name ("" if none)
};

// Reads a stamp that fills the whole text (blanks at the ends are allowed).
// Known forms: ISO 8601 with blank or T, dot or comma fraction, with or without
// offset; nvidia-smi's "2024/05/06 07:08:09.123"; C asctime with or without zone
// word, day blank-padded, 12-hour forms; `date` and `iostat -t` of the locales
// in which logs were met (C, en_US, en_GB, en_IN, de, fr, es, pt_BR, pl, ru, it, nl,
// zh_CN, ja, ko); "%x" dates alone; times alone; epoch seconds of 10 digits with
// or without fraction. Returns false and leaves *out alone for anything else.
bool when_read(struct text text, enum date_order order, struct when *out);

// As when_read, for a stamp at the START of the text; *used becomes the number of
// bytes it covers. The longest reading wins. Syslog stamps ("Sep  8 07:55:37") are known, too.
bool when_read_prefix(struct text text, enum date_order order, struct when *out, size_t *used);

// Milliseconds of a stamp with a date, a year and (else midnight) a time. The civil time is
// counted as UTC; with has_zone the offset is taken off, so that the result IS
// UTC. MILLIS_NONE if the date does not exist.
millis when_millis(const struct when *when);

// As when_millis but leaves the zone out of account: the civil time as printed.
millis when_civil(const struct when *when);

// Fast path for nvidia-smi's own layout "YYYY/MM/DD HH:MM:SS.mmm" (the fraction may be missing).
// False for anything else.
bool when_nvidia(struct text text, millis *out);

// Days since 1970-01-01 of a Gregorian date, and back.
int64_t when_days(int year, int month, int day);
void when_date(int64_t days, int *year, int *month, int *day);

// "2024-05-06T07:08:09" or with ".123" if `milliseconds` is not a whole second or
// `fraction` is set; `suffix` ("Z", "+08:00", "") is appended. "" for MILLIS_NONE.
char *when_iso(struct arena *arena, millis at, bool fraction, const char *suffix);

// "+08:00" for 480, "Z" for 0.
char *when_zone(struct arena *arena, int zone_minutes);

#endif

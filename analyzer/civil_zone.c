// civil_zone.c: TZif files (RFC 8536), version 1 to 4, and the POSIX rule behind their last transition.
#include "analyzer/civil_zone.h"

#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"

enum { FILE_MOST = 1 << 18, NAME_MOST = 64, TRANSITIONS_MOST = 4000 };

// A day of the year by the rule "Mm.w.d/time".
struct rule_day {
    int month, week, weekday;
    int seconds;  // after midnight, civil time; may be negative or beyond 24 h
};

struct civil_zone {
    size_t count;
    int64_t *at;  // seconds of UTC, ascending
    int *offset;  // from there on
    int first;    // before the first transition
    bool ruled;   // beyond the last transition the rule holds
    int standard, summer;
    bool has_summer;
    struct rule_day begins, ends;
};

// ── the rule ────────────────────────────────────────────────────────────────

static bool skip_name(struct text *rest) {
    size_t length = 0;
    if (rest->length > 0 && rest->at[0] == '<') {
        while (length < rest->length && rest->at[length] != '>') length++;
        if (length == rest->length) return false;
        length++;
    } else {
        while (length < rest->length && ((rest->at[length] | 0x20) >= 'a' && (rest->at[length] | 0x20) <= 'z'))
            length++;
    }
    if (length < 3) return false;
    *rest = text_skip(*rest, length);
    return true;
}

static bool digits(struct text *rest, int *value) {
    size_t length = 0;
    *value = 0;
    while (length < rest->length && rest->at[length] >= '0' && rest->at[length] <= '9' && length < 4)
        *value = *value * 10 + (rest->at[length++] - '0');
    *rest = text_skip(*rest, length);
    return length > 0;
}

// "[+-]h[h][:mm[:ss]]" in seconds.
static bool clock_time(struct text *rest, int *seconds) {
    int sign = 1;
    if (rest->length > 0 && (rest->at[0] == '+' || rest->at[0] == '-')) {
        sign = rest->at[0] == '-' ? -1 : 1;
        *rest = text_skip(*rest, 1);
    }
    int part;
    if (!digits(rest, &part)) return false;
    int total = part * 3600;
    for (int unit = 60; unit >= 1 && rest->length > 0 && rest->at[0] == ':'; unit /= 60) {
        *rest = text_skip(*rest, 1);
        if (!digits(rest, &part)) return false;
        total += part * unit;
    }
    *seconds = sign * total;
    return true;
}

static bool take(struct text *rest, char c) {
    if (rest->length == 0 || rest->at[0] != c) return false;
    *rest = text_skip(*rest, 1);
    return true;
}

static bool rule_day(struct text *rest, struct rule_day *day) {
    day->seconds = 7200;
    if (!take(rest, ',') || !take(rest, 'M') || !digits(rest, &day->month) || !take(rest, '.')) return false;
    if (!digits(rest, &day->week) || !take(rest, '.') || !digits(rest, &day->weekday)) return false;
    if (take(rest, '/') && !clock_time(rest, &day->seconds)) return false;
    return day->month >= 1 && day->month <= 12 && day->week >= 1 && day->week <= 5 && day->weekday <= 6;
}

// "CET-1CEST,M3.5.0,M10.5.0/3". Julian day forms, which no zone of today uses, are refused.
static bool read_rule(struct text rule, struct civil_zone *zone) {
    int west;
    if (!skip_name(&rule) || !clock_time(&rule, &west)) return false;
    zone->standard = zone->summer = -west;
    if (rule.length == 0) return true;
    if (!skip_name(&rule)) return false;
    zone->summer = zone->standard + 3600;
    if (rule.length > 0 && rule.at[0] != ',') {
        if (!clock_time(&rule, &west)) return false;
        zone->summer = -west;
    }
    zone->has_summer = true;
    return rule_day(&rule, &zone->begins) && rule_day(&rule, &zone->ends);
}

// Seconds (counted as if UTC) of a rule's day in a year.
static int64_t day_in_year(const struct rule_day *rule, int year) {
    int64_t first = when_days(year, rule->month, 1);
    int weekday = (int)(((first + 4) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
    int64_t day = first + (rule->weekday - weekday + 7) % 7 + (int64_t)(rule->week - 1) * 7;
    int64_t next = rule->month == 12 ? when_days(year + 1, 1, 1) : when_days(year, rule->month + 1, 1);
    while (day >= next) day -= 7;
    return day * 86400 + rule->seconds;
}

static int offset_by_rule(const struct civil_zone *zone, int64_t utc) {
    if (!zone->has_summer) return zone->standard;
    int year;
    int month;
    int day;
    int64_t local = utc + zone->standard;
    when_date(local >= 0 ? local / 86400 : -((-local + 86399) / 86400), &year, &month, &day);
    int64_t begins = day_in_year(&zone->begins, year) - zone->standard;
    int64_t ends = day_in_year(&zone->ends, year) - zone->summer;
    bool summer = begins < ends ? utc >= begins && utc < ends : utc >= begins || utc < ends;
    return summer ? zone->summer : zone->standard;
}

// ── the file ────────────────────────────────────────────────────────────────

struct bytes {
    const unsigned char *at;
    size_t length;
};

static int64_t big_endian(const unsigned char *at, int width) {
    uint64_t value = at[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < width; i++) value = value << 8 | at[i];
    return (int64_t)value;
}

struct header {
    size_t utc_flags, standard_flags, leaps, times, types, letters;
};

enum { HEADER = 44 };

static bool read_header(struct bytes file, struct header *header, char *version) {
    if (file.length < HEADER || memcmp(file.at, "TZif", 4) != 0) return false;
    *version = (char)file.at[4];
    size_t *fields[] = {&header->utc_flags, &header->standard_flags, &header->leaps,
                        &header->times,     &header->types,          &header->letters};
    for (int i = 0; i < 6; i++) {
        int64_t value = big_endian(file.at + 20 + 4 * i, 4);
        if (value < 0 || value > FILE_MOST) return false;
        *fields[i] = (size_t)value;
    }
    return header->types > 0 && header->times <= TRANSITIONS_MOST;
}

static size_t body_length(const struct header *header, size_t width) {
    return header->times * (width + 1) + header->types * 6 + header->letters + header->leaps * (width + 4) +
           header->standard_flags + header->utc_flags;
}

static int type_offset(const unsigned char *types, size_t index) { return (int)big_endian(types + 6 * index, 4); }

static bool read_body(struct bytes body, const struct header *header, int width, struct arena *arena,
                      struct civil_zone *zone) {
    if (body.length < body_length(header, (size_t)width)) return false;
    const unsigned char *indices = body.at + header->times * (size_t)width;
    const unsigned char *types = indices + header->times;
    zone->count = header->times;
    zone->at = arena_array(arena, zone->count, sizeof *zone->at);
    zone->offset = arena_array(arena, zone->count, sizeof *zone->offset);
    zone->first = type_offset(types, 0);
    for (size_t i = 0; i < zone->count; i++) {
        if (indices[i] >= header->types) return false;
        zone->at[i] = big_endian(body.at + i * (size_t)width, width);
        zone->offset[i] = type_offset(types, indices[i]);
        if (i > 0 && zone->at[i] < zone->at[i - 1]) return false;
    }
    return true;
}

static bool read_zone(struct bytes file, struct arena *arena, struct civil_zone *zone) {
    struct header header;
    char version;
    if (!read_header(file, &header, &version)) return false;
    struct bytes rest = {file.at + HEADER, file.length - HEADER};
    if (version < '2') return read_body(rest, &header, 4, arena, zone);
    size_t old = body_length(&header, 4);
    if (old > rest.length) return false;
    rest = (struct bytes){rest.at + old, rest.length - old};
    if (!read_header(rest, &header, &version)) return false;
    rest = (struct bytes){rest.at + HEADER, rest.length - HEADER};
    if (!read_body(rest, &header, 8, arena, zone)) return false;
    size_t used = body_length(&header, 8);
    struct text rule = text_trim((struct text){(const char *)rest.at + used, rest.length - used});
    zone->ruled = rule.length > 0 && read_rule(rule, zone);
    return true;
}

// ── names ───────────────────────────────────────────────────────────────────

static bool plain_name(const char *name) {
    size_t length = strlen(name);
    if (length == 0 || length > NAME_MOST || name[0] == '/' || strstr(name, "..") != NULL) return false;
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                    c == '_' || c == '-' || c == '+';
        if (!good) return false;
    }
    return true;
}

// "UTC", "Z", "+08:00", "UTC+8", "GMT-3:30", "-0330".
static bool fixed_offset(const char *name, int *seconds) {
    struct text rest = text_of(name);
    *seconds = 0;
    if (text_equal(rest, "Z")) return true;
    if (text_starts(rest, "UTC") || text_starts(rest, "GMT")) rest = text_skip(rest, 3);
    if (rest.length == 0) return true;
    if (rest.at[0] != '+' && rest.at[0] != '-') return false;
    int sign = rest.at[0] == '-' ? -1 : 1;
    rest = text_skip(rest, 1);
    int hours;
    int minutes = 0;
    size_t before = rest.length;
    if (!digits(&rest, &hours)) return false;
    if (before - rest.length > 2) {
        minutes = hours % 100;
        hours /= 100;
    } else if (take(&rest, ':') && !digits(&rest, &minutes)) {
        return false;
    }
    *seconds = sign * (hours * 3600 + minutes * 60);
    return rest.length == 0 && hours <= 14 && minutes < 60;
}

const struct civil_zone *civil_zone_open(struct arena *arena, const char *name) {
    struct civil_zone *zone = arena_alloc(arena, sizeof *zone);
    if (name == NULL || name[0] == '\0') return NULL;
    if (fixed_offset(name, &zone->first)) return zone;
    if (!plain_name(name)) return NULL;
    FILE *file = fopen(arena_printf(arena, "%s%s", ZONE_FOLDER, name), "rb");
    if (file == NULL) return NULL;
    unsigned char *content = arena_alloc(arena, FILE_MOST);
    size_t length = fread(content, 1, FILE_MOST, file);
    (void)fclose(file);
    return read_zone((struct bytes){content, length}, arena, zone) ? zone : NULL;
}

// ── use ─────────────────────────────────────────────────────────────────────

static int64_t whole_seconds(millis at) { return at >= 0 ? at / 1000 : -((-at + 999) / 1000); }

int civil_zone_offset(const struct civil_zone *zone, millis utc) {
    int64_t seconds = whole_seconds(utc);
    size_t low = 0;
    size_t high = zone->count;
    while (low < high) {  // the number of transitions at or before the moment
        size_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->ruled) return offset_by_rule(zone, seconds);
    return low == 0 ? zone->first : zone->offset[low - 1];
}

// The offsets a day before and after are the only two that can hold.
millis civil_zone_utc(const struct civil_zone *zone, millis civil, bool second, bool *twice) {
    const millis day = 86400000;
    int before = civil_zone_offset(zone, civil - day);
    int after = civil_zone_offset(zone, civil + day);
    millis early = civil - (millis)before * 1000;
    millis late = civil - (millis)after * 1000;
    bool early_holds = civil_zone_offset(zone, early) == before;
    bool late_holds = civil_zone_offset(zone, late) == after;
    if (twice != NULL) *twice = before != after && early_holds && late_holds;
    if (early_holds && late_holds) return second ? late : early;
    if (late_holds) return late;
    return early;  // holds, or the time was skipped: counting on with the offset before moves it on by the skip
}

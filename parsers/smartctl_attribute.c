#include "parsers/smartctl_attribute.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/lang.h"

static bool digit(struct text text, size_t at) { return at < text.length && text.at[at] >= '0' && text.at[at] <= '9'; }

double smart_raw(struct text raw) {
    raw = text_trim(raw);
    if (text_starts(raw, "0x")) {
        struct text word = text_word(&raw);
        uint64_t value = 0;
        return text_hex(word, &value) ? (double)value : NAN;
    }
    size_t at = 0;
    bool negative = raw.length > 0 && raw.at[0] == '-';
    if (negative) at++;
    if (!digit(raw, at)) return NAN;
    double value = 0;
    for (; digit(raw, at) && at < 20; at++) value = value * 10 + (raw.at[at] - '0');
    return negative ? -value : value;
}

// Bytes of a thousands separator at `at`, 0 if there is none. It must be followed by exactly three digits.
static size_t separator(struct text text, size_t at) {
    size_t size = 0;
    if (at < text.length && strchr(",.' ", text.at[at]) != NULL && text.at[at] != '\0') size = 1;
    if (at + 1 < text.length && memcmp(text.at + at, "\xc2\xa0", 2) == 0) size = 2;
    if (at + 2 < text.length && memcmp(text.at + at, "\xe2\x80\xaf", 3) == 0) size = 3;
    if (size == 0) return 0;
    bool three = digit(text, at + size) && digit(text, at + size + 1) && digit(text, at + size + 2);
    return three && !digit(text, at + size + 3) ? size : 0;
}

double smart_count(struct text text) {
    text = text_trim(text);
    if (text_starts(text, "0x")) return smart_raw(text);
    if (!digit(text, 0)) return NAN;
    double value = 0;
    size_t at = 0;
    while (at < 80) {
        for (; digit(text, at); at++) value = value * 10 + (text.at[at] - '0');
        size_t skip = separator(text, at);
        if (skip == 0) break;
        at += skip;
    }
    return value;
}

static bool temperature(const struct smart_attribute *attribute) {
    return text_has(attribute->name, "Temperature") || text_equal(attribute->name, "Airflow_Temp");
}

static bool counts_sectors(int id) { return id == 5 || id == 187 || id == 196 || id == 197 || id == 198; }

// Raw numbers that no drive can have counted: a problem says why.
static bool impossible(struct source *source, const struct smart_attribute *attribute, const char *name, double raw,
                       uint32_t line) {
    bool pending = attribute->id == 197 || attribute->id == 198;
    if (temperature(attribute) && (raw > 150 || raw < -60))
        source_problem(source, line, SEVERITY_INFO, tr("%s: %.0f are no degrees: taken as missing"), name, raw);
    else if (raw >= 281474976710655.0)
        source_problem(source, line, SEVERITY_INFO,
                       tr("%s: more than 48 bits hold, or all of them set, is no count: taken as missing"), name);
    else if (raw >= 4294967280.0 && raw <= 4294967295.0)
        source_problem(source, line, SEVERITY_INFO, tr("%s: a 32-bit counter that fell below zero: taken as missing"),
                       name);
    else if (attribute->id == 9 && text_has(attribute->name, "Hours") && raw > 200000)
        // 23 years of power.
        source_problem(source, line, SEVERITY_INFO, tr("%s: more hours than any disk has lived: taken as missing"),
                       name);
    else if (pending && raw > 65535 && fmod(raw, 65536) == 0)
        source_problem(source, line, SEVERITY_INFO, tr("%s: the vendor packs other numbers into it: taken as missing"),
                       name);
    else
        return false;
    return true;
}

static double plausible(struct source *source, const struct smart_attribute *attribute, uint32_t line) {
    double raw = smart_raw(attribute->raw);
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(attribute->name.length > 60 ? 60 : attribute->name.length),
             attribute->name.at);
    if (impossible(source, attribute, name, raw, line)) return NAN;
    if (raw == 65535 && counts_sectors(attribute->id))
        source_problem(source, line, SEVERITY_INFO, tr("%s stands at its limit: 65535 or more"), name);
    if (attribute->id == 188 && raw > 4294967296.0) {
        // Three 16-bit counters in one number; where the drive is in smartctl's database they are printed apart,
        // highest first, and the first one is what is kept there.
        source_problem(source, line, SEVERITY_INFO, tr("%s holds three packed counters: the first is taken"), name);
        return floor(raw / 4294967296.0);
    }
    return raw;
}

// The column's name: the attribute's own; with the id where the same name stands for several
// attributes of the page.
static void column_name(const struct smart_page *page, const struct smart_attribute *attribute, char *name,
                        size_t size) {
    int length = (int)(attribute->name.length > 60 ? 60 : attribute->name.length);
    snprintf(name, size, "%.*s", length, attribute->name.at);
    const struct smart_value *earlier = smart_page_find(page, name);
    bool taken = earlier != NULL && earlier->id != attribute->id;
    if (text_starts(attribute->name, "Unknown_") || taken)
        snprintf(name, size, "%.*s_%d", length, attribute->name.at, attribute->id);
}

static void note_failure(struct smart_page *page, const struct smart_attribute *attribute, const char *name,
                         uint32_t line) {
    char key[100];
    snprintf(key, sizeof key, "when_failed:%s", name);
    bool now = attribute->failed == FAILS_NOW;
    smart_page_fact(page, key, text_of(now ? "FAILING_NOW" : "In_the_past"), line);
    smart_page_event(page, now ? EVENT_SMART_FAILED : EVENT_NOTE, attribute->line, line);
}

void smart_attribute(struct source *source, struct smart_page *page, const struct smart_attribute *attribute,
                     uint32_t line) {
    // Crucial and Micron drives flip this one between 0 and 1 all day.
    if (text_equal(attribute->name, "Bogus_Current_Pend_Sect") || attribute->name.length == 0) return;
    char name[80];
    column_name(page, attribute, name, sizeof name);
    bool hot = temperature(attribute);
    bool hours = attribute->id == 9 && text_has(attribute->name, "Hours");
    struct smart_value *raw = smart_page_value(page, name,
                                               hot     ? UNIT_CELSIUS
                                               : hours ? UNIT_HOURS
                                                       : UNIT_NONE,
                                               hot ? SERIES_STATE : SERIES_COUNTER, plausible(source, attribute, line));
    if (raw != NULL) raw->id = attribute->id;
    const struct {
        const char *suffix;
        double value;
    } parts[] = {{"value", attribute->value}, {"worst", attribute->worst}, {"thresh", attribute->thresh}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char column[100];
        snprintf(column, sizeof column, "%s.%s", name, parts[i].suffix);
        smart_page_value(page, column, UNIT_NONE, SERIES_STATE, parts[i].value);
    }
    // 5 counts replaced blocks under every name that makers give it; what the other ids mean depends on the model.
    bool known =
        attribute->id != 5 || text_has(attribute->name, "Reallocate") || text_starts(attribute->name, "Unknown_");
    char key[100];
    snprintf(key, sizeof key, "id:%s", name);
    if (!known) smart_page_fact(page, key, TEXT("5"), line);
    if (attribute->failed != NEVER_FAILED) note_failure(page, attribute, name, line);
}

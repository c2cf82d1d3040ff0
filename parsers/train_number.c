#include "parsers/train_number.h"

#include <math.h>
#include <string.h>

static const double SINCE_1970 = 1e9;  // seconds: "time": 1714979280.5 is a stamp, no duration

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// "1,048,576.5": groups of three behind one to three digits that do not begin with 0.
static bool parts_thousands(struct text number) {
    size_t digits = 0;
    bool first = true;
    for (size_t i = 0; i < number.length; i++) {
        if (is_digit(number.at[i])) {
            digits++;
        } else if (number.at[i] == ',') {
            if (first ? digits == 0 || digits > 3 || number.at[0] == '0' : digits != 3) return false;
            first = false;
            digits = 0;
        } else {
            break;
        }
    }
    return !first && digits == 3;
}

static bool without_commas(struct text number, double *value) {
    char plain[48];
    size_t length = 0;
    if (number.length > sizeof plain) return false;
    for (size_t i = 0; i < number.length; i++)
        if (number.at[i] != ',') plain[length++] = number.at[i];
    return text_number((struct text){plain, length}, value);
}

bool train_number(struct text number, bool count, double *value) {
    double read = NAN;
    bool comma = text_has(number, ",");
    if (comma && parts_thousands(number)) {
        if (!count && !text_has(number, ".")) return false;
        if (!without_commas(number, &read)) return false;
    } else if ((comma && count) || !text_number(number, &read)) {
        return false;
    }
    if (!isfinite(read)) return false;
    *value = read;
    return true;
}

double train_thousands(struct text behind) {
    if (behind.length == 0 || !is_letter(behind.at[0])) return 1;
    if (behind.length > 1 && (is_letter(behind.at[1]) || is_digit(behind.at[1]))) return 0;
    switch (behind.at[0]) {
        case 'k':
        case 'K':
            return 1e3;
        case 'M':
            return 1e6;
        default:
            return 0;
    }
}

// ── times ───────────────────────────────────────────────────────────────────

static const struct unit_word {
    const char *word;
    double seconds;
} unit_words[] = {
    {"s", 1},
    {"sec", 1},
    {"secs", 1},
    {"second", 1},
    {"seconds", 1},
    {"ms", 1e-3},
    {"msec", 1e-3},
    {"msecs", 1e-3},
    {"us", 1e-6},
    {"\xc2\xb5s", 1e-6},
    {"\xce\xbcs", 1e-6},
    {"ns", 1e-9},
    {"millisecond", 1e-3},
    {"milliseconds", 1e-3},
    {"m", 60},
    {"min", 60},
    {"mins", 60},
    {"minute", 60},
    {"minutes", 60},
    {"h", 3600},
    {"hr", 3600},
    {"hrs", 3600},
    {"hour", 3600},
    {"hours", 3600},
};

static double unit_of(struct text word) {
    for (size_t i = 0; i < sizeof unit_words / sizeof *unit_words; i++)
        if (word.length == 1 ? text_equal(word, unit_words[i].word) : text_equal_nocase(word, unit_words[i].word))
            return unit_words[i].seconds;
    return NAN;
}

// The letters at the start, a micro sign among them.
static size_t word_length(struct text text) {
    size_t length = 0;
    if (text_starts(text, "\xc2\xb5") || text_starts(text, "\xce\xbc")) length = 2;
    while (length < text.length && is_letter(text.at[length])) length++;
    return length;
}

// The unit at the start of *rest, behind blanks or none: *rest goes on behind it. NaN if none stands there; false if
// what stands there makes the number something else.
static bool take_unit(struct text *rest, double *unit) {
    *unit = NAN;
    struct text at = text_trim(*rest);
    if (at.length == 0) return true;
    bool attached = rest->at[0] == at.at[0];
    size_t length = word_length(at);
    if (length == 0) return at.at[0] != '%';
    double seconds = unit_of(text_head(at, length));
    struct text behind = text_skip(at, length);
    bool number_follows = behind.length > 0 && is_digit(behind.at[0]);
    if (isnan(seconds) || (number_follows && seconds < 60)) return !attached;
    *unit = seconds;
    *rest = behind;
    return true;
}

// "/200 iters" behind a unit: a time of something else than one step.
static bool is_shared(struct text behind) {
    if (behind.length == 0 || behind.at[0] != '/') return false;
    struct text of = text_skip(behind, 1);
    return !text_starts(of, "step") && !text_starts(of, "it") && !text_starts(of, "batch");
}

// "m 57s", "h 1m 20s": what follows minutes or hours, each in a smaller unit.
static double rest_of(struct text rest, double unit) {
    double sum = 0;
    for (int parts = 0; parts < 2 && unit >= 60; parts++) {
        struct text at = text_trim(rest);
        size_t digits = 0;
        while (digits < at.length && (is_digit(at.at[digits]) || at.at[digits] == '.')) digits++;
        double value = NAN;
        double smaller = NAN;
        struct text behind = text_skip(at, digits);
        if (digits == 0 || !text_number(text_head(at, digits), &value) || !take_unit(&behind, &smaller)) break;
        if (isnan(smaller) || smaller >= unit) break;
        sum += value * smaller;
        unit = smaller;
        rest = behind;
    }
    return sum;
}

bool train_seconds(struct text number, struct text unit, struct text behind, double *seconds, double *told) {
    double value = NAN;
    double named = unit.length > 0 ? unit_of(unit) : NAN;
    double followed = NAN;
    if (!train_number(number, false, &value) || !take_unit(&behind, &followed)) return false;
    if (!isnan(followed) && is_shared(behind)) return false;
    if (!isnan(named) && !isnan(followed) && fabs(named - followed) > 0) return false;
    *told = isnan(named) ? followed : named;
    if (isnan(*told) && value >= SINCE_1970) return false;
    if (!isnan(followed))
        *seconds = value * followed + rest_of(behind, followed);
    else
        *seconds = isnan(named) ? value : value * named;
    return true;
}

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

struct text text_of(const char *string) {
    return (struct text){string, strlen(string)};
}

bool text_equal(struct text text, const char *string) {
    return strlen(string) == text.length && (text.length == 0 || memcmp(text.at, string, text.length) == 0);
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

bool text_equal_nocase(struct text text, const char *string) {
    if (strlen(string) != text.length) return false;
    for (size_t i = 0; i < text.length; i++)
        if (lower(text.at[i]) != lower(string[i])) return false;
    return true;
}

bool text_starts(struct text text, const char *prefix) {
    size_t length = strlen(prefix);
    return length <= text.length && (length == 0 || memcmp(text.at, prefix, length) == 0);
}

bool text_ends(struct text text, const char *suffix) {
    size_t length = strlen(suffix);
    return length <= text.length && (length == 0 || memcmp(text.at + text.length - length, suffix, length) == 0);
}

size_t text_find(struct text text, const char *needle) {
    size_t length = strlen(needle);
    if (length == 0) return 0;
    if (text.length < length) return SIZE_MAX;
    const char *at = text.at;
    const char *last = text.at + (text.length - length);
    while (at <= last) {
        at = memchr(at, needle[0], (size_t)(last - at) + 1);
        if (at == NULL) return SIZE_MAX;
        if (memcmp(at, needle, length) == 0) return (size_t)(at - text.at);
        at++;
    }
    return SIZE_MAX;
}

bool text_has(struct text text, const char *needle) { return text_find(text, needle) != SIZE_MAX; }

bool text_has_text(struct text text, struct text needle) {
    return needle.length == 0 ||
           (text.length >= needle.length && memmem(text.at, text.length, needle.at, needle.length) != NULL);
}

bool text_has_nocase(struct text text, struct text needle) {
    if (needle.length == 0) return true;
    if (text.length < needle.length) return false;
    char first = lower(needle.at[0]);
    for (size_t i = 0; i <= text.length - needle.length; i++) {
        if (lower(text.at[i]) != first) continue;
        size_t same = 1;
        while (same < needle.length && lower(text.at[i + same]) == lower(needle.at[same])) same++;
        if (same == needle.length) return true;
    }
    return false;
}

struct text text_skip(struct text text, size_t count) {
    if (count > text.length) count = text.length;
    return (struct text){text.at == NULL ? NULL : text.at + count, text.length - count};
}

struct text text_head(struct text text, size_t count) {
    return (struct text){text.at, count < text.length ? count : text.length};
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

struct text text_trim(struct text text) {
    while (text.length > 0 && is_space(text.at[0])) text = text_skip(text, 1);
    while (text.length > 0 && is_space(text.at[text.length - 1])) text.length--;
    return text;
}

struct text text_cut(struct text *rest, char separator) {
    if (rest->at == NULL) return (struct text){NULL, 0};
    struct text field = *rest;
    const char *end = rest->length == 0 ? NULL : memchr(rest->at, separator, rest->length);
    if (end == NULL) {
        *rest = (struct text){NULL, 0};
        return field;
    }
    field.length = (size_t)(end - field.at);
    *rest = text_skip(*rest, field.length + 1);
    return field;
}

struct text text_word(struct text *rest) {
    size_t start = 0;
    while (start < rest->length && (rest->at[start] == ' ' || rest->at[start] == '\t')) start++;
    size_t end = start;
    while (end < rest->length && rest->at[end] != ' ' && rest->at[end] != '\t') end++;
    struct text word = {rest->at == NULL ? NULL : rest->at + start, end - start};
    *rest = text_skip(*rest, end);
    return word;
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// The bytes of a number at the start of `text`, 0 if there is none.
static size_t scan_number(struct text text, double *value) {
    size_t i = 0;
    bool negative = false;
    if (i < text.length && (text.at[i] == '-' || text.at[i] == '+')) negative = text.at[i++] == '-';
    uint64_t digits = 0;
    int kept = 0;
    int fraction = 0;
    bool any = false;
    bool point = false;
    for (; i < text.length; i++) {
        char c = text.at[i];
        if (c >= '0' && c <= '9') {
            any = true;
            if (kept < 19) {
                digits = digits * 10 + (uint64_t)(c - '0');
                if (digits != 0) kept++;
                if (point) fraction++;
            } else {
                if (!point) fraction--;
            }
        } else if ((c == '.' || c == ',') && !point && i + 1 < text.length && text.at[i + 1] >= '0' &&
                   text.at[i + 1] <= '9') {
            point = true;
        } else {
            break;
        }
    }
    if (!any) return 0;
    if (i < text.length && text.at[i] == '.' && !point) i++;  // "12." as some tools print
    int exponent = 0;
    if (i + 1 < text.length && (text.at[i] == 'e' || text.at[i] == 'E')) {
        size_t j = i + 1;
        bool minus = false;
        if (text.at[j] == '-' || text.at[j] == '+') minus = text.at[j++] == '-';
        size_t first = j;
        while (j < text.length && text.at[j] >= '0' && text.at[j] <= '9') {
            if (exponent < 1000) exponent = exponent * 10 + (text.at[j] - '0');
            j++;
        }
        if (j > first) {
            i = j;
            if (minus) exponent = -exponent;
        } else {
            exponent = 0;
        }
    }
    // Exact while the digits fit a double's 53 bits and the power is exact;
    // beyond that at most one unit in the last place off, which no log needs.
    int scale = exponent - fraction;
    double result = (double)digits;
    while (scale < 0) {
        int step = scale < -22 ? 22 : -scale;
        result /= powers[step];
        scale += step;
        if (result == 0) break;
    }
    while (scale > 0 && result != 0 && result < 1e300) {
        int step = scale > 22 ? 22 : scale;
        result *= powers[step];
        scale -= step;
    }
    *value = negative ? -result : result;
    return i;
}

bool text_number(struct text text, double *value) {
    double result = 0;
    size_t used = scan_number(text, &result);
    if (used == 0 || used != text.length) return false;
    *value = result;
    return true;
}

bool text_number_unit(struct text text, double *value, struct text *unit) {
    text = text_trim(text);
    double result = 0;
    size_t used = scan_number(text, &result);
    if (used == 0) return false;
    *value = result;
    *unit = text_trim(text_skip(text, used));
    return true;
}

bool text_integer(struct text text, int64_t *value) {
    size_t i = 0;
    bool negative = false;
    if (text.length > 0 && (text.at[0] == '-' || text.at[0] == '+')) negative = text.at[i++] == '-';
    if (i == text.length) return false;
    uint64_t magnitude = 0;
    for (; i < text.length; i++) {
        char c = text.at[i];
        if (c < '0' || c > '9') return false;
        unsigned digit = (unsigned)(c - '0');
        if (magnitude > ((uint64_t)INT64_MAX - digit) / 10) return false;
        magnitude = magnitude * 10 + digit;
    }
    *value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

bool text_hex(struct text text, uint64_t *value) {
    if (text_starts(text, "0x") || text_starts(text, "0X")) text = text_skip(text, 2);
    if (text.length == 0 || text.length > 16) return false;
    uint64_t result = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = lower(text.at[i]);
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a') + 10;
        else
            return false;
        result = result << 4 | digit;
    }
    *value = result;
    return true;
}

size_t text_utf8(struct text text) {
    if (text.length == 0) return 0;
    const unsigned char *s = (const unsigned char *)text.at;
    if (s[0] < 0x80) return 1;
    size_t need;
    unsigned lowest = 0x80;
    unsigned highest = 0xbf;
    if (s[0] >= 0xc2 && s[0] <= 0xdf) {
        need = 2;
    } else if (s[0] >= 0xe0 && s[0] <= 0xef) {
        need = 3;
        if (s[0] == 0xe0) lowest = 0xa0;   // overlong
        if (s[0] == 0xed) highest = 0x9f;  // surrogates
    } else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        need = 4;
        if (s[0] == 0xf0) lowest = 0x90;
        if (s[0] == 0xf4) highest = 0x8f;
    } else {
        return 0;
    }
    if (text.length < need || s[1] < lowest || s[1] > highest) return 0;
    for (size_t i = 2; i < need; i++)
        if (s[i] < 0x80 || s[i] > 0xbf) return 0;
    return need;
}

char *text_copy(struct arena *arena, struct text text) {
    static const char replacement[] = "\xef\xbf\xbd";
    size_t size = 0;
    for (struct text rest = text; rest.length > 0;) {
        size_t step = text_utf8(rest);
        bool bad = step == 0 || (step == 1 && (unsigned char)rest.at[0] < 0x20 && rest.at[0] != '\t') ||
                   (step == 1 && rest.at[0] == 0x7f);
        size += bad ? 3 : step;
        rest = text_skip(rest, step == 0 ? 1 : step);
    }
    char *copy = arena_alloc(arena, size + 1);
    char *to = copy;
    for (struct text rest = text; rest.length > 0;) {
        size_t step = text_utf8(rest);
        bool bad = step == 0 || (step == 1 && (unsigned char)rest.at[0] < 0x20 && rest.at[0] != '\t') ||
                   (step == 1 && rest.at[0] == 0x7f);
        memcpy(to, bad ? replacement : rest.at, bad ? 3 : step);
        to += bad ? 3 : step;
        rest = text_skip(rest, step == 0 ? 1 : step);
    }
    return copy;
}

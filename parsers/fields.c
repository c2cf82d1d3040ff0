#include "parsers/fields.h"

#include <stdint.h>

void fields_split(struct text line, struct fields *out) {
    out->count = 0;
    out->more = false;
    for (struct text word = text_word(&line); word.length > 0; word = text_word(&line)) {
        if (out->count == FIELDS_MOST) {
            out->more = true;
            return;
        }
        out->at[out->count++] = word;
    }
}

size_t fields_find(const struct fields *fields, const char *word) {
    for (size_t i = 0; i < fields->count; i++)
        if (text_equal(fields->at[i], word)) return i;
    return SIZE_MAX;
}

// Nearly all numbers are digits, a point and two digits.
static bool short_number(struct text word, double *value) {
    static const double divisor[] = {1, 1e1, 1e2, 1e3, 1e4};
    if (word.length == 0 || word.length > 15) return false;
    int64_t digits = 0;
    size_t point = SIZE_MAX;
    for (size_t i = 0; i < word.length; i++) {
        char c = word.at[i];
        if (c >= '0' && c <= '9')
            digits = digits * 10 + (c - '0');
        else if ((c == '.' || c == ',') && point == SIZE_MAX && i > 0)
            point = i;
        else
            return false;
    }
    size_t decimals = point == SIZE_MAX ? 0 : word.length - point - 1;
    if (decimals > 4 || (point != SIZE_MAX && decimals == 0)) return false;
    // Both operands are exact, so that the one rounding gives the double nearest to the decimal.
    *value = (double)digits / divisor[decimals];
    return true;
}

bool fields_number(struct text word, double *value, char *suffix) {
    if (short_number(word, value)) {
        *suffix = '\0';
        return true;
    }
    while (word.length > 0 && word.at[word.length - 1] == '\0') word.length--;
    if (word.length == 0) return false;
    char last = word.at[word.length - 1];
    bool suffixed = (last >= 'A' && last <= 'Z') || (last >= 'a' && last <= 'z') || last == '%' || last == '?';
    if (suffixed) word.length--;
    if (!short_number(word, value) && !text_number(word, value)) return false;
    *suffix = suffixed ? last : '\0';
    return true;
}

double fields_kib(char suffix) {
    switch (suffix) {
        case 's':
            return 0.5;
        case 'B':
            return 1.0 / 1024;
        case 'k':
        case 'K':
            return 1;
        case 'M':
            return 1024;
        case 'G':
            return 1024.0 * 1024;
        case 'T':
            return 1024.0 * 1024 * 1024;
        case 'P':
            return 1024.0 * 1024 * 1024 * 1024;
        default:
            return 0;
    }
}

#include "cli/values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"
#include "reports/writer.h"

enum { WORD_MOST = 40 };

static void join_words(const char *const *words, char *out, size_t size) {
    out[0] = '\0';
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%s%s", i == 0 ? "" : tr(", "), words[i]);
    }
}

int value_word(const char *value, const char *const *words, char *error, size_t size) {
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0) return i;
    char allowed[200];
    join_words(words, allowed, sizeof allowed);
    snprintf(error, size, tr("\"%s\" is none of: %s"), value, allowed);
    return -1;
}

bool value_formats(const char *value, unsigned *mask, char *error, size_t size) {
    static const char *const names[] = {"pdf", "png", "xlsx", "md", "json", NULL};
    unsigned result = 0;
    for (struct text rest = text_of(value); rest.at != NULL;) {
        struct text name = text_trim(text_cut(&rest, ','));
        char word[WORD_MOST];
        snprintf(word, sizeof word, "%.*s", (int)text_head(name, WORD_MOST - 1).length, name.at);
        enum report_format format = report_format_named(word);
        if (format == REPORT_COUNT_) {
            if (value_word(word, names, error, size) >= 0)
                snprintf(error, size, tr("\"%s\" is not in this version"), word);
            return false;
        }
        result |= 1u << format;
    }
    *mask = result;
    return true;
}

bool value_number(const char *value, double least, double *out, char *error, size_t size) {
    double number;
    if (!text_number(text_trim(text_of(value)), &number) || !isfinite(number)) {
        snprintf(error, size, tr("\"%s\" is not a number"), value);
        return false;
    }
    if (number < least) {
        snprintf(error, size, tr("%s is less than %g"), value, least);
        return false;
    }
    *out = number;
    return true;
}

bool value_bytes(const char *value, uint64_t *out, char *error, size_t size) {
    static const char letters[] = "KMGT";
    double number;
    struct text unit;
    if (text_number_unit(text_of(value), &number, &unit) && number > 0) {
        double scale = unit.length == 0 ? 1 : 0;
        for (size_t i = 0; i < 4; i++)
            if (unit.length > 0 && (unit.at[0] & 0x5f) == letters[i] &&
                (unit.length == 1 || text_equal(text_skip(unit, 1), "iB") || text_equal(text_skip(unit, 1), "B")))
                scale = ldexp(1, 10 * ((int)i + 1));
        if (scale > 0 && number * scale >= 1 && number * scale < 9e18) {
            *out = (uint64_t)(number * scale);
            return true;
        }
    }
    snprintf(error, size, tr("\"%s\" is not a size such as 500M or 4G"), value);
    return false;
}

bool value_time(const char *value, millis *out, char *error, size_t size) {
    struct when when;
    millis at = MILLIS_NONE;
    if (when_read(text_of(value), DATE_ORDER_UNKNOWN, &when) && when.has_date && when.has_year && !when.ambiguous)
        at = when_millis(&when);
    if (at == MILLIS_NONE) {
        snprintf(error, size, tr("\"%s\" is not a time such as 2024-05-06T07:08:09"), value);
        return false;
    }
    *out = at;
    return true;
}

const char *value_source(struct arena *arena, const char *value, const char **source) {
    const char *equals = strrchr(value, '=');
    *source = equals == NULL ? NULL : arena_copy(arena, value, (size_t)(equals - value));
    return equals == NULL ? value : equals + 1;
}

// Edits that make `a` of `b`: insert, delete, replace.
static size_t distance(const char *a, const char *b) {
    size_t row[WORD_MOST + 1];
    size_t width = strlen(b);
    if (width > WORD_MOST || strlen(a) > WORD_MOST) return SIZE_MAX;
    for (size_t k = 0; k <= width; k++) row[k] = k;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t k = 0; k < width; k++) {
            size_t best = diagonal + (a[i] != b[k]);
            if (row[k] + 1 < best) best = row[k] + 1;
            if (row[k + 1] + 1 < best) best = row[k + 1] + 1;
            diagonal = row[k + 1];
            row[k + 1] = best;
        }
    }
    return row[width];
}

const char *value_nearest(const char *typed, const char *const *words) {
    const char *nearest = NULL;
    size_t least = strlen(typed) < 5 ? 2 : 3;  // fewer edits than this are a slip of the fingers
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t edits = distance(typed, words[i]);
        if (edits < least) {
            least = edits;
            nearest = words[i];
        }
    }
    return nearest;
}

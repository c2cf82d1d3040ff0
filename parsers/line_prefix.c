#include "parsers/line_prefix.h"

#include <string.h>

// The stamp at the start of the text, after a bracket if there is one; 0 if there is none.
static size_t stamp_at(struct text text, struct line_prefix *prefix) {
    prefix->bracket = text_starts(text, "[");
    if (prefix->bracket) text = text_skip(text, 1);
    struct when when;
    size_t used;
    if (!when_read_prefix(text, DATE_ORDER_UNKNOWN, &when, &used)) return 0;
    prefix->year = when.has_year;
    return used;
}

static void keep_text(struct line_prefix *prefix, struct text text) {
    prefix->text_length = text.length < sizeof prefix->text ? text.length : sizeof prefix->text;
    if (prefix->text_length > 0) memcpy(prefix->text, text.at, prefix->text_length);
}

// The length of "host:" at the start, 0 if the text does not start so.
static size_t host_at(struct text text) {
    size_t length = 0;
    while (length < text.length && text.at[length] != ' ' && text.at[length] != '\t') length++;
    return length > 1 && length < 256 && text.at[length - 1] == ':' ? length : 0;
}

void line_prefix_learn(struct line_prefix *prefix, struct text line, size_t own) {
    *prefix = (struct line_prefix){.kind = LINE_PREFIX_NONE};
    struct text before = text_head(line, own);
    if (before.length == 0) return;
    size_t stamp = stamp_at(before, prefix);
    if (stamp > 0) {
        prefix->kind = LINE_PREFIX_STAMP;
        prefix->stamp_length = stamp;
        keep_text(prefix, text_skip(before, stamp + (prefix->bracket ? 1 : 0)));
        return;
    }
    size_t host = host_at(before);
    if (host > 0 && text_trim(text_skip(before, host)).length == 0) {
        prefix->kind = LINE_PREFIX_HOST;
        return;
    }
    if (before.length > sizeof prefix->text) return;
    prefix->kind = LINE_PREFIX_TEXT;
    keep_text(prefix, before);
}

// Skips as much of the constant text as is there: blank lines may have lost their trailing blanks.
static void skip_text(const struct line_prefix *prefix, struct text *line) {
    size_t i = 0;
    while (i < prefix->text_length && i < line->length && line->at[i] == prefix->text[i]) i++;
    *line = text_skip(*line, i);
}

static void strip_stamp(const struct line_prefix *prefix, struct text *line, struct text *stamp) {
    struct text rest = *line;
    if (prefix->bracket) {
        if (!text_starts(rest, "[")) return;
        rest = text_skip(rest, 1);
    }
    struct when when;
    size_t used = 0;
    if (!when_read_prefix(rest, DATE_ORDER_UNKNOWN, &when, &used)) return;
    // A number behind a stamp that prints no year must not pass for its year.
    if (used > prefix->stamp_length && !prefix->year && when.has_year)
        if (!when_read_prefix(text_head(rest, prefix->stamp_length), DATE_ORDER_UNKNOWN, &when, &used)) return;
    *stamp = text_head(rest, used);
    *line = text_skip(rest, used);
    skip_text(prefix, line);
}

void line_prefix_strip(const struct line_prefix *prefix, struct text *line, struct text *stamp, struct text *host) {
    *stamp = (struct text){NULL, 0};
    *host = (struct text){NULL, 0};
    size_t length;
    switch (prefix->kind) {
        case LINE_PREFIX_NONE:
            break;
        case LINE_PREFIX_STAMP:
            strip_stamp(prefix, line, stamp);
            break;
        case LINE_PREFIX_HOST:
            length = host_at(*line);
            if (length == 0) break;
            *host = text_head(*line, length - 1);
            *line = text_skip(*line, length + 1);
            break;
        case LINE_PREFIX_TEXT:
            skip_text(prefix, line);
            break;
    }
}

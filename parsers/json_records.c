#include "parsers/json_records.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/lang.h"

// As for iostat's JSON; a record is one report, some kilobytes for each disk.
static const size_t document_limit = (size_t)1 << 30;
enum { RECORD_MOST = 16 << 20 };

void json_records_begin(struct json_records *records, struct lines *lines, struct source *source) {
    bool whole = true;
    *records = (struct json_records){.source = source, .line = 1};
    records->text = lines_rest(lines, document_limit, &whole);
    records->last_line = lines_number(lines);
    if (!whole)
        source_problem(source, 0, SEVERITY_WARNING, tr("only the first %zu MiB of this log are read"),
                       document_limit >> 20);
}

static void advance_to(struct json_records *records, size_t end) {
    for (; records->at < end; records->at++)
        if (records->text.at[records->at] == '\n' && records->line < records->last_line) records->line++;
}

// Goes behind the '[' of the next "statistics". False if there is none.
static bool enter(struct json_records *records) {
    struct text rest = text_skip(records->text, records->at);
    size_t key = text_find(rest, "\"statistics\"");
    if (key == SIZE_MAX) return false;
    size_t open = text_find(text_skip(rest, key), "[");
    if (open == SIZE_MAX) return false;
    records->head = text_head(rest, key);
    advance_to(records, records->at + key + open + 1);
    records->inside = true;
    return true;
}

// Offset behind the '}' of the object at `start`, SIZE_MAX if the text ends first.
static size_t object_end(struct text text, size_t start) {
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = start; i < text.length; i++) {
        char c = text.at[i];
        if (quoted) {
            if (c == '\\') i++;
            if (c == '"') quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return SIZE_MAX;
}

static json_t *load(struct json_records *records, size_t end) {
    struct text record = {records->text.at + records->at, end - records->at};
    json_error_t error = {0};
    json_t *object = record.length > RECORD_MOST ? NULL : json_loadb(record.at, record.length, 0, &error);
    records->record_line = records->line;
    if (object == NULL) source_skip(records->source, records->line, tr("a record that is not valid JSON is left out"));
    advance_to(records, end);
    return object;
}

json_t *json_records_next(struct json_records *records, bool *fresh) {
    *fresh = false;
    while (records->at < records->text.length) {
        if (!records->inside) {
            if (!enter(records)) return NULL;
            *fresh = true;
        }
        char c = records->text.at[records->at];
        if (c == '{') {
            size_t end = object_end(records->text, records->at);
            if (end == SIZE_MAX) {
                source_skip(records->source, records->line, tr("the file ends in the middle of this record: not used"));
                records->at = records->text.length;
                return NULL;
            }
            json_t *object = load(records, end);
            if (object != NULL) return object;
        } else {
            // Whatever else stands between records ends the array, but for commas and blanks.
            if (strchr(", \t\r\n", c) == NULL || c == '\0') records->inside = false;
            advance_to(records, records->at + 1);
        }
    }
    return NULL;
}

struct text json_records_head(const struct json_records *records, const char *key) {
    struct text none = {NULL, 0};
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", key);
    // The nearest one counts: several hosts follow each other.
    struct text rest = records->head;
    struct text found = none;
    for (size_t at = text_find(rest, quoted); at != SIZE_MAX; at = text_find(rest, quoted)) {
        rest = text_skip(rest, at + strlen(quoted));
        size_t i = 0;
        while (i < rest.length && (rest.at[i] == ' ' || rest.at[i] == ':')) i++;
        struct text value = text_skip(rest, i);
        size_t end = 0;
        if (value.length > 0 && value.at[0] == '"') {
            value = text_skip(value, 1);
            while (end < value.length && value.at[end] != '"' && value.at[end] != '\n') end++;
        } else {
            while (end < value.length && strchr(",} \r\n", value.at[end]) == NULL) end++;
        }
        found = text_head(value, end);
    }
    return found;
}

double json_records_number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

#include "tests/unit/parsed.h"

#include <math.h>
#include <string.h>

static struct parsed parse(const void *bytes, size_t size, millis modified, const struct parse_options *options) {
    struct parsed parsed = {.recording = recording_new()};
    parsed.source = recording_source(parsed.recording, "test", "");
    parsed.source->modified = modified;
    struct lines *lines = lines_of_memory(bytes, size);
    struct text head = lines_peek(lines);
    const struct parser *tie = NULL;
    const struct parser *parser = parsers_choose(head, head.length == size, &tie);
    if (parser != NULL) {
        parsed.source->format = parser->name;
        parsed.bid = parser->bid(head, head.length == size);
        parser->parse(lines, options, parsed.source);
    }
    lines_free(lines);
    return parsed;
}

struct parsed parsed_bytes(const void *bytes, size_t size, millis modified) {
    return parse(bytes, size, modified, &(struct parse_options){0});
}

struct parsed parsed_text(const char *text) {
    return parsed_bytes(text, strlen(text), MILLIS_NONE);
}

struct parsed parsed_options(const char *text, const struct parse_options *options) {
    return parse(text, strlen(text), MILLIS_NONE, options);
}

void parsed_free(struct parsed *parsed) { recording_free(parsed->recording); }

double parsed_value(const struct parsed *parsed, const char *entity, const char *quantity, size_t row) {
    const struct table *table = source_find(parsed->source, entity);
    const struct column *column = table_find(table, quantity);
    return column != NULL && row < table->row_count ? column->values[row] : NAN;
}

size_t parsed_rows(const struct parsed *parsed, const char *entity) {
    const struct table *table = source_find(parsed->source, entity);
    return table != NULL ? table->row_count : 0;
}

const struct event *parsed_event(const struct parsed *parsed, enum event_kind kind, size_t n) {
    for (size_t i = 0; i < parsed->source->event_count; i++)
        if (parsed->source->events[i].kind == kind && n-- == 0) return &parsed->source->events[i];
    return NULL;
}

size_t parsed_events(const struct parsed *parsed, enum event_kind kind) {
    size_t count = 0;
    while (parsed_event(parsed, kind, count) != NULL) count++;
    return count;
}

int parsed_problem(const struct parsed *parsed, const char *words) {
    size_t kept = parsed->source->problem_count < PROBLEMS_KEPT ? parsed->source->problem_count : PROBLEMS_KEPT;
    for (size_t i = 0; i < kept; i++)
        if (strstr(parsed->source->problems[i].message, words) != NULL) return 1;
    return 0;
}

#include "tests/fuzz/promises.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void demand(bool good, const char *promise) {
    if (good) return;
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

static void demand_text(const char *text) {
    demand(text != NULL, "strings are never NULL");
    for (struct text rest = text_of(text); rest.length > 0;) {
        size_t step = text_utf8(rest);
        demand(step > 0, "strings are UTF-8");
        rest = text_skip(rest, step);
    }
}

// Far enough from the ends of the type that differences of times do not overflow.
static bool is_time(millis time) { return time > -INT64_C(1000000000000000) && time < INT64_C(1000000000000000); }

static void demand_table(const struct table *table, uint32_t lines) {
    demand_text(table->entity);
    for (size_t i = 0; i < table->row_count; i++) {
        demand(table->line[i] <= lines, "a row comes from a line that was read");
        demand(is_time(table->time[i]), "a row has a time that people live in");
        demand(table->interval[i] >= 0, "no interval is negative");
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        demand_text(column->quantity);
        for (size_t k = 0; k < i; k++)
            demand(strcmp(column->quantity, table->columns[k].quantity) != 0, "a quantity stands once in a table");
        for (size_t k = 0; k < table->row_count; k++) demand(!isinf(column->values[k]), "no value is infinite");
    }
}

void demand_source(const struct source *source, uint32_t lines) {
    demand_text(source->tool_version);
    demand_text(source->host);
    demand_text(source->zone);
    demand_text(source->clock_note);
    for (size_t i = 0; i < source->table_count; i++) demand_table(&source->tables[i], lines);
    for (size_t i = 0; i < source->event_count; i++) {
        demand_text(source->events[i].text);
        demand_text(source->events[i].entity);
        demand(source->events[i].time == MILLIS_NONE || is_time(source->events[i].time), "an event has a time or none");
        demand(source->events[i].line <= lines, "an event comes from a line that was read");
    }
    for (size_t i = 0; i < source->fact_count; i++) demand_text(source->facts[i].value);
    for (size_t i = 0; i < source->problem_count && i < PROBLEMS_KEPT; i++) {
        demand_text(source->problems[i].message);
        demand(source->problems[i].line <= lines, "a problem names a line that was read");
    }
    demand(!source->refused || source->problem_count > 0, "what is refused is refused with a reason");
}

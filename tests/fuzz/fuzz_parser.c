// One fuzz target for every format: PARSER in the environment names the row of the table; "lines" stops at the
// lines, "csv-cells" compares the two ways to take a line of CSV apart, "any" lets the bids decide. PARSER=list prints
// all names.
//
// Beyond not crashing, what came out must keep the promises of core/recording.h. Looking after them takes as long as
// the parser itself: with CHECK_EVERY=N in the environment only every N-th input is looked at so, the others are
// parsed only.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/recording.h"
#include "parsers/csv_cells.h"
#include "parsers/lines.h"
#include "parsers/parser.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *wanted = "any";
static unsigned long check_every = 1, executions;

static void demand(bool good, const char *promise) {
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

static void check_table(const struct table *table, uint32_t lines) {
    demand_text(table->entity);
    for (size_t i = 0; i < table->row_count; i++) {
        demand(table->line[i] <= lines, "a row comes from a line that was read");
        demand(table->time[i] != MILLIS_NONE, "a row has a time");
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

static void check_source(const struct source *source, uint32_t lines) {
    demand_text(source->tool_version);
    demand_text(source->host);
    demand_text(source->zone);
    demand_text(source->clock_note);
    for (size_t i = 0; i < source->table_count; i++) check_table(&source->tables[i], lines);
    for (size_t i = 0; i < source->event_count; i++) {
        demand_text(source->events[i].text);
        demand_text(source->events[i].entity);
        demand(source->events[i].line <= lines, "an event comes from a line that was read");
    }
    for (size_t i = 0; i < source->fact_count; i++) demand_text(source->facts[i].value);
    for (size_t i = 0; i < source->problem_count && i < PROBLEMS_KEPT; i++) {
        demand_text(source->problems[i].message);
        demand(source->problems[i].line <= lines, "a problem names a line that was read");
    }
    demand(!source->refused || source->problem_count > 0, "what is refused is refused with a reason");
}

static const struct parser *parser_named(const char *name) {
    for (const struct parser *parser = parsers_table; parser->name != NULL; parser++)
        if (strcmp(parser->name, name) == 0) return parser;
    return NULL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    const char *name = getenv("PARSER");
    if (name != NULL) wanted = name;
    const char *every = getenv("CHECK_EVERY");
    if (every != NULL) check_every = strtoul(every, NULL, 10);
    if (check_every == 0) check_every = 1;
    if (strcmp(wanted, "list") == 0) {
        puts("lines\ncsv-cells\nany");
        for (const struct parser *parser = parsers_table; parser->name != NULL; parser++) puts(parser->name);
        exit(0);
    }
    if (strcmp(wanted, "lines") != 0 && strcmp(wanted, "csv-cells") != 0 && strcmp(wanted, "any") != 0 &&
        parser_named(wanted) == NULL) {
        fprintf(stderr, "PARSER=%s: no such parser; PARSER=list lists them\n", wanted);
        exit(2);
    }
    return 0;
}

static uint32_t count_lines(const uint8_t *data, size_t size) {
    struct lines *lines = lines_of_memory(data, size);
    struct text line;
    uint32_t before = 0;
    while (lines_next(lines, &line)) {
        demand(line.length <= LINE_LIMIT, "no line is longer than the limit");
        demand(line.length == 0 || memchr(line.at, '\n', line.length) == NULL, "no line holds a line end");
        demand(line.length == 0 || memchr(line.at, 0, line.length) == NULL, "no line holds a NUL");
        demand(lines_number(lines) >= before, "line numbers never fall");
        before = lines_number(lines);
    }
    demand(lines_report(lines).bytes == size, "every byte is read");
    lines_free(lines);
    return before + 1;  // what is missing may be said of the line behind the last one
}

// The walk and libcsv see the same cells in every line.
static void compare_cells(const uint8_t *data, size_t size) {
    struct csv_cells fast = {0};
    struct csv_cells reference = {0};
    struct lines *lines = lines_of_memory(data, size);
    struct text line;
    while (lines_next(lines, &line)) {
        csv_cells(&fast, line);
        csv_cells_by_library(&reference, line);
        demand(fast.more == reference.more, "both see too many cells");
        demand(fast.count == reference.count, "both see as many cells");
        for (size_t i = 0; i < fast.count && !fast.more; i++)
            demand(fast.at[i].length == reference.at[i].length &&
                       (fast.at[i].length == 0 || memcmp(fast.at[i].at, reference.at[i].at, fast.at[i].length) == 0),
                   "both see the same cells");
    }
    csv_cells_free(&fast);
    csv_cells_free(&reference);
    lines_free(lines);
}

static void read_with(const struct parser *parser, struct lines *lines, struct source *source) {
    struct parse_options options = {0};
    source->format = parser->name;
    parser->parse(lines, &options, source);
    source_finish(source);
}

static void parse(const uint8_t *data, size_t size, bool check) {
    struct recording *recording = recording_new();
    struct source *source = recording_source(recording, "fuzz", "");
    struct lines *lines = lines_of_memory(data, size);
    struct text head = lines_peek(lines);
    bool whole = lines_peek_whole(lines);
    const struct parser *tie;
    const struct parser *parser = strcmp(wanted, "any") == 0 ? parsers_choose(head, whole, &tie) : parser_named(wanted);
    if (parser != NULL) {
        demand(parser->bid(head, whole) <= 100, "a bid is at most 100");
        read_with(parser, lines, source);
    }
    lines_free(lines);
    if (check) check_source(source, count_lines(data, size));
    recording_free(recording);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (strcmp(wanted, "lines") == 0)
        count_lines(data, size);
    else if (strcmp(wanted, "csv-cells") == 0)
        compare_cells(data, size);
    else
        parse(data, size, executions++ % check_every == 0);
    return 0;
}

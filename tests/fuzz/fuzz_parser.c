// One fuzz target for every format: PARSER in the environment names the row of the table; "lines" stops at the
// lines, "csv-cells" compares the two ways to take a line of CSV apart, "any" lets the bids decide. "blocks" lets
// blocks of the file end anywhere, "archive" unpacks, "screen" plays the terminal of watch, and "file" does all that
// the reader does. PARSER=list prints all names.
//
// Beyond not crashing, what came out must keep the promises of core/recording.h. Looking after them takes as long as
// the parser itself: with CHECK_EVERY=N in the environment only every N-th input is looked at so, the others are
// parsed only.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/recording.h"
#include "parsers/csv_cells.h"
#include "parsers/lines.h"
#include "parsers/parser.h"
#include "tests/fuzz/fuzz_blocks.h"
#include "tests/fuzz/fuzz_files.h"
#include "tests/fuzz/promises.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *wanted = "any";
static unsigned long check_every = 1, executions;

static const struct parser *parser_named(const char *name) {
    for (const struct parser *parser = parsers_table; parser->name != NULL; parser++)
        if (strcmp(parser->name, name) == 0) return parser;
    return NULL;
}

static const char *const others[] = {"lines", "csv-cells", "blocks", "archive", "screen", "file", "any"};
enum { OTHERS = sizeof others / sizeof *others };

static bool is_other(const char *name) {
    for (size_t i = 0; i < OTHERS; i++)
        if (strcmp(others[i], name) == 0) return true;
    return false;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    const char *name = getenv("PARSER");
    if (name != NULL) wanted = name;
    const char *every = getenv("CHECK_EVERY");
    if (every != NULL) check_every = strtoul(every, NULL, 10);
    if (check_every == 0) check_every = 1;
    if (strcmp(wanted, "list") == 0) {
        for (size_t i = 0; i < OTHERS; i++) puts(others[i]);
        for (const struct parser *parser = parsers_table; parser->name != NULL; parser++) puts(parser->name);
        exit(0);
    }
    if (!is_other(wanted) && parser_named(wanted) == NULL) {
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
    if (check) demand_source(source, count_lines(data, size));
    recording_free(recording);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bool check = executions++ % check_every == 0;
    if (strcmp(wanted, "lines") == 0)
        count_lines(data, size);
    else if (strcmp(wanted, "csv-cells") == 0)
        compare_cells(data, size);
    else if (strcmp(wanted, "blocks") == 0)
        fuzz_blocks(data, size);
    else if (strcmp(wanted, "archive") == 0)
        fuzz_archive(data, size);
    else if (strcmp(wanted, "screen") == 0)
        fuzz_screen(data, size);
    else if (strcmp(wanted, "file") == 0)
        fuzz_file(data, size, check);
    else
        parse(data, size, check);
    return 0;
}

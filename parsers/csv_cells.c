#include "parsers/csv_cells.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

// A quote that is never closed swallows its line: longer ones are no CSV.
enum { QUOTED_MOST = 64 * 1024 };

// libcsv reuses its buffer: each cell is copied as it comes. Addresses are filled in when the buffer no longer moves.
static void collect(void *bytes, size_t length, void *state) {
    struct csv_cells *cells = state;
    cells->more = cells->count == CSV_CELLS_MOST;
    if (cells->more) return;
    cells->buffer = grow_array(cells->buffer, &cells->buffer_capacity, cells->buffer_size + length + 1, 1);
    if (length > 0) memcpy(cells->buffer + cells->buffer_size, bytes, length);
    cells->buffer_size += length;
    cells->at[cells->count++] = (struct text){NULL, length};
}

static void by_library(struct csv_cells *cells, struct text line, char separator) {
    struct csv_parser parser;
    cells->count = 0;
    cells->more = false;
    cells->buffer_size = 0;
    if (csv_init(&parser, 0) != 0) return;
    csv_set_blk_size(&parser, 4096);
    csv_set_delim(&parser, (unsigned char)separator);
    csv_parse(&parser, line.at, line.length, collect, NULL, cells);
    csv_fini(&parser, collect, NULL, cells);
    csv_free(&parser);
    const char *at = cells->buffer;
    for (size_t i = 0; i < cells->count; i++) {
        cells->at[i].at = at;
        at += cells->at[i].length;
    }
}

void csv_cells_by_library(struct csv_cells *cells, struct text line) { by_library(cells, line, ','); }

static inline struct text without_blanks(const char *from, const char *to) {
    while (from < to && (*from == ' ' || *from == '\t')) from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t')) to--;
    return (struct text){from, (size_t)(to - from)};
}

static inline void walk(struct csv_cells *cells, struct text line, char separator) {
    const char *end = line.at + line.length;
    const char *cell = line.at;
    size_t count = 0;
    while (cell < end && count < CSV_CELLS_MOST - 1) {
        const char *comma = memchr(cell, separator, (size_t)(end - cell));
        if (comma == NULL) break;
        cells->at[count++] = without_blanks(cell, comma);
        cell = comma + 1;
    }
    struct text last = without_blanks(cell, end);
    cells->more = last.length > 0 && memchr(last.at, separator, last.length) != NULL;
    if (count > 0 || last.length > 0) cells->at[count++] = last;
    cells->count = count;
}

void csv_cells_between(struct csv_cells *cells, struct text line, char separator) {
    if (line.length > 0 && line.length <= QUOTED_MOST && memchr(line.at, '"', line.length) != NULL)
        by_library(cells, line, separator);
    else
        walk(cells, line, separator);
}

void csv_cells(struct csv_cells *cells, struct text line) { csv_cells_between(cells, line, ','); }

char csv_separator(struct text line) {
    if (line.length == 0 || memchr(line.at, ',', line.length) != NULL) return ',';
    if (memchr(line.at, '\t', line.length) != NULL) return '\t';
    return memchr(line.at, ';', line.length) != NULL ? ';' : ',';
}

void csv_cells_free(struct csv_cells *cells) {
    free(cells->buffer);
    cells->buffer = NULL;
    cells->buffer_capacity = 0;
}

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

void csv_cells_by_library(struct csv_cells *cells, struct text line) {
    struct csv_parser parser;
    cells->count = 0;
    cells->more = false;
    cells->buffer_size = 0;
    if (csv_init(&parser, 0) != 0) return;
    csv_set_blk_size(&parser, 4096);
    csv_parse(&parser, line.at, line.length, collect, NULL, cells);
    csv_fini(&parser, collect, NULL, cells);
    csv_free(&parser);
    const char *at = cells->buffer;
    for (size_t i = 0; i < cells->count; i++) {
        cells->at[i].at = at;
        at += cells->at[i].length;
    }
}

static inline struct text without_blanks(const char *from, const char *to) {
    while (from < to && (*from == ' ' || *from == '\t')) from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t')) to--;
    return (struct text){from, (size_t)(to - from)};
}

static void walk(struct csv_cells *cells, struct text line) {
    const char *end = line.at + line.length;
    const char *cell = line.at;
    size_t count = 0;
    while (cell < end && count < CSV_CELLS_MOST - 1) {
        const char *comma = memchr(cell, ',', (size_t)(end - cell));
        if (comma == NULL) break;
        cells->at[count++] = without_blanks(cell, comma);
        cell = comma + 1;
    }
    struct text last = without_blanks(cell, end);
    cells->more = last.length > 0 && memchr(last.at, ',', last.length) != NULL;
    if (count > 0 || last.length > 0) cells->at[count++] = last;
    cells->count = count;
}

void csv_cells(struct csv_cells *cells, struct text line) {
    if (line.length > 0 && line.length <= QUOTED_MOST && memchr(line.at, '"', line.length) != NULL) {
        csv_cells_by_library(cells, line);
        return;
    }
    walk(cells, line);
}

void csv_cells_free(struct csv_cells *cells) {
    free(cells->buffer);
    cells->buffer = NULL;
    cells->buffer_capacity = 0;
}

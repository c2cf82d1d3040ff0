// csv_cells.h: one line of CSV as cells.
#ifndef WHYSLOW_PARSERS_CSV_CELLS_H
#define WHYSLOW_PARSERS_CSV_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"

enum { CSV_CELLS_MOST = 512 };

struct csv_cells {
    size_t count;
    bool more;  // the line had more than CSV_CELLS_MOST cells
    struct text at[CSV_CELLS_MOST];
    // Owned; cells of a quoted line lie in it.
    char *buffer;
    size_t buffer_size, buffer_capacity;
};

// The cells of one line, without the blanks around them; they are valid until the next call. A line that holds a quote
// goes through libcsv, all others through a plain walk that gives the same cells. Zero the struct before the first
// call.
void csv_cells(struct csv_cells *cells, struct text line);
// The same for a line whose cells stand between other signs; csv_separator says which a header has: commas, else TABs,
// else semicolons.
void csv_cells_between(struct csv_cells *cells, struct text line, char separator);
char csv_separator(struct text line);
// libcsv for any line: the reference in tests.
void csv_cells_by_library(struct csv_cells *cells, struct text line);
void csv_cells_free(struct csv_cells *cells);

#endif

// nvidia_csv.h: the query CSV of nvidia-smi, and its splitting of lines into cells.
#ifndef WHYSLOW_PARSERS_NVIDIA_CSV_H
#define WHYSLOW_PARSERS_NVIDIA_CSV_H

#include "parsers/nvidia_rows.h"
#include "parsers/parser.h"

struct csv_cells {
    struct text at[NVIDIA_COLUMNS_MOST];
    size_t count;
};

// The cells of one line, trimmed. A line that holds a quote goes through libcsv (cells then lie in the arena), all
// others through a plain walk that gives the same cells.
void csv_cells(struct arena *arena, struct text line, struct csv_cells *cells);
// libcsv for any line: the reference in tests.
void csv_cells_by_library(struct arena *arena, struct text line, struct csv_cells *cells);

int nvidia_csv_bid(struct text head, bool whole);
void nvidia_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

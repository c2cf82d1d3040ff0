// nvidia_csv.h: the query CSV of nvidia-smi.
#ifndef WHYSLOW_PARSERS_NVIDIA_CSV_H
#define WHYSLOW_PARSERS_NVIDIA_CSV_H

#include "parsers/csv_cells.h"
#include "parsers/nvidia_fields.h"
#include "parsers/parser.h"

// The columns of the rows below a header.
struct csv_layout {
    size_t count;
    char separator;  // between the cells
    int time;        // column of the time, -1 if none
    struct nvidia_field fields[CSV_CELLS_MOST];
    uint16_t column[CSV_CELLS_MOST];  // its number in nvidia_rows
    // What the rows so far have shown: a cell that contradicts it is torn.
    bool numbers[CSV_CELLS_MOST];  // the column held a number
    // The number that was read last, as printed: limits and masks are the same in most rows.
    struct csv_memo {
        size_t length;
        char at[24];
        double value;
    } memo[CSV_CELLS_MOST];
};

// What a line asks nvidia-smi for, if it is a header.
enum csv_query {
    QUERY_NONE,  // no header
    QUERY_GPU,
    QUERY_APPS,  // processes: --query-compute-apps, --query-accounted-apps
    QUERY_OTHER  // retired pages and such
};
enum csv_query csv_query(struct arena *arena, const struct csv_cells *cells);
// The first header in the text.
enum csv_query csv_query_in(struct text head);
// True if no cell is a value: what a header in somebody else's words looks like, too.
bool csv_all_names(const struct csv_cells *cells);
// True if the header names something else than GPUs, too: a loose name may be of that.
bool csv_names_others(const struct csv_cells *cells);
// True if a name of the header is not clear: where the user names the columns, they are what he says.
bool csv_is_doubtful(struct arena *arena, const struct csv_cells *header);
void csv_take_header(struct arena *arena, const struct csv_cells *cells, struct csv_layout *layout);

// nvidia_csv_infer.c: the layout of rows without header, as far as units prove it; columns that stay unknown have the
// role NVIDIA_TEXT. False if nothing but the time, or not even that, could be told.
bool csv_infer(struct arena *arena, struct text head, struct csv_layout *layout);
// The line above rows of as many cells that holds nothing but names; {NULL, 0} if there is none.
struct text csv_foreign_header(struct text head);
// Whether a cell begins as the name of a GPU does ("NVIDIA A100-SXM4-80GB", "Tesla V100").
bool csv_is_model(struct text cell);

int nvidia_csv_bid(struct text head, bool whole);
// Whether nearly all lines have a cell for each of the names that the user gives with --columns.
bool nvidia_csv_named(struct text head, const char *columns);
void nvidia_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source);

// `nvidia-smi --query-compute-apps=… --format=csv`: one row a process.
int nvidia_apps_bid(struct text head, bool whole);
void nvidia_apps_parse(struct lines *lines, const struct parse_options *options, struct source *source);

// `nvidia-smi --query-retired-pages=… --format=csv`: one row a page. Facts of each GPU that has any.
int nvidia_pages_bid(struct text head, bool whole);
void nvidia_pages_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

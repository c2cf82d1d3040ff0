// nvidia_csv_bid.c: whether a text is the query CSV of nvidia-smi.
#include "parsers/nvidia_cell.h"
#include "parsers/nvidia_csv.h"

enum { ROWS_MOST = 200, LINE_MOST = 4096 };

// A row of a query without header: a stamp of nvidia-smi in one of several cells, or nothing but values with units.
static bool looks_like_row(struct text line) {
    millis time;
    size_t cells = 0;
    size_t units = 0;
    for (struct text rest = line; rest.at != NULL; cells++) {
        struct text cell = text_trim(text_cut(&rest, ','));
        struct text unit;
        double value;
        if (when_nvidia(cell, &time)) return text_has(line, ",");
        enum nvidia_cell kind = nvidia_cell(cell, &value, &unit);
        if (kind == CELL_STRANGE && !csv_is_model(cell)) return false;
        units += kind == CELL_NUMBER && nvidia_unit(unit) != UNIT_NONE && unit.at != cell.at;
    }
    return units > 0;
}

// What `date` prints between the rows says nothing of them.
static bool is_stamp(struct text line) {
    struct when when;
    return line.length >= 10 && line.length < 64 && when_read(line, DATE_ORDER_UNKNOWN, &when) && when.has_time;
}

int nvidia_csv_bid(struct text head, bool whole) {
    (void)whole;
    enum csv_query query = csv_query_in(head);
    if (query == QUERY_GPU) return BID_SURE;
    size_t rows = 0;
    size_t fit = 0;
    for (struct text rest = head; query == QUERY_NONE && rest.at != NULL && rows < ROWS_MOST;) {
        struct text line = text_trim(text_cut(&rest, '\n'));
        if (line.length == 0 || (rest.at == NULL && rows > 0)) continue;
        bool row = line.length < LINE_MOST && looks_like_row(line);
        if (!row && is_stamp(line)) continue;
        rows++;
        fit += row;
    }
    if (rows > 0 && 10 * fit >= 9 * rows) return BID_LIKELY;
    return fit >= 2 && rows - fit <= 2 ? BID_WEAK : BID_NONE;  // a prompt or a header in other words above few rows
}

bool nvidia_csv_named(struct text head, const char *columns) {
    struct csv_cells cells = {0};
    size_t rows = 0;
    size_t fit = 0;
    csv_cells(&cells, text_of(columns));
    size_t names = cells.count;
    while (names > 1 && head.at != NULL && rows < ROWS_MOST) {
        struct text line = text_trim(text_cut(&head, '\n'));
        if (line.length == 0 || (head.at == NULL && rows > 0)) continue;
        rows++;
        if (line.length >= LINE_MOST) continue;
        csv_cells(&cells, line);
        fit += cells.count == names && !csv_all_names(&cells);
    }
    csv_cells_free(&cells);
    return rows > 0 && 10 * fit >= 9 * rows;
}

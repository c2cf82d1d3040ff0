#include "parsers/train_rows.h"

#include <stdlib.h>

#include "core/arena.h"

void train_rows_add(struct train_rows *rows, enum train_dating dating) {
    rows->dating = grow_array(rows->dating, &rows->capacity, rows->count + 1, sizeof *rows->dating);
    rows->dating[rows->count++] = (unsigned char)dating;
    rows->counts[dating]++;
}

void train_rows_undate(struct train_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) rows->dating[i] = TRAIN_UNDATED;
    rows->counts[TRAIN_UNDATED] = rows->count;
    rows->counts[TRAIN_DATED] = rows->counts[TRAIN_DATED_ABOVE] = 0;
}

void train_rows_free(struct train_rows *rows) { free(rows->dating); }

// Stamps in lines of their own date the steps where nearly each step has one: a line now and then, of a checkpoint,
// may be older than the step below it.
static bool above_counts(const struct train_rows *rows) {
    return rows->counts[TRAIN_DATED_ABOVE] > rows->counts[TRAIN_UNDATED];
}

bool train_rows_dated(const struct train_rows *rows) {
    size_t dated = rows->counts[TRAIN_DATED] + (above_counts(rows) ? rows->counts[TRAIN_DATED_ABOVE] : 0);
    return dated > 1 || (dated == 1 && rows->count == 1);
}

size_t train_rows_settle(struct train_rows *rows, struct table *table) {
    bool dated = train_rows_dated(rows);
    bool above = above_counts(rows);
    size_t kept = 0;
    for (size_t i = 0; i < table->row_count && i < rows->count; i++) {
        bool has_time = rows->dating[i] == TRAIN_DATED || (rows->dating[i] == TRAIN_DATED_ABOVE && above);
        if (dated && !has_time) continue;
        table->time[kept] = dated ? table->time[i] : (millis)kept;
        table->interval[kept] = dated ? table->interval[i] : 0;
        table->line[kept] = table->line[i];
        for (size_t k = 0; k < table->column_count; k++) table->columns[k].values[kept] = table->columns[k].values[i];
        kept++;
    }
    size_t out = table->row_count - kept;
    table->row_count = kept;
    return out;
}

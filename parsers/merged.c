#include "parsers/merged.h"

#include <math.h>
#include <stdbool.h>

// The rows are in the order of time but for clocks that were set back: then a search may miss, and the row is new.
static size_t find_row(const struct table *table, millis time) {
    size_t low = 0;
    size_t high = table->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->time[middle] < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low < table->row_count && table->time[low] == time ? low : SIZE_MAX;
}

static bool is_free(const struct table *table, size_t row, const char *quantity) {
    const struct column *column = table_find(table, quantity);
    return column == NULL || isnan(column->values[row]);
}

size_t merged_row(struct table *table, millis time, double interval, uint32_t line, const char *quantity) {
    size_t last = table->row_count - 1;
    if (table->row_count > 0 && table->time[last] < time) return table_row(table, time, interval, line);
    if (table->row_count > 0) {
        size_t found = table->time[last] == time ? last : find_row(table, time);
        if (found != SIZE_MAX && is_free(table, found, quantity)) return found;
    }
    return table_row(table, time, interval, line);
}

void merged_set(struct source *source, struct table *table, size_t row, const char *quantity, enum unit unit,
                enum series_kind kind, double value) {
    if (table->column_count >= MERGED_COLUMNS_MOST && table_find(table, quantity) == NULL) return;
    table_set(table, row, table_column(source, table, quantity, unit, kind), value);
}

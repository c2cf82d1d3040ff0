#include "parsers/gpu_row.h"

#include <math.h>
#include <stdio.h>

#include "core/arena.h"
#include "parsers/nvidia_cell.h"
#include "parsers/nvidia_fields.h"

struct gpu_row gpu_row(struct source *source, unsigned gpu, millis time, uint32_t line) {
    char entity[16];
    snprintf(entity, sizeof entity, "gpu%u", gpu);
    struct gpu_row row = {.source = source, .line = line};
    row.table = source_table(source, text_of(entity), ENTITY_GPU);
    row.entity = row.table->entity;
    row.row = table_row(row.table, time, 0, line);
    source->samples++;
    return row;
}

void gpu_row_set(struct gpu_row *row, const char *quantity, double value) {
    struct nvidia_field field = nvidia_field_named(quantity);
    table_set(row->table, row->row, table_column(row->source, row->table, quantity, field.unit, field.kind), value);
}

void gpu_row_cell(struct gpu_row *row, const char *quantity, struct text cell) {
    gpu_row_set(row, quantity, nvidia_value(cell));
}

void gpu_row_derive(struct gpu_row *row, const char *quantity, double value) {
    struct nvidia_field field = nvidia_field_named(quantity);
    size_t column = table_column_derived(row->source, row->table, quantity, field.unit, field.kind);
    if (row->table->columns[column].derived) table_set(row->table, row->row, column, value);
}

void gpu_row_reasons(struct gpu_row *row, double mask) {
    gpu_row_set(row, "clocks_event_reasons.active", mask);
    for (size_t i = 0; nvidia_reasons[i].quantity != NULL; i++) {
        bool known = mask >= 0 && mask < 0x1p63;
        gpu_row_derive(row, nvidia_reasons[i].quantity,
                       known ? (double)(((uint64_t)mask & nvidia_reasons[i].bit) != 0) : NAN);
    }
}

void gpu_row_fact(struct gpu_row *row, const char *key, struct text value) {
    value = text_trim(value);
    if (value.length == 0 || text_equal(value, "N/A") || text_equal(value, "Unknown Error") || value.at[0] == '[')
        return;
    source_fact(row->source, text_of(row->entity), key, value, row->line);
}

void nvidia_recovery_asked(struct source *source, const char *entity, millis time, uint32_t line, struct text words) {
    const char *text =
        arena_printf(source->arena_, "gpu_recovery_action: %.*s", (int)text_head(words, 40).length, words.at);
    source_event(source, time, line, EVENT_GPU_ERROR, text_of(entity), text_of(text), NAN);
    source_fact(source, text_of(entity), "gpu_recovery_action", words, line);
}

// gpu_row.h: one row of one GPU, for the formats that say which GPU it is of.
#ifndef WHYSLOW_PARSERS_GPU_ROW_H
#define WHYSLOW_PARSERS_GPU_ROW_H

#include "core/recording.h"

enum { GPU_NUMBER_MOST = 4096 };

struct gpu_row {
    struct source *source;
    struct table *table;
    const char *entity;
    size_t row;
    uint32_t line;
};

// Begins a row of gpuN and counts it as a sample. Valid until the next one begins.
struct gpu_row gpu_row(struct source *source, unsigned gpu, millis time, uint32_t line);

// Sets a value by its canonical name, which decides unit and kind; `quantity` must outlive the call only. NaN makes the
// column known but leaves the value missing.
void gpu_row_set(struct gpu_row *row, const char *quantity, double value);
// As printed: number with or without unit, "N/A", "Not Active" ….
void gpu_row_cell(struct gpu_row *row, const char *quantity, struct text cell);
// A value worked out from others; a column that the log prints itself is left alone.
void gpu_row_derive(struct gpu_row *row, const char *quantity, double value);
// clocks_event_reasons.active, and a 0 or 1 for each reason.
void gpu_row_reasons(struct gpu_row *row, double mask);
// A fact of the row's GPU; empty values and "N/A" are none.
void gpu_row_fact(struct gpu_row *row, const char *key, struct text value);

// The driver asks to recover a GPU ("Reset"): an event, and a fact of the GPU, which holds what was asked last.
void nvidia_recovery_asked(struct source *source, const char *entity, millis time, uint32_t line, struct text words);

#endif

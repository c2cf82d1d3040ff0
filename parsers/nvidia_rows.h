// nvidia_rows.h: rows of a GPU log before it is known which GPU each belongs to.
//
// Identity needs the whole file: the best id column is the one that tells most GPUs apart, and without any it is
// the position in the sampling burst.
#ifndef WHYSLOW_PARSERS_NVIDIA_ROWS_H
#define WHYSLOW_PARSERS_NVIDIA_ROWS_H

#include "core/recording.h"
#include "parsers/nvidia_fields.h"

enum { NVIDIA_COLUMNS_MOST = 128 };

struct nvidia_rows;

struct nvidia_rows *nvidia_rows_new(struct source *source);
void nvidia_rows_free(struct nvidia_rows *rows);

// Begins a row. `time` is MILLIS_NONE where no time is printed.
void nvidia_rows_begin(struct nvidia_rows *rows, millis time, uint32_t line);
// A cell of the current row: identities and names as text, all others as a value.
void nvidia_rows_cell(struct nvidia_rows *rows, const struct nvidia_field *field, struct text cell);

// Gives every row to a GPU and fills the source's tables, facts, reports and samples.
void nvidia_rows_finish(struct nvidia_rows *rows);

#endif

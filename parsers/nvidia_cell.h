// nvidia_cell.h: one value as NVIDIA's tools print it, and the words that stand where a value could not be read.
#ifndef WHYSLOW_PARSERS_NVIDIA_CELL_H
#define WHYSLOW_PARSERS_NVIDIA_CELL_H

#include "core/recording.h"

enum nvidia_cell {
    CELL_NUMBER,   // a number with or without unit, a P-state, a mask, Active/Not Active and the like
    CELL_MISSING,  // "[N/A]", "N/A", "-", empty and any other bracketed text
    CELL_STRANGE,  // anything else: text, or the pieces of a torn row
};

// Reads a trimmed cell. *value becomes NaN for all but CELL_NUMBER; *unit what stands behind the number, as printed
// ("MB" is what drivers before 4xx print for MiB). `unit` may be NULL.
enum nvidia_cell nvidia_cell(struct text cell, double *value, struct text *unit);

// The value alone.
double nvidia_value(struct text cell);

// The unit that a printed unit belongs to; UNIT_NONE if it is empty or none of theirs.
enum unit nvidia_unit(struct text unit);

// The event that a line or cell of error text means ("No devices were found", "[GPU is lost]"); EVENT_NOTE if none.
enum event_kind nvidia_error(struct text text);

// Whether the words of gpu_recovery_action ask for anything: not "None", not "[N/A]", not the pieces of a torn row.
bool nvidia_recovery(struct text words);

#endif

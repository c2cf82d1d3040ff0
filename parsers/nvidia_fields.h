// nvidia_fields.h: the fields of nvidia-smi's logs: spellings → canonical newest name, unit, kind.
#ifndef WHYSLOW_PARSERS_NVIDIA_FIELDS_H
#define WHYSLOW_PARSERS_NVIDIA_FIELDS_H

#include <stdbool.h>

#include "core/recording.h"

// What a column is for.
enum nvidia_role {
    NVIDIA_VALUE,  // a series
    NVIDIA_TIMESTAMP,
    NVIDIA_INDEX,     // identities, best last
    NVIDIA_OTHER_ID,  // a home-made "gpu" column
    NVIDIA_BUS_ID,
    NVIDIA_UUID,
    NVIDIA_NAME,  // facts
    NVIDIA_DRIVER,
    NVIDIA_HOST,
    NVIDIA_TEXT,  // anything else that is no number: not kept
};

struct nvidia_field {
    const char *quantity;  // canonical name; owned by the table or the arena
    enum unit unit;
    enum series_kind kind;
    enum nvidia_role role;
    bool known;  // one of nvidia-smi's own fields
};

// The field of a header cell ("clocks.current.graphics [MHz]", " utilization.gpu [%]"). Old prefixes and aliases
// are mapped; an unknown name keeps its own spelling and the unit in its brackets. Never fails.
struct nvidia_field nvidia_field(struct arena *arena, struct text cell);

// The value of a cell: number with or without unit, P-state, hexadecimal mask, Active/Not Active and the like.
// NaN for "[N/A]", "N/A", empty and any other bracketed text. `scale` for MB against MiB is 1: drivers mean MiB.
double nvidia_value(struct text cell);

// The names of the bits of clocks_event_reasons.active; {0, NULL} past the end.
struct nvidia_reason {
    unsigned bit;
    const char *quantity;
};
extern const struct nvidia_reason nvidia_reasons[];

// The event a line or cell of error text means ("No devices were found", "[GPU is lost]"); EVENT_NOTE if none.
enum event_kind nvidia_error(struct text text);

#endif

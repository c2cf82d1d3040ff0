// nvidia_fields.h: the fields of nvidia-smi's logs: spellings → canonical newest name, unit, kind.
#ifndef WHYSLOW_PARSERS_NVIDIA_FIELDS_H
#define WHYSLOW_PARSERS_NVIDIA_FIELDS_H

#include <stdbool.h>

#include "core/recording.h"

// What a column is for.
enum nvidia_role {
    NVIDIA_VALUE,  // a series
    NVIDIA_TIMESTAMP,
    NVIDIA_OTHER_ID,  // identities, best last: a home-made "gpu" column
    NVIDIA_INDEX,
    NVIDIA_BUS_ID,
    NVIDIA_UUID,
    NVIDIA_NAME,  // facts, and part of the identity where two devices share an index
    NVIDIA_HOST,
    NVIDIA_DRIVER,  // a fact
    NVIDIA_PID,     // a row of --query-compute-apps
    NVIDIA_PROCESS,
    NVIDIA_RECOVERY,  // an event where it asks for something
    NVIDIA_TEXT,      // anything else that is no number: not kept
};

struct nvidia_field {
    const char *quantity;  // canonical name; owned by the table or the arena
    enum unit unit;
    enum series_kind kind;
    enum nvidia_role role;
    bool known;  // one of nvidia-smi's own fields, or a name that means one of them
    // Of names that scripts make:
    bool loose;        // it does not say that it is of a GPU ("temp", "mem_used_mb")
    const char *bare;  // its own spelling where it says no unit, and only its values can tell a percentage; else NULL
    double scale;      // what a value is multiplied with to have the unit
};

// The field of a header cell ("clocks.current.graphics [MHz]", " utilization.gpu [%]"). Old prefixes and aliases
// are mapped; an unknown name, or a known one with an unexpected unit, keeps its own spelling. Never fails.
struct nvidia_field nvidia_field(struct arena *arena, struct text cell);

// The field of a canonical name; `quantity` must live as long as the result.
struct nvidia_field nvidia_field_named(const char *quantity);

// The names of the bits of clocks_event_reasons.active; {0, NULL} past the end.
struct nvidia_reason {
    unsigned bit;
    const char *quantity;
};
extern const struct nvidia_reason nvidia_reasons[];

#endif

// iostat_fields.h: every column that any version of iostat prints, by its name in the header.
#ifndef WHYSLOW_PARSERS_IOSTAT_FIELDS_H
#define WHYSLOW_PARSERS_IOSTAT_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"
#include "core/unit.h"

// Fewer than 64, so that a set of quantities is one mask.
enum { IOSTAT_QUANTITIES = 42 };

struct iostat_quantity {
    const char *name;  // in its newest spelling
    enum unit unit;
    bool total;  // a sum over the interval instead of a rate: may grow beyond any bound
};
extern const struct iostat_quantity iostat_quantities[IOSTAT_QUANTITIES];

// Indices that code asks for by name.
enum {
    IOSTAT_READS,
    IOSTAT_WRITES,
    IOSTAT_DISCARDS,
    IOSTAT_FLUSHES,
    IOSTAT_READ_KB,
    IOSTAT_WRITE_KB,
    IOSTAT_DISCARD_KB,
    IOSTAT_READ_SIZE,
    IOSTAT_WRITE_SIZE,
    IOSTAT_DISCARD_SIZE,
    IOSTAT_READ_AWAIT,
    IOSTAT_WRITE_AWAIT,
    IOSTAT_DISCARD_AWAIT,
    IOSTAT_AWAIT,
    IOSTAT_UTIL,
};

// One column of a table.
struct iostat_field {
    uint8_t quantity;
    bool bytes;    // the value may carry a human suffix that replaces `scale`
    double scale;  // from the printed number to the quantity's unit
};

// The column that a header names; false if no version prints it.
bool iostat_field_find(struct text name, struct iostat_field *out);

// The same for the keys of the JSON form. `old_names`: the record has the keys of 11.5.1 to 11.5.6, in which
// "rrqm" is a rate; later it is a percentage.
bool iostat_key_find(struct text key, bool old_names, struct iostat_field *out);

enum { IOSTAT_COLUMNS_MOST = 64 };

struct iostat_layout {
    size_t count;
    uint64_t mask;  // of quantities
    struct iostat_field fields[IOSTAT_COLUMNS_MOST];
};

// Appends a field; an already known quantity or a full layout is left out by marking the field unused.
// Returns false if there is no room.
bool iostat_layout_add(struct iostat_layout *layout, const struct iostat_field *field);

// `quantity` of a column that is counted but not stored.
enum { IOSTAT_UNUSED = 255 };

#endif

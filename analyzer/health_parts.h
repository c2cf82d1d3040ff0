// health_parts.h: what health.c and its parts share. Not seen elsewhere.
#ifndef WHYSLOW_ANALYZER_HEALTH_PARTS_H
#define WHYSLOW_ANALYZER_HEALTH_PARTS_H

#include "analyzer/model.h"

enum { WATCH = 1, SUSPECT = 2, ACT = 3 };

enum sign {
    SIGN_NONE,
    SIGN_REALLOCATED,
    SIGN_UNCORRECTED,
    SIGN_PENDING,
    SIGN_CRC,
    SIGN_SPARE,
    SIGN_USED,
    SIGN_WEAR,  // the same, told by the VALUE of an attribute
    SIGN_WARNING,
    SIGN_GROWN,
    SIGN_SELF_TEST,
};

// ── health_signs.c ──

enum sign sign_of(const char *name);

// What the levels of a disk's counters depend on.
struct medium {
    bool flash;
    bool counts_operations;  // where other models count uncorrected errors
    double spare_threshold;  // filled by health_attributes
};

// The counters of a table that say something about the disk, each with its level. `out` has room for one a column.
size_t health_attributes(struct run *run, const struct source *source, const struct table *table, struct medium *medium,
                         struct disk_attribute *out);
// The last value of a column and its line; NaN if there is none.
double health_last(const struct table *table, const struct column *column, uint32_t *line);

// ── health_join.c ──

// Whose page is it? The name of a disk as the logs call it; *how says what that rests on.
const char *health_join(struct run *run, const struct source *source, const char *entity, const char **how);
// `text` may be NULL.
bool health_says(const char *text, const char *part);

#endif

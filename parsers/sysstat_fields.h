// sysstat_fields.h: what sar and sadf print, by its name in the header.
#ifndef WHYSLOW_PARSERS_SYSSTAT_FIELDS_H
#define WHYSLOW_PARSERS_SYSSTAT_FIELDS_H

#include <stdbool.h>

#include "core/recording.h"
#include "core/text.h"

// What a table is about.
enum sysstat_subject {
    SYSSTAT_IGNORED,  // terminals, interrupts, fans …
    SYSSTAT_CPU,
    SYSSTAT_DISK,
    SYSSTAT_NET,
    SYSSTAT_HOST,
};

// The subject by the name of the column that tells the rows apart; SYSSTAT_HOST if the word is no such column.
enum sysstat_subject sysstat_subject_of(struct text word);

enum { SYSSTAT_NAME_MOST = 28 };  // with its end; sar prints none that is longer

struct sysstat_field {
    char quantity[SYSSTAT_NAME_MOST];
    enum unit unit;
    enum series_kind kind;
    double scale;  // from the printed number to the unit
    bool bytes;    // a human suffix replaces `scale`
};

// The column of a table about `subject`; false if sar prints no such column there. Disks have the names of iostat.
bool sysstat_field_find(enum sysstat_subject subject, struct text name, struct sysstat_field *out);

// Copies a name that is short and plain ASCII, as all are that sysstat prints. False for others.
bool sysstat_name_copy(struct text name, char out[SYSSTAT_NAME_MOST]);

// The entity of a row by what stands in the column that tells rows apart: "all" is "cpu", "3" is "cpu3". False if it
// cannot be one. `room` holds the name.
enum { SYSSTAT_ENTITY_MOST = 80 };
bool sysstat_entity(enum sysstat_subject subject, struct text word, char room[SYSSTAT_ENTITY_MOST],
                    struct text *entity);
enum entity_kind sysstat_entity_kind(enum sysstat_subject subject);

// The value of a printed number; NaN if it is none or overflowed.
double sysstat_value(const struct sysstat_field *field, struct text word);

// A row of a disk whose counters wrapped or began anew shows numbers that no interval can hold: NULL if it is sound,
// else why it is not.
const char *sysstat_disk_doubt(const struct sysstat_field *fields, const double *values, size_t count);

#endif

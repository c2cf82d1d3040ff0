// batch_row.h: the row of a run as a list of fields, so that a pipe and a database carry it the same way.
#ifndef WHYSLOW_CLI_BATCH_ROW_H
#define WHYSLOW_CLI_BATCH_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct arena;
struct fleet_run;

enum row_type {
    ROW_TEXT,  // const char *
    ROW_NAME,  // the same, and part of the key
    ROW_REAL,  // double
    ROW_COUNT,
    ROW_BYTES,  // uint64_t
    ROW_INT,
    ROW_TIME,  // millis
    ROW_CAUSE,
    ROW_SEVERITY,
    ROW_STATUS,
    ROW_UNIT,
    ROW_GRADE  // char
};

struct row_field {
    const char *column;
    enum row_type type;
    size_t at;  // in the struct
};

// What a run has several of; the first table is the runs themselves.
struct row_table {
    const char *name;
    const struct row_field *fields;
    size_t field_count;
    size_t size;                // of one struct
    size_t items_at, count_at;  // in struct fleet_run; of no meaning for the first table
};

enum { ROW_RUNS, ROW_LOSSES, ROW_FINDINGS, ROW_GPUS, ROW_DISKS, ROW_INPUTS, ROW_TRAITS, ROW_TABLES };
extern const struct row_table row_tables[ROW_TABLES];

// A value of a field on its way: text, or a number. Enumerations travel by their name.
struct row_value {
    const char *text;  // NULL unless the field is text or has a name
    double real;
    int64_t whole;
};
struct row_value row_get(const struct row_field *field, const void *row);
// False if a name is not known here, or a number does not fit. Text must outlive the row.
bool row_set(const struct row_field *field, void *row, struct row_value value);
// How the type is kept: 't' text, 'r' real, 'i' whole number.
char row_kind(enum row_type type);

// The items of one table of a run, and room for `count` new ones in the arena.
const void *row_item(const struct row_table *table, const struct fleet_run *run, size_t index);
size_t row_count(const struct row_table *table, const struct fleet_run *run);
void *row_items_new(struct arena *arena, const struct row_table *table, struct fleet_run *run, size_t count);

// A run of which nothing is known but its name and what became of it: every string "", every number NaN.
struct fleet_run *row_blank(struct arena *arena, const char *name);

// As bytes, and back; NULL if the bytes are not whole.
void row_pack(FILE *out, const struct fleet_run *run);
struct fleet_run *row_unpack(struct arena *arena, const void *bytes, size_t size);

#endif

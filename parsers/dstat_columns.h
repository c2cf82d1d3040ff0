// dstat_columns.h: what the columns of dstat mean, by the title of their group and their own name, and its stamps.
#ifndef WHYSLOW_PARSERS_DSTAT_COLUMNS_H
#define WHYSLOW_PARSERS_DSTAT_COLUMNS_H

#include <stdbool.h>

#include "core/recording.h"

enum { DSTAT_COLUMNS_MOST = 128 };

struct dstat_column {
    bool stamp;  // the time of the row
    bool used;
    enum entity_kind entity_kind;
    const char *entity;  // borrowed of the arena
    const char *quantity;
    enum unit unit;
    enum series_kind kind;
};

struct dstat {
    struct source *source;
    struct dstat_column columns[DSTAT_COLUMNS_MOST];
    size_t count;
    bool interfaces;  // there are columns of single network interfaces: their total is left out
    bool pcp;         // pcp-dstat: its first row is empty and none is since boot; its CSV counts disks in kilobytes
    bool bits;        // throughput is counted in bits
    bool bits_open;   // or may be: nothing tells
    bool skip_boot;   // the next row tells of the time since boot
    int year;         // of the stamps; 0 if not known
    int month;        // of the stamp before
    char zone[8];
    millis before;
    bool any;
};

// Forgets the columns.
void dstat_columns_begin(struct dstat *dstat);
// The next column. The title is that of its group: "dsk/total", "total cpu usage", "total-cpu-usage".
void dstat_columns_add(struct dstat *dstat, struct text title, struct text name);

// Whether dool and dstat --bits count this column in bits: what their source calls type 'b', the throughput of disks
// and interfaces, but no memory and no paging.
bool dstat_may_count_bits(const struct dstat_column *column);

// The time of a row: epoch seconds, or "23-11 11:54:55" (day-month) or dool's "Nov-23 11:54:55", to which the year is
// added.
bool dstat_stamp(struct dstat *dstat, struct text text, millis *at);

// Begins a row: counts it, and tells whether it is to be kept. `line` for problems.
bool dstat_row(struct dstat *dstat, millis at, uint32_t line, double *interval);

// Stores one value, in the unit of the column.
void dstat_store(struct dstat *dstat, const struct dstat_column *column, millis at, double interval, uint32_t line,
                 double value);

#endif

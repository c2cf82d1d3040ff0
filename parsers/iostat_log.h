// iostat_log.h: what both forms of iostat have in common: runs of reports, and what becomes of their rows.
//
// Rows go into the source as they come, with the report's ordinal as their time. Only when the
// whole log was seen is it known which reports are averages since boot, what its dates mean and how long
// each interval was: iostat_log_finish settles it and takes out what must not be used.
#ifndef WHYSLOW_PARSERS_IOSTAT_LOG_H
#define WHYSLOW_PARSERS_IOSTAT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/recording.h"
#include "core/when.h"
#include "parsers/iostat_fields.h"
#include "parsers/parser.h"

// A stamp as printed. `given` is false where none was.
struct iostat_stamp {
    bool given;
    bool twelve_hour;
    bool us_style;          // "11/10/2026 01:02:03 PM": the form of en_US and of no other locale met
    enum date_order shown;  // what this stamp itself proves; DATE_ORDER_UNKNOWN for most
    struct when when;
};

// One run of iostat: what follows one banner.
struct iostat_run {
    uint32_t line;
    size_t first_report;        // index of its first report
    bool banner;                // false for reports before any banner
    bool no_boot_report;        // it is proved that -y was given
    struct iostat_stamp date;   // the banner's
    struct iostat_stamp stamp;  // a line with a time printed before the banner
};

struct iostat_report {
    uint32_t line;
    uint32_t run;
    struct iostat_stamp stamp;
    // Set by iostat_log_finish and iostat_clock_resolve.
    bool since_boot;
    millis time;     // end of the interval; MILLIS_NONE: cannot be placed
    float interval;  // seconds; 0 = not known
};

struct iostat_log {
    struct source *source;
    const struct parse_options *options;
    struct iostat_run *runs;
    size_t run_count, run_capacity;
    struct iostat_report *reports;
    size_t report_count, report_capacity;
    struct iostat_stamp pending;  // a stamp that waits for the report or banner behind it
    enum date_order order_shown;  // what comparisons of two stamps have proved
    bool full;                    // more reports than are kept
    // For iostat_log.c.
    struct iostat_slot *slots;
    size_t slot_count, slot_capacity, last_slot;
    uint32_t *buckets;
    size_t bucket_count;
};

// Stamps as they are printed on a line. False if the text is none.
bool iostat_stamp_read(struct text text, struct iostat_stamp *out);

void iostat_log_begin(struct iostat_log *log, struct source *source, const struct parse_options *options);

// A new run begins; `date` is the banner's (may be empty).
void iostat_log_run(struct iostat_log *log, uint32_t line, struct text date);

// A stamp that belongs to what comes next: to the report, or (before a banner) to the run. A second one for the same
// report (a line prefix) only helps to understand the first.
void iostat_log_stamp(struct iostat_log *log, const struct iostat_stamp *stamp);

// A new report begins.
void iostat_log_report(struct iostat_log *log, uint32_t line);

// True if the report already has a row of this entity with one of these quantities: then a new report has begun.
bool iostat_log_has(struct iostat_log *log, struct text entity, enum entity_kind kind, uint64_t mask);

// Stores one row of the current report (or adds columns to it). `values` are in the printed units, one a field; NaN =
// missing. A row with an impossible value is kept back and reported at the end.
void iostat_log_row(struct iostat_log *log, struct text entity, enum entity_kind kind, uint32_t line,
                    const struct iostat_layout *layout, const double *values);

// Settles everything and frees what belongs to the log.
void iostat_log_finish(struct iostat_log *log);

#endif

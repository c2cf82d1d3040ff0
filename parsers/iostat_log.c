#include "parsers/iostat_log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/iostat_boot.h"
#include "parsers/iostat_clock.h"

// Values of 1e9 and more are counters that wrapped (2^32, 2^63, 2^64 divided by an interval); the fastest device is
// four orders of magnitude below.
static const double overflow_limit = 1e9;

// %util a little above 100 is rounding of a short interval (up to 103 was seen). Beyond 110 the row shows the device's
// whole life divided by one interval: its counters were reset.
static const double util_limit = 110;

// More than any host has; a log that invents devices must not take all memory.
enum { DEVICES_MOST = 4096 };

// Three months at one report a second.
enum { REPORTS_MOST = 8000000 };

// A row's interval while the log is read: marks a row with an impossible value.
static const float impossible = -1;

// What is known of one table of the source, beside it.
struct iostat_slot {
    uint32_t next;                       // in the same bucket, +1; 0 ends
    uint64_t mask;                       // quantities set in the row of the current report
    uint8_t columns[IOSTAT_QUANTITIES];  // index of the quantity's column + 1; 0 = none yet
};

// ── stamps ──────────────────────────────────────────────────────────────────

// What order of day and month a numeric date itself shows.
static enum date_order order_of(struct text text, const struct when *when) {
    if (!when->has_date || when->month == when->day || when->month > 12) return DATE_ORDER_UNKNOWN;
    int first = 0;
    size_t i = 0;
    for (; i < text.length && text.at[i] >= '0' && text.at[i] <= '9' && i < 3; i++)
        first = first * 10 + (text.at[i] - '0');
    if (i == 0 || i > 2 || i == text.length || (text.at[i] != '/' && text.at[i] != '-')) return DATE_ORDER_UNKNOWN;
    if (when->day > 12) return first == when->day ? DATE_ORDER_DMY : DATE_ORDER_MDY;
    return DATE_ORDER_UNKNOWN;
}

static bool has_long_slashed_date(struct text text) {
    size_t first = text_find(text, "/");
    if (first == SIZE_MAX) return false;
    struct text year = text_skip(text, first + 1);
    size_t slash = text_find(year, "/");
    return slash != SIZE_MAX && text_find(text_skip(year, slash), " ") == 5;
}

bool iostat_stamp_read(struct text text, struct iostat_stamp *out) {
    text = text_trim(text);
    struct when when;
    if (!when_read(text, DATE_ORDER_UNKNOWN, &when)) return false;
    bool twelve = text_has(text, "AM") || text_has(text, "PM") || text_has(text, "am") || text_has(text, "pm");
    *out = (struct iostat_stamp){.given = true, .twelve_hour = twelve, .shown = order_of(text, &when), .when = when};
    out->us_style = twelve && when.zone_word[0] == '\0' && has_long_slashed_date(text);
    return true;
}

// Two stamps of the same moment: what the certain one says about the order of the ambiguous one.
static void compare_stamps(struct iostat_log *log, const struct iostat_stamp *a, const struct iostat_stamp *b) {
    if (!a->given || !b->given || !a->when.has_date || !b->when.has_date) return;
    if (a->when.ambiguous == b->when.ambiguous) return;
    const struct when *open = a->when.ambiguous ? &a->when : &b->when;
    const struct when *certain = a->when.ambiguous ? &b->when : &a->when;
    if (open->month == certain->month && open->day == certain->day) log->order_shown = DATE_ORDER_MDY;
    if (open->month == certain->day && open->day == certain->month) log->order_shown = DATE_ORDER_DMY;
}

// ── runs and reports ────────────────────────────────────────────────────────

void iostat_log_begin(struct iostat_log *log, struct source *source, const struct parse_options *options) {
    *log = (struct iostat_log){.source = source, .options = options};
}

// A run without any report leaves no trace: a file of nothing but banners takes no memory.
static struct iostat_run *add_run(struct iostat_log *log, uint32_t line) {
    if (log->run_count > 0 && log->runs[log->run_count - 1].first_report == log->report_count) log->run_count--;
    log->runs = grow_array(log->runs, &log->run_capacity, log->run_count + 1, sizeof *log->runs);
    struct iostat_run *run = &log->runs[log->run_count++];
    *run = (struct iostat_run){.line = line, .first_report = log->report_count};
    return run;
}

void iostat_log_run(struct iostat_log *log, uint32_t line, struct text date) {
    struct iostat_run *run = add_run(log, line);
    run->banner = true;
    iostat_stamp_read(date, &run->date);
    run->stamp = log->pending;
    log->pending = (struct iostat_stamp){0};
    compare_stamps(log, &run->date, &run->stamp);
}

void iostat_log_stamp(struct iostat_log *log, const struct iostat_stamp *stamp) {
    if (log->pending.given)
        compare_stamps(log, &log->pending, stamp);
    else
        log->pending = *stamp;
}

void iostat_log_report(struct iostat_log *log, uint32_t line) {
    if (log->run_count == 0) add_run(log, line);
    log->full = log->report_count == REPORTS_MOST;
    if (log->full) {
        source_skip(log->source, line, tr("more than %d reports in one log: the rest is not read"), REPORTS_MOST);
        return;
    }
    log->reports = grow_array(log->reports, &log->report_capacity, log->report_count + 1, sizeof *log->reports);
    struct iostat_run *run = &log->runs[log->run_count - 1];
    if (log->pending.given && run->first_report == log->report_count) compare_stamps(log, &run->date, &log->pending);
    log->reports[log->report_count++] =
        (struct iostat_report){.line = line, .run = (uint32_t)log->run_count - 1, .stamp = log->pending};
    log->pending = (struct iostat_stamp){0};
}

// ── rows ────────────────────────────────────────────────────────────────────

static uint32_t hash_name(struct text name, enum entity_kind kind) {
    uint32_t hash = 2166136261u ^ (uint32_t)kind;
    for (size_t i = 0; i < name.length; i++) hash = (hash ^ (unsigned char)name.at[i]) * 16777619u;
    return hash;
}

static bool is_slot(const struct iostat_log *log, size_t slot, struct text entity, enum entity_kind kind) {
    const struct table *table = &log->source->tables[slot];
    return table->entity_kind == kind && text_equal(entity, table->entity);
}

static void rehash(struct iostat_log *log) {
    size_t count = log->bucket_count == 0 ? 64 : log->bucket_count * 2;
    free(log->buckets);
    size_t none = 0;
    log->buckets = grow_array(NULL, &none, count, sizeof *log->buckets);
    log->bucket_count = count;
    memset(log->buckets, 0, count * sizeof *log->buckets);
    for (size_t i = 0; i < log->slot_count; i++) {
        const struct table *table = &log->source->tables[i];
        size_t bucket = hash_name(text_of(table->entity), table->entity_kind) & (count - 1);
        log->slots[i].next = log->buckets[bucket];
        log->buckets[bucket] = (uint32_t)i + 1;
    }
}

// The slot of an entity. Rows of a report come in the same order each time, so the next one is tried first.
static size_t find_slot(struct iostat_log *log, struct text entity, enum entity_kind kind) {
    if (log->slot_count == 0) return SIZE_MAX;
    size_t next = log->last_slot + 1 == log->slot_count ? 0 : log->last_slot + 1;
    if (is_slot(log, next, entity, kind)) return log->last_slot = next;
    if (is_slot(log, log->last_slot, entity, kind)) return log->last_slot;
    uint32_t at = log->buckets[hash_name(entity, kind) & (log->bucket_count - 1)];
    for (; at != 0; at = log->slots[at - 1].next)
        if (is_slot(log, at - 1, entity, kind)) return log->last_slot = at - 1;
    return SIZE_MAX;
}

static size_t add_slot(struct iostat_log *log, struct text entity, enum entity_kind kind) {
    if (log->slot_count == DEVICES_MOST) return SIZE_MAX;
    // A name that is not UTF-8 is stored under another one and would be new in each report.
    for (struct text rest = entity; rest.length > 0; rest = text_skip(rest, text_utf8(rest)))
        if (text_utf8(rest) == 0) return SIZE_MAX;
    source_table(log->source, entity, kind);
    if (log->source->table_count != log->slot_count + 1) return SIZE_MAX;
    log->slots = grow_array(log->slots, &log->slot_capacity, log->slot_count + 1, sizeof *log->slots);
    log->slots[log->slot_count] = (struct iostat_slot){0};
    log->last_slot = log->slot_count++;
    if (log->slot_count > log->bucket_count) {
        rehash(log);
    } else {
        size_t bucket = hash_name(entity, kind) & (log->bucket_count - 1);
        log->slots[log->last_slot].next = log->buckets[bucket];
        log->buckets[bucket] = (uint32_t)log->slot_count;
    }
    return log->last_slot;
}

static bool has_row(const struct iostat_log *log, size_t slot) {
    const struct table *table = &log->source->tables[slot];
    return table->row_count > 0 && table->time[table->row_count - 1] == (millis)log->report_count - 1;
}

bool iostat_log_has(struct iostat_log *log, struct text entity, enum entity_kind kind, uint64_t mask) {
    size_t slot = find_slot(log, entity, kind);
    return slot != SIZE_MAX && log->report_count > 0 && has_row(log, slot) && (log->slots[slot].mask & mask) != 0;
}

static void set_value(struct iostat_log *log, struct table *table, struct iostat_slot *slot, size_t row,
                      uint8_t quantity, double value) {
    if (slot->columns[quantity] == 0) {
        const struct iostat_quantity *q = &iostat_quantities[quantity];
        slot->columns[quantity] = (uint8_t)(table_column(log->source, table, q->name, q->unit, SERIES_AVERAGE) + 1);
    }
    table_set(table, row, (size_t)slot->columns[quantity] - 1, value);
}

void iostat_log_row(struct iostat_log *log, struct text entity, enum entity_kind kind, uint32_t line,
                    const struct iostat_layout *layout, const double *values) {
    if (log->report_count == 0) iostat_log_report(log, line);
    if (log->full) return;
    size_t slot = find_slot(log, entity, kind);
    if (slot == SIZE_MAX) slot = add_slot(log, entity, kind);
    if (slot == SIZE_MAX) {
        source_skip(log->source, line, tr("no name of a device, or one too many (%d are read): row not used"),
                    DEVICES_MOST);
        return;
    }
    struct table *table = &log->source->tables[slot];
    struct iostat_slot *known = &log->slots[slot];
    bool same = has_row(log, slot);
    if (!same) known->mask = 0;
    size_t row = same ? table->row_count - 1 : table_row(table, (millis)log->report_count - 1, 0, line);
    known->mask |= layout->mask;
    for (size_t i = 0; i < layout->count; i++) {
        const struct iostat_field *field = &layout->fields[i];
        if (field->quantity == IOSTAT_UNUSED) continue;
        if (fabs(values[i]) >= overflow_limit && !iostat_quantities[field->quantity].total)
            table->interval[row] = impossible;
        set_value(log, table, known, row, field->quantity, values[i] * field->scale);
    }
}

// ── the end ─────────────────────────────────────────────────────────────────

static const struct column *column_of(const struct table *table, uint8_t quantity) {
    return table_find(table, iostat_quantities[quantity].name);
}

static bool is_zero_row(const struct table *table, size_t row) {
    for (size_t i = 0; i < table->column_count; i++)
        if (!isnan(table->columns[i].values[row]) && table->columns[i].values[row] != 0) return false;
    return true;
}

// Says why a row cannot be used, or returns NULL.
static bool row_usable(const struct iostat_log *log, const struct table *table, const struct column *util, size_t row,
                       const struct iostat_report *report) {
    if (report->since_boot || report->time == MILLIS_NONE) return false;
    if (table->interval[row] == impossible) {
        source_skip(log->source, table->line[row], tr("%s: impossible values (a counter overflowed): row not used"),
                    table->entity);
        return false;
    }
    if (util != NULL && util->values[row] > util_limit) {
        source_skip(log->source, table->line[row],
                    tr("%s: %%util is %.1f, so the device's counters were reset in this interval: row not used"),
                    table->entity, util->values[row]);
        return false;
    }
    return true;
}

static void move_row(struct table *table, size_t from, size_t to) {
    table->line[to] = table->line[from];
    for (size_t i = 0; i < table->column_count; i++) table->columns[i].values[to] = table->columns[i].values[from];
}

// What a disk did since boot is no sample, but it shows the kind of a disk that rests throughout the run.
static void keep_boot_latency(const struct iostat_log *log, const struct table *table, size_t row) {
    const struct column *wait = column_of(table, IOSTAT_READ_AWAIT);
    if (table->entity_kind != ENTITY_DISK || wait == NULL || !(wait->values[row] > 0)) return;
    char text[32];
    snprintf(text, sizeof text, "%.2f", wait->values[row]);
    source_fact(log->source, text_of(table->entity), "since_boot_r_await", text_of(text), table->line[row]);
}

// Gives the rows their times and closes the gaps of those that are not used.
static void settle_rows(const struct iostat_log *log, struct table *table) {
    const struct column *util = column_of(table, IOSTAT_UTIL);
    size_t kept = 0;
    for (size_t row = 0; row < table->row_count; row++) {
        const struct iostat_report *report = &log->reports[table->time[row]];
        if (report->since_boot && row == 0) keep_boot_latency(log, table, row);
        if (!row_usable(log, table, util, row, report)) continue;
        if (kept != row) move_row(table, row, kept);
        table->time[kept] = report->time;
        table->interval[kept] = report->interval;
        kept++;
    }
    table->row_count = kept;
}

static double weighted(const struct column *rate, const struct column *wait, size_t row, double *requests) {
    if (rate == NULL || wait == NULL || isnan(rate->values[row]) || isnan(wait->values[row])) return 0;
    *requests += rate->values[row];
    return rate->values[row] * wait->values[row];
}

// From layout C on there is no await over all requests: it is their mean, weighted by their numbers. An interval
// without requests has 0, as the layouts that print await have it. Flushes are not in it.
static void derive_await(struct source *source, struct table *table) {
    if (column_of(table, IOSTAT_AWAIT) != NULL || column_of(table, IOSTAT_READ_AWAIT) == NULL) return;
    const struct iostat_quantity *await = &iostat_quantities[IOSTAT_AWAIT];
    size_t column = table_column_derived(source, table, await->name, await->unit, SERIES_AVERAGE);
    const struct column *reads = column_of(table, IOSTAT_READS), *read_wait = column_of(table, IOSTAT_READ_AWAIT);
    const struct column *writes = column_of(table, IOSTAT_WRITES), *write_wait = column_of(table, IOSTAT_WRITE_AWAIT);
    const struct column *discards = column_of(table, IOSTAT_DISCARDS);
    const struct column *discard_wait = column_of(table, IOSTAT_DISCARD_AWAIT);
    if (reads == NULL || writes == NULL || write_wait == NULL) return;
    for (size_t row = 0; row < table->row_count; row++) {
        if (isnan(reads->values[row]) || isnan(writes->values[row])) continue;
        double requests = 0;
        double sum = weighted(reads, read_wait, row, &requests) + weighted(writes, write_wait, row, &requests) +
                     weighted(discards, discard_wait, row, &requests);
        table_set(table, row, column, requests > 0 ? sum / requests : 0);
    }
}

// Runs that begin inside the file are events, except snapshots of a loop: their stamps say it.
static void note_runs(const struct iostat_log *log) {
    size_t snapshots = 0;
    for (size_t i = 0; i < log->run_count; i++)
        if (log->runs[i].stamp.given) snapshots++;
    if (snapshots > 1) return;
    for (size_t i = 1; i < log->run_count; i++) {
        const struct iostat_run *run = &log->runs[i];
        if (run->first_report >= log->report_count) continue;
        millis time = log->source->clock == CLOCK_NONE ? MILLIS_NONE : log->reports[run->first_report].time;
        source_event(log->source, time, run->line, EVENT_RUN_START, TEXT(""), text_of(tr("iostat was started again")),
                     NAN);
    }
}

// A device that appears in mid-run: its first row covers its life so far. With -z, where idle devices
// are left out, appearing means nothing; a file that shows idle devices was not written with -z.
static void note_hot_added(const struct iostat_log *log, bool idle_rows_shown) {
    if (!idle_rows_shown || log->report_count == 0) return;
    for (size_t i = 0; i < log->slot_count; i++) {
        const struct table *table = &log->source->tables[i];
        if (table->entity_kind != ENTITY_DISK || table->row_count == 0) continue;
        size_t ordinal = (size_t)table->time[0];
        const struct iostat_run *run = &log->runs[log->reports[ordinal].run];
        if (ordinal == run->first_report) continue;
        source_problem(log->source, table->line[0], SEVERITY_INFO,
                       tr("%s appears while iostat runs: its first row may cover more than one interval"),
                       table->entity);
    }
}

static bool shows_idle_rows(const struct iostat_log *log) {
    for (size_t i = 0; i < log->slot_count; i++) {
        const struct table *table = &log->source->tables[i];
        for (size_t row = 0; table->entity_kind == ENTITY_DISK && row < table->row_count; row++)
            if (is_zero_row(table, row)) return true;
    }
    return false;
}

static void note_nothing_left(const struct iostat_log *log) {
    struct source *source = log->source;
    size_t rows = 0;
    for (size_t i = 0; i < source->table_count; i++) rows += source->tables[i].row_count;
    if (rows > 0 || log->report_count == 0) return;
    if (source->since_boot_reports == source->reports)
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("only averages since boot: iostat was run without an interval; run `iostat -xt 1` instead"));
}

void iostat_log_finish(struct iostat_log *log) {
    struct source *source = log->source;
    source->reports = log->report_count;
    iostat_boot_mark(log);
    iostat_clock_resolve(log);
    note_hot_added(log, shows_idle_rows(log));
    for (size_t i = 0; i < source->table_count; i++) {
        settle_rows(log, &source->tables[i]);
        if (source->tables[i].entity_kind == ENTITY_DISK) derive_await(source, &source->tables[i]);
    }
    note_runs(log);
    note_nothing_left(log);
    free(log->runs);
    free(log->reports);
    free(log->slots);
    free(log->buckets);
    *log = (struct iostat_log){0};
}

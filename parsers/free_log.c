// free_log.c: a header, a line "Mem:", maybe "-/+ buffers/cache:", a line "Swap:"; stamps and /proc/loadavg between.
//
// free prints no unit (kibibytes, or what -b -m -g ask for) but with -h: it is found by the size that a machine's
// memory can have, and said.
#include "parsers/free_log.h"

#include <math.h>

#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/log_clock.h"
#include "parsers/merged.h"

enum { COLUMNS_MOST = 16 };

struct free_log {
    struct source *source;
    struct log_clock clock;
    const char *memory[COLUMNS_MOST];  // quantities of the line "Mem:", NULL for a column that is not kept
    size_t columns;                    // 0 until a header was seen
    millis at;                         // of the snapshot
    bool stamped;                      // a stamp came since the snapshot before
    double scale;                      // to kibibytes; 0 until known
    millis before;
    bool any;
};

static const char *quantity_of(struct text name) {
    static const struct {
        const char *name, *quantity;
    } names[] = {{"total", "mem.total"},         {"used", "mem.used"},     {"free", "mem.free"},
                 {"available", "mem.available"}, {"shared", "mem.shared"}, {"buffers", "mem.buffers"},
                 {"cached", "mem.cached"},       {"cache", "mem.cached"},  {"buff/cache", "mem.buff/cache"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal(name, names[i].name)) return names[i].quantity;
    return NULL;
}

static bool is_header(const struct fields *words) {
    return words->count >= 3 && words->count <= 8 && text_equal(words->at[0], "total") &&
           text_equal(words->at[1], "used") && text_equal(words->at[2], "free");
}

// The memory of a machine on which anything is trained: from 1 GiB to 8 TiB or so. In bytes that is 1e9 and more, in
// kibibytes 1e6 to 8e9, in mebibytes 1e3 to 8e6, in gibibytes less. Where two fit, the smaller machine is meant.
static double scale_by_size(double total) {
    if (total >= 1.5e10) return 1.0 / 1024;
    if (total >= 1.5e6) return 1;
    if (total >= 900) return 1024;
    return 1024 * 1024;
}

static void find_scale(struct free_log *log, double total) {
    log->scale = scale_by_size(total);
    const char *unit = log->scale < 1 ? "B" : log->scale == 1 ? "KiB" : log->scale > 2e3 ? "GiB" : "MiB";
    source_problem(log->source, 0, SEVERITY_INFO, tr("free prints no unit: by the size of the memory it is %s"), unit);
}

// "Gi", "16G", "585Mi", or a bare number.
static double value_of(const struct free_log *log, struct text word) {
    double value = NAN;
    struct text unit;
    if (!text_number_unit(word, &value, &unit)) return NAN;
    if (unit.length == 0) return value * log->scale;
    double kib = fields_kib(unit.at[0]);
    return kib > 0 ? value * kib : NAN;
}

static bool prints_units(struct text word) {
    double value;
    struct text unit;
    return text_number_unit(word, &value, &unit) && unit.length > 0;
}

static void begin_snapshot(struct free_log *log) {
    struct source *source = log->source;
    if (source->clock == CLOCK_NONE) log->at = (millis)source->reports;
    log->stamped = false;
    source->reports++;
}

static void store(struct free_log *log, const char *quantity, enum unit unit, double value, uint32_t line) {
    struct table *table = source_table(log->source, TEXT("host"), ENTITY_HOST);
    size_t row = merged_row(table, log->at, 0, line, quantity);
    table_set(table, row, table_column(log->source, table, quantity, unit, SERIES_STATE), value);
}

static void take_memory(struct free_log *log, const struct fields *words, uint32_t line) {
    double total = NAN;
    if (words->count < 4 || words->count > log->columns + 1) {
        source_skip(log->source, line, tr("not a row of free"));
        return;
    }
    if (log->scale == 0 && !prints_units(words->at[1]) && text_number(words->at[1], &total)) find_scale(log, total);
    if (log->source->clock != CLOCK_NONE && !log->stamped) {
        source_skip(log->source, line, tr("a row without its time"));
        return;
    }
    begin_snapshot(log);
    for (size_t i = 0; i + 1 < words->count; i++)
        if (log->memory[i] != NULL) store(log, log->memory[i], UNIT_KIB, value_of(log, words->at[i + 1]), line);
}

static void take_swap(struct free_log *log, const struct fields *words, uint32_t line) {
    static const char *const names[] = {"swap.total", "swap.used", "swap.free"};
    if (log->source->reports == 0 || words->count < 4) return;
    for (size_t i = 0; i < 3; i++) store(log, names[i], UNIT_KIB, value_of(log, words->at[i + 1]), line);
}

// "2.71 3.94 3.38 10/209 400"
static bool take_load(struct free_log *log, const struct fields *words, uint32_t line) {
    static const char *const names[] = {"ldavg-1", "ldavg-5", "ldavg-15"};
    double values[3];
    if (words->count != 5 || text_find(words->at[3], "/") == SIZE_MAX) return false;
    for (size_t i = 0; i < 3; i++)
        if (!text_number(words->at[i], &values[i])) return false;
    for (size_t i = 0; i < 3 && log->source->reports > 0; i++) store(log, names[i], UNIT_NONE, values[i], line);
    return true;
}

static bool is_stamp(struct text line) {
    struct when when;
    return when_read(line, DATE_ORDER_UNKNOWN, &when) && (when.epoch || (when.has_date && when.has_time));
}

static bool take_stamp(struct free_log *log, struct text line, uint32_t number) {
    struct source *source = log->source;
    line = text_trim(line);
    while (text_starts(line, "=") || text_starts(line, "-") || text_starts(line, "#"))
        line = text_trim(text_skip(line, 1));
    while (text_ends(line, "=") || text_ends(line, "-")) line = text_trim(text_head(line, line.length - 1));
    millis at;
    if (line.length == 0 || line.length > 80) return false;
    // Stamps that stand behind the snapshots would date the next ones.
    if (source->clock == CLOCK_NONE && source->reports > 0) return is_stamp(line);
    if (!log_clock_read(&log->clock, line, &at)) return false;
    source->day_month_open = source->day_month_open || log->clock.ambiguous;
    if (log->any && at + 1000 < log->before)
        source_problem(source, number, SEVERITY_WARNING, tr("time runs backward here"));
    log->before = log->at = at;
    log->any = log->stamped = true;
    return true;
}

static void take_header(struct free_log *log, const struct fields *words) {
    log->columns = 0;
    for (size_t i = 0; i < words->count && i < COLUMNS_MOST; i++)
        log->memory[log->columns++] = quantity_of(words->at[i]);
}

static void take_line(struct free_log *log, struct text line, uint32_t number, bool cut) {
    struct fields words;
    fields_split(line, &words);
    if (words.count == 0) return;
    if (is_header(&words)) {
        take_header(log, &words);
    } else if (cut) {
        source_skip(log->source, number, tr("the file ends in this line: not used"));
    } else if (text_equal(words.at[0], "Mem:") && log->columns > 0) {
        take_memory(log, &words, number);
    } else if (text_equal(words.at[0], "Swap:") && log->columns > 0) {
        take_swap(log, &words, number);
    } else if (!text_equal(words.at[0], "-/+") && !text_equal(words.at[0], "Low:") &&
               !text_equal(words.at[0], "High:") && !text_equal(words.at[0], "Total:") &&
               !text_equal(words.at[0], "Comm:") && !take_load(log, &words, number) && !take_stamp(log, line, number)) {
        source_skip(log->source, number, tr("not a line of free"));
    }
}

void free_log_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct free_log log = {.source = source, .clock = {.source = source, .order = options->date_order}};
    struct text line;
    while (lines_next(lines, &line)) take_line(&log, line, lines_number(lines), lines_unended(lines));
    if (source->reports > 0) return;
    source->refused = true;
    source_problem(source, 0, SEVERITY_CRITICAL, tr("no snapshot of free in this log"));
}

int free_log_bid(struct text head, bool whole) {
    (void)whole;
    struct fields words;
    bool header = false;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        if (line.length > 300) continue;
        fields_split(line, &words);
        if (header && words.count > 3 && text_equal(words.at[0], "Mem:")) return BID_LIKELY + 10;
        header = is_header(&words);
    }
    return BID_NONE;
}

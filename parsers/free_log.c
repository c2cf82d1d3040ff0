// free_log.c: a header, a line "Mem:", maybe "-/+ buffers/cache:", a line "Swap:"; stamps and /proc/loadavg between.
//
// Names and labels are translated, but stand in the same places in every language.
//
// free prints no unit (kibibytes, or what -b -m -g ask for) but with -h: it is found by the size that a machine's
// memory can have, and said.
#include "parsers/free_log.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/line_prefix.h"
#include "parsers/log_clock.h"
#include "parsers/merged.h"

enum { COLUMNS_MOST = 16, PLACES = 6, STAMP_WORDS_MOST = 8 };

// Which line comes next below a header, where its label says nothing.
enum expected { EXPECT_NOTHING, EXPECT_MEMORY, EXPECT_SWAP };

struct free_log {
    struct source *source;
    struct log_clock clock;
    const char *memory[COLUMNS_MOST];  // quantities of the line "Mem:", NULL for a column that is not kept
    size_t columns;                    // 0 until a header was seen
    struct line_prefix prefix;
    enum expected expected;
    double total;  // of the memory, as printed
    millis at;     // of the snapshot
    bool stamped;  // a stamp came since the snapshot before
    double scale;  // to kibibytes; 0 until known
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

static bool is_english(const struct fields *words) {
    return words->count >= 3 && words->count <= 8 && text_equal(words->at[0], "total") &&
           text_equal(words->at[1], "used") && text_equal(words->at[2], "free");
}

// "gesamt benutzt frei gemns. Puffer/Cache verfügbar": six words of which the fifth has a slash, in all languages.
static bool is_translated(const struct fields *words) {
    if (words->count != PLACES || !text_has(words->at[4], "/")) return false;
    for (size_t i = 0; i < PLACES; i++)
        for (size_t k = 0; k < words->at[i].length; k++) {
            char c = words->at[i].at[k];
            if ((c >= '0' && c <= '9') || c == ':') return false;
        }
    return true;
}

static const char *quantity_at(const struct fields *words, size_t i) {
    static const char *const places[PLACES] = {"mem.total",  "mem.used",       "mem.free",
                                               "mem.shared", "mem.buff/cache", "mem.available"};
    return is_english(words) ? quantity_of(words->at[i]) : places[i];
}

// Room for the labels is left before the names. A stamp or a host may stand there: the names begin at `own`.
static bool read_header(struct text line, struct fields *names, size_t *own) {
    enum { ROOM = 6 };
    struct fields words;
    fields_split(line, &words);
    for (size_t at = 0; at < STAMP_WORDS_MOST && at + 3 <= words.count; at++) {
        *names = (struct fields){.count = words.count - at};
        memcpy(names->at, words.at + at, names->count * sizeof *names->at);
        *own = (size_t)(names->at[0].at - line.at);
        if (is_english(names)) return true;
        bool apart = *own >= ROOM && text_trim((struct text){names->at[0].at - ROOM, ROOM}).length == 0;
        if (apart && is_translated(names)) return true;
    }
    return false;
}

// "Mem:", "内存：", "Partition d'échange:", and the numbers behind it.
static bool read_row(struct text line, struct text *label, struct fields *numbers) {
    size_t at = text_find(line, ":");
    size_t wide = text_find(line, "：");
    size_t end = at < wide ? at : wide;
    if (end == SIZE_MAX) return false;
    *label = text_trim(text_head(line, end));
    for (size_t i = 0; i < label->length; i++)
        if (label->at[i] >= '0' && label->at[i] <= '9') return false;
    fields_split(text_skip(line, end + (at < wide ? 1 : strlen("："))), numbers);
    return label->length > 0 && label->length < 60;
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

static void take_memory(struct free_log *log, const struct fields *numbers, uint32_t line) {
    double total = NAN;
    if (numbers->count < 3 || numbers->count > log->columns) {
        source_skip(log->source, line, tr("not a row of free"));
        return;
    }
    if (text_number(numbers->at[0], &total) && log->scale == 0 && !prints_units(numbers->at[0])) find_scale(log, total);
    log->total = total;
    if (log->source->clock != CLOCK_NONE && !log->stamped) {
        source_skip(log->source, line, tr("a row without its time"));
        return;
    }
    begin_snapshot(log);
    for (size_t i = 0; i < numbers->count; i++)
        if (log->memory[i] != NULL) store(log, log->memory[i], UNIT_KIB, value_of(log, numbers->at[i]), line);
}

static void take_swap(struct free_log *log, const struct fields *numbers, uint32_t line) {
    static const char *const names[] = {"swap.total", "swap.used", "swap.free"};
    if (log->source->reports == 0 || numbers->count < 3) return;
    for (size_t i = 0; i < 3; i++) store(log, names[i], UNIT_KIB, value_of(log, numbers->at[i]), line);
}

static bool is_other_label(struct text label) {
    static const char *const labels[] = {"-/+ buffers/cache", "Low", "High", "Total", "Comm"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (text_equal(label, labels[i])) return true;
    return text_starts(label, "-/+");
}

// By its label, or else by its place. Of free -l, which prints low and high memory above the swap, the first has the
// total of the memory again: what follows it is not guessed.
static bool take_labelled(struct free_log *log, struct text label, const struct fields *numbers, uint32_t line) {
    double total = NAN;
    struct text unit;
    enum expected expected = log->expected;
    if (log->columns == 0) return false;
    if (is_other_label(label)) return true;
    if (text_equal(label, "Mem")) expected = EXPECT_MEMORY;
    if (text_equal(label, "Swap")) expected = EXPECT_SWAP;
    if (expected == EXPECT_NOTHING || numbers->count == 0 || !text_number_unit(numbers->at[0], &total, &unit))
        return false;
    log->expected = expected == EXPECT_MEMORY ? EXPECT_SWAP : EXPECT_NOTHING;
    if (expected == EXPECT_MEMORY)
        take_memory(log, numbers, line);
    else if (numbers->count == 3 && total != log->total)
        take_swap(log, numbers, line);
    return true;
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
    for (size_t i = 0; i < words->count && i < COLUMNS_MOST; i++) log->memory[log->columns++] = quantity_at(words, i);
    log->expected = EXPECT_MEMORY;
}

// What stands before the names of the first header stands before every line, or before every header.
static void learn_prefix(struct line_prefix *prefix, struct text line, size_t own) {
    while (own > 0 && (line.at[own - 1] == ' ' || line.at[own - 1] == '\t')) own--;
    line_prefix_learn(prefix, line, own);
}

// False for a line of another host than that of the first: what several told at once cannot be one snapshot.
static bool take_prefix(struct free_log *log, struct text *line, struct text *stamp) {
    struct source *source = log->source;
    struct text host;
    line_prefix_strip(&log->prefix, line, stamp, &host);
    if (host.at == NULL) return true;
    if (source->host[0] == '\0') source->host = text_copy(source->arena_, host);
    return text_equal(host, source->host);
}

static void take_line(struct free_log *log, struct text line, uint32_t number, bool cut) {
    struct fields words;
    struct text label;
    struct text stamp;
    size_t own;
    if (text_trim(line).length == 0) return;
    bool header = read_header(line, &words, &own);
    if (header && log->columns == 0) learn_prefix(&log->prefix, line, own);
    struct text whole = line;
    if (!take_prefix(log, &line, &stamp)) {
        source_skip(log->source, number, tr("a line of another host"));
    } else if (header) {
        if (stamp.at != NULL) take_stamp(log, stamp, number);
        take_header(log, &words);
    } else if (cut) {
        source_skip(log->source, number, tr("the file ends in this line: not used"));
    } else if (!read_row(line, &label, &words) || !take_labelled(log, label, &words, number)) {
        fields_split(line, &words);
        if (!take_load(log, &words, number) && !take_stamp(log, whole, number))
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

// "Mem:", or another label before as many numbers as the header has names.
static bool is_memory(struct text line, size_t columns) {
    struct fields numbers;
    struct text label;
    struct text unit;
    double total;
    if (!read_row(line, &label, &numbers) || numbers.count < 3 || numbers.count > columns) return false;
    if (!text_number_unit(numbers.at[0], &total, &unit)) return false;
    return text_equal(label, "Mem") || (columns == PLACES && numbers.count == columns);
}

int free_log_bid(struct text head, bool whole) {
    (void)whole;
    struct fields words;
    struct line_prefix prefix = {.kind = LINE_PREFIX_NONE};
    struct text stamp, host;
    bool header = false;
    size_t columns = 0;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        size_t own;
        if (line.length > 300) continue;
        struct text row = line;
        line_prefix_strip(&prefix, &row, &stamp, &host);
        if (header && is_memory(row, columns)) return BID_LIKELY + 10;
        header = read_header(line, &words, &own);
        columns = words.count;
        if (header) learn_prefix(&prefix, line, own);
    }
    return BID_NONE;
}

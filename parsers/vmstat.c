// vmstat.c: two header lines, repeated every screenful, then one row a report.
//
// The first row of a run is the average since boot. With -t the row ends in a date and a time, and the header
// in the zone's name. procps 4.0.2 prints the memory of the first sample for the whole run: frozen columns under
// moving swap are left out, since they would be wrong.
#include "parsers/vmstat.h"

#include <math.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/fields.h"

static const struct {
    const char *name;
    enum unit unit;
    enum series_kind kind;
} known[] = {
    {"r", UNIT_NONE, SERIES_STATE},         {"b", UNIT_NONE, SERIES_STATE},
    {"swpd", UNIT_KIB, SERIES_STATE},       {"free", UNIT_KIB, SERIES_STATE},
    {"buff", UNIT_KIB, SERIES_STATE},       {"cache", UNIT_KIB, SERIES_STATE},
    {"inact", UNIT_KIB, SERIES_STATE},      {"active", UNIT_KIB, SERIES_STATE},
    {"si", UNIT_KIB_PER_S, SERIES_AVERAGE}, {"so", UNIT_KIB_PER_S, SERIES_AVERAGE},
    {"bi", UNIT_KIB_PER_S, SERIES_AVERAGE}, {"bo", UNIT_KIB_PER_S, SERIES_AVERAGE},
    {"in", UNIT_PER_S, SERIES_AVERAGE},     {"cs", UNIT_PER_S, SERIES_AVERAGE},
    {"us", UNIT_PERCENT, SERIES_AVERAGE},   {"sy", UNIT_PERCENT, SERIES_AVERAGE},
    {"id", UNIT_PERCENT, SERIES_AVERAGE},   {"wa", UNIT_PERCENT, SERIES_AVERAGE},
    {"st", UNIT_PERCENT, SERIES_AVERAGE},   {"gu", UNIT_PERCENT, SERIES_AVERAGE},
};
enum {
    KNOWN = sizeof known / sizeof known[0],
    COLUMNS_MOST = 40,
    SCREENFUL = 5,  // no terminal is lower: fewer rows between two headers are a call of their own
};

struct vmstat {
    struct source *source;
    int column[COLUMNS_MOST];  // index into known, -1 for a column nobody knows
    size_t columns;            // 0 until a header was seen
    bool stamped;
    bool skip_boot;  // the next row is the average since boot
    bool began;
    size_t rows;        // since the last header
    millis last, step;  // time of the last row, and its distance from the one before
};

static int find_known(struct text word) {
    for (int i = 0; i < KNOWN; i++)
        if (text_equal(word, known[i].name)) return i;
    return -1;
}

// "r b swpd free …": at least r, b, si, so and us by name.
static bool is_header(const struct fields *words) {
    return fields_find(words, "r") == 0 && fields_find(words, "b") == 1 && fields_find(words, "si") != SIZE_MAX &&
           fields_find(words, "so") != SIZE_MAX && fields_find(words, "us") != SIZE_MAX;
}

static void take_zone(struct source *source, const struct fields *words, size_t from) {
    if (from >= words->count || source->zone[0] != '\0') return;
    struct text word = words->at[from];
    if (word.length > 6 || text_starts(word, "-")) return;
    source->zone = text_copy(source->arena_, word);
    if (text_equal(word, "UTC") || text_equal(word, "GMT")) source->clock = CLOCK_ZONED;
}

static void take_header(struct vmstat *vm, const struct fields *words, uint32_t line) {
    bool changed = false;
    size_t count = 0;
    size_t i = 0;
    for (; i < words->count && count < COLUMNS_MOST; i++) {
        int index = find_known(words->at[i]);
        if (index < 0) break;  // the zone's name
        changed = changed || vm->columns == 0 || vm->column[count] != index;
        vm->column[count++] = index;
    }
    vm->stamped = i < words->count;
    take_zone(vm->source, words, i);
    if (vm->columns != 0 && (changed || count != vm->columns))
        source_problem(vm->source, line, SEVERITY_INFO, tr("another header: the columns change here"));
    vm->columns = count;
}

static bool read_stamp(struct vmstat *vm, const struct fields *words, millis *time) {
    if (words->count < vm->columns + 2) return false;
    struct text date = words->at[vm->columns];
    struct text clock = words->at[vm->columns + 1];
    struct text both = {date.at, (size_t)(clock.at + clock.length - date.at)};
    struct when when;
    if (clock.length < 8) return false;  // the file ends in it
    if (!when_read(both, DATE_ORDER_UNKNOWN, &when) || !when.has_date || !when.has_time) return false;
    *time = when_millis(&when);
    if (vm->source->clock == CLOCK_NONE) vm->source->clock = CLOCK_LOCAL;
    return *time != MILLIS_NONE;
}

// Headers are repeated every screenful. One below which the clock jumps begins a run that was appended; where no times
// are printed that can only be told where the run before was shorter than a screen.
static bool begins_run(struct vmstat *vm, millis time) {
    if (vm->rows > 1 || vm->last == MILLIS_NONE) return false;
    return time < vm->last || (vm->step > 0 && time - vm->last > 2 * vm->step + 1500);
}

static void take_boot_row(struct vmstat *vm, millis time) {
    vm->skip_boot = false;
    vm->source->since_boot_reports++;
    vm->last = time;
    vm->step = 0;
}

static double take_interval(struct vmstat *vm, millis time, uint32_t line) {
    double interval = 0;
    if (time != MILLIS_NONE && vm->last != MILLIS_NONE) {
        if (time + 1000 < vm->last) source_problem(vm->source, line, SEVERITY_WARNING, tr("time runs backward here"));
        vm->step = time > vm->last ? time - vm->last : 0;
        interval = (double)vm->step / 1000.0;
    }
    vm->last = time;
    return interval;
}

static void take_row(struct vmstat *vm, const struct fields *words, uint32_t line, bool cut) {
    double values[COLUMNS_MOST];
    for (size_t i = 0; i < vm->columns; i++) {
        if (text_number(words->at[i], &values[i])) continue;
        source_skip(vm->source, line, tr("not a row of vmstat"));
        return;
    }
    millis time = (millis)vm->source->reports;
    bool stamped = read_stamp(vm, words, &time);
    if (vm->source->clock != CLOCK_NONE && !stamped) {
        source_skip(vm->source, line, tr("a row without its time"));
        return;
    }
    // The file ends in this row: "5" may have been "50".
    if (cut && !stamped) values[vm->columns - 1] = NAN;
    vm->source->reports++;
    vm->rows++;
    if (stamped && begins_run(vm, time)) {
        source_event(vm->source, time, line, EVENT_RUN_START, TEXT(""), TEXT("vmstat"), NAN);
        vm->skip_boot = true;
    }
    if (vm->skip_boot) {
        take_boot_row(vm, stamped ? time : MILLIS_NONE);
        return;
    }
    double interval = take_interval(vm, stamped ? time : MILLIS_NONE, line);
    struct table *table = source_table(vm->source, TEXT("host"), ENTITY_HOST);
    size_t row = table_row(table, time, interval, line);
    for (size_t i = 0; i < vm->columns; i++) {
        size_t column = table_column(vm->source, table, known[vm->column[i]].name, known[vm->column[i]].unit,
                                     known[vm->column[i]].kind);
        table_set(table, row, column, values[i]);
    }
}

static bool constant(const struct column *column, size_t rows) {
    for (size_t i = 1; i < rows; i++)
        if (column->values[i] != column->values[0]) return false;
    return true;
}

// Memory that does not move by a single kilobyte while pages go in and out was printed once and repeated.
static void drop_frozen(struct source *source) {
    static const char *const memory[] = {"swpd", "free", "buff", "cache"};
    struct table *table = source_table(source, TEXT("host"), ENTITY_HOST);
    const struct column *free_memory = table_find(table, "free");
    const struct column *in = table_find(table, "bi");
    if (table->row_count < 10 || free_memory == NULL || in == NULL) return;
    if (!constant(free_memory, table->row_count) || constant(in, table->row_count)) return;
    for (size_t c = 0; c < table->column_count; c++)
        for (size_t i = 0; i < 4; i++)
            if (strcmp(table->columns[c].quantity, memory[i]) == 0)
                for (size_t k = 0; k < table->row_count; k++) table->columns[c].values[k] = NAN;
    source_problem(source, 0, SEVERITY_WARNING,
                   tr("swpd, free, buff and cache never move: vmstat of procps 4.0.2 repeats its first sample; they "
                      "are left out"));
}

void vmstat_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct vmstat vm = {.source = source, .last = MILLIS_NONE};
    struct text line;
    struct fields words;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        fields_split(line, &words);
        if (words.count == 0) continue;
        if (text_starts(words.at[0], "procs") || text_starts(words.at[0], "--procs")) continue;  // the upper line
        if (is_header(&words)) {
            take_header(&vm, &words, number);
            if (!vm.began || (vm.rows > 0 && vm.rows < SCREENFUL)) vm.skip_boot = true;
            vm.began = true;
            vm.rows = 0;
            continue;
        }
        if (vm.columns == 0 || words.count < vm.columns ||
            (lines_unended(lines) && words.count < vm.columns + (vm.stamped ? 2u : 0u))) {
            source_skip(source, number,
                        vm.columns == 0 ? tr("before any header") : tr("fewer values than the header has columns"));
            continue;
        }
        take_row(&vm, &words, number, lines_unended(lines));
    }
    source->samples = source->reports - source->since_boot_reports;
    if (source->reports > 1 && source->samples == 0)
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("each of the %zu reports is an average since boot: vmstat was called without an interval"),
                       source->reports);
    drop_frozen(source);
}

int vmstat_bid(struct text head, bool whole) {
    (void)whole;
    struct fields words;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        if (line.length > 400) continue;
        fields_split(line, &words);
        if (words.count >= 14 && is_header(&words)) return BID_SURE;
    }
    return BID_NONE;
}

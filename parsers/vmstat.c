// vmstat.c: two header lines, repeated every screenful, then one row a report.
//
// The first row of a run is the average since boot. With -t the row ends in a date and a time, and the header
// in the zone's name. Names are translated in some languages, but not the order. procps 4.0.2 prints the memory of the
// first sample for the whole run: frozen columns under moving swap are left out, since they would be wrong.
#include "parsers/vmstat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/line_prefix.h"
#include "parsers/log_clock.h"

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
enum { KNOWN = sizeof known / sizeof known[0], COLUMNS_MOST = 40, UNKNOWN = -1 };

// A terminal is at least this high: a header that comes again after fewer rows belongs to a new run.
enum { SCREEN_LEAST = 15, RUNS_MOST = 10000 };

struct vmstat {
    struct source *source;
    struct log_clock clock;
    struct line_prefix prefix;
    int column[COLUMNS_MOST];  // index into known, UNKNOWN for a column nobody knows
    size_t columns;            // 0 until a header was seen
    bool stamped;              // with -t
    bool undated;              // a time of day stands before the rows
    bool loop;                 // stamps that stand alone date the runs that follow them
    bool skip_boot;            // the next row is the average since boot
    bool header_again;         // a header came since the last row: of the same run, or of a new one
    size_t since_header;       // rows since the last header
    millis last;               // time of the last row, MILLIS_NONE if it has none
    millis step;               // spacing of the last two rows
    millis alone;              // the last stamp that stood alone, MILLIS_NONE once a row has taken it
    millis before_row;         // the stamp before this row's text, MILLIS_NONE if there is none
};

// German procps writes some names with capitals.
static int find_known(struct text word) {
    for (int i = 0; i < KNOWN; i++)
        if (text_equal_nocase(word, known[i].name)) return i;
    return UNKNOWN;
}

static size_t find_name(const struct fields *words, const char *name) {
    for (size_t i = 0; i < words->count; i++)
        if (text_equal_nocase(words->at[i], name)) return i;
    return SIZE_MAX;
}

// "r b swpd free …": at least r, b, si, so and us by name.
static bool is_header(const struct fields *words) {
    return fields_find(words, "r") == 0 && fields_find(words, "b") == 1 && find_name(words, "si") != SIZE_MAX &&
           find_name(words, "so") != SIZE_MAX && find_name(words, "us") != SIZE_MAX;
}

// "inact", "inakt.", "inactif": of vmstat -a.
static bool is_inactive(struct text word) {
    static const char *const starts[] = {"inac", "inak", "inat"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_equal_nocase(text_head(word, 4), starts[i])) return true;
    return false;
}

// The four names of memory are the ones that are translated ("libre tampon cache"); their order never is.
static int memory_by_place(const struct fields *words, size_t i) {
    enum { FIRST = 2, COUNT = 4 };
    static const char *const plain[COUNT] = {"swpd", "free", "buff", "cache"};
    static const char *const active[COUNT] = {"swpd", "free", "inact", "active"};
    if (i < FIRST || i >= FIRST + COUNT || find_name(words, "si") != FIRST + COUNT) return UNKNOWN;
    bool inactive = is_inactive(words->at[FIRST + 2]);
    return find_known(text_of(inactive ? active[i - FIRST] : plain[i - FIRST]));
}

// "CEST", "-03", or the dashes of "timestamp": names of columns begin with a small letter, but for known ones.
static bool is_zone(struct text word) {
    return (word.at[0] >= 'A' && word.at[0] <= 'Z') || word.at[0] == '+' || word.at[0] == '-';
}

static void take_zone(struct source *source, const struct fields *words, size_t from) {
    if (from >= words->count || source->zone[0] != '\0') return;
    struct text word = words->at[from];
    if (word.length > 6 || text_starts(word, "--")) return;  // "-03" is a zone of its own
    source->zone = text_copy(source->arena_, word);
    if (text_equal(word, "UTC") || text_equal(word, "GMT")) source->clock = CLOCK_ZONED;
}

static int column_of(struct vmstat *vm, const struct fields *words, size_t i, uint32_t line) {
    int index = find_known(words->at[i]);
    if (index == UNKNOWN) index = memory_by_place(words, i);
    if (index == UNKNOWN) {
        struct text name = text_head(words->at[i], 40);
        source_problem(vm->source, line, SEVERITY_WARNING, tr("a column that vmstat is not known to have: %s"),
                       text_copy(vm->source->arena_, name));
    }
    return index;
}

static void take_header(struct vmstat *vm, const struct fields *words, uint32_t line) {
    bool changed = false;
    size_t count = 0;
    size_t i = 0;
    for (; i < words->count && count < COLUMNS_MOST; i++) {
        bool last = i + 1 == words->count;
        if (last && find_known(words->at[i]) == UNKNOWN && is_zone(words->at[i])) break;
        int index = column_of(vm, words, i, line);
        changed = changed || vm->columns == 0 || vm->column[count] != index;
        vm->column[count++] = index;
    }
    vm->stamped = i < words->count;
    take_zone(vm->source, words, i);
    if (vm->columns != 0 && (changed || count != vm->columns))
        source_problem(vm->source, line, SEVERITY_INFO, tr("another header: the columns change here"));
    vm->columns = count;
}

// The time of a row: with -t at its end, else before it, else the stamp that stood alone before its run.
static bool row_time(struct vmstat *vm, const struct fields *words, millis *time) {
    if (words->count >= vm->columns + 2 && vm->stamped) {
        struct text date = words->at[vm->columns];
        struct text clock = words->at[vm->columns + 1];
        struct text both = {date.at, (size_t)(clock.at + clock.length - date.at)};
        struct when when;
        if (clock.length < 8) return false;  // the file ends in it
        if (!when_read(both, DATE_ORDER_UNKNOWN, &when) || !when.has_date || !when.has_time) return false;
        // The header may have said that this is UTC.
        if (vm->source->clock == CLOCK_NONE) vm->source->clock = CLOCK_LOCAL;
        *time = when_millis(&when);
        return *time != MILLIS_NONE;
    }
    if (vm->before_row != MILLIS_NONE) {
        *time = vm->before_row;
        return true;
    }
    if (vm->alone == MILLIS_NONE) return false;
    *time = vm->alone;
    return true;
}

// Whether the header before this row began a new run of vmstat, whose first row tells of the time since boot.
static bool is_new_run(const struct vmstat *vm, bool timed, millis time) {
    if (!timed || vm->last == MILLIS_NONE) return vm->since_header < SCREEN_LEAST;
    millis gap = time - vm->last;
    return gap < -1000 || (vm->step > 0 ? gap > 2 * vm->step + 1000 : vm->since_header < SCREEN_LEAST);
}

static void begin_run(struct vmstat *vm, bool timed, millis time, uint32_t line) {
    vm->skip_boot = true;
    vm->step = 0;
    vm->last = MILLIS_NONE;
    if (vm->source->event_count == RUNS_MOST) return;
    source_event(vm->source, timed ? time : MILLIS_NONE, line, EVENT_RUN_START, TEXT(""),
                 TEXT("vmstat was started again"), NAN);
}

static void keep_row(struct vmstat *vm, const double *values, bool timed, millis time, uint32_t line) {
    if (timed && vm->last != MILLIS_NONE && time + 1000 < vm->last)
        source_problem(vm->source, line, SEVERITY_WARNING, tr("time runs backward here"));
    bool follows = timed && vm->last != MILLIS_NONE && time > vm->last && !vm->loop;
    if (follows) vm->step = time - vm->last;
    struct table *table = source_table(vm->source, TEXT("host"), ENTITY_HOST);
    size_t row = table_row(table, time, follows ? (double)vm->step / 1000.0 : 0, line);
    for (size_t i = 0; i < vm->columns; i++) {
        if (vm->column[i] == UNKNOWN) continue;
        size_t column = table_column(vm->source, table, known[vm->column[i]].name, known[vm->column[i]].unit,
                                     known[vm->column[i]].kind);
        table_set(table, row, column, values[i]);
    }
}

static void take_row(struct vmstat *vm, const struct fields *words, uint32_t line, bool cut) {
    double values[COLUMNS_MOST] = {0};
    for (size_t i = 0; i < vm->columns; i++) {
        if (text_number(words->at[i], &values[i]) || vm->column[i] == UNKNOWN) continue;
        source_skip(vm->source, line, tr("not a row of vmstat"));
        return;
    }
    millis time = (millis)vm->source->reports;
    bool timed = row_time(vm, words, &time);
    if (vm->source->clock != CLOCK_NONE && !timed) {
        source_skip(vm->source, line,
                    vm->loop ? tr("only the first row behind a stamp has a time") : tr("a row without its time"));
        return;
    }
    // The file ends in this row: "5" may have been "50".
    if (cut && !vm->stamped) values[vm->columns - 1] = NAN;
    if (vm->header_again && !vm->skip_boot && is_new_run(vm, timed, time)) begin_run(vm, timed, time, line);
    if (vm->header_again) vm->since_header = 0;
    vm->header_again = false;
    vm->since_header++;
    vm->source->reports++;
    if (vm->skip_boot) {
        vm->skip_boot = false;
        vm->source->since_boot_reports++;
    } else {
        keep_row(vm, values, timed, time, line);
        vm->alone = MILLIS_NONE;
    }
    vm->last = timed ? time : MILLIS_NONE;
}

// ── the numbers as a whole ──────────────────────────────────────────────────

static bool constant(const struct column *column, size_t rows) {
    for (size_t i = 1; i < rows; i++)
        if (column->values[i] != column->values[0]) return false;
    return true;
}

// Memory that does not move by a single kilobyte while pages go in and out was printed once and repeated.
static void drop_frozen(struct source *source) {
    static const char *const memory[] = {"swpd", "free", "buff", "cache", "inact", "active"};
    enum { MEMORY = sizeof memory / sizeof *memory };
    struct table *table = source_table(source, TEXT("host"), ENTITY_HOST);
    const struct column *free_memory = table_find(table, "free");
    const struct column *in = table_find(table, "bi");
    if (table->row_count < 10 || free_memory == NULL || in == NULL) return;
    if (!constant(free_memory, table->row_count) || constant(in, table->row_count)) return;
    for (size_t c = 0; c < table->column_count; c++)
        for (size_t i = 0; i < MEMORY; i++)
            if (strcmp(table->columns[c].quantity, memory[i]) == 0)
                for (size_t k = 0; k < table->row_count; k++) table->columns[c].values[k] = NAN;
    source_problem(source, 0, SEVERITY_WARNING,
                   tr("swpd, free, buff and cache never move: vmstat of procps 4.0.2 repeats its first sample; they "
                      "are left out"));
}

static int compare_ratios(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void scale(struct table *table, const char *quantity, double factor) {
    for (size_t c = 0; c < table->column_count; c++) {
        double *values = table->columns[c].values;
        if (strcmp(table->columns[c].quantity, quantity) != 0) continue;
        for (size_t k = 0; k < table->row_count; k++) values[k] = isinf(values[k] * factor) ? NAN : values[k] * factor;
    }
}

// -S M prints memory and swap traffic in mebibytes, but bi in kibibytes as ever. What is swapped in from a disk is
// counted in bi, too: so bi is a thousand times si, where it would be the same number.
static void undo_mebibytes(struct source *source) {
    struct table *table = source_table(source, TEXT("host"), ENTITY_HOST);
    const struct column *swap = table_find(table, "si");
    const struct column *blocks = table_find(table, "bi");
    if (swap == NULL || blocks == NULL) return;
    size_t capacity = 0;
    size_t count = 0;
    double *ratios = grow_array(NULL, &capacity, table->row_count + 1, sizeof *ratios);
    for (size_t i = 0; i < table->row_count; i++)
        if (swap->values[i] >= 3) ratios[count++] = blocks->values[i] / swap->values[i];
    if (count > 0) qsort(ratios, count, sizeof *ratios, compare_ratios);
    bool mebibytes = count >= 5 && ratios[0] > 700 && ratios[count / 2] < 1500;
    free(ratios);
    if (!mebibytes) return;
    static const char *const scaled[] = {"swpd", "free", "buff", "cache", "inact", "active", "si", "so"};
    for (size_t i = 0; i < sizeof scaled / sizeof *scaled; i++) scale(table, scaled[i], 1024);
    source_problem(source, 0, SEVERITY_INFO,
                   tr("bi is a thousand times si: vmstat -S M, memory and swap are read as MiB"));
}

// ── lines ───────────────────────────────────────────────────────────────────

static bool is_banner(const struct fields *words) {
    return words->count > 0 && (text_equal(words->at[0], "procs") || text_equal(words->at[0], "--procs--"));
}

// What stands before the header's first name stands before every line.
static void learn_prefix(struct vmstat *vm, struct text line) {
    size_t at = 0;
    while (at + 1 < line.length && !(line.at[at] == 'r' && (line.at[at + 1] == ' ' || line.at[at + 1] == '\t') &&
                                     (at == 0 || line.at[at - 1] == ' ' || line.at[at - 1] == '\t')))
        at++;
    while (at > 0 && (line.at[at - 1] == ' ' || line.at[at - 1] == '\t')) at--;
    line_prefix_learn(&vm->prefix, line, at);
}

// False for a line of another host than that of the first: the rows of several are not one series.
static bool take_prefix(struct vmstat *vm, struct text *line) {
    struct text stamp = {NULL, 0};
    struct text host = {NULL, 0};
    struct when when;
    millis time;
    line_prefix_strip(&vm->prefix, line, &stamp, &host);
    vm->before_row = MILLIS_NONE;
    if (host.at != NULL && vm->source->host[0] == '\0')
        vm->source->host = text_copy(vm->source->arena_, text_trim(host));
    if (host.at != NULL && !text_equal(text_trim(host), vm->source->host)) return false;
    if (stamp.at == NULL || vm->stamped) return true;
    if (log_clock_read(&vm->clock, stamp, &time))
        vm->before_row = time;
    else if (when_read(stamp, DATE_ORDER_UNKNOWN, &when))
        vm->undated = vm->undated || (when.has_time && !when.has_date);
    return true;
}

static bool find_header(const struct fields *words, size_t *at) {
    for (*at = 0; *at < 8 && *at + 4 < words->count; (*at)++) {
        struct fields rest = {.count = words->count - *at};
        memcpy(rest.at, words->at + *at, rest.count * sizeof *rest.at);
        if (is_header(&rest)) return true;
    }
    return false;
}

static void take_stamp_alone(struct vmstat *vm, struct text line) {
    millis time;
    if (!vm->loop) return;
    if (!log_clock_read(&vm->clock, line, &time)) return;
    vm->alone = time;
    vm->last = MILLIS_NONE;
    vm->step = 0;
    if (vm->columns > 0) vm->skip_boot = true;
}

static bool is_stamp(struct text line) {
    struct when when;
    return line.length > 7 && line.length < 60 && when_read(line, DATE_ORDER_UNKNOWN, &when) &&
           (when.epoch || (when.has_date && when.has_time));
}

static void take_line(struct vmstat *vm, struct text line, uint32_t number, bool cut) {
    struct fields words;
    size_t at = 0;
    if (vm->columns > 0 && !take_prefix(vm, &line)) {
        source_skip(vm->source, number, tr("a line of another host"));
        return;
    }
    fields_split(line, &words);
    if (words.count == 0) return;
    if (vm->columns == 0 && find_header(&words, &at)) {
        learn_prefix(vm, line);
        take_prefix(vm, &line);
        fields_split(line, &words);
    }
    if (is_header(&words)) {
        vm->skip_boot = vm->skip_boot || vm->columns == 0;
        vm->header_again = vm->columns > 0;
        take_header(vm, &words, number);
    } else if (is_banner(&words) || (vm->columns == 0 && text_has(line, "--io--"))) {
        return;
    } else if (is_stamp(text_trim(line))) {
        take_stamp_alone(vm, text_trim(line));
    } else if (vm->columns == 0 || words.count < vm->columns + (cut && vm->stamped ? 2u : 0u)) {
        source_skip(vm->source, number,
                    vm->columns == 0 ? tr("before any header") : tr("fewer values than the header has columns"));
    } else {
        take_row(vm, &words, number, cut);
    }
}

// A loop of `date` and `vmstat 1 2` has a stamp for every few rows; one before a long run tells when it began, but
// not how long its intervals were.
static bool is_loop(struct text head) {
    size_t stamps = 0;
    size_t others = 0;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_trim(text_cut(&rest, '\n'));
        if (line.length == 0) continue;
        if (is_stamp(line))
            stamps++;
        else if (stamps == 0)
            return false;  // the stamps stand behind the runs: each would date the next one
        else
            others++;
    }
    return stamps >= 2 && others <= 8 * stamps;
}

static void say_what_is_missing(const struct vmstat *vm) {
    struct source *source = vm->source;
    if (source->reports == 0) {
        source->refused = true;
        source_problem(source, 0, SEVERITY_CRITICAL, tr("no row of vmstat in this log"));
    } else if (source->reports == source->since_boot_reports) {
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("every row is an average since boot: vmstat was called without an interval"));
    }
    if (vm->undated && source->clock == CLOCK_NONE)
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("the rows print the time of day only, without a date: their order is all that is known"));
}

void vmstat_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct vmstat vm = {.source = source, .last = MILLIS_NONE, .alone = MILLIS_NONE, .before_row = MILLIS_NONE};
    vm.clock = (struct log_clock){.source = source, .order = options->date_order};
    vm.loop = is_loop(lines_peek(lines));
    struct text line;
    while (lines_next(lines, &line)) take_line(&vm, line, lines_number(lines), lines_unended(lines));
    source->samples = source->reports - source->since_boot_reports;
    undo_mebibytes(source);
    drop_frozen(source);
    say_what_is_missing(&vm);
}

int vmstat_bid(struct text head, bool whole) {
    (void)whole;
    struct fields words;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        if (line.length > 400) continue;
        size_t at;
        fields_split(line, &words);
        if (words.count >= 14 && find_header(&words, &at)) return BID_SURE;
    }
    return BID_NONE;
}

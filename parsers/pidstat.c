// pidstat.c: what single processes did. Only active ones are listed, so a table may be empty.
//
// Without -h a header begins with the time at which the interval began and rows with the one at which it ended; with
// -h the header begins with '#' and one row has the columns of all tables. The command is the last column and may
// have blanks in it.
#include "parsers/pidstat.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/merged.h"
#include "parsers/sysstat_clock.h"
#include "parsers/sysstat_fields.h"
#include "parsers/sysstat_text.h"

enum { COLUMNS_MOST = 48, NAME_MOST = 100, HEADERS_MOST = 4 };

struct pidstat_column {
    char quantity[SYSSTAT_NAME_MOST];  // empty: not a number to keep
    enum unit unit;
    enum series_kind kind;
};

struct pidstat_table {
    struct pidstat_column columns[COLUMNS_MOST];
    size_t count;     // columns before the command; 0 for a header without one
    size_t pid, tid;  // which of them; SIZE_MAX if there is none
};

struct pidstat {
    struct source *source;
    struct sysstat_clock clock;
    struct pidstat_table tables[HEADERS_MOST];  // of the headers since the banner
    size_t table_count;
    size_t last;  // the table of the last header
    millis before, now;
    millis latest;
    bool any, any_report;
};

// ── headers ─────────────────────────────────────────────────────────────────

static struct pidstat_column column_of(struct text name) {
    static const char *const no_numbers[] = {"UID", "USER", "PID", "TGID", "TID", "CPU", "prio", "policy"};
    for (size_t i = 0; i < sizeof no_numbers / sizeof *no_numbers; i++)
        if (text_equal(name, no_numbers[i])) return (struct pidstat_column){0};
    struct pidstat_column column = {.kind = SERIES_AVERAGE};
    if (!sysstat_name_copy(name, column.quantity)) return (struct pidstat_column){0};
    if (name.at[0] == '%') {
        column.unit = UNIT_PERCENT;
        if (text_equal(name, "%MEM")) column.kind = SERIES_STATE;
    } else if (text_starts(name, "kB_")) {
        column.unit = UNIT_KIB_PER_S;
    } else if (text_ends(name, "/s")) {
        column.unit = UNIT_PER_S;
    } else if (text_ends(name, "-ms")) {
        column.unit = UNIT_MS;
    } else {
        column.kind = SERIES_STATE;
        bool kib = text_equal(name, "VSZ") || text_equal(name, "RSS") || text_starts(name, "Stk");
        column.unit = kib ? UNIT_KIB : UNIT_NONE;
    }
    return column;
}

// The names behind the time, or behind "# Time".
static void read_header(const struct fields *words, size_t from, struct pidstat_table *table) {
    *table = (struct pidstat_table){.pid = SIZE_MAX, .tid = SIZE_MAX};
    for (size_t i = from; i < words->count && table->count < COLUMNS_MOST; i++) {
        struct text name = words->at[i];
        if (text_equal(name, "Command")) return;
        if (text_equal(name, "PID") || text_equal(name, "TGID")) table->pid = table->count;
        if (text_equal(name, "TID")) table->tid = table->count;
        table->columns[table->count++] = column_of(name);
    }
    table->count = 0;  // without a command at its end it is no table of processes
}

static bool is_same_table(const struct pidstat_table *a, const struct pidstat_table *b) {
    if (a->count != b->count || a->pid != b->pid || a->tid != b->tid) return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->columns[i].quantity, b->columns[i].quantity) != 0) return false;
    return true;
}

static void take_header(struct pidstat *pidstat, const struct fields *words, size_t from) {
    struct pidstat_table table;
    read_header(words, from, &table);
    for (size_t i = 0; i < pidstat->table_count; i++)
        if (is_same_table(&table, &pidstat->tables[i])) {
            pidstat->last = i;
            return;
        }
    if (pidstat->table_count == HEADERS_MOST) pidstat->table_count = 0;
    pidstat->last = pidstat->table_count++;
    pidstat->tables[pidstat->last] = table;
}

static bool fits(const struct pidstat_table *table, const struct fields *words, size_t from) {
    double value;
    char suffix;
    if (table->count == 0 || words->count - from <= table->count) return false;
    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i].quantity[0] != '\0' && !fields_number(words->at[from + i], &value, &suffix)) return false;
    return true;
}

// pidstat -T ALL into a file prints each header once, and the rows of both tables turn by turn below the last. A row
// is of the widest table that has numbers where its columns are, as commands do not begin with numbers.
static const struct pidstat_table *table_of(const struct pidstat *pidstat, const struct fields *words, size_t from) {
    const struct pidstat_table *best = &pidstat->tables[pidstat->last];
    if (pidstat->table_count < 2) return best;
    bool fitting = fits(best, words, from);
    for (size_t i = 0; i < pidstat->table_count; i++) {
        const struct pidstat_table *table = &pidstat->tables[i];
        if ((fitting && table->count <= best->count) || !fits(table, words, from)) continue;
        best = table;
        fitting = true;
    }
    return best;
}

// ── rows ────────────────────────────────────────────────────────────────────

// With -t a row is of a process (its TID is "-") or of a thread (its TGID is "-").
static bool entity_of(const struct pidstat_table *table, const struct fields *words, size_t from, struct text command,
                      char name[NAME_MOST]) {
    const char *kind = "pid";
    int64_t number = 0;
    if (table->pid == SIZE_MAX || !text_integer(words->at[from + table->pid], &number)) {
        kind = "tid";
        if (table->tid == SIZE_MAX || !text_integer(words->at[from + table->tid], &number)) return false;
    }
    if (text_starts(command, "|__")) command = text_skip(command, 3);
    command = text_head(command, 40);
    snprintf(name, NAME_MOST, "%s %lld (%.*s)", kind, (long long)number, (int)command.length, command.at);
    return true;
}

static void take_time(struct pidstat *pidstat, millis at) {
    if (!pidstat->any || at != pidstat->now) {
        pidstat->before = pidstat->any ? pidstat->now : at;
        pidstat->now = at;
        pidstat->any = true;
    }
    if (pidstat->any_report && at <= pidstat->latest) return;
    pidstat->latest = at;
    pidstat->any_report = true;
    pidstat->source->reports++;
}

// -1.00 stands for numbers that the user was not allowed to see.
static double value_of(const struct pidstat_column *column, struct text word) {
    double value = NAN;
    char suffix = '\0';
    if (!fields_number(word, &value, &suffix) || value < 0) return NAN;
    if (suffix == '\0' || suffix == '%') return value;
    double kib = fields_kib(suffix);
    bool bytes = column->unit == UNIT_KIB || column->unit == UNIT_KIB_PER_S;
    return bytes && kib > 0 ? value * kib : NAN;
}

static void take_row(struct pidstat *pidstat, const struct pidstat_table *kept, const struct fields *words,
                     const struct sysstat_time *time, struct text line, uint32_t number) {
    size_t from = time->words;
    char name[NAME_MOST];
    struct text command = {NULL, 0};
    if (words->count > from + kept->count) {
        const char *start = words->at[from + kept->count].at;
        command = text_trim((struct text){start, (size_t)(line.at + line.length - start)});
    }
    if (command.length == 0 || !entity_of(kept, words, from, command, name)) {
        source_skip(pidstat->source, number, tr("not a row of pidstat"));
        return;
    }
    take_time(pidstat, sysstat_clock_at(&pidstat->clock, time, SYSSTAT_ROW, number));
    double interval = pidstat->now > pidstat->before ? (double)(pidstat->now - pidstat->before) / 1000.0 : 0;
    struct table *table = source_table(pidstat->source, text_of(name), ENTITY_PROCESS);
    const char *first = NULL;
    for (size_t i = 0; i < kept->count && first == NULL; i++)
        if (kept->columns[i].quantity[0] != '\0') first = kept->columns[i].quantity;
    if (first == NULL) return;
    size_t row = merged_row(table, pidstat->now, interval, number, first);
    for (size_t i = 0; i < kept->count; i++) {
        const struct pidstat_column *column = &kept->columns[i];
        if (column->quantity[0] == '\0') continue;
        merged_set(pidstat->source, table, row, column->quantity, column->unit, column->kind,
                   value_of(column, words->at[from + i]));
    }
}

// ── lines ───────────────────────────────────────────────────────────────────

// Where a header stands: behind the time. A command may have the names of columns among its words.
static bool is_header(const struct fields *words, size_t from) {
    static const char *const firsts[] = {"UID", "USER", "PID", "TGID"};
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts && from < words->count; i++)
        if (text_equal(words->at[from], firsts[i])) return true;
    return false;
}

static void take_timed(struct pidstat *pidstat, const struct fields *words, const struct sysstat_time *time,
                       struct text line, uint32_t number) {
    if (is_header(words, time->words)) {
        take_header(pidstat, words, time->words);
        pidstat->before = pidstat->now = sysstat_clock_at(&pidstat->clock, time, SYSSTAT_HEADER, number);
        pidstat->any = true;
        return;
    }
    const struct pidstat_table *table = table_of(pidstat, words, time->words);
    if (table->count == 0 || words->count - time->words <= table->count)
        source_skip(pidstat->source, number,
                    table->count == 0 ? tr("before any header") : tr("fewer values than the header has columns"));
    else
        take_row(pidstat, table, words, time, line, number);
}

static bool is_average(const struct fields *words) {
    for (size_t i = 0; i < 2 && i < words->count; i++)
        if (text_ends(words->at[i], ":") || text_ends(words->at[i], "：")) return true;
    return false;
}

static void take_line(struct pidstat *pidstat, struct text line, uint32_t number, bool cut) {
    struct fields words;
    fields_split(line, &words);
    if (words.count == 0) return;
    if (text_starts(words.at[0], "#")) {
        size_t from = fields_find(&words, "UID");
        if (from == SIZE_MAX) from = fields_find(&words, "USER");
        if (from != SIZE_MAX) take_header(pidstat, &words, from);
        return;
    }
    struct sysstat_time time = sysstat_time_read(&words);
    if (time.words > 0 && !cut) {
        take_timed(pidstat, &words, &time, line, number);
    } else if (time.words == 0 && sysstat_clock_banner(&pidstat->clock, line, number)) {
        pidstat->any = false;
        pidstat->table_count = pidstat->last = 0;
        pidstat->tables[0].count = 0;
    } else if (!is_average(&words)) {
        source_skip(pidstat->source, number,
                    cut ? tr("the file ends in this line: not used") : tr("not a line of pidstat"));
    }
}

void pidstat_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct pidstat pidstat = {.source = source};
    sysstat_clock_begin(&pidstat.clock, source, options->date_order);
    struct text line;
    while (lines_next(lines, &line)) take_line(&pidstat, line, lines_number(lines), lines_unended(lines));
    sysstat_clock_finish(&pidstat.clock);
    if (source->reports > 0) return;
    source_problem(source, 0, SEVERITY_INFO, tr("pidstat listed no process"));
}

int pidstat_bid(struct text head, bool whole) {
    (void)whole;
    return sysstat_text_bid(head, SYSSTAT_PIDSTAT);
}

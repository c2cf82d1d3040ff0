// nvidia_dmon.c: tables below a `# gpu …` line, with or without date and time in front (-o D, T, DT).
#include "parsers/nvidia_dmon.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/gpu_row.h"
#include "parsers/log_clock.h"
#include "parsers/nvidia_cell.h"
#include "parsers/nvidia_fields.h"

// Columns of dmon and pmon; others keep their own name.
static const struct {
    const char *name, *quantity;
} known[] = {
    {"pwr", "power.draw"},
    {"temp", "temperature.gpu"},
    {"gtemp", "temperature.gpu"},
    {"mtemp", "temperature.memory"},
    {"sm", "utilization.gpu"},
    {"mem", "utilization.memory"},
    {"enc", "utilization.encoder"},
    {"dec", "utilization.decoder"},
    {"jpg", "utilization.jpeg"},
    {"ofa", "utilization.ofa"},
    {"mclk", "clocks.current.memory"},
    {"pclk", "clocks.current.sm"},
    {"pviol", "power.violation"},
    {"tviol", "temperature.violation"},
    {"fb", "memory.used"},
    {"bar1", "bar1.used"},
    {"ccpm", "protected_memory.used"},
    {"sbecc", "ecc.errors.corrected.volatile.total"},
    {"dbecc", "ecc.errors.uncorrected.volatile.total"},
    {"pci", "pcie.replays"},
    {"rxpci", "pcie.rx"},
    {"txpci", "pcie.tx"},
};

enum column_role { COLUMN_VALUE, COLUMN_DATE, COLUMN_TIME, COLUMN_GPU, COLUMN_PID, COLUMN_TYPE, COLUMN_COMMAND };

struct column_of {
    enum column_role role;
    const char *quantity;
    enum unit unit;
    enum series_kind kind;
};

enum { PIDS_MOST = 64 };

struct dmon {
    struct source *source;
    struct log_clock clock;
    bool processes;
    size_t count;  // columns, 0 before any header
    struct column_of columns[FIELDS_MOST];
    millis last, day;  // of the row before; `day` is midnight of the date that times without one belong to
    unsigned last_gpu;
    bool seen[GPU_NUMBER_MOST];  // in this burst
    struct {
        int64_t pids[PIDS_MOST];  // of the first processes of last_gpu in this snapshot
        size_t count;
    } snapshot;
    bool any;
    bool foreign;  // below a header of the other kind
};

static struct column_of column_named(struct arena *arena, struct text name) {
    static const struct {
        const char *name;
        enum column_role role;
    } roles[] = {{"Date", COLUMN_DATE}, {"Time", COLUMN_TIME}, {"gpu", COLUMN_GPU},
                 {"pid", COLUMN_PID},   {"type", COLUMN_TYPE}, {"command", COLUMN_COMMAND}};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (text_equal(name, roles[i].name)) return (struct column_of){.role = roles[i].role};
    const char *quantity = text_copy(arena, name);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_equal(name, known[i].name)) quantity = known[i].quantity;
    struct nvidia_field field = nvidia_field_named(quantity);
    return (struct column_of){COLUMN_VALUE, quantity, field.unit, field.kind};
}

// "# gpu   pwr …", "#Date Time gpu …": the words behind the sign. False for the line of units and anything else.
static bool header_words(struct text line, struct fields *words) {
    line = text_trim(line);
    if (!text_starts(line, "#")) return false;
    fields_split(text_skip(line, 1), words);
    if (words->more || words->count < 2) return false;
    bool stamp = text_equal(words->at[0], "Date") || text_equal(words->at[0], "Time");
    size_t gpu = fields_find(words, "gpu");
    return gpu == 0 || (stamp && gpu <= 2);
}

static bool is_units(struct text line) {
    struct fields words;
    if (line.at[0] != '#') return false;
    fields_split(text_skip(line, 1), &words);
    return words.count > 0 &&
           (text_equal(words.at[0], "Idx") || text_starts(words.at[0], "YYYY") || text_starts(words.at[0], "HH:MM"));
}

static void take_header(struct dmon *dmon, const struct fields *words, uint32_t line) {
    bool changed = dmon->count != 0 && dmon->count != words->count;
    for (size_t i = 0; i < words->count; i++) {
        struct column_of column = column_named(dmon->source->arena_, words->at[i]);
        if (dmon->count > i && column.role == COLUMN_VALUE)
            changed =
                changed || dmon->columns[i].quantity == NULL || strcmp(dmon->columns[i].quantity, column.quantity) != 0;
        dmon->columns[i] = column;
    }
    dmon->count = words->count;
    if (changed) source_problem(dmon->source, line, SEVERITY_INFO, tr("another header: the columns change here"));
}

// ── times ───────────────────────────────────────────────────────────────────

// Times without a date: the days are counted from the first row on.
static bool time_alone(struct dmon *dmon, struct text stamp, millis *time) {
    struct when when;
    if (!when_read(stamp, DATE_ORDER_UNKNOWN, &when) || when.has_date || !when.has_time) return false;
    *time = dmon->day + ((millis)when.hour * 3600 + (millis)when.minute * 60 + when.second) * 1000;
    if (dmon->any && *time + INT64_C(43200000) < dmon->last) {  // past midnight
        dmon->day += INT64_C(86400000);
        *time += INT64_C(86400000);
    }
    struct source *source = dmon->source;
    if (source->clock == CLOCK_NONE) {
        source->clock = CLOCK_LOCAL;
        source->year_assumed = true;
        source->clock_note =
            source->modified == MILLIS_NONE
                ? tr("the log prints no date: its times are counted from 1970-01-01")
                : tr("the log prints no date: the last row is taken to be of the day on which the file "
                     "was last written");
    }
    return true;
}

// The stamp in front of a row. True also for a row without any.
static bool read_stamp(struct dmon *dmon, const struct fields *words, millis *time) {
    struct text date = {NULL, 0};
    struct text clock = {NULL, 0};
    for (size_t i = 0; i < dmon->count; i++) {
        if (dmon->columns[i].role == COLUMN_DATE) date = words->at[i];
        if (dmon->columns[i].role == COLUMN_TIME) clock = words->at[i];
    }
    *time = MILLIS_NONE;
    if (date.at == NULL && clock.at == NULL) return true;
    if (date.at == NULL) return time_alone(dmon, clock, time);
    char stamp[40];
    bool plain = date.length == 8 && memchr(date.at, '/', 8) == NULL;  // YYYYMMDD
    if (date.length > 12 || clock.length > 16) return false;
    if (plain)
        snprintf(stamp, sizeof stamp, "%.4s-%.2s-%.2s %.*s", date.at, date.at + 4, date.at + 6, (int)clock.length,
                 clock.at == NULL ? "" : clock.at);
    else
        snprintf(stamp, sizeof stamp, "%.*s %.*s", (int)date.length, date.at, (int)clock.length,
                 clock.at == NULL ? "" : clock.at);
    if (clock.at == NULL) strcat(stamp, "00:00:00");
    return log_clock_read(&dmon->clock, text_of(stamp), time);
}

// Each GPU has as many rows in a snapshot as it has processes, or one row of dashes (pid is -1). One that was there
// already says that the next snapshot has begun, as does a smaller number of a GPU, and a stamp that moved by more than
// the second that may end between two rows.
static bool begins_snapshot(const struct dmon *dmon, unsigned gpu, int64_t pid, millis time) {
    if (!dmon->any || gpu < dmon->last_gpu) return true;
    if (time != MILLIS_NONE && time > dmon->last + 1000) return true;
    if (gpu > dmon->last_gpu) return false;
    for (size_t i = 0; i < dmon->snapshot.count; i++)
        if (dmon->snapshot.pids[i] == pid || dmon->snapshot.pids[i] < 0 || pid < 0) return true;
    return false;
}

static void count_snapshot(struct dmon *dmon, unsigned gpu, int64_t pid, millis time) {
    bool begins = begins_snapshot(dmon, gpu, pid, time);
    if (begins) dmon->source->reports++;
    if (begins || gpu != dmon->last_gpu) dmon->snapshot.count = 0;
    if (dmon->snapshot.count < PIDS_MOST) dmon->snapshot.pids[dmon->snapshot.count++] = pid;
    dmon->any = true;
    dmon->last_gpu = gpu;
}

// A GPU comes back: the next burst.
static void count_burst(struct dmon *dmon, unsigned gpu) {
    if (!dmon->any || dmon->seen[gpu]) {
        memset(dmon->seen, 0, sizeof dmon->seen);
        dmon->source->reports++;
    }
    dmon->any = true;
    dmon->seen[gpu] = true;
}

// ── rows ────────────────────────────────────────────────────────────────────

static bool gpu_number(const struct dmon *dmon, const struct fields *words, unsigned *gpu) {
    for (size_t i = 0; i < dmon->count; i++) {
        int64_t number = 0;
        if (dmon->columns[i].role != COLUMN_GPU) continue;
        if (!text_integer(words->at[i], &number) || number < 0 || number >= GPU_NUMBER_MOST) return false;
        *gpu = (unsigned)number;
        return true;
    }
    return false;
}

// Every value must be a bare number or a dash.
static bool values_fit(const struct dmon *dmon, const struct fields *words) {
    double value;
    for (size_t i = 0; i < dmon->count; i++) {
        struct text word = words->at[i];
        if (dmon->columns[i].role == COLUMN_VALUE && !text_number(word, &value) && !text_equal(word, "-") &&
            !text_equal(word, "N/A"))
            return false;
    }
    return true;
}

static void take_gpu(struct dmon *dmon, const struct fields *words, unsigned gpu, millis time, uint32_t line) {
    struct gpu_row row = gpu_row(dmon->source, gpu, time, line);
    for (size_t i = 0; i < dmon->count; i++) {
        const struct column_of *column = &dmon->columns[i];
        if (column->role != COLUMN_VALUE) continue;
        double value = nvidia_value(words->at[i]);
        size_t at = table_column(dmon->source, row.table, column->quantity, column->unit, column->kind);
        table_set(row.table, row.row, at, value);
        if (strcmp(column->quantity, "power.violation") == 0 && !isnan(value))
            gpu_row_derive(&row, "clocks_event_reasons.sw_power_cap", value > 0);
        if (strcmp(column->quantity, "temperature.violation") == 0 && !isnan(value))
            gpu_row_derive(&row, "clocks_event_reasons.sw_thermal_slowdown", value > 0);
    }
}

static void take_process(struct dmon *dmon, const struct fields *words, unsigned gpu, millis time, uint32_t line) {
    struct source *source = dmon->source;
    struct text pid = {NULL, 0};
    struct text command = {"", 0};
    for (size_t i = 0; i < dmon->count; i++) {
        if (dmon->columns[i].role == COLUMN_PID) pid = words->at[i];
        // The command comes last and may hold blanks.
        if (dmon->columns[i].role == COLUMN_COMMAND)
            command = (struct text){words->at[i].at, (size_t)(words->at[words->count - 1].at +
                                                              words->at[words->count - 1].length - words->at[i].at)};
    }
    source->samples++;
    if (text_equal(pid, "-")) return;  // an idle GPU
    const char *entity = arena_printf(source->arena_, "pid %.*s (%.*s)", (int)text_head(pid, 20).length, pid.at,
                                      (int)text_head(command, 60).length, command.at);
    struct table *table = source_table(source, text_of(entity), ENTITY_PROCESS);
    size_t row = table_row(table, time, 0, line);
    table_set(table, row, table_column(source, table, "gpu", UNIT_NONE, SERIES_STATE), gpu);
    for (size_t i = 0; i < dmon->count; i++) {
        const struct column_of *column = &dmon->columns[i];
        if (column->role != COLUMN_VALUE) continue;
        table_set(table, row, table_column(source, table, column->quantity, column->unit, column->kind),
                  nvidia_value(words->at[i]));
    }
}

// The process of a row; -1 where there is none.
static int64_t pid_of(const struct dmon *dmon, const struct fields *words) {
    int64_t pid = -1;
    for (size_t i = 0; i < dmon->count; i++)
        if (dmon->columns[i].role == COLUMN_PID && !text_integer(words->at[i], &pid)) pid = -1;
    return pid;
}

static void take_row(struct dmon *dmon, const struct fields *words, uint32_t line) {
    unsigned gpu = 0;
    millis time;
    bool fits = words->count == dmon->count || (dmon->processes && words->count > dmon->count);
    if (!fits || !gpu_number(dmon, words, &gpu) || !values_fit(dmon, words)) {
        source_skip(dmon->source, line, tr("not a row of the table above: torn or cut"));
        return;
    }
    if (!read_stamp(dmon, words, &time)) {
        source_skip(dmon->source, line, tr("a row without its time"));
        return;
    }
    if (time != MILLIS_NONE && dmon->any && time + 1000 < dmon->last)
        source_problem(dmon->source, line, SEVERITY_WARNING, tr("time runs backward here"));
    if (dmon->processes)
        count_snapshot(dmon, gpu, pid_of(dmon, words), time);
    else
        count_burst(dmon, gpu);
    if (time == MILLIS_NONE) time = (millis)dmon->source->reports - 1;
    dmon->last = time;
    if (dmon->processes)
        take_process(dmon, words, gpu, time, line);
    else
        take_gpu(dmon, words, gpu, time, line);
}

// The last row is of the day on which the file was written.
static void move_to_date(struct dmon *dmon) {
    struct source *source = dmon->source;
    if (!source->year_assumed || source->modified == MILLIS_NONE) return;
    millis day = INT64_C(86400000);
    millis shift = (source->modified / day - dmon->last / day) * day;
    for (size_t i = 0; i < source->table_count; i++)
        for (size_t k = 0; k < source->tables[i].row_count; k++) source->tables[i].time[k] += shift;
    for (size_t i = 0; i < source->event_count; i++)
        if (source->events[i].time != MILLIS_NONE) source->events[i].time += shift;
}

static void take_line(struct dmon *dmon, struct text line, uint32_t number) {
    struct source *source = dmon->source;
    struct fields words;
    if (line.length == 0) return;
    if (header_words(line, &words)) {
        dmon->foreign = (fields_find(&words, "pid") != SIZE_MAX) != dmon->processes;
        if (!dmon->foreign) {
            take_header(dmon, &words, number);
            return;
        }
    } else if (is_units(line) && !dmon->foreign) {
        return;
    }
    fields_split(line, &words);
    if (dmon->count == 0 || dmon->foreign || line.at[0] == '#')
        source_skip(source, number, tr("not below a header of this table"));
    else if (nvidia_error(line) != EVENT_NOTE)
        source_event(source, source->clock == CLOCK_NONE ? MILLIS_NONE : dmon->last, number, nvidia_error(line),
                     TEXT(""), line, NAN);
    else
        take_row(dmon, &words, number);
}

static void parse(struct lines *lines, const struct parse_options *options, struct source *source, bool processes) {
    struct dmon *dmon = arena_alloc(source->arena_, sizeof *dmon);
    dmon->source = source;
    dmon->processes = processes;
    dmon->clock = (struct log_clock){.source = source, .order = options->date_order};
    dmon->last = MILLIS_NONE;
    struct text line;
    while (lines_next(lines, &line)) take_line(dmon, text_trim(line), lines_number(lines));
    move_to_date(dmon);
}

void nvidia_dmon_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    parse(lines, options, source, false);
}

void nvidia_pmon_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    parse(lines, options, source, true);
}

static int bid(struct text head, bool processes) {
    struct fields words;
    while (head.at != NULL) {
        struct text line = text_cut(&head, '\n');
        if (line.length > 1000 || !header_words(line, &words)) continue;
        if ((fields_find(&words, "pid") != SIZE_MAX) == processes) return BID_SURE;
    }
    return BID_NONE;
}

int nvidia_dmon_bid(struct text head, bool whole) {
    (void)whole;
    return bid(head, false);
}

int nvidia_pmon_bid(struct text head, bool whole) {
    (void)whole;
    return bid(head, true);
}

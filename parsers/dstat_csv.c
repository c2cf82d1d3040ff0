// dstat_csv.c: `dstat --output` and `dool --output`: a preamble, a line of groups, a line of names, rows. Bytes, but
// pcp-dstat counts disks and memory in kilobytes, and newer dool the throughput in bits.
#include <math.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/dstat.h"
#include "parsers/dstat_columns.h"

enum { CELLS_MOST = DSTAT_COLUMNS_MOST, RUNS_MOST = 10000 };

// One line, taken apart by hand: quoted cells of dstat hold no quotes and no line ends.
struct cells {
    size_t count;
    struct text at[CELLS_MOST];
};

static void split(struct text line, struct cells *cells) {
    cells->count = 0;
    while (line.at != NULL && cells->count < CELLS_MOST) {
        struct text cell;
        size_t quote = line.length > 0 && line.at[0] == '"' ? text_find(text_skip(line, 1), "\"") : SIZE_MAX;
        if (quote != SIZE_MAX) {
            cell = text_head(text_skip(line, 1), quote);
            line = text_skip(line, quote + 2);
            text_cut(&line, ',');
        } else {
            cell = text_trim(text_cut(&line, ','));
        }
        cells->at[cells->count++] = cell;
    }
}

// ── preamble and header ─────────────────────────────────────────────────────

static struct text value_behind(const struct cells *cells, const char *name) {
    for (size_t i = 0; i + 1 < cells->count; i++)
        if (text_equal(cells->at[i], name)) return cells->at[i + 1];
    return (struct text){NULL, 0};
}

// "23 Nov 2026 11:54:55 UTC": the rows' stamps have neither year nor zone.
static void take_date(struct dstat *dstat, struct text date) {
    struct when when;
    if (date.at == NULL || date.length > 60) return;
    if (!when_read(date, DATE_ORDER_UNKNOWN, &when) || !when.has_year || !when.has_date) return;
    dstat->year = when.year;
    dstat->month = when.month;
    memcpy(dstat->zone, when.zone_word, sizeof dstat->zone);
    if (when.has_zone && when.zone_minutes == 0) memcpy(dstat->zone, "UTC", 4);
}

// A run that appends to a file of an earlier one begins with "Host:".
static void begin_run(struct dstat *dstat) {
    struct source *source = dstat->source;
    if (dstat->count > 0)
        source_event(source, dstat->any ? dstat->before : MILLIS_NONE, 0, EVENT_RUN_START, TEXT(""),
                     TEXT("dstat was started again"), NAN);
    dstat_columns_begin(dstat);
    dstat->skip_boot = true;
}

static bool is_banner(struct text cell) {
    return text_has(cell, "CSV") &&
           (text_starts(cell, "Dstat ") || text_starts(cell, "pcp-dstat") || text_starts(cell, "dool "));
}

// dool up to 1.2.0 writes bytes, whatever its screen shows (its issue 45). The sources of 1.3.1 and 1.3.4 write bits
// unless they are asked for --bytes, or for all of dstat's ways; which release between began is not known.
static void take_dool(struct dstat *dstat, struct text version) {
    int64_t numbers[3] = {0};
    for (size_t i = 0; i < 3 && version.at != NULL; i++)
        if (!text_integer(text_cut(&version, '.'), &numbers[i])) return;
    if (numbers[0] < 1 || (numbers[0] == 1 && numbers[1] < 3)) return;
    dstat->bits_open = numbers[0] == 1 && numbers[1] == 3 && numbers[2] < 2;
    dstat->bits = !dstat->bits_open;
}

static void say_bits(const struct dstat *dstat) {
    bool any = false;
    for (size_t i = 0; i < dstat->count; i++) any = any || dstat_may_count_bits(&dstat->columns[i]);
    if (any && dstat->bits)
        source_problem(dstat->source, 0, SEVERITY_INFO,
                       tr("dool counts dsk and net in bits where it is not asked for --bytes: they are read as such"));
    if (any && dstat->bits_open)
        source_problem(dstat->source, 0, SEVERITY_WARNING,
                       tr("this version of dool may count dsk and net in bits: they are read as bytes"));
}

static void take_preamble(struct dstat *dstat, const struct cells *cells) {
    struct source *source = dstat->source;
    struct text first = cells->at[0];
    if (is_banner(first)) {
        struct text version = first;
        text_word(&version);
        source->tool_version = text_copy(source->arena_, text_word(&version));
        dstat->pcp = text_starts(first, "pcp");
        dstat->bits = dstat->bits_open = false;
        if (text_starts(first, "dool ")) take_dool(dstat, text_of(source->tool_version));
    }
    if (is_banner(first) || text_equal(first, "Host:")) begin_run(dstat);
    if (text_starts(value_behind(cells, "Cmdline:"), "pcp")) dstat->pcp = true;
    struct text command = value_behind(cells, "Cmdline:");
    if (text_has(command, " --bytes") || text_has(command, " --dstat")) dstat->bits = dstat->bits_open = false;
    struct text host = value_behind(cells, "Host:");
    if (host.at != NULL && source->host[0] == '\0') source->host = text_copy(source->arena_, host);
    take_date(dstat, value_behind(cells, "Date:"));
}

// "epoch" is the name of a column and the title of its group.
static bool is_names(const struct cells *titles, const struct cells *cells) {
    static const char *const names[] = {"time", "usr", "read", "used", "recv", "run", "1m", "int", "in"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t k = 0; k < cells->count; k++) {
            struct text cell = cells->at[k];
            size_t colon = text_find(cell, ":");
            if (colon != SIZE_MAX) cell = text_skip(cell, colon + 1);
            if (text_equal(cell, names[i])) return true;
            bool titled = colon != SIZE_MAX || (k < titles->count && text_equal(titles->at[k], "epoch"));
            if (titled && text_equal(cell, "epoch")) return true;
        }
    return false;
}

// Titles stand above the first column of their group. A group of several devices has them in its names, too.
static void take_names(struct dstat *dstat, const struct cells *titles, const struct cells *names) {
    struct text title = {NULL, 0};
    dstat_columns_begin(dstat);
    // Only pcp-dstat writes the title into the names of every group, and it has another word for the CPUs.
    for (size_t i = 0; i < names->count; i++) dstat->pcp = dstat->pcp || text_starts(names->at[i], "total usage:");
    for (size_t i = 0; i < names->count; i++) {
        struct text name = names->at[i];
        if (i < titles->count && titles->at[i].length > 0) title = titles->at[i];
        size_t colon = text_find(name, ":");
        if (colon == SIZE_MAX)
            dstat_columns_add(dstat, title, name);
        else
            dstat_columns_add(dstat, text_head(name, colon), text_skip(name, colon + 1));
    }
    if (dstat->pcp) dstat->skip_boot = false;
    say_bits(dstat);
}

// ── rows ────────────────────────────────────────────────────────────────────

// To kibibytes. The numbers of pcp-dstat are those of its metrics: bytes for the network, else kilobytes.
static double scale_of(const struct dstat *dstat, const struct dstat_column *column) {
    if (column->unit != UNIT_KIB && column->unit != UNIT_KIB_PER_S) return 1;
    if (dstat->bits && dstat_may_count_bits(column)) return 1.0 / 8 / 1024;
    return dstat->pcp && column->entity_kind != ENTITY_NET ? 1 : 1.0 / 1024;
}

static bool find_stamp(struct dstat *dstat, const struct cells *cells, millis *at) {
    for (size_t i = 0; i < dstat->count && i < cells->count; i++)
        if (dstat->columns[i].stamp) return dstat_stamp(dstat, cells->at[i], at);
    *at = (millis)dstat->source->reports;  // without -t
    return true;
}

static void take_row(struct dstat *dstat, const struct cells *cells, uint32_t line) {
    millis at = 0;
    double interval = 0;
    if (cells->count != dstat->count || !find_stamp(dstat, cells, &at)) {
        source_skip(dstat->source, line,
                    cells->count != dstat->count ? tr("a row with another number of values than its header has columns")
                                                 : tr("a row without its time"));
        return;
    }
    if (!dstat_row(dstat, at, line, &interval)) return;
    for (size_t i = 0; i < dstat->count; i++) {
        const struct dstat_column *column = &dstat->columns[i];
        double value = NAN;
        if (!column->used || !text_number(cells->at[i], &value)) continue;
        // In which unit pcp-dstat writes its swap is not known: better none than one that is off by 1024.
        if (dstat->pcp && text_starts(text_of(column->quantity), "swap.")) continue;
        dstat_store(dstat, column, at, interval, line, value * scale_of(dstat, column));
    }
}

void dstat_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct dstat dstat = {.source = source, .skip_boot = true};
    struct cells cells;
    struct cells titles = {0};
    char kept[4096];  // the titles: the line they stood in is gone when the names come
    struct text line;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        split(line, &cells);
        if (text_trim(line).length == 0) continue;
        bool quoted = line.at[0] == '"';
        if (!quoted && dstat.count > 0) {
            if (lines_unended(lines))
                source_skip(source, number, tr("the file ends in this line: not used"));
            else
                take_row(&dstat, &cells, number);
        } else if (quoted && is_names(&titles, &cells)) {
            take_names(&dstat, &titles, &cells);
        } else if (quoted) {
            take_preamble(&dstat, &cells);
            size_t length = line.length < sizeof kept ? line.length : sizeof kept;
            memcpy(kept, line.at, length);
            split((struct text){kept, length}, &titles);
        } else {
            source_skip(source, number, tr("before any header"));
        }
    }
    if (source->reports == source->since_boot_reports)
        source_problem(source, 0, SEVERITY_WARNING, tr("dstat wrote its header but no rows"));
    else if (source->table_count == 0)
        source_problem(source, 0, SEVERITY_WARNING, tr("none of its columns is known: nothing was used"));
}

int dstat_csv_bid(struct text head, bool whole) {
    (void)whole;
    bool titles = false;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        if (line.length > 1 && line.at[0] == '"' && is_banner(text_skip(line, 1))) return BID_SURE;
        if (text_starts(line, "\"Author:\",\"Dag Wieers")) return BID_SURE;
        if (text_starts(line, "\"Cmdline:\",\"") && (text_has(line, "dstat ") || text_has(line, "dool ")))
            return BID_SURE;
        // A file whose preamble was cut off: titles above names.
        if (titles && text_starts(line, "\"") && text_has(line, "\"usr\"") && text_has(line, "\"idl\""))
            return BID_SURE;
        titles = text_starts(line, "\"") && text_has(line, "\"total cpu usage\"");
    }
    return BID_NONE;
}

// nfsiostat.c: a block for each mount, "server:/export mounted on /data:", with a line of names and a line of numbers
// for all operations, for reads and for writes.
//
// The first block of each mount covers the time since it was mounted. nfsiostat prints no times: only a loop that
// writes its own stamps has them.
#include "parsers/nfsiostat.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/log_clock.h"
#include "parsers/merged.h"

enum { NAMES_MOST = 12, NAME_MOST = 120, MOUNTS_MOST = 256 };

struct nfsiostat {
    struct source *source;
    struct log_clock clock;
    char mount[NAME_MOST];  // entity of the block, "" before any
    char part[8];           // "", "read" or "write": what the names are about
    bool part_alone;        // it stood on a line of its own: the names follow
    struct text names[NAMES_MOST];
    char kept[400];             // what the names point into
    size_t count;               // 0 unless the next lines hold the numbers
    double values[NAMES_MOST];  // the ones read so far
    size_t have;
    uint32_t seen[MOUNTS_MOST];  // hashes of the mounts of this run
    size_t seen_count;
    uint32_t first;  // the mount with which every report begins
    bool skip;       // the block covers the time since mounting
    millis at, before;
    bool any;
};

// ── blocks ──────────────────────────────────────────────────────────────────

static uint32_t hash_of(const char *name) {
    uint32_t hash = 2166136261u;
    for (; *name != '\0'; name++) hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

// "server:/export mounted on /data:"
static bool read_mount(struct text line, struct text *export, struct text *point) {
    size_t at = text_find(line, " mounted on ");
    if (at == SIZE_MAX || at == 0) return false;
    *export = text_trim(text_head(line, at));
    *point = text_trim(text_skip(line, at + strlen(" mounted on ")));
    if (!text_ends(*point, ":")) return false;
    point->length--;
    return text_has(*export, ":") && point->length > 0;
}

// The names, or what was read of their numbers, are of no more use.
static void end_row(struct nfsiostat *nfs, uint32_t line) {
    if (nfs->have > 0) source_skip(nfs->source, line, tr("not a row of nfsiostat"));
    nfs->count = nfs->have = 0;
}

static void begin_report(struct nfsiostat *nfs) {
    struct source *source = nfs->source;
    if (source->clock == CLOCK_NONE) nfs->at = (millis)source->reports;
    source->reports++;
    if (nfs->skip) source->since_boot_reports++;
}

static void take_mount(struct nfsiostat *nfs, struct text export, struct text point, uint32_t line) {
    snprintf(nfs->mount, sizeof nfs->mount, "nfs:%.*s", (int)text_head(point, 100).length, point.at);
    end_row(nfs, line);
    nfs->part[0] = '\0';
    nfs->part_alone = false;
    source_fact(nfs->source, text_of(nfs->mount), "export", export, line);
    uint32_t hash = hash_of(nfs->mount);
    bool known = false;
    for (size_t i = 0; i < nfs->seen_count && !known; i++) known = nfs->seen[i] == hash;
    if (!known && nfs->seen_count < MOUNTS_MOST) nfs->seen[nfs->seen_count++] = hash;
    nfs->skip = !known;
    if (nfs->source->reports == 0) nfs->first = hash;
    if (hash == nfs->first) begin_report(nfs);
}

// ── names and numbers ───────────────────────────────────────────────────────

// Names have single blanks in them ("avg RTT (ms)"): two or a tab end one.
static void split_names(struct nfsiostat *nfs, struct text line) {
    size_t length = line.length < sizeof nfs->kept ? line.length : sizeof nfs->kept;
    memcpy(nfs->kept, line.at, length);
    struct text rest = text_trim((struct text){nfs->kept, length});
    nfs->count = 0;
    while (rest.length > 0 && nfs->count < NAMES_MOST) {
        size_t end = 0;
        while (end < rest.length && rest.at[end] != '\t' &&
               !(rest.at[end] == ' ' && end + 1 < rest.length && rest.at[end + 1] == ' '))
            end++;
        nfs->names[nfs->count++] = text_trim(text_head(rest, end));
        rest = text_trim(text_skip(rest, end));
    }
}

static bool is_names(struct text line) {
    return text_has(line, "op/s") || text_has(line, "ops/s") || text_has(line, "avg RTT");
}

// "read:", behind which the names stand, or nothing: then they follow on the next line.
static bool take_part(struct nfsiostat *nfs, struct text *line) {
    static const char *const parts[] = {"read", "write"};
    *line = text_trim(*line);
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(parts[i]);
        if (!text_starts(*line, parts[i]) || line->length <= length || line->at[length] != ':') continue;
        memcpy(nfs->part, parts[i], length + 1);
        *line = text_trim(text_skip(*line, length + 1));
        return true;
    }
    return false;
}

static void take_part_alone(struct nfsiostat *nfs, struct text line, uint32_t number) {
    end_row(nfs, number);
    nfs->part_alone = take_part(nfs, &line);
}

static bool is_part_alone(struct text line) {
    line = text_trim(line);
    return text_equal(line, "read:") || text_equal(line, "write:");
}

static void take_names(struct nfsiostat *nfs, struct text line, uint32_t number) {
    end_row(nfs, number);
    if (!nfs->part_alone) nfs->part[0] = '\0';
    nfs->part_alone = false;
    take_part(nfs, &line);
    split_names(nfs, line);
}

struct quantity {
    const char *name;
    enum unit unit;
};

static struct quantity quantity_of(struct text name) {
    if (text_equal(name, "ops/s") || text_equal(name, "op/s")) return (struct quantity){"ops/s", UNIT_PER_S};
    if (text_equal(name, "kB/s")) return (struct quantity){"kB/s", UNIT_KIB_PER_S};
    if (text_equal(name, "kB/op")) return (struct quantity){"kB/op", UNIT_KIB};
    if (text_equal(name, "retrans")) return (struct quantity){"retrans", UNIT_NONE};
    if (text_equal(name, "errors")) return (struct quantity){"errors", UNIT_NONE};
    if (text_starts(name, "avg RTT")) return (struct quantity){"avg RTT", UNIT_MS};
    if (text_starts(name, "avg exe")) return (struct quantity){"avg exe", UNIT_MS};
    if (text_starts(name, "avg queue")) return (struct quantity){"avg queue", UNIT_MS};
    if (text_starts(name, "rpc bklog")) return (struct quantity){"rpc bklog", UNIT_REQUESTS};
    return (struct quantity){NULL, UNIT_NONE};
}

// "0 (0.0%)" is one value of two words.
static size_t read_numbers(struct text line, double *values, size_t most) {
    size_t count = 0;
    for (struct text word = text_word(&line); word.length > 0; word = text_word(&line)) {
        double value;
        if (text_starts(word, "(")) {
            if (!text_has(word, ")")) text_word(&line);  // "( 0.0%)"
            continue;
        }
        if (count == most || !text_number(word, &value)) return 0;
        values[count++] = value;
    }
    return count;
}

static void store_row(struct nfsiostat *nfs, uint32_t number) {
    if (nfs->skip) return;
    if (nfs->source->clock != CLOCK_NONE && !nfs->any) return;
    for (size_t i = 0; i < nfs->have; i++) {
        struct quantity quantity = quantity_of(nfs->names[i]);
        if (quantity.name == NULL) continue;
        char name[32];
        snprintf(name, sizeof name, "%s%s%s", nfs->part, nfs->part[0] == '\0' ? "" : " ", quantity.name);
        struct table *table = source_table(nfs->source, text_of(nfs->mount), ENTITY_MOUNT);
        size_t row = merged_row(table, nfs->at, 0, number, name);
        table_set(table, row, table_column(nfs->source, table, name, quantity.unit, SERIES_AVERAGE), nfs->values[i]);
    }
}

// Some copies that were moved to Python 3 print each number on a line of its own.
static void take_numbers(struct nfsiostat *nfs, struct text line, uint32_t number) {
    size_t count = read_numbers(line, nfs->values + nfs->have, nfs->count - nfs->have);
    if (count == 0) {
        source_skip(nfs->source, number, tr("not a row of nfsiostat"));
        nfs->count = nfs->have = 0;
        return;
    }
    nfs->have += count;
    if (nfs->have < nfs->count) return;
    store_row(nfs, number);
    nfs->count = nfs->have = 0;
}

// ── lines ───────────────────────────────────────────────────────────────────

static bool is_stamp(struct text line) {
    struct when when;
    return when_read(line, DATE_ORDER_UNKNOWN, &when) && (when.epoch || (when.has_date && when.has_time));
}

static bool read_stamp(struct nfsiostat *nfs, struct text line, uint32_t number) {
    struct source *source = nfs->source;
    millis at;
    if (line.length == 0 || line.length > 80) return false;
    // Stamps that stand behind the snapshots would date the next ones.
    if (source->clock == CLOCK_NONE && source->reports > 0) return is_stamp(line);
    if (!log_clock_read(&nfs->clock, line, &at)) return false;
    source->day_month_open = source->day_month_open || nfs->clock.ambiguous;
    if (nfs->any && at + 1000 < nfs->before)
        source_problem(source, number, SEVERITY_WARNING, tr("time runs backward here"));
    nfs->before = nfs->at = at;
    nfs->any = true;
    return true;
}

static bool take_stamp(struct nfsiostat *nfs, struct text line, uint32_t number) {
    if (!read_stamp(nfs, text_trim(line), number)) return false;
    // A loop started nfsiostat again: its first blocks cover the time since mounting.
    if (nfs->source->clock != CLOCK_NONE) nfs->seen_count = 0;
    return true;
}

// pcp nfsiostat goes on from report to report, each below its "Timestamp         :03/14/2026 05:20:04", which it
// writes month first in all locales; its banner has the host between parentheses.
static bool take_pcp(struct nfsiostat *nfs, struct text line, uint32_t number) {
    struct source *source = nfs->source;
    line = text_trim(line);
    if (text_starts(line, "Linux ")) {
        size_t open = text_find(line, "(");
        if (open == SIZE_MAX) return false;
        line = text_skip(line, open + 1);
        size_t close = text_find(line, ")");
        if (close == SIZE_MAX || close == 0) return false;
        if (source->host[0] == '\0') source->host = text_copy(source->arena_, text_head(line, close));
        return true;
    }
    if (!text_starts(line, "Timestamp")) return false;
    line = text_trim(text_skip(line, strlen("Timestamp")));
    if (!text_starts(line, ":")) return false;
    enum date_order order = nfs->clock.order;
    nfs->clock.order = DATE_ORDER_MDY;
    bool taken = read_stamp(nfs, text_trim(text_skip(line, 1)), number);
    nfs->clock.order = order;
    return taken;
}

static void take_line(struct nfsiostat *nfs, struct text line, uint32_t number, bool cut) {
    struct text export, point;
    if (text_trim(line).length == 0) return;
    if (read_mount(line, &export, &point))
        take_mount(nfs, export, point, number);
    else if (nfs->mount[0] != '\0' && is_names(line))
        take_names(nfs, line, number);
    else if (nfs->mount[0] != '\0' && is_part_alone(line))
        take_part_alone(nfs, line, number);
    else if (nfs->count > 0 && !cut)
        take_numbers(nfs, line, number);
    else if (!take_pcp(nfs, line, number) && !take_stamp(nfs, line, number))
        source_skip(nfs->source, number, tr("not a line of nfsiostat"));
}

void nfsiostat_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct nfsiostat nfs = {.source = source, .clock = {.source = source, .order = options->date_order}};
    struct text line;
    while (lines_next(lines, &line)) take_line(&nfs, line, lines_number(lines), lines_unended(lines));
    if (source->clock == CLOCK_NONE && source->reports > 1)
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("nfsiostat prints no times: the order of its reports is all that is known"));
    if (source->reports > 0 && source->reports == source->since_boot_reports)
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("every block covers the time since mounting: nfsiostat was called without an interval"));
    if (source->reports > 0) return;
    source->refused = true;
    source_problem(source, 0, SEVERITY_CRITICAL, tr("no block of nfsiostat in this log"));
}

int nfsiostat_bid(struct text head, bool whole) {
    (void)whole;
    bool mount = false;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        struct text export, point;
        if (line.length > 1000) continue;
        if (mount && is_names(line)) return BID_SURE;
        mount = read_mount(line, &export, &point) || (mount && text_trim(line).length == 0);
    }
    return BID_NONE;
}

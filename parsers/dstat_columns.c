#include "parsers/dstat_columns.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "core/when_words.h"
#include "parsers/merged.h"

void dstat_columns_begin(struct dstat *dstat) {
    dstat->count = 0;
    dstat->interfaces = false;
}

// ── meanings ────────────────────────────────────────────────────────────────

struct meaning {
    const char *name;      // in the name line; screens cut it to five letters
    const char *quantity;  // as the tool prints it that is known best for it
    enum unit unit;
    enum series_kind kind;
};

// As mpstat's.
static const struct meaning cpu[] = {
    {"usr", "%usr", UNIT_PERCENT, SERIES_AVERAGE},   {"sys", "%sys", UNIT_PERCENT, SERIES_AVERAGE},
    {"idl", "%idle", UNIT_PERCENT, SERIES_AVERAGE},  {"wai", "%iowait", UNIT_PERCENT, SERIES_AVERAGE},
    {"hiq", "%irq", UNIT_PERCENT, SERIES_AVERAGE},   {"siq", "%soft", UNIT_PERCENT, SERIES_AVERAGE},
    {"stl", "%steal", UNIT_PERCENT, SERIES_AVERAGE},
};
// As iostat's.
static const struct meaning disk[] = {
    {"read", "rkB/s", UNIT_KIB_PER_S, SERIES_AVERAGE},
    {"writ", "wkB/s", UNIT_KIB_PER_S, SERIES_AVERAGE},
};
static const struct meaning requests[] = {
    {"read", "r/s", UNIT_PER_S, SERIES_AVERAGE},
    {"writ", "w/s", UNIT_PER_S, SERIES_AVERAGE},
};
static const struct meaning busy[] = {{"util", "%util", UNIT_PERCENT, SERIES_AVERAGE}};
// As vmstat's: all block devices together.
static const struct meaning all_disks[] = {
    {"read", "bi", UNIT_KIB_PER_S, SERIES_AVERAGE},
    {"writ", "bo", UNIT_KIB_PER_S, SERIES_AVERAGE},
};
static const struct meaning all_requests[] = {
    {"read", "io/total:read", UNIT_PER_S, SERIES_AVERAGE},
    {"writ", "io/total:writ", UNIT_PER_S, SERIES_AVERAGE},
};
static const struct meaning memory[] = {
    {"used", "mem.used", UNIT_KIB, SERIES_STATE},      {"free", "mem.free", UNIT_KIB, SERIES_STATE},
    {"buf", "mem.buffers", UNIT_KIB, SERIES_STATE},    {"cac", "mem.cached", UNIT_KIB, SERIES_STATE},
    {"avai", "mem.available", UNIT_KIB, SERIES_STATE},  // dool
};
static const struct meaning swap[] = {
    {"used", "swap.used", UNIT_KIB, SERIES_STATE},
    {"free", "swap.free", UNIT_KIB, SERIES_STATE},
};
static const struct meaning paging[] = {
    {"in", "si", UNIT_KIB_PER_S, SERIES_AVERAGE},
    {"out", "so", UNIT_KIB_PER_S, SERIES_AVERAGE},
};
// As sar's: pcp-dstat counts pages.
static const struct meaning pages[] = {
    {"in", "pswpin/s", UNIT_PER_S, SERIES_AVERAGE},
    {"out", "pswpout/s", UNIT_PER_S, SERIES_AVERAGE},
};
static const struct meaning network[] = {
    {"recv", "rxkB/s", UNIT_KIB_PER_S, SERIES_AVERAGE},
    {"send", "txkB/s", UNIT_KIB_PER_S, SERIES_AVERAGE},
};
static const struct meaning kernel[] = {
    {"int", "in", UNIT_PER_S, SERIES_AVERAGE},
    {"csw", "cs", UNIT_PER_S, SERIES_AVERAGE},
};
static const struct meaning processes[] = {
    {"run", "r", UNIT_NONE, SERIES_AVERAGE},
    {"blk", "b", UNIT_NONE, SERIES_AVERAGE},
};
static const struct meaning load[] = {
    {"1m", "ldavg-1", UNIT_NONE, SERIES_STATE},
    {"5m", "ldavg-5", UNIT_NONE, SERIES_STATE},
    {"15m", "ldavg-15", UNIT_NONE, SERIES_STATE},
};

static const struct group {
    const char *title;  // its beginning; blanks and dashes are alike
    enum entity_kind kind;
    const char *entity;  // NULL: what follows the title's '/'
    const struct meaning *meanings;
    size_t count;
} groups[] = {
#define MEANINGS(list) list, sizeof(list) / sizeof *(list)
    {"total cpu usage", ENTITY_CPU, "cpu", MEANINGS(cpu)},
    {"total usage", ENTITY_CPU, "cpu", MEANINGS(cpu)},  // pcp-dstat
    {"cpu", ENTITY_CPU, NULL, MEANINGS(cpu)},
    {"dsk/total", ENTITY_HOST, "host", MEANINGS(all_disks)},
    {"io/total", ENTITY_HOST, "host", MEANINGS(all_requests)},
    {"dsk/", ENTITY_DISK, NULL, MEANINGS(disk)},
    {"io/", ENTITY_DISK, NULL, MEANINGS(requests)},
    {"memory usage", ENTITY_HOST, "host", MEANINGS(memory)},
    {"swap", ENTITY_HOST, "host", MEANINGS(swap)},
    {"total", ENTITY_HOST, "host", MEANINGS(swap)},  // pcp-dstat
    {"paging", ENTITY_HOST, "host", MEANINGS(paging)},
    {"net/", ENTITY_NET, NULL, MEANINGS(network)},
    {"system", ENTITY_HOST, "host", MEANINGS(kernel)},
    {"procs", ENTITY_HOST, "host", MEANINGS(processes)},
    {"load avg", ENTITY_HOST, "host", MEANINGS(load)},
#undef MEANINGS
};

static bool title_starts(struct text title, const char *prefix) {
    size_t length = strlen(prefix);
    if (title.length < length) return false;
    for (size_t i = 0; i < length; i++) {
        char c = title.at[i] == '-' || title.at[i] == '_' ? ' ' : title.at[i];
        if (c != prefix[i]) return false;
    }
    return true;
}

static const struct group *group_of(struct text title) {
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (title_starts(title, groups[i].title)) return &groups[i];
    return NULL;
}

// "buff" and "buf", "cach" and "cache": versions differ in how they cut a name.
static const struct meaning *meaning_of(const struct group *group, struct text name) {
    for (size_t i = 0; i < group->count; i++)
        if (text_starts(name, group->meanings[i].name)) return &group->meanings[i];
    return NULL;
}

// "cpu0 usage" is cpu0, "dsk/sda" is sda.
static const char *entity_of(struct dstat *dstat, const struct group *group, struct text title) {
    if (group->entity != NULL) return group->entity;
    struct text name = title;
    size_t slash = text_find(title, "/");
    if (group->kind == ENTITY_CPU) {
        size_t end = 0;
        while (end < name.length && name.at[end] != ' ' && name.at[end] != '-' && name.at[end] != '/') end++;
        name = text_head(name, end);
    } else if (slash != SIZE_MAX) {
        name = text_skip(title, slash + 1);
    }
    return text_copy(dstat->source->arena_, text_head(name, 64));
}

static bool is_stamp_name(struct text name) {
    return text_equal(name, "time") || text_equal(name, "epoch") || text_equal(name, "date/time");
}

void dstat_columns_add(struct dstat *dstat, struct text title, struct text name) {
    if (dstat->count == DSTAT_COLUMNS_MOST) return;
    struct dstat_column *column = &dstat->columns[dstat->count++];
    *column = (struct dstat_column){.stamp = is_stamp_name(name)};
    const struct group *group = column->stamp ? NULL : group_of(title);
    static const struct group counted_pages = {"", ENTITY_HOST, "host", pages, 2};
    if (dstat->pcp && group != NULL && group->meanings == paging) group = &counted_pages;
    const struct meaning *meaning = group == NULL ? NULL : meaning_of(group, name);
    // Screens name the groups of single disks and interfaces by themselves once the title is too long: unknown then.
    if (meaning == NULL && text_starts(name, "util") && title.length > 0 && group == NULL) {
        static const struct group utils = {"", ENTITY_DISK, NULL, busy, 1};
        group = &utils;
        meaning = &busy[0];
    }
    if (meaning == NULL) return;
    *column = (struct dstat_column){.used = true,
                                    .entity_kind = group->kind,
                                    .entity = entity_of(dstat, group, title),
                                    .quantity = meaning->quantity,
                                    .unit = meaning->unit,
                                    .kind = meaning->kind};
    if (column->entity[0] == '\0') column->used = false;
    if (column->entity_kind == ENTITY_NET && strcmp(column->entity, "total") != 0) dstat->interfaces = true;
}

bool dstat_may_count_bits(const struct dstat_column *column) {
    static const char *const quantities[] = {"rkB/s", "wkB/s", "bi", "bo", "rxkB/s", "txkB/s"};
    for (size_t i = 0; column->used && i < sizeof quantities / sizeof *quantities; i++)
        if (strcmp(column->quantity, quantities[i]) == 0) return true;
    return false;
}

// ── rows ────────────────────────────────────────────────────────────────────

static bool read_two(struct text *text, char separator, int *value) {
    if (text->length < 3 || text->at[2] != separator) return false;
    if (text->at[0] < '0' || text->at[0] > '9' || text->at[1] < '0' || text->at[1] > '9') return false;
    *value = (text->at[0] - '0') * 10 + text->at[1] - '0';
    *text = text_skip(*text, 3);
    return true;
}

// The stamp prints no year: that of the preamble's date, or of the file's last change; after December comes January.
static int year_of(struct dstat *dstat, int month, int day) {
    struct source *source = dstat->source;
    if (dstat->year == 0) {
        source->year_assumed = true;
        dstat->year = 1972;  // a leap year long before any log
        int year, of_month, of_day;
        if (source->modified != MILLIS_NONE) {
            when_date(source->modified / 86400000, &year, &of_month, &of_day);
            dstat->year = month * 32 + day > of_month * 32 + of_day + 1 ? year - 1 : year;
            source->clock_note = tr("the stamps print no year: it is taken from the file's last change");
        } else {
            source->clock_note = tr("the stamps print no year, and nothing in the file tells it");
        }
    }
    if (dstat->month == 12 && month == 1) dstat->year++;
    dstat->month = month;
    return dstat->year;
}

static void take_clock(struct dstat *dstat, enum clock_basis basis) {
    struct source *source = dstat->source;
    if (source->clock != CLOCK_NONE) return;
    source->clock = basis;
    if (basis != CLOCK_LOCAL || dstat->zone[0] == '\0') return;
    source->zone = text_copy(source->arena_, text_of(dstat->zone));
    if (strcmp(dstat->zone, "UTC") == 0 || strcmp(dstat->zone, "GMT") == 0) source->clock = CLOCK_ZONED;
}

// "23-11 " of dstat and pcp-dstat, "Nov-23 " of dool.
static bool read_day(struct text *text, int *day, int *month) {
    struct text rest = *text;
    if (read_two(&rest, '-', day)) {
        if (!read_two(&rest, ' ', month)) return false;
    } else {
        *month = when_month_word(text_cut(&rest, '-'));
        if (*month == 0 || rest.at == NULL || !read_two(&rest, ' ', day)) return false;
    }
    *text = rest;
    return true;
}

bool dstat_stamp(struct dstat *dstat, struct text text, millis *at) {
    text = text_trim(text);
    struct text rest = text;
    int day, month;
    struct when when;
    if (read_day(&rest, &day, &month)) {
        if (!when_read(rest, DATE_ORDER_UNKNOWN, &when) || !when.has_time || when.has_date) return false;
        when.day = day;
        when.month = month;
        when.year = year_of(dstat, month, day);
        when.has_date = when.has_year = true;
        *at = when_civil(&when);
        take_clock(dstat, CLOCK_LOCAL);
        return *at != MILLIS_NONE;
    }
    // DSTAT_TIMEFMT may have asked for anything.
    if (text.length > 60 || !when_read(text, DATE_ORDER_UNKNOWN, &when)) return false;
    if (!when.epoch && (!when.has_date || !when.has_year)) return false;
    *at = when_millis(&when);
    dstat->source->fraction = dstat->source->fraction || when.has_fraction;
    take_clock(dstat, when.epoch ? CLOCK_EPOCH : when.has_zone ? CLOCK_ZONED : CLOCK_LOCAL);
    return *at != MILLIS_NONE;
}

bool dstat_row(struct dstat *dstat, millis at, uint32_t line, double *interval) {
    struct source *source = dstat->source;
    if (dstat->any && at + 1000 < dstat->before)
        source_problem(source, line, SEVERITY_WARNING, tr("time runs backward here"));
    *interval = dstat->any && at > dstat->before ? (double)(at - dstat->before) / 1000.0 : 0;
    if (source->clock == CLOCK_NONE) *interval = 0;
    dstat->before = at;
    dstat->any = true;
    source->reports++;
    if (!dstat->skip_boot) return true;
    dstat->skip_boot = false;
    source->since_boot_reports++;
    return false;
}

void dstat_store(struct dstat *dstat, const struct dstat_column *column, millis at, double interval, uint32_t line,
                 double value) {
    bool total = column->entity_kind == ENTITY_NET && strcmp(column->entity, "total") == 0;
    if (!column->used || (total && dstat->interfaces)) return;
    struct table *table = source_table(dstat->source, text_of(column->entity), column->entity_kind);
    size_t row = merged_row(table, at, interval, line, column->quantity);
    table_set(table, row, table_column(dstat->source, table, column->quantity, column->unit, column->kind), value);
}

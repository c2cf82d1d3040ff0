#include "parsers/hdparm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/pcre.h"

enum { DISKS_MOST = 1000 };

// Amount and seconds may contradict the printed rate by rounding, not by more.
#define TOLERANCE 0.02

struct hdparm {
    struct source *source;
    struct pattern *timing, *device, *failure, *identity, *summary;
    struct arena *arena;
    const char *disk;  // of the last "/dev/sda:" line; "" before the first
    size_t row;        // of the run at hand
    bool row_open, cached, disk_read;
    size_t column;  // of the figure last read
    bool figure;    // there is one, and it was not taken back
    struct when clock;
    bool dated;
};

static const char timing_regex[] =
    "Timing (O_DIRECT )?(cached reads|buffer-cache reads|disk reads|buffered disk reads)(?: \\(offset \\d+ GB\\))?: *"
    "(\\d+) MB in *([\\d.,]+) seconds *= *([\\d.,]+) *(MB|kB)/s(?:ec)?";

int hdparm_bid(struct text head, bool whole) {
    (void)whole;
    struct pattern *timing = pattern_with("Timing ", timing_regex);
    struct pattern *refusal = pattern_with("Timing |hdparm",
                                           "(?m)^ *Timing (?:O_DIRECT )?(?:cached|buffered disk) reads:|"
                                           "hdparm: command not found|^[^\\n]*[#$] (?:sudo )?hdparm -[tTdf-]+");
    struct text group[1];
    int bid = pattern_find(timing, head, group, 1) ? BID_SURE - 5 : BID_NONE;
    if (bid == BID_NONE && pattern_find(refusal, head, group, 1)) bid = BID_LIKELY;
    pattern_free(timing);
    pattern_free(refusal);
    return bid;
}

// -T and -t of one call make one row; a second figure of the same kind begins the next.
static size_t row_for(struct hdparm *hdparm, struct table *table, bool cached, uint32_t line) {
    bool taken = cached ? hdparm->cached : hdparm->disk_read;
    if (!hdparm->row_open || taken) {
        struct source *source = hdparm->source;
        millis time = hdparm->dated ? when_civil(&hdparm->clock) : (millis)source->reports;
        if (hdparm->dated && source->clock == CLOCK_ZONED) time = when_millis(&hdparm->clock);
        source->reports++;
        hdparm->row = table_row(table, time, 0, line);
        hdparm->row_open = true;
        hdparm->cached = hdparm->disk_read = false;
    }
    if (cached)
        hdparm->cached = true;
    else
        hdparm->disk_read = true;
    return hdparm->row;
}

// Amounts are printed as whole MB: 2 MB may be anything from 1.5 to 2.5.
static bool rate_fits(double rate, double amount, double seconds) {
    if (!(seconds > 0)) return false;
    return fabs(amount / seconds - rate) <= TOLERANCE * fmax(rate, amount / seconds) ||
           fabs(amount - rate * seconds) <= 1;
}

static struct table *table_of(struct hdparm *hdparm) {
    return source_table(hdparm->source, text_of(hdparm->disk[0] != '\0' ? hdparm->disk : "disk0"), ENTITY_DISK);
}

static bool read_timing(struct hdparm *hdparm, struct text line, uint32_t number) {
    struct text group[7];
    if (!pattern_match(hdparm->timing, line, group, 7)) return false;
    struct source *source = hdparm->source;
    double amount = NAN, seconds = NAN, rate = NAN;
    text_number(group[3], &amount);
    text_number(group[4], &seconds);
    text_number(group[5], &rate);
    // Below 1 MB/s hdparm changes to kB. Its MB are 2^20 bytes; the figure is kept as printed.
    if (text_equal(group[6], "kB")) rate /= 1024;
    bool sound = rate_fits(rate, amount, seconds);
    if (!sound)
        source_problem(source, number, SEVERITY_WARNING,
                       tr("%.0f MB in %.2f seconds are not %.2f MB/s: the line is damaged, its rate is not used"),
                       amount, seconds, rate);
    bool cached = text_has(group[2], "cache");
    bool direct = group[1].length > 0;
    if (source->table_count >= DISKS_MOST && source_find(source, hdparm->disk) == NULL) {
        source_skip(source, number, tr("more than %d disks in one file: this one is not read"), DISKS_MOST);
        return true;
    }
    struct table *table = table_of(hdparm);
    size_t row = row_for(hdparm, table, cached, number);
    const char *name = cached ? (direct ? "O_DIRECT cached reads" : "cached reads")
                              : (direct ? "O_DIRECT disk reads" : "buffered disk reads");
    size_t column = table_column(source, table, name, UNIT_MB_PER_S, SERIES_AVERAGE);
    table_set(table, row, column, sound ? rate : NAN);
    hdparm->column = column;
    hdparm->figure = true;
    // How long the run took says whether a single read hung: 3 s are asked for.
    if (!cached)
        table_set(table, row, table_column(source, table, "disk reads.seconds", UNIT_SECONDS, SERIES_STATE), seconds);
    table->interval[row] = (float)(seconds > 0 ? seconds : 0);
    return true;
}

static bool read_device(struct hdparm *hdparm, struct text line) {
    struct text group[2];
    if (!pattern_match(hdparm->device, line, group, 2)) return false;
    hdparm->disk = text_copy(hdparm->arena, group[1]);
    hdparm->row_open = hdparm->figure = false;
    return true;
}

// Old versions say so themselves where their figure is worth nothing: it was read from the cache.
static void take_back(struct hdparm *hdparm, uint32_t number) {
    if (!hdparm->figure) return;
    table_set(table_of(hdparm), hdparm->row, hdparm->column, NAN);
    hdparm->figure = false;
    source_problem(hdparm->source, number, SEVERITY_WARNING, tr("hdparm doubts its own figure above: it is not used"));
}

static bool read_failure(struct hdparm *hdparm, struct text line, uint32_t number) {
    struct text group[3];
    if (!pattern_match(hdparm->failure, line, group, 3)) return false;
    struct source *source = hdparm->source;
    bool answered = text_has(line, "Input/output error");
    struct text disk = group[1].length > 0 ? group[1] : text_of(hdparm->disk);
    bool doubt = text_has(line, "suspicious results");
    source_event(source, MILLIS_NONE, number, answered ? EVENT_IO_ERROR : EVENT_NOTE, disk, text_trim(line), NAN);
    if (doubt)
        take_back(hdparm, number);
    else
        source_problem(source, number, SEVERITY_WARNING, tr("hdparm could not measure this disk"));
    return true;
}

static bool read_identity(struct hdparm *hdparm, struct text line, uint32_t number) {
    struct text group[3];
    if (hdparm->disk[0] == '\0') return false;
    if (pattern_match(hdparm->summary, line, group, 3)) {
        source_fact(hdparm->source, text_of(hdparm->disk), "model", text_trim(group[1]), number);
        source_fact(hdparm->source, text_of(hdparm->disk), "serial", text_trim(group[2]), number);
        return true;
    }
    if (!pattern_match(hdparm->identity, line, group, 3)) return false;
    source_fact(hdparm->source, text_of(hdparm->disk), text_has(group[1], "odel") ? "model" : "serial",
                text_trim(group[2]), number);
    return true;
}

static void read_clock(struct hdparm *hdparm, struct text line) {
    struct text text = text_trim(line);
    struct when when;
    if (text.length < 10 || text.length > 60 || !when_read(text, DATE_ORDER_UNKNOWN, &when)) return;
    if (!when.has_date || !when.has_year || !when.has_time || when.ambiguous) return;
    struct source *source = hdparm->source;
    if (source->reports > 0 && source->clock == CLOCK_NONE) return;
    if (source->clock == CLOCK_NONE) {
        source->clock = when.epoch ? CLOCK_EPOCH : when.has_zone ? CLOCK_ZONED : CLOCK_LOCAL;
        if (when.has_zone && !when.epoch) source->zone = when_zone(source->arena_, when.zone_minutes);
        if (!when.has_zone) source->zone = text_copy(source->arena_, text_of(when.zone_word));
        source->zone_first = when.zone_minutes;
    }
    source->zone_last = when.zone_minutes;
    hdparm->clock = when;
    hdparm->dated = true;
    hdparm->row_open = false;
}

static void read_line(struct hdparm *hdparm, struct text line, uint32_t number) {
    if (read_timing(hdparm, line, number) || read_device(hdparm, line) || read_failure(hdparm, line, number) ||
        read_identity(hdparm, line, number))
        return;
    read_clock(hdparm, line);
}

void hdparm_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct hdparm hdparm = {.source = source, .arena = arena_new(), .disk = ""};
    hdparm.timing = pattern_with("Timing ", timing_regex);
    hdparm.device = pattern_with("/dev/", "^[ \\t]*/dev/([a-zA-Z0-9/_-]{2,60}):[ \\t\"]*$");
    hdparm.failure = pattern_with(
        "failed|No such|Permission|not permitted|hit EOF|not found|suspicious",
        "^[ \\t]*(?:/dev/([a-zA-Z0-9/_-]{2,60}): )?.{0,60}(?:read\\(\\) failed|No such file or directory|Permission "
        "denied|"
        "Operation not permitted|read\\(\\) hit EOF|command not found|suspicious results)");
    hdparm.identity = pattern_with("Number: ", "^[ \\t]*(Model Number|Serial Number): +(\\S.*)$");
    // -i says it in one line, -I in a line each.
    hdparm.summary =
        pattern_with("Model=", "^[ \\t]*Model=(.{1,60}?), *FwRev=[^,]{0,40}, *SerialNo=[ \\t]*(\\S.{0,60})$");
    source->clock = CLOCK_NONE;
    struct text line;
    while (lines_next(lines, &line)) read_line(&hdparm, line, lines_number(lines));
    if (source->reports == 0 && source->event_count == 0) {
        source->refused = true;
        source_problem(source, 0, SEVERITY_WARNING, tr("no complete measurement of hdparm is in this file"));
    }
    pattern_free(hdparm.timing);
    pattern_free(hdparm.device);
    pattern_free(hdparm.failure);
    pattern_free(hdparm.identity);
    pattern_free(hdparm.summary);
    arena_free(hdparm.arena);
    source_finish(source);
}

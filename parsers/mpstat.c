// mpstat.c: how each CPU spent its time. There is no report since boot.
#include "parsers/mpstat.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/json_records.h"
#include "parsers/sysstat_clock.h"
#include "parsers/sysstat_fields.h"
#include "parsers/sysstat_text.h"

void mpstat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    sysstat_text_parse(lines, options, source, "mpstat");
}

int mpstat_text_bid(struct text head, bool whole) {
    (void)whole;
    return sysstat_text_bid(head, SYSSTAT_MPSTAT);
}

// ── JSON ────────────────────────────────────────────────────────────────────

struct mpstat_json {
    struct source *source;
    struct sysstat_clock clock;
    millis before;
    bool any;
};

// The same things as the banner of the text.
static void take_head(struct mpstat_json *reading, const struct json_records *records) {
    struct text host = json_records_head(records, "nodename");
    struct text release = json_records_head(records, "release");
    struct text date = json_records_head(records, "date");
    struct text cpus = json_records_head(records, "number-of-cpus");
    char banner[512];
    int length = snprintf(banner, sizeof banner, "Linux %.*s (%.*s) \t%.*s \t_\t(%.*s CPU)", (int)release.length % 100,
                          release.length > 0 ? release.at : "", (int)host.length % 100, host.length > 0 ? host.at : "",
                          (int)date.length % 100, date.length > 0 ? date.at : "", (int)cpus.length % 20,
                          cpus.length > 0 ? cpus.at : "");
    if (length > 0 && (size_t)length < sizeof banner)
        sysstat_clock_banner(&reading->clock, text_of(banner), records->record_line);
    reading->any = false;
}

static bool take_stamp(struct mpstat_json *reading, const json_t *record, uint32_t line, millis *at) {
    const char *stamp = json_string_value(json_object_get(record, "timestamp"));
    if (stamp == NULL) return false;
    struct fields words;
    fields_split(text_of(stamp), &words);
    struct sysstat_time time = sysstat_time_read(&words);
    if (time.words == 0) return false;
    *at = sysstat_clock_at(&reading->clock, &time, SYSSTAT_ROW, line);
    return true;
}

static void take_cpu(struct mpstat_json *reading, const json_t *cpu, millis at, double interval, uint32_t line) {
    char room[SYSSTAT_ENTITY_MOST];
    struct text entity;
    const char *name = json_string_value(json_object_get(cpu, "cpu"));
    if (name == NULL || !sysstat_entity(SYSSTAT_CPU, text_of(name), room, &entity)) return;
    struct source *source = reading->source;
    struct table *table = source_table(source, entity, ENTITY_CPU);
    size_t row = table_row(table, at, interval, line);
    static const char *const keys[] = {"usr",  "nice",  "sys",   "iowait", "irq",
                                       "soft", "steal", "guest", "gnice",  "idle"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char quantity[16];
        snprintf(quantity, sizeof quantity, "%%%s", keys[i]);
        double value = json_records_number(cpu, keys[i]);
        if (!isnan(value))
            table_set(table, row, table_column(source, table, quantity, UNIT_PERCENT, SERIES_AVERAGE), value);
    }
}

static void take_record(struct mpstat_json *reading, const json_t *record, uint32_t line) {
    const json_t *load = json_object_get(record, "cpu-load");
    millis at = MILLIS_NONE;
    if (!json_is_array(load)) return;
    if (!take_stamp(reading, record, line, &at)) {
        source_skip(reading->source, line, tr("a record without its time"));
        return;
    }
    double interval = reading->any && at > reading->before ? (double)(at - reading->before) / 1000.0 : 0;
    reading->before = at;
    reading->any = true;
    reading->source->reports++;
    for (size_t i = 0; i < json_array_size(load); i++) take_cpu(reading, json_array_get(load, i), at, interval, line);
}

void mpstat_json_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct mpstat_json reading = {.source = source};
    struct json_records records;
    bool fresh = false;
    sysstat_clock_begin(&reading.clock, source, options->date_order);
    json_records_begin(&records, lines, source);
    for (json_t *record; (record = json_records_next(&records, &fresh)) != NULL;) {
        if (fresh) take_head(&reading, &records);
        take_record(&reading, record, records.record_line);
        json_decref(record);
    }
    sysstat_clock_finish(&reading.clock);
    if (source->reports > 0) return;
    source->refused = true;
    source_problem(source, 0, SEVERITY_CRITICAL, tr("no report of mpstat in this log"));
}

int mpstat_json_bid(struct text head, bool whole) {
    (void)whole;
    if (text_find(head, "{") == SIZE_MAX || !text_has(head, "\"sysstat\"")) return BID_NONE;
    // sadf and iostat share the outer levels; sadf's CPUs have "user" where these have "usr".
    return text_has(head, "\"cpu-load\"") && text_has(head, "\"usr\"") && !text_has(head, "\"file-date\"") ? BID_SURE
                                                                                                           : BID_NONE;
}

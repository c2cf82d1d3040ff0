// sadf_json.c: `sadf -j`, record by record.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/json_records.h"
#include "parsers/sadf.h"
#include "parsers/sadf_rows.h"

enum { VALUES_MOST = 64 };

// Keys that are not the name in the header with "/s" left off or "%" written out.
static const struct {
    const char *key, *name;
} memory_names[] = {
    {"memfree", "kbmemfree"}, {"avail", "kbavail"},     {"memused", "kbmemused"}, {"buffers", "kbbuffers"},
    {"cached", "kbcached"},   {"commit", "kbcommit"},   {"active", "kbactive"},   {"inactive", "kbinact"},
    {"dirty", "kbdirty"},     {"swpfree", "kbswpfree"}, {"swpused", "kbswpused"}, {"swpcad", "kbswpcad"},
};

// The name in the header of sar: "util-percent" is "%util", "rxpck" is "rxpck/s", "memfree" is "kbmemfree".
static struct text name_of(const char *key, enum sysstat_subject subject, bool rates, char room[40]) {
    struct text text = text_of(key);
    if (text_ends(text, "-percent")) {
        text.length -= strlen("-percent");
        snprintf(room, 40, "%%%.*s", (int)text.length % 32, text.at);
        return text_of(room);
    }
    for (size_t i = 0; i < sizeof memory_names / sizeof *memory_names && subject == SYSSTAT_HOST && !rates; i++)
        if (strcmp(key, memory_names[i].key) == 0) return text_of(memory_names[i].name);
    bool is_rate = rates && !text_ends(text, "tps") && !text_ends(text, "-sz");
    if (subject == SYSSTAT_DISK)
        is_rate =
            text_ends(text, "kB") || text_ends(text, "MB") || text_equal(text, "rd_sec") || text_equal(text, "wr_sec");
    if (!is_rate) return text;
    snprintf(room, 40, "%.*s/s", (int)text.length % 32, text.at);
    return text_of(room);
}

static size_t read_numbers(struct sadf *sadf, json_t *object, enum sysstat_subject subject, bool rates,
                           struct sadf_value *values, size_t count) {
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        const char *key = json_object_iter_key(at);
        json_t *member = json_object_iter_value(at);
        char room[40];
        if (json_is_object(member)) {  // "io-reads": {…} within "io"
            count = read_numbers(sadf, member, subject, rates, values, count);
            continue;
        }
        if (!json_is_number(member) || count == VALUES_MOST || strlen(key) > 24) continue;
        struct text name = name_of(key, subject, rates, room);
        if (subject == SYSSTAT_CPU) {
            snprintf(room, sizeof room, "%%%.24s", key);
            name = text_of(room);
        }
        struct sadf_value *value = &values[count];
        if (!sysstat_field_find(subject, name, &value->field)) continue;
        value->value = json_number_value(member) * value->field.scale;
        count++;
    }
    return count;
}

// An array of objects, each of an entity that `key` names.
static void read_array(struct sadf *sadf, const json_t *array, enum sysstat_subject subject, const char *key) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *object = json_array_get(array, i);
        const char *name = json_string_value(json_object_get(object, key));
        struct sadf_value values[VALUES_MOST];
        if (name == NULL) continue;
        size_t count = read_numbers(sadf, object, subject, subject != SYSSTAT_CPU, values, 0);
        sadf_store(sadf, subject, text_of(name), values, count);
    }
}

static void read_host(struct sadf *sadf, const json_t *record) {
    static const struct {
        const char *key;
        bool rates;
    } groups[] = {{"process-and-context-switch", true},
                  {"swap-pages", true},
                  {"paging", true},
                  {"io", true},
                  {"memory", false},
                  {"queue", false}};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        struct sadf_value values[VALUES_MOST];
        json_t *object = json_object_get(record, groups[i].key);
        if (!json_is_object(object)) continue;
        size_t count = read_numbers(sadf, object, SYSSTAT_HOST, groups[i].rates, values, 0);
        sadf_store(sadf, SYSSTAT_HOST, TEXT("host"), values, count);
    }
}

static bool read_stamp(struct sadf *sadf, const json_t *record, uint32_t line) {
    const json_t *stamp = json_object_get(record, "timestamp");
    const char *date = json_string_value(json_object_get(stamp, "date"));
    const char *time = json_string_value(json_object_get(stamp, "time"));
    const char *zone = json_string_value(json_object_get(stamp, "tz"));
    if (date == NULL || time == NULL) return false;
    bool utc = json_records_number(stamp, "utc") == 1;  // what "tz" was before 12.5
    char text[80];
    double interval = json_records_number(stamp, "interval");
    snprintf(text, sizeof text, "%.20s %.20s %.8s", date, time, utc ? "UTC" : zone != NULL ? zone : "");
    if (sadf_stamp(sadf, text_trim(text_of(text)), interval, line)) return true;
    snprintf(text, sizeof text, "%.20s %.20s", date, time);
    return sadf_stamp(sadf, text_of(text), interval, line);
}

static void take_record(struct sadf *sadf, const json_t *record, uint32_t line) {
    if (!read_stamp(sadf, record, line)) {
        source_skip(sadf->source, line, tr("a record without its time"));
        return;
    }
    read_array(sadf, json_object_get(record, "cpu-load"), SYSSTAT_CPU, "cpu");
    read_array(sadf, json_object_get(record, "cpu-load-all"), SYSSTAT_CPU, "cpu");
    read_array(sadf, json_object_get(record, "disk"), SYSSTAT_DISK, "disk-device");
    const json_t *network = json_object_get(record, "network");
    read_array(sadf, json_object_get(network, "net-dev"), SYSSTAT_NET, "iface");
    read_array(sadf, json_object_get(network, "net-edev"), SYSSTAT_NET, "iface");
    read_host(sadf, record);
}

static void take_head(struct sadf *sadf, const struct json_records *records) {
    struct source *source = sadf->source;
    struct text host = json_records_head(records, "nodename");
    struct text release = json_records_head(records, "release");
    struct text cpus = json_records_head(records, "number-of-cpus");
    if (source->host[0] == '\0' && host.length > 0) source->host = text_copy(source->arena_, host);
    if (release.length > 0) source_fact(source, TEXT("host"), "kernel", release, records->record_line);
    if (cpus.length > 0) source_fact(source, TEXT("cpu"), "cpus", cpus, records->record_line);
}

void sadf_json_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct sadf sadf = {.source = source};
    struct json_records records;
    bool fresh = false;
    json_records_begin(&records, lines, source);
    for (json_t *record; (record = json_records_next(&records, &fresh)) != NULL;) {
        if (fresh) take_head(&sadf, &records);
        take_record(&sadf, record, records.record_line);
        json_decref(record);
    }
    sadf_finish(&sadf);
}

int sadf_json_bid(struct text head, bool whole) {
    (void)whole;
    if (text_find(head, "{") == SIZE_MAX || !text_has(head, "\"sysstat\"")) return BID_NONE;
    // Only sadf takes date and time apart.
    return text_has(head, "\"file-date\"") || (text_has(head, "\"timestamp\": {") && text_has(head, "\"interval\""))
               ? BID_SURE
               : BID_NONE;
}

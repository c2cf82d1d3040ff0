#include "parsers/sadf_rows.h"

#include <math.h>

#include "core/lang.h"
#include "parsers/log_clock.h"
#include "parsers/merged.h"

enum { VALUES_MOST = 64, RESTARTS_MOST = 1000 };

bool sadf_stamp(struct sadf *sadf, struct text stamp, double interval, uint32_t line) {
    struct log_clock clock = {.source = sadf->source};
    millis at;
    if (stamp.length > 60 || !log_clock_read(&clock, stamp, &at)) return false;
    sadf->at = at;
    sadf->interval = interval > 0 ? interval : 0;
    sadf->line = line;
    return true;
}

static void count_report(struct sadf *sadf) {
    if (sadf->any && sadf->at <= sadf->latest) return;
    sadf->any = true;
    sadf->latest = sadf->at;
    sadf->source->reports++;
}

void sadf_store(struct sadf *sadf, enum sysstat_subject subject, struct text name, const struct sadf_value *values,
                size_t count) {
    char room[SYSSTAT_ENTITY_MOST];
    struct text entity;
    struct sysstat_field fields[VALUES_MOST];
    double numbers[VALUES_MOST];
    if (count > VALUES_MOST) count = VALUES_MOST;
    for (size_t i = 0; i < count; i++) {
        fields[i] = values[i].field;
        numbers[i] = values[i].value;
    }
    if (count == 0 || !sysstat_entity(subject, name, room, &entity)) return;
    const char *doubt = subject == SYSSTAT_DISK ? sysstat_disk_doubt(fields, numbers, count) : NULL;
    count_report(sadf);
    if (doubt != NULL) {
        source_problem(sadf->source, sadf->line, SEVERITY_WARNING, "%s", doubt);
        return;
    }
    struct table *table = source_table(sadf->source, entity, sysstat_entity_kind(subject));
    size_t row = merged_row(table, sadf->at, sadf->interval, sadf->line, fields[0].quantity);
    for (size_t i = 0; i < count; i++)
        merged_set(sadf->source, table, row, fields[i].quantity, fields[i].unit, fields[i].kind, numbers[i]);
}

void sadf_restart(struct sadf *sadf) {
    const struct source *source = sadf->source;
    if (source->event_count >= RESTARTS_MOST) return;
    // Each table tells of it again.
    for (size_t i = 0; i < source->event_count; i++)
        if (source->events[i].time == sadf->at) return;
    source_event(sadf->source, sadf->at, sadf->line, EVENT_REBOOT, TEXT(""), TEXT("LINUX-RESTART"), NAN);
}

void sadf_finish(struct sadf *sadf) {
    if (sadf->source->reports > 0) return;
    sadf->source->refused = true;
    source_problem(sadf->source, 0, SEVERITY_CRITICAL, tr("no row of sadf in this log"));
}

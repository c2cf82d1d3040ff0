#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "cli/inspect.h"
#include "core/arena.h"
#include "core/recording.h"
#include "reports/json_build.h"

static const char *severity_name(enum severity severity) {
    static const char *const names[] = {"info", "warning", "critical"};
    return names[severity];
}

static void put_series(json_t *file, struct arena *arena, const struct source *source) {
    json_t *all = json_put_array(file, "series");
    for (size_t i = 0; i < source->table_count; i++) {
        const struct table *table = &source->tables[i];
        for (size_t k = 0; k < table->column_count; k++) {
            const struct column *column = &table->columns[k];
            struct column_stats stats = column_stats(table, column);
            json_t *one = json_append_object(all);
            json_put_text(one, "entity", arena, table->entity);
            json_put_text(one, "kind", arena, entity_kind_name(table->entity_kind));
            json_put_text(one, "quantity", arena, column->quantity);
            json_put_text(one, "unit", arena, unit_name(column->unit));
            json_put_count(one, "samples", stats.samples);
            json_put_count(one, "missing", stats.missing);
            json_put_number(one, "min", stats.min);
            json_put_number(one, "mean", stats.mean);
            json_put_number(one, "max", stats.max);
            if (column->derived) json_put_bool(one, "derived", true);
        }
    }
}

static void put_events(json_t *file, struct arena *arena, const struct source *source) {
    json_t *all = json_put_array(file, "events");
    for (size_t i = 0; i < source->event_count && i < PROBLEMS_KEPT; i++) {
        const struct event *event = &source->events[i];
        json_t *one = json_append_object(all);
        json_put_line(one, "line", event->line);
        json_put_text(one, "kind", arena, event_name(event->kind));
        json_put_text(one, "time", arena, inspect_time(arena, source, event->time, source->zone_first));
        json_put_name(one, "entity", arena, event->entity);
        json_put_number(one, "value", event->value);
        json_put_text(one, "text", arena, event->text);
    }
}

static void put_facts(json_t *file, struct arena *arena, const struct source *source) {
    json_t *all = json_put_array(file, "facts");
    for (size_t i = 0; i < source->fact_count && i < PROBLEMS_KEPT; i++) {
        const struct fact *fact = &source->facts[i];
        json_t *one = json_append_object(all);
        json_put_name(one, "entity", arena, fact->entity);
        json_put_text(one, "key", arena, fact->key);
        json_put_text(one, "value", arena, fact->value);
        json_put_line(one, "line", fact->line);
    }
}

static void put_problems(json_t *file, struct arena *arena, const struct source *source) {
    json_t *all = json_put_array(file, "problems");
    for (size_t i = 0; i < source->problem_count && i < PROBLEMS_KEPT; i++) {
        const struct problem *problem = &source->problems[i];
        json_t *one = json_append_object(all);
        json_put_line(one, "line", problem->line);
        json_put_text(one, "severity", arena, severity_name(problem->severity));
        json_put_text(one, "message", arena, problem->message);
    }
    json_put_count(file, "problem_count", source->problem_count);
}

static void put_source(json_t *file, struct arena *arena, const struct source *source) {
    json_put_text(file, "path", arena, source_name(source));
    json_put_text(file, "sha256", arena, source->sha256);
    json_put_count(file, "bytes", source->bytes);
    json_put_text(file, "format", arena, source->format);
    json_put_bool(file, "refused", source->refused);
    json_put_name(file, "tool_version", arena, source->tool_version);
    json_put_name(file, "host", arena, source->host);
    json_put_name(file, "zone", arena, source->zone);
    json_put_text(file, "clock", arena, source->format == NULL ? NULL : clock_basis_name(source->clock));
    json_put_name(file, "clock_note", arena, source->clock_note);
    json_put_text(file, "first", arena, inspect_time(arena, source, source->first, source->zone_first));
    json_put_text(file, "last", arena, inspect_time(arena, source, source->last, source->zone_last));
    json_put_number(file, "cadence_seconds", source->cadence);
    json_put_count(file, "reports", source->reports);
    json_put_count(file, "since_boot_reports", source->since_boot_reports);
    json_put_count(file, "samples", source->samples);
    json_put_count(file, "skipped_lines", source->skipped_lines);
    json_put_count(file, "event_count", source->event_count);
    put_series(file, arena, source);
    put_events(file, arena, source);
    put_facts(file, arena, source);
    put_problems(file, arena, source);
}

bool inspect_json(FILE *out, const struct recording *recording) {
    // File by file, so that thousands of them need the memory of one.
    fputs("{\n\"schema\": \"whyslow.inspect/1\",\n\"files\": [\n", out);
    bool good = true;
    for (size_t i = 0; i < recording->source_count && good; i++) {
        struct arena *arena = arena_new();
        json_t *file = json_object();
        put_source(file, arena, recording->sources[i]);
        if (i > 0) fputs(",\n", out);
        good = json_dumpf(file, out, JSON_INDENT(2)) == 0;
        json_decref(file);
        arena_free(arena);
    }
    fputs("\n]\n}\n", out);
    return good && !ferror(out);
}

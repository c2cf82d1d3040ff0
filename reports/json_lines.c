#include "reports/json_lines.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "reports/json_build.h"

// What is the same in all lines of a series, as "…": "…", … without braces, before the value and behind it.
struct fixed_part {
    const char *before, *behind;
};

static const char *inside(struct arena *arena, json_t *object) {
    char *text = json_dumps(object, JSON_PRESERVE_ORDER | JSON_COMPACT);
    json_decref(object);
    const char *copy = "";
    if (text != NULL && text[0] == '{') copy = arena_copy(arena, text + 1, strlen(text) - 2);
    free(text);
    return copy;
}

static struct fixed_part fixed_part_of(struct arena *arena, const struct listed_series *series, const char *run) {
    json_t *before = json_object();
    json_put_text(before, "run", arena, run);
    json_put_name(before, "host", arena, series->host);
    json_put_text(before, "entity", arena, series->entity);
    json_put_text(before, "kind", arena, entity_kind_name(series->kind));
    json_put_text(before, "quantity", arena, series->quantity);
    json_put_text(before, "unit", arena, unit_name(series->unit));
    json_t *behind = json_object();
    json_put_name(behind, "source", arena, series->source);
    return (struct fixed_part){inside(arena, before), inside(arena, behind)};
}

bool json_lines_write(FILE *out, const struct diagnosis *diagnosis, const struct export_options *options) {
    struct arena *arena = arena_new();
    size_t count;
    const struct listed_series *series = series_list(arena, diagnosis, &count);
    struct fixed_part *parts = arena_array(arena, count, sizeof *parts);
    for (size_t i = 0; i < count; i++) parts[i] = fixed_part_of(arena, &series[i], options->run);
    for (size_t bin = 0; bin < diagnosis->bin_count; bin++) {
        const char *time = when_iso(arena, series_bin_time(diagnosis, bin), true, "Z");
        for (size_t i = 0; i < count; i++) {
            double value = (double)series[i].values[bin];
            if (!isfinite(value)) continue;  // JSON has no infinity
            fprintf(out, "{\"time\":\"%s\",%s,\"value\":%.7g,%s}\n", time, parts[i].before, value, parts[i].behind);
        }
    }
    arena_free(arena);
    return !ferror(out);
}

#include "reports/series_list.h"

#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/text.h"

static const char *clean(struct arena *arena, const char *text) {
    return text == NULL || text[0] == '\0' ? "" : text_copy(arena, text_of(text));
}

const char *series_device(const struct diagnosis *diagnosis, const char *entity, const char **host) {
    *host = diagnosis->host == NULL ? "" : diagnosis->host;
    for (size_t i = 0; i < diagnosis->host_count; i++) {
        size_t length = strlen(diagnosis->hosts[i]);
        if (strncmp(entity, diagnosis->hosts[i], length) != 0 || entity[length] != ':') continue;
        *host = diagnosis->hosts[i];
        return entity + length + 1;
    }
    return entity;
}

millis series_bin_time(const struct diagnosis *diagnosis, size_t bin) {
    return diagnosis->start + (millis)((double)bin * diagnosis->bin_seconds * 1000);
}

static struct listed_series named(struct arena *arena, const struct diagnosis *diagnosis, const char *entity) {
    const char *host;
    const char *device = series_device(diagnosis, entity, &host);
    return (struct listed_series){.host = clean(arena, host),
                                  .entity = clean(arena, entity),
                                  .device = clean(arena, device),
                                  .quantity = "lost_share",
                                  .source = "",
                                  .derived = true};
}

static struct listed_series of_grid(struct arena *arena, const struct diagnosis *diagnosis,
                                    const struct grid_series *from) {
    struct listed_series series = named(arena, diagnosis, from->table->entity);
    // The training log of one of several hosts is "job" there as everywhere.
    if (from->source->host != NULL && from->source->host[0] != '\0') series.host = clean(arena, from->source->host);
    series.kind = from->table->entity_kind;
    series.quantity = clean(arena, from->column->quantity);
    series.unit = from->column->unit;
    series.source = clean(arena, source_name(from->source));
    series.derived = from->column->derived;
    series.values = from->mean;
    return series;
}

// What a GPU did not produce while the job ran.
static struct listed_series of_lane(struct arena *arena, const struct diagnosis *diagnosis,
                                    const struct gpu_lane *lane) {
    struct listed_series series = named(arena, diagnosis, lane->entity);
    float *lost = arena_array(arena, diagnosis->bin_count, sizeof *lost);
    for (size_t bin = 0; bin < diagnosis->bin_count; bin++) lost[bin] = 1 - lane->productive[bin];
    series.kind = ENTITY_GPU;
    series.values = lost;
    return series;
}

const struct listed_series *series_list(struct arena *arena, const struct diagnosis *diagnosis, size_t *count) {
    struct listed_series *all = arena_array(arena, diagnosis->series_count + diagnosis->lane_count + 1, sizeof *all);
    size_t used = 0;
    for (size_t i = 0; i < diagnosis->series_count; i++) all[used++] = of_grid(arena, diagnosis, &diagnosis->series[i]);
    for (size_t i = 0; i < diagnosis->lane_count; i++)
        if (diagnosis->lanes[i].productive != NULL) all[used++] = of_lane(arena, diagnosis, &diagnosis->lanes[i]);
    if (diagnosis->lost_share != NULL) {
        all[used] = named(arena, diagnosis, "job");
        if (diagnosis->host_count > 0) all[used].host = "";
        all[used].kind = ENTITY_JOB;
        all[used++].values = diagnosis->lost_share;
    }
    *count = used;
    return all;
}

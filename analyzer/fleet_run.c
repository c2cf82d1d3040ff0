// The row of one run: what its diagnosis comes to.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/fleet.h"
#include "analyzer/stats.h"
#include "core/arena.h"

enum { TRAITS_MOST = 48 };

static const char *const status_names[FLEET_STATUS_COUNT_] = {"analysed", "nothing", "failed", "crashed", "timed-out"};

const char *fleet_status_name(enum fleet_status status) {
    return (unsigned)status < FLEET_STATUS_COUNT_ ? status_names[status] : "failed";
}

enum fleet_status fleet_status_named(const char *name) {
    for (int i = 0; i < FLEET_STATUS_COUNT_; i++)
        if (strcmp(status_names[i], name) == 0) return (enum fleet_status)i;
    return FLEET_STATUS_COUNT_;
}

// The same steps as the JSON takes, so that the same figure stands in both.
double fleet_rounded(double gpu_hours) {
    if (!isfinite(gpu_hours)) return NAN;
    if (gpu_hours == floor(gpu_hours)) return gpu_hours;
    int decimals = 5 - (int)floor(log10(fabs(gpu_hours)));
    if (decimals > 15) return gpu_hours;
    double scale = pow(10, abs(decimals));
    return decimals >= 0 ? round(gpu_hours * scale) / scale : round(gpu_hours / scale) * scale;
}

static const char *kept(struct arena *arena, const char *text) { return text == NULL ? "" : arena_string(arena, text); }

static const char *hosts_of(struct arena *arena, const struct diagnosis *d) {
    if (d->host_count == 0) return kept(arena, d->host);
    const char *all = "";
    for (size_t i = 0; i < d->host_count; i++)
        all = arena_printf(arena, "%s%s%s", all, i == 0 ? "" : ", ", d->hosts[i]);
    return all;
}

// ── devices ─────────────────────────────────────────────────────────────────

// What the logs say of a device. Over several hosts it is named "node1:gpu0", and its facts stand in the logs of node1.
static const char *fact_of(struct arena *arena, const struct diagnosis *d, const char *entity, const char *key) {
    const char *colon = d->host_count > 0 ? strchr(entity, ':') : NULL;
    const char *name = colon == NULL ? entity : colon + 1;
    for (size_t i = 0; d->recording != NULL && i < d->recording->source_count; i++) {
        const struct source *source = d->recording->sources[i];
        bool here = colon == NULL || (strncmp(source->host, entity, (size_t)(colon - entity)) == 0 &&
                                      source->host[colon - entity] == '\0');
        const char *value = here ? source_fact_value(source, name, key) : NULL;
        if (value != NULL && value[0] != '\0') return arena_string(arena, value);
    }
    return "";
}

static bool counts(const struct diagnosis *d, size_t bin) {
    enum cause cause = d->bin_cause == NULL ? CAUSE_UNKNOWN : (enum cause)d->bin_cause[bin];
    return cause != CAUSE_JOB_IDLE && cause != CAUSE_NO_DATA;
}

static struct fleet_gpu gpu_of(struct arena *arena, const struct diagnosis *d, const char *entity) {
    struct fleet_gpu gpu = {.entity = arena_string(arena, entity),
                            .name = fact_of(arena, d, entity, "name"),
                            .uuid = fact_of(arena, d, entity, "uuid"),
                            .gpu_hours = NAN,
                            .lost_gpu_hours = NAN};
    for (size_t i = 0; i < d->lane_count; i++) {
        const struct gpu_lane *lane = &d->lanes[i];
        if (strcmp(lane->entity, entity) != 0) continue;
        double covered = 0, lost = 0;
        for (size_t b = 0; b < d->bin_count; b++) {
            if (isfinite(lane->utilization[b]) || isfinite(lane->productive[b])) covered++;
            if (isfinite(lane->productive[b]) && counts(d, b))
                lost += fmin(1, fmax(0, 1 - (double)lane->productive[b]));
        }
        gpu.gpu_hours = covered * d->bin_seconds / 3600;
        gpu.lost_gpu_hours = lost * d->bin_seconds / 3600;
    }
    return gpu;
}

// What was lost is known of the run; the GPUs have their parts in it.
static void put_gpus(struct arena *arena, const struct diagnosis *d, struct fleet_run *run) {
    run->gpus = arena_array(arena, d->gpu_count + 1, sizeof *run->gpus);
    double sum = 0, covered = 0;
    for (size_t i = 0; i < d->gpu_count; i++) {
        struct fleet_gpu *gpu = &run->gpus[run->gpus_count++];
        *gpu = gpu_of(arena, d, d->gpus[i]);
        if (isfinite(gpu->lost_gpu_hours)) sum += gpu->lost_gpu_hours;
        if (isfinite(gpu->gpu_hours)) covered += gpu->gpu_hours;
    }
    for (size_t i = 0; i < run->gpus_count; i++) {
        struct fleet_gpu *gpu = &run->gpus[i];
        double part = sum > 0 ? gpu->lost_gpu_hours / sum : covered > 0 ? gpu->gpu_hours / covered : NAN;
        gpu->lost_gpu_hours = fleet_rounded(part * d->lost_total);
        gpu->gpu_hours = fleet_rounded(covered > 0 ? gpu->gpu_hours / covered * d->gpu_hours : NAN);
    }
}

static double disk_loss(const struct diagnosis *d, const char *entity) {
    double lost = 0;
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct finding *finding = &d->findings[i];
        if (finding->entity != NULL && strcmp(finding->entity, entity) == 0 && isfinite(finding->lost_gpu_hours))
            lost += finding->lost_gpu_hours;
    }
    return fmin(lost, fmax(0, d->lost_total));
}

static void put_disk(struct arena *arena, const struct diagnosis *d, struct fleet_run *run, const char *entity) {
    for (size_t i = 0; i < run->disk_count; i++)
        if (strcmp(run->disks[i].entity, entity) == 0) return;
    struct fleet_disk *disk = &run->disks[run->disk_count++];
    *disk = (struct fleet_disk){.entity = arena_string(arena, entity),
                                .model = "",
                                .serial = "",
                                .lost_gpu_hours = fleet_rounded(disk_loss(d, entity)),
                                .health = -1,
                                .health_sentence = ""};
    for (size_t i = 0; i < d->health_count; i++) {
        const struct disk_health *health = &d->health[i];
        if (health->entity == NULL || strcmp(health->entity, entity) != 0) continue;
        disk->model = kept(arena, health->model);
        disk->serial = kept(arena, health->serial);
        // A page that could not be read proves nothing either way.
        if (health->attribute_count > 0 || health->level > 0) disk->health = health->level;
        disk->health_sentence = kept(arena, health->sentence);
    }
    if (disk->serial[0] == '\0') disk->serial = fact_of(arena, d, entity, "serial");
    if (disk->model[0] == '\0') disk->model = fact_of(arena, d, entity, "model");
}

// ── key quantities ──────────────────────────────────────────────────────────

static double median_of(const struct diagnosis *d, const struct grid_series *series, double *values) {
    size_t count = 0;
    for (size_t b = 0; b < d->bin_count; b++)
        if (isfinite(series->mean[b]) && counts(d, b)) values[count++] = (double)series->mean[b];
    return stats_median(values, count);
}

// One CPU of many says little of the run.
static bool is_key(const struct grid_series *series) {
    if (series->table == NULL || series->column == NULL || series->mean == NULL) return false;
    if (series->column->kind == SERIES_COUNTER || series->column->unit == UNIT_BITS) return false;
    enum entity_kind kind = series->table->entity_kind;
    if (kind == ENTITY_CPU) return strcmp(series->table->entity, "cpu") == 0;
    return kind == ENTITY_GPU || kind == ENTITY_DISK || kind == ENTITY_HOST;
}

static struct fleet_trait *trait_of(struct fleet_run *run, const struct column *column, size_t *weights) {
    for (size_t i = 0; i < run->trait_count; i++)
        if (strcmp(run->traits[i].quantity, column->quantity) == 0 && run->traits[i].unit == column->unit)
            return weights[i]++, &run->traits[i];
    if (run->trait_count == TRAITS_MOST) return NULL;
    struct fleet_trait *trait = &run->traits[run->trait_count];
    *trait = (struct fleet_trait){column->quantity, "", 0, column->unit};
    weights[run->trait_count++] = 1;
    return trait;
}

static void put_medians(struct arena *arena, const struct diagnosis *d, struct fleet_run *run) {
    size_t weights[TRAITS_MOST] = {0};
    double *values = malloc((d->bin_count + 1) * sizeof *values);
    for (size_t i = 0; values != NULL && i < d->series_count; i++) {
        if (!is_key(&d->series[i])) continue;
        double median = median_of(d, &d->series[i], values);
        struct fleet_trait *trait = isfinite(median) ? trait_of(run, d->series[i].column, weights) : NULL;
        if (trait != NULL) trait->value += median;
    }
    free(values);
    for (size_t i = 0; i < run->trait_count; i++) {
        run->traits[i].quantity = arena_string(arena, run->traits[i].quantity);
        run->traits[i].value = fleet_rounded(run->traits[i].value / (double)weights[i]);
    }
}

static void put_phases(struct arena *arena, const struct diagnosis *d, struct fleet_run *run) {
    double shares[CAUSE_COUNT_] = {0}, sum = 0;
    for (size_t i = 0; i < d->phase_count; i++) {
        double length = (double)d->phases[i].end - (double)d->phases[i].start;
        if ((unsigned)d->phases[i].cause >= CAUSE_COUNT_ || !(length > 0)) continue;
        shares[d->phases[i].cause] += length;
        sum += length;
    }
    for (int c = 0; c < CAUSE_COUNT_; c++)
        if (shares[c] > 0)
            run->traits[run->trait_count++] =
                (struct fleet_trait){arena_printf(arena, "phase:%s", cause_id((enum cause)c)), "",
                                     fleet_rounded(100 * shares[c] / sum), UNIT_PERCENT};
}

// ── the whole row ───────────────────────────────────────────────────────────

static void put_losses(struct arena *arena, const struct diagnosis *d, struct fleet_run *run) {
    run->losses = arena_array(arena, d->loss_count + 1, sizeof *run->losses);
    for (size_t i = 0; i < d->loss_count; i++) {
        const struct loss *loss = &d->losses[i];
        run->losses[run->loss_count++] = (struct fleet_loss){loss->cause, fleet_rounded(loss->gpu_hours),
                                                             fleet_rounded(loss->low), fleet_rounded(loss->high)};
    }
}

static void put_findings(struct arena *arena, const struct diagnosis *d, struct fleet_run *run) {
    run->findings = arena_array(arena, d->finding_count + 1, sizeof *run->findings);
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct finding *finding = &d->findings[i];
        run->findings[run->finding_count++] = (struct fleet_finding){finding->cause,
                                                                     finding->severity,
                                                                     kept(arena, finding->entity),
                                                                     finding->confidence,
                                                                     fleet_rounded(finding->lost_gpu_hours),
                                                                     kept(arena, finding->sentence)};
    }
}

static void put_inputs(struct arena *arena, const struct diagnosis *d, struct fleet_run *run) {
    size_t count = d->recording == NULL ? 0 : d->recording->source_count;
    run->inputs = arena_array(arena, count + 1, sizeof *run->inputs);
    for (size_t i = 0; i < count; i++) {
        const struct source *source = d->recording->sources[i];
        run->inputs[run->input_count++] =
            (struct fleet_input){kept(arena, source_name(source)), kept(arena, source->sha256),
                                 kept(arena, source->format), kept(arena, source->host), source->bytes};
    }
}

static void put_verdict(struct arena *arena, const struct diagnosis *d, struct fleet_run *run) {
    const struct verdict *v = &d->verdict;
    run->cause = v->cause;
    run->entity = kept(arena, v->entity);
    run->confidence = v->confidence;
    run->share = v->share;
    run->sentence = kept(arena, v->sentence);
    run->next = kept(arena, v->next);
    run->settle = kept(arena, v->settle);
}

struct fleet_run *fleet_run_of(struct arena *arena, const struct diagnosis *d) {
    struct fleet_run *run = arena_alloc(arena, sizeof *run);
    *run = (struct fleet_run){.run = "", .digest = "", .status = FLEET_ANALYSED, .reason = "", .report = ""};
    run->host = hosts_of(arena, d);
    run->start = d->start;
    run->end = d->end;
    run->zone = kept(arena, d->zone);
    run->gpu_count = d->gpu_count;
    run->gpu_hours = fleet_rounded(d->gpu_hours);
    run->lost_total = fleet_rounded(d->lost_total);
    run->lost_low = fleet_rounded(d->lost_low);
    run->lost_high = fleet_rounded(d->lost_high);
    run->idle_gpu_hours = fleet_rounded(d->idle_gpu_hours);
    run->grade = d->quality.grade == '\0' ? ' ' : d->quality.grade;
    put_verdict(arena, d, run);
    put_losses(arena, d, run);
    put_findings(arena, d, run);
    put_gpus(arena, d, run);
    run->disks = arena_array(arena, d->disk_count + d->health_count + 1, sizeof *run->disks);
    for (size_t i = 0; i < d->disk_count; i++) put_disk(arena, d, run, d->disks[i]);
    for (size_t i = 0; i < d->health_count; i++) put_disk(arena, d, run, kept(arena, d->health[i].entity));
    put_inputs(arena, d, run);
    run->traits = arena_array(arena, TRAITS_MOST + CAUSE_COUNT_, sizeof *run->traits);
    put_medians(arena, d, run);
    put_phases(arena, d, run);
    return run;
}

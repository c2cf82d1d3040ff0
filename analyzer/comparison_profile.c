// What is kept of a run to compare it with others.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/comparison_parts.h"
#include "analyzer/stats.h"
#include "core/arena.h"
#include "core/lang.h"

enum { BLOCKS_MOST = 40, TRAITS_MOST = 1200 };

// Stretches shorter than this follow each other too closely to be witnesses of their own.
#define BLOCK_SECONDS 30.0
// A part of the run that a cause took is looked at by itself if it is at least this long.
#define PHASE_SECONDS 180.0

// ── which bins count ────────────────────────────────────────────────────────

static bool works(const struct diagnosis *d, size_t bin) {
    if (d->lane_count == 0) return true;
    for (size_t g = 0; g < d->lane_count; g++)
        if (!isnan(d->lanes[g].productive[bin])) return true;
    return false;
}

// Bins in which a job works, without half a minute at either end: what starts and ends there is not steady.
static bool *steady_bins(const struct diagnosis *d) {
    bool *steady = calloc(d->bin_count + 1, sizeof *steady);
    if (steady == NULL) return NULL;
    size_t first = d->bin_count, last = 0;
    for (size_t i = 0; i < d->bin_count; i++) {
        bool idle = d->bin_cause != NULL && (d->bin_cause[i] == CAUSE_JOB_IDLE || d->bin_cause[i] == CAUSE_NO_DATA);
        if (!works(d, i) || (idle && d->lane_count > 0)) continue;
        steady[i] = true;
        if (first == d->bin_count) first = i;
        last = i;
    }
    size_t margin = d->bin_seconds > 0 ? (size_t)ceil(BLOCK_SECONDS / d->bin_seconds) : 0;
    if (first >= d->bin_count || last - first < 8 * margin) return steady;
    for (size_t i = 0; i < margin; i++) steady[first + i] = steady[last - i] = false;
    return steady;
}

// ── a trait ─────────────────────────────────────────────────────────────────

// The mean of values[0..count), NaN if fewer than half of them are there.
static double block_mean(const float *values, const size_t *bins, size_t count) {
    double sum = 0;
    size_t present = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[bins[i]])) continue;
        sum += (double)values[bins[i]];
        present++;
    }
    return 2 * present >= count && present > 0 ? sum / (double)present : NAN;
}

// Mean of 1 / value: long steps shall not count more than once.
static double rate_of(const float *values, const size_t *bins, size_t count) {
    double sum = 0;
    size_t present = 0;
    for (size_t i = 0; i < count; i++) {
        double value = (double)values[bins[i]];
        if (!(value > 0)) continue;
        sum += 1 / value;
        present++;
    }
    return present > 0 ? sum / (double)present : NAN;
}

static void cut_blocks(struct arena *arena, struct trait *trait, const float *values, const size_t *bins, size_t count,
                       double bin_seconds, double cadence) {
    double least = fmax(BLOCK_SECONDS, isfinite(cadence) ? 2 * cadence : 0);
    size_t each = (size_t)fmax(1, ceil(least / bin_seconds));
    if (count / each > BLOCKS_MOST) each = (count + BLOCKS_MOST - 1) / BLOCKS_MOST;
    double *blocks = arena_array(arena, BLOCKS_MOST, sizeof *blocks);
    for (size_t at = 0; at + each <= count && trait->block_count < BLOCKS_MOST; at += each) {
        double mean = block_mean(values, bins + at, each);
        if (isfinite(mean)) blocks[trait->block_count++] = mean;
    }
    trait->blocks = blocks;
    trait->block_seconds = (double)each * bin_seconds;
    trait->level = stats_median(blocks, trait->block_count);
    trait->mean = stats_mean(blocks, trait->block_count);
    trait->rate = rate_of(values, bins, count);
    double effective = stats_effective_size(blocks, trait->block_count);
    trait->effective = isfinite(effective) ? fmin(effective, (double)trait->block_count) : (double)trait->block_count;
}

static const float *curve_of(struct arena *arena, const float *values, size_t count) {
    float *curve = arena_array(arena, CURVE_COLUMNS, sizeof *curve);
    for (size_t k = 0; k < CURVE_COLUMNS; k++) {
        size_t from = k * count / CURVE_COLUMNS, to = (k + 1) * count / CURVE_COLUMNS;
        if (to <= from) to = from + 1;
        double sum = 0;
        size_t present = 0;
        for (size_t i = from; i < to && i < count; i++) {
            if (isnan(values[i])) continue;
            sum += (double)values[i];
            present++;
        }
        curve[k] = present > 0 ? (float)(sum / (double)present) : NAN;
    }
    return curve;
}

// Where several logs give a quantity of a device, the one with the finer cadence counts.
static bool is_best(const struct diagnosis *d, size_t index) {
    const struct grid_series *mine = &d->series[index];
    for (size_t i = 0; i < d->series_count; i++) {
        const struct grid_series *other = &d->series[i];
        if (i == index || strcmp(other->column->quantity, mine->column->quantity) != 0) continue;
        if (strcmp(other->table->entity, mine->table->entity) != 0) continue;
        if (other->source->samples > mine->source->samples) return false;
        if (other->source->samples == mine->source->samples && i < index) return false;
    }
    return true;
}

struct gathering {
    struct arena *arena;
    const struct diagnosis *raw, *shown;
    struct trait *traits;
    size_t count;
    size_t *bins;  // of the stretch that is looked at
    size_t bin_count;
    enum cause phase;
};

static void gather_one(struct gathering *g, size_t index) {
    const struct grid_series *series = &g->shown->series[index];
    if (quantity_row(series->column->quantity) == NULL || g->count >= TRAITS_MOST) return;
    if (!is_best(g->shown, index)) return;
    struct trait trait = {.entity = arena_string(g->arena, series->table->entity),
                          .quantity = arena_string(g->arena, series->column->quantity),
                          .kind = series->table->entity_kind,
                          .unit = series->column->unit,
                          .phase = g->phase};
    cut_blocks(g->arena, &trait, series->mean, g->bins, g->bin_count, g->raw->bin_seconds, series->source->cadence);
    if (trait.block_count == 0) return;
    if (g->phase == CAUSE_COUNT_) trait.curve = curve_of(g->arena, series->mean, g->raw->bin_count);
    g->traits[g->count++] = trait;
}

static void gather_stretch(struct gathering *g, const bool *steady, enum cause phase) {
    g->phase = phase;
    g->bin_count = 0;
    for (size_t i = 0; i < g->raw->bin_count; i++)
        if (steady[i] && (phase == CAUSE_COUNT_ || g->raw->bin_cause[i] == (unsigned char)phase))
            g->bins[g->bin_count++] = i;
    if (phase != CAUSE_COUNT_ && (double)g->bin_count * g->raw->bin_seconds < PHASE_SECONDS) return;
    for (size_t i = 0; i < g->raw->series_count; i++) gather_one(g, i);
}

static const char *most_read(const struct gathering *g) {
    const char *disk = "";
    double most = 100;  // kB/s: less is no data for a job
    for (size_t i = 0; i < g->count; i++) {
        const struct trait *t = &g->traits[i];
        if (t->kind != ENTITY_DISK || t->phase != CAUSE_COUNT_ || strcmp(t->quantity, "rkB/s") != 0) continue;
        // A stacked device repeats what lies below it.
        if (strncmp(t->entity, "dm-", 3) == 0 || strncmp(t->entity, "md", 2) == 0 || !(t->level > most)) continue;
        most = t->level;
        disk = t->entity;
    }
    return disk;
}

void profile_traits(struct arena *arena, struct profile *profile, const struct diagnosis *raw,
                    const struct diagnosis *shown) {
    if (raw->bin_count == 0 || !(raw->bin_seconds > 0)) return;
    bool *steady = steady_bins(raw);
    struct gathering g = {.arena = arena,
                          .raw = raw,
                          .shown = shown,
                          .traits = arena_array(arena, TRAITS_MOST, sizeof *g.traits),
                          .bins = malloc(raw->bin_count * sizeof *g.bins)};
    if (steady != NULL && g.bins != NULL) {
        gather_stretch(&g, steady, CAUSE_COUNT_);
        profile->steady_seconds = (double)g.bin_count * raw->bin_seconds;
        profile->data_disk = most_read(&g);
        size_t whole = g.bin_count;
        for (int cause = 0; cause < CAUSE_COUNT_ && raw->bin_cause != NULL; cause++) {
            gather_stretch(&g, steady, (enum cause)cause);
            profile->phase_share[cause] = whole > 0 ? (double)g.bin_count / (double)whole : 0;
        }
    }
    profile->traits = g.traits;
    profile->trait_count = g.count;
    free(steady);
    free(g.bins);
}

// ── the rest of the profile ─────────────────────────────────────────────────

static const char *copied(struct arena *arena, const char *text) {
    return arena_string(arena, text == NULL ? "" : text);
}

static void keep_losses(struct arena *arena, struct profile *profile, const struct diagnosis *d) {
    double hours = d->gpu_hours - (isfinite(d->idle_gpu_hours) ? d->idle_gpu_hours : 0);
    bool known = d->lane_count > 0 && hours > 0;
    profile->gpu_hours = known ? hours : NAN;
    profile->job_seconds = known ? 3600 * hours / (double)d->lane_count : NAN;
    double per_hour = known ? 1 / hours : NAN;
    profile->lost = (struct share){d->lost_total * per_hour, d->lost_low * per_hour, d->lost_high * per_hour};
    for (int i = 0; i < CAUSE_COUNT_; i++) {
        profile->causes[i] = known ? (struct share){0, 0, 0} : (struct share){NAN, NAN, NAN};
        profile->guilty[i] = "";
    }
    for (size_t i = 0; i < d->loss_count; i++) {
        const struct loss *loss = &d->losses[i];
        if (loss->cause == CAUSE_COMPUTE_BOUND || loss->cause == CAUSE_JOB_IDLE) continue;
        profile->causes[loss->cause] =
            (struct share){loss->gpu_hours * per_hour, loss->low * per_hour, loss->high * per_hour};
    }
    for (size_t i = d->finding_count; i-- > 0;)
        profile->guilty[d->findings[i].cause] = copied(arena, d->findings[i].entity);
    for (size_t i = 0; i < d->ruled_out_count; i++)
        if (d->ruled_out[i].result == RULED_OUT_NO_DATA) profile->no_data[d->ruled_out[i].cause] = true;
}

static void keep_findings(struct arena *arena, struct profile *profile, const struct diagnosis *d) {
    struct noted *noted = arena_array(arena, d->finding_count, sizeof *noted);
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct finding *f = &d->findings[i];
        noted[i] = (struct noted){f->cause, f->severity, copied(arena, f->entity), copied(arena, f->sentence)};
    }
    profile->noted = noted;
    profile->noted_count = d->finding_count;
}

static void keep_kinds(struct profile *profile, const struct diagnosis *d) {
    for (size_t i = 0; i < d->series_count; i++) {
        const struct grid_series *s = &d->series[i];
        if (s->table->entity_kind == ENTITY_GPU && strcmp(s->column->quantity, "utilization.gpu") == 0)
            profile->has[HAS_GPU] = true;
        if (strncmp(s->column->quantity, "clocks_event_reasons", 20) == 0) profile->has[HAS_REASONS] = true;
        if (s->table->entity_kind == ENTITY_DISK && strcmp(s->column->quantity, "r/s") == 0)
            profile->has[HAS_DISK] = true;
        if (s->table->entity_kind == ENTITY_CPU) profile->has[HAS_CPU] = true;
        if (s->table->entity_kind == ENTITY_JOB) profile->has[HAS_STEPS] = true;
    }
    for (size_t i = 0; i < d->health_count; i++) profile->has[HAS_HEALTH] |= !d->health[i].unreadable;
}

struct profile *profile_of(struct arena *arena, const struct diagnosis *raw, const struct diagnosis *shown,
                           const char *name) {
    struct profile *profile = arena_alloc(arena, sizeof *profile);
    *profile = (struct profile){.name = copied(arena, name),
                                .begin = raw->start,
                                .end = raw->end,
                                .seconds = NAN,
                                .cause = raw->verdict.cause,
                                .entity = copied(arena, shown->verdict.entity),
                                .sentence = copied(arena, shown->verdict.sentence),
                                .next = copied(arena, shown->verdict.next),
                                .confidence = raw->verdict.confidence,
                                .data_disk = ""};
    if (raw->start != MILLIS_NONE && raw->end != MILLIS_NONE)
        profile->seconds = ((double)raw->end - (double)raw->start) / 1000;
    profile->start = raw->start == MILLIS_NONE ? "–" : when_iso(arena, raw->start, false, raw->zone == NULL ? "" : "Z");
    keep_losses(arena, profile, shown);
    keep_findings(arena, profile, shown);
    keep_kinds(profile, shown);
    profile_settings(arena, profile, raw, shown);
    profile_traits(arena, profile, raw, shown);
    return profile;
}

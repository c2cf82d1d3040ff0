// phases.c: the run cut into stretches with one cause each.
//
// A bin's cause is what lost most in a window around it that covers a period of recurring stalls, so that a
// checkpoint every four minutes is one phase and not thirty.
#include <stdlib.h>
#include <string.h>

#include "analyzer/cause.h"

static bool outside_job(enum cause cause) {
    return cause == CAUSE_JOB_IDLE || cause == CAUSE_NO_DATA || cause == CAUSE_GPU_FAULT || cause == CAUSE_GPU_MEMORY;
}

static size_t window_bins(const struct run *run) {
    double seconds = 60;
    if (!isnan(run->stall_period) && 1.3 * run->stall_period > seconds) seconds = 1.3 * run->stall_period;
    double most = (double)run->bins * run->dt / 3;
    if (seconds > most) seconds = most;
    size_t bins = (size_t)(seconds / run->dt / 2);
    return bins < 1 ? 1 : bins;
}

static enum cause dominant(const struct run *run, size_t bin, size_t reach) {
    double loss[CAUSE_COUNT_] = {0};
    double time = 0;
    size_t from = bin > reach ? bin - reach : 0;
    size_t to = bin + reach < run->bins ? bin + reach : run->bins - 1;
    for (size_t i = from; i <= to; i++) {
        enum cause cause = (enum cause)run->out->bin_cause[i];
        if (outside_job(cause)) continue;
        time += 1;
        if (cause != CAUSE_COMPUTE_BOUND && !isnan(run->out->lost_share[i]))
            loss[cause] += (double)run->out->lost_share[i];
    }
    enum cause best = CAUSE_COMPUTE_BOUND;
    double most = rules_get(run->rules, "verdict.loss_percent") / 100 * time;
    for (size_t c = 0; c < CAUSE_COUNT_; c++) {
        if (loss[c] <= most) continue;
        most = loss[c];
        best = (enum cause)c;
    }
    return best;
}

static enum cause *smooth(const struct run *run) {
    enum cause *causes = arena_array(run->arena, run->bins, sizeof *causes);
    size_t reach = window_bins(run);
    for (size_t i = 0; i < run->bins; i++) {
        enum cause own = (enum cause)run->out->bin_cause[i];
        causes[i] = outside_job(own) ? own : dominant(run, i, reach);
    }
    return causes;
}

// Stretches shorter than a minute (two bins at least) join the longer neighbour; silence of the sampler stays visible
// from three bins on.
static bool too_short(const struct run *run, enum cause cause, size_t bins) {
    if (cause == CAUSE_NO_DATA) return bins < 3;
    double least = cause == CAUSE_JOB_IDLE ? 20 : 60;
    return bins < 2 || (double)bins * run->dt < least;
}

static size_t run_length(const enum cause *causes, size_t from, size_t bins) {
    size_t to = from;
    while (to < bins && causes[to] == causes[from]) to++;
    return to - from;
}

static void absorb(const struct run *run, enum cause *causes) {
    for (int round = 0; round < 3; round++) {
        size_t previous = 0;
        for (size_t i = 0; i < run->bins;) {
            size_t length = run_length(causes, i, run->bins);
            size_t after = i + length;
            if (too_short(run, causes[i], length) && length < run->bins) {
                size_t next = after < run->bins ? run_length(causes, after, run->bins) : 0;
                enum cause into = previous >= next && i > 0 ? causes[i - 1] : causes[after < run->bins ? after : i - 1];
                for (size_t k = i; k < after; k++) causes[k] = into;
                previous += length;
            } else {
                previous = length;
            }
            i = after;
        }
    }
}

static const char *entity_of(const struct claims *claims, enum cause cause) {
    const struct claim *best = NULL;
    for (size_t k = 0; k < claims->count; k++) {
        const struct claim *claim = &claims->items[k];
        if (claim->cause != cause || !claim->supported) continue;
        if (best == NULL || claim->lost_gpu_seconds > best->lost_gpu_seconds) best = claim;
    }
    return best == NULL ? "" : best->entity;
}

static double strength_of(const struct claims *claims, enum cause cause) {
    if (cause == CAUSE_UNKNOWN) return 0.5;
    double best = cause == CAUSE_COMPUTE_BOUND || cause == CAUSE_JOB_IDLE || cause == CAUSE_NO_DATA ? 0.9 : 0.5;
    for (size_t k = 0; k < claims->count; k++)
        if (claims->items[k].cause == cause && claims->items[k].supported && claims->items[k].strength > best)
            best = claims->items[k].strength;
    return best;
}

static void fill(const struct run *run, const struct claims *claims, struct phase *phase, size_t from, size_t to) {
    double util = 0;
    double bins = 0;
    for (size_t i = from; i < to; i++) {
        if (!isnan(run->out->lost_share[i]))
            phase->lost_gpu_hours += (double)(run->out->lost_share[i] * run->active[i]) * run->dt / 3600;
        if (isnan(run->util[i])) continue;
        util += (double)run->util[i];
        bins++;
    }
    phase->gpu_utilization = bins > 0 ? util / bins : NAN;
    phase->entity = entity_of(claims, phase->cause);
    phase->confidence = strength_of(claims, phase->cause);
    phase->start = run->start + (millis)((double)from * run->dt * 1000);
    phase->end = to == run->bins ? run->end : run->start + (millis)((double)to * run->dt * 1000);
}

void phases_cut(struct run *run, const struct claims *claims) {
    enum cause *causes = smooth(run);
    absorb(run, causes);
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i += run_length(causes, i, run->bins)) count++;
    struct phase *phases = arena_array(run->arena, count, sizeof *phases);
    size_t n = 0;
    for (size_t i = 0; i < run->bins;) {
        size_t length = run_length(causes, i, run->bins);
        phases[n].cause = causes[i];
        fill(run, claims, &phases[n++], i, i + length);
        i += length;
    }
    run->out->phases = phases;
    run->out->phase_count = n;
}

// stalls.c: stretches in which all GPUs stood still, found on the native samples, and whether they recur.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model.h"

enum {
    STILL_PERCENT = 15,   // below this in a sample nothing but stragglers of kernels runs
    PAUSES_APART = 30,    // s
    SAMPLING_SPARSE = 10  // s between samples, from which on two in a row are no jitter
};

// Mean utilisation over the GPUs at each sample of the first working one. Siblings of a data-parallel job stall
// together, so one GPU's samples carry the timing.
static const struct gpu *pacemaker(const struct run *run) {
    const struct gpu *best = NULL;
    for (size_t g = 0; g < run->gpu_count; g++) {
        if (run->gpus[g].unused) continue;
        if (best == NULL || run->gpus[g].table->row_count > best->table->row_count) best = &run->gpus[g];
    }
    return best;
}

static bool event_within(const struct run *run, enum event_kind kind, millis from, millis to) {
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (!run->clocks[i].placed) continue;
        for (size_t k = 0; k < source->event_count; k++) {
            if (source->events[k].kind != kind) continue;
            millis at = clock_to_run(&run->clocks[i], source->events[k].time, source->events[k].line);
            if (at != MILLIS_NONE && at >= from && at <= to) return true;
        }
    }
    return false;
}

static void add_stall(struct run *run, size_t *capacity, struct stall **list, millis from, millis to) {
    *list = grow_array(*list, capacity, run->stall_count + 1, sizeof **list);
    struct stall stall = {.start = from, .end = to};
    millis slack = (millis)(2000 + 1500 * run->sampling);
    stall.at_epoch = event_within(run, EVENT_EPOCH, from - slack, to + slack) ||
                     event_within(run, EVENT_VALIDATION, from - slack, to + slack);
    stall.at_checkpoint = event_within(run, EVENT_CHECKPOINT, from - slack, to + slack);
    (*list)[run->stall_count++] = stall;
}

// Between two samples the GPU is taken to be what the later sample says: a window looks back.
static struct stall *collect(struct run *run, const struct gpu *gpu) {
    const struct column *util = table_find(gpu->table, "utilization.gpu");
    const struct source_clock *clock = run_clock(run, gpu->source);
    // Seconds: one or two samples in a row are ordinary jitter; far apart, two in a row are not.
    double least = fmax(3, (run->sampling < SAMPLING_SPARSE ? 2.5 : 1.9) * run->sampling);
    struct stall *list = NULL;
    size_t capacity = 0;
    millis from = MILLIS_NONE;
    millis last = MILLIS_NONE;
    for (size_t k = 0; k < gpu->table->row_count; k++) {
        millis at = clock_to_run(clock, gpu->table->time[k], gpu->table->line[k]);
        if (at == MILLIS_NONE || at < run->start || at > run->end || isnan(util->values[k])) continue;
        size_t bin = run_bin(run, at);
        bool still = util->values[k] < STILL_PERCENT && gpu->state[bin] == GPU_ACTIVE;
        if (still && from == MILLIS_NONE) from = last != MILLIS_NONE ? last : at;
        if (!still && from != MILLIS_NONE) {
            if ((double)(last - from) / 1000.0 >= least) add_stall(run, &capacity, &list, from, last);
            from = MILLIS_NONE;
        }
        last = at;
    }
    return list;
}

static int compare_double(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

// Stalls recur when at least three of them are about equally far apart, or the training log has an epoch end at
// most of them. A missed or an extra one leaves the median spacing alone.
static double period_of(const struct stall *stalls, size_t count) {
    if (count < 3) return NAN;
    double *gaps = malloc(count * sizeof *gaps);
    if (gaps == NULL) return NAN;
    for (size_t i = 1; i < count; i++) gaps[i - 1] = (double)(stalls[i].start - stalls[i - 1].start) / 1000.0;
    qsort(gaps, count - 1, sizeof *gaps, compare_double);
    double median = gaps[(count - 1) / 2];
    size_t near = 0;
    for (size_t i = 0; i + 1 < count; i++) near += gaps[i] > 0.75 * median && gaps[i] < 1.25 * median;
    free(gaps);
    // More often it is the saw-tooth of a loader that cannot keep up.
    return median >= PAUSES_APART && (double)near >= 0.6 * (double)(count - 1) ? median : NAN;
}

static void mark_bins(struct run *run) {
    for (size_t s = 0; s < run->stall_count; s++) {
        size_t first = run_bin(run, run->stalls[s].start);
        size_t last = run_bin(run, run->stalls[s].end);
        for (size_t i = first; i <= last; i++) run->stalled[i] = true;
    }
}

// Share of GPU time lost outside of the stalls and the bins beside them.
static double loss_between(const struct run *run) {
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(run->starved[i]) || run->stalled[i] || !(run->active[i] > 0) || stall_beside(run, i)) continue;
        sum += (double)run->starved[i];
        count++;
    }
    return count == 0 ? NAN : sum / (double)count;
}

bool stall_beside(const struct run *run, size_t bin) {
    return (bin > 0 && run->stalled[bin - 1]) || (bin + 1 < run->bins && run->stalled[bin + 1]);
}

static double active_seconds(const struct run *run) {
    double seconds = 0;
    for (size_t i = 0; i < run->bins; i++) seconds += run->active[i] > 0 ? run->dt : 0;
    return seconds;
}

void stalls_find(struct run *run) {
    run->stalled = arena_array(run->arena, run->bins, sizeof *run->stalled);
    run->stall_period = NAN;
    run->loss_between = NAN;
    const struct gpu *gpu = pacemaker(run);
    if (gpu == NULL || isnan(run->sampling)) return;
    struct stall *list = collect(run, gpu);
    run->stalls = arena_array(run->arena, run->stall_count, sizeof *list);
    if (run->stall_count > 0) memcpy(run->stalls, list, run->stall_count * sizeof *list);
    free(list);
    run->stall_period = period_of(run->stalls, run->stall_count);
    size_t at_epoch = 0;
    for (size_t i = 0; i < run->stall_count; i++) at_epoch += run->stalls[i].at_epoch;
    bool epochs = at_epoch >= 2 && 2 * at_epoch >= run->stall_count;
    // A job that stands still for half of its time does not pause.
    double still = 0;
    for (size_t i = 0; i < run->stall_count; i++) still += (double)(run->stalls[i].end - run->stalls[i].start) / 1000;
    bool pauses = still < 0.5 * active_seconds(run);
    if (pauses && (!isnan(run->stall_period) || epochs)) mark_bins(run);
    run->loss_between = loss_between(run);
}

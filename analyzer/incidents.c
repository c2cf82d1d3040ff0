// incidents.c: what ended the job: a lost GPU, an Xid, device memory exhausted.
//
// From such an event on, GPUs without a job are not idle by choice: their time is lost to the incident, until a
// job works again.
#include <stdlib.h>
#include <string.h>

#include "analyzer/model.h"
#include "analyzer/xid.h"

static enum cause cause_of(const struct event *event) {
    if (gpu_failed(event)) return CAUSE_GPU_FAULT;
    if (event->kind == EVENT_CUDA_OOM) return CAUSE_GPU_MEMORY;
    if (event->kind == EVENT_OOM_KILL) return CAUSE_HOST_MEMORY;
    return CAUSE_COUNT_;
}

static bool any_gpu_works(const struct run *run, size_t bin) {
    for (size_t g = 0; g < run->gpu_count; g++)
        if (run->gpus[g].state[bin] == GPU_ACTIVE && run->gpus[g].util[bin] >= 10) return true;
    return false;
}

// Did the work end within a minute or two of the event? A job that went on was not ended by it.
static bool work_ended(const struct run *run, size_t bin, size_t *from) {
    size_t reach = (size_t)ceil(120 / run->dt) + 1;
    size_t last = bin;
    for (size_t i = bin; i < run->bins && i <= bin + reach; i++)
        if (any_gpu_works(run, i)) last = i;
    if (last >= bin + reach) return false;
    // The event may be logged a little after the GPUs stopped.
    size_t back = bin > reach ? bin - reach : 0;
    size_t stop = back;
    for (size_t i = back; i <= last && i < run->bins; i++)
        if (any_gpu_works(run, i)) stop = i;
    *from = stop + 1;
    return true;
}

static void apply(struct run *run, millis at, enum cause cause) {
    size_t from = 0;
    if (!work_ended(run, run_bin(run, at), &from)) return;
    for (size_t i = from; i < run->bins && !any_gpu_works(run, i); i++) {
        run->dead_cause[i] = (unsigned char)cause;
        for (size_t g = 0; g < run->gpu_count; g++) {
            struct gpu *gpu = &run->gpus[g];
            // A lost GPU has no samples: its time is lost all the same while the log goes on.
            if (!gpu->unused && (gpu->state[i] != GPU_NO_DATA || cause == CAUSE_GPU_FAULT)) gpu->state[i] = GPU_DEAD;
        }
    }
}

static void apply_all(struct run *run, const struct run *from) {
    for (size_t i = 0; i < from->recording->source_count; i++) {
        const struct source *source = from->recording->sources[i];
        if (!from->clocks[i].placed) continue;
        for (size_t k = 0; k < source->event_count; k++) {
            enum cause cause = cause_of(&source->events[k]);
            if (cause == CAUSE_COUNT_) continue;
            millis at = clock_to_run(&from->clocks[i], source->events[k].time, source->events[k].line);
            if (at != MILLIS_NONE && at >= run->start - 60000 && at <= run->end + 60000) apply(run, at, cause);
        }
    }
}

void incidents_apply(struct run *run) {
    run->dead_cause = arena_array(run->arena, run->bins, 1);
    memset(run->dead_cause, CAUSE_COUNT_, run->bins);
    apply_all(run, run);
}

void incidents_apply_from(struct run *run, const struct run *other) { apply_all(run, other); }

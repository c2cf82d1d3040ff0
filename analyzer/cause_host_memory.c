// host-memory: the host swaps, or its out-of-memory killer took part.
//
// Proof (storage-causes.md 2.9): pages go in and out, both sustained, while the GPUs starve. Swap in use without
// traffic is history.
#include "analyzer/cause.h"
#include "core/lang.h"

// The killer of the kernel took a process, and the job ended with it.
static void judge_killer(struct run *run, struct claims *claims) {
    bool ended = false;
    for (size_t i = 0; i < run->bins; i++) ended = ended || run->dead_cause[i] == CAUSE_HOST_MEMORY;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        for (size_t k = 0; k < source->event_count; k++) {
            const struct event *event = &source->events[k];
            millis at = clock_to_run(&run->clocks[i], event->time, event->line);
            if (event->kind != EVENT_OOM_KILL || at == MILLIS_NONE || at < run->start - 60000 || at > run->end + 60000)
                continue;
            struct claim *claim = claims_add(claims, CAUSE_HOST_MEMORY, "", ended ? LOSS_DEAD : LOSS_NONE);
            claim->certain = true;
            claim->strength = 0.93;
            claim->has_severity = true;
            claim->severity = ended ? SEVERITY_CRITICAL : SEVERITY_WARNING;
            claim->value = 1;
            claim->threshold = 1;
            claim->test = tr("the kernel's out-of-memory killer during the run");
            claim->sentence =
                arena_printf(run->arena, tr("The kernel killed a process for want of host memory at %s: %s"),
                             when_iso(run->arena, at, false, ""), event->text);
            claim->stalls = tr("the lack of host memory");
            claim->next =
                tr("Find what grew (the loader's workers, a leak, a memory limit of the container), use fewer "
                   "workers or a smaller prefetch, or give the job more memory.");
            claim_evidence(run, claim, 1, event->text, NAN, NAN, UNIT_NONE, source_name(source), "");
            claim->evidence[0].line = event->line;
            return;
        }
    }
}

void judge_host_memory(struct run *run, struct claims *claims) {
    judge_killer(run, claims);
    struct claim *claim = claims_add(claims, CAUSE_HOST_MEMORY, "", LOSS_STARVED);
    claim->test = tr("swap-in and swap-out together while the GPUs starve");
    claim->threshold = rules_get(run->rules, "memory.swap_kbs");
    claim->unit = UNIT_KIB_PER_S;
    if (!run->host.has_swap) {
        claim->no_data = true;
        claim->settle = tr("vmstat -t 5, recorded on the node during the run");
        return;
    }
    const struct host *host = &run->host;
    float *active = active_none(run);
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(host->swap_in[i]) || isnan(host->swap_out[i])) continue;
        double in = (double)host->swap_in[i];
        double out = (double)host->swap_out[i];
        active[i] = in >= claim->threshold && in + out >= 2 * claim->threshold ? 1 : 0;
    }
    claim->active = active;
    claim->log = host->swap_source;
    claim->value = median_where(run, host->swap_in, run->starved, LOSS_NOTABLE, true);
    claim->strength = 0.93;
    double in = median_active(run, host->swap_in, active);
    double out = median_active(run, host->swap_out, active);
    claim->sentence =
        arena_printf(run->arena, tr("The host swaps: %s in and %s out while the GPUs starve."),
                     unit_show(run->arena, in, UNIT_KIB_PER_S), unit_show(run->arena, out, UNIT_KIB_PER_S));
    claim->stalls = tr("the swapping");
    claim->next =
        tr("Find the process that grows (pidstat -r, or the loader's workers), use fewer workers or a smaller "
           "prefetch, or give the job more memory.");
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("swap-in %s and swap-out %s (medians)"),
                                unit_show(run->arena, in, UNIT_KIB_PER_S), unit_show(run->arena, out, UNIT_KIB_PER_S)),
                   in, claim->threshold, UNIT_KIB_PER_S, host->swap_source, "si");
    claim_step_times(run, claim);
}

// host-memory: the host swaps, or its out-of-memory killer took part.
//
// Proof (storage-causes.md 2.9): pages go in and out, both sustained, while the GPUs starve. Swap in use without
// traffic is history.
#include "analyzer/cause.h"
#include "core/lang.h"

void judge_host_memory(struct run *run, struct claims *claims) {
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
}

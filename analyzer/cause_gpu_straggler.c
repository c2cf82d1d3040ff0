// gpu-straggler: one GPU is slower than its siblings, and they wait for it (gpu-causes.md 8).
//
// In a synchronous job waiting does not show in utilisation: collective kernels count as busy. The proof is the clock
// of one GPU below the others' over the same samples.
#include <string.h>

#include "analyzer/cause.h"
#include "analyzer/clock_loss.h"
#include "core/lang.h"

static const struct gpu *most_often_slow(const struct run *run) {
    const struct gpu *best = NULL;
    size_t most = 0;
    for (size_t g = 0; g < run->gpu_count; g++) {
        size_t count = 0;
        for (size_t i = 0; i < run->bins; i++) count += straggler_in(run, i) == &run->gpus[g];
        if (count <= most) continue;
        most = count;
        best = &run->gpus[g];
    }
    return best;
}

static const char *reason_of(const struct run *run, const struct gpu *gpu) {
    if (grid_mean(gpu->thermal, run->bins) > 0.3) return tr("the driver says: heat");
    if (grid_mean(gpu->power_cap, run->bins) > 0.3) return tr("the driver says: power limit");
    if (grid_mean(gpu->held, run->bins) > 0.3) return tr("the driver says: a clock setting");
    return gpu->has_reasons ? tr("the driver gives no reason") : tr("no reason column was logged");
}

void judge_gpu_straggler(struct run *run, struct claims *claims) {
    size_t working = 0;
    bool clocks = false;
    for (size_t g = 0; g < run->gpu_count; g++) {
        working += !run->gpus[g].unused;
        clocks = clocks || run->gpus[g].has_clock;
    }
    const struct gpu *slow = most_often_slow(run);
    struct claim *claim = claims_add(claims, CAUSE_GPU_STRAGGLER, slow != NULL ? slow->entity : "", LOSS_WAITING);
    claim->unit = UNIT_PERCENT;
    claim->threshold = rules_get(run->rules, "gpu.straggler_percent");
    if (working < 2) {
        claim->test = tr("one GPU slower than its siblings: there is only one GPU");
        return;
    }
    claim->test = tr("one GPU's clock below its siblings' while all are busy");
    if (!clocks) {
        claim->no_data = true;
        claim->settle = tr("nvidia-smi --query-gpu with index and clocks.current.sm for all GPUs");
        return;
    }
    claim->active = clock_loss_active(run, CAUSE_GPU_STRAGGLER, NULL);
    claim->value = 0;
    if (slow == NULL) return;
    claim->gpu = slow;
    claim->certain = true;
    claim->strength = 0.93;
    if (slow == run->link_straggler) {
        double own = 100 * grid_mean(slow->starved, run->bins);
        claim->value = own;
        claim->strength = 0.85;
        claim->sentence =
            arena_printf(run->arena,
                         tr("%s holds the others back: its PCIe link is degraded and it works %.0f %% less "
                            "than it could, while its siblings spin."),
                         slow->entity, own);
        claim->stalls = arena_printf(run->arena, tr("the slow %s"), slow->entity);
        claim->next =
            tr("Reseat the card and its riser and compare nvidia-smi -q -d PCIE with a sibling under load; until it is "
               "mended "
               "leave this GPU out.");
        claim_evidence(run, claim, 1, claim->sentence, own, claim->threshold, UNIT_PERCENT, source_name(slow->source),
                       "pcie.link.gen.current");
        return;
    }
    double clock = median_active(run, slow->clock, claim->active);
    claim->value = 100 * (1 - clock / slow->clock_reference);
    claim->sentence =
        arena_printf(run->arena,
                     tr("%s holds the others back: its SM clock is %.0f MHz against %.0f MHz of its siblings "
                        "(%s)."),
                     slow->entity, clock, slow->clock_reference, reason_of(run, slow));
    claim->stalls = arena_printf(run->arena, tr("the slow %s"), slow->entity);
    claim->next =
        arena_printf(run->arena,
                     tr("Run nvidia-smi -q -d CLOCK,PERFORMANCE,TEMPERATURE -i %s and compare with a sibling; "
                        "until it is mended leave this GPU out."),
                     strncmp(slow->table->entity, "gpu", 3) == 0 ? slow->table->entity + 3 : slow->table->entity);
    claim_evidence(
        run, claim, 1,
        arena_printf(run->arena, tr("SM clock of %s %.0f MHz, of its siblings %.0f MHz, over the same samples"),
                     slow->entity, clock, slow->clock_reference),
        clock, slow->clock_reference, UNIT_MHZ, source_name(slow->source), "clocks.current.sm");
    claim_evidence(run, claim, 0, reason_of(run, slow), NAN, NAN, UNIT_NONE, source_name(slow->source),
                   "clocks_event_reasons.active");
}

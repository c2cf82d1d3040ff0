// communication-bound: all GPUs of a job show full utilisation at low power, because they wait for each other.
//
// No field of nvidia-smi proves it (gpu-causes.md 12). It is claimed only where the run itself shows the contrast:
// stretches of the same utilisation at clearly higher power and faster steps.
#include "analyzer/cause.h"
#include "core/lang.h"

#define POWER_DROP 0.75  // of the run's own busy power

static size_t working_gpus(const struct run *run) {
    size_t count = 0;
    for (size_t g = 0; g < run->gpu_count; g++) count += !run->gpus[g].unused && run->gpus[g].has_power;
    return count;
}

static bool full(const struct gpu *gpu, size_t i) {
    return gpu->state[i] == GPU_ACTIVE && (double)gpu->util[i] >= 0.95 * gpu->full_util;
}

// All working GPUs at full utilisation, none with a clock cut, each below its own busy power.
static float *signal_of(const struct run *run, const double *reference) {
    float *active = active_none(run);
    for (size_t i = 0; i < run->bins; i++) {
        size_t seen = 0;
        size_t low = 0;
        bool all_full = true;
        for (size_t g = 0; g < run->gpu_count; g++) {
            const struct gpu *gpu = &run->gpus[g];
            if (gpu->unused || isnan(gpu->power[i])) continue;
            seen++;
            all_full = all_full && full(gpu, i) && !(gpu->clock_lost[i] > 0);
            low += (double)gpu->power[i] < POWER_DROP * reference[g];
        }
        if (seen >= 2) active[i] = all_full && low == seen ? 1 : 0;
    }
    return active;
}

void judge_communication_bound(struct run *run, struct claims *claims) {
    struct claim *claim = claims_add(claims, CAUSE_COMMUNICATION_BOUND, "", LOSS_NONE);
    claim->test = tr("all GPUs at full utilisation but at less than three quarters of the run's own busy power");
    claim->unit = UNIT_PERCENT;
    claim->threshold = 100 * POWER_DROP;
    if (working_gpus(run) < 2) {
        claim->test = tr("GPUs waiting for each other: fewer than two GPUs with a power column");
        claim->no_data = run->gpu_count > 1;
        claim->settle =
            claim->no_data ? tr("nvidia-smi --query-gpu with power.draw for all GPUs, and NCCL_DEBUG=INFO") : "";
        return;
    }
    double *reference = arena_array(run->arena, run->gpu_count, sizeof *reference);
    for (size_t g = 0; g < run->gpu_count; g++) reference[g] = grid_quantile(run->gpus[g].power, run->bins, 0.9);
    claim->active = signal_of(run, reference);
    double share = share_at_least(run, claim->active, NULL, 0.5);
    claim->value = 100 * share;
    double slow = median_active(run, run->job.step_time, claim->active);
    bool slower = slow > 1.15 * run->job.reference;
    if (!(share * 100 >= rules_get(run->rules, "verdict.loss_percent")) || !slower) return;
    claim->takes = LOSS_WAITING;
    claim->certain = true;
    claim->strength = 0.7;
    claim->sentence =
        arena_printf(run->arena,
                     tr("For %.0f %% of the job all GPUs spin at full utilisation but low power while steps take "
                        "%.2f s instead of %.2f s: they wait for each other."),
                     100 * share, slow, run->job.reference);
    claim->stalls = tr("the wait for each other");
    claim->next = tr(
        "Look at the interconnect: NCCL_DEBUG=INFO, nvidia-smi topo -m and nvlink -s, network counters; try gradient "
        "accumulation or a larger batch.");
    claim_evidence(run, claim, 1, tr("full utilisation at low power together with longer steps"), 100 * share,
                   claim->threshold, UNIT_PERCENT, "", "power.draw");
}

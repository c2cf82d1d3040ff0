// pcie-degraded: the link runs narrower or slower than it can, under load, and the GPUs wait.
//
// At rest a link lowers its generation to save power; only busy samples count. A link that was trained down at
// boot is so on every busy sample (gpu-causes.md 5).
#include "analyzer/cause.h"
#include "core/lang.h"

#define MATERIAL_RATE 0.3  // of the link's own rate: two generations, or x4 of x16

static bool busy(const struct run *run, const struct gpu *gpu, size_t i) {
    return gpu->state[i] == GPU_ACTIVE && (double)gpu->util[i] >= rules_get(run->rules, "gpu.busy_percent") / 2;
}

static bool below(const struct gpu *gpu, size_t i) {
    return gpu->gen[i] < gpu->gen_max[i] - 0.5F || gpu->width[i] < gpu->width_max[i] - 0.5F;
}

// The share of the link's rate that is left: width times the rate of the generation (doubles with each).
static double rate_left(const struct gpu *gpu, size_t i) {
    double left = 1;
    if (!isnan(gpu->gen[i]) && !isnan(gpu->gen_max[i])) left *= pow(2, (double)(gpu->gen[i] - gpu->gen_max[i]));
    if (gpu->width_max[i] > 0 && !isnan(gpu->width[i])) left *= (double)(gpu->width[i] / gpu->width_max[i]);
    return left;
}

static void judge_gpu(struct run *run, struct claims *claims, const struct gpu *gpu, bool alone) {
    size_t count = 0;
    size_t degraded = 0;
    double left = 0;
    float *active = active_none(run);
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(gpu->gen[i]) && isnan(gpu->width[i])) continue;
        active[i] = 0;
        if (!(run->active[i] > 0)) continue;
        active[i] = below(gpu, i) ? 1 : 0;
        if (!busy(run, gpu, i)) continue;
        count++;
        if (!below(gpu, i)) continue;
        degraded++;
        left += rate_left(gpu, i);
    }
    double share = count == 0 ? NAN : (double)degraded / (double)count;
    struct claim *claim = claims_add(claims, CAUSE_PCIE_DEGRADED, gpu->entity, LOSS_STARVED);
    claim->gpu = gpu;
    claim->value = 100 * share;
    claim->threshold = 90;
    claim->unit = UNIT_PERCENT;
    claim->test = arena_printf(run->arena, tr("share of the busy samples of %s with its PCIe link below its maximum"),
                               gpu->entity);
    claim->active = active;
    if (!(share >= 0.9) || count < 3) {
        for (size_t i = 0; i < run->bins; i++)
            if (active[i] == 1) active[i] = 0;
        return;
    }
    left /= (double)degraded;
    double gen = median_active(run, gpu->gen, active);
    double gen_max = median_active(run, gpu->gen_max, active);
    double width = median_active(run, gpu->width, active);
    double width_max = median_active(run, gpu->width_max, active);
    claim->certain = true;
    claim->strength = 0.86 + (alone ? 0.04 : 0);
    // Half the rate is common and mostly harmless: it is reported, and explains no loss by itself.
    if (left > MATERIAL_RATE) claim->takes = LOSS_NONE;
    claim->sentence = arena_printf(run->arena,
                                   tr("The PCIe link of %s runs at generation %.0f x%.0f instead of %.0f x%.0f under "
                                      "load: %.0f %% of its rate."),
                                   gpu->entity, gen, width, gen_max, width_max, 100 * left);
    claim->stalls = tr("the slow PCIe link");
    claim->next =
        tr("Reseat the card and its riser, check the slot's bifurcation and the BIOS link settings, and compare "
           "nvidia-smi -q -d PCIE with a sibling under load.");
    claim_evidence(
        run, claim, 1,
        arena_printf(run->arena,
                     tr("%s: link generation %.0f of %.0f, width x%.0f of x%.0f on %.0f %% of its busy samples"),
                     gpu->entity, gen, gen_max, width, width_max, 100 * share),
        100 * share, 90, UNIT_PERCENT, source_name(gpu->source), "pcie.link.gen.current");
}

void judge_pcie_degraded(struct run *run, struct claims *claims) {
    size_t logged = 0;
    size_t low = 0;
    for (size_t g = 0; g < run->gpu_count; g++) {
        if (run->gpus[g].unused || !run->gpus[g].has_link) continue;
        logged++;
        for (size_t i = 0; i < run->bins; i++) {
            if (busy(run, &run->gpus[g], i) && below(&run->gpus[g], i)) {
                low++;
                break;
            }
        }
    }
    for (size_t g = 0; g < run->gpu_count; g++)
        if (!run->gpus[g].unused && run->gpus[g].has_link)
            judge_gpu(run, claims, &run->gpus[g], low == 1 && logged > 1);
    if (logged > 0) return;
    struct claim *claim = claims_add(claims, CAUSE_PCIE_DEGRADED, "", LOSS_STARVED);
    claim->no_data = true;
    claim->test = tr("PCIe link below its maximum under load");
    claim->settle =
        tr("nvidia-smi --query-gpu with pcie.link.gen.current, pcie.link.gen.max, pcie.link.width.current, "
           "pcie.link.width.max, under load");
}

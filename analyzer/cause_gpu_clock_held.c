// gpu-clock-held: a flat clock far below the maximum, with heat and power low: a setting holds it (gpu-causes.md 4).
//
// Application clocks have a reason bit; clocks locked with nvidia-smi -lgc have none, and are told by their flatness.
#include "analyzer/cause.h"
#include "analyzer/clock_loss.h"
#include "core/lang.h"

#define FLAT_SPREAD 0.02  // (q95 - q05) / median of a clock that does not move
#define FAR_BELOW 0.70    // of clocks.max.sm: few boards boost lower than that under any load
enum { COOL_CELSIUS = 75 };
#define POWER_FREE 0.85  // of the limit: power does not hold the clock

struct level {
    double clock, low, high, top, temperature, power;
};

static struct level busy_level(const struct run *run, const struct gpu *gpu, float *busy) {
    for (size_t i = 0; i < run->bins; i++)
        busy[i] =
            gpu->state[i] == GPU_ACTIVE && (double)gpu->util[i] >= rules_get(run->rules, "gpu.busy_percent") ? 1 : 0;
    float *clock = grid_empty(run);
    for (size_t i = 0; i < run->bins; i++)
        if (busy[i] > 0) clock[i] = gpu->clock[i];
    return (struct level){grid_quantile(clock, run->bins, 0.5),       grid_quantile(clock, run->bins, 0.05),
                          grid_quantile(clock, run->bins, 0.95),      median_active(run, gpu->clock_max, busy),
                          median_active(run, gpu->temperature, busy), median_active(run, gpu->power, busy)};
}

// Locked without a reason bit: no loss was accounted since its reference is its own clock.
static bool locked(const struct run *run, const struct gpu *gpu, const struct level *level) {
    double limit = grid_quantile(gpu->power_limit, run->bins, 0.5);
    if (!(level->high - level->low <= FLAT_SPREAD * level->clock) || !(level->clock < FAR_BELOW * level->top))
        return false;
    if (level->temperature >= COOL_CELSIUS || level->power >= POWER_FREE * limit) return false;
    return !(grid_mean(gpu->other, run->bins) >= 0.05) && !(grid_mean(gpu->thermal, run->bins) >= 0.05);
}

static void account_locked(struct run *run, struct gpu *gpu, const struct level *level, const float *busy) {
    double exponent = rules_get(run->rules, "gpu.clock_exponent");
    gpu->clock_reference = level->top;
    gpu->clock_reference_note = tr("clocks.max.sm; a board may boost less under load");
    for (size_t i = 0; i < run->bins; i++) {
        if (!(busy[i] > 0) || isnan(gpu->clock[i]) || gpu->clock_lost[i] > 0) continue;
        gpu->clock_lost[i] =
            (float)((1 - (double)gpu->starved[i]) * (1 - pow((double)gpu->clock[i] / level->top, exponent)));
        gpu->held[i] = 1;
        run->clock_lost[i] += gpu->clock_lost[i] / run->active[i];
    }
}

// Flat and very low, and neither a maximum nor a reason to hold it against.
static bool doubtful(const struct run *run, const struct gpu *gpu, const struct level *level) {
    return isnan(level->top) && !gpu->has_reasons && level->high - level->low <= FLAT_SPREAD * level->clock &&
           level->clock < rules_get(run->rules, "gpu.low_clock_mhz");
}

void judge_gpu_clock_held(struct run *run, struct claims *claims) {
    bool clocks = false;
    bool bit = false;
    for (size_t g = 0; g < run->gpu_count; g++) {
        struct gpu *gpu = &run->gpus[g];
        if (gpu->unused || !gpu->has_clock) continue;
        clocks = clocks || !isnan(grid_quantile(gpu->clock_max, run->bins, 0.5)) || gpu->has_reasons;
        bit = bit || grid_mean(gpu->held, run->bins) > 0.3;
        float *busy = grid_empty(run);
        struct level level = busy_level(run, gpu, busy);
        if (locked(run, gpu, &level)) account_locked(run, gpu, &level, busy);
        if (doubtful(run, gpu, &level)) run->clock_doubt = gpu;
    }
    bool only = false;
    const struct gpu *worst = clock_loss_worst(run, CAUSE_GPU_CLOCK_HELD, &only);
    struct claim *claim =
        claims_add(claims, CAUSE_GPU_CLOCK_HELD, worst != NULL && only ? worst->entity : "", LOSS_CLOCK);
    claim->test = tr("GPU time lost to a flat clock far below its maximum, cool and below the power limit");
    claim->unit = UNIT_PERCENT;
    claim->threshold = rules_get(run->rules, "verdict.loss_percent");
    if (worst == NULL && (!clocks || run->clock_doubt != NULL)) {
        claim->no_data = true;
        claim->settle =
            tr("nvidia-smi --query-gpu with clocks.current.sm, clocks.max.sm and clocks_event_reasons.active");
        return;
    }
    claim->active = clock_loss_active(run, CAUSE_GPU_CLOCK_HELD, NULL);
    if (worst == NULL) return;
    claim->gpu = worst;
    claim->certain = true;
    claim->strength = bit ? 0.93 : 0.78;
    double clock = median_active(run, worst->clock, claim->active);
    double heat = median_active(run, worst->temperature, claim->active);
    claim->sentence =
        isnan(heat)
            ? arena_printf(run->arena, tr("A setting holds the clock of %s at %.0f MHz of %.0f MHz."), worst->entity,
                           clock, worst->clock_reference)
            : arena_printf(run->arena, tr("A setting holds the clock of %s at %.0f MHz of %.0f MHz, at %.0f °C."),
                           worst->entity, clock, worst->clock_reference, heat);
    claim->stalls = tr("the held clock");
    claim->next =
        tr("Release it: nvidia-smi -rgc and nvidia-smi -rac, and look for the script or policy that sets it.");
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("SM clock of %s %.0f MHz, hardly moving; reference %.0f MHz (%s)"),
                                worst->entity, clock, worst->clock_reference, worst->clock_reference_note),
                   clock, worst->clock_reference, UNIT_MHZ, source_name(worst->source), "clocks.current.sm");
    if (bit)
        claim_evidence(run, claim, 1, tr("the driver reports applications_clocks_setting as the reason"), NAN, NAN,
                       UNIT_BOOL, source_name(worst->source), "clocks_event_reasons.applications_clocks_setting");
}

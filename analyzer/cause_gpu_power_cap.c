// gpu-power-cap: the power limit cuts the clocks materially.
//
// A busy GPU at its default limit has this bit set as a matter of course (gpu-causes.md 2); what counts is how far
// the clock is down, and whether the limit was lowered below the board's default.
#include "analyzer/cause.h"
#include "analyzer/clock_loss.h"
#include "core/lang.h"

// power.default_limit where logged.
static double default_limit(const struct run *run, const struct gpu *gpu) {
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct table *table = source_find(run->recording->sources[i], run_device(run, gpu->entity));
        const struct column *column = table_find(table, "power.default_limit");
        if (column != NULL) return column_stats(table, column).mean;
    }
    return NAN;
}

// The log may have the reason without the draw or the limit.
static void tell_clock(struct run *run, struct claim *claim, const struct gpu *gpu, double clock, double limit) {
    double power = median_active(run, gpu->power, claim->active);
    bool figures = !isnan(power) && !isnan(limit);
    claim_evidence(
        run, claim, 1,
        figures ? arena_printf(run->arena,
                               tr("%s draws %.0f W at a limit of %.0f W; SM clock %.0f MHz, reference %.0f MHz (%s)"),
                               gpu->entity, power, limit, clock, gpu->clock_reference, gpu->clock_reference_note)
                : arena_printf(run->arena, tr("SM clock %.0f MHz while cut; reference %.0f MHz (%s)"), clock,
                               gpu->clock_reference, gpu->clock_reference_note),
        clock, gpu->clock_reference, UNIT_MHZ, source_name(gpu->source), "clocks.current.sm");
    if (figures) return;
    double share = 100 * share_at_least(run, gpu->power_cap, NULL, 0.5);
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("the power limit is the reason on %.0f %% of the job's samples of %s"),
                                share, gpu->entity),
                   share, NAN, UNIT_PERCENT, source_name(gpu->source), "clocks_event_reasons.sw_power_cap");
}

void judge_gpu_power_cap(struct run *run, struct claims *claims) {
    bool only = false;
    bool clocks = false;
    for (size_t g = 0; g < run->gpu_count; g++) clocks = clocks || (!run->gpus[g].unused && run->gpus[g].has_clock);
    const struct gpu *worst = clock_loss_worst(run, CAUSE_GPU_POWER_CAP, &only);
    struct claim *claim = claims_add(claims, CAUSE_GPU_POWER_CAP, "", LOSS_CLOCK);
    claim->test = tr("GPU time lost to clocks cut by the power limit");
    claim->unit = UNIT_PERCENT;
    claim->threshold = rules_get(run->rules, "verdict.loss_percent");
    if (!clocks) {
        claim->no_data = true;
        claim->settle =
            tr("nvidia-smi --query-gpu with clocks.current.sm, power.draw, enforced.power.limit and "
               "clocks_event_reasons.active");
        return;
    }
    claim->active = clock_loss_active(run, CAUSE_GPU_POWER_CAP, NULL);
    if (worst == NULL) return;
    claim->gpu = worst;
    claim->entity = only && run->gpu_count > 1 ? worst->entity : "";
    claim->certain = true;
    claim->strength = worst->has_reasons ? 0.93 : 0.60;
    double clock = median_active(run, worst->clock, claim->active);
    double limit = median_active(run, worst->power_limit, claim->active);
    double standard = default_limit(run, worst);
    claim->sentence =
        isnan(limit)
            ? arena_printf(run->arena, tr("The power limit cuts the clocks: %s runs at %.0f MHz instead of %.0f MHz."),
                           worst->entity, clock, worst->clock_reference)
            : arena_printf(run->arena,
                           tr("The power limit of %.0f W cuts the clocks: %s runs at %.0f MHz instead of %.0f MHz."),
                           limit, worst->entity, clock, worst->clock_reference);
    claim->stalls = tr("the power limit");
    claim->next =
        tr("Ask who lowered the limit (nvidia-smi -q -d POWER) and restore it: nvidia-smi -pl, or the site's power "
           "policy.");
    tell_clock(run, claim, worst, clock, limit);
    if (standard > 1.02 * limit)
        claim_evidence(run, claim, 1, arena_printf(run->arena, tr("the board's default limit is %.0f W"), standard),
                       standard, limit, UNIT_WATT, source_name(worst->source), "power.default_limit");
    claim_step_times(run, claim);
}

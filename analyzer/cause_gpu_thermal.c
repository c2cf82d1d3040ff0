// gpu-thermal: the SM clock is cut and the driver says it is for heat (bits 0x20, 0x40, 0x80 as a power brake is
// reported here too, named as such). Hot is not throttled: a flat clock excludes it.
#include "analyzer/cause.h"
#include "analyzer/clock_loss.h"
#include "core/lang.h"

static bool any_clock(const struct run *run) {
    bool clock = false;
    for (size_t g = 0; g < run->gpu_count; g++) clock = clock || (!run->gpus[g].unused && run->gpus[g].has_clock);
    return clock;
}

// Of the job's samples, in percent; either may be in the log alone.
static double share_of_reasons(const struct run *run, const struct gpu *gpu) {
    float *either = grid_empty(run);
    for (size_t i = 0; i < run->bins; i++) either[i] = fmaxf(gpu->thermal[i], gpu->brake[i]);
    return 100 * share_at_least(run, either, NULL, 0.5);
}

// The log may have the reason without the temperature.
static const char *cut_without_heat(struct run *run, bool brake, const char *who, double clock, double reference) {
    return arena_printf(run->arena,
                        brake ? tr("The power brake cuts the clocks: %s runs at %.0f MHz instead of %.0f MHz.")
                              : tr("Heat cuts the clocks: %s runs at %.0f MHz instead of %.0f MHz."),
                        who, clock, reference);
}

void judge_gpu_thermal(struct run *run, struct claims *claims) {
    bool only = false;
    bool clocks = any_clock(run);
    const struct gpu *worst = clock_loss_worst(run, CAUSE_GPU_THERMAL, &only);
    struct claim *claim = claims_add(claims, CAUSE_GPU_THERMAL, worst != NULL ? worst->entity : "", LOSS_CLOCK);
    claim->test = tr("GPU time lost to clocks cut while a thermal reason is set");
    claim->unit = UNIT_PERCENT;
    claim->threshold = rules_get(run->rules, "verdict.loss_percent");
    if (!clocks) {
        claim->no_data = true;
        claim->settle = tr("nvidia-smi --query-gpu with clocks.current.sm and clocks_event_reasons.active");
        return;
    }
    claim->gpu = worst;
    claim->active = clock_loss_active(run, CAUSE_GPU_THERMAL, NULL);
    if (worst == NULL) return;
    claim->certain = true;
    double clock = median_active(run, worst->clock, claim->active);
    double heat = median_active(run, worst->temperature, claim->active);
    bool brake = median_active(run, worst->brake, claim->active) >= 0.5 && !(heat >= 80);
    bool reasons = worst->has_reasons;
    claim->strength = reasons ? 0.95 : 0.62;
    const char *who =
        only || run->gpu_count == 1 ? worst->entity : arena_printf(run->arena, tr("%s, like others,"), worst->entity);
    claim->sentence = isnan(heat) ? cut_without_heat(run, brake, who, clock, worst->clock_reference)
                                  : arena_printf(run->arena,
                                                 brake ? tr("The power brake cuts the clocks: %s runs at %.0f MHz "
                                                            "instead of %.0f MHz at %.0f °C.")
                                                       : tr("Heat cuts the clocks: %s runs at %.0f MHz instead of "
                                                            "%.0f MHz at %.0f °C."),
                                                 who, clock, worst->clock_reference, heat);
    claim->stalls = brake ? tr("the power brake") : tr("the thermal throttling");
    claim->next =
        brake ? tr("Check the power supplies and their limits in the chassis log: the brake is an external signal.")
              : tr("Check fans, dust, airflow and inlet temperature of the node; until then lower the power limit "
                   "to keep clocks steady.");
    double share = reasons ? share_of_reasons(run, worst) : NAN;
    claim_evidence(
        run, claim, 1,
        reasons ? arena_printf(run->arena, tr("a thermal or brake reason is set on %.0f %% of the job's samples of %s"),
                               share, worst->entity)
                : arena_printf(run->arena, tr("no reason column was logged; %s is at %.0f °C where the clock is low"),
                               worst->entity, heat),
        reasons ? share : heat, NAN, reasons ? UNIT_PERCENT : UNIT_CELSIUS, source_name(worst->source),
        "clocks_event_reasons.active");
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("SM clock %.0f MHz while cut; reference %.0f MHz (%s)"), clock,
                                worst->clock_reference, worst->clock_reference_note),
                   clock, worst->clock_reference, UNIT_MHZ, source_name(worst->source), "clocks.current.sm");
    claim_step_times(run, claim);
}

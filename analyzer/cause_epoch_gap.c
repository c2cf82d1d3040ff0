// epoch-gap: stalls that come back at a regular distance (or where the training log ends an epoch), between which
// the GPUs work at full speed.
#include "analyzer/cause.h"
#include "core/lang.h"

// Were disks and CPUs logged while the GPUs stood still? A log that is off by as much shows something else.
static bool host_seen_in_gaps(const struct run *run, double gap_seconds) {
    if (!log_in_order(run, run->host.cpu_source, gap_seconds / 2)) return false;
    for (size_t d = 0; d < run->disk_count; d++)
        if (!log_in_order(run, source_name(run->disks[d].source), gap_seconds / 2)) return false;
    size_t gaps = 0;
    size_t seen = 0;
    for (size_t i = 0; i < run->bins; i++) {
        if (!run->stalled[i]) continue;
        gaps++;
        bool disk = false;
        for (size_t d = 0; d < run->disk_count; d++) disk = disk || !isnan(run->disks[d].util[i]);
        seen += disk && !isnan(run->host.busy[i]);
    }
    return 10 * seen >= 7 * gaps;
}

void judge_epoch_gap(struct run *run, struct claims *claims) {
    struct claim *claim = claims_add(claims, CAUSE_EPOCH_GAP, "", LOSS_STARVED);
    claim->test = tr("stand-stills of all GPUs that recur at equal distance");
    claim->unit = UNIT_NONE;
    claim->threshold = 3;
    size_t recurring = 0;
    size_t at_epoch = 0;
    double seconds = 0;
    for (size_t s = 0; s < run->stall_count; s++) {
        if (!run->stalled[run_bin(run, run->stalls[s].start)]) continue;
        recurring++;
        at_epoch += run->stalls[s].at_epoch;
        seconds += (double)(run->stalls[s].end - run->stalls[s].start) / 1000.0;
    }
    claim->value = (double)recurring;
    float *active = active_none(run);
    double between = run->loss_between;
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(run->starved[i])) continue;
        bool beside = stall_beside(run, i);
        active[i] = between <= HEALTHY_BETWEEN && (run->stalled[i] || (beside && run->starved[i] > 0.3F)) ? 1 : 0;
    }
    claim->active = active;
    if (recurring == 0) return;
    double mean = seconds / (double)recurring;
    claim->strength = 0.72 + (at_epoch * 2 >= recurring ? 0.16 : 0) + (!isnan(run->stall_period) ? 0.06 : 0);
    if (!host_seen_in_gaps(run, mean) && at_epoch * 2 < recurring) {
        claim->no_data = true;  // checkpoints look the same from the GPUs' side
        claim->settle = tr("iostat -xt 1, recorded on the node during the run, or the training log");
        return;
    }
    claim->sentence =
        isnan(run->stall_period)
            ? arena_printf(run->arena,
                           tr("All GPUs stand still %zu times for about %s, at epoch ends; between "
                              "these gaps they work at full speed."),
                           recurring, unit_duration(run->arena, mean))
            : arena_printf(run->arena,
                           tr("All GPUs stand still %zu times for about %s, every %s; between these "
                              "gaps they work at full speed."),
                           recurring, unit_duration(run->arena, mean), unit_duration(run->arena, run->stall_period));
    claim->stalls = tr("the recurring gaps");
    claim->next =
        tr("Look at what the job does there: worker restart (persistent_workers=True), shuffling, validation, "
           "logging or a synchronisation; py-spy dump during a gap names the line.");
    claim_evidence(
        run, claim, 1,
        arena_printf(run->arena,
                     tr("%zu stand-stills of %s on average, %zu of them at an epoch end of the training log"),
                     recurring, unit_duration(run->arena, mean), at_epoch),
        (double)recurring, 3, UNIT_NONE, "", "utilization.gpu");
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("between them only %.0f %% of the GPU time is lost"), 100 * between),
                   100 * between, 100 * HEALTHY_BETWEEN, UNIT_PERCENT, "", "utilization.gpu");
}

// causes.c: the one table of causes, and what the causes share.
#include <stdlib.h>
#include <string.h>

#include "analyzer/cause.h"
#include "core/lang.h"

// In this order the causes get the lost time of a bin in which several signals are present: what is more
// specific first. CPU before disks, because waiting for a disk leaves the CPU free (iowait is not busy).
const struct cause_module cause_modules[] = {
    {CAUSE_GPU_FAULT, judge_gpu_fault},
    {CAUSE_GPU_MEMORY, judge_gpu_memory},
    {CAUSE_GPU_STRAGGLER, judge_gpu_straggler},
    {CAUSE_GPU_THERMAL, judge_gpu_thermal},
    {CAUSE_GPU_POWER_CAP, judge_gpu_power_cap},
    {CAUSE_GPU_CLOCK_HELD, judge_gpu_clock_held},
    {CAUSE_HOST_MEMORY, judge_host_memory},
    {CAUSE_CPU_PREPROCESSING, judge_cpu_preprocessing},
    {CAUSE_STORAGE_WRITE, judge_storage_write},
    {CAUSE_STORAGE_READ, judge_storage_read},
    {CAUSE_PCIE_DEGRADED, judge_pcie_degraded},
    {CAUSE_EPOCH_GAP, judge_epoch_gap},
    {CAUSE_COMMUNICATION_BOUND, judge_communication_bound},
    {CAUSE_INPUT_ELSEWHERE, judge_input_elsewhere},
    {CAUSE_DISK_FAILING, judge_disk_failing},
    {CAUSE_JOB_IDLE, judge_reboot},
    {CAUSE_DISK_FAILING, judge_disk_hdparm},
    {CAUSE_GPU_FAULT, judge_gpu_trends},
    {CAUSE_COUNT_, NULL},
};

struct claim *claims_add(struct claims *claims, enum cause cause, const char *entity, enum loss_kind takes) {
    claims->items = grow_array(claims->items, &claims->capacity, claims->count + 1, sizeof *claims->items);
    struct claim *claim = &claims->items[claims->count++];
    *claim = (struct claim){.cause = cause,
                            .entity = entity,
                            .takes = takes,
                            .settle = "",
                            .test = "",
                            .value = NAN,
                            .threshold = NAN,
                            .sentence = "",
                            .next = "",
                            .stalls = "",
                            .why_not = ""};
    return claim;
}

void claim_evidence(struct run *run, struct claim *claim, int direction, const char *text, double value,
                    double threshold, enum unit unit, const char *source, const char *quantity) {
    enum { EVIDENCE_MOST = 12 };
    if (claim->evidence == NULL) claim->evidence = arena_array(run->arena, EVIDENCE_MOST, sizeof *claim->evidence);
    if (claim->evidence_count == EVIDENCE_MOST) return;
    claim->evidence[claim->evidence_count++] = (struct evidence){.text = text,
                                                                 .direction = direction,
                                                                 .value = value,
                                                                 .threshold = threshold,
                                                                 .unit = unit,
                                                                 .source = source == NULL ? "" : source,
                                                                 .entity = claim->entity,
                                                                 .quantity = quantity,
                                                                 .from = run->start,
                                                                 .to = run->end};
}

// Two groups are compared if each is a tenth of the bins with steps, and ten of them: the first steps of a job, before
// its disk is at its limit, say nothing of steps without it.
static bool on_both_sides(const struct run *run, const float *values, const float *active) {
    size_t with = 0;
    size_t without = 0;
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(values[i]) || isnan(active[i])) continue;
        with += active[i] > 0.49F;
        without += active[i] <= 0.49F;
    }
    size_t least = with < without ? with : without;
    return least >= 10 && least * 10 >= with + without;
}

void claim_step_times(struct run *run, struct claim *claim) {
    if (claim->active == NULL || !run->job.present || !on_both_sides(run, run->job.step_time, claim->active)) return;
    double with = median_where(run, run->job.step_time, claim->active, 0.49, true);
    double without = median_where(run, run->job.step_time, claim->active, 0.49, false);
    if (isnan(with) || isnan(without) || without <= 0) return;
    bool slower = with > 1.05 * without;
    claim_evidence(run, claim, slower ? 1 : -1,
                   arena_printf(run->arena,
                                slower ? tr("steps take %.3g s while it holds and %.3g s while it does not")
                                       : tr("steps take as long with it (%.3g s) as without it (%.3g s)"),
                                with, without),
                   with, without, UNIT_SECONDS, "", "step_time");
}

bool log_in_order(const struct run *run, const char *name, double within) {
    for (size_t i = 0; name != NULL && i < run->recording->source_count; i++) {
        const struct source_clock *clock = &run->clocks[i];
        if (clock->source != NULL && strcmp(source_name(clock->source), name) == 0)
            return clock->established || clock->uncertainty_seconds <= within;
    }
    return false;
}

float *active_none(const struct run *run) { return grid_empty(run); }

static double median_of(const struct run *run, const float *values, const float *by, double level, bool above) {
    float *kept = malloc((run->bins + 1) * sizeof *kept);
    if (kept == NULL) return NAN;
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i++)
        if (!isnan(values[i]) && !isnan(by[i]) && ((double)by[i] > level) == above) kept[count++] = values[i];
    double median = grid_quantile(kept, count, 0.5);
    free(kept);
    return median;
}

double median_where(const struct run *run, const float *values, const float *loss, double level, bool above) {
    return median_of(run, values, loss, level, above);
}

double median_active(const struct run *run, const float *values, const float *active) {
    return active == NULL ? NAN : median_of(run, values, active, 0.49, true);
}

double median_without_job(const struct run *run, const float *values) {
    float *kept = malloc((run->bins + 1) * sizeof *kept);
    if (kept == NULL) return NAN;
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i++) {
        bool idle = false;
        bool other = false;
        for (size_t g = 0; g < run->gpu_count; g++) {
            if (run->gpus[g].unused) continue;
            idle = idle || run->gpus[g].state[i] == GPU_IDLE;
            other = other || run->gpus[g].state[i] != GPU_IDLE;
        }
        if (idle && !other && !isnan(values[i])) kept[count++] = values[i];
    }
    double median = count < 3 ? NAN : grid_quantile(kept, count, 0.5);
    free(kept);
    return median;
}

double share_at_least(const struct run *run, const float *values, const float *active, double level) {
    size_t above = 0;
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(values[i]) || !(run->active[i] > 0) || (active != NULL && !(active[i] >= 0.5F))) continue;
        count++;
        above += (double)values[i] >= level;
    }
    return count == 0 ? NAN : (double)above / (double)count;
}

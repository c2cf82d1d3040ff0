// trends.c: what will be a problem: remapped rows and retired pages that wait for a reset, corrected ECC errors that
// grow, temperature that creeps up under the same load. Each a finding with a next step; none explains lost time.
#include <string.h>

#include "analyzer/cause.h"
#include "core/lang.h"

static double growth_of(const struct gpu *gpu, const char *quantity, double *last, uint32_t *line) {
    const struct column *column = table_find(gpu->table, quantity);
    double first = NAN;
    *last = NAN;
    for (size_t i = 0; column != NULL && i < gpu->table->row_count; i++) {
        if (isnan(column->values[i])) continue;
        if (isnan(first)) first = column->values[i];
        *last = column->values[i];
        *line = gpu->table->line[i];
    }
    return *last - first;
}

static struct claim *tell(struct run *run, struct claims *claims, enum cause cause, const struct gpu *gpu,
                          enum severity severity, const char *sentence, double value, double threshold, enum unit unit,
                          const char *quantity, uint32_t line) {
    struct claim *claim = claims_add(claims, cause, gpu->entity, LOSS_NONE);
    claim->gpu = gpu;
    claim->certain = true;
    claim->has_severity = true;
    claim->severity = severity;
    claim->strength = 0.9;
    claim->value = value;
    claim->threshold = threshold;
    claim->unit = unit;
    claim->test = sentence;
    claim->sentence = sentence;
    claim_evidence(run, claim, 1, sentence, value, threshold, unit, source_name(gpu->source), quantity);
    claim->evidence[claim->evidence_count - 1].line = line;
    return claim;
}

static void repair(struct run *run, struct claims *claims, const struct gpu *gpu, const char *quantity,
                   enum severity severity, const char *sentence) {
    double last = NAN;
    uint32_t line = 0;
    growth_of(gpu, quantity, &last, &line);
    if (!(last >= 1)) return;
    struct claim *claim =
        tell(run, claims, CAUSE_GPU_FAULT, gpu, severity, sentence, last, 1, UNIT_NONE, quantity, line);
    claim->next =
        tr("Reset the GPU between jobs (nvidia-smi --gpu-reset), then read nvidia-smi -q -d ROW_REMAPPER again.");
}

static void memory_repairs(struct run *run, struct claims *claims, const struct gpu *gpu) {
    repair(
        run, claims, gpu, "remapped_rows.failure", SEVERITY_CRITICAL,
        arena_printf(run->arena, tr("%s could not remap a bad memory row: the GPU is to be replaced."), gpu->entity));
    repair(run, claims, gpu, "remapped_rows.pending", SEVERITY_WARNING,
           arena_printf(run->arena, tr("%s has memory rows to remap and waits for a reset."), gpu->entity));
    repair(run, claims, gpu, "retired_pages.pending", SEVERITY_WARNING,
           arena_printf(run->arena, tr("%s has memory pages to retire and waits for a reset."), gpu->entity));
}

// What the driver asked for last. The words are NVML's (Reset, Reboot, Drain …); after each the GPU takes no new work
// until that was done, or finds its peers cut off.
static void recovery_asked(struct run *run, struct claims *claims, const struct gpu *gpu) {
    static const char key[] = "gpu_recovery_action";
    const struct fact *fact = NULL;
    for (size_t i = 0; i < gpu->source->fact_count; i++) {
        const struct fact *one = &gpu->source->facts[i];
        if (strcmp(one->entity, gpu->table->entity) == 0 && strcmp(one->key, key) == 0) fact = one;
    }
    if (fact == NULL) return;
    struct claim *claim =
        tell(run, claims, CAUSE_GPU_FAULT, gpu, SEVERITY_WARNING,
             arena_printf(run->arena, tr("After a fault the driver asks to recover %s: %s."), gpu->entity, fact->value),
             NAN, NAN, UNIT_NONE, key, fact->line);
    struct evidence *evidence = &claim->evidence[claim->evidence_count - 1];
    for (size_t i = 0; i < gpu->table->row_count; i++)
        if (gpu->table->line[i] == fact->line)
            evidence->from = evidence->to = clock_to_run(run_clock(run, gpu->source), gpu->table->time[i], fact->line);
    claim->next =
        tr("Read the kernel log for the Xid before it, end what runs on the GPU, and do what the driver asks: Reset is "
           "nvidia-smi --gpu-reset, Reboot a restart of the node, Drain means no work that talks to other GPUs.");
}

static void corrected_errors(struct run *run, struct claims *claims, const struct gpu *gpu) {
    double last = NAN;
    uint32_t line = 0;
    double grew = growth_of(gpu, "ecc.errors.corrected.volatile.total", &last, &line);
    if (!(grew >= 1)) return;
    struct claim *claim =
        tell(run, claims, CAUSE_GPU_FAULT, gpu, SEVERITY_INFO,
             arena_printf(run->arena, tr("%s corrected %.0f ECC errors during the run; that costs no time."),
                          gpu->entity, grew),
             grew, 1, UNIT_NONE, "ecc.errors.corrected.volatile.total", line);
    claim->next = tr("Watch the count over the next runs; a growing rate announces remapped rows.");
}

enum { CREEP_CELSIUS = 4, CREEP_SECONDS = 3600, CREEP_FROM = 75 };

// Temperature in the last quarter of the job against the second one, after warm-up, at the same utilisation.
static void temperature_creep(struct run *run, struct claims *claims, const struct gpu *gpu) {
    size_t first = 0;
    size_t last = run->bins;
    while (first < last && gpu->state[first] != GPU_ACTIVE) first++;
    while (last > first && gpu->state[last - 1] != GPU_ACTIVE) last--;
    size_t quarter = (last - first) / 4;
    if ((double)(last - first) * run->dt < CREEP_SECONDS || quarter < 10) return;
    double before = grid_quantile(gpu->temperature + first + quarter, quarter, 0.5);
    double after = grid_quantile(gpu->temperature + last - quarter, quarter, 0.5);
    double load = grid_mean(gpu->util + last - quarter, quarter) - grid_mean(gpu->util + first + quarter, quarter);
    if (!(after - before >= CREEP_CELSIUS) || !(after >= CREEP_FROM) || !(fabs(load) <= 5)) return;
    struct claim *claim = tell(run, claims, CAUSE_GPU_THERMAL, gpu, SEVERITY_INFO,
                               arena_printf(run->arena, tr("%s grew %.0f °C hotter at the same load, to %.0f °C."),
                                            gpu->entity, after - before, after),
                               after - before, CREEP_CELSIUS, UNIT_CELSIUS, "temperature.gpu", 0);
    claim->next = tr("Check fans, filters and inlet temperature before the clocks are cut.");
}

void judge_gpu_trends(struct run *run, struct claims *claims) {
    for (size_t g = 0; g < run->gpu_count; g++) {
        recovery_asked(run, claims, &run->gpus[g]);
        memory_repairs(run, claims, &run->gpus[g]);
        corrected_errors(run, claims, &run->gpus[g]);
        temperature_creep(run, claims, &run->gpus[g]);
    }
}

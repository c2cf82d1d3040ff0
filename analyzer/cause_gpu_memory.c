// gpu-memory: device memory ran out and ended the run; or it is nearly full, which is a risk and no cause.
#include "analyzer/cause.h"
#include "core/lang.h"

static void judge_oom(struct run *run, struct claims *claims, const struct source *source,
                      const struct source_clock *clock, const struct event *event) {
    millis at = clock->placed ? clock_to_run(clock, event->time, event->line) : MILLIS_NONE;
    bool known = at != MILLIS_NONE;
    if (known && (at < run->start - 60000 || at > run->end + 60000)) return;
    struct claim *claim = claims_add(claims, CAUSE_GPU_MEMORY, "", LOSS_DEAD);
    claim->certain = true;
    claim->strength = 0.95;
    claim->test = tr("out-of-memory lines of the job");
    claim->value = 1;
    claim->threshold = 1;
    claim->sentence = known ? arena_printf(run->arena, tr("The job ran out of device memory at %s: %s"),
                                           when_iso(run->arena, at, false, ""), event->text)
                            : arena_printf(run->arena, tr("The job ran out of device memory: %s"), event->text);
    claim->stalls = tr("the out-of-memory end of the job");
    claim->next =
        tr("Use a smaller batch or gradient checkpointing, and look for growth of memory.used before the end: "
           "tensors kept over steps, or fragmentation (PYTORCH_CUDA_ALLOC_CONF).");
    claim_evidence(run, claim, 1, event->text, NAN, NAN, UNIT_NONE, source_name(source), "");
    if (claim->evidence_count > 0) claim->evidence[0].line = event->line;
    double peak = 0;
    for (size_t g = 0; g < run->gpu_count; g++) {
        double top = grid_quantile(run->gpus[g].memory, run->bins, 1);
        double total = grid_quantile(run->gpus[g].memory_total, run->bins, 0.5);
        if (top / total > peak) peak = top / total;
    }
    if (peak > 0)
        claim_evidence(run, claim, peak >= 0.9 ? 1 : 0,
                       arena_printf(run->arena, tr("memory.used peaked at %.0f %% of the device"), 100 * peak),
                       100 * peak, rules_get(run->rules, "gpu.memory_full_percent"), UNIT_PERCENT, "", "memory.used");
}

void judge_gpu_memory(struct run *run, struct claims *claims) {
    bool job_log = run->job.present;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        for (size_t k = 0; k < source->event_count; k++) {
            if (source->events[k].kind != EVENT_CUDA_OOM) continue;
            judge_oom(run, claims, source, &run->clocks[i], &source->events[k]);
            return;  // ranks repeat the same message
        }
    }
    struct claim *claim = claims_add(claims, CAUSE_GPU_MEMORY, "", LOSS_DEAD);
    claim->test = tr("out-of-memory lines of the job");
    claim->value = 0;
    claim->threshold = 1;
    if (job_log) return;
    claim->no_data = true;
    claim->settle = tr("the training log with its last lines");
}

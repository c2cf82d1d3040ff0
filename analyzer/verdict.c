// verdict.c: the one cause that cost most, in words, and how sure we are.
#include <string.h>

#include "analyzer/calibration.h"
#include "analyzer/cause.h"
#include "analyzer/nodes.h"
#include "core/lang.h"

// A host on which less than this share of a claim's loss falls does not wait for it.
#define HOST_WAITS 0.02

static double loss_of(const struct run *run, enum cause cause) {
    for (size_t i = 0; i < run->out->loss_count; i++)
        if (run->out->losses[i].cause == cause) return run->out->losses[i].gpu_hours;
    return 0;
}

static double job_hours(const struct run *run) {
    return run->out->gpu_hours - run->out->idle_gpu_hours - run->out->startup_gpu_hours;
}

// The most expensive cause that is not `unknown`, unless what is unknown outweighs it.
static enum cause most_expensive(const struct run *run) {
    enum cause best = CAUSE_UNKNOWN;
    double most = 0;
    for (size_t i = 0; i < run->out->loss_count; i++) {
        if (run->out->losses[i].cause == CAUSE_UNKNOWN || run->out->losses[i].gpu_hours <= most) continue;
        most = run->out->losses[i].gpu_hours;
        best = run->out->losses[i].cause;
    }
    double unknown = loss_of(run, CAUSE_UNKNOWN);
    double least = rules_get(run->rules, "verdict.loss_percent") / 100 * job_hours(run);
    return most < 0.6 * unknown || most < 0.6 * least ? CAUSE_UNKNOWN : best;
}

static enum cause choose(const struct run *run) {
    double job = job_hours(run);
    double least = rules_get(run->rules, "verdict.loss_percent") / 100;
    double idle = run->out->gpu_hours > 0 ? 1 - job / run->out->gpu_hours : 1;
    if (run->gpu_count == 0 || run->bins == 0 || run->out->gpu_hours <= 0) return CAUSE_UNKNOWN;
    // A short job with a small loss does not outweigh a log that is mostly without a job.
    bool mostly_idle = idle >= rules_get(run->rules, "verdict.idle_percent") / 100;
    if (mostly_idle && run->out->lost_total < least * run->out->gpu_hours) return CAUSE_JOB_IDLE;
    if (job > 0 && run->out->lost_total / job >= least) return most_expensive(run);
    return run->clock_doubt != NULL || run->slow_gpu != NULL ? CAUSE_UNKNOWN : CAUSE_COMPUTE_BOUND;
}

static struct claim *main_claim(const struct claims *claims, enum cause cause) {
    struct claim *best = NULL;
    if (cause == CAUSE_JOB_IDLE) return NULL;  // a reboot is a finding, not what the verdict is about
    for (size_t k = 0; k < claims->count; k++) {
        struct claim *claim = &claims->items[k];
        if (claim->cause != cause || !claim->supported) continue;
        if (best == NULL || claim->lost_gpu_seconds > best->lost_gpu_seconds) best = claim;
    }
    return best;
}

// A disk that is dying AND answers with the delays of error recovery is the cause itself, not its load.
enum { RECOVERY_MS = 500 };

static enum cause refine(const struct run *run, enum cause cause, const struct claim *claim) {
    if (cause != CAUSE_STORAGE_READ || claim == NULL || claim->disk == NULL) return cause;
    const struct disk_health *health = health_of(run, claim->disk->entity);
    double await = median_active(run, claim->disk->read_await, claim->active);
    return health != NULL && health->level >= 3 && await >= RECOVERY_MS ? CAUSE_DISK_FAILING : cause;
}

// ── words ───────────────────────────────────────────────────────────────────

static const struct evidence *strongest(const struct claim *claim, int direction) {
    if (claim == NULL) return NULL;
    for (size_t i = 0; i < claim->evidence_count; i++)
        if (claim->evidence[i].direction == direction) return &claim->evidence[i];
    return NULL;
}

static const char *contrast_words(struct run *run, const struct claim *claim) {
    const struct contrast *c = &claim->contrast;
    if (claim->takes != LOSS_STARVED || c->active_share == 0) return "";
    if (isnan(c->loss_quiet))
        return arena_printf(run->arena,
                            tr("it coincides with the loss throughout: it holds for %.0f %% of the job and covers %.0f "
                               "%% of the lost time"),
                            100 * c->active_share, 100 * (c->explained > 1 ? 1 : c->explained));
    return arena_printf(
        run->arena, tr("the loss changes with it: %.0f %% of the GPU time while it holds, %.0f %% while it does not"),
        100 * c->loss_active, 100 * c->loss_quiet);
}

static void why(struct run *run, struct verdict *verdict, const struct claim *claim) {
    const struct evidence *fact = strongest(claim, 1);
    const struct evidence *against = strongest(claim, -1);
    if (fact != NULL) {
        const char *contrast = contrast_words(run, claim);
        verdict->why = contrast[0] == '\0' ? fact->text : arena_printf(run->arena, tr("%s; %s"), fact->text, contrast);
    }
    if (against != NULL) verdict->against = against->text;
}

static const char *duration_range(struct run *run, const struct loss *loss, double gpus) {
    double middle = loss->gpu_hours * 3600 / gpus;
    double half = (loss->high - loss->low) / 2 * 3600 / gpus;
    return arena_printf(run->arena, "%s ± %s", unit_duration(run->arena, middle), unit_duration(run->arena, half));
}

// The GPUs that a claim holds back: of several hosts, those on which it cost time.
static double waiting_gpus(const struct run *run, const struct claim *claim) {
    double gpus = 0;
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *gpu = &run->gpus[g];
        bool waits = true;
        for (size_t n = 0; claim != NULL && claim->host_seconds != NULL && n < run->node_count; n++)
            if (strcmp(run->nodes[n].host, gpu->source->host) == 0)
                waits = claim->host_seconds[n] >= HOST_WAITS * claim->lost_gpu_seconds;
        gpus += waits && !gpu->unused;
    }
    return gpus;
}

// The work stays the same: what the cause cost in GPU time, over the GPUs that wait together, is wall time.
static void counterfactual(struct run *run, struct verdict *verdict, enum cause loss_cause, const struct claim *claim) {
    double gpus = waiting_gpus(run, claim);
    for (size_t i = 0; i < run->out->loss_count; i++) {
        if (run->out->losses[i].cause != loss_cause || claim == NULL || gpus == 0) continue;
        verdict->counterfactual =
            arena_printf(run->arena,
                         claim->takes == LOSS_DEAD ? tr("Because of %s the GPUs stood without work for %s.")
                                                   : tr("Without %s the same work would have ended %s earlier."),
                         claim->stalls, duration_range(run, &run->out->losses[i], gpus));
    }
}

static void no_loss_words(struct run *run, struct verdict *verdict, enum cause cause) {
    double job = job_hours(run);
    double idle = run->out->gpu_hours > 0 ? 100 * (1 - job / run->out->gpu_hours) : 100;
    double util = grid_mean(run->util, run->bins);
    if (cause == CAUSE_COMPUTE_BOUND) {
        verdict->sentence = arena_printf(run->arena,
                                         tr("The GPUs themselves are the limit: %.0f %% utilised while the job works, "
                                            "%.1f %% of their time lost."),
                                         util, job > 0 ? 100 * run->out->lost_total / job : 0);
        verdict->next = tr(
            "Nothing around the GPUs holds this run back; to be faster, look at the model: mixed precision, kernels, "
            "batch size.");
        return;
    }
    verdict->sentence = arena_printf(run->arena, tr("No job was on the GPUs for %.0f %% of the log."), idle);
    verdict->next =
        tr("Check when the job started and ended (scheduler log); the time with a job shows no notable loss.");
}

// The log whose absence leaves most open: disks before CPUs before the rest.
static const char *missing_log(const struct claims *claims) {
    static const enum cause order[] = {CAUSE_STORAGE_READ, CAUSE_CPU_PREPROCESSING, CAUSE_INPUT_ELSEWHERE};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        for (size_t k = 0; k < claims->count; k++)
            if (claims->items[k].no_data && claims->items[k].cause == order[i]) return claims->items[k].settle;
    for (size_t k = 0; k < claims->count; k++)
        if (claims->items[k].no_data && claims->items[k].takes != LOSS_NONE) return claims->items[k].settle;
    return "";
}

static void unknown_words(struct run *run, struct verdict *verdict, const struct claims *claims) {
    if (run->gpu_count == 0) {
        verdict->sentence = tr("These logs hold no GPU utilisation: whether and why the run was slow cannot be told.");
        verdict->settle =
            tr("nvidia-smi --query-gpu=timestamp,index,utilization.gpu,memory.used,power.draw,clocks.current.sm "
               "--format=csv -l 1, recorded during the run");
        verdict->next = tr("Record the run again with samples/capture.sh.");
        return;
    }
    if (run->out->gpu_hours <= 0) {
        verdict->sentence =
            tr("The GPUs of these logs did no work: whether a job should have used them cannot be told.");
        verdict->settle = tr("nvidia-smi pmon -o T, and the job's own log: which GPU was it meant to use?");
        verdict->next = tr("Check that the logs are of the GPU that the job was given (CUDA_VISIBLE_DEVICES).");
        return;
    }
    if (run->clock_doubt != NULL && run->out->lost_total <= 0.08 * job_hours(run)) {
        verdict->sentence =
            arena_printf(run->arena,
                         tr("%s is busy at a flat %.0f MHz; whether a setting holds its clock down cannot be "
                            "told, since its maximum was not logged."),
                         run->clock_doubt->entity, grid_quantile(run->clock_doubt->clock, run->bins, 0.5));
        verdict->settle = tr("nvidia-smi --query-gpu=clocks.max.sm,clocks_event_reasons.active --format=csv");
        verdict->next = arena_printf(run->arena, tr("Compare it with the maximum: %s."), verdict->settle);
        return;
    }
    if (run->slow_gpu != NULL && run->out->lost_total <= 0.08 * job_hours(run)) {
        verdict->sentence = arena_printf(run->arena,
                                         tr("The clock of %s is cut; whether GPUs of other hosts wait for it cannot be "
                                            "told, since nothing shows that they work in one job."),
                                         run->slow_gpu->entity);
        verdict->settle = tr("the training logs of all hosts, with the numbers of the steps");
        verdict->next = arena_printf(run->arena, tr("Record next time: %s."), verdict->settle);
        return;
    }
    double job = job_hours(run);
    verdict->sentence =
        arena_printf(run->arena, tr("The GPUs lost %.0f %% of their time, and these logs do not say why."),
                     job > 0 ? 100 * run->out->lost_total / job : 0);
    verdict->settle = missing_log(claims);
    if (run->node_count > 0 && nodes_together(run) < run->node_count)
        verdict->settle = tr("the training logs of all hosts, with the numbers of the steps");
    if (verdict->settle[0] == '\0') verdict->settle = tr("py-spy dump of the training process during a slow stretch");
    verdict->next = arena_printf(run->arena, tr("Record next time: %s."), verdict->settle);
}

// ── confidence ──────────────────────────────────────────────────────────────

static double dominance(const struct run *run, enum cause cause) {
    double own = loss_of(run, cause);
    return run->out->lost_total > 0 ? own / run->out->lost_total : 0;
}

static bool clocks_seen(const struct run *run) {
    for (size_t g = 0; g < run->gpu_count; g++)
        if (!run->gpus[g].unused && (run->gpus[g].has_clock || run->gpus[g].has_reasons)) return true;
    return false;
}

static double confidence_of(const struct run *run, enum cause cause, enum cause loss_cause, const struct claim *claim) {
    if (cause == CAUSE_UNKNOWN) return 0.5;
    if (cause == CAUSE_JOB_IDLE) return 0.9;
    if (cause == CAUSE_COMPUTE_BOUND) {
        double job = job_hours(run);
        double margin =
            rules_get(run->rules, "verdict.loss_percent") / 100 - (job > 0 ? run->out->lost_total / job : 0);
        return (clocks_seen(run) ? 0.88 : 0.82) + (margin > 0.04 ? 0.06 : 0);
    }
    if (claim == NULL) return 0.5;
    double margin = claim->job_share - rules_get(run->rules, "verdict.loss_percent") / 100;
    double near = margin < 0.04 ? 0.85 : 1;
    return claim->strength * near * (0.7 + 0.3 * dominance(run, loss_cause));
}

static const char *settle_by_health(const struct run *run, const struct disk *disk) {
    const char *command = arena_printf(run->arena, "smartctl -x /dev/%s", disk->table->entity);
    return run->node_count == 0 ? command : arena_printf(run->arena, tr("%s on %s"), command, disk->source->host);
}

static double share_of(const struct run *run, enum cause cause, enum cause loss_cause) {
    if (run->out->gpu_hours <= 0) return 0;
    if (cause == CAUSE_JOB_IDLE) return (run->out->idle_gpu_hours + run->out->startup_gpu_hours) / run->out->gpu_hours;
    if (cause == CAUSE_COMPUTE_BOUND) return (job_hours(run) - run->out->lost_total) / run->out->gpu_hours;
    if (cause == CAUSE_UNKNOWN) return loss_of(run, CAUSE_UNKNOWN) / run->out->gpu_hours;
    return loss_of(run, loss_cause) / run->out->gpu_hours;
}

void verdict_reach(struct run *run, struct claims *claims) {
    struct verdict *verdict = &run->out->verdict;
    *verdict = (struct verdict){.entity = "",
                                .sentence = "",
                                .why = "",
                                .against = "",
                                .settle = "",
                                .next = "",
                                .counterfactual = "",
                                .confidence_note = ""};
    enum cause loss_cause = choose(run);
    struct claim *claim = main_claim(claims, loss_cause);
    enum cause cause = refine(run, loss_cause, claim);
    verdict->cause = cause;
    if (claim != NULL) {
        verdict->entity = claim->entity;
        verdict->sentence = claim->sentence;
        verdict->next = claim->next;
        why(run, verdict, claim);
        counterfactual(run, verdict, loss_cause, claim);
        const struct disk_health *health = claim->disk == NULL ? NULL : health_of(run, claim->disk->entity);
        if (claim->disk != NULL && (health == NULL || health->unreadable))
            verdict->settle = settle_by_health(run, claim->disk);
    } else if (cause == CAUSE_UNKNOWN) {
        unknown_words(run, verdict, claims);
    } else {
        no_loss_words(run, verdict, cause);
    }
    verdict->share = share_of(run, cause, loss_cause);
    verdict->confidence = calibrated(confidence_of(run, cause, loss_cause, claim));
    if (verdict->confidence > run->out->quality.confidence_cap) {
        verdict->confidence = run->out->quality.confidence_cap;
        verdict->confidence_note = tr("the data allow no more");
    } else {
        verdict->confidence_note = claim != NULL ? arena_printf(run->arena, tr("it explains %.0f %% of the lost time"),
                                                                100 * dominance(run, loss_cause))
                                                 : "";
    }
}

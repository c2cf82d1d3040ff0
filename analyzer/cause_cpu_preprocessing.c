// cpu-preprocessing: decoding and augmentation cannot keep up: all CPUs, or the one that a single thread uses.
//
// Proof (storage-causes.md 2.10, 2.11): CPUs busy (iowait counts as idle) while the GPUs starve. One full core among
// many shows only in a log per CPU: without one the question stays open.
#include "analyzer/cause.h"
#include "core/lang.h"

enum { FEW_CORES = 4 };  // a loader without workers saturates one core a process, not many

static float *all_busy(const struct run *run) {
    double limit = rules_get(run->rules, "cpu.busy_percent");
    float *active = active_none(run);
    for (size_t i = 0; i < run->bins; i++)
        if (!isnan(run->host.busy[i])) active[i] = (double)run->host.busy[i] >= limit ? 1 : 0;
    return active;
}

// The mean over a minute around each bin: a thread at its limit still idles for a moment now and then.
static float *over_a_minute(const struct run *run, const float *values) {
    size_t reach = (size_t)(30 / run->dt);
    float *smooth = active_none(run);
    for (size_t i = 0; i < run->bins; i++) {
        size_t from = i > reach ? i - reach : 0;
        size_t to = i + reach < run->bins ? i + reach : run->bins - 1;
        if (!isnan(values[i])) smooth[i] = (float)grid_mean(values + from, to - from + 1);
    }
    return smooth;
}

static float *one_busy(const struct run *run) {
    const struct host *host = &run->host;
    double limit = rules_get(run->rules, "cpu.core_percent");
    double free_share = rules_get(run->rules, "cpu.free_percent");
    size_t working = 0;
    for (size_t g = 0; g < run->gpu_count; g++) working += !run->gpus[g].unused;
    double most = working > FEW_CORES ? (double)working : FEW_CORES;
    float *active = active_none(run);
    float *most_busy = over_a_minute(run, host->core_max);
    float *saturated = over_a_minute(run, host->cores_saturated);
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(host->core_max[i])) continue;
        bool rest_free = isnan(host->busy[i]) || (double)host->busy[i] <= 100 - free_share;
        active[i] = (double)most_busy[i] >= limit && rest_free && (double)saturated[i] <= most ? 1 : 0;
    }
    return active;
}

static void judge_all(struct run *run, struct claims *claims) {
    struct claim *claim = claims_add(claims, CAUSE_CPU_PREPROCESSING, "", LOSS_STARVED);
    claim->active = all_busy(run);
    claim->log = run->host.cpu_source;
    claim->value = median_where(run, run->host.busy, run->starved, LOSS_NOTABLE, true);
    claim->threshold = rules_get(run->rules, "cpu.busy_percent");
    claim->unit = UNIT_PERCENT;
    claim->test = tr("all CPUs busy while the GPUs starve (iowait counts as idle)");
    claim->strength = 0.90;
    double busy = median_active(run, run->host.busy, claim->active);
    double user = median_active(run, run->host.user, claim->active);
    claim->sentence = arena_printf(
        run->arena, tr("The GPUs wait for the CPUs: all of them are %.0f %% busy (%.0f %% in user code)."), busy, user);
    claim->stalls = tr("the wait for the CPUs");
    claim->next =
        tr("Move decoding and augmentation to the GPU (DALI, nvJPEG), store decoded or smaller samples, or give "
           "the job more cores.");
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("CPUs %.0f %% busy (median) while the GPUs starve"), busy), busy,
                   claim->threshold, UNIT_PERCENT, run->host.cpu_source, "%idle");
    claim_step_times(run, claim);
    double steal = median_active(run, run->host.steal, claim->active);
    if (steal >= 5)
        claim_evidence(run, claim, 1,
                       arena_printf(run->arena,
                                    tr("%.0f %% of the CPU time is stolen: the virtual host is oversubscribed"), steal),
                       steal, 5, UNIT_PERCENT, run->host.cpu_source, "%steal");
    double without = median_without_job(run, run->host.busy);
    if (isnan(without)) return;
    bool begins = without < 0.6 * busy;
    claim_evidence(run, claim, begins ? 1 : -1,
                   arena_printf(run->arena, tr("without the job the CPUs are %.0f %% busy"), without), without, busy,
                   UNIT_PERCENT, run->host.cpu_source, "%idle");
    claim->strength += begins ? 0.04 : -0.3;
}

static void judge_one(struct run *run, struct claims *claims) {
    struct claim *claim = claims_add(claims, CAUSE_CPU_PREPROCESSING, "", LOSS_STARVED);
    claim->active = one_busy(run);
    claim->log = run->host.core_source;
    claim->value = median_where(run, run->host.core_max, run->starved, LOSS_NOTABLE, true);
    claim->threshold = rules_get(run->rules, "cpu.core_percent");
    claim->unit = UNIT_PERCENT;
    claim->test = tr("the busiest single CPU while the GPUs starve");
    claim->strength = 0.85;
    claim->weak = true;
    double most = median_active(run, run->host.core_max, claim->active);
    double all = median_active(run, run->host.busy, claim->active);
    claim->sentence = arena_printf(
        run->arena, tr("The GPUs wait for a single thread: one CPU is %.0f %% busy while all together are at %.0f %%."),
        most, all);
    claim->stalls = tr("the wait for a single CPU thread");
    claim->next =
        tr("Use loader workers (num_workers > 0) or move the work out of the main process; look at the thread "
           "with py-spy or perf.");
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("busiest CPU %.0f %% (median), all together %.0f %%"), most, all), most,
                   claim->threshold, UNIT_PERCENT, run->host.core_source, "%idle");
}

void judge_cpu_preprocessing(struct run *run, struct claims *claims) {
    if (run->host.has_cpu) judge_all(run, claims);
    if (run->host.has_cores) judge_one(run, claims);
    if (run->host.has_cpu) return;
    struct claim *claim = claims_add(claims, CAUSE_CPU_PREPROCESSING, "", LOSS_STARVED);
    claim->no_data = true;
    claim->test = tr("CPUs busy while the GPUs starve");
    claim->settle = tr("mpstat -P ALL 5, recorded on the node during the run");
}

// input-elsewhere: the GPUs starve while local disks and CPUs are free.
//
// By elimination (storage-causes.md 2.7), so it needs both logs; a wait signal with idle disks (iowait, blocked
// tasks, NFS messages) makes it more than that.
#include "analyzer/cause.h"
#include "core/lang.h"

// Without a wait signal only a deep dip speaks of input: a steady 85 % is as well launch overhead or synchronisation.
#define STARVED_FOR_INPUT 0.25

enum {
    CPU_NOT_THE_LIMIT = 75,  // % busy of all CPUs
    CORE_MARGIN = 15,
    THREAD_FULL = 80,  // % of one CPU: with less than this over all of them no thread is saturated
    OTHER_THREADS = 2  // CPUs that a node spends beside one saturated thread a GPU
};

static bool disks_quiet(const struct run *run, size_t i, bool *seen) {
    double busy = rules_get(run->rules, "storage.busy_percent");
    double queue = rules_get(run->rules, "storage.read_queue");
    for (size_t d = 0; d < run->disk_count; d++) {
        const struct disk *disk = &run->disks[d];
        if (disk->class == DISK_MEMORY || isnan(disk->util[i])) continue;
        *seen = true;
        if ((double)disk->util[i] >= busy * 0.7 || (double)disk->read_queue[i] >= queue * 0.75 ||
            (double)disk->write_queue[i] >= 2 * queue)
            return false;
    }
    return true;
}

static bool cpus_free(const struct run *run, size_t i) {
    if (isnan(run->host.busy[i]) || run->host.busy[i] > CPU_NOT_THE_LIMIT) return false;
    // A core not far from its limit leaves the question open.
    return !((double)run->host.core_max[i] >= rules_get(run->rules, "cpu.core_percent") - CORE_MARGIN);
}

static size_t nfs_messages(const struct run *run, const char **source) {
    size_t count = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *log = run->recording->sources[i];
        for (size_t k = 0; k < log->event_count; k++) {
            if (log->events[k].kind != EVENT_NFS_TIMEOUT) continue;
            millis at = clock_to_run(&run->clocks[i], log->events[k].time, log->events[k].line);
            if (at == MILLIS_NONE || at < run->start || at > run->end) continue;
            count++;
            *source = source_name(log);
        }
    }
    return count;
}

// Returns true if a task waits for something while every local disk is idle.
static bool wait_signals(struct run *run, struct claim *claim) {
    size_t before = claim->evidence_count;
    double wait = median_active(run, run->host.iowait, claim->active);
    if (wait >= 5) {
        claim->strength += 0.15;
        claim_evidence(run, claim, 1,
                       arena_printf(run->arena,
                                    tr("iowait is %.0f %% although every local disk is idle: tasks wait for "
                                       "storage that iostat does not see"),
                                    wait),
                       wait, 5, UNIT_PERCENT, run->host.cpu_source, "%iowait");
    }
    double blocked = median_active(run, run->host.blocked, claim->active);
    if (blocked >= 1) {
        claim->strength += 0.08;
        claim_evidence(run, claim, 1,
                       arena_printf(run->arena,
                                    tr("%.0f tasks are blocked (vmstat b) although every local disk is idle"), blocked),
                       blocked, 1, UNIT_NONE, run->host.swap_source, "b");
    }
    const char *source = "";
    size_t nfs = nfs_messages(run, &source);
    if (nfs > 0) {
        claim->strength += 0.15;
        claim_evidence(
            run, claim, 1,
            arena_printf(run->arena, tr("the kernel log has %zu lines of an NFS server that does not answer"), nfs),
            (double)nfs, 1, UNIT_NONE, source, "");
    }
    if (claim->strength > 0.93) claim->strength = 0.93;
    return claim->evidence_count > before;
}

// A job that works at full speed between equal pauses is not short of input.
static float *signal_of(const struct run *run, double least) {
    bool pauses = run->loss_between <= HEALTHY_BETWEEN;
    float *active = active_none(run);
    for (size_t i = 0; i < run->bins; i++) {
        bool seen = false;
        bool quiet = disks_quiet(run, i, &seen);
        if (!seen || isnan(run->host.busy[i])) continue;
        bool pause = pauses && (run->stalled[i] || stall_beside(run, i));
        active[i] = !pause && quiet && cpus_free(run, i) && (double)run->starved[i] > least ? 1 : 0;
    }
    return active;
}

// Shares of the logged time: disks and CPUs free, and GPUs starved.
static void shares(const struct run *run, double *idle, double *starved) {
    size_t logged = 0;
    size_t free_bins = 0;
    size_t starved_bins = 0;
    for (size_t i = 0; i < run->bins; i++) {
        bool seen = false;
        bool quiet = disks_quiet(run, i, &seen);
        if (!seen || isnan(run->host.busy[i]) || !(run->active[i] > 0)) continue;
        logged++;
        free_bins += quiet && cpus_free(run, i);
        starved_bins += (double)run->starved[i] > LOSS_NOTABLE;
    }
    *idle = logged == 0 ? 0 : (double)free_bins / (double)logged;
    *starved = logged == 0 ? 0 : (double)starved_bins / (double)logged;
}

// Disks are cleared by when they were free. Where clocks were merely assumed to agree that is known only of disks that
// were free all the time, or of GPUs that starved all the time.
static bool free_is_known(const struct run *run) {
    enum { NEARLY_ALWAYS = 95 };  // %
    bool in_order = log_in_order(run, run->host.cpu_source, 0);
    for (size_t d = 0; d < run->disk_count; d++)
        in_order = in_order && log_in_order(run, source_name(run->disks[d].source), 0);
    double idle;
    double starved;
    shares(run, &idle, &starved);
    return in_order || 100 * idle >= NEARLY_ALWAYS || 100 * starved >= NEARLY_ALWAYS;
}

// One thread that decodes for the job, or one a GPU, keeps hardly more CPUs busy than there are GPUs; a pool of workers
// does. Without a log per CPU the sum is all that tells them apart (storage-causes.md 2.10).
static bool one_thread_possible(const struct run *run, double busy) {
    double cpus = busy / 100 * run->host.cpus;
    size_t working = 0;
    for (size_t g = 0; g < run->gpu_count; g++) working += !run->gpus[g].unused;
    return !(100 * cpus < THREAD_FULL) && !(cpus > (double)(working + OTHER_THREADS));
}

void judge_input_elsewhere(struct run *run, struct claims *claims) {
    struct claim *claim = claims_add(claims, CAUSE_INPUT_ELSEWHERE, "", LOSS_STARVED);
    claim->test = tr("local disks and CPUs free while the GPUs starve");
    if (run->disk_count == 0 || !run->host.has_cpu) {
        claim->no_data = true;
        claim->settle = tr("iostat -xt 1 with its avg-cpu lines, recorded on the node during the run");
        return;
    }
    if (!free_is_known(run)) {
        claim->no_data = true;
        claim->settle = tr("logs of the disks and CPUs whose clock is that of the GPU log (date; iostat -xt 1)");
        return;
    }
    float *active = signal_of(run, LOSS_NOTABLE);
    claim->active = active;
    claim->unit = UNIT_PERCENT;
    double busiest = 0;
    for (size_t d = 0; d < run->disk_count; d++) {
        if (run->disks[d].class == DISK_MEMORY) continue;
        double util = median_active(run, run->disks[d].util, active);
        if (util > busiest) busiest = util;
    }
    double cpu = median_active(run, run->host.busy, active);
    claim->value = busiest;
    claim->threshold = rules_get(run->rules, "storage.busy_percent") * 0.7;
    claim->strength = run->host.has_cores ? 0.72 : 0.65;
    claim->sentence = arena_printf(run->arena,
                                   tr("The GPUs starve while every local disk (at most %.0f %% busy) and the CPUs "
                                      "(%.0f %% busy) are free: the input comes from elsewhere."),
                                   busiest, cpu);
    claim->stalls = tr("the wait for input from elsewhere");
    claim->next =
        tr("Look at what the loader reads from: nfsiostat or the network counters (sar -n DEV) for a network "
           "file system, the client's log for object storage, py-spy dump for a lock.");
    claim_evidence(
        run, claim, 1,
        arena_printf(run->arena, tr("busiest local disk %.0f %% utilised, CPUs %.0f %% busy (medians)"), busiest, cpu),
        busiest, claim->threshold, UNIT_PERCENT, "", "%util");
    if (!wait_signals(run, claim)) {
        claim->active = signal_of(run, STARVED_FOR_INPUT);
        if (!run->host.has_cores && one_thread_possible(run, cpu)) {
            claim->no_data = true;
            claim->settle =
                tr("mpstat -P ALL 5, recorded on the node during the run: a single saturated thread would "
                   "look the same");
        }
    }
    if (!run->host.has_cores)
        claim_evidence(run, claim, -1, tr("no log per CPU: a single saturated thread would look the same"), NAN, NAN,
                       UNIT_NONE, "", "");
}

// cause.h: what a cause has to offer: one file each, one row in causes.c.
//
// A cause reads the run and returns claims: one per entity that could be guilty, also for what it finds
// nothing against, since what was ruled out is part of the report. It never looks at another cause.
#ifndef WHYSLOW_ANALYZER_CAUSE_H
#define WHYSLOW_ANALYZER_CAUSE_H

#include "analyzer/model.h"

// Which kind of lost GPU time a claim may explain.
enum loss_kind {
    LOSS_NONE,     // none: a health or risk finding
    LOSS_STARVED,  // GPUs waited (low utilisation)
    LOSS_CLOCK,    // GPUs ran slower than they can
    LOSS_WAITING,  // GPUs waited for a slower sibling while busy
    LOSS_DEAD,     // the job had ended by an incident
};

// How the loss goes with the signal of a claim, over the bins in which a job runs.
struct contrast {
    double active_share;         // share of the job's time in which the signal is present
    double explained;            // share of the lost time that falls into it
    double loss_active;          // mean loss share while present …
    double loss_quiet;           // … and while neither this nor any other signal is; NaN if that is never
    double starved_when_active;  // share of the present time in which the loss exceeds a tenth
    size_t episodes;             // separate stretches of both
    double longest_seconds;
};

struct claim {
    enum cause cause;
    const char *entity;  // "" if none
    enum loss_kind takes;
    const float *active;  // per bin: 1 present, 0 absent, NaN not logged; NULL where nothing is logged at all
    bool no_data;         // cannot tell: the log that would show it is missing
    const char *settle;   // then: which log or command would
    double strength;      // 0..1: how good the proof is if the loss goes with it
    bool has_severity;    // a trend states its own
    enum severity severity;
    bool foreign;  // the signal is as strong without the job: it serves somebody else
    bool weak;     // gives way in a bin to a disk, the memory or all CPUs
    bool certain;  // needs no contrast (an Xid, a link below its width on every busy sample)
    // The test, for the ledger of what was ruled out.
    const char *test;
    double value, threshold;
    enum unit unit;
    const char *sentence;  // what is claimed, with its number
    const char *next;      // what to do about it
    const char *stalls;    // "the stalls on sda": for "without … the run would have ended earlier"
    const struct disk *disk;
    const char *log;  // name of the log whose times the signal has, NULL for the disk's or none
    const struct gpu *gpu;
    struct evidence *evidence;
    size_t evidence_count, evidence_capacity;
    // Filled by apportion.c.
    struct contrast contrast;
    bool supported;
    const char *why_not;  // if it is not
    double lost_gpu_seconds;
    double job_share;      // of the job's GPU time
    double *host_seconds;  // of lost_gpu_seconds, per host of a run over several; else NULL
};

struct claims {
    struct claim *items;
    size_t count, capacity;
};

struct cause_module {
    enum cause cause;
    void (*judge)(struct run *run, struct claims *claims);
};
extern const struct cause_module cause_modules[];  // ends with a row whose judge is NULL

// Appends a claim with `active` not logged; the pointer is valid until the next call.
struct claim *claims_add(struct claims *claims, enum cause cause, const char *entity, enum loss_kind takes);

// Adds a piece of evidence; `text` must live as long as the run.
void claim_evidence(struct run *run, struct claim *claim, int direction, const char *text, double value,
                    double threshold, enum unit unit, const char *source, const char *quantity);

// Throttle on and off, disk busy and free, as the training log saw it: median step time with and without the signal.
void claim_step_times(struct run *run, struct claim *claim);

// All NaN bins turned to a judgement: 1 where `test` says so. For causes to build `active` from.
float *active_none(const struct run *run);

// The median of a quantity over bins in which the job's loss share is above / not above `level`.
double median_where(const struct run *run, const float *values, const float *loss, double level, bool above);
// The median over bins in which `active` is at least a half.
double median_active(const struct run *run, const float *values, const float *active);
// Median over bins in which no GPU has a job; NaN if there are fewer than three.
double median_without_job(const struct run *run, const float *values);
// Share of the present values, in bins with a job and active ≥ ½ (any bin if NULL), at or above `level`.
double share_at_least(const struct run *run, const float *values, const float *active, double level);

// True if what a log shows may be put in order with the GPU log: its clock is proved, or cannot be off by more than
// `within` seconds. Untimed and unknown logs (NULL): false.
bool log_in_order(const struct run *run, const char *name, double within);

// What lasts minutes may be compared between logs whose clocks were merely assumed to agree.
#define ORDER_OF_STRETCHES 60.0

// A bin counts as lost time from this loss share on.
#define LOSS_NOTABLE 0.10

void judge_storage_read(struct run *run, struct claims *claims);
void judge_storage_write(struct run *run, struct claims *claims);
void judge_disk_failing(struct run *run, struct claims *claims);
void judge_disk_hdparm(struct run *run, struct claims *claims);
void judge_cpu_preprocessing(struct run *run, struct claims *claims);
void judge_input_elsewhere(struct run *run, struct claims *claims);
void judge_host_memory(struct run *run, struct claims *claims);
void judge_gpu_thermal(struct run *run, struct claims *claims);
void judge_gpu_power_cap(struct run *run, struct claims *claims);
void judge_gpu_clock_held(struct run *run, struct claims *claims);
void judge_pcie_degraded(struct run *run, struct claims *claims);
void judge_gpu_straggler(struct run *run, struct claims *claims);
void judge_communication_bound(struct run *run, struct claims *claims);
void judge_gpu_fault(struct run *run, struct claims *claims);
void judge_gpu_memory(struct run *run, struct claims *claims);
void judge_epoch_gap(struct run *run, struct claims *claims);
void judge_reboot(struct run *run, struct claims *claims);
void judge_gpu_trends(struct run *run, struct claims *claims);

// ── apportion.c ──
// Decides which claims hold, gives every lost GPU-second to one of them (or to unknown), fills out->bin_cause,
// losses, lost_share and totals.
void apportion(struct run *run, struct claims *claims);
// ── phases.c ──
void phases_cut(struct run *run, const struct claims *claims);
// ── verdict.c ──
void verdict_reach(struct run *run, struct claims *claims);
// ── findings.c ──
void findings_write(struct run *run, const struct claims *claims);
// ── quality.c ──
void quality_grade(struct run *run, const struct claims *claims);
// ── relations.c ──
// Correlations, changes, anomalies, periods, dose-response; and the alerts.
void relations_find(struct run *run);
void doses_find(struct run *run);  // after the verdict: its own quantities come first
void alerts_find(struct run *run, const struct claims *claims);

#endif

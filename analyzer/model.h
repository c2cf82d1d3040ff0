// model.h: what the parts of the analyzer share while they work: the run on one
// grid of bins. Not seen outside analyzer/.
//
// All per-bin arrays have run->bins entries; NaN means that nothing was logged.
#ifndef WHYSLOW_ANALYZER_MODEL_H
#define WHYSLOW_ANALYZER_MODEL_H

#include <math.h>

#include "analyzer/analyze.h"
#include "analyzer/diagnosis.h"
#include "analyzer/rules.h"
#include "core/arena.h"

enum gpu_state {
    GPU_NO_DATA,   // no sample
    GPU_IDLE,      // no job on it
    GPU_STARTING,  // the job holds it but has not begun to work
    GPU_ACTIVE,    // a job works, or should
    GPU_DEAD,      // after a fault or an out-of-memory that ended the job
};

struct gpu {
    const char *entity;
    const struct table *table;  // of the source that gives its utilisation
    const struct source *source;
    // From the logs.
    float *util, *clock, *clock_max, *power, *power_limit, *temperature, *memory, *memory_total, *memory_util;
    float *thermal, *power_cap, *brake, *held;  // share of samples with these reason bits set
    float *other;                               // … with a slowdown by hardware, or a sync boost, that names no cause
    float *gen, *gen_max, *width, *width_max;
    bool has_reasons, has_clock, has_power, has_link;
    double full_util;        // % of the run's own healthy level
    double clock_reference;  // MHz; NaN if there is none
    const char *clock_reference_note;
    bool ever_hot;     // a thermal reason was set for more than a twentieth of its samples
    float busy_power;  // W; 95th percentile while it works
    bool unused;       // no job ever ran on it
    // Worked out.
    unsigned char *state;  // enum gpu_state
    float *starved;        // share of the bin's GPU time lost waiting, 0..1
    float *clock_lost;     // share lost to low clocks (of what is left), 0..1
    float *waiting;        // share lost waiting for a slower sibling
};

enum disk_class { DISK_UNKNOWN, DISK_HDD, DISK_SSD, DISK_NVME, DISK_STACKED, DISK_MEMORY };

struct disk {
    const char *entity;
    enum disk_class class;
    const struct source *source;
    const struct table *table;
    float *reads, *writes, *read_kb, *write_kb;  // r/s, w/s, kB/s
    float *read_await, *write_await, *await;     // ms
    float *queue, *util, *read_size;             // requests, %, kB
    float *read_queue, *write_queue;             // Little's law: rate x await / 1000
    double observed;                             // share of the time that its samples cover
    const char *model;                           // "" if no smartctl page names it
};

struct host {
    float *busy, *iowait, *idle, *user, *system, *steal;  // %, all CPUs; iowait is not busy
    float *core_max;                                      // % of the busiest single CPU
    float *cores_saturated;                               // how many single CPUs are above cpu.core_percent
    double cpus;                                          // NaN if not known
    float *swap_in, *swap_out, *blocked, *running;        // kB/s, tasks
    float *net_receive;                                   // kB/s over all interfaces
    bool has_cpu, has_cores, has_swap, has_blocked, has_net;
    const char *cpu_source, *core_source, *swap_source;
};

struct job {
    float *step_time;   // s
    float *throughput;  // samples/s
    bool present;
    double reference;  // step time of the fastest sustained stretch, NaN if none
};

// A stretch in which all working GPUs stood still.
struct stall {
    millis start, end;
    bool at_epoch;  // the training log has an epoch end or a validation there
    bool at_checkpoint;
};

struct claim;
struct claims;
struct foreign;
struct node;

struct run {
    struct arena *arena;
    const struct recording *recording;
    const struct analyze_options *options;
    const struct rules *rules;
    struct diagnosis *out;
    struct source_clock *clocks;

    millis start, end;
    double dt;  // seconds a bin
    size_t bins;

    struct gpu *gpus;
    size_t gpu_count;
    struct disk *disks;
    size_t disk_count;
    struct host host;
    struct job job;
    const struct gpu
        *link_straggler;  // the one GPU whose PCIe link is degraded and whom busy siblings wait for; NULL if none
    const struct gpu *clock_doubt;  // a GPU whose flat, very low clock cannot be judged; NULL if none
    struct stall *stalls;
    size_t stall_count;
    double stall_period;  // s; NaN if they do not recur
    double loss_between;  // share of GPU time lost outside of stalls that recur; NaN if not known
    double sampling;      // s between two samples of a GPU

    // Over all GPUs that have a job in the bin.
    float *active;   // number of GPUs in state ACTIVE or DEAD
    float *starved;  // mean share of their time
    float *clock_lost;
    float *waiting;
    float *step_lost;           // share lost by slow steps under full utilisation; NaN where there is none
    float *util;                // mean utilisation, %
    unsigned char *dead_cause;  // per bin: CAUSE_GPU_FAULT or CAUSE_GPU_MEMORY after the job's death, else CAUSE_COUNT_
    bool *stalled;              // the bin lies in a stall that recurs
    struct claim **taken;       // per bin: the claim that has the starved time; NULL: unknown

    // A run over several hosts: each is a run of its own on the common grid (see nodes.h).
    struct node *nodes;             // of the whole run; NULL if it is on one host
    size_t node_count;              // 0 or at least 2
    const struct recording *shown;  // of the whole run: the logs with the names of devices as people see them
    const struct gpu *slow_gpu;     // of the whole run: that GPUs of other hosts may wait for, which cannot be told
    // Of a host's own run:
    const char *host_name;         // NULL if there is only one
    struct run *siblings;          // whose GPUs work in one job with its own; NULL: its own only
    struct claims *shared_claims;  // about all siblings; NULL if there are none
    struct foreign *foreign;       // claims of other hosts that its loss goes with
    size_t foreign_count;
    float *awaited;                      // per bin: share of its GPU time spent spinning for another host; NULL: none
    struct claim **awaited_claim;        // and for what
    double (*bin_losses)[CAUSE_COUNT_];  // per bin: GPU-seconds by cause, added up over hosts; NULL: not wanted
};

// The name of a device to people: "gpu0", or "node2:gpu0" where the run is over several hosts; and back to what the
// logs call it.
const char *run_name(const struct run *run, const char *device);
const char *run_device(const struct run *run, const char *name);

// ── grid.c ──

// Fixes start, end, dt and bins from the placed sources. False if there is nothing to put on a grid.
bool grid_span(struct run *run);

// A column as means per bin, in the arena; NULL when table or column is NULL or its source has no place in time.
float *grid_column(const struct run *run, const struct source *source, const struct table *table, const char *quantity);
// The same for a column at hand, which need not be one of the table's own.
float *grid_values(const struct run *run, const struct source *source, const struct table *table,
                   const struct column *column);
float *grid_empty(const struct run *run);  // all NaN
// Seconds between two samples of the finest GPU log (of several hosts, of the coarsest of them); NaN if there is none.
double grid_sampling(const struct run *run);
double grid_mean(const float *values, size_t count);
// Quantile of the present values, NaN if there are none.
double grid_quantile(const float *values, size_t count, double share);
const struct source_clock *run_clock(const struct run *run, const struct source *source);
size_t run_bin(const struct run *run, millis at);  // clamped to the grid

// All series worth showing, for the reports and the correlations.
void grid_series_all(struct run *run);

// ── gpus.c, host.c, disks.c, stalls.c: fill the members of run ──
void gpus_read(struct run *run);
void gpus_account(struct run *run);
// The same for GPUs of several hosts that work in one job, after each host's own: who waits for whom.
void gpus_account_siblings(struct run *run);
// What all GPUs lost, per bin; and to slow steps.
void gpus_sum(struct run *run);
void host_read(struct run *run);
void disks_read(struct run *run);
void stalls_find(struct run *run);
bool stall_beside(const struct run *run, size_t bin);  // the bin touches a stall that recurs

// Outside of gaps that recur the run must be healthy: else the gaps are the visible part of something else.
#define HEALTHY_BETWEEN 0.15

// ── incidents.c ──
// Faults and out-of-memory events that ended the job: sets states and dead_cause.
void incidents_apply(struct run *run);
// What ended the job on another host ended it on this one, too.
void incidents_apply_from(struct run *run, const struct run *other);

// ── health.c ──
void health_judge(struct run *run);
const struct disk_health *health_of(const struct run *run, const char *entity);

#endif

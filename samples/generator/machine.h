// machine.h: one machine and one training job, simulated in small ticks.
//
// Everything that the logs show follows from this model: a closed queue at each
// disk, workers that read and decode, a prefetch queue, GPUs with clocks, heat and
// power, and a job that waits for the slowest of them. The model knows nothing of
// the program that later reads the logs, and of its thresholds.
#ifndef WHYSLOW_SAMPLES_MACHINE_H
#define WHYSLOW_SAMPLES_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "samples/generator/noise.h"

enum { GPUS_MOST = 8, DISKS_MOST = 4, CORES_MOST = 128, NODES_MOST = 4 };

// What GPU time was lost to. The order is that of truth_names.
enum truth {
    TRUTH_NONE,  // productive, or a loss that belongs to every run
    TRUTH_STORAGE_READ,
    TRUTH_STORAGE_WRITE,
    TRUTH_CPU,
    TRUTH_ELSEWHERE,
    TRUTH_HOST_MEMORY,
    TRUTH_THERMAL,
    TRUTH_POWER_CAP,
    TRUTH_CLOCK_HELD,
    TRUTH_PCIE,
    TRUTH_STRAGGLER,
    TRUTH_COMMUNICATION,
    TRUTH_FAULT,
    TRUTH_GPU_MEMORY,
    TRUTH_EPOCH_GAP,
    TRUTH_IDLE,
    TRUTH_COUNT_
};
extern const char *const truth_names[TRUTH_COUNT_];

// ── disks ───────────────────────────────────────────────────────────────────

enum disk_class { DISK_HDD, DISK_SATA_SSD, DISK_NVME };

// Counters as /proc/diskstats has them; they only grow.
struct disk_counters {
    double reads, read_kib, read_merges, read_ms;
    double writes, write_kib, write_merges, write_ms;
    double flushes, flush_ms;
    double busy_ms, queue_ms;
};

struct disk {
    char name[16];
    enum disk_class class;
    bool sick;        // slow retries on reads
    double channels;  // requests that proceed at once
    double read_ms;   // service time of a small random read
    double write_ms;  // of a write that the drive's cache takes
    double read_mib_s, write_mib_s;
    double dirty_mib;       // written by the job, not yet on the disk
    double foreign_reads;   // requests a second of strangers
    double foreign_kib;     // size of each
    double foreign_writes;  // requests a second
    double mood;            // slow fluctuation of the service time, mean 1
    double tick_busy;       // share of this tick in which the job's reads were in flight
    struct disk_counters counters;
    struct disk_counters boot;  // what the counters were when the run began
};

// ── GPUs ────────────────────────────────────────────────────────────────────

struct board {
    const char *name;
    double memory_mib, reserved_mib;
    double power_limit, power_min, power_idle;
    double sm_max, sm_boost, memory_clock;  // MHz; boost: the highest clock under load
    double slowdown_temperature, hardware_temperature;
    int pcie_gen;
    bool ecc;
};
extern const struct board boards[];
extern const int board_count;

enum {
    REASON_IDLE = 0x1,
    REASON_SETTING = 0x2,
    REASON_POWER = 0x4,
    REASON_HW = 0x8,
    REASON_SW_THERMAL = 0x20,
    REASON_HW_THERMAL = 0x40
};

struct gpu {
    double cooling;      // thermal resistance, °C per W
    double ambient;      // °C
    double held_mhz;     // 0: free
    double power_limit;  // W
    int pcie_gen, pcie_width;
    double efficiency;  // its own power at the same work, about 1
    // state
    double temperature, power, clock, thermal_ceiling;
    double heat_target;  // where the temperature would settle, °C
    int reasons;
    double activity;    // what the chip does in this tick, 0..1 of full power
    double busy;        // share of this tick with a kernel on it
    double window[40];  // busy of the last ticks, for utilisation
    double power_average;
    double memory_mib;
    bool lost;
    long long replays;
    // a step in progress
    double transfer_left, compute_left;
};

// ── plan of a run ───────────────────────────────────────────────────────────

struct spell {  // a condition that holds for a part of the run, in seconds from its start; to <= from: never
    double from, to;
};

struct plan {
    const char *scenario;
    uint64_t seed;
    double seconds;
    double job_from, job_to;  // the job's life inside the run
    double load_seconds;      // reading the model, building the loader
    int64_t start;            // UTC seconds
    int cores;
    double memory_gib;

    int gpu_count;
    const struct board *board;
    double compute_s;           // a step at the reference clock
    double intensity;           // of full power while computing
    double memory_share;        // of the board's memory
    double memory_utilization;  // %
    double comm_s;              // all-reduce a step, healthy
    double comm_excess_s;       // and what is wrong with it
    double transfer_mib;        // per GPU and step
    double jitter;              // sigma of the step time
    double spin_activity;       // power share while waiting in a collective

    int batch;     // samples per GPU and step
    int prefetch;  // batches
    int workers;
    double sample_kib, read_kib;  // of a sample; of one request
    double readahead;             // requests in flight for each worker
    double decode_ms;             // core time of a sample
    double dataset_gib, cache_gib;
    int data_disk, system_disk, checkpoint_disk;
    int disk_count;

    bool network_source;     // the data come over the network
    double network_samples;  // samples a second that it can give
    double network_sigma;

    long long epoch_steps;  // 0: one endless epoch
    int validation_steps;
    double epoch_gap_s;
    long long checkpoint_steps;  // 0: none
    double checkpoint_gib;
    bool checkpoint_async;

    struct spell sick_disk;  // extra service time on the data disk
    double sick_ms;
    struct spell swapping;
    struct spell hot;  // cooling fails
    double hot_factor;
    int hot_only;               // of this GPU alone, counted from 1; 0: of all
    struct spell foreign_read;  // a stranger reads from foreign_disk
    int foreign_disk;
    double foreign_rate, foreign_kib;
    struct spell foreign_cpu;
    double foreign_cores;
    struct spell slow_network;
    double slow_network_factor;
    struct spell stall;     // a single pause of the job that nobody explains
    double xid_at, oom_at;  // seconds; 0: never
    int xid, fault_gpu;

    // A run over several nodes. Their plans differ in what is wrong with each.
    const char *node;   // its name; NULL: the run is on one machine
    bool synchronous;   // a step ends for all when the slowest has done it
    bool host_barrier;  // the processes wait for each other before a step, too, with idle GPUs
    bool holds_back;    // a slow GPU of this node is what all the others wait for

    double smart_growth;  // reallocated sectors during the run
    int reallocated, pending, uncorrectable;
    bool smart_failed;
};

// ── the machine while it runs ───────────────────────────────────────────────

enum job_state {
    JOB_ABSENT,
    JOB_LOADING,
    JOB_WAITING,
    JOB_READY,  // at the barrier before a step
    JOB_STEP,
    JOB_ARRIVED,  // at the collective that ends it
    JOB_COMM,
    JOB_CHECKPOINT,
    JOB_GAP,
    JOB_DEAD
};

struct core_times {  // seconds since boot
    double user, system, iowait, idle;
};

struct host {
    struct core_times cores[CORES_MOST];
    double runnable, blocked;                       // processes, this tick
    double swap_in_kib, swap_out_kib, swapped_mib;  // counters, level
    double network_kib;                             // counter, received
    double interrupts, switches;                    // counters
    double free_mib, cache_mib, buffer_mib;
};

struct job {
    enum job_state state;
    double state_left;  // seconds, where a state has its own length
    double queue;       // samples decoded and waiting
    long long step, epoch, epoch_step;
    int validation_left;
    double epoch_samples_read;
    double step_began, step_seconds;
    enum truth starved_by;  // what limits the loader in this tick
    double produced;        // samples/s in this tick
    double blocked;         // workers that wait for a read
    double loss_value;
    bool validating;
};

struct ledger;
struct machine;

// Something worth a line in a log.
enum happening {
    HAPPENED_STEP,
    HAPPENED_EPOCH,
    HAPPENED_VALIDATION,
    HAPPENED_CHECKPOINT,
    HAPPENED_CHECKPOINT_END,
    HAPPENED_START,
    HAPPENED_END,
    HAPPENED_OOM,
    HAPPENED_FAULT
};
struct listener {
    void (*happened)(void *state, const struct machine *machine, enum happening what);
    void *state;
};

struct machine {
    const struct plan *plan;
    struct noise noise;
    double now;  // seconds from the start of the run
    struct disk disks[DISKS_MOST];
    struct gpu gpus[GPUS_MOST];
    struct host host;
    struct job job;
    struct ledger *ledger;
    struct listener listener;
    double checkpoint_began;
    double left;       // of this tick
    enum truth blame;  // what made this machine late in this step
};

#define TICK 0.05

void machine_init(struct machine *machine, const struct plan *plan, struct ledger *ledger);
// After the disks have been described: gives the counters their history.
void machine_begin(struct machine *machine);
// Advances all machines of a run by TICK.
void machines_tick(struct machine *machines, int count);
bool spell_holds(struct spell spell, double now);

// The parts, in the order of a tick.
void disk_describe(struct disk *disk, const char *name, enum disk_class class);
// Serves up to `wanted` requests/s by `streams` closed streams of `kib` each; returns the requests/s that were possible
// and sets *latency_ms. Counters grow.
double disk_serve(struct disk *disk, struct noise *noise, double seconds, double streams, double wanted, double kib,
                  double sick_ms, double *latency_ms);
// What a request of `kib` takes, and the most requests/s that the disk can give.
void disk_limits(const struct disk *disk, double kib, double sick_ms, double *service_ms, double *ceiling);
void disk_background(struct disk *disk, struct noise *noise, double seconds);
void loader_tick(struct machine *machine);
void job_begin(struct machine *machine);    // of the tick
void job_advance(struct machine *machine);  // until the tick is over, or the others are to be waited for
bool job_at_barrier(const struct machine *machine);
void job_wait(struct machine *machine, double seconds, enum truth cause);  // at the barrier
void job_pass(struct machine *machine);                                    // all are there
void gpu_tick(struct machine *machine, struct gpu *gpu);
double gpu_reference_clock(const struct plan *plan, const struct gpu *gpu);
double gpu_utilization(const struct gpu *gpu, int ticks);  // %, of the last ticks
void host_tick(struct machine *machine);

// ── the truth ───────────────────────────────────────────────────────────────

enum { LEDGER_BIN = 10 };  // seconds
struct ledger {
    double lost[TRUTH_COUNT_];  // GPU-seconds
    double idle;                // GPU-seconds without a job
    int bins;
    double (*bin)[TRUTH_COUNT_];  // GPU-seconds by bin and cause
    double *bin_idle;
};
void ledger_lose(struct ledger *ledger, double now, enum truth cause, double gpu_seconds);

#endif

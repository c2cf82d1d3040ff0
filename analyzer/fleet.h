// fleet.h: many runs, one row each, and what they say together: which cause, host, disk and GPU cost most.
//
// A fleet_run is made of one run's diagnosis, kept in an index by whoever goes through the archive, and read back
// from there; nothing in it refers to the recording. Strings are UTF-8 and never NULL ("" where there is nothing);
// numbers are NaN where they are not known, times MILLIS_NONE. GPU-hours are rounded as report.json prints them
// (six significant digits), so that sums over rows equal sums over reports.
#ifndef WHYSLOW_ANALYZER_FLEET_H
#define WHYSLOW_ANALYZER_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/diagnosis.h"

// What became of a run.
enum fleet_status {
    FLEET_ANALYSED,
    FLEET_NOTHING,    // nothing usable in its files
    FLEET_FAILED,     // could not be analysed, or its report not written
    FLEET_CRASHED,    // its worker died of a signal
    FLEET_TIMED_OUT,  // its worker took longer than it may
    FLEET_STATUS_COUNT_
};
const char *fleet_status_name(enum fleet_status status);  // "analysed" …, for programs
enum fleet_status fleet_status_named(const char *name);   // FLEET_STATUS_COUNT_ if there is none

struct fleet_loss {
    enum cause cause;
    double gpu_hours, low, high;  // with the 95 % interval
};

struct fleet_finding {
    enum cause cause;
    enum severity severity;
    const char *entity;
    double confidence, lost_gpu_hours;
    const char *sentence;
};

struct fleet_gpu {
    const char *entity, *name, *uuid;
    double gpu_hours, lost_gpu_hours;  // covered by data; lost for any reason
};

struct fleet_disk {
    const char *entity, *model, *serial;
    double lost_gpu_hours;  // by causes that name this disk
    int health;             // level of disk_health: 0 fine … 3 act now; -1 not known
    const char *health_sentence;
};

struct fleet_input {
    const char *path, *sha256, *format, *host;
    uint64_t bytes;
};

// A key quantity of the run, for comparing runs: medians while the job ran.
struct fleet_trait {
    const char *quantity;  // "utilization.gpu", "r_await" …
    const char *entity;    // "" for a mean over entities of its kind
    double value;
    enum unit unit;
};

struct fleet_run {
    const char *run;     // its name: the path below the archive; unique in a fleet
    const char *digest;  // of its content, hexadecimal
    enum fleet_status status;
    const char *reason;  // why it was not analysed, a sentence; "" if it was
    const char *report;  // directory of its report, relative to the fleet's; "" if none
    const char *host;    // several, separated by commas, if the run had several
    millis start, end;   // run clock
    const char *zone;    // "" if only a printed clock is known
    size_t gpu_count;
    enum cause cause;
    const char *entity;
    double confidence, share;
    const char *sentence, *next, *settle;
    double gpu_hours, lost_total, lost_low, lost_high, idle_gpu_hours;
    char grade;  // of the data, 'A' … 'F'; ' ' if none
    struct fleet_loss *losses;
    size_t loss_count;
    struct fleet_finding *findings;
    size_t finding_count;
    struct fleet_gpu *gpus;
    size_t gpus_count;
    struct fleet_disk *disks;
    size_t disk_count;
    struct fleet_input *inputs;
    size_t input_count;
    struct fleet_trait *traits;
    size_t trait_count;
};

// The row of an analysed run, in the arena. `run`, `digest` and `report` are left "".
struct fleet_run *fleet_run_of(struct arena *arena, const struct diagnosis *diagnosis);

// What the runs say together; members are added by fleet.c. All strings and arrays are owned by the arena.
struct fleet;

// Rows in any order; equal rows in another order give an equal fleet. `gpu_hour_cost` is NaN without a price.
// The runs must outlive the result.
struct fleet *fleet_of(struct arena *arena, const struct fleet_run *const *runs, size_t count, double gpu_hour_cost);

#endif

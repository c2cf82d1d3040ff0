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

// A key quantity of the run, for comparing runs: medians while the job ran; and, as "phase:CAUSE", the share of the
// run's time that its phases took, in percent.
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

// GPU-hours as the JSON prints them: six significant digits. NaN stays NaN.
double fleet_rounded(double gpu_hours);

// False for serial numbers that makers leave out: words, or the same digit over and over.
bool fleet_serial_tells(const char *serial);

// ── what the runs say together ──────────────────────────────────────────────
//
// Sums are taken exactly over the rounded figures and then rounded to a millionth of a GPU-hour, so they depend on no
// order and anybody can check them. Intervals of sums take the errors of runs as independent: half-widths add up in
// squares. Runs that were not analysed have no part in any sum.

struct fleet_sum {
    size_t runs;                    // with data on it
    size_t slow;                    // of these, whose verdict names it (a host: whose verdict is a loss)
    double gpu_hours;               // covered by data; NaN where that is no use (causes, disks)
    double lost, low, high;         // GPU-hours; low and high NaN where only runs as a whole have an interval
    double cost;                    // NaN without a price
    enum cause main;                // the cause that cost most; CAUSE_NO_DATA if nothing was lost
    double main_lost;               // GPU-hours of that
    const struct fleet_run *worst;  // where most was lost; NULL if nothing was
};

struct fleet_by_cause {
    enum cause cause;
    struct fleet_sum sum;
    double confidence;  // mean over the runs whose verdict it is, weighed by what they lost; NaN if there are none
};

// A host, disk or GPU. Disks and GPUs are known by serial number or UUID, else by host and name; without either a
// device is that of its run alone.
struct fleet_thing {
    const char *host;    // "" if not known
    const char *entity;  // "sda"; "" for a host
    const char *label;   // model or product; ""
    const char *serial;  // serial number or UUID; ""
    const char *run;     // the only run that it is known from, where nothing tells that it is in others, too; else ""
    struct fleet_sum sum;
    double by_cause[CAUSE_COUNT_];  // lost GPU-hours
    uint32_t named[CAUSE_COUNT_];   // runs whose verdict is this cause, on it
    millis first, last;             // of its runs with a date
    int health;                     // disks: the worst level seen, -1 if never
    const char *health_sentence;
    const struct fleet_run *health_run;  // where it was seen
};

// A host, disk or GPU that a cause names again and again, against the others of its kind: hypergeometric test over
// runs, one-sided, q after Benjamini and Hochberg. Runs are taken as independent, which runs of one job are not.
enum fleet_kind { FLEET_HOST, FLEET_DISK, FLEET_GPU };
struct fleet_recurrence {
    enum fleet_kind kind;
    const struct fleet_thing *thing;
    enum cause cause;
    size_t named, runs;  // runs whose verdict is the cause (and names it), of the runs that it was in
    double expected;     // runs that would be named at the rate of all others of its kind; NaN: there are no others
    double p, q;         // NaN without others
    bool established;    // named at least 3 times, and q <= 0.05
};

struct fleet_period {
    millis start, end;
    size_t runs;
    double gpu_hours, lost;
    double by_cause[CAUSE_COUNT_];
};

// A log that is missing in runs whose verdict is unknown.
struct fleet_missing {
    const char *settle;  // what would settle it
    size_t runs;
    double unknown_hours;  // GPU-hours that are lost for an unknown cause in these runs
    const char *hosts;     // names, separated by commas; ""
    size_t host_count;
};

// The nearest earlier run of a run. The distance is 0 … 1: the mean of what is known in both of three parts: half the
// sum of differences of the shares of GPU time lost by cause; the same for the shares of time of phases; the mean
// over key quantities of |ln a/b| / ln 4, at most 1.
struct fleet_neighbour {
    const struct fleet_run *run, *like;  // like is NULL where nothing is near
    double distance;                     // NaN then
};
// Nearer than this is alike: a tenth of what two runs can differ by.
#define FLEET_NEAR 0.1

enum { FLEET_BANDS = 5 };
struct fleet_band {
    double from, to;  // confidence
    size_t runs;
    double lost;
};

enum fleet_step { FLEET_BY_DAY, FLEET_BY_WEEK, FLEET_BY_MONTH, FLEET_BY_YEAR };

struct fleet {
    struct arena *arena;
    const struct fleet_run *const *runs;  // by name
    size_t run_count;
    size_t status[FLEET_STATUS_COUNT_];  // runs by what became of them
    double price;                        // of a GPU-hour; NaN if none
    struct fleet_sum total;
    double idle_gpu_hours;
    size_t gpus;          // that are known
    millis start, end;    // of the runs with a date
    bool zones_differ;    // run clocks of different zones, or of none, were put on one axis
    size_t undated;       // analysed runs without
    double undated_lost;  // GPU-hours

    struct fleet_by_cause *causes;  // that cost something or are a verdict; most expensive first
    size_t cause_count;
    struct fleet_thing *hosts, *disks, *gpu_things;  // most expensive first
    size_t host_count, disk_count, gpu_count;
    const struct fleet_run **worst;  // analysed runs, by what they lost
    size_t worst_count;
    struct fleet_recurrence *recurrences;  // named at least twice; established first
    size_t recurrence_count;
    const struct fleet_thing **failing;  // disks whose health is at least suspect, worst first
    size_t failing_count;
    enum fleet_step step;
    struct fleet_period *periods;  // in order of time; empty ones are left out only where there would be over 400
    size_t period_count;
    struct fleet_neighbour *neighbours;  // one for each of the runs, in the same order
    struct fleet_missing *missing;       // most GPU-hours first
    size_t missing_count;
    struct fleet_band bands[FLEET_BANDS];
};

// Rows in any order; equal rows in another order give an equal fleet. `gpu_hour_cost` is NaN without a price.
// The runs must outlive the result. All strings and arrays are owned by the arena.
struct fleet *fleet_of(struct arena *arena, const struct fleet_run *const *runs, size_t count, double gpu_hour_cost);

#endif

// diagnosis.h: what the analyzer hands on: findings ranked, each with its evidence.
//
// All strings are UTF-8 in the user's language and owned by the diagnosis. Times
// are `millis` on the run clock. NaN means "not known" throughout.
#ifndef WHYSLOW_ANALYZER_DIAGNOSIS_H
#define WHYSLOW_ANALYZER_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/recording.h"

// The closed vocabulary of causes. The ids never change their meaning.
enum cause {
    CAUSE_COMPUTE_BOUND,
    CAUSE_STORAGE_READ,
    CAUSE_STORAGE_WRITE,
    CAUSE_DISK_FAILING,
    CAUSE_CPU_PREPROCESSING,
    CAUSE_INPUT_ELSEWHERE,
    CAUSE_HOST_MEMORY,
    CAUSE_GPU_THERMAL,
    CAUSE_GPU_POWER_CAP,
    CAUSE_GPU_CLOCK_HELD,
    CAUSE_PCIE_DEGRADED,
    CAUSE_GPU_STRAGGLER,
    CAUSE_COMMUNICATION_BOUND,
    CAUSE_GPU_FAULT,
    CAUSE_GPU_MEMORY,
    CAUSE_EPOCH_GAP,
    CAUSE_JOB_IDLE,
    CAUSE_UNKNOWN,
    CAUSE_NO_DATA,  // phases only
    CAUSE_COUNT_
};

const char *cause_id(enum cause cause);     // "storage-read"
const char *cause_title(enum cause cause);  // "reads from a local disk are too slow", in the user's language

// A piece of evidence: one number that a reader can check.
struct evidence {
    const char *text;  // "median r_await 87 ms while the GPU starved, 5.8 ms otherwise"
    int direction;     // +1 for the claim, -1 against it, 0 context
    double value;      // the number in the text
    double threshold;  // what it was compared with; NaN if nothing
    enum unit unit;
    const char *source;             // path of the log ("" if several)
    const char *entity, *quantity;  // of the series, "" if none
    uint32_t line;                  // a line to look at, 0 if none
    millis from, to;                // the span it speaks of
};

struct finding {
    enum cause cause;
    enum severity severity;
    const char *entity;     // "" if it belongs to nobody
    const char *sentence;   // one sentence with the number inside
    const char *next;       // what to do
    double confidence;      // 0..1
    double lost_gpu_hours;  // NaN if it cost nothing measurable
    const struct evidence *evidence;
    size_t evidence_count;
};

struct verdict {
    enum cause cause;
    const char *entity;  // "" if none
    double confidence;
    double share;                 // of the run's GPU time
    const char *sentence;         // what was slow
    const char *why;              // the strongest fact for it
    const char *against;          // the strongest fact against it, "" if none
    const char *settle;           // the one log or command that would settle it, "" if nothing is missing
    const char *next;             // what to do
    const char *counterfactual;   // "without the disk stalls the run would have ended 2 h 11 min earlier", ""
    const char *confidence_note;  // what the confidence rests on and what caps it
};

struct phase {
    millis start, end;
    enum cause cause;
    const char *entity;
    double confidence;
    double lost_gpu_hours;
    double gpu_utilization;  // mean in the phase, %
};

enum ruled_out_result { RULED_OUT_NOT_SUPPORTED, RULED_OUT_NO_DATA };

struct ruled_out {
    enum cause cause;
    const char *entity;
    enum ruled_out_result result;
    const char *test;    // what was tested, a sentence
    const char *settle;  // for no data: the log or command that would decide
    double value, threshold;
    enum unit unit;
};

enum clock_method { CLOCK_STATED, CLOCK_OPTION, CLOCK_ESTIMATED, CLOCK_ASSUMED };
const char *clock_method_name(enum clock_method method);  // "stated" …, marked for translation

// A stretch of a log in which its clock ran evenly, up to the first line of the next one. Each stretch begins where the
// clock was set, or civil time changed.
struct clock_segment {
    uint32_t line;          // first line of the file that belongs to it
    millis printed;         // the time from which drift counts
    double offset_seconds;  // at `printed`, besides the clock's own offset
    double drift_ppm;       // by how much the clock runs fast
    bool placed;            // false: nothing proves the offset; no time of it may be used
};

struct source_clock {
    const struct source *source;
    double offset_seconds;  // printed time minus run clock
    double uncertainty_seconds;
    enum clock_method method;
    bool established;
    bool placed;              // false: an untimed source that could not be placed; no time of it may be used
    double untimed_start_ms;  // for CLOCK_NONE sources that were placed: run time of ordinal 0 …
    double untimed_step_ms;   // … and the step between ordinals
    const struct clock_segment *segments;  // ascending lines; NULL where the one offset holds throughout
    size_t segment_count;
    const char *note;  // what it rests on, one sentence
};

// Run time of a row's or event's printed time under this clock; MILLIS_NONE if it cannot be placed. The line tells
// apart what was printed before and after the clock was set back.
millis clock_to_run(const struct source_clock *clock, millis printed, uint32_t line);

struct correlation {
    const char *a_entity, *a_quantity;    // the lost share of GPU time (marked for translation), or a GPU series
    const char *b_entity, *b_quantity;    // what may explain it
    double pearson, spearman, low, high;  // interval of spearman
    double n_effective;
    double p, q;  // p: the larger of the two tests; q: after Benjamini-Hochberg over all pairs
    bool significant;
    bool negative_control;
    double lag_seconds;  // of the strongest prewhitened correlation; positive: b leads
    bool lag_holds;      // survives clock uncertainty, bootstrap and halves
    const char *words;   // "coincides with", "precedes", "no relation shown"
    size_t samples;
};

struct change {
    millis at, low, high;  // location and its interval
    const char *entity, *quantity;
    double before, after;
    enum unit unit;
    double p;
};

struct anomaly {
    millis start, end;
    const char *entity, *quantity;
    double value, usual, score;  // score: ratio to the fifth largest excursion
    enum unit unit;
    const char *sentence, *next;
};

// One disk's health over its snapshots.
struct disk_attribute {
    const char *name;
    double first, last, growth;  // raw values of the first and last snapshot
    double value, threshold;     // normalised value and threshold, NaN if none
    const char *state;           // "", "FAILING_NOW", "In_the_past"
    uint32_t line;
    int level;      // 0 fine, 1 watch, 2 suspect, 3 act now
    bool by_value;  // judged by the normalised value: the raw one counts something else
};
struct disk_health {
    const char *entity, *model, *serial, *source;
    const char *joined;   // how the page was joined to the device name
    const char *verdict;  // "PASSED", "FAILED", "unknown", "not readable: …"
    size_t snapshots;
    millis first, last;
    double power_on_hours, temperature;
    const struct disk_attribute *attributes;
    size_t attribute_count;
    int level;
    bool unreadable;  // smartctl could not read it at last
    const char *sentence, *next;
};

struct loss {
    enum cause cause;
    double gpu_hours, low, high;  // with its 95 % interval
};

// A series on the common grid.
struct grid_series {
    const struct source *source;
    const struct table *table;
    const struct column *column;
    const float *mean;  // per bin; NaN where coverage < 0.5 of what the cadence allows
};

// One GPU's accounting on the grid, per bin.
struct gpu_lane {
    const char *entity;
    const float *utilization;  // %, NaN if missing
    const float *productive;   // 0..1, NaN if missing
};

struct rule_in_force {
    const char *name;  // "storage.await_ms"
    double value, standard;
    enum unit unit;
    const char *what;
};

struct period {
    const char *name;  // "epoch", "checkpoint", "step"
    double seconds, uncertainty;
    size_t cycles;
    const char *note;
};

struct quality {
    char grade;  // 'A' … 'F'
    double confidence_cap;
    double gpu_coverage;  // share of the run with GPU samples
    double longest_gap_seconds;
    size_t gaps;
    const char **notes;  // sentences: what is missing, what it means
    size_t note_count;
};

// A group of evidence series shown against the loss: dose and response by quintile.
struct dose_response {
    const char *entity, *quantity;
    enum unit unit;
    size_t count;             // ≤ 5
    double dose[5], loss[5];  // median of the quantity, mean lost share
    bool monotone;
};

// How the loss goes with one of these series at each lag, both whitened (AR models taken off, lines and periods
// before), so that a slow drift or a common rhythm makes no peak.
struct lag_curve {
    const char *entity, *quantity;
    size_t count;                // odd; lags from -reach to +reach, a positive one: the series is ahead of the loss
    double reach, step;          // seconds
    const double *r;             // correlation at each lag; NaN where too few pairs are
    double band;                 // what chance alone leaves above in 5 % of such curves, over all lags together
    double uncertainty_seconds;  // of the clocks and the bins: a peak nearer to 0 is no lag
    double peak_seconds;         // where |r| is largest
    const char *words;           // what that shows
};

struct rule_alert {  // when an alert rule would have fired
    const char *rule, *entity, *sentence;
    millis first;
    double seconds;  // total time above
    enum severity severity;
};

struct diagnosis {
    struct arena *arena;                // owns everything below
    const struct recording *recording;  // borrowed

    millis start, end;               // of the run, run clock
    const char *zone;                // NULL: the clock printed by the reference source
    const struct source *reference;  // the source that gives the run clock
    const char *host;                // "" if no log names one, or several are in the run
    const char **hosts;              // of a run over several; devices are then named "node1:gpu0"
    size_t host_count;               // 0 or at least 2
    const char **gpus;
    size_t gpu_count;
    const char **disks;
    size_t disk_count;

    double bin_seconds;
    size_t bin_count;
    const struct grid_series *series;
    size_t series_count;
    const struct gpu_lane *lanes;
    size_t lane_count;
    const float *lost_share;         // per bin, over all GPUs, 0..1; NaN: no data
    const unsigned char *bin_cause;  // per bin, enum cause

    struct verdict verdict;
    double gpu_hours;  // GPU time covered by data
    double lost_total, lost_low, lost_high;
    double cost;  // money; NaN without a price
    double idle_gpu_hours, startup_gpu_hours;
    const struct loss *losses;
    size_t loss_count;  // ranked
    const struct phase *phases;
    size_t phase_count;
    const struct finding *findings;
    size_t finding_count;  // ranked
    const struct ruled_out *ruled_out;
    size_t ruled_out_count;
    const struct source_clock *clocks;
    size_t clock_count;  // one per source
    const struct correlation *correlations;
    size_t correlation_count;
    size_t correlation_tests;
    bool negative_control_failed;
    const struct change *changes;
    size_t change_count;
    const struct anomaly *anomalies;
    size_t anomaly_count;
    const struct disk_health *health;
    size_t health_count;
    const struct period *periods;
    size_t period_count;
    const struct lag_curve *lags;  // of the series with a dose
    size_t lag_count;
    const struct dose_response *doses;
    size_t dose_count;
    const struct rule_alert *alerts;
    size_t alert_count;
    const struct rule_in_force *rules;
    size_t rule_count;
    struct quality quality;
};

#endif

// comparison.h: what changed between a baseline and other runs.
//
// A profile is what is kept of one run: plain values, nothing of its recording, so that many runs can be compared in
// little memory. Strings are UTF-8, in the user's language, owned by the arena that was given, never NULL ("" where
// there is nothing). Numbers are NaN where they are not known. Shares are 0..1 of the GPU time with a job on it (idle
// time left out), intervals are 95 %.
#ifndef WHYSLOW_ANALYZER_COMPARISON_H
#define WHYSLOW_ANALYZER_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/diagnosis.h"

// Means of a series over the whole run, in equal steps of its length.
enum { CURVE_COLUMNS = 240 };

// A quantity of a device in the steady part of the run (a job works; start, end and idle time left out), or in the
// part of it that one cause took.
struct trait {
    const char *entity, *quantity;
    enum entity_kind kind;
    enum unit unit;
    enum cause phase;      // CAUSE_COUNT_: the steady part as a whole
    double level;          // median of the blocks
    double mean;           // of the blocks
    double rate;           // mean of 1 / value over the stretch: of step times, steps a second
    const double *blocks;  // means of equally long stretches, in time order
    size_t block_count;    // at most 40
    double effective;      // how many independent blocks they are worth
    double block_seconds;  // length of a block
    const float *curve;    // CURVE_COLUMNS means over the run, NaN without samples; NULL for a phase
};

struct share {
    double share, low, high;
};

// Something that is set and not measured, as text.
struct setting {
    const char *entity, *what, *value;
    uint64_t identity;  // of what the logs say, which a redacted value may hide
};

struct noted {  // a finding
    enum cause cause;
    enum severity severity;
    const char *entity, *sentence;
};

// Kinds of logs that decide whether something can be compared.
enum evidence_kind { HAS_GPU, HAS_DISK, HAS_CPU, HAS_STEPS, HAS_HEALTH, HAS_REASONS, HAS_COUNT_ };

struct profile {
    const char *name;    // as given on the command line
    const char *digest;  // of all inputs: equal for the same logs
    const char *start;   // ISO 8601, with Z where the zone is known; "–"
    millis begin, end;   // run clock, MILLIS_NONE if not known
    double seconds;      // length of the run
    double steady_seconds;
    double phase_share[CAUSE_COUNT_];  // of the steady part that a cause took
    enum cause cause;                  // the verdict
    const char *entity, *sentence, *next;
    double confidence;
    double gpu_hours;                   // with a job on them
    double job_seconds;                 // of one GPU, on average
    struct share lost;                  // in total
    struct share causes[CAUSE_COUNT_];  // 0 where it took nothing
    const char *guilty[CAUSE_COUNT_];   // the device; ""
    bool no_data[CAUSE_COUNT_];         // the logs could not show this cause
    bool has[HAS_COUNT_];
    const char *data_disk;  // the one that was read most; "" if none was
    const struct trait *traits;
    size_t trait_count;
    const struct setting *settings;
    size_t setting_count;
    const struct noted *noted;
    size_t noted_count;
};

// `raw` is the diagnosis; `shown` the same or its redacted copy, from which all strings are taken. Neither is needed
// afterwards.
struct profile *profile_of(struct arena *arena, const struct diagnosis *raw, const struct diagnosis *shown,
                           const char *name);

// ── what changed ────────────────────────────────────────────────────────────

// A tested quantity. It is material if it stands out from chance after correction for all tests of quantities (q <=
// 0.025, Benjamini and Hochberg; causes are a family of their own), from what equal runs differ by (the allowance), and
// from the variation within the baseline.
struct difference {
    const struct trait *before, *after;  // their entities may differ: disks are matched by what they do, too
    double shift, low, high;             // Hodges and Lehmann's, in the unit
    double ratio;                        // after / before; NaN for 0
    double allowance;                    // by which two runs of one set-up differ: one standard deviation
    double band;                         // a smaller shift is no change, whatever its significance
    double p, q;                         // NaN: too short to test
    bool material;
    int worse;  // 1 worse, -1 better, 0 neither by itself
};

enum cause_change { CAUSE_SAME, CAUSE_NEW, CAUSE_GONE, CAUSE_MORE, CAUSE_LESS, CAUSE_UNTOLD };

struct cause_difference {
    enum cause cause;  // CAUSE_COUNT_: all causes together
    struct share before, after;
    const char *before_entity, *after_entity;
    double shift, low, high, p, q;
    enum cause_change change;          // CAUSE_UNTOLD: what the logs of both show does not tell
    const struct difference *support;  // the quantity that shows it best; NULL if none changed
};

struct setting_difference {
    const char *entity, *what, *before, *after;  // "" where a run does not say
    bool differs;                                // false also where one run does not say
};

struct noted_difference {
    enum cause cause;
    const char *entity, *sentence;
    int before, after;  // enum severity, -1: not found
};

// What cannot be compared, and what would settle it.
struct uncompared {
    const char *what, *settle;
};

enum contrast_kind { CONTRAST_SAME, CONTRAST_SLOWER, CONTRAST_FASTER, CONTRAST_OTHER, CONTRAST_UNTOLD };
const char *contrast_name(enum contrast_kind kind);  // "same", "slower" …, for programs

struct contrast {
    const struct profile *baseline, *run;
    enum contrast_kind kind;
    bool identical;        // the same logs
    double slower;         // 0.25: takes 25 % longer for the same work; negative: faster; NaN: cannot be told
    const char *measure;   // what `slower` rests on; ""
    const char *headline;  // "slower by 163 %"
    const char *sentence, *why, *next;
    int severity;  // enum severity of what got worse; -1: nothing did
    struct cause_difference total;
    struct cause_difference *causes;
    size_t cause_count;
    struct difference *differences;  // material ones first, by strength
    size_t difference_count, material_count;
    size_t tests;
    const struct setting_difference *settings;
    size_t setting_count;
    const struct noted_difference *noted;
    size_t noted_count;
    const struct uncompared *uncompared;
    size_t uncompared_count;
};

struct comparison {
    struct arena *arena;
    const struct profile *baseline;
    const struct contrast *contrasts;
    size_t count;
};

// Compares each run with the baseline. All profiles must outlive the result.
struct comparison *comparison_of(struct arena *arena, const struct profile *baseline, const struct profile *const *runs,
                                 size_t count);

#endif

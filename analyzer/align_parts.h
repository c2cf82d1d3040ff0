// align_parts.h: what the parts of the alignment share. Not seen outside analyzer/align*.c.
//
// A "lead" is the seconds by which one log's printed times run ahead of another's.
#ifndef WHYSLOW_ANALYZER_ALIGN_PARTS_H
#define WHYSLOW_ANALYZER_ALIGN_PARTS_H

#include "analyzer/align.h"
#include "core/arena.h"

// All civil time zones are multiples of this from UTC …
#define ZONE_STEP 900.0
// … between UTC-12 and UTC+14.
#define ZONE_WEST (-48)
#define ZONE_EAST 56
// A clock of a computer that sets its time at all is not off by more than this; larger leads are zones.
#define SKEW_MOST 130.0

double lead_zone(double lead);  // the nearest multiple of ZONE_STEP
double lead_rest(double lead);  // what is left of it, -450..450 s

// ── activity: what two logs of one run should show together (align_activity.c) ──

enum activity_role {
    ACTIVITY_GPU,         // utilisation or power, mean over GPUs
    ACTIVITY_READ,        // kB/s read from disks
    ACTIVITY_WRITE,       // kB/s written
    ACTIVITY_QUEUE,       // requests waiting at disks, or %util where no queue is printed
    ACTIVITY_IOWAIT,      // % of CPU time
    ACTIVITY_CPU,         // % busy
    ACTIVITY_SWAP,        // kB/s swapped in
    ACTIVITY_STEP_TIME,   // seconds a training step takes
    ACTIVITY_THROUGHPUT,  // training steps or samples a second
    ACTIVITY_COUNT_
};

// +1 or -1: the sign that a true relation has; 2: either sign may be true; 0: the two say nothing about each other.
int activity_sign(enum activity_role a, enum activity_role b);

// The activities of some sources on bins of dt seconds from `start` (on the clock that they print); NULL where a role
// is not logged. Owned by the arena.
struct activity {
    double start;  // seconds
    double dt;
    size_t bins;
    double *series[ACTIVITY_COUNT_];
};

// How the times of a source are to be read: printed, or ordinal times `step` seconds from `start`.
struct reading {
    bool ordinal;
    double start, step;
};

// All sources must print one clock. False if nothing of use is logged or the span is out of all proportion.
bool activity_of(const struct source *const *sources, size_t count, struct reading reading, double dt,
                 struct arena *arena, struct activity *out);

// What GPUs do while a job works on them, twice: utilisation (ACTIVITY_GPU), and power where others have throughput,
// since GPUs that spin while they wait for others show it there alone. The first and last minute are left out: jobs
// that have nothing to do with each other may be started and stopped together.
bool activity_of_gpus(const struct source *const *sources, size_t count, double dt, struct arena *arena,
                      struct activity *out);

// ── spans: when a log begins and ends (align_spans.c) ──

struct span {
    double first, last;  // seconds, as printed
    double cadence;      // seconds; 0 if not known
    bool known;
};

struct span span_of(const struct source *const *sources, size_t count);

// What an anchor says about the lead of one log over another.
struct witness {
    bool speaks;
    double lead, uncertainty;
};

// Both logs begin and end together when one is moved: equal lengths within 2 % and within a few reports.
struct witness witness_spans(struct span reference, struct span other);
// The last printed stamps against the times at which the files were last written.
struct witness witness_modified(const struct source *reference, struct span reference_span, const struct source *other,
                                struct span other_span);
// One log lies within the other as printed, and would not if moved by a quarter hour or more.
bool spans_contained(struct span reference, struct span other);
// When GPUs work, by their log: from the first to the last sample above 5 % utilisation. Not known without such a
// column.
struct span span_of_work(const struct source *const *sources, size_t count);
// A training log ends with the work of its GPUs, within a few reports, and begins not long before or after it.
bool spans_job(struct span work, struct span job);
// Seconds in which both logs report when `other` is moved back by `lead`, as a share of the shorter one.
double spans_overlap(struct span reference, struct span other, double lead);

// ── correlation at all lags (align_lags.c) ──

struct lag_search {
    const struct activity *reference, *other;
    // Leads are tried at centre + k * step +- reach. A step of 0 means k = 0 only.
    double centre, step, reach;
    int low, high;      // range of k
    double hypotheses;  // further hypotheses tried besides these lags (cadences of an untimed log): multiplies p
};

struct lag_estimate {
    bool tried;           // enough pairs at some lag
    bool accepted;        // all the tests hold
    double lead;          // best, in seconds
    double uncertainty;   // half width where z falls by 1
    double z, p;          // of the best lag; p counts all lags and hypotheses tried
    double runner_up;     // lead of the best lag further than 60 s away …
    double runner_up_z;   // … and its z
    int quarters;         // of 4 that find the same lag
    const char *refusal;  // why it is not accepted, for people; "" if it is
};

// Prewhitened, masked cross-correlation of all pairs of activities with a known relation. The arena is for working
// memory.
struct lag_estimate lags_estimate(const struct lag_search *search, struct arena *arena);

// ── logs without times (align_untimed.c) ──

// Places a CLOCK_NONE source: sets placed, untimed_*, method, established and note.
void untimed_place(const struct source *source, const struct analyze_options *options,
                   const struct source *const *reference, size_t reference_count, struct arena *arena,
                   struct source_clock *clock);

// The option that holds for a source: the last one that names it, else the last one that names none; NULL if there is
// none.
const struct clock_option *option_for(const struct clock_option *options, size_t count, const struct source *source);

#endif

// align_steps.h: logs whose clock changed while they were written: daylight saving, clocks that were set. Not seen
// outside analyzer/align*.c.
#ifndef WHYSLOW_ANALYZER_ALIGN_STEPS_H
#define WHYSLOW_ANALYZER_ALIGN_STEPS_H

#include "analyzer/align_parts.h"

enum step_kind {
    STEP_CIVIL,    // daylight saving begins or ends: an hour, or what the zone's table says
    STEP_SHARED,   // another log of the run shows the same step
    STEP_PROVED,   // the parts before and after fit a third log with just that difference
    STEP_OPEN,     // backward, and nothing proves by how much
    STEP_JUMP,     // forward: a gap, unless it is proved to be a step
    STEP_DOUBTED,  // forward, and what comes after fits no other log as what comes before does
};

struct clock_step {
    enum step_kind kind;
    uint32_t line;         // the first line after it
    double before, after;  // printed times around it, seconds
    double seconds;        // by how much the clock was set; negative is back. Reports are taken to have gone on evenly.
    double uncertainty;
    bool
        apart;  // what follows was printed at times before all that went ahead: perhaps files put together out of order
};

// More steps than this are no clock that was set but a file that is put together.
enum { STEPS_MOST = 12 };

// What is known of the clock within one log.
struct stepped {
    const struct source *source;
    struct clock_step steps[STEPS_MOST];  // ascending lines; settled ones and open ones
    size_t count;
    bool disordered;  // its times go back in a way that no list of lines can tell: left as it is
    double doubt;     // seconds that small steps, which are not corrected, add to the uncertainty
    double drift_ppm;
    double drift_from;  // seconds, on the clock of the first stretch
};

// Fills `out` with the steps of a timed source, none settled but those of daylight saving that show themselves.
void steps_find(const struct source *source, struct stepped *out);

// With the zone known: its changes within the log, those that show as a step and those that fall into a gap.
struct civil_zone;
void steps_of_zone(struct stepped *log, const struct civil_zone *zone);

// Settles what one log says about another: the same step in two logs, an hour skipped by all.
void steps_compare(struct stepped *logs, size_t count);

// Settles what correlation with logs of an even clock proves (align_prove.c), and drops the jumps that are gaps.
void steps_prove(struct stepped *logs, size_t count);

// The rate of the clock of a log without steps against the reference, if it can be told and matters
// (align_drift.c); sets drift_ppm and drift_from.
bool drift_find(struct stepped *log, const struct source *reference);

bool steps_any(const struct stepped *log);
bool steps_open(const struct stepped *log);
bool steps_doubted(const struct stepped *log);  // nothing shows whether a leap is a gap

// Some of the lines of a log; the offset counts from the first of its stretches. `to` 0: to the end.
struct stretch {
    uint32_t from, to;
};

// The stretch between open steps with most rows, the first unless another has more than twice as many.
struct stretch steps_main(const struct stepped *log);

// The segments in which the stretch has one clock and nothing else is placed. Owned by the arena.
const struct clock_segment *steps_segments(const struct stepped *log, struct stretch stretch, struct arena *arena,
                                           size_t *count);

// The source as if its clock had run evenly in the stretch; rows that are not placed have no time. Shares all but
// times with the source.
struct source *steps_view(const struct stepped *log, struct stretch stretch, struct arena *arena);

// What is to be said about it, one clause; NULL for an even clock.
const char *steps_note(const struct stepped *log, struct arena *arena);

#endif

// apportion.h: the steps of apportion(), for a run over several hosts, where they are taken host by host.
#ifndef WHYSLOW_ANALYZER_APPORTION_H
#define WHYSLOW_ANALYZER_APPORTION_H

#include "analyzer/cause.h"

struct shares {
    double seconds[CAUSE_COUNT_];
    double clock_seconds[CAUSE_COUNT_];  // the part that rests on the clock exponent
    double span[CAUSE_COUNT_];           // GPU-seconds of the bins it took
};

// A claim of another host that the loss of this one goes with.
struct foreign {
    struct claim *claim;
    double explained;  // share of this host's loss that falls into it
};

// The place of a claim's cause in the table of causes: what is more specific first.
size_t claim_rank(const struct claim *claim);

// It rests on nothing else being seen (nothing on this host, that is).
bool claim_by_elimination(const struct claim *claim);

// Which claims hold.
void apportion_decide(struct run *run, struct claims *claims);
// Whether a copy of another host's claim would hold for the loss of this one; fills its contrast.
bool apportion_would_hold(struct run *run, const struct claims *claims, struct claim *claim);
// Which claim has the starved time of each bin: run->taken.
void apportion_take(struct run *run, const struct claims *claims);
// Gives every lost GPU-second to a claim or to unknown, and adds it to `shares`.
void apportion_losses(struct run *run, const struct claims *claims, struct shares *shares);
// Totals of what was given out.
void apportion_finish(struct run *run, struct claims *claims, const struct shares *shares);

#endif

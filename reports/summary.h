// summary.h: the answer in a few sentences, the same in every output.
#ifndef WHYSLOW_REPORTS_SUMMARY_H
#define WHYSLOW_REPORTS_SUMMARY_H

#include "core/arena.h"

struct diagnosis;

// Every member is valid UTF-8 without line breaks; "" where there is nothing to say.
struct summary {
    const char *id;              // "storage-read on sda"
    const char *title;           // "reads from a local disk are too slow"
    const char *sentence;        // what was slow
    const char *why;             // the strongest fact for it
    const char *sure;            // "93 %: …", what the confidence rests on
    const char *cost;            // "61.2 of 92.1 GPU-hours lost (66 %) …"
    const char *counterfactual;  // what the run would have been without it
    const char *next;            // what to do
    const char *against;         // the strongest fact against it
    const char *settle;          // what would settle it
    const char *also;            // other findings worth a line: "also: disk-failing on sda (critical)"
};

struct summary summary_of(struct arena *arena, const struct diagnosis *diagnosis);

#endif

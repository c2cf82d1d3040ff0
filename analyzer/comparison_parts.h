// comparison_parts.h: what the files of the comparison share.
#ifndef WHYSLOW_ANALYZER_COMPARISON_PARTS_H
#define WHYSLOW_ANALYZER_COMPARISON_PARTS_H

#include "analyzer/comparison.h"

// A quantity worth comparing.
struct quantity_row {
    const char *name;
    int worse;        // 1: more of it is worse; -1: less is; 0: neither
    double relative;  // standard deviation between two runs of one set-up: this share of the level …
    double absolute;  // … and this much in any case, in its unit
    bool by_model;    // belongs to the model of the device: not compared between different ones
};
// NULL: not compared.
const struct quantity_row *quantity_row(const char *quantity);

// The quantities that show a cause, best first; ends with NULL.
const char *const *quantities_of(enum cause cause);

// Fills shift, interval, allowance, band and p of a pair.
void difference_test(struct difference *difference, const struct quantity_row *row);
// A difference of shares of GPU time.
void share_test(struct cause_difference *difference, const struct contrast *contrast);
// q over all tests of a contrast, and what is material by it.
void contrast_correct(struct contrast *contrast);

// The traits of a run, and its settings.
void profile_traits(struct arena *arena, struct profile *profile, const struct diagnosis *raw,
                    const struct diagnosis *shown);
void profile_settings(struct arena *arena, struct profile *profile, const struct diagnosis *raw,
                      const struct diagnosis *shown);

// Pairs of traits, settings, findings, and what has no partner.
void contrast_pair(struct arena *arena, struct contrast *contrast);
void contrast_settings(struct arena *arena, struct contrast *contrast);
// What follows from all that: kind, slower, severity and the sentences.
void contrast_judge(struct arena *arena, struct contrast *contrast);

#endif

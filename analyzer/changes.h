// changes.h: where the level of a series changes for good.
#ifndef WHYSLOW_ANALYZER_CHANGES_H
#define WHYSLOW_ANALYZER_CHANGES_H

#include <stddef.h>

struct arena;

// One default for every series; NULL stands for it.
struct changes_options {
    double penalty;    // cost of a change in units of log n; PELT, L2 on the series scaled by its robust spread
    size_t least;      // shortest segment, in samples
    double p;          // Welch test with effective sizes must be below
    double share;      // least shift as a share of the level …
    double deviation;  // … and in robust standard deviations
};
struct changes_options changes_defaults(void);

struct change_point {
    size_t index;          // first sample after the change
    size_t low, high;      // the change lies in low..high: positions that explain the series almost as well
    double before, after;  // means of the segments on both sides
    double p;
};

// Changes of level in n samples, ascending. NaNs are skipped and indices are those of `values`. *out is owned by the
// arena. Nothing is found in a constant series or one shorter than two segments.
size_t changes_find(const double *values, size_t n, const struct changes_options *options, struct arena *arena,
                    struct change_point **out);

#endif

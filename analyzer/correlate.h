// correlate.h: whether two series go together, by tests that hold under autocorrelation.
#ifndef WHYSLOW_ANALYZER_CORRELATE_H
#define WHYSLOW_ANALYZER_CORRELATE_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/diagnosis.h"

struct arena;

// Tests a against b (n bins of dt seconds; NaN = missing; a is what is to be explained, b what may explain it) after
// the straight line and the periodic profile were taken off both: p is the LARGER of the p by effective sample size and
// the p of the AR-whitened series, 1 if their signs differ. Sets pearson, spearman, low, high, n_effective, p,
// lag_seconds, lag_holds and samples; leaves names, q, significant, negative_control and words alone. False, with
// *out's numbers NaN, if a side is constant, fewer than 30 pairs or fewer than 10 effective ones are there.
// clock_uncertainty in seconds: a lag below it is no lag.
bool correlate_pair(const float *a, const float *b, size_t n, double dt, double clock_uncertainty, struct arena *arena,
                    struct correlation *out);

// The same whitened correlation at every lag within a minute (3 to 30 bins): fills in count, reach, step, r (in the
// arena), band, peak_seconds. False if there is too little to correlate.
bool correlate_lags(const float *a, const float *b, size_t n, double dt, struct arena *arena, struct lag_curve *out);

// q by Benjamini and Hochberg over all pairs, significant = q <= 0.10.
void correlate_adjust(struct correlation *list, size_t count);

#endif

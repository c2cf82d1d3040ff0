// period.h: the period of dips and bursts that recur.
#ifndef WHYSLOW_ANALYZER_PERIOD_H
#define WHYSLOW_ANALYZER_PERIOD_H

#include <stdbool.h>
#include <stddef.h>

struct period_result {
    double seconds, uncertainty;  // uncertainty: P² / (10 T), at least one bin over the cycles seen
    size_t cycles;                // whole periods in the data
    double p;                     // of the onset fold, over all frequencies looked at
    bool established;             // both methods agree and p <= 0.01
    double multiple;              // 1, or the ratio of the two methods' periods when they differ by a whole number
};

// Looks for a period between max(60 s, 4 dt) and a third of the span. `values`: n bins of dt seconds, NaN = missing.
// True if a candidate was found; *out then says how well it is proved. Deterministic (fixed seed of the surrogates).
bool period_find(const float *values, size_t n, double dt, struct period_result *out);

// The period, in bins, that the autocorrelation alone proposes, at least `least` bins; NaN if none stands out. Cheap,
// and no proof: good for taking a profile off before a test.
double period_guess(const double *values, size_t n, size_t least);

// Takes the median profile over the period off, in place (64 phase cells at most).
void period_remove(double *values, size_t n, double period_bins);

#endif

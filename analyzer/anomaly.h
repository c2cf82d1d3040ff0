// anomaly.h: excursions that have no peers in their own log.
#ifndef WHYSLOW_ANALYZER_ANOMALY_H
#define WHYSLOW_ANALYZER_ANOMALY_H

#include <stddef.h>

struct arena;

struct anomaly_peak {
    size_t start, end;    // samples, both inclusive
    double value, usual;  // the most extreme value inside, the median of the log
    double score;         // excursion divided by the fifth largest excursion of the log
};

// Rare excursions of n samples, by time; at most a handful, since an event that recurs more than four times is not
// rare. NaNs are skipped; indices are those of `values`. Needs at least 50 values. *out is owned by the arena.
size_t anomalies_find(const double *values, size_t n, struct arena *arena, struct anomaly_peak **out);

#endif

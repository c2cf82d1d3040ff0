// fleet_parts.h: what the files of the fleet share: exact sums, and the parts of the result, each filled by one file.
#ifndef WHYSLOW_ANALYZER_FLEET_PARTS_H
#define WHYSLOW_ANALYZER_FLEET_PARTS_H

#include "analyzer/fleet.h"

// A sum of GPU-hours without rounding down to 1e-12: equal whatever the order.
struct exact {
    int64_t hours, pico;
};
void exact_add(struct exact *sum, double gpu_hours);  // NaN adds nothing
// To a millionth of a GPU-hour.
double exact_value(const struct exact *sum);

// A fleet_sum being added up.
struct tally {
    size_t runs, slow;
    struct exact hours, lost, by_cause[CAUSE_COUNT_];
    double below, above;  // squared half-widths
    const struct fleet_run *last, *worst;
    double worst_lost;
};
// Counts the run, once however many things of it are added one after the other, and what was lost in it.
void tally_run(struct tally *tally, const struct fleet_run *run, double lost, bool slow);
// `interval`: the half-widths are known.
struct fleet_sum tally_sum(const struct tally *tally, bool interval, double price);

// The verdict says that the run lost time.
bool fleet_is_slow(const struct fleet_run *run);
// What the run lost for this cause; 0 if nothing.
const struct fleet_loss *fleet_loss_of(const struct fleet_run *run, enum cause cause);

void fleet_things(struct fleet *fleet);       // hosts, disks, GPUs; disks that are failing
void fleet_recurrences(struct fleet *fleet);  // needs the things
void fleet_trends(struct fleet *fleet);
void fleet_neighbours(struct fleet *fleet);
void fleet_missing_logs(struct fleet *fleet);

#endif

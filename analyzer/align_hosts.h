// align_hosts.h: the clocks of two hosts of one run against each other.
//
// Machines keep time by themselves: what two hosts print alike need not be the same moment. An order in time between
// them rests only on zones that both state, on --offset, or on a proof: the GPUs of a job that trains together rise
// and fall together, and only one lead makes them.
#ifndef WHYSLOW_ANALYZER_ALIGN_HOSTS_H
#define WHYSLOW_ANALYZER_ALIGN_HOSTS_H

#include "analyzer/align_parts.h"

// The GPU logs of a host that print one clock.
struct host_log {
    const struct source *const *gpus;
    size_t count;
    double offset;  // seconds: what they print minus the host's own run clock
    bool utc;       // the own run clock is UTC, as stated or given, and that is established
    double given;   // seconds that --offset says; NaN: nothing
};

struct host_link {
    double lead, uncertainty;  // seconds by which the other's own run clock is ahead of the reference's
    enum clock_method method;
    bool established;
    bool together;     // what their GPUs do goes together, at this lead: they work in one job
    const char *note;  // owned by the arena
};

struct host_link align_hosts(const struct host_log *reference, const struct host_log *other, struct arena *arena);

#endif

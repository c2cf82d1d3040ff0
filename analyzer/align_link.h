// align_link.h: the lead of one log over a reference. Not seen outside analyzer/align*.c.
#ifndef WHYSLOW_ANALYZER_ALIGN_LINK_H
#define WHYSLOW_ANALYZER_ALIGN_LINK_H

#include "analyzer/align_parts.h"

struct link_request {
    const struct source *const *reference;  // logs that print one clock, the main one first
    size_t reference_count;
    const struct source *other;
    double assumed;  // the lead that is taken when nothing speaks for another, a multiple of 900 s
    // One of the logs is only part of a file, because its clock was set: when it begins and ends proves nothing, and
    // its clock may be off by anything.
    bool part;
};

struct link_result {
    double lead, uncertainty;  // seconds
    enum clock_method method;
    bool established;
    const char *note;  // owned by the arena
};

struct link_result link_logs(const struct link_request *request, struct arena *arena);

// Seconds of a bin in which two logs of these spans are compared.
double link_step(struct span a, struct span b);

// Correlation alone, with leads of `other` over `reference` within `reach` of `centre`.
struct lag_estimate link_search(const struct source *reference, const struct source *other, double centre, double reach,
                                struct arena *arena);

#endif

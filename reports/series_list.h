// series_list.h: what export writes, one list for all its forms: the series of the grid and the lost share of GPU time.
#ifndef WHYSLOW_REPORTS_SERIES_LIST_H
#define WHYSLOW_REPORTS_SERIES_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/recording.h"

struct arena;
struct diagnosis;

// A series, a value for each bin of the diagnosis. Texts are valid UTF-8 without control characters.
struct listed_series {
    const char *host;    // "" if no log names one
    const char *entity;  // "sda", "gpu0"; "node1:gpu0" in a run over several hosts
    const char *device;  // the same without the host
    enum entity_kind kind;
    const char *quantity;
    enum unit unit;
    const char *source;  // of the log; "" for what was worked out from several
    bool derived;
    const float *values;  // NaN: missing
};

// How an export names the run, and what it was written by.
struct export_options {
    const char *run;  // valid UTF-8
};

// The series of the grid in the order of the logs, then `lost_share` of each GPU and of the job (0..1). Owned by the
// arena; the values are borrowed from the diagnosis but for those of the GPUs.
const struct listed_series *series_list(struct arena *arena, const struct diagnosis *diagnosis, size_t *count);

// Start of a bin on the run clock.
millis series_bin_time(const struct diagnosis *diagnosis, size_t bin);

// Splits "node1:gpu0" where "node1" is one of the hosts of the diagnosis; *host is then that host, else that of the
// diagnosis. Returns the device.
const char *series_device(const struct diagnosis *diagnosis, const char *entity, const char **host);

#endif

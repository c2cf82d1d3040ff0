// nvidia_bursts.h: the rows of all GPUs that one sample wrote, some ten milliseconds apart.
#ifndef WHYSLOW_PARSERS_NVIDIA_BURSTS_H
#define WHYSLOW_PARSERS_NVIDIA_BURSTS_H

#include "parsers/nvidia_rows.h"

// A gap of at least this many milliseconds begins the next burst: a quarter of the usual step. 0 if rows do not come
// in bursts.
double nvidia_burst_limit(const struct nvidia_rows *rows);
// Where the next burst begins: behind a gap (limit > 0), or below a header (limit < 0).
bool nvidia_burst_begins(const struct nvidia_rows *rows, size_t i, double limit);
// The usual time from one burst to the next in seconds; NaN if there is only one.
double nvidia_burst_step(const struct nvidia_rows *rows, double limit);

// nvidia_repeats.c: devices (`gpu` of the rows) that come several times within each burst.
enum { NVIDIA_TURNS_MOST = 16 };
struct nvidia_repeats {
    double limit;     // what parts the bursts
    uint16_t *turns;  // of each row: how often its device came before in its burst
    uint16_t *usual;  // of each device: how often it comes in a burst
    uint16_t (*part)[NVIDIA_TURNS_MOST];
};
// False if there is none; *repeats is to be freed all the same.
bool nvidia_repeats_find(const struct nvidia_rows *rows, size_t devices, struct nvidia_repeats *repeats);
// Whether the rows of one burst differ more than those of one turn do from burst to burst.
bool nvidia_repeats_differ(const struct nvidia_rows *rows, const struct nvidia_repeats *repeats);
void nvidia_repeats_free(struct nvidia_repeats *repeats);

#endif

// axis.h: where the ticks of an axis stand, and what they are called.
#ifndef WHYSLOW_REPORTS_AXIS_H
#define WHYSLOW_REPORTS_AXIS_H

#include <stddef.h>

#include "core/when.h"

struct arena;

enum { TICKS_MOST = 24 };

struct tick {
    double at;         // value, or milliseconds
    const char *text;  // "150", "07:30"
};

struct axis {
    double low, high;  // the ends, rounded outwards to ticks on a value axis
    struct tick ticks[TICKS_MOST];
    size_t count;
};

// Ticks at 1, 2 or 5 times a power of ten, about `wanted` of them. low == high widens the axis.
struct axis axis_values(struct arena *arena, double low, double high, int wanted);

// Ticks at whole seconds, minutes, hours or days, about `wanted` of them; the first tick and
// the first one of each day name the date, too. low and high stay as they are.
struct axis axis_times(struct arena *arena, millis low, millis high, int wanted);

#endif

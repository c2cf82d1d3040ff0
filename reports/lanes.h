// lanes.h: which series a timeline shows, and what is left of them at the resolution of a chart.
#ifndef WHYSLOW_REPORTS_LANES_H
#define WHYSLOW_REPORTS_LANES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/unit.h"
#include "core/when.h"

struct arena;
struct column;
struct diagnosis;
struct source_clock;
struct table;

// A series with the clock that places it.
struct track {
    const struct table *table;
    const struct column *column;
    const struct source_clock *clock;
    double cadence;  // median time between its rows, seconds; NaN for fewer than two
};

enum { LINES_IN_LANE = 4, LANES_MOST = 16, TRACKS_MOST = 64 };

struct lane_line {
    const char *label;  // "gpu2", "read"
    struct track track;
};

struct lane {
    const char *title;   // "sda r_await"
    enum unit unit;      // of the shown values
    double scale;        // shown value = value times scale
    bool percent;        // the axis goes from 0 to 100
    bool from_zero;      // the axis begins at 0
    const char *entity;  // "" for several
    const char *host;    // of a band of one host's GPUs; "" otherwise
    const char *quantity;
    size_t line_count;
    struct lane_line lines[LINES_IN_LANE];
    // Many entities in one lane: the mean over all of them, and the band from the lowest to the highest.
    size_t merged_count;
    const struct track *merged;
};

// The series of an entity in whatever source has the most rows of it and a clock that places it.
bool track_find(const struct diagnosis *diagnosis, const char *entity, const char *quantity, struct track *track);

// The lanes of the full timeline, most important first; at most LANES_MOST. Returns how many.
size_t lanes_choose(struct arena *arena, const struct diagnosis *diagnosis, struct lane *lanes);

// Two or three lanes for the first page: the GPUs (by host, if there are few), and the series that the verdict rests
// on.
size_t lanes_overview(struct arena *arena, const struct diagnosis *diagnosis, struct lane *lanes);

// Per column of the chart the lowest, mean and highest value of the NATIVE samples that touch it:
// one sample in a week stays visible. NaN where there is none.
struct envelope {
    size_t columns;
    float *low, *mean, *high;
};

// `from` to `to` in run time, cut into `columns`.
struct envelope envelope_of(struct arena *arena, const struct track *track, millis from, millis to, size_t columns);

// Lowest of the lows, mean of the means, highest of the highs.
struct envelope envelope_merge(struct arena *arena, const struct track *tracks, size_t count, millis from, millis to,
                               size_t columns);

#endif

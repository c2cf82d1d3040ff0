// chart_lane.h: one lane of a timeline.
#ifndef WHYSLOW_REPORTS_CHART_LANE_H
#define WHYSLOW_REPORTS_CHART_LANE_H

#include "core/when.h"

struct arena;
struct canvas;
struct diagnosis;
struct lane;

// The rectangle of the data and the span of time that it shows.
struct plot {
    double x, y, width, height;
    millis from, to;
};

// The place of a time, in milliseconds, clamped to the plot.
double plot_x(const struct plot *plot, double at);

// How wide the title above the lane is.
double lane_title_width(struct canvas *canvas, const struct lane *lane, struct arena *arena);

// Axis, title with unit, lines or band, names at the right; time without samples is hatched.
void lane_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct lane *lane,
               const struct plot *plot, struct arena *arena);

#endif

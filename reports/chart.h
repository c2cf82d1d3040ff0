// chart.h: the charts of a report: which there are, how large they are, how they are drawn.
#ifndef WHYSLOW_REPORTS_CHART_H
#define WHYSLOW_REPORTS_CHART_H

struct arena;
struct canvas;
struct diagnosis;
struct figure;

enum chart_kind {
    CHART_TIMELINE,      // all lanes of the run on one time axis
    CHART_OVERVIEW,      // the ribbon and the two lanes that matter
    CHART_LOSS,          // lost GPU-hours by cause
    CHART_DOSE,          // the loss by quintile of what may explain it
    CHART_LAGS,          // the loss against what may explain it, at each lag
    CHART_CORRELATIONS,  // the strongest relations
    CHART_MATRIX,        // every series against every other
    CHART_HEALTH,        // health counters that grew
    CHART_CLOCKS,        // clock against temperature
    CHART_EPOCHS,        // loss by epoch: cold and warm
    CHART_COUNT_
};

// The name of the picture: "timeline.png".
const char *chart_file(enum chart_kind kind);
// What the chart shows, a sentence that also serves readers who cannot see it.
const char *chart_caption(enum chart_kind kind);
// Why there is nothing to draw: a sentence; NULL if there is.
const char *chart_missing(enum chart_kind kind, const struct diagnosis *diagnosis);
// The chart as a figure of a document, in the arena; NULL if something is missing.
const struct figure *chart_figure(struct arena *arena, enum chart_kind kind, const struct diagnosis *diagnosis);
// The height that the chart wants at this width, both in points.
double chart_height(enum chart_kind kind, const struct diagnosis *diagnosis, double width);
// Draws into the rectangle at (0, 0).
void chart_draw(enum chart_kind kind, struct canvas *canvas, const struct diagnosis *diagnosis, double width,
                double height);

#endif

#include "reports/chart.h"

#include <stddef.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/canvas.h"
#include "reports/chart_bars.h"
#include "reports/chart_lags.h"
#include "reports/chart_matrix.h"
#include "reports/chart_points.h"
#include "reports/chart_timeline.h"
#include "reports/figure.h"

// One row a chart. To add one: an enumerator in chart.h, a row here.
struct chart {
    const char *file;
    const char *caption;
    const char *(*missing)(const struct diagnosis *diagnosis);
    double (*height)(const struct diagnosis *diagnosis, double width);
    void (*draw)(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);
};

static const char *no_time(const struct diagnosis *diagnosis) {
    if (diagnosis->start != MILLIS_NONE && diagnosis->end != MILLIS_NONE && diagnosis->end > diagnosis->start)
        return NULL;
    return tr("There is no timeline: no log that could be used says when anything happened.");
}

static const struct chart charts[CHART_COUNT_] = {
    [CHART_TIMELINE] =
        {"timeline.png",
         N_("The run on one time axis. Lines are means, bands the range of the samples; hatched time has "
            "no samples; a black triangle marks an anomaly."),
         no_time, chart_timeline_height, chart_timeline},
    [CHART_OVERVIEW] = {"overview.png",
                        N_("The phases of the run, how busy the GPUs were, and what the verdict rests on."), no_time,
                        chart_overview_height, chart_overview},
    [CHART_LOSS] = {"loss.png",
                    N_(/* xgettext:no-c-format */ "Lost GPU-hours by cause; the whiskers are 95 % intervals."),
                    chart_loss_missing, chart_loss_height, chart_loss},
    [CHART_DOSE] =
        {"dose-response.png",
         N_("The run cut into fifths by what may explain the loss: the more of it, the more GPU time was lost?"),
         chart_dose_missing, chart_dose_height, chart_dose},
    [CHART_LAGS] = {"lags.png",
                    N_(/* xgettext:no-c-format */ "Correlation with the lost GPU time at each lag, after whitening. "
                                                  "Chance alone leaves the grey band in 5 % of such curves; within the "
                                                  "hatched strip neither clocks nor samples can tell before from "
                                                  "after."),
                    chart_lags_missing, chart_lags_height, chart_lags},
    [CHART_CORRELATIONS] = {"correlations.png",
                            N_(/* xgettext:no-c-format */ "Rank correlation with its 95 % interval; filled marks are "
                                                          "significant after correction "
                                                          "for the number of tests."),
                            chart_correlations_missing, chart_correlations_height, chart_correlations},
    [CHART_MATRIX] = {"correlation-matrix.png",
                      N_("Spearman's rank correlation of every two series while the job ran (no unit). Only those with "
                         "the lost GPU time were tested; the others show which series move together."),
                      chart_matrix_missing, chart_matrix_height, chart_matrix},
    [CHART_HEALTH] = {"disk-health.png", N_("Health counters that grew, snapshot by snapshot."), chart_health_missing,
                      chart_health_height, chart_health},
    [CHART_CLOCKS] = {"clock-temperature.png",
                      N_("GPU clock against temperature while the GPU was at least half busy; larger marks are more "
                         "samples. Clocks that fall with heat would fall to the right."),
                      chart_clocks_missing, chart_clocks_height, chart_clocks},
    [CHART_EPOCHS] = {"epochs.png",
                      N_("Share of GPU time lost in each epoch: a slow first one points at a cold cache."),
                      chart_epochs_missing, chart_epochs_height, chart_epochs},
};

const char *chart_file(enum chart_kind kind) { return charts[kind].file; }

const char *chart_caption(enum chart_kind kind) { return tr(charts[kind].caption); }

const char *chart_missing(enum chart_kind kind, const struct diagnosis *diagnosis) {
    return charts[kind].missing(diagnosis);
}

double chart_height(enum chart_kind kind, const struct diagnosis *diagnosis, double width) {
    return charts[kind].height(diagnosis, width);
}

void chart_draw(enum chart_kind kind, struct canvas *canvas, const struct diagnosis *diagnosis, double width,
                double height) {
    charts[kind].draw(canvas, diagnosis, width, height);
}

struct chart_of {
    enum chart_kind kind;
    const struct diagnosis *diagnosis;
};

static double figure_height(const void *data, double width) {
    const struct chart_of *chart = data;
    return chart_height(chart->kind, chart->diagnosis, width);
}

static void figure_draw(struct canvas *canvas, const void *data, double width, double height) {
    const struct chart_of *chart = data;
    chart_draw(chart->kind, canvas, chart->diagnosis, width, height);
}

const struct figure *chart_figure(struct arena *arena, enum chart_kind kind, const struct diagnosis *diagnosis) {
    if (chart_missing(kind, diagnosis) != NULL) return NULL;
    struct chart_of *chart = arena_alloc(arena, sizeof *chart);
    *chart = (struct chart_of){kind, diagnosis};
    struct figure *figure = arena_alloc(arena, sizeof *figure);
    *figure = (struct figure){.file = chart_file(kind),
                              .caption = chart_caption(kind),
                              .data = chart,
                              .height = figure_height,
                              .draw = figure_draw,
                              .stretches = kind == CHART_OVERVIEW};
    return figure;
}

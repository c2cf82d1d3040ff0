// chart_bars.h: charts of bars and intervals.
#ifndef WHYSLOW_REPORTS_CHART_BARS_H
#define WHYSLOW_REPORTS_CHART_BARS_H

struct canvas;
struct diagnosis;

const char *chart_loss_missing(const struct diagnosis *diagnosis);
double chart_loss_height(const struct diagnosis *diagnosis, double width);
void chart_loss(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);

const char *chart_dose_missing(const struct diagnosis *diagnosis);
double chart_dose_height(const struct diagnosis *diagnosis, double width);
void chart_dose(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);

const char *chart_correlations_missing(const struct diagnosis *diagnosis);
double chart_correlations_height(const struct diagnosis *diagnosis, double width);
void chart_correlations(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);

const char *chart_epochs_missing(const struct diagnosis *diagnosis);
double chart_epochs_height(const struct diagnosis *diagnosis, double width);
void chart_epochs(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);

#endif

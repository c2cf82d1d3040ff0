// chart_lags.h: what comes first, the loss or what may explain it: correlation at each lag.
#ifndef WHYSLOW_REPORTS_CHART_LAGS_H
#define WHYSLOW_REPORTS_CHART_LAGS_H

struct canvas;
struct diagnosis;

const char *chart_lags_missing(const struct diagnosis *diagnosis);
double chart_lags_height(const struct diagnosis *diagnosis, double width);
void chart_lags(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);

#endif

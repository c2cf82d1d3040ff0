// chart_points.h: charts of single points.
#ifndef WHYSLOW_REPORTS_CHART_POINTS_H
#define WHYSLOW_REPORTS_CHART_POINTS_H

struct canvas;
struct diagnosis;

const char *chart_health_missing(const struct diagnosis *diagnosis);
double chart_health_height(const struct diagnosis *diagnosis, double width);
void chart_health(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);

const char *chart_clocks_missing(const struct diagnosis *diagnosis);
double chart_clocks_height(const struct diagnosis *diagnosis, double width);
void chart_clocks(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);

#endif

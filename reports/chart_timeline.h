// chart_timeline.h: lanes on one shared time axis.
#ifndef WHYSLOW_REPORTS_CHART_TIMELINE_H
#define WHYSLOW_REPORTS_CHART_TIMELINE_H

#include <stdbool.h>

struct canvas;
struct diagnosis;

double chart_timeline_height(const struct diagnosis *diagnosis, double width);
void chart_timeline(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);
double chart_overview_height(const struct diagnosis *diagnosis, double width);
void chart_overview(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);

#endif

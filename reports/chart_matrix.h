// chart_matrix.h: every series against every other.
#ifndef WHYSLOW_REPORTS_CHART_MATRIX_H
#define WHYSLOW_REPORTS_CHART_MATRIX_H

struct canvas;
struct diagnosis;

const char *chart_matrix_missing(const struct diagnosis *diagnosis);
double chart_matrix_height(const struct diagnosis *diagnosis, double width);
void chart_matrix(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height);

#endif

// chart_marks.h: what stands above and behind the lanes: phases, events, windows, anomalies.
#ifndef WHYSLOW_REPORTS_CHART_MARKS_H
#define WHYSLOW_REPORTS_CHART_MARKS_H

#include <stdbool.h>
#include <stddef.h>

struct canvas;
struct diagnosis;
struct lane;
struct plot;

enum { MARKS_HEIGHT = 13 };

// The phases as coloured, hatched and named boxes.
void ribbon_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double y,
                 double height);
// How many causes the ribbon has, and a line that names them all.
size_t ribbon_legend_count(const struct diagnosis *diagnosis);
void ribbon_legend(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double y);

// Dated events of the logs: a strip of names, and a line through all lanes.
bool marks_any(const struct diagnosis *diagnosis);
void marks_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double y);
void event_lines(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double top,
                 double bottom);

// The suspect window and the baseline it is compared with, behind the lanes.
void windows_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double top,
                  double bottom);

// A mark over each anomaly of the lane's series; below the lane's title, which is `title` wide.
void anomalies_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct lane *lane,
                    const struct plot *plot, double title);

#endif

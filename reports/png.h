// png.h: the charts as pictures, and the first page as one picture.
#ifndef WHYSLOW_REPORTS_PNG_H
#define WHYSLOW_REPORTS_PNG_H

#include <stdbool.h>

struct diagnosis;
struct outset;
struct report_options;

// Adds timeline.png, summary.png and one picture for each further chart that has something to show.
bool png_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options);

#endif

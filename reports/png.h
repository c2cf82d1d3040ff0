// png.h: the charts as pictures, and the first page as one picture.
#ifndef WHYSLOW_REPORTS_PNG_H
#define WHYSLOW_REPORTS_PNG_H

#include <stdbool.h>

struct diagnosis;
struct document;
struct figure;
struct outset;
struct report_options;

// Adds timeline.png, summary.png and one picture for each further chart that has something to show.
bool png_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options);

// One figure as a picture, at a size that a ticket system shows unscaled.
bool png_figure(struct outset *set, const struct figure *figure);
// The first page of a document as one picture.
bool png_first_page(struct outset *set, const struct document *document, const char *name);

#endif

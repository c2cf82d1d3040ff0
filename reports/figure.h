// figure.h: a picture with its caption, whatever it shows: what documents hold and writers draw.
#ifndef WHYSLOW_REPORTS_FIGURE_H
#define WHYSLOW_REPORTS_FIGURE_H

#include <stdbool.h>

struct canvas;

struct figure {
    const char *file;     // name of its picture: "timeline.png"
    const char *caption;  // what it shows, a sentence that also serves readers who cannot see it
    const void *data;     // handed to the functions; outlives the figure
    // The height that it wants at this width, both in points.
    double (*height)(const void *data, double width);
    // Draws into the rectangle at (0, 0).
    void (*draw)(struct canvas *canvas, const void *data, double width, double height);
    bool stretches;  // takes what is free on the first page
};

#endif

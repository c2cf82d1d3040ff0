// palette.h: how each cause looks: a colour and a hatch, so that grey paper is enough.
#ifndef WHYSLOW_REPORTS_PALETTE_H
#define WHYSLOW_REPORTS_PALETTE_H

#include "analyzer/diagnosis.h"
#include "reports/canvas.h"

struct look {
    enum ink ink;
    enum hatch hatch;
    double alpha;
};

struct look look_of(enum cause cause);

// An area in the look of a cause, with a thin frame.
void look_area(struct canvas *canvas, double x, double y, double width, double height, enum cause cause);

// The ink and dash index of line `index` of a chart.
enum ink line_ink(size_t index);

#endif

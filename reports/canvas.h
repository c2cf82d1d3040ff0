// canvas.h: drawing surface with text: cairo for shapes, pango for text.
//
// Lengths are points, x to the right, y downwards. All texts must be valid UTF-8. Errors are
// kept by cairo and asked for once, at the end, by whoever made the surface.
#ifndef WHYSLOW_REPORTS_CANVAS_H
#define WHYSLOW_REPORTS_CANVAS_H

#include <cairo.h>
#include <stdbool.h>

struct canvas;

// Colours that people with any kind of colour vision tell apart (Okabe and Ito), and greys.
enum ink {
    INK_BLACK,
    INK_ORANGE,
    INK_SKY,
    INK_GREEN,
    INK_YELLOW,
    INK_BLUE,
    INK_VERMILION,
    INK_PURPLE,
    INK_DARK,   // secondary text
    INK_GREY,   // axes
    INK_LIGHT,  // grids
    INK_PALE,   // backgrounds
    INK_WHITE,
    INK_COUNT_
};

// Patterns laid over an area, so that it can be told apart without colour.
enum hatch { HATCH_NONE, HATCH_RISING, HATCH_FALLING, HATCH_CROSS, HATCH_DOTS, HATCH_FLAT, HATCH_UPRIGHT };

enum align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };

struct text_style {
    double size;  // of the font, in points
    bool bold, mono;
    enum ink ink;
    enum align align;  // within `width`, or around x if width is 0
    double width;      // 0: as long as the text is, on one line
    int lines;         // at most this many; the last one ends in an ellipsis; 0: as many as needed
};

// `cr` is borrowed.
struct canvas *canvas_new(cairo_t *cr);
void canvas_free(struct canvas *canvas);
cairo_t *canvas_cairo(struct canvas *canvas);

// False when there is not one font on the system: only ASCII can be drawn then.
bool canvas_has_fonts(void);

// False if some character of `text` is in no installed font.
bool canvas_can_show(const char *text);

// Draws the text with its top at y and returns its height.
double canvas_text(struct canvas *canvas, double x, double y, const char *text, const struct text_style *style);
// Sizes without drawing. `width` and `height` may be NULL.
void canvas_measure(struct canvas *canvas, const char *text, const struct text_style *style, double *width,
                    double *height);
// The text turned by a quarter to the left, centred on (x, y), at most `length` long.
void canvas_text_up(struct canvas *canvas, double x, double y, double length, const char *text,
                    const struct text_style *style);

void canvas_ink(struct canvas *canvas, enum ink ink, double alpha);
void canvas_fill(struct canvas *canvas, double x, double y, double width, double height, enum ink ink, double alpha);
void canvas_frame(struct canvas *canvas, double x, double y, double width, double height, enum ink ink, double line);
void canvas_line(struct canvas *canvas, double x0, double y0, double x1, double y1, enum ink ink, double line);
void canvas_hatch(struct canvas *canvas, double x, double y, double width, double height, enum hatch hatch,
                  enum ink ink);
// Solid for 0, then dashed, dotted, dash-dotted: the second cue of line `index`.
void canvas_dash(struct canvas *canvas, int index);

#endif

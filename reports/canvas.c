#include "reports/canvas.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

struct canvas {
    cairo_t *cr;
    PangoContext *context;
    PangoLayout *layout;  // reused for every text
    bool fonts;
};

static const double inks[INK_COUNT_][3] = {
    [INK_BLACK] = {0.07, 0.07, 0.09},
    [INK_ORANGE] = {0.902, 0.624, 0.0},
    [INK_SKY] = {0.337, 0.706, 0.914},
    [INK_GREEN] = {0.0, 0.620, 0.451},
    [INK_YELLOW] = {0.941, 0.894, 0.259},
    [INK_BLUE] = {0.0, 0.447, 0.698},
    [INK_VERMILION] = {0.835, 0.369, 0.0},
    [INK_PURPLE] = {0.8, 0.475, 0.655},
    [INK_DARK] = {0.33, 0.34, 0.38},
    [INK_GREY] = {0.55, 0.56, 0.60},
    [INK_LIGHT] = {0.85, 0.86, 0.88},
    [INK_PALE] = {0.955, 0.96, 0.97},
    [INK_WHITE] = {1, 1, 1},
};

bool canvas_can_show(const char *text) {
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    PangoLayout *layout = pango_layout_new(context);
    pango_layout_set_text(layout, text, -1);
    bool found = pango_layout_get_unknown_glyphs_count(layout) == 0;
    g_object_unref(layout);
    g_object_unref(context);
    return found;
}

// Fontconfig lists its generic families even where there is no file behind them: a letter has to be tried.
bool canvas_has_fonts(void) { return canvas_can_show("A"); }

struct canvas *canvas_new(cairo_t *cr) {
    size_t none = 0;
    struct canvas *canvas = grow_array(NULL, &none, 1, sizeof *canvas);
    *canvas = (struct canvas){.cr = cr};
    canvas->fonts = canvas_has_fonts();
    canvas->context = pango_cairo_create_context(cr);
    cairo_font_options_t *options = cairo_font_options_create();
    // Positions must not depend on the resolution: the same layout on paper and in pictures.
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(canvas->context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(canvas->context, 72);
    pango_context_set_base_dir(canvas->context, PANGO_DIRECTION_LTR);
    // It picks Chinese or Japanese shapes for the same character.
    // translators: the language tag of this catalogue, as in HTML
    const char *language = tr("en");
    pango_context_set_language(canvas->context, pango_language_from_string(language));
    canvas->layout = pango_layout_new(canvas->context);
    pango_layout_set_auto_dir(canvas->layout, FALSE);
    return canvas;
}

void canvas_free(struct canvas *canvas) {
    if (canvas == NULL) return;
    g_object_unref(canvas->layout);
    g_object_unref(canvas->context);
    free(canvas);
}

cairo_t *canvas_cairo(struct canvas *canvas) { return canvas->cr; }

void canvas_ink(struct canvas *canvas, enum ink ink, double alpha) {
    cairo_set_source_rgba(canvas->cr, inks[ink][0], inks[ink][1], inks[ink][2], alpha);
}

static void lay_out(struct canvas *canvas, const char *text, const struct text_style *style) {
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, style->mono ? "DejaVu Sans Mono,Noto Sans Mono CJK SC,monospace"
                                                               : "DejaVu Sans,Noto Sans CJK SC,sans-serif");
    pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(canvas->layout, font);
    pango_font_description_free(font);
    static const PangoAlignment alignments[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    bool boxed = style->width > 0;
    pango_layout_set_alignment(canvas->layout, boxed ? alignments[style->align] : PANGO_ALIGN_LEFT);
    pango_layout_set_width(canvas->layout, boxed ? (int)(style->width * PANGO_SCALE) : -1);
    pango_layout_set_wrap(canvas->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_height(canvas->layout, boxed && style->lines > 0 ? -style->lines : -1000000);
    pango_layout_set_ellipsize(canvas->layout, boxed && style->lines > 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
    pango_layout_set_text(canvas->layout, text, -1);
}

// Without any font: cairo's built-in letters, one line, cut to the width.
static double plain_text(struct canvas *canvas, double x, double y, const char *text, const struct text_style *style,
                         bool draw, double *width) {
    cairo_select_font_face(canvas->cr, "sans", CAIRO_FONT_SLANT_NORMAL,
                           style->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(canvas->cr, style->size);
    char line[512];
    size_t length = 0;
    for (; *text != '\0' && length + 1 < sizeof line; text++)
        if (((unsigned char)*text & 0xc0) != 0x80)
            line[length++] = (unsigned char)*text < 0x80 ? (*text == '\n' ? ' ' : *text) : '?';
    line[length] = '\0';
    cairo_text_extents_t extents;
    cairo_text_extents(canvas->cr, line, &extents);
    while (style->width > 0 && extents.x_advance > style->width && length > 0) {
        line[--length] = '\0';
        cairo_text_extents(canvas->cr, line, &extents);
    }
    double room = style->width > 0 ? style->width - extents.x_advance : -extents.x_advance;
    double shift = style->align == ALIGN_LEFT ? 0 : style->align == ALIGN_CENTER ? room / 2 : room;
    if (draw) {
        canvas_ink(canvas, style->ink, 1);
        cairo_move_to(canvas->cr, x + shift, y + style->size);
        cairo_show_text(canvas->cr, line);
        cairo_new_path(canvas->cr);
    }
    if (width != NULL) *width = extents.x_advance;
    return style->size * 1.3;
}

void canvas_measure(struct canvas *canvas, const char *text, const struct text_style *style, double *width,
                    double *height) {
    if (!canvas->fonts) {
        double tall = plain_text(canvas, 0, 0, text, style, false, width);
        if (height != NULL) *height = tall;
        return;
    }
    lay_out(canvas, text, style);
    PangoRectangle box;
    pango_layout_get_extents(canvas->layout, NULL, &box);
    if (width != NULL) *width = (double)box.width / PANGO_SCALE;
    if (height != NULL) *height = (double)box.height / PANGO_SCALE;
}

double canvas_text(struct canvas *canvas, double x, double y, const char *text, const struct text_style *style) {
    if (!canvas->fonts) return plain_text(canvas, x, y, text, style, true, NULL);
    lay_out(canvas, text, style);
    PangoRectangle box;
    pango_layout_get_extents(canvas->layout, NULL, &box);
    double width = (double)box.width / PANGO_SCALE;
    if (style->width <= 0 && style->align != ALIGN_LEFT) x -= style->align == ALIGN_CENTER ? width / 2 : width;
    canvas_ink(canvas, style->ink, 1);
    cairo_move_to(canvas->cr, x, y);
    pango_cairo_show_layout(canvas->cr, canvas->layout);
    cairo_new_path(canvas->cr);
    return (double)box.height / PANGO_SCALE;
}

void canvas_text_up(struct canvas *canvas, double x, double y, double length, const char *text,
                    const struct text_style *style) {
    struct text_style turned = *style;
    turned.width = length;
    turned.align = ALIGN_CENTER;
    turned.lines = 1;
    double height;
    canvas_measure(canvas, text, &turned, NULL, &height);
    cairo_save(canvas->cr);
    cairo_translate(canvas->cr, x, y);
    cairo_rotate(canvas->cr, -M_PI / 2);
    canvas_text(canvas, -length / 2, -height / 2, text, &turned);
    cairo_restore(canvas->cr);
}

void canvas_fill(struct canvas *canvas, double x, double y, double width, double height, enum ink ink, double alpha) {
    canvas_ink(canvas, ink, alpha);
    cairo_rectangle(canvas->cr, x, y, width, height);
    cairo_fill(canvas->cr);
}

void canvas_frame(struct canvas *canvas, double x, double y, double width, double height, enum ink ink, double line) {
    canvas_ink(canvas, ink, 1);
    cairo_set_line_width(canvas->cr, line);
    cairo_rectangle(canvas->cr, x, y, width, height);
    cairo_stroke(canvas->cr);
}

void canvas_line(struct canvas *canvas, double x0, double y0, double x1, double y1, enum ink ink, double line) {
    canvas_ink(canvas, ink, 1);
    cairo_set_line_width(canvas->cr, line);
    cairo_move_to(canvas->cr, x0, y0);
    cairo_line_to(canvas->cr, x1, y1);
    cairo_stroke(canvas->cr);
}

static void diagonals(cairo_t *cr, double x, double y, double width, double height, double step, bool rising) {
    // Lines start at multiples of the step, so that neighbouring areas join without a seam.
    double first = floor((x - height) / step) * step;
    for (double at = first; at < x + width + height; at += step) {
        if (rising) {
            cairo_move_to(cr, at, y + height);
            cairo_line_to(cr, at + height, y);
        } else {
            cairo_move_to(cr, at, y);
            cairo_line_to(cr, at + height, y + height);
        }
    }
}

static void dots(cairo_t *cr, double x, double y, double width, double height, double step) {
    for (double at = y + step / 2; at < y + height; at += step)
        for (double to = x + step / 2; to < x + width; to += step) {
            cairo_move_to(cr, to - 0.4, at);
            cairo_line_to(cr, to + 0.4, at);
        }
}

void canvas_hatch(struct canvas *canvas, double x, double y, double width, double height, enum hatch hatch,
                  enum ink ink) {
    // An area larger than any page is a mistake of the caller, and would take for ever.
    if (hatch == HATCH_NONE || !(width > 0 && width < 20000) || !(height > 0 && height < 20000)) return;
    cairo_t *cr = canvas->cr;
    double step = 5;
    cairo_save(cr);
    cairo_rectangle(cr, x, y, width, height);
    cairo_clip(cr);
    canvas_ink(canvas, ink, 0.75);
    cairo_set_line_width(cr, 0.6);
    if (hatch == HATCH_RISING || hatch == HATCH_CROSS) diagonals(cr, x, y, width, height, step, true);
    if (hatch == HATCH_FALLING || hatch == HATCH_CROSS) diagonals(cr, x, y, width, height, step, false);
    if (hatch == HATCH_DOTS) dots(cr, x, y, width, height, 3.5);
    if (hatch == HATCH_FLAT)
        for (double at = y + 2; at < y + height; at += 4) {
            cairo_move_to(cr, x, at);
            cairo_line_to(cr, x + width, at);
        }
    if (hatch == HATCH_UPRIGHT)
        for (double at = ceil(x / 4) * 4; at < x + width; at += 4) {
            cairo_move_to(cr, at, y);
            cairo_line_to(cr, at, y + height);
        }
    cairo_stroke(cr);
    cairo_restore(cr);
}

void canvas_dash(struct canvas *canvas, int index) {
    static const double dashes[][4] = {{4, 2, 4, 2}, {1, 1.6, 1, 1.6}, {6, 2, 1, 2}};
    if (index <= 0)
        cairo_set_dash(canvas->cr, NULL, 0, 0);
    else
        cairo_set_dash(canvas->cr, dashes[(index - 1) % 3], 4, 0);
}

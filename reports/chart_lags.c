#include "reports/chart_lags.h"

#include <math.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/axis.h"
#include "reports/canvas.h"
#include "reports/palette.h"
#include "reports/shown.h"

enum { PANEL = 128, PANELS_MOST = 4 };

static size_t panels(const struct diagnosis *d) { return d->lag_count < PANELS_MOST ? d->lag_count : PANELS_MOST; }

static size_t per_row(double width) { return width >= 420 ? 2 : 1; }

const char *chart_lags_missing(const struct diagnosis *diagnosis) {
    return diagnosis->lag_count > 0 ? NULL : tr("There is no curve of lags: too little was logged side by side.");
}

double chart_lags_height(const struct diagnosis *diagnosis, double width) {
    size_t each = per_row(width);
    return (double)((panels(diagnosis) + each - 1) / each) * PANEL;
}

struct plot {
    double left, top, width, height;
    double reach, most;  // of the axes: seconds either way, |r|
};

static double plot_x(const struct plot *plot, double seconds) {
    return plot->left + plot->width * (seconds + plot->reach) / (2 * plot->reach);
}

static double plot_y(const struct plot *plot, double r) {
    return plot->top + plot->height / 2 * (1 - fmax(-1, fmin(1, r / plot->most)));
}

// A round value that holds the curve and its band.
static double scale_of(const struct lag_curve *curve) {
    double most = curve->band;
    for (size_t i = 0; i < curve->count; i++)
        if (isfinite(curve->r[i])) most = fmax(most, fabs(curve->r[i]));
    return most <= 0.25 ? 0.25 : most <= 0.5 ? 0.5 : 1;
}

static void shade(struct canvas *canvas, const struct plot *plot, const struct lag_curve *curve) {
    double high = plot_y(plot, curve->band);
    double low = plot_y(plot, -curve->band);
    canvas_fill(canvas, plot->left, high, plot->width, low - high, INK_GREY, 0.18);
    double open = fmin(curve->uncertainty_seconds, plot->reach);
    double from = plot_x(plot, -open);
    double to = plot_x(plot, open);
    canvas_hatch(canvas, from, plot->top, to - from, plot->height, HATCH_FALLING, INK_LIGHT);
}

static void axes(struct canvas *canvas, const struct plot *plot, struct arena *arena) {
    double bottom = plot->top + plot->height;
    for (int i = -1; i <= 1; i++) {
        double y = plot_y(plot, i * plot->most);
        canvas_line(canvas, plot->left, y, plot->left + plot->width, y, i == 0 ? INK_GREY : INK_LIGHT, 0.5);
        const struct text_style style = {.size = 6.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = 26, .lines = 1};
        canvas_text(canvas, plot->left - 29, y - 4.5, arena_printf(arena, i == 0 ? "0" : "%+.3g", i * plot->most),
                    &style);
        double x = plot_x(plot, i * plot->reach);
        if (i == 0) canvas_line(canvas, x, plot->top, x, bottom, INK_GREY, 0.8);
        const struct text_style tick = {.size = 6.5, .ink = INK_DARK, .align = ALIGN_CENTER, .width = 44, .lines = 1};
        canvas_text(canvas, x - 22, bottom + 2, arena_printf(arena, i == 0 ? "0" : "%+.4g", i * plot->reach), &tick);
    }
    const struct text_style up = {.size = 6.5, .ink = INK_DARK};
    canvas_text_up(canvas, plot->left - 38, plot->top + plot->height / 2, plot->height + 20, tr("r (no unit)"), &up);
    const struct text_style foot = {
        .size = 6.5, .ink = INK_DARK, .align = ALIGN_CENTER, .width = plot->width + 30, .lines = 1};
    canvas_text(canvas, plot->left - 15, bottom + 11, tr("lag, s: behind the loss < 0 < ahead of it"), &foot);
}

static void stems(struct canvas *canvas, const struct plot *plot, const struct lag_curve *curve) {
    cairo_t *cr = canvas_cairo(canvas);
    double zero = plot_y(plot, 0);
    for (size_t i = 0; i < curve->count; i++) {
        if (!isfinite(curve->r[i])) continue;
        double x = plot_x(plot, (double)i * curve->step - curve->reach);
        double y = plot_y(plot, curve->r[i]);
        bool out = fabs(curve->r[i]) > curve->band;
        canvas_line(canvas, x, zero, x, y, out ? INK_VERMILION : INK_BLUE, 1);
        cairo_new_path(cr);
        cairo_arc(cr, x, y, out ? 2.2 : 1.4, 0, 2 * M_PI);
        canvas_ink(canvas, out ? INK_VERMILION : INK_BLUE, 1);
        cairo_fill(cr);
    }
}

static void panel(struct canvas *canvas, const struct lag_curve *curve, double x, double y, double width, double height,
                  struct arena *arena) {
    const char *name =
        arena_printf(arena, "%s %s", shown_name(arena, curve->entity, 24), shown_text(arena, curve->quantity));
    const struct text_style title = {.size = 8, .bold = true, .ink = INK_BLACK, .width = width, .lines = 1};
    canvas_text(canvas, x, y, name, &title);
    const struct text_style words = {.size = 7, .ink = INK_DARK, .width = width, .lines = 1};
    canvas_text(canvas, x, y + 11, shown_text(arena, curve->words), &words);
    struct plot plot = {.left = x + 44,
                        .top = y + 26,
                        .width = width - 66,
                        .height = height - 60,
                        .reach = curve->reach,
                        .most = scale_of(curve)};
    shade(canvas, &plot, curve);
    axes(canvas, &plot, arena);
    stems(canvas, &plot, curve);
}

void chart_lags(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    size_t row = per_row(width);
    // Less room than was asked for is shared by the rows.
    double tall = PANEL * height / chart_lags_height(diagnosis, width);
    double each = (width - 16 * (double)(row - 1)) / (double)row;
    for (size_t i = 0; i < panels(diagnosis); i++)
        panel(canvas, &diagnosis->lags[i], (double)(i % row) * (each + 16), (double)(i / row) * tall, each, tall,
              arena);
    arena_free(arena);
}

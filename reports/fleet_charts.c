// Bars: what was lost by cause, and where.
#include <math.h>

#include "analyzer/fleet.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/axis.h"
#include "reports/canvas.h"
#include "reports/figure.h"
#include "reports/fleet_report.h"
#include "reports/palette.h"
#include "reports/shown.h"

enum { ROW = 20, FOOT = 32, HEAD = 16, BARS_MOST = 7, PLACES_MOST = 6 };

struct bar {
    const char *name;
    double value, low, high;  // low and high NaN if there is no interval
    enum cause cause;
};

static void grid(struct canvas *canvas, const struct axis *axis, double x, double width, double top, double bottom,
                 const char *name) {
    const struct text_style tick = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER};
    for (size_t i = 0; i < axis->count; i++) {
        double at = x + width * (axis->ticks[i].at - axis->low) / (axis->high - axis->low);
        canvas_line(canvas, at, top, at, bottom, INK_LIGHT, 0.5);
        canvas_text(canvas, at, bottom + 2, axis->ticks[i].text, &tick);
    }
    canvas_line(canvas, x, bottom, x + width, bottom, INK_GREY, 0.7);
    const struct text_style style = {
        .size = 7.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = x + width, .lines = 1};
    canvas_text(canvas, 0, bottom + 14, name, &style);
}

static double whisker(struct canvas *canvas, const struct bar *bar, double x, double middle, double per_hour) {
    if (!isfinite(bar->low) || !isfinite(bar->high)) return x;
    double a = x + fmax(0, bar->low) * per_hour, b = x + fmax(0, bar->high) * per_hour;
    canvas_line(canvas, a, middle, b, middle, INK_BLACK, 1);
    canvas_line(canvas, a, middle - 3, a, middle + 3, INK_BLACK, 1);
    canvas_line(canvas, b, middle - 3, b, middle + 3, INK_BLACK, 1);
    return b;
}

// Horizontal bars with names before and figures behind them, in the rectangle at (0, top).
static void bars(struct canvas *canvas, const struct bar *all, size_t count, double names, double width, double top,
                 double bottom) {
    struct arena *arena = arena_new();
    double most = 0;
    for (size_t i = 0; i < count; i++) most = fmax(most, isfinite(all[i].high) ? all[i].high : all[i].value);
    double room = width - names - 44;
    struct axis axis = axis_values(arena, 0, most, 5);
    grid(canvas, &axis, names, room, top, bottom, tr("lost GPU-hours"));
    for (size_t i = 0; i < count; i++) {
        double y = top + 3 + (double)i * ROW, length = all[i].value * room / axis.high;
        const struct text_style name = {
            .size = 8, .ink = INK_BLACK, .align = ALIGN_RIGHT, .width = names - 6, .lines = 1};
        canvas_text(canvas, 0, y + 5, all[i].name, &name);
        look_area(canvas, names, y + 4, length, ROW - 8, all[i].cause);
        canvas_frame(canvas, names, y + 4, length, ROW - 8, INK_DARK, 0.5);
        double end = fmax(names + length, whisker(canvas, &all[i], names, y + ROW / 2.0, room / axis.high));
        const struct text_style value = {.size = 8, .bold = true, .ink = INK_BLACK};
        canvas_text(canvas, end + 6, y + 5, unit_number(arena, all[i].value, 3), &value);
    }
    arena_free(arena);
}

static struct figure *figure_of(struct arena *arena, const struct fleet *fleet, const char *file, const char *caption) {
    struct figure *figure = arena_alloc(arena, sizeof *figure);
    figure->file = file;
    figure->caption = caption;
    figure->data = fleet;
    return figure;
}

// ── by cause ────────────────────────────────────────────────────────────────

static size_t cause_bars(const struct fleet *fleet, struct bar all[BARS_MOST]) {
    size_t count = 0;
    for (size_t i = 0; i < fleet->cause_count && count < BARS_MOST; i++) {
        const struct fleet_by_cause *cause = &fleet->causes[i];
        if (cause->sum.lost > 0)
            all[count++] =
                (struct bar){cause_id(cause->cause), cause->sum.lost, cause->sum.low, cause->sum.high, cause->cause};
    }
    return count;
}

static double causes_height(const void *data, double width) {
    struct bar all[BARS_MOST];
    (void)width;
    return (double)cause_bars(data, all) * ROW + 6 + FOOT;
}

static void draw_causes(struct canvas *canvas, const void *data, double width, double height) {
    struct bar all[BARS_MOST];
    size_t count = cause_bars(data, all);
    bars(canvas, all, count, 130, width, 0, height - FOOT);
}

const struct figure *fleet_chart_causes(struct arena *arena, const struct fleet *fleet) {
    if (!(fleet->total.lost > 0)) return NULL;
    struct figure *figure =
        figure_of(arena, fleet, "fleet-causes.png",
                  tr("Lost GPU-hours by cause over all analysed runs, the most expensive ones; the whiskers are "
                     "confidence intervals (95 %)."));
    figure->height = causes_height;
    figure->draw = draw_causes;
    return figure;
}

// ── hosts and disks ─────────────────────────────────────────────────────────

static size_t thing_bars(struct arena *arena, const struct fleet_thing *things, size_t count, struct bar *all) {
    size_t used = 0;
    for (size_t i = 0; i < count && used < PLACES_MOST; i++)
        if (things[i].sum.lost > 0)
            all[used++] =
                (struct bar){fleet_thing_name(arena, &things[i]), things[i].sum.lost, NAN, NAN, things[i].sum.main};
    return used;
}

static size_t bars_tall(const struct fleet *fleet) {
    struct bar all[PLACES_MOST];
    struct arena *arena = arena_new();
    size_t hosts = thing_bars(arena, fleet->hosts, fleet->host_count, all);
    size_t disks = thing_bars(arena, fleet->disks, fleet->disk_count, all);
    arena_free(arena);
    return hosts > disks ? hosts : disks;
}

static double places_height(const void *data, double width) {
    (void)width;
    return HEAD + (double)bars_tall(data) * ROW + 6 + FOOT;
}

static void panel(struct canvas *canvas, double width, double height, const char *title, const struct bar *all,
                  size_t count) {
    const struct text_style style = {.size = 8.5, .bold = true, .ink = INK_DARK, .width = width, .lines = 1};
    canvas_text(canvas, 0, 0, title, &style);
    const struct text_style none = {.size = 8, .ink = INK_DARK, .width = width - 10, .lines = 3};
    if (count == 0)
        canvas_text(canvas, 0, HEAD + 4, tr("Nothing was lost here, as far as the logs tell."), &none);
    else
        bars(canvas, all, count, width * 0.42, width, HEAD, fmin(height - FOOT, HEAD + 6 + (double)count * ROW));
}

static void draw_places(struct canvas *canvas, const void *data, double width, double height) {
    const struct fleet *fleet = data;
    struct bar all[PLACES_MOST];
    struct arena *arena = arena_new();
    cairo_t *cr = canvas_cairo(canvas);
    size_t count = thing_bars(arena, fleet->hosts, fleet->host_count, all);
    panel(canvas, width / 2 - 8, height, tr("Hosts"), all, count);
    cairo_save(cr);
    cairo_translate(cr, width / 2 + 8, 0);
    count = thing_bars(arena, fleet->disks, fleet->disk_count, all);
    panel(canvas, width / 2 - 8, height, tr("Disks"), all, count);
    cairo_restore(cr);
    arena_free(arena);
}

const struct figure *fleet_chart_places(struct arena *arena, const struct fleet *fleet) {
    if (bars_tall(fleet) == 0) return NULL;
    struct figure *figure = figure_of(arena, fleet, "fleet-places.png",
                                      tr("The hosts and disks on which most was lost; colour and hatch are those of "
                                         "the cause that cost most there. More runs lose more: see what recurs."));
    figure->height = places_height;
    figure->draw = draw_places;
    return figure;
}

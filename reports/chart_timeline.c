#include "reports/chart_timeline.h"

#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/axis.h"
#include "reports/canvas.h"
#include "reports/chart_lane.h"
#include "reports/chart_marks.h"
#include "reports/lanes.h"
#include "reports/palette.h"
#include "reports/shown.h"

// A lane is its title above its plot; the strip above the first lane names the windows.
enum { RIBBON = 16, LANE = 36, LANE_SMALL = 46, TITLE = 16, STRIP = 11, AXIS = 30 };

static double legend_height(const struct diagnosis *d) { return ribbon_legend_count(d) > 0 ? 15 : 0; }

double chart_timeline_height(const struct diagnosis *diagnosis, double width) {
    (void)width;
    struct arena *arena = arena_new();
    struct lane *lanes = arena_array(arena, LANES_MOST, sizeof *lanes);
    size_t count = lanes_choose(arena, diagnosis, lanes);
    arena_free(arena);
    double events = marks_any(diagnosis) ? MARKS_HEIGHT : 0;
    return RIBBON + legend_height(diagnosis) + events + STRIP + (double)count * (LANE + TITLE) + AXIS;
}

static void grid(struct canvas *canvas, const struct plot *plot, const struct axis *axis, double top, double bottom) {
    for (size_t i = 0; i < axis->count; i++) {
        double x = plot_x(plot, axis->ticks[i].at);
        canvas_line(canvas, x, top, x, bottom, INK_LIGHT, 0.5);
    }
}

static void time_axis(struct canvas *canvas, const struct plot *plot, const struct axis *axis, double y,
                      const struct diagnosis *d, struct arena *arena) {
    canvas_line(canvas, plot->x, y, plot->x + plot->width, y, INK_GREY, 0.7);
    const struct text_style style = {.size = 7.5, .ink = INK_DARK, .align = ALIGN_CENTER, .width = 70, .lines = 2};
    double free_from = -1e9;
    for (size_t i = 0; i < axis->count; i++) {
        double x = plot_x(plot, axis->ticks[i].at);
        canvas_line(canvas, x, y, x, y + 3, INK_GREY, 0.7);
        double width;
        const struct text_style one = {.size = 7.5};
        canvas_measure(canvas, axis->ticks[i].text, &one, &width, NULL);
        if (x - width / 2 < free_from) continue;
        canvas_text(canvas, x - 35, y + 4, axis->ticks[i].text, &style);
        free_from = x + width / 2 + 4;
    }
    const struct text_style name = {
        .size = 7.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = plot->width, .lines = 1};
    canvas_text(canvas, plot->x, y + 16, arena_printf(arena, tr("time (%s)"), shown_zone(d)), &name);
}

static void draw_lanes(struct canvas *canvas, const struct diagnosis *d, const struct lane *lanes, size_t count,
                       struct plot plot, double top, double each, struct arena *arena) {
    double bottom = top + (double)count * (each + TITLE);
    struct axis axis = axis_times(arena, d->start, d->end, (int)(plot.width / 62));
    plot.from = d->start;
    plot.to = d->end;
    windows_draw(canvas, d, &plot, top, bottom);
    grid(canvas, &plot, &axis, top, bottom);
    event_lines(canvas, d, &plot, top, bottom);
    for (size_t i = 0; i < count; i++) {
        plot.y = top + (double)i * (each + TITLE) + TITLE;
        plot.height = each;
        lane_draw(canvas, d, &lanes[i], &plot, arena);
        anomalies_draw(canvas, d, &lanes[i], &plot, lane_title_width(canvas, &lanes[i], arena));
    }
    time_axis(canvas, &plot, &axis, bottom, d, arena);
}

// The right margin holds the names of the lines.
static struct plot plot_of(double width) { return (struct plot){.x = 34, .width = width - 34 - 50}; }

void chart_timeline(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    struct lane *lanes = arena_array(arena, LANES_MOST, sizeof *lanes);
    size_t count = lanes_choose(arena, diagnosis, lanes);
    struct plot plot = plot_of(width);
    plot.from = diagnosis->start;
    plot.to = diagnosis->end;
    double top = 0;
    ribbon_draw(canvas, diagnosis, &plot, top, RIBBON);
    top += RIBBON;
    ribbon_legend(canvas, diagnosis, &plot, top + 3);
    top += legend_height(diagnosis);
    if (marks_any(diagnosis)) {
        marks_draw(canvas, diagnosis, &plot, top);
        top += MARKS_HEIGHT;
    }
    double each = count == 0 ? 0 : (height - top - STRIP - AXIS) / (double)count - TITLE;
    draw_lanes(canvas, diagnosis, lanes, count, plot, top + STRIP, each, arena);
    arena_free(arena);
}

double chart_overview_height(const struct diagnosis *diagnosis, double width) {
    (void)width;
    struct arena *arena = arena_new();
    struct lane *lanes = arena_array(arena, LANES_MOST, sizeof *lanes);
    size_t count = lanes_overview(arena, diagnosis, lanes);
    arena_free(arena);
    return RIBBON + legend_height(diagnosis) + STRIP + (double)count * (LANE_SMALL + TITLE) + AXIS;
}

void chart_overview(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    struct lane *lanes = arena_array(arena, LANES_MOST, sizeof *lanes);
    size_t count = lanes_overview(arena, diagnosis, lanes);
    struct plot plot = plot_of(width);
    plot.from = diagnosis->start;
    plot.to = diagnosis->end;
    ribbon_draw(canvas, diagnosis, &plot, 0, RIBBON);
    ribbon_legend(canvas, diagnosis, &plot, RIBBON + 3);
    double top = RIBBON + legend_height(diagnosis);
    double each = count == 0 ? 0 : (height - top - STRIP - AXIS) / (double)count - TITLE;
    draw_lanes(canvas, diagnosis, lanes, count, plot, top + STRIP, each, arena);
    arena_free(arena);
}

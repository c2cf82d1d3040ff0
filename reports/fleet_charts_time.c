// The fleet over time: losses by period, and every run as one column.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/fleet.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/axis.h"
#include "reports/canvas.h"
#include "reports/figure.h"
#include "reports/fleet_report.h"
#include "reports/palette.h"
#include "reports/shown.h"

enum { LEFT = 46, FOOT = 30, KEY = 15, TALL = 170, STRIP = 110, PERIODS_MOST = 60, COLUMNS_MOST = 240 };

static void grid(struct canvas *canvas, const struct axis *axis, double width, double top, double bottom,
                 const char *name) {
    for (size_t i = 0; i < axis->count; i++) {
        double y = bottom - (bottom - top) * (axis->ticks[i].at - axis->low) / (axis->high - axis->low);
        canvas_line(canvas, LEFT, y, width, y, i == 0 ? INK_GREY : INK_LIGHT, 0.5);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = 28, .lines = 1};
        canvas_text(canvas, LEFT - 32, y - 5, axis->ticks[i].text, &style);
    }
    const struct text_style up = {.size = 7, .ink = INK_DARK};
    canvas_text_up(canvas, 6, (top + bottom) / 2, bottom - top + 20, name, &up);
}

// Squares with the names of the causes, from the left.
static void key(struct canvas *canvas, const enum cause *causes, size_t count, bool others) {
    double x = LEFT;
    for (size_t i = 0; i < count + (others ? 1 : 0); i++) {
        const struct text_style style = {.size = 7.5, .ink = INK_BLACK};
        const char *name = i < count ? cause_id(causes[i]) : tr("all other causes");
        double wide;
        canvas_measure(canvas, name, &style, &wide, NULL);
        if (i < count)
            look_area(canvas, x, 1, 9, 8, causes[i]);
        else
            canvas_fill(canvas, x, 1, 9, 8, INK_GREY, 0.5);
        canvas_frame(canvas, x, 1, 9, 8, INK_DARK, 0.5);
        canvas_text(canvas, x + 12, 0, name, &style);
        x += wide + 24;
    }
}

// ── by period ───────────────────────────────────────────────────────────────

static double time_height(const void *data, double width) {
    (void)data;
    (void)width;
    return TALL;
}

static void stack(struct canvas *canvas, const struct fleet_period *period, const enum cause *causes, size_t count,
                  double x, double each, double bottom, double per_hour) {
    double rest = period->lost, y = bottom;
    for (size_t c = 0; c < count; c++) {
        double tall = period->by_cause[causes[c]] * per_hour;
        rest -= period->by_cause[causes[c]];
        if (!(tall > 0)) continue;
        look_area(canvas, x, y - tall, each, tall, causes[c]);
        canvas_frame(canvas, x, y - tall, each, tall, INK_DARK, 0.4);
        y -= tall;
    }
    if (rest < 1e-6) return;
    canvas_fill(canvas, x, y - rest * per_hour, each, rest * per_hour, INK_GREY, 0.5);
    canvas_frame(canvas, x, y - rest * per_hour, each, rest * per_hour, INK_DARK, 0.4);
}

static void draw_time(struct canvas *canvas, const void *data, double width, double height) {
    const struct fleet *fleet = data;
    struct arena *arena = arena_new();
    enum cause causes[FLEET_COLOURS];
    size_t coloured = fleet_coloured(fleet, causes), count = fleet->period_count;
    size_t first = count > PERIODS_MOST ? count - PERIODS_MOST : 0;
    double most = 0, top = KEY + 4, bottom = height - FOOT;
    for (size_t i = first; i < count; i++) most = fmax(most, fleet->periods[i].lost);
    struct axis axis = axis_values(arena, 0, most, 4);
    key(canvas, causes, coloured, coloured < fleet->cause_count && fleet->causes[coloured].sum.lost > 0);
    grid(canvas, &axis, width, top, bottom, tr("lost GPU-hours"));
    double each = fmin(60, (width - LEFT) / (double)(count - first));
    size_t skip = (size_t)ceil(46 / each);
    for (size_t i = first; i < count; i++) {
        double x = LEFT + each * (double)(i - first);
        stack(canvas, &fleet->periods[i], causes, coloured, x + each * 0.12, each * 0.76, bottom,
              (bottom - top) / axis.high);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER};
        if ((i - first) % skip == 0)
            canvas_text(canvas, x + each / 2, bottom + 2, fleet_period_name(arena, fleet, &fleet->periods[i]), &style);
    }
    const struct text_style foot = {.size = 7.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = width, .lines = 1};
    static const char *const steps[] = {N_("day"), N_("week from Monday"), N_("month"), N_("year")};
    canvas_text(canvas, 0, bottom + 15, arena_printf(arena, "%s (%s)", tr(steps[fleet->step]), fleet_zone(fleet)),
                &foot);
    arena_free(arena);
}

const struct figure *fleet_chart_time(struct arena *arena, const struct fleet *fleet) {
    if (fleet->period_count == 0 || !(fleet->total.lost > fleet->undated_lost)) return NULL;
    struct figure *figure = arena_alloc(arena, sizeof *figure);
    const char *caption = tr("Lost GPU-hours by the time at which the runs began.");
    if (fleet->period_count > PERIODS_MOST)
        caption = arena_printf(arena,
                               tr("Lost GPU-hours by the time at which the runs began: the last %d of %zu "
                                  "periods."),
                               PERIODS_MOST, fleet->period_count);
    *figure = (struct figure){"fleet-time.png", caption, fleet, time_height, draw_time, false};
    return figure;
}

// ── the strip of runs ───────────────────────────────────────────────────────

static int by_start(const void *a, const void *b) {
    const struct fleet_run *x = *(const struct fleet_run *const *)a, *y = *(const struct fleet_run *const *)b;
    return x->start != y->start ? (x->start > y->start) - (x->start < y->start) : strcmp(x->run, y->run);
}

// Analysed runs in order of time; those without a date first, by name.
static const struct fleet_run **in_order(struct arena *arena, const struct fleet *fleet, size_t *count) {
    const struct fleet_run **runs = arena_array(arena, fleet->run_count + 1, sizeof *runs);
    *count = 0;
    for (size_t i = 0; i < fleet->run_count; i++)
        if (fleet->runs[i]->status == FLEET_ANALYSED && fleet->runs[i]->gpu_hours > 0)
            runs[(*count)++] = fleet->runs[i];
    qsort(runs, *count, sizeof *runs, by_start);
    return runs;
}

static double lost_share(const struct fleet_run *run) {
    return fmin(1, fmax(0, isfinite(run->lost_total) ? run->lost_total / run->gpu_hours : 0));
}

static double strip_height(const void *data, double width) {
    (void)data;
    (void)width;
    return STRIP;
}

static void draw_runs(struct canvas *canvas, const void *data, double width, double height) {
    const struct fleet *fleet = data;
    struct arena *arena = arena_new();
    size_t count, columns;
    const struct fleet_run **runs = in_order(arena, fleet, &count);
    columns = count < COLUMNS_MOST ? count : COLUMNS_MOST;
    double top = 6, bottom = height - 18, each = fmin(16, (width - LEFT) / (double)columns);
    struct axis axis = axis_values(arena, 0, 100, 2);
    grid(canvas, &axis, width, top, bottom, tr("GPU time lost, %"));
    for (size_t c = 0; c < columns; c++) {
        const struct fleet_run *worst = runs[c * count / columns];
        for (size_t i = c * count / columns; i < (c + 1) * count / columns; i++)
            if (lost_share(runs[i]) > lost_share(worst)) worst = runs[i];
        double tall = (bottom - top) * lost_share(worst), x = LEFT + each * (double)c;
        look_area(canvas, x, bottom - tall, each * 0.85, tall, worst->cause);
        if (each >= 4) canvas_frame(canvas, x, bottom - tall, each * 0.85, tall, INK_DARK, 0.3);
    }
    const struct text_style foot = {.size = 7.5, .ink = INK_DARK, .width = width - LEFT, .lines = 1};
    canvas_text(canvas, LEFT, bottom + 3, tr("runs, in order of time (not to scale); those without a date first"),
                &foot);
    arena_free(arena);
}

const struct figure *fleet_chart_runs(struct arena *arena, const struct fleet *fleet) {
    if (!(fleet->total.gpu_hours > 0)) return NULL;
    struct figure *figure = arena_alloc(arena, sizeof *figure);
    const char *caption =
        tr("Every analysed run: the share of its GPU time that was lost, in the look of its verdict.");
    if (fleet->status[FLEET_ANALYSED] > COLUMNS_MOST)
        caption =
            tr("The analysed runs, several to a column, of which the worst is drawn: the share of its GPU time "
               "that was lost, in the look of its verdict.");
    *figure = (struct figure){"fleet-runs.png", caption, fleet, strip_height, draw_runs, false};
    return figure;
}

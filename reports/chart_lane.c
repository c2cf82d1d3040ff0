#include "reports/chart_lane.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"
#include "reports/axis.h"
#include "reports/canvas.h"
#include "reports/lanes.h"
#include "reports/palette.h"

double plot_x(const struct plot *plot, double at) {
    double share = (at - (double)plot->from) / ((double)plot->to - (double)plot->from);
    return plot->x + plot->width * fmin(1, fmax(0, share));
}

// Two columns a point: finer than print, so that a column is never wider than its line.
static size_t columns_of(const struct plot *plot) { return (size_t)(plot->width * 1.5); }

struct scale {
    double low, high, y, height, factor;
};

static double scale_y(const struct scale *scale, double value) {
    double share = (value * scale->factor - scale->low) / (scale->high - scale->low);
    return scale->y + scale->height * (1 - fmin(1, fmax(0, share)));
}

// The columns [first, end) of the next stretch with data behind `first`; false at the end.
static bool next_run(const struct envelope *e, size_t *first, size_t *end) {
    while (*first < e->columns && isnan(e->mean[*first])) (*first)++;
    *end = *first;
    while (*end < e->columns && !isnan(e->mean[*end])) (*end)++;
    return *first < e->columns;
}

static double column_x(const struct plot *plot, const struct envelope *e, double column) {
    return plot->x + plot->width * column / (double)e->columns;
}

static void trace_edge(cairo_t *cr, const struct plot *plot, const struct envelope *e, const struct scale *scale,
                       const float *edge, size_t first, size_t end, bool back) {
    for (size_t i = 0; i < end - first; i++) {
        size_t column = back ? end - 1 - i : first + i;
        double a = column_x(plot, e, (double)column), b = column_x(plot, e, (double)column + 1);
        double y = scale_y(scale, edge[column]);
        cairo_line_to(cr, back ? b : a, y);
        cairo_line_to(cr, back ? a : b, y);
    }
}

// The range of the samples as a pale band with a thin edge; a spike of one sample is a thin tooth.
static void draw_band(struct canvas *canvas, const struct plot *plot, const struct envelope *e,
                      const struct scale *scale, enum ink ink) {
    cairo_t *cr = canvas_cairo(canvas);
    for (size_t first = 0, end; next_run(e, &first, &end); first = end) {
        cairo_new_path(cr);
        trace_edge(cr, plot, e, scale, e->high, first, end, false);
        trace_edge(cr, plot, e, scale, e->low, first, end, true);
        cairo_close_path(cr);
        canvas_ink(canvas, ink, 0.25);
        cairo_fill_preserve(cr);
        canvas_ink(canvas, ink, 0.7);
        cairo_set_line_width(cr, 0.35);
        cairo_stroke(cr);
    }
}

static void draw_mean(struct canvas *canvas, const struct plot *plot, const struct envelope *e,
                      const struct scale *scale, enum ink ink, int dash) {
    cairo_t *cr = canvas_cairo(canvas);
    canvas_ink(canvas, ink, 1);
    cairo_set_line_width(cr, 1);
    canvas_dash(canvas, dash);
    for (size_t first = 0, end; next_run(e, &first, &end); first = end) {
        for (size_t i = first; i < end; i++)
            cairo_line_to(cr, column_x(plot, e, (double)i + 0.5), scale_y(scale, e->mean[i]));
        // A stretch of one column would be a point, which is not drawn.
        if (end - first == 1) cairo_rel_line_to(cr, 0.8, 0);
        cairo_stroke(cr);
    }
    canvas_dash(canvas, 0);
}

static void widen(const struct lane *lane, const struct envelope *e, double *low, double *high) {
    for (size_t i = 0; i < e->columns; i++) {
        if (isnan(e->mean[i])) continue;
        *low = fmin(*low, e->low[i] * lane->scale);
        *high = fmax(*high, e->high[i] * lane->scale);
    }
}

static struct axis axis_of(struct arena *arena, const struct lane *lane, const struct envelope *envelopes,
                           size_t count) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) widen(lane, &envelopes[i], &low, &high);
    if (lane->percent && high <= 100.5) return axis_values(arena, 0, 100, 2);
    if (lane->from_zero && low > 0) low = 0;
    return axis_values(arena, low, high, 2);
}

// Columns between two samples of the slowest line of the lane.
static double spacing_of(const struct lane *lane, const struct plot *plot, size_t columns) {
    double most = 0;
    for (size_t i = 0; i < lane->merged_count; i++) most = fmax(most, lane->merged[i].cadence);
    for (size_t i = 0; i < lane->line_count; i++) most = fmax(most, lane->lines[i].track.cadence);
    return most * 1000 * (double)columns / ((double)plot->to - (double)plot->from);
}

// A series that was sampled for one second in sixty is shown as points: lines would claim what nobody saw.
static bool is_sparse(const struct envelope *e) {
    size_t first = SIZE_MAX, last = 0, known = 0;
    for (size_t i = 0; i < e->columns; i++) {
        if (isnan(e->mean[i])) continue;
        if (first == SIZE_MAX) first = i;
        last = i;
        known++;
    }
    return known > 0 && (double)known < 0.4 * (double)(last - first + 1);
}

static void draw_points(struct canvas *canvas, const struct plot *plot, const struct envelope *e,
                        const struct scale *scale, enum ink ink, size_t shape) {
    cairo_t *cr = canvas_cairo(canvas);
    canvas_ink(canvas, ink, 1);
    for (size_t i = 0; i < e->columns; i++) {
        if (isnan(e->mean[i])) continue;
        double x = column_x(plot, e, (double)i + 0.5), y = scale_y(scale, e->mean[i]);
        if (shape % 2 == 0)
            cairo_arc(cr, x, y, 1.3, 0, 2 * M_PI);
        else
            cairo_rectangle(cr, x - 1.2, y - 1.2, 2.4, 2.4);
        cairo_fill(cr);
    }
}

// Time in which the series says nothing: much longer than its samples are apart.
static void draw_gaps(struct canvas *canvas, const struct plot *plot, const struct envelope *envelopes, size_t count,
                      double spacing) {
    size_t columns = envelopes[0].columns;
    double shortest = fmax(4, 2.5 * spacing);
    for (size_t i = 0; i < columns;) {
        size_t end = i;
        for (; end < columns; end++) {
            bool data = false;
            for (size_t k = 0; k < count; k++) data = data || !isnan(envelopes[k].mean[end]);
            if (data) break;
        }
        if ((double)(end - i) >= shortest) {
            double a = column_x(plot, &envelopes[0], (double)i), b = column_x(plot, &envelopes[0], (double)end);
            canvas_hatch(canvas, a, plot->y, b - a, plot->height, HATCH_FALLING, INK_GREY);
        }
        i = end > i ? end : i + 1;
    }
}

static void draw_axis(struct canvas *canvas, const struct plot *plot, const struct axis *axis) {
    const struct text_style style = {.size = 6.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = 30, .lines = 1};
    for (size_t i = 0; i < axis->count; i++) {
        double share = (axis->ticks[i].at - axis->low) / (axis->high - axis->low);
        double y = plot->y + plot->height * (1 - share);
        canvas_line(canvas, plot->x, y, plot->x + plot->width, y, INK_LIGHT, 0.4);
        // Labels are kept inside the lane, so that those of neighbours never touch.
        double top = fmin(plot->y + plot->height - 7.5, fmax(plot->y - 1.5, y - 4.5));
        canvas_text(canvas, plot->x - 33, top, axis->ticks[i].text, &style);
    }
    canvas_line(canvas, plot->x, plot->y, plot->x, plot->y + plot->height, INK_GREY, 0.6);
}

static const char *title_of(struct arena *arena, const struct lane *lane) {
    const char *unit = lane->unit == UNIT_CELSIUS ? "°C" : unit_name(lane->unit);
    // "sda r/s" names its unit itself.
    if (text_ends(text_of(lane->title), unit)) return lane->title;
    return unit[0] == '\0' ? lane->title : arena_printf(arena, tr("%s, %s"), lane->title, unit);
}

static const struct text_style title_style = {.size = 7.5, .bold = true, .ink = INK_BLACK};

double lane_title_width(struct canvas *canvas, const struct lane *lane, struct arena *arena) {
    double width;
    canvas_measure(canvas, title_of(arena, lane), &title_style, &width, NULL);
    return width;
}

static void draw_title(struct canvas *canvas, const struct plot *plot, const struct lane *lane, struct arena *arena) {
    const char *title = title_of(arena, lane);
    struct text_style style = title_style;
    double width, height;
    canvas_measure(canvas, title, &style, &width, &height);
    style.width = fmin(width + 1, plot->width);
    style.lines = 1;
    // Clears the lines of events and windows behind the letters.
    canvas_fill(canvas, plot->x + 1, plot->y - height - 2.5, style.width + 2, height - 0.5, INK_WHITE, 0.8);
    canvas_text(canvas, plot->x + 2, plot->y - height - 3, title, &style);
}

static double last_value(const struct envelope *e) {
    for (size_t i = e->columns; i > 0; i--)
        if (!isnan(e->mean[i - 1])) return e->mean[i - 1];
    return NAN;
}

// Names at the right end of the lines, moved apart where they would touch; a sample of the line beside each.
static void draw_names(struct canvas *canvas, const struct plot *plot, const struct lane *lane,
                       const struct envelope *envelopes, const struct scale *scale) {
    size_t order[LINES_IN_LANE];
    double at[LINES_IN_LANE];
    size_t count = 0;
    for (size_t i = 0; i < lane->line_count; i++) {
        double value = last_value(&envelopes[i]);
        if (lane->lines[i].label[0] == '\0' || isnan(value)) continue;
        size_t k = count++;
        at[i] = scale_y(scale, value);
        for (; k > 0 && at[order[k - 1]] > at[i]; k--) order[k] = order[k - 1];
        order[k] = i;
    }
    double next = plot->y + 3.5;
    for (size_t k = 0; k < count; k++) {
        size_t i = order[k];
        double room = plot->y + plot->height - 3.5 - (double)(count - 1 - k) * 8.5;
        double y = fmin(room, fmax(next, at[i]));
        double x = plot->x + plot->width + 3;
        canvas_dash(canvas, (int)i);
        canvas_line(canvas, x, y, x + 10, y, line_ink(i), 1);
        canvas_dash(canvas, 0);
        const struct text_style style = {.size = 6.5, .ink = INK_BLACK, .width = 35, .lines = 1};
        canvas_text(canvas, x + 12, y - 4.2, lane->lines[i].label, &style);
        next = y + 8.5;
    }
}

void lane_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct lane *lane,
               const struct plot *plot, struct arena *arena) {
    (void)diagnosis;
    struct envelope envelopes[LINES_IN_LANE];
    size_t count = lane->merged_count > 0 ? 1 : lane->line_count;
    size_t columns = columns_of(plot);
    for (size_t i = 0; i < count; i++)
        envelopes[i] = lane->merged_count > 0
                           ? envelope_merge(arena, lane->merged, lane->merged_count, plot->from, plot->to, columns)
                           : envelope_of(arena, &lane->lines[i].track, plot->from, plot->to, columns);
    struct axis axis = axis_of(arena, lane, envelopes, count);
    struct scale scale = {axis.low, axis.high, plot->y, plot->height, lane->scale};
    draw_axis(canvas, plot, &axis);
    draw_gaps(canvas, plot, envelopes, count, spacing_of(lane, plot, columns));
    for (size_t i = 0; i < count; i++) draw_band(canvas, plot, &envelopes[i], &scale, line_ink(i));
    for (size_t i = 0; i < count; i++) {
        if (is_sparse(&envelopes[i]))
            draw_points(canvas, plot, &envelopes[i], &scale, line_ink(i), i);
        else
            draw_mean(canvas, plot, &envelopes[i], &scale, line_ink(i), (int)i);
    }
    draw_title(canvas, plot, lane, arena);
    if (lane->merged_count == 0) draw_names(canvas, plot, lane, envelopes, &scale);
}

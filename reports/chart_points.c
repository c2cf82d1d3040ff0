#include "reports/chart_points.h"

#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/axis.h"
#include "reports/canvas.h"
#include "reports/lanes.h"
#include "reports/palette.h"
#include "reports/shown.h"

// ── health counters ─────────────────────────────────────────────────────────

enum { PANEL = 92, PANELS_MOST = 6, SNAPSHOTS_MOST = 400 };

struct growth {
    const struct disk_health *disk;
    const struct disk_attribute *attribute;
    struct track track;
};

static size_t growths(const struct diagnosis *d, struct growth *out) {
    size_t count = 0;
    for (size_t i = 0; i < d->health_count; i++) {
        for (size_t k = 0; k < d->health[i].attribute_count && count < PANELS_MOST; k++) {
            const struct disk_attribute *attribute = &d->health[i].attributes[k];
            if (!(attribute->growth > 0) || attribute->level == 0) continue;
            struct growth growth = {&d->health[i], attribute, {0}};
            if (!track_find(d, d->health[i].entity, attribute->name, &growth.track)) growth.track.table = NULL;
            out[count++] = growth;
        }
    }
    return count;
}

const char *chart_health_missing(const struct diagnosis *diagnosis) {
    struct growth some[PANELS_MOST];
    return growths(diagnosis, some) > 0 ? NULL : tr("No health counter grew.");
}

static size_t per_row(double width) { return width >= 420 ? 2 : 1; }

double chart_health_height(const struct diagnosis *diagnosis, double width) {
    struct growth some[PANELS_MOST];
    return (double)((growths(diagnosis, some) + per_row(width) - 1) / per_row(width)) * PANEL;
}

// The counter's values in file order; without the series only the first and the last are known.
static size_t snapshots(const struct growth *growth, double *values) {
    size_t count = 0;
    if (growth->track.table == NULL) {
        values[count++] = growth->attribute->first;
        values[count++] = growth->attribute->last;
        return count;
    }
    size_t rows = growth->track.table->row_count;
    size_t step = rows / SNAPSHOTS_MOST + 1;
    for (size_t i = 0; i < rows; i += step)
        if (isfinite(growth->track.column->values[i])) values[count++] = growth->track.column->values[i];
    return count;
}

static void growth_panel(struct canvas *canvas, const struct growth *growth, double x, double y, double width,
                         double height, struct arena *arena) {
    double *values = arena_array(arena, SNAPSHOTS_MOST + 2, sizeof *values);
    size_t count = snapshots(growth, values);
    const char *name = arena_printf(arena, "%s %s", shown_name(arena, growth->disk->entity, 20),
                                    shown_text(arena, growth->attribute->name));
    const struct text_style title = {.size = 8, .bold = true, .ink = INK_BLACK, .width = width, .lines = 1};
    canvas_text(canvas, x, y, name, &title);
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) low = fmin(low, values[i]), high = fmax(high, values[i]);
    struct axis axis = axis_values(arena, low, high, 3);
    double top = y + 16, bottom = y + height - 26, left = x + 36, room = width - 76;
    for (size_t i = 0; i < axis.count; i++) {
        double at = bottom - (bottom - top) * (axis.ticks[i].at - axis.low) / (axis.high - axis.low);
        canvas_line(canvas, left, at, left + room, at, INK_LIGHT, 0.5);
        const struct text_style style = {.size = 6.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = 32, .lines = 1};
        canvas_text(canvas, left - 35, at - 4.5, axis.ticks[i].text, &style);
    }
    cairo_t *cr = canvas_cairo(canvas);
    double end_y = bottom;
    for (int pass = 0; pass < 2; pass++) {
        canvas_ink(canvas, INK_VERMILION, 1);
        for (size_t i = 0; i < count; i++) {
            double px = left + (count == 1 ? 0 : room * (double)i / (double)(count - 1));
            end_y = bottom - (bottom - top) * (values[i] - axis.low) / (axis.high - axis.low);
            if (pass == 0) cairo_line_to(cr, px, end_y);
            if (pass == 0 || count > 60) continue;
            cairo_arc(cr, px, end_y, 2, 0, 2 * M_PI);
            cairo_fill(cr);
        }
        cairo_set_line_width(cr, 1.2);
        cairo_stroke(cr);
    }
    const struct text_style last = {.size = 7.5, .bold = true, .ink = INK_BLACK};
    canvas_text(canvas, left + room + 4, end_y - 5,
                arena_printf(arena, "+%s", unit_number(arena, growth->attribute->growth, 4)), &last);
    canvas_line(canvas, left, bottom, left + room, bottom, INK_GREY, 0.6);
    const struct text_style foot = {.size = 7, .ink = INK_DARK, .width = room + 36, .lines = 1};
    canvas_text(canvas, left, bottom + 4, arena_printf(arena, tr("count, over %zu snapshots in file order"), count),
                &foot);
}

void chart_health(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    struct growth all[PANELS_MOST];
    size_t count = growths(diagnosis, all);
    size_t row = per_row(width);
    double each = (width - 16 * (double)(row - 1)) / (double)row;
    // Less room than was asked for is shared by the rows.
    double tall = PANEL * height / chart_health_height(diagnosis, width);
    for (size_t i = 0; i < count; i++)
        growth_panel(canvas, &all[i], (double)(i % row) * (each + 16), (double)(i / row) * tall, each, tall, arena);
    arena_free(arena);
}

// ── clock against temperature ───────────────────────────────────────────────

enum { WARM_MOST = 128, STEPS = 64, CLOCK_HEIGHT = 190, GPUS_SHOWN = 4 };

// How many samples fall in each cell of whole degrees and of 64 steps of the clock.
struct cloud {
    double lowest, highest;  // MHz
    unsigned cells[GPUS_SHOWN][WARM_MOST][STEPS];
    const char *names[GPUS_SHOWN];
    size_t gpus;
    unsigned most;
    int coldest, hottest;
};

static bool busy_row(const struct column *busy, size_t row) { return busy == NULL || busy->values[row] >= 50; }

static void add_gpu(const struct diagnosis *d, const char *gpu, struct cloud *cloud) {
    struct track heat;
    if (!track_find(d, gpu, "temperature.gpu", &heat)) return;
    const struct column *clock = table_find(heat.table, "clocks.current.sm");
    const struct column *busy = table_find(heat.table, "utilization.gpu");
    if (clock == NULL) return;
    size_t slot = cloud->gpus;
    bool any = false;
    for (size_t i = 0; i < heat.table->row_count; i++) {
        double t = heat.column->values[i], c = clock->values[i];
        if (!(t >= 0 && t < WARM_MOST) || !(c > 0) || !busy_row(busy, i)) continue;
        double step = c / cloud->highest * (STEPS - 1);
        unsigned *cell = &cloud->cells[slot][(int)t][(int)fmin(STEPS - 1, step)];
        if (++*cell > cloud->most) cloud->most = *cell;
        cloud->lowest = fmin(cloud->lowest, c);
        if ((int)t < cloud->coldest) cloud->coldest = (int)t;
        if ((int)t > cloud->hottest) cloud->hottest = (int)t;
        any = true;
    }
    if (any) cloud->names[cloud->gpus++] = gpu;
}

static struct cloud *cloud_of(struct arena *arena, const struct diagnosis *d) {
    struct cloud *cloud = arena_alloc(arena, sizeof *cloud);
    cloud->coldest = WARM_MOST;
    cloud->lowest = INFINITY;
    for (size_t i = 0; i < d->gpu_count && i < TRACKS_MOST; i++) {
        struct track track;
        if (track_find(d, d->gpus[i], "clocks.current.sm", &track))
            cloud->highest = fmax(cloud->highest, column_stats(track.table, track.column).max);
    }
    for (size_t i = 0; i < d->gpu_count && i < TRACKS_MOST && cloud->gpus < GPUS_SHOWN && cloud->highest > 0; i++)
        add_gpu(d, d->gpus[i], cloud);
    return cloud;
}

const char *chart_clocks_missing(const struct diagnosis *diagnosis) {
    struct arena *arena = arena_new();
    const struct cloud *cloud = cloud_of(arena, diagnosis);
    bool drawable = cloud->gpus > 0 && cloud->hottest - cloud->coldest >= 2;
    arena_free(arena);
    return drawable
               ? NULL
               : tr("The GPU log does not show clock and temperature of a busy GPU, or the temperature never changed.");
}

double chart_clocks_height(const struct diagnosis *diagnosis, double width) {
    (void)diagnosis;
    (void)width;
    return CLOCK_HEIGHT;
}

// Circle, square, triangle, diamond: the second cue beside the colour.
static void mark(struct canvas *canvas, double x, double y, double r, size_t gpu) {
    cairo_t *cr = canvas_cairo(canvas);
    cairo_new_path(cr);
    if (gpu == 0) {
        cairo_arc(cr, x, y, r, 0, 2 * M_PI);
    } else if (gpu == 1) {
        cairo_rectangle(cr, x - r, y - r, 2 * r, 2 * r);
    } else {
        cairo_move_to(cr, x, y - r * 1.2);
        cairo_line_to(cr, x + r * 1.2, gpu == 2 ? y + r : y);
        if (gpu == 3) cairo_line_to(cr, x, y + r * 1.2);
        cairo_line_to(cr, x - r * 1.2, gpu == 2 ? y + r : y);
        cairo_close_path(cr);
    }
    canvas_ink(canvas, line_ink(gpu), 0.35);
    cairo_fill_preserve(cr);
    canvas_ink(canvas, line_ink(gpu), 1);
    cairo_set_line_width(cr, 0.6);
    cairo_stroke(cr);
}

struct frame {
    double left, top, width, height;
    struct axis x, y;
};

static void cloud_axes(struct canvas *canvas, const struct frame *frame) {
    double bottom = frame->top + frame->height;
    for (size_t i = 0; i < frame->x.count; i++) {
        double x = frame->left + frame->width * (frame->x.ticks[i].at - frame->x.low) / (frame->x.high - frame->x.low);
        canvas_line(canvas, x, frame->top, x, bottom, INK_LIGHT, 0.4);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER};
        canvas_text(canvas, x, bottom + 2, frame->x.ticks[i].text, &style);
    }
    for (size_t i = 0; i < frame->y.count; i++) {
        double y = bottom - frame->height * (frame->y.ticks[i].at - frame->y.low) / (frame->y.high - frame->y.low);
        canvas_line(canvas, frame->left, y, frame->left + frame->width, y, INK_LIGHT, 0.4);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = 34, .lines = 1};
        canvas_text(canvas, frame->left - 38, y - 5, frame->y.ticks[i].text, &style);
    }
    canvas_frame(canvas, frame->left, frame->top, frame->width, frame->height, INK_GREY, 0.6);
    const struct text_style foot = {
        .size = 7.5, .ink = INK_DARK, .align = ALIGN_CENTER, .width = frame->width, .lines = 1};
    canvas_text(canvas, frame->left, bottom + 13, tr("temperature of the GPU, °C"), &foot);
    const struct text_style up = {.size = 7.5, .ink = INK_DARK};
    canvas_text_up(canvas, 6, frame->top + frame->height / 2, frame->height, tr("SM clock, MHz"), &up);
}

void chart_clocks(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    const struct cloud *cloud = cloud_of(arena, diagnosis);
    struct frame frame = {.left = 52, .top = 6, .width = fmin(width - 130, 420), .height = height - 36};
    frame.x = axis_values(arena, cloud->coldest, cloud->hottest + 1, 8);
    frame.y = axis_values(arena, fmin(cloud->lowest, cloud->highest * 0.8), cloud->highest, 5);
    cloud_axes(canvas, &frame);
    for (size_t g = 0; g < cloud->gpus; g++) {
        for (int t = cloud->coldest; t <= cloud->hottest; t++)
            for (int s = 0; s < STEPS; s++) {
                unsigned n = cloud->cells[g][t][s];
                if (n == 0) continue;
                double x = frame.left + frame.width * (t + 0.5 - frame.x.low) / (frame.x.high - frame.x.low);
                double mhz = (s + 0.5) / (STEPS - 1) * cloud->highest;
                double share = (mhz - frame.y.low) / (frame.y.high - frame.y.low);
                double y = frame.top + frame.height * (1 - fmin(1, fmax(0, share)));
                mark(canvas, x, y, 1.2 + 3.2 * sqrt((double)n / cloud->most), g);
            }
        double y = frame.top + 4 + 13 * (double)g, x = frame.left + frame.width + 10;
        mark(canvas, x, y + 5, 3, g);
        const struct text_style style = {.size = 7.5, .ink = INK_BLACK, .width = width - x - 8, .lines = 1};
        canvas_text(canvas, x + 8, y, shown_name(arena, cloud->names[g], 20), &style);
    }
    arena_free(arena);
}

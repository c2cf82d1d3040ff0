#include "reports/chart_marks.h"

#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/canvas.h"
#include "reports/chart_lane.h"
#include "reports/lanes.h"
#include "reports/palette.h"
#include "reports/shown.h"

static const struct text_style small = {.size = 7, .ink = INK_BLACK};

void ribbon_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double y,
                 double height) {
    for (size_t i = 0; i < diagnosis->phase_count; i++) {
        const struct phase *phase = &diagnosis->phases[i];
        double a = plot_x(plot, (double)phase->start), b = plot_x(plot, (double)phase->end);
        if (b - a < 0.3) b = a + 0.3;
        look_area(canvas, a, y, b - a, height, phase->cause);
        double width, tall;
        const char *name = cause_id(phase->cause);
        canvas_measure(canvas, name, &small, &width, &tall);
        if (width + 6 > b - a) continue;
        double x = (a + b - width) / 2;
        canvas_fill(canvas, x - 2, y + (height - tall) / 2, width + 4, tall, INK_WHITE, 0.85);
        canvas_text(canvas, x, y + (height - tall) / 2, name, &small);
    }
    canvas_frame(canvas, plot->x, y, plot->width, height, INK_GREY, 0.6);
}

static bool has_cause(const struct diagnosis *diagnosis, enum cause cause) {
    for (size_t i = 0; i < diagnosis->phase_count; i++)
        if (diagnosis->phases[i].cause == cause) return true;
    return false;
}

size_t ribbon_legend_count(const struct diagnosis *diagnosis) {
    size_t count = 0;
    for (int cause = 0; cause < CAUSE_COUNT_; cause++) count += has_cause(diagnosis, (enum cause)cause);
    return count;
}

void ribbon_legend(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double y) {
    double x = plot->x;
    for (int cause = 0; cause < CAUSE_COUNT_; cause++) {
        if (!has_cause(diagnosis, (enum cause)cause)) continue;
        double width;
        canvas_measure(canvas, cause_id((enum cause)cause), &small, &width, NULL);
        if (x + 16 + width > plot->x + plot->width + 50) return;
        look_area(canvas, x, y + 0.5, 12, 8, (enum cause)cause);
        canvas_frame(canvas, x, y + 0.5, 12, 8, INK_GREY, 0.4);
        canvas_text(canvas, x + 15, y, cause_id((enum cause)cause), &small);
        x += 15 + width + 12;
    }
}

// What an event is called in the strip; NULL: not shown.
static const char *event_word(enum event_kind kind) {
    static const char *const names[] = {
        [EVENT_XID] = N_("Xid"),
        [EVENT_GPU_LOST] = N_("GPU lost"),
        [EVENT_IO_ERROR] = N_("I/O error"),
        [EVENT_LINK_RESET] = N_("link reset"),
        [EVENT_FS_ERROR] = N_("file system"),
        [EVENT_OOM_KILL] = N_("OOM kill"),
        [EVENT_CUDA_OOM] = N_("CUDA OOM"),
        [EVENT_PCIE_ERROR] = N_("PCIe error"),
        [EVENT_THERMAL] = N_("CPU hot"),
        [EVENT_HUNG_TASK] = N_("hung task"),
        [EVENT_NFS_TIMEOUT] = N_("NFS timeout"),
        [EVENT_REBOOT] = N_("reboot"),
        [EVENT_EPOCH] = N_("epoch"),
        [EVENT_CHECKPOINT] = N_("checkpoint"),
        [EVENT_VALIDATION] = N_("validation"),
        [EVENT_JOB_ERROR] = N_("job error"),
        [EVENT_SMART_FAILED] = N_("SMART failed"),
    };
    const char *name = (size_t)kind < sizeof names / sizeof *names ? names[kind] : NULL;
    return name == NULL ? NULL : tr(name);
}

static bool routine(enum event_kind kind) {
    return kind == EVENT_EPOCH || kind == EVENT_CHECKPOINT || kind == EVENT_VALIDATION;
}

typedef void event_visitor(void *context, enum event_kind kind, double x);

// Calls `visit` for the dated events inside the plot, at most one for each kind and half a point.
static void visit_events(const struct diagnosis *diagnosis, const struct plot *plot, event_visitor *visit,
                         void *context) {
    double last[EVENT_SMART_UNREADABLE + 1];
    for (size_t i = 0; i <= EVENT_SMART_UNREADABLE; i++) last[i] = -1;
    for (size_t i = 0; i < diagnosis->clock_count; i++) {
        const struct source_clock *clock = &diagnosis->clocks[i];
        if (clock->source == NULL || clock->source->refused) continue;
        for (size_t k = 0; k < clock->source->event_count; k++) {
            const struct event *event = &clock->source->events[k];
            if (event->time == MILLIS_NONE || event_word(event->kind) == NULL) continue;
            millis at = clock_to_run(clock, event->time, event->line);
            if (at == MILLIS_NONE || at < plot->from || at > plot->to) continue;
            double x = plot_x(plot, (double)at);
            if (fabs(x - last[event->kind]) < 0.5) continue;
            last[event->kind] = x;
            visit(context, event->kind, x);
        }
    }
}

static void count_event(void *context, enum event_kind kind, double x) {
    (void)kind;
    (void)x;
    ++*(size_t *)context;
}

bool marks_any(const struct diagnosis *diagnosis) {
    const struct plot plot = {.x = 0, .width = 100, .from = diagnosis->start, .to = diagnosis->end};
    size_t count = 0;
    if (diagnosis->end > diagnosis->start) visit_events(diagnosis, &plot, count_event, &count);
    return count > 0;
}

struct strip {
    struct canvas *canvas;
    double y, free_from, end;
    bool routine;
};

static void name_event(void *context, enum event_kind kind, double x) {
    struct strip *strip = context;
    if (routine(kind) != strip->routine) return;
    const char *name = event_word(kind);
    double width;
    canvas_measure(strip->canvas, name, &small, &width, NULL);
    canvas_line(strip->canvas, x, strip->y + 8, x, strip->y + MARKS_HEIGHT, routine(kind) ? INK_GREY : INK_VERMILION,
                routine(kind) ? 0.6 : 1.2);
    double left = fmin(fmax(x - width / 2, 0), strip->end - width);
    if (left < strip->free_from) return;
    canvas_text(strip->canvas, left, strip->y, name, &small);
    strip->free_from = left + width + 5;
}

void marks_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double y) {
    // Trouble is named first; routine events only where the strip would else be empty of names.
    struct strip strip = {canvas, y, 0, plot->x + plot->width + 50, false};
    visit_events(diagnosis, plot, name_event, &strip);
    strip.routine = true;
    if (strip.free_from > 0) strip.free_from = INFINITY;
    visit_events(diagnosis, plot, name_event, &strip);
}

struct lines {
    struct canvas *canvas;
    double top, bottom;
    size_t left;
};

static void line_event(void *context, enum event_kind kind, double x) {
    struct lines *lines = context;
    if (lines->left == 0) return;
    lines->left--;
    canvas_dash(lines->canvas, routine(kind) ? 2 : 0);
    canvas_line(lines->canvas, x, lines->top, x, lines->bottom, routine(kind) ? INK_GREY : INK_VERMILION,
                routine(kind) ? 0.5 : 0.8);
    canvas_dash(lines->canvas, 0);
}

void event_lines(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double top,
                 double bottom) {
    // More lines than this would hide what they run through.
    struct lines lines = {canvas, top, bottom, 120};
    visit_events(diagnosis, plot, line_event, &lines);
}

// The longest phase of this kind, NULL if there is none.
static const struct phase *longest(const struct diagnosis *diagnosis, enum cause cause, const char *entity) {
    const struct phase *best = NULL;
    double most = 0;
    for (size_t i = 0; i < diagnosis->phase_count; i++) {
        const struct phase *phase = &diagnosis->phases[i];
        if (phase->cause != cause || (entity != NULL && strcmp(phase->entity, entity) != 0)) continue;
        double length = (double)phase->end - (double)phase->start;
        if (length > most) {
            best = phase;
            most = length;
        }
    }
    return best;
}

static void window(struct canvas *canvas, const struct phase *phase, const struct plot *plot, double top, double bottom,
                   enum ink ink, const char *name) {
    if (phase == NULL) return;
    double a = plot_x(plot, (double)phase->start), b = plot_x(plot, (double)phase->end);
    canvas_fill(canvas, a, top - 11, b - a, bottom - top + 11, ink, 0.08);
    canvas_dash(canvas, 1);
    canvas_line(canvas, a, top - 11, a, bottom, ink, 0.6);
    canvas_line(canvas, b, top - 11, b, bottom, ink, 0.6);
    canvas_dash(canvas, 0);
    double width;
    const struct text_style style = {.size = 6.5, .ink = INK_DARK};
    canvas_measure(canvas, name, &style, &width, NULL);
    if (width + 4 < b - a) canvas_text(canvas, (a + b - width) / 2, top - 10, name, &style);
}

void windows_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct plot *plot, double top,
                  double bottom) {
    const struct verdict *verdict = &diagnosis->verdict;
    if (verdict->cause == CAUSE_COMPUTE_BOUND || verdict->cause == CAUSE_UNKNOWN) return;
    window(canvas, longest(diagnosis, verdict->cause, verdict->entity), plot, top, bottom, INK_VERMILION,
           tr("suspect window"));
    window(canvas, longest(diagnosis, CAUSE_COMPUTE_BOUND, NULL), plot, top, bottom, INK_GREEN, tr("baseline"));
}

static bool in_lane(const struct lane *lane, const struct anomaly *anomaly) {
    for (size_t i = 0; i < lane->line_count; i++)
        if (strcmp(lane->lines[i].track.table->entity, anomaly->entity) == 0 &&
            strcmp(lane->lines[i].track.column->quantity, anomaly->quantity) == 0)
            return true;
    return false;
}

void anomalies_draw(struct canvas *canvas, const struct diagnosis *diagnosis, const struct lane *lane,
                    const struct plot *plot, double title) {
    cairo_t *cr = canvas_cairo(canvas);
    for (size_t i = 0; i < diagnosis->anomaly_count; i++) {
        const struct anomaly *anomaly = &diagnosis->anomalies[i];
        if (!in_lane(lane, anomaly) || anomaly->end < plot->from || anomaly->start > plot->to) continue;
        double x = plot_x(plot, ((double)anomaly->start + (double)anomaly->end) / 2);
        // Above the lane, below its title.
        double top = x - 4 < plot->x + title ? plot->y : plot->y - 4.5;
        canvas_ink(canvas, INK_BLACK, 1);
        cairo_move_to(cr, x - 3, top);
        cairo_line_to(cr, x + 3, top);
        cairo_line_to(cr, x, top + 4.5);
        cairo_close_path(cr);
        cairo_fill(cr);
    }
}

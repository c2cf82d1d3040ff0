#include "reports/chart_bars.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/axis.h"
#include "reports/canvas.h"
#include "reports/palette.h"
#include "reports/shown.h"

enum { ROW = 20, FOOT = 32, BARS_MOST = 12, PAIRS_MOST = 24 };

static const struct text_style label_style = {.size = 8, .ink = INK_BLACK};

// A horizontal value axis below `bottom`, with grid lines from `top`.
static void value_axis(struct canvas *canvas, const struct axis *axis, double x, double width, double top,
                       double bottom, const char *name) {
    for (size_t i = 0; i < axis->count; i++) {
        double at = x + width * (axis->ticks[i].at - axis->low) / (axis->high - axis->low);
        canvas_line(canvas, at, top, at, bottom, INK_LIGHT, 0.5);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER};
        canvas_text(canvas, at, bottom + 2, axis->ticks[i].text, &style);
    }
    canvas_line(canvas, x, bottom, x + width, bottom, INK_GREY, 0.7);
    const struct text_style style = {
        .size = 7.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = x + width, .lines = 1};
    // The name may be longer than the axis.
    canvas_text(canvas, 0, bottom + 14, name, &style);
}

// ── loss by cause ───────────────────────────────────────────────────────────

static size_t loss_rows(const struct diagnosis *d) { return d->loss_count < BARS_MOST ? d->loss_count : BARS_MOST; }

const char *chart_loss_missing(const struct diagnosis *diagnosis) {
    for (size_t i = 0; i < diagnosis->loss_count; i++)
        if (diagnosis->losses[i].gpu_hours > 0) return NULL;
    return tr("There is no chart of the loss: no lost GPU time was attributed to a cause.");
}

double chart_loss_height(const struct diagnosis *diagnosis, double width) {
    (void)width;
    return (double)loss_rows(diagnosis) * ROW + 6 + FOOT;
}

static void loss_bar(struct canvas *canvas, const struct loss *loss, double x, double y, double per_hour,
                     struct arena *arena) {
    double length = isfinite(loss->gpu_hours) ? fmax(0, loss->gpu_hours) * per_hour : 0;
    look_area(canvas, x, y + 4, length, ROW - 8, loss->cause);
    canvas_frame(canvas, x, y + 4, length, ROW - 8, INK_DARK, 0.5);
    double end = x + length;
    if (isfinite(loss->low) && isfinite(loss->high)) {
        double a = x + fmax(0, loss->low) * per_hour, b = x + fmax(0, loss->high) * per_hour, middle = y + ROW / 2.0;
        canvas_line(canvas, a, middle, b, middle, INK_BLACK, 1);
        canvas_line(canvas, a, middle - 3, a, middle + 3, INK_BLACK, 1);
        canvas_line(canvas, b, middle - 3, b, middle + 3, INK_BLACK, 1);
        end = fmax(end, b);
    }
    struct text_style style = label_style;
    style.bold = true;
    canvas_text(canvas, end + 6, y + 5, unit_number(arena, loss->gpu_hours, 3), &style);
}

void chart_loss(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    size_t count = loss_rows(diagnosis);
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(diagnosis->losses[i].gpu_hours)) most = fmax(most, diagnosis->losses[i].gpu_hours);
        if (isfinite(diagnosis->losses[i].high)) most = fmax(most, diagnosis->losses[i].high);
    }
    double x = 130, room = width - x - 50;
    struct axis axis = axis_values(arena, 0, most, 6);
    double bottom = height - FOOT;
    value_axis(canvas, &axis, x, room, 0, bottom, tr("lost GPU-hours"));
    for (size_t i = 0; i < count; i++) {
        double y = 3 + (double)i * ROW;
        const struct text_style style = {.size = 8, .ink = INK_BLACK, .align = ALIGN_RIGHT, .width = x - 6, .lines = 1};
        canvas_text(canvas, 0, y + 5, cause_id(diagnosis->losses[i].cause), &style);
        loss_bar(canvas, &diagnosis->losses[i], x, y, room / axis.high, arena);
    }
    arena_free(arena);
}

// ── dose and response ───────────────────────────────────────────────────────

enum { PANEL = 130, PANELS_MOST = 6 };

static size_t dose_panels(const struct diagnosis *d) {
    return d->dose_count < PANELS_MOST ? d->dose_count : PANELS_MOST;
}

static size_t panels_per_row(double width) { return width >= 420 ? 2 : 1; }

const char *chart_dose_missing(const struct diagnosis *diagnosis) {
    return diagnosis->dose_count > 0 ? NULL : tr("No series moves with the loss, so there is no dose to show.");
}

double chart_dose_height(const struct diagnosis *diagnosis, double width) {
    size_t each = panels_per_row(width);
    return (double)((dose_panels(diagnosis) + each - 1) / each) * PANEL;
}

static void dose_bar(struct canvas *canvas, const struct dose_response *dose, size_t i, double x, double bottom,
                     double width, double height, struct arena *arena) {
    double loss = fmin(1, fmax(0, dose->loss[i]));
    if (isfinite(dose->loss[i])) {
        canvas_fill(canvas, x, bottom - height * loss, width, height * loss, INK_VERMILION, 0.45);
        canvas_hatch(canvas, x, bottom - height * loss, width, height * loss, HATCH_RISING, INK_DARK);
        canvas_frame(canvas, x, bottom - height * loss, width, height * loss, INK_DARK, 0.5);
        const struct text_style style = {.size = 7, .ink = INK_BLACK, .align = ALIGN_CENTER, .bold = true};
        canvas_text(canvas, x + width / 2, bottom - height * loss - 10, shown_share(arena, dose->loss[i]), &style);
    }
    const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER, .width = width + 6, .lines = 1};
    canvas_text(canvas, x - 3, bottom + 2, unit_number(arena, dose->dose[i], 3), &style);
}

static void dose_panel(struct canvas *canvas, const struct dose_response *dose, double x, double y, double width,
                       double height, struct arena *arena) {
    const char *name =
        arena_printf(arena, "%s %s", shown_name(arena, dose->entity, 24), shown_text(arena, dose->quantity));
    const struct text_style title = {.size = 8, .bold = true, .ink = INK_BLACK, .width = width, .lines = 1};
    canvas_text(canvas, x, y, name, &title);
    double top = y + 26, bottom = y + height - 34, left = x + 34, room = width - 44;
    for (int i = 0; i <= 2; i++) {
        double at = bottom - (bottom - top) * i / 2;
        canvas_line(canvas, left, at, left + room, at, i == 0 ? INK_GREY : INK_LIGHT, 0.5);
        const struct text_style style = {.size = 6.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = 22, .lines = 1};
        canvas_text(canvas, left - 25, at - 4.5, arena_printf(arena, "%d", i * 50), &style);
    }
    const struct text_style up = {.size = 6.5, .ink = INK_DARK};
    canvas_text_up(canvas, x + 4, (top + bottom) / 2, bottom - top + 20, tr("GPU time lost, %"), &up);
    size_t count = dose->count > 5 ? 5 : dose->count;
    double each = room / 5;
    for (size_t i = 0; i < count; i++)
        dose_bar(canvas, dose, i, left + each * (double)i + 4, bottom, each - 8, bottom - top, arena);
    const char *unit = dose->unit == UNIT_CELSIUS ? "°C" : unit_name(dose->unit);
    const char *axis = unit[0] == '\0' ? arena_printf(arena, tr("median of each fifth"))
                                       : arena_printf(arena, tr("median of each fifth, %s"), unit);
    const struct text_style foot = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER, .width = room, .lines = 1};
    canvas_text(canvas, left, bottom + 13, axis, &foot);
}

void chart_dose(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    size_t per_row = panels_per_row(width);
    // Less room than was asked for is shared by the rows.
    double tall = PANEL * height / chart_dose_height(diagnosis, width);
    double each = (width - 16 * (double)(per_row - 1)) / (double)per_row;
    for (size_t i = 0; i < dose_panels(diagnosis); i++)
        dose_panel(canvas, &diagnosis->doses[i], (double)(i % per_row) * (each + 16), (double)(i / per_row) * tall,
                   each, tall, arena);
    arena_free(arena);
}

// ── correlations ────────────────────────────────────────────────────────────

static size_t pair_rows(const struct diagnosis *d) {
    return d->correlation_count < PAIRS_MOST ? d->correlation_count : PAIRS_MOST;
}

const char *chart_correlations_missing(const struct diagnosis *diagnosis) {
    return diagnosis->correlation_count > 0
               ? NULL
               : tr("There is no chart of correlations: no pair of series could be tested.");
}

double chart_correlations_height(const struct diagnosis *diagnosis, double width) {
    (void)width;
    return (double)pair_rows(diagnosis) * 15 + 6 + FOOT;
}

static const char *side_name(struct arena *arena, const char *entity, const char *quantity) {
    if (entity == NULL || entity[0] == '\0') return shown_text(arena, quantity);
    return arena_printf(arena, "%s %s", shown_name(arena, entity, 16), shown_text(arena, quantity));
}

// All pairs have the same first side: then it is named once, below the axis.
static bool same_side(const struct diagnosis *d) {
    for (size_t i = 1; i < pair_rows(d); i++)
        if (strcmp(d->correlations[i].a_entity, d->correlations[0].a_entity) != 0 ||
            strcmp(d->correlations[i].a_quantity, d->correlations[0].a_quantity) != 0)
            return false;
    return true;
}

static const char *pair_name(struct arena *arena, const struct correlation *pair, bool same) {
    const char *b = side_name(arena, pair->b_entity, pair->b_quantity);
    return same ? b : arena_printf(arena, "%s × %s", side_name(arena, pair->a_entity, tr(pair->a_quantity)), b);
}

static void pair_row(struct canvas *canvas, const struct correlation *pair, double x, double width, double y) {
    double middle = y + 7.5, zero = x + width / 2;
    double at = zero + width / 2 * fmin(1, fmax(-1, pair->spearman));
    if (!isfinite(pair->spearman)) return;
    if (isfinite(pair->low) && isfinite(pair->high))
        canvas_line(canvas, zero + width / 2 * fmax(-1, pair->low), middle, zero + width / 2 * fmin(1, pair->high),
                    middle, INK_DARK, 1);
    cairo_t *cr = canvas_cairo(canvas);
    cairo_arc(cr, at, middle, 3.2, 0, 2 * M_PI);
    canvas_ink(canvas, pair->significant ? INK_BLUE : INK_WHITE, 1);
    cairo_fill_preserve(cr);
    canvas_ink(canvas, INK_BLUE, 1);
    cairo_set_line_width(cr, 1);
    cairo_stroke(cr);
}

void chart_correlations(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    double names = fmin(240, width * 0.42), room = width - names - 44, bottom = height - FOOT;
    struct axis axis = axis_values(arena, -1, 1, 4);
    bool same = same_side(diagnosis);
    const struct correlation *first = &diagnosis->correlations[0];
    const char *with = side_name(arena, first->a_entity, tr(first->a_quantity));
    value_axis(canvas, &axis, names, room, 0, bottom,
               same ? arena_printf(arena, tr("Spearman's rank correlation with %s (no unit)"), with)
                    : tr("Spearman's rank correlation (no unit)"));
    canvas_line(canvas, names + room / 2, 0, names + room / 2, bottom, INK_GREY, 0.8);
    double each = (bottom - 6) / (double)pair_rows(diagnosis);
    for (size_t i = 0; i < pair_rows(diagnosis); i++) {
        const struct correlation *pair = &diagnosis->correlations[i];
        double y = 3 + (double)i * each + (each - 15) / 2;
        const struct text_style style = {
            .size = 7.5, .ink = INK_BLACK, .align = ALIGN_RIGHT, .width = names - 8, .lines = 1};
        const char *name = pair_name(arena, pair, same);
        if (pair->negative_control) name = arena_printf(arena, tr("%s (control)"), name);
        canvas_text(canvas, 0, y + 2.5, name, &style);
        pair_row(canvas, pair, names, room, y);
        const struct text_style value = {.size = 7.5, .ink = INK_BLACK, .bold = pair->significant};
        canvas_text(canvas, names + room + 6, y + 2.5,
                    isfinite(pair->spearman) ? arena_printf(arena, "%+.2f", pair->spearman) : "–", &value);
    }
    arena_free(arena);
}

// ── epochs ──────────────────────────────────────────────────────────────────

enum { EPOCHS_MOST = 60, EPOCH_HEIGHT = 120 };

struct epochs {
    double loss[EPOCHS_MOST];
    size_t count;
};

// The bin of an epoch event, or the last one for the end of the log.
static size_t epoch_bin(const struct diagnosis *d, const struct source_clock *clock, size_t event) {
    if (event == clock->source->event_count) return d->bin_count;
    const struct event *epoch = &clock->source->events[event];
    millis at = clock_to_run(clock, epoch->time, epoch->line);
    double bin = ((double)at - (double)d->start) / 1000 / d->bin_seconds;
    return bin <= 0 ? 0 : bin >= (double)d->bin_count ? d->bin_count : (size_t)bin;
}

// The mean lost share between successive epoch events of one log.
static struct epochs epochs_in(const struct diagnosis *d, const struct source_clock *clock) {
    struct epochs found = {.count = 0};
    size_t from = 0, events = clock->source->event_count;
    for (size_t k = 0; k <= events && found.count < EPOCHS_MOST; k++) {
        const struct event *event = &clock->source->events[k];
        if (k < events && (event->kind != EVENT_EPOCH || event->time == MILLIS_NONE)) continue;
        size_t to = epoch_bin(d, clock, k);
        double sum = 0, known = 0;
        for (size_t b = from; b < to; b++)
            if (isfinite(d->lost_share[b])) sum += d->lost_share[b], known++;
        if (to > from && known >= 3) found.loss[found.count++] = sum / known;
        from = to > from ? to : from;
    }
    return found;
}

// The log that marks most epochs.
static struct epochs epochs_of(const struct diagnosis *d) {
    struct epochs best = {.count = 0};
    if (d->lost_share == NULL || !(d->bin_seconds > 0)) return best;
    for (size_t i = 0; i < d->clock_count; i++) {
        if (d->clocks[i].source == NULL || !d->clocks[i].placed) continue;
        struct epochs found = epochs_in(d, &d->clocks[i]);
        if (found.count > best.count) best = found;
    }
    return best;
}

const char *chart_epochs_missing(const struct diagnosis *diagnosis) {
    return epochs_of(diagnosis).count >= 3 ? NULL : tr("The logs mark no epochs that could be compared.");
}

double chart_epochs_height(const struct diagnosis *diagnosis, double width) {
    (void)diagnosis;
    (void)width;
    return EPOCH_HEIGHT;
}

void chart_epochs(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    struct epochs epochs = epochs_of(diagnosis);
    double left = 40, top = 14, bottom = height - FOOT, room = fmin(width - left - 10, 40.0 * (double)epochs.count);
    double each = room / (double)epochs.count;
    for (int i = 0; i <= 2; i++) {
        double y = bottom - (bottom - top) * i / 2;
        canvas_line(canvas, left, y, left + room, y, i == 0 ? INK_GREY : INK_LIGHT, 0.5);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = 22, .lines = 1};
        canvas_text(canvas, left - 26, y - 5, arena_printf(arena, "%d", i * 50), &style);
    }
    const struct text_style up = {.size = 7, .ink = INK_DARK};
    canvas_text_up(canvas, 6, (top + bottom) / 2, bottom - top + 10, tr("GPU time lost, %"), &up);
    for (size_t i = 0; i < epochs.count; i++) {
        double tall = (bottom - top) * fmin(1, fmax(0, epochs.loss[i])), x = left + each * (double)i + each * 0.15;
        canvas_fill(canvas, x, bottom - tall, each * 0.7, tall, i == 0 ? INK_BLUE : INK_SKY, 0.7);
        if (i == 0) canvas_hatch(canvas, x, bottom - tall, each * 0.7, tall, HATCH_RISING, INK_WHITE);
        canvas_frame(canvas, x, bottom - tall, each * 0.7, tall, INK_DARK, 0.5);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER};
        if (each < 14 && i % 5 != 0) continue;
        canvas_text(canvas, x + each * 0.35, bottom + 2, arena_printf(arena, "%zu", i + 1), &style);
        if (each >= 24)
            canvas_text(canvas, x + each * 0.35, bottom - tall - 11, shown_share(arena, epochs.loss[i]), &style);
    }
    const struct text_style foot = {.size = 7.5, .ink = INK_DARK, .width = width - left, .lines = 1};
    canvas_text(canvas, left, bottom + 14, tr("epoch, in the order of the log"), &foot);
    arena_free(arena);
}

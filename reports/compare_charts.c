// The pictures of a comparison: both runs always on common axes.
#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/axis.h"
#include "reports/canvas.h"
#include "reports/compare_parts.h"
#include "reports/figure.h"
#include "reports/shown.h"

enum { BAR = 11, GROUP_GAP = 8, FOOT = 32, LABEL = 130, ROW = 15, EFFECTS_MOST = 24, PAIRS_MOST = 6, LANE = 74 };

struct compare_chart {
    const struct comparison *comparison;
    const struct contrast *contrast;  // NULL: all
};

static const struct figure *figure_of(struct arena *arena, struct compare_chart chart, const char *file,
                                      const char *caption, double (*height)(const void *data, double width),
                                      void (*draw)(struct canvas *canvas, const void *data, double width,
                                                   double height)) {
    struct compare_chart *data = arena_alloc(arena, sizeof *data);
    *data = chart;
    struct figure *figure = arena_alloc(arena, sizeof *figure);
    *figure = (struct figure){.file = file, .caption = caption, .data = data, .height = height, .draw = draw};
    return figure;
}

// "compare-pairs.png" of the only run, "compare-pairs-2.png" of the second of several.
static const char *file_of(struct arena *arena, const struct comparison *comparison, const char *what, size_t number) {
    if (comparison->count == 1) return arena_printf(arena, "compare-%s.png", what);
    return arena_printf(arena, "compare-%s-%zu.png", what, number);
}

static void put_label(struct canvas *canvas, double y, const char *text) {
    const struct text_style style = {.size = 8, .ink = INK_BLACK, .align = ALIGN_RIGHT, .width = LABEL - 6, .lines = 1};
    canvas_text(canvas, 0, y, text, &style);
}

static void put_axis_name(struct canvas *canvas, double x, double y, double width, const char *name) {
    const struct text_style style = {.size = 7.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = width, .lines = 1};
    canvas_text(canvas, x, y, name, &style);
}

// ── lost time by cause ──────────────────────────────────────────────────────

static size_t runs_shown(const struct comparison *c) {
    return c->count < COMPARE_RUNS_MOST ? c->count : COMPARE_RUNS_MOST;
}

static bool takes_time(const struct comparison *c, int cause) {
    if (cause == CAUSE_COMPUTE_BOUND || cause == CAUSE_JOB_IDLE || cause == CAUSE_NO_DATA) return false;
    bool any = c->baseline->causes[cause].share >= 0.005;
    for (size_t i = 0; i < runs_shown(c); i++) any = any || c->contrasts[i].run->causes[cause].share >= 0.005;
    return any;
}

static size_t causes_shown(const struct comparison *c) {
    size_t count = 0;
    for (int k = 0; k < CAUSE_COUNT_; k++) count += takes_time(c, k);
    return count;
}

static double loss_height(const void *data, double width) {
    const struct comparison *c = ((const struct compare_chart *)data)->comparison;
    (void)width;
    return (double)causes_shown(c) * (double)((runs_shown(c) + 1) * BAR + GROUP_GAP) + FOOT + 4;
}

// The baseline is hatched grey, runs are in colour: told apart on grey paper, too.
static void share_bar(struct canvas *canvas, struct arena *arena, const struct share *share, size_t index,
                      const char *name, double y, double bar, double room) {
    double length = isfinite(share->share) ? fmin(1, fmax(0, share->share)) * room : 0;
    static const enum ink inks[] = {INK_LIGHT, INK_VERMILION, INK_BLUE, INK_GREEN, INK_PURPLE, INK_ORANGE};
    canvas_fill(canvas, LABEL, y + 1, length, bar - 2, inks[index % 6], 0.85);
    if (index == 0) canvas_hatch(canvas, LABEL, y + 1, length, bar - 2, HATCH_RISING, INK_DARK);
    canvas_frame(canvas, LABEL, y + 1, length, bar - 2, INK_DARK, 0.5);
    double end = LABEL + length;
    if (isfinite(share->low) && isfinite(share->high) && share->high > share->low) {
        double a = LABEL + fmax(0, share->low) * room, b = LABEL + fmin(1, share->high) * room, middle = y + bar / 2;
        canvas_line(canvas, a, middle, b, middle, INK_BLACK, 1);
        canvas_line(canvas, a, middle - 2, a, middle + 2, INK_BLACK, 1);
        canvas_line(canvas, b, middle - 2, b, middle + 2, INK_BLACK, 1);
        end = fmax(end, b);
    }
    const struct text_style style = {.size = 7, .ink = INK_BLACK};
    canvas_text(canvas, end + 5, y + bar / 2 - 5, arena_printf(arena, "%s, %s", shown_share(arena, share->share), name),
                &style);
}

static void percent_axis(struct canvas *canvas, struct arena *arena, double room, double bottom) {
    for (int percent = 0; percent <= 100; percent += 20) {
        double at = LABEL + room * percent / 100;
        canvas_line(canvas, at, 0, at, bottom, INK_LIGHT, 0.5);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER};
        canvas_text(canvas, at, bottom + 2, arena_printf(arena, "%d", percent), &style);
    }
    canvas_line(canvas, LABEL, bottom, LABEL + room, bottom, INK_GREY, 0.7);
    put_axis_name(canvas, LABEL, bottom + 14, room, tr("lost share of the GPU time with a job, %"));
}

static void loss_draw(struct canvas *canvas, const void *data, double width, double height) {
    const struct comparison *c = ((const struct compare_chart *)data)->comparison;
    struct arena *arena = arena_new();
    double each = (height - FOOT - 4) / (double)causes_shown(c), room = width - LABEL - 110, y = 4;
    double bar = each * BAR / ((double)(runs_shown(c) + 1) * BAR + GROUP_GAP);
    percent_axis(canvas, arena, room, height - FOOT);
    for (int k = 0; k < CAUSE_COUNT_; k++) {
        if (!takes_time(c, k)) continue;
        put_label(canvas, y + (double)(runs_shown(c) + 1) * bar / 2 - 5, cause_id((enum cause)k));
        share_bar(canvas, arena, &c->baseline->causes[k], 0, tr("baseline"), y, bar, room);
        for (size_t i = 0; i < runs_shown(c); i++) {
            const char *name = c->count == 1 ? tr("run") : arena_printf(arena, tr("run %zu"), i + 1);
            y += bar;
            share_bar(canvas, arena, &c->contrasts[i].run->causes[k], i + 1, name, y, bar, room);
        }
        y += bar + bar * GROUP_GAP / BAR;
    }
    arena_free(arena);
}

const struct figure *compare_loss_figure(struct arena *arena, const struct comparison *comparison) {
    if (causes_shown(comparison) == 0) return NULL;
    return figure_of(arena, (struct compare_chart){comparison, NULL}, "compare-loss.png",
                     tr(/* xgettext:no-c-format */ "Lost share of the GPU time by cause, before and after; the "
                                                   "whiskers are 95 % intervals."),
                     loss_height, loss_draw);
}

// ── effects ─────────────────────────────────────────────────────────────────

// Tested quantities of the steady part, strongest first: all that changed, and others as far as there is room.
static size_t effects_of(const struct contrast *c, const struct difference *shown[EFFECTS_MOST]) {
    size_t count = 0;
    for (size_t i = 0; i < c->difference_count && count < EFFECTS_MOST; i++)
        if (isfinite(c->differences[i].p) && c->differences[i].before->phase == CAUSE_COUNT_)
            shown[count++] = &c->differences[i];
    return count;
}

static double effects_height(const void *data, double width) {
    const struct difference *shown[EFFECTS_MOST];
    (void)width;
    return (double)effects_of(((const struct compare_chart *)data)->contrast, shown) * ROW + FOOT + 4;
}

// Both a tenth of the band and thirty times it can be seen.
static double effect_x(double bands, double middle, double room) {
    return middle + room / 2 * asinh(fmax(-100, fmin(100, bands))) / asinh(100);
}

static void effect_row(struct canvas *canvas, struct arena *arena, const struct difference *d, double y, double row,
                       double middle, double room) {
    double at = effect_x(d->shift / d->band, middle, room), line = y + row / 2;
    put_label(canvas, line - 5, arena_printf(arena, "%s %s", compare_entity(arena, d), d->after->quantity));
    canvas_line(canvas, effect_x(d->low / d->band, middle, room), line, effect_x(d->high / d->band, middle, room), line,
                INK_DARK, 1);
    enum ink ink = !d->material ? INK_WHITE : d->worse > 0 ? INK_VERMILION : INK_BLUE;
    canvas_fill(canvas, at - 3, line - 3, 6, 6, ink, 1);
    canvas_frame(canvas, at - 3, line - 3, 6, 6, INK_BLACK, 0.8);
    const struct text_style style = {.size = 7, .ink = INK_BLACK, .width = 120, .lines = 1, .bold = d->material};
    const char *text = arena_printf(arena, "%s → %s", unit_show(arena, d->before->level, d->before->unit),
                                    unit_show(arena, d->after->level, d->after->unit));
    canvas_text(canvas, middle + room / 2 + 8, line - 5, text, &style);
}

static void effects_draw(struct canvas *canvas, const void *data, double width, double height) {
    const struct difference *shown[EFFECTS_MOST];
    size_t count = effects_of(((const struct compare_chart *)data)->contrast, shown);
    struct arena *arena = arena_new();
    double room = width - LABEL - 136, middle = LABEL + 8 + room / 2, bottom = height - FOOT;
    double row = (bottom - 4) / (double)count, left = effect_x(-1, middle, room), right = effect_x(1, middle, room);
    canvas_fill(canvas, left, 0, right - left, bottom, INK_PALE, 1);
    static const int ticks[] = {-100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100};
    for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++) {
        double at = effect_x(ticks[i], middle, room);
        canvas_line(canvas, at, 0, at, bottom, ticks[i] == 0 ? INK_GREY : INK_LIGHT, 0.5);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER};
        canvas_text(canvas, at, bottom + 2, arena_printf(arena, "%d", ticks[i]), &style);
    }
    for (size_t i = 0; i < count; i++) effect_row(canvas, arena, shown[i], 2 + (double)i * row, row, middle, room);
    put_axis_name(canvas, 0, bottom + 14, width, tr("change in widths of the noise band (shaded: no change)"));
    arena_free(arena);
}

const struct figure *compare_effects_figure(struct arena *arena, const struct comparison *comparison, size_t number) {
    const struct contrast *contrast = &comparison->contrasts[number - 1];
    const struct difference *shown[EFFECTS_MOST];
    if (effects_of(contrast, shown) == 0) return NULL;
    return figure_of(arena, (struct compare_chart){comparison, contrast}, file_of(arena, comparison, "effects", number),
                     tr(/* xgettext:no-c-format */ "How much each quantity changed, with its 95 % interval; filled "
                                                   "marks are changes, empty ones "
                                                   "are within noise or allowance."),
                     effects_height, effects_draw);
}

// ── series side by side ─────────────────────────────────────────────────────

static bool has_pair(const struct difference *const *shown, size_t count, const struct difference *d) {
    for (size_t i = 0; i < count; i++)
        if (shown[i] == d) return true;
    return false;
}

// How busy the first GPU was and the time of a step, then what changed most.
static size_t pairs_of(const struct contrast *c, const struct difference *shown[PAIRS_MOST]) {
    static const char *const first[] = {"utilization.gpu", "step_time"};
    size_t count = 0;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < c->difference_count; i++) {
            const struct difference *d = &c->differences[i];
            if (d->before->phase != CAUSE_COUNT_ || strcmp(d->before->quantity, first[k]) != 0) continue;
            shown[count++] = d;
            break;
        }
    for (size_t i = 0; i < c->material_count && count < PAIRS_MOST; i++) {
        const struct difference *d = &c->differences[i];
        if (d->before->phase == CAUSE_COUNT_ && !has_pair(shown, count, d)) shown[count++] = d;
    }
    return count;
}

static double pairs_height(const void *data, double width) {
    const struct difference *shown[PAIRS_MOST];
    (void)width;
    return (double)pairs_of(((const struct compare_chart *)data)->contrast, shown) * LANE + FOOT + 14;
}

struct panel {
    double x, y, width, height;
    double seconds;  // that the axis shows
    const struct axis *axis;
};

static void panel_curve(struct canvas *canvas, const struct panel *p, const struct trait *trait, double seconds,
                        enum ink ink) {
    cairo_t *cr = canvas_cairo(canvas);
    cairo_save(cr);
    canvas_ink(canvas, ink, 1);
    cairo_set_line_width(cr, 0.9);
    bool drawing = false;
    for (size_t k = 0; k < CURVE_COLUMNS; k++) {
        double value = (double)trait->curve[k];
        if (!isfinite(value)) {
            drawing = false;
            continue;
        }
        double x = p->x + p->width * ((double)k + 0.5) / CURVE_COLUMNS * seconds / p->seconds;
        double y = p->y + p->height * (1 - (value - p->axis->low) / (p->axis->high - p->axis->low));
        if (drawing)
            cairo_line_to(cr, x, y);
        else
            cairo_move_to(cr, x - 0.4, y), cairo_line_to(cr, x, y);
        drawing = true;
    }
    cairo_stroke(cr);
    cairo_restore(cr);
}

static void panel_frame(struct canvas *canvas, const struct panel *p, double seconds, bool names) {
    canvas_frame(canvas, p->x, p->y, p->width, p->height, INK_GREY, 0.6);
    for (size_t i = 0; i < p->axis->count; i++) {
        double y = p->y + p->height * (1 - (p->axis->ticks[i].at - p->axis->low) / (p->axis->high - p->axis->low));
        canvas_line(canvas, p->x, y, p->x + p->width, y, INK_LIGHT, 0.4);
        const struct text_style style = {.size = 6.5, .ink = INK_DARK, .align = ALIGN_RIGHT, .width = 34, .lines = 1};
        if (names) canvas_text(canvas, p->x - 38, y - 4, p->axis->ticks[i].text, &style);
    }
    // Behind the end of the shorter run there is nothing.
    double end = p->x + p->width * seconds / p->seconds;
    if (end < p->x + p->width - 1)
        canvas_hatch(canvas, end, p->y, p->x + p->width - end, p->height, HATCH_FALLING, INK_LIGHT);
}

static void time_axis(struct canvas *canvas, struct arena *arena, const struct panel *p) {
    double scale = p->seconds > 3 * 3600 ? 3600 : p->seconds > 300 ? 60 : 1;
    struct axis axis = axis_values(arena, 0, p->seconds / scale, 5);
    for (size_t i = 0; i < axis.count; i++) {
        double at = p->x + p->width * axis.ticks[i].at * scale / p->seconds;
        if (at > p->x + p->width + 0.5) break;
        canvas_line(canvas, at, p->y + p->height, at, p->y + p->height + 3, INK_GREY, 0.6);
        const struct text_style style = {.size = 7, .ink = INK_DARK, .align = ALIGN_CENTER};
        canvas_text(canvas, at, p->y + p->height + 4, axis.ticks[i].text, &style);
    }
    put_axis_name(canvas, p->x, p->y + p->height + 16, p->width,
                  scale > 60  ? tr("hours since the start of the run")
                  : scale > 1 ? tr("minutes since the start of the run")
                              : tr("seconds since the start of the run"));
}

static void level_line(struct canvas *canvas, struct arena *arena, const struct panel *p, const struct trait *trait) {
    double y = p->y + p->height * (1 - (trait->level - p->axis->low) / (p->axis->high - p->axis->low));
    canvas_line(canvas, p->x, y, p->x + p->width, y, INK_BLACK, 0.5);
    const struct text_style style = {.size = 7, .bold = true, .ink = INK_BLACK, .align = ALIGN_RIGHT, .width = 80};
    const char *text = arena_printf(arena, tr("median %s"), unit_show(arena, trait->level, trait->unit));
    canvas_text(canvas, p->x + p->width - 83, p->y - 10, text, &style);
}

static struct axis common_axis(struct arena *arena, const struct difference *d) {
    double low = 0, high = d->before->unit == UNIT_PERCENT ? 100 : 0;
    for (size_t k = 0; k < CURVE_COLUMNS; k++) {
        double a = (double)d->before->curve[k], b = (double)d->after->curve[k];
        if (isfinite(a)) low = fmin(low, a), high = fmax(high, a);
        if (isfinite(b)) low = fmin(low, b), high = fmax(high, b);
    }
    return axis_values(arena, low, high, 3);
}

static void pair_row(struct canvas *canvas, struct arena *arena, const struct contrast *c, const struct difference *d,
                     double y, double width, double lane, double seconds, bool last) {
    double each = (width - 40 - 12) / 2;
    struct axis axis = common_axis(arena, d);
    struct panel left = {40, y + 13, each, lane - 22, seconds, &axis}, right = left;
    right.x += each + 12;
    const char *unit = unit_name(d->after->unit)[0] == 'C' ? "°C" : unit_name(d->after->unit);
    const char *title = arena_printf(arena, unit[0] == '\0' ? "%s %s" : "%s %s, %s", compare_entity(arena, d),
                                     d->after->quantity, unit);
    const struct text_style style = {.size = 8, .bold = true, .ink = INK_BLACK, .width = each - 86, .lines = 1};
    canvas_text(canvas, left.x, y + 1, title, &style);
    double before = isfinite(c->baseline->seconds) ? c->baseline->seconds : seconds;
    double after = isfinite(c->run->seconds) ? c->run->seconds : seconds;
    panel_frame(canvas, &left, before, true);
    panel_frame(canvas, &right, after, false);
    panel_curve(canvas, &left, d->before, before, INK_DARK);
    panel_curve(canvas, &right, d->after, after, d->material && d->worse > 0 ? INK_VERMILION : INK_BLUE);
    level_line(canvas, arena, &left, d->before);
    level_line(canvas, arena, &right, d->after);
    if (!last) return;
    time_axis(canvas, arena, &left);
    time_axis(canvas, arena, &right);
}

static void pairs_draw(struct canvas *canvas, const void *data, double width, double height) {
    const struct contrast *c = ((const struct compare_chart *)data)->contrast;
    const struct difference *shown[PAIRS_MOST];
    size_t count = pairs_of(c, shown);
    struct arena *arena = arena_new();
    // A page may have a little less room than was asked for.
    double lane = (height - FOOT - 14) / (double)count;
    double seconds = fmax(isfinite(c->baseline->seconds) ? c->baseline->seconds : 1,
                          isfinite(c->run->seconds) ? c->run->seconds : 1);
    double half = (width - 40 - 12) / 2;
    const struct text_style head = {
        .size = 8.5, .bold = true, .ink = INK_DARK, .width = half, .lines = 1, .align = ALIGN_CENTER};
    canvas_text(canvas, 40, 0, tr("baseline"), &head);
    canvas_text(canvas, 40 + half + 12, 0, tr("run"), &head);
    for (size_t i = 0; i < count; i++)
        pair_row(canvas, arena, c, shown[i], 14 + (double)i * lane, width, lane, fmax(1, seconds), i + 1 == count);
    arena_free(arena);
}

const struct figure *compare_pairs_figure(struct arena *arena, const struct comparison *comparison, size_t number) {
    const struct contrast *contrast = &comparison->contrasts[number - 1];
    const struct difference *shown[PAIRS_MOST];
    if (pairs_of(contrast, shown) == 0) return NULL;
    return figure_of(arena, (struct compare_chart){comparison, contrast}, file_of(arena, comparison, "pairs", number),
                     tr("Both runs on common axes, from the start of each; hatched time is behind the end of the "
                        "shorter one. Means of equally long pieces."),
                     pairs_height, pairs_draw);
}

#include "reports/chart_matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/canvas.h"
#include "reports/shown.h"

// Beyond BINS_MOST bins evenly spaced ones are taken: the picture shows two digits.
enum { SIDES_MOST = 10, BINS_MOST = 4000, BINS_LEAST = 10, CELL = 20, HEAD = 14 };

struct side {
    const char *name;
    const float *values;  // per bin
    double with_loss;     // as it was tested
};

struct matrix {
    struct side sides[SIDES_MOST];
    size_t count;
};

static const float *series_of(const struct diagnosis *d, const char *entity, const char *quantity) {
    for (size_t i = 0; i < d->series_count; i++) {
        const struct grid_series *series = &d->series[i];
        if (series->mean == NULL || series->table == NULL || series->column == NULL) continue;
        if (strcmp(series->table->entity, entity) == 0 && strcmp(series->column->quantity, quantity) == 0)
            return series->mean;
    }
    return NULL;
}

static bool has(const struct matrix *matrix, const float *values) {
    for (size_t i = 0; i < matrix->count; i++)
        if (matrix->sides[i].values == values) return true;
    return false;
}

// The loss, then the series of the strongest pairs that were tested.
static void choose(struct arena *arena, const struct diagnosis *d, struct matrix *matrix) {
    matrix->count = 0;
    if (d->lost_share == NULL || d->bin_count < BINS_LEAST) return;
    matrix->sides[matrix->count++] = (struct side){tr("lost share of GPU time"), d->lost_share, 1};
    for (size_t i = 0; i < d->correlation_count && matrix->count < SIDES_MOST; i++) {
        const struct correlation *pair = &d->correlations[i];
        const float *values = series_of(d, pair->b_entity, pair->b_quantity);
        if (values == NULL || has(matrix, values) || !isfinite(pair->spearman)) continue;
        const char *name =
            arena_printf(arena, "%s %s", shown_name(arena, pair->b_entity, 16), shown_text(arena, pair->b_quantity));
        matrix->sides[matrix->count++] = (struct side){name, values, pair->spearman};
    }
}

struct point {
    double value, rank;
    size_t index;
};

static int by_value(const void *a, const void *b) {
    double x = ((const struct point *)a)->value, y = ((const struct point *)b)->value;
    return (x > y) - (x < y);
}

static int by_index(const void *a, const void *b) {
    size_t x = ((const struct point *)a)->index, y = ((const struct point *)b)->index;
    return (x > y) - (x < y);
}

// Equal values share the mean of their ranks.
static void rank(struct point *points, size_t count) {
    qsort(points, count, sizeof *points, by_value);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && !(points[end].value > points[first].value);) end++;
        for (size_t i = first; i < end; i++) points[i].rank = (double)(first + end - 1) / 2;
    }
    qsort(points, count, sizeof *points, by_index);
}

static double product_moment(const struct point *a, const struct point *b, size_t count) {
    double mean = (double)(count - 1) / 2, ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < count; i++) {
        double x = a[i].rank - mean, y = b[i].rank - mean;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

// As in the tests, time in which nothing could have worked says nothing.
static bool counts(const struct diagnosis *d, size_t bin) {
    if (d->bin_cause == NULL) return true;
    enum cause cause = (enum cause)d->bin_cause[bin];
    return cause != CAUSE_JOB_IDLE && cause != CAUSE_NO_DATA && cause != CAUSE_GPU_FAULT && cause != CAUSE_GPU_MEMORY;
}

// Spearman's correlation over the bins in which both are known; NaN for too few, and for a constant.
static double spearman(struct arena *arena, const struct diagnosis *d, const float *a, const float *b) {
    size_t bins = d->bin_count, step = bins / BINS_MOST + 1, count = 0;
    struct point *x = arena_array(arena, bins / step + 1, sizeof *x);
    struct point *y = arena_array(arena, bins / step + 1, sizeof *y);
    for (size_t i = 0; i < bins; i += step) {
        if (!isfinite(a[i]) || !isfinite(b[i]) || !counts(d, i)) continue;
        x[count] = (struct point){a[i], 0, count};
        y[count] = (struct point){b[i], 0, count};
        count++;
    }
    if (count < BINS_LEAST) return NAN;
    rank(x, count);
    rank(y, count);
    return product_moment(x, y, count);
}

const char *chart_matrix_missing(const struct diagnosis *diagnosis) {
    struct arena *arena = arena_new();
    struct matrix matrix;
    choose(arena, diagnosis, &matrix);
    arena_free(arena);
    return matrix.count >= 3 ? NULL : tr("There is no matrix of correlations: fewer than three series have a value.");
}

double chart_matrix_height(const struct diagnosis *diagnosis, double width) {
    (void)width;
    struct arena *arena = arena_new();
    struct matrix matrix;
    choose(arena, diagnosis, &matrix);
    arena_free(arena);
    return HEAD + (double)matrix.count * CELL + 2;
}

// The sign is in the number, too: grey paper has no colours.
static void cell(struct canvas *canvas, double r, double x, double y, double width, double height,
                 struct arena *arena) {
    if (isfinite(r)) canvas_fill(canvas, x, y, width, height, r < 0 ? INK_SKY : INK_VERMILION, fabs(r) * 0.7);
    canvas_frame(canvas, x, y, width, height, INK_LIGHT, 0.5);
    const struct text_style style = {.size = 7.5, .ink = INK_BLACK, .align = ALIGN_CENTER, .width = width, .lines = 1};
    canvas_text(canvas, x, y + height / 2 - 5, isfinite(r) ? arena_printf(arena, "%+.2f", r) : "–", &style);
}

void chart_matrix(struct canvas *canvas, const struct diagnosis *diagnosis, double width, double height) {
    struct arena *arena = arena_new();
    struct matrix matrix;
    choose(arena, diagnosis, &matrix);
    double left = fmin(190, width * 0.36), each = fmin(44, (width - left) / (double)matrix.count);
    double tall = (height - HEAD - 2) / (double)matrix.count;
    for (size_t i = 0; i < matrix.count; i++) {
        double y = HEAD + tall * (double)i;
        const struct text_style name = {.size = 7.5, .ink = INK_BLACK, .width = left - 8, .lines = 1};
        const char *text = arena_printf(arena, "%zu  %s", i + 1, matrix.sides[i].name);
        canvas_text(canvas, 0, y + tall / 2 - 5, text, &name);
        const struct text_style top = {.size = 7.5, .ink = INK_DARK, .align = ALIGN_CENTER, .width = each, .lines = 1};
        canvas_text(canvas, left + each * (double)i, 1, arena_printf(arena, "%zu", i + 1), &top);
        for (size_t k = 0; k < i; k++) {
            const struct side *a = &matrix.sides[i], *b = &matrix.sides[k];
            double r = k == 0 ? a->with_loss : spearman(arena, diagnosis, a->values, b->values);
            cell(canvas, r, left + each * (double)k, y, each, tall, arena);
        }
        canvas_fill(canvas, left + each * (double)i, y, each, tall, INK_LIGHT, 0.6);
    }
    arena_free(arena);
}

// grid.c: every source's samples on one axis of equal bins.
//
// An average over an interval is spread by time-weighted overlap; a window or a
// state counts where it was sampled, and is held for at most 0.75 cadences to
// either side where the grid is finer than the cadence. Nothing is interpolated.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/nodes.h"

const struct source_clock *run_clock(const struct run *run, const struct source *source) {
    for (size_t i = 0; i < run->recording->source_count; i++)
        if (run->clocks[i].source == source || (run->shown != NULL && run->shown->sources[i] == source))
            return &run->clocks[i];
    return NULL;
}

size_t run_bin(const struct run *run, millis at) {
    if (run->bins == 0 || at <= run->start) return 0;
    size_t bin = (size_t)((double)(at - run->start) / 1000.0 / run->dt);
    return bin < run->bins ? bin : run->bins - 1;
}

float *grid_empty(const struct run *run) {
    float *values = arena_array(run->arena, run->bins, sizeof *values);
    for (size_t i = 0; i < run->bins; i++) values[i] = NAN;
    return values;
}

double grid_mean(const float *values, size_t count) {
    double sum = 0;
    size_t present = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i])) continue;
        sum += (double)values[i];
        present++;
    }
    return present == 0 ? NAN : sum / (double)present;
}

static int compare_float(const void *a, const void *b) {
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

double grid_quantile(const float *values, size_t count, double share) {
    float *sorted = malloc((count + 1) * sizeof *sorted);
    if (sorted == NULL) return NAN;
    size_t present = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i])) sorted[present++] = values[i];
    double result = NAN;
    if (present > 0) {
        qsort(sorted, present, sizeof *sorted, compare_float);
        size_t at = (size_t)(share * (double)(present - 1) + 0.5);
        result = (double)sorted[at];
    }
    free(sorted);
    return result;
}

// ── names ───────────────────────────────────────────────────────────────────

const char *run_name(const struct run *run, const char *device) {
    return run->host_name == NULL ? device : arena_printf(run->arena, "%s:%s", run->host_name, device);
}

const char *run_device(const struct run *run, const char *name) {
    size_t length = run->host_name == NULL ? 0 : strlen(run->host_name);
    return length > 0 && strncmp(name, run->host_name, length) == 0 && name[length] == ':' ? name + length + 1 : name;
}

// ── the axis ────────────────────────────────────────────────────────────────

static bool has_gpu_rows(const struct source *source) {
    for (size_t i = 0; i < source->table_count; i++)
        if (source->tables[i].entity_kind == ENTITY_GPU && source->tables[i].row_count > 1 &&
            table_find(&source->tables[i], "utilization.gpu") != NULL)
            return true;
    return false;
}

static void widen_by_rows(struct run *run, const struct source *source, const struct source_clock *clock) {
    for (size_t i = 0; i < source->table_count; i++) {
        const struct table *table = &source->tables[i];
        if (table->row_count < 2) continue;
        for (size_t k = 0; k < table->row_count; k++) {
            millis at = clock_to_run(clock, table->time[k], table->line[k]);
            if (at == MILLIS_NONE) continue;
            if (run->start == MILLIS_NONE || at < run->start) run->start = at;
            if (run->end == MILLIS_NONE || at > run->end) run->end = at;
        }
    }
}

// The GPU logs span the run; without any, all the placed logs do.
static void find_span(struct run *run) {
    run->start = MILLIS_NONE;
    run->end = MILLIS_NONE;
    for (int gpus_only = 1; gpus_only >= 0 && run->start == MILLIS_NONE; gpus_only--) {
        for (size_t i = 0; i < run->recording->source_count; i++) {
            const struct source *source = run->recording->sources[i];
            if (source->format == NULL || source->refused || !run->clocks[i].placed) continue;
            if (gpus_only && !has_gpu_rows(source)) continue;
            widen_by_rows(run, source, &run->clocks[i]);
        }
    }
    if (run->start == MILLIS_NONE) return;
    if (run->options->from != MILLIS_NONE && run->options->from > run->start) run->start = run->options->from;
    if (run->options->to != MILLIS_NONE && run->options->to < run->end) run->end = run->options->to;
}

static double coarsest_host(const struct run *run) {
    double coarsest = NAN;
    for (size_t n = 0; n < run->node_count; n++) {
        double sampling = grid_sampling(&run->nodes[n].run);
        if (isnan(coarsest) || sampling > coarsest) coarsest = sampling;
    }
    return coarsest;
}

double grid_sampling(const struct run *run) {
    if (run->node_count > 0) return coarsest_host(run);
    double finest = NAN;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (!run->clocks[i].placed || !has_gpu_rows(source) || isnan(source->cadence)) continue;
        if (isnan(finest) || source->cadence < finest) finest = source->cadence;
    }
    return finest;
}

enum { BINS_MOST = 20000, BINS_WANTED = 240 };

// At least as coarse as the GPU log, at most 10 s where that is fine enough, never more than BINS_MOST bins.
static double choose_step(double span, double cadence) {
    static const double nice[] = {1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400};
    const size_t count = sizeof nice / sizeof nice[0];
    double wanted = span / BINS_WANTED < 10 ? span / BINS_WANTED : 10;
    if (!isnan(cadence) && wanted < 1.05 * cadence) wanted = 0.95 * cadence;
    if (wanted < span / BINS_MOST) wanted = span / BINS_MOST;
    for (size_t i = 0; i < count; i++)
        if (nice[i] >= wanted) return nice[i];
    return span / BINS_MOST;
}

bool grid_span(struct run *run) {
    find_span(run);
    if (run->start == MILLIS_NONE || run->end <= run->start) return false;
    run->sampling = grid_sampling(run);
    double span = (double)(run->end - run->start) / 1000.0;
    run->dt = choose_step(span, run->sampling);
    run->bins = (size_t)ceil(span / run->dt);
    if (run->bins == 0) run->bins = 1;
    return true;
}

// ── one column ──────────────────────────────────────────────────────────────

struct weights {
    double *sum;
    double *weight;
};

static void add_interval(const struct run *run, struct weights *w, double from, double to, double value) {
    double first = floor(from / run->dt);
    double last = floor(to / run->dt);
    if (to <= 0 || first >= (double)run->bins) return;
    if (first < 0) first = 0;
    if (last > (double)run->bins - 1) last = (double)run->bins - 1;
    for (double bin = first; bin <= last; bin++) {
        double low = bin * run->dt > from ? bin * run->dt : from;
        double high = (bin + 1) * run->dt < to ? (bin + 1) * run->dt : to;
        double overlap = high - low;
        if (overlap <= 0) continue;
        w->sum[(size_t)bin] += value * overlap;
        w->weight[(size_t)bin] += overlap;
    }
}

// Where the grid is finer than the samples: the value of the nearest sample, not further than `reach` seconds.
static void hold_nearest(const struct run *run, const struct source_clock *clock, const struct table *table,
                         const double *values, double reach, float *out) {
    double *distance = malloc(run->bins * sizeof *distance);
    float *held = malloc(run->bins * sizeof *held);
    if (distance != NULL && held != NULL) {
        for (size_t i = 0; i < run->bins; i++) distance[i] = INFINITY;
        for (size_t k = 0; k < table->row_count; k++) {
            millis at = clock_to_run(clock, table->time[k], table->line[k]);
            if (at == MILLIS_NONE || isnan(values[k])) continue;
            double t = (double)(at - run->start) / 1000.0;
            double low = ceil((t - reach) / run->dt - 0.5);
            double high = floor((t + reach) / run->dt - 0.5);
            for (double bin = low < 0 ? 0 : low; bin <= high && bin < (double)run->bins; bin++) {
                double away = fabs((bin + 0.5) * run->dt - t);
                if (away < distance[(size_t)bin]) {
                    distance[(size_t)bin] = away;
                    held[(size_t)bin] = (float)values[k];
                }
            }
        }
        for (size_t i = 0; i < run->bins; i++)
            if (isnan(out[i]) && isfinite(distance[i])) out[i] = held[i];
    }
    free(distance);
    free(held);
}

// What an average covers: as printed, else the cadence.
static double covered(const struct source *source, const struct table *table, size_t row) {
    double interval = (double)table->interval[row];
    if (interval > 0) return interval;
    return isnan(source->cadence) ? 1 : source->cadence;
}

float *grid_column(const struct run *run, const struct source *source, const struct table *table,
                   const char *quantity) {
    return grid_values(run, source, table, table == NULL ? NULL : table_find(table, quantity));
}

float *grid_values(const struct run *run, const struct source *source, const struct table *table,
                   const struct column *column) {
    const struct source_clock *clock = source == NULL ? NULL : run_clock(run, source);
    if (column == NULL || clock == NULL || !clock->placed) return NULL;
    struct weights w = {calloc(run->bins, sizeof(double)), calloc(run->bins, sizeof(double))};
    float *out = grid_empty(run);
    if (w.sum != NULL && w.weight != NULL) {
        for (size_t k = 0; k < table->row_count; k++) {
            double value = column->values[k];
            millis at = clock_to_run(clock, table->time[k], table->line[k]);
            if (at == MILLIS_NONE || isnan(value)) continue;
            double t = (double)(at - run->start) / 1000.0;
            if (column->kind == SERIES_AVERAGE) {
                add_interval(run, &w, t - covered(source, table, k), t, value);
            } else if (t >= 0 && t <= (double)run->bins * run->dt) {
                size_t bin = run_bin(run, at);
                w.sum[bin] += value;
                w.weight[bin] += 1;
            }
        }
        for (size_t i = 0; i < run->bins; i++)
            if (w.weight[i] > 0) out[i] = (float)(w.sum[i] / w.weight[i]);
        double cadence = isnan(source->cadence) ? run->dt : source->cadence;
        if (clock->untimed_step_ms > 0) cadence = clock->untimed_step_ms / 1000.0;
        hold_nearest(run, clock, table, column->values, 0.75 * cadence, out);
    }
    free(w.sum);
    free(w.weight);
    return out;
}

// ── all series, for reports and correlations ────────────────────────────────

static bool worth_showing(const struct table *table, const struct column *column) {
    static const char *const skipped[] = {"index", "pstate", "step", "epoch", "count", "svctm"};
    if (column->kind == SERIES_COUNTER) return false;
    if (table->row_count < 3 || column->unit == UNIT_BITS) return false;
    if (table->entity_kind == ENTITY_CPU && strcmp(table->entity, "cpu") != 0) return false;
    if (table->entity_kind == ENTITY_PROCESS) return false;
    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++)
        if (strcmp(column->quantity, skipped[i]) == 0) return false;
    return column_stats(table, column).samples >= 3;
}

void grid_series_all(struct run *run) {
    size_t most = 0;
    for (size_t i = 0; i < run->recording->source_count; i++)
        for (size_t k = 0; k < run->recording->sources[i]->table_count; k++)
            most += run->recording->sources[i]->tables[k].column_count;
    enum { SERIES_MOST = 600 };  // a machine of 16 GPUs and 24 disks has less
    if (most > SERIES_MOST) most = SERIES_MOST;
    struct grid_series *series = arena_array(run->arena, most, sizeof *series);
    size_t count = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (!run->clocks[i].placed || source->refused) continue;
        for (size_t k = 0; k < source->table_count; k++) {
            const struct table *table = &source->tables[k];
            for (size_t c = 0; c < table->column_count && count < most; c++) {
                if (!worth_showing(table, &table->columns[c])) continue;
                const float *mean = grid_column(run, source, table, table->columns[c].quantity);
                if (mean == NULL) continue;
                const struct source *shown = run->shown == NULL ? source : run->shown->sources[i];
                series[count++] = (struct grid_series){shown, &shown->tables[k], &table->columns[c], mean};
            }
        }
    }
    run->out->series = series;
    run->out->series_count = count;
}

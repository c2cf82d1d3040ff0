// align_activity.c: series that two logs of one run should show together, on a common grid.
#include <math.h>
#include <string.h>

#include "analyzer/align_parts.h"

// A log of 60 days at 10 s; more bins than this are not worth correlating.
enum { BINS_MOST = 1 << 19 };

int activity_sign(enum activity_role a, enum activity_role b) {
    // Rows and columns in the order of the enum. Data read for the GPU makes both rise together, or, when the disk is
    // the limit, the GPU starves while it is read: either sign may be true. A wait can only lower what waits.
    static const signed char signs[ACTIVITY_COUNT_][ACTIVITY_COUNT_] = {
        /* gpu        */ {1, 2, -1, -1, -1, 2, -1, -1, 1},
        /* read       */ {2, 1, 0, 1, 1, 2, 1, 2, 2},
        /* write      */ {-1, 0, 1, 1, 1, 0, 0, 1, -1},
        /* queue      */ {-1, 1, 1, 1, 1, 0, 1, 1, -1},
        /* iowait     */ {-1, 1, 1, 1, 1, 0, 1, 1, -1},
        /* cpu        */ {2, 2, 0, 0, 0, 1, 0, 2, 2},
        /* swap       */ {-1, 1, 0, 1, 1, 0, 1, 1, -1},
        /* step time  */ {-1, 2, 1, 1, 1, 2, 1, 1, -1},
        /* throughput */ {1, 2, -1, -1, -1, 2, -1, -1, 1},
    };
    return signs[a][b];
}

// Which column tells of which activity, and how the columns of several entities are put together.
struct telling {
    enum entity_kind kind;
    const char *entity;  // NULL: every entity of the kind
    const char *quantity;
    enum activity_role role;
    double factor;
    double offset;
};

static const struct telling tellings[] = {
    {ENTITY_GPU, NULL, "utilization.gpu", ACTIVITY_GPU, 1, 0},
    {ENTITY_DISK, NULL, "rkB/s", ACTIVITY_READ, 1, 0},
    {ENTITY_DISK, NULL, "wkB/s", ACTIVITY_WRITE, 1, 0},
    {ENTITY_DISK, NULL, "aqu-sz", ACTIVITY_QUEUE, 1, 0},
    {ENTITY_CPU, "cpu", "%iowait", ACTIVITY_IOWAIT, 1, 0},
    {ENTITY_CPU, "cpu", "%idle", ACTIVITY_CPU, -1, 100},
    {ENTITY_HOST, "host", "bi", ACTIVITY_READ, 1, 0},
    {ENTITY_HOST, "host", "bo", ACTIVITY_WRITE, 1, 0},
    {ENTITY_HOST, "host", "wa", ACTIVITY_IOWAIT, 1, 0},
    {ENTITY_HOST, "host", "id", ACTIVITY_CPU, -1, 100},
    {ENTITY_HOST, "host", "si", ACTIVITY_SWAP, 1, 0},
    {ENTITY_JOB, NULL, "step_time", ACTIVITY_STEP_TIME, 1, 0},
    {ENTITY_JOB, NULL, "throughput", ACTIVITY_THROUGHPUT, 1, 0},
};

// Used for a role only where the first choice is not logged.
static const struct telling second_choice[] = {
    {ENTITY_GPU, NULL, "power.draw", ACTIVITY_GPU, 1, 0},
    {ENTITY_DISK, NULL, "%util", ACTIVITY_QUEUE, 1, 0},
    {ENTITY_DISK, NULL, "kB/s", ACTIVITY_READ, 1, 0},
};

// ── the grid ────────────────────────────────────────────────────────────────

struct bins {
    double start, dt;
    size_t count;
    double *sum, *weight;
};

// Adds a value that held over (from, to]; both in seconds.
static void add_interval(struct bins *bins, double from, double to, double value) {
    double low = (from - bins->start) / bins->dt;
    double high = (to - bins->start) / bins->dt;
    if (!(high > 0) || !(low < (double)bins->count)) return;
    size_t first = low > 0 ? (size_t)low : 0;
    for (size_t i = first; i < bins->count && (double)i < high; i++) {
        double part = fmin(high, (double)i + 1) - fmax(low, (double)i);
        if (!(part > 0)) continue;
        bins->sum[i] += part * value;
        bins->weight[i] += part;
    }
}

static void add_point(struct bins *bins, double at, double value) {
    double place = (at - bins->start) / bins->dt;
    if (!(place >= 0) || !(place < (double)bins->count)) return;
    bins->sum[(size_t)place] += value;
    bins->weight[(size_t)place] += 1;
}

static double row_time(const struct table *table, size_t row, struct reading reading) {
    if (reading.ordinal) return reading.start + (double)table->time[row] * reading.step;
    return (double)table->time[row] / 1000;
}

static void add_column(struct bins *bins, const struct source *source, const struct table *table,
                       const struct column *column, struct reading reading) {
    double usual = reading.ordinal ? reading.step : source->cadence;
    for (size_t i = 0; i < table->row_count; i++) {
        double value = column->values[i];
        if (isnan(value) || table->time[i] == MILLIS_NONE) continue;
        double at = row_time(table, i, reading);
        double covers = reading.ordinal ? reading.step : (double)table->interval[i];
        if (!(covers > 0)) covers = usual;
        if (column->kind == SERIES_AVERAGE && covers > 0)
            add_interval(bins, at - covers, at, value);
        else
            add_point(bins, at, value);
    }
}

// Means per bin of one column, added over entities: an entity that is silent in a bin counts as 0 where others speak.
static bool gather(const struct source *const *sources, size_t count, const struct telling *telling,
                   struct reading reading, struct bins *bins, double *total) {
    bool found = false;
    for (size_t s = 0; s < count; s++) {
        for (size_t t = 0; t < sources[s]->table_count; t++) {
            const struct table *table = &sources[s]->tables[t];
            if (table->entity_kind != telling->kind || table->row_count < 2) continue;
            if (telling->entity != NULL && strcmp(table->entity, telling->entity) != 0) continue;
            const struct column *column = table_find(table, telling->quantity);
            if (column == NULL) continue;
            memset(bins->sum, 0, bins->count * sizeof *bins->sum);
            memset(bins->weight, 0, bins->count * sizeof *bins->weight);
            add_column(bins, sources[s], table, column, reading);
            for (size_t i = 0; i < bins->count; i++) {
                if (!(bins->weight[i] > 0)) continue;
                double value = bins->sum[i] / bins->weight[i] * telling->factor + telling->offset;
                total[i] = isnan(total[i]) ? value : total[i] + value;
                found = true;
            }
        }
    }
    return found;
}

static void gather_all(const struct source *const *sources, size_t count, const struct telling *list, size_t length,
                       struct reading reading, struct bins *bins, struct arena *arena, struct activity *out) {
    double *total = NULL;
    for (size_t i = 0; i < length; i++) {
        if (out->series[list[i].role] != NULL) continue;
        if (total == NULL) total = arena_array(arena, bins->count, sizeof *total);
        for (size_t k = 0; k < bins->count; k++) total[k] = NAN;
        if (!gather(sources, count, &list[i], reading, bins, total)) continue;
        out->series[list[i].role] = total;
        total = NULL;
    }
}

static bool extent(const struct source *const *sources, size_t count, struct reading reading, double *low,
                   double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t s = 0; s < count; s++) {
        for (size_t t = 0; t < sources[s]->table_count; t++) {
            const struct table *table = &sources[s]->tables[t];
            for (size_t i = 0; i < table->row_count; i++) {
                if (table->time[i] == MILLIS_NONE) continue;
                double at = row_time(table, i, reading);
                *low = fmin(*low, at);
                *high = fmax(*high, at);
            }
        }
    }
    return *high > *low;
}

static bool begin_grid(const struct source *const *sources, size_t count, struct reading reading, double dt,
                       struct arena *arena, struct activity *out, struct bins *bins) {
    double low;
    double high;
    *out = (struct activity){.dt = dt};
    if (!(dt > 0) || !extent(sources, count, reading, &low, &high) || (high - low) / dt >= BINS_MOST) return false;
    out->start = dt * floor(low / dt);
    out->bins = (size_t)((high - out->start) / dt) + 1;
    *bins = (struct bins){out->start, dt, out->bins, arena_array(arena, out->bins, sizeof(double)),
                          arena_array(arena, out->bins, sizeof(double))};
    return true;
}

static bool any_series(const struct activity *activity) {
    for (int role = 0; role < ACTIVITY_COUNT_; role++)
        if (activity->series[role] != NULL) return true;
    return false;
}

bool activity_of(const struct source *const *sources, size_t count, struct reading reading, double dt,
                 struct arena *arena, struct activity *out) {
    struct bins bins;
    if (!begin_grid(sources, count, reading, dt, arena, out, &bins)) return false;
    gather_all(sources, count, tellings, sizeof tellings / sizeof tellings[0], reading, &bins, arena, out);
    gather_all(sources, count, second_choice, sizeof second_choice / sizeof second_choice[0], reading, &bins, arena,
               out);
    return any_series(out);
}

// Seconds at either end of the work that are left out.
#define JOB_EDGE 60.0

static void keep_inside_job(const struct source *const *sources, size_t count, struct activity *activity) {
    struct span work = span_of_work(sources, count);
    if (!work.known) return;
    for (size_t i = 0; i < activity->bins; i++) {
        double at = activity->start + (double)i * activity->dt;
        if (at >= work.first + JOB_EDGE && at + activity->dt <= work.last - JOB_EDGE) continue;
        for (int role = 0; role < ACTIVITY_COUNT_; role++)
            if (activity->series[role] != NULL) activity->series[role][i] = NAN;
    }
}

bool activity_of_gpus(const struct source *const *sources, size_t count, double dt, struct arena *arena,
                      struct activity *out) {
    static const struct telling gpus[] = {
        {ENTITY_GPU, NULL, "utilization.gpu", ACTIVITY_GPU, 1, 0},
        {ENTITY_GPU, NULL, "power.draw", ACTIVITY_THROUGHPUT, 1, 0},
    };
    struct bins bins;
    struct reading printed = {0};
    if (!begin_grid(sources, count, printed, dt, arena, out, &bins)) return false;
    gather_all(sources, count, gpus, sizeof gpus / sizeof gpus[0], printed, &bins, arena, out);
    keep_inside_job(sources, count, out);
    return any_series(out);
}

// reason_counters.c: growth over elapsed time is the share of the time in which the reason held (gpu-causes.md: only
// the difference inside the window counts).
//
// A share belongs to a stretch of rows. It must be longer than the counter's own refresh, or else the same value twice
// reads as nothing, and the next one as more than there was time for.
#include "analyzer/reason_counters.h"

#include <stdlib.h>

// NVML refreshes most of what it measures between 0.1 s and 1 s; five of those make the rounding small.
#define STRETCH_LEAST 5.0
#define STRETCH_MOST 120.0
#define REFRESH_SLOWER 1.5  // changes further apart than this many samples show a refresh slower than the sampling
#define GAP 3.0             // samples; whatever happened in a longer gap, the rows on both sides do not tell

struct counter {
    const double *values;  // microseconds; NaN = missing
    size_t rows;
    double *time;             // s, per row; NaN where it has no place or no value
    double *share;            // at the last row of each stretch, NaN at all others
    float *interval;          // s, of these
    double cadence, stretch;  // s
};

static bool place_rows(const struct run *run, const struct source_clock *clock, const struct table *table,
                       struct counter *counter) {
    counter->time = malloc((counter->rows + 1) * sizeof *counter->time);
    counter->share = malloc((counter->rows + 1) * sizeof *counter->share);
    counter->interval = calloc(counter->rows + 1, sizeof *counter->interval);
    if (counter->time == NULL || counter->share == NULL || counter->interval == NULL) return false;
    for (size_t i = 0; i < counter->rows; i++) {
        millis at = clock_to_run(clock, table->time[i], table->line[i]);
        bool known = at != MILLIS_NONE && !isnan(counter->values[i]);
        counter->time[i] = known ? (double)(at - run->start) / 1000 : NAN;
    }
    return true;
}

// The shortest time between two changes: the refresh, or the sampling where that is slower; NaN if it changed less than
// twice.
static double between_changes(const struct counter *counter) {
    double shortest = NAN;
    double changed = NAN;
    double value = NAN;
    for (size_t i = 0; i < counter->rows; i++) {
        if (isnan(counter->time[i])) continue;
        if (counter->values[i] > value) {
            double passed = counter->time[i] - changed;
            if (passed > 0 && !(passed >= shortest)) shortest = passed;
            changed = counter->time[i];
        }
        value = counter->values[i];
    }
    return shortest;
}

// Twice the refresh, so that each stretch holds one of them at least.
static double choose_stretch(const struct counter *counter) {
    double between = between_changes(counter);
    double wanted = between > REFRESH_SLOWER * counter->cadence ? 2 * between : counter->cadence;
    if (wanted < STRETCH_LEAST) return STRETCH_LEAST;
    return wanted > STRETCH_MOST && counter->cadence <= STRETCH_MOST ? STRETCH_MOST : wanted;
}

// What is left over of the refresh before may come on top; more than that was no time spent: NaN.
static double share_of(const struct counter *counter, double growth, double elapsed) {
    double seconds = growth / 1e6;
    if (seconds > elapsed + counter->stretch) return NAN;
    return seconds > elapsed ? 1 : seconds / elapsed;
}

struct told {
    size_t stretches, impossible;
};

static struct told share_rows(struct counter *counter) {
    struct told told = {0};
    size_t first = SIZE_MAX;
    size_t before = SIZE_MAX;
    double gap = fmax(GAP * counter->cadence, counter->stretch);
    for (size_t i = 0; i < counter->rows; i++) {
        counter->share[i] = NAN;
        if (isnan(counter->time[i])) continue;
        bool broken = before == SIZE_MAX || counter->time[i] - counter->time[before] > gap ||
                      counter->time[i] < counter->time[before] ||
                      counter->values[i] < counter->values[before];  // it was reset
        before = i;
        if (broken) first = i;
        double elapsed = counter->time[i] - counter->time[first];
        if (elapsed < 0.9 * counter->stretch) continue;  // a tenth for the sampler's jitter
        counter->share[i] = share_of(counter, counter->values[i] - counter->values[first], elapsed);
        counter->interval[i] = (float)elapsed;
        told.stretches++;
        told.impossible += isnan(counter->share[i]);
        first = i;
    }
    return told;
}

// Where more than one stretch in ten grew by more than its length, the stretches are too short for the refresh.
static bool share_all(struct counter *counter) {
    counter->stretch = choose_stretch(counter);
    struct told told = share_rows(counter);
    while (10 * told.impossible > told.stretches && counter->stretch < STRETCH_MOST) {
        counter->stretch *= 2;
        told = share_rows(counter);
    }
    return told.stretches > told.impossible && 10 * told.impossible <= told.stretches;
}

// What held for most of a bin is what a look at the reason would most likely have met. Clocks at which a reason held
// for less than that are taken for free ones, as they are where such a look met nothing.
static void round_shares(const struct run *run, float *held) {
    for (size_t i = 0; i < run->bins; i++)
        if (!isnan(held[i])) held[i] = held[i] >= 0.5F ? 1 : 0;
}

float *reason_counted(const struct run *run, const struct source *source, const struct table *table,
                      const char *quantity) {
    const struct column *column = table == NULL ? NULL : table_find(table, quantity);
    const struct source_clock *clock = column == NULL ? NULL : run_clock(run, source);
    if (clock == NULL || !clock->placed) return NULL;
    if (source->clock == CLOCK_NONE && !clock->established) return NULL;  // how much time passed is a guess
    struct counter counter = {.values = column->values, .rows = table->row_count};
    counter.cadence = clock->untimed_step_ms > 0 ? clock->untimed_step_ms / 1000 : source->cadence;
    if (!(counter.cadence > 0)) counter.cadence = 1;
    float *held = NULL;
    if (place_rows(run, clock, table, &counter) && share_all(&counter)) {
        struct table rows = *table;
        struct column shares = *column;
        rows.interval = counter.interval;
        shares.values = counter.share;
        shares.kind = SERIES_AVERAGE;
        held = grid_values(run, source, &rows, &shares);
    }
    if (held != NULL) round_shares(run, held);
    free(counter.time);
    free(counter.share);
    free(counter.interval);
    return held;
}

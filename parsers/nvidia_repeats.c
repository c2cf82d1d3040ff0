// nvidia_repeats.c: one id several times in a burst: several machines, or the same one logged twice.
//
// Two looks at one GPU some milliseconds apart agree better than two that are a whole step apart. Where the turns of a
// burst differ more than that, in what changes slowly, they are not of one GPU.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "parsers/nvidia_bursts.h"

enum { BURSTS_LEAST = 5 };

// ── how often ───────────────────────────────────────────────────────────────

// Whether devices come back after far less than their usual time; most files end here.
static bool come_back_soon(const struct nvidia_rows *rows, size_t devices) {
    millis *last = arena_array(rows->source->arena_, devices, sizeof *last);
    double sum = 0;
    size_t count = 0;
    size_t soon = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t d = 0; d < devices; d++) last[d] = MILLIS_NONE;
        for (size_t i = 0; i < rows->count; i++) {
            const struct nvidia_row *row = &rows->rows[i];
            double gap = last[row->gpu] == MILLIS_NONE ? -1 : (double)(row->time - last[row->gpu]);
            last[row->gpu] = row->time;
            if (gap < 0) continue;
            if (pass == 0) sum += gap;
            if (pass == 0) count++;
            soon += pass == 1 && gap < sum / (double)count / 2;
        }
    }
    return count > 0 && 10 * soon >= count;
}

struct seen {
    uint32_t burst;
    uint16_t turns;
    uint32_t bursts[NVIDIA_TURNS_MOST + 1];  // how many it came so often in
};

static void close_burst(struct seen *seen) {
    if (seen->turns > 0) seen->bursts[seen->turns < NVIDIA_TURNS_MOST ? seen->turns : NVIDIA_TURNS_MOST]++;
    seen->turns = 0;
}

// The number of turns that a device has in nearly all bursts, 1 if there is none.
static uint16_t usual_turns(const struct seen *seen) {
    size_t total = 0;
    size_t best = 1;
    for (size_t k = 1; k <= NVIDIA_TURNS_MOST; k++) {
        total += seen->bursts[k];
        if (seen->bursts[k] > seen->bursts[best]) best = k;
    }
    bool clear = best < NVIDIA_TURNS_MOST && total >= BURSTS_LEAST && 10 * (size_t)seen->bursts[best] >= 7 * total;
    return clear ? (uint16_t)best : 1;
}

bool nvidia_repeats_find(const struct nvidia_rows *rows, size_t devices, struct nvidia_repeats *repeats) {
    if (rows->source->clock == CLOCK_NONE || !come_back_soon(rows, devices)) return false;
    repeats->limit = nvidia_burst_limit(rows);
    if (!(repeats->limit > 0)) return false;
    size_t none = 0;
    repeats->turns = grow_array(NULL, &none, rows->count, sizeof *repeats->turns);
    repeats->usual = arena_array(rows->source->arena_, devices, sizeof *repeats->usual);
    repeats->part = arena_array(rows->source->arena_, devices, sizeof *repeats->part);
    struct seen *seen = arena_array(rows->source->arena_, devices, sizeof *seen);
    uint32_t burst = 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct seen *device = &seen[rows->rows[i].gpu];
        if (nvidia_burst_begins(rows, i, repeats->limit)) burst++;
        if (device->burst != burst) close_burst(device);
        device->burst = burst;
        repeats->turns[i] = device->turns;
        if (device->turns < UINT16_MAX) device->turns++;
    }
    bool any = false;
    for (size_t d = 0; d < devices; d++) {
        close_burst(&seen[d]);
        repeats->usual[d] = usual_turns(&seen[d]);
        any = any || repeats->usual[d] > 1;
    }
    return any;
}

void nvidia_repeats_free(struct nvidia_repeats *repeats) {
    free(repeats->turns);
    repeats->turns = NULL;
}

// ── of whom ─────────────────────────────────────────────────────────────────

// What a look at the GPU does not change by itself (power, clocks and link do, where it slept), and the least
// difference that is none of rounding.
static const struct {
    const char *quantity;
    double least;
} telling[] = {
    {"utilization.gpu", 10}, {"utilization.memory", 10},  {"memory.used", 1},        {"memory.free", 1},
    {"memory.total", 1},     {"temperature.gpu", 2},      {"temperature.memory", 2}, {"temperature.gpu.tlimit", 2},
    {"power.limit", 1},      {"enforced.power.limit", 1},
};

struct apart {
    double within, across;  // sums of differences: of a turn from the first one, of a turn from itself a burst before
    size_t within_count, across_count;
};

static void add_difference(double a, double b, double *sum, size_t *count) {
    if (isnan(a) || isnan(b)) return;
    *sum += fabs(a - b);
    ++*count;
}

static bool column_differs(const struct nvidia_rows *rows, const struct nvidia_repeats *repeats,
                           const struct nvidia_column *column, double least, double (*last)[NVIDIA_TURNS_MOST]) {
    struct apart apart = {0};
    for (size_t i = 0; i < column->length; i++) {
        size_t device = rows->rows[i].gpu;
        size_t turn = repeats->turns[i];
        if (repeats->usual[device] < 2 || turn >= repeats->usual[device]) continue;
        add_difference(column->values[i], last[device][turn], &apart.across, &apart.across_count);
        last[device][turn] = column->values[i];
        if (turn > 0) add_difference(column->values[i], last[device][0], &apart.within, &apart.within_count);
    }
    if (apart.within_count < BURSTS_LEAST || apart.across_count < BURSTS_LEAST) return false;
    double within = apart.within / (double)apart.within_count;
    return within >= least && within > 2 * apart.across / (double)apart.across_count;
}

bool nvidia_repeats_differ(const struct nvidia_rows *rows, const struct nvidia_repeats *repeats) {
    double(*last)[NVIDIA_TURNS_MOST] = arena_array(rows->source->arena_, NVIDIA_IDS_MOST, sizeof *last);
    for (size_t c = 0; c < rows->column_count; c++) {
        for (size_t k = 0; k < sizeof telling / sizeof telling[0]; k++) {
            if (strcmp(rows->columns[c].field.quantity, telling[k].quantity) != 0) continue;
            for (size_t d = 0; d < NVIDIA_IDS_MOST; d++)
                for (size_t turn = 0; turn < NVIDIA_TURNS_MOST; turn++) last[d][turn] = NAN;
            if (column_differs(rows, repeats, &rows->columns[c], telling[k].least, last)) return true;
        }
    }
    return false;
}

#include "parsers/nvidia_bursts.h"

#include <math.h>
#include <stdlib.h>

#include "core/arena.h"

static int compare_millis(const void *a, const void *b) {
    millis x = *(const millis *)a;
    millis y = *(const millis *)b;
    return (x > y) - (x < y);
}

double nvidia_burst_limit(const struct nvidia_rows *rows) {
    size_t none = 0;
    millis *gaps = grow_array(NULL, &none, rows->count, sizeof *gaps);
    size_t count = 0;
    for (size_t i = 1; i < rows->count; i++) {
        millis gap = rows->rows[i].time - rows->rows[i - 1].time;
        if (gap >= 0) gaps[count++] = gap;
    }
    qsort(gaps, count, sizeof *gaps, compare_millis);
    double limit = 0;
    if (count > 0) {
        millis top = gaps[count * 98 / 100];
        size_t first = 0;
        while (first < count && gaps[first] < top / 4) first++;
        limit = (double)gaps[(first + count) / 2 < count ? (first + count) / 2 : count - 1] / 4;
        // A burst is tight, some ten milliseconds (a twentieth of the step on a busy host, never half a second); wider
        // groups are one GPU's own jitter, or short runs with pauses between them.
        double tight = fmin(fmax(0.2 * limit, 30), 500);
        if (first == 0 || (double)gaps[first / 2] > tight) limit = 0;
    }
    free(gaps);
    return limit;
}

bool nvidia_burst_begins(const struct nvidia_rows *rows, size_t i, double limit) {
    if (i == 0) return true;
    const struct nvidia_row *row = &rows->rows[i];
    if (limit < 0) return row->group != row[-1].group;
    millis gap = row->time - row[-1].time;
    return gap < 0 || (double)gap >= limit;
}

double nvidia_burst_step(const struct nvidia_rows *rows, double limit) {
    size_t capacity = 0;
    millis *steps = NULL;
    size_t count = 0;
    millis begun = MILLIS_NONE;
    for (size_t i = 0; i < rows->count; i++) {
        if (!nvidia_burst_begins(rows, i, limit)) continue;
        if (begun != MILLIS_NONE && rows->rows[i].time > begun) {
            steps = grow_array(steps, &capacity, count + 1, sizeof *steps);
            steps[count++] = rows->rows[i].time - begun;
        }
        begun = rows->rows[i].time;
    }
    if (count > 0) qsort(steps, count, sizeof *steps, compare_millis);
    double step = count > 0 ? (double)steps[count / 2] / 1000 : NAN;
    free(steps);
    return step;
}

#include <math.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "reports/lanes.h"

struct span {
    double from, to;  // run time, ms
};

// The time that row `i` speaks for: the interval before it for averages; else up to the next row, but not
// beyond one and a half cadences: silence is a gap, not a constant.
static bool span_of(const struct track *track, size_t i, struct span *span) {
    const struct table *table = track->table;
    millis at = clock_to_run(track->clock, table->time[i], table->line[i]);
    if (at == MILLIS_NONE) return false;
    double cadence = isfinite(track->cadence) && track->cadence > 0 ? track->cadence * 1000 : 1000;
    if (track->column->kind == SERIES_AVERAGE) {
        double length = table->interval[i] > 0 ? (double)table->interval[i] * 1000 : cadence;
        *span = (struct span){(double)at - length, (double)at};
        return true;
    }
    double next = (double)at + cadence * 1.5;
    if (i + 1 < table->row_count) {
        millis after = clock_to_run(track->clock, table->time[i + 1], table->line[i + 1]);
        if (after != MILLIS_NONE && after >= at && (double)after < next) next = (double)after;
    }
    *span = (struct span){(double)at, next};
    return true;
}

static struct envelope envelope_new(struct arena *arena, size_t columns) {
    struct envelope envelope = {columns, arena_array(arena, columns, sizeof(float)),
                                arena_array(arena, columns, sizeof(float)), arena_array(arena, columns, sizeof(float))};
    for (size_t i = 0; i < columns; i++) envelope.low[i] = envelope.mean[i] = envelope.high[i] = NAN;
    return envelope;
}

static void put(struct envelope *envelope, float *weight, size_t column, double value, double share) {
    float v = (float)value;
    if (!(envelope->low[column] <= v)) envelope->low[column] = v;
    if (!(envelope->high[column] >= v)) envelope->high[column] = v;
    // A sample that only grazes a column still counts a little: it may be the only one.
    float w = (float)fmax(share, 1e-3);
    float sum = weight[column] > 0 ? envelope->mean[column] * weight[column] : 0;
    weight[column] += w;
    envelope->mean[column] = (sum + v * w) / weight[column];
}

struct envelope envelope_of(struct arena *arena, const struct track *track, millis from, millis to, size_t columns) {
    struct envelope envelope = envelope_new(arena, columns);
    if (columns == 0 || to <= from) return envelope;
    float *weight = arena_array(arena, columns, sizeof *weight);
    double each = ((double)to - (double)from) / (double)columns;
    for (size_t i = 0; i < track->table->row_count; i++) {
        double value = track->column->values[i];
        struct span span;
        if (!isfinite(value) || !span_of(track, i, &span)) continue;
        double first = (span.from - (double)from) / each;
        double last = (span.to - (double)from) / each;
        if (last < 0 || first >= (double)columns) continue;
        size_t a = first <= 0 ? 0 : (size_t)first;
        // The end of a span does not belong to it, so that neighbours do not share a column without need.
        double end = ceil(last) - 1;
        size_t b = end <= (double)a ? a : end >= (double)columns ? columns - 1 : (size_t)end;
        for (size_t c = a; c <= b; c++) {
            double share = fmin(last, (double)c + 1) - fmax(first, (double)c);
            put(&envelope, weight, c, value, share);
        }
    }
    return envelope;
}

struct envelope envelope_merge(struct arena *arena, const struct track *tracks, size_t count, millis from, millis to,
                               size_t columns) {
    struct envelope all = envelope_new(arena, columns);
    float *members = arena_array(arena, columns, sizeof *members);
    for (size_t i = 0; i < count; i++) {
        struct envelope one = envelope_of(arena, &tracks[i], from, to, columns);
        for (size_t c = 0; c < columns; c++) {
            if (isnan(one.mean[c])) continue;
            if (!(all.low[c] <= one.low[c])) all.low[c] = one.low[c];
            if (!(all.high[c] >= one.high[c])) all.high[c] = one.high[c];
            float sum = members[c] > 0 ? all.mean[c] * members[c] : 0;
            members[c]++;
            all.mean[c] = (sum + one.mean[c]) / members[c];
        }
    }
    return all;
}

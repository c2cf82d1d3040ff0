// align_drift.c: a clock that runs fast or slow against the reference.
#include <math.h>

#include "analyzer/align_link.h"
#include "analyzer/align_steps.h"
#include "analyzer/stats.h"

// A drift is looked for in logs that run together for longer than this …
#define TOGETHER_LEAST 3600.0
// … in parts of at least so many bins of the comparison, each of which finds its own lead better than chance would.
#define BINS_A_PART 200.0
#define PART_P 0.01
enum { PARTS_LEAST = 5, PARTS_MOST = 8 };
#define CHANCE_MOST 1e-3
// A slope this many times its own error is no accident of the parts.
#define SLOPE_ERRORS 3.0
// No clock that a log is printed by is worse: 2 %.
#define DRIFT_MOST 0.02
// What stamps and caches do besides, as for leads shown by correlation.
#define COARSE 5.0

static const struct table *longest(const struct source *source) {
    const struct table *best = NULL;
    for (size_t t = 0; t < source->table_count; t++)
        if (best == NULL || source->tables[t].row_count > best->row_count) best = &source->tables[t];
    return best;
}

struct leads {
    double at[PARTS_MOST], lead[PARTS_MOST];
    size_t count;
};

// The leads of equal parts of the log, near the lead of the whole.
static void part_leads(const struct stepped *log, const struct source *reference, size_t parts, double lead,
                       struct leads *out) {
    const struct table *table = longest(log->source);
    struct span span = span_of(&log->source, 1);
    double reach = DRIFT_MOST * (span.last - span.first);
    for (size_t i = 0; i < parts; i++) {
        size_t first = table->row_count * i / parts;
        size_t end = table->row_count * (i + 1) / parts;
        struct stretch stretch = {table->line[first], i + 1 == parts ? 0 : table->line[end]};
        if (stretch.to != 0 && stretch.to <= stretch.from) continue;
        struct arena *work = arena_new();
        const struct source *part = steps_view(log, stretch, work);
        struct lag_estimate estimate = link_search(reference, part, lead, fmin(reach, SKEW_MOST), work);
        if (estimate.tried && estimate.p <= PART_P && part->first != MILLIS_NONE) {
            out->at[out->count] = ((double)part->first + (double)part->last) / 2000;
            out->lead[out->count++] = estimate.lead;
        }
        arena_free(work);
    }
}

// The log compared as a whole after its drift is taken out: it must pass all the tests, and better than before.
static bool confirmed(const struct stepped *log, const struct source *reference, double z_before) {
    struct arena *work = arena_new();
    const struct source *view = steps_view(log, (struct stretch){0, 0}, work);
    struct lag_estimate after = link_search(reference, view, 0, INFINITY, work);
    arena_free(work);
    return after.accepted && after.z > z_before;
}

// A straight line through the leads of the parts, if it is one.
static bool slope_of(struct leads *leads, double middle, double *slope) {
    double lead;
    double error;
    for (size_t i = 0; i < leads->count; i++) leads->at[i] -= middle;
    return leads->count >= PARTS_LEAST && stats_line(leads->at, leads->lead, leads->count, &lead, slope, &error) &&
           fabs(*slope) > SLOPE_ERRORS * error && fabs(*slope) <= DRIFT_MOST;
}

bool drift_find(struct stepped *log, const struct source *reference) {
    if (log->disordered || log->count > 0 || !(log->source->cadence > 0)) return false;
    struct span a = span_of(&reference, 1);
    struct span b = span_of(&log->source, 1);
    double together = fmin(a.last - a.first, b.last - b.first);
    if (!a.known || !b.known || together <= TOGETHER_LEAST) return false;
    double dt = link_step(a, b);
    double parts = fmin(PARTS_MOST, floor(together / dt / BINS_A_PART));
    if (parts < PARTS_LEAST) return false;
    struct arena *work = arena_new();
    struct lag_estimate whole = link_search(reference, log->source, 0, INFINITY, work);
    arena_free(work);
    if (!whole.tried || whole.p > CHANCE_MOST) return false;
    struct leads leads = {.count = 0};
    double slope;
    part_leads(log, reference, (size_t)parts, whole.lead, &leads);
    if (!slope_of(&leads, (b.first + b.last) / 2, &slope)) return false;
    double most = fabs(slope) * together / 2;
    log->drift_ppm = slope * 1e6;
    log->drift_from = (b.first + b.last) / 2;
    // What does not exceed the uncertainty of any lead is left alone, and adds to it.
    if (most > COARSE + dt / 2 && confirmed(log, reference, whole.z)) return true;
    log->drift_ppm = 0;
    log->doubt += most;
    return false;
}

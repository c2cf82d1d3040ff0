// align_spans.c: anchors: when logs begin and end, and when their files were last written.
#include <math.h>

#include "analyzer/align_parts.h"

// Samplers of one script are started and stopped within this many seconds of each other.
#define TOGETHER 15.0
// Two lengths that differ by more are not "the same".
#define LENGTH_SHARE 0.02
// A log shorter than this is not long enough for its ends to say anything.
#define LEAST_LENGTH 300.0
// GPU utilisation above this is work, in %.
#define WORKING 5.0
// A training log begins with words, or with its first step; both within this of the first work of the GPUs. Less than
// half of ZONE_STEP, so that no other zone fits as well.
#define JOB_START 300.0
// What a program still holds in its buffer when it is stopped, besides two reports.
#define WRITE_DELAY 15.0

double lead_zone(double lead) { return ZONE_STEP * round(lead / ZONE_STEP); }
double lead_rest(double lead) { return lead - lead_zone(lead); }

struct span span_of(const struct source *const *sources, size_t count) {
    struct span span = {.first = INFINITY, .last = -INFINITY};
    for (size_t i = 0; i < count; i++) {
        const struct source *source = sources[i];
        if (source->first == MILLIS_NONE || source->last == MILLIS_NONE) continue;
        span.first = fmin(span.first, (double)source->first / 1000);
        span.last = fmax(span.last, (double)source->last / 1000);
        if (source->cadence > span.cadence) span.cadence = source->cadence;
        span.known = true;
    }
    return span;
}

static double slack(struct span a, struct span b) { return fmax(TOGETHER, 2 * fmax(a.cadence, b.cadence)); }

struct witness witness_spans(struct span reference, struct span other) {
    struct witness none = {0};
    if (!reference.known || !other.known) return none;
    double length = reference.last - reference.first;
    double begin = other.first - reference.first;
    double end = other.last - reference.last;
    if (length < LEAST_LENGTH || fabs(begin - end) > LENGTH_SHARE * length ||
        fabs(begin - end) > slack(reference, other))
        return none;
    double lead = (begin + end) / 2;
    if (lead_zone(lead) / ZONE_STEP < ZONE_WEST - ZONE_EAST || lead_zone(lead) / ZONE_STEP > ZONE_EAST - ZONE_WEST)
        return none;
    return (struct witness){true, lead, fabs(begin - end) / 2 + fmax(reference.cadence, other.cadence)};
}

// Printed end minus the time of last change: the zone of the log, if the file was written by the sampler and never
// since.
static bool zone_by_file(const struct source *source, struct span span, double *zone) {
    if (!span.known || source->modified == MILLIS_NONE) return false;
    double difference = span.last - (double)source->modified / 1000;
    double steps = lead_zone(difference) / ZONE_STEP;
    *zone = difference;
    return steps >= ZONE_WEST && steps <= ZONE_EAST && fabs(lead_rest(difference)) <= SKEW_MOST;
}

struct witness witness_modified(const struct source *reference, struct span reference_span, const struct source *other,
                                struct span other_span) {
    struct witness none = {0};
    double a;
    double b;
    if (!zone_by_file(reference, reference_span, &a) || !zone_by_file(other, other_span, &b)) return none;
    // The reference must have been written right after its last stamp: that shows that the times of last change are
    // those of the run, not of a copy.
    double rest = lead_rest(a);
    double late = WRITE_DELAY + 2 * reference_span.cadence;
    if (rest < -late || rest > 2) return none;
    double uncertainty = 5 + reference_span.cadence + other_span.cadence;
    return (struct witness){true, b - a, uncertainty};
}

bool spans_contained(struct span reference, struct span other) {
    if (!reference.known || !other.known) return false;
    double edge = slack(reference, other);
    bool inside = other.first >= reference.first - edge && other.last <= reference.last + edge;
    bool around = reference.first >= other.first - edge && reference.last <= other.last + edge;
    if (!inside && !around) return false;
    double longer = fmax(reference.last - reference.first, other.last - other.first);
    double shorter = fmin(reference.last - reference.first, other.last - other.first);
    return shorter >= LEAST_LENGTH && longer - shorter + 2 * edge < ZONE_STEP;
}

struct span span_of_work(const struct source *const *sources, size_t count) {
    struct span span = {.first = INFINITY, .last = -INFINITY};
    for (size_t s = 0; s < count; s++) {
        if (sources[s]->cadence > span.cadence) span.cadence = sources[s]->cadence;
        for (size_t t = 0; t < sources[s]->table_count; t++) {
            const struct table *table = &sources[s]->tables[t];
            const struct column *column =
                table->entity_kind == ENTITY_GPU ? table_find(table, "utilization.gpu") : NULL;
            for (size_t i = 0; column != NULL && i < table->row_count; i++) {
                if (!(column->values[i] > WORKING) || table->time[i] == MILLIS_NONE) continue;
                span.first = fmin(span.first, (double)table->time[i] / 1000);
                span.last = fmax(span.last, (double)table->time[i] / 1000);
            }
        }
    }
    span.known = span.last > span.first;
    return span;
}

bool spans_job(struct span work, struct span job) {
    if (!work.known || !job.known || job.last - job.first < LEAST_LENGTH) return false;
    return fabs(job.last - work.last) <= slack(work, job) && fabs(job.first - work.first) <= JOB_START;
}

double spans_overlap(struct span reference, struct span other, double lead) {
    if (!reference.known || !other.known) return 0;
    double both = fmin(reference.last, other.last - lead) - fmax(reference.first, other.first - lead);
    double shorter = fmin(reference.last - reference.first, other.last - other.first);
    if (!(shorter > 0)) return both >= 0 ? 1 : 0;
    return fmax(0, both) / shorter;
}

// align_prove.c: steps and drift of a clock, proved by comparing parts of a log with another log of an even clock.
#include <math.h>

#include "analyzer/align_link.h"
#include "analyzer/align_steps.h"
#include "analyzer/stats.h"
#include "core/lang.h"

// A difference below this is what caches and queues do.
#define STEP_LEAST 10.0
#define ANYWHERE 1e9
// A step back by less, if it is not proved, is only doubt about the offset: corrections of a clock are that large.
#define STEP_SMALL 30.0
// Chance of a correlation that supports a lead that the other part showed.
#define SUPPORT_P 0.01
// Logs that are asked about one step.
enum { WITNESSES_MOST = 4 };

// ── steps ───────────────────────────────────────────────────────────────────

static bool uneven(const struct stepped *log) {
    if (log->disordered) return true;
    for (size_t i = 0; i < log->count; i++)
        if (log->steps[i].kind == STEP_OPEN || log->steps[i].kind == STEP_JUMP) return true;
    return false;
}

static bool comparable(const struct source *source) {
    if (source->format == NULL || source->refused || source->clock == CLOCK_NONE || source->clock == CLOCK_BOOT)
        return false;
    return source->first != MILLIS_NONE;
}

static bool unsettled(const struct clock_step *step) { return step->kind == STEP_OPEN || step->kind == STEP_JUMP; }

// The lines before and after step i, up to the next unsettled ones.
static void parts(const struct stepped *log, size_t i, struct stretch *before, struct stretch *after) {
    *before = (struct stretch){0, log->steps[i].line};
    *after = (struct stretch){log->steps[i].line, 0};
    for (size_t k = 0; k < i; k++)
        if (unsettled(&log->steps[k])) before->from = log->steps[k].line;
    for (size_t k = log->count; k > i + 1; k--)
        if (unsettled(&log->steps[k - 1])) after->to = log->steps[k - 1].line;
}

enum outcome {
    OUTCOME_NOTHING,  // neither part fits the witness
    OUTCOME_DOUBT,    // one does, and the other does not at the same lead
    OUTCOME_GAP,      // both do with one lead
    OUTCOME_PROVED,   // both do, and their leads differ
};

static bool supports(const struct source *witness, const struct source *part, const struct lag_estimate *other,
                     struct arena *arena) {
    struct lag_estimate near = link_search(witness, part, other->lead, SKEW_MOST, arena);
    return near.tried && near.p <= SUPPORT_P &&
           fabs(near.lead - other->lead) <= STEP_LEAST + near.uncertainty + other->uncertainty;
}

// Both parts fit the witness, each with its own lead.
static enum outcome weigh(const struct lag_estimate *first, const struct lag_estimate *second,
                          struct clock_step *step) {
    double set = second->lead - first->lead;
    double doubt = STEP_LEAST + first->uncertainty + second->uncertainty;
    if (fabs(set) <= doubt) return OUTCOME_GAP;
    if (step->after - step->before - set < -doubt) return OUTCOME_DOUBT;  // what comes later in the file came later
    step->uncertainty = first->uncertainty + second->uncertainty;
    // Reports that went on evenly say it to the second; if there was a pause, the correlation is all there is.
    if (fabs(set - step->seconds) > doubt)
        step->seconds = set;
    else
        step->uncertainty = 2;
    step->kind = STEP_PROVED;
    return OUTCOME_PROVED;
}

static enum outcome ask(const struct source *witness, const struct source *before, const struct source *after,
                        struct clock_step *step, struct arena *arena) {
    struct lag_estimate first = link_search(witness, before, 0, ANYWHERE, arena);
    struct lag_estimate second = link_search(witness, after, 0, ANYWHERE, arena);
    if (first.accepted && !second.accepted)
        second = link_search(witness, after, first.lead + step->seconds, SKEW_MOST, arena);
    else if (second.accepted && !first.accepted)
        first = link_search(witness, before, second.lead - step->seconds, SKEW_MOST, arena);
    if (first.accepted && second.accepted) return weigh(&first, &second, step);
    if (!first.accepted && !second.accepted) return OUTCOME_NOTHING;
    bool same = first.accepted ? supports(witness, after, &first, arena) : supports(witness, before, &second, arena);
    return same ? OUTCOME_GAP : OUTCOME_DOUBT;
}

// The log is longer than the witness by about the leap: without it, both would begin and end together.
static bool longer_by_leap(const struct source *witness, const struct source *source, const struct clock_step *step) {
    struct span a = span_of(&witness, 1);
    struct span b = span_of(&source, 1);
    double longer = (b.last - b.first) - (a.last - a.first);
    return a.known && b.known && fabs(longer - step->seconds) <= step->seconds / 4;
}

static void prove_one(struct stepped *logs, size_t count, size_t mine, size_t i) {
    struct stretch before;
    struct stretch after;
    parts(&logs[mine], i, &before, &after);
    struct arena *work = arena_new();
    const struct source *first = steps_view(&logs[mine], before, work);
    const struct source *second = steps_view(&logs[mine], after, work);
    int asked = 0;
    enum outcome best = OUTCOME_NOTHING;
    for (size_t k = 0; k < count && asked < WITNESSES_MOST && best < OUTCOME_GAP; k++) {
        if (k == mine || uneven(&logs[k]) || !comparable(logs[k].source)) continue;
        const struct source *witness =
            steps_any(&logs[k]) ? steps_view(&logs[k], (struct stretch){0, 0}, work) : logs[k].source;
        asked++;
        struct clock_step *step = &logs[mine].steps[i];
        enum outcome outcome = ask(witness, first, second, step, work);
        if (outcome == OUTCOME_NOTHING && longer_by_leap(witness, logs[mine].source, step)) outcome = OUTCOME_DOUBT;
        if (outcome > best) best = outcome;
    }
    arena_free(work);
    if (logs[mine].steps[i].kind == STEP_JUMP && best == OUTCOME_DOUBT) logs[mine].steps[i].kind = STEP_DOUBTED;
}

static void drop_unproved(struct stepped *log) {
    size_t kept = 0;
    for (size_t k = 0; k < log->count; k++) {
        struct clock_step step = log->steps[k];
        bool small = step.kind == STEP_OPEN && step.before - step.after < STEP_SMALL;
        if (small) log->doubt += step.before - step.after;
        // Each of these files may well have had the right time: all is left where it was printed.
        bool files = step.kind == STEP_OPEN && step.apart;
        if (!small && !files && step.kind != STEP_JUMP) log->steps[kept++] = step;
    }
    log->count = kept;
}

void steps_prove(struct stepped *logs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < logs[i].count; k++)
            if (unsettled(&logs[i].steps[k])) prove_one(logs, count, i, k);
        drop_unproved(&logs[i]);
    }
}

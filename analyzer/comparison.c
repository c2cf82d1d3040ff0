// comparison.c: two profiles → what changed, in words.
#include "analyzer/comparison.h"

#include <math.h>
#include <string.h>

#include "analyzer/comparison_parts.h"
#include "core/arena.h"
#include "core/lang.h"

// How much worse is a warning, and critical: of the step time, and of the GPU time.
#define WARNING_SLOWER 0.05
#define CRITICAL_SLOWER 0.25

const char *contrast_name(enum contrast_kind kind) {
    static const char *const names[] = {"same", "slower", "faster", "other", "untold"};
    return names[kind];
}

static char *percent(struct arena *arena, double share) {
    return share > 0 && share < 0.01 ? arena_string(arena, "< 1 %") : arena_printf(arena, "%.0f %%", share * 100);
}

static const char *named(struct arena *arena, enum cause cause, const char *entity) {
    if (entity[0] == '\0') return cause_id(cause);
    return arena_printf(arena, tr("%s on %s"), cause_id(cause), entity);
}

static const char *values_of(struct arena *arena, const struct difference *d) {
    return arena_printf(arena, tr("%s %s against %s"), d->after->quantity,
                        unit_show(arena, d->after->level, d->after->unit),
                        unit_show(arena, d->before->level, d->before->unit));
}

// ── which quantity shows a cause ────────────────────────────────────────────

static const struct difference *material_of(const struct contrast *c, const char *quantity, const char *before,
                                            const char *after) {
    for (size_t i = 0; i < c->material_count; i++) {
        const struct difference *d = &c->differences[i];
        if (d->before->phase != CAUSE_COUNT_ || strcmp(d->after->quantity, quantity) != 0) continue;
        if (after[0] != '\0' && strcmp(d->after->entity, after) != 0) continue;
        if (before[0] != '\0' && strcmp(d->before->entity, before) != 0) continue;
        return d;
    }
    return NULL;
}

static void support_causes(struct contrast *c) {
    for (size_t i = 0; i < c->cause_count; i++) {
        struct cause_difference *d = &c->causes[i];
        if (d->change == CAUSE_SAME) continue;
        for (const char *const *q = quantities_of(d->cause); *q != NULL && d->support == NULL; q++)
            d->support = material_of(c, *q, d->after_entity[0] == '\0' ? d->before_entity : "", d->after_entity);
    }
}

// How busy the GPUs were, in percent, on average.
static double busy_of(const struct profile *profile) {
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < profile->trait_count; i++) {
        const struct trait *t = &profile->traits[i];
        if (t->phase != CAUSE_COUNT_ || t->kind != ENTITY_GPU || strcmp(t->quantity, "utilization.gpu") != 0) continue;
        sum += t->mean;
        count++;
    }
    return count > 0 ? sum / (double)count : NAN;
}

static const struct difference *step_of(const struct contrast *c) {
    for (size_t i = 0; i < c->difference_count; i++) {
        const struct difference *d = &c->differences[i];
        if (d->before->phase == CAUSE_COUNT_ && d->before->kind == ENTITY_JOB && isfinite(d->p) &&
            strcmp(d->before->quantity, "step_time") == 0)
            return d;
    }
    return NULL;
}

// How much longer the same steps take; NaN without step times.
static double slower_steps(const struct contrast *c) {
    const struct difference *step = step_of(c);
    return step == NULL || !(step->after->rate > 0) ? NAN : step->before->rate / step->after->rate - 1;
}

// Lost time that grew must show in something that was measured: else the two analyses differ, not the two runs.
#define SHOWN_PART 0.4
static bool is_measured(const struct contrast *c, double shift) {
    double busy = fabs(busy_of(c->run) - busy_of(c->baseline)) / 100, steps = fabs(slower_steps(c));
    return c->material_count > 0 || busy >= SHOWN_PART * fabs(shift) || steps >= SHOWN_PART * fabs(shift);
}

// What is put down to one cause in one run and to nobody knows what in the other may be the same.
static void doubt_causes(struct contrast *c) {
    double unknown = c->run->causes[CAUSE_UNKNOWN].share - c->baseline->causes[CAUSE_UNKNOWN].share;
    for (size_t i = 0; i < c->cause_count; i++) {
        struct cause_difference *d = &c->causes[i];
        if (d->change == CAUSE_SAME) continue;
        const struct profile *other = d->shift > 0 ? c->baseline : c->run;
        bool hidden = other->no_data[d->cause] && other->causes[CAUSE_UNKNOWN].share > fabs(d->shift) / 3;
        bool swapped = (unknown > 0) != (d->shift > 0) && fabs(unknown) > fabs(d->shift) / 3;
        if (d->cause == CAUSE_UNKNOWN || hidden || swapped || !is_measured(c, d->shift)) d->change = CAUSE_UNTOLD;
    }
    if (c->total.change != CAUSE_SAME && !is_measured(c, c->total.shift)) c->total.change = CAUSE_UNTOLD;
}

// ── how much slower ─────────────────────────────────────────────────────────

// Smaller differences in the time of a step are no change, whatever their significance.
#define SLOWER_LEAST 0.02

static bool is_changed(const struct cause_difference *d) {
    return d->change != CAUSE_SAME && d->change != CAUSE_UNTOLD;
}

static bool agrees(const struct contrast *c, double slower) {
    const struct difference *step = step_of(c);
    return (step->material && (step->shift > 0) == (slower > 0)) ||
           (is_changed(&c->total) && (c->total.shift > 0) == (slower > 0));
}

static void measure(struct arena *arena, struct contrast *c) {
    const struct difference *step = step_of(c);
    double slower = slower_steps(c);
    c->slower = NAN;
    c->measure = "";
    if (isfinite(slower)) {
        c->slower = fabs(slower) >= SLOWER_LEAST && agrees(c, slower) ? slower : 0;
        c->measure =
            arena_printf(arena, tr("a step takes %s against %s"), unit_show(arena, 1 / step->after->rate, UNIT_SECONDS),
                         unit_show(arena, 1 / step->before->rate, UNIT_SECONDS));
    } else if (c->total.change != CAUSE_UNTOLD && isfinite(c->total.shift) && c->baseline->lost.share < 1 &&
               c->run->lost.share < 0.999) {
        c->slower = is_changed(&c->total) ? (1 - c->baseline->lost.share) / (1 - c->run->lost.share) - 1 : 0;
        c->measure = tr("from the lost GPU time alone: not both runs have a training log");
    }
}

static const struct noted_difference *worst_finding(const struct contrast *c) {
    const struct noted_difference *worst = NULL;
    for (size_t i = 0; i < c->noted_count; i++) {
        const struct noted_difference *n = &c->noted[i];
        bool damage = n->cause == CAUSE_DISK_FAILING || n->cause == CAUSE_GPU_FAULT || n->cause == CAUSE_GPU_MEMORY;
        bool seen = n->cause != CAUSE_DISK_FAILING || c->baseline->has[HAS_HEALTH];
        if (!damage || !seen || n->after < SEVERITY_WARNING || n->after <= n->before) continue;
        if (worst == NULL || n->after > worst->after) worst = n;
    }
    return worst;
}

static int severity_of(const struct contrast *c) {
    int severity = -1;
    double shift = is_changed(&c->total) ? c->total.shift : 0;
    double worst = fmax(isfinite(c->slower) ? c->slower : 0, isfinite(shift) ? shift : 0);
    for (size_t i = 0; i < c->material_count; i++)
        if (c->differences[i].worse > 0) severity = SEVERITY_INFO;
    for (size_t i = 0; i < c->cause_count; i++)
        if (c->causes[i].change == CAUSE_NEW || c->causes[i].change == CAUSE_MORE) severity = SEVERITY_WARNING;
    if (worst >= WARNING_SLOWER) severity = SEVERITY_WARNING;
    if (worst >= CRITICAL_SLOWER) severity = SEVERITY_CRITICAL;
    const struct noted_difference *finding = worst_finding(c);
    return finding != NULL && finding->after > severity ? finding->after : severity;
}

// Slower steps, but less lost time, or the other way round: a run that died early, say, on a faster GPU.
static bool is_mixed(const struct contrast *c) {
    return isfinite(c->slower) && c->slower != 0 && is_changed(&c->total) && (c->total.shift > 0) != (c->slower > 0);
}

static enum contrast_kind kind_of(const struct contrast *c) {
    if (is_mixed(c)) return CONTRAST_OTHER;
    if (c->slower > 0) return CONTRAST_SLOWER;
    if (c->slower < 0) return CONTRAST_FASTER;
    bool causes = is_changed(&c->total);
    for (size_t i = 0; i < c->cause_count; i++) causes = causes || is_changed(&c->causes[i]);
    if (causes || c->material_count > 0 || worst_finding(c) != NULL) return CONTRAST_OTHER;
    return isnan(c->slower) ? CONTRAST_UNTOLD : CONTRAST_SAME;
}

// ── words ───────────────────────────────────────────────────────────────────

static const char *cause_words(struct arena *arena, const struct cause_difference *d) {
    if (d->cause == CAUSE_UNKNOWN) return tr("a part of it for reasons that the logs do not show");
    const char *shares = arena_printf(arena, tr("%s of the GPU time against %s"), percent(arena, d->after.share),
                                      percent(arena, d->before.share));
    const char *what = named(arena, d->cause, d->shift > 0 ? d->after_entity : d->before_entity);
    const char *change = arena_printf(arena,
                                      d->change == CAUSE_NEW    ? tr("%s is new")
                                      : d->change == CAUSE_GONE ? tr("%s is gone")
                                      : d->change == CAUSE_MORE ? tr("%s costs more")
                                      : d->change == CAUSE_LESS ? tr("%s costs less")
                                                                : tr("whether %s is new or gone cannot be told"),
                                      what);
    if (d->change == CAUSE_UNTOLD) return change;
    return arena_printf(arena, tr("%s: %s"), change, d->support == NULL ? shares : values_of(arena, d->support));
}

// The cause whose share changed most.
static const struct cause_difference *main_cause(const struct contrast *c, bool up) {
    const struct cause_difference *best = NULL;
    for (size_t i = 0; i < c->cause_count; i++) {
        const struct cause_difference *d = &c->causes[i];
        if (d->change == CAUSE_SAME || (d->shift > 0) != up) continue;
        if (best != NULL && is_changed(best) && !is_changed(d)) continue;
        bool firmer = best != NULL && is_changed(d) && !is_changed(best);
        if (best == NULL || firmer || fabs(d->shift) > fabs(best->shift)) best = d;
    }
    return best;
}

static const char *lost_words(struct arena *arena, const struct contrast *c) {
    if (!isfinite(c->total.shift)) return "";
    return arena_printf(arena, tr("GPUs lost %s of their time against %s"), percent(arena, c->run->lost.share),
                        percent(arena, c->baseline->lost.share));
}

static const char *joined(struct arena *arena, const char *a, const char *b) {
    if (a[0] == '\0' || b[0] == '\0') return a[0] == '\0' ? b : a;
    return arena_printf(arena, tr("%s; %s"), a, b);
}

static const char *other_words(struct arena *arena, const struct contrast *c) {
    const struct noted_difference *finding = worst_finding(c);
    if (finding != NULL)
        return arena_printf(arena, tr("%s is new, without more lost time yet"),
                            named(arena, finding->cause, finding->entity));
    if (c->material_count == 0) return "";
    const struct difference *d = &c->differences[0];
    return arena_printf(arena, tr("%zu of %zu quantities changed, most of all %s of %s"), c->material_count,
                        c->difference_count, values_of(arena, d), d->after->entity);
}

// Where the steps are slower though the GPUs lose no more, the work itself is another.
static const char *same_loss_words(const struct contrast *c) {
    if (c->total.change == CAUSE_UNTOLD)
        return tr("the lost GPU time of the two analyses differs, but no measured quantity does");
    if (c->kind != CONTRAST_SLOWER && c->kind != CONTRAST_FASTER) return "";
    bool moved = c->kind == CONTRAST_SLOWER ? c->total.shift > 0 : c->total.shift < 0;
    if (!isfinite(c->total.shift) || (is_changed(&c->total) && moved)) return "";
    return tr("lost GPU time does not explain it: the work of a step, or the GPU itself, is another");
}

static void phrase(struct arena *arena, struct contrast *c) {
    const char *lost = lost_words(arena, c), *head = "";
    bool up = c->kind != CONTRAST_FASTER && !(c->kind == CONTRAST_OTHER && c->total.shift < 0);
    const struct cause_difference *cause = main_cause(c, up);
    if (cause == NULL) cause = main_cause(c, !up);
    const char *why = cause == NULL ? "" : cause_words(arena, cause);
    double more = c->kind == CONTRAST_SLOWER ? c->slower : -c->slower / (1 + c->slower);
    switch (c->kind) {
        case CONTRAST_SLOWER:
            head = arena_printf(arena, tr("slower by %.0f %%"), 100 * c->slower);
            break;
        case CONTRAST_FASTER:
            head = arena_printf(arena, tr("faster by %.0f %%"), 100 * more);
            break;
        case CONTRAST_SAME:
            head = c->identical ? tr("no change: both are the same logs") : tr("no change beyond noise");
            break;
        case CONTRAST_UNTOLD:
            head = tr("nothing that can be compared changed, but whether the run is slower cannot be told");
            break;
        case CONTRAST_OTHER:
            head = is_mixed(c)          ? tr("steps and lost GPU time changed in opposite directions")
                   : isnan(c->slower)   ? tr("changed, but whether the run is slower cannot be told")
                   : step_of(c) != NULL ? tr("as fast as before, but not the same")
                                        : tr("no more GPU time lost than before, but not the same");
            break;
    }
    c->headline = head;
    const char *detail = joined(arena, lost, why);
    if (c->kind != CONTRAST_SAME && why[0] == '\0') detail = joined(arena, lost, other_words(arena, c));
    if (c->kind == CONTRAST_SAME && detail[0] != '\0')
        c->sentence = arena_printf(arena, tr("%s (%s)"), head, detail);
    else
        c->sentence = detail[0] == '\0' ? head : arena_printf(arena, tr("%s: %s"), head, detail);
    c->why = joined(arena, c->kind == CONTRAST_SLOWER || c->kind == CONTRAST_FASTER || is_mixed(c) ? c->measure : "",
                    same_loss_words(c));
    c->next = c->kind == CONTRAST_SLOWER || (c->kind == CONTRAST_OTHER && c->severity >= SEVERITY_WARNING)
                  ? c->run->next
                  : "";
}

void contrast_judge(struct arena *arena, struct contrast *c) {
    doubt_causes(c);
    support_causes(c);
    measure(arena, c);
    c->kind = kind_of(c);
    c->severity = severity_of(c);
    phrase(arena, c);
}

struct comparison *comparison_of(struct arena *arena, const struct profile *baseline, const struct profile *const *runs,
                                 size_t count) {
    struct comparison *comparison = arena_alloc(arena, sizeof *comparison);
    struct contrast *contrasts = arena_array(arena, count, sizeof *contrasts);
    for (size_t i = 0; i < count; i++) {
        contrasts[i] = (struct contrast){.baseline = baseline, .run = runs[i]};
        contrasts[i].identical = strcmp(baseline->digest, runs[i]->digest) == 0;
        contrast_pair(arena, &contrasts[i]);
        contrast_correct(&contrasts[i]);
        contrast_settings(arena, &contrasts[i]);
        contrast_judge(arena, &contrasts[i]);
    }
    *comparison = (struct comparison){arena, baseline, contrasts, count};
    return comparison;
}

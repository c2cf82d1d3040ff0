// Which series of one run belongs to which of the other.
#include <math.h>
#include <string.h>

#include "analyzer/comparison_parts.h"
#include "core/arena.h"
#include "core/lang.h"

static const struct trait *trait_of(const struct profile *profile, const char *entity, const char *quantity,
                                    enum cause phase) {
    for (size_t i = 0; i < profile->trait_count; i++) {
        const struct trait *t = &profile->traits[i];
        if (t->phase == phase && strcmp(t->quantity, quantity) == 0 && strcmp(t->entity, entity) == 0) return t;
    }
    return NULL;
}

static const char *setting_of(const struct profile *profile, const char *entity, const char *what) {
    for (size_t i = 0; i < profile->setting_count; i++) {
        const struct setting *s = &profile->settings[i];
        if (strcmp(s->what, what) != 0) continue;
        if (s->entity[0] == '\0' || strcmp(s->entity, entity) == 0) return s->value;
    }
    return "";
}

// Watts and degrees of two models say nothing about each other. What a log does not say counts as the same.
static bool same_model(const struct contrast *c, const struct trait *a, const struct trait *b) {
    static const char *const marks[] = {N_("GPU model"), N_("GPU memory"), N_("highest SM clock")};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *x = setting_of(c->baseline, a->entity, marks[i]), *y = setting_of(c->run, b->entity, marks[i]);
        if (x[0] != '\0' && y[0] != '\0' && strcmp(x, y) != 0) return false;
    }
    return true;
}

// The disk that was read most is matched with the other run's, whatever they are called; a disk that plays this part
// in one run only is not matched by its name.
static const struct trait *partner(const struct contrast *c, const struct trait *a) {
    const char *name = a->entity;
    if (a->kind == ENTITY_DISK && c->baseline->data_disk[0] != '\0' && c->run->data_disk[0] != '\0') {
        bool data = strcmp(a->entity, c->baseline->data_disk) == 0;
        if (data)
            name = c->run->data_disk;
        else if (strcmp(a->entity, c->run->data_disk) == 0)
            return NULL;
    }
    return trait_of(c->run, name, a->quantity, a->phase);
}

// "await" says no more than the two it is made of.
static bool is_repeated(const struct profile *profile, const struct trait *a) {
    if (strcmp(a->quantity, "await") == 0) return trait_of(profile, a->entity, "r_await", a->phase) != NULL;
    return false;
}

// A phase that is nearly all of both runs tells what the steady part as a whole has told.
#define NEARLY_ALL 0.9
static bool is_whole(const struct contrast *c, enum cause phase) {
    return phase != CAUSE_COUNT_ && c->baseline->phase_share[phase] >= NEARLY_ALL &&
           c->run->phase_share[phase] >= NEARLY_ALL;
}

static void pair_traits(struct arena *arena, struct contrast *c) {
    c->differences = arena_array(arena, c->baseline->trait_count, sizeof *c->differences);
    for (size_t i = 0; i < c->baseline->trait_count; i++) {
        const struct trait *a = &c->baseline->traits[i], *b = partner(c, a);
        const struct quantity_row *row = quantity_row(a->quantity);
        if (b == NULL || row == NULL || a->unit != b->unit || is_repeated(c->baseline, a)) continue;
        if (is_whole(c, a->phase)) continue;
        if (row->by_model && a->kind == ENTITY_GPU && !same_model(c, a, b)) continue;
        struct difference *d = &c->differences[c->difference_count++];
        *d = (struct difference){.before = a, .after = b};
        difference_test(d, row);
    }
}

static void pair_causes(struct arena *arena, struct contrast *c) {
    c->causes = arena_array(arena, CAUSE_COUNT_, sizeof *c->causes);
    c->total = (struct cause_difference){.cause = CAUSE_COUNT_,
                                         .before = c->baseline->lost,
                                         .after = c->run->lost,
                                         .before_entity = "",
                                         .after_entity = ""};
    share_test(&c->total, c);
    for (int k = 0; k < CAUSE_COUNT_; k++) {
        const struct share *a = &c->baseline->causes[k], *b = &c->run->causes[k];
        if (k == CAUSE_COMPUTE_BOUND || k == CAUSE_JOB_IDLE || k == CAUSE_NO_DATA) continue;
        if (!(a->share > 0) && !(b->share > 0)) continue;
        struct cause_difference *d = &c->causes[c->cause_count++];
        *d = (struct cause_difference){.cause = (enum cause)k,
                                       .before = *a,
                                       .after = *b,
                                       .before_entity = a->share > 0 ? c->baseline->guilty[k] : "",
                                       .after_entity = b->share > 0 ? c->run->guilty[k] : ""};
        share_test(d, c);
    }
}

static const struct noted *same_noted(const struct profile *profile, const struct noted *wanted) {
    for (size_t i = 0; i < profile->noted_count; i++) {
        const struct noted *n = &profile->noted[i];
        if (n->cause == wanted->cause && strcmp(n->entity, wanted->entity) == 0) return n;
    }
    return NULL;
}

static void pair_findings(struct arena *arena, struct contrast *c) {
    struct noted_difference *out = arena_array(arena, c->baseline->noted_count + c->run->noted_count, sizeof *out);
    for (size_t i = 0; i < c->run->noted_count; i++) {
        const struct noted *b = &c->run->noted[i], *a = same_noted(c->baseline, b);
        if (same_noted(c->run, b) != b) continue;
        out[c->noted_count++] = (struct noted_difference){b->cause, b->entity, b->sentence,
                                                          a == NULL ? -1 : (int)a->severity, (int)b->severity};
    }
    for (size_t i = 0; i < c->baseline->noted_count; i++) {
        const struct noted *a = &c->baseline->noted[i];
        if (same_noted(c->baseline, a) != a || same_noted(c->run, a) != NULL) continue;
        out[c->noted_count++] = (struct noted_difference){a->cause, a->entity, a->sentence, (int)a->severity, -1};
    }
    c->noted = out;
}

static void list_uncompared(struct arena *arena, struct contrast *c) {
    static const struct {
        const char *what, *settle;
    } kinds[HAS_COUNT_] = {
        [HAS_GPU] = {N_("how much GPU time was lost"),
                     "nvidia-smi --query-gpu=timestamp,index,utilization.gpu,clocks.sm,power.draw --format=csv -l 5"},
        [HAS_DISK] = {N_("the disks"), "iostat -x -t 5"},
        [HAS_CPU] = {N_("the CPUs"), "mpstat -P ALL 5"},
        [HAS_STEPS] = {N_("the time of a step"), N_("the log of the training itself")},
        [HAS_HEALTH] = {N_("the health of the disks"), N_("smartctl -a of each disk")},
        [HAS_REASONS] = {N_("why clocks were low"),
                         "nvidia-smi --query-gpu=timestamp,index,clocks_event_reasons.active --format=csv -l 5"},
    };
    struct uncompared *out = arena_array(arena, HAS_COUNT_ + 2, sizeof *out);
    for (int k = 0; k < HAS_COUNT_; k++) {
        bool a = c->baseline->has[k], b = c->run->has[k];
        if (a && b) continue;
        if (!a && !b && k != HAS_GPU) continue;
        const char *what = arena_printf(arena,
                                        !a && !b ? tr("%s: neither run has such a log")
                                        : a      ? tr("%s: the run has no such log")
                                                 : tr("%s: the baseline has no such log"),
                                        tr(kinds[k].what));
        out[c->uncompared_count++] = (struct uncompared){what, tr(kinds[k].settle)};
    }
    size_t untested = 0;
    for (size_t i = 0; i < c->difference_count; i++) untested += isnan(c->differences[i].p);
    if (untested > 0)
        out[c->uncompared_count++] = (struct uncompared){
            arena_printf(arena, tr("%zu quantities: too few samples while the job worked"), untested),
            tr("logs of at least three minutes of steady work")};
    c->uncompared = out;
}

void contrast_pair(struct arena *arena, struct contrast *c) {
    pair_traits(arena, c);
    pair_causes(arena, c);
    pair_findings(arena, c);
    list_uncompared(arena, c);
}

// The nearest earlier run of each run: "looks like run X".
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/fleet_parts.h"
#include "core/arena.h"

enum { KEYS_MOST = 32 };

// What is compared of a run.
struct profile {
    const struct fleet_run *run;
    float loss[CAUSE_COUNT_ + 1];  // shares of GPU time; the last is what was not lost
    float phases[CAUSE_COUNT_];    // shares of time; the first is NaN if there are no phases
    float keys[KEYS_MOST];         // ln of key quantities, NaN if not known
};

struct key {
    const char *quantity, *entity;
    size_t runs;
};

static bool is_phase(const struct fleet_trait *trait) { return strncmp(trait->quantity, "phase:", 6) == 0; }

static int by_words(const void *a, const void *b) {
    const struct key *x = a, *y = b;
    int order = strcmp(x->quantity, y->quantity);
    return order != 0 ? order : strcmp(x->entity, y->entity);
}

static int by_use(const void *a, const void *b) {
    const struct key *x = a, *y = b;
    if (x->runs != y->runs) return x->runs > y->runs ? -1 : 1;
    return by_words(a, b);
}

// The quantities that most runs know.
static size_t common_keys(const struct fleet *fleet, struct key keys[KEYS_MOST]) {
    struct key *all = NULL;
    size_t count = 0, capacity = 0, used = 0;
    for (size_t i = 0; i < fleet->run_count; i++)
        for (size_t k = 0; k < fleet->runs[i]->trait_count; k++) {
            const struct fleet_trait *trait = &fleet->runs[i]->traits[k];
            if (is_phase(trait)) continue;
            all = grow_array(all, &capacity, count + 1, sizeof *all);
            all[count++] = (struct key){trait->quantity, trait->entity, 1};
        }
    if (count > 0) qsort(all, count, sizeof *all, by_words);
    for (size_t i = 0; i < count; i++) {
        if (used > 0 && by_words(&all[used - 1], &all[i]) == 0)
            all[used - 1].runs++;
        else
            all[used++] = all[i];
    }
    if (used > 0) qsort(all, used, sizeof *all, by_use);
    if (used > KEYS_MOST) used = KEYS_MOST;
    for (size_t i = 0; i < used; i++) keys[i] = all[i];
    if (used > 0) qsort(keys, used, sizeof *keys, by_words);
    free(all);
    return used;
}

static void put_trait(struct profile *profile, const struct fleet_trait *trait, const struct key *keys, size_t count) {
    if (is_phase(trait)) {
        for (int c = 0; c < CAUSE_COUNT_; c++)
            if (strcmp(cause_id((enum cause)c), trait->quantity + 6) == 0)
                profile->phases[c] = (float)(trait->value / 100);
        return;
    }
    struct key wanted = {trait->quantity, trait->entity, 0};
    const struct key *key = count == 0 ? NULL : bsearch(&wanted, keys, count, sizeof *keys, by_words);
    // Below a thousandth of its unit a quantity is as good as zero.
    if (key != NULL && trait->value >= 0) profile->keys[key - keys] = (float)log(fmax(trait->value, 1e-3));
}

static void put_profile(struct profile *profile, const struct fleet_run *run, const struct key *keys, size_t count) {
    *profile = (struct profile){.run = run};
    float rest = 1, phases = 0;
    for (size_t i = 0; i < run->loss_count; i++) {
        double share = run->losses[i].gpu_hours / run->gpu_hours;
        if (!isfinite(share)) continue;
        profile->loss[run->losses[i].cause] += (float)share;
        rest -= (float)share;
    }
    profile->loss[CAUSE_COUNT_] = rest;
    for (size_t i = 0; i < KEYS_MOST; i++) profile->keys[i] = NAN;
    for (size_t i = 0; i < run->trait_count; i++) put_trait(profile, &run->traits[i], keys, count);
    for (int c = 0; c < CAUSE_COUNT_; c++) phases += profile->phases[c];
    if (!(phases > 0)) profile->phases[0] = NAN;
}

static double key_distance(const struct profile *a, const struct profile *b, size_t keys) {
    // Four times as much is as different as can be.
    const double most = log(4);
    double sum = 0, known = 0;
    for (size_t i = 0; i < keys; i++) {
        double apart = fabs((double)a->keys[i] - (double)b->keys[i]) / most;
        if (!isfinite(apart)) continue;
        sum += fmin(1, apart);
        known++;
    }
    return known > 0 ? sum / known : NAN;
}

static double half_apart(const float *a, const float *b, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += fabsf(a[i] - b[i]);
    return (double)sum / 2;
}

// `most`: beyond this the exact distance does not matter.
static double distance(const struct profile *a, const struct profile *b, size_t keys, double most) {
    double sum = half_apart(a->loss, b->loss, CAUSE_COUNT_ + 1), parts = 1;
    if (sum / 3 > most) return INFINITY;
    double phases = half_apart(a->phases, b->phases, CAUSE_COUNT_);
    if (isfinite(phases)) sum += phases, parts++;
    double apart = key_distance(a, b, keys);
    if (isfinite(apart)) sum += apart, parts++;
    return sum / parts;
}

// A run that had ended when this one began. A clock without a zone may be up to 26 hours from one with.
static bool is_earlier(const struct fleet_run *a, const struct fleet_run *b) {
    if (a->end == MILLIS_NONE || b->start == MILLIS_NONE) return false;
    bool same = (a->zone[0] == '\0') == (b->zone[0] == '\0');
    return same ? a->end <= b->start : (double)a->end + 26 * 3600000.0 <= (double)b->start;
}

static struct fleet_neighbour nearest(const struct profile *profiles, size_t count, const struct profile *to,
                                      size_t keys) {
    struct fleet_neighbour best = {to->run, NULL, NAN};
    double least = FLEET_NEAR;
    for (size_t i = 0; i < count; i++) {
        const struct profile *from = &profiles[i];
        if (!is_earlier(from->run, to->run)) continue;
        double apart = distance(from, to, keys, least);
        bool tie = best.like != NULL && apart == least && from->run->end > best.like->end;
        if (!(apart < least || tie || (best.like == NULL && apart <= least))) continue;
        best.like = from->run;
        best.distance = least = apart;
    }
    return best;
}

void fleet_neighbours(struct fleet *fleet) {
    struct key keys[KEYS_MOST];
    size_t key_count = common_keys(fleet, keys), count = 0;
    struct profile *profiles = arena_array(fleet->arena, fleet->run_count + 1, sizeof *profiles);
    for (size_t i = 0; i < fleet->run_count; i++) {
        const struct fleet_run *run = fleet->runs[i];
        if (run->status == FLEET_ANALYSED && run->gpu_hours > 0) put_profile(&profiles[count++], run, keys, key_count);
    }
    fleet->neighbours = arena_array(fleet->arena, fleet->run_count + 1, sizeof *fleet->neighbours);
    for (size_t i = 0, k = 0; i < fleet->run_count; i++) {
        fleet->neighbours[i] = (struct fleet_neighbour){fleet->runs[i], NULL, NAN};
        if (k < count && profiles[k].run == fleet->runs[i]) {
            fleet->neighbours[i] = nearest(profiles, count, &profiles[k], key_count);
            k++;
        }
    }
}

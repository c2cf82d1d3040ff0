// Hosts, disks and GPUs that a cause names again and again, against what chance would give.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/fleet_parts.h"
#include "analyzer/stats.h"
#include "core/arena.h"

// A q of 5 %: of the things called recurring, one in twenty is expected to be chance. Two of anything can meet by
// chance too easily to be called a habit, whatever the test says.
static const double q_most = 0.05;
enum { NAMED_LEAST = 3 };

static double log_choose(double n, double k) {
    int sign;
    return lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);
}

// P(at least k of n drawn are named) where K of N are.
static double hypergeometric_upper(size_t k, size_t n, size_t named, size_t all) {
    double sum = 0, whole = log_choose((double)all, (double)n);
    size_t most = n < named ? n : named;
    for (size_t i = k; i <= most; i++) {
        if (n - i > all - named) continue;
        sum += exp(log_choose((double)named, (double)i) + log_choose((double)(all - named), (double)(n - i)) - whole);
    }
    return sum > 1 ? 1 : sum;
}

struct family {
    enum fleet_kind kind;
    const struct fleet_thing *things;
    size_t count;
    size_t runs, named[CAUSE_COUNT_];  // of all things that can be met again
};

static bool can_recur(const struct fleet_thing *thing, enum fleet_kind kind) {
    return thing->run[0] == '\0' && (kind != FLEET_HOST || thing->host[0] != '\0');
}

static struct family family_of(enum fleet_kind kind, const struct fleet_thing *things, size_t count) {
    struct family family = {.kind = kind, .things = things, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (!can_recur(&things[i], kind)) continue;
        family.runs += things[i].sum.runs;
        for (int c = 0; c < CAUSE_UNKNOWN; c++) family.named[c] += things[i].named[c];
    }
    return family;
}

struct tests {
    double *p;
    size_t count, capacity;
    struct fleet_recurrence *found;
    size_t *place;  // of its p, for each that was found
    size_t found_count, found_capacity, place_capacity;
};

static void keep(struct tests *tests, const struct family *family, const struct fleet_thing *thing, enum cause cause,
                 double p) {
    tests->found = grow_array(tests->found, &tests->found_capacity, tests->found_count + 1, sizeof *tests->found);
    tests->place = grow_array(tests->place, &tests->place_capacity, tests->found_count + 1, sizeof *tests->place);
    tests->place[tests->found_count] = tests->count;
    size_t named = thing->named[cause], runs = thing->sum.runs, others = family->runs - runs;
    tests->found[tests->found_count++] = (struct fleet_recurrence){
        .kind = family->kind,
        .thing = thing,
        .cause = cause,
        .named = named,
        .runs = runs,
        .expected = others == 0 ? NAN : (double)(family->named[cause] - named) / (double)others * (double)runs,
        .p = p};
}

// What is never named is a test, too: leaving it out would make the others look rarer than they are.
static void test_one(struct tests *tests, const struct family *family, const struct fleet_thing *thing,
                     enum cause cause) {
    size_t named = thing->named[cause];
    bool alone = family->runs == thing->sum.runs;
    double p = alone        ? NAN
               : named == 0 ? 1
                            : hypergeometric_upper(named, thing->sum.runs, family->named[cause], family->runs);
    if (named >= 2) keep(tests, family, thing, cause, p);
    tests->p = grow_array(tests->p, &tests->capacity, tests->count + 1, sizeof *tests->p);
    tests->p[tests->count++] = p;
}

static void try_family(struct tests *tests, enum fleet_kind kind, const struct fleet_thing *things, size_t count) {
    struct family family = family_of(kind, things, count);
    for (int c = 0; c < CAUSE_UNKNOWN; c++) {
        if (c == CAUSE_COMPUTE_BOUND || c == CAUSE_JOB_IDLE || family.named[c] == 0) continue;
        for (size_t i = 0; i < count; i++)
            if (can_recur(&things[i], kind)) test_one(tests, &family, &things[i], (enum cause)c);
    }
}

static int by_strength(const void *a, const void *b) {
    const struct fleet_recurrence *x = a, *y = b;
    if (x->established != y->established) return x->established ? -1 : 1;
    double px = isfinite(x->p) ? x->p : 2, py = isfinite(y->p) ? y->p : 2;
    if (px != py) return px < py ? -1 : 1;
    if (x->named != y->named) return x->named > y->named ? -1 : 1;
    if (x->kind != y->kind) return (x->kind > y->kind) - (x->kind < y->kind);
    if (x->cause != y->cause) return (x->cause > y->cause) - (x->cause < y->cause);
    // Things of one kind lie in one array, in an order of their own.
    return (x->thing > y->thing) - (x->thing < y->thing);
}

void fleet_recurrences(struct fleet *fleet) {
    struct tests tests = {0};
    try_family(&tests, FLEET_HOST, fleet->hosts, fleet->host_count);
    try_family(&tests, FLEET_DISK, fleet->disks, fleet->disk_count);
    try_family(&tests, FLEET_GPU, fleet->gpu_things, fleet->gpu_count);
    if (tests.count > 0) stats_benjamini_hochberg(tests.p, tests.count, tests.p);
    fleet->recurrences = arena_array(fleet->arena, tests.found_count + 1, sizeof *fleet->recurrences);
    for (size_t i = 0; i < tests.found_count; i++) {
        struct fleet_recurrence *found = &tests.found[i];
        found->q = tests.p[tests.place[i]];
        found->established = found->named >= NAMED_LEAST && found->q <= q_most;
        fleet->recurrences[fleet->recurrence_count++] = *found;
    }
    qsort(fleet->recurrences, fleet->recurrence_count, sizeof *fleet->recurrences, by_strength);
    free(tests.p);
    free(tests.found);
    free(tests.place);
}

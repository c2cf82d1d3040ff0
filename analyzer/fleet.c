// The fleet as a whole: totals, causes, the worst runs, how sure the verdicts are.
#include "analyzer/fleet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/fleet_parts.h"
#include "core/arena.h"

// ── sums ────────────────────────────────────────────────────────────────────

static const int64_t pico_an_hour = 1000000000000, pico_a_step = 1000000;

void exact_add(struct exact *sum, double gpu_hours) {
    // Beyond this a file is lying; the sum must not overflow.
    if (!(fabs(gpu_hours) < 1e9)) return;
    double whole = floor(gpu_hours);
    sum->hours += (int64_t)whole;
    sum->pico += llround((gpu_hours - whole) * 1e12);
    sum->hours += sum->pico / pico_an_hour;
    sum->pico %= pico_an_hour;
}

double exact_value(const struct exact *sum) {
    int64_t steps = (sum->pico + pico_a_step / 2) / pico_a_step;
    // Both are whole numbers that a double holds, so the quotient is the double next to the decimal figure.
    return (double)(sum->hours * 1000000 + steps) / 1e6;
}

static double square(double value) { return isfinite(value) ? value * value : 0; }

void tally_run(struct tally *tally, const struct fleet_run *run, double lost, bool slow) {
    if (tally->last != run) {
        tally->runs++;
        tally->slow += slow;
    }
    tally->last = run;
    exact_add(&tally->lost, lost);
    if (!(lost > tally->worst_lost)) return;
    tally->worst = run;
    tally->worst_lost = lost;
}

static double rounded_step(double value) { return round(value * 1e6) / 1e6; }

struct fleet_sum tally_sum(const struct tally *tally, bool interval, double price) {
    struct fleet_sum sum = {.runs = tally->runs, .slow = tally->slow, .main = CAUSE_NO_DATA, .worst = tally->worst};
    sum.gpu_hours = exact_value(&tally->hours);
    sum.lost = exact_value(&tally->lost);
    sum.low = interval ? rounded_step(fmax(0, sum.lost - sqrt(tally->below))) : NAN;
    sum.high = interval ? rounded_step(sum.lost + sqrt(tally->above)) : NAN;
    sum.cost = sum.lost * price;
    for (int c = 0; c < CAUSE_COUNT_; c++) {
        double lost = exact_value(&tally->by_cause[c]);
        if (!(lost > sum.main_lost)) continue;
        sum.main = (enum cause)c;
        sum.main_lost = lost;
    }
    return sum;
}

bool fleet_is_slow(const struct fleet_run *run) {
    if (run->cause == CAUSE_COMPUTE_BOUND || run->cause == CAUSE_JOB_IDLE || run->cause == CAUSE_NO_DATA) return false;
    return run->cause != CAUSE_UNKNOWN || run->lost_total > 0;
}

const struct fleet_loss *fleet_loss_of(const struct fleet_run *run, enum cause cause) {
    for (size_t i = 0; i < run->loss_count; i++)
        if (run->losses[i].cause == cause) return &run->losses[i];
    return NULL;
}

// ── the runs ────────────────────────────────────────────────────────────────

static int by_name(const void *a, const void *b) {
    const struct fleet_run *x = *(const struct fleet_run *const *)a, *y = *(const struct fleet_run *const *)b;
    int order = strcmp(x->run, y->run);
    if (order == 0) order = strcmp(x->digest, y->digest);
    return order != 0 ? order : (x->start > y->start) - (x->start < y->start);
}

static int by_loss(const void *a, const void *b) {
    const struct fleet_run *x = *(const struct fleet_run *const *)a, *y = *(const struct fleet_run *const *)b;
    if (x->lost_total != y->lost_total) return x->lost_total > y->lost_total ? -1 : 1;
    return by_name(a, b);
}

static void put_runs(struct fleet *fleet, const struct fleet_run *const *runs, size_t count) {
    const struct fleet_run **sorted = arena_array(fleet->arena, count + 1, sizeof(struct fleet_run *));
    for (size_t i = 0; i < count; i++) sorted[i] = runs[i];
    qsort(sorted, count, sizeof *sorted, by_name);
    fleet->runs = sorted;
    fleet->run_count = count;
    fleet->worst = arena_array(fleet->arena, count + 1, sizeof *fleet->worst);
    for (size_t i = 0; i < count; i++) {
        fleet->status[sorted[i]->status]++;
        if (sorted[i]->status == FLEET_ANALYSED && sorted[i]->lost_total > 0)
            fleet->worst[fleet->worst_count++] = sorted[i];
    }
    qsort(fleet->worst, fleet->worst_count, sizeof *fleet->worst, by_loss);
}

static void put_span(struct fleet *fleet, const struct fleet_run *run, const char **zone) {
    if (run->start == MILLIS_NONE || run->end == MILLIS_NONE) return;
    if (fleet->start == MILLIS_NONE || run->start < fleet->start) fleet->start = run->start;
    if (fleet->end == MILLIS_NONE || run->end > fleet->end) fleet->end = run->end;
    if (*zone != NULL && strcmp(*zone, run->zone) != 0) fleet->zones_differ = true;
    *zone = run->zone;
}

static void put_total(struct fleet *fleet) {
    struct tally tally = {0};
    struct exact idle = {0}, undated = {0};
    const char *zone = NULL;
    for (size_t i = 0; i < fleet->run_count; i++) {
        const struct fleet_run *run = fleet->runs[i];
        if (run->status != FLEET_ANALYSED) continue;
        tally_run(&tally, run, run->lost_total, fleet_is_slow(run));
        exact_add(&tally.hours, run->gpu_hours);
        exact_add(&idle, run->idle_gpu_hours);
        tally.below += square(run->lost_total - run->lost_low);
        tally.above += square(run->lost_high - run->lost_total);
        for (size_t k = 0; k < run->loss_count; k++)
            exact_add(&tally.by_cause[run->losses[k].cause], run->losses[k].gpu_hours);
        put_span(fleet, run, &zone);
        if (run->start != MILLIS_NONE && run->end != MILLIS_NONE) continue;
        fleet->undated++;
        exact_add(&undated, run->lost_total);
    }
    fleet->total = tally_sum(&tally, true, fleet->price);
    fleet->idle_gpu_hours = exact_value(&idle);
    fleet->undated_lost = exact_value(&undated);
}

// ── causes ──────────────────────────────────────────────────────────────────

static struct fleet_by_cause cause_sum(const struct fleet *fleet, enum cause cause) {
    struct tally tally = {0};
    double weight = 0, confidence = 0;
    for (size_t i = 0; i < fleet->run_count; i++) {
        const struct fleet_run *run = fleet->runs[i];
        if (run->status != FLEET_ANALYSED) continue;
        const struct fleet_loss *loss = fleet_loss_of(run, cause);
        bool verdict = run->cause == cause;
        if (!verdict && (loss == NULL || !(loss->gpu_hours > 0))) continue;
        double lost = loss == NULL ? 0 : loss->gpu_hours;
        tally_run(&tally, run, lost, verdict);
        if (loss != NULL) tally.below += square(lost - loss->low), tally.above += square(loss->high - lost);
        if (!verdict || !isfinite(run->confidence)) continue;
        // Runs that lost nothing count a little, so that causes without loss have a mean, too.
        double own = fmax(1e-6, isfinite(lost) ? lost : 0);
        weight += own;
        confidence += own * run->confidence;
    }
    struct fleet_by_cause sum = {cause, tally_sum(&tally, true, fleet->price), weight > 0 ? confidence / weight : NAN};
    sum.sum.gpu_hours = NAN;
    sum.sum.main = cause;
    sum.sum.main_lost = sum.sum.lost;
    return sum;
}

static int by_cost(const void *a, const void *b) {
    const struct fleet_by_cause *x = a, *y = b;
    if (x->sum.lost != y->sum.lost) return x->sum.lost > y->sum.lost ? -1 : 1;
    if (x->sum.slow != y->sum.slow) return x->sum.slow > y->sum.slow ? -1 : 1;
    return (x->cause > y->cause) - (x->cause < y->cause);
}

static void put_causes(struct fleet *fleet) {
    fleet->causes = arena_array(fleet->arena, CAUSE_COUNT_, sizeof *fleet->causes);
    for (int c = 0; c < CAUSE_COUNT_; c++) {
        struct fleet_by_cause sum = cause_sum(fleet, (enum cause)c);
        if (sum.sum.runs > 0) fleet->causes[fleet->cause_count++] = sum;
    }
    qsort(fleet->causes, fleet->cause_count, sizeof *fleet->causes, by_cost);
}

// ── how sure ────────────────────────────────────────────────────────────────

static void put_bands(struct fleet *fleet) {
    static const double edges[FLEET_BANDS + 1] = {0, 0.5, 0.7, 0.8, 0.9, 1};
    struct exact lost[FLEET_BANDS] = {{0, 0}};
    for (size_t i = 0; i < fleet->run_count; i++) {
        const struct fleet_run *run = fleet->runs[i];
        if (run->status != FLEET_ANALYSED || !isfinite(run->confidence)) continue;
        size_t band = FLEET_BANDS - 1;
        while (band > 0 && run->confidence < edges[band]) band--;
        fleet->bands[band].runs++;
        exact_add(&lost[band], run->lost_total);
    }
    for (size_t band = 0; band < FLEET_BANDS; band++) {
        fleet->bands[band].from = edges[band];
        fleet->bands[band].to = edges[band + 1];
        fleet->bands[band].lost = exact_value(&lost[band]);
    }
}

struct fleet *fleet_of(struct arena *arena, const struct fleet_run *const *runs, size_t count, double gpu_hour_cost) {
    struct fleet *fleet = arena_alloc(arena, sizeof *fleet);
    fleet->arena = arena;
    fleet->price = gpu_hour_cost;
    fleet->start = fleet->end = MILLIS_NONE;
    put_runs(fleet, runs, count);
    put_total(fleet);
    put_causes(fleet);
    put_bands(fleet);
    fleet_things(fleet);
    fleet_recurrences(fleet);
    fleet_trends(fleet);
    fleet_neighbours(fleet);
    fleet_missing_logs(fleet);
    return fleet;
}

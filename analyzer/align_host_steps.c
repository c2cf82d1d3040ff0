#include "analyzer/align_host_steps.h"

#include <math.h>
#include <string.h>

#include "analyzer/stats.h"
#include "core/lang.h"

// Steps that both logs must print to be compared, and the most that are looked at.
enum { STEPS_LEAST = 20, STEPS_SEEN_MOST = 20000 };
// Chance that the intervals of unrelated jobs vary together like that.
#define CHANCE_MOST 1e-4
// Lines are printed and flushed within this; whole seconds are rounded down.
#define PRINT_SECONDS 2.0

struct steps {
    double *number, *at;  // ascending; seconds on the host's run clock
    size_t count;
};

static const struct column *column_of(const struct source *source, const struct table **table) {
    *table = source_find(source, "job");
    return *table == NULL || (*table)->entity_kind != ENTITY_JOB ? NULL : table_find(*table, "step");
}

// Up to the first number that does not grow: what follows counts anew.
static struct steps steps_of(const struct step_log *log, struct arena *arena) {
    struct steps steps = {0};
    const struct table *table;
    const struct column *column = column_of(log->source, &table);
    if (column == NULL) return steps;
    size_t most = table->row_count < STEPS_SEEN_MOST ? table->row_count : STEPS_SEEN_MOST;
    steps.number = arena_array(arena, most, sizeof *steps.number);
    steps.at = arena_array(arena, most, sizeof *steps.at);
    for (size_t i = 0; i < table->row_count && steps.count < most; i++) {
        millis at = clock_to_run(log->clock, table->time[i], table->line[i]);
        if (isnan(column->values[i]) || at == MILLIS_NONE) continue;
        if (steps.count > 0 && column->values[i] <= steps.number[steps.count - 1]) break;
        steps.number[steps.count] = column->values[i];
        steps.at[steps.count++] = (double)at / 1000;
    }
    return steps;
}

// Times of the steps that both print.
static size_t shared_steps(const struct steps *a, const struct steps *b, double *x, double *y) {
    size_t count = 0;
    size_t k = 0;
    for (size_t i = 0; i < a->count; i++) {
        while (k < b->count && b->number[k] < a->number[i]) k++;
        if (k == b->count) break;
        if (b->number[k] != a->number[i]) continue;
        x[count] = a->at[i];
        y[count++] = b->at[k];
    }
    return count;
}

bool align_host_steps(const struct step_log *reference, const struct step_log *other, struct arena *arena,
                      struct host_link *out) {
    struct arena *work = arena_new();
    struct steps a = steps_of(reference, work);
    struct steps b = steps_of(other, work);
    double *x = arena_array(work, a.count, sizeof *x);
    double *y = arena_array(work, a.count, sizeof *y);
    double *lead = arena_array(work, a.count, sizeof *lead);
    size_t count = shared_steps(&a, &b, x, y);
    bool proved = count >= STEPS_LEAST;
    double chance = 1;
    for (size_t i = 0; i < count; i++) lead[i] = y[i] - x[i];
    double middle = stats_median(lead, count);
    double spread = 1.4826 * stats_mad(lead, count);
    if (proved) {
        for (size_t i = 0; i + 1 < count; i++) {
            x[i] = x[i + 1] - x[i];
            y[i] = y[i + 1] - y[i];
        }
        double r = stats_pearson(x, y, count - 1);
        chance = stats_correlation_p(r, (double)(count - 1));
        proved = r > 0 && chance <= CHANCE_MOST && spread <= PRINT_SECONDS;
    }
    arena_free(work);
    if (!proved) return false;
    bool none = fabs(middle) <= PRINT_SECONDS;
    *out = (struct host_link){.lead = none ? 0 : middle,
                              .uncertainty = PRINT_SECONDS + spread,
                              .method = none ? CLOCK_ASSUMED : CLOCK_ESTIMATED,
                              .established = true,
                              .together = true};
    out->note = arena_printf(arena,
                             tr("%+.0f s against the first host, shown by %zu steps that the training logs of both "
                                "print (p = %.1g)"),
                             out->lead, count, chance);
    return true;
}

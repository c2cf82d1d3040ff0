// The tests of a comparison: blocks instead of samples, because samples that follow each other are no independent
// witnesses, and an allowance for what two runs of one set-up differ by, because no number of samples of two runs
// tells how much runs differ.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/comparison_parts.h"
#include "analyzer/stats.h"

// The level of each of the two families of tests, causes and quantities: 0.05 in all. Causes are few and asked for
// first; among the quantities a true one would drown.
#define Q_MOST 0.025
// Half a share of the loss that anybody would act on: a smaller one is no change, however sure.
#define SHARE_LEAST 0.05
// Shares of lost time between equal runs: 3 points, and a twentieth of what is lost; and two bins in which it is hard
// to tell whether the job had begun or ended.
#define SHARE_ABSOLUTE 0.03
#define SHARE_RELATIVE 0.05
#define EDGE_SECONDS 20.0

// Standard deviations between two runs of one set-up, of the difference. They are allowances, not measurements of the
// runs at hand, and meant to be on the safe side: what is named as a change shall be one. Step times and clocks repeat
// within a few per cent; waiting times and queues of disks do not.
static const struct quantity_row rows[] = {
    {"step_time", 1, 0.03, 0.0005, false},
    {"throughput", -1, 0.03, 0, false},
    {"utilization.gpu", -1, 0, 4, false},
    {"utilization.memory", 0, 0.10, 3, true},
    {"memory.used", 0, 0.05, 200, true},
    {"power.draw", 0, 0.05, 5, true},
    {"temperature.gpu", 0, 0.02, 3, true},
    {"clocks.current.sm", -1, 0.04, 15, true},
    {"clocks.sm", -1, 0.04, 15, true},
    {"pcie.link.gen.current", -1, 0, 0.2, true},
    {"pcie.link.width.current", -1, 0, 0.5, true},
    {"r_await", 1, 0.20, 0.5, false},
    {"w_await", 1, 0.30, 1, false},
    {"await", 1, 0.20, 0.5, false},
    {"r/s", 0, 0.15, 3, false},
    {"w/s", 0, 0.30, 3, false},
    {"rkB/s", 0, 0.15, 300, false},
    {"wkB/s", 0, 0.30, 1000, false},
    {"rareq-sz", 0, 0.15, 4, false},
    {"aqu-sz", 0, 0.25, 0.5, false},
    {"%util", 0, 0.10, 4, false},
    {"%user", 0, 0.10, 3, false},
    {"%usr", 0, 0.10, 3, false},
    {"us", 0, 0.10, 3, false},
    {"%system", 0, 0.15, 2, false},
    {"%sys", 0, 0.15, 2, false},
    {"sy", 0, 0.15, 2, false},
    {"%iowait", 1, 0.20, 3, false},
    {"wa", 1, 0.20, 3, false},
    {"%steal", 1, 0.20, 1, false},
    {"st", 1, 0.20, 1, false},
    {"si", 1, 0.50, 100, false},
    {"so", 1, 0.50, 100, false},
    {"b", 1, 0.30, 1, false},
    {"rxkB/s", 0, 0.20, 500, false},
    {"txkB/s", 0, 0.20, 500, false},
};

const struct quantity_row *quantity_row(const char *quantity) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, quantity) == 0) return &rows[i];
    return NULL;
}

const char *const *quantities_of(enum cause cause) {
    static const char *const read[] = {"r_await", "await", "rareq-sz", "rkB/s", "%util", NULL};
    static const char *const written[] = {"w_await", "wkB/s", "%util", NULL};
    static const char *const cpu[] = {"%usr", "%user", "us", NULL};
    static const char *const memory[] = {"si", "so", "%iowait", "wa", NULL};
    static const char *const heat[] = {"temperature.gpu", "clocks.current.sm", "clocks.sm", NULL};
    static const char *const clocks[] = {"clocks.current.sm", "clocks.sm", "power.draw", NULL};
    static const char *const link[] = {"pcie.link.width.current", "pcie.link.gen.current", NULL};
    static const char *const use[] = {"utilization.gpu", NULL};
    switch (cause) {
        case CAUSE_STORAGE_READ:
            return read;
        case CAUSE_STORAGE_WRITE:
            return written;
        case CAUSE_CPU_PREPROCESSING:
            return cpu;
        case CAUSE_HOST_MEMORY:
            return memory;
        case CAUSE_GPU_THERMAL:
            return heat;
        case CAUSE_GPU_POWER_CAP:
        case CAUSE_GPU_CLOCK_HELD:
        case CAUSE_GPU_STRAGGLER:
            return clocks;
        case CAUSE_PCIE_DEGRADED:
            return link;
        default:
            return use;
    }
}

static double variance_of(const struct trait *trait) {
    double variance = stats_variance(trait->blocks, trait->block_count);
    return isfinite(variance) ? variance : 0;
}

// Hodges and Lehmann: the median of all differences between a block after and a block before.
static double hodges_lehmann(const struct trait *before, const struct trait *after) {
    size_t count = before->block_count * after->block_count;
    double *all = malloc(count * sizeof *all);
    if (all == NULL) return after->level - before->level;
    for (size_t i = 0; i < before->block_count; i++)
        for (size_t k = 0; k < after->block_count; k++)
            all[i * after->block_count + k] = after->blocks[k] - before->blocks[i];
    double median = stats_median(all, count);
    free(all);
    return median;
}

// Welch and Satterthwaite's degrees of freedom; the allowance counts as known.
static double degrees(double a, double na, double b, double nb, double known) {
    double below = a * a / fmax(1, na - 1) + b * b / fmax(1, nb - 1);
    double sum = a + b + known;
    return below > 0 ? fmin(1e6, sum * sum / below) : 1e6;
}

// t with P(|T| > t) = 0.05, by halving.
static double critical(double df) {
    double low = 1.9, high = 13;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        *(stats_student_two_sided(middle, df) > 0.05 ? &low : &high) = middle;
    }
    return high;
}

void difference_test(struct difference *d, const struct quantity_row *row) {
    const struct trait *a = d->before, *b = d->after;
    d->shift = hodges_lehmann(a, b);
    d->ratio = a->level != 0 && (b->level > 0) == (a->level > 0) ? b->level / a->level : NAN;
    double relative = row->relative * (fabs(a->level) + fabs(b->level)) / 2;
    d->allowance = sqrt(row->absolute * row->absolute + relative * relative);
    d->band = fmax(2 * d->allowance, stats_scale(a->blocks, a->block_count));
    d->p = d->q = d->low = d->high = NAN;
    if (a->block_count < 4 || b->block_count < 4) return;
    double va = variance_of(a) / a->effective, vb = variance_of(b) / b->effective;
    double known = d->allowance * d->allowance, error = sqrt(va + vb + known);
    double df = degrees(va, a->effective, vb, b->effective, known);
    d->low = d->shift - critical(df) * error;
    d->high = d->shift + critical(df) * error;
    d->p = stats_student_two_sided(d->shift / error, df);
    d->worse = d->shift > 0 ? row->worse : d->shift < 0 ? -row->worse : 0;
}

static double error_of(const struct share *share) {
    return isfinite(share->low) && isfinite(share->high) ? fmax(0, share->high - share->low) / 3.92 : 0;
}

void share_test(struct cause_difference *d, const struct contrast *c) {
    d->shift = d->after.share - d->before.share;
    double relative = SHARE_RELATIVE * (d->after.share + d->before.share) / 2;
    double a = error_of(&d->before), b = error_of(&d->after);
    double x = EDGE_SECONDS / fmax(1, c->baseline->job_seconds), y = EDGE_SECONDS / fmax(1, c->run->job_seconds);
    double error = sqrt(a * a + b * b + SHARE_ABSOLUTE * SHARE_ABSOLUTE + relative * relative + x * x + y * y);
    d->low = fmax(-1, d->shift - 1.96 * error);
    d->high = fmin(1, d->shift + 1.96 * error);
    d->p = isfinite(d->shift) ? 2 * stats_normal_upper(fabs(d->shift) / error) : NAN;
    d->q = NAN;
}

static enum cause_change change_of(const struct cause_difference *d) {
    if (!(d->q <= Q_MOST) || fabs(d->shift) < SHARE_LEAST) return CAUSE_SAME;
    if (d->shift > 0) return d->before.share < 0.01 ? CAUSE_NEW : CAUSE_MORE;
    return d->after.share < 0.01 ? CAUSE_GONE : CAUSE_LESS;
}

static double strength(const struct difference *d) { return fabs(d->shift) / d->allowance; }

static int by_strength(const void *a, const void *b) {
    const struct difference *x = a, *y = b;
    if (x->material != y->material) return x->material ? -1 : 1;
    if (strength(x) != strength(y)) return strength(x) > strength(y) ? -1 : 1;
    int order = strcmp(x->after->entity, y->after->entity);
    if (order == 0) order = strcmp(x->after->quantity, y->after->quantity);
    return order != 0 ? order : (int)x->after->phase - (int)y->after->phase;
}

static void correct_quantities(struct contrast *c) {
    double *p = calloc(c->difference_count + 1, sizeof *p);
    if (p == NULL) return;
    for (size_t i = 0; i < c->difference_count; i++) p[i] = c->differences[i].p;
    stats_benjamini_hochberg(p, c->difference_count, p);
    for (size_t i = 0; i < c->difference_count; i++) {
        struct difference *d = &c->differences[i];
        d->q = p[i];
        d->material = d->q <= Q_MOST && fabs(d->shift) >= d->band;
        c->material_count += d->material;
        c->tests += isfinite(d->p);
    }
    free(p);
    if (c->difference_count > 1) qsort(c->differences, c->difference_count, sizeof *c->differences, by_strength);
}

static void correct_causes(struct contrast *c) {
    double p[CAUSE_COUNT_ + 1];
    for (size_t i = 0; i < c->cause_count; i++) p[i] = c->causes[i].p;
    p[c->cause_count] = c->total.p;
    for (size_t i = 0; i <= c->cause_count; i++) c->tests += isfinite(p[i]);
    stats_benjamini_hochberg(p, c->cause_count + 1, p);
    for (size_t i = 0; i < c->cause_count; i++) {
        c->causes[i].q = p[i];
        c->causes[i].change = change_of(&c->causes[i]);
    }
    c->total.q = p[c->cause_count];
    c->total.change = change_of(&c->total);
}

void contrast_correct(struct contrast *c) {
    correct_quantities(c);
    correct_causes(c);
}

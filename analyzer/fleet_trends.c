// The fleet over time, and the logs that are missing.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/fleet_parts.h"
#include "core/arena.h"

static const millis day = 86400000;

// Up to a month by day, up to half a year by week, up to ten years by month: at most some 120 periods, each with a
// chance of several runs.
static enum fleet_step step_of(millis span) {
    return span <= 31 * day     ? FLEET_BY_DAY
           : span <= 184 * day  ? FLEET_BY_WEEK
           : span <= 3653 * day ? FLEET_BY_MONTH
                                : FLEET_BY_YEAR;
}

static int64_t days_of(millis at) { return at / day - (at % day < 0); }

// When the period of this time begins. Weeks begin on Monday; 1970-01-01 was a Thursday.
static millis period_start(enum fleet_step step, millis at) {
    int64_t days = days_of(at);
    int year, month, number;
    when_date(days, &year, &month, &number);
    switch (step) {
        case FLEET_BY_WEEK:
            days -= ((days + 3) % 7 + 7) % 7;
            break;
        case FLEET_BY_MONTH:
            days = when_days(year, month, 1);
            break;
        case FLEET_BY_YEAR:
            days = when_days(year, 1, 1);
            break;
        case FLEET_BY_DAY:
            break;
    }
    return days * day;
}

static millis period_end(enum fleet_step step, millis start) {
    if (step == FLEET_BY_DAY) return start + day;
    if (step == FLEET_BY_WEEK) return start + 7 * day;
    // A little into the next period, and back to its beginning.
    return period_start(step, start + (step == FLEET_BY_MONTH ? 31 : 366) * day);
}

static bool is_dated(const struct fleet_run *run) {
    // Beyond the years 1 to 9999 there are no dates.
    return run->status == FLEET_ANALYSED && run->start != MILLIS_NONE && run->end != MILLIS_NONE &&
           run->start >= -62135596800000 && run->start <= 253402300799999;
}

static int by_start(const void *a, const void *b) {
    const struct fleet_run *x = *(const struct fleet_run *const *)a, *y = *(const struct fleet_run *const *)b;
    return (x->start > y->start) - (x->start < y->start);
}

static struct fleet_period period_of(enum fleet_step step, millis start, const struct fleet_run *const *runs,
                                     size_t count) {
    struct fleet_period period = {.start = start, .end = period_end(step, start), .runs = count};
    struct exact hours = {0}, lost = {0}, by_cause[CAUSE_COUNT_] = {{0, 0}};
    for (size_t i = 0; i < count; i++) {
        exact_add(&hours, runs[i]->gpu_hours);
        exact_add(&lost, runs[i]->lost_total);
        for (size_t k = 0; k < runs[i]->loss_count; k++)
            exact_add(&by_cause[runs[i]->losses[k].cause], runs[i]->losses[k].gpu_hours);
    }
    period.gpu_hours = exact_value(&hours);
    period.lost = exact_value(&lost);
    for (int c = 0; c < CAUSE_COUNT_; c++) period.by_cause[c] = exact_value(&by_cause[c]);
    return period;
}

enum { EMPTY_MOST = 400 };

static void put_periods(struct fleet *fleet, const struct fleet_run *const *runs, size_t count) {
    size_t room = count + EMPTY_MOST + 1;
    fleet->periods = arena_array(fleet->arena, room, sizeof *fleet->periods);

    millis lengths[] = {day, 7 * day, 28 * day, 365 * day};
    bool fill = (runs[count - 1]->start - runs[0]->start) / lengths[fleet->step] < EMPTY_MOST;
    for (size_t from = 0, to; from < count; from = to) {
        millis start = period_start(fleet->step, runs[from]->start), end = period_end(fleet->step, start);
        for (to = from; to < count && runs[to]->start < end;) to++;
        const struct fleet_period *last = fleet->period_count == 0 ? NULL : &fleet->periods[fleet->period_count - 1];
        for (millis at = last == NULL ? start : last->end; fill && at < start; at = period_end(fleet->step, at))
            fleet->periods[fleet->period_count++] = period_of(fleet->step, at, NULL, 0);
        fleet->periods[fleet->period_count++] = period_of(fleet->step, start, &runs[from], to - from);
    }
}

void fleet_trends(struct fleet *fleet) {
    const struct fleet_run **dated = arena_array(fleet->arena, fleet->run_count + 1, sizeof *dated);
    size_t count = 0;
    for (size_t i = 0; i < fleet->run_count; i++)
        if (is_dated(fleet->runs[i])) dated[count++] = fleet->runs[i];
    if (count == 0) return;
    qsort(dated, count, sizeof *dated, by_start);
    fleet->step = step_of(dated[count - 1]->start - dated[0]->start);
    put_periods(fleet, dated, count);
}

// ── missing logs ────────────────────────────────────────────────────────────

static double unknown_of(const struct fleet_run *run) {
    const struct fleet_loss *loss = fleet_loss_of(run, CAUSE_UNKNOWN);
    return run->status == FLEET_ANALYSED && loss != NULL && loss->gpu_hours > 0 ? loss->gpu_hours : 0;
}

static int by_settle(const void *a, const void *b) {
    const struct fleet_run *x = *(const struct fleet_run *const *)a, *y = *(const struct fleet_run *const *)b;
    int order = strcmp(x->settle, y->settle);
    if (order == 0) order = strcmp(x->host, y->host);
    return order != 0 ? order : strcmp(x->run, y->run);
}

static struct fleet_missing missing_of(struct arena *arena, const struct fleet_run *const *runs, size_t count) {
    struct fleet_missing missing = {.settle = runs[0]->settle, .runs = count, .hosts = ""};
    const size_t named_most = 8;
    struct exact sum = {0};
    for (size_t i = 0; i < count; i++) {
        exact_add(&sum, unknown_of(runs[i]));
        if (runs[i]->host[0] == '\0' || (i > 0 && strcmp(runs[i]->host, runs[i - 1]->host) == 0)) continue;
        missing.host_count++;
        if (missing.host_count <= named_most)
            missing.hosts =
                arena_printf(arena, "%s%s%s", missing.hosts, missing.hosts[0] == '\0' ? "" : ", ", runs[i]->host);
    }
    if (missing.host_count > named_most) missing.hosts = arena_printf(arena, "%s, …", missing.hosts);
    missing.unknown_hours = exact_value(&sum);
    return missing;
}

static int by_hours(const void *a, const void *b) {
    const struct fleet_missing *x = a, *y = b;
    if (x->unknown_hours != y->unknown_hours) return x->unknown_hours > y->unknown_hours ? -1 : 1;
    return strcmp(x->settle, y->settle);
}

void fleet_missing_logs(struct fleet *fleet) {
    const struct fleet_run **open = arena_array(fleet->arena, fleet->run_count + 1, sizeof *open);
    size_t count = 0;
    for (size_t i = 0; i < fleet->run_count; i++) {
        const struct fleet_run *run = fleet->runs[i];
        // Under another verdict the log would settle that, not what is unknown beside it.
        if (run->cause == CAUSE_UNKNOWN && unknown_of(run) > 0 && run->settle[0] != '\0') open[count++] = run;
    }
    qsort(open, count, sizeof *open, by_settle);
    fleet->missing = arena_array(fleet->arena, count + 1, sizeof *fleet->missing);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && strcmp(open[to]->settle, open[from]->settle) == 0;) to++;
        fleet->missing[fleet->missing_count++] = missing_of(fleet->arena, &open[from], to - from);
    }
    qsort(fleet->missing, fleet->missing_count, sizeof *fleet->missing, by_hours);
}

// relations.c: what goes with the loss, beyond the rules of the causes: correlations that hold under autocorrelation,
// dose and response, change points, periods, singular events.
#include <stdlib.h>
#include <string.h>

#include "analyzer/anomaly.h"
#include "analyzer/cause.h"
#include "analyzer/changes.h"
#include "analyzer/correlate.h"
#include "analyzer/nodes.h"
#include "analyzer/period.h"
#include "core/lang.h"

// ── correlations ────────────────────────────────────────────────────────────

// The loss as the dependent series: only where a job works.
static float *loss_series(const struct run *run) {
    float *loss = grid_empty(run);
    for (size_t i = 0; i < run->bins; i++)
        if (run->active[i] > 0 && run->dead_cause[i] == CAUSE_COUNT_) loss[i] = run->out->lost_share[i];
    return loss;
}

// What may explain the loss. A descendant of it (GPU power, its own utilisation) may not.
static bool explanatory(const struct grid_series *series) {
    static const char *const disk[] = {"r_await", "w_await", "await", "%util", "rkB/s",
                                       "wkB/s",   "aqu-sz",  "r/s",   "w/s"};
    static const char *const cpu[] = {"%iowait", "%idle", "%user", "%usr", "%system", "%sys", "%steal"};
    static const char *const host[] = {"si", "so", "b", "r", "wa", "id"};
    static const char *const gpu[] = {"temperature.gpu", "clocks.current.sm"};
    const char *const *names = NULL;
    size_t count = 0;
    switch (series->table->entity_kind) {
        case ENTITY_DISK:
            names = disk, count = sizeof disk / sizeof disk[0];
            break;
        case ENTITY_CPU:
            names = cpu, count = sizeof cpu / sizeof cpu[0];
            break;
        case ENTITY_HOST:
            names = host, count = sizeof host / sizeof host[0];
            break;
        case ENTITY_GPU:
            names = gpu, count = sizeof gpu / sizeof gpu[0];
            break;
        case ENTITY_NET:
            return strcmp(series->column->quantity, "rxkB/s") == 0;
        default:
            return false;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(series->column->quantity, names[i]) == 0) return true;
    return false;
}

// Whether more of it should go with more loss: a load or a delay rises, idle CPUs and clocks fall.
static bool sign_fits(const char *quantity, double spearman) {
    static const char *const falling[] = {"%idle", "id", "clocks.current.sm"};
    for (size_t i = 0; i < sizeof falling / sizeof falling[0]; i++)
        if (strcmp(quantity, falling[i]) == 0) return spearman < 0;
    return spearman > 0;
}

// A series that cannot be a cause: a steadily growing count, or a fan of another device.
static bool control(const struct grid_series *series) {
    return strcmp(series->column->quantity, "fan.speed") == 0 || strcmp(series->column->quantity, "buff") == 0;
}

static int by_strength(const void *a, const void *b) {
    const struct correlation *x = a;
    const struct correlation *y = b;
    if (x->q != y->q) return (x->q > y->q) - (x->q < y->q);
    return (fabs(x->spearman) < fabs(y->spearman)) - (fabs(x->spearman) > fabs(y->spearman));
}

enum { PAIRS_MOST = 120 };

// What a host shows whose clock is not proved against the others' says nothing about the loss of all.
static bool clock_shared(const struct run *run, const struct grid_series *series) {
    const struct node *node = node_of(run, series->source);
    return node == NULL || node->link.established;
}

static void find_correlations(struct run *run, const float *loss) {
    struct correlation *list = arena_array(run->arena, PAIRS_MOST, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < run->out->series_count && count < PAIRS_MOST; i++) {
        const struct grid_series *series = &run->out->series[i];
        bool is_control = control(series);
        if (!is_control && !explanatory(series)) continue;
        if (!clock_shared(run, series)) continue;
        const struct source_clock *clock = run_clock(run, series->source);
        struct correlation *c = &list[count];
        *c = (struct correlation){.a_entity = "job", .a_quantity = N_("lost share of GPU time")};
        if (!correlate_pair(loss, series->mean, run->bins, run->dt, clock->uncertainty_seconds, run->arena, c))
            continue;
        c->b_entity = series->table->entity;
        c->b_quantity = series->column->quantity;
        c->negative_control = is_control;
        count++;
    }
    correlate_adjust(list, count);
    for (size_t i = 0; i < count; i++) {
        if (list[i].negative_control && list[i].significant && fabs(list[i].spearman) > 0.5)
            run->out->negative_control_failed = true;
        list[i].words = !list[i].significant                               ? tr("no relation shown")
                        : !sign_fits(list[i].b_quantity, list[i].spearman) ? tr("falls off with the work: no cause")
                        : list[i].lag_holds && list[i].lag_seconds > 0     ? tr("precedes the loss")
                        : list[i].lag_holds && list[i].lag_seconds < 0     ? tr("follows the loss")
                                                                           : tr("coincides with the loss");
    }
    qsort(list, count, sizeof *list, by_strength);
    run->out->correlations = list;
    run->out->correlation_count = count;
    run->out->correlation_tests = count;
}

// ── dose and response ───────────────────────────────────────────────────────

struct pair {
    float dose, loss;
};

static int by_dose(const void *a, const void *b) {
    float x = ((const struct pair *)a)->dose;
    float y = ((const struct pair *)b)->dose;
    return (x > y) - (x < y);
}

static bool dose_of(const struct run *run, const struct grid_series *series, const float *loss,
                    struct dose_response *dose) {
    struct pair *pairs = malloc((run->bins + 1) * sizeof *pairs);
    if (pairs == NULL) return false;
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i++)
        if (!isnan(series->mean[i]) && !isnan(loss[i])) pairs[count++] = (struct pair){series->mean[i], loss[i]};
    qsort(pairs, count, sizeof *pairs, by_dose);
    bool enough = count >= 25 && pairs[count - 1].dose > pairs[0].dose;
    for (size_t k = 0; enough && k < 5; k++) {
        size_t from = count * k / 5;
        size_t to = count * (k + 1) / 5;
        double sum = 0;
        for (size_t i = from; i < to; i++) sum += (double)pairs[i].loss;
        dose->dose[k] = (double)pairs[(from + to) / 2].dose;
        dose->loss[k] = sum / (double)(to - from);
    }
    free(pairs);
    dose->count = enough ? 5 : 0;
    int up = 0;
    int down = 0;
    for (size_t k = 1; k < dose->count; k++) {
        up += dose->loss[k] >= dose->loss[k - 1];
        down += dose->loss[k] <= dose->loss[k - 1];
    }
    dose->monotone = enough && (up == 4 || down == 4);
    return enough;
}

enum { DOSES_MOST = 4 };

static void add_dose(struct run *run, struct dose_response *list, size_t *count, const char *entity,
                     const char *quantity, const float *loss) {
    for (size_t i = 0; i < *count; i++)
        if (strcmp(list[i].entity, entity) == 0 && strcmp(list[i].quantity, quantity) == 0) return;
    for (size_t i = 0; i < run->out->series_count && *count < DOSES_MOST; i++) {
        const struct grid_series *series = &run->out->series[i];
        if (strcmp(series->table->entity, entity) != 0 || strcmp(series->column->quantity, quantity) != 0) continue;
        list[*count] = (struct dose_response){
            .entity = series->table->entity, .quantity = series->column->quantity, .unit = series->column->unit};
        if (dose_of(run, series, loss, &list[*count])) (*count)++;
        return;
    }
}

// What the verdict names comes first, then what else goes with the loss in the direction of a cause.
static void find_doses(struct run *run) {
    static const struct {
        enum cause cause;
        const char *entity;  // NULL: the verdict's
        const char *quantities[3];
    } shown[] = {
        {CAUSE_STORAGE_READ, NULL, {"r_await", "%util", "rkB/s"}},
        {CAUSE_DISK_FAILING, NULL, {"r_await", "%util", "rkB/s"}},
        {CAUSE_STORAGE_WRITE, NULL, {"wkB/s", "w_await", "%util"}},
        {CAUSE_CPU_PREPROCESSING, "cpu", {"%idle", "%user", "%usr"}},
        {CAUSE_HOST_MEMORY, "host", {"si", "so", "wa"}},
        {CAUSE_GPU_THERMAL, NULL, {"temperature.gpu", "clocks.current.sm", ""}},
        {CAUSE_GPU_POWER_CAP, NULL, {"clocks.current.sm", "", ""}},
        {CAUSE_GPU_STRAGGLER, NULL, {"clocks.current.sm", "", ""}},
        {CAUSE_INPUT_ELSEWHERE, "cpu", {"%iowait", "", ""}},
    };
    float *loss = loss_series(run);
    struct dose_response *list = arena_array(run->arena, DOSES_MOST, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        for (size_t q = 0; q < 3 && shown[i].cause == run->out->verdict.cause; q++)
            if (shown[i].quantities[q][0] != '\0')
                add_dose(run, list, &count, shown[i].entity != NULL ? shown[i].entity : run->out->verdict.entity,
                         shown[i].quantities[q], loss);
    for (size_t c = 0; c < run->out->correlation_count; c++) {
        const struct correlation *pair = &run->out->correlations[c];
        if (pair->significant && !pair->negative_control && sign_fits(pair->b_quantity, pair->spearman))
            add_dose(run, list, &count, pair->b_entity, pair->b_quantity, loss);
    }
    run->out->doses = list;
    run->out->dose_count = count;
}

// ── lags ────────────────────────────────────────────────────────────────────

static const struct grid_series *series_named(const struct run *run, const char *entity, const char *quantity) {
    for (size_t i = 0; i < run->out->series_count; i++) {
        const struct grid_series *series = &run->out->series[i];
        if (strcmp(series->table->entity, entity) == 0 && strcmp(series->column->quantity, quantity) == 0)
            return series;
    }
    return NULL;
}

static const struct correlation *relation_of(const struct run *run, const struct lag_curve *curve) {
    for (size_t i = 0; i < run->out->correlation_count; i++) {
        const struct correlation *c = &run->out->correlations[i];
        if (strcmp(c->b_entity, curve->entity) == 0 && strcmp(c->b_quantity, curve->quantity) == 0) return c;
    }
    return NULL;
}

// What leads is said only where it also held in both halves and in resampling (correlate_pair).
static const char *lag_words(const struct run *run, const struct lag_curve *curve) {
    double peak = 0;
    for (size_t i = 0; i < curve->count; i++) peak = fmax(peak, isnan(curve->r[i]) ? 0 : fabs(curve->r[i]));
    const struct correlation *relation = relation_of(run, curve);
    if (!(peak > curve->band)) return tr("no lag stands out of the band");
    if (!(fabs(curve->peak_seconds) > curve->uncertainty_seconds))
        return tr("together, as far as clocks and bins can tell");
    if (relation == NULL || !relation->lag_holds) return tr("a peak that does not hold in both halves of the run");
    return curve->peak_seconds > 0 ? tr("ahead of the loss") : tr("behind the loss");
}

static void find_lags(struct run *run) {
    float *loss = loss_series(run);
    struct lag_curve *list = arena_array(run->arena, run->out->dose_count + 1, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < run->out->dose_count; i++) {
        const struct dose_response *dose = &run->out->doses[i];
        const struct grid_series *series = series_named(run, dose->entity, dose->quantity);
        struct lag_curve *curve = &list[count];
        *curve = (struct lag_curve){.entity = dose->entity, .quantity = dose->quantity, .peak_seconds = NAN};
        if (series == NULL || !correlate_lags(loss, series->mean, run->bins, run->dt, run->arena, curve)) continue;
        curve->uncertainty_seconds = run->dt + run_clock(run, series->source)->uncertainty_seconds;
        curve->words = lag_words(run, curve);
        count++;
    }
    run->out->lags = list;
    run->out->lag_count = count;
}

// ── changes, periods, singular events ───────────────────────────────────────

static millis bin_time(const struct run *run, size_t bin) {
    return run->start + (millis)((double)bin * run->dt * 1000);
}

// Present values with an index map: the detectors know nothing of gaps.
static size_t compress(const float *values, size_t bins, double *kept, size_t *index) {
    size_t count = 0;
    for (size_t i = 0; i < bins; i++) {
        if (isnan(values[i])) continue;
        kept[count] = (double)values[i];
        index[count++] = i;
    }
    return count;
}

enum { CHANGES_MOST = 60, ANOMALIES_MOST = 60 };

static void changes_of(struct run *run, const struct grid_series *series, struct change *list, size_t *count,
                       double *kept, size_t *index) {
    size_t n = compress(series->mean, run->bins, kept, index);
    struct change_point *points = NULL;
    size_t found = changes_find(kept, n, NULL, run->arena, &points);
    for (size_t i = 0; i < found && *count < CHANGES_MOST; i++)
        list[(*count)++] = (struct change){.at = bin_time(run, index[points[i].index]),
                                           .low = bin_time(run, index[points[i].low]),
                                           .high = bin_time(run, index[points[i].high]),
                                           .entity = series->table->entity,
                                           .quantity = series->column->quantity,
                                           .before = points[i].before,
                                           .after = points[i].after,
                                           .unit = series->column->unit,
                                           .p = points[i].p};
}

// Only while a job works: its beginning and end are excursions of everything.
static size_t compress_job(const struct run *run, const float *values, double *kept, size_t *index) {
    size_t margin = (size_t)ceil(60 / run->dt);
    size_t first = 0;
    size_t last = run->bins;
    while (first < run->bins && !(run->active[first] > 0)) first++;
    while (last > first && !(run->active[last - 1] > 0)) last--;
    size_t count = 0;
    for (size_t i = first + margin; i + margin < last; i++) {
        if (isnan(values[i]) || !(run->active[i] > 0)) continue;
        kept[count] = (double)values[i];
        index[count++] = i;
    }
    return count;
}

// An event that several series show is told once, by the one that shows it most.
static void add_anomaly(struct anomaly *list, size_t *count, struct anomaly found, double slack_ms) {
    for (size_t i = 0; i < *count; i++) {
        if ((double)(found.start - list[i].end) > slack_ms || (double)(list[i].start - found.end) > slack_ms) continue;
        if (found.score > list[i].score) list[i] = found;
        return;
    }
    if (*count < ANOMALIES_MOST) list[(*count)++] = found;
}

static void anomalies_of(struct run *run, const struct grid_series *series, struct anomaly *list, size_t *count,
                         double *kept, size_t *index) {
    size_t n = compress_job(run, series->mean, kept, index);
    struct anomaly_peak *peaks = NULL;
    size_t found = anomalies_find(kept, n, run->arena, &peaks);
    for (size_t i = 0; i < found; i++) {
        const char *value = unit_show(run->arena, peaks[i].value, series->column->unit);
        const char *usual = unit_show(run->arena, peaks[i].usual, series->column->unit);
        if (strcmp(value, usual) == 0) continue;
        struct anomaly anomaly = {
            .start = bin_time(run, index[peaks[i].start]),
            .end = bin_time(run, index[peaks[i].end]) + (millis)(run->dt * 1000),
            .entity = series->table->entity,
            .quantity = series->column->quantity,
            .value = peaks[i].value,
            .usual = peaks[i].usual,
            .score = peaks[i].score,
            .unit = series->column->unit,
            .sentence = arena_printf(run->arena,
                                     tr("%s of %s is %s, usually %s; no other excursion of this log comes near it."),
                                     series->column->quantity, series->table->entity, value, usual),
            .next = tr("Look at what the logs say at that time."),
        };
        add_anomaly(list, count, anomaly, 2000 * run->dt);
    }
}

static int by_score(const void *a, const void *b) {
    double x = ((const struct anomaly *)a)->score;
    double y = ((const struct anomaly *)b)->score;
    return (x < y) - (x > y);
}

static int by_start(const void *a, const void *b) {
    millis x = ((const struct anomaly *)a)->start;
    millis y = ((const struct anomaly *)b)->start;
    return (x > y) - (x < y);
}

// The ten that stand out most, in the order of time.
static size_t keep_most(struct anomaly *list, size_t count) {
    enum { KEPT = 10 };
    qsort(list, count, sizeof *list, by_score);
    if (count > KEPT) count = KEPT;
    qsort(list, count, sizeof *list, by_start);
    return count;
}

static bool tells_of_changes(const struct grid_series *series) {
    static const char *const names[] = {
        "utilization.gpu", "clocks.current.sm", "rkB/s", "wkB/s", "step_time", "si", "%idle"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(series->column->quantity, names[i]) == 0) return true;
    return false;
}

static bool shows_anomalies(const struct grid_series *series) {
    static const char *const names[] = {
        "utilization.gpu", "clocks.current.sm", "temperature.gpu", "r_await", "w_await", "await",
        "%util",           "step_time",         "%idle",           "%iowait", "si",      "rxkB/s"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(series->column->quantity, names[i]) == 0) return true;
    return false;
}

static int by_time(const void *a, const void *b) {
    const struct change *x = a;
    const struct change *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void find_events(struct run *run) {
    struct change *changes = arena_array(run->arena, CHANGES_MOST, sizeof *changes);
    struct anomaly *anomalies = arena_array(run->arena, ANOMALIES_MOST, sizeof *anomalies);
    double *kept = malloc((run->bins + 1) * sizeof *kept);
    size_t *index = malloc((run->bins + 1) * sizeof *index);
    for (size_t i = 0; kept != NULL && index != NULL && i < run->out->series_count; i++) {
        const struct grid_series *series = &run->out->series[i];
        if (tells_of_changes(series)) changes_of(run, series, changes, &run->out->change_count, kept, index);
        if (shows_anomalies(series)) anomalies_of(run, series, anomalies, &run->out->anomaly_count, kept, index);
    }
    free(kept);
    free(index);
    qsort(changes, run->out->change_count, sizeof *changes, by_time);
    run->out->changes = changes;
    run->out->anomaly_count = keep_most(anomalies, run->out->anomaly_count);
    run->out->anomalies = anomalies;
}

static void find_periods(struct run *run) {
    struct period *list = arena_array(run->arena, 2, sizeof *list);
    size_t count = 0;
    struct period_result found;
    float *util = grid_empty(run);
    for (size_t i = 0; i < run->bins; i++)
        if (run->active[i] > 0) util[i] = run->util[i];
    if (period_find(util, run->bins, run->dt, &found) && found.established)
        list[count++] = (struct period){.name = tr("recurring dips of GPU utilisation"),
                                        .seconds = found.seconds,
                                        .uncertainty = found.uncertainty,
                                        .cycles = found.cycles,
                                        .note = tr("by autocorrelation, confirmed by the onsets of the dips")};
    if (!isnan(run->stall_period))
        list[count++] = (struct period){.name = tr("stand-stills of all GPUs"),
                                        .seconds = run->stall_period,
                                        .uncertainty = run->sampling,
                                        .cycles = run->stall_count,
                                        .note = tr("median distance of their beginnings")};
    run->out->periods = list;
    run->out->period_count = count;
}

void doses_find(struct run *run) {
    if (run->bins < 3 || run->gpu_count == 0) return;
    find_doses(run);
    find_lags(run);
}

void relations_find(struct run *run) {
    if (run->bins < 3 || run->gpu_count == 0) return;
    float *loss = loss_series(run);
    find_correlations(run, loss);
    find_events(run);
    find_periods(run);
}

// gpus.c: what each GPU did, bin by bin, and what it could have done.
//
// Loss is split where it arises: time spent waiting (utilisation below the run's own
// healthy level) and speed lost while busy (SM clock below its reference).
#include <stdlib.h>
#include <string.h>

#include "analyzer/model.h"
#include "analyzer/reason_counters.h"
#include "core/lang.h"

// ── reading ─────────────────────────────────────────────────────────────────

static bool gpu_known(const struct run *run, const char *entity) {
    for (size_t i = 0; i < run->gpu_count; i++)
        if (strcmp(run_device(run, run->gpus[i].entity), entity) == 0) return true;
    return false;
}

typedef float *column_reader(const struct run *run, const struct source *source, const struct table *table,
                             const char *quantity);

// From every placed source that logged the quantity for the GPU, the reference first: logs of one GPU may follow each
// other, or know different columns.
static float *gpu_read(const struct run *run, const struct gpu *gpu, const char *quantity, column_reader *read) {
    float *values = read(run, gpu->source, gpu->table, quantity);
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (source == gpu->source || source->refused) continue;
        float *more = read(run, source, source_find(source, run_device(run, gpu->entity)), quantity);
        if (values == NULL) {
            values = more;
            continue;
        }
        for (size_t k = 0; more != NULL && k < run->bins; k++)
            if (isnan(values[k])) values[k] = more[k];
    }
    return values;
}

static float *gpu_column(const struct run *run, const struct gpu *gpu, const char *quantity) {
    return gpu_read(run, gpu, quantity, grid_column);
}

static float *or_empty(const struct run *run, float *values) { return values != NULL ? values : grid_empty(run); }

static float *greater(const struct run *run, float *a, const float *b) {
    for (size_t i = 0; b != NULL && i < run->bins; i++)
        if (isnan(a[i]) || b[i] > a[i]) a[i] = b[i];
    return a;
}

// NULL if there is neither.
static float *either(const struct run *run, const struct gpu *gpu, const char *prefix, const char *one, const char *two,
                     column_reader *read) {
    float *a = gpu_read(run, gpu, arena_printf(run->arena, "%s%s", prefix, one), read);
    float *b = two == NULL ? NULL : gpu_read(run, gpu, arena_printf(run->arena, "%s%s", prefix, two), read);
    return a == NULL ? b : greater(run, a, b);
}

// A reason by one or two names, else the time that the driver counted in it.
static float *reason(const struct run *run, struct gpu *gpu, const char *one, const char *two) {
    float *held = either(run, gpu, "clocks_event_reasons.", one, two, grid_column);
    if (held == NULL || isnan(grid_mean(held, run->bins))) {
        float *counted = either(run, gpu, "clocks_event_reasons_counters.", one, two, reason_counted);
        if (counted != NULL) held = counted;
    }
    if (held == NULL) return grid_empty(run);
    gpu->has_reasons = true;
    return held;
}

static void read_columns(const struct run *run, struct gpu *gpu) {
    gpu->util = or_empty(run, gpu_column(run, gpu, "utilization.gpu"));
    float *clock = gpu_column(run, gpu, "clocks.current.sm");
    if (clock == NULL) clock = gpu_column(run, gpu, "clocks.current.graphics");
    gpu->has_clock = clock != NULL;
    gpu->clock = or_empty(run, clock);
    float *most = gpu_column(run, gpu, "clocks.max.sm");
    if (most == NULL) most = gpu_column(run, gpu, "clocks.max.graphics");
    gpu->clock_max = or_empty(run, most);
    float *power = gpu_column(run, gpu, "power.draw");
    gpu->has_power = power != NULL;
    gpu->power = or_empty(run, power);
    float *limit = gpu_column(run, gpu, "enforced.power.limit");
    gpu->power_limit = or_empty(run, limit != NULL ? limit : gpu_column(run, gpu, "power.limit"));
    gpu->temperature = or_empty(run, gpu_column(run, gpu, "temperature.gpu"));
    gpu->memory = or_empty(run, gpu_column(run, gpu, "memory.used"));
    gpu->memory_total = or_empty(run, gpu_column(run, gpu, "memory.total"));
    gpu->memory_util = or_empty(run, gpu_column(run, gpu, "utilization.memory"));
    gpu->thermal = reason(run, gpu, "sw_thermal_slowdown", "hw_thermal_slowdown");
    gpu->power_cap = reason(run, gpu, "sw_power_cap", NULL);
    gpu->brake = reason(run, gpu, "hw_power_brake_slowdown", NULL);
    gpu->held = reason(run, gpu, "applications_clocks_setting", NULL);
    gpu->other = reason(run, gpu, "hw_slowdown", "sync_boost");
    float *gen = gpu_column(run, gpu, "pcie.link.gen.current");
    gpu->ever_hot = grid_mean(gpu->thermal, run->bins) > 0.05;
    float *width = gpu_column(run, gpu, "pcie.link.width.current");
    gpu->has_link = gen != NULL || width != NULL;
    gpu->gen = or_empty(run, gen);
    gpu->gen_max = or_empty(run, gpu_column(run, gpu, "pcie.link.gen.max"));
    gpu->width = or_empty(run, width);
    gpu->width_max = or_empty(run, gpu_column(run, gpu, "pcie.link.width.max"));
}

static void add_gpus_of(struct run *run, const struct source *source) {
    for (size_t k = 0; k < source->table_count; k++) {
        const struct table *table = &source->tables[k];
        if (table->entity_kind != ENTITY_GPU || gpu_known(run, table->entity)) continue;
        if (table_find(table, "utilization.gpu") == NULL || table->row_count < 2) continue;
        struct gpu *gpu = &run->gpus[run->gpu_count++];
        gpu->entity = run_name(run, table->entity);
        gpu->source = source;
        gpu->table = table;
        read_columns(run, gpu);
    }
}

static int compare_gpus(const void *a, const void *b) {
    const char *x = ((const struct gpu *)a)->entity;
    const char *y = ((const struct gpu *)b)->entity;
    size_t m = strlen(x);
    size_t n = strlen(y);
    return m != n ? (m > n) - (m < n) : strcmp(x, y);
}

void gpus_read(struct run *run) {
    size_t most = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        for (size_t k = 0; k < source->table_count; k++) most += source->tables[k].entity_kind == ENTITY_GPU;
    }
    run->gpus = arena_array(run->arena, most, sizeof *run->gpus);
    if (run->out->reference != NULL) add_gpus_of(run, run->out->reference);
    for (size_t i = 0; i < run->recording->source_count; i++)
        if (run->clocks[i].placed && !run->recording->sources[i]->refused) add_gpus_of(run, run->recording->sources[i]);
    qsort(run->gpus, run->gpu_count, sizeof *run->gpus, compare_gpus);
}

// ── states ──────────────────────────────────────────────────────────────────

enum { WORKING_PERCENT = 10 };  // utilisation that shows that a job computes; a desktop stays below

// The level that memory.used has while the job works.
static double working_memory(const struct run *run, const struct gpu *gpu) {
    float *busy = malloc((run->bins + 1) * sizeof *busy);
    if (busy == NULL) return NAN;
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i++)
        if (gpu->util[i] >= WORKING_PERCENT && !isnan(gpu->memory[i])) busy[count++] = gpu->memory[i];
    double level = grid_quantile(busy, count, 0.5);
    free(busy);
    return level;
}

// Without a memory column a GPU at rest for this long has no job; a stall is shorter.
enum { REST_SECONDS = 600 };

static void mark_states(const struct run *run, struct gpu *gpu) {
    double level = working_memory(run, gpu);
    double empty = level * rules_get(run->rules, "gpu.idle_memory_percent") / 100;
    size_t first = run->bins;
    size_t last = 0;
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(gpu->util[i])) continue;
        gpu->state[i] = GPU_ACTIVE;
        if (gpu->util[i] >= WORKING_PERCENT / 2) {
            if (first == run->bins) first = i;
            last = i;
        }
    }
    gpu->unused = first == run->bins;
    for (size_t i = 0; i < run->bins; i++) {
        if (gpu->state[i] == GPU_NO_DATA) continue;
        bool no_memory = !isnan(level) && !isnan(gpu->memory[i]) && (double)gpu->memory[i] <= empty;
        if (gpu->util[i] < WORKING_PERCENT / 2 && (no_memory || gpu->unused))
            gpu->state[i] = GPU_IDLE;
        else if (i < first)
            gpu->state[i] = GPU_STARTING;
    }
    // A rest at the end, or a long one without a memory column, is no job either.
    if (isnan(level)) {
        size_t rest = 0;
        for (size_t i = first; i < run->bins; i++) {
            bool still = gpu->state[i] == GPU_ACTIVE && gpu->util[i] < WORKING_PERCENT / 2;
            rest = still ? rest + 1 : 0;
            if (still && (double)rest * run->dt >= REST_SECONDS)
                for (size_t k = 0; k < rest; k++) gpu->state[i - k] = GPU_IDLE;
        }
        for (size_t i = last + 1; i < run->bins; i++)
            if (gpu->state[i] == GPU_ACTIVE) gpu->state[i] = GPU_IDLE;
    }
}

// ── references ──────────────────────────────────────────────────────────────

// The level of a healthy minute of this run, else the standard one.
static double full_utilization(const struct run *run, const struct gpu *gpu) {
    double standard = rules_get(run->rules, "gpu.full_utilization_percent");
    size_t window = (size_t)ceil(60 / run->dt);
    float *means = malloc((run->bins + 1) * sizeof *means);
    if (means == NULL) return standard;
    size_t count = 0;
    double sum = 0;
    size_t inside = 0;
    for (size_t i = 0; i < run->bins; i++) {
        bool counts = gpu->state[i] == GPU_ACTIVE;
        sum = counts ? sum + (double)gpu->util[i] : 0;
        inside = counts ? inside + 1 : 0;
        if (inside > window) {
            sum -= (double)gpu->util[i - window];
            inside = window;
        }
        if (inside == window) means[count++] = (float)(sum / (double)window);
    }
    double level = grid_quantile(means, count, 0.9);
    free(means);
    if (isnan(level) || level < standard - 5) return standard;
    return level > 100 ? 100 : level;
}

static bool busy_bin(const struct run *run, const struct gpu *gpu, size_t i) {
    return gpu->state[i] == GPU_ACTIVE && (double)gpu->util[i] >= rules_get(run->rules, "gpu.busy_percent");
}

// 95th percentile of the busy clock where no reason bit is set; NaN if that is less than a minute of samples.
static double free_clock(const struct run *run, const struct gpu *gpu) {
    float *values = malloc((run->bins + 1) * sizeof *values);
    if (values == NULL) return NAN;
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i++) {
        if (!busy_bin(run, gpu, i) || isnan(gpu->clock[i])) continue;
        if (gpu->thermal[i] > 0 || gpu->power_cap[i] > 0 || gpu->brake[i] > 0 || gpu->held[i] > 0 || gpu->other[i] > 0)
            continue;
        values[count++] = gpu->clock[i];
    }
    double level = (double)count * run->dt >= 60 ? grid_quantile(values, count, 0.95) : NAN;
    free(values);
    return level;
}

static double busy_clock(const struct run *run, const struct gpu *gpu, double share) {
    float *values = malloc((run->bins + 1) * sizeof *values);
    if (values == NULL) return NAN;
    size_t count = 0;
    for (size_t i = 0; i < run->bins; i++)
        if (busy_bin(run, gpu, i) && !isnan(gpu->clock[i])) values[count++] = gpu->clock[i];
    double level = grid_quantile(values, count, share);
    free(values);
    return level;
}

// GPUs of several hosts are compared only if they are known to be of one kind.
static bool alike(const struct run *run, const struct gpu *a, const struct gpu *b) {
    if (run->node_count == 0 || strcmp(a->source->host, b->source->host) == 0) return true;
    const char *x = source_fact_value(a->source, a->table->entity, "name");
    const char *y = source_fact_value(b->source, b->table->entity, "name");
    if (x != NULL && y != NULL) return strcmp(x, y) == 0;
    double top = grid_quantile(a->clock_max, run->bins, 0.5);
    return top > 0 && top == grid_quantile(b->clock_max, run->bins, 0.5);
}

// The highest of the clocks that GPUs of its kind have while not limited; NaN if none was ever.
static double best_reference(const struct run *run, const struct gpu *gpu, const double *own) {
    double best = NAN;
    for (size_t i = 0; i < run->gpu_count; i++)
        if (!isnan(own[i]) && !(own[i] <= best) && alike(run, gpu, &run->gpus[i])) best = own[i];
    return best;
}

static void clock_references(struct run *run) {
    double *own = arena_array(run->arena, run->gpu_count, sizeof *own);
    for (size_t i = 0; i < run->gpu_count; i++) {
        struct gpu *gpu = &run->gpus[i];
        gpu->clock_reference = own[i] = free_clock(run, gpu);
        gpu->clock_reference_note = tr("its own clock while busy and not limited");
    }
    for (size_t i = 0; i < run->gpu_count; i++) {
        struct gpu *gpu = &run->gpus[i];
        double best = best_reference(run, gpu, own);
        double top = grid_quantile(gpu->clock_max, run->bins, 0.5);
        bool limited = gpu->has_reasons && isnan(gpu->clock_reference);
        // Only a limit that the driver names makes the board's ceiling a fair reference: many boards never reach it.
        if (limited && !isnan(top)) {
            gpu->clock_reference = top;
            gpu->clock_reference_note = tr("clocks.max.sm, since it was limited throughout");
        }
        if (!isnan(best) && best > gpu->clock_reference * 1.02) {
            gpu->clock_reference = best;
            gpu->clock_reference_note = tr("the clock of its siblings");
        }
        if (isnan(gpu->clock_reference)) gpu->clock_reference = isnan(best) ? busy_clock(run, gpu, 0.95) : best;
    }
}

// ── accounting ──────────────────────────────────────────────────────────────

static void account_gpu(const struct run *run, struct gpu *gpu) {
    double exponent = rules_get(run->rules, "gpu.clock_exponent");
    double material = rules_get(run->rules, "gpu.clock_cut_percent") / 100;
    for (size_t i = 0; i < run->bins; i++) {
        if (gpu->state[i] != GPU_ACTIVE && gpu->state[i] != GPU_DEAD) continue;
        double busy = gpu->state[i] == GPU_DEAD ? 0 : (double)gpu->util[i] / gpu->full_util;
        if (busy > 1) busy = 1;
        gpu->starved[i] = (float)(1 - busy);
        gpu->clock_lost[i] = 0;
        gpu->waiting[i] = 0;
        double cut = 1 - (double)gpu->clock[i] / gpu->clock_reference;
        if (!isnan(cut) && cut > material && busy_bin(run, gpu, i))
            gpu->clock_lost[i] = (float)(busy * (1 - pow(1 - cut, exponent)));
    }
}

// Waiting for a slower sibling does not show in utilisation: collective kernels spin. Where the GPUs hold one
// job (all busy at once), every GPU is as slow as the slowest.
static void account_waiting(struct run *run) {
    for (size_t i = 0; i < run->bins; i++) {
        double worst = 0;
        size_t busy = 0;
        for (size_t g = 0; g < run->gpu_count; g++) {
            if (!busy_bin(run, &run->gpus[g], i)) continue;
            busy++;
            if ((double)run->gpus[g].clock_lost[i] > worst) worst = (double)run->gpus[g].clock_lost[i];
        }
        if (busy < 2 || worst <= 0) continue;
        for (size_t g = 0; g < run->gpu_count; g++) {
            struct gpu *gpu = &run->gpus[g];
            if (busy_bin(run, gpu, i) && (double)gpu->clock_lost[i] < worst)
                gpu->waiting[i] = (float)(worst - (double)gpu->clock_lost[i]) * (1 - gpu->starved[i]);
        }
    }
}

static void power_references(struct run *run) {
    for (size_t g = 0; g < run->gpu_count; g++) {
        struct gpu *gpu = &run->gpus[g];
        float *busy = grid_empty(run);
        for (size_t i = 0; i < run->bins; i++)
            if (busy_bin(run, gpu, i)) busy[i] = gpu->power[i];
        gpu->busy_power = (float)grid_quantile(busy, run->bins, 0.95);
    }
}

static bool link_below(const struct run *run, const struct gpu *gpu) {
    size_t busy = 0;
    size_t below = 0;
    for (size_t i = 0; i < run->bins; i++) {
        if (gpu->state[i] != GPU_ACTIVE || gpu->util[i] < 25 || (isnan(gpu->gen[i]) && isnan(gpu->width[i]))) continue;
        busy++;
        below += gpu->gen[i] < gpu->gen_max[i] - 0.5F || gpu->width[i] < gpu->width_max[i] - 0.5F;
    }
    return busy >= 3 && 10 * below >= 9 * busy;
}

#define LINK_LOSS_LEAST 0.05

// One GPU of several on a degraded link works less than its siblings, who show full utilisation while they wait for it.
static void account_link(struct run *run) {
    struct gpu *slow = NULL;
    double own = 0;
    double others = 0;
    size_t working = 0;
    for (size_t g = 0; g < run->gpu_count; g++) {
        struct gpu *gpu = &run->gpus[g];
        if (gpu->unused || !gpu->has_link) continue;
        working++;
        double starved = grid_mean(gpu->starved, run->bins);
        if (!link_below(run, gpu)) {
            if (starved > others) others = starved;
            continue;
        }
        if (slow != NULL) return;
        slow = gpu;
        own = starved;
    }
    if (slow == NULL || working < 2 || !(own >= others + LINK_LOSS_LEAST)) return;
    run->link_straggler = slow;
    for (size_t g = 0; g < run->gpu_count; g++) {
        struct gpu *gpu = &run->gpus[g];
        for (size_t i = 0; gpu != slow && !gpu->unused && i < run->bins; i++)
            if (gpu->state[i] == GPU_ACTIVE && slow->state[i] == GPU_ACTIVE &&
                slow->starved[i] > gpu->starved[i] + gpu->waiting[i])
                gpu->waiting[i] = slow->starved[i] - gpu->starved[i];
    }
}

enum { STEP_SUSTAINED_SECONDS = 300 };
#define STEP_LOSS_LEAST 0.15  // a batch or a print interval moves step times by less

// Steps that take longer than those of the fastest sustained stretch although utilisation and clocks show no loss: the
// GPUs spin. Short excursions (a validation, a checkpoint between two step lines) are no pace and do not count.
static void account_steps(struct run *run) {
    run->step_lost = grid_empty(run);
    if (isnan(run->job.reference)) return;
    size_t from = 0;
    for (size_t i = 0; i <= run->bins; i++) {
        double lost = NAN;
        if (i < run->bins && run->active[i] > 0) {
            double known = (double)(run->starved[i] + run->clock_lost[i] + run->waiting[i]);
            lost = 1 - run->job.reference / (double)run->job.step_time[i] - known;
        }
        if (lost >= STEP_LOSS_LEAST) continue;
        if ((double)(i - from) * run->dt >= STEP_SUSTAINED_SECONDS)
            for (size_t k = from; k < i; k++)
                run->step_lost[k] = (float)(1 - run->job.reference / (double)run->job.step_time[k]) - run->starved[k] -
                                    run->clock_lost[k] - run->waiting[k];
        from = i + 1;
    }
}

void gpus_sum(struct run *run) {
    run->active = arena_array(run->arena, run->bins, sizeof *run->active);
    run->starved = grid_empty(run);
    run->clock_lost = grid_empty(run);
    run->waiting = grid_empty(run);
    run->util = grid_empty(run);
    for (size_t i = 0; i < run->bins; i++) {
        double sums[4] = {0};
        size_t count = 0;
        for (size_t g = 0; g < run->gpu_count; g++) {
            const struct gpu *gpu = &run->gpus[g];
            if (gpu->unused || (gpu->state[i] != GPU_ACTIVE && gpu->state[i] != GPU_DEAD)) continue;
            count++;
            sums[0] += (double)gpu->starved[i];
            sums[1] += (double)gpu->clock_lost[i];
            sums[2] += (double)gpu->waiting[i];
            sums[3] += isnan(gpu->util[i]) ? 0 : (double)gpu->util[i];
        }
        run->active[i] = (float)count;
        if (count == 0) continue;
        run->starved[i] = (float)(sums[0] / (double)count);
        run->clock_lost[i] = (float)(sums[1] / (double)count);
        run->waiting[i] = (float)(sums[2] / (double)count);
        run->util[i] = (float)(sums[3] / (double)count);
    }
    account_steps(run);
}

void gpus_account(struct run *run) {
    for (size_t g = 0; g < run->gpu_count; g++) {
        struct gpu *gpu = &run->gpus[g];
        gpu->state = arena_array(run->arena, run->bins, 1);
        gpu->starved = grid_empty(run);
        gpu->clock_lost = grid_empty(run);
        gpu->waiting = grid_empty(run);
        mark_states(run, gpu);
    }
    incidents_apply(run);
    for (size_t g = 0; g < run->gpu_count; g++) run->gpus[g].full_util = full_utilization(run, &run->gpus[g]);
    clock_references(run);
    power_references(run);
    for (size_t g = 0; g < run->gpu_count; g++) account_gpu(run, &run->gpus[g]);
    account_waiting(run);
    account_link(run);
    gpus_sum(run);
}

void gpus_account_siblings(struct run *run) {
    clock_references(run);
    for (size_t g = 0; g < run->gpu_count; g++) account_gpu(run, &run->gpus[g]);
    account_waiting(run);
    account_link(run);
    gpus_sum(run);
}

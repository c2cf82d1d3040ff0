// host.c: CPU, memory, network and the training log's own pace, from whichever log has them best.
#include <stdlib.h>
#include <string.h>

#include "analyzer/model.h"

// Percent of all CPUs, one log's names for it.
struct cpu_names {
    const char *entity;
    const char *user[2], *system[4], *iowait, *idle, *steal, *nice;
};

// mpstat and sar, iostat's avg-cpu, vmstat: the finer one first.
static const struct cpu_names cpu_names[] = {
    {"cpu", {"%usr", "%guest"}, {"%sys", "%irq", "%soft", NULL}, "%iowait", "%idle", "%steal", "%nice"},
    {"cpu", {"%user", NULL}, {"%system", NULL, NULL, NULL}, "%iowait", "%idle", "%steal", "%nice"},
    {"host", {"us", NULL}, {"sy", NULL, NULL, NULL}, "wa", "id", "st", NULL},
    {"cpu", {"us", NULL}, {"sy", NULL, NULL, NULL}, "wa", "id", "st", NULL},
};

static void add_into(const struct run *run, float *sum, const float *part) {
    if (part == NULL) return;
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(part[i])) continue;
        sum[i] = isnan(sum[i]) ? part[i] : sum[i] + part[i];
    }
}

// Fills what is still missing in `into` from `from`; returns true if anything came over.
static bool fill_missing(const struct run *run, float *into, const float *from) {
    bool any = false;
    for (size_t i = 0; i < run->bins; i++) {
        if (!isnan(into[i]) || isnan(from[i])) continue;
        into[i] = from[i];
        any = true;
    }
    return any;
}

static void read_cpu(struct run *run, const struct source *source, const struct cpu_names *names) {
    const struct table *table = source_find(source, names->entity);
    float *idle = grid_column(run, source, table, names->idle);
    if (idle == NULL) return;
    float *user = grid_empty(run);
    float *system = grid_empty(run);
    for (size_t i = 0; i < 2 && names->user[i] != NULL; i++)
        add_into(run, user, grid_column(run, source, table, names->user[i]));
    if (names->nice != NULL) add_into(run, user, grid_column(run, source, table, names->nice));
    for (size_t i = 0; i < 4 && names->system[i] != NULL; i++)
        add_into(run, system, grid_column(run, source, table, names->system[i]));
    float *wait = grid_empty(run);
    add_into(run, wait, grid_column(run, source, table, names->iowait));
    float *steal = grid_empty(run);
    add_into(run, steal, grid_column(run, source, table, names->steal));
    float *busy = grid_empty(run);
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(idle[i])) continue;
        float waiting = isnan(wait[i]) ? 0 : wait[i];
        busy[i] = 100 - idle[i] - waiting;
        if (busy[i] < 0) busy[i] = 0;
    }
    struct host *host = &run->host;
    if (fill_missing(run, host->busy, busy) && host->cpu_source == NULL) host->cpu_source = source_name(source);
    host->has_cpu = true;
    fill_missing(run, host->idle, idle);
    fill_missing(run, host->iowait, wait);
    fill_missing(run, host->user, user);
    fill_missing(run, host->system, system);
    fill_missing(run, host->steal, steal);
}

// Adds one CPU's rows to the per-report maximum and count; the rows of both are in the order of time.
static void add_core(const struct table *core, const struct table *reports, double limit, double *most,
                     double *saturated) {
    const struct column *idle = table_find(core, "%idle");
    const struct column *wait = table_find(core, "%iowait");
    size_t at = 0;
    for (size_t k = 0; k < core->row_count; k++) {
        while (at < reports->row_count && reports->time[at] < core->time[k]) at++;
        if (at == reports->row_count) return;
        if (reports->time[at] != core->time[k] || isnan(idle->values[k])) continue;
        double busy = 100 - idle->values[k] - (wait == NULL || isnan(wait->values[k]) ? 0 : wait->values[k]);
        if (isnan(most[at]) || busy > most[at]) most[at] = busy;
        saturated[at] = (isnan(saturated[at]) ? 0 : saturated[at]) + (busy >= limit);
    }
}

static bool is_core(const struct table *table) {
    return table->entity_kind == ENTITY_CPU && strcmp(table->entity, "cpu") != 0 && table_find(table, "%idle") != NULL;
}

// The busiest single CPU of each report, before any averaging: the scheduler moves a thread between reports.
static void read_cores(struct run *run, const struct source *source) {
    double limit = rules_get(run->rules, "cpu.core_percent");
    const struct table *reports = NULL;
    size_t cores = 0;
    for (size_t k = 0; k < source->table_count; k++) {
        if (!is_core(&source->tables[k])) continue;
        cores++;
        if (reports == NULL || source->tables[k].row_count > reports->row_count) reports = &source->tables[k];
    }
    if (cores == 0) return;
    struct column most = {.quantity = "busiest", .unit = UNIT_PERCENT, .kind = SERIES_AVERAGE};
    struct column saturated = {.quantity = "saturated", .unit = UNIT_NONE, .kind = SERIES_AVERAGE};
    most.values = arena_array(run->arena, reports->row_count, sizeof(double));
    saturated.values = arena_array(run->arena, reports->row_count, sizeof(double));
    for (size_t i = 0; i < reports->row_count; i++) most.values[i] = saturated.values[i] = NAN;
    for (size_t k = 0; k < source->table_count; k++)
        if (is_core(&source->tables[k])) add_core(&source->tables[k], reports, limit, most.values, saturated.values);
    fill_missing(run, run->host.core_max, grid_values(run, source, reports, &most));
    fill_missing(run, run->host.cores_saturated, grid_values(run, source, reports, &saturated));
    run->host.has_cores = true;
    run->host.core_source = source_name(source);
    if (isnan(run->host.cpus)) run->host.cpus = (double)cores;
}

static void read_number_of_cpus(struct run *run, const struct source *source) {
    const char *text = source_fact_value(source, NULL, "cpus");
    double value = NAN;
    if (text != NULL && text_number(text_of(text), &value) && isnan(run->host.cpus)) run->host.cpus = value;
}

static void read_swap(struct run *run, const struct source *source) {
    static const char *const in[] = {"si", "pswpin/s"};
    static const char *const out[] = {"so", "pswpout/s"};
    const struct table *table = source_find(source, "host");
    for (size_t i = 0; i < 2; i++) {
        float *swap_in = grid_column(run, source, table, in[i]);
        float *swap_out = grid_column(run, source, table, out[i]);
        if (swap_in == NULL || swap_out == NULL) continue;
        if (i == 1) {  // sar counts pages of 4 kB
            for (size_t k = 0; k < run->bins; k++) {
                swap_in[k] *= 4;
                swap_out[k] *= 4;
            }
        }
        fill_missing(run, run->host.swap_in, swap_in);
        fill_missing(run, run->host.swap_out, swap_out);
        run->host.has_swap = true;
        run->host.swap_source = source_name(source);
    }
    float *blocked = grid_column(run, source, table, "b");
    if (blocked != NULL) {
        fill_missing(run, run->host.blocked, blocked);
        run->host.has_blocked = true;
    }
    float *running = grid_column(run, source, table, "r");
    if (running != NULL) fill_missing(run, run->host.running, running);
}

static void read_net(struct run *run, const struct source *source) {
    for (size_t k = 0; k < source->table_count; k++) {
        const struct table *table = &source->tables[k];
        if (table->entity_kind != ENTITY_NET || strcmp(table->entity, "lo") == 0) continue;
        float *receive = grid_column(run, source, table, "rxkB/s");
        if (receive == NULL) continue;
        add_into(run, run->host.net_receive, receive);
        run->host.has_net = true;
    }
}

static void read_job(struct run *run, const struct source *source) {
    const struct table *table = source_find(source, "job");
    if (table == NULL || table->entity_kind != ENTITY_JOB || run->job.present) return;
    float *step_time = grid_column(run, source, table, "step_time");
    float *throughput = grid_column(run, source, table, "throughput");
    if (step_time != NULL) fill_missing(run, run->job.step_time, step_time);
    if (throughput != NULL) fill_missing(run, run->job.throughput, throughput);
    run->job.present = step_time != NULL || throughput != NULL;
    // A tenth of the steps at that pace or faster: the fastest sustained stretch, not the fastest step.
    run->job.reference = grid_quantile(run->job.step_time, run->bins, 0.1);
}

void host_read(struct run *run) {
    struct host *host = &run->host;
    float **all[] = {&host->busy,       &host->iowait,   &host->idle,     &host->user,
                     &host->system,     &host->steal,    &host->core_max, &host->cores_saturated,
                     &host->swap_in,    &host->swap_out, &host->blocked,  &host->running,
                     &host->net_receive};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) *all[i] = grid_empty(run);
    host->cpus = NAN;
    run->job.step_time = grid_empty(run);
    run->job.throughput = grid_empty(run);
    run->job.reference = NAN;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (source->format == NULL || source->refused) continue;
        read_number_of_cpus(run, source);
        if (!run->clocks[i].placed) continue;
        read_cores(run, source);
        read_swap(run, source);
        read_net(run, source);
        read_job(run, source);
    }
    for (size_t n = 0; n < sizeof cpu_names / sizeof cpu_names[0]; n++)
        for (size_t i = 0; i < run->recording->source_count; i++)
            if (run->clocks[i].placed && !run->recording->sources[i]->refused)
                read_cpu(run, run->recording->sources[i], &cpu_names[n]);
}

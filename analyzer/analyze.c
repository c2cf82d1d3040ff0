// analyze.c: recording → diagnosis, step by step.
#include "analyzer/analyze.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/align.h"
#include "analyzer/cause.h"
#include "analyzer/nodes.h"
#include "analyzer/run_host.h"
#include "analyzer/years.h"
#include "core/lang.h"

static void name_gpus(struct run *run) {
    const char **names = arena_array(run->arena, run->gpu_count, sizeof *names);
    for (size_t g = 0; g < run->gpu_count; g++) names[g] = run->gpus[g].entity;
    run->out->gpus = names;
    run->out->gpu_count = run->gpu_count;
}

static void name_disks(struct run *run) {
    const char **names = arena_array(run->arena, run->disk_count, sizeof *names);
    size_t count = 0;
    for (size_t d = 0; d < run->disk_count; d++)
        if (run->disks[d].class != DISK_MEMORY) names[count++] = run->disks[d].entity;
    run->out->disks = names;
    run->out->disk_count = count;
}

static void show_lanes(struct run *run) {
    struct gpu_lane *lanes = arena_array(run->arena, run->gpu_count, sizeof *lanes);
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *gpu = &run->gpus[g];
        float *productive = grid_empty(run);
        for (size_t i = 0; i < run->bins; i++) {
            if (gpu->state[i] != GPU_ACTIVE && gpu->state[i] != GPU_DEAD) continue;
            float lost = gpu->starved[i] + (isnan(gpu->clock_lost[i]) ? 0 : gpu->clock_lost[i]) +
                         (isnan(gpu->waiting[i]) ? 0 : gpu->waiting[i]);
            productive[i] = lost > 1 ? 0 : 1 - lost;
        }
        lanes[g] = (struct gpu_lane){gpu->entity, gpu->util, productive};
    }
    run->out->lanes = lanes;
    run->out->lane_count = run->gpu_count;
}

static void list_rules(struct run *run) {
    size_t count = 0;
    while (rules_row(count) != NULL) count++;
    struct rule_in_force *list = arena_array(run->arena, count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const struct rule_row *row = rules_row(i);
        list[i] = (struct rule_in_force){row->name, rules_get(run->rules, row->name), row->standard, row->unit,
                                         tr(row->what)};
    }
    run->out->rules = list;
    run->out->rule_count = count;
}

static void judge(struct run *run) {
    struct claims claims = {0};
    if (run->node_count > 0) {
        nodes_judge(run, &claims);
    } else {
        for (size_t i = 0; cause_modules[i].judge != NULL; i++) cause_modules[i].judge(run, &claims);
        apportion(run, &claims);
    }
    phases_cut(run, &claims);
    relations_find(run);
    quality_grade(run, &claims);
    verdict_reach(run, &claims);
    doses_find(run);
    findings_write(run, &claims);
    alerts_find(run, &claims);
    free(claims.items);
}

// The diagnosis of a recording without a usable time series: what the pages say about health is still said.
static void judge_without_grid(struct run *run) {
    run->dt = 1;
    run->bins = 0;
    run->start = MILLIS_NONE;
    run->end = MILLIS_NONE;
    run->sampling = NAN;
}

static void place_sources(struct run *run) {
    if (nodes_find(run)) return;
    size_t count = run->recording->source_count;
    align_sources(run->recording, run->options, run->arena, run->clocks, &run->out->reference, &run->out->zone);
    years_settle(run->out->reference, run->clocks, count, run->arena);
    bool ambiguous = false;
    run->out->host =
        run_host_settle(run->out->reference, run->options->host, run->clocks, count, run->arena, &ambiguous);
}

static void read_devices(struct run *run) {
    if (run->node_count > 0) {
        nodes_read(run);
        return;
    }
    gpus_read(run);
    host_read(run);
    disks_read(run);
    gpus_account(run);
    stalls_find(run);
    health_judge(run);
}

// From here on the logs are those with the names of devices as people see them.
static void show_names(struct run *run) {
    for (size_t i = 0; i < run->recording->source_count; i++) {
        if (run->recording->sources[i] == run->out->reference) run->out->reference = run->shown->sources[i];
        run->clocks[i].source = run->shown->sources[i];
    }
    run->out->recording = run->shown;
}

// What is no log has no clock to speak of.
static void keep_clocks_of_logs(struct diagnosis *out) {
    struct source_clock *kept = arena_array(out->arena, out->clock_count + 1, sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; i < out->clock_count; i++) {
        const struct source *source = out->clocks[i].source;
        if (source == NULL || source->format == NULL || source->refused) continue;
        kept[count++] = out->clocks[i];
    }
    out->clocks = kept;
    out->clock_count = count;
}

struct diagnosis *analyze(const struct recording *recording, const struct analyze_options *options) {
    struct arena *arena = arena_new();
    struct diagnosis *out = arena_alloc(arena, sizeof *out);
    *out = (struct diagnosis){.arena = arena, .recording = recording, .host = "", .cost = NAN};
    struct source_clock *clocks = arena_array(arena, recording->source_count, sizeof *clocks);
    struct run run = {.arena = arena,
                      .recording = recording,
                      .options = options,
                      .rules = options->rules,
                      .out = out,
                      .clocks = clocks};
    place_sources(&run);
    out->clocks = clocks;
    out->clock_count = recording->source_count;
    if (!grid_span(&run)) judge_without_grid(&run);
    out->start = run.start;
    out->end = run.end;
    out->bin_seconds = run.dt;
    out->bin_count = run.bins;
    read_devices(&run);
    name_gpus(&run);
    name_disks(&run);
    show_lanes(&run);
    list_rules(&run);
    grid_series_all(&run);
    judge(&run);
    if (run.shown != NULL) show_names(&run);
    keep_clocks_of_logs(out);
    return out;
}

void diagnosis_free(struct diagnosis *diagnosis) {
    if (diagnosis != NULL) arena_free(diagnosis->arena);
}

// fleet.json, schema whyslow.fleet/1.
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/fleet.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/fleet_report.h"
#include "reports/json_build.h"
#include "reports/outset.h"
#include "reports/writer.h"

// Sums are whole millionths; single figures have six significant digits.
static void put_hours(json_t *object, const char *key, double value) { json_put_fixed(object, key, value, 6); }

static void put_run(json_t *array, struct arena *arena, const struct fleet *fleet, size_t index) {
    const struct fleet_run *run = fleet->runs[index];
    json_t *object = json_append_object(array);
    json_put_text(object, "run", arena, run->run);
    json_put_text(object, "status", arena, fleet_status_name(run->status));
    json_put_name(object, "digest", arena, run->digest);
    if (run->status != FLEET_ANALYSED) {
        json_put_name(object, "reason", arena, run->reason);
        return;
    }
    json_put_name(object, "report", arena, run->report);
    json_put_name(object, "host", arena, run->host);
    json_put_time(object, "start", arena, run->start, "Z");
    json_put_time(object, "end", arena, run->end, "Z");
    json_put_name(object, "zone", arena, run->zone);
    json_put_count(object, "gpus", run->gpu_count);
    json_put_text(object, "cause", arena, cause_id(run->cause));
    json_put_name(object, "entity", arena, run->entity);
    json_put_fixed(object, "confidence", run->confidence, 3);
    json_put_fixed(object, "share", run->share, 4);
    json_put_text(object, "sentence", arena, run->sentence);
    json_put_name(object, "next", arena, run->next);
    json_put_name(object, "settle", arena, run->settle);
    json_put_number(object, "gpu_hours", run->gpu_hours);
    json_put_number(object, "idle_gpu_hours", run->idle_gpu_hours);
    json_t *lost = json_put_object(object, "lost_gpu_hours");
    json_put_number(lost, "total", run->lost_total);
    json_put_number(lost, "low", run->lost_low);
    json_put_number(lost, "high", run->lost_high);
    json_t *causes = json_put_object(lost, "by_cause");
    for (size_t i = 0; i < run->loss_count; i++)
        json_put_number(causes, cause_id(run->losses[i].cause), run->losses[i].gpu_hours);
    json_put_name(object, "grade", arena, run->grade == ' ' ? "" : arena_printf(arena, "%c", run->grade));
    const struct fleet_neighbour *near = &fleet->neighbours[index];
    json_put_name(object, "looks_like", arena, near->like == NULL ? NULL : near->like->run);
    json_put_fixed(object, "distance", near->distance, 4);
}

static void put_sum(json_t *object, struct arena *arena, const struct fleet_sum *sum) {
    json_put_count(object, "runs", sum->runs);
    json_put_count(object, "slow_runs", sum->slow);
    put_hours(object, "gpu_hours", sum->gpu_hours);
    put_hours(object, "lost_gpu_hours", sum->lost);
    put_hours(object, "low", sum->low);
    put_hours(object, "high", sum->high);
    json_put_fixed(object, "cost", sum->cost, 2);
    json_put_name(object, "main_cause", arena, sum->main_lost > 0 ? cause_id(sum->main) : NULL);
    json_put_name(object, "worst_run", arena, sum->worst == NULL ? NULL : sum->worst->run);
}

static void put_total(json_t *root, struct arena *arena, const struct fleet *fleet) {
    json_t *object = json_put_object(root, "total");
    json_put_count(object, "found", fleet->run_count);
    json_t *status = json_put_object(object, "status");
    for (int i = 0; i < FLEET_STATUS_COUNT_; i++)
        json_put_count(status, fleet_status_name((enum fleet_status)i), fleet->status[i]);
    put_sum(object, arena, &fleet->total);
    put_hours(object, "idle_gpu_hours", fleet->idle_gpu_hours);
    json_put_time(object, "start", arena, fleet->start, "Z");
    json_put_time(object, "end", arena, fleet->end, "Z");
    json_put_bool(object, "zones_differ", fleet->zones_differ);
    json_put_count(object, "undated_runs", fleet->undated);
    put_hours(object, "undated_lost_gpu_hours", fleet->undated_lost);
    json_put_number(object, "gpu_hour_cost", fleet->price);
}

static void put_causes(json_t *root, struct arena *arena, const struct fleet *fleet) {
    json_t *array = json_put_array(root, "by_cause");
    for (size_t i = 0; i < fleet->cause_count; i++) {
        json_t *object = json_append_object(array);
        json_put_text(object, "cause", arena, cause_id(fleet->causes[i].cause));
        put_sum(object, arena, &fleet->causes[i].sum);
        json_put_fixed(object, "confidence", fleet->causes[i].confidence, 3);
    }
}

static void put_identity(json_t *object, struct arena *arena, const struct fleet_thing *thing) {
    json_put_name(object, "host", arena, thing->host);
    json_put_name(object, "entity", arena, thing->entity);
    json_put_name(object, "model", arena, thing->label);
    json_put_name(object, "serial", arena, thing->serial);
    json_put_name(object, "only_run", arena, thing->run);
}

static void put_things(json_t *root, struct arena *arena, const char *key, const struct fleet_thing *things,
                       size_t count) {
    json_t *array = json_put_array(root, key);
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_append_object(array);
        put_identity(object, arena, &things[i]);
        put_sum(object, arena, &things[i].sum);
        json_put_time(object, "first", arena, things[i].first, "Z");
        json_put_time(object, "last", arena, things[i].last, "Z");
        json_put_number(object, "health_level", things[i].health < 0 ? NAN : things[i].health);
    }
}

static void put_recurring(json_t *root, struct arena *arena, const struct fleet *fleet) {
    static const char *const kinds[] = {"host", "disk", "gpu"};
    json_t *array = json_put_array(root, "recurring");
    for (size_t i = 0; i < fleet->recurrence_count; i++) {
        const struct fleet_recurrence *r = &fleet->recurrences[i];
        json_t *object = json_append_object(array);
        json_put_text(object, "kind", arena, kinds[r->kind]);
        put_identity(object, arena, r->thing);
        json_put_text(object, "cause", arena, cause_id(r->cause));
        json_put_count(object, "named", r->named);
        json_put_count(object, "runs", r->runs);
        json_put_number(object, "expected", r->expected);
        json_put_number(object, "p", r->p);
        json_put_number(object, "q", r->q);
        json_put_bool(object, "established", r->established);
    }
}

static void put_failing(json_t *root, struct arena *arena, const struct fleet *fleet) {
    json_t *array = json_put_array(root, "failing_disks");
    for (size_t i = 0; i < fleet->failing_count; i++) {
        const struct fleet_thing *disk = fleet->failing[i];
        json_t *object = json_append_object(array);
        put_identity(object, arena, disk);
        json_put_count(object, "health_level", (size_t)disk->health);
        json_put_name(object, "sentence", arena, disk->health_sentence);
        json_put_name(object, "run", arena, disk->health_run == NULL ? NULL : disk->health_run->run);
    }
}

static void put_trends(json_t *root, struct arena *arena, const struct fleet *fleet) {
    static const char *const steps[] = {"day", "week", "month", "year"};
    json_t *trends = json_put_object(root, "trends");
    json_put_text(trends, "step", arena, steps[fleet->step]);
    json_t *array = json_put_array(trends, "periods");
    for (size_t i = 0; i < fleet->period_count; i++) {
        const struct fleet_period *period = &fleet->periods[i];
        json_t *object = json_append_object(array);
        json_put_time(object, "start", arena, period->start, "Z");
        json_put_time(object, "end", arena, period->end, "Z");
        json_put_count(object, "runs", period->runs);
        put_hours(object, "gpu_hours", period->gpu_hours);
        put_hours(object, "lost_gpu_hours", period->lost);
        json_t *causes = json_put_object(object, "by_cause");
        for (int c = 0; c < CAUSE_COUNT_; c++)
            if (period->by_cause[c] > 0) put_hours(causes, cause_id((enum cause)c), period->by_cause[c]);
    }
}

static void put_unknown(json_t *root, struct arena *arena, const struct fleet *fleet) {
    json_t *array = json_put_array(root, "missing_logs");
    for (size_t i = 0; i < fleet->missing_count; i++) {
        const struct fleet_missing *missing = &fleet->missing[i];
        json_t *object = json_append_object(array);
        json_put_text(object, "settle", arena, missing->settle);
        json_put_count(object, "runs", missing->runs);
        json_put_name(object, "hosts", arena, missing->hosts);
        json_put_count(object, "host_count", missing->host_count);
        put_hours(object, "unknown_gpu_hours", missing->unknown_hours);
    }
    array = json_put_array(root, "confidence");
    for (size_t i = 0; i < FLEET_BANDS; i++) {
        json_t *object = json_append_object(array);
        json_put_fixed(object, "from", fleet->bands[i].from, 2);
        json_put_fixed(object, "to", fleet->bands[i].to, 2);
        json_put_count(object, "runs", fleet->bands[i].runs);
        put_hours(object, "lost_gpu_hours", fleet->bands[i].lost);
    }
}

bool fleet_json(struct outset *set, const struct fleet *fleet, const struct report_options *options) {
    if (!outset_begin(set, "fleet.json")) return false;
    struct arena *arena = arena_new();
    json_t *root = json_object();
    json_put_text(root, "schema", arena, "whyslow.fleet/1");
    json_t *tool = json_put_object(root, "tool");
    json_put_text(tool, "name", arena, "whyslow");
    json_put_text(tool, "version", arena, WHYSLOW_VERSION);
    put_total(root, arena, fleet);
    put_causes(root, arena, fleet);
    put_things(root, arena, "by_host", fleet->hosts, fleet->host_count);
    put_things(root, arena, "by_disk", fleet->disks, fleet->disk_count);
    put_things(root, arena, "by_gpu", fleet->gpu_things, fleet->gpu_count);
    put_recurring(root, arena, fleet);
    put_failing(root, arena, fleet);
    put_trends(root, arena, fleet);
    put_unknown(root, arena, fleet);
    json_t *runs = json_put_array(root, "runs");
    for (size_t i = 0; i < fleet->run_count; i++) put_run(runs, arena, fleet, i);
    json_put_name(root, "command", arena, options->command_line);
    // In one piece: a fleet is large, and the set writes whatever it is given at once.
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    if (text == NULL) outset_fail(set, tr("the report cannot be expressed as JSON"));
    if (text != NULL) outset_write(set, text, strlen(text));
    free(text);
    outset_write(set, "\n", 1);
    json_decref(root);
    arena_free(arena);
    return outset_end(set);
}

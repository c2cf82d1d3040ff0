#include "reports/json.h"

#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/unit.h"
#include "reports/json_build.h"
#include "reports/outset.h"
#include "reports/shown.h"
#include "reports/summary.h"
#include "reports/writer.h"

// The suffix of times on a file's own clock.
static const char *own_suffix(const struct source *source) {
    return source->clock == CLOCK_ZONED || source->clock == CLOCK_EPOCH ? "Z" : "";
}

static void put_input(json_t *inputs, struct arena *arena, const struct source *source) {
    json_t *input = json_append_object(inputs);
    json_put_text(input, "path", arena, source_name(source));
    json_put_text(input, "sha256", arena, source->sha256);
    json_put_count(input, "bytes", (size_t)source->bytes);
    json_put_text(input, "format", arena, source->format);
    json_put_name(input, "tool_version", arena, source->tool_version);
    json_put_name(input, "host", arena, source->host);
    bool untimed = source->clock == CLOCK_NONE || source->clock == CLOCK_BOOT;
    json_put_time(input, "first", arena, untimed ? MILLIS_NONE : source->first, own_suffix(source));
    json_put_time(input, "last", arena, untimed ? MILLIS_NONE : source->last, own_suffix(source));
    json_put_number(input, "cadence_seconds", source->cadence);
    json_put_count(input, "samples", source->samples);
    json_put_count(input, "skipped_lines", source->skipped_lines);
    json_put_bool(input, "refused", source->refused);
    json_put_count(input, "problem_count", source->problem_count);
    json_t *problems = json_put_array(input, "problems");
    for (size_t i = 0; i < source->problem_count && i < PROBLEMS_KEPT; i++) {
        json_t *problem = json_append_object(problems);
        json_put_line(problem, "line", source->problems[i].line);
        json_put_text(problem, "message", arena, source->problems[i].message);
    }
}

static void put_names(json_t *object, const char *key, struct arena *arena, const char **names, size_t count) {
    json_t *array = json_put_array(object, key);
    for (size_t i = 0; i < count; i++) json_array_append_new(array, json_string(text_copy(arena, text_of(names[i]))));
}

static void put_run(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *run = json_put_object(root, "run");
    json_put_time(run, "start", arena, diagnosis->start, "Z");
    json_put_time(run, "end", arena, diagnosis->end, "Z");
    bool known = diagnosis->start != MILLIS_NONE && diagnosis->end != MILLIS_NONE;
    json_put_fixed(run, "duration_seconds", known ? ((double)diagnosis->end - (double)diagnosis->start) / 1000 : NAN,
                   3);
    json_put_text(run, "zone", arena, diagnosis->zone);
    json_put_name(run, "host", arena, diagnosis->host);
    if (diagnosis->host_count > 0) put_names(run, "hosts", arena, diagnosis->hosts, diagnosis->host_count);
    json_put_text(run, "reference", arena, diagnosis->reference == NULL ? NULL : source_name(diagnosis->reference));
    put_names(run, "gpus", arena, diagnosis->gpus, diagnosis->gpu_count);
    put_names(run, "disks", arena, diagnosis->disks, diagnosis->disk_count);
    json_put_fixed(run, "bin_seconds", diagnosis->bin_seconds, 3);
    json_put_count(run, "bins", diagnosis->bin_count);
}

static void put_verdict(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    const struct verdict *verdict = &diagnosis->verdict;
    const struct summary summary = summary_of(arena, diagnosis);
    json_t *object = json_put_object(root, "verdict");
    json_put_text(object, "cause", arena, cause_id(verdict->cause));
    json_put_text(object, "title", arena, summary.title);
    json_put_name(object, "entity", arena, verdict->entity);
    json_put_fixed(object, "confidence", verdict->confidence, 3);
    json_put_fixed(object, "share", verdict->share, 4);
    json_put_text(object, "sentence", arena, summary.sentence);
    json_put_text(object, "next", arena, summary.next);
    json_put_text(object, "why", arena, summary.why);
    json_put_text(object, "sure", arena, summary.sure);
    json_put_text(object, "cost", arena, summary.cost);
    json_put_text(object, "against", arena, summary.against);
    json_put_text(object, "settle", arena, summary.settle);
    json_put_text(object, "counterfactual", arena, summary.counterfactual);
    json_put_text(object, "also", arena, summary.also);
}

static void put_loss(json_t *root, const struct diagnosis *diagnosis) {
    json_t *lost = json_put_object(root, "lost_gpu_hours");
    json_put_number(lost, "total", diagnosis->lost_total);
    json_put_number(lost, "low", diagnosis->lost_low);
    json_put_number(lost, "high", diagnosis->lost_high);
    json_t *causes = json_put_object(lost, "by_cause");
    for (size_t i = 0; i < diagnosis->loss_count; i++)
        json_put_number(causes, cause_id(diagnosis->losses[i].cause), diagnosis->losses[i].gpu_hours);
    json_t *intervals = json_put_object(lost, "intervals");
    for (size_t i = 0; i < diagnosis->loss_count; i++) {
        json_t *interval = json_put_object(intervals, cause_id(diagnosis->losses[i].cause));
        json_put_number(interval, "low", diagnosis->losses[i].low);
        json_put_number(interval, "high", diagnosis->losses[i].high);
    }
    json_put_fixed(lost, "cost", diagnosis->cost, 2);
    json_put_number(lost, "gpu_hours", diagnosis->gpu_hours);
    json_put_number(lost, "idle", diagnosis->idle_gpu_hours);
    json_put_number(lost, "startup", diagnosis->startup_gpu_hours);
}

static void put_phases(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *phases = json_put_array(root, "phases");
    for (size_t i = 0; i < diagnosis->phase_count; i++) {
        const struct phase *phase = &diagnosis->phases[i];
        json_t *object = json_append_object(phases);
        json_put_time(object, "start", arena, phase->start, "Z");
        json_put_time(object, "end", arena, phase->end, "Z");
        json_put_text(object, "cause", arena, cause_id(phase->cause));
        json_put_name(object, "entity", arena, phase->entity);
        json_put_fixed(object, "confidence", phase->confidence, 3);
        json_put_number(object, "lost_gpu_hours", phase->lost_gpu_hours);
        json_put_fixed(object, "gpu_utilization", phase->gpu_utilization, 2);
    }
}

static void put_evidence(json_t *array, struct arena *arena, const struct evidence *evidence) {
    json_t *object = json_append_object(array);
    json_put_text(object, "text", arena, evidence->text);
    json_t *direction = json_integer(evidence->direction > 0 ? 1 : evidence->direction < 0 ? -1 : 0);
    json_object_set_new(object, "direction", direction);
    json_put_number(object, "value", evidence->value);
    json_put_number(object, "threshold", evidence->threshold);
    json_put_text(object, "unit", arena, unit_name(evidence->unit));
    json_put_name(object, "entity", arena, evidence->entity);
    json_put_name(object, "quantity", arena, evidence->quantity);
    json_put_name(object, "source", arena, evidence->source);
    json_put_line(object, "line", evidence->line);
    json_put_time(object, "from", arena, evidence->from, "Z");
    json_put_time(object, "to", arena, evidence->to, "Z");
}

// Ids of severities are part of the schema and therefore not translated.
static const char *severity_id(enum severity severity) {
    return severity == SEVERITY_CRITICAL ? "critical" : severity == SEVERITY_WARNING ? "warning" : "info";
}

static void put_findings(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *findings = json_put_array(root, "findings");
    for (size_t i = 0; i < diagnosis->finding_count; i++) {
        const struct finding *finding = &diagnosis->findings[i];
        json_t *object = json_append_object(findings);
        json_put_text(object, "cause", arena, cause_id(finding->cause));
        json_put_text(object, "severity", arena, severity_id(finding->severity));
        json_put_name(object, "entity", arena, finding->entity);
        json_put_text(object, "sentence", arena, finding->sentence);
        json_put_fixed(object, "confidence", finding->confidence, 3);
        json_put_number(object, "lost_gpu_hours", finding->lost_gpu_hours);
        json_t *evidence = json_put_array(object, "evidence");
        for (size_t k = 0; k < finding->evidence_count; k++) put_evidence(evidence, arena, &finding->evidence[k]);
        json_put_text(object, "next", arena, finding->next);
    }
}

static void put_ruled_out(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *array = json_put_array(root, "ruled_out");
    for (size_t i = 0; i < diagnosis->ruled_out_count; i++) {
        const struct ruled_out *row = &diagnosis->ruled_out[i];
        json_t *object = json_append_object(array);
        json_put_text(object, "cause", arena, cause_id(row->cause));
        json_put_name(object, "entity", arena, row->entity);
        json_put_text(object, "result", arena, row->result == RULED_OUT_NO_DATA ? "no data" : "not supported");
        json_put_text(object, "test", arena, row->test);
        json_put_number(object, "value", row->value);
        json_put_number(object, "threshold", row->threshold);
        json_put_text(object, "unit", arena, unit_name(row->unit));
        json_put_name(object, "settle", arena, row->settle);
    }
}

// Where a clock ran in stretches: the offset of each when it begins, null where nothing proves one.
static void put_segments(json_t *object, struct arena *arena, const struct source_clock *clock) {
    if (clock->segment_count == 0) return;
    json_t *segments = json_put_array(object, "segments");
    for (size_t i = 0; i < clock->segment_count; i++) {
        const struct clock_segment *segment = &clock->segments[i];
        json_t *row = json_append_object(segments);
        double offset = segment->placed ? clock->offset_seconds + segment->offset_seconds : NAN;
        json_put_number(row, "line", segment->line);
        json_put_fixed(row, "offset_seconds", offset, 3);
        json_put_fixed(row, "drift_ppm", segment->drift_ppm, 1);
        if (segment->drift_ppm != 0)
            json_put_time(row, "drift_from", arena, segment->printed, own_suffix(clock->source));
    }
}

static void put_clocks(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *clocks = json_put_array(root, "clocks");
    for (size_t i = 0; i < diagnosis->clock_count; i++) {
        const struct source_clock *clock = &diagnosis->clocks[i];
        json_t *object = json_append_object(clocks);
        json_put_text(object, "source", arena, source_name(clock->source));
        json_put_fixed(object, "offset_seconds", clock->offset_seconds, 3);
        json_put_fixed(object, "uncertainty_seconds", clock->uncertainty_seconds, 3);
        json_put_text(object, "method", arena, clock_method_name(clock->method));
        json_put_bool(object, "established", clock->established);
        json_put_bool(object, "placed", clock->placed);
        json_put_text(object, "note", arena, clock->note);
        put_segments(object, arena, clock);
    }
}

static void put_correlations(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *array = json_put_array(root, "correlations");
    for (size_t i = 0; i < diagnosis->correlation_count; i++) {
        const struct correlation *row = &diagnosis->correlations[i];
        json_t *object = json_append_object(array);
        json_t *a = json_put_object(object, "a");
        json_put_name(a, "entity", arena, row->a_entity);
        json_put_text(a, "quantity", arena, row->a_quantity);
        json_t *b = json_put_object(object, "b");
        json_put_name(b, "entity", arena, row->b_entity);
        json_put_text(b, "quantity", arena, row->b_quantity);
        json_put_fixed(object, "pearson", row->pearson, 4);
        json_put_fixed(object, "spearman", row->spearman, 4);
        json_put_fixed(object, "low", row->low, 4);
        json_put_fixed(object, "high", row->high, 4);
        json_put_fixed(object, "n_effective", row->n_effective, 1);
        json_put_count(object, "samples", row->samples);
        json_put_number(object, "p", row->p);
        json_put_number(object, "q", row->q);
        json_put_bool(object, "significant", row->significant);
        json_put_bool(object, "negative_control", row->negative_control);
        json_put_number(object, "lag_seconds", row->lag_seconds);
        json_put_bool(object, "lag_holds", row->lag_holds);
        json_put_text(object, "words", arena, row->words);
    }
}

static void put_changes(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *array = json_put_array(root, "changes");
    for (size_t i = 0; i < diagnosis->change_count; i++) {
        const struct change *row = &diagnosis->changes[i];
        json_t *object = json_append_object(array);
        json_put_time(object, "at", arena, row->at, "Z");
        json_put_time(object, "low", arena, row->low, "Z");
        json_put_time(object, "high", arena, row->high, "Z");
        json_put_name(object, "entity", arena, row->entity);
        json_put_text(object, "quantity", arena, row->quantity);
        json_put_number(object, "before", row->before);
        json_put_number(object, "after", row->after);
        json_put_text(object, "unit", arena, unit_name(row->unit));
        json_put_number(object, "p", row->p);
    }
}

static void put_anomalies(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *array = json_put_array(root, "anomalies");
    for (size_t i = 0; i < diagnosis->anomaly_count; i++) {
        const struct anomaly *row = &diagnosis->anomalies[i];
        json_t *object = json_append_object(array);
        json_put_time(object, "start", arena, row->start, "Z");
        json_put_time(object, "end", arena, row->end, "Z");
        json_put_name(object, "entity", arena, row->entity);
        json_put_text(object, "quantity", arena, row->quantity);
        json_put_number(object, "value", row->value);
        json_put_number(object, "usual", row->usual);
        json_put_text(object, "unit", arena, unit_name(row->unit));
        json_put_number(object, "score", row->score);
        json_put_text(object, "sentence", arena, row->sentence);
        json_put_text(object, "next", arena, row->next);
    }
}

static void put_attribute(json_t *array, struct arena *arena, const struct disk_attribute *row) {
    json_t *object = json_append_object(array);
    json_put_text(object, "name", arena, row->name);
    json_put_number(object, "first", row->first);
    json_put_number(object, "last", row->last);
    json_put_number(object, "growth", row->growth);
    json_put_number(object, "value", row->value);
    json_put_number(object, "threshold", row->threshold);
    json_put_name(object, "state", arena, row->state);
    json_put_line(object, "line", row->line);
    json_put_count(object, "level", (size_t)(row->level < 0 ? 0 : row->level));
}

static void put_health(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *array = json_put_array(root, "disk_health");
    for (size_t i = 0; i < diagnosis->health_count; i++) {
        const struct disk_health *row = &diagnosis->health[i];
        json_t *object = json_append_object(array);
        json_put_name(object, "entity", arena, row->entity);
        json_put_name(object, "model", arena, row->model);
        json_put_name(object, "serial", arena, row->serial);
        json_put_name(object, "source", arena, row->source);
        json_put_text(object, "joined", arena, row->joined);
        json_put_text(object, "verdict", arena, row->verdict);
        json_put_count(object, "snapshots", row->snapshots);
        json_put_time(object, "first", arena, row->first, "Z");
        json_put_time(object, "last", arena, row->last, "Z");
        json_put_number(object, "power_on_hours", row->power_on_hours);
        json_put_number(object, "temperature", row->temperature);
        json_put_count(object, "level", (size_t)(row->level < 0 ? 0 : row->level));
        json_put_text(object, "sentence", arena, row->sentence);
        json_put_text(object, "next", arena, row->next);
        json_t *attributes = json_put_array(object, "attributes");
        for (size_t k = 0; k < row->attribute_count; k++) put_attribute(attributes, arena, &row->attributes[k]);
    }
}

static void put_periods(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *array = json_put_array(root, "periods");
    for (size_t i = 0; i < diagnosis->period_count; i++) {
        const struct period *row = &diagnosis->periods[i];
        json_t *object = json_append_object(array);
        json_put_text(object, "name", arena, row->name);
        json_put_number(object, "seconds", row->seconds);
        json_put_number(object, "uncertainty", row->uncertainty);
        json_put_count(object, "cycles", row->cycles);
        json_put_text(object, "note", arena, row->note);
    }
}

static void put_doses(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *array = json_put_array(root, "dose_response");
    for (size_t i = 0; i < diagnosis->dose_count; i++) {
        const struct dose_response *row = &diagnosis->doses[i];
        json_t *object = json_append_object(array);
        json_put_name(object, "entity", arena, row->entity);
        json_put_text(object, "quantity", arena, row->quantity);
        json_put_text(object, "unit", arena, unit_name(row->unit));
        json_put_bool(object, "monotone", row->monotone);
        json_t *groups = json_put_array(object, "groups");
        for (size_t k = 0; k < row->count && k < 5; k++) {
            json_t *group = json_append_object(groups);
            json_put_number(group, "dose", row->dose[k]);
            json_put_fixed(group, "lost_share", row->loss[k], 4);
        }
    }
}

static void put_lags(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *array = json_put_array(root, "lags");
    for (size_t i = 0; i < diagnosis->lag_count; i++) {
        const struct lag_curve *curve = &diagnosis->lags[i];
        json_t *object = json_append_object(array);
        json_put_name(object, "entity", arena, curve->entity);
        json_put_text(object, "quantity", arena, curve->quantity);
        json_put_number(object, "step_seconds", curve->step);
        json_put_fixed(object, "band", curve->band, 4);
        json_put_number(object, "uncertainty_seconds", curve->uncertainty_seconds);
        json_put_number(object, "peak_seconds", curve->peak_seconds);
        json_put_text(object, "words", arena, curve->words);
        json_t *points = json_put_array(object, "curve");
        for (size_t k = 0; k < curve->count; k++) {
            json_t *point = json_append_object(points);
            json_put_number(point, "lag_seconds", (double)k * curve->step - curve->reach);
            json_put_fixed(point, "r", curve->r[k], 4);
        }
    }
}

static void put_alerts(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *array = json_put_array(root, "alerts");
    for (size_t i = 0; i < diagnosis->alert_count; i++) {
        const struct rule_alert *row = &diagnosis->alerts[i];
        json_t *object = json_append_object(array);
        json_put_text(object, "rule", arena, row->rule);
        json_put_text(object, "severity", arena, severity_id(row->severity));
        json_put_name(object, "entity", arena, row->entity);
        json_put_text(object, "sentence", arena, row->sentence);
        json_put_time(object, "first", arena, row->first, "Z");
        json_put_number(object, "seconds", row->seconds);
    }
}

static void put_quality(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    const struct quality *quality = &diagnosis->quality;
    json_t *object = json_put_object(root, "data_quality");
    json_put_text(object, "grade", arena, (char[]){quality->grade, '\0'});
    json_put_fixed(object, "confidence_cap", quality->confidence_cap, 3);
    json_put_fixed(object, "gpu_coverage", quality->gpu_coverage, 4);
    json_put_number(object, "longest_gap_seconds", quality->longest_gap_seconds);
    json_put_count(object, "gaps", quality->gaps);
    put_names(object, "notes", arena, quality->notes, quality->note_count);
    json_put_count(object, "correlation_tests", diagnosis->correlation_tests);
    json_put_bool(object, "negative_control_failed", diagnosis->negative_control_failed);
}

static void put_rules(json_t *root, struct arena *arena, const struct diagnosis *diagnosis) {
    json_t *rules = json_put_object(root, "rules");
    for (size_t i = 0; i < diagnosis->rule_count; i++) {
        const struct rule_in_force *row = &diagnosis->rules[i];
        json_t *object = json_put_object(rules, text_copy(arena, text_of(row->name)));
        json_put_number(object, "value", row->value);
        json_put_number(object, "default", row->standard);
        json_put_text(object, "unit", arena, unit_name(row->unit));
    }
}

static json_t *build(struct arena *arena, const struct diagnosis *diagnosis, const struct report_options *options) {
    json_t *root = json_object();
    json_put_text(root, "schema", arena, "whyslow.report/1");
    json_t *tool = json_put_object(root, "tool");
    json_put_text(tool, "name", arena, "whyslow");
    json_put_text(tool, "version", arena, WHYSLOW_VERSION);
    json_t *inputs = json_put_array(root, "inputs");
    for (size_t i = 0; diagnosis->recording != NULL && i < diagnosis->recording->source_count; i++)
        put_input(inputs, arena, diagnosis->recording->sources[i]);
    put_run(root, arena, diagnosis);
    put_verdict(root, arena, diagnosis);
    put_loss(root, diagnosis);
    put_phases(root, arena, diagnosis);
    put_findings(root, arena, diagnosis);
    put_ruled_out(root, arena, diagnosis);
    put_clocks(root, arena, diagnosis);
    put_correlations(root, arena, diagnosis);
    put_changes(root, arena, diagnosis);
    put_anomalies(root, arena, diagnosis);
    put_health(root, arena, diagnosis);
    put_periods(root, arena, diagnosis);
    put_doses(root, arena, diagnosis);
    put_lags(root, arena, diagnosis);
    put_alerts(root, arena, diagnosis);
    put_quality(root, arena, diagnosis);
    put_rules(root, arena, diagnosis);
    json_put_name(root, "command", arena, options->command_line);
    return root;
}

static int dump(const char *buffer, size_t size, void *set) { return outset_write(set, buffer, size) ? 0 : -1; }

bool json_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options) {
    if (!outset_begin(set, "report.json")) return false;
    struct arena *arena = arena_new();
    json_t *root = build(arena, diagnosis, options);
    if (json_dump_callback(root, dump, set, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) != 0)
        outset_fail(set, tr("the report cannot be expressed as JSON"));
    outset_write(set, "\n", 1);
    json_decref(root);
    arena_free(arena);
    return outset_end(set);
}

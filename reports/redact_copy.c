// Redacted copies of a recording and of what was found in it.
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "reports/redact.h"
#include "reports/redact_parts.h"

static void *copy(struct redactor *redactor, const void *items, size_t count, size_t size) {
    void *all = arena_array(redactor->aliases.arena, count + 1, size);
    if (count > 0) memcpy(all, items, count * size);
    return all;
}

static void hide(struct redactor *redactor, const char **text) { *text = redact_text(redactor, *text); }

static const char **names(struct redactor *redactor, const char **items, size_t count) {
    const char **all = copy(redactor, items, count, sizeof *items);
    for (size_t i = 0; i < count; i++) hide(redactor, &all[i]);
    return all;
}

// ── the recording ───────────────────────────────────────────────────────────

static void copy_lists(struct redactor *r, struct source *to) {
    to->tables = copy(r, to->tables, to->table_count, sizeof *to->tables);
    for (size_t i = 0; i < to->table_count; i++) hide(r, &to->tables[i].entity);
    to->events = copy(r, to->events, to->event_count, sizeof *to->events);
    for (size_t i = 0; i < to->event_count; i++) {
        hide(r, &to->events[i].entity);
        hide(r, &to->events[i].text);
    }
    to->facts = copy(r, to->facts, to->fact_count, sizeof *to->facts);
    for (size_t i = 0; i < to->fact_count; i++) {
        hide(r, &to->facts[i].entity);
        hide(r, &to->facts[i].value);
    }
    size_t kept = to->problem_count < PROBLEMS_KEPT ? to->problem_count : PROBLEMS_KEPT;
    to->problems = copy(r, to->problems, kept, sizeof *to->problems);
    for (size_t i = 0; i < kept; i++) hide(r, &to->problems[i].message);
    to->parts = copy(r, to->parts, to->part_count, sizeof *to->parts);
    for (size_t i = 0; i < to->part_count; i++) {
        to->parts[i].path = redact_base(r, to->parts[i].path);
        to->parts[i].member = redact_base(r, to->parts[i].member);
    }
}

static struct source *copy_source(struct redactor *r, size_t index) {
    struct source *to = copy(r, r->recording->sources[index], 1, sizeof *to);
    if (to->member[0] == '\0') {
        to->path = r->files[index].shown;
    } else {
        to->path = redact_base(r, to->path);
        to->member = r->files[index].shown;
    }
    hide(r, &to->host);
    hide(r, &to->clock_note);
    copy_lists(r, to);
    return to;
}

const struct recording *redact_recording(struct redactor *redactor) {
    if (redactor->redacted != NULL) return redactor->redacted;
    const struct recording *from = redactor->recording;
    struct recording *to = copy(redactor, from, 1, sizeof *to);
    to->sources = arena_array(redactor->aliases.arena, from->source_count + 1, sizeof(struct source *));
    for (size_t i = 0; i < from->source_count; i++) to->sources[i] = copy_source(redactor, i);
    redactor->redacted = to;
    return to;
}

// ── the diagnosis ───────────────────────────────────────────────────────────

static const struct source *source_of(struct redactor *redactor, const struct source *source) {
    for (size_t i = 0; source != NULL && i < redactor->recording->source_count; i++)
        if (redactor->recording->sources[i] == source) return redactor->redacted->sources[i];
    return NULL;
}

static const struct finding *findings(struct redactor *r, const struct diagnosis *d) {
    struct finding *all = copy(r, d->findings, d->finding_count, sizeof *all);
    for (size_t i = 0; i < d->finding_count; i++) {
        hide(r, &all[i].entity);
        hide(r, &all[i].sentence);
        hide(r, &all[i].next);
        struct evidence *evidence = copy(r, all[i].evidence, all[i].evidence_count, sizeof *evidence);
        for (size_t k = 0; k < all[i].evidence_count; k++) {
            hide(r, &evidence[k].text);
            hide(r, &evidence[k].source);
            hide(r, &evidence[k].entity);
        }
        all[i].evidence = evidence;
    }
    return all;
}

static const struct disk_health *health(struct redactor *r, const struct diagnosis *d) {
    struct disk_health *all = copy(r, d->health, d->health_count, sizeof *all);
    for (size_t i = 0; i < d->health_count; i++) {
        hide(r, &all[i].entity);
        hide(r, &all[i].model);
        hide(r, &all[i].source);
        hide(r, &all[i].joined);
        hide(r, &all[i].verdict);
        hide(r, &all[i].sentence);
        hide(r, &all[i].next);
        // A page may show a serial number that no fact holds.
        if (all[i].serial != NULL && all[i].serial[0] != '\0')
            all[i].serial = alias_of(&r->aliases, all[i].serial, ALIAS_SERIAL);
    }
    return all;
}

static void verdict(struct redactor *r, struct verdict *to) {
    const char **texts[] = {&to->entity,         &to->sentence,       &to->why, &to->against, &to->settle, &to->next,
                            &to->counterfactual, &to->confidence_note};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) hide(r, texts[i]);
}

static const struct source_clock *clocks(struct redactor *r, const struct diagnosis *d) {
    struct source_clock *all = copy(r, d->clocks, d->clock_count, sizeof *all);
    for (size_t i = 0; i < d->clock_count; i++) {
        all[i].source = source_of(r, all[i].source);
        hide(r, &all[i].note);
    }
    return all;
}

// The series of the grid point into the tables of the copied sources.
static const struct grid_series *series(struct redactor *r, const struct diagnosis *d) {
    struct grid_series *all = copy(r, d->series, d->series_count, sizeof *all);
    for (size_t i = 0; i < d->series_count; i++) {
        const struct source *from = all[i].source, *to = source_of(r, from);
        if (to == NULL) continue;
        all[i].source = to;
        for (size_t k = 0; k < from->table_count; k++)
            if (all[i].table == &from->tables[k]) {
                all[i].table = &to->tables[k];
                break;
            }
    }
    return all;
}

static void hide_rows(struct redactor *r, const struct diagnosis *d, struct diagnosis *to) {
    struct phase *phases = copy(r, d->phases, d->phase_count, sizeof *phases);
    for (size_t i = 0; i < d->phase_count; i++) hide(r, &phases[i].entity);
    to->phases = phases;
    struct ruled_out *ruled = copy(r, d->ruled_out, d->ruled_out_count, sizeof *ruled);
    for (size_t i = 0; i < d->ruled_out_count; i++) {
        hide(r, &ruled[i].entity);
        hide(r, &ruled[i].test);
        hide(r, &ruled[i].settle);
    }
    to->ruled_out = ruled;
    struct correlation *relations = copy(r, d->correlations, d->correlation_count, sizeof *relations);
    for (size_t i = 0; i < d->correlation_count; i++) {
        hide(r, &relations[i].a_entity);
        hide(r, &relations[i].b_entity);
    }
    to->correlations = relations;
    struct dose_response *doses = copy(r, d->doses, d->dose_count, sizeof *doses);
    for (size_t i = 0; i < d->dose_count; i++) hide(r, &doses[i].entity);
    to->doses = doses;
    struct lag_curve *lags = copy(r, d->lags, d->lag_count, sizeof *lags);
    for (size_t i = 0; i < d->lag_count; i++) hide(r, &lags[i].entity);
    to->lags = lags;
    struct gpu_lane *lanes = copy(r, d->lanes, d->lane_count, sizeof *lanes);
    for (size_t i = 0; i < d->lane_count; i++) hide(r, &lanes[i].entity);
    to->lanes = lanes;
}

static void hide_moments(struct redactor *r, const struct diagnosis *d, struct diagnosis *to) {
    struct change *changes = copy(r, d->changes, d->change_count, sizeof *changes);
    for (size_t i = 0; i < d->change_count; i++) hide(r, &changes[i].entity);
    to->changes = changes;
    struct anomaly *anomalies = copy(r, d->anomalies, d->anomaly_count, sizeof *anomalies);
    for (size_t i = 0; i < d->anomaly_count; i++) {
        hide(r, &anomalies[i].entity);
        hide(r, &anomalies[i].sentence);
        hide(r, &anomalies[i].next);
    }
    to->anomalies = anomalies;
    struct rule_alert *alerts = copy(r, d->alerts, d->alert_count, sizeof *alerts);
    for (size_t i = 0; i < d->alert_count; i++) {
        hide(r, &alerts[i].entity);
        hide(r, &alerts[i].sentence);
    }
    to->alerts = alerts;
    struct period *periods = copy(r, d->periods, d->period_count, sizeof *periods);
    for (size_t i = 0; i < d->period_count; i++) hide(r, &periods[i].note);
    to->periods = periods;
}

const struct diagnosis *redact_diagnosis(struct redactor *redactor, const struct diagnosis *diagnosis) {
    struct diagnosis *to = copy(redactor, diagnosis, 1, sizeof *to);
    // Over several hosts, the diagnosis speaks of the same logs with other names of devices.
    if (diagnosis->host_count > 0) {
        redactor->recording = diagnosis->recording;
        redactor->redacted = NULL;
    }
    to->recording = redact_recording(redactor);
    to->reference = source_of(redactor, diagnosis->reference);
    hide(redactor, &to->host);
    if (diagnosis->host_count > 0) to->hosts = names(redactor, diagnosis->hosts, diagnosis->host_count);
    to->gpus = names(redactor, diagnosis->gpus, diagnosis->gpu_count);
    to->disks = names(redactor, diagnosis->disks, diagnosis->disk_count);
    // First: it may add serial numbers that later texts hold.
    to->health = health(redactor, diagnosis);
    verdict(redactor, &to->verdict);
    to->findings = findings(redactor, diagnosis);
    to->clocks = clocks(redactor, diagnosis);
    to->series = series(redactor, diagnosis);
    hide_rows(redactor, diagnosis, to);
    hide_moments(redactor, diagnosis, to);
    to->quality.notes = names(redactor, diagnosis->quality.notes, diagnosis->quality.note_count);
    return to;
}

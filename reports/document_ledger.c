// The second half of the document: what it was not, what the data is worth, where it came from.
#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document_build.h"
#include "reports/document_parts.h"
#include "reports/shown.h"
#include "reports/writer.h"

void document_ruled_out(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct section *section = document_section(document, "ruled-out", tr("What was ruled out"), false);
    struct sheet *sheet =
        section_sheet(document, section, "ruled_out", tr("Ruled out"), tr("No other cause could be tested."));
    sheet_head(sheet, tr("Cause"), 2, false);
    sheet_head(sheet, tr("Where"), 1.1, false);
    sheet_head(sheet, tr("Result"), 1.3, false);
    sheet_head(sheet, tr("Test"), 3.6, false);
    sheet_head(sheet, tr("Value"), 1.1, true);
    sheet_head(sheet, tr("Compared with"), 1.4, true);
    sheet_head(sheet, tr("What would settle it"), 3, false);
    for (size_t i = 0; i < d->ruled_out_count; i++) {
        const struct ruled_out *rule = &d->ruled_out[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, cause_id(rule->cause));
        row[1] = cell_name(document, rule->entity);
        row[2] = cell_text(document, rule->result == RULED_OUT_NO_DATA ? tr("no data") : tr("not supported"));
        row[3] = cell_text(document, rule->test);
        row[4] = cell_number(document, rule->value, rule->unit);
        row[5] = cell_number(document, rule->threshold, rule->unit);
        row[6] = cell_text(document, rule->settle);
        if (rule->result == RULED_OUT_NO_DATA) row[2].mark = MARK_WATCH;
    }
}

static void clock_sheet(struct document *document, struct section *section) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet = section_sheet(document, section, "clocks", tr("Clocks"), tr("No file has a clock."));
    sheet_head(sheet, tr("File"), 2, false);
    sheet_head(sheet, tr("Offset"), 1, true);
    sheet_head(sheet, tr("Uncertainty"), 1.1, true);
    sheet_head(sheet, tr("Method"), 1.1, false);
    sheet_head(sheet, tr("Proved"), 0.8, false);
    sheet_head(sheet, tr("What it rests on"), 3.6, false);
    for (size_t i = 0; i < d->clock_count; i++) {
        const struct source_clock *clock = &d->clocks[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, source_name(clock->source));
        row[1] = cell_number(document, clock->offset_seconds, UNIT_SECONDS);
        row[2] = cell_number(document, clock->uncertainty_seconds, UNIT_SECONDS);
        row[3] = cell_text(document, tr(clock_method_name(clock->method)));
        row[4] = cell_text(document, clock->established ? tr("yes") : tr("no"));
        row[5] = cell_text(document, clock->note);
        if (!clock->established) row[4].mark = MARK_WATCH;
    }
}

void document_quality(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    const struct quality *quality = &d->quality;
    struct section *section = document_section(document, "quality", tr("Data quality and clocks"), false);
    struct arena *arena = document->arena;
    const char *covered = shown_share(arena, quality->gpu_coverage);
    const char *cap = shown_share(arena, quality->confidence_cap);
    const char *words;
    if (quality->gaps == 0 || !isfinite(quality->longest_gap_seconds))
        words = arena_printf(arena,
                             tr("Grade %c: GPU samples cover %s of the run without a gap. The confidence is capped at "
                                "%s."),
                             quality->grade, covered, cap);
    else
        words = arena_printf(
            arena,
            tr("Grade %c: GPU samples cover %s of the run; %zu gaps, the longest %s. The confidence is "
               "capped at %s."),
            quality->grade, covered, quality->gaps, unit_duration(arena, quality->longest_gap_seconds), cap);
    section_text(document, section, words);
    for (size_t i = 0; i < quality->note_count; i++) section_item(document, section, quality->notes[i]);
    clock_sheet(document, section);
}

static const char *at_zone(struct document *document, const char *name) {
    return arena_printf(document->arena, tr("%s (%s)"), name, shown_zone(document->diagnosis));
}

static void change_sheet(struct document *document, struct section *section) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet =
        section_sheet(document, section, "changes", tr("Changes"), tr("No series changed its level for good."));
    sheet_head(sheet, at_zone(document, tr("When")), 2.4, false);
    sheet_head(sheet, tr("Earliest"), 2.1, false);
    sheet_head(sheet, tr("Latest"), 2.1, false);
    sheet_head(sheet, tr("Where"), 1.2, false);
    sheet_head(sheet, tr("Quantity"), 1.8, false);
    sheet_head(sheet, tr("Before"), 1.1, true);
    sheet_head(sheet, tr("After"), 1.1, true);
    for (size_t i = 0; i < d->change_count; i++) {
        const struct change *change = &d->changes[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_time(document, change->at);
        row[1] = cell_time(document, change->low);
        row[2] = cell_time(document, change->high);
        row[3] = cell_name(document, change->entity);
        row[4] = cell_text(document, change->quantity);
        row[5] = cell_number(document, change->before, change->unit);
        row[6] = cell_number(document, change->after, change->unit);
    }
}

static void anomaly_sheet(struct document *document, struct section *section) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet = section_sheet(document, section, "anomalies", tr("Anomalies"),
                                        tr("No single moment stands out from the rest of the run."));
    sheet_head(sheet, at_zone(document, tr("Start")), 2.4, false);
    sheet_head(sheet, tr("End"), 2.3, false);
    sheet_head(sheet, tr("Where"), 1.4, false);
    sheet_head(sheet, tr("Quantity"), 1.7, false);
    sheet_head(sheet, tr("Value"), 1.3, true);
    sheet_head(sheet, tr("Usual"), 1.3, true);
    sheet_head(sheet, tr("Score"), 1, true);
    sheet_head(sheet, tr("What it means"), 3.6, false);
    sheet_head(sheet, tr("What next"), 2.8, false);
    for (size_t i = 0; i < d->anomaly_count; i++) {
        const struct anomaly *anomaly = &d->anomalies[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_time(document, anomaly->start);
        row[1] = cell_time(document, anomaly->end);
        row[2] = cell_name(document, anomaly->entity);
        row[3] = cell_text(document, anomaly->quantity);
        row[4] = cell_number(document, anomaly->value, anomaly->unit);
        row[5] = cell_number(document, anomaly->usual, anomaly->unit);
        row[6] = cell_number(document, anomaly->score, UNIT_NONE);
        row[7] = cell_text(document, anomaly->sentence);
        row[8] = cell_text(document, anomaly->next);
    }
}

static void alert_sheet(struct document *document, struct section *section) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet =
        section_sheet(document, section, "alerts", tr("Alerts"), tr("No alert rule would have fired."));
    sheet_head(sheet, at_zone(document, tr("First")), 2.4, false);
    sheet_head(sheet, tr("Rule"), 2, false);
    sheet_head(sheet, tr("Severity"), 1, false);
    sheet_head(sheet, tr("Where"), 1.1, false);
    sheet_head(sheet, tr("In all"), 1.1, true);
    sheet_head(sheet, tr("What happened"), 4, false);
    for (size_t i = 0; i < d->alert_count; i++) {
        const struct rule_alert *alert = &d->alerts[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_time(document, alert->first);
        row[1] = cell_text(document, alert->rule);
        row[2] = cell_text(document, shown_severity(alert->severity));
        row[3] = cell_name(document, alert->entity);
        row[4] = cell_number(document, alert->seconds, UNIT_SECONDS);
        if (row[4].kind == CELL_NUMBER) row[4].text = unit_duration(document->arena, alert->seconds);
        row[5] = cell_text(document, alert->sentence);
    }
}

void document_events(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct section *section = document_section(document, "events", tr("Changes, anomalies and alerts"), false);
    change_sheet(document, section);
    anomaly_sheet(document, section);
    alert_sheet(document, section);
    for (size_t i = 0; i < d->period_count; i++) {
        const struct period *period = &d->periods[i];
        section_item(document, section,
                     arena_printf(document->arena, tr("A cycle of %s (%s, ± %s; %zu cycles): %s"),
                                  unit_duration(document->arena, period->seconds), period->name,
                                  unit_duration(document->arena, period->uncertainty), period->cycles, period->note));
    }
}

static const char *series_name(struct arena *arena, const char *entity, const char *quantity) {
    if (entity == NULL || entity[0] == '\0') return shown_text(arena, quantity);
    return arena_printf(arena, "%s %s", shown_name(arena, entity, 40), shown_text(arena, quantity));
}

static void relation_row(struct document *document, struct sheet *sheet, const struct correlation *relation) {
    struct cell *row = sheet_row(sheet);
    row[0] = cell_text(document, series_name(document->arena, relation->a_entity, tr(relation->a_quantity)));
    row[1] = cell_text(document, relation->words);
    row[2] = cell_text(document, series_name(document->arena, relation->b_entity, relation->b_quantity));
    row[3] = cell_number(document, relation->spearman, UNIT_NONE);
    row[4] = cell_number(document, relation->low, UNIT_NONE);
    row[5] = cell_number(document, relation->high, UNIT_NONE);
    row[6] = cell_number(document, relation->pearson, UNIT_NONE);
    row[7] = cell_number(document, relation->n_effective, UNIT_NONE);
    row[8] = cell_number(document, relation->q, UNIT_NONE);
    if (row[8].kind == CELL_NUMBER && relation->q < 0.001) row[8].text = "< 0.001";
    row[9] = relation->lag_holds ? cell_number(document, relation->lag_seconds, UNIT_SECONDS) : cell_text(document, "");
}

void document_relations(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct section *section = document_section(document, "correlations", tr("Correlations"), false);
    section_text(document, section,
                 arena_printf(document->arena,
                              tr("%zu pairs of series were tested; q is the share of false discoveries to expect among "
                                 "pairs at least this strong. A correlation is not a cause."),
                              d->correlation_tests));
    if (d->negative_control_failed)
        section_text(
            document, section,
            tr("The negative control failed: an unrelated series correlates as well. Do not rely on this table."));
    section_chart(document, section, CHART_CORRELATIONS);
    section_chart_if(document, section, CHART_MATRIX);
    struct sheet *sheet =
        section_sheet(document, section, "correlations", tr("Correlations"), tr("No pair of series could be tested."));
    sheet_head(sheet, tr("This"), 1.7, false);
    sheet_head(sheet, tr("Relation"), 1.7, false);
    sheet_head(sheet, tr("With"), 2, false);
    sheet_head(sheet, tr("Spearman"), 1.5, true);
    sheet_head(sheet, tr("From (95 %)"), 1.1, true);
    sheet_head(sheet, tr("To (95 %)"), 1.1, true);
    sheet_head(sheet, tr("Pearson"), 1.3, true);
    sheet_head(sheet, tr("Effective samples"), 1.3, true);
    sheet_head(sheet, tr("q"), 0.9, true);
    sheet_head(sheet, tr("Lead"), 0.8, true);
    for (size_t i = 0; i < d->correlation_count; i++) relation_row(document, sheet, &d->correlations[i]);
}

static void input_sheet(struct document *document, struct section *section) {
    const struct recording *recording = document->diagnosis->recording;
    struct sheet *sheet = section_sheet(document, section, "inputs", tr("Inputs"), tr("No file was read."));
    sheet_head(sheet, tr("File"), 2, false);
    sheet_head(sheet, tr("Recognised as"), 1.5, false);
    sheet_head(sheet, tr("Bytes"), 1, true);
    sheet_head(sheet, tr("Rows"), 0.9, true);
    sheet_head(sheet, tr("Skipped lines"), 0.9, true);
    sheet_head(sheet, tr("SHA-256"), 3.4, false);
    for (size_t i = 0; recording != NULL && i < recording->source_count; i++) {
        const struct source *source = recording->sources[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, source_name(source));
        row[1] = cell_text(document, source->format == NULL ? tr("not recognised") : source->format);
        row[2] = cell_count(document, (size_t)source->bytes);
        row[3] = cell_count(document, source->samples);
        row[4] = cell_count(document, source->skipped_lines);
        row[5] = cell_text(document, source->sha256);
        if (source->refused || source->format == NULL) row[1].mark = MARK_WATCH;
    }
}

// Problems of a file that are printed; the JSON holds more.
enum { PROBLEMS_SHOWN = 10 };

static void problem_sheet(struct document *document, struct section *section) {
    const struct recording *recording = document->diagnosis->recording;
    struct sheet *sheet = section_sheet(document, section, "problems", tr("What could not be used"),
                                        tr("Every line of every file was used."));
    sheet_head(sheet, tr("File and line"), 2.5, false);
    sheet_head(sheet, tr("Severity"), 1, false);
    sheet_head(sheet, tr("Problem"), 6, false);
    for (size_t i = 0; recording != NULL && i < recording->source_count; i++) {
        const struct source *source = recording->sources[i];
        size_t kept = source->problem_count < PROBLEMS_KEPT ? source->problem_count : PROBLEMS_KEPT;
        for (size_t k = 0; k < kept && k < PROBLEMS_SHOWN; k++) {
            struct cell *row = sheet_row(sheet);
            row[0] = cell_place(document, source_name(source), source->problems[k].line);
            row[1] = cell_text(document, shown_severity(source->problems[k].severity));
            row[2] = cell_text(document, source->problems[k].message);
        }
        if (source->problem_count <= PROBLEMS_SHOWN) continue;
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, source_name(source));
        row[2] = cell_text(document, arena_printf(document->arena, tr("… and %zu more problems"),
                                                  source->problem_count - PROBLEMS_SHOWN));
    }
}

static void rule_sheet(struct document *document, struct section *section) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet = section_sheet(document, section, "rules", tr("Rules in force"), tr("No rule was asked."));
    sheet_head(sheet, tr("Rule"), 2.4, false);
    sheet_head(sheet, tr("Value"), 1, true);
    sheet_head(sheet, tr("Default"), 1, true);
    sheet_head(sheet, tr("What it does"), 5, false);
    for (size_t i = 0; i < d->rule_count; i++) {
        const struct rule_in_force *rule = &d->rules[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, rule->name);
        row[1] = cell_number(document, rule->value, rule->unit);
        row[2] = cell_number(document, rule->standard, rule->unit);
        row[3] = cell_text(document, rule->what);
        bool same = rule->value == rule->standard || (isnan(rule->value) && isnan(rule->standard));
        if (!same) row[1].mark = MARK_WATCH;
    }
}

void document_provenance(struct document *document) {
    struct section *section = document_section(document, "provenance", tr("Where it came from"), false);
    input_sheet(document, section);
    problem_sheet(document, section);
    rule_sheet(document, section);
    section_field(document, section, tr("Made by"), arena_printf(document->arena, "whyslow %s", WHYSLOW_VERSION));
    const char *command = document->options->command_line;
    if (command != NULL && command[0] != '\0') {
        section_head(document, section, tr("To reproduce"), MARK_NONE);
        section_code(document, section, command);
    }
}

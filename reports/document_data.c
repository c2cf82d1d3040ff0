// The facts of the document as long tables: one row a finding, a piece of evidence, a disk, a counter.
#include <math.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document_build.h"
#include "reports/document_parts.h"
#include "reports/shown.h"

static void findings_sheet(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet = section_sheet(document, &document->data, "findings", tr("Findings"),
                                        tr("Nothing was found that anybody has to act on."));
    sheet_head(sheet, tr("Cause"), 2, false);
    sheet_head(sheet, tr("Severity"), 1.2, false);
    sheet_head(sheet, tr("Where"), 1.2, false);
    sheet_head(sheet, tr("Sentence"), 6, false);
    sheet_head(sheet, tr("Confidence"), 1.2, true);
    sheet_head(sheet, tr("Lost GPU-hours"), 1.2, true);
    sheet_head(sheet, tr("What next"), 5, false);
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct finding *finding = &d->findings[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, cause_id(finding->cause));
        row[1] = cell_text(document, shown_severity(finding->severity));
        row[1].mark = finding->severity == SEVERITY_CRITICAL  ? MARK_ACT
                      : finding->severity == SEVERITY_WARNING ? MARK_SUSPECT
                                                              : MARK_NONE;
        row[2] = cell_name(document, finding->entity);
        row[3] = cell_text(document, finding->sentence);
        row[4] = cell_share(document, finding->confidence);
        row[5] = cell_number(document, finding->lost_gpu_hours, UNIT_NONE);
        row[6] = cell_text(document, finding->next);
    }
}

static void evidence_rows(struct document *document, struct sheet *sheet, const struct finding *finding) {
    for (size_t k = 0; k < finding->evidence_count; k++) {
        const struct evidence *evidence = &finding->evidence[k];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, cause_id(finding->cause));
        row[1] = cell_text(document, evidence->direction > 0   ? tr("for")
                                     : evidence->direction < 0 ? tr("against")
                                                               : tr("context"));
        row[2] = cell_name(document, evidence->entity);
        row[3] = cell_text(document, evidence->text);
        row[4] = cell_number(document, evidence->value, evidence->unit);
        row[5] = cell_number(document, evidence->threshold, evidence->unit);
        row[6] = cell_text(document, evidence->quantity);
        row[7] = cell_place(document, evidence->source, evidence->line);
        row[8] = cell_time(document, evidence->from);
        row[9] = cell_time(document, evidence->to);
    }
}

static void evidence_sheet(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet =
        section_sheet(document, &document->data, "evidence", tr("Evidence"), tr("There is no evidence to show."));
    sheet_head(sheet, tr("Cause"), 2, false);
    sheet_head(sheet, tr("Speaks"), 1, false);
    sheet_head(sheet, tr("Where"), 1.2, false);
    sheet_head(sheet, tr("Fact"), 6, false);
    sheet_head(sheet, tr("Value"), 1.2, true);
    sheet_head(sheet, tr("Compared with"), 1.2, true);
    sheet_head(sheet, tr("Quantity"), 2, false);
    sheet_head(sheet, tr("File and line"), 3, false);
    sheet_head(sheet, arena_printf(document->arena, "%s (%s)", tr("From"), shown_zone(d)), 2.2, false);
    sheet_head(sheet, tr("To"), 2.2, false);
    for (size_t i = 0; i < d->finding_count; i++) evidence_rows(document, sheet, &d->findings[i]);
}

static void disks_sheet(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet = section_sheet(document, &document->data, "disks", tr("Disks"),
                                        tr("No log of smartctl: nothing is known of the health of the disks."));
    sheet_head(sheet, tr("Disk"), 2.5, false);
    sheet_head(sheet, tr("Model"), 1.8, false);
    sheet_head(sheet, tr("Serial number"), 1.6, false);
    sheet_head(sheet, tr("Says of itself"), 1.6, false);
    sheet_head(sheet, tr("Snapshots"), 1, true);
    sheet_head(sheet, tr("Powered on"), 1.2, true);
    sheet_head(sheet, tr("Temperature"), 1.2, true);
    sheet_head(sheet, tr("Joined to the device"), 3, false);
    sheet_head(sheet, tr("Sentence"), 4, false);
    sheet_head(sheet, tr("What next"), 4, false);
    for (size_t i = 0; i < d->health_count; i++) {
        const struct disk_health *health = &d->health[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_name(document, health->entity);
        row[1] = cell_text(document, health->model);
        row[2] = cell_text(document, health->serial);
        row[3] = cell_text(document, health->verdict);
        row[4] = cell_count(document, health->snapshots);
        row[5] = cell_number(document, health->power_on_hours, UNIT_HOURS);
        row[6] = cell_number(document, health->temperature, UNIT_CELSIUS);
        row[7] = cell_text(document, health->joined);
        row[8] = cell_text(document, health->sentence);
        row[9] = cell_text(document, health->next);
    }
}

static void counter_rows(struct document *document, struct sheet *sheet, const struct disk_health *health) {
    for (size_t k = 0; k < health->attribute_count; k++) {
        const struct disk_attribute *a = &health->attributes[k];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_name(document, health->entity);
        row[1] = cell_text(document, a->name);
        row[2] = cell_number(document, a->first, UNIT_NONE);
        row[3] = cell_number(document, a->last, UNIT_NONE);
        row[4] = cell_number(document, a->growth, UNIT_NONE);
        row[5] = cell_number(document, a->value, UNIT_NONE);
        row[6] = cell_number(document, a->threshold, UNIT_NONE);
        row[7] = cell_text(document, a->state);
        row[8] = cell_place(document, health->source, a->line);
        row[1].mark = a->level <= 0 ? MARK_NONE : a->level >= 3 ? MARK_ACT : (enum mark)a->level;
    }
}

static void counters_sheet(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet =
        section_sheet(document, &document->data, "counters", tr("Health counters"), tr("No counter was read."));
    sheet_head(sheet, tr("Disk"), 1.6, false);
    sheet_head(sheet, tr("Counter"), 3.2, false);
    sheet_head(sheet, tr("First"), 1.2, true);
    sheet_head(sheet, tr("Last"), 1.2, true);
    sheet_head(sheet, tr("Growth"), 1.2, true);
    sheet_head(sheet, tr("Normalised"), 1.2, true);
    sheet_head(sheet, tr("Threshold"), 1.2, true);
    sheet_head(sheet, tr("State"), 1.6, false);
    sheet_head(sheet, tr("File and line"), 3, false);
    for (size_t i = 0; i < d->health_count; i++) counter_rows(document, sheet, &d->health[i]);
}

static void lags_sheet(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *sheet = section_sheet(document, &document->data, "lags", tr("Lags"),
                                        tr("There is no curve of lags: too little was "
                                           "logged side by side."));
    sheet_head(sheet, tr("Where"), 1.2, false);
    sheet_head(sheet, tr("Quantity"), 1.4, false);
    sheet_head(sheet, tr("Ahead of the loss by"), 1.4, true);
    sheet_head(sheet, tr("Correlation"), 1.2, true);
    sheet_head(sheet, tr("Band of chance"), 1.2, true);
    sheet_head(sheet, tr("What it shows"), 4, false);
    for (size_t i = 0; i < d->lag_count; i++)
        for (size_t k = 0; k < d->lags[i].count; k++) {
            const struct lag_curve *curve = &d->lags[i];
            struct cell *row = sheet_row(sheet);
            row[0] = cell_name(document, curve->entity);
            row[1] = cell_text(document, curve->quantity);
            row[2] = cell_number(document, (double)k * curve->step - curve->reach, UNIT_SECONDS);
            row[3] = cell_number(document, curve->r[k], UNIT_NONE);
            row[4] = cell_number(document, curve->band, UNIT_NONE);
            row[5] = cell_text(document, k == 0 ? curve->words : "");
        }
}

void document_data(struct document *document) {
    findings_sheet(document);
    evidence_sheet(document);
    disks_sheet(document);
    counters_sheet(document);
    lags_sheet(document);
}

// The first half of the document: the answer and what it rests on.
#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document_build.h"
#include "reports/document_parts.h"
#include "reports/shown.h"

// "gpu0, gpu1, gpu2 and 5 more".
static const char *name_list(struct arena *arena, const char *const *names, size_t count, size_t most) {
    if (count == 0) return tr("none in the logs");
    const char *text = "";
    for (size_t i = 0; i < count && i < most; i++)
        text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : tr(", "), shown_name(arena, names[i], 40));
    return count <= most ? text : arena_printf(arena, tr("%s and %zu more"), text, count - most);
}

// The first fact of this key about any entity of the recording.
static const char *fact(const struct diagnosis *diagnosis, const char *entity, const char *key) {
    if (diagnosis->recording == NULL) return NULL;
    for (size_t i = 0; i < diagnosis->recording->source_count; i++) {
        const char *value = source_fact_value(diagnosis->recording->sources[i], entity, key);
        if (value != NULL && value[0] != '\0') return value;
    }
    return NULL;
}

static const char *gpus_of(struct arena *arena, const struct diagnosis *diagnosis) {
    const char *list = name_list(arena, diagnosis->gpus, diagnosis->gpu_count, 8);
    const char *model = diagnosis->gpu_count == 0 ? NULL : fact(diagnosis, diagnosis->gpus[0], "name");
    return model == NULL ? list : arena_printf(arena, tr("%s (%s)"), list, shown_name(arena, model, 40));
}

static const char *disks_of(struct arena *arena, const struct diagnosis *diagnosis) {
    return name_list(arena, diagnosis->disks, diagnosis->disk_count, 8);
}

static const char *logs_of(struct arena *arena, const struct diagnosis *diagnosis) {
    size_t count = diagnosis->recording == NULL ? 0 : diagnosis->recording->source_count;
    size_t read = 0;
    for (size_t i = 0; i < count; i++) {
        const struct source *source = diagnosis->recording->sources[i];
        read += source->format != NULL && !source->refused;
    }
    return arena_printf(arena, tr("%zu of %zu files were read"), read, count);
}

static void card_row(struct document *document, struct sheet *card, const char *what, const char *value) {
    struct cell *row = sheet_row(card);
    row[0] = cell_text(document, what);
    row[1] = cell_text(document, value);
}

static void run_card(struct document *document, struct section *section) {
    const struct diagnosis *d = document->diagnosis;
    struct sheet *card = section_sheet(document, section, "run", tr("The run"), "");
    sheet_head(card, tr("What"), 1, false);
    sheet_head(card, tr("Value"), 4, false);
    card_row(document, card, tr("When"), document->subtitle);
    if (d->host_count > 0)
        card_row(document, card, tr("Hosts"), name_list(document->arena, d->hosts, d->host_count, 8));
    card_row(document, card, tr("GPUs"), gpus_of(document->arena, d));
    card_row(document, card, tr("Disks"), disks_of(document->arena, d));
    card_row(document, card, tr("Logs"), logs_of(document->arena, d));
    card_row(document, card, tr("Data quality"),
             arena_printf(document->arena, tr("%c on a scale from A to F"), d->quality.grade));
}

void document_summary(struct document *document) {
    const struct summary *summary = &document->summary;
    struct section *section = document_section(document, "summary", tr("Summary"), false);
    section_text(document, section, summary->sentence);
    section_field(document, section, tr("Why"), summary->why);
    section_field(document, section, tr("How sure"), summary->sure);
    section_field(document, section, tr("What it cost"), summary->cost);
    section_field(document, section, tr("Without it"), summary->counterfactual);
    section_field(document, section, tr("What next"), summary->next);
    section_field(document, section, tr("Also found"), summary->also);
    section_field(document, section, tr("Against it"), summary->against);
    section_field(document, section, tr("What would settle it"), summary->settle);
    section_chart(document, section, CHART_OVERVIEW);
    run_card(document, section);
}

static const char *with_zone(struct document *document, const char *name) {
    return arena_printf(document->arena, tr("%s (%s)"), name, shown_zone(document->diagnosis));
}

void document_timeline(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct section *section = document_section(document, "timeline", tr("Timeline"), true);
    section_chart(document, section, CHART_TIMELINE);
    struct sheet *sheet =
        section_sheet(document, section, "phases", tr("Phases"), tr("The run could not be divided into phases."));
    sheet_head(sheet, with_zone(document, tr("Start")), 2.2, false);
    sheet_head(sheet, with_zone(document, tr("End")), 2.2, false);
    sheet_head(sheet, tr("Length"), 1.2, true);
    sheet_head(sheet, tr("Cause"), 1.7, false);
    sheet_head(sheet, tr("Where"), 1.2, false);
    sheet_head(sheet, tr("Confidence"), 1.2, true);
    sheet_head(sheet, tr("Lost GPU-hours"), 1.3, true);
    sheet_head(sheet, tr("Mean GPU utilisation"), 1.3, true);
    for (size_t i = 0; i < d->phase_count; i++) {
        const struct phase *phase = &d->phases[i];
        double seconds = ((double)phase->end - (double)phase->start) / 1000;
        struct cell *row = sheet_row(sheet);
        row[0] = cell_time(document, phase->start);
        row[1] = cell_time(document, phase->end);
        row[2] = cell_number(document, seconds, UNIT_SECONDS);
        row[2].text = unit_duration(document->arena, seconds);
        row[3] = cell_text(document, cause_id(phase->cause));
        row[4] = cell_name(document, phase->entity);
        row[5] = cell_share(document, phase->confidence);
        row[6] = cell_number(document, phase->lost_gpu_hours, UNIT_NONE);
        row[7] = cell_number(document, phase->gpu_utilization, UNIT_PERCENT);
    }
}

static enum mark mark_of(enum severity severity) {
    return severity == SEVERITY_CRITICAL ? MARK_ACT : severity == SEVERITY_WARNING ? MARK_SUSPECT : MARK_NONE;
}

static const char *direction_words(int direction) {
    return direction > 0 ? tr("for") : direction < 0 ? tr("against") : tr("context");
}

static void evidence_sheet(struct document *document, struct section *section, const struct finding *finding,
                           size_t index) {
    struct sheet *sheet = section_sheet(document, section, arena_printf(document->arena, "evidence-%zu", index + 1),
                                        tr("Evidence"), tr("No single series carries this finding."));
    sheet_head(sheet, tr("Speaks"), 0.8, false);
    sheet_head(sheet, tr("Fact"), 4.6, false);
    sheet_head(sheet, tr("Value"), 1, true);
    sheet_head(sheet, tr("Compared with"), 1.2, true);
    sheet_head(sheet, tr("File and line"), 2.2, false);
    for (size_t i = 0; i < finding->evidence_count; i++) {
        const struct evidence *evidence = &finding->evidence[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, direction_words(evidence->direction));
        row[1] = cell_text(document, evidence->text);
        row[2] = cell_number(document, evidence->value, evidence->unit);
        row[3] = cell_number(document, evidence->threshold, evidence->unit);
        row[4] = cell_place(document, evidence->source, evidence->line);
    }
}

// Which charts belong to a finding: those of the verdict show what it rests on, the others what their kind of cause
// shows itself by.
static bool belongs_to(enum chart_kind kind, const struct diagnosis *d, const struct finding *finding) {
    bool verdict = finding->cause == d->verdict.cause && strcmp(finding->entity, d->verdict.entity) == 0;
    switch (kind) {
        case CHART_DOSE:
        case CHART_LAGS:
            return verdict;
        case CHART_CLOCKS:
            return finding->cause == CAUSE_GPU_THERMAL || finding->cause == CAUSE_GPU_POWER_CAP ||
                   finding->cause == CAUSE_GPU_CLOCK_HELD || finding->cause == CAUSE_GPU_STRAGGLER;
        case CHART_EPOCHS:
            return finding->cause == CAUSE_STORAGE_READ || finding->cause == CAUSE_INPUT_ELSEWHERE ||
                   finding->cause == CAUSE_EPOCH_GAP;
        default:
            return false;
    }
}

static const enum chart_kind evidence_charts[] = {CHART_DOSE, CHART_LAGS, CHART_CLOCKS, CHART_EPOCHS};
enum { EVIDENCE_CHARTS = sizeof evidence_charts / sizeof *evidence_charts };

void document_evidence(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct section *section = document_section(document, "evidence", tr("Findings and their evidence"), false);
    if (d->finding_count == 0) section_text(document, section, tr("Nothing was found that anybody has to act on."));
    bool placed[EVIDENCE_CHARTS] = {false};
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct finding *finding = &d->findings[i];
        section_head(document, section,
                     arena_printf(document->arena, tr("%zu. %s (%s)"), i + 1,
                                  shown_cause(document->arena, (int)finding->cause, finding->entity),
                                  shown_severity(finding->severity)),
                     mark_of(finding->severity));
        section_text(document, section, finding->sentence);
        section_field(document, section, tr("What next"), finding->next);
        if (finding->evidence_count > 0) evidence_sheet(document, section, finding, i);
        for (size_t k = 0; k < EVIDENCE_CHARTS; k++) {
            if (placed[k] || !belongs_to(evidence_charts[k], d, finding)) continue;
            section_chart_if(document, section, evidence_charts[k]);
            placed[k] = true;
        }
    }
    for (size_t k = 0; k < EVIDENCE_CHARTS; k++)
        if (!placed[k]) section_chart_if(document, section, evidence_charts[k]);
}

void document_loss(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct section *section = document_section(document, "loss", tr("Lost GPU time by cause"), false);
    section_text(document, section, document->summary.cost);
    section_chart(document, section, CHART_LOSS);
    struct sheet *sheet =
        section_sheet(document, section, "loss", tr("Loss"), tr("No GPU time was lost, or no log shows it."));
    sheet_head(sheet, tr("Cause"), 2, false);
    sheet_head(sheet, tr("Meaning"), 4, false);
    sheet_head(sheet, tr("Lost GPU-hours"), 1.3, true);
    sheet_head(sheet, tr("From (95 %)"), 1.2, true);
    sheet_head(sheet, tr("To (95 %)"), 1.2, true);
    sheet_head(sheet, tr("Share of GPU time"), 1.3, true);
    for (size_t i = 0; i < d->loss_count; i++) {
        const struct loss *loss = &d->losses[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, cause_id(loss->cause));
        row[1] = cell_text(document, cause_title(loss->cause));
        row[2] = cell_number(document, loss->gpu_hours, UNIT_NONE);
        row[3] = cell_number(document, loss->low, UNIT_NONE);
        row[4] = cell_number(document, loss->high, UNIT_NONE);
        row[5] = cell_share(document, d->gpu_hours > 0 ? loss->gpu_hours / d->gpu_hours : NAN);
    }
}

static enum mark mark_of_level(int level) { return level <= 0 ? MARK_NONE : level >= 3 ? MARK_ACT : (enum mark)level; }

static void attribute_sheet(struct document *document, struct section *section, const struct disk_health *health,
                            size_t index) {
    struct sheet *sheet = section_sheet(document, section, arena_printf(document->arena, "health-%zu", index + 1),
                                        tr("Counters"), tr("No counter was read."));
    sheet_head(sheet, tr("Counter"), 3, false);
    sheet_head(sheet, tr("First"), 1.2, true);
    sheet_head(sheet, tr("Last"), 1.2, true);
    sheet_head(sheet, tr("Growth"), 1.2, true);
    sheet_head(sheet, tr("Normalised"), 1.1, true);
    sheet_head(sheet, tr("Threshold"), 1, true);
    sheet_head(sheet, tr("State"), 1.4, false);
    sheet_head(sheet, tr("Line"), 0.8, true);
    for (size_t i = 0; i < health->attribute_count; i++) {
        const struct disk_attribute *a = &health->attributes[i];
        static const char *const states[] = {N_("fine"), N_("watch"), N_("suspect"), N_("act now")};
        int level = a->level < 0 ? 0 : a->level > 3 ? 3 : a->level;
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, a->name);
        row[1] = cell_number(document, a->first, UNIT_NONE);
        row[2] = cell_number(document, a->last, UNIT_NONE);
        row[3] = cell_number(document, a->growth, UNIT_NONE);
        row[4] = cell_number(document, a->value, UNIT_NONE);
        row[5] = cell_number(document, a->threshold, UNIT_NONE);
        row[6] = cell_text(document, a->state[0] != '\0' ? a->state : tr(states[level]));
        row[7] = a->line == 0 ? cell_text(document, "") : cell_count(document, a->line);
        row[0].mark = row[6].mark = mark_of_level(a->level);
    }
}

void document_health(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct section *section = document_section(document, "health", tr("Disk health"), false);
    if (d->health_count == 0)
        section_text(document, section, tr("No log of smartctl: nothing is known of the health of the disks."));
    for (size_t i = 0; i < d->health_count; i++) {
        const struct disk_health *health = &d->health[i];
        const char *name = shown_name(document->arena, health->entity, 60);
        const char *model = shown_name(document->arena, health->model, 60);
        const char *head = model[0] == '\0' ? name : arena_printf(document->arena, tr("%s (%s)"), name, model);
        section_head(document, section, head, mark_of_level(health->level));
        section_text(document, section, health->sentence);
        section_field(document, section, tr("Says of itself"), health->verdict);
        section_field(document, section, tr("Serial number"), health->serial);
        section_field(document, section, tr("Joined to the device"), health->joined);
        if (isfinite(health->power_on_hours))
            section_field(document, section, tr("Powered on"),
                          unit_show(document->arena, health->power_on_hours, UNIT_HOURS));
        section_field(document, section, tr("What next"), health->next);
        if (health->attribute_count > 0) attribute_sheet(document, section, health, i);
    }
    section_chart_if(document, section, CHART_HEALTH);
}

// A comparison as a document: the verdict of each run, what changed, the causes, what is set differently.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/compare_parts.h"
#include "reports/document_build.h"
#include "reports/figure.h"
#include "reports/shown.h"
#include "reports/writer.h"

enum { NAMED_MOST = 6, TITLE_MOST = 60 };

static size_t shown_runs(const struct comparison *c) {
    return c->count < COMPARE_RUNS_MOST ? c->count : COMPARE_RUNS_MOST;
}

// "changes" of the only run, "changes-2" of the second of several.
static const char *id_of(struct document *document, const struct comparison *c, const char *what, size_t number) {
    return c->count == 1 ? what : arena_printf(document->arena, "%s-%zu", what, number);
}

static const char *run_title(struct document *document, const struct comparison *c, size_t number) {
    const char *name = shown_name(document->arena, c->contrasts[number - 1].run->name, TITLE_MOST);
    return c->count == 1 ? name : arena_printf(document->arena, tr("run %zu: %s"), number, name);
}

static const char *titled(struct document *document, const struct comparison *c, const char *title, size_t number) {
    if (c->count == 1) return title;
    return arena_printf(document->arena, tr("%s (run %zu)"), title, number);
}

// ── the first page ──────────────────────────────────────────────────────────

static const char *settings_line(struct document *document, const struct contrast *c) {
    struct arena *arena = document->arena;
    const char *line = "";
    size_t count = 0;
    for (size_t i = 0; i < c->setting_count; i++) {
        const struct setting_difference *s = &c->settings[i];
        if (!s->differs || count++ >= NAMED_MOST) continue;
        const char *what = s->entity[0] == '\0' ? s->what : arena_printf(arena, "%s %s", s->entity, s->what);
        const char *one = arena_printf(arena, tr("%s: %s, was %s"), what, s->after, s->before);
        line = line[0] == '\0' ? one : arena_printf(arena, tr("%s; %s"), line, one);
    }
    return count > NAMED_MOST ? arena_printf(arena, tr("%s; and %zu more"), line, count - NAMED_MOST) : line;
}

static const char *uncompared_line(struct document *document, const struct contrast *c) {
    const char *line = "";
    for (size_t i = 0; i < c->uncompared_count; i++)
        line =
            i == 0 ? c->uncompared[i].what : arena_printf(document->arena, tr("%s; %s"), line, c->uncompared[i].what);
    return line;
}

static enum mark mark_of(int severity) {
    return severity >= SEVERITY_CRITICAL ? MARK_ACT : severity >= SEVERITY_WARNING ? MARK_SUSPECT : MARK_NONE;
}

static void add_verdict(struct document *document, struct section *section, const struct comparison *c, size_t number) {
    const struct contrast *contrast = &c->contrasts[number - 1];
    if (c->count > 1) section_head(document, section, run_title(document, c, number), mark_of(contrast->severity));
    section_field(document, section, tr("Verdict"), contrast->sentence);
    section_field(document, section, tr("Measured by"), contrast->why);
    section_field(document, section, tr("What next"), contrast->next);
    section_field(document, section, tr("Set differently"), settings_line(document, contrast));
    section_field(document, section, tr("Not compared"), uncompared_line(document, contrast));
}

static void runs_sheet(struct document *document, struct section *section, const struct comparison *c) {
    struct sheet *sheet = section_sheet(document, section, "runs", tr("Runs"), "");
    sheet_head(sheet, tr("run"), 3, false);
    sheet_head(sheet, tr("verdict of its own"), 3, false);
    sheet_head(sheet, tr("start"), 2.2, false);
    sheet_head(sheet, tr("length"), 1.2, false);
    sheet_head(sheet, tr("GPU-hours with a job"), 1.2, true);
    sheet_head(sheet, tr("lost"), 1, true);
    sheet_head(sheet, tr("change"), 1.6, false);
    for (size_t i = 0; i <= c->count; i++) {
        const struct profile *p = i == 0 ? c->baseline : c->contrasts[i - 1].run;
        const char *name = shown_name(document->arena, p->name, TITLE_MOST);
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(
            document, i == 0 ? arena_printf(document->arena, tr("baseline: %s"), name) : run_title(document, c, i));
        row[1] = cell_text(document, shown_cause(document->arena, (int)p->cause, p->entity));
        row[2] = cell_time(document, p->begin);
        row[3] = cell_text(document, isfinite(p->seconds) ? unit_duration(document->arena, p->seconds) : "–");
        row[4] = cell_number(document, p->gpu_hours, UNIT_HOURS);
        row[5] = cell_share(document, p->lost.share);
        if (i == 0) continue;
        row[6] = cell_text(document, c->contrasts[i - 1].headline);
        row[6].mark = mark_of(c->contrasts[i - 1].severity);
    }
}

static void add_summary(struct document *document, const struct comparison *c) {
    struct section *section = document_section(document, "summary", tr("What changed?"), false);
    for (size_t i = 1; i <= shown_runs(c); i++) add_verdict(document, section, c, i);
    runs_sheet(document, section, c);
    section_figure(section, compare_loss_figure(document->arena, c));
}

// ── quantities ──────────────────────────────────────────────────────────────

static void changes_row(struct document *document, struct sheet *sheet, const struct difference *d) {
    struct cell *row = sheet_row(sheet);
    struct arena *arena = document->arena;
    enum mark mark = !d->material ? MARK_NONE : d->worse > 0 ? MARK_SUSPECT : MARK_WATCH;
    row[0] = cell_text(document, compare_entity(arena, d));
    row[1] = cell_text(document, d->after->quantity);
    row[2] = cell_text(document, compare_phase(arena, d));
    row[3] = cell_number(document, d->before->level, d->before->unit);
    row[4] = cell_number(document, d->after->level, d->after->unit);
    row[5] = cell_number(document, d->shift, d->after->unit);
    row[5].text = compare_shift(arena, d->shift, d->after->unit);
    if (isfinite(d->low))
        row[6] = cell_text(document, arena_printf(arena, tr("%s to %s"), compare_shift(arena, d->low, d->after->unit),
                                                  compare_shift(arena, d->high, d->after->unit)));
    row[7] = cell_number(document, d->band, d->after->unit);
    if (isfinite(d->q))
        row[8] = (struct cell){.kind = CELL_NUMBER,
                               .text = d->q < 0.0001 ? "< 0.0001" : arena_printf(arena, "%.4f", d->q),
                               .number = d->q};
    row[9] = cell_text(document, isnan(d->p)    ? tr("too short")
                                 : !d->material ? tr("no change")
                                 : d->worse > 0 ? tr("worse")
                                 : d->worse < 0 ? tr("better")
                                                : tr("changed"));
    row[9].mark = mark;
}

static void changes_sheet(struct document *document, struct section *section, const struct comparison *c,
                          size_t number) {
    const struct contrast *contrast = &c->contrasts[number - 1];
    struct sheet *sheet = section_sheet(document, section, id_of(document, c, "changes", number),
                                        titled(document, c, tr("Quantities, strongest change first"), number),
                                        tr("No quantity was logged in both runs."));
    sheet_head(sheet, tr("device"), 2, false);
    sheet_head(sheet, tr("quantity"), 2, false);
    sheet_head(sheet, tr("part of the run"), 1.9, false);
    sheet_head(sheet, tr("baseline"), 1.2, true);
    sheet_head(sheet, tr("run"), 1.2, true);
    sheet_head(sheet, tr("delta"), 1.3, true);
    sheet_head(sheet, tr("interval"), 2, false);
    sheet_head(sheet, tr("noise band"), 1.2, true);
    sheet_head(sheet, tr("q"), 1, true);
    sheet_head(sheet, tr("result"), 1.1, false);
    for (size_t i = 0; i < contrast->difference_count; i++) changes_row(document, sheet, &contrast->differences[i]);
}

static void add_changes(struct document *document, const struct comparison *c) {
    struct section *section = document_section(document, "changes", tr("What changed, by quantity"), true);
    for (size_t i = 1; i <= shown_runs(c); i++) {
        const struct contrast *contrast = &c->contrasts[i - 1];
        if (c->count > 1) section_head(document, section, run_title(document, c, i), MARK_NONE);
        section_text(
            document, section,
            arena_printf(document->arena,
                         tr("%zu of %zu quantities changed; %zu tests in all. A change stands out from chance "
                            "after correction for all tests (q at most 0.025), from what equal runs differ by, "
                            "and from the variation within the baseline."),
                         contrast->material_count, contrast->difference_count, contrast->tests));
        section_figure(section, compare_effects_figure(document->arena, c, i));
    }
    struct section *pairs = document_section(document, "pairs", tr("Side by side"), true);
    for (size_t i = 1; i <= shown_runs(c); i++) {
        if (c->count > 1) section_head(document, pairs, run_title(document, c, i), MARK_NONE);
        const struct figure *figure = compare_pairs_figure(document->arena, c, i);
        section_figure(pairs, figure);
        if (figure == NULL) section_text(document, pairs, tr("No quantity was logged in both runs."));
    }
    struct section *tables = document_section(document, "quantities", tr("All quantities"), true);
    for (size_t i = 1; i <= shown_runs(c); i++) changes_sheet(document, tables, c, i);
}

// ── causes ──────────────────────────────────────────────────────────────────

static const char *span_of(struct arena *arena, const struct share *share) {
    if (!isfinite(share->low) || !isfinite(share->high)) return "";
    return arena_printf(arena, "%.1f–%.1f %%", 100 * fmax(0, share->low), 100 * fmax(0, share->high));
}

static void cause_row(struct document *document, struct sheet *sheet, const struct cause_difference *d) {
    struct cell *row = sheet_row(sheet);
    struct arena *arena = document->arena;
    row[0] = cell_text(document, d->cause == CAUSE_COUNT_ ? tr("all causes") : cause_id(d->cause));
    row[1] = cell_name(document, d->before_entity);
    row[2] = cell_name(document, d->after_entity);
    row[3] = cell_share(document, d->before.share);
    row[4] = cell_text(document, span_of(arena, &d->before));
    row[5] = cell_share(document, d->after.share);
    row[6] = cell_text(document, span_of(arena, &d->after));
    row[7] = cell_number(document, 100 * d->shift, UNIT_PERCENT);
    row[7].text = isfinite(d->shift) ? compare_shift(arena, 100 * d->shift, UNIT_PERCENT) : "";
    row[8] = cell_text(document, compare_change(d->change));
    row[8].mark = d->change == CAUSE_NEW || d->change == CAUSE_MORE ? MARK_SUSPECT : MARK_NONE;
}

static void causes_sheet(struct document *document, struct section *section, const struct comparison *c,
                         size_t number) {
    const struct contrast *contrast = &c->contrasts[number - 1];
    struct sheet *sheet = section_sheet(document, section, id_of(document, c, "causes", number),
                                        titled(document, c, tr("Lost share of the GPU time, by cause"), number), "");
    sheet_head(sheet, tr("cause"), 2.8, false);
    sheet_head(sheet, tr("device before"), 1.4, false);
    sheet_head(sheet, tr("device now"), 1.4, false);
    sheet_head(sheet, tr("baseline"), 1, true);
    sheet_head(sheet, tr("interval"), 1.4, false);
    sheet_head(sheet, tr("run"), 1, true);
    sheet_head(sheet, tr("interval"), 1.4, false);
    sheet_head(sheet, tr("delta"), 1.2, true);
    sheet_head(sheet, tr("change"), 1.2, false);
    cause_row(document, sheet, &contrast->total);
    for (size_t i = 0; i < contrast->cause_count; i++) cause_row(document, sheet, &contrast->causes[i]);
}

static struct cell severity_cell(struct document *document, int severity) {
    if (severity < 0) return cell_text(document, tr("not found"));
    struct cell cell = cell_text(document, shown_severity((enum severity)severity));
    cell.mark = mark_of(severity);
    return cell;
}

static void findings_sheet(struct document *document, struct section *section, const struct comparison *c,
                           size_t number) {
    const struct contrast *contrast = &c->contrasts[number - 1];
    struct sheet *sheet =
        section_sheet(document, section, id_of(document, c, "findings", number),
                      titled(document, c, tr("Findings of each run"), number), tr("Neither run has findings."));
    sheet_head(sheet, tr("cause"), 2, false);
    sheet_head(sheet, tr("device"), 1.3, false);
    sheet_head(sheet, tr("baseline"), 1.1, false);
    sheet_head(sheet, tr("run"), 1.1, false);
    sheet_head(sheet, tr("what was found"), 7, false);
    for (size_t i = 0; i < contrast->noted_count; i++) {
        const struct noted_difference *n = &contrast->noted[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, cause_id(n->cause));
        row[1] = cell_name(document, n->entity);
        row[2] = severity_cell(document, n->before);
        row[3] = severity_cell(document, n->after);
        row[4] = cell_text(document, n->sentence);
    }
}

// ── settings, and the rest ──────────────────────────────────────────────────

static void settings_sheet(struct document *document, struct section *section, const struct comparison *c,
                           size_t number) {
    const struct contrast *contrast = &c->contrasts[number - 1];
    struct sheet *sheet = section_sheet(document, section, id_of(document, c, "settings", number),
                                        titled(document, c, tr("Settings"), number), tr("The logs name no settings."));
    sheet_head(sheet, tr("device or log"), 2, false);
    sheet_head(sheet, tr("setting"), 2.2, false);
    sheet_head(sheet, tr("baseline"), 3, false);
    sheet_head(sheet, tr("run"), 3, false);
    sheet_head(sheet, tr("result"), 1.2, false);
    for (size_t i = 0; i < contrast->setting_count; i++) {
        const struct setting_difference *s = &contrast->settings[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_name(document, s->entity);
        row[1] = cell_text(document, s->what);
        row[2] = cell_text(document, shown_name(document->arena, s->before, 80));
        row[3] = cell_text(document, shown_name(document->arena, s->after, 80));
        bool one = s->before[0] == '\0' || s->after[0] == '\0';
        row[4] = cell_text(document, one ? tr("one run only") : s->differs ? tr("differs") : tr("same"));
        if (s->differs) row[4].mark = MARK_WATCH;
    }
}

static void uncompared_sheet(struct document *document, struct section *section, const struct comparison *c,
                             size_t number) {
    const struct contrast *contrast = &c->contrasts[number - 1];
    struct sheet *sheet = section_sheet(document, section, id_of(document, c, "uncompared", number),
                                        titled(document, c, tr("What cannot be compared"), number),
                                        tr("Everything logged was compared."));
    sheet_head(sheet, tr("what"), 4, false);
    sheet_head(sheet, tr("what would settle it"), 5, false);
    for (size_t i = 0; i < contrast->uncompared_count; i++) {
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, contrast->uncompared[i].what);
        row[1] = cell_text(document, contrast->uncompared[i].settle);
    }
}

static void add_rest(struct document *document, const struct comparison *c) {
    struct section *causes = document_section(document, "causes", tr("Causes before and after"), true);
    for (size_t i = 1; i <= shown_runs(c); i++) causes_sheet(document, causes, c, i);
    for (size_t i = 1; i <= shown_runs(c); i++) findings_sheet(document, causes, c, i);
    struct section *settings = document_section(document, "settings", tr("What is set differently"), false);
    for (size_t i = 1; i <= shown_runs(c); i++) settings_sheet(document, settings, c, i);
    for (size_t i = 1; i <= shown_runs(c); i++) uncompared_sheet(document, settings, c, i);
    struct section *method = document_section(document, "method", tr("How it was compared"), false);
    section_item(
        document, method,
        tr("Levels are medians of means over stretches of at least 30 s while the job worked; half a minute at "
           "either end and idle time are left out. The delta is the median of all differences between a "
           "stretch of the run and one of the baseline (Hodges and Lehmann)."));
    section_item(
        document, method,
        tr("Two runs of one set-up differ by more than the noise within a run shows. An allowance for that, of "
           "each kind of quantity, is part of every test and interval; twice it, or the variation within the "
           "baseline if that is more, is the noise band."));
    section_item(document, method,
                 tr("The tests of causes and those of quantities are corrected as two families (Benjamini and "
                    "Hochberg), each at half of 0.05. Shares of lost time are called changed from 5 points on."));
    section_item(document, method,
                 tr("Disks are matched by their name, and the disk that was read most with the other run's. Watts, "
                    "clocks, temperatures and memory of different GPU models are not compared."));
    const char *command = document->options->command_line;
    if (command != NULL && command[0] != '\0') section_code(document, method, command);
}

static const char *subtitle_of(struct document *document, const struct comparison *c) {
    const char *base = shown_name(document->arena, c->baseline->name, TITLE_MOST);
    if (c->count > 1) return arena_printf(document->arena, tr("%zu runs against the baseline %s"), c->count, base);
    return arena_printf(document->arena, tr("%s against the baseline %s"), run_title(document, c, 1), base);
}

static void add_box(struct document *document, const char *number, const char *name) {
    document->boxes[document->box_count++] = (struct number_box){number, name};
}

static void add_boxes(struct document *document, const struct comparison *c) {
    struct arena *arena = document->arena;
    const struct contrast *first = &c->contrasts[0];
    if (c->count > 1) return;
    add_box(document, compare_slower(arena, first),
            first->slower < 0 ? tr("faster for the same work") : tr("slower for the same work"));
    add_box(document, shown_share(arena, c->baseline->lost.share), tr("of the GPU time lost before"));
    add_box(document, shown_share(arena, first->run->lost.share), tr("of the GPU time lost now"));
    add_box(document, arena_printf(arena, "%zu / %zu", first->material_count, first->difference_count),
            tr("quantities changed"));
}

static const struct contrast *worst_of(const struct comparison *c) {
    const struct contrast *worst = &c->contrasts[0];
    for (size_t i = 1; i < c->count; i++)
        if (c->contrasts[i].severity > worst->severity) worst = &c->contrasts[i];
    return worst;
}

struct document *compare_document(const struct comparison *c, const struct report_options *options) {
    struct document *document = document_begin("compare", options);
    const struct contrast *worst = worst_of(c);
    document->question = tr("What changed between the runs?");
    document->summary.id = shown_text(document->arena, worst->headline);
    document->summary.title =
        c->count > 1 ? run_title(document, c, (size_t)(worst - c->contrasts) + 1)
                     : arena_printf(document->arena, tr("%s before, %s now"),
                                    shown_cause(document->arena, (int)c->baseline->cause, c->baseline->entity),
                                    shown_cause(document->arena, (int)worst->run->cause, worst->run->entity));
    document->summary.sentence = shown_text(document->arena, worst->sentence);
    document->title = arena_printf(document->arena, tr("What changed? %s"), document->summary.id);
    document->subtitle = subtitle_of(document, c);
    millis end = c->contrasts[c->count - 1].run->end;
    document->created = end == MILLIS_NONE ? 0 : end;
    add_boxes(document, c);
    add_summary(document, c);
    add_changes(document, c);
    add_rest(document, c);
    return document;
}

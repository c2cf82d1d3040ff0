// The tables of the fleet's summary: causes, hosts, disks, GPUs, what recurs, runs, periods.
#include <math.h>

#include "analyzer/fleet.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document_build.h"
#include "reports/fleet_report.h"
#include "reports/shown.h"

static struct cell gpu_hours(struct document *document, double value) {
    return cell_number(document, value, UNIT_NONE);
}

static double share(double part, double whole) { return whole > 0 ? part / whole : NAN; }

static bool has_price(const struct fleet *fleet) { return isfinite(fleet->price); }

// ── by cause ────────────────────────────────────────────────────────────────

static void cause_sheet(struct document *document, struct section *section, const struct fleet *fleet) {
    struct sheet *sheet =
        section_sheet(document, section, "by_cause", tr("By cause"), tr("No run lost time or has a verdict."));
    sheet_head(sheet, tr("Cause"), 2, false);
    sheet_head(sheet, tr("Lost GPU-hours"), 1.2, true);
    sheet_head(sheet, tr("From (95 %)"), 1, true);
    sheet_head(sheet, tr("To (95 %)"), 1, true);
    sheet_head(sheet, tr("Share of the loss"), 1, true);
    sheet_head(sheet, tr("Runs"), 0.8, true);
    sheet_head(sheet, tr("Verdicts"), 0.8, true);
    sheet_head(sheet, tr("Mean confidence"), 1, true);
    if (has_price(fleet)) sheet_head(sheet, tr("Cost"), 1, true);
    for (size_t i = 0; i < fleet->cause_count; i++) {
        const struct fleet_by_cause *cause = &fleet->causes[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, cause_id(cause->cause));
        row[1] = gpu_hours(document, cause->sum.lost);
        row[2] = gpu_hours(document, cause->sum.low);
        row[3] = gpu_hours(document, cause->sum.high);
        row[4] = cell_share(document, share(cause->sum.lost, fleet->total.lost));
        row[5] = cell_count(document, cause->sum.runs);
        row[6] = cell_count(document, cause->sum.slow);
        row[7] = cell_share(document, cause->confidence);
        if (has_price(fleet)) row[8] = gpu_hours(document, cause->sum.cost);
    }
}

// ── by host, disk, GPU ──────────────────────────────────────────────────────

static void thing_heads(struct sheet *sheet, const struct fleet *fleet, enum fleet_kind kind) {
    sheet_head(sheet, tr("Host"), 1.6, false);
    if (kind != FLEET_HOST) {
        sheet_head(sheet, kind == FLEET_DISK ? tr("Disk") : "GPU", 1, false);
        sheet_head(sheet, tr("Model"), 1.8, false);
        sheet_head(sheet, kind == FLEET_DISK ? tr("Serial number") : "UUID", 1.8, false);
    }
    sheet_head(sheet, tr("Lost GPU-hours"), 1.2, true);
    if (kind != FLEET_DISK) sheet_head(sheet, tr("Share of its GPU time"), 1.2, true);
    sheet_head(sheet, tr("Mostly"), 1.6, false);
    sheet_head(sheet, tr("Runs"), 0.8, true);
    sheet_head(sheet, kind == FLEET_HOST ? tr("Slow runs") : tr("Named by the verdict of"), 1, true);
    if (kind == FLEET_DISK) sheet_head(sheet, tr("Health"), 1, false);
    if (kind == FLEET_HOST) sheet_head(sheet, tr("Worst run"), 2, false);
    if (has_price(fleet)) sheet_head(sheet, tr("Cost"), 1, true);
}

static struct cell health_cell(struct document *document, int level) {
    static const char *const words[] = {N_("fine"), N_("watch"), N_("suspect"), N_("act now")};
    if (level < 0 || level > 3) return cell_text(document, "");
    struct cell cell = cell_text(document, tr(words[level]));
    cell.mark = (enum mark)level;
    return cell;
}

static void thing_row(struct document *document, struct sheet *sheet, const struct fleet *fleet,
                      const struct fleet_thing *thing, enum fleet_kind kind) {
    const struct fleet_sum *sum = &thing->sum;
    struct cell *row = sheet_row(sheet);
    size_t at = 0;
    const char *host = thing->host[0] != '\0' ? thing->host : kind == FLEET_HOST ? tr("(no host named)") : "";
    // A device that only one run knows is named by it.
    if (thing->run[0] != '\0') host = arena_printf(document->arena, tr("(run %s)"), thing->run);
    row[at++] = cell_name(document, host);
    if (kind != FLEET_HOST) {
        row[at++] = cell_name(document, thing->entity);
        row[at++] = cell_name(document, thing->label);
        row[at++] = cell_name(document, thing->serial);
    }
    row[at++] = gpu_hours(document, sum->lost);
    if (kind != FLEET_DISK) row[at++] = cell_share(document, share(sum->lost, sum->gpu_hours));
    row[at++] = cell_text(document, sum->lost > 0 && sum->main != CAUSE_NO_DATA ? cause_id(sum->main) : "");
    row[at++] = cell_count(document, sum->runs);
    row[at++] = cell_count(document, sum->slow);
    if (kind == FLEET_DISK) row[at++] = health_cell(document, thing->health);
    if (kind == FLEET_HOST) row[at++] = cell_name(document, sum->worst == NULL ? "" : sum->worst->run);
    if (has_price(fleet)) row[at++] = gpu_hours(document, sum->cost);
}

static void thing_sheet(struct document *document, struct section *section, const struct fleet *fleet,
                        enum fleet_kind kind) {
    const struct {
        const char *id, *title, *empty;
        const struct fleet_thing *things;
        size_t count;
    } all[] = {{"by_host", tr("By host"), tr("No run was analysed."), fleet->hosts, fleet->host_count},
               {"by_disk", tr("By disk"), tr("No log tells of a disk."), fleet->disks, fleet->disk_count},
               {"by_gpu", tr("By GPU"), tr("No log tells of a GPU."), fleet->gpu_things, fleet->gpu_count}};
    struct sheet *sheet = section_sheet(document, section, all[kind].id, all[kind].title, all[kind].empty);
    thing_heads(sheet, fleet, kind);
    for (size_t i = 0; i < all[kind].count; i++) thing_row(document, sheet, fleet, &all[kind].things[i], kind);
}

// ── what recurs, and disks that fail ────────────────────────────────────────

static void recurring_sheet(struct document *document, struct section *section, const struct fleet *fleet) {
    struct sheet *sheet = section_sheet(document, section, "recurring", tr("What recurs"),
                                        tr("No host, disk or GPU is named by the verdicts of two runs."));
    sheet_head(sheet, tr("Kind"), 0.8, false);
    sheet_head(sheet, tr("Name"), 2.4, false);
    sheet_head(sheet, tr("Serial number"), 1.6, false);
    sheet_head(sheet, tr("Cause"), 1.6, false);
    sheet_head(sheet, tr("Named in"), 0.9, true);
    sheet_head(sheet, tr("Of its runs"), 0.9, true);
    sheet_head(sheet, tr("Expected by chance"), 1, true);
    sheet_head(sheet, "q", 0.8, true);
    sheet_head(sheet, tr("Says"), 2, false);
    for (size_t i = 0; i < fleet->recurrence_count; i++) {
        const struct fleet_recurrence *r = &fleet->recurrences[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, fleet_kind_words(r->kind));
        row[1] = cell_text(document, fleet_thing_name(document->arena, r->thing));
        row[2] = cell_name(document, r->thing->serial);
        row[3] = cell_text(document, cause_id(r->cause));
        row[4] = cell_count(document, r->named);
        row[5] = cell_count(document, r->runs);
        row[6] = cell_number(document, r->expected, UNIT_NONE);
        row[7] = cell_number(document, r->q, UNIT_NONE);
        if (r->q < 0.001) row[7].text = "< 0.001";
        row[8] = cell_text(document, r->established    ? tr("recurs")
                                     : !isfinite(r->q) ? tr("nothing to compare with")
                                                       : tr("may be chance"));
        if (r->established) row[8].mark = MARK_SUSPECT;
    }
}

static void failing_sheet(struct document *document, struct section *section, const struct fleet *fleet) {
    struct sheet *sheet = section_sheet(document, section, "failing", tr("Disks whose health is failing"),
                                        tr("No disk has suspect health counters in the logs that were given."));
    sheet_head(sheet, tr("Disk"), 1.8, false);
    sheet_head(sheet, tr("Model"), 1.6, false);
    sheet_head(sheet, tr("Serial number"), 1.6, false);
    sheet_head(sheet, tr("Health"), 0.9, false);
    sheet_head(sheet, tr("What the counters say"), 4, false);
    sheet_head(sheet, tr("Seen in run"), 1.8, false);
    for (size_t i = 0; i < fleet->failing_count; i++) {
        const struct fleet_thing *disk = fleet->failing[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, fleet_thing_name(document->arena, disk));
        row[1] = cell_name(document, disk->label);
        row[2] = cell_name(document, disk->serial);
        row[3] = health_cell(document, disk->health);
        row[4] = cell_text(document, disk->health_sentence);
        row[5] = cell_name(document, disk->health_run == NULL ? "" : disk->health_run->run);
    }
}

// ── runs ────────────────────────────────────────────────────────────────────

static void worst_sheet(struct document *document, struct section *section, const struct fleet *fleet) {
    struct sheet *sheet =
        section_sheet(document, section, "worst", tr("Worst runs"), tr("No run lost measurable GPU time."));
    sheet_head(sheet, tr("Run"), 2, false);
    sheet_head(sheet, tr("Begin"), 1.4, false);
    sheet_head(sheet, tr("Host"), 1.2, false);
    sheet_head(sheet, tr("Verdict"), 1.8, false);
    sheet_head(sheet, tr("Confidence"), 0.9, true);
    sheet_head(sheet, tr("Lost GPU-hours"), 1, true);
    sheet_head(sheet, tr("Share lost"), 0.9, true);
    sheet_head(sheet, tr("Next step"), 3, false);
    for (size_t i = 0; i < fleet->worst_count; i++) {
        const struct fleet_run *run = fleet->worst[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_name(document, run->run);
        row[1] = cell_time(document, run->start);
        row[2] = cell_name(document, run->host);
        row[3] = cell_text(document, shown_cause(document->arena, run->cause, run->entity));
        row[4] = cell_share(document, run->confidence);
        row[5] = gpu_hours(document, run->lost_total);
        row[6] = cell_share(document, share(run->lost_total, run->gpu_hours));
        row[7] = cell_text(document, run->next);
    }
}

static void like_sheet(struct document *document, struct section *section, const struct fleet *fleet) {
    struct sheet *sheet = section_sheet(document, section, "alike", tr("Runs that look like an earlier one"),
                                        tr("No run is near an earlier one, or too few runs have a date."));
    sheet_head(sheet, tr("Run"), 2, false);
    sheet_head(sheet, tr("Verdict"), 1.8, false);
    sheet_head(sheet, tr("Looks like run"), 2, false);
    sheet_head(sheet, tr("Verdict of that"), 1.8, false);
    sheet_head(sheet, tr("Distance"), 0.9, true);
    for (size_t i = 0; i < fleet->run_count; i++) {
        const struct fleet_neighbour *near = &fleet->neighbours[i];
        // That one healthy run is like another helps nobody.
        if (near->like == NULL || !fleet->runs[i]->lost_total || fleet->runs[i]->cause == CAUSE_COMPUTE_BOUND) continue;
        struct cell *row = sheet_row(sheet);
        row[0] = cell_name(document, near->run->run);
        row[1] = cell_text(document, shown_cause(document->arena, near->run->cause, near->run->entity));
        row[2] = cell_name(document, near->like->run);
        row[3] = cell_text(document, shown_cause(document->arena, near->like->cause, near->like->entity));
        row[4] = cell_number(document, near->distance, UNIT_NONE);
    }
}

static void left_out_sheet(struct document *document, struct section *section, const struct fleet *fleet) {
    struct sheet *sheet =
        section_sheet(document, section, "not_analysed", tr("Not analysed"), tr("Every run was analysed."));
    sheet_head(sheet, tr("Run"), 2, false);
    sheet_head(sheet, tr("What became of it"), 1.2, false);
    sheet_head(sheet, tr("Reason"), 5, false);
    for (size_t i = 0; i < fleet->run_count; i++) {
        const struct fleet_run *run = fleet->runs[i];
        if (run->status == FLEET_ANALYSED) continue;
        struct cell *row = sheet_row(sheet);
        row[0] = cell_name(document, run->run);
        row[1] = cell_text(document, fleet_status_words(run->status));
        row[2] = cell_text(document, run->reason);
        if (run->status == FLEET_CRASHED) row[1].mark = MARK_SUSPECT;
    }
}

void fleet_sections(struct document *document, const struct fleet *fleet) {
    struct section *section = document_section(document, "causes", tr("By cause"), true);
    cause_sheet(document, section, fleet);
    section = document_section(document, "places", tr("Hosts, disks and GPUs"), false);
    thing_sheet(document, section, fleet, FLEET_HOST);
    thing_sheet(document, section, fleet, FLEET_DISK);
    thing_sheet(document, section, fleet, FLEET_GPU);
    section = document_section(document, "recurring", tr("What recurs, and disks that fail"), false);
    recurring_sheet(document, section, fleet);
    failing_sheet(document, section, fleet);
    section = document_section(document, "runs", tr("Runs"), false);
    worst_sheet(document, section, fleet);
    like_sheet(document, section, fleet);
    left_out_sheet(document, section, fleet);
}

// ── for the spreadsheet ─────────────────────────────────────────────────────

static void run_heads(struct sheet *sheet, const struct fleet *fleet) {
    sheet_head(sheet, tr("Run"), 3, false);
    sheet_head(sheet, tr("What became of it"), 1, false);
    sheet_head(sheet, tr("Begin"), 1.7, false);
    sheet_head(sheet, tr("End"), 1.7, false);
    sheet_head(sheet, tr("Host"), 1.5, false);
    sheet_head(sheet, tr("GPUs"), 0.7, true);
    sheet_head(sheet, tr("Verdict"), 1.8, false);
    sheet_head(sheet, tr("Where"), 1, false);
    sheet_head(sheet, tr("Confidence"), 1, true);
    sheet_head(sheet, tr("GPU-hours covered"), 1, true);
    sheet_head(sheet, tr("Lost GPU-hours"), 1, true);
    sheet_head(sheet, tr("Share lost"), 1, true);
    sheet_head(sheet, tr("Data grade"), 0.7, false);
    sheet_head(sheet, tr("Looks like run"), 2.5, false);
    sheet_head(sheet, tr("Distance"), 0.8, true);
    sheet_head(sheet, tr("What was slow, or why it was not analysed"), 6, false);
    if (has_price(fleet)) sheet_head(sheet, tr("Cost"), 1, true);
}

static void run_row(struct document *document, struct sheet *sheet, const struct fleet *fleet, size_t index) {
    const struct fleet_run *run = fleet->runs[index];
    struct cell *row = sheet_row(sheet);
    row[0] = cell_text(document, run->run);
    row[1] = cell_text(document, fleet_status_words(run->status));
    row[15] = cell_text(document, run->status == FLEET_ANALYSED ? run->sentence : run->reason);
    if (run->status != FLEET_ANALYSED) return;
    row[2] = cell_time(document, run->start);
    row[3] = cell_time(document, run->end);
    row[4] = cell_name(document, run->host);
    row[5] = cell_count(document, run->gpu_count);
    row[6] = cell_text(document, cause_id(run->cause));
    row[7] = cell_name(document, run->entity);
    row[8] = cell_share(document, run->confidence);
    row[9] = gpu_hours(document, run->gpu_hours);
    row[10] = gpu_hours(document, run->lost_total);
    row[11] = cell_share(document, share(run->lost_total, run->gpu_hours));
    row[12] = cell_text(document, run->grade == ' ' ? "" : arena_printf(document->arena, "%c", run->grade));
    const struct fleet_neighbour *near = &fleet->neighbours[index];
    row[13] = cell_text(document, near->like == NULL ? "" : near->like->run);
    row[14] = cell_number(document, near->distance, UNIT_NONE);
    if (has_price(fleet)) row[16] = gpu_hours(document, run->lost_total * fleet->price);
}

static void period_sheet(struct document *document, const struct fleet *fleet) {
    struct sheet *sheet = section_sheet(document, &document->data, "trends", tr("Over time"), tr("No run has a date."));
    enum cause causes[FLEET_COLOURS];
    size_t coloured = fleet_coloured(fleet, causes);
    // As text: on an axis of dates a program would leave the days between the weeks free.
    sheet_head(sheet, tr("Period"), 1.3, false);
    sheet_head(sheet, arena_printf(document->arena, tr("Period from (%s)"), fleet_zone(fleet)), 1.7, false);
    sheet_head(sheet, tr("Runs"), 0.8, true);
    sheet_head(sheet, tr("GPU-hours covered"), 1.2, true);
    sheet_head(sheet, tr("Lost GPU-hours"), 1.2, true);
    sheet_head(sheet, tr("Share lost"), 1, true);
    for (size_t c = 0; c < coloured; c++) sheet_head(sheet, cause_id(causes[c]), 1.6, true);
    sheet_head(sheet, tr("all other causes"), 1.4, true);
    for (size_t i = 0; i < fleet->period_count; i++) {
        const struct fleet_period *period = &fleet->periods[i];
        struct cell *row = sheet_row(sheet);
        double rest = period->lost;
        row[0] = cell_text(document, fleet_period_name(document->arena, fleet, period));
        row[1] = cell_time(document, period->start);
        row[2] = cell_count(document, period->runs);
        row[3] = gpu_hours(document, period->gpu_hours);
        row[4] = gpu_hours(document, period->lost);
        row[5] = cell_share(document, share(period->lost, period->gpu_hours));
        for (size_t c = 0; c < coloured; c++) {
            row[6 + c] = gpu_hours(document, period->by_cause[causes[c]]);
            rest -= period->by_cause[causes[c]];
        }
        row[6 + coloured] = gpu_hours(document, rest < 1e-6 ? 0 : rest);
    }
}

void fleet_tables(struct document *document, const struct fleet *fleet) {
    struct sheet *sheet = section_sheet(document, &document->data, "runs", tr("Runs"), tr("No run was found."));
    run_heads(sheet, fleet);
    for (size_t i = 0; i < fleet->run_count; i++) run_row(document, sheet, fleet, i);
    period_sheet(document, fleet);
}

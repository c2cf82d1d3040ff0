// The fleet's summary as a document: what stands where. Its long tables are in fleet_tables.c.
#include <math.h>

#include "analyzer/fleet.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document_build.h"
#include "reports/fleet_report.h"
#include "reports/shown.h"
#include "reports/writer.h"

static size_t named_hosts(const struct fleet *fleet) {
    size_t count = 0;
    for (size_t i = 0; i < fleet->host_count; i++) count += fleet->hosts[i].host[0] != '\0';
    return count;
}

static const char *subtitle_of(struct arena *arena, const struct fleet *fleet) {
    const char *runs = arena_printf(arena, tr("Runs: %zu, hosts: %zu, %s covered"), fleet->run_count,
                                    named_hosts(fleet), shown_gpu_time(arena, fleet->total.gpu_hours));
    if (fleet->start == MILLIS_NONE) return arena_printf(arena, tr("%s; no log says when"), runs);
    return arena_printf(arena, tr("%s; %s to %s (%s)"), runs, shown_time(arena, fleet->start),
                        shown_time(arena, fleet->end), fleet_zone(fleet));
}

static void time_section(struct document *document, const struct fleet *fleet) {
    struct arena *arena = document->arena;
    struct section *section = document_section(document, "time", tr("Over time"), false);
    section_figure(section, fleet_chart_time(arena, fleet));
    section_figure(section, fleet_chart_runs(arena, fleet));
    if (fleet->undated > 0)
        section_text(document, section,
                     arena_printf(arena, tr("Runs without a date, in no period: %zu, with %s lost."), fleet->undated,
                                  shown_gpu_time(arena, fleet->undated_lost)));
    if (fleet->zones_differ)
        section_text(document, section,
                     tr("The clocks of these runs are of different zones, or state none: runs may stand up to a day "
                        "from where they belong."));
}

static void unknown_section(struct document *document, const struct fleet *fleet) {
    struct arena *arena = document->arena;
    struct section *section = document_section(document, "unknown", tr("What these logs cannot tell"), false);
    struct sheet *sheet = section_sheet(document, section, "missing", tr("Which log would settle most"),
                                        tr("No loss is unexplained for want of a log."));
    sheet_head(sheet, tr("To be logged"), 4, false);
    sheet_head(sheet, tr("Hosts"), 3, false);
    sheet_head(sheet, tr("Runs"), 0.8, true);
    sheet_head(sheet, tr("Would settle, GPU-hours"), 1.2, true);
    for (size_t i = 0; i < fleet->missing_count; i++) {
        const struct fleet_missing *missing = &fleet->missing[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, missing->settle);
        row[1] = cell_text(document, missing->hosts);
        row[2] = cell_count(document, missing->runs);
        row[3] = cell_number(document, missing->unknown_hours, UNIT_NONE);
    }
    sheet = section_sheet(document, section, "bands", tr("How sure the verdicts are"), "");
    sheet_head(sheet, tr("Confidence"), 1.5, false);
    sheet_head(sheet, tr("Runs"), 1, true);
    sheet_head(sheet, tr("Share of runs"), 1, true);
    sheet_head(sheet, tr("Lost GPU-hours"), 1, true);
    sheet_head(sheet, tr("Share of the loss"), 1, true);
    for (size_t i = FLEET_BANDS; i-- > 0;) {
        const struct fleet_band *band = &fleet->bands[i];
        struct cell *row = sheet_row(sheet);
        row[0] = cell_text(document, arena_printf(arena, tr("%.0f to %.0f %%"), band->from * 100, band->to * 100));
        row[1] = cell_count(document, band->runs);
        row[2] = cell_share(document, fleet->status[FLEET_ANALYSED] == 0
                                          ? NAN
                                          : (double)band->runs / (double)fleet->status[FLEET_ANALYSED]);
        row[3] = cell_number(document, band->lost, UNIT_NONE);
        row[4] = cell_share(document, fleet->total.lost > 0 ? band->lost / fleet->total.lost : NAN);
    }
}

static void method_section(struct document *document, const struct fleet *fleet) {
    struct section *section = document_section(document, "method", tr("How this was counted"), false);
    static const char *const notes[] = {
        N_("Sums are exact sums of the runs' figures as printed, rounded to a millionth of a GPU-hour. Runs that were "
           "not analysed have no part in them."),
        N_("Intervals of sums take the errors of the runs as independent: half-widths add up in squares."),
        N_("Disks and GPUs are known by serial number or UUID, else by host and name; where a log states neither, a "
           "device is that of its run alone."),
        N_("What a GPU lost is its part of the run's loss; what a disk cost is what findings that name it cost."),
        N_("Something recurs if the verdicts of at least 3 of its runs name it, and more often than the rate of all "
           "others of its kind would give: one-sided hypergeometric test over runs, q ≤ 0.05 after Benjamini and "
           "Hochberg over all tests. Runs count as independent; runs of one job are not."),
        N_("A run looks like an earlier one if their distance is at most 0.1: the mean of half the sum of differences "
           "of the shares of GPU time by cause, the same of the shares of time of phases, and the mean of |ln a/b| / "
           "ln 4, at most 1, over key quantities.")};
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) section_item(document, section, tr(notes[i]));
    (void)fleet;
    section_text(document, section, "whyslow " WHYSLOW_VERSION);
    const char *command = document->options->command_line;
    if (command == NULL || command[0] == '\0') return;
    section_text(document, section, tr("To reproduce this summary:"));
    section_code(document, section, command);
}

struct document *fleet_document(const struct fleet *fleet, const struct report_options *options) {
    struct document *document = document_begin("fleet", options);
    struct arena *arena = document->arena;
    document->question = tr("What cost this fleet most?");
    document->created = fleet->end == MILLIS_NONE ? 0 : fleet->end;
    document->subtitle = subtitle_of(arena, fleet);
    fleet_answer(document, fleet);
    document->title = arena_printf(arena, tr("What cost this fleet most? %s"), document->summary.id);
    fleet_sections(document, fleet);
    time_section(document, fleet);
    unknown_section(document, fleet);
    method_section(document, fleet);
    fleet_tables(document, fleet);
    return document;
}

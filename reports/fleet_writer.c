// The files of the fleet's summary: all of them or none.
#include "reports/fleet_writer.h"

#include <stdio.h>

#include "reports/document.h"
#include "reports/figure.h"
#include "reports/fleet_report.h"
#include "reports/markdown.h"
#include "reports/outset.h"
#include "reports/pdf.h"
#include "reports/png.h"
#include "reports/writer.h"
#include "reports/xlsx.h"

// Pictures that an earlier summary had and this one has not would mislead.
static const char *const stale[] = {"fleet-causes.png", "fleet-places.png", "fleet-time.png",
                                    "fleet-runs.png",   "fleet.png",        NULL};

static bool wants(const struct report_options *options, enum report_format format) {
    return (options->formats & 1u << format) != 0;
}

static void write_pictures(struct outset *set, const struct document *document, const struct fleet *fleet) {
    const struct figure *const figures[] = {
        fleet_chart_causes(document->arena, fleet), fleet_chart_places(document->arena, fleet),
        fleet_chart_time(document->arena, fleet), fleet_chart_runs(document->arena, fleet)};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (figures[i] != NULL) png_figure(set, figures[i]);
    png_first_page(set, document, "fleet.png");
}

bool fleet_write(const struct fleet *fleet, const struct report_options *options, char *error, size_t size) {
    struct outset *set = outset_new(options->directory);
    struct document *document = fleet_document(fleet, options);
    if (wants(options, REPORT_PDF)) pdf_document(set, document);
    if (wants(options, REPORT_XLSX)) xlsx_document(set, document, fleet_fill_book);
    if (wants(options, REPORT_MD)) markdown_document(set, document);
    if (wants(options, REPORT_JSON)) fleet_json(set, fleet, options);
    if (wants(options, REPORT_PNG)) write_pictures(set, document, fleet);
    bool done = outset_commit(set, wants(options, REPORT_PNG) ? stale : NULL);
    if (size > 0) snprintf(error, size, "%s", outset_error(set));
    document_free(document);
    outset_free(set);
    return done;
}

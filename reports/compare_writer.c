#include "reports/compare_writer.h"

#include "core/arena.h"
#include "reports/compare_parts.h"
#include "reports/document.h"
#include "reports/figure.h"
#include "reports/markdown.h"
#include "reports/outset.h"
#include "reports/pdf.h"
#include "reports/png.h"
#include "reports/writer.h"
#include "reports/xlsx.h"

static bool write_pictures(struct outset *set, const struct document *document) {
    for (size_t i = 0; i < document->section_count; i++)
        for (size_t k = 0; k < document->sections[i].block_count; k++) {
            const struct figure *figure = document->sections[i].blocks[k].figure;
            if (figure != NULL && !png_figure(set, figure)) return false;
        }
    return png_first_page(set, document, "compare-summary.png");
}

static bool wants(const struct report_options *options, enum report_format format) {
    return (options->formats & 1u << format) != 0;
}

// Pictures of a comparison of more or other runs would mislead.
static const char *const stale[] = {"compare-loss.png",      "compare-pairs.png",
                                    "compare-effects.png",   "compare-pairs-1.png",
                                    "compare-pairs-2.png",   "compare-pairs-3.png",
                                    "compare-pairs-4.png",   "compare-pairs-5.png",
                                    "compare-effects-1.png", "compare-effects-2.png",
                                    "compare-effects-3.png", "compare-effects-4.png",
                                    "compare-effects-5.png", NULL};

bool compare_write(const struct comparison *comparison, const struct report_options *options, char *error,
                   size_t size) {
    struct outset *set = outset_new(options->directory);
    struct document *document = compare_document(comparison, options);
    if (wants(options, REPORT_PDF)) pdf_document(set, document);
    if (wants(options, REPORT_PNG) && !outset_failed(set)) write_pictures(set, document);
    if (wants(options, REPORT_XLSX) && !outset_failed(set)) xlsx_document(set, document, compare_fill);
    if (wants(options, REPORT_MD) && !outset_failed(set)) markdown_document(set, document);
    if (wants(options, REPORT_JSON) && !outset_failed(set)) compare_json(set, comparison, options);
    bool done = outset_commit(set, wants(options, REPORT_PNG) ? stale : NULL);
    if (size > 0) snprintf(error, size, "%s", outset_error(set));
    document_free(document);
    outset_free(set);
    return done;
}

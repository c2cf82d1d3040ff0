#include <stddef.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/lang.h"
#include "reports/canvas.h"
#include "reports/json.h"
#include "reports/markdown.h"
#include "reports/outset.h"
#include "reports/pdf.h"
#include "reports/png.h"
#include "reports/writer.h"
#include "reports/xlsx.h"

// One row an output. To add one: a file with a function of this type, a row here, an enumerator in writer.h.
struct writer {
    const char *name;
    bool (*write)(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options);
};

static const struct writer writers[REPORT_COUNT_] = {
    [REPORT_PDF] = {"pdf", pdf_write},    [REPORT_PNG] = {"png", png_write},    [REPORT_XLSX] = {"xlsx", xlsx_write},
    [REPORT_MD] = {"md", markdown_write}, [REPORT_JSON] = {"json", json_write},
};

enum report_format report_format_named(const char *name) {
    for (int i = 0; i < REPORT_COUNT_; i++)
        if (writers[i].name != NULL && strcmp(writers[i].name, name) == 0) return (enum report_format)i;
    return REPORT_COUNT_;
}

// Pictures of charts that an earlier report had and this one has not would mislead.
static const char *const stale[] = {"overview.png",
                                    "timeline.png",
                                    "loss.png",
                                    "dose-response.png",
                                    "lags.png",
                                    "correlations.png",
                                    "disk-health.png",
                                    "correlation-matrix.png",
                                    "clock-temperature.png",
                                    "epochs.png",
                                    NULL};

const char *reports_warning(const struct report_options *options) {
    if ((options->formats & (1u << REPORT_PDF | 1u << REPORT_PNG)) == 0) return NULL;
    if (canvas_has_fonts()) {
        // The heading of the answer stands for all letters of the language.
        if (canvas_can_show(tr("Verdict"))) return NULL;
        return tr(
            "no font with the letters of this language is installed: PDF and PNG show boxes in their place; install "
            "one "
            "(on Debian fonts-noto-cjk)");
    }
    return tr(
        "no font is installed: PDF and PNG are written with plain Latin letters; install one (on Debian "
        "fonts-dejavu-core)");
}

bool reports_write(const struct diagnosis *diagnosis, const struct report_options *options, char *error, size_t size) {
    struct outset *set = outset_new(options->directory);
    for (int i = 0; i < REPORT_COUNT_ && !outset_failed(set); i++)
        if ((options->formats & 1u << i) != 0 && writers[i].write != NULL) writers[i].write(set, diagnosis, options);
    bool done = outset_commit(set, (options->formats & 1u << REPORT_PNG) != 0 ? stale : NULL);
    if (size > 0) snprintf(error, size, "%s", outset_error(set));
    outset_free(set);
    return done;
}

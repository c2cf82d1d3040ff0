#include "analyzer/analyze.h"

#include <math.h>
#include <string.h>

#include "analyzer/rules.h"
#include "cli/analysis.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/values.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/recording.h"
#include "parsers/reader.h"
#include "reports/writer.h"

static bool fail_on_met(const struct options *options, const struct diagnosis *diagnosis) {
    if (options->fail_on < 0) return false;
    for (size_t i = 0; i < diagnosis->finding_count; i++)
        if ((int)diagnosis->findings[i].severity >= options->fail_on) return true;
    return false;
}

// What is pasted from the terminal shall not tell more than the report.
static const char *shown_directory(const struct options *options) {
    const char *slash = strrchr(options->report.directory, '/');
    return options->redact && slash != NULL && slash[1] != '\0' ? slash + 1 : options->report.directory;
}

static int report(struct options *options, const struct diagnosis *diagnosis) {
    const struct report_options *to = message_report(options);
    reports_terminal(stdout, diagnosis, to);
    bool shown = fflush(stdout) == 0 && !ferror(stdout);
    if (!shown) message("%s", tr("standard output could not be written"));
    const char *warning = reports_warning(to);
    if (warning != NULL) message("%s", warning);
    char error[1024];
    if (!reports_write(diagnosis, to, error, sizeof error)) {
        message("%s", error);
        return EXIT_NOT_WRITTEN;
    }
    if (!options->quiet) message(tr("the report is in %s/"), shown_directory(options));
    if (!shown) return EXIT_NOT_WRITTEN;
    return fail_on_met(options, diagnosis) ? EXIT_FAIL_ON : EXIT_ANALYSED;
}

int command_analyze(struct options *options) { return analysis_run(options, report); }

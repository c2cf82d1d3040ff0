#include <stdio.h>

#include "cli/analysis.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "core/lang.h"
#include "reports/tidy_csv.h"

static int write_series(struct options *options, const struct diagnosis *diagnosis) {
    (void)options;
    tidy_csv_write(stdout, diagnosis);
    if (fflush(stdout) == 0 && !ferror(stdout)) return EXIT_ANALYSED;
    message("%s", tr("standard output could not be written"));
    return EXIT_NOT_WRITTEN;
}

int command_export(struct options *options) { return analysis_run(options, write_series); }

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "cli/analysis.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"
#include "reports/exports.h"

// "logs/run7.tar.gz" is run7; what has no name of its own is "run".
static const char *name_of_path(struct arena *arena, const char *path) {
    static const char *const endings[] = {".gz", ".xz", ".zst", ".bz2", ".tar", ".tgz", ".txz", ".zip"};
    char *real = strcmp(path, "-") == 0 ? NULL : realpath(path, NULL);
    const char *slash = real == NULL ? NULL : strrchr(real, '/');
    struct text name = text_of(slash == NULL ? "" : slash + 1);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (text_ends(name, endings[i]) && name.length > strlen(endings[i])) name.length -= strlen(endings[i]);
    const char *copy = name.length == 0 ? "run" : text_copy(arena, name);
    free(real);
    return copy;
}

static const char *run_name_of(const struct options *options) {
    if (options->run_name != NULL) return text_copy(options->arena, text_of(options->run_name));
    // The name of a directory says where it lay, and often on which host.
    return options->redact ? "run" : name_of_path(options->arena, options->paths[0]);
}

static int write_series(struct options *options, const struct diagnosis *diagnosis) {
    struct export_options to = {.run = run_name_of(options)};
    if (diagnosis->zone == NULL && options->export_form == EXPORT_OPENMETRICS && !options->quiet)
        message("%s", tr("no log states a zone: the times of the run clock are exported as if they were UTC; "
                         "--timezone tells what they are"));
    char error[1024] = "";
    bool done;
    if (options->export_path != NULL && strcmp(options->export_path, "-") != 0) {
        done = export_to_file(options->export_path, options->export_form, diagnosis, &to, error, sizeof error);
    } else {
        done = export_to_stream(stdout, options->export_form, diagnosis, &to);
        snprintf(error, sizeof error, "%s", tr("standard output could not be written"));
    }
    if (!done) message("%s", error);
    return done ? EXIT_ANALYSED : EXIT_NOT_WRITTEN;
}

int command_export(struct options *options) { return analysis_run(options, write_series); }

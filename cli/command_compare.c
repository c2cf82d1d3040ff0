#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/comparison.h"
#include "cli/analysis.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/compare_writer.h"
#include "reports/writer.h"

// Profiles of the runs so far: their diagnoses are gone.
struct gathered {
    struct arena *arena;
    const struct profile **profiles;
    size_t count;
};

static int keep(void *state, struct options *options, const struct analysed *analysed) {
    (void)options;
    struct gathered *gathered = state;
    gathered->profiles[gathered->count++] = profile_of(gathered->arena, analysed->raw, analysed->shown, analysed->name);
    return EXIT_ANALYSED;
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

// Says which one before an hour was spent on the others.
static bool all_there(const struct options *options) {
    bool good = true;
    for (size_t i = 0; i < options->path_count; i++) {
        const char *path = options->paths[i];
        if (strcmp(path, "-") == 0 || access(path, R_OK) == 0) continue;
        const char *why = lang_error(errno);
        if (options->redact) path = last_part(path);
        if (i == 0)
            message(tr("the baseline cannot be read: %s: %s"), path, why);
        else
            message(tr("run %zu cannot be read: %s: %s"), i, path, why);
        good = false;
    }
    return good;
}

static int gather(struct options *options, struct gathered *gathered) {
    char *const *paths = options->paths;
    size_t count = options->path_count;
    for (size_t i = 0; i < count; i++) {
        const char *role = i == 0 ? tr("the baseline") : arena_printf(gathered->arena, tr("run %zu"), i);
        int status = analysis_of(options, paths + i, 1, role, keep, gathered);
        if (status != EXIT_ANALYSED) return status;
    }
    return EXIT_ANALYSED;
}

static bool fail_on_met(const struct options *options, const struct comparison *comparison) {
    for (size_t i = 0; i < comparison->count; i++)
        if (options->fail_on >= 0 && comparison->contrasts[i].severity >= options->fail_on) return true;
    return false;
}

static int write_all(struct options *options, const struct comparison *comparison) {
    const struct report_options *to = message_report(options);
    compare_terminal(stdout, comparison, to);
    bool shown = fflush(stdout) == 0 && !ferror(stdout);
    if (!shown) message("%s", tr("standard output could not be written"));
    const char *warning = reports_warning(to);
    if (warning != NULL) message("%s", warning);
    char error[1024];
    if (!compare_write(comparison, to, error, sizeof error)) {
        message("%s", error);
        return EXIT_NOT_WRITTEN;
    }
    const char *directory = options->redact ? last_part(to->directory) : to->directory;
    if (!options->quiet) message(tr("the comparison is in %s/"), directory);
    if (!shown) return EXIT_NOT_WRITTEN;
    return fail_on_met(options, comparison) ? EXIT_FAIL_ON : EXIT_ANALYSED;
}

int command_compare(struct options *options) {
    if (options->path_count < 2) {
        message("%s", tr("compare needs two runs: whyslow compare BASELINE RUN..."));
        return EXIT_USAGE;
    }
    if (!all_there(options)) return EXIT_NOTHING;
    struct arena *arena = arena_new();
    struct gathered gathered = {arena, arena_array(arena, options->path_count, sizeof *gathered.profiles), 0};
    int status = gather(options, &gathered);
    if (status == EXIT_ANALYSED)
        status =
            write_all(options, comparison_of(arena, gathered.profiles[0], gathered.profiles + 1, gathered.count - 1));
    arena_free(arena);
    return status;
}

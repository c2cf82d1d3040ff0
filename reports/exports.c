#include "reports/exports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/json_lines.h"
#include "reports/openmetrics.h"
#include "reports/outset.h"
#include "reports/sqlite_series.h"
#include "reports/tidy_csv.h"

const char *const export_names[EXPORT_COUNT_ + 1] = {
    [EXPORT_CSV] = "csv", [EXPORT_OPENMETRICS] = "openmetrics", [EXPORT_JSONL] = "jsonl", [EXPORT_SQLITE] = "sqlite"};

// One row a form; one that is no text has no function here.
static bool (*const writers[EXPORT_COUNT_])(FILE *out, const struct diagnosis *diagnosis,
                                            const struct export_options *options) = {
    [EXPORT_CSV] = tidy_csv_write, [EXPORT_OPENMETRICS] = openmetrics_write, [EXPORT_JSONL] = json_lines_write};

bool export_is_text(enum export_form form) { return writers[form] != NULL; }

bool export_to_stream(FILE *out, enum export_form form, const struct diagnosis *diagnosis,
                      const struct export_options *options) {
    return writers[form](out, diagnosis, options) && fflush(out) == 0 && !ferror(out);
}

// False with the reason in `error`.
static bool to_path(const char *path, enum export_form form, const struct diagnosis *diagnosis,
                    const struct export_options *options, char *error, size_t size) {
    if (!export_is_text(form)) return sqlite_series_write(path, diagnosis, options, error, size);
    FILE *out = fopen(path, "wbe");
    bool good = out != NULL && export_to_stream(out, form, diagnosis, options);
    int code = errno;
    if (out != NULL && fclose(out) != 0 && good) {
        good = false;
        code = errno;
    }
    if (!good) snprintf(error, size, "%s", lang_error(code));
    return good;
}

static bool replace(const char *path, enum export_form form, const struct diagnosis *diagnosis,
                    const struct export_options *options, char *error, size_t size) {
    struct arena *arena = arena_new();
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *directory = slash == NULL ? "." : arena_copy(arena, path, (size_t)(slash - path) + 1);
    struct outset *set = outset_new(directory);
    char why[512] = "";
    if (outset_begin(set, name) && !to_path(outset_path(set), form, diagnosis, options, why, sizeof why))
        outset_fail(set, why);
    bool done = outset_commit(set, NULL);
    snprintf(error, size, "%s", outset_error(set));
    outset_free(set);
    arena_free(arena);
    return done;
}

bool export_to_file(const char *path, enum export_form form, const struct diagnosis *diagnosis,
                    const struct export_options *options, char *error, size_t size) {
    struct stat there;
    bool exists = stat(path, &there) == 0;
    if (exists && !S_ISREG(there.st_mode)) {
        char why[512] = "";
        if (!export_is_text(form) || S_ISDIR(there.st_mode))
            snprintf(why, sizeof why, "%s", S_ISDIR(there.st_mode) ? lang_error(EISDIR) : tr("this is no file"));
        else
            to_path(path, form, diagnosis, options, why, sizeof why);
        if (why[0] != '\0') snprintf(error, size, "%s: %s", path, why);
        return why[0] == '\0';
    }
    // The file behind a link is replaced, not the link.
    char *real = exists ? realpath(path, NULL) : NULL;
    bool done = replace(real != NULL ? real : path, form, diagnosis, options, error, size);
    free(real);
    return done;
}

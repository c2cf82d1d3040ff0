#include "cli/analysis.h"

#include <string.h>
#include <unistd.h>

#include "analyzer/analyze.h"
#include "analyzer/rules.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/values.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/recording.h"
#include "parsers/reader.h"
#include "reports/redact.h"

static bool is_usable(const struct source *source) {
    if (source->format == NULL || source->refused) return false;
    if (source->event_count > 0 || source->fact_count > 0) return true;
    for (size_t i = 0; i < source->table_count; i++)
        if (source->tables[i].row_count > 0) return true;
    return false;
}

static bool any_usable(const struct recording *recording) {
    for (size_t i = 0; i < recording->source_count; i++)
        if (is_usable(recording->sources[i])) return true;
    return false;
}

static struct recording *read_all(const struct options *options) {
    struct recording *recording = recording_new();
    struct read_options read = options->read;
    struct progress progress;
    progress_start(&progress, options);
    read.join_rotated = true;
    read.progress = progress_step;
    read.progress_state = &progress;
    read_paths(recording, options->paths, options->path_count, &read);
    progress_end(&progress);
    return recording;
}

// "whyslow analyse logs": the first word is no path, but nearly a command.
static bool is_misspelt(const struct options *options) {
    const char *names[COMMAND_COUNT_ + 1] = {NULL};
    for (int i = 0; i < COMMAND_COUNT_; i++) names[i] = commands_table[i].name;
    const char *first = options->paths[0];
    const char *nearest = value_nearest(first, names);
    if (nearest == NULL || access(first, F_OK) == 0) return false;
    message(tr("\"%s\" is no file and no command; did you mean \"%s\"?"), first, nearest);
    return true;
}

// A path without its directories.
static const char *last_part(const struct options *options, const char *path) {
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--;
    size_t begin = length;
    while (begin > 0 && path[begin - 1] != '/') begin--;
    return arena_copy(options->arena, path + begin, length - begin);
}

// The diagnosis of what was read, handed on.
static int hand_on(struct options *options, const struct recording *recording, struct redactor *redactor,
                   int (*take)(void *state, struct options *options, const struct analysed *analysed), void *state) {
    struct diagnosis *diagnosis = analyze(recording, &options->analyze);
    struct analysed analysed = {diagnosis, diagnosis, options->paths[0]};
    if (redactor != NULL) {
        // The line that reproduces the report is made of paths.
        options->report.command_line = NULL;
        analysed.shown = redact_diagnosis(redactor, diagnosis);
        analysed.name = redact_text(redactor, last_part(options, options->paths[0]));
    }
    int status = take(state, options, &analysed);
    diagnosis_free(diagnosis);
    return status;
}

int analysis_of(struct options *options, char *const *paths, size_t count, const char *role,
                int (*take)(void *state, struct options *options, const struct analysed *analysed), void *state) {
    struct rules *rules = rules_new();
    char error[1024];
    if (options->rules_path != NULL && !rules_read(rules, options->rules_path, error, sizeof error)) {
        message("%s", error);
        rules_free(rules);
        return EXIT_USAGE;
    }
    options->paths = paths;
    options->path_count = count;
    options->analyze.rules = rules;
    struct recording *recording = read_all(options);
    struct redactor *redactor = options->redact ? redactor_new(recording) : NULL;
    if (!options->quiet) message_files(options, redactor == NULL ? recording : redact_recording(redactor));
    int status = EXIT_NOTHING;
    if (any_usable(recording)) {
        status = hand_on(options, recording, redactor, take, state);
    } else {
        if (role != NULL)
            message(tr("%s: %s"), role,
                    redactor == NULL ? paths[0] : redact_text(redactor, last_part(options, paths[0])));
        message_nothing(options, recording);
    }
    redactor_free(redactor);
    recording_free(recording);
    rules_free(rules);
    return status;
}

struct finish {
    int (*finish)(struct options *options, const struct diagnosis *diagnosis);
};

static int finish_one(void *state, struct options *options, const struct analysed *analysed) {
    return ((struct finish *)state)->finish(options, analysed->shown);
}

int analysis_run(struct options *options, int (*finish)(struct options *options, const struct diagnosis *diagnosis)) {
    if (is_misspelt(options)) return EXIT_USAGE;
    struct finish state = {finish};
    return analysis_of(options, options->paths, options->path_count, NULL, finish_one, &state);
}

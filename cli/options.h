// options.h: the command line as a table: what getopt_long reads, --help lists and the man page describes.
#ifndef WHYSLOW_CLI_OPTIONS_H
#define WHYSLOW_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/analyze.h"
#include "core/when.h"
#include "parsers/reader.h"
#include "reports/exports.h"
#include "reports/writer.h"

enum command {
    COMMAND_ANALYZE,
    COMMAND_INSPECT,
    COMMAND_BATCH,
    COMMAND_MERGE,
    COMMAND_COMPARE,
    COMMAND_EXPORT,
    COMMAND_COUNT_
};

struct command_row {
    const char *name, *arguments, *what;  // `what` is marked for translation
};
extern const struct command_row commands_table[COMMAND_COUNT_];

enum show { SHOW_NOTHING, SHOW_HELP, SHOW_VERSION, SHOW_RULES, SHOW_MAN };
enum often { OFTEN_AUTO, OFTEN_ALWAYS, OFTEN_NEVER };

// A growing list of SOURCE=VALUE options.
struct clock_list {
    struct clock_option *items;
    size_t count, capacity;
};

struct options {
    enum command command;
    enum show show;
    bool json, quiet, verbose, redact;
    enum often color, progress;
    const char *rules_path;  // NULL: the defaults
    const char *lang;        // NULL: the environment's
    int fail_on;             // enum severity, or -1
    struct clock_list timezones, offsets, starts, intervals;
    struct read_options read;
    struct analyze_options analyze;  // its lists are filled in from the above
    struct report_options report;
    const char *said;         // the options of analyze among those given, as a shell reads them: " --lang=en"
    const char *run_pattern;  // NULL: runs are found by what folders hold
    size_t workers;           // 0: as many as there are processors to use
    size_t shard, shards;     // 0: all runs
    double timeout;           // seconds for one run; 0: none
    const char *format;       // as given, NULL if not
    const char *export_path;  // NULL or "-": standard output
    const char *run_name;     // of an export; NULL: made of the first path
    enum export_form export_form;
    char *const *paths;  // within argv
    size_t path_count;
    struct arena *arena;
};

// One option. `set` stores the value; on a wrong one it returns false and says in `error` what is allowed.
struct option_row {
    const char *name;
    char letter;           // 0: none
    const char *argument;  // NULL: takes none
    unsigned commands;     // mask of 1u << enum command
    const char *what;      // marked for translation
    bool (*set)(struct options *options, const char *value, char *error, size_t size);
};

// Ends with a row whose name is NULL.
extern const struct option_row options_table[];

// Reads the command line (argv is permuted). False when it is wrong; `error` (of `size` bytes) then says why.
// Free with options_free in either case.
bool options_read(struct options *options, int argc, char **argv, char *error, size_t size);
void options_free(struct options *options);

// A word as a POSIX shell reads it back.
const char *options_quoted(struct arena *arena, const char *word);

// The language that --lang names, NULL if it is not there or names none. Needed before anything is said, the faults of
// the command line among it.
const char *options_language(int argc, char *const *argv);

#endif

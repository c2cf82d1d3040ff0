// message.h: what the program says on standard error.
#ifndef WHYSLOW_CLI_MESSAGE_H
#define WHYSLOW_CLI_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct options;
struct recording;
struct report_options;
struct source;

// "whyslow: …", a line.
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Whether to colour what goes to `out`: --color, NO_COLOR, TERM, a terminal.
bool message_color(const struct options *options, FILE *out);

// The options of the report, after filling in what standard output can show: colour, Unicode, width.
const struct report_options *message_report(struct options *options);

// The files that were not used and why, and how many problems the others have (all of them with --verbose).
void message_files(const struct options *options, const struct recording *recording);

// Why there is nothing to work with.
void message_nothing(const struct options *options, const struct recording *recording);

// A progress bar on standard error; a read_options.progress function. `state` is a struct progress.
struct progress {
    bool shown, wanted;
    int64_t started;  // monotonic milliseconds
    int percent;
    int64_t drawn;  // when, monotonic milliseconds
};
void progress_start(struct progress *progress, const struct options *options);
void progress_step(void *state, const char *path, uint64_t done, uint64_t total);
void progress_end(struct progress *progress);
// The same for a row of runs: how many are done, and how long the others will take at this pace.
void progress_runs(struct progress *progress, size_t done, size_t count, size_t failed);

#endif

#include "cli/message.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/file_names.h"
#include "cli/options.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/recording.h"
#include "core/unit.h"
#include "reports/terminal_text.h"

enum { FILES_SHOWN = 20, BAR_AFTER_MS = 700, BAR_WIDTH = 30, LINE_WIDTH = 79, REDRAW_MS = 200 };

void message(const char *format, ...) {
    fputs("whyslow: ", stderr);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

bool message_color(const struct options *options, FILE *out) {
    if (options->color != OFTEN_AUTO) return options->color == OFTEN_ALWAYS;
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (no != NULL && no[0] != '\0') return false;
    return isatty(fileno(out)) && term != NULL && strcmp(term, "dumb") != 0;
}

static int terminal_columns(void) {
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

// True if a report may use more than ASCII on this terminal.
static bool is_utf8(void) {
    const char *names[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i] == NULL || names[i][0] == '\0') continue;
        return strcasestr(names[i], "utf-8") != NULL || strcasestr(names[i], "utf8") != NULL;
    }
    return false;
}

const struct report_options *message_report(struct options *options) {
    struct report_options *to = &options->report;
    to->color = message_color(options, stdout);
    to->unicode = is_utf8() || lang_is_translated();
    to->width = terminal_columns();
    return to;
}

static bool is_used(const struct source *source) { return source->format != NULL && !source->refused; }

static void say_problem(const struct source *source, const struct problem *problem) {
    if (problem->line > 0)
        message("%s:%u: %s", source_name(source), problem->line, problem->message);
    else
        message(tr("%s: %s"), source_name(source), problem->message);
}

// Nobody is surprised that a README is no log.
static bool goes_without_saying(const struct source *source) {
    const char *name = source_name(source);
    const char *slash = strrchr(name, '/');
    return source->format == NULL && file_is_prose(slash == NULL ? name : slash + 1);
}

// The problem that explains why a file is not used: the gravest, the last of these.
static const struct problem *main_problem(const struct source *source) {
    const struct problem *gravest = NULL;
    for (size_t i = 0; i < source->problem_count && i < PROBLEMS_KEPT; i++)
        if (gravest == NULL || source->problems[i].severity >= gravest->severity) gravest = &source->problems[i];
    return gravest;
}

static void say_all_problems(const struct source *source) {
    for (size_t i = 0; i < source->problem_count && i < PROBLEMS_KEPT; i++) say_problem(source, &source->problems[i]);
    if (source->problem_count > PROBLEMS_KEPT)
        message(tr("%s: and %zu problems more"), source_name(source), source->problem_count - PROBLEMS_KEPT);
}

void message_files(const struct options *options, const struct recording *recording) {
    size_t unused = 0;
    size_t problems = 0;
    for (size_t i = 0; i < recording->source_count; i++) {
        const struct source *source = recording->sources[i];
        const struct problem *problem = main_problem(source);
        if (options->verbose) {
            say_all_problems(source);
        } else if (!is_used(source) && problem != NULL) {
            if (!goes_without_saying(source) && unused++ < FILES_SHOWN) say_problem(source, problem);
        } else {
            for (size_t k = 0; k < source->problem_count && k < PROBLEMS_KEPT; k++)
                problems += source->problems[k].severity >= SEVERITY_WARNING;
        }
    }
    if (unused > FILES_SHOWN) message(tr("and %zu files more that are not used"), unused - FILES_SHOWN);
    if (problems > 0) message(tr("%zu problems in the logs: see them with --verbose or \"whyslow inspect\""), problems);
}

void message_nothing(const struct options *options, const struct recording *recording) {
    if (recording->source_count == 0)
        message(tr("no files in %s"), options->paths[0]);
    else
        message("%s", tr("nothing usable in the input: no log of a kind that whyslow knows"));
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void progress_start(struct progress *progress, const struct options *options) {
    bool terminal = isatty(STDERR_FILENO) && !options->quiet;
    *progress = (struct progress){.started = now(), .percent = -1};
    progress->wanted = options->progress == OFTEN_ALWAYS || (options->progress == OFTEN_AUTO && terminal);
    if (options->progress == OFTEN_ALWAYS) progress->started -= BAR_AFTER_MS;
}

static void draw_bar(char bar[BAR_WIDTH + 1], int percent) {
    for (int i = 0; i < BAR_WIDTH; i++) bar[i] = i * 100 < percent * BAR_WIDTH ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
}

void progress_step(void *state, const char *path, uint64_t done, uint64_t total) {
    (void)path;
    struct progress *progress = state;
    int percent = total == 0 ? 0 : (int)((double)done / (double)total * 100);
    if (!progress->wanted || percent == progress->percent || now() - progress->started < BAR_AFTER_MS) return;
    progress->percent = percent;
    progress->shown = true;
    char bar[BAR_WIDTH + 1];
    draw_bar(bar, percent);
    fprintf(stderr, "\r[%s] %3d %%", bar, percent);
    fflush(stderr);
}

void progress_runs(struct progress *progress, size_t done, size_t count, size_t failed) {
    int64_t spent = now() - progress->started;
    if (!progress->wanted || spent < BAR_AFTER_MS || (now() - progress->drawn < REDRAW_MS && done < count)) return;
    progress->drawn = now();
    progress->shown = true;
    char bar[BAR_WIDTH + 1];
    draw_bar(bar, (int)((double)done / (double)count * 100));
    struct arena *arena = arena_new();
    const char *left = unit_duration(arena, ceil((double)spent / 1000 / (double)done * (double)(count - done)));
    const char *line = arena_printf(arena, tr("[%s] %zu of %zu runs, about %s left"), bar, done, count, left);
    if (failed > 0) line = arena_printf(arena, tr("%s; not analysed: %zu"), line, failed);
    int blanks = LINE_WIDTH - terminal_width(line);
    fprintf(stderr, "\r%s%*s", line, blanks > 0 ? blanks : 0, "");
    fflush(stderr);
    arena_free(arena);
}

void progress_end(struct progress *progress) {
    if (progress->shown) fprintf(stderr, "\r%*s\r", LINE_WIDTH, "");
    progress->shown = false;
}

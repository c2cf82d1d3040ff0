#include "cli/inspect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/recording.h"
#include "parsers/reader.h"
#include "reports/redact.h"

static void put_head(FILE *out, const struct source *source) {
    fprintf(out, "%s\n", source_name(source));
    if (source->format == NULL) {
        fprintf(out, "  %s\n", tr("not recognised"));
        return;
    }
    fprintf(out, "  %s%s%s%s%s%s\n", source->format, source->tool_version[0] == '\0' ? "" : " ", source->tool_version,
            source->host[0] == '\0' ? "" : tr(", host "), source->host, source->refused ? tr(", REFUSED") : "");
}

static void put_clock(FILE *out, const struct source *source) {
    struct arena *arena = arena_new();
    const char *first = inspect_time(arena, source, source->first, source->zone_first);
    const char *last = inspect_time(arena, source, source->last, source->zone_last);
    fprintf(out, "  %s", inspect_clock(source));
    if (source->zone[0] != '\0') fprintf(out, " (%s)", source->zone);
    if (first != NULL && last != NULL) fprintf(out, tr(": %s to %s"), first, last);
    if (!isnan(source->cadence)) fprintf(out, tr(", every %s"), unit_duration(arena, source->cadence));
    fputc('\n', out);
    if (source->clock_note[0] != '\0') fprintf(out, "  %s\n", source->clock_note);
    fprintf(out, tr("  %zu reports (%zu since boot), %zu rows kept, %zu lines skipped, %zu events\n"), source->reports,
            source->since_boot_reports, source->samples, source->skipped_lines, source->event_count);
    arena_free(arena);
}

static void put_series(FILE *out, const struct source *source) {
    struct arena *arena = arena_new();
    for (size_t i = 0; i < source->table_count; i++) {
        const struct table *table = &source->tables[i];
        for (size_t k = 0; k < table->column_count; k++) {
            const struct column *column = &table->columns[k];
            struct column_stats stats = column_stats(table, column);
            fprintf(out, "    %-10s %-28s %-6s n %zu", table->entity, column->quantity, unit_name(column->unit),
                    stats.samples);
            if (stats.samples > 0)
                fprintf(out, tr("  min %s  mean %s  max %s"), unit_number(arena, stats.min, 5),
                        unit_number(arena, stats.mean, 5), unit_number(arena, stats.max, 5));
            if (stats.missing > 0) fprintf(out, tr("  missing %zu"), stats.missing);
            fputs(column->derived ? tr("  derived\n") : "\n", out);
        }
    }
    arena_free(arena);
}

static void put_problems(FILE *out, const struct source *source, bool verbose) {
    static const char *const names[] = {N_("note"), N_("warning"), N_("problem")};
    size_t kept = source->problem_count < PROBLEMS_KEPT ? source->problem_count : PROBLEMS_KEPT;
    size_t most = verbose || kept <= 10 ? kept : 10;
    for (size_t i = 0; i < most; i++) {
        const struct problem *problem = &source->problems[i];
        if (problem->line > 0)
            fprintf(out, tr("  line %u: "), problem->line);
        else
            fprintf(out, "  %s: ", tr(names[problem->severity]));
        fprintf(out, "%s\n", problem->message);
    }
    if (source->problem_count > most) fprintf(out, tr("  and %zu problems more\n"), source->problem_count - most);
}

void inspect_text(FILE *out, const struct recording *recording, bool verbose) {
    for (size_t i = 0; i < recording->source_count; i++) {
        const struct source *source = recording->sources[i];
        if (i > 0) fputc('\n', out);
        put_head(out, source);
        if (source->format != NULL) put_clock(out, source);
        put_problems(out, source, verbose);
        put_series(out, source);
    }
}

static bool any_recognised(const struct recording *recording) {
    for (size_t i = 0; i < recording->source_count; i++)
        if (recording->sources[i]->format != NULL) return true;
    return false;
}

int command_inspect(const struct options *options) {
    struct recording *recording = recording_new();
    struct read_options read = options->read;
    struct progress progress;
    progress_start(&progress, options);
    read.progress = progress_step;
    read.progress_state = &progress;
    read_paths(recording, options->paths, options->path_count, &read);
    progress_end(&progress);
    int status = any_recognised(recording) ? EXIT_ANALYSED : EXIT_NOTHING;
    bool good = true;
    struct redactor *redactor = options->redact ? redactor_new(recording) : NULL;
    const struct recording *shown = redactor == NULL ? recording : redact_recording(redactor);
    if (options->json)
        good = inspect_json(stdout, shown);
    else
        inspect_text(stdout, shown, options->verbose);
    redactor_free(redactor);
    if (fflush(stdout) != 0 || ferror(stdout) || !good) {
        message("%s", tr("standard output could not be written"));
        status = EXIT_NOT_WRITTEN;
    }
    if (recording->source_count == 0) message_nothing(options, recording);
    recording_free(recording);
    return status;
}

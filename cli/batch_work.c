#include "cli/batch_work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/fleet.h"
#include "analyzer/rules.h"
#include "cli/analysis.h"
#include "cli/batch_row.h"
#include "cli/batch_runs.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"
#include "parsers/walk.h"
#include "reports/writer.h"

// ── digests ─────────────────────────────────────────────────────────────────

enum { BLOCK = 1 << 16, FILES_MOST = 20000 };

// With its NUL, so that no two lists of words give the same bytes.
static void add_word(struct digest *digest, const char *word) { digest_add(digest, word, strlen(word) + 1); }

// The content, as a word of its own. False, with errno, if it cannot be read to its end.
static bool add_file(struct digest *digest, const char *path) {
    char *block = malloc(BLOCK);
    struct digest *own = digest_new();
    int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
    ssize_t got = -1;
    while (fd >= 0 && block != NULL) {
        got = read(fd, block, BLOCK);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        digest_add(own, block, (size_t)got);
    }
    int why = errno;
    if (fd >= 0) close(fd);
    free(block);
    char hex[DIGEST_SIZE];
    digest_end(own, hex);
    digest_free(own);
    add_word(digest, got == 0 ? hex : "unreadable");
    errno = why;
    return got == 0;
}

bool batch_settings(struct batch_plan *plan, char *error, size_t size) {
    const struct options *options = plan->options;
    struct rules *rules = rules_new();
    bool good = options->rules_path == NULL || rules_read(rules, options->rules_path, error, size);
    rules_free(rules);
    if (!good) return false;
    struct digest *digest = digest_new();
    add_word(digest, WHYSLOW_VERSION);
    // A program built anew may see things in another way, whatever it calls itself.
    add_file(digest, "/proc/self/exe");
    add_word(digest, lang_is_translated() ? "zh_CN" : "en");
    add_word(digest, options->said);
    char number[24];
    snprintf(number, sizeof number, "%u", options->report.formats);
    add_word(digest, number);
    if (options->rules_path != NULL) add_file(digest, options->rules_path);
    digest_end(digest, plan->settings);
    digest_free(digest);
    return true;
}

// Of the settings and of every file: its name below the run, and its bytes.
static void digest_run(const struct batch_plan *plan, const char *path, char out[DIGEST_SIZE]) {
    struct arena *arena = arena_new();
    struct found_files found = {.arena = arena};
    size_t limit = plan->options->read.file_limit;
    walk(&found, path, limit == 0 ? FILES_MOST : limit);
    struct digest *digest = digest_new();
    add_word(digest, plan->settings);
    for (size_t i = 0; i < found.count; i++) {
        const char *below = found.files[i].path + strlen(path);
        add_word(digest, below[0] == '/' ? below + 1 : below);
        if (found.files[i].problem != NULL)
            add_word(digest, found.files[i].problem);
        else
            add_file(digest, found.files[i].path);
    }
    digest_end(digest, out);
    digest_free(digest);
    free(found.files);
    arena_free(arena);
}

// ── reports that are there ──────────────────────────────────────────────────

static const char *const report_names[REPORT_COUNT_] = {[REPORT_PDF] = "report.pdf",
                                                        [REPORT_PNG] = "timeline.png",
                                                        [REPORT_XLSX] = "report.xlsx",
                                                        [REPORT_MD] = "report.md",
                                                        [REPORT_JSON] = "report.json"};

static bool has_reports(struct arena *arena, const char *directory, unsigned formats) {
    for (unsigned i = 0; i < REPORT_COUNT_; i++)
        if ((formats & 1u << i) != 0 && access(arena_printf(arena, "%s/%s", directory, report_names[i]), R_OK) != 0)
            return false;
    return true;
}

// The format that a file of this name belongs to; REPORT_COUNT_ if none.
static unsigned format_of(const char *name) {
    if (text_ends(text_of(name), ".png")) return REPORT_PNG;
    unsigned i = 0;
    while (i < REPORT_COUNT_ && strcmp(name, report_names[i]) != 0) i++;
    return i;
}

bool batch_is_report(const char *name) { return format_of(name) < REPORT_COUNT_; }

// What outset.c calls a report, or a summary of the fleet, while it is being written: ".report.pdf.4711-0.tmp".
static bool is_half_written(struct text name) {
    if (!text_starts(name, ".") || !text_ends(name, ".tmp")) return false;
    return text_starts(name, ".fleet.") || text_starts(name, ".report.") || text_has(name, ".png.");
}

static bool is_to_go(const char *name, unsigned keep) {
    if (name[0] == '.') return is_half_written(text_of(name));
    return batch_is_report(name) && (keep & 1u << format_of(name)) == 0;
}

void batch_clean(const char *directory, unsigned keep) {
    DIR *entries = opendir(directory);
    if (entries == NULL) return;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (is_to_go(entry->d_name, keep)) unlinkat(dirfd(entries), entry->d_name, 0);
    closedir(entries);
}

// ── the run ─────────────────────────────────────────────────────────────────

struct working {
    struct arena *arena;
    struct fleet_run *row;
    char error[1024];
};

static int take_row(void *state, struct options *options, const struct analysed *analysed) {
    struct working *working = state;
    working->row = fleet_run_of(working->arena, analysed->raw);
    bool written = reports_write(analysed->shown, &options->report, working->error, sizeof working->error);
    return written ? EXIT_ANALYSED : EXIT_NOT_WRITTEN;
}

static enum fleet_status status_of(int status) {
    if (status == EXIT_ANALYSED) return FLEET_ANALYSED;
    return status == EXIT_NOTHING ? FLEET_NOTHING : FLEET_FAILED;
}

// The options of "whyslow analyze" for this run alone.
static struct options options_for(const struct batch_plan *plan, struct arena *arena, const struct batch_run *run) {
    struct options options = *plan->options;
    options.command = COMMAND_ANALYZE;
    options.quiet = false;  // what is said becomes the reason
    options.progress = OFTEN_NEVER;
    options.report.directory = arena_printf(arena, "%s/%s", plan->directory, run->directory);
    options.report.command_line =
        arena_printf(arena, "whyslow analyze%s %s", options.said, options_quoted(arena, run->path));
    return options;
}

static bool still_holds(const struct fleet_run *known, const char *digest, struct arena *arena, const char *directory,
                        unsigned formats) {
    if (known == NULL || strcmp(known->digest, digest) != 0) return false;
    if (known->status == FLEET_NOTHING) return true;
    return known->status == FLEET_ANALYSED && has_reports(arena, directory, formats);
}

enum batch_status batch_work(const struct batch_plan *plan, const struct batch_run *run, const struct fleet_run *known,
                             FILE *out) {
    struct arena *arena = arena_new();
    struct options options = options_for(plan, arena, run);
    const char *directory = options.report.directory;
    char digest[DIGEST_SIZE];
    digest_run(plan, run->path, digest);
    if (still_holds(known, digest, arena, directory, options.report.formats)) {
        arena_free(arena);
        return BATCH_UNCHANGED;
    }
    struct working working = {.arena = arena, .row = row_blank(arena, run->name)};
    char *path = arena_string(arena, run->path);
    int status = analysis_of(&options, &path, 1, NULL, take_row, &working);
    if (status != EXIT_ANALYSED) working.row = row_blank(arena, run->name);
    working.row->status = status_of(status);
    working.row->run = run->name;
    working.row->digest = digest;
    working.row->reason = working.error;
    working.row->report = status == EXIT_ANALYSED ? run->directory : "";
    batch_clean(directory, status == EXIT_ANALYSED ? options.report.formats : 0);
    row_pack(out, working.row);
    arena_free(arena);
    return BATCH_ROW;
}

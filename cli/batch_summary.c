#include "cli/batch_summary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/fleet.h"
#include "cli/batch_index.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/fleet_redact.h"
#include "reports/fleet_writer.h"
#include "reports/outset.h"
#include "reports/writer.h"

#define LOCK_FILE ".lock"

// ── one at a time ───────────────────────────────────────────────────────────

// POSIX locks end with the process that holds them, whatever kills it; no child has them; network file systems know
// them.
static int open_lock(const char *directory, int flags) {
    struct arena *arena = arena_new();
    int fd = open(arena_printf(arena, "%s/" LOCK_FILE, directory), flags | O_CLOEXEC, 0666);
    arena_free(arena);
    return fd;
}

static bool make_directory(const char *directory) {
    struct outset *set = outset_new(directory);
    bool made = !outset_failed(set);
    if (!made) message("%s", outset_error(set));
    outset_free(set);
    return made;
}

bool batch_lock(const char *directory) {
    if (!make_directory(directory)) return false;
    int fd = open_lock(directory, O_RDWR | O_CREAT);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0) return true;
    int why = errno;
    if (fd >= 0 && (why == ENOLCK || why == EOPNOTSUPP || why == ENOSYS)) {
        message(tr("%s: this file system has no locks: see to it that no other batch works there"), directory);
        return true;
    }
    struct flock holder = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool held = fd >= 0 && fcntl(fd, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK;
    if (held)
        message(tr("%s: another batch (process %ld) is at work there; give this one a directory of its own"), directory,
                (long)holder.l_pid);
    else
        message(tr("%s/%s: %s"), directory, LOCK_FILE, lang_error(why));
    if (fd >= 0) close(fd);
    return false;
}

bool batch_is_locked(const char *directory) {
    int fd = open_lock(directory, O_RDWR);
    struct flock holder = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool held = fd >= 0 && fcntl(fd, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK;
    if (fd >= 0) close(fd);
    return held;
}

// ── the summary ─────────────────────────────────────────────────────────────

static bool fail_on_met(const struct options *options, const struct fleet_run *const *rows, size_t count) {
    for (size_t i = 0; options->fail_on >= 0 && i < count; i++)
        for (size_t k = 0; k < rows[i]->finding_count; k++)
            if ((int)rows[i]->findings[k].severity >= options->fail_on) return true;
    return false;
}

static bool write_files(const struct fleet *fleet, const struct report_options *to) {
    char error[1024];
    bool written = fleet_write(fleet, to, error, sizeof error);
    if (!written) message("%s", error);
    return written;
}

int batch_summary(struct options *options, struct arena *arena, const struct fleet_run *const *rows, size_t count,
                  const struct index_facts *facts) {
    char error[1024];
    const char *directory = options->report.directory;
    bool good = index_publish(directory, rows, count, facts, error, sizeof error);
    if (!good) message("%s", error);
    const struct fleet_run *const *shown = options->redact ? fleet_redact(arena, rows, count) : rows;
    struct fleet *fleet = fleet_of(arena, shown, count, options->analyze.gpu_hour_cost);
    struct report_options to = *message_report(options);
    to.formats |= 1u << REPORT_PDF | 1u << REPORT_XLSX | 1u << REPORT_MD | 1u << REPORT_JSON;
    to.command_line = options->redact ? NULL : facts->command_line;
    fleet_terminal(stdout, fleet, &to);
    bool said = fflush(stdout) == 0 && !ferror(stdout);
    if (!said) message("%s", tr("standard output could not be written"));
    const char *warning = reports_warning(&to);
    if (warning != NULL) message("%s", warning);
    good = write_files(fleet, &to) && good;
    if (good && !options->quiet)
        message(tr("the summary is in %s/, the reports are in %s/runs/"), directory, directory);
    if (!good || !said) return EXIT_NOT_WRITTEN;
    if (count > 0 && fleet->status[FLEET_ANALYSED] == 0) return EXIT_NOTHING;  // a shard may be empty
    return fail_on_met(options, rows, count) ? EXIT_FAIL_ON : EXIT_ANALYSED;
}

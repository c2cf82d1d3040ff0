// What several batches wrote, shards of one or not, as one: their rows, their reports, one summary.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/fleet.h"
#include "cli/batch_index.h"
#include "cli/batch_row.h"
#include "cli/batch_summary.h"
#include "cli/batch_work.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"

// A row, and the directory that it came from.
struct merge_row {
    const struct fleet_run *run;
    const char *directory;
};

struct merge {
    struct options *options;
    struct arena *arena;
    struct merge_row *rows;
    size_t count, capacity;
    struct index_facts *facts;  // of each directory
    size_t parts;
};

static void add_row(struct merge *merge, const struct fleet_run *run, const char *directory) {
    merge->rows = grow_array(merge->rows, &merge->capacity, merge->count + 1, sizeof *merge->rows);
    merge->rows[merge->count++] = (struct merge_row){run, directory};
}

// In the place of a digest: the row says that something is missing, which a later merge may have.
static const char missing[] = "missing";

// Something that the summary must not keep quiet about: a row that has no part in any sum.
static void add_entry(struct merge *merge, const char *name, const char *reason) {
    struct fleet_run *row = row_blank(merge->arena, name);
    row->status = FLEET_FAILED;
    row->digest = missing;
    row->reason = reason;
    add_row(merge, row, "");
    message(tr("%s: %s"), name, reason);
}

// ── reading ─────────────────────────────────────────────────────────────────

static bool is_same_directory(const char *a, const char *b) {
    struct stat x;
    struct stat y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool read_part(struct merge *merge, const char *directory) {
    char error[1024];
    if (access(directory, R_OK) != 0) {
        message(tr("%s: %s"), directory, lang_error(errno));
        return false;
    }
    if (batch_is_locked(directory)) {
        message(tr("%s: a batch is still at work there; merge when it is done"), directory);
        return false;
    }
    struct batch_index *index = index_open(directory, false, error, sizeof error);
    struct fleet_run **rows;
    size_t count = 0;
    bool good = index != NULL && index_load(index, merge->arena, &rows, &count, &merge->facts[merge->parts]);
    if (!good) message("%s/%s", directory, index == NULL ? error : index_error(index));
    for (size_t i = 0; good && i < count; i++)
        if (strcmp(rows[i]->digest, missing) != 0) add_row(merge, rows[i], directory);
    index_close(index);
    if (!good) return false;
    if (!merge->facts[merge->parts].complete)
        add_entry(merge, directory, tr("the batch in this directory has not come to its end: runs are missing"));
    merge->parts++;
    return true;
}

// ── shards ──────────────────────────────────────────────────────────────────

static bool has_shard(const struct index_facts *facts, const char *shard) {
    for (struct text rest = text_of(facts->shards), word; (word = text_word(&rest)).length > 0;)
        if (text_equal(word, shard)) return true;
    return false;
}

// "8" of "3/8"; 0 if all runs were in it.
static size_t shard_count(const struct index_facts *facts) {
    const char *slash = strchr(facts->shards, '/');
    return slash == NULL ? 0 : strtoul(slash + 1, NULL, 10);
}

// What is left to be merged: "" if nothing is missing, else the shards that there are.
static const char *gather_shards(struct merge *merge) {
    size_t shards = shard_count(&merge->facts[0]);
    const char *there = "";
    bool all = true;
    for (size_t k = 1; k <= shards; k++) {
        const char *name = arena_printf(merge->arena, "%zu/%zu", k, shards);
        size_t times = 0;
        for (size_t i = 0; i < merge->parts; i++) times += has_shard(&merge->facts[i], name);
        if (times > 0) {
            there = arena_printf(merge->arena, "%s%s%s", there, there[0] == '\0' ? "" : " ", name);
            continue;
        }
        all = false;
        add_entry(merge, arena_printf(merge->arena, "(shard %s)", name),
                  tr("this shard is missing: its runs are in no sum"));
    }
    return all ? "" : there;
}

static bool fit_together(const struct merge *merge) {
    bool same = true;
    const struct index_facts *first = &merge->facts[0];
    for (size_t i = 1; i < merge->parts; i++) {
        const struct index_facts *other = &merge->facts[i];
        same &= strcmp(first->list, other->list) == 0 && shard_count(first) == shard_count(other);
        if (strcmp(first->options, other->options) != 0)
            message("%s", tr("these directories were written with different options or versions: their figures may not "
                             "be comparable"));
    }
    return same;
}

// ── one row a run ───────────────────────────────────────────────────────────

static int by_name(const void *a, const void *b) {
    const struct merge_row *x = a;
    const struct merge_row *y = b;
    int order = strcmp(x->run->run, y->run->run);
    if (order != 0) return order;
    // An analysed row is worth more; then whatever is the same in any order of directories.
    if ((x->run->status == FLEET_ANALYSED) != (y->run->status == FLEET_ANALYSED))
        return x->run->status == FLEET_ANALYSED ? -1 : 1;
    order = strcmp(x->run->digest, y->run->digest);
    return order != 0 ? order : strcmp(x->directory, y->directory);
}

// The same run twice is counted once. Where its content differs both cannot be right, and that is said.
static void drop_doubles(struct merge *merge) {
    size_t count = merge->count;
    size_t kept = 0;
    size_t doubles = 0;
    qsort(merge->rows, count, sizeof *merge->rows, by_name);
    for (size_t i = 0; i < count; i++) {
        const struct merge_row row = merge->rows[i];
        const struct merge_row *last = kept == 0 ? NULL : &merge->rows[kept - 1];
        if (last == NULL || strcmp(last->run->run, row.run->run) != 0) {
            merge->rows[kept++] = row;
            continue;
        }
        doubles++;
        if (strcmp(last->run->digest, row.run->digest) == 0) continue;
        struct fleet_run *entry =
            row_blank(merge->arena, arena_printf(merge->arena, "%s (%s)", row.run->run, row.directory));
        entry->status = FLEET_FAILED;
        entry->reason = arena_printf(merge->arena,
                                     tr("this run is in %s, too, with other content: the row of %s is "
                                        "counted, this one is not"),
                                     last->directory, last->directory);
        message(tr("%s: %s"), entry->run, entry->reason);
        struct merge_row winner = *last;
        merge->rows[kept - 1] = (struct merge_row){entry, ""};
        merge->rows[kept++] = winner;  // stays the last one, for the next comparison
    }
    merge->count = kept;
    if (doubles > 0 && !merge->options->quiet)
        message(tr("%zu runs are in more than one directory and were counted once"), doubles);
}

// ── reports ─────────────────────────────────────────────────────────────────

static bool copy_bytes(int from, int to) {
    char block[65536];
    ssize_t got;
    while ((got = read(from, block, sizeof block)) > 0)
        for (ssize_t at = 0; at < got;) {
            ssize_t put = write(to, block + at, (size_t)(got - at));
            if (put <= 0) return false;
            at += put;
        }
    return got == 0;
}

// A second name of the same file where both are on one file system, else a copy; in the place of what was there.
static bool bring_file(const char *from, const char *to) {
    struct arena *arena = arena_new();
    const char *temporary = arena_printf(arena, "%s.tmp", to);
    unlink(temporary);
    bool done = link(from, temporary) == 0;
    if (!done) {
        int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        int out = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        done = in >= 0 && out >= 0 && copy_bytes(in, out);
        if (in >= 0) close(in);
        if (out >= 0 && close(out) != 0) done = false;
    }
    // Where both are names of one file already, rename does nothing.
    done = done && rename(temporary, to) == 0;
    int why = errno;
    unlink(temporary);
    errno = why;
    arena_free(arena);
    return done;
}

static bool make_directories(char *path, size_t from) {
    for (size_t i = from; path[i] != '\0'; i++) {
        if (path[i] != '/') continue;
        path[i] = '\0';
        bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
        path[i] = '/';
        if (!made) return false;
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static bool bring_report(const struct merge *merge, const struct merge_row *row) {
    if (row->run->report[0] == '\0') return true;
    struct arena *arena = arena_new();
    const char *from = arena_printf(arena, "%s/%s", row->directory, row->run->report);
    char *to = arena_printf(arena, "%s/%s", merge->options->report.directory, row->run->report);
    bool good = make_directories(to, strlen(merge->options->report.directory) + 1);
    const char *failed = to;
    if (good) batch_clean(to, 0);
    DIR *entries = opendir(from);
    for (const struct dirent *entry; good && entries != NULL && (entry = readdir(entries)) != NULL;) {
        if (entry->d_name[0] == '.' || !batch_is_report(entry->d_name)) continue;
        failed = arena_printf(arena, "%s/%s", to, entry->d_name);
        good = bring_file(arena_printf(arena, "%s/%s", from, entry->d_name), failed);
    }
    if (!good) message(tr("%s: %s"), failed, lang_error(errno));
    if (entries == NULL) message(tr("%s: the report of run %s is not there"), from, row->run->run);
    if (entries != NULL) closedir(entries);
    arena_free(arena);
    return good;
}

// ── all of it ───────────────────────────────────────────────────────────────

static int write_all(struct merge *merge) {
    struct index_facts facts = merge->facts[0];
    facts.complete = true;
    double *price = &merge->options->analyze.gpu_hour_cost;
    if (isnan(*price)) *price = facts.price;
    facts.price = *price;
    if (fit_together(merge)) {
        facts.shards = gather_shards(merge);
    } else {
        // Batches of different archives: what they have in common is this merge.
        facts.shards = facts.list = "";
        facts.command_line = merge->options->redact ? "" : merge->options->report.command_line;
        for (size_t i = 1; i < merge->parts; i++) facts.runs += merge->facts[i].runs;
    }
    drop_doubles(merge);
    qsort(merge->rows, merge->count, sizeof *merge->rows, by_name);
    const struct fleet_run **rows = arena_array(merge->arena, merge->count + 1, sizeof *rows);
    bool good = true;
    for (size_t i = 0; i < merge->count && good; i++) {
        rows[i] = merge->rows[i].run;
        good = bring_report(merge, &merge->rows[i]);
    }
    if (!good) return EXIT_NOT_WRITTEN;
    return batch_summary(merge->options, merge->arena, rows, merge->count, &facts);
}

static int merge_all(struct merge *merge) {
    const struct options *options = merge->options;
    for (size_t i = 0; i < options->path_count; i++)
        if (is_same_directory(options->paths[i], options->report.directory)) {
            message(tr("%s: the result needs a directory of its own (--output)"), options->paths[i]);
            return EXIT_USAGE;
        }
    size_t unread = 0;
    for (size_t i = 0; i < options->path_count; i++)
        if (!read_part(merge, options->paths[i])) {
            unread++;
            add_entry(merge, options->paths[i], tr("this directory could not be read: its runs are in no sum"));
        }
    if (merge->parts == 0) return EXIT_NOTHING;
    if (!batch_lock(options->report.directory)) return EXIT_NOT_WRITTEN;
    batch_clean(options->report.directory, ~0U);
    return write_all(merge);
}

int command_merge(struct options *options) {
    struct merge merge = {.options = options, .arena = arena_new()};
    merge.facts = arena_array(merge.arena, options->path_count + 1, sizeof *merge.facts);
    int status = merge_all(&merge);
    free(merge.rows);
    arena_free(merge.arena);
    return status;
}

// Every run below the paths: found, analysed in processes of their own, put into the index, summed up.
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/fleet.h"
#include "cli/batch_index.h"
#include "cli/batch_pool.h"
#include "cli/batch_row.h"
#include "cli/batch_runs.h"
#include "cli/batch_summary.h"
#include "cli/batch_work.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"

enum { COMMIT_MS = 1000 };

struct batch {
    struct options *options;
    struct arena *arena;
    struct batch_plan plan;
    struct batch_runs list;
    struct batch_index *index;
    const struct fleet_run **rows;  // by run: of an earlier batch, then of this one; NULL: none
    size_t done, unchanged, not_analysed, not_written;
    int64_t committed;
    struct progress progress;
};

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// ── what the pool asks for ──────────────────────────────────────────────────

static int work(void *state, size_t job, FILE *out) {
    const struct batch *batch = state;
    return (int)batch_work(&batch->plan, &batch->list.runs[job], batch->rows[job], out);
}

// The last line that was said, and the first one if it is another, without "whyslow: ".
static const char *reason_of(struct arena *arena, const char *said) {
    static const char own[] = "whyslow: ";
    const char *first = "";
    const char *last = "";
    for (struct text rest = text_of(said); rest.at != NULL && rest.length > 0;) {
        struct text line = text_trim(text_cut(&rest, '\n'));
        if (text_starts(line, own)) line = text_skip(line, strlen(own));
        if (line.length == 0) continue;
        last = text_copy(arena, line);
        if (first[0] == '\0') first = last;
    }
    return first == last ? last : arena_printf(arena, "%s (%s)", last, first);
}

static struct fleet_run *row_of_loss(struct batch *batch, const struct pool_result *result) {
    struct fleet_run *row = row_blank(batch->arena, batch->list.runs[result->job].name);
    row->status = result->end == POOL_TIMED_OUT ? FLEET_TIMED_OUT : FLEET_CRASHED;
    if (result->end == POOL_TIMED_OUT) {
        row->reason = arena_printf(batch->arena, tr("took longer than %g s (--timeout)"), batch->options->timeout);
    } else {
        const char *name = result->end == POOL_CRASHED ? sigabbrev_np(result->status) : NULL;
        const char *hint = result->status == SIGKILL ? tr("; perhaps the machine had no memory left") : "";
        row->reason = name == NULL
                          ? tr("the process that analysed it left without a result")
                          : arena_printf(batch->arena, tr("the process that analysed it died of SIG%s%s"), name, hint);
    }
    return row;
}

static void take_row(struct batch *batch, const struct pool_result *result) {
    struct arena *arena = batch->arena;
    const struct batch_run *run = &batch->list.runs[result->job];
    struct fleet_run *row = NULL;
    if (result->end == POOL_DONE && result->status == BATCH_ROW) row = row_unpack(arena, result->bytes, result->size);
    if (row == NULL) {
        row = row_of_loss(batch, result);
        batch_clean(arena_printf(arena, "%s/%s", batch->plan.directory, run->directory), 0);
    } else if (row->status != FLEET_ANALYSED && row->reason[0] == '\0') {
        row->reason = reason_of(arena, result->said);
    }
    batch->rows[result->job] = row;
    batch->not_analysed += row->status != FLEET_ANALYSED;
    batch->not_written += row->status == FLEET_FAILED;
    index_put(batch->index, row);
    if (row->status == FLEET_ANALYSED ? !batch->options->verbose || result->said[0] == '\0' : batch->options->quiet)
        return;
    progress_end(&batch->progress);
    message(tr("run %s: %s"), run->name, row->status != FLEET_ANALYSED ? row->reason : result->said);
}

static void done(void *state, const struct pool_result *result) {
    struct batch *batch = state;
    batch->done++;
    if (result->end == POOL_DONE && result->status == BATCH_UNCHANGED && batch->rows[result->job] != NULL) {
        batch->unchanged++;
        batch->not_analysed += batch->rows[result->job]->status != FLEET_ANALYSED;
    } else {
        take_row(batch, result);
    }
    progress_runs(&batch->progress, batch->done, batch->list.count, batch->not_analysed);
}

static int tick(void *state) {
    struct batch *batch = state;
    if (now() - batch->committed >= COMMIT_MS) {
        index_commit(batch->index);
        batch->committed = now();
    }
    return index_error(batch->index) == NULL;
}

// ── before and after ────────────────────────────────────────────────────────

static size_t worker_count(const struct options *options) {
    if (options->workers > 0) return options->workers;
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : (size_t)count;
}

static void say_found(const struct options *options, const struct batch_runs *list, size_t all) {
    for (size_t i = 0; i < list->missing_count; i++) message("%s", list->missing[i]);
    if (options->quiet) return;
    if (list->strays > 0)
        message(tr("%zu files belong to no run and are not read, such as %s (--run-pattern says what a run is)"),
                list->strays, list->stray);
    if (options->shards > 0)
        message(tr("%zu of %zu runs are in shard %zu/%zu"), list->count, all, options->shard, options->shards);
}

// Of the names of all runs: the same in each shard.
static const char *digest_of_list(struct arena *arena, const struct batch_runs *list) {
    char *hex = arena_alloc(arena, DIGEST_SIZE);
    struct digest *digest = digest_new();
    for (size_t i = 0; i < list->count; i++) digest_add(digest, list->runs[i].name, strlen(list->runs[i].name) + 1);
    digest_end(digest, hex);
    digest_free(digest);
    return hex;
}

static void keep_shard(struct batch_runs *list, const struct options *options) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (options->shards == 0 || batch_in_shard(&list->runs[i], options->shard, options->shards))
            list->runs[kept++] = list->runs[i];
    list->count = kept;
}

static int by_name(const void *name, const void *row) {
    const struct fleet_run *const *known = row;
    return strcmp(name, (*known)->run);
}

// Rows of an earlier batch here. Those of runs that are not below the paths any more are left out at the end.
static bool load_known(struct batch *batch, const struct index_facts *facts) {
    struct fleet_run **known;
    size_t count;
    struct index_facts before;
    if (!index_load(batch->index, batch->arena, &known, &count, &before)) {
        message("%s/%s", batch->plan.directory, index_error(batch->index));
        return false;
    }
    if (count > 0 && strcmp(before.shards, facts->shards) != 0) {
        message(tr("%s holds another part of the runs (%s, not %s); give each shard a directory of its own"),
                batch->plan.directory, before.shards[0] == '\0' ? tr("all") : before.shards,
                facts->shards[0] == '\0' ? tr("all") : facts->shards);
        return false;
    }
    size_t used = 0;
    for (size_t i = 0; i < batch->list.count; i++) {
        struct fleet_run *const *row =
            count == 0 ? NULL : bsearch(batch->list.runs[i].name, known, count, sizeof *known, by_name);
        batch->rows[i] = row == NULL ? NULL : *row;
        used += row != NULL;
    }
    if (used < count && !batch->options->quiet)
        message(tr("%zu runs of an earlier batch in %s are not below these paths: they are left out of the summary"),
                count - used, batch->plan.directory);
    return true;
}

static int stopped(struct batch *batch, int signal) {
    index_close(batch->index);
    if (signal > 0) {
        message(tr("stopped: %zu of %zu runs are done; the same command goes on with the others"), batch->done,
                batch->list.count);
        (void)raise(signal);
        return EXIT_NOT_WRITTEN;
    }
    return EXIT_NOT_WRITTEN;
}

static int finish(struct batch *batch, struct index_facts *facts) {
    index_close(batch->index);
    if (!batch->options->quiet && batch->unchanged > 0)
        message(tr("%zu of %zu runs are unchanged since an earlier batch and were not analysed again"),
                batch->unchanged, batch->list.count);
    facts->complete = true;
    int status = batch_summary(batch->options, batch->arena, batch->rows, batch->list.count, facts);
    return batch->not_written > 0 ? EXIT_NOT_WRITTEN : status;
}

static int run_all(struct batch *batch, struct index_facts *facts) {
    index_put_facts(batch->index, facts);
    index_commit(batch->index);
    progress_start(&batch->progress, batch->options);
    struct pool pool = {.jobs = batch->list.count,
                        .workers = worker_count(batch->options),
                        .timeout = batch->options->timeout,
                        .work = work,
                        .done = done,
                        .tick = tick,
                        .state = batch};
    if (pool.workers > pool.jobs) pool.workers = pool.jobs + (pool.jobs == 0);
    int end = pool_run(&pool);
    index_commit(batch->index);
    progress_end(&batch->progress);
    const char *error = index_error(batch->index);
    if (error != NULL)
        message("%s/%s", batch->plan.directory, error);
    else if (end < 0)
        message("%s", tr("no process could be started"));
    return end != 0 || error != NULL ? stopped(batch, end) : finish(batch, facts);
}

static int begin(struct batch *batch) {
    struct options *options = batch->options;
    struct arena *arena = batch->arena;
    char error[1024];
    for (size_t i = 0; i < options->path_count; i++)
        if (strcmp(options->paths[i], "-") == 0) {
            message("%s", tr("a batch needs folders or archives, not standard input"));
            return EXIT_USAGE;
        }
    batch->plan = (struct batch_plan){.options = options, .directory = options->report.directory};
    if (!batch_settings(&batch->plan, error, sizeof error)) {
        message("%s", error);
        return EXIT_USAGE;
    }
    batch->list = batch_find_runs(arena, options->paths, options->path_count, options->run_pattern);
    size_t all = batch->list.count;
    struct index_facts facts = {.options = batch->plan.settings,
                                .command_line = options->redact ? "" : options->report.command_line,
                                .price = options->analyze.gpu_hour_cost,
                                .list = digest_of_list(arena, &batch->list),
                                .runs = (int64_t)all,
                                .shards = ""};
    if (options->shards > 0) facts.shards = arena_printf(arena, "%zu/%zu", options->shard, options->shards);
    keep_shard(&batch->list, options);
    say_found(options, &batch->list, all);
    if (all == 0) {
        message("%s", tr("no run was found: neither folders with logs nor archives"));
        return EXIT_NOTHING;
    }
    if (!batch_lock(batch->plan.directory)) return EXIT_NOT_WRITTEN;
    batch_clean(batch->plan.directory, ~0U);
    batch->index = index_open(batch->plan.directory, true, error, sizeof error);
    if (batch->index == NULL) {
        message("%s/%s", batch->plan.directory, error);
        return EXIT_NOT_WRITTEN;
    }
    batch->rows = arena_array(arena, batch->list.count + 1, sizeof *batch->rows);
    if (load_known(batch, &facts)) return run_all(batch, &facts);
    index_close(batch->index);
    return EXIT_USAGE;
}

int command_batch(struct options *options) {
    struct batch batch = {.options = options, .arena = arena_new()};
    int status = begin(&batch);
    arena_free(batch.arena);
    return status;
}

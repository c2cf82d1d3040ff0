// batch_runs.h: which runs lie below the paths of a batch.
//
// A run is a folder with logs, with all that lies below it, or an archive. Without a pattern a folder is one
//  - if a log lies in it directly (but not for the sake of a stray one that is no GPU log, beside folders that are
//  runs),
//  - if all folders in it that hold logs are called like hosts (node01, rank3 …) or like kinds of logs (gpu, iostat …),
//  - if no folder in it is one and something lies in it that is no mere text about others (README.md).
// An archive (tar, zip) is one if it does not lie beside logs of a folder.
#ifndef WHYSLOW_CLI_BATCH_RUNS_H
#define WHYSLOW_CLI_BATCH_RUNS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct batch_run {
    const char *path;       // to be read
    const char *name;       // unique, valid UTF-8; stays the same for the same archive
    const char *directory;  // of its report, below that of the batch: "runs/NAME"
};

struct batch_runs {
    struct batch_run *runs;  // in the order of names (byte order)
    size_t count;
    const char **missing;  // paths that are not there, with the reason: "a: No such file or directory"
    size_t missing_count;
    size_t strays;      // files that belong to no run …
    const char *stray;  // … and the first of them, NULL if there is none
};

// All in the arena. `pattern` is a shell pattern (fnmatch with FNM_PATHNAME) for the path of a folder or file below the
// one given: what it matches is a run, and nothing else; NULL for the rules above.
struct batch_runs batch_find_runs(struct arena *arena, char *const *paths, size_t count, const char *pattern);

// True if the run belongs to shard `shard` (1 …) of `shards`: by its name alone, so that a run stays in its shard when
// others come or go.
bool batch_in_shard(const struct batch_run *run, size_t shard, size_t shards);

#endif

#include "cli/batch_runs.h"

#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/file_names.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"
#include "parsers/peek.h"
#include "parsers/walk.h"

enum { FILES_MOST = 50000000 };

struct search {
    struct arena *arena;
    const struct found_file *files;
    size_t base;        // length of the path given, with its slash
    const char *given;  // the path given, as part of a name; "" if names begin below it
    const char *pattern;
    struct batch_run *runs;
    size_t count, capacity;
    size_t strays;
    const char *stray;
};

// What a folder turned out to be.
enum judged {
    HOLDS_NOTHING,
    ASSUMED_RUN,  // has files, which nobody has looked at
    IS_RUN,
    HOLDS_RUNS
};

// ── by name ─────────────────────────────────────────────────────────────────

static bool is_kind_name(const char *name) {
    static const char *const kinds[] = {"gpu",  "gpus",   "nvidia", "nvidia-smi", "dcgm",    "disk",    "disks",
                                        "io",   "iostat", "smart",  "smartctl",   "cpu",     "mem",     "memory",
                                        "host", "system", "sys",    "sysstat",    "sar",     "kernel",  "dmesg",
                                        "log",  "logs",   "train",  "training",   "metrics", "monitor", "monitoring"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_equal_nocase(text_of(name), kinds[i])) return true;
    return false;
}

// "node01", "gpu-node-3", "rank0", "host7.example.org".
static bool is_host_name(const char *name) {
    static const char *const words[] = {"node", "host", "rank", "worker", "server", "machine", "dgx", "hgx", "nid"};
    size_t length = strcspn(name, ".");
    if (length == 0 || name[length - 1] < '0' || name[length - 1] > '9') return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_has_nocase(text_head(text_of(name), length), text_of(words[i]))) return true;
    return false;
}

static bool is_part_name(const char *name) { return is_kind_name(name) || is_host_name(name); }

// ── names of runs ───────────────────────────────────────────────────────────

static bool is_valid(const char *name) {
    for (struct text rest = text_of(name); rest.length > 0;) {
        size_t step = text_utf8(rest);
        if (step == 0) return false;
        rest = text_skip(rest, step);
    }
    return true;
}

// FNV-1a, 64 bits: spreads names evenly, and needs to stand up to nobody.
static uint64_t hash_of(const char *text) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text != '\0'; text++) hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

// The last part of a path, also of "." and "a/..".
static const char *last_part(struct arena *arena, const char *path) {
    char *real = realpath(path, NULL);
    const char *whole = arena_string(arena, real == NULL ? path : real);
    free(real);
    size_t length = strlen(whole);
    while (length > 1 && whole[length - 1] == '/') length--;
    size_t begin = length;
    while (begin > 0 && whole[begin - 1] != '/') begin--;
    return length == begin ? "run" : arena_copy(arena, whole + begin, length - begin);
}

static void add_run(struct search *search, const char *path) {
    const char *below = strlen(path) > search->base ? path + search->base : "";
    const char *name = search->given;
    if (below[0] != '\0')
        name = name[0] == '\0' ? below : arena_printf(search->arena, "%s/%s", name, below);
    else if (name[0] == '\0')
        name = last_part(search->arena, path);
    search->runs = grow_array(search->runs, &search->capacity, search->count + 1, sizeof *search->runs);
    search->runs[search->count++] = (struct batch_run){.path = path, .name = name};
}

static void add_stray(struct search *search, const char *path) {
    if (search->strays++ == 0) search->stray = path;
}

// ── the rules ───────────────────────────────────────────────────────────────

// The files [first, last) lie below one folder, whose path (with its slash) is the first `prefix` bytes of theirs.
struct folder {
    size_t first, last, prefix;
};

struct content {
    size_t loose, logs, gpu_logs, archives;  // logs among the loose files: only once they were looked at
    size_t runs, parts, others;  // folders below that are or hold runs: called like a host or a kind, or not
    size_t assumed;              // of the others
};

static const char *folder_path(const struct search *search, struct folder folder) {
    size_t length = folder.prefix;
    while (length > 1 && search->files[folder.first].path[length - 1] == '/') length--;
    return arena_copy(search->arena, search->files[folder.first].path, length);
}

// The folder in which file `at` lies, of those directly below; false if it lies here itself.
static bool next_folder(const struct search *search, struct folder here, size_t at, struct folder *out) {
    const char *path = search->files[at].path;
    const char *slash = strchr(path + here.prefix, '/');
    if (slash == NULL) return false;
    *out = (struct folder){at, at, (size_t)(slash - path) + 1};
    while (out->last < here.last && strncmp(search->files[out->last].path, path, out->prefix) == 0) out->last++;
    return true;
}

static void look_at_loose(const struct search *search, struct folder here, struct content *content) {
    struct folder below;
    for (size_t i = here.first; i < here.last; i++) {
        if (next_folder(search, here, i, &below)) {
            i = below.last - 1;
            continue;
        }
        const char *path = search->files[i].path;
        if (file_is_archive(path) || file_is_prose(path + here.prefix)) continue;
        struct peeked peeked = peek_file(path);
        content->logs += peeked.format != NULL;
        content->gpu_logs += peeked.gpu;
    }
}

static bool holds_logs(const struct search *search, struct folder folder) {
    for (size_t i = folder.first; i < folder.last; i++)
        if (peek_file(search->files[i].path).format != NULL) return true;
    return false;
}

static enum judged judge(struct search *search, struct folder here);

static void count_folder(const struct search *search, struct folder here, struct folder below, enum judged judged,
                         struct content *content) {
    if (judged == HOLDS_NOTHING) return;
    const char *name = search->files[below.first].path + here.prefix;
    bool part = is_part_name(arena_copy(search->arena, name, below.prefix - here.prefix - 1));
    content->runs++;
    if (part && judged != HOLDS_RUNS)
        content->parts++;
    else
        content->others++;
    content->assumed += !part && judged == ASSUMED_RUN;
}

// Judges the folders directly below. Runs found in them stay in the list.
static struct content judge_below(struct search *search, struct folder here) {
    struct content content = {0};
    struct folder below;
    for (size_t i = here.first; i < here.last; i++) {
        if (next_folder(search, here, i, &below)) {
            count_folder(search, here, below, judge(search, below), &content);
            i = below.last - 1;
        } else {
            const char *name = search->files[i].path + here.prefix;
            content.archives += file_is_archive(name);
            content.loose += !file_is_archive(name) && !file_is_prose(name);
        }
    }
    return content;
}

// True if all folders that hold logs are called like a host or a kind of log. One with other things (checkpoints)
// beside them is no run of its own.
static bool all_are_parts(const struct search *search, struct folder here, const struct content *content) {
    if (content->parts == 0 || content->others > content->assumed) return false;
    struct folder below;
    for (size_t i = here.first; content->assumed > 0 && i < here.last; i++) {
        if (!next_folder(search, here, i, &below)) continue;
        const char *name = search->files[below.first].path + here.prefix;
        bool part = is_part_name(arena_copy(search->arena, name, below.prefix - here.prefix - 1));
        if (!part && holds_logs(search, below)) return false;
        i = below.last - 1;
    }
    return true;
}

// The archives that lie here directly, and what belongs to nobody.
static void take_loose(struct search *search, struct folder here) {
    struct folder below;
    for (size_t i = here.first; i < here.last; i++) {
        const char *path = search->files[i].path;
        if (next_folder(search, here, i, &below))
            i = below.last - 1;
        else if (file_is_archive(path))
            add_run(search, path);
        else if (!file_is_prose(path + here.prefix))
            add_stray(search, path);
    }
}

static enum judged judge(struct search *search, struct folder here) {
    const struct search before = *search;
    struct content content = judge_below(search, here);
    bool in_doubt = content.loose > 0 && (content.runs > 0 || content.archives > 0);
    if (in_doubt) look_at_loose(search, here, &content);
    bool parts = content.runs > 0 && content.archives == 0 && all_are_parts(search, here, &content);
    bool nothing_below = content.runs == 0 && content.archives == 0;
    bool own_logs = content.gpu_logs > 0 || (content.logs > 0 && content.runs + content.archives < 2);
    if (nothing_below && content.loose == 0) return HOLDS_NOTHING;
    if (nothing_below || parts || own_logs) {
        search->count = before.count;
        search->strays = before.strays;
        add_run(search, folder_path(search, here));
        return nothing_below ? ASSUMED_RUN : IS_RUN;
    }
    take_loose(search, here);
    return HOLDS_RUNS;
}

// ── by a pattern ────────────────────────────────────────────────────────────

// The shortest beginning of the path that the pattern matches is the run.
static void match(struct search *search, const char *path) {
    const char *below = path + search->base;
    for (size_t end = strcspn(below, "/");; end += 1 + strcspn(below + end + 1, "/")) {
        const char *name = arena_copy(search->arena, below, end);
        if (fnmatch(search->pattern, name, FNM_PATHNAME) == 0) {
            const char *run = arena_copy(search->arena, path, search->base + end);
            if (search->count == 0 || strcmp(search->runs[search->count - 1].path, run) != 0) add_run(search, run);
            return;
        }
        if (below[end] == '\0') break;
    }
    add_stray(search, path);
}

// ── all paths ───────────────────────────────────────────────────────────────

static void search_path(struct search *search, const char *path, struct batch_runs *out) {
    struct found_files found = {.arena = search->arena};
    walk(&found, path, FILES_MOST);
    search->files = found.files;
    size_t length = strlen(path);
    bool given = found.count == 1 && found.files[0].given;
    search->base = given ? length : length + (path[length - 1] == '/' ? 0 : 1);
    if (given && found.files[0].problem != NULL) {
        out->missing[out->missing_count++] = arena_printf(search->arena, tr("%s: %s"), path, found.files[0].problem);
    } else if (given) {
        add_run(search, path);
    } else if (search->pattern != NULL) {
        for (size_t i = 0; i < found.count; i++) match(search, found.files[i].path);
    } else if (found.count > 0) {
        judge(search, (struct folder){0, found.count, search->base});
    }
    free(found.files);
}

static int by_name(const void *a, const void *b) {
    const struct batch_run *x = a;
    const struct batch_run *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->path, y->path);
}

static bool same_file(const char *a, const char *b) {
    struct stat x;
    struct stat y;
    return strcmp(a, b) == 0 || (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

// The same run by two paths is one; different runs of one name get their path into it.
static void make_unique(struct arena *arena, struct batch_run *runs, size_t *count) {
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        struct batch_run run = runs[i];
        if (kept > 0 && strcmp(runs[kept - 1].name, run.name) == 0) {
            if (same_file(runs[kept - 1].path, run.path)) continue;
            run.name = arena_printf(arena, "%s@%08x", run.name, (unsigned)hash_of(run.path));
        }
        runs[kept++] = run;
    }
    *count = kept;
    if (kept > 0) qsort(runs, kept, sizeof *runs, by_name);
}

// A directory that may be made anywhere, and a name that may be printed anywhere.
static void place(struct arena *arena, struct batch_run *run) {
    run->directory = arena_printf(arena, "runs/%s", run->name);
    if (is_valid(run->name)) return;
    run->name = arena_printf(arena, "%s@%08x", text_copy(arena, text_of(run->name)), (unsigned)hash_of(run->name));
    run->directory = arena_printf(arena, "runs/%s", run->name);
}

struct batch_runs batch_find_runs(struct arena *arena, char *const *paths, size_t count, const char *pattern) {
    struct batch_runs out = {.missing = arena_array(arena, count + 1, sizeof *out.missing)};
    struct search search = {.arena = arena, .pattern = pattern};
    for (size_t i = 0; i < count; i++) {
        search.given = count > 1 ? last_part(arena, paths[i]) : "";
        search_path(&search, paths[i], &out);
    }
    for (size_t i = 0; i < search.count; i++) place(arena, &search.runs[i]);
    if (search.count > 0) qsort(search.runs, search.count, sizeof *search.runs, by_name);
    make_unique(arena, search.runs, &search.count);
    out.runs = arena_array(arena, search.count + 1, sizeof *out.runs);
    out.count = search.count;
    for (size_t i = 0; i < search.count; i++) {
        out.runs[i] = search.runs[i];
        place(arena, &out.runs[i]);
    }
    free(search.runs);
    out.strays = search.strays;
    out.stray = search.stray;
    return out;
}

bool batch_in_shard(const struct batch_run *run, size_t shard, size_t shards) {
    return hash_of(run->name) % shards == shard - 1;
}

#include "reports/outset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/lang.h"

struct outfile {
    const char *name, *temporary, *path;
};

struct outset {
    struct arena *arena;
    const char *directory;
    struct outfile *files;
    size_t count, capacity;
    int fd;  // of the last file, -1 when it is closed
    bool failed;
    const char *error;
};

static void fail(struct outset *set, const char *path, int code) {
    if (set->failed) return;
    set->failed = true;
    set->error = arena_printf(set->arena, "%s: %s", path, lang_error(code));
}

// Like mkdir -p. An existing directory is fine; anything else in the way is an error.
static bool make_directory(struct outset *set) {
    char *path = arena_string(set->arena, set->directory);
    for (char *at = path + 1; *path != '\0'; at++) {
        if (*at != '/' && *at != '\0') continue;
        char end = *at;
        *at = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) {
            fail(set, path, errno);
            return false;
        }
        if (end == '\0') break;
        *at = end;
    }
    struct stat stat_;
    if (stat(set->directory, &stat_) != 0) {
        fail(set, set->directory, errno);
    } else if (!S_ISDIR(stat_.st_mode)) {
        fail(set, set->directory, ENOTDIR);
    }
    return !set->failed;
}

struct outset *outset_new(const char *directory) {
    struct arena *arena = arena_new();
    struct outset *set = arena_alloc(arena, sizeof *set);
    *set = (struct outset){.arena = arena, .fd = -1, .error = ""};
    set->directory = arena_string(arena, directory == NULL || directory[0] == '\0' ? "." : directory);
    make_directory(set);
    return set;
}

void outset_free(struct outset *set) {
    if (set == NULL) return;
    if (set->fd >= 0) close(set->fd);
    for (size_t i = 0; i < set->count; i++)
        if (set->files[i].temporary != NULL) unlink(set->files[i].temporary);
    free(set->files);
    arena_free(set->arena);
}

bool outset_begin(struct outset *set, const char *name) {
    if (set->failed) return false;
    const char *path = arena_printf(set->arena, "%s/%s", set->directory, name);
    // A file left behind by a killed run keeps its name: try the next one.
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        const char *temporary =
            arena_printf(set->arena, "%s/.%s.%ld-%u.tmp", set->directory, name, (long)getpid(), attempt);
        set->fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (set->fd >= 0) {
            set->files = grow_array(set->files, &set->capacity, set->count + 1, sizeof *set->files);
            set->files[set->count++] =
                (struct outfile){.name = arena_string(set->arena, name), .temporary = temporary, .path = path};
            return true;
        }
        if (errno != EEXIST) break;
    }
    fail(set, path, errno);
    return false;
}

const char *outset_path(const struct outset *set) { return set->files[set->count - 1].temporary; }

bool outset_write(struct outset *set, const void *data, size_t size) {
    const char *at = data;
    while (!set->failed && size > 0) {
        ssize_t done = write(set->fd, at, size);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            fail(set, set->files[set->count - 1].path, done < 0 ? errno : EIO);
            break;
        }
        at += done;
        size -= (size_t)done;
    }
    return !set->failed;
}

bool outset_end(struct outset *set) {
    if (set->fd < 0) return !set->failed;
    const char *path = set->files[set->count - 1].path;
    // Some file systems have no fsync; that is no reason to give up the report.
    if (!set->failed && fsync(set->fd) != 0 && errno != EINVAL && errno != ENOSYS) fail(set, path, errno);
    if (close(set->fd) != 0) fail(set, path, errno);
    set->fd = -1;
    return !set->failed;
}

void outset_fail(struct outset *set, const char *what) {
    if (set->failed) return;
    set->failed = true;
    const char *path = set->count == 0 ? set->directory : set->files[set->count - 1].path;
    set->error = arena_printf(set->arena, "%s: %s", path, what);
}

static bool is_part(const struct outset *set, const char *name) {
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->files[i].name, name) == 0) return true;
    return false;
}

// A rename over a directory fails; better to know before the first file has moved.
static bool targets_free(struct outset *set) {
    for (size_t i = 0; i < set->count; i++) {
        struct stat there;
        if (lstat(set->files[i].path, &there) == 0 && S_ISDIR(there.st_mode)) fail(set, set->files[i].path, EISDIR);
    }
    return !set->failed;
}

static void sync_directory(const struct outset *set) {
    int fd = open(set->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    close(fd);
}

bool outset_commit(struct outset *set, const char *const *stale) {
    outset_end(set);
    if (set->failed || !targets_free(set)) return false;
    for (size_t i = 0; i < set->count; i++) {
        if (rename(set->files[i].temporary, set->files[i].path) != 0) {
            fail(set, set->files[i].path, errno);
            return false;
        }
        set->files[i].temporary = NULL;
    }
    for (; stale != NULL && *stale != NULL; stale++)
        if (!is_part(set, *stale)) unlink(arena_printf(set->arena, "%s/%s", set->directory, *stale));
    sync_directory(set);
    return true;
}

bool outset_failed(const struct outset *set) { return set->failed; }

const char *outset_error(const struct outset *set) { return set->error; }

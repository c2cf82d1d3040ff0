#include "parsers/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/lang.h"

struct walk {
    struct found_files *found;
    size_t first, most;
    bool full;
};

static void add(struct found_files *found, struct found_file file) {
    found->files = grow_array(found->files, &found->capacity, found->count + 1, sizeof *found->files);
    file.path = arena_string(found->arena, file.path);
    found->files[found->count++] = file;
}

static void add_file(struct walk *walk, const char *path, uint64_t bytes) {
    if (walk->found->count - walk->first >= walk->most) {
        if (!walk->full)
            add(walk->found, (struct found_file){.path = path,
                                                 .problem = arena_printf(walk->found->arena,
                                                                         tr("more than %zu files: this one and all "
                                                                            "behind it are not read (--file-limit)"),
                                                                         walk->most)});
        walk->full = true;
        return;
    }
    add(walk->found, (struct found_file){.path = path, .bytes = bytes});
}

// The beginning of a file in the directory; 0 if there is none.
static size_t read_head(const char *directory, const char *name, char *head, size_t size) {
    struct arena *arena = arena_new();
    int fd = open(arena_printf(arena, "%s/%s", directory, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    arena_free(arena);
    if (fd < 0) return 0;
    ssize_t got = read(fd, head, size);
    close(fd);
    return got <= 0 ? 0 : (size_t)got;
}

// Where SQLite keeps the number of the application that a database belongs to, and that of a batch's index.
enum { APPLICATION_AT = 68 };
static const char application[4] = {'W', 'S', 'L', 'O'};

// What an earlier run wrote is no input, neither a report nor what a batch made.
static bool is_own_report(const char *directory) {
    char head[256];
    size_t got = read_head(directory, "report.json", head, sizeof head - 1);
    head[got] = '\0';
    if (strstr(head, "\"whyslow.report/") != NULL) return true;
    got = read_head(directory, "fleet.db", head, sizeof head);
    return got >= APPLICATION_AT + sizeof application &&
           memcmp(head + APPLICATION_AT, application, sizeof application) == 0;
}

static int compare_names(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

// The visible names in a directory, sorted. NULL with errno set if it cannot be listed.
static char **list(struct arena *arena, const char *path, size_t *count) {
    DIR *directory = opendir(path);
    if (directory == NULL) return NULL;
    char **names = NULL;
    size_t capacity = 0;
    *count = 0;
    names = grow_array(names, &capacity, 1, sizeof *names);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        names = grow_array(names, &capacity, *count + 1, sizeof *names);
        names[(*count)++] = arena_string(arena, entry->d_name);
    }
    closedir(directory);
    qsort(names, *count, sizeof *names, compare_names);
    return names;
}

static void walk_directory(struct walk *walk, const char *path, int depth) {
    struct arena *arena = walk->found->arena;
    if (depth > WALK_DEPTH) {
        add(walk->found,
            (struct found_file){.path = path, .problem = tr("directories lie too deep here: not searched")});
        return;
    }
    size_t count;
    char **names = list(arena, path, &count);
    if (names == NULL) {
        add(walk->found,
            (struct found_file){.path = path,
                                .problem = arena_printf(arena, tr("cannot be listed: %s"), lang_error(errno)),
                                .given = depth == 0});
        return;
    }
    const char *slash = path[strlen(path) - 1] == '/' ? "" : "/";
    for (size_t i = 0; i < count && !walk->full; i++) {
        const char *below = arena_printf(arena, "%s%s%s", path, slash, names[i]);
        struct stat link;
        struct stat target;
        if (lstat(below, &link) != 0 || stat(below, &target) != 0) {
            if (errno != ENOENT) add_file(walk, below, 0);  // opening it will say why
        } else if (S_ISREG(target.st_mode)) {
            add_file(walk, below, (uint64_t)target.st_size);
        } else if (S_ISDIR(link.st_mode) && !is_own_report(below)) {
            walk_directory(walk, below, depth + 1);
        }
    }
    free(names);
}

void walk(struct found_files *found, const char *path, size_t most) {
    struct stat status;
    if (strcmp(path, "-") == 0) {
        add(found, (struct found_file){.path = path, .given = true});
    } else if (stat(path, &status) != 0) {
        add(found,
            (struct found_file){.path = path,
                                .problem = arena_printf(found->arena, tr("cannot be read: %s"), lang_error(errno)),
                                .given = true});
    } else if (S_ISDIR(status.st_mode)) {
        struct walk state = {.found = found, .first = found->count, .most = most};
        walk_directory(&state, path, 0);
    } else if (S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode)) {
        add(found, (struct found_file){.path = path, .bytes = (uint64_t)status.st_size, .given = true});
    } else {
        add(found, (struct found_file){.path = path, .problem = tr("a device or socket, not a log"), .given = true});
    }
}

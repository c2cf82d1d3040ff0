// walk.h: the files below a path, in an order that never changes.
#ifndef WHYSLOW_PARSERS_WALK_H
#define WHYSLOW_PARSERS_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct found_file {
    const char *path;     // "-" is standard input
    const char *problem;  // NULL, or why it cannot be read (a directory that may not be listed, a missing path)
    uint64_t bytes;       // size on disk, 0 if not known
    bool given;           // a path of the command line, not one found below it
};

struct found_files {
    struct arena *arena;
    struct found_file *files;
    size_t count, capacity;
};

// Directories below each other that are searched at most: nobody nests logs deeper, a loop of mounts does.
enum { WALK_DEPTH = 64 };

// Appends what `path` is or holds. Directories are searched in byte order of names; hidden files, links to directories
// and reports of our own are left out; at most `most` files are taken, more is a problem. Strings belong to the arena.
void walk(struct found_files *found, const char *path, size_t most);

#endif

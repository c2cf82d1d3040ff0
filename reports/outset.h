// outset.h: the files of one report, all of them or none.
//
// Each file is written under a temporary name in the target directory. Only when every
// file is complete and synced are they renamed to their names; until then nothing that
// stood in the directory has changed.
#ifndef WHYSLOW_REPORTS_OUTSET_H
#define WHYSLOW_REPORTS_OUTSET_H

#include <stdbool.h>
#include <stddef.h>

struct outset;

// A set for `directory`, which is created with its parents if need be. Never NULL: what
// went wrong is kept in the set, and every later call does nothing. Free it with outset_free.
struct outset *outset_new(const char *directory);

// Removes the temporary files that were not committed. NULL is allowed.
void outset_free(struct outset *set);

// Begins the file called `name` (no directory in it). Only one file is open at a time.
// False if it could not be created or an earlier step failed.
bool outset_begin(struct outset *set, const char *name);

// The temporary path of the file just begun, for libraries that write by path.
const char *outset_path(const struct outset *set);

// Appends to the open file. False on failure, also of an earlier step.
bool outset_write(struct outset *set, const void *data, size_t size);

// Syncs and closes the open file.
bool outset_end(struct outset *set);

// Notes a failure from outside (a drawing library, a spreadsheet library). The first one stays.
void outset_fail(struct outset *set, const char *what);

// Renames all files to their names. `stale` lists names of ours that are removed if they
// are not part of this set (ended by NULL; NULL: none).
bool outset_commit(struct outset *set, const char *const *stale);

bool outset_failed(const struct outset *set);
// "report.pdf: No space left on device"; "" while nothing failed. Owned by the set.
const char *outset_error(const struct outset *set);

#endif

// batch_summary.h: the end of a batch or a merge: fleet.db, fleet.pdf and the others, the answer on the terminal.
#ifndef WHYSLOW_CLI_BATCH_SUMMARY_H
#define WHYSLOW_CLI_BATCH_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct fleet_run;
struct index_facts;
struct options;

// Makes the directory with its parents and takes its lock, which is held until the process ends. Says what is wrong
// and returns false if that is impossible or another process has it.
bool batch_lock(const char *directory);

// True if another process holds the lock of a directory.
bool batch_is_locked(const char *directory);

// Publishes the index, writes the summary below options->report.directory and says the answer. Returns the exit status.
int batch_summary(struct options *options, struct arena *arena, const struct fleet_run *const *rows, size_t count,
                  const struct index_facts *facts);

#endif

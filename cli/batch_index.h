// batch_index.h: DIR/fleet.db, one row a run and what belongs to it (SQLite).
//
// While a batch goes on, rows are put in as runs come to their end, and a transaction is committed now and then:
// whoever is killed loses no more than the last second. At the end index_publish writes all of it anew in the order of
// names and puts it in the place of the old file, so that the same runs give the same bytes.
#ifndef WHYSLOW_CLI_BATCH_INDEX_H
#define WHYSLOW_CLI_BATCH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fleet_run;
struct batch_index;

// PRAGMA user_version: grows when a table or column changes its meaning.
enum { INDEX_VERSION = 1 };
#define INDEX_FILE "fleet.db"

// What the rows are of.
struct index_facts {
    const char *options;       // those of the reports, and the rules, as one digest
    const char *command_line;  // for the summary; "" if it is not to be printed
    double price;              // of a GPU-hour; NaN if none
    const char *list;          // digest of the names of all runs, those of other shards among them
    int64_t runs;              // in that list
    const char *shards;        // "2/8": the second of eight; "1/8 3/8 …" if merged; "" if all
    bool complete;             // the batch came to its end
};

// Opens DIR/fleet.db, making it if `create`. NULL if that is impossible or it is not ours, or of another version;
// `error` (of `size` bytes) says so. Close it with index_close (NULL allowed), which commits.
struct batch_index *index_open(const char *directory, bool create, char *error, size_t size);
void index_close(struct batch_index *index);

// All rows in the order of names (byte order), in the arena. *facts are those of the batch that wrote it last. False
// if it cannot be read.
bool index_load(struct batch_index *index, struct arena *arena, struct fleet_run ***rows, size_t *count,
                struct index_facts *facts);

// Replaces a row, or the facts. Failures stay: index_error.
void index_put(struct batch_index *index, const struct fleet_run *run);
void index_put_facts(struct batch_index *index, const struct index_facts *facts);
void index_commit(struct batch_index *index);

// Writes rows and facts as a new file in the place of DIR/fleet.db; the rows in the order of names.
bool index_publish(const char *directory, const struct fleet_run *const *rows, size_t count,
                   const struct index_facts *facts, char *error, size_t size);

// "fleet.db: database or disk is full"; NULL while nothing failed.
const char *index_error(const struct batch_index *index);

#endif

// recording.h: the series model; what the logs of one run said, and where.
//
//   recording ─ source (one log, as printed by one tool on one clock)
//                ├ table   (one entity: gpu0, sda, cpu3, host …)
//                │   ├ rows: time, covered interval, line number
//                │   └ columns: quantity, unit, kind, one value a row
//                ├ event   (something that happened at a line)
//                ├ fact    (something that is true of an entity: model, serial …)
//                └ problem (what could not be read, with its line)
//
// Built once by parsers, then const. The recording owns everything in it; what
// is returned from it is borrowed and lives as long as it does.
//
// Missing values are NaN, never 0. A gap is two rows far apart, never filled.
#ifndef WHYSLOW_CORE_RECORDING_H
#define WHYSLOW_CORE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"
#include "core/unit.h"
#include "core/when.h"

struct arena;

// What a value says about the time at its row.
enum series_kind {
    SERIES_AVERAGE,  // average over (time - interval, time]: iostat, mpstat, vmstat
    SERIES_WINDOW,   // average over a short window before `time`, sampled: utilization.gpu, power.draw
    SERIES_STATE,    // what held at `time`: clocks, temperature, memory.used, SMART values
    SERIES_COUNTER,  // grows; only differences mean anything: ECC counts, SMART raw counts
};

enum entity_kind {
    ENTITY_GPU,      // "gpu0": index, or the position in the burst
    ENTITY_DISK,     // the kernel's name: "sda", "nvme0n1", "dm-0"; "disk0" where the log names none
    ENTITY_CPU,      // "cpu" for all together, "cpu3" for one
    ENTITY_HOST,     // "host": memory, swap, run queue
    ENTITY_NET,      // "eth0"
    ENTITY_PROCESS,  // "pid 4242 (python)"
    ENTITY_MOUNT,    // "nfs:/data": network file systems
    ENTITY_JOB,      // "job": the training log's steps
};

// What the printed times of a source rest on.
enum clock_basis {
    CLOCK_NONE,   // no times printed: `time` of a row is the report's ordinal (0, 1, 2 …)
    CLOCK_LOCAL,  // civil time without a zone, counted as if it were UTC
    CLOCK_ZONED,  // the zone is printed: times are UTC
    CLOCK_EPOCH,  // epoch seconds were printed: times are UTC
    CLOCK_BOOT,   // milliseconds since boot
};

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };

struct column {
    const char *quantity;  // the field's own name in its newest spelling: "utilization.gpu", "r_await", "%util"
    enum unit unit;
    enum series_kind kind;
    bool derived;    // computed from other columns of the row (an await built from r_await and w_await)
    double *values;  // table.row_count of them; NaN = missing
    uint32_t hash_;  // of the quantity, for the builder only
};

struct table {
    const char *entity;
    enum entity_kind entity_kind;
    size_t row_count;
    millis *time;     // per row; on the source's own clock; see clock_basis
    float *interval;  // per row; seconds covered by SERIES_AVERAGE values; 0 = not known
    uint32_t *line;   // per row; line of the file, from 1
    struct column *columns;
    size_t column_count;
    // For the builder only.
    size_t row_capacity_, column_capacity_, last_column_;
    bool closed_;  // a row was dropped
    struct source *source_;
};

enum event_kind {
    EVENT_NOTE,         // anything else that may matter
    EVENT_XID,          // value = Xid number, entity = PCI bus id as printed
    EVENT_GPU_LOST,     // "[GPU is lost]", "fallen off the bus", "Unable to determine the device handle"
    EVENT_GPU_ERROR,    // other errors printed by nvidia-smi in place of rows or values
    EVENT_IO_ERROR,     // kernel block-layer or medium error; entity = disk
    EVENT_LINK_RESET,   // ATA link reset or SATA speed limited, NVMe reset; entity = disk if known
    EVENT_FS_ERROR,     // file-system error, remount read-only
    EVENT_OOM_KILL,     // host out-of-memory killer; text names the victim
    EVENT_CUDA_OOM,     // "CUDA out of memory" in a job log
    EVENT_PCIE_ERROR,   // AER; value = 1 corrected, 2 uncorrected
    EVENT_THERMAL,      // kernel thermal message about the CPU
    EVENT_HUNG_TASK,    // task blocked for more than N seconds; value = N
    EVENT_NFS_TIMEOUT,  // "nfs: server X not responding"
    EVENT_REBOOT,
    EVENT_RUN_START,         // a new run of the tool begins inside the file (banner, appended header)
    EVENT_EPOCH,             // training log: an epoch begins or ends; value = epoch number
    EVENT_CHECKPOINT,        // training log: a checkpoint is saved
    EVENT_VALIDATION,        // training log: validation begins or ends
    EVENT_JOB_ERROR,         // traceback or fatal error in a job log
    EVENT_SMART_FAILED,      // SMART health FAILED, attribute FAILING_NOW; entity = disk
    EVENT_SMART_UNREADABLE,  // smartctl could not read a disk; text says why; value = 1: it does not answer
};

struct event {
    millis time;  // MILLIS_NONE if undated
    uint32_t line;
    enum event_kind kind;
    const char *entity;  // "" if it belongs to nobody
    const char *text;    // the line, cut to what matters, valid UTF-8
    double value;        // see event_kind; NaN if none
};

struct fact {
    const char *entity;
    const char *key;  // "model", "serial", "firmware", "rotation", "capacity", "name", "uuid", "pci.bus_id", "driver",
                      // "cpus", "kernel" …
    const char *value;
    uint32_t line;
};

struct problem {
    uint32_t line;  // 0: the file as a whole
    enum severity severity;
    const char *message;
};

// One file of a rotated set that was joined: gpu.log.2.gz, gpu.log.1, gpu.log.
struct source_part {
    const char *path, *member, *sha256;
    uint64_t bytes;
    uint32_t first_line;  // line 1 of this file is this line of the joined source
};

struct source {
    // Identity of the input, filled before parsing.
    const char *path;           // as given on the command line, or as found below a directory
    const char *member;         // name inside an archive, "" otherwise
    const char *sha256;         // hexadecimal digest of the file's bytes (of the archive for a member)
    uint64_t bytes;             // decompressed bytes that were read
    millis modified;            // time of last change of the file, UTC; MILLIS_NONE if not known
    uint32_t lines;             // lines that were read
    struct source_part *parts;  // oldest first; NULL unless the source was joined of several files
    size_t part_count;          // 0 or at least 2

    // Filled by the parser.
    const char *format;        // the parser's name ("nvidia-smi-csv"), NULL when nobody recognised the file
    const char *tool_version;  // "12.7.9", "" if not printed
    const char *host;          // "" if not printed
    enum clock_basis clock;
    const char *zone;                    // as printed: "CST", "+08:00", "Z"; "" if none
    int zone_first, zone_last;           // minutes east of UTC of the first and last stamp, for CLOCK_ZONED
    bool fraction;                       // stamps print milliseconds
    bool twelve_hour, day_month_proved;  // how the stamps were read (for the list of clocks)
    bool day_month_open;                 // dates that can be read both ways were read month first, for want of a proof
    bool year_assumed;                   // the stamps print no year: month and day are certain, the year is a guess
    const char *clock_note;  // one sentence for people: what the reading of the stamps rests on; "" if plain
    millis first, last;      // of all dated rows and events; MILLIS_NONE if untimed
    double cadence;          // median spacing of reports in seconds; NaN if fewer than two
    size_t reports;          // reports or sampling bursts as printed, since-boot ones included
    size_t since_boot_reports;
    size_t samples;        // rows kept
    size_t skipped_lines;  // lines that could not be used
    bool refused;          // recognised, but nothing in it may be used; a problem says why

    struct table *tables;
    size_t table_count;
    struct event *events;
    size_t event_count;
    struct fact *facts;
    size_t fact_count;
    struct problem *problems;  // the first PROBLEMS_KEPT; problem_count counts all
    size_t problem_count;

    // For the builder only.
    struct arena *arena_;
    size_t table_capacity_, event_capacity_, fact_capacity_, problem_capacity_, last_table_;
    uint32_t *slots_;  // tables by the hash of their entity
    size_t slot_count_;
    uint32_t *skipped_;  // numbers of the lines given to source_skip, as they came; the first SKIPPED_KEPT
    size_t skipped_count_, skipped_capacity_;
    uint64_t room_, set_;  // places for values in all tables, and how often one was set
    bool sparse_;          // rows were dropped
};

enum { PROBLEMS_KEPT = 100, SKIPPED_KEPT = 1000000 };

// Tables of one source at most; more (a hostile log that invents devices) are
// dropped with a problem.
enum { TABLES_MOST = 20000 };

// Columns of one table, and facts of one source; more are dropped with a problem.
enum { TABLE_COLUMNS_MOST = 1000, SOURCE_FACTS_MOST = 5000 };

// A source whose columns change all the time would take far more memory than it has bytes. Beyond SPARSE_FREE places
// for values, at least one of SPARSE_SHARE must be set: from there on rows are dropped with a problem. A full query of
// nvidia-smi has some 200 columns, a third of them set even where a card knows little.
enum { SPARSE_FREE = 1 << 22, SPARSE_SHARE = 16 };

struct recording {
    struct arena *arena;
    struct source **sources;
    size_t source_count;
    size_t source_capacity_;
};

// ── building (parsers only) ─────────────────────────────────────────────────

struct recording *recording_new(void);
void recording_free(struct recording *recording);  // NULL allowed

// Appends an empty source and returns it; the strings are copied.
struct source *recording_source(struct recording *recording, const char *path, const char *member);

// The table of an entity, created on first use. Never NULL: beyond TABLES_MOST it
// returns a table that is not part of the source.
// The pointer is valid until the next call of source_table on the same source; call it again for each row.
struct table *source_table(struct source *source, struct text entity, enum entity_kind kind);

// The index of a column, created (all earlier rows missing) on first use. All columns beyond TABLE_COLUMNS_MOST
// share one that is named "(further columns)".
size_t table_column(struct source *source, struct table *table, const char *quantity, enum unit unit,
                    enum series_kind kind);
// As table_column, marked derived.
size_t table_column_derived(struct source *source, struct table *table, const char *quantity, enum unit unit,
                            enum series_kind kind);

// Appends a row whose values are all missing and returns its index, beyond the last row if it is dropped (see
// SPARSE_SHARE). `interval` in seconds, 0 = not known.
size_t table_row(struct table *table, millis time, double interval, uint32_t line);

// Sets a value of a row; not-finite values are stored as missing.
void table_set(struct table *table, size_t row, size_t column, double value);

void source_event(struct source *source, millis time, uint32_t line, enum event_kind kind, struct text entity,
                  struct text text, double value);

// Sets a fact; the same entity and key with another value is kept as a second fact, with the same value it is dropped.
void source_fact(struct source *source, struct text entity, const char *key, struct text value, uint32_t line);

// Notes a problem. Only the first PROBLEMS_KEPT are kept (those of the file as a whole, with line 0, and critical ones
// in any case), all are counted.
void source_problem(struct source *source, uint32_t line, enum severity severity, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// A problem with a line that could not be used: counts it in skipped_lines, too.
void source_skip(struct source *source, uint32_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));

// Takes back that these lines (ascending) could not be used: another parser could.
void source_unskip(struct source *source, const uint32_t *lines, size_t count);

// Appends rows, events, facts and problems of `from` behind those of `source`; `line_offset` is added to its line
// numbers.
void source_append(struct source *source, const struct source *from, uint32_t line_offset);

// Takes a source out of the recording and frees its rows; its strings live on in the arena.
void recording_remove(struct recording *recording, size_t index);

// Called once after parsing: sorts nothing, drops nothing; computes first, last,
// cadence (if the parser left it NaN) and samples (if the parser left it 0) from the rows.
void source_finish(struct source *source);

// ── reading ─────────────────────────────────────────────────────────────────

// NULL if there is no such table or column.
const struct table *source_find(const struct source *source, const char *entity);
const struct column *table_find(const struct table *table, const char *quantity);

// The last fact with this key; NULL if there is none. `entity` NULL means any.
const char *source_fact_value(const struct source *source, const char *entity, const char *key);

// Statistics of a column over the rows where it is present.
struct column_stats {
    size_t samples, missing;
    double min, mean, max;  // NaN when samples == 0
};
struct column_stats column_stats(const struct table *table, const struct column *column);

// Names for programs: "gpu", "disk" …; "xid", "gpu-lost" …; "none", "local", "zoned", "epoch", "boot".
const char *entity_kind_name(enum entity_kind kind);
const char *event_name(enum event_kind kind);
const char *clock_basis_name(enum clock_basis basis);

// "logs.tar.gz/gpu.csv" or just the path: how a source is named to people. Owned by the recording's arena or the
// source.
const char *source_name(const struct source *source);

#endif

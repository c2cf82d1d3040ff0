// logs.h: the tools that write logs while the machine runs.
#ifndef WHYSLOW_SAMPLES_LOGS_H
#define WHYSLOW_SAMPLES_LOGS_H

#include <stdio.h>

#include "samples/generator/machine.h"

enum stamp_style { STAMP_C, STAMP_EN_US, STAMP_DE, STAMP_ZH, STAMP_ISO };
enum field_set { FIELDS_ARTICLE, FIELDS_SMALL, FIELDS_CLOCKS, FIELDS_MASK, FIELDS_FULL };
enum smart_mode { SMART_NONE, SMART_GREP, SMART_A, SMART_X };
enum train_style { TRAIN_NONE, TRAIN_PLAIN, TRAIN_MEGATRON, TRAIN_IMAGENET };

// How a run is recorded: which tools, how often, in which words, on which clocks.
struct capture {
    int zone_minutes;       // of the host
    const char *zone_word;  // as `date` prints it
    const char *zone_name;  // IANA

    const char *gpu_file;
    enum field_set fields;
    bool header, units, old_names;
    double gpu_period;
    int gpu_zone_minutes;  // the container's
    double gpu_skew;       // seconds that this clock is ahead

    const char *iostat_file;  // NULL: nobody ran iostat
    char layout;              // B C D E
    enum stamp_style stamps;
    double iostat_period;
    bool timed, snapshot_loop;
    double iostat_skew;

    const char *vmstat_file, *mpstat_file, *dmesg_file, *train_file, *smart_file;
    double host_period;
    enum train_style train_style;
    int train_every;  // steps between lines
    bool every_rank;  // every node of several prints them, not only the first
    enum smart_mode smart;
    int smart_snapshots;
    int smart_disk;
};

// One log being written.
struct sampler {
    FILE *file;
    const struct capture *capture;
    double next, period;
    struct noise noise;
    long long lines;
    double before_at;  // time of the last report
    struct disk_counters disks[DISKS_MOST];
    struct core_times cores[CORES_MOST];
    struct host host;
    bool begun;
    double loop_report;  // snapshot loop: when the second report is due; 0: none
};

void log_nvidia(struct sampler *sampler, const struct machine *machine);
void log_iostat(struct sampler *sampler, const struct machine *machine);
void log_vmstat(struct sampler *sampler, const struct machine *machine);
void log_mpstat(struct sampler *sampler, const struct machine *machine);
void log_smart(struct sampler *sampler, const struct machine *machine, int snapshot);
void log_train(struct sampler *sampler, const struct machine *machine, enum happening what);
void log_dmesg(struct sampler *sampler, const struct machine *machine);

// ── stamps ──────────────────────────────────────────────────────────────────

struct civil {
    int year, month, day, weekday, hour, minute, second, millisecond;
};
// `seconds` after the start of the run, on a clock `zone_minutes` east of UTC and `skew` seconds ahead.
struct civil civil_at(const struct plan *plan, double seconds, int zone_minutes, double skew);
// `date` in the C locale: "Mon Nov 23 11:47:22 UTC 2026".
void stamp_date(char *out, size_t size, struct civil t, const char *zone_word);
// The date of a banner and the line of `iostat -t`.
void stamp_banner(char *out, size_t size, struct civil t, enum stamp_style style);
void stamp_report(char *out, size_t size, struct civil t, enum stamp_style style, int zone_minutes);
void stamp_iso(char *out, size_t size, int64_t utc_seconds);

const char *host_name(const struct plan *plan);

#endif

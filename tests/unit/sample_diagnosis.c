#include "tests/unit/sample_diagnosis.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/recording.h"

// 2026-05-06 07:00:00 on the run clock.
static const millis run_start = 1778050800000;

struct sample {
    struct diagnosis *d;
    struct recording *recording;
    struct arena *arena;
    const char *disk;
    double seconds;  // length of the run
    double cadence;
    unsigned seed;
};

// A small repeatable noise around 0, between -1 and 1.
static double noise(struct sample *sample) {
    sample->seed = sample->seed * 1664525u + 1013904223u;
    return (double)(sample->seed >> 8) / (double)(1u << 23) - 1;
}

// The story: start-up 5 %, stall until 60 %, silence to 65 %, healthy to 85 %, stall again.
static bool stalled(const struct sample *sample, double t) {
    double x = t / sample->seconds;
    return (x > 0.05 && x < 0.60) || x > 0.85;
}

static bool silent(const struct sample *sample, double t) {
    double x = t / sample->seconds;
    return x > 0.60 && x < 0.65;
}

static struct source *add_source(struct sample *sample, const char *path, const char *format, enum clock_basis clock) {
    struct source *source = recording_source(sample->recording, path, "");
    source->format = format;
    source->host = "node07";
    source->sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    source->bytes = 181204;
    source->clock = clock;
    return source;
}

static void set(struct source *source, struct table *table, size_t row, const char *quantity, enum unit unit,
                enum series_kind kind, double value) {
    table_set(table, row, table_column(source, table, quantity, unit, kind), value);
}

static void gpu_row(struct sample *sample, struct source *source, size_t gpu, double t, uint32_t line) {
    char name[32];
    snprintf(name, sizeof name, "gpu%zu", gpu);
    struct table *table = source_table(source, text_of(name), ENTITY_GPU);
    bool stall = stalled(sample, t);
    double busy = stall ? 21 + 9 * noise(sample) : 96 + 3 * noise(sample);
    if (t / sample->seconds < 0.05) busy = 2 + 2 * noise(sample);
    size_t row = table_row(table, run_start + (millis)(t * 1000), 0, line);
    set(source, table, row, "utilization.gpu", UNIT_PERCENT, SERIES_WINDOW, round(busy));
    set(source, table, row, "memory.used", UNIT_MIB, SERIES_STATE, t / sample->seconds < 0.05 ? 450 : 30120);
    set(source, table, row, "memory.total", UNIT_MIB, SERIES_STATE, 40960);
    double heat = (stall ? 49 : 67) + (double)gpu + noise(sample);
    set(source, table, row, "temperature.gpu", UNIT_CELSIUS, SERIES_STATE, round(heat));
    set(source, table, row, "power.draw", UNIT_WATT, SERIES_WINDOW, 70 + busy * 2.6 + 5 * noise(sample));
    set(source, table, row, "clocks.current.sm", UNIT_MHZ, SERIES_STATE, stall ? 1275 : 1410 - 15 * (heat > 69));
}

static void add_gpus(struct sample *sample, size_t gpus) {
    struct source *source = add_source(sample, "logs/gpu.csv", "nvidia-smi-csv", CLOCK_LOCAL);
    uint32_t line = 2;
    for (double t = 0; t < sample->seconds; t += sample->cadence) {
        if (silent(sample, t)) continue;
        for (size_t gpu = 0; gpu < gpus; gpu++) gpu_row(sample, source, gpu, t, line++);
        source->reports++;
    }
    source->cadence = sample->cadence;
    source_skip(source, 811, "the line ends in the middle of a value");
    source_finish(source);
    for (size_t gpu = 0; gpu < gpus; gpu++) {
        char name[32];
        snprintf(name, sizeof name, "gpu%zu", gpu);
        source_fact(source, text_of(name), "name", TEXT("NVIDIA A100-SXM4-40GB"), 2);
    }
}

static void disk_row(struct sample *sample, struct source *source, const char *disk, bool guilty, double t) {
    struct table *table = source_table(source, text_of(disk), ENTITY_DISK);
    bool stall = guilty && stalled(sample, t);
    size_t row = table_row(table, run_start + (millis)(t * 1000), 10, (uint32_t)(t / 2) + 7);
    double spike = guilty && fabs(t / sample->seconds - 0.75) * sample->seconds < 5 ? 640 : 0;
    double await = stall ? 87 + 22 * noise(sample) : 5.8 + noise(sample);
    set(source, table, row, "r/s", UNIT_PER_S, SERIES_AVERAGE, stall ? 310 : 40);
    set(source, table, row, "rkB/s", UNIT_KIB_PER_S, SERIES_AVERAGE,
        (stall ? 39000 : 2600) * (1 + 0.1 * noise(sample)));
    set(source, table, row, "wkB/s", UNIT_KIB_PER_S, SERIES_AVERAGE, 380 * (1 + 0.5 * noise(sample)));
    set(source, table, row, "r_await", UNIT_MS, SERIES_AVERAGE, await + spike);
    set(source, table, row, "w_await", UNIT_MS, SERIES_AVERAGE, await / 2);
    set(source, table, row, "aqu-sz", UNIT_REQUESTS, SERIES_AVERAGE, stall ? 27 : 0.3);
    set(source, table, row, "%util", UNIT_PERCENT, SERIES_AVERAGE,
        stall ? 99.2 + 0.7 * noise(sample) : 9 + 4 * noise(sample));
}

static void add_disks(struct sample *sample) {
    struct source *source = add_source(sample, "logs/iostat.log", "iostat-text", CLOCK_LOCAL);
    source->tool_version = "12.6.1";
    source->cadence = 10;
    for (double t = 10; t < sample->seconds; t += 10) {
        struct table *cpu = source_table(source, TEXT("cpu"), ENTITY_CPU);
        size_t row = table_row(cpu, run_start + (millis)(t * 1000), 10, (uint32_t)(t / 2) + 3);
        bool stall = stalled(sample, t);
        set(source, cpu, row, "%user", UNIT_PERCENT, SERIES_AVERAGE, (stall ? 6 : 31) + 2 * noise(sample));
        set(source, cpu, row, "%system", UNIT_PERCENT, SERIES_AVERAGE, 3 + noise(sample));
        set(source, cpu, row, "%iowait", UNIT_PERCENT, SERIES_AVERAGE, stall ? 41 + 5 * noise(sample) : 0.6);
        set(source, cpu, row, "%idle", UNIT_PERCENT, SERIES_AVERAGE, stall ? 50 + noise(sample) : 64);
        disk_row(sample, source, sample->disk, true, t);
        disk_row(sample, source, "nvme0n1", false, t);
        source->reports++;
    }
    source_finish(source);
}

static void add_health_log(struct sample *sample) {
    struct source *source = add_source(sample, "logs/smart.log", "smartctl-text", CLOCK_NONE);
    static const double reallocated[] = {308, 312, 327};
    for (int i = 0; i < 3; i++) {
        struct table *table = source_table(source, text_of(sample->disk), ENTITY_DISK);
        size_t row = table_row(table, i, 0, (uint32_t)(24 + 70 * i));
        set(source, table, row, "Reallocated_Sector_Ct", UNIT_NONE, SERIES_COUNTER, reallocated[i]);
        set(source, table, row, "Temperature_Celsius", UNIT_CELSIUS, SERIES_STATE, 41 + i);
    }
    source_finish(source);
}

static void add_job(struct sample *sample) {
    struct source *source = add_source(sample, "logs/train.log", "training-log", CLOCK_LOCAL);
    struct table *table = source_table(source, TEXT("job"), ENTITY_JOB);
    double step_seconds = 0.4;
    uint32_t line = 1;
    for (double t = sample->seconds * 0.05; t < sample->seconds; t += step_seconds * 50) {
        step_seconds = stalled(sample, t) ? 1.9 : 0.41;
        size_t row = table_row(table, run_start + (millis)(t * 1000), step_seconds * 50, line++);
        set(source, table, row, "step_time", UNIT_SECONDS, SERIES_AVERAGE, step_seconds * (1 + 0.1 * noise(sample)));
    }
    for (int i = 1; i < 6; i++)
        source_event(source, run_start + (millis)(sample->seconds * 1000 * i / 6), line++,
                     i % 2 == 1 ? EVENT_EPOCH : EVENT_CHECKPOINT, TEXT("job"),
                     i % 2 == 1 ? TEXT("Epoch done") : TEXT("saving checkpoint"), i);
    source_finish(source);
    struct source *alien = add_source(sample, "logs/notes.bin", NULL, CLOCK_NONE);
    source_problem(alien, 0, SEVERITY_WARNING, "not recognised as any format");
}

static void set_grid(struct sample *sample, size_t gpus) {
    struct diagnosis *d = sample->d;
    d->bin_seconds = 10;
    d->bin_count = (size_t)(sample->seconds / 10);
    float *lost = arena_array(sample->arena, d->bin_count, sizeof *lost);
    unsigned char *cause = arena_array(sample->arena, d->bin_count, 1);
    struct gpu_lane *lanes = arena_array(sample->arena, gpus, sizeof *lanes);
    for (size_t g = 0; g < gpus; g++) {
        float *busy = arena_array(sample->arena, d->bin_count, sizeof *busy);
        float *good = arena_array(sample->arena, d->bin_count, sizeof *good);
        for (size_t i = 0; i < d->bin_count; i++) {
            double t = (double)i * 10 + 5;
            busy[i] = silent(sample, t) ? NAN : stalled(sample, t) ? 21 : 96;
            good[i] = busy[i] / 100;
            lost[i] = 1 - good[i];
            cause[i] = silent(sample, t)    ? CAUSE_NO_DATA
                       : stalled(sample, t) ? CAUSE_STORAGE_READ
                                            : CAUSE_COMPUTE_BOUND;
        }
        lanes[g] = (struct gpu_lane){d->gpus[g], busy, good};
    }
    d->lanes = lanes;
    d->lane_count = gpus;
    d->lost_share = lost;
    d->bin_cause = cause;
    // The disk's await and %util, and the CPU's iowait, binned by their own rows.
    const struct source *iostat = sample->recording->sources[1];
    struct grid_series *series = arena_array(sample->arena, 8, sizeof *series);
    for (size_t k = 0; k < iostat->table_count; k++) {
        const struct table *table = &iostat->tables[k];
        for (size_t c = 0; c < table->column_count && d->series_count < 8; c++) {
            const char *name = table->columns[c].quantity;
            if (strcmp(name, "r_await") != 0 && strcmp(name, "%util") != 0 && strcmp(name, "%iowait") != 0) continue;
            float *mean = arena_array(sample->arena, d->bin_count, sizeof *mean);
            for (size_t i = 0; i < d->bin_count; i++)
                mean[i] = i == 0 || i > table->row_count ? NAN : (float)table->columns[c].values[i - 1];
            series[d->series_count++] = (struct grid_series){iostat, table, &table->columns[c], mean};
        }
    }
    d->series = series;
}

static void set_verdict(struct sample *sample) {
    struct diagnosis *d = sample->d;
    d->verdict = (struct verdict){
        .cause = CAUSE_STORAGE_READ,
        .entity = sample->disk,
        .confidence = 0.93,
        .share = 0.66,
        .sentence = arena_printf(
            sample->arena, "The GPUs starved for 66 %% of the run because reads from %s were too slow.", sample->disk),
        .why =
            "median r_await was 87 ms while the GPUs starved and 5.8 ms otherwise; the disk was busy 99 % of that "
            "time.",
        .against = "the logs do not show which process read from the disk.",
        .settle = "pidstat -d 10, recorded beside the run, would name the process that reads.",
        .next = "Cache or prefetch the decoded samples, and move the data set to faster storage; replace the disk.",
        .counterfactual = "Without the disk stalls the run would have ended 1 h 12 min earlier (± 9 min).",
        .confidence_note =
            "three independent quantities of the disk move with the loss, and the healthy stretch shows the "
            "same load without it; capped by one clock that is assumed.",
    };
    d->gpu_hours = 7.6;
    d->lost_total = 4.98;
    d->lost_low = 4.71;
    d->lost_high = 5.24;
    d->cost = 14.94;
    d->idle_gpu_hours = 0;
    d->startup_gpu_hours = 0.38;
}

static millis at(const struct sample *sample, double x) { return run_start + (millis)(x * sample->seconds * 1000); }

static void set_phases(struct sample *sample) {
    struct diagnosis *d = sample->d;
    const struct phase phases[] = {
        {at(sample, 0), at(sample, 0.05), CAUSE_JOB_IDLE, "", 0.9, 0, 2},
        {at(sample, 0.05), at(sample, 0.60), CAUSE_STORAGE_READ, sample->disk, 0.94, 3.48, 21},
        {at(sample, 0.60), at(sample, 0.65), CAUSE_NO_DATA, "", 1, NAN, NAN},
        {at(sample, 0.65), at(sample, 0.85), CAUSE_COMPUTE_BOUND, "", 0.97, 0.05, 96},
        {at(sample, 0.85), at(sample, 1), CAUSE_STORAGE_READ, sample->disk, 0.91, 0.95, 21},
    };
    struct phase *copy = arena_array(sample->arena, 5, sizeof *copy);
    memcpy(copy, phases, sizeof phases);
    d->phases = copy;
    d->phase_count = 5;
    const struct loss losses[] = {{CAUSE_STORAGE_READ, 4.43, 4.2, 4.66},
                                  {CAUSE_UNKNOWN, 0.38, 0.3, 0.46},
                                  {CAUSE_CPU_PREPROCESSING, 0.17, 0.02, 0.31}};
    struct loss *rows = arena_array(sample->arena, 3, sizeof *rows);
    memcpy(rows, losses, sizeof losses);
    d->losses = rows;
    d->loss_count = 3;
}

static void set_findings(struct sample *sample) {
    struct diagnosis *d = sample->d;
    const struct evidence read_evidence[] = {
        {"median r_await 87 ms while the GPUs starved, 5.8 ms otherwise", 1, 87, 50, UNIT_MS, "logs/iostat.log",
         sample->disk, "r_await", 412, at(sample, 0.05), at(sample, 0.6)},
        {"%util 99.2 while the GPUs starved, 9 otherwise", 1, 99.2, 90, UNIT_PERCENT, "logs/iostat.log", sample->disk,
         "%util", 412, at(sample, 0.05), at(sample, 0.6)},
        {"the CPU waited for input and output 41 % of the time", 1, 41, 20, UNIT_PERCENT, "logs/iostat.log", "cpu",
         "%iowait", 408, at(sample, 0.05), at(sample, 0.6)},
        {"two GPUs were slower than the others in the first 3 min, which the disk does not explain", -1, 3, NAN,
         UNIT_NONE, "logs/gpu.csv", "gpu2", "utilization.gpu", 88, at(sample, 0.05), at(sample, 0.08)}};
    const struct evidence disk_evidence[] = {{"Reallocated_Sector_Ct grew from 308 to 327 during the run", 1, 19, 0,
                                              UNIT_NONE, "logs/smart.log", sample->disk, "Reallocated_Sector_Ct", 24,
                                              MILLIS_NONE, MILLIS_NONE}};
    struct evidence *read = arena_array(sample->arena, 4, sizeof *read);
    struct evidence *disk = arena_array(sample->arena, 1, sizeof *disk);
    memcpy(read, read_evidence, sizeof read_evidence);
    memcpy(disk, disk_evidence, sizeof disk_evidence);
    struct finding *findings = arena_array(sample->arena, 3, sizeof *findings);
    findings[0] = (struct finding){
        CAUSE_STORAGE_READ, SEVERITY_WARNING, sample->disk, d->verdict.sentence, d->verdict.next, 0.93, 4.43, read, 4};
    findings[1] =
        (struct finding){CAUSE_DISK_FAILING,
                         SEVERITY_CRITICAL,
                         sample->disk,
                         "The disk reallocated 19 sectors during the run and holds 327 in all: it is getting worse.",
                         "Copy the data off the disk today and replace it.",
                         0.9,
                         NAN,
                         disk,
                         1};
    findings[2] = (struct finding){CAUSE_CPU_PREPROCESSING,
                                   SEVERITY_INFO,
                                   "cpu",
                                   "For 4 min at the end of the healthy stretch one core was the limit.",
                                   "Add loader workers.",
                                   0.4,
                                   0.17,
                                   NULL,
                                   0};
    d->findings = findings;
    d->finding_count = 3;
}

static void set_ruled_out(struct sample *sample) {
    struct diagnosis *d = sample->d;
    struct ruled_out *rows = arena_array(sample->arena, 5, sizeof *rows);
    rows[0] =
        (struct ruled_out){CAUSE_GPU_THERMAL,
                           "",
                           RULED_OUT_NOT_SUPPORTED,
                           "The hottest GPU reached 71 °C, far from any limit, and clocks did not fall with heat.",
                           "",
                           71,
                           83,
                           UNIT_CELSIUS};
    rows[1] = (struct ruled_out){CAUSE_GPU_POWER_CAP,
                                 "",
                                 RULED_OUT_NOT_SUPPORTED,
                                 "Power stayed below its limit of 400 W at all times.",
                                 "",
                                 331,
                                 400,
                                 UNIT_WATT};
    rows[2] = (struct ruled_out){CAUSE_STORAGE_READ,
                                 "nvme0n1",
                                 RULED_OUT_NOT_SUPPORTED,
                                 "r_await of the other disk is the same in slow and in fast time.",
                                 "",
                                 5.8,
                                 50,
                                 UNIT_MS};
    rows[3] = (struct ruled_out){CAUSE_GPU_FAULT,
                                 "",
                                 RULED_OUT_NO_DATA,
                                 "Cannot tell: no kernel log.",
                                 "dmesg -T, or journalctl -k, of the time of the run",
                                 NAN,
                                 NAN,
                                 UNIT_NONE};
    rows[4] = (struct ruled_out){CAUSE_PCIE_DEGRADED,
                                 "",
                                 RULED_OUT_NO_DATA,
                                 "Cannot tell: no PCIe columns in the GPU log.",
                                 "nvidia-smi --query-gpu=pcie.link.gen.current,pcie.link.width.current",
                                 NAN,
                                 NAN,
                                 UNIT_NONE};
    d->ruled_out = rows;
    d->ruled_out_count = 5;
}

static void set_clocks(struct sample *sample) {
    struct diagnosis *d = sample->d;
    struct source_clock *clocks = arena_array(sample->arena, sample->recording->source_count, sizeof *clocks);
    for (size_t i = 0; i < sample->recording->source_count; i++) {
        clocks[i] = (struct source_clock){.source = sample->recording->sources[i],
                                          .method = CLOCK_STATED,
                                          .established = true,
                                          .placed = true,
                                          .note = "the stamps agree with the reference to within one sample"};
    }
    clocks[1].method = CLOCK_ESTIMATED;
    clocks[1].uncertainty_seconds = 1.5;
    clocks[2].method = CLOCK_ASSUMED;
    clocks[2].established = false;
    clocks[2].untimed_start_ms = (double)run_start;
    clocks[2].untimed_step_ms = sample->seconds * 1000 / 2;
    clocks[2].note = "three snapshots without stamps: taken as the begin, the middle and the end of the run";
    d->clocks = clocks;
    d->clock_count = sample->recording->source_count;
    d->reference = sample->recording->sources[0];
}

static void set_relations(struct sample *sample) {
    struct diagnosis *d = sample->d;
    struct correlation *rows = arena_array(sample->arena, 6, sizeof *rows);
    const char *quantities[] = {"r_await", "%util", "aqu-sz", "%iowait", "r_await", "temperature.gpu"};
    const double strength[] = {0.91, 0.94, 0.90, 0.89, 0.04, -0.42};
    for (size_t i = 0; i < 6; i++) {
        const char *entity = i < 3 ? sample->disk : i == 3 ? "cpu" : i == 4 ? "nvme0n1" : "gpu0";
        rows[i] = (struct correlation){"",
                                       "lost share",
                                       entity,
                                       quantities[i],
                                       strength[i],
                                       strength[i] - 0.02,
                                       strength[i] - 0.09,
                                       fmin(1, strength[i] + 0.06),
                                       41.5,
                                       i < 4 ? 2e-7 : 0.61,
                                       i < 4 ? 9e-7 : 0.7,
                                       i < 4,
                                       i == 4,
                                       i < 2 ? 10 : NAN,
                                       false,
                                       i < 4 ? "coincides with" : "no relation shown",
                                       d->bin_count};
    }
    d->correlations = rows;
    d->correlation_count = 6;
    d->correlation_tests = 48;
    struct dose_response *doses = arena_array(sample->arena, 2, sizeof *doses);
    doses[0] = (struct dose_response){
        sample->disk, "r_await", UNIT_MS, 5, {5, 6, 71, 88, 104}, {0.04, 0.06, 0.74, 0.79, 0.81}, true};
    doses[1] = (struct dose_response){
        "cpu", "%iowait", UNIT_PERCENT, 5, {0.4, 0.7, 37, 41, 45}, {0.05, 0.04, 0.75, 0.78, 0.82}, false};
    d->doses = doses;
    d->dose_count = 2;
    static const double curve[] = {-0.02, NAN, 0.04, 0.61, 0.33, -0.05, 0.01};
    struct lag_curve *lags = arena_array(sample->arena, 1, sizeof *lags);
    lags[0] = (struct lag_curve){.entity = sample->disk,
                                 .quantity = "r_await",
                                 .count = sizeof curve / sizeof *curve,
                                 .reach = 30,
                                 .step = 10,
                                 .r = curve,
                                 .band = 0.21,
                                 .uncertainty_seconds = 12,
                                 .peak_seconds = 0,
                                 .words = "together, as far as clocks and bins can tell"};
    d->lags = lags;
    d->lag_count = 1;
    struct change *changes = arena_array(sample->arena, 2, sizeof *changes);
    changes[0] = (struct change){
        at(sample, 0.65), at(sample, 0.645), at(sample, 0.655), "gpu0", "utilization.gpu", 21, 96, UNIT_PERCENT, 1e-5};
    changes[1] = (struct change){
        at(sample, 0.85), at(sample, 0.848), at(sample, 0.852), sample->disk, "r_await", 5.8, 87, UNIT_MS, 1e-5};
    d->changes = changes;
    d->change_count = 2;
    struct anomaly *anomalies = arena_array(sample->arena, 1, sizeof *anomalies);
    anomalies[0] = (struct anomaly){at(sample, 0.7493),
                                    at(sample, 0.7507),
                                    sample->disk,
                                    "r_await",
                                    646,
                                    5.8,
                                    4.2,
                                    UNIT_MS,
                                    "A single read burst took 646 ms, a hundred times the usual.",
                                    "Look at the kernel log of this minute."};
    d->anomalies = anomalies;
    d->anomaly_count = 1;
}

static void set_health(struct sample *sample) {
    struct diagnosis *d = sample->d;
    struct disk_attribute *attributes = arena_array(sample->arena, 4, sizeof *attributes);
    attributes[0] = (struct disk_attribute){"Reallocated_Sector_Ct", 308, 327, 19, 94, 10, "", 24, 3, false};
    attributes[1] = (struct disk_attribute){"Current_Pending_Sector", 2, 8, 6, 100, 0, "", 31, 2, false};
    attributes[2] = (struct disk_attribute){"UDMA_CRC_Error_Count", 0, 0, 0, 100, 0, "", 33, 0, false};
    attributes[3] = (struct disk_attribute){"Wear_Leveling_Count", 812, 812, 0, 61, 5, "", 30, 1, false};
    struct disk_health *rows = arena_array(sample->arena, 2, sizeof *rows);
    rows[0] =
        (struct disk_health){.entity = sample->disk,
                             .model = "Example SSD 860 1TB",
                             .serial = "S3Z8NB0K123456X",
                             .source = "logs/smart.log",
                             .joined = "the only disk of the page, and the only SATA disk of iostat",
                             .verdict = "PASSED",
                             .snapshots = 3,
                             .first = run_start,
                             .last = at(sample, 1),
                             .power_on_hours = 31208,
                             .temperature = 43,
                             .attributes = attributes,
                             .attribute_count = 4,
                             .level = 3,
                             .sentence = "PASSED by its own account, but 19 sectors were reallocated during the run.",
                             .next = "Copy the data off the disk today and replace it."};
    rows[1] = (struct disk_health){.entity = "nvme0n1",
                                   .model = "Example NVMe",
                                   .serial = "",
                                   .source = "logs/smart.log",
                                   .joined = "by its name",
                                   .verdict = "not readable: permission denied",
                                   .first = MILLIS_NONE,
                                   .last = MILLIS_NONE,
                                   .power_on_hours = NAN,
                                   .temperature = NAN,
                                   .sentence = "Nothing is known of its health.",
                                   .next = "sudo smartctl -x /dev/nvme0"};
    d->health = rows;
    d->health_count = 2;
}

static void set_rest(struct sample *sample) {
    struct diagnosis *d = sample->d;
    struct rule_in_force *rules = arena_array(sample->arena, 2, sizeof *rules);
    rules[0] =
        (struct rule_in_force){"storage.await_ms", 50, 50, UNIT_MS, "read latency above which a SATA disk is slow"};
    rules[1] =
        (struct rule_in_force){"gpu.temperature_alert", 80, 85, UNIT_CELSIUS, "temperature at which the alert fires"};
    d->rules = rules;
    d->rule_count = 2;
    struct rule_alert *alerts = arena_array(sample->arena, 1, sizeof *alerts);
    alerts[0] = (struct rule_alert){"disk.smart", sample->disk, "Reallocated sectors grew while the run went on.",
                                    run_start,    7200,         SEVERITY_CRITICAL};
    d->alerts = alerts;
    d->alert_count = 1;
    struct period *periods = arena_array(sample->arena, 1, sizeof *periods);
    periods[0] = (struct period){"epoch", 2400, 60, 3, "from the training log"};
    d->periods = periods;
    d->period_count = 1;
    const char **notes = arena_array(sample->arena, 2, sizeof *notes);
    notes[0] = "5 % of the run has no GPU samples (one gap of 6 min); nothing is concluded about that time.";
    notes[1] = "There is no kernel log: errors of disks and GPUs would not be seen.";
    d->quality = (struct quality){'B', 0.95, 0.95, sample->seconds * 0.05, 1, notes, 2};
}

static struct diagnosis *bare(struct sample *sample) {
    struct diagnosis *d = sample->d;
    d->start = d->end = MILLIS_NONE;
    d->verdict = (struct verdict){CAUSE_UNKNOWN, "", 0, NAN, "The logs do not say why.", "", "", "", "", "", ""};
    d->gpu_hours = 0;
    d->lost_total = d->lost_low = d->lost_high = d->cost = NAN;
    d->quality.grade = 'F';
    d->quality.longest_gap_seconds = NAN;
    d->bin_seconds = 10;
    return d;
}

struct diagnosis *sample_diagnosis(const struct sample_options *options) {
    struct arena *arena = arena_new();
    struct diagnosis *d = arena_alloc(arena, sizeof *d);
    struct recording *recording = recording_new();
    *d = (struct diagnosis){.arena = arena, .recording = recording, .host = "node07"};
    struct sample sample = {.d = d, .recording = recording, .arena = arena, .seed = 7};
    if (options->bare) return bare(&sample);
    sample.disk = options->disk == NULL ? "sda" : arena_string(arena, options->disk);
    sample.seconds = (options->hours > 0 ? options->hours : 2) * 3600;
    sample.cadence = options->cadence > 0 ? options->cadence : 5;
    size_t gpus = options->gpus == 0 ? 4 : options->gpus;
    add_gpus(&sample, gpus);
    add_disks(&sample);
    add_health_log(&sample);
    add_job(&sample);
    d->start = run_start;
    d->end = at(&sample, 1);
    d->zone = options->no_zone ? NULL : "UTC";
    d->gpus = arena_array(arena, gpus, sizeof *d->gpus);
    for (size_t i = 0; i < gpus; i++) d->gpus[i] = arena_printf(arena, "gpu%zu", i);
    d->gpu_count = gpus;
    d->disks = arena_array(arena, 2, sizeof *d->disks);
    d->disks[0] = sample.disk;
    d->disks[1] = "nvme0n1";
    d->disk_count = 2;
    set_grid(&sample, gpus);
    set_verdict(&sample);
    set_phases(&sample);
    set_findings(&sample);
    set_ruled_out(&sample);
    set_clocks(&sample);
    set_relations(&sample);
    set_health(&sample);
    set_rest(&sample);
    return d;
}

void sample_diagnosis_free(struct diagnosis *diagnosis) {
    if (diagnosis == NULL) return;
    const struct recording *recording = diagnosis->recording;
    arena_free(diagnosis->arena);
    recording_free((struct recording *)(uintptr_t)recording);
}

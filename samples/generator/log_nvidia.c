// log_nvidia.c: nvidia-smi --query-gpu=… --format=csv -l N
#include "samples/generator/logs.h"

#include <math.h>
#include <string.h>

struct row {
    const struct machine *machine;
    const struct gpu *gpu;
    int index;
    const struct sampler *sampler;
    struct noise *noise;
};

enum field {
    F_TIMESTAMP,
    F_INDEX,
    F_NAME,
    F_UUID,
    F_BUS,
    F_PSTATE,
    F_UTIL,
    F_MEM_UTIL,
    F_MEM_USED,
    F_MEM_TOTAL,
    F_TEMPERATURE,
    F_POWER,
    F_LIMIT,
    F_ENFORCED,
    F_DEFAULT_LIMIT,
    F_SM,
    F_MEM_CLOCK,
    F_SM_MAX,
    F_REASONS,
    F_POWER_CAP,
    F_SW_THERMAL,
    F_HW_THERMAL,
    F_GEN,
    F_GEN_MAX,
    F_WIDTH,
    F_WIDTH_MAX,
    F_ECC,
    F_COUNT_
};

static const struct {
    const char *name, *old_name, *unit;
} FIELDS[F_COUNT_] = {
    {"timestamp", 0, 0},
    {"index", 0, 0},
    {"name", 0, 0},
    {"uuid", 0, 0},
    {"pci.bus_id", 0, 0},
    {"pstate", 0, 0},
    {"utilization.gpu", 0, "%"},
    {"utilization.memory", 0, "%"},
    {"memory.used", 0, "MiB"},
    {"memory.total", 0, "MiB"},
    {"temperature.gpu", 0, 0},
    {"power.draw", 0, "W"},
    {"power.limit", 0, "W"},
    {"enforced.power.limit", 0, "W"},
    {"power.default_limit", 0, "W"},
    {"clocks.current.sm", 0, "MHz"},
    {"clocks.current.memory", 0, "MHz"},
    {"clocks.max.sm", 0, "MHz"},
    {"clocks_event_reasons.active", "clocks_throttle_reasons.active", 0},
    {"clocks_event_reasons.sw_power_cap", "clocks_throttle_reasons.sw_power_cap", 0},
    {"clocks_event_reasons.sw_thermal_slowdown", "clocks_throttle_reasons.sw_thermal_slowdown", 0},
    {"clocks_event_reasons.hw_thermal_slowdown", "clocks_throttle_reasons.hw_thermal_slowdown", 0},
    {"pcie.link.gen.current", 0, 0},
    {"pcie.link.gen.max", 0, 0},
    {"pcie.link.width.current", 0, 0},
    {"pcie.link.width.max", 0, 0},
    {"ecc.errors.uncorrected.volatile.total", 0, 0},
};

static const int SETS[][24] = {
    [FIELDS_ARTICLE] = {F_TIMESTAMP, F_UTIL, F_MEM_UTIL, F_MEM_USED, F_TEMPERATURE, F_POWER, -1},
    [FIELDS_SMALL] = {F_TIMESTAMP, F_INDEX, F_UTIL, F_MEM_UTIL, F_MEM_USED, F_MEM_TOTAL, F_TEMPERATURE, F_POWER, -1},
    [FIELDS_CLOCKS] = {F_TIMESTAMP, F_INDEX, F_NAME, F_PSTATE, F_TEMPERATURE, F_UTIL, F_MEM_UTIL, F_MEM_TOTAL,
                       F_MEM_USED, F_POWER, F_LIMIT, F_SM, F_MEM_CLOCK, F_SM_MAX, F_POWER_CAP, F_SW_THERMAL,
                       F_HW_THERMAL, -1},
    [FIELDS_MASK] = {F_INDEX, F_TIMESTAMP, F_UTIL, F_MEM_USED, F_MEM_TOTAL, F_TEMPERATURE, F_POWER, F_ENFORCED,
                     F_DEFAULT_LIMIT, F_SM, F_SM_MAX, F_REASONS, F_GEN, F_GEN_MAX, F_WIDTH, F_WIDTH_MAX, -1},
    [FIELDS_FULL] = {F_TIMESTAMP, F_INDEX,       F_UUID,    F_BUS,   F_PSTATE,        F_UTIL, F_MEM_UTIL,  F_MEM_USED,
                     F_MEM_TOTAL, F_TEMPERATURE, F_POWER,   F_LIMIT, F_DEFAULT_LIMIT, F_SM,   F_MEM_CLOCK, F_SM_MAX,
                     F_REASONS,   F_GEN,         F_GEN_MAX, F_WIDTH, F_WIDTH_MAX,     F_ECC,  -1},
};

static void put_number(FILE *out, double value, int decimals, const char *unit, bool units) {
    fprintf(out, "%.*f", decimals, value);
    if (unit && units) fprintf(out, " %s", unit);
}

static int pstate(const struct gpu *gpu, enum job_state state) {
    return state == JOB_ABSENT || state == JOB_DEAD ? 8 : gpu->clock < 400 ? 2 : 0;
}

// An idle link steps down to the first generation to save power; that is no fault.
static int link_gen(const struct row *row) {
    enum job_state state = row->machine->job.state;
    bool resting = state == JOB_ABSENT || state == JOB_DEAD;
    return resting ? 1 : row->gpu->pcie_gen;
}

static void put_identity(FILE *out, const struct row *row, enum field field) {
    const struct plan *plan = row->machine->plan;
    struct civil t;
    switch (field) {
        case F_TIMESTAMP:
            t = civil_at(plan, row->machine->now + 0.001 * row->index, row->sampler->capture->gpu_zone_minutes,
                         row->sampler->capture->gpu_skew);
            fprintf(out, "%d/%02d/%02d %02d:%02d:%02d.%03d", t.year, t.month, t.day, t.hour, t.minute, t.second,
                    t.millisecond);
            break;
        case F_INDEX:
            fprintf(out, "%d", row->index);
            break;
        case F_NAME:
            fputs(plan->board->name, out);
            break;
        case F_UUID:
            fprintf(out, "GPU-%08llx-5d1c-4a%02x-9be7-%012llx",
                    (unsigned long long)(plan->seed * 2654435761u & 0xffffffff), row->index,
                    (unsigned long long)plan->seed * 40503u + (unsigned)row->index);
            break;
        case F_BUS:
            fprintf(out, "00000000:%02X:00.0", 0x17 + 0x21 * row->index);
            break;
        default:
            break;
    }
}

static void put_load(FILE *out, const struct row *row, enum field field, bool units) {
    const struct gpu *gpu = row->gpu;
    const char *unit = FIELDS[field].unit;
    double utilization = gpu_utilization(gpu, 10);
    switch (field) {
        // Kernels leave short holes between them; the counter is an integer.
        case F_UTIL:
            put_number(out, round(fmin(100, fmax(0, utilization * (1 - 0.012 * noise_unit(row->noise))))), 0, unit,
                       units);
            break;
        case F_MEM_UTIL:
            put_number(
                out, round(utilization / 100 * row->machine->plan->memory_utilization * noise_factor(row->noise, 0.06)),
                0, unit, units);
            break;
        case F_MEM_USED:
            put_number(out, floor(gpu->memory_mib), 0, unit, units);
            break;
        case F_MEM_TOTAL:
            put_number(out, row->machine->plan->board->memory_mib, 0, unit, units);
            break;
        case F_TEMPERATURE:
            put_number(out, floor(gpu->temperature + 0.3 * noise_normal(row->noise)), 0, unit, units);
            break;
        case F_POWER:
            put_number(out, gpu->power_average * noise_factor(row->noise, 0.008), 2, unit, units);
            break;
        default:
            break;
    }
}

static void put_setting(FILE *out, const struct row *row, enum field field, bool units) {
    const struct board *board = row->machine->plan->board;
    const struct gpu *gpu = row->gpu;
    const char *unit = FIELDS[field].unit;
    enum job_state state = row->machine->job.state;
    switch (field) {
        case F_PSTATE:
            fprintf(out, "P%d", pstate(gpu, state));
            break;
        case F_LIMIT:
        case F_ENFORCED:
            put_number(out, gpu->power_limit, 2, unit, units);
            break;
        case F_DEFAULT_LIMIT:
            put_number(out, board->power_limit, 2, unit, units);
            break;
        case F_SM:
            put_number(out, 15 * round(gpu->clock / 15), 0, unit, units);
            break;
        case F_MEM_CLOCK:
            put_number(out, pstate(gpu, state) == 8 ? 405 : board->memory_clock, 0, unit, units);
            break;
        case F_SM_MAX:
            put_number(out, board->sm_max, 0, unit, units);
            break;
        case F_REASONS:
            fprintf(out, "0x%016X", (unsigned)gpu->reasons);
            break;
        case F_POWER_CAP:
            fputs(gpu->reasons & REASON_POWER ? "Active" : "Not Active", out);
            break;
        case F_SW_THERMAL:
            fputs(gpu->reasons & REASON_SW_THERMAL ? "Active" : "Not Active", out);
            break;
        case F_HW_THERMAL:
            fputs(gpu->reasons & REASON_HW_THERMAL ? "Active" : "Not Active", out);
            break;
        case F_GEN:
            fprintf(out, "%d", link_gen(row));
            break;
        case F_GEN_MAX:
            fprintf(out, "%d", board->pcie_gen);
            break;
        case F_WIDTH:
            fprintf(out, "%d", gpu->pcie_width);
            break;
        case F_WIDTH_MAX:
            fputs("16", out);
            break;
        case F_ECC:
            fputs(board->ecc ? "0" : "[N/A]", out);
            break;
        default:
            break;
    }
}

static void put_field(FILE *out, const struct row *row, enum field field, bool units) {
    if (row->gpu->lost && field != F_TIMESTAMP && field != F_INDEX && field != F_BUS && field != F_NAME &&
        field != F_UUID)
        fputs("[GPU is lost]", out);
    else if (field <= F_BUS)
        put_identity(out, row, field);
    else if (field >= F_UTIL && field <= F_POWER)
        put_load(out, row, field, units);
    else
        put_setting(out, row, field, units);
}

static void put_header(FILE *out, const struct capture *capture) {
    for (int i = 0; SETS[capture->fields][i] >= 0; i++) {
        int field = SETS[capture->fields][i];
        fprintf(out, "%s%s", i ? ", " : "",
                capture->old_names && FIELDS[field].old_name ? FIELDS[field].old_name : FIELDS[field].name);
        if (FIELDS[field].unit) fprintf(out, " [%s]", FIELDS[field].unit);
    }
    fputc('\n', out);
}

void log_nvidia(struct sampler *sampler, const struct machine *machine) {
    const struct capture *capture = sampler->capture;
    if (!sampler->begun && capture->header) put_header(sampler->file, capture);
    sampler->begun = true;
    for (int i = 0; i < machine->plan->gpu_count; i++) {
        struct row row = {machine, &machine->gpus[i], i, sampler, &sampler->noise};
        for (int f = 0; SETS[capture->fields][f] >= 0; f++) {
            if (f) fputs(", ", sampler->file);
            put_field(sampler->file, &row, (enum field)SETS[capture->fields][f], capture->units);
        }
        fputc('\n', sampler->file);
    }
    // The loop sleeps a full period after it has printed, so it falls behind a little.
    sampler->next += sampler->period + 0.0013 +
                     (noise_chance(&sampler->noise, 0.002) ? noise_between(&sampler->noise, 0.1, 1.2) : 0);
}

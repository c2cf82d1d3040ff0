// diagnosis.c: the vocabulary of the result, and its clocks applied.
#include "analyzer/diagnosis.h"

#include "core/lang.h"

static const struct {
    const char *id, *title;
} causes[CAUSE_COUNT_] = {
    [CAUSE_COMPUTE_BOUND] = {"compute-bound", N_("the GPU itself is the limit")},
    [CAUSE_STORAGE_READ] = {"storage-read", N_("the GPUs wait for reads from a local disk")},
    [CAUSE_STORAGE_WRITE] = {"storage-write", N_("checkpoint or log writes stall the run")},
    [CAUSE_DISK_FAILING] = {"disk-failing", N_("a disk is dying or getting worse")},
    [CAUSE_CPU_PREPROCESSING] = {"cpu-preprocessing", N_("the GPUs wait for the CPUs to prepare the input")},
    [CAUSE_INPUT_ELSEWHERE] = {"input-elsewhere", N_("the GPUs starve while local disks and CPUs are free")},
    [CAUSE_HOST_MEMORY] = {"host-memory", N_("the host is short of memory and swaps")},
    [CAUSE_GPU_THERMAL] = {"gpu-thermal", N_("GPU clocks are cut for heat")},
    [CAUSE_GPU_POWER_CAP] = {"gpu-power-cap", N_("GPU clocks are cut by the power limit")},
    [CAUSE_GPU_CLOCK_HELD] = {"gpu-clock-held", N_("GPU clocks are held low by a setting")},
    [CAUSE_PCIE_DEGRADED] = {"pcie-degraded", N_("the PCIe link is narrower or slower than it can be")},
    [CAUSE_GPU_STRAGGLER] = {"gpu-straggler", N_("one GPU holds the others back")},
    [CAUSE_COMMUNICATION_BOUND] = {"communication-bound", N_("the GPUs wait for each other")},
    [CAUSE_GPU_FAULT] = {"gpu-fault", N_("a GPU failed")},
    [CAUSE_GPU_MEMORY] = {"gpu-memory", N_("device memory ran out")},
    [CAUSE_EPOCH_GAP] = {"epoch-gap", N_("the run pauses regularly, at epoch ends")},
    [CAUSE_JOB_IDLE] = {"job-idle", N_("no job on the GPUs")},
    [CAUSE_UNKNOWN] = {"unknown", N_("slow, and these logs do not say why")},
    [CAUSE_NO_DATA] = {"no-data", N_("no GPU samples")},
};

const char *cause_id(enum cause cause) { return cause < CAUSE_COUNT_ ? causes[cause].id : "unknown"; }
const char *cause_title(enum cause cause) { return cause < CAUSE_COUNT_ ? tr(causes[cause].title) : ""; }

static const struct clock_segment *segment_at(const struct source_clock *clock, uint32_t line) {
    if (clock->segment_count == 0) return NULL;
    size_t i = 0;
    while (i + 1 < clock->segment_count && clock->segments[i + 1].line <= line) i++;
    return &clock->segments[i];
}

millis clock_to_run(const struct source_clock *clock, millis printed, uint32_t line) {
    if (!clock->placed || printed == MILLIS_NONE) return MILLIS_NONE;
    if (clock->source->clock == CLOCK_NONE)
        return (millis)(clock->untimed_start_ms + (double)printed * clock->untimed_step_ms);
    double offset = clock->offset_seconds * 1000;
    const struct clock_segment *segment = segment_at(clock, line);
    if (segment == NULL) return printed - (millis)offset;
    if (!segment->placed) return MILLIS_NONE;
    double drift = segment->drift_ppm * 1e-6 * (double)(printed - segment->printed);
    return printed - (millis)(offset + segment->offset_seconds * 1000 + drift);
}

const char *clock_method_name(enum clock_method method) {
    static const char *const names[] = {N_("stated"), N_("option"), N_("estimated"), N_("assumed")};
    return names[method];
}

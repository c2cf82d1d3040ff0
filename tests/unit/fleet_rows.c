#include "tests/unit/fleet_rows.h"

#include <math.h>

#include "analyzer/fleet.h"
#include "core/arena.h"

struct fleet_run *fleet_row(struct arena *arena, const char *run) {
    struct fleet_run *row = arena_alloc(arena, sizeof *row);
    *row = (struct fleet_run){.run = run, .digest = "", .reason = "", .report = "", .host = "", .zone = "UTC"};
    row->start = row->end = MILLIS_NONE;
    row->entity = row->sentence = row->next = row->settle = "";
    row->grade = 'A';
    row->confidence = 0.8;
    row->losses = arena_array(arena, CAUSE_COUNT_, sizeof *row->losses);
    row->findings = arena_array(arena, 4, sizeof *row->findings);
    row->gpus = arena_array(arena, 16, sizeof *row->gpus);
    row->disks = arena_array(arena, 4, sizeof *row->disks);
    row->traits = arena_array(arena, 8, sizeof *row->traits);
    return row;
}

void fleet_row_loses(struct arena *arena, struct fleet_run *row, int cause, double gpu_hours) {
    (void)arena;
    row->losses[row->loss_count++] =
        (struct fleet_loss){(enum cause)cause, gpu_hours, gpu_hours * 0.9, gpu_hours * 1.1};
    row->lost_total += gpu_hours;
    row->lost_low = row->lost_total * 0.9;
    row->lost_high = row->lost_total * 1.1;
}

static void put_devices(struct arena *arena, struct fleet_run *row, unsigned host, int hostile) {
    const char *disk = hostile ? "=cmd|' /C calc'!A0" : "sda";
    for (unsigned g = 0; g < 4; g++)
        row->gpus[row->gpus_count++] = (struct fleet_gpu){arena_printf(arena, "gpu%u", g), "NVIDIA A100",
                                                          arena_printf(arena, "GPU-%08x-%u", 0xabc000 + host, g),
                                                          row->gpu_hours / 4, fleet_rounded(row->lost_total / 4)};
    row->disks[row->disk_count++] =
        (struct fleet_disk){disk,
                            "Samsung SSD 870",
                            arena_printf(arena, "S6PNN%07u", 100 + host),
                            row->cause == CAUSE_STORAGE_READ ? row->losses[0].gpu_hours : 0,
                            host == 7 ? 3 : 0,
                            host == 7 ? "312 reallocated sectors, 40 more than before" : ""};
    if (row->cause == CAUSE_STORAGE_READ) row->entity = disk;
    if (row->cause == CAUSE_GPU_THERMAL) row->entity = "gpu2";
    if (row->cause == CAUSE_STORAGE_READ)
        row->findings[row->finding_count++] = (struct fleet_finding){
            row->cause, SEVERITY_WARNING, disk, 0.9, row->losses[0].gpu_hours, "the disk is slow"};
    row->traits[row->trait_count++] =
        (struct fleet_trait){"utilization.gpu", "", row->loss_count > 0 ? 35 : 96, UNIT_PERCENT};
    row->traits[row->trait_count++] =
        (struct fleet_trait){"r_await", "", row->cause == CAUSE_STORAGE_READ ? 80 : 2, UNIT_MS};
}

static void put_cause(struct arena *arena, struct fleet_run *row, size_t i, unsigned host) {
    double size = 1 + (double)(i * 37 % 100) / 50;
    row->cause = CAUSE_COMPUTE_BOUND;
    row->sentence = "the GPUs were busy";
    if (host == 3 && i % 5 != 0)
        row->cause = CAUSE_STORAGE_READ;
    else if (i % 11 == 0)
        row->cause = CAUSE_CPU_PREPROCESSING;
    else if (i % 17 == 0)
        row->cause = CAUSE_GPU_THERMAL;
    else if (i % 13 == 0)
        row->cause = CAUSE_UNKNOWN;
    if (row->cause == CAUSE_COMPUTE_BOUND) return;
    fleet_row_loses(arena, row, row->cause, fleet_rounded(size * (row->cause == CAUSE_STORAGE_READ ? 7 : 2) / 3));
    row->sentence = "the GPUs starved for a good part of the run";
    row->next =
        row->cause == CAUSE_STORAGE_READ ? "Put the decoded samples on a local NVMe disk." : "Look at the loader.";
    if (row->cause == CAUSE_UNKNOWN) row->settle = "iostat -x -t 5";
}

const struct fleet_run *const *fleet_rows(struct arena *arena, size_t count, int hostile) {
    const struct fleet_run **rows = arena_array(arena, count + 1, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        unsigned host = (unsigned)(i * 7 % 20);
        const char *name = hostile ? "=1+1 <b>|\"\xe4\xb8\xad\xe6\x96\x87\" \xff`[x](y)" : "run";
        struct fleet_run *row = fleet_row(arena, arena_printf(arena, "2026/%s-%04zu", name, i));
        rows[i] = row;
        row->digest = arena_printf(arena, "%064zx", i * 2654435761u);
        row->status = i % 40 == 39 ? FLEET_NOTHING + (enum fleet_status)(i / 40 % 4) : FLEET_ANALYSED;
        row->reason = row->status == FLEET_ANALYSED ? "" : "no file could be read";
        if (row->status != FLEET_ANALYSED) continue;
        row->host = hostile ? arena_printf(arena, "node<%02u>|\n=2", host) : arena_printf(arena, "node%02u", host);
        if (i % 29 != 0) row->start = 1767225600000 + (millis)i * 43200000;
        if (i % 29 != 0) row->end = row->start + 14400000;
        row->gpu_count = 4;
        row->gpu_hours = 16;
        row->idle_gpu_hours = 0.25;
        row->confidence = 0.5 + (double)(i * 31 % 50) / 100;
        put_cause(arena, row, i, host);
        put_devices(arena, row, host, hostile);
    }
    return rows;
}

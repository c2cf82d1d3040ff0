// storage-write: checkpoint or log writes stall the run.
//
// Proof (storage-causes.md 2.5, 2.6): bursts of writes keep a disk busy, and the GPUs stand still in those bursts
// and not outside. Writes under busy GPUs are the page cache's own business.
#include "analyzer/cause.h"
#include "core/lang.h"

static float *signal_of(const struct run *run, const struct disk *disk) {
    double queue = rules_get(run->rules, "storage.write_queue");
    double busy = rules_get(run->rules, "storage.busy_percent");
    float *active = active_none(run);
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(disk->write_queue[i]) && isnan(disk->util[i])) continue;
        bool writes = (double)disk->write_queue[i] >= queue && !((double)disk->util[i] < busy);
        active[i] = writes && !(disk->read_kb[i] > disk->write_kb[i]) ? 1 : 0;
    }
    return active;
}

// The burst's edges fall inside bins and reports: a bin next to an active one in which the GPUs stand still is part of
// it.
static void take_in_edges(const struct run *run, float *active) {
    for (size_t i = 0; i < run->bins; i++) {
        bool beside = (i > 0 && active[i - 1] == 1) || (i + 1 < run->bins && active[i + 1] == 1);
        if (active[i] == 0 && beside && run->starved[i] > 0.3F) active[i] = 0.6F;
    }
}

static size_t stalls_covered(const struct run *run, const float *active) {
    size_t covered = 0;
    for (size_t s = 0; s < run->stall_count; s++) {
        size_t first = run_bin(run, run->stalls[s].start);
        size_t last = run_bin(run, run->stalls[s].end);
        bool hit = false;
        for (size_t i = first; i <= last; i++) hit = hit || active[i] >= 0.5F;
        covered += hit;
    }
    return covered;
}

static void describe(struct run *run, struct claim *claim, const struct disk *disk) {
    double await = median_active(run, disk->write_await, claim->active);
    double rate = median_active(run, disk->write_kb, claim->active);
    double util = median_active(run, disk->util, claim->active);
    size_t covered = stalls_covered(run, claim->active);
    size_t named = 0;
    for (size_t s = 0; s < run->stall_count; s++) named += run->stalls[s].at_checkpoint;
    claim->sentence = arena_printf(
        run->arena, tr("The GPUs stand still while %s is written to (%s, w_await %s, %%util %.0f)."), disk->entity,
        unit_show(run->arena, rate, UNIT_KIB_PER_S), unit_show(run->arena, await, UNIT_MS), util);
    claim->stalls = arena_printf(run->arena, tr("the write stalls on %s"), disk->entity);
    claim->next =
        tr("Save checkpoints asynchronously (a copy in memory, written by another thread), less often, or to "
           "a faster disk.");
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("%zu of %zu stand-stills of the GPUs coincide with write bursts on %s"),
                                covered, run->stall_count, disk->entity),
                   (double)covered, (double)run->stall_count, UNIT_NONE, source_name(disk->source), "wkB/s");
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("in these bursts w_await is %s at %s"),
                                unit_show(run->arena, await, UNIT_MS), unit_show(run->arena, rate, UNIT_KIB_PER_S)),
                   await, rules_get(run->rules, "storage.await_wary_ms"), UNIT_MS, source_name(disk->source),
                   "w_await");
    if (named > 0) {
        claim_evidence(run, claim, 1,
                       arena_printf(run->arena, tr("the training log saves a checkpoint at %zu of them"), named),
                       (double)named, NAN, UNIT_NONE, "", "");
        claim->strength += 0.05;
    }
}

void judge_storage_write(struct run *run, struct claims *claims) {
    bool any = false;
    for (size_t d = 0; d < run->disk_count; d++) {
        const struct disk *disk = &run->disks[d];
        if (disk->class == DISK_MEMORY || disk->class == DISK_STACKED) continue;
        any = true;
        float *active = signal_of(run, disk);
        take_in_edges(run, active);
        struct claim *claim = claims_add(claims, CAUSE_STORAGE_WRITE, disk->entity, LOSS_STARVED);
        claim->disk = disk;
        claim->active = active;
        claim->value = grid_quantile(disk->write_queue, run->bins, 0.95);
        claim->threshold = rules_get(run->rules, "storage.write_queue");
        claim->unit = UNIT_REQUESTS;
        claim->test = arena_printf(run->arena, tr("writes in flight on %s (95th percentile) against GPU stand-stills"),
                                   disk->entity);
        claim->strength = 0.88;
        describe(run, claim, disk);
    }
    if (any) return;
    struct claim *claim = claims_add(claims, CAUSE_STORAGE_WRITE, "", LOSS_STARVED);
    claim->no_data = true;
    claim->test = tr("write bursts on local disks while the GPUs stand still");
    claim->settle = tr("iostat -xt 1, recorded on the node during the run");
}

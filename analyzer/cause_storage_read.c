// storage-read: the loader waits for reads from a local disk.
//
// Proof (storage-causes.md 2.1-2.4): while the GPUs starve, reads are in flight nearly all the time (%util) and
// at least one at any moment (read queue by Little's law). %util alone convicts nobody: a busy disk under a
// busy GPU loses no GPU time and fails the contrast of apportion.c.
#include <string.h>

#include "analyzer/cause.h"
#include "core/lang.h"

// Kernels 5.0 to 5.6 count %util wrongly: a long queue under a low %util is believed (iostat.md 6.7).
enum { QUEUE_OVERRULES = 5, UTIL_CONTRADICTED = 20 };

static bool reads_hold(const struct run *run, const struct disk *disk, size_t i) {
    double queue = (double)disk->read_queue[i];
    double busy = (double)disk->util[i];
    if (isnan(queue) || queue < rules_get(run->rules, "storage.read_queue")) return false;
    if (isnan(busy) || busy >= rules_get(run->rules, "storage.busy_percent")) return true;
    return queue >= QUEUE_OVERRULES && busy < UTIL_CONTRADICTED;
}

// Writes that outweigh the reads belong to storage-write.
static bool reads_dominate(const struct disk *disk, size_t i) {
    return !(disk->write_queue[i] > disk->read_queue[i] && disk->write_kb[i] > disk->read_kb[i]);
}

static float *signal_of(const struct run *run, const struct disk *disk) {
    float *active = active_none(run);
    for (size_t i = 0; i < run->bins; i++) {
        if (isnan(disk->util[i]) && isnan(disk->read_queue[i])) continue;
        active[i] = reads_hold(run, disk, i) && reads_dominate(disk, i) ? 1 : 0;
    }
    return active;
}

// A physical disk below carries the same requests as the dm or md device above it.
static bool shadowed(const struct run *run, const struct disk *disk, const float *active) {
    if (disk->class != DISK_STACKED) return false;
    for (size_t d = 0; d < run->disk_count; d++) {
        const struct disk *other = &run->disks[d];
        if (other == disk || other->class == DISK_STACKED || other->class == DISK_MEMORY) continue;
        size_t both = 0;
        size_t own = 0;
        for (size_t i = 0; i < run->bins; i++) {
            if (!(active[i] >= 0.5F)) continue;
            own++;
            both += reads_hold(run, other, i);
        }
        if (own > 0 && (double)both >= 0.8 * (double)own) return true;
    }
    return false;
}

static const char *class_name(enum disk_class class) {
    switch (class) {
        case DISK_HDD:
            return tr("spinning disk");
        case DISK_SSD:
            return tr("SATA flash disk");
        case DISK_NVME:
            return tr("NVMe disk");
        case DISK_STACKED:
            return tr("stacked device");
        default:
            return tr("disk");
    }
}

static double slow_await(const struct run *run, const struct disk *disk) {
    if (disk->class == DISK_NVME) return rules_get(run->rules, "storage.await_flash_ms") / 5;
    if (disk->class == DISK_SSD) return rules_get(run->rules, "storage.await_flash_ms");
    return rules_get(run->rules, "storage.await_wary_ms");
}

// Saturated, slow, small random, or too little parallelism: decides the advice.
static const char *pattern(struct run *run, const struct disk *disk, double await, double queue, double size,
                           const char **next) {
    if (size <= rules_get(run->rules, "storage.small_read_kb") && queue < 4) {
        *next =
            tr("Raise the number of loader workers and the prefetch depth, and pack small samples into larger "
               "files (tar shards, TFRecord, WebDataset) or copy them to memory.");
        return tr("small random reads with little parallelism");
    }
    if (size <= rules_get(run->rules, "storage.small_read_kb")) {
        *next =
            tr("Pack small samples into larger files (tar shards, TFRecord, WebDataset), or copy the data set to "
               "faster storage or memory.");
        return tr("many small random reads");
    }
    if (queue < 1.5) {
        *next =
            tr("Raise the number of loader workers and the prefetch depth: the disk answers one request at a time "
               "as fast as it can, and nobody asks for more.");
        return tr("too few reads in parallel");
    }
    *next =
        tr("Copy the data set to faster storage (local NVMe, memory), cache the decoded samples, and prefetch "
           "deeper; check the disk's health with smartctl -x.");
    return await >= slow_await(run, disk) ? tr("a long queue and slow answers") : tr("the disk at its limit");
}

static void describe(struct run *run, struct claim *claim, const struct disk *disk) {
    double await = median_active(run, disk->read_await, claim->active);
    double queue = median_active(run, disk->read_queue, claim->active);
    double util = median_active(run, disk->util, claim->active);
    double size = median_active(run, disk->read_size, claim->active);
    double rate = median_active(run, disk->read_kb, claim->active);
    const char *kind = pattern(run, disk, await, queue, size, &claim->next);
    claim->sentence = arena_printf(
        run->arena, tr("The GPUs wait for reads from %s (%s): r_await %s, %%util %.0f, %.1f reads in flight, %s; %s."),
        disk->entity, class_name(disk->class), unit_show(run->arena, await, UNIT_MS), util, queue,
        unit_show(run->arena, rate, UNIT_KIB_PER_S), kind);
    claim->stalls = arena_printf(run->arena, tr("the read stalls on %s"), disk->entity);
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("median r_await %s and %%util %.0f on %s while the GPUs starve"),
                                unit_show(run->arena, await, UNIT_MS), util, disk->entity),
                   await, slow_await(run, disk), UNIT_MS, source_name(disk->source), "r_await");
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("%.1f reads in flight on average (r/s x r_await), in requests of %s"),
                                queue, unit_show(run->arena, size, UNIT_KIB)),
                   queue, rules_get(run->rules, "storage.read_queue"), UNIT_REQUESTS, source_name(disk->source), "r/s");
}

#define AS_BUSY_WITHOUT 0.7

// Did the reads begin with the job? A disk that was as busy before it serves somebody else.
static void natural_experiment(struct run *run, struct claim *claim, const struct disk *disk) {
    double without = median_without_job(run, disk->read_kb);
    double with = median_active(run, disk->read_kb, claim->active);
    // Samples a minute apart are held over the edge of the job: they cannot tell before from after.
    if (isnan(without) || isnan(with) || disk->observed < 0.5) return;
    bool begins = without < 0.5 * with;
    claim_evidence(run, claim, begins ? 1 : -1,
                   arena_printf(run->arena,
                                begins ? tr("%s reads %s while the job works and %s without it")
                                       : tr("%s reads as much without the job (%s against %s with it)"),
                                disk->entity, unit_show(run->arena, begins ? with : without, UNIT_KIB_PER_S),
                                unit_show(run->arena, begins ? without : with, UNIT_KIB_PER_S)),
                   without, with, UNIT_KIB_PER_S, source_name(disk->source), "rkB/s");
    claim->strength += begins ? 0.03 : -0.30;
    claim->foreign = without >= AS_BUSY_WITHOUT * with;
}

// The page cache is an experiment of its own: a first epoch from the disk, later ones from memory. If the loss stays
// when the reads are gone, the disk did not make it.
static void cold_and_warm(struct run *run, struct claim *claim, const struct disk *disk) {
    double level = grid_quantile(disk->read_kb, run->bins, 0.9);
    double loss[2] = {0};
    size_t bins[2] = {0};
    size_t last_cold = 0;
    for (size_t i = 0; i < run->bins; i++)
        if ((double)disk->read_kb[i] >= 0.5 * level && run->active[i] > 0) last_cold = i;
    for (size_t i = 0; i < run->bins; i++) {
        if (!(run->active[i] > 0) || isnan(run->starved[i]) || isnan(disk->read_kb[i])) continue;
        bool cold = (double)disk->read_kb[i] >= 0.5 * level;
        bool warm = i > last_cold && (double)disk->read_kb[i] <= 0.2 * level;
        if (!cold && !warm) continue;
        loss[warm] += (double)run->starved[i];
        bins[warm]++;
    }
    size_t least = (size_t)ceil(300 / run->dt);
    if (!(level >= 1024) || bins[0] < least || bins[1] < least) return;
    double cold = 100 * loss[0] / (double)bins[0];
    double warm = 100 * loss[1] / (double)bins[1];
    bool refuted = cold >= 15 && warm > 0.7 * cold;
    if (cold < 15) return;
    claim_evidence(
        run, claim, refuted ? -1 : 1,
        arena_printf(run->arena,
                     refuted
                         ? tr("later the data comes from memory, and the GPUs lose as much (%.0f %%, %.0f %% before)")
                         : tr("later the data comes from memory, and the GPUs lose %.0f %% instead of %.0f %%"),
                     warm, cold),
        warm, cold, UNIT_PERCENT, source_name(disk->source), "rkB/s");
    claim->strength += refuted ? -0.4 : 0.05;
}

// Pages go in and out together: a disk that is written nearly as much as it is read, all the time, may be the swap.
#define AS_MUCH_WRITTEN 0.4

static bool may_be_swap(const struct run *run, const struct disk *disk, const float *active, double least) {
    double read = median_active(run, disk->read_kb, active);
    return read >= least && median_active(run, disk->write_kb, active) >= AS_MUCH_WRITTEN * read;
}

// A disk far from its limit gives way to another one that may be the swap: a host that swaps reads its files again.
static bool swap_elsewhere(const struct run *run, const struct claim *claim) {
    enum { SWAP_LEAST = 8192 };  // kB/s
    const struct disk *own = claim->disk;
    if (median_active(run, own->util, claim->active) >= 90 || median_active(run, own->read_queue, claim->active) >= 4)
        return false;
    for (size_t d = 0; d < run->disk_count; d++)
        if (&run->disks[d] != own && may_be_swap(run, &run->disks[d], claim->active, SWAP_LEAST)) return true;
    return false;
}

static void rule_out_swap(struct run *run, struct claim *claim, const struct disk *disk) {
    if (run->host.has_swap) return;
    if (swap_elsewhere(run, claim)) {
        claim->no_data = true;
        claim->settle = tr("vmstat -t 5, recorded on the node during the run");
        return;
    }
    if (!may_be_swap(run, disk, claim->active, 0)) return;
    double read = median_active(run, disk->read_kb, claim->active);
    double written = median_active(run, disk->write_kb, claim->active);
    claim->no_data = true;
    claim->settle = tr("vmstat -t 5, recorded on the node during the run");
    claim->test = arena_printf(
        run->arena,
        tr("reads in flight on %s while the GPUs starve; it is written as much as read (%s, %s), "
           "which may be swapping"),
        disk->entity, unit_show(run->arena, written, UNIT_KIB_PER_S), unit_show(run->arena, read, UNIT_KIB_PER_S));
}

static double strength_of(const struct run *run, const struct disk *disk, const float *active) {
    double util = median_active(run, disk->util, active);
    double queue = median_active(run, disk->read_queue, active);
    double await = median_active(run, disk->read_await, active);
    double strength = 0.80;
    if (util >= 90 || queue >= 4) strength += 0.06;
    if (await >= slow_await(run, disk)) strength += 0.06;
    if (await >= rules_get(run->rules, "storage.await_ms")) strength += 0.02;
    return strength;
}

void judge_storage_read(struct run *run, struct claims *claims) {
    bool any = false;
    for (size_t d = 0; d < run->disk_count; d++) {
        const struct disk *disk = &run->disks[d];
        if (disk->class == DISK_MEMORY) continue;
        any = true;
        float *active = signal_of(run, disk);
        if (shadowed(run, disk, active)) continue;
        struct claim *claim = claims_add(claims, CAUSE_STORAGE_READ, disk->entity, LOSS_STARVED);
        claim->disk = disk;
        claim->active = active;
        claim->value = median_where(run, disk->read_queue, run->starved, LOSS_NOTABLE, true);
        claim->threshold = rules_get(run->rules, "storage.read_queue");
        claim->unit = UNIT_REQUESTS;
        claim->test = arena_printf(run->arena, tr("reads in flight on %s while the GPUs starve"), disk->entity);
        claim->strength = strength_of(run, disk, active);
        describe(run, claim, disk);
        natural_experiment(run, claim, disk);
        cold_and_warm(run, claim, disk);
        claim_step_times(run, claim);
        rule_out_swap(run, claim, disk);
    }
    if (any) return;
    struct claim *claim = claims_add(claims, CAUSE_STORAGE_READ, "", LOSS_STARVED);
    claim->no_data = true;
    claim->test = tr("reads in flight on local disks while the GPUs starve");
    claim->settle = tr("iostat -xt 1, recorded on the node during the run");
}

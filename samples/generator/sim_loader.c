// sim_loader.c: what reads and decodes the samples: workers, page cache, disk or network, swap.
#include <math.h>

#include "samples/generator/machine.h"

// The share of reads that the page cache does not have. The first epoch reads everything.
static double miss_share(const struct machine *machine) {
    const struct plan *plan = machine->plan;
    if (machine->job.epoch == 0 || plan->dataset_gib <= 0) return 1;
    return plan->dataset_gib <= plan->cache_gib ? 0.01 : 1 - 0.9 * plan->cache_gib / plan->dataset_gib;
}

static double sick_ms(const struct machine *machine) {
    return spell_holds(machine->plan->sick_disk, machine->now) ? machine->plan->sick_ms : 0;
}

static double cores_free(const struct machine *machine) {
    const struct plan *plan = machine->plan;
    double taken = spell_holds(plan->foreign_cpu, machine->now) ? plan->foreign_cores : 0;
    return fmax(0.5, plan->cores - 0.5 * plan->gpu_count - taken);
}

// Samples/s out of local files; sets what limits it and how many workers wait for reads.
static double from_disk(struct machine *machine, double wanted, double *blocked) {
    const struct plan *plan = machine->plan;
    struct disk *disk = &machine->disks[plan->data_disk];
    double requests = plan->sample_kib / plan->read_kib * miss_share(machine), decode = plan->decode_ms / 1000;
    double service, ceiling, latency, crews = fmin(plan->workers, cores_free(machine));
    disk_limits(disk, plan->read_kib, sick_ms(machine), &service, &ceiling);
    double reading = requests * service / 1000 / plan->readahead;
    double by_workers = fmin(plan->workers / (decode + reading), crews / decode);
    double by_disk = requests > 0 ? ceiling / requests : 1e9;
    double rate = fmin(wanted, fmin(by_workers, by_disk));
    machine->job.starved_by = by_disk < by_workers || reading > decode ? TRUTH_STORAGE_READ : TRUTH_CPU;
    // The workers that do not decode have their reads in flight, all of them where the disk is the limit.
    double streams = plan->readahead * fmax(0.3, plan->workers - fmin(rate, by_workers) * decode);
    double served =
        disk_serve(disk, &machine->noise, TICK, streams, rate * requests, plan->read_kib, sick_ms(machine), &latency);
    if (requests > 0.02) rate = fmin(rate, served / requests);
    *blocked = fmin(plan->workers, rate * requests * latency / 1000 / plan->readahead);
    return rate;
}

static double from_network(struct machine *machine, double wanted, double *blocked) {
    const struct plan *plan = machine->plan;
    double slow = spell_holds(plan->slow_network, machine->now) ? plan->slow_network_factor : 1;
    double by_network = plan->network_samples / slow * noise_factor(&machine->noise, plan->network_sigma);
    double by_cpu = fmin(plan->workers, cores_free(machine)) / (plan->decode_ms / 1000);
    machine->job.starved_by = by_network < by_cpu ? TRUTH_ELSEWHERE : TRUTH_CPU;
    double rate = fmin(wanted, fmin(by_network, by_cpu));
    machine->host.network_kib += rate * plan->sample_kib * TICK * miss_share(machine);
    *blocked = rate >= by_network * 0.98 ? plan->workers * 0.8 : 0;
    return rate;
}

// While the host swaps, the workers' own pages come from the swap area first.
static double swapped(struct machine *machine, double rate) {
    const struct plan *plan = machine->plan;
    if (!spell_holds(plan->swapping, machine->now)) return rate;
    struct disk *disk = &machine->disks[plan->system_disk];
    double latency, streams = 12, kib = 14, limit = disk->class == DISK_HDD ? 200 : 4500;
    double wanted = limit * noise_factor(&machine->noise, 0.35);
    double reads = disk_serve(disk, &machine->noise, TICK, streams, wanted, kib, 0, &latency);
    machine->host.swap_in_kib += reads * kib * TICK;
    machine->host.swap_out_kib += reads * kib * TICK * 0.8;
    disk->dirty_mib += reads * kib * TICK * 0.8 / 1024;
    machine->host.swapped_mib = fmin(60000, machine->host.swapped_mib + 9 * TICK);
    machine->job.starved_by = TRUTH_HOST_MEMORY;
    return fmin(rate, plan->workers / (plan->decode_ms / 1000) * 0.12);
}

void loader_tick(struct machine *machine) {
    const struct plan *plan = machine->plan;
    struct job *job = &machine->job;
    job->produced = 0;
    job->blocked = 0;
    if (job->state == JOB_ABSENT || job->state == JOB_DEAD || job->state == JOB_LOADING) return;
    if (job->state == JOB_GAP) return;
    double room = (double)plan->prefetch * plan->batch * plan->gpu_count - job->queue;
    double wanted = fmax(0, room / TICK);
    double rate =
        plan->network_source ? from_network(machine, wanted, &job->blocked) : from_disk(machine, wanted, &job->blocked);
    rate = swapped(machine, rate);
    job->produced = rate;
    job->queue += rate * TICK;
}

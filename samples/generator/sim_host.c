// sim_host.c: processor time, memory, and the tick of the whole machine.
#include <math.h>
#include <string.h>

#include "samples/generator/machine.h"

bool spell_holds(struct spell spell, double now) { return now >= spell.from && now < spell.to; }

static void add_load(double *load, int cores, int core, double amount) {
    // What does not fit on one core runs on the next.
    for (int i = 0; i < cores && amount > 1e-9; i++) {
        double take = fmin(amount, 0.995 - load[(core + i) % cores]);
        if (take <= 0) continue;
        load[(core + i) % cores] += take;
        amount -= take;
    }
}

static void place_work(struct machine *machine, double *load) {
    const struct plan *plan = machine->plan;
    struct job *job = &machine->job;
    bool alive = job->state != JOB_ABSENT && job->state != JOB_DEAD;
    int drift = (int)(machine->now / 61) * 5;  // the scheduler moves processes now and then
    double decoding = job->produced * plan->decode_ms / 1000;
    for (int w = 0; w < plan->workers && decoding > 0; w++)
        add_load(load, plan->cores, (w * 3 + drift + 2) % plan->cores, decoding / plan->workers);
    for (int g = 0; alive && g < plan->gpu_count; g++)
        add_load(load, plan->cores, (g * 7 + drift + 1) % plan->cores,
                 job->state == JOB_LOADING ? 0.9 : 0.05 + 0.3 * machine->gpus[g].busy);
    if (spell_holds(plan->foreign_cpu, machine->now))
        for (int c = 0; c < (int)plan->foreign_cores; c++) add_load(load, plan->cores, c, 0.97);
}

static void count_memory(struct machine *machine) {
    const struct plan *plan = machine->plan;
    struct host *host = &machine->host;
    double total = plan->memory_gib * 1024,
           job = machine->job.state == JOB_ABSENT || machine->job.state == JOB_DEAD ? 0 : 9000 + 700.0 * plan->workers;
    double cache_most = fmin(plan->cache_gib * 1024, total - job - 3000);
    host->cache_mib = fmin(fmax(500, cache_most), host->cache_mib + machine->job.produced * plan->sample_kib / 1024 *
                                                                        TICK * (machine->job.epoch == 0));
    if (spell_holds(plan->swapping, machine->now))
        host->cache_mib = fmax(900, host->cache_mib - 400 * TICK), job = total - host->cache_mib - 420;
    host->free_mib = fmax(310, total - job - host->cache_mib - host->buffer_mib - 1500);
}

void host_tick(struct machine *machine) {
    const struct plan *plan = machine->plan;
    struct host *host = &machine->host;
    double load[CORES_MOST] = {0};
    place_work(machine, load);
    double blocked = machine->job.blocked + (spell_holds(plan->swapping, machine->now) ? 8 : 0);
    if (machine->job.state == JOB_CHECKPOINT) blocked += 1.5;
    double waits = blocked;
    host->runnable = 0;
    for (int c = 0; c < plan->cores; c++) {
        double user = fmin(0.995, fmax(0, load[c] * noise_factor(&machine->noise, 0.04) + 0.004)),
               system = 0.002 + 0.05 * user;
        if (user + system > 1) system = 1 - user;
        double idle = 1 - user - system, wait = fmin(idle, fmin(1, waits) * idle);
        waits = fmax(0, waits - 1);
        host->cores[c].user += user * TICK;
        host->cores[c].system += system * TICK;
        host->cores[c].iowait += wait * TICK;
        host->cores[c].idle += (idle - wait) * TICK;
        host->runnable += user + system;
    }
    host->blocked = blocked;
    host->interrupts += TICK * (400 + 120 * host->runnable + machine->job.produced * 3);
    host->switches += TICK * (700 + 260 * host->runnable + machine->job.produced * 8);
    count_memory(machine);
}

static void init_gpus(struct machine *machine) {
    const struct plan *plan = machine->plan;
    for (int i = 0; i < plan->gpu_count; i++) {
        struct gpu *gpu = &machine->gpus[i];
        // Fans hold a busy GPU between 60 and 75 °C.
        gpu->ambient = noise_between(&machine->noise, 24, 29);
        gpu->cooling = noise_between(&machine->noise, 36, 45) / plan->board->power_limit;
        gpu->efficiency = noise_factor(&machine->noise, 0.02);
        gpu->power_limit = plan->board->power_limit;
        gpu->pcie_gen = plan->board->pcie_gen;
        gpu->pcie_width = 16;
        gpu->temperature = gpu->ambient + gpu->cooling * plan->board->power_idle;
        gpu->power = gpu->power_average = plan->board->power_idle;
        gpu->clock = 210;
        gpu->thermal_ceiling = plan->board->sm_boost;
        gpu->memory_mib = plan->board->reserved_mib;
        gpu->reasons = REASON_IDLE;
    }
}

// A machine that has been up for weeks has history in its counters.
static void init_history(struct machine *machine) {
    const struct plan *plan = machine->plan;
    double uptime = noise_between(&machine->noise, 3e5, 5e6);
    for (int c = 0; c < plan->cores; c++) {
        double user = uptime * noise_between(&machine->noise, 0.05, 0.15);
        machine->host.cores[c] =
            (struct core_times){user, user * 0.1, uptime * 0.008, uptime - user * 1.1 - uptime * 0.008};
    }
    for (int d = 0; d < plan->disk_count; d++) {
        struct disk_counters *past = &machine->disks[d].counters;
        double reads = uptime * noise_between(&machine->noise, 2, 40), ms = machine->disks[d].read_ms;
        *past = (struct disk_counters){reads,        reads * 60,   reads * 0.03,     reads * ms * 1.6,
                                       uptime * 5,   uptime * 90,  uptime * 4,       uptime * 3,
                                       uptime * 0.2, uptime * 0.1, reads * ms * 0.7, reads * ms * 1.6 + uptime * 3};
    }
    machine->host.interrupts = uptime * 1500;
    machine->host.switches = uptime * 2600;
    machine->host.buffer_mib = 300;
    machine->host.cache_mib = 4000;
}

void machine_init(struct machine *machine, const struct plan *plan, struct ledger *ledger) {
    memset(machine, 0, sizeof *machine);
    machine->plan = plan;
    machine->ledger = ledger;
    machine->noise = noise_new(plan->seed, plan->scenario);
    machine->job.loss_value = 4.6;
    init_gpus(machine);
}

void machine_begin(struct machine *machine) {
    init_history(machine);
    count_memory(machine);
    for (int d = 0; d < machine->plan->disk_count; d++) machine->disks[d].boot = machine->disks[d].counters;
}

static void tick_gpu_memory(struct machine *machine) {
    const struct plan *plan = machine->plan;
    const struct job *job = &machine->job;
    bool alive = job->state != JOB_ABSENT && job->state != JOB_DEAD;
    for (int i = 0; i < plan->gpu_count; i++) {
        struct gpu *gpu = &machine->gpus[i];
        double full = plan->board->memory_mib * plan->memory_share + 64 * i,
               target = alive ? full : plan->board->reserved_mib;
        if (job->state == JOB_LOADING) target = full * 0.2;
        if (plan->oom_at > 0 && alive)
            target += plan->board->memory_mib * (0.985 - plan->memory_share) * fmin(1, machine->now / plan->oom_at);
        gpu->memory_mib +=
            (fmin(target, plan->board->memory_mib - 60) - gpu->memory_mib) * fmin(1, TICK / (alive ? 1.5 : 0.3));
    }
}

static void tick_loader(struct machine *machine) {
    const struct plan *plan = machine->plan;
    if (plan->disk_count > 0) {
        struct disk *disk = &machine->disks[plan->foreign_disk];
        bool foreign = spell_holds(plan->foreign_read, machine->now);
        disk->foreign_reads = foreign ? plan->foreign_rate : 0;
        disk->foreign_kib = plan->foreign_kib;
    }
    loader_tick(machine);
    job_begin(machine);
}

static void tick_devices(struct machine *machine) {
    const struct plan *plan = machine->plan;
    for (int i = 0; i < plan->gpu_count; i++) gpu_tick(machine, &machine->gpus[i]);
    for (int d = 0; d < plan->disk_count; d++) disk_background(&machine->disks[d], &machine->noise, TICK);
    tick_gpu_memory(machine);
    host_tick(machine);
    machine->now += TICK;
}

// The one that the others wait for: that has not arrived, else that arrived last.
static const struct machine *last_of(const struct machine *machines, int count, bool *all) {
    const struct machine *last = &machines[0];
    *all = true;
    for (int i = 0; i < count; i++) {
        bool there = job_at_barrier(&machines[i]);
        if (!there && *all) last = &machines[i];
        if (there && *all && machines[i].left < last->left) last = &machines[i];
        *all = *all && there;
    }
    return last;
}

// Machines of a synchronous job pass their barriers together.
static void tick_jobs(struct machine *machines, int count) {
    for (int guard = 0; guard < 1000; guard++) {
        for (int i = 0; i < count; i++) job_advance(&machines[i]);
        bool all;
        const struct machine *last = last_of(machines, count, &all);
        enum truth blame = last->blame;
        double until = all ? last->left : 0;
        for (int i = 0; i < count; i++)
            if (job_at_barrier(&machines[i])) job_wait(&machines[i], machines[i].left - until, blame);
        for (int i = 0; all && i < count; i++) job_pass(&machines[i]);
        if (!all || until <= 1e-9) return;
    }
}

void machines_tick(struct machine *machines, int count) {
    for (int i = 0; i < count; i++) tick_loader(&machines[i]);
    tick_jobs(machines, count);
    for (int i = 0; i < count; i++) tick_devices(&machines[i]);
}

// sim_job.c: the training loop: steps, collectives, checkpoints, epochs, and what every lost moment was lost to.
#include <math.h>

#include "samples/generator/machine.h"

static void tell(struct machine *machine, enum happening what) {
    if (machine->listener.happened) machine->listener.happened(machine->listener.state, machine, what);
}

static double pcie_mib_s(int gen, int width) { return 985.0 * pow(2, gen - 3) * width * 0.8; }

static double healthy_transfer(const struct plan *plan) {
    return plan->transfer_mib / pcie_mib_s(plan->board->pcie_gen, 16);
}

static double transfer_seconds(const struct plan *plan, const struct gpu *gpu) {
    return plan->transfer_mib / pcie_mib_s(gpu->pcie_gen, gpu->pcie_width);
}

static enum truth clock_cause(const struct plan *plan, const struct gpu *gpu) {
    if (gpu->reasons & (REASON_SW_THERMAL | REASON_HW_THERMAL)) return TRUTH_THERMAL;
    if (gpu->held_mhz > 0 && gpu->clock <= gpu->held_mhz + 16)
        return plan->gpu_count > 1 ? TRUTH_NONE : TRUTH_CLOCK_HELD;
    if (gpu->power_limit < plan->board->power_limit - 1 && gpu->reasons & REASON_POWER) return TRUTH_POWER_CAP;
    return TRUTH_NONE;
}

// One GPU held below the others is a straggler; all held is a setting.
static enum truth held_cause(const struct machine *machine) {
    int held = 0;
    for (int i = 0; i < machine->plan->gpu_count; i++) held += machine->gpus[i].held_mhz > 0;
    return held == machine->plan->gpu_count ? TRUTH_CLOCK_HELD : TRUTH_STRAGGLER;
}

static enum truth slow_cause(const struct machine *machine, const struct gpu *gpu) {
    enum truth cause = clock_cause(machine->plan, gpu);
    if (machine->plan->holds_back && cause != TRUTH_NONE) return TRUTH_STRAGGLER;
    if (cause == TRUTH_NONE && gpu->held_mhz > 0 && gpu->clock <= gpu->held_mhz + 16) return held_cause(machine);
    return cause;
}

static double slowness(const struct machine *machine, const struct gpu *gpu) {
    double reference = gpu_reference_clock(machine->plan, gpu);
    return fmax(1, reference / fmax(gpu->clock, 100));
}

static void lose(struct machine *machine, enum truth cause, double gpu_seconds) {
    ledger_lose(machine->ledger, machine->now, cause, gpu_seconds);
}

static void lose_all(struct machine *machine, enum truth cause, double seconds) {
    lose(machine, cause, seconds * machine->plan->gpu_count);
}

static void use(struct gpu *gpu, double seconds, double busy, double activity) {
    gpu->busy += busy * seconds / TICK;
    gpu->activity += activity * seconds / TICK;
}

static void begin_step(struct machine *machine) {
    const struct plan *plan = machine->plan;
    struct job *job = &machine->job;
    job->queue -= (double)plan->batch * plan->gpu_count;
    job->state = JOB_STEP;
    double common = noise_factor(&machine->noise, plan->jitter) * (job->validating ? 0.45 : 1);
    for (int i = 0; i < plan->gpu_count; i++) {
        struct gpu *gpu = &machine->gpus[i];
        gpu->transfer_left = transfer_seconds(plan, gpu);
        gpu->compute_left = plan->compute_s * common * noise_factor(&machine->noise, plan->jitter / 4);
    }
}

static void absent(struct machine *machine, double left) {
    machine->ledger->idle += left * machine->plan->gpu_count;
    int bin = (int)(machine->now / LEDGER_BIN);
    if (bin < machine->ledger->bins) machine->ledger->bin_idle[bin] += left * machine->plan->gpu_count;
}

static void begin_job(struct machine *machine) {
    machine->job.state = JOB_LOADING;
    machine->job.state_left = machine->plan->load_seconds;
    tell(machine, HAPPENED_START);
}

static void end_epoch(struct machine *machine) {
    const struct plan *plan = machine->plan;
    struct job *job = &machine->job;
    job->epoch_step = 0;
    tell(machine, HAPPENED_EPOCH);
    job->epoch++;
    if (plan->epoch_gap_s <= 0) return;
    job->state = JOB_GAP;
    job->state_left = plan->epoch_gap_s * noise_factor(&machine->noise, 0.12);
    job->queue = 0;  // the workers are started anew
}

static void begin_checkpoint(struct machine *machine) {
    const struct plan *plan = machine->plan;
    machine->disks[plan->checkpoint_disk].dirty_mib += plan->checkpoint_gib * 1024;
    machine->checkpoint_began = machine->now;
    tell(machine, HAPPENED_CHECKPOINT);
    if (!plan->checkpoint_async) machine->job.state = JOB_CHECKPOINT;
}

static void end_step(struct machine *machine) {
    const struct plan *plan = machine->plan;
    struct job *job = &machine->job;
    job->state = JOB_WAITING;
    job->step_seconds = machine->now - job->step_began;
    job->step_began = machine->now;
    if (job->validating) {
        if (--job->validation_left > 0) return;
        job->validating = false;
        tell(machine, HAPPENED_VALIDATION);
        end_epoch(machine);
        return;
    }
    job->step++;
    job->epoch_step++;
    tell(machine, HAPPENED_STEP);
    if (plan->checkpoint_steps > 0 && job->step % plan->checkpoint_steps == 0) begin_checkpoint(machine);
    if (plan->epoch_steps <= 0 || job->epoch_step < plan->epoch_steps) return;
    job->validating = plan->validation_steps > 0;
    job->validation_left = plan->validation_steps;
    if (!job->validating) end_epoch(machine);
}

// The slowest of the GPUs, and what makes it slow.
static enum truth waiting_cause(const struct machine *machine) {
    const struct gpu *last = &machine->gpus[0];
    double longest = -1;
    for (int i = 0; i < machine->plan->gpu_count; i++) {
        const struct gpu *gpu = &machine->gpus[i];
        double left = gpu->transfer_left + gpu->compute_left * slowness(machine, gpu);
        if (left > longest) longest = left, last = gpu;
    }
    if (last->transfer_left > 0) return TRUTH_PCIE;
    enum truth cause = slow_cause(machine, last);
    return cause;
}

// Advances all GPUs of a step by at most `left`; returns the time used.
static double run_step(struct machine *machine, double left) {
    const struct plan *plan = machine->plan;
    double slice = left;
    bool working = false;
    for (int i = 0; i < plan->gpu_count; i++) {
        struct gpu *gpu = &machine->gpus[i];
        double next = gpu->transfer_left > 0 ? gpu->transfer_left : gpu->compute_left * slowness(machine, gpu);
        if (next > 1e-9) working = true, slice = fmin(slice, next);
    }
    if (!working) {
        machine->job.state = JOB_ARRIVED;
        if (!plan->synchronous) job_pass(machine);
        return 0;
    }
    enum truth behind = waiting_cause(machine);
    if (behind != TRUTH_NONE) machine->blame = behind;
    for (int i = 0; i < plan->gpu_count; i++) {
        struct gpu *gpu = &machine->gpus[i];
        if (gpu->transfer_left > 0) {
            double whole = transfer_seconds(plan, gpu);
            lose(machine, TRUTH_PCIE, slice * fmax(0, 1 - healthy_transfer(plan) / whole));
            use(gpu, slice, 0, 0.12);
            gpu->transfer_left = fmax(0, gpu->transfer_left - slice);
        } else if (gpu->compute_left > 1e-9) {
            double slow = slowness(machine, gpu);
            lose(machine, slow_cause(machine, gpu), slice * (1 - 1 / slow));
            use(gpu, slice, 1, 1);
            gpu->compute_left = fmax(0, gpu->compute_left - slice / slow);
        } else {
            lose(machine, behind, slice);
            use(gpu, slice, 1, plan->spin_activity);
        }
    }
    return slice;
}

static double run_comm(struct machine *machine, double left) {
    const struct plan *plan = machine->plan;
    struct job *job = &machine->job;
    double slice = fmin(left, job->state_left), whole = plan->comm_s + plan->comm_excess_s;
    if (slice > 0 && whole > 0) lose_all(machine, TRUTH_COMMUNICATION, slice * plan->comm_excess_s / whole);
    for (int i = 0; i < plan->gpu_count; i++) use(&machine->gpus[i], slice, 1, plan->spin_activity);
    job->state_left -= slice;
    if (job->state_left <= 1e-9) end_step(machine);
    return slice;
}

static double run_wait(struct machine *machine, double left) {
    const struct plan *plan = machine->plan;
    struct job *job = &machine->job;
    if (spell_holds(plan->stall, machine->now)) {
        lose_all(machine, TRUTH_NONE, left);
        return left;
    }
    if (job->queue >= (double)plan->batch * plan->gpu_count) {
        job->state = JOB_READY;
        if (!plan->synchronous || !plan->host_barrier) job_pass(machine);
        return 0;
    }
    lose_all(machine, job->starved_by, left);
    machine->blame = job->starved_by;
    return left;
}

static double run_pause(struct machine *machine, double left) {
    struct job *job = &machine->job;
    if (job->state == JOB_CHECKPOINT) {
        lose_all(machine, TRUTH_STORAGE_WRITE, left);
        machine->blame = TRUTH_STORAGE_WRITE;
        if (machine->disks[machine->plan->checkpoint_disk].dirty_mib <= 0) {
            tell(machine, HAPPENED_CHECKPOINT_END);
            job->state = JOB_WAITING;
            job->step_began = machine->now;
        }
        return left;
    }
    if (job->state == JOB_GAP)
        lose_all(machine, TRUTH_EPOCH_GAP, left);
    else
        absent(machine, left);
    job->state_left -= left;
    if (job->state_left <= 0) {
        job->state = JOB_WAITING;
        job->step_began = machine->now;
    }
    return left;
}

static void end_job(struct machine *machine, enum happening what) {
    machine->job.state = JOB_DEAD;
    tell(machine, what);
}

static void check_life(struct machine *machine) {
    const struct plan *plan = machine->plan;
    struct job *job = &machine->job;
    double now = machine->now;
    if (job->state == JOB_ABSENT && now >= plan->job_from) begin_job(machine);
    if (job->state == JOB_ABSENT || job->state == JOB_DEAD) return;
    if (plan->xid_at > 0 && now >= plan->xid_at) {
        machine->gpus[plan->fault_gpu].lost = plan->xid == 79;
        end_job(machine, HAPPENED_FAULT);
    } else if (plan->oom_at > 0 && now >= plan->oom_at) {
        end_job(machine, HAPPENED_OOM);
    } else if (now >= plan->job_to) {
        end_job(machine, HAPPENED_END);
    }
}

static void dead(struct machine *machine, double left) {
    const struct plan *plan = machine->plan;
    if (plan->xid_at > 0)
        lose_all(machine, TRUTH_FAULT, left);
    else if (plan->oom_at > 0)
        lose_all(machine, TRUTH_GPU_MEMORY, left);
    else
        absent(machine, left);
}

bool job_at_barrier(const struct machine *machine) {
    return machine->job.state == JOB_READY || machine->job.state == JOB_ARRIVED;
}

// Before a step the processes wait on their hosts; in a collective the GPUs spin.
void job_wait(struct machine *machine, double seconds, enum truth cause) {
    if (seconds <= 0) return;
    bool spin = machine->job.state == JOB_ARRIVED;
    lose_all(machine, cause, seconds);
    for (int i = 0; spin && i < machine->plan->gpu_count; i++)
        use(&machine->gpus[i], seconds, 1, machine->plan->spin_activity);
    machine->left -= seconds;
}

void job_pass(struct machine *machine) {
    const struct plan *plan = machine->plan;
    struct job *job = &machine->job;
    if (job->state == JOB_READY) {
        begin_step(machine);
        return;
    }
    machine->blame = TRUTH_NONE;
    job->state = JOB_COMM;
    job->state_left = plan->comm_s + plan->comm_excess_s * noise_factor(&machine->noise, 0.15);
    if (job->validating) job->state_left = 0;
}

void job_begin(struct machine *machine) {
    check_life(machine);
    for (int i = 0; i < machine->plan->gpu_count; i++) machine->gpus[i].busy = machine->gpus[i].activity = 0;
    machine->left = TICK;
}

void job_advance(struct machine *machine) {
    struct job *job = &machine->job;
    for (int guard = 0; machine->left > 1e-9 && guard < 1000 && !job_at_barrier(machine); guard++) {
        double left = machine->left;
        switch (job->state) {
            case JOB_ABSENT:
                absent(machine, left);
                machine->left = 0;
                break;
            case JOB_DEAD:
                dead(machine, left);
                machine->left = 0;
                break;
            case JOB_WAITING:
                machine->left -= run_wait(machine, left);
                break;
            case JOB_STEP:
                machine->left -= run_step(machine, left);
                break;
            case JOB_COMM:
                machine->left -= run_comm(machine, left);
                break;
            case JOB_LOADING:
            case JOB_CHECKPOINT:
            case JOB_GAP:
                machine->left -= run_pause(machine, left);
                break;
            case JOB_READY:
            case JOB_ARRIVED:
                break;
        }
    }
}

// sim_gpu.c: clocks, heat and power of a GPU, and why its clock is not higher.
#include <math.h>
#include <string.h>

#include "samples/generator/machine.h"

const struct board boards[] = {
    {"Tesla V100-SXM2-16GB", 16160, 3, 300, 150, 42, 1530, 1530, 877, 87, 90, 3, true},
    {"NVIDIA A100-SXM4-40GB", 40960, 3, 400, 100, 52, 1410, 1410, 1215, 85, 92, 4, true},
    {"NVIDIA A100 80GB PCIe", 81920, 546, 300, 150, 46, 1410, 1410, 1512, 85, 92, 4, true},
    {"NVIDIA H100 80GB HBM3", 81559, 551, 700, 200, 70, 1980, 1980, 2619, 86, 90, 5, true},
    {"NVIDIA GeForce RTX 3090", 24576, 11, 350, 100, 24, 2100, 1905, 9501, 83, 95, 4, false},
    {"NVIDIA RTX A6000", 49140, 5, 300, 100, 22, 2100, 1860, 7600, 88, 93, 4, false},
    {"Tesla T4", 15109, 3, 70, 60, 10, 1590, 1590, 5000, 84, 93, 3, true},
};
const int board_count = (int)(sizeof boards / sizeof boards[0]);

enum { IDLE_CLOCK = 210 };
static const double POWER_EXPONENT = 2.4;

static double full_power(const struct plan *plan, const struct gpu *gpu, double clock) {
    const struct board *board = plan->board;
    double dynamic = (board->power_limit * 1.12 - board->power_idle) * plan->intensity * gpu->efficiency;
    return dynamic * pow(clock / board->sm_boost, POWER_EXPONENT);
}

// The clock that this GPU would hold in this job with its factory limit and working fans.
double gpu_reference_clock(const struct plan *plan, const struct gpu *gpu) {
    const struct board *board = plan->board;
    double room = board->power_limit - board->power_idle;
    double full = full_power(plan, gpu, board->sm_boost);
    return full <= room ? board->sm_boost : board->sm_boost * pow(room / full, 1 / POWER_EXPONENT);
}

static void settle_power_and_heat(struct machine *machine, struct gpu *gpu) {
    const struct plan *plan = machine->plan;
    bool hot = plan->hot_only == 0 || gpu == &machine->gpus[plan->hot_only - 1];
    double cooling = gpu->cooling * (hot && spell_holds(plan->hot, machine->now) ? plan->hot_factor : 1);
    gpu->power = plan->board->power_idle + full_power(plan, gpu, gpu->clock) * gpu->activity;
    if (gpu->activity <= 0 && gpu->memory_mib > plan->board->reserved_mib + 1)
        gpu->power += plan->board->power_idle * 0.35;
    gpu->power_average += (gpu->power - gpu->power_average) * TICK / 0.8;
    gpu->heat_target = gpu->ambient + cooling * gpu->power_average;
    gpu->temperature += (gpu->heat_target - gpu->temperature) * TICK / 45;
}

// What the power limit allows at the present activity.
static double power_ceiling(const struct plan *plan, const struct gpu *gpu) {
    double room = gpu->power_limit - plan->board->power_idle;
    double full = full_power(plan, gpu, plan->board->sm_boost) * fmax(0.3, gpu->activity);
    return full <= room ? plan->board->sm_boost : plan->board->sm_boost * pow(room / full, 1 / POWER_EXPONENT);
}

// The driver holds the temperature at its limit: it looks at where the heat is going, not only at where it is.
static void steer_thermal(struct machine *machine, struct gpu *gpu) {
    const struct board *board = machine->plan->board;
    double heading = gpu->temperature + 0.5 * (gpu->heat_target - gpu->temperature);
    double excess = heading - board->slowdown_temperature;
    bool near_limit = gpu->temperature > board->slowdown_temperature - 2;
    if (excess < 0 || near_limit) gpu->thermal_ceiling -= 15 * fmax(-1.5, fmin(excess, 4)) * TICK / 0.8;
    gpu->thermal_ceiling = fmax(board->sm_boost * 0.25, fmin(gpu->thermal_ceiling, board->sm_boost));
}

static void choose_clock(struct machine *machine, struct gpu *gpu) {
    const struct plan *plan = machine->plan;
    double sag = fmax(0, gpu->temperature - 60) * 0.0006;  // boost sinks a little with heat, without any reason set
    double clock = plan->board->sm_boost * (1 - sag), power = power_ceiling(plan, gpu);
    gpu->reasons = 0;
    if (power < clock) {
        clock = power;
        gpu->reasons = REASON_POWER;
    }
    if (gpu->held_mhz > 0 && gpu->held_mhz <= clock) {
        clock = gpu->held_mhz;
        gpu->reasons = REASON_SETTING;
    }
    if (gpu->thermal_ceiling < plan->board->sm_boost) {
        gpu->reasons |= REASON_SW_THERMAL;
        clock = fmin(clock, gpu->thermal_ceiling);
    }
    if (gpu->temperature >= plan->board->hardware_temperature) {
        gpu->reasons |= REASON_HW | REASON_HW_THERMAL;
        clock *= 0.5;
    }
    gpu->clock += (15 * floor(clock / 15) - gpu->clock) * fmin(1, TICK / 0.3);
}

void gpu_tick(struct machine *machine, struct gpu *gpu) {
    memmove(gpu->window, gpu->window + 1, sizeof gpu->window - sizeof gpu->window[0]);
    gpu->window[39] = gpu->lost ? 0 : gpu->busy;
    settle_power_and_heat(machine, gpu);
    steer_thermal(machine, gpu);
    enum job_state state = machine->job.state;
    if (state == JOB_ABSENT || state == JOB_DEAD) {
        gpu->clock += (IDLE_CLOCK - gpu->clock) * fmin(1, TICK / 2);
        gpu->reasons = REASON_IDLE;
    } else {
        choose_clock(machine, gpu);
        if (gpu->activity <= 0 && gpu->busy <= 0 && gpu->reasons == 0) gpu->reasons = REASON_IDLE;
    }
}

double gpu_utilization(const struct gpu *gpu, int ticks) {
    double sum = 0;
    for (int i = 40 - ticks; i < 40; i++) sum += gpu->window[i];
    return 100 * sum / ticks;
}

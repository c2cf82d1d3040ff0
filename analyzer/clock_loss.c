#include "analyzer/clock_loss.h"

#define DEEP_CUT 0.7
enum { COOL_CELSIUS = 75 };
enum { HOT_CELSIUS = 83 };  // sustained above this a GPU without reason bits is suspect (gpu-causes.md 1)

static bool works(const struct gpu *gpu, size_t bin) {
    return gpu->state[bin] == GPU_ACTIVE && !isnan(gpu->clock_lost[bin]);
}

const struct gpu *straggler_in(const struct run *run, size_t bin) {
    if (run->siblings != NULL) return straggler_in(run->siblings, bin);
    double limit = rules_get(run->rules, "gpu.straggler_percent") / 100;
    const struct gpu *slow = NULL;
    size_t busy = 0;
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *gpu = &run->gpus[g];
        if (!works(gpu, bin)) continue;
        busy++;
        if (slow == NULL || gpu->clock_lost[bin] > slow->clock_lost[bin]) slow = gpu;
    }
    if (slow == NULL || busy < 2) return NULL;
    if ((double)slow->clock_lost[bin] < limit) return run->link_straggler;
    // Where most are cut as well, what cuts them is the cause, and nobody holds the others back.
    size_t free = 0;
    for (size_t g = 0; g < run->gpu_count; g++)
        free += works(&run->gpus[g], bin) && run->gpus[g].clock_lost[bin] < slow->clock_lost[bin] / 2;
    if (2 * free < busy) return NULL;
    // Where several GPUs are hot at times, the heat of the node is the cause, and the hottest is only the first.
    size_t hot = 0;
    for (size_t g = 0; g < run->gpu_count; g++) hot += run->gpus[g].ever_hot;
    if (slow->ever_hot && hot > 1) return NULL;
    bool limited = slow->thermal[bin] >= 0.5F || slow->power_cap[bin] >= 0.5F;
    return busy == 2 && limited ? NULL : slow;
}

enum cause clock_loss_cause(const struct run *run, const struct gpu *gpu, size_t bin) {
    if (!works(gpu, bin)) return CAUSE_COUNT_;
    const struct gpu *slow = straggler_in(run, bin);
    if (slow != NULL && (gpu == slow || gpu->waiting[bin] > 0)) return CAUSE_GPU_STRAGGLER;
    if (!(gpu->clock_lost[bin] > 0)) return gpu->waiting[bin] > 0 && slow != NULL ? CAUSE_GPU_STRAGGLER : CAUSE_COUNT_;
    if (gpu->thermal[bin] >= 0.5F || gpu->brake[bin] >= 0.5F) return CAUSE_GPU_THERMAL;
    if (gpu->power_cap[bin] >= 0.5F) return CAUSE_GPU_POWER_CAP;
    if (gpu->held[bin] >= 0.5F) return CAUSE_GPU_CLOCK_HELD;
    if (!gpu->has_reasons) {
        if (gpu->temperature[bin] >= HOT_CELSIUS) return CAUSE_GPU_THERMAL;
        if (gpu->power[bin] >= 0.97F * gpu->power_limit[bin]) return CAUSE_GPU_POWER_CAP;
    }
    // A slowdown by hardware that names neither heat nor a brake is a fast power trigger, a sync boost another GPU's
    // limit (gpu-causes.md 3, 4): no setting.
    if (gpu->other[bin] >= 0.5F) return CAUSE_COUNT_;
    // Clocks locked with nvidia-smi -lgc set no reason bit: a deep cut of a cool GPU at low power is a setting.
    bool deep = (double)gpu->clock[bin] < DEEP_CUT * gpu->clock_reference;
    bool low_power = isnan(gpu->power[bin]) || gpu->power[bin] < 0.7F * gpu->busy_power;
    if (deep && gpu->temperature[bin] < COOL_CELSIUS && low_power) return CAUSE_GPU_CLOCK_HELD;
    return CAUSE_COUNT_;
}

static double loss_of(const struct run *run, const struct gpu *gpu, size_t bin) {
    double lost = isnan(gpu->clock_lost[bin]) ? 0 : (double)gpu->clock_lost[bin];
    double waiting = isnan(gpu->waiting[bin]) ? 0 : (double)gpu->waiting[bin];
    return (lost + waiting) * run->dt;
}

double clock_loss_seconds(const struct run *run, enum cause cause, const struct gpu *gpu) {
    double sum = 0;
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *one = &run->gpus[g];
        if ((gpu != NULL && gpu != one) || one->unused) continue;
        for (size_t i = 0; i < run->bins; i++)
            if (clock_loss_cause(run, one, i) == cause) sum += loss_of(run, one, i);
    }
    return sum;
}

float *clock_loss_active(const struct run *run, enum cause cause, const struct gpu *gpu) {
    float *active = grid_empty(run);
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *one = &run->gpus[g];
        if ((gpu != NULL && gpu != one) || one->unused) continue;
        for (size_t i = 0; i < run->bins; i++) {
            if (isnan(one->clock[i])) continue;
            if (isnan(active[i])) active[i] = 0;
            if (clock_loss_cause(run, one, i) == cause) active[i] = 1;
        }
    }
    return active;
}

const struct gpu *clock_loss_worst(const struct run *run, enum cause cause, bool *only) {
    const struct gpu *worst = NULL;
    double most = 0;
    double second = 0;
    for (size_t g = 0; g < run->gpu_count; g++) {
        double loss = clock_loss_seconds(run, cause, &run->gpus[g]);
        if (loss > most) {
            second = most;
            most = loss;
            worst = &run->gpus[g];
        } else if (loss > second) {
            second = loss;
        }
    }
    *only = second < most / 5;
    return worst;
}

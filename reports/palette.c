#include "reports/palette.h"

// Healthy time is the quietest; causes of the same family share a colour and differ by hatch.
static const struct look looks[CAUSE_COUNT_] = {
    [CAUSE_COMPUTE_BOUND] = {INK_GREEN, HATCH_NONE, 0.35},
    [CAUSE_STORAGE_READ] = {INK_VERMILION, HATCH_RISING, 0.45},
    [CAUSE_STORAGE_WRITE] = {INK_VERMILION, HATCH_FALLING, 0.45},
    [CAUSE_DISK_FAILING] = {INK_VERMILION, HATCH_CROSS, 0.6},
    [CAUSE_CPU_PREPROCESSING] = {INK_BLUE, HATCH_RISING, 0.4},
    [CAUSE_INPUT_ELSEWHERE] = {INK_BLUE, HATCH_FALLING, 0.4},
    [CAUSE_HOST_MEMORY] = {INK_BLUE, HATCH_CROSS, 0.4},
    [CAUSE_GPU_THERMAL] = {INK_ORANGE, HATCH_RISING, 0.5},
    [CAUSE_GPU_POWER_CAP] = {INK_ORANGE, HATCH_FALLING, 0.5},
    [CAUSE_GPU_CLOCK_HELD] = {INK_ORANGE, HATCH_FLAT, 0.5},
    [CAUSE_PCIE_DEGRADED] = {INK_PURPLE, HATCH_RISING, 0.5},
    [CAUSE_GPU_STRAGGLER] = {INK_PURPLE, HATCH_FALLING, 0.5},
    [CAUSE_COMMUNICATION_BOUND] = {INK_PURPLE, HATCH_CROSS, 0.5},
    [CAUSE_GPU_FAULT] = {INK_PURPLE, HATCH_UPRIGHT, 0.6},
    [CAUSE_GPU_MEMORY] = {INK_PURPLE, HATCH_FLAT, 0.5},
    [CAUSE_EPOCH_GAP] = {INK_SKY, HATCH_FLAT, 0.5},
    [CAUSE_JOB_IDLE] = {INK_LIGHT, HATCH_NONE, 0.9},
    [CAUSE_UNKNOWN] = {INK_YELLOW, HATCH_DOTS, 0.6},
    [CAUSE_NO_DATA] = {INK_WHITE, HATCH_FALLING, 1},
};

struct look look_of(enum cause cause) {
    return looks[(unsigned)cause < CAUSE_COUNT_ ? cause : CAUSE_UNKNOWN];
}

void look_area(struct canvas *canvas, double x, double y, double width, double height, enum cause cause) {
    struct look look = look_of(cause);
    canvas_fill(canvas, x, y, width, height, look.ink, look.alpha);
    canvas_hatch(canvas, x, y, width, height, look.hatch, INK_DARK);
}

enum ink line_ink(size_t index) {
    static const enum ink inks[] = {INK_BLUE, INK_VERMILION, INK_GREEN, INK_PURPLE};
    return inks[index % 4];
}

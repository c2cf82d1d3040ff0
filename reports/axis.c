#include "reports/axis.h"

#include <math.h>
#include <stdbool.h>

#include "core/arena.h"

// The smallest of 1, 2, 5 times a power of ten that is at least `rough`.
static double nice_step(double rough) {
    double power = pow(10, floor(log10(rough)));
    double times = rough / power;
    // The tolerance keeps 0.2 / 0.1 from becoming 5.
    return power * (times <= 1 + 1e-9 ? 1 : times <= 2 + 1e-9 ? 2 : times <= 5 + 1e-9 ? 5 : 10);
}

static char *tick_text(struct arena *arena, double value, double step) {
    if (fabs(value) < step / 1000) value = 0;
    if (fabs(value) >= 1e15 || step < 1e-9) return arena_printf(arena, "%.3g", value);
    if (value == 0) return arena_string(arena, "0");
    if (step >= 1e6) return arena_printf(arena, "%.*fM", step >= 1e6 && fmod(step, 1e6) > 0 ? 1 : 0, value / 1e6);
    if (step >= 1e3) return arena_printf(arena, "%.*fk", fmod(step, 1e3) > 0 ? 1 : 0, value / 1e3);
    int decimals = step >= 1 ? 0 : (int)ceil(-log10(step) - 1e-9);
    return arena_printf(arena, "%.*f", decimals, value);
}

struct axis axis_values(struct arena *arena, double low, double high, int wanted) {
    if (!isfinite(low) || !isfinite(high)) low = 0, high = 1;
    if (high < low) high = low;
    if (high - low < 1e-9 * fmax(1, fabs(high))) high = low + fmax(1, fabs(low) * 0.1);
    double step = nice_step((high - low) / wanted);
    struct axis axis = {.low = floor(low / step + 1e-9) * step, .high = ceil(high / step - 1e-9) * step};
    long count = lround((axis.high - axis.low) / step) + 1;
    for (long i = 0; i < count && axis.count < TICKS_MOST; i++) {
        double at = axis.low + (double)i * step;
        axis.ticks[axis.count++] = (struct tick){at, tick_text(arena, at, step)};
    }
    return axis;
}

static const millis second = 1000, minute = 60000, hour = 3600000, day = 86400000;

static millis time_step(millis rough) {
    const millis steps[] = {second,     2 * second, 5 * second,  10 * second, 15 * second, 30 * second, minute,
                            2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour,        2 * hour,
                            3 * hour,   6 * hour,   12 * hour,   day,         2 * day,     7 * day};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] >= rough) return steps[i];
    return (rough / (7 * day) + 1) * 7 * day;
}

static const char *time_text(struct arena *arena, millis at, millis step, bool date) {
    const char *iso = when_iso(arena, at, false, "");
    if (step >= day) return arena_printf(arena, "%.10s", iso);
    const char *clock = step < minute ? arena_printf(arena, "%.8s", iso + 11) : arena_printf(arena, "%.5s", iso + 11);
    return date ? arena_printf(arena, "%s\n%.10s", clock, iso) : clock;
}

struct axis axis_times(struct arena *arena, millis low, millis high, int wanted) {
    struct axis axis = {.low = (double)low, .high = (double)high};
    // Beyond the years 1 to 9999 there are no dates.
    if (high <= low || low < -62135596800000 || high > 253402300799999) return axis;
    millis step = time_step((high - low) / wanted);
    millis first = low - ((low % step) + step) % step;
    if (first < low) first += step;
    millis last_day = INT64_MIN;
    for (millis at = first; at <= high && axis.count < TICKS_MOST; at += step) {
        millis today = (at - ((at % day) + day) % day) / day;
        axis.ticks[axis.count++] = (struct tick){(double)at, time_text(arena, at, step, today != last_day)};
        last_day = today;
    }
    return axis;
}

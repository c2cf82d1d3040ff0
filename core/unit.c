#include "core/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

static const char *const names[UNIT_COUNT_] = {
    [UNIT_NONE] = "",          [UNIT_PERCENT] = "%",     [UNIT_MIB] = "MiB", [UNIT_KIB] = "kB",
    [UNIT_KIB_PER_S] = "kB/s", [UNIT_MB_PER_S] = "MB/s", [UNIT_BYTES] = "B", [UNIT_WATT] = "W",
    [UNIT_MHZ] = "MHz",        [UNIT_CELSIUS] = "C",     [UNIT_MS] = "ms",   [UNIT_US] = "us",
    [UNIT_SECONDS] = "s",      [UNIT_PER_S] = "/s",      [UNIT_HOURS] = "h", [UNIT_REQUESTS] = "requests",
    [UNIT_BITS] = "bits",      [UNIT_BOOL] = "bool",
};

const char *unit_name(enum unit unit) {
    return unit >= UNIT_NONE && unit < UNIT_COUNT_ && names[unit] != NULL ? names[unit] : "";
}

// Units that people read in a larger one when the number grows: value / step becomes the next name.
struct ladder {
    enum unit unit;
    double step;
    const char *steps[6];  // ends with NULL
};

static const struct ladder ladders[] = {
    {UNIT_MIB, 1024, {"MiB", "GiB", "TiB", "PiB"}},           {UNIT_KIB, 1024, {"kB", "MB", "GB", "TB"}},
    {UNIT_KIB_PER_S, 1024, {"kB/s", "MB/s", "GB/s", "TB/s"}}, {UNIT_MB_PER_S, 1000, {"MB/s", "GB/s", "TB/s"}},
    {UNIT_BYTES, 1024, {"B", "KiB", "MiB", "GiB", "TiB"}},    {UNIT_US, 1000, {"µs", "ms", "s"}},
};

// What stands behind the number where it differs from unit_name.
static const char *shown_name(enum unit unit) {
    switch (unit) {
        case UNIT_CELSIUS:
            return "°C";
        case UNIT_REQUESTS:
        case UNIT_BOOL:
            return "";
        default:
            return unit_name(unit);
    }
}

// Decimals that give `digits` significant digits; none for numbers that are long enough without.
static int decimals_for(double magnitude, int digits) {
    if (magnitude == 0 || digits < 1) return 0;
    int whole = (int)floor(log10(magnitude)) + 1;
    int decimals = digits - whole;
    if (decimals < 0) return 0;
    return decimals > 20 ? 20 : decimals;
}

static void drop_zeros(char *number) {
    char *point = strchr(number, '.');
    if (point == NULL) return;
    char *end = number + strlen(number);
    while (end > point && end[-1] == '0') *--end = '\0';
    if (end == point + 1) *point = '\0';
}

char *unit_number(struct arena *arena, double value, int digits) {
    if (isnan(value)) return arena_string(arena, "–");
    if (isinf(value)) return arena_string(arena, value < 0 ? "−∞" : "∞");
    double magnitude = fabs(value);
    char number[64];
    if (magnitude >= 1e15)
        snprintf(number, sizeof number, "%.*g", digits < 1 ? 1 : digits > 17 ? 17 : digits, value);
    else
        snprintf(number, sizeof number, "%.*f", decimals_for(magnitude, digits), value);
    if (magnitude < 1e15) drop_zeros(number);
    return arena_string(arena, strcmp(number, "-0") == 0 ? "0" : number);
}

static char *with_unit(struct arena *arena, double value, const char *name) {
    const char *number = unit_number(arena, value, 3);
    return name[0] == '\0' || isnan(value) ? arena_string(arena, number) : arena_printf(arena, "%s %s", number, name);
}

char *unit_show(struct arena *arena, double value, enum unit unit) {
    if (unit == UNIT_BITS && value >= 0 && value < 1.8e19)
        return arena_printf(arena, "0x%llx", (unsigned long long)value);
    for (size_t i = 0; i < sizeof ladders / sizeof *ladders; i++) {
        if (ladders[i].unit != unit) continue;
        size_t step = 0;
        // Half a unit of the third digit below the step already reads as the step.
        while (isfinite(value) && fabs(value) >= ladders[i].step * 0.9995 && ladders[i].steps[step + 1] != NULL) {
            value /= ladders[i].step;
            step++;
        }
        return with_unit(arena, value, ladders[i].steps[step]);
    }
    return with_unit(arena, value, shown_name(unit));
}

char *unit_duration(struct arena *arena, double seconds) {
    if (!isfinite(seconds)) return unit_number(arena, seconds, 3);
    if (seconds < 0) {
        const char *positive = unit_duration(arena, -seconds);
        return arena_printf(arena, "-%s", positive);
    }
    if (seconds < 59.95) return arena_printf(arena, tr("%s s"), unit_number(arena, seconds, seconds < 10 ? 2 : 3));
    // Two neighbouring units at most; the smaller is rounded and may carry.
    double minutes = round(seconds / 60);
    if (seconds < 599.5) {
        double whole = round(seconds);
        double rest = fmod(whole, 60);
        if (rest == 0) return arena_printf(arena, tr("%.0f min"), whole / 60);
        return arena_printf(arena, tr("%.0f min %.0f s"), floor(whole / 60), rest);
    }
    if (minutes < 60) return arena_printf(arena, tr("%.0f min"), minutes);
    if (minutes < 24 * 60) {
        double rest = fmod(minutes, 60);
        if (rest == 0) return arena_printf(arena, tr("%.0f h"), minutes / 60);
        return arena_printf(arena, tr("%.0f h %.0f min"), floor(minutes / 60), rest);
    }
    double hours = round(seconds / 3600);
    double rest = fmod(hours, 24);
    if (rest == 0) return arena_printf(arena, tr("%.0f d"), hours / 24);
    return arena_printf(arena, tr("%.0f d %.0f h"), floor(hours / 24), rest);
}

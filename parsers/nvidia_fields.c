#include "parsers/nvidia_fields.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"

// Exact names first; families by their beginning or end follow below.
static const struct {
    const char *spelling, *quantity;
    enum nvidia_role role;
} special[] = {
    {"timestamp", "timestamp", NVIDIA_TIMESTAMP},
    {"time", "timestamp", NVIDIA_TIMESTAMP},
    {"date", "timestamp", NVIDIA_TIMESTAMP},
    {"datetime", "timestamp", NVIDIA_TIMESTAMP},
    {"index", "index", NVIDIA_INDEX},
    {"gpu", "gpu", NVIDIA_OTHER_ID},
    {"gpu_id", "gpu", NVIDIA_OTHER_ID},
    {"gpu_index", "gpu", NVIDIA_OTHER_ID},
    {"uuid", "uuid", NVIDIA_UUID},
    {"gpu_uuid", "uuid", NVIDIA_UUID},
    {"pci.bus_id", "pci.bus_id", NVIDIA_BUS_ID},
    {"gpu_bus_id", "pci.bus_id", NVIDIA_BUS_ID},
    {"name", "name", NVIDIA_NAME},
    {"gpu_name", "name", NVIDIA_NAME},
    {"driver_version", "driver_version", NVIDIA_DRIVER},
    {"hostname", "host", NVIDIA_HOST},
    {"host", "host", NVIDIA_HOST},
    {"serial", "serial", NVIDIA_TEXT},
    {"gpu_serial", "serial", NVIDIA_TEXT},
    {"vbios_version", "vbios_version", NVIDIA_TEXT},
    {"compute_mode", "compute_mode", NVIDIA_TEXT},
    {"pci.bus", "pci.bus", NVIDIA_TEXT},
    {"pci.device_id", "pci.device_id", NVIDIA_TEXT},
};

static const struct {
    const char *spelling, *quantity;
} aliases[] = {
    {"clocks.sm", "clocks.current.sm"},
    {"clocks.gr", "clocks.current.graphics"},
    {"clocks.mem", "clocks.current.memory"},
    {"clocks.video", "clocks.current.video"},
    {"clocks.current.gr", "clocks.current.graphics"},
    {"clocks.current.mem", "clocks.current.memory"},
    {"clocks.max.gr", "clocks.max.graphics"},
    {"clocks.max.mem", "clocks.max.memory"},
    {"pcie.link.gen.gpucurrent", "pcie.link.gen.current"},
    {"utilization", "utilization.gpu"},
    {"util", "utilization.gpu"},
    {"gpu_util", "utilization.gpu"},
    {"gpu_utilization", "utilization.gpu"},
    {"utilization_gpu", "utilization.gpu"},
    {"memory_utilization", "utilization.memory"},
    {"utilization_memory", "utilization.memory"},
    {"memory_used", "memory.used"},
    {"memory_total", "memory.total"},
    {"memory_free", "memory.free"},
    {"temperature_gpu", "temperature.gpu"},
    {"power_draw", "power.draw"},
    {"temperature", "temperature.gpu"},
    {"temp", "temperature.gpu"},
    {"power", "power.draw"},
    {"clocks_throttle_reasons.active", "clocks_event_reasons.active"},
};

static const struct {
    const char *prefix;
    enum unit unit;
    enum series_kind kind;
} families[] = {
    {"utilization.", UNIT_PERCENT, SERIES_WINDOW},
    {"fan.speed", UNIT_PERCENT, SERIES_STATE},
    {"memory.", UNIT_MIB, SERIES_STATE},
    {"protected_memory.", UNIT_MIB, SERIES_STATE},
    {"used_gpu_memory", UNIT_MIB, SERIES_STATE},
    {"power.draw", UNIT_WATT, SERIES_WINDOW},
    {"power.management", UNIT_BOOL, SERIES_STATE},
    {"power.", UNIT_WATT, SERIES_STATE},
    {"enforced.power.limit", UNIT_WATT, SERIES_STATE},
    {"module.power", UNIT_WATT, SERIES_STATE},
    {"clocks_event_reasons_counters.", UNIT_US, SERIES_COUNTER},
    {"clocks_event_reasons.active", UNIT_BITS, SERIES_STATE},
    {"clocks_event_reasons.supported", UNIT_BITS, SERIES_STATE},
    {"clocks_event_reasons.", UNIT_BOOL, SERIES_STATE},
    {"clocks.", UNIT_MHZ, SERIES_STATE},
    {"temperature.", UNIT_CELSIUS, SERIES_STATE},
    {"ecc.errors.", UNIT_NONE, SERIES_COUNTER},
    {"ecc.mode.", UNIT_BOOL, SERIES_STATE},
    {"retired_pages.", UNIT_NONE, SERIES_COUNTER},
    {"remapped_rows.", UNIT_NONE, SERIES_COUNTER},
    {"pcie.link.", UNIT_NONE, SERIES_STATE},
    {"pstate", UNIT_NONE, SERIES_STATE},
    {"persistence_mode", UNIT_BOOL, SERIES_STATE},
    {"mig.mode.", UNIT_BOOL, SERIES_STATE},
    {"count", UNIT_NONE, SERIES_STATE},
    {"encoder.stats.", UNIT_NONE, SERIES_STATE},
    {"display_", UNIT_BOOL, SERIES_STATE},
    {"gpu_operation_mode", UNIT_NONE, SERIES_STATE},
    {"edpp_multiplier", UNIT_PERCENT, SERIES_STATE},
};

static enum unit unit_in_brackets(struct text unit) {
    static const struct {
        const char *name;
        enum unit unit;
    } names[] = {{"%", UNIT_PERCENT}, {"MiB", UNIT_MIB}, {"MB", UNIT_MIB},    {"W", UNIT_WATT},
                 {"MHz", UNIT_MHZ},   {"us", UNIT_US},   {"C", UNIT_CELSIUS}, {"ms", UNIT_MS}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (text_equal(unit, names[i].name)) return names[i].unit;
    return UNIT_NONE;
}

static struct nvidia_field by_family(const char *name, enum unit bracket) {
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strncmp(name, families[i].prefix, strlen(families[i].prefix)) == 0)
            return (struct nvidia_field){name, families[i].unit, families[i].kind, NVIDIA_VALUE, true};
    return (struct nvidia_field){name, bracket, SERIES_STATE, NVIDIA_VALUE, false};
}

struct nvidia_field nvidia_field(struct arena *arena, struct text cell) {
    cell = text_trim(cell);
    enum unit bracket = UNIT_NONE;
    size_t at = text_find(cell, "[");
    if (at != SIZE_MAX && text_ends(cell, "]")) {
        struct text inside = text_skip(cell, at + 1);
        bracket = unit_in_brackets(text_trim(text_head(inside, inside.length - 1)));
        cell = text_trim(text_head(cell, at));
    }
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (text_equal_nocase(cell, special[i].spelling))
            return (struct nvidia_field){special[i].quantity, UNIT_NONE, SERIES_STATE, special[i].role, true};
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (text_equal_nocase(cell, aliases[i].spelling)) return by_family(aliases[i].quantity, bracket);
    static const char old[] = "clocks_throttle_reasons";
    const char *name = text_copy(arena, cell);
    if (text_starts(cell, old)) name = arena_printf(arena, "clocks_event_reasons%s", name + sizeof old - 1);
    return by_family(name, bracket);
}

double nvidia_value(struct text cell) {
    cell = text_trim(cell);
    if (cell.length == 0 || cell.at[0] == '[') return NAN;
    double value = 0;
    struct text unit;
    if (text_starts(cell, "0x")) {
        uint64_t bits = 0;
        return text_hex(cell, &bits) ? (double)bits : NAN;
    }
    if (text_number_unit(cell, &value, &unit)) {
        // "12abc" is a torn cell, not twelve; a unit is short and holds no digit.
        if (unit.length > 4) return NAN;
        for (size_t i = 0; i < unit.length; i++)
            if (unit.at[i] >= '0' && unit.at[i] <= '9') return NAN;
        return value;
    }
    if (cell.at[0] == 'P' && cell.length <= 3 && text_number(text_skip(cell, 1), &value)) return value;
    static const struct {
        const char *word;
        double value;
    } words[] = {{"Active", 1}, {"Not Active", 0}, {"Enabled", 1}, {"Disabled", 0},
                 {"Yes", 1},    {"No", 0},         {"On", 1},      {"Off", 0}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_equal(cell, words[i].word)) return words[i].value;
    return NAN;
}

const struct nvidia_reason nvidia_reasons[] = {
    {0x001, "clocks_event_reasons.gpu_idle"},
    {0x002, "clocks_event_reasons.applications_clocks_setting"},
    {0x004, "clocks_event_reasons.sw_power_cap"},
    {0x008, "clocks_event_reasons.hw_slowdown"},
    {0x010, "clocks_event_reasons.sync_boost"},
    {0x020, "clocks_event_reasons.sw_thermal_slowdown"},
    {0x040, "clocks_event_reasons.hw_thermal_slowdown"},
    {0x080, "clocks_event_reasons.hw_power_brake_slowdown"},
    {0, NULL},
};

enum event_kind nvidia_error(struct text text) {
    static const struct {
        const char *part;
        enum event_kind kind;
    } parts[] = {
        {"GPU is lost", EVENT_GPU_LOST},
        {"fallen off the bus", EVENT_GPU_LOST},
        {"Unable to determine the device handle", EVENT_GPU_LOST},
        {"No devices were found", EVENT_GPU_ERROR},
        {"GPU requires reset", EVENT_GPU_ERROR},
        {"NVIDIA-SMI has failed", EVENT_GPU_ERROR},
        {"Failed to initialize NVML", EVENT_GPU_ERROR},
        {"is not a valid field to query", EVENT_GPU_ERROR},
        {"command not found", EVENT_GPU_ERROR},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (text_has(text, parts[i].part)) return parts[i].kind;
    return EVENT_NOTE;
}

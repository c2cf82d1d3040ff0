#include "parsers/nvidia_fields.h"

#include <string.h>

#include "core/arena.h"
#include "parsers/nvidia_home.h"

// Whole names, in any case of letters. What is in none of these is looked up by its beginning in `families`.
static const struct {
    const char *spelling, *quantity;
    enum nvidia_role role;
} names[] = {
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
    {"pid", "pid", NVIDIA_PID},
    {"process_name", "process_name", NVIDIA_PROCESS},
    {"serial", "serial", NVIDIA_TEXT},
    {"gpu_serial", "serial", NVIDIA_TEXT},
    {"vbios_version", "vbios_version", NVIDIA_TEXT},
    {"compute_mode", "compute_mode", NVIDIA_TEXT},
    {"display_mode", "display_mode", NVIDIA_TEXT},
    {"gpu_recovery_action", "gpu_recovery_action", NVIDIA_RECOVERY},
    {"pci.domain", "pci.domain", NVIDIA_TEXT},
    {"pci.bus", "pci.bus", NVIDIA_TEXT},
    {"pci.device", "pci.device", NVIDIA_TEXT},
    {"pci.device_id", "pci.device_id", NVIDIA_TEXT},
    {"pci.sub_device_id", "pci.sub_device_id", NVIDIA_TEXT},
    {"pci.baseclass", "pci.baseClass", NVIDIA_TEXT},
    {"pci.subclass", "pci.subClass", NVIDIA_TEXT},
    {"clocks.sm", "clocks.current.sm", NVIDIA_VALUE},
    {"clocks.gr", "clocks.current.graphics", NVIDIA_VALUE},
    {"clocks.mem", "clocks.current.memory", NVIDIA_VALUE},
    {"clocks.video", "clocks.current.video", NVIDIA_VALUE},
    {"clocks.current.gr", "clocks.current.graphics", NVIDIA_VALUE},
    {"clocks.current.mem", "clocks.current.memory", NVIDIA_VALUE},
    {"clocks.max.gr", "clocks.max.graphics", NVIDIA_VALUE},
    {"clocks.max.mem", "clocks.max.memory", NVIDIA_VALUE},
    {"pcie.link.gen.gpucurrent", "pcie.link.gen.current", NVIDIA_VALUE},
    {"used_memory", "used_gpu_memory", NVIDIA_VALUE},
    {"utilization", "utilization.gpu", NVIDIA_VALUE},
    {"util", "utilization.gpu", NVIDIA_VALUE},
    {"gpu_util", "utilization.gpu", NVIDIA_VALUE},
    {"gpu_utilization", "utilization.gpu", NVIDIA_VALUE},
    {"utilization_gpu", "utilization.gpu", NVIDIA_VALUE},
    {"memory_utilization", "utilization.memory", NVIDIA_VALUE},
    {"utilization_memory", "utilization.memory", NVIDIA_VALUE},
    {"memory_used", "memory.used", NVIDIA_VALUE},
    {"memory_total", "memory.total", NVIDIA_VALUE},
    {"memory_free", "memory.free", NVIDIA_VALUE},
    {"temperature_gpu", "temperature.gpu", NVIDIA_VALUE},
    {"temperature", "temperature.gpu", NVIDIA_VALUE},
    {"temp", "temperature.gpu", NVIDIA_VALUE},
    {"power_draw", "power.draw", NVIDIA_VALUE},
    {"power", "power.draw", NVIDIA_VALUE},
};

// The first one that fits decides.
static const struct {
    const char *prefix;
    enum unit unit;
    enum series_kind kind;
} families[] = {
    {"utilization.", UNIT_PERCENT, SERIES_WINDOW},
    {"fan.speed", UNIT_PERCENT, SERIES_STATE},
    {"memory.", UNIT_MIB, SERIES_STATE},
    {"bar1.", UNIT_MIB, SERIES_STATE},
    {"protected_memory.", UNIT_MIB, SERIES_STATE},
    {"used_gpu_memory", UNIT_MIB, SERIES_STATE},
    {"power.draw", UNIT_WATT, SERIES_WINDOW},
    {"power.management", UNIT_BOOL, SERIES_STATE},
    {"power.violation", UNIT_PERCENT, SERIES_WINDOW},
    {"power.", UNIT_WATT, SERIES_STATE},
    {"enforced.power.limit", UNIT_WATT, SERIES_STATE},
    {"module.", UNIT_WATT, SERIES_STATE},
    {"clocks_event_reasons_counters.", UNIT_US, SERIES_COUNTER},
    {"clocks_event_reasons.active", UNIT_BITS, SERIES_STATE},
    {"clocks_event_reasons.supported", UNIT_BITS, SERIES_STATE},
    {"clocks_event_reasons.", UNIT_BOOL, SERIES_STATE},
    {"clocks.", UNIT_MHZ, SERIES_STATE},
    {"temperature.violation", UNIT_BOOL, SERIES_STATE},
    {"temperature.", UNIT_CELSIUS, SERIES_STATE},
    {"ecc.errors.", UNIT_NONE, SERIES_COUNTER},
    {"ecc.mode.", UNIT_BOOL, SERIES_STATE},
    {"retired_pages.pending", UNIT_BOOL, SERIES_STATE},
    {"retired_pages.", UNIT_NONE, SERIES_COUNTER},
    {"remapped_rows.pending", UNIT_BOOL, SERIES_STATE},
    {"remapped_rows.failure", UNIT_BOOL, SERIES_STATE},
    {"remapped_rows.histogram.", UNIT_NONE, SERIES_STATE},
    {"remapped_rows.", UNIT_NONE, SERIES_COUNTER},
    {"pcie.link.", UNIT_NONE, SERIES_STATE},
    {"pcie.rx", UNIT_MB_PER_S, SERIES_WINDOW},
    {"pcie.tx", UNIT_MB_PER_S, SERIES_WINDOW},
    {"pcie.", UNIT_NONE, SERIES_COUNTER},
    {"nvlink.rx", UNIT_MB_PER_S, SERIES_WINDOW},
    {"nvlink.tx", UNIT_MB_PER_S, SERIES_WINDOW},
    {"profile.", UNIT_PERCENT, SERIES_WINDOW},
    {"pstate", UNIT_NONE, SERIES_STATE},
    {"persistence_mode", UNIT_BOOL, SERIES_STATE},
    {"mig.mode.", UNIT_BOOL, SERIES_STATE},
    {"accounting.mode", UNIT_BOOL, SERIES_STATE},
    {"count", UNIT_NONE, SERIES_STATE},
    {"encoder.stats.", UNIT_NONE, SERIES_STATE},
    {"display_", UNIT_BOOL, SERIES_STATE},
    {"edpp_multiplier", UNIT_PERCENT, SERIES_STATE},
};

// The unit in a header's brackets. UNIT_COUNT_ for one that is not known.
static enum unit unit_in_brackets(struct text unit) {
    static const struct {
        const char *name;
        enum unit unit;
    } units[] = {{"%", UNIT_PERCENT}, {"MiB", UNIT_MIB}, {"MB", UNIT_MIB},    {"W", UNIT_WATT},
                 {"MHz", UNIT_MHZ},   {"us", UNIT_US},   {"C", UNIT_CELSIUS}, {"ms", UNIT_MS}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (text_equal(unit, units[i].name)) return units[i].unit;
    return UNIT_COUNT_;
}

static bool find_family(const char *name, struct nvidia_field *field) {
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (name[0] != families[i].prefix[0]) continue;  // most end here, for chatter is asked about, too
        if (strncmp(name, families[i].prefix, strlen(families[i].prefix)) != 0) continue;
        *field = (struct nvidia_field){
            .quantity = name, .unit = families[i].unit, .kind = families[i].kind, .known = true, .scale = 1};
        field->loose = strchr(name, '.') == NULL && strncmp(name, "count", 5) == 0;
        return true;
    }
    return false;
}

struct nvidia_field nvidia_field_named(const char *quantity) {
    struct nvidia_field field = {.quantity = quantity, .kind = SERIES_STATE, .scale = 1};
    find_family(quantity, &field);
    return field;
}

// The newest spelling of a name that is in no table.
static const char *renamed(struct arena *arena, struct text name) {
    static const char old[] = "clocks_throttle_reasons";
    const char *copy = text_copy(arena, name);
    return text_starts(name, old) ? arena_printf(arena, "clocks_event_reasons%s", copy + sizeof old - 1) : copy;
}

// A name that a script gave; false if it is none of those that are understood.
static bool find_home_made(struct arena *arena, struct text cell, struct nvidia_field *field) {
    struct nvidia_home home;
    if (!nvidia_home_made(cell, &home) || !find_family(home.quantity, field)) return false;
    field->loose = !home.says_gpu;
    field->scale = home.scale;
    if (!home.says_unit) field->bare = text_copy(arena, cell);
    return true;
}

// The row of `names` for a name; SIZE_MAX if there is none.
static size_t find_name(struct text name) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (name.length == 0 || (name.at[0] | 32) != names[i].spelling[0]) continue;
        if (text_equal_nocase(name, names[i].spelling)) return i;
    }
    return SIZE_MAX;
}

// Names of today and yesterday have a dot; what has none was made by somebody.
static void judge_alias(struct arena *arena, struct text cell, size_t row, bool unit, struct nvidia_field *field) {
    const char *spelling = names[row].spelling;
    if (strchr(spelling, '.') != NULL || strcmp(field->quantity, "used_gpu_memory") == 0) return;
    field->loose = strstr(spelling, "gpu") == NULL;
    if (!unit && strcmp(field->quantity, "utilization.gpu") == 0) field->bare = text_copy(arena, cell);
}

struct nvidia_field nvidia_field(struct arena *arena, struct text cell) {
    cell = text_trim(cell);
    struct text name = cell;
    enum unit bracket = UNIT_NONE;
    size_t at = text_find(cell, "[");
    if (at != SIZE_MAX && text_ends(cell, "]")) {
        struct text inside = text_skip(cell, at + 1);
        bracket = unit_in_brackets(text_trim(text_head(inside, inside.length - 1)));
        name = text_trim(text_head(cell, at));
    }
    size_t row = find_name(name);
    // "time [ms]" of --query-accounted-apps is no stamp.
    if (row != SIZE_MAX && names[row].role == NVIDIA_TIMESTAMP && bracket != UNIT_NONE) row = SIZE_MAX;
    if (row != SIZE_MAX && names[row].role != NVIDIA_VALUE)
        return (struct nvidia_field){
            .quantity = names[row].quantity, .kind = SERIES_STATE, .role = names[row].role, .known = true, .scale = 1};
    struct nvidia_field field;
    bool known = find_family(row != SIZE_MAX ? names[row].quantity : renamed(arena, name), &field);
    if (known && (bracket == UNIT_NONE || bracket == field.unit)) {
        if (row != SIZE_MAX) judge_alias(arena, cell, row, bracket != UNIT_NONE, &field);
        return field;
    }
    if (find_home_made(arena, cell, &field)) return field;
    // A known name in an unexpected unit must not be taken for the field it is named like.
    bool plain = bracket == UNIT_COUNT_ || known;
    return (struct nvidia_field){.quantity = text_copy(arena, plain ? cell : name),
                                 .unit = plain ? UNIT_NONE : bracket,
                                 .kind = SERIES_STATE,
                                 .scale = 1};
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
    {0x100, "clocks_event_reasons.display_clock_setting"},
    {0, NULL},
};

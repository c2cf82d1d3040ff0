#include "parsers/dcgm_fields.h"

#include <math.h>
#include <string.h>

static const struct dcgm_field fields[] = {
    {"GPUTL", "GPU_UTIL", "utilization.gpu", 1},
    {"MCUTL", "MEM_COPY_UTIL", "utilization.memory", 1},
    {NULL, "ENC_UTIL", "utilization.encoder", 1},
    {NULL, "DEC_UTIL", "utilization.decoder", 1},
    {"POWER", "POWER_USAGE", "power.draw", 1},
    {"POWINST", "POWER_USAGE_INSTANT", "power.draw.instant", 1},
    {"PMLMT", "POWER_MGMT_LIMIT", "power.limit", 1},
    {NULL, "ENFORCED_POWER_LIMIT", "enforced.power.limit", 1},
    {"TMPTR", "GPU_TEMP", "temperature.gpu", 1},
    {"MMTMP", "MEMORY_TEMP", "temperature.memory", 1},
    {"FBUSD", "FB_USED", "memory.used", 1},
    {"FBFRE", "FB_FREE", "memory.free", 1},
    {"FBTTL", "FB_TOTAL", "memory.total", 1},
    {"SMCLK", "SM_CLOCK", "clocks.current.sm", 1},
    {"MMCLK", "MEM_CLOCK", "clocks.current.memory", 1},
    {NULL, "CLOCK_THROTTLE_REASONS", "clocks_event_reasons.active", 1},
    {NULL, "CLOCKS_EVENT_REASONS", "clocks_event_reasons.active", 1},
    // The violation counters are nanoseconds.
    {"PVIOL", "POWER_VIOLATION", "clocks_event_reasons_counters.sw_power_cap", 1e-3},
    {"TVIOL", "THERMAL_VIOLATION", "clocks_event_reasons_counters.sw_thermal_slowdown", 1e-3},
    // What newer versions call them, and the ones that came later.
    {NULL, "CLOCKS_EVENT_REASON_SW_POWER_CAP_NS", "clocks_event_reasons_counters.sw_power_cap", 1e-3},
    {NULL, "CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS", "clocks_event_reasons_counters.sw_thermal_slowdown", 1e-3},
    {NULL, "CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS", "clocks_event_reasons_counters.hw_thermal_slowdown", 1e-3},
    {NULL, "CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS", "clocks_event_reasons_counters.hw_power_brake_slowdown",
     1e-3},
    {NULL, "CLOCKS_EVENT_REASON_SYNC_BOOST_NS", "clocks_event_reasons_counters.sync_boost", 1e-3},
    {NULL, "PCIE_REPLAY_COUNTER", "pcie.replays", 1},
    {NULL, "ECC_DBE_VOL_TOTAL", "ecc.errors.uncorrected.volatile.total", 1},
    {NULL, "ECC_SBE_VOL_TOTAL", "ecc.errors.corrected.volatile.total", 1},
    {NULL, "UNCORRECTABLE_REMAPPED_ROWS", "remapped_rows.uncorrectable", 1},
    {NULL, "CORRECTABLE_REMAPPED_ROWS", "remapped_rows.correctable", 1},
    {NULL, "ROW_REMAP_FAILURE", "remapped_rows.failure", 1},
    {NULL, "PCIE_LINK_GEN", "pcie.link.gen.current", 1},
    {NULL, "PCIE_LINK_WIDTH", "pcie.link.width.current", 1},
    {NULL, "PCIE_MAX_LINK_GEN", "pcie.link.gen.max", 1},
    {NULL, "PCIE_MAX_LINK_WIDTH", "pcie.link.width.max", 1},
    // Ratios of the profiler, and bytes a second.
    {"GRACT", "GR_ENGINE_ACTIVE", "profile.graphics_engine_active", 100},
    {"SMACT", "SM_ACTIVE", "profile.sm_active", 100},
    {NULL, "SM_UTIL_RATIO", "profile.sm_active", 100},
    {"SMOCC", "SM_OCCUPANCY", "profile.sm_occupancy", 100},
    {"TENSO", "PIPE_TENSOR_ACTIVE", "profile.tensor_active", 100},
    {NULL, "TENSOR_UTIL_RATIO", "profile.tensor_active", 100},
    {"DRAMA", "DRAM_ACTIVE", "profile.dram_active", 100},
    {"FP64A", "PIPE_FP64_ACTIVE", "profile.fp64_active", 100},
    {"FP32A", "PIPE_FP32_ACTIVE", "profile.fp32_active", 100},
    {"FP16A", "PIPE_FP16_ACTIVE", "profile.fp16_active", 100},
    {"PCITX", "PCIE_TX_BYTES", "pcie.tx", 1e-6},
    {"PCIRX", "PCIE_RX_BYTES", "pcie.rx", 1e-6},
    {"NVLTX", "NVLINK_TX_BYTES", "nvlink.tx", 1e-6},
    {"NVLRX", "NVLINK_RX_BYTES", "nvlink.rx", 1e-6},
};

// The names of the exporter before version 2, behind "dcgm_". Its violations are left out: no reference states their
// unit.
static const struct {
    const char *old, *long_name;
} older[] = {
    {"gpu_utilization", "GPU_UTIL"},
    {"mem_copy_utilization", "MEM_COPY_UTIL"},
    {"enc_utilization", "ENC_UTIL"},
    {"dec_utilization", "DEC_UTIL"},
    {"gpu_temp", "GPU_TEMP"},
    {"memory_temp", "MEMORY_TEMP"},
    {"power_usage", "POWER_USAGE"},
    {"sm_clock", "SM_CLOCK"},
    {"memory_clock", "MEM_CLOCK"},
    {"mem_clock", "MEM_CLOCK"},
    {"fb_used", "FB_USED"},
    {"fb_free", "FB_FREE"},
    {"fb_total", "FB_TOTAL"},
    {"pcie_replay_counter", "PCIE_REPLAY_COUNTER"},
    {"ecc_sbe_volatile_total", "ECC_SBE_VOL_TOTAL"},
    {"ecc_dbe_volatile_total", "ECC_DBE_VOL_TOTAL"},
};

// The long name of an old one; empty if it is none.
static struct text long_name(struct text name) {
    for (size_t i = 0; i < sizeof older / sizeof *older; i++)
        if (text_equal(name, older[i].old)) return text_of(older[i].long_name);
    return TEXT("");
}

const struct dcgm_field *dcgm_field(struct text name) {
    static const char *const prefixes[] = {"DCGM_FI_DEV_", "DCGM_FI_PROF_", "dcgm_fi_dev_", "dcgm_fi_prof_"};
    bool is_long = false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0] && !is_long; i++) {
        is_long = text_starts(name, prefixes[i]);
        if (is_long) name = text_skip(name, strlen(prefixes[i]));
    }
    if (!is_long && text_starts(name, "dcgm_")) {
        is_long = true;
        name = long_name(text_skip(name, 5));
    }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *own = is_long ? fields[i].long_name : fields[i].short_name;
        if (own != NULL && (is_long ? text_equal_nocase(name, own) : text_equal(name, own))) return &fields[i];
    }
    return NULL;
}

double dcgm_value(double value) {
    bool blank = fabs(value) >= 9.2e18 || value == 140737488355328.0 || (value >= 2147483632 && value <= 2147483647);
    return blank ? NAN : value;
}

void dcgm_set(struct gpu_row *row, const struct dcgm_field *field, double value) {
    value = dcgm_value(value);
    if (strcmp(field->quantity, "clocks_event_reasons.active") == 0)
        gpu_row_reasons(row, value);
    else
        gpu_row_set(row, field->quantity, field->scale == 1 ? value : value * field->scale);
}

#include "parsers/nvidia_tree.h"

#include <math.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/nvidia_cell.h"

// "" stands for the GPU itself. Quantities that begin with a dot are handled by name below.
static const struct {
    const char *section, *name, *xml_section, *xml_name, *quantity;
} names[] = {
    {"", "Product Name", "gpu", "product_name", ".name"},
    {"", "GPU UUID", "gpu", "uuid", ".uuid"},
    {"", "GPU Recovery Action", "gpu", "gpu_recovery_action", ".recovery"},
    {"", "Fan Speed", "gpu", "fan_speed", "fan.speed"},
    {"", "Performance State", "gpu", "performance_state", "pstate"},
    {"PCIe Generation", "Current", "pcie_gen", "current_link_gen", "pcie.link.gen.current"},
    {"PCIe Generation", "Max", "pcie_gen", "max_link_gen", "pcie.link.gen.max"},
    {"Link Width", "Current", "link_widths", "current_link_width", "pcie.link.width.current"},
    {"Link Width", "Max", "link_widths", "max_link_width", "pcie.link.width.max"},
    {"PCI", "Replays Since Reset", "pci", "replay_counter", "pcie.replays"},
    {"PCI", "Rx Throughput", "pci", "rx_util", ".pcie.rx"},
    {"PCI", "Tx Throughput", "pci", "tx_util", ".pcie.tx"},
    {"FB Memory Usage", "Total", "fb_memory_usage", "total", "memory.total"},
    {"FB Memory Usage", "Reserved", "fb_memory_usage", "reserved", "memory.reserved"},
    {"FB Memory Usage", "Used", "fb_memory_usage", "used", "memory.used"},
    {"FB Memory Usage", "Free", "fb_memory_usage", "free", "memory.free"},
    {"BAR1 Memory Usage", "Used", "bar1_memory_usage", "used", "bar1.used"},
    {"Utilization", "GPU", "utilization", "gpu_util", "utilization.gpu"},
    {"Utilization", "Memory", "utilization", "memory_util", "utilization.memory"},
    {"Utilization", "Encoder", "utilization", "encoder_util", "utilization.encoder"},
    {"Utilization", "Decoder", "utilization", "decoder_util", "utilization.decoder"},
    {"Utilization", "JPEG", "utilization", "jpeg_util", "utilization.jpeg"},
    {"Utilization", "OFA", "utilization", "ofa_util", "utilization.ofa"},
    {"Temperature", "GPU Current Temp", "temperature", "gpu_temp", "temperature.gpu"},
    {"Temperature", "GPU T.Limit Temp", "temperature", "gpu_temp_tlimit", "temperature.gpu.tlimit"},
    {"Temperature", "Memory Current Temp", "temperature", "memory_temp", "temperature.memory"},
    {"Power Readings", "Power Draw", "power_readings", "power_draw", "power.draw"},
    {"Power Readings", "Power Limit", "power_readings", "power_limit", "power.limit"},
    {"Power Readings", "Enforced Power Limit", "power_readings", "enforced_power_limit", "enforced.power.limit"},
    {"Power Readings", "Default Power Limit", "power_readings", "default_power_limit", "power.default_limit"},
    {"Power Readings", "Min Power Limit", "power_readings", "min_power_limit", "power.min_limit"},
    {"Power Readings", "Max Power Limit", "power_readings", "max_power_limit", "power.max_limit"},
    {"GPU Power Readings", "Power Draw", "gpu_power_readings", "power_draw", "power.draw"},
    {"GPU Power Readings", "Average Power Draw", "gpu_power_readings", "average_power_draw", "power.draw.average"},
    {"GPU Power Readings", "Instantaneous Power Draw", "gpu_power_readings", "instant_power_draw",
     "power.draw.instant"},
    {"GPU Power Readings", "Current Power Limit", "gpu_power_readings", "current_power_limit", "enforced.power.limit"},
    {"GPU Power Readings", "Requested Power Limit", "gpu_power_readings", "requested_power_limit", "power.limit"},
    {"GPU Power Readings", "Default Power Limit", "gpu_power_readings", "default_power_limit", "power.default_limit"},
    {"GPU Power Readings", "Min Power Limit", "gpu_power_readings", "min_power_limit", "power.min_limit"},
    {"GPU Power Readings", "Max Power Limit", "gpu_power_readings", "max_power_limit", "power.max_limit"},
    {"Clocks", "Graphics", "clocks", "graphics_clock", "clocks.current.graphics"},
    {"Clocks", "SM", "clocks", "sm_clock", "clocks.current.sm"},
    {"Clocks", "Memory", "clocks", "mem_clock", "clocks.current.memory"},
    {"Clocks", "Video", "clocks", "video_clock", "clocks.current.video"},
    {"Max Clocks", "Graphics", "max_clocks", "graphics_clock", "clocks.max.graphics"},
    {"Max Clocks", "SM", "max_clocks", "sm_clock", "clocks.max.sm"},
    {"Max Clocks", "Memory", "max_clocks", "mem_clock", "clocks.max.memory"},
    {"Applications Clocks", "Graphics", "applications_clocks", "graphics_clock", "clocks.applications.graphics"},
    {"Applications Clocks", "Memory", "applications_clocks", "mem_clock", "clocks.applications.memory"},
    {"Retired Pages", "Single Bit ECC", "multiple_single_bit_retirement", "retired_count",
     "retired_pages.single_bit_ecc.count"},
    {"Retired Pages", "Double Bit ECC", "double_bit_retirement", "retired_count", "retired_pages.double_bit.count"},
    {"Retired Pages", "Pending Page Blacklist", "retired_pages", "pending_blacklist", "retired_pages.pending"},
    {"Remapped Rows", "Correctable Error", "remapped_rows", "remapped_row_corr", "remapped_rows.correctable"},
    {"Remapped Rows", "Uncorrectable Error", "remapped_rows", "remapped_row_unc", "remapped_rows.uncorrectable"},
    {"Remapped Rows", "Pending", "remapped_rows", "remapped_row_pending", "remapped_rows.pending"},
    {"Remapped Rows", "Remapping Failure Occurred", "remapped_rows", "remapped_row_failure", "remapped_rows.failure"},
    {"Volatile", "SRAM Uncorrectable", "volatile", "sram_uncorrectable", ".uncorrected"},
    {"Volatile", "SRAM Uncorrectable Parity", "volatile", "sram_uncorrectable_parity", ".uncorrected"},
    {"Volatile", "SRAM Uncorrectable SEC-DED", "volatile", "sram_uncorrectable_secded", ".uncorrected"},
    {"Volatile", "DRAM Uncorrectable", "volatile", "dram_uncorrectable", ".uncorrected"},
};

// The reasons have sections of their own, by an older and a newer name.
static const struct {
    const char *name, *xml_name, *quantity;
} reasons[] =
    {
        {"Idle", "gpu_idle", "gpu_idle"},
        {"Applications Clocks Setting", "applications_clocks_setting", "applications_clocks_setting"},
        {"SW Power Cap", "sw_power_cap", "sw_power_cap"},
        {"HW Slowdown", "hw_slowdown", "hw_slowdown"},
        {"HW Thermal Slowdown", "hw_thermal_slowdown", "hw_thermal_slowdown"},
        {"HW Power Brake Slowdown", "hw_power_brake_slowdown", "hw_power_brake_slowdown"},
        {"Sync Boost", "sync_boost", "sync_boost"},
        {"SW Thermal Slowdown", "sw_thermal_slowdown", "sw_thermal_slowdown"},
        {"Display Clock Setting", "display_clocks_setting", "display_clock_setting"},
},
  counters[] = {
      {"SW Power Capping", "sw_power_cap", "sw_power_cap"},
      {"Sync Boost", "sync_boost", "sync_boost"},
      {"SW Thermal Slowdown", "sw_therm_slowdown", "sw_thermal_slowdown"},
      {"HW Thermal Slowdown", "hw_therm_slowdown", "hw_thermal_slowdown"},
      {"HW Power Braking", "hw_power_brake", "hw_power_brake_slowdown"},
};

void nvidia_leaves_begin(struct nvidia_leaves *leaves, struct gpu_row *row) {
    *leaves = (struct nvidia_leaves){.row = row, .uncorrected = NAN};
}

static void copy_words(char *to, size_t size, struct text words) {
    size_t length = words.length < size - 1 ? words.length : size - 1;
    memcpy(to, words.at, length);
    to[length] = '\0';
}

static void note_error(struct nvidia_leaves *leaves, struct text value) {
    bool lost = nvidia_error(value) == EVENT_GPU_LOST && nvidia_error(text_of(leaves->error)) != EVENT_GPU_LOST;
    if (leaves->errors++ > 0 && !lost) return;
    copy_words(leaves->error, sizeof leaves->error, value);
}

static void set_named(struct nvidia_leaves *leaves, const char *quantity, struct text value) {
    double number = nvidia_value(value);
    if (strcmp(quantity, ".name") == 0 || strcmp(quantity, ".uuid") == 0) {
        gpu_row_fact(leaves->row, quantity + 1, value);
    } else if (strcmp(quantity, ".recovery") == 0) {
        if (nvidia_recovery(value)) copy_words(leaves->recovery, sizeof leaves->recovery, value);
    } else if (strcmp(quantity, ".uncorrected") == 0) {
        if (!isnan(number)) leaves->uncorrected = isnan(leaves->uncorrected) ? number : leaves->uncorrected + number;
    } else if (strncmp(quantity, ".pcie.", 6) == 0) {
        gpu_row_set(leaves->row, quantity + 1, number >= 0 ? number / 1000 : NAN);  // printed in KB/s
    } else {
        bool below = number < 0 && strncmp(quantity, "temperature.", 12) != 0;  // what a sick GPU prints
        gpu_row_set(leaves->row, quantity, below ? NAN : number);
    }
}

// "clocks_event_reason_sw_power_cap", "clocks_throttle_reason_sw_power_cap" → "sw_power_cap".
static struct text without_prefix(struct text name) {
    static const char *const prefixes[] = {"clocks_event_reasons_counters_", "clocks_event_reason_",
                                           "clocks_throttle_reason_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (text_starts(name, prefixes[i])) return text_skip(name, strlen(prefixes[i]));
    return name;
}

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void set_reason(struct nvidia_leaves *leaves, enum nvidia_words words, bool counter, struct text name,
                       struct text value) {
    char quantity[80];
    size_t count = counter ? COUNT(counters) : COUNT(reasons);
    if (words == WORDS_OF_XML) name = without_prefix(name);
    for (size_t i = 0; i < count; i++) {
        const char *text = counter ? counters[i].name : reasons[i].name;
        const char *xml = counter ? counters[i].xml_name : reasons[i].xml_name;
        if (!text_equal(name, words == WORDS_OF_XML ? xml : text)) continue;
        strcpy(quantity, counter ? "clocks_event_reasons_counters." : "clocks_event_reasons.");
        strcat(quantity, counter ? counters[i].quantity : reasons[i].quantity);
        gpu_row_cell(leaves->row, quantity, value);
        return;
    }
}

void nvidia_leaf(struct nvidia_leaves *leaves, enum nvidia_words words, struct text section, struct text name,
                 struct text value) {
    value = text_trim(value);
    size_t remark = text_find(value, " [");  // "100 W [Deprecated; …]"
    if (remark != SIZE_MAX && text_ends(value, "]")) value = text_trim(text_head(value, remark));
    if (text_has(value, "Unknown Error") || text_has(value, "GPU is lost") || text_has(value, "GPU requires reset"))
        note_error(leaves, value);
    static const char *const sections[][3] = {
        [WORDS_OF_TEXT] = {"Clocks Event Reasons", "Clocks Throttle Reasons", "Clocks Event Reasons Counters"},
        [WORDS_OF_XML] = {"clocks_event_reasons", "clocks_throttle_reasons", "clocks_event_reasons_counters"}};
    for (size_t i = 0; i < 3; i++)
        if (text_equal(section, sections[words][i])) set_reason(leaves, words, i == 2, name, value);
    for (size_t i = 0; i < COUNT(names); i++) {
        bool fits = words == WORDS_OF_XML
                        ? text_equal(section, names[i].xml_section) && text_equal(name, names[i].xml_name)
                        : text_equal(section, names[i].section) && text_equal_nocase(name, names[i].name);
        if (fits) set_named(leaves, names[i].quantity, value);
    }
}

void nvidia_leaves_end(struct nvidia_leaves *leaves, millis time) {
    struct gpu_row *row = leaves->row;
    if (!isnan(leaves->uncorrected)) gpu_row_derive(row, "ecc.errors.uncorrected.volatile.total", leaves->uncorrected);
    // Newer drivers print an average and an instant value only; the average is what `power.draw` is elsewhere.
    const struct column *average = table_find(row->table, "power.draw.average");
    if (average != NULL && !isnan(average->values[row->row]))
        gpu_row_derive(row, "power.draw", average->values[row->row]);
    const char *asked = source_fact_value(row->source, row->entity, "gpu_recovery_action");
    if (leaves->recovery[0] != '\0' && (asked == NULL || strcmp(asked, leaves->recovery) != 0))
        nvidia_recovery_asked(row->source, row->entity, time, row->line, text_of(leaves->recovery));
    // One unreadable field is a quirk of the driver.
    enum event_kind kind = nvidia_error(text_of(leaves->error));
    if (leaves->errors >= 3 || (leaves->errors > 0 && kind == EVENT_GPU_LOST))
        source_event(row->source, time, row->line, kind, text_of(row->entity), text_of(leaves->error),
                     (double)leaves->errors);
}

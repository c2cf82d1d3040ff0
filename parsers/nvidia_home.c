#include "parsers/nvidia_home.h"

#include <string.h>

enum { NAME_MOST = 64 };

// The last word of a name. nvidia-smi's MB are MiB, and so are those of scripts, which divide by 1024 * 1024.
static const struct {
    const char *word;
    enum unit unit;
    double scale;
} units[] = {
    {"pct", UNIT_PERCENT, 1}, {"percent", UNIT_PERCENT, 1}, {"%", UNIT_PERCENT, 1},  {"mb", UNIT_MIB, 1},
    {"mib", UNIT_MIB, 1},     {"gb", UNIT_MIB, 1024},       {"gib", UNIT_MIB, 1024}, {"w", UNIT_WATT, 1},
    {"watt", UNIT_WATT, 1},   {"watts", UNIT_WATT, 1},      {"c", UNIT_CELSIUS, 1},  {"mhz", UNIT_MHZ, 1},
};

// The words before it, without a leading "gpu". The share of the memory that is used and the share of time in which it
// is accessed have the same names: no percentage of the memory is in here.
static const struct {
    const char *words, *quantity;
    enum unit unit;
    bool says_gpu;  // also without "gpu" before it
} names[] = {
    {"util", "utilization.gpu", UNIT_PERCENT, false},
    {"utilization", "utilization.gpu", UNIT_PERCENT, false},
    {"util_gpu", "utilization.gpu", UNIT_PERCENT, true},
    {"utilization_gpu", "utilization.gpu", UNIT_PERCENT, true},
    {"memory_used", "memory.used", UNIT_MIB, false},
    {"mem_used", "memory.used", UNIT_MIB, false},
    {"vram_used", "memory.used", UNIT_MIB, true},
    {"memory_total", "memory.total", UNIT_MIB, false},
    {"mem_total", "memory.total", UNIT_MIB, false},
    {"vram_total", "memory.total", UNIT_MIB, true},
    {"memory_free", "memory.free", UNIT_MIB, false},
    {"mem_free", "memory.free", UNIT_MIB, false},
    {"vram_free", "memory.free", UNIT_MIB, true},
    {"temp", "temperature.gpu", UNIT_CELSIUS, false},
    {"temperature", "temperature.gpu", UNIT_CELSIUS, false},
    {"temp_gpu", "temperature.gpu", UNIT_CELSIUS, true},
    {"temperature_gpu", "temperature.gpu", UNIT_CELSIUS, true},
    {"power", "power.draw", UNIT_WATT, false},
    {"power_draw", "power.draw", UNIT_WATT, false},
    {"power_usage", "power.draw", UNIT_WATT, false},
    {"power_limit", "power.limit", UNIT_WATT, false},
    {"sm_clock", "clocks.current.sm", UNIT_MHZ, true},
    {"clock_sm", "clocks.current.sm", UNIT_MHZ, true},
};

// Names of a utilization that only "gpu" before them makes the GPU's.
static const char *const loads[] = {"util", "utilization", "usage", "load"};

// The letters, digits and per cent signs of a cell in lower case, with one '_' for whatever stands between its words.
static struct text words_of(struct text cell, char *out) {
    size_t length = 0;
    bool gap = false;
    for (size_t i = 0; i < cell.length; i++) {
        char c = cell.at[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 'a' - 'A');
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && c != '%') {
            gap = true;
            continue;
        }
        if ((gap || c == '%') && length > 0) out[length++] = '_';
        gap = c == '%';
        out[length++] = c;
    }
    return (struct text){out, length};
}

static bool is_load(struct text words) {
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++)
        if (text_equal(words, loads[i])) return true;
    return false;
}

static bool find_unit(struct text word, struct nvidia_home *home) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!text_equal(word, units[i].word)) continue;
        home->unit = units[i].unit;
        home->scale = units[i].scale;
        return true;
    }
    return false;
}

bool nvidia_home_made(struct text cell, struct nvidia_home *home) {
    char buffer[2 * NAME_MOST];
    if (cell.length == 0 || cell.length > NAME_MOST || memchr(cell.at, '.', cell.length) != NULL) return false;
    struct text words = words_of(cell, buffer);
    bool gpu = text_starts(words, "gpu_");
    if (gpu) words = text_skip(words, 4);
    *home = (struct nvidia_home){.quantity = "utilization.gpu", .unit = UNIT_PERCENT, .scale = 1, .says_gpu = gpu};
    if (gpu && is_load(words)) return true;
    size_t last = words.length;
    while (last > 0 && words.at[last - 1] != '_') last--;
    home->says_unit = last > 0 && find_unit(text_skip(words, last), home);
    if (!home->says_unit) return text_equal(words, "util_gpu");
    words = text_head(words, last - 1);
    if (gpu && home->unit == UNIT_PERCENT && is_load(words)) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].unit != home->unit || !text_equal(words, names[i].words)) continue;
        home->quantity = names[i].quantity;
        home->says_gpu = gpu || names[i].says_gpu;
        return true;
    }
    return false;
}

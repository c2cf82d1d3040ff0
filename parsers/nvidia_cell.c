#include "parsers/nvidia_cell.h"

#include <math.h>
#include <string.h>

// Plain decimals of up to 15 digits, which is nearly all that these logs hold, exactly: digits and one division.
static size_t plain_decimal(struct text text, double *value) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    uint64_t digits = 0;
    size_t i = 0;
    size_t fraction = 0;
    for (; i < text.length && text.at[i] >= '0' && text.at[i] <= '9'; i++)
        digits = digits * 10 + (uint64_t)(text.at[i] - '0');
    if (i == 0 || i > 15) return 0;
    if (i + 1 < text.length && text.at[i] == '.') {
        size_t first = ++i;
        for (; i < text.length && text.at[i] >= '0' && text.at[i] <= '9'; i++)
            digits = digits * 10 + (uint64_t)(text.at[i] - '0');
        fraction = i - first;
        if (fraction == 0 || i > 16) return 0;
    }
    *value = (double)digits / powers[fraction];
    return i;
}

// A unit is short and holds no digit: "12abc5" is torn, not twelve.
static bool is_unit(struct text unit) {
    if (unit.length > 7) return false;
    for (size_t i = 0; i < unit.length; i++)
        if ((unit.at[i] >= '0' && unit.at[i] <= '9') || unit.at[i] == ',' || unit.at[i] == '.' || unit.at[i] == ':')
            return false;
    return true;
}

static bool is_missing(struct text cell) {
    static const char *const words[] = {"N/A",
                                        "-",
                                        "--",
                                        "ERR!",
                                        "Unknown Error",
                                        "Not Supported",
                                        "Unknown",
                                        "n/a",
                                        "nan",
                                        "NaN",
                                        "null",
                                        "??",
                                        "None",
                                        "GPU is lost",
                                        "GPU requires reset",
                                        "Not Found",
                                        "Insufficient Permissions",
                                        "Requested functionality has been deprecated"};
    if (cell.length == 0 || cell.at[0] == '[') return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_equal(cell, words[i])) return true;
    return false;
}

static bool word_value(struct text cell, double *value) {
    static const struct {
        const char *word;
        double value;
    } words[] = {{"Not Active", 0}, {"Active", 1}, {"Enabled", 1}, {"Disabled", 0},
                 {"Yes", 1},        {"No", 0},     {"On", 1},      {"Off", 0}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!text_equal(cell, words[i].word)) continue;
        *value = words[i].value;
        return true;
    }
    return false;
}

static bool state_or_mask(struct text cell, double *value) {
    uint64_t bits = 0;
    int64_t state = 0;
    if (cell.length > 2 && cell.at[0] == '0' && cell.at[1] == 'x' && text_hex(cell, &bits)) {
        *value = (double)bits;
        return true;
    }
    if (cell.length < 2 || cell.length > 3 || cell.at[0] != 'P' || !text_integer(text_skip(cell, 1), &state))
        return false;
    *value = (double)state;
    return state >= 0;
}

enum nvidia_cell nvidia_cell(struct text cell, double *value, struct text *unit) {
    struct text behind = {cell.at, 0};
    enum nvidia_cell kind = CELL_NUMBER;
    bool mask = cell.length > 2 && cell.at[0] == '0' && cell.at[1] == 'x';
    size_t used = mask ? 0 : plain_decimal(cell, value);
    if (used > 0) {
        behind = text_skip(cell, used);
        if (behind.length > 0 && behind.at[0] == ' ') behind = text_trim(behind);
    }
    bool number = used > 0 && is_unit(behind);
    if (!number) {
        behind.length = 0;
        number = state_or_mask(cell, value) || word_value(cell, value);
        if (!number && !mask && text_number_unit(cell, value, &behind)) number = is_unit(behind);
        if (!number) kind = is_missing(cell) ? CELL_MISSING : CELL_STRANGE;
    }
    if (!number) *value = NAN;
    if (unit != NULL) *unit = behind;
    return kind;
}

double nvidia_value(struct text cell) {
    double value;
    nvidia_cell(text_trim(cell), &value, NULL);
    return value;
}

// Asked for each cell of a log: by length first.
enum unit nvidia_unit(struct text unit) {
    if (unit.length == 1) {
        if (unit.at[0] == '%') return UNIT_PERCENT;
        if (unit.at[0] == 'W') return UNIT_WATT;
        return unit.at[0] == 'C' ? UNIT_CELSIUS : UNIT_NONE;
    }
    if (unit.length == 3) {
        if (memcmp(unit.at, "MiB", 3) == 0) return UNIT_MIB;
        return memcmp(unit.at, "MHz", 3) == 0 ? UNIT_MHZ : UNIT_NONE;
    }
    if (unit.length != 2) return UNIT_NONE;
    if (memcmp(unit.at, "MB", 2) == 0) return UNIT_MIB;
    if (memcmp(unit.at, "us", 2) == 0) return UNIT_US;
    return memcmp(unit.at, "ms", 2) == 0 ? UNIT_MS : UNIT_NONE;
}

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
        {"Unknown Error", EVENT_GPU_ERROR},
        {"NVIDIA-SMI has failed", EVENT_GPU_ERROR},
        {"Failed to initialize NVML", EVENT_GPU_ERROR},
        {"is not a valid field to query", EVENT_GPU_ERROR},
        {"nvidia-smi: command not found", EVENT_GPU_ERROR},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (text_has(text, parts[i].part)) return parts[i].kind;
    return EVENT_NOTE;
}

// "Reset", "Reboot", "Drain P2P", "Drain and Reset"; newer headers of NVML add a bus reset and a domain to recover.
bool nvidia_recovery(struct text words) {
    static const char *const verbs[] = {"Reset", "Reboot", "Drain", "Recover"};
    if (words.length > 40) return false;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (text_has(words, verbs[i]) && words.at[0] >= 'A' && words.at[0] <= 'Z') return true;
    return false;
}

#include "reports/metric_names.h"

#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/unit.h"

// Names follow node_exporter (modes of the CPU, device), dcgm-exporter (gpu) and the naming rules of Prometheus: base
// units, the unit last, shares from 0 to 1.
static const struct base_unit {
    const char *suffix;  // of the name
    bool is_unit;        // false: no unit in the sense of OpenMetrics
    double scale;
} base_units[UNIT_COUNT_] = {
    [UNIT_NONE] = {"", false, 1},
    [UNIT_PERCENT] = {"ratio", true, 0.01},
    [UNIT_MIB] = {"bytes", true, 1048576},
    [UNIT_KIB] = {"bytes", true, 1024},
    [UNIT_KIB_PER_S] = {"bytes_per_second", true, 1024},
    [UNIT_MB_PER_S] = {"bytes_per_second", true, 1e6},
    [UNIT_BYTES] = {"bytes", true, 1},
    [UNIT_WATT] = {"watts", true, 1},
    [UNIT_MHZ] = {"hertz", true, 1e6},
    [UNIT_CELSIUS] = {"celsius", true, 1},
    [UNIT_MS] = {"seconds", true, 1e-3},
    [UNIT_US] = {"seconds", true, 1e-6},
    [UNIT_SECONDS] = {"seconds", true, 1},
    [UNIT_PER_S] = {"per_second", false, 1},
    [UNIT_HOURS] = {"seconds", true, 3600},
    [UNIT_REQUESTS] = {"", false, 1},
    [UNIT_BITS] = {"", false, 1},
    [UNIT_BOOL] = {"ratio", true, 1},  // the mean of a bin: the share of it in which it was so
};

// A field whose quantity ends with '*' stands for all that begin so; the rest of the name is the value of the label.
static const struct known {
    enum entity_kind kind;
    const char *quantity, *name, *label, *value;
} known[] = {
    {ENTITY_GPU, "utilization.gpu", "gpu_utilization", NULL, NULL},
    {ENTITY_GPU, "utilization.memory", "gpu_memory_utilization", NULL, NULL},
    {ENTITY_GPU, "memory.used", "gpu_memory_used", NULL, NULL},
    {ENTITY_GPU, "memory.free", "gpu_memory_free", NULL, NULL},
    {ENTITY_GPU, "memory.total", "gpu_memory_total", NULL, NULL},
    {ENTITY_GPU, "power.draw", "gpu_power_draw", NULL, NULL},
    {ENTITY_GPU, "power.limit", "gpu_power_limit", NULL, NULL},
    {ENTITY_GPU, "temperature.gpu", "gpu_temperature", NULL, NULL},
    {ENTITY_GPU, "temperature.memory", "gpu_memory_temperature", NULL, NULL},
    {ENTITY_GPU, "clocks.current.*", "gpu_clock", "clock", NULL},
    {ENTITY_GPU, "clocks.max.*", "gpu_clock_max", "clock", NULL},
    {ENTITY_GPU, "clocks_event_reasons.*", "gpu_clock_event", "reason", NULL},
    {ENTITY_GPU, "profile.*", "gpu_profile", "profile", NULL},
    {ENTITY_GPU, "pcie.rx", "gpu_pcie_receive", NULL, NULL},
    {ENTITY_GPU, "pcie.tx", "gpu_pcie_transmit", NULL, NULL},
    {ENTITY_GPU, "lost_share", "gpu_lost_ratio", NULL, NULL},
    {ENTITY_DISK, "%util", "disk_utilization", NULL, NULL},
    {ENTITY_DISK, "aqu-sz", "disk_queue_length", NULL, NULL},
    {ENTITY_DISK, "await", "disk_await", NULL, NULL},
    {ENTITY_DISK, "r_await", "disk_read_await", NULL, NULL},
    {ENTITY_DISK, "w_await", "disk_write_await", NULL, NULL},
    {ENTITY_DISK, "d_await", "disk_discard_await", NULL, NULL},
    {ENTITY_DISK, "f_await", "disk_flush_await", NULL, NULL},
    {ENTITY_DISK, "r/s", "disk_reads", NULL, NULL},
    {ENTITY_DISK, "w/s", "disk_writes", NULL, NULL},
    {ENTITY_DISK, "d/s", "disk_discards", NULL, NULL},
    {ENTITY_DISK, "f/s", "disk_flushes", NULL, NULL},
    {ENTITY_DISK, "tps", "disk_transfers", NULL, NULL},
    {ENTITY_DISK, "rkB/s", "disk_read", NULL, NULL},
    {ENTITY_DISK, "wkB/s", "disk_written", NULL, NULL},
    {ENTITY_DISK, "dkB/s", "disk_discarded", NULL, NULL},
    {ENTITY_DISK, "rrqm/s", "disk_reads_merged", NULL, NULL},
    {ENTITY_DISK, "wrqm/s", "disk_writes_merged", NULL, NULL},
    {ENTITY_DISK, "drqm/s", "disk_discards_merged", NULL, NULL},
    {ENTITY_DISK, "%rrqm", "disk_reads_merged", NULL, NULL},
    {ENTITY_DISK, "%wrqm", "disk_writes_merged", NULL, NULL},
    {ENTITY_DISK, "%drqm", "disk_discards_merged", NULL, NULL},
    {ENTITY_DISK, "areq-sz", "disk_request", NULL, NULL},
    {ENTITY_DISK, "rareq-sz", "disk_read_request", NULL, NULL},
    {ENTITY_DISK, "wareq-sz", "disk_write_request", NULL, NULL},
    {ENTITY_DISK, "dareq-sz", "disk_discard_request", NULL, NULL},
    {ENTITY_CPU, "%user", "cpu_time", "mode", "user"},
    {ENTITY_CPU, "%usr", "cpu_time", "mode", "user"},
    {ENTITY_CPU, "%system", "cpu_time", "mode", "system"},
    {ENTITY_CPU, "%sys", "cpu_time", "mode", "system"},
    {ENTITY_CPU, "%soft", "cpu_time", "mode", "softirq"},
    {ENTITY_CPU, "%gnice", "cpu_time", "mode", "guest_nice"},
    {ENTITY_CPU, "%*", "cpu_time", "mode", NULL},
    {ENTITY_HOST, "us", "cpu_time", "mode", "user"},
    {ENTITY_HOST, "sy", "cpu_time", "mode", "system"},
    {ENTITY_HOST, "id", "cpu_time", "mode", "idle"},
    {ENTITY_HOST, "wa", "cpu_time", "mode", "iowait"},
    {ENTITY_HOST, "st", "cpu_time", "mode", "steal"},
    {ENTITY_HOST, "gu", "cpu_time", "mode", "guest"},
    {ENTITY_HOST, "r", "host_processes_running", NULL, NULL},
    {ENTITY_HOST, "b", "host_processes_blocked", NULL, NULL},
    {ENTITY_HOST, "swpd", "host_swap_used", NULL, NULL},
    {ENTITY_HOST, "free", "host_memory_free", NULL, NULL},
    {ENTITY_HOST, "buff", "host_memory_buffers", NULL, NULL},
    {ENTITY_HOST, "cache", "host_memory_cached", NULL, NULL},
    {ENTITY_HOST, "mem.used", "host_memory_used", NULL, NULL},
    {ENTITY_HOST, "mem.free", "host_memory_free", NULL, NULL},
    {ENTITY_HOST, "mem.total", "host_memory_total", NULL, NULL},
    {ENTITY_HOST, "mem.available", "host_memory_available", NULL, NULL},
    {ENTITY_HOST, "mem.buffers", "host_memory_buffers", NULL, NULL},
    {ENTITY_HOST, "mem.cached", "host_memory_cached", NULL, NULL},
    {ENTITY_HOST, "mem.shared", "host_memory_shared", NULL, NULL},
    {ENTITY_HOST, "kbmemfree", "host_memory_free", NULL, NULL},
    {ENTITY_HOST, "kbmemused", "host_memory_used", NULL, NULL},
    {ENTITY_HOST, "kbavail", "host_memory_available", NULL, NULL},
    {ENTITY_HOST, "kbbuffers", "host_memory_buffers", NULL, NULL},
    {ENTITY_HOST, "kbcached", "host_memory_cached", NULL, NULL},
    {ENTITY_HOST, "%memused", "host_memory_used", NULL, NULL},
    {ENTITY_HOST, "kbswpused", "host_swap_used", NULL, NULL},
    {ENTITY_HOST, "kbswpfree", "host_swap_free", NULL, NULL},
    {ENTITY_HOST, "si", "host_swap_in", NULL, NULL},
    {ENTITY_HOST, "so", "host_swap_out", NULL, NULL},
    {ENTITY_HOST, "bi", "host_block_in", NULL, NULL},
    {ENTITY_HOST, "bo", "host_block_out", NULL, NULL},
    {ENTITY_HOST, "in", "host_interrupts", NULL, NULL},
    {ENTITY_HOST, "cs", "host_context_switches", NULL, NULL},
    {ENTITY_HOST, "ldavg-1", "host_load1", NULL, NULL},
    {ENTITY_HOST, "ldavg-5", "host_load5", NULL, NULL},
    {ENTITY_HOST, "ldavg-15", "host_load15", NULL, NULL},
    {ENTITY_NET, "rxkB/s", "network_receive", NULL, NULL},
    {ENTITY_NET, "txkB/s", "network_transmit", NULL, NULL},
    {ENTITY_NET, "rxpck/s", "network_receive_packets", NULL, NULL},
    {ENTITY_NET, "txpck/s", "network_transmit_packets", NULL, NULL},
    {ENTITY_NET, "%ifutil", "network_utilization", NULL, NULL},
    {ENTITY_JOB, "step_time", "job_step_time", NULL, NULL},
    {ENTITY_JOB, "loss", "job_loss", NULL, NULL},
    {ENTITY_JOB, "lost_share", "run_lost_ratio", NULL, NULL},
};

const char *metric_entity_label(enum entity_kind kind) {
    switch (kind) {
        case ENTITY_GPU:
            return "gpu";
        case ENTITY_DISK:
            return "device";
        case ENTITY_CPU:
            return "cpu";
        case ENTITY_NET:
            return "interface";
        case ENTITY_PROCESS:
            return "process";
        case ENTITY_MOUNT:
            return "mountpoint";
        default:
            return NULL;
    }
}

static const char *subject_of(enum entity_kind kind) { return kind == ENTITY_NET ? "network" : entity_kind_name(kind); }

static const struct known *find_known(enum entity_kind kind, const char *quantity, const char **rest) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].quantity);
        bool open = known[i].quantity[length - 1] == '*';
        if (known[i].kind != kind) continue;
        if (open && strncmp(quantity, known[i].quantity, length - 1) == 0) {
            *rest = quantity + length - 1;
            if (**rest != '\0') return &known[i];
        }
        if (!open && strcmp(quantity, known[i].quantity) == 0) return &known[i];
    }
    return NULL;
}

static bool ends_with(const char *name, const char *end) { return text_ends(text_of(name), end); }

// a-z, 0-9 and single "_" between them; what cannot be said so is left out.
static const char *plain_name(struct arena *arena, const char *quantity) {
    enum { LONGEST = 80 };
    char name[LONGEST + 1];
    size_t used = 0;
    for (; *quantity != '\0' && used < LONGEST; quantity++) {
        char c = *quantity;
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain) name[used++] = c;
        if (!plain && used > 0 && name[used - 1] != '_') name[used++] = '_';
    }
    while (used > 0 && name[used - 1] == '_') used--;
    return used == 0 ? "other" : arena_copy(arena, name, used);
}

// Names that end like the samples of a counter, a summary or an info would be taken for those.
static bool is_reserved(const char *name) {
    static const char *const ends[] = {"_total", "_info", "_created", "_count", "_sum", "_bucket", "_gsum", "_gcount"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(name, ends[i])) return true;
    return false;
}

// The normalised values of a SMART attribute: "Reallocated_Sector_Ct.worst".
static bool smart_name(struct arena *arena, const char *quantity, struct metric_name *out) {
    static const char *const parts[][2] = {{".value", "value"}, {".worst", "worst"}, {".thresh", "threshold"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!ends_with(quantity, parts[i][0]) || strlen(quantity) == strlen(parts[i][0])) continue;
        out->family = arena_printf(arena, "whyslow_disk_smart_%s", parts[i][1]);
        out->help = arena_printf(arena, "Normalised SMART attribute of the disk: its %s.", parts[i][1]);
        out->label = "attribute";
        out->label_value = arena_copy(arena, quantity, strlen(quantity) - strlen(parts[i][0]));
        return true;
    }
    return false;
}

static const char *with_unit(struct arena *arena, const char *name, const char *suffix) {
    bool has = suffix[0] == '\0' || ends_with(name, arena_printf(arena, "_%s", suffix));
    const char *whole =
        has ? arena_printf(arena, "whyslow_%s", name) : arena_printf(arena, "whyslow_%s_%s", name, suffix);
    return is_reserved(whole) ? arena_printf(arena, "%s_value", whole) : whole;
}

struct metric_name metric_name_of(struct arena *arena, enum entity_kind kind, const char *quantity, enum unit unit) {
    const struct base_unit *base = &base_units[unit < UNIT_COUNT_ ? unit : UNIT_NONE];
    struct metric_name metric = {.unit = "", .scale = base->scale};
    if (kind == ENTITY_DISK && unit == UNIT_NONE && smart_name(arena, quantity, &metric)) return metric;
    const char *rest = NULL;
    const struct known *row = find_known(kind, quantity, &rest);
    const char *name = row != NULL ? row->name : NULL;
    if (row != NULL && row->label != NULL) {
        metric.label = row->label;
        metric.label_value = row->value != NULL ? row->value : rest;
        metric.help = arena_printf(arena, "%s of the log by %s, mean over the bin.", row->quantity, row->label);
    } else if (row != NULL) {
        metric.help = arena_printf(arena, "%s of the log, mean over the bin.", row->quantity);
    } else {
        // "r/s" and "%x" say their unit already.
        const char *stem = plain_name(arena, quantity);
        if (unit == UNIT_PER_S && ends_with(stem, "_s")) stem = arena_copy(arena, stem, strlen(stem) - 2);
        name = arena_printf(arena, "%s_%s", subject_of(kind), stem);
        metric.label = "quantity";
        metric.label_value = quantity;
        metric.help = "The field of the log that the label quantity names, mean over the bin.";
    }
    metric.family = with_unit(arena, name, base->suffix);
    if (base->is_unit && ends_with(metric.family, base->suffix)) metric.unit = base->suffix;
    if (strcmp(quantity, "lost_share") != 0) return metric;
    metric.unit = "ratio";
    metric.help = kind == ENTITY_GPU ? "Share of the GPU's time that was lost in the bin."
                                     : "Share of the GPU time of the run that was lost in the bin.";
    return metric;
}

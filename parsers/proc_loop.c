// proc_loop.c: snapshots of the kernel's own counters, a stamp before each; what lies between two of them is a row.
//
// Fields as Documentation/admin-guide/iostats.rst and proc(5) of Linux number them; the formulas are iostat's.
#include "parsers/proc_loop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/log_clock.h"
#include "parsers/merged.h"

// Devices and CPUs of one host; counters of one of them (20 in /proc/diskstats since Linux 5.5).
enum { DEVICES_MOST = 2048, COUNTERS_MOST = 20, SECTOR = 512, CPU_TIMES = 8 };

// /proc/diskstats behind the name.
enum {
    READS,
    READS_MERGED,
    READ_SECTORS,
    READ_MS,
    WRITES,
    WRITES_MERGED,
    WRITE_SECTORS,
    WRITE_MS,
    IN_FLIGHT,
    BUSY_MS,
    QUEUE_MS,
    DISCARDS,
    DISCARDS_MERGED,
    DISCARD_SECTORS,
    DISCARD_MS,
    FLUSHES,
    FLUSH_MS,
    DISK_COUNTERS
};

struct device {
    const char *name;
    bool known;  // there are counters to compare with
    millis at;
    double counters[COUNTERS_MOST];
};

struct proc_loop {
    struct source *source;
    struct log_clock clock;
    struct device *devices;
    size_t count, next;  // where the next one is expected: they come in the same order each time
    millis at, before;
    bool stamped, any;       // a stamp came since the last snapshot; any stamp at all
    bool vmstat;             // below the header of vmstat -d
    const char *disk;        // the last whole disk: its partitions follow it
    char pressure[8];        // "io", of the file that was printed last; ""
    size_t undated, resets;  // counters without a time; that went backward
    size_t nameless;         // lines of pressure of which file is not said
    uint32_t reset_line;
    double swap;  // SwapTotal; NaN until seen
};

// ── rows ────────────────────────────────────────────────────────────────────

static struct device *device_of(struct proc_loop *loop, struct text name) {
    for (size_t k = 0; k < loop->count; k++) {
        size_t i = (loop->next + k) % loop->count;
        if (!text_equal(name, loop->devices[i].name)) continue;
        loop->next = i + 1;
        return &loop->devices[i];
    }
    if (loop->count == DEVICES_MOST) return NULL;
    struct device *device = &loop->devices[loop->count++];
    *device = (struct device){.name = text_copy(loop->source->arena_, name)};
    loop->next = loop->count;
    return device;
}

struct row {
    struct proc_loop *loop;
    struct table *table;
    size_t row;
    uint32_t line;
};

static struct row begin_row(struct proc_loop *loop, struct text entity, enum entity_kind kind, double seconds,
                            uint32_t line, const char *first) {
    struct row row = {.loop = loop, .table = source_table(loop->source, entity, kind), .line = line};
    row.row = merged_row(row.table, loop->at, seconds, line, first);
    return row;
}

static void put(struct row *row, const char *quantity, enum unit unit, enum series_kind kind, double value) {
    merged_set(row->loop->source, row->table, row->row, quantity, unit, kind, value);
}

// What was counted since the snapshot before, in `change`; seconds between the two. False if there is nothing to
// compare with: the first snapshot, a stamp that is missing, counters that began anew.
static bool changes(struct proc_loop *loop, struct device *device, const double *counters, size_t count, double *change,
                    double *seconds, uint32_t line) {
    bool comparable = device->known && loop->at > device->at;
    *seconds = (double)(loop->at - device->at) / 1000;
    for (size_t i = 0; comparable && i < count; i++) {
        change[i] = counters[i] - device->counters[i];
        if (!(change[i] < 0) || i == IN_FLIGHT) continue;  // NaN: not printed
        if (loop->resets++ == 0) loop->reset_line = line;
        comparable = false;
    }
    device->known = true;
    device->at = loop->at;
    memcpy(device->counters, counters, count * sizeof *counters);
    return comparable;
}

static double ratio(double a, double b) { return b > 0 ? a / b : 0; }

static void put_direction(struct row *row, const char *const names[4], const double *change, double seconds) {
    double kib = change[2] * SECTOR / 1024;
    put(row, names[0], UNIT_PER_S, SERIES_AVERAGE, change[0] / seconds);
    put(row, names[1], UNIT_KIB_PER_S, SERIES_AVERAGE, kib / seconds);
    put(row, names[2], UNIT_MS, SERIES_AVERAGE, ratio(change[3], change[0]));
    put(row, names[3], UNIT_KIB, SERIES_AVERAGE, ratio(kib, change[0]));
}

static void put_disk(struct proc_loop *loop, struct text name, const double *c, size_t count, double seconds,
                     uint32_t line) {
    static const char *const reads[] = {"r/s", "rkB/s", "r_await", "rareq-sz"};
    static const char *const writes[] = {"w/s", "wkB/s", "w_await", "wareq-sz"};
    static const char *const discards[] = {"d/s", "dkB/s", "d_await", "dareq-sz"};
    struct row row = begin_row(loop, name, ENTITY_DISK, seconds, line, "r/s");
    put_direction(&row, reads, c + READS, seconds);
    put_direction(&row, writes, c + WRITES, seconds);
    put(&row, "rrqm/s", UNIT_PER_S, SERIES_AVERAGE, c[READS_MERGED] / seconds);
    put(&row, "wrqm/s", UNIT_PER_S, SERIES_AVERAGE, c[WRITES_MERGED] / seconds);
    if (count > DISCARD_MS) put_direction(&row, discards, c + DISCARDS, seconds);
    if (count > FLUSH_MS) {
        put(&row, "f/s", UNIT_PER_S, SERIES_AVERAGE, c[FLUSHES] / seconds);
        put(&row, "f_await", UNIT_MS, SERIES_AVERAGE, ratio(c[FLUSH_MS], c[FLUSHES]));
    }
    if (!isnan(c[QUEUE_MS])) put(&row, "aqu-sz", UNIT_REQUESTS, SERIES_AVERAGE, c[QUEUE_MS] / 1000 / seconds);
    if (!isnan(c[BUSY_MS])) put(&row, "%util", UNIT_PERCENT, SERIES_AVERAGE, c[BUSY_MS] / 10 / seconds);
    loop->source->samples++;
}

static bool dated(struct proc_loop *loop) {
    if (loop->stamped) return true;
    loop->undated++;
    return false;
}

// ── disks ───────────────────────────────────────────────────────────────────

// "sda1" behind "sda", "nvme0n1p2" behind "nvme0n1": counted in their disk, too.
static bool is_partition(const struct proc_loop *loop, struct text name) {
    if (loop->disk == NULL || !text_starts(name, loop->disk)) return false;
    struct text rest = text_skip(name, strlen(loop->disk));
    char last = loop->disk[strlen(loop->disk) - 1];
    if (last >= '0' && last <= '9') {
        if (!text_starts(rest, "p")) return false;
        rest = text_skip(rest, 1);
    }
    int64_t number;
    return text_integer(rest, &number);
}

static bool numbers_of(const struct fields *words, size_t first, size_t count, double *out) {
    for (size_t i = 0; i < count; i++)
        if (!text_number(words->at[first + i], &out[i]) || out[i] < 0) return false;
    return true;
}

static void take_counters(struct proc_loop *loop, struct text name, const double *counters, size_t count,
                          uint32_t line) {
    double change[COUNTERS_MOST];
    double seconds;
    if (is_partition(loop, name)) return;
    loop->disk = text_copy(loop->source->arena_, name);
    // Devices that never did anything since boot, as iostat leaves them out.
    if (counters[READS] + counters[WRITES] <= 0 || !dated(loop)) return;
    struct device *device = device_of(loop, name);
    if (device != NULL && changes(loop, device, counters, count, change, &seconds, line))
        put_disk(loop, name, change, count, seconds, line);
}

static bool take_diskstats(struct proc_loop *loop, const struct fields *words, uint32_t line) {
    int64_t major;
    int64_t minor;
    if (words->count < 14 || words->count > 3 + COUNTERS_MOST || !text_integer(words->at[0], &major) ||
        !text_integer(words->at[1], &minor))
        return false;
    double counters[COUNTERS_MOST] = {0};
    size_t count = words->count - 3 < DISK_COUNTERS ? words->count - 3 : DISK_COUNTERS;
    if (!numbers_of(words, 3, count, counters)) return false;
    take_counters(loop, words->at[2], counters, count, line);
    return true;
}

// vmstat -d: reads and writes as above, then requests in flight and whole seconds of work: too coarse for %util.
static bool take_vmstat(struct proc_loop *loop, const struct fields *words, uint32_t line) {
    double counters[COUNTERS_MOST] = {0};
    double rest[2];
    if (!loop->vmstat || words->count != 11 || !numbers_of(words, 1, 8, counters) || !numbers_of(words, 9, 2, rest))
        return false;
    counters[BUSY_MS] = counters[QUEUE_MS] = NAN;
    take_counters(loop, words->at[0], counters, QUEUE_MS + 1, line);
    return true;
}

static bool is_vmstat_header(const struct fields *words) {
    return words->count == 4 && text_equal(words->at[0], "disk-") && text_has(words->at[1], "reads");
}

// ── CPUs and memory ─────────────────────────────────────────────────────────

// "cpu 10 0 5 100 2 0 1 0 0 0", "cpu3 …": hundredths of a second in each state.
static bool take_cpu(struct proc_loop *loop, const struct fields *words, uint32_t line) {
    static const char *const names[] = {"%user", "%nice", "%system", "%idle", "%iowait", "%irq", "%soft", "%steal"};
    double counters[CPU_TIMES] = {0};
    double change[CPU_TIMES];
    double seconds;
    struct text number = text_skip(words->at[0], 3);
    int64_t cpu;
    if (!text_starts(words->at[0], "cpu") || words->count < 5 || words->count > 12) return false;
    if (number.length > 0 && !text_integer(number, &cpu)) return false;
    size_t count = words->count - 1 < CPU_TIMES ? words->count - 1 : CPU_TIMES;
    if (!numbers_of(words, 1, count, counters)) return false;
    if (!dated(loop)) return true;
    struct device *device = device_of(loop, words->at[0]);
    if (device == NULL || !changes(loop, device, counters, CPU_TIMES, change, &seconds, line)) return true;
    double all = 0;
    for (size_t i = 0; i < count; i++) all += change[i];
    if (all <= 0) return true;
    struct row row = begin_row(loop, words->at[0], ENTITY_CPU, seconds, line, names[0]);
    for (size_t i = 0; i < count; i++) put(&row, names[i], UNIT_PERCENT, SERIES_AVERAGE, change[i] / all * 100);
    loop->source->samples++;
    return true;
}

struct named {
    const char *key, *quantity;
    enum unit unit;
    double scale;
};

static const struct named *find_named(const struct named *table, struct text key) {
    for (; table->key != NULL; table++)
        if (text_equal(key, table->key)) return table;
    return NULL;
}

// "MemAvailable:  123456 kB", "procs_blocked 3": what is, not what was counted.
static bool take_state(struct proc_loop *loop, const struct fields *words, uint32_t line) {
    static const struct named states[] = {{"MemTotal:", "mem.total", UNIT_KIB, 1},
                                          {"MemFree:", "mem.free", UNIT_KIB, 1},
                                          {"MemAvailable:", "mem.available", UNIT_KIB, 1},
                                          {"Buffers:", "mem.buffers", UNIT_KIB, 1},
                                          {"Cached:", "mem.cached", UNIT_KIB, 1},
                                          {"SwapTotal:", "swap.total", UNIT_KIB, 1},
                                          {"SwapFree:", "swap.free", UNIT_KIB, 1},
                                          {"Dirty:", "mem.dirty", UNIT_KIB, 1},
                                          {"Writeback:", "mem.writeback", UNIT_KIB, 1},
                                          {"procs_running", "r", UNIT_NONE, 1},
                                          {"procs_blocked", "b", UNIT_NONE, 1},
                                          {NULL, NULL, UNIT_NONE, 0}};
    const struct named *state = words->count == 2 || words->count == 3 ? find_named(states, words->at[0]) : NULL;
    double value;
    if (state == NULL || !text_number(words->at[1], &value)) return false;
    if (!dated(loop)) return true;
    struct row row = begin_row(loop, TEXT("host"), ENTITY_HOST, 0, line, state->quantity);
    put(&row, state->quantity, state->unit, SERIES_STATE, value * state->scale);
    if (text_equal(words->at[0], "SwapTotal:")) loop->swap = value;
    if (text_equal(words->at[0], "SwapFree:") && !isnan(loop->swap))
        put(&row, "swap.used", UNIT_KIB, SERIES_STATE, loop->swap - value);
    return true;
}

// "ctxt 123", "pswpin 7" (pages): counters of the whole host.
static bool take_counter(struct proc_loop *loop, const struct fields *words, uint32_t line) {
    static const struct named counters[] = {{"ctxt", "cs", UNIT_PER_S, 1},
                                            {"pswpin", "si", UNIT_KIB_PER_S, 4},
                                            {"pswpout", "so", UNIT_KIB_PER_S, 4},
                                            {NULL, NULL, UNIT_NONE, 0}};
    const struct named *counter = words->count == 2 ? find_named(counters, words->at[0]) : NULL;
    double value[COUNTERS_MOST] = {0};
    double change[COUNTERS_MOST] = {0};
    double seconds;
    if (counter == NULL || !text_number(words->at[1], value)) return false;
    if (!dated(loop)) return true;
    struct device *device = device_of(loop, words->at[0]);
    if (device == NULL || !changes(loop, device, value, 1, change, &seconds, line)) return true;
    struct row row = begin_row(loop, TEXT("host"), ENTITY_HOST, seconds, line, counter->quantity);
    put(&row, counter->quantity, counter->unit, SERIES_AVERAGE, change[0] * counter->scale / seconds);
    return true;
}

// "/proc/pressure/io:some avg10=1.23 …" of grep, "==> /proc/pressure/io <==" of head, or the bare line behind that.
static bool take_pressure(struct proc_loop *loop, struct text line, uint32_t number) {
    static const char path[] = "/proc/pressure/";
    size_t at = text_find(line, path);
    if (at != SIZE_MAX && at < 8) {
        struct text name = text_skip(line, at + strlen(path));
        size_t end = 0;
        while (end < name.length && name.at[end] >= 'a' && name.at[end] <= 'z') end++;
        snprintf(loop->pressure, sizeof loop->pressure, "%.*s", (int)(end < 7 ? end : 7), name.at);
        line = text_trim(text_skip(name, end));
        if (text_equal(line, "<==")) return true;
        if (text_starts(line, ":")) line = text_skip(line, 1);
    }
    bool full = text_starts(line, "full avg10=");
    double value;
    if (!full && !text_starts(line, "some avg10=")) return false;
    struct text rest = text_skip(line, strlen("some avg10="));
    if (!text_number(text_word(&rest), &value)) return false;
    loop->nameless += loop->pressure[0] == '\0';
    if (loop->pressure[0] == '\0' || !dated(loop)) return true;
    // As sar calls them.
    char quantity[24];
    snprintf(quantity, sizeof quantity, "%%%c%s-10", full ? 'f' : 's', loop->pressure);
    struct row row = begin_row(loop, TEXT("host"), ENTITY_HOST, 0, number, quantity);
    put(&row, quantity, UNIT_PERCENT, SERIES_STATE, value);
    return true;
}

// ── the log ─────────────────────────────────────────────────────────────────

// What these files hold beside, line after line.
static bool is_other(const struct fields *words) {
    static const char *const starts[] = {"intr", "btime", "processes", "softirq", "page", "swap", "disk", "total"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_equal(words->at[0], starts[i])) return true;
    // Of /proc/meminfo and /proc/vmstat.
    double value;
    if (words->count < 2 || words->count > 3 || !text_number(words->at[1], &value)) return false;
    return words->count == 2 || text_ends(words->at[0], ":");
}

static bool take_stamp(struct proc_loop *loop, struct text line, uint32_t number) {
    line = text_trim(line);
    while (text_starts(line, "=") || text_starts(line, "-") || text_starts(line, "#"))
        line = text_trim(text_skip(line, 1));
    while (text_ends(line, "=") || text_ends(line, "-")) line = text_trim(text_head(line, line.length - 1));
    millis at;
    if (line.length == 0 || line.length > 80 || !log_clock_read(&loop->clock, line, &at)) return false;
    struct source *source = loop->source;
    source->day_month_open = source->day_month_open || loop->clock.ambiguous;
    if (loop->any && at + 1000 < loop->before)
        source_problem(source, number, SEVERITY_WARNING, tr("time runs backward here"));
    loop->before = loop->at = at;
    loop->any = loop->stamped = true;
    loop->vmstat = false;
    loop->disk = NULL;
    source->reports++;
    return true;
}

static void take_line(struct proc_loop *loop, struct text line, uint32_t number, bool cut) {
    struct fields words;
    fields_split(line, &words);
    if (words.count == 0) return;
    if (is_vmstat_header(&words)) {
        loop->vmstat = true;
        return;
    }
    if (loop->vmstat && text_equal(words.at[0], "total")) return;
    if (cut) {
        source_skip(loop->source, number, tr("the file ends in this line: not used"));
        return;
    }
    bool taken = take_diskstats(loop, &words, number) || take_vmstat(loop, &words, number) ||
                 take_cpu(loop, &words, number) || take_state(loop, &words, number) ||
                 take_counter(loop, &words, number) || take_pressure(loop, text_trim(line), number) ||
                 take_stamp(loop, line, number) || is_other(&words) || words.more;
    if (!taken) source_skip(loop->source, number, tr("not a line of these files"));
}

static void say_what_is_missing(struct proc_loop *loop) {
    struct source *source = loop->source;
    if (loop->resets > 0)
        source_problem(source, loop->reset_line, SEVERITY_WARNING,
                       tr("counters went backward %zu times: what lies across is left out"), loop->resets);
    size_t rows = 0;
    for (size_t i = 0; i < source->table_count; i++) rows += source->tables[i].row_count;
    const char *nameless =
        tr("pressure of what is not said: print the name with it (`grep . /proc/pressure/*`), or put it into the name "
           "of the log (pressure-io.log)");
    if (rows > 0 && loop->nameless > 0) source_problem(source, 0, SEVERITY_WARNING, "%s", nameless);
    if (rows > 0) return;
    source->refused = true;
    source_problem(source, 0, SEVERITY_CRITICAL, "%s",
                   loop->nameless > 0 ? nameless
                   : loop->undated > 0
                       ? tr("counters since boot without a time before each snapshot: print `date +%s.%N` "
                            "in the loop, or run `iostat -xt 1`")
                       : tr("counters since boot at a single time: it takes two to tell anything"));
}

// "pressure-io.log": whoever prints one of the files names the log after it.
static void pressure_of_name(struct proc_loop *loop, struct text path) {
    static const char *const names[] = {"io", "memory", "cpu"};
    size_t from = path.length;
    while (from > 0 && path.at[from - 1] != '/') from--;
    struct text name = text_skip(path, from);
    if (!text_has(name, "pressure") && !text_has(name, "psi")) return;
    size_t found = 0;
    for (size_t end = 0; name.length > 0; name = text_skip(name, end + 1)) {
        for (end = 0; end < name.length && ((name.at[end] | 0x20) >= 'a' && (name.at[end] | 0x20) <= 'z');) end++;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (!text_equal_nocase(text_head(name, end), names[i])) continue;
            found++;
            snprintf(loop->pressure, sizeof loop->pressure, "%s", names[i]);
        }
    }
    if (found != 1) loop->pressure[0] = '\0';
}

void proc_loop_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct proc_loop loop = {.source = source, .clock = {.source = source, .order = options->date_order}, .swap = NAN};
    size_t none = 0;
    loop.devices = grow_array(NULL, &none, DEVICES_MOST, sizeof *loop.devices);
    pressure_of_name(&loop, text_of(source->path));
    struct text line;
    while (lines_next(lines, &line)) take_line(&loop, line, lines_number(lines), lines_unended(lines));
    say_what_is_missing(&loop);
    free(loop.devices);
}

// Lines that stand in no other log.
static bool is_typical(struct text line) {
    struct fields words;
    fields_split(line, &words);
    double numbers[COUNTERS_MOST];
    int64_t major;
    if (words.count < 2 || words.more) return false;
    if (words.count >= 14 && words.count <= 3 + COUNTERS_MOST && text_integer(words.at[0], &major) &&
        text_integer(words.at[1], &major) && !text_number(words.at[2], numbers))
        return numbers_of(&words, 3, words.count - 3, numbers);
    if (words.count >= 9 && words.count <= 12 && text_equal(words.at[0], "cpu"))
        return numbers_of(&words, 1, words.count - 1, numbers);
    if (words.count == 3 && text_equal(words.at[0], "MemAvailable:")) return text_equal(words.at[2], "kB");
    return is_vmstat_header(&words) || (text_has(line, "some avg10=") && text_has(line, " total="));
}

int proc_loop_bid(struct text head, bool whole) {
    (void)whole;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        if (line.length <= 300 && is_typical(line)) return BID_LIKELY + 10;
    }
    return BID_NONE;
}

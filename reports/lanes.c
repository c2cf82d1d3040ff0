#include "reports/lanes.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/shown.h"

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The median of at most 500 spacings spread over the table.
static double cadence_of(const struct track *track) {
    enum { MOST = 500 };
    double spacings[MOST];
    size_t count = 0, rows = track->table->row_count;
    for (size_t i = 0; i < MOST && rows >= 2; i++) {
        size_t row = rows - 1 <= MOST ? i : (size_t)((double)i / MOST * (double)(rows - 1));
        if (row + 1 >= rows) break;
        millis a = clock_to_run(track->clock, track->table->time[row], track->table->line[row]);
        millis b = clock_to_run(track->clock, track->table->time[row + 1], track->table->line[row + 1]);
        if (a != MILLIS_NONE && b != MILLIS_NONE && b > a) spacings[count++] = ((double)b - (double)a) / 1000;
    }
    if (count == 0) return NAN;
    qsort(spacings, count, sizeof *spacings, by_value);
    return spacings[count / 2];
}

bool track_find(const struct diagnosis *diagnosis, const char *entity, const char *quantity, struct track *track) {
    size_t rows = 0;
    for (size_t i = 0; i < diagnosis->clock_count; i++) {
        const struct source_clock *clock = &diagnosis->clocks[i];
        if (clock->source == NULL || clock->source->refused || !clock->placed) continue;
        const struct table *table = source_find(clock->source, entity);
        const struct column *column = table == NULL ? NULL : table_find(table, quantity);
        if (column == NULL || table->row_count <= rows) continue;
        if (column_stats(table, column).samples == 0) continue;
        rows = table->row_count;
        *track = (struct track){table, column, clock, NAN};
    }
    if (rows > 0) track->cadence = cadence_of(track);
    return rows > 0;
}

struct chooser {
    struct arena *arena;
    const struct diagnosis *diagnosis;
    struct lane *lanes;
    size_t count;
};

static struct lane *add_lane(struct chooser *chooser, const char *title, const char *entity, const char *quantity,
                             enum unit unit) {
    struct lane *lane = &chooser->lanes[chooser->count++];
    *lane = (struct lane){.title = title,
                          .unit = unit,
                          .scale = 1,
                          .percent = unit == UNIT_PERCENT,
                          .from_zero = unit != UNIT_CELSIUS && unit != UNIT_MHZ,
                          .entity = entity,
                          .host = "",
                          .quantity = quantity};
    return lane;
}

static bool full(const struct chooser *chooser) { return chooser->count >= LANES_MOST; }

static const char *name_of(struct chooser *chooser, const char *name) { return shown_name(chooser->arena, name, 24); }

// A lane with one series of one entity.
static void add_single(struct chooser *chooser, const char *entity, const char *quantity) {
    struct track track;
    if (full(chooser) || !track_find(chooser->diagnosis, entity, quantity, &track)) return;
    const char *title = arena_printf(chooser->arena, "%s %s", name_of(chooser, entity), quantity);
    struct lane *lane = add_lane(chooser, title, entity, quantity, track.column->unit);
    lane->lines[lane->line_count++] = (struct lane_line){"", track};
}

static void add_line(struct chooser *chooser, struct lane *lane, const char *entity, const char *quantity,
                     const char *label) {
    struct track track;
    // Two logs of the same thing: one line.
    for (size_t i = 0; i < lane->line_count; i++)
        if (label[0] != '\0' && strcmp(lane->lines[i].label, label) == 0) return;
    if (lane->line_count < LINES_IN_LANE && track_find(chooser->diagnosis, entity, quantity, &track))
        lane->lines[lane->line_count++] = (struct lane_line){label, track};
}

// Of a run over several hosts: "node1:gpu0" is on "node1". Without a host in question, everything is.
static bool on_host(const char *entity, const char *host) {
    size_t length = strlen(host);
    return length == 0 || (strncmp(entity, host, length) == 0 && entity[length] == ':');
}

// One quantity of all GPUs (of a host; "" for all): a line for each of a few, a band for many.
static void add_gpus_of(struct chooser *chooser, const char *host, const char *quantity, const char *title, bool band) {
    const struct diagnosis *d = chooser->diagnosis;
    struct track *tracks = arena_array(chooser->arena, TRACKS_MOST, sizeof *tracks);
    const char *names[TRACKS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < d->gpu_count && count < TRACKS_MOST; i++)
        if (on_host(d->gpus[i], host) && track_find(d, d->gpus[i], quantity, &tracks[count]))
            names[count++] = d->gpus[i];
    if (count == 0 || full(chooser)) return;
    struct lane *lane = add_lane(chooser, title, count == 1 ? names[0] : "", quantity, tracks[0].column->unit);
    if (count <= LINES_IN_LANE && !band) {
        for (size_t i = 0; i < count; i++)
            lane->lines[lane->line_count++] =
                (struct lane_line){count == 1 ? "" : name_of(chooser, names[i]), tracks[i]};
        return;
    }
    lane->host = host;
    lane->merged = tracks;
    lane->merged_count = count;
    if (count > 1) lane->title = arena_printf(chooser->arena, tr("%s, mean and range of %zu GPUs"), title, count);
}

static void add_gpus(struct chooser *chooser, const char *quantity, const char *title, bool band) {
    add_gpus_of(chooser, "", quantity, title, band);
}

static void add_utilization(struct chooser *chooser) {
    const struct diagnosis *d = chooser->diagnosis;
    if (d->gpu_count > LINES_IN_LANE) {
        add_gpus(chooser, "utilization.gpu", tr("GPU utilisation"), true);
        return;
    }
    for (size_t i = 0; i < d->gpu_count; i++) add_single(chooser, d->gpus[i], "utilization.gpu");
}

static double mean_of(const struct diagnosis *d, const char *entity, const char *quantity) {
    struct track track;
    return track_find(d, entity, quantity, &track) ? column_stats(track.table, track.column).mean : NAN;
}

static void add_throughput(struct chooser *chooser, const char *disk) {
    if (full(chooser)) return;
    struct lane *lane = add_lane(chooser, arena_printf(chooser->arena, tr("%s throughput"), name_of(chooser, disk)),
                                 disk, "rkB/s", UNIT_MB_PER_S);
    // iostat's kB are 1024 bytes.
    lane->scale = 1.024e-3;
    add_line(chooser, lane, disk, "rkB/s", tr("read"));
    add_line(chooser, lane, disk, "wkB/s", tr("written"));
    if (lane->line_count == 0) chooser->count--;
}

static void add_latency(struct chooser *chooser, const char *disk) {
    if (full(chooser)) return;
    struct lane *lane = add_lane(chooser, arena_printf(chooser->arena, tr("%s await"), name_of(chooser, disk)), disk,
                                 "r_await", UNIT_MS);
    add_line(chooser, lane, disk, "r_await", tr("read"));
    add_line(chooser, lane, disk, "w_await", tr("write"));
    if (lane->line_count == 0) add_line(chooser, lane, disk, "await", "");
    if (lane->line_count == 0) chooser->count--;
}

// The disk of the verdict, else the busiest; then the busiest of the others.
static void busiest_disks(const struct diagnosis *d, const char *host, const char **first_name,
                          const char **second_name) {
    const char *first = NULL, *second = NULL;
    double first_busy = -1, second_busy = -1;
    for (size_t i = 0; i < d->disk_count && i < TRACKS_MOST; i++) {
        if (!on_host(d->disks[i], host)) continue;
        double busy = mean_of(d, d->disks[i], "%util");
        if (!isfinite(busy)) busy = 0;
        if (strcmp(d->disks[i], d->verdict.entity) == 0) busy += 1000;
        if (busy > first_busy) {
            second = first;
            second_busy = first_busy;
            first = d->disks[i];
            first_busy = busy;
        } else if (busy > second_busy) {
            second = d->disks[i];
            second_busy = busy;
        }
    }
    *first_name = first;
    *second_name = second;
}

static void add_disks(struct chooser *chooser) {
    const char *first, *second;
    busiest_disks(chooser->diagnosis, "", &first, &second);
    if (first != NULL) {
        add_latency(chooser, first);
        add_single(chooser, first, "%util");
        add_throughput(chooser, first);
    }
    if (second != NULL) add_latency(chooser, second);
}

static void add_cpu_of(struct chooser *chooser, const char *title, const char *cpu, const char *host) {
    static const char *const names[][2] = {{"%user", N_("user")},  {"%usr", N_("user")},      {"%system", N_("system")},
                                           {"%sys", N_("system")}, {"%iowait", N_("iowait")}, {"us", N_("user")},
                                           {"sy", N_("system")},   {"wa", N_("iowait")}};
    if (full(chooser)) return;
    struct lane *lane = add_lane(chooser, title, cpu, "%iowait", UNIT_PERCENT);
    for (size_t i = 0; i < 5; i++) add_line(chooser, lane, cpu, names[i][0], tr(names[i][1]));
    for (size_t i = 5; lane->line_count == 0 && i < 8; i++)
        for (size_t k = 5; k < 8; k++) add_line(chooser, lane, host, names[k][0], tr(names[k][1]));
    if (lane->line_count == 0) chooser->count--;
}

static void add_cpu(struct chooser *chooser) { add_cpu_of(chooser, tr("CPU"), "cpu", "host"); }

// What one host of several shows, most important first, in at most `most` lanes.
static void add_host(struct chooser *chooser, const char *host, size_t most) {
    const char *shown = name_of(chooser, host);
    const char *first, *second;
    size_t before = chooser->count;
    busiest_disks(chooser->diagnosis, host, &first, &second);
    add_gpus_of(chooser, host, "utilization.gpu", arena_printf(chooser->arena, tr("%s GPU utilisation"), shown), true);
    // GPUs that spin while they wait for another host show it here alone.
    if (chooser->count < before + most)
        add_gpus_of(chooser, host, "power.draw", arena_printf(chooser->arena, tr("%s GPU power"), shown), true);
    if (first != NULL && chooser->count < before + most) add_latency(chooser, first);
    if (chooser->count < before + most)
        add_cpu_of(chooser, arena_printf(chooser->arena, tr("%s CPU"), shown),
                   arena_printf(chooser->arena, "%s:cpu", host), arena_printf(chooser->arena, "%s:host", host));
    if (first != NULL && chooser->count < before + most) add_single(chooser, first, "%util");
}

// The lanes of each host together; with many hosts, those that the verdict speaks of have more than one.
static void add_hosts(struct chooser *chooser) {
    enum { COMMON_LANES = 4, EACH_MOST = 5 };
    const struct diagnosis *d = chooser->diagnosis;
    size_t each = (LANES_MOST - COMMON_LANES) / d->host_count;
    for (size_t i = 0; i < d->host_count && chooser->count < LANES_MOST - COMMON_LANES; i++) {
        bool blamed = on_host(d->verdict.entity, d->hosts[i]) || strcmp(d->verdict.entity, d->hosts[i]) == 0;
        size_t most = blamed || each > EACH_MOST ? EACH_MOST : each < 1 ? 1 : each;
        add_host(chooser, d->hosts[i], most);
    }
}

static bool shown_already(const struct chooser *chooser, const char *entity, const char *quantity) {
    for (size_t i = 0; i < chooser->count; i++) {
        const struct lane *lane = &chooser->lanes[i];
        if (lane->merged_count > 0 && strcmp(lane->quantity, quantity) == 0) return true;
        for (size_t k = 0; k < lane->line_count; k++)
            if (strcmp(lane->lines[k].track.table->entity, entity) == 0 &&
                strcmp(lane->lines[k].track.column->quantity, quantity) == 0)
                return true;
    }
    return false;
}

static bool is_reason(const char *quantity) { return strncmp(quantity, "clocks_event_reasons.", 21) == 0; }

// Whether any of these bits is set, row by row, as 0 and 1.
static struct column *bits_of(struct arena *arena, const struct track *track, uint64_t bits) {
    struct column *column = arena_alloc(arena, sizeof *column);
    *column = *track->column;
    column->unit = UNIT_NONE;
    column->values = arena_array(arena, track->table->row_count, sizeof *column->values);
    for (size_t i = 0; i < track->table->row_count; i++) {
        double mask = track->column->values[i];
        bool known = mask >= 0 && mask < 1e15;
        column->values[i] = known ? ((uint64_t)mask & bits) != 0 : NAN;
    }
    return column;
}

// The mask of reasons for which clocks are cut, as lines of 0 and 1: the number itself tells nobody anything.
static void add_reasons(struct chooser *chooser, const char *entity) {
    // Bits as NVML defines them: thermal slowdown by software (0x20) and hardware (0x40), power cap (0x4) and power
    // brake (0x80); 0x8 is a hardware slowdown for either.
    static const struct {
        const char *label;
        uint64_t bits;
    } reasons[] = {{N_("heat"), 0x20 | 0x40}, {N_("power"), 0x4 | 0x80}, {N_("hardware"), 0x8}};
    struct track track;
    if (full(chooser) || !track_find(chooser->diagnosis, entity, "clocks_event_reasons.active", &track)) return;
    const char *title = arena_printf(chooser->arena, tr("%s clocks cut for (1 = yes)"), name_of(chooser, entity));
    struct lane *lane = add_lane(chooser, title, entity, "clocks_event_reasons.active", UNIT_NONE);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        struct track one = track;
        one.column = bits_of(chooser->arena, &track, reasons[i].bits);
        if (column_stats(one.table, one.column).max > 0)
            lane->lines[lane->line_count++] = (struct lane_line){tr(reasons[i].label), one};
    }
    if (lane->line_count == 0) chooser->count--;
}

// Whatever a finding rests on has to be seen, too.
static void add_evidence(struct chooser *chooser) {
    const struct diagnosis *d = chooser->diagnosis;
    for (size_t i = 0; i < d->finding_count && i < 4; i++) {
        for (size_t k = 0; k < d->findings[i].evidence_count && k < 4; k++) {
            const struct evidence *e = &d->findings[i].evidence[k];
            if (e->entity[0] == '\0' || e->quantity[0] == '\0' || shown_already(chooser, e->entity, e->quantity))
                continue;
            if (strcmp(e->quantity, "clocks_event_reasons.active") == 0) {
                add_reasons(chooser, e->entity);
                continue;
            }
            struct track track;
            if (!track_find(d, e->entity, e->quantity, &track) || track.table->row_count < 10) continue;
            add_single(chooser, e->entity, e->quantity);
        }
    }
}

size_t lanes_choose(struct arena *arena, const struct diagnosis *diagnosis, struct lane *lanes) {
    struct chooser chooser = {arena, diagnosis, lanes, 0};
    if (diagnosis->host_count > 0) {
        add_hosts(&chooser);
    } else {
        add_utilization(&chooser);
        add_disks(&chooser);
        add_cpu(&chooser);
    }
    add_single(&chooser, "job", "step_time");
    if (!shown_already(&chooser, "job", "step_time")) add_single(&chooser, "job", "throughput");
    add_gpus(&chooser, "clocks.current.sm", tr("GPU clock (SM)"), false);
    add_gpus(&chooser, "temperature.gpu", tr("GPU temperature"), false);
    if (diagnosis->host_count == 0) add_gpus(&chooser, "power.draw", tr("GPU power"), false);
    add_gpus(&chooser, "memory.used", tr("GPU memory used"), false);
    add_evidence(&chooser);
    return chooser.count;
}

// Reasons are bits; what they do is seen in the clock, and what sets them in heat or power.
static void add_effect(struct chooser *chooser, const char *entity, enum cause cause) {
    add_single(chooser, entity, "clocks.current.sm");
    add_single(chooser, entity, cause == CAUSE_GPU_POWER_CAP ? "power.draw" : "temperature.gpu");
}

enum { OVERVIEW_HOSTS = 3 };  // more have one band together

size_t lanes_overview(struct arena *arena, const struct diagnosis *diagnosis, struct lane *lanes) {
    struct chooser chooser = {arena, diagnosis, lanes, 0};
    size_t most = 2;
    if (diagnosis->host_count > 0 && diagnosis->host_count <= OVERVIEW_HOSTS) {
        for (size_t i = 0; i < diagnosis->host_count; i++) add_host(&chooser, diagnosis->hosts[i], 1);
        most = chooser.count + 1;
    } else {
        add_gpus(&chooser, "utilization.gpu", tr("GPU utilisation"), true);
    }
    for (size_t i = 0; i < diagnosis->finding_count && chooser.count < most; i++) {
        const struct finding *finding = &diagnosis->findings[i];
        if (finding->cause != diagnosis->verdict.cause) continue;
        for (size_t k = 0; k < finding->evidence_count && chooser.count < most; k++) {
            const struct evidence *e = &finding->evidence[k];
            if (e->direction <= 0 || strcmp(e->quantity, "utilization.gpu") == 0) continue;
            if (is_reason(e->quantity))
                add_effect(&chooser, e->entity, finding->cause);
            else
                add_single(&chooser, e->entity, e->quantity);
        }
    }
    return chooser.count;
}

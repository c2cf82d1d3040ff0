// nvidia_identity.c: which GPU a row is of: by the best id column, else by its place in the sampling burst.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/nvidia_bursts.h"
#include "parsers/nvidia_cell.h"

enum { NUMBER_MOST = 4096, BURST_MOST = 64 };

// ── by id ───────────────────────────────────────────────────────────────────

struct device {
    uint16_t id, name, host;  // 0 = not known
    uint32_t burst;           // the last one it was seen in
};

struct devices {
    struct device at[NVIDIA_IDS_MOST];
    size_t count;
    size_t lost;  // rows beyond the last device
};

// The id column that tells most devices apart; the better kind where two tell the same.
static int best_id(const struct nvidia_rows *rows) {
    int best = -1;
    for (int kind = ID_OTHER; kind <= ID_UUID; kind++)
        if (rows->id_count[kind] > 0 && (best < 0 || rows->id_count[kind] >= rows->id_count[best])) best = kind;
    return best;
}

static bool fits(uint16_t a, uint16_t b) { return a == b || a == 0 || b == 0; }

// The device of a row, created if need be. The search begins behind the device of the row before.
static size_t device_of(struct devices *devices, int kind, const struct nvidia_row *row, size_t hint) {
    uint16_t id = row->id[kind];
    for (size_t i = 0; i < devices->count; i++) {
        size_t at = (hint + 1 + i) % devices->count;
        struct device *device = &devices->at[at];
        // A row that does not say its id (the GPU is lost) is the next one in turn.
        if (id == 0 ||
            (id == device->id && fits(row->id[ID_NAME], device->name) && fits(row->id[ID_HOST], device->host))) {
            if (device->name == 0) device->name = row->id[ID_NAME];
            if (device->host == 0) device->host = row->id[ID_HOST];
            return at;
        }
    }
    if (devices->count == NVIDIA_IDS_MOST) {
        devices->lost++;
        return NVIDIA_IDS_MOST - 1;
    }
    devices->at[devices->count] = (struct device){.id = id, .name = row->id[ID_NAME], .host = row->id[ID_HOST]};
    return devices->count++;
}

// A plain number in an index or a home-made column.
static bool index_number(const struct nvidia_rows *rows, int kind, uint16_t id, unsigned *number) {
    int64_t value = 0;
    if (id == 0 || !text_integer(rows->ids[kind][id - 1], &value)) return false;
    if (value < 0 || value >= NUMBER_MOST) return false;
    *number = (unsigned)value;
    return true;
}

// A device has the number of its index, also where a uuid tells it apart, unless another one has it already.
static void number_devices(const struct nvidia_rows *rows, int kind, const struct devices *devices, unsigned *numbers) {
    bool taken[NUMBER_MOST] = {false};
    bool done[NVIDIA_IDS_MOST] = {false};
    int source = kind == ID_BUS || kind == ID_UUID ? ID_INDEX : kind;
    for (size_t i = 0; i < rows->count; i++) {
        const struct nvidia_row *row = &rows->rows[i];
        unsigned number = 0;
        if (done[row->gpu] || !index_number(rows, source, row->id[source], &number)) continue;
        done[row->gpu] = !taken[number];
        if (taken[number]) continue;
        taken[number] = true;
        numbers[row->gpu] = number;
    }
    unsigned next = 0;
    for (size_t d = 0; d < devices->count; d++) {
        if (done[d]) continue;
        while (taken[next]) next++;
        taken[next] = true;
        numbers[d] = next;
    }
}

// Where a device comes back; behind a gap where they come back within a burst (limit > 0).
static void count_bursts(struct nvidia_rows *rows, struct devices *devices, double limit) {
    uint32_t burst = 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct device *device = &devices->at[rows->rows[i].gpu];
        if (i == 0 || (limit > 0 ? nvidia_burst_begins(rows, i, limit) : device->burst == burst)) burst++;
        device->burst = burst;
    }
    rows->source->reports += burst;
}

// A device that comes more than once in each burst, every time with values of its own, is one of several machines.
// 0, or the gap between bursts where it cannot be told that they are several.
static double part_repeats(struct nvidia_rows *rows, int kind, struct devices *devices) {
    struct nvidia_repeats repeats = {0};
    double limit = 0;
    if (nvidia_repeats_find(rows, devices->count, &repeats)) limit = repeats.limit;
    if (limit > 0 && kind != ID_UUID && nvidia_repeats_differ(rows, &repeats)) {
        size_t count = devices->count;
        for (size_t d = 0; d < count; d++) {
            for (size_t turn = 1; turn < repeats.usual[d] && devices->count < NVIDIA_IDS_MOST; turn++) {
                repeats.part[d][turn] = (uint16_t)devices->count;
                devices->at[devices->count++] = devices->at[d];
            }
        }
        for (size_t i = 0; i < rows->count; i++) {
            size_t device = rows->rows[i].gpu;
            size_t turn = repeats.turns[i] < repeats.usual[device] ? repeats.turns[i] : repeats.usual[device] - 1u;
            if (turn > 0 && repeats.part[device][turn] > 0) rows->rows[i].gpu = repeats.part[device][turn];
        }
        limit = 0;
        source_problem(rows->source, 0, SEVERITY_WARNING,
                       tr("the same GPU id comes several times in each burst, with values of its own: several machines "
                          "wrote this file, and the GPUs are numbered through by their place in the burst"));
    } else if (limit > 0) {
        rows->source->cadence = nvidia_burst_step(rows, limit);
        source_problem(rows->source, 0, SEVERITY_WARNING,
                       tr("the same GPU id comes several times in each burst: it was logged twice, or several machines "
                          "that nothing tells apart wrote this file"));
    }
    nvidia_repeats_free(&repeats);
    return limit;
}

static bool share_ids(const struct devices *devices) {
    for (size_t i = 0; i < devices->count; i++)
        for (size_t k = 0; k < i; k++)
            if (devices->at[i].id == devices->at[k].id) return true;
    return false;
}

// A row that does not say its id is of the next GPU in turn; where that one follows with its id, it is of another GPU,
// one that could never be read: which one cannot be told.
static void drop_strangers(struct nvidia_rows *rows, int kind) {
    bool any = false;
    for (size_t i = 0; i + 1 < rows->count; i++) {
        struct nvidia_row *row = &rows->rows[i];
        if (row->id[kind] != 0 || row[1].id[kind] == 0 || row[1].gpu != row->gpu) continue;
        row->dropped = true;
        uint16_t word = row->id[ID_ERROR];
        struct text error = word == 0 ? TEXT("") : rows->ids[ID_ERROR][word - 1];
        if (!any && nvidia_error(error) != EVENT_NOTE)
            source_event(rows->source, row->time, row->line, nvidia_error(error), TEXT(""), error, NAN);
        any = true;
    }
    if (any) nvidia_rows_drop(rows, tr("a row of errors that does not say which GPU it is of"));
}

static bool identify_by_id(struct nvidia_rows *rows, int kind, struct devices *devices, unsigned *numbers) {
    size_t last = SIZE_MAX;
    // All devices first: which one is next in turn is known only then.
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->rows[i].id[kind] == 0) continue;
        last = device_of(devices, kind, &rows->rows[i], last);
        rows->rows[i].gpu = (uint16_t)last;
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->rows[i].id[kind] == 0)
            rows->rows[i].gpu =
                (uint16_t)device_of(devices, kind, &rows->rows[i], i > 0 ? rows->rows[i - 1].gpu : SIZE_MAX);
    }
    if (devices->count < 2) return false;
    drop_strangers(rows, kind);
    bool shared = share_ids(devices);
    double limit = part_repeats(rows, kind, devices);
    number_devices(rows, kind, devices, numbers);
    count_bursts(rows, devices, limit);
    if (devices->lost > 0)
        source_problem(rows->source, 0, SEVERITY_WARNING, tr("more than %d GPUs in one file: %zu rows are of others"),
                       NVIDIA_IDS_MOST, devices->lost);
    if (shared)
        source_problem(rows->source, 0, SEVERITY_WARNING,
                       tr("the same GPU id stands beside different names or hosts: several machines wrote this file, "
                          "and the GPUs are numbered through"));
    return true;
}

// The size of nearly all bursts, 1 if there is none: jitter of a single GPU makes bursts of many sizes.
static size_t usual_burst(const struct nvidia_rows *rows, double limit) {
    size_t counts[BURST_MOST + 2] = {0};
    size_t size = 0;
    size_t bursts = 0;
    size_t longest = 0;
    for (size_t i = 0; i <= rows->count; i++) {
        // The writer was stopped in the last one.
        if (i == rows->count && bursts > 0 && size < longest) break;
        if (i == rows->count || (nvidia_burst_begins(rows, i, limit) && size > 0)) {
            if (size > longest) longest = size;
            counts[size > BURST_MOST ? BURST_MOST + 1 : size]++;
            bursts++;
            size = 0;
        }
        size++;
    }
    size_t best = 1;
    for (size_t k = 1; k <= BURST_MOST; k++)
        if (counts[k] > counts[best]) best = k;
    return counts[best] * 10 >= bursts * 7 ? best : 1;
}

// ── by position ─────────────────────────────────────────────────────────────

// What parts the bursts: gaps in time, the repeated header, or nothing (0).
static double choose_limit(const struct nvidia_rows *rows) {
    bool timed = rows->source->clock != CLOCK_NONE;
    double limit = timed ? nvidia_burst_limit(rows) : rows->rows[rows->count - 1].group > 2 ? -1 : 0;
    return limit != 0 && usual_burst(rows, limit) > 1 ? limit : 0;
}

static void say_positions(struct nvidia_rows *rows, size_t usual, size_t odd) {
    bool id = best_id(rows) >= 0;
    if (odd > 0)
        source_problem(rows->source, 0, SEVERITY_WARNING,
                       id ? tr("the id column never changes: GPUs are told by their position, but %zu of the bursts do "
                               "not have %zu rows")
                          : tr("no id column: GPUs are told by their position, but %zu of the bursts do not have %zu "
                               "rows"),
                       odd, usual);
    else
        source_problem(rows->source, 0, SEVERITY_INFO,
                       id ? tr("the id column never changes: GPUs are told by their position among the %zu rows of "
                               "each burst")
                          : tr("no id column: GPUs are told by their position among the %zu rows of each burst"),
                       usual);
}

static size_t identify_by_position(struct nvidia_rows *rows) {
    double limit = choose_limit(rows);
    size_t usual = limit != 0 ? usual_burst(rows, limit) : 1;
    size_t position = 0;
    size_t odd = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (limit == 0 || nvidia_burst_begins(rows, i, limit)) {
            odd += i > 0 && position != usual;
            position = 0;
            rows->source->reports++;
        }
        rows->rows[i].gpu = (uint16_t)(position < usual ? position : usual - 1);
        position++;
    }
    if (usual > 1) say_positions(rows, usual, odd);
    return usual;
}

// ── by name ─────────────────────────────────────────────────────────────────

// Without any id the models that come one after the other tell how many rows one sample has: their shortest period,
// where it is seen twice; all rows where each names another model. 0 if neither.
static size_t name_period(const struct nvidia_rows *rows) {
    const struct nvidia_row *row = rows->rows;
    for (size_t period = 2; period <= BURST_MOST && period <= rows->count; period++) {
        size_t i = period;
        while (i < rows->count && row[i].id[ID_NAME] == row[i - period].id[ID_NAME]) i++;
        if (i == rows->count && (2 * period <= i || period == rows->id_count[ID_NAME])) return period;
    }
    return 0;
}

static size_t identify_by_name(struct nvidia_rows *rows, struct devices *devices, unsigned *numbers) {
    size_t period = name_period(rows);
    if (period == 0) return identify_by_id(rows, ID_NAME, devices, numbers) ? devices->count : 1;
    for (size_t i = 0; i < rows->count; i++) rows->rows[i].gpu = (uint16_t)(i % period);
    for (size_t d = 0; d < period; d++) numbers[d] = (unsigned)d;
    rows->source->reports += (rows->count + period - 1) / period;
    say_positions(rows, period, 0);
    return period;
}

size_t nvidia_identify(struct nvidia_rows *rows, unsigned *numbers) {
    int kind = best_id(rows);
    struct devices *devices = arena_alloc(rows->source->arena_, sizeof *devices);
    if (kind >= 0 && identify_by_id(rows, kind, devices, numbers)) return devices->count;
    if (kind < 0 && rows->id_count[ID_NAME] > 1 && choose_limit(rows) == 0)
        return identify_by_name(rows, devices, numbers);
    // An id that never changes while rows come in bursts is no id.
    size_t count = identify_by_position(rows);
    for (size_t d = 0; d < count; d++) numbers[d] = (unsigned)d;
    // One GPU of several was watched: it keeps its number.
    for (int k = ID_INDEX; count == 1 && k >= ID_OTHER; k--)
        if (rows->id_count[k] == 1 && index_number(rows, k, 1, &numbers[0])) break;
    return count;
}

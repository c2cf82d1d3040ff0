#include "parsers/nvidia_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

// Identity columns, from worst to best.
enum { ID_OTHER, ID_INDEX, ID_BUS, ID_UUID, ID_KINDS };
enum { IDS_MOST = 1024, FACTS_MOST = 4 };

struct staged {
    millis time;
    uint32_t line;
    uint16_t id[ID_KINDS];  // number of the text in ids[kind], from 1; 0 = not in this row
    size_t first;           // of its values
    uint16_t count;
    uint16_t gpu;  // worked out at the end
};

struct value {
    uint16_t field;
    double value;
};

struct nvidia_rows {
    struct source *source;
    struct staged *rows;
    size_t count, capacity;
    struct value *values;
    size_t value_count, value_capacity;
    struct nvidia_field fields[NVIDIA_COLUMNS_MOST];
    size_t field_count;
    const char *ids[ID_KINDS][IDS_MOST];
    size_t id_count[ID_KINDS];
    const char *name, *driver;  // of the last row
};

struct nvidia_rows *nvidia_rows_new(struct source *source) {
    struct nvidia_rows *rows = arena_alloc(source->arena_, sizeof *rows);
    rows->source = source;
    return rows;
}

void nvidia_rows_free(struct nvidia_rows *rows) {
    if (rows == NULL) return;
    free(rows->rows);
    free(rows->values);
}

void nvidia_rows_begin(struct nvidia_rows *rows, millis time, uint32_t line) {
    rows->rows = grow_array(rows->rows, &rows->capacity, rows->count + 1, sizeof *rows->rows);
    rows->rows[rows->count++] = (struct staged){.time = time, .line = line, .first = rows->value_count};
}

static uint16_t id_number(struct nvidia_rows *rows, int kind, struct text text) {
    text = text_trim(text);
    if (text.length == 0 || text.at[0] == '[') return 0;
    for (size_t i = 0; i < rows->id_count[kind]; i++)
        if (text_equal(text, rows->ids[kind][i])) return (uint16_t)(i + 1);
    if (rows->id_count[kind] == IDS_MOST) return 0;
    rows->ids[kind][rows->id_count[kind]] = text_copy(rows->source->arena_, text);
    return (uint16_t)++rows->id_count[kind];
}

static size_t field_number(struct nvidia_rows *rows, const struct nvidia_field *field) {
    for (size_t i = 0; i < rows->field_count; i++)
        if (rows->fields[i].quantity == field->quantity || strcmp(rows->fields[i].quantity, field->quantity) == 0)
            return i;
    if (rows->field_count == NVIDIA_COLUMNS_MOST) return NVIDIA_COLUMNS_MOST;
    rows->fields[rows->field_count] = *field;
    return rows->field_count++;
}

void nvidia_rows_cell(struct nvidia_rows *rows, const struct nvidia_field *field, struct text cell) {
    struct staged *row = &rows->rows[rows->count - 1];
    switch (field->role) {
        case NVIDIA_OTHER_ID:
            row->id[ID_OTHER] = id_number(rows, ID_OTHER, cell);
            return;
        case NVIDIA_INDEX:
            row->id[ID_INDEX] = id_number(rows, ID_INDEX, cell);
            return;
        case NVIDIA_BUS_ID:
            row->id[ID_BUS] = id_number(rows, ID_BUS, cell);
            return;
        case NVIDIA_UUID:
            row->id[ID_UUID] = id_number(rows, ID_UUID, cell);
            return;
        case NVIDIA_NAME:
            if (rows->name == NULL) rows->name = text_copy(rows->source->arena_, text_trim(cell));
            return;
        case NVIDIA_DRIVER:
            if (rows->driver == NULL) rows->driver = text_copy(rows->source->arena_, text_trim(cell));
            return;
        case NVIDIA_VALUE:
            break;
        default:
            return;
    }
    size_t number = field_number(rows, field);
    if (number == NVIDIA_COLUMNS_MOST) return;
    rows->values = grow_array(rows->values, &rows->value_capacity, rows->value_count + 1, sizeof *rows->values);
    rows->values[rows->value_count++] = (struct value){(uint16_t)number, nvidia_value(cell)};
    row->count++;
}

// ── which GPU ───────────────────────────────────────────────────────────────

static int best_id(const struct nvidia_rows *rows) {
    int best = -1;
    for (int kind = ID_OTHER; kind < ID_KINDS; kind++)
        if (rows->id_count[kind] > 0 && (best < 0 || rows->id_count[kind] >= rows->id_count[best])) best = kind;
    return best;
}

static int compare_millis(const void *a, const void *b) {
    millis x = *(const millis *)a;
    millis y = *(const millis *)b;
    return (x > y) - (x < y);
}

// Rows of one burst are less than a quarter of the usual step apart; the step is the median of the larger gaps.
static double burst_limit(const struct nvidia_rows *rows) {
    millis *gaps = malloc((rows->count + 1) * sizeof *gaps);
    if (gaps == NULL) return 0;
    size_t count = 0;
    for (size_t i = 1; i < rows->count; i++) {
        millis gap = rows->rows[i].time - rows->rows[i - 1].time;
        if (gap >= 0) gaps[count++] = gap;
    }
    qsort(gaps, count, sizeof *gaps, compare_millis);
    double limit = 0;
    if (count > 0) {
        millis top = gaps[count * 98 / 100];
        size_t first = 0;
        while (first < count && gaps[first] < top / 4) first++;
        limit = (double)gaps[(first + count) / 2 < count ? (first + count) / 2 : count - 1] / 4;
        // A burst is tight, some ten milliseconds (a twentieth of the step on a busy host); wider groups are one GPU's
        // own jitter.
        double tight = 0.2 * limit > 30 ? 0.2 * limit : 30;
        if (first == 0 || (double)gaps[first / 2] > tight) limit = 0;
    }
    free(gaps);
    return limit;
}

static bool new_burst(const struct nvidia_rows *rows, size_t i, double limit) {
    if (i == 0) return true;
    millis gap = rows->rows[i].time - rows->rows[i - 1].time;
    return gap < 0 || (double)gap >= limit;
}

// The size of nearly all bursts, 1 if there is none: jitter of a single GPU makes bursts of many sizes.
static size_t usual_burst(const struct nvidia_rows *rows, double limit) {
    size_t counts[65] = {0};
    size_t size = 0;
    size_t bursts = 0;
    for (size_t i = 0; i <= rows->count; i++) {
        if (i == rows->count || (new_burst(rows, i, limit) && size > 0)) {
            counts[size > 64 ? 64 : size]++;
            bursts++;
            size = 0;
        }
        size++;
    }
    size_t best = 1;
    for (size_t k = 1; k <= 64; k++)
        if (counts[k] > counts[best]) best = k;
    return counts[best] * 10 >= bursts * 7 ? best : 1;
}

static void give_by_position(struct nvidia_rows *rows) {
    double limit = rows->source->clock == CLOCK_NONE ? 0 : burst_limit(rows);
    size_t usual = limit > 0 ? usual_burst(rows, limit) : 1;
    if (usual == 1) limit = 0;
    size_t position = 0;
    size_t odd = 0;
    size_t size = 0;
    for (size_t i = 0; i < rows->count; i++) {
        bool begins = limit <= 0 || new_burst(rows, i, limit);
        if (begins) {
            odd += i > 0 && size != usual;
            position = 0;
            size = 0;
            rows->source->reports++;
        }
        size++;
        rows->rows[i].gpu = (uint16_t)(position < usual ? position : usual - 1);
        position++;
    }
    if (usual > 1 && odd > 0)
        source_problem(rows->source, 0, SEVERITY_WARNING,
                       tr("no id column: GPUs are told by their position, but %zu of the bursts do not have %zu rows"),
                       odd, usual);
}

// The number in an index, else the order of first appearance.
static void give_by_id(struct nvidia_rows *rows, int kind, uint16_t *order) {
    int64_t number = 0;
    size_t next = 0;
    for (size_t i = 0; i < rows->id_count[kind]; i++) {
        bool plain = (kind == ID_INDEX || kind == ID_OTHER) && text_integer(text_of(rows->ids[kind][i]), &number) &&
                     number >= 0 && number < 4096;
        order[i] = (uint16_t)(plain ? (size_t)number : next);
        next++;
    }
    // A uuid or bus id takes the index that stands beside it, if each has one of its own.
    if ((kind == ID_BUS || kind == ID_UUID) && rows->id_count[ID_INDEX] == rows->id_count[kind]) {
        for (size_t i = 0; i < rows->count; i++) {
            uint16_t id = rows->rows[i].id[kind];
            uint16_t index = rows->rows[i].id[ID_INDEX];
            if (id > 0 && index > 0 && text_integer(text_of(rows->ids[ID_INDEX][index - 1]), &number) && number >= 0 &&
                number < 4096)
                order[id - 1] = (uint16_t)number;
        }
    }
    bool seen[IDS_MOST + 1] = {false};
    for (size_t i = 0; i < rows->count; i++) {
        uint16_t id = rows->rows[i].id[kind];
        rows->rows[i].gpu = id > 0 ? order[id - 1] : 0;
        if (i == 0 || seen[id]) {  // an id comes back: the next burst
            memset(seen, 0, sizeof seen);
            rows->source->reports++;
        }
        seen[id] = true;
    }
}

static void write_facts(struct nvidia_rows *rows) {
    bool done[4097] = {false};
    for (size_t i = 0; i < rows->count; i++) {
        const struct staged *row = &rows->rows[i];
        if (done[row->gpu]) continue;
        done[row->gpu] = true;
        char entity[16];
        snprintf(entity, sizeof entity, "gpu%u", (unsigned)row->gpu);
        if (row->id[ID_BUS] > 0)
            source_fact(rows->source, text_of(entity), "pci.bus_id", text_of(rows->ids[ID_BUS][row->id[ID_BUS] - 1]),
                        row->line);
        if (row->id[ID_UUID] > 0)
            source_fact(rows->source, text_of(entity), "uuid", text_of(rows->ids[ID_UUID][row->id[ID_UUID] - 1]),
                        row->line);
        if (rows->name != NULL) source_fact(rows->source, text_of(entity), "name", text_of(rows->name), row->line);
        if (rows->driver != NULL)
            source_fact(rows->source, text_of(entity), "driver_version", text_of(rows->driver), row->line);
    }
}

static void write_reasons(struct source *source, struct table *table, size_t row, double mask) {
    if (isnan(mask)) return;
    for (size_t i = 0; nvidia_reasons[i].quantity != NULL; i++) {
        size_t columns = table->column_count;
        size_t column = table_column_derived(source, table, nvidia_reasons[i].quantity, UNIT_BOOL, SERIES_STATE);
        bool fresh = column == columns || table->columns[column].derived;
        if (fresh) table_set(table, row, column, ((uint64_t)mask & nvidia_reasons[i].bit) != 0);
    }
}

static void write_row(struct nvidia_rows *rows, const struct staged *row, millis time) {
    char entity[16];
    snprintf(entity, sizeof entity, "gpu%u", (unsigned)row->gpu);
    struct table *table = source_table(rows->source, text_of(entity), ENTITY_GPU);
    size_t at = table_row(table, time, 0, row->line);
    double mask = NAN;
    for (size_t i = 0; i < row->count; i++) {
        const struct value *value = &rows->values[row->first + i];
        const struct nvidia_field *field = &rows->fields[value->field];
        size_t column = table_column(rows->source, table, field->quantity, field->unit, field->kind);
        table_set(table, at, column, value->value);
        if (strcmp(field->quantity, "clocks_event_reasons.active") == 0) mask = value->value;
    }
    write_reasons(rows->source, table, at, mask);
}

void nvidia_rows_finish(struct nvidia_rows *rows) {
    int kind = best_id(rows);
    uint16_t *order = arena_array(rows->source->arena_, IDS_MOST, sizeof *order);
    // An id that never changes while rows come in bursts is no id.
    if (kind >= 0 && rows->id_count[kind] > 1)
        give_by_id(rows, kind, order);
    else
        give_by_position(rows);
    if (kind >= 0 && rows->id_count[kind] == 1 && (kind == ID_INDEX || kind == ID_OTHER)) {
        int64_t number = 0;  // one GPU of several was watched: it keeps its number
        bool alone = true;
        for (size_t i = 0; i < rows->count; i++) alone = alone && rows->rows[i].gpu == 0;
        if (alone && text_integer(text_of(rows->ids[kind][0]), &number) && number >= 0 && number < 4096)
            for (size_t i = 0; i < rows->count; i++) rows->rows[i].gpu = (uint16_t)number;
    }
    write_facts(rows);
    size_t ordinal = 0;
    bool timed = rows->source->clock != CLOCK_NONE;
    for (size_t i = 0; i < rows->count; i++)
        write_row(rows, &rows->rows[i], timed ? rows->rows[i].time : (millis)ordinal++);
    rows->source->samples = rows->count;
}

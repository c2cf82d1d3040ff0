#include "parsers/nvidia_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/gpu_row.h"
#include "parsers/nvidia_cell.h"

// Places that are always allowed, and how many more for each value: nearly all rows of a real log fill their columns.
enum { ROOM_FREE = 16 << 20, ROOM_RATIO = 16 };

struct nvidia_rows *nvidia_rows_new(struct source *source) {
    struct nvidia_rows *rows = arena_alloc(source->arena_, sizeof *rows);
    rows->source = source;
    return rows;
}

void nvidia_rows_free(struct nvidia_rows *rows) {
    free(rows->rows);
    for (size_t i = 0; i < rows->column_count; i++) free(rows->columns[i].values);
    rows->rows = NULL;
    rows->column_count = 0;
}

// ── collecting ──────────────────────────────────────────────────────────────

size_t nvidia_rows_column(struct nvidia_rows *rows, const struct nvidia_field *field) {
    for (size_t i = 0; i < rows->column_count; i++) {
        if (strcmp(rows->columns[i].field.quantity, field->quantity) != 0) continue;
        if (field->bare == NULL) rows->columns[i].field.bare = NULL;
        return i;
    }
    if (rows->column_count == NVIDIA_FIELDS_MOST) return NVIDIA_FIELDS_MOST;
    rows->columns[rows->column_count] = (struct nvidia_column){.field = *field};
    return rows->column_count++;
}

struct nvidia_row *nvidia_rows_add(struct nvidia_rows *rows, millis time, uint32_t line) {
    rows->rows = grow_array(rows->rows, &rows->capacity, rows->count + 1, sizeof *rows->rows);
    struct nvidia_row *row = &rows->rows[rows->count++];
    *row = (struct nvidia_row){.time = time, .line = line};
    return row;
}

// Room for the last row. False if the columns would take far more than the file has cells.
static bool make_room(struct nvidia_rows *rows, struct nvidia_column *column) {
    size_t before = column->capacity;
    if (rows->count > before) {
        size_t after = 2 * before > rows->count ? 2 * before : rows->count;
        if (rows->room + after - before > ROOM_FREE + ROOM_RATIO * rows->cells) return false;
        column->values = grow_array(column->values, &column->capacity, rows->count, sizeof *column->values);
        rows->room += column->capacity - before;
    }
    for (size_t i = column->length; i < rows->count; i++) column->values[i] = NAN;
    column->length = rows->count;
    return true;
}

void nvidia_rows_set(struct nvidia_rows *rows, size_t number, double value) {
    if (number >= rows->column_count || !isfinite(value)) return;
    struct nvidia_column *column = &rows->columns[number];
    if (column->length < rows->count && !make_room(rows, column)) {
        rows->sparse = true;
        return;
    }
    column->values[rows->count - 1] = value;
    column->filled++;
    rows->cells++;
}

void nvidia_rows_proved(struct nvidia_rows *rows, size_t column) {
    if (column < rows->column_count) rows->columns[column].field.bare = NULL;
}

// GPUs come in the same order each time: the text behind the one of the row before is looked at first.
static uint16_t id_number(struct nvidia_rows *rows, enum nvidia_id kind, struct text text, size_t hint) {
    size_t count = rows->id_count[kind];
    for (size_t i = 0; i < count; i++) {
        size_t at = (hint + i) % count;
        struct text known = rows->ids[kind][at];
        if (known.length == text.length && memcmp(known.at, text.at, text.length) == 0) return (uint16_t)(at + 1);
    }
    if (count == NVIDIA_IDS_MOST) return 0;
    struct text copy = text_of(text_copy(rows->source->arena_, text_head(text, 200)));
    for (size_t i = 0; i < count; i++)  // what was cut or mended may be there already
        if (text_equal(copy, rows->ids[kind][i].at)) return (uint16_t)(i + 1);
    rows->ids[kind][count] = copy;
    return (uint16_t)++rows->id_count[kind];
}

void nvidia_rows_id(struct nvidia_rows *rows, enum nvidia_id kind, struct text text) {
    struct nvidia_row *row = &rows->rows[rows->count - 1];
    if (text.length == 0 || text.at[0] == '[' || text_equal(text, "N/A")) return;
    size_t before = rows->count > 1 ? row[-1].id[kind] : 0;
    row->id[kind] = id_number(rows, kind, text, before);
}

void nvidia_rows_error(struct nvidia_rows *rows, struct text word) {
    struct nvidia_row *row = &rows->rows[rows->count - 1];
    bool first = row->errors++ == 0;
    if (!first && row->id[ID_ERROR] > 0) {
        // Fields are read one after the other: a GPU may fall off the bus after the first one that could not be read.
        struct text before = rows->ids[ID_ERROR][row->id[ID_ERROR] - 1];
        first = nvidia_error(word) == EVENT_GPU_LOST && nvidia_error(before) != EVENT_GPU_LOST;
    }
    if (first) row->id[ID_ERROR] = id_number(rows, ID_ERROR, word, 0);
}

// ── writing ─────────────────────────────────────────────────────────────────

// What the error words of a device say, worst last; it is well again only where a row has none.
enum health { HEALTH_GOOD, HEALTH_QUIRK, HEALTH_FAULT, HEALTH_LOST };

struct device {
    struct table *table;
    const char *entity;
    const char *said[ID_KINDS];  // the fact that was written last
    enum health health;
    uint16_t recovery;  // what its last row with a gpu_recovery_action said
    bool seen;
};

struct writing {
    struct nvidia_rows *rows;
    struct device *devices;
    size_t device_count;
    uint32_t *at;  // the row's number in its table
};

static void write_facts(struct writing *writing, const struct nvidia_row *row, struct device *device) {
    static const char *const keys[ID_KINDS] = {
        [ID_BUS] = "pci.bus_id", [ID_UUID] = "uuid", [ID_NAME] = "name", [ID_HOST] = "host"};
    struct nvidia_rows *rows = writing->rows;
    for (int kind = ID_BUS; kind <= ID_HOST; kind++) {
        if (row->id[kind] == 0) continue;
        const char *text = rows->ids[kind][row->id[kind] - 1].at;
        if (device->said[kind] == text) continue;
        device->said[kind] = text;
        source_fact(rows->source, text_of(device->entity), keys[kind], text_of(text), row->line);
    }
}

// "Unknown Error" in every row of one field is a quirk of the driver; where it comes up, or fills most of the row, it
// is a fault.
static void write_error(struct writing *writing, const struct nvidia_row *row, struct device *device) {
    enum health health = HEALTH_GOOD;
    if (row->id[ID_ERROR] != 0) {
        struct text word = writing->rows->ids[ID_ERROR][row->id[ID_ERROR] - 1];
        bool quirk = text_has(word, "Unknown") && 2 * row->errors <= row->cells &&
                     (!device->seen || device->health == HEALTH_QUIRK);
        enum event_kind kind = nvidia_error(word);
        health = kind == EVENT_GPU_LOST ? HEALTH_LOST : quirk ? HEALTH_QUIRK : HEALTH_FAULT;
        if (health >= HEALTH_FAULT && health > device->health)
            source_event(writing->rows->source, row->time, row->line, kind, text_of(device->entity), word, NAN);
        if (health < device->health) health = device->health;
    }
    device->health = health;
    device->seen = true;
}

// The driver asks for a reset or a reboot from a fault on until it was done: one event where that changes.
static void write_recovery(struct writing *writing, const struct nvidia_row *row, struct device *device) {
    uint16_t id = row->id[ID_RECOVERY];
    if (id == 0 || id == device->recovery) return;
    device->recovery = id;
    struct source *source = writing->rows->source;
    struct text words = writing->rows->ids[ID_RECOVERY][id - 1];
    if (nvidia_recovery(words)) nvidia_recovery_asked(source, device->entity, row->time, row->line, words);
}

static void write_rows(struct writing *writing) {
    struct nvidia_rows *rows = writing->rows;
    bool timed = rows->source->clock != CLOCK_NONE;
    size_t *ordinal = arena_array(rows->source->arena_, writing->device_count, sizeof *ordinal);
    for (size_t i = 0; i < rows->count; i++) {
        const struct nvidia_row *row = &rows->rows[i];
        struct device *device = &writing->devices[row->gpu];
        millis time = timed ? row->time : (millis)ordinal[row->gpu]++;
        writing->at[i] = (uint32_t)table_row(device->table, time, 0, row->line);
        write_facts(writing, row, device);
        write_error(writing, row, device);
        write_recovery(writing, row, device);
    }
}

static void write_reason(struct writing *writing, const struct nvidia_column *mask,
                         const struct nvidia_reason *reason) {
    struct nvidia_rows *rows = writing->rows;
    double **values = arena_array(rows->source->arena_, writing->device_count, sizeof *values);
    for (size_t d = 0; d < writing->device_count; d++) {
        struct table *table = writing->devices[d].table;
        if (table_find(table, reason->quantity) != NULL) continue;  // a column of its own says more than the mask
        size_t number = table_column_derived(rows->source, table, reason->quantity, UNIT_BOOL, SERIES_STATE);
        values[d] = table->columns[number].values;
    }
    for (size_t i = 0; i < mask->length; i++) {
        double *of_device = values[rows->rows[i].gpu];
        if (of_device == NULL || !(mask->values[i] >= 0 && mask->values[i] < 0x1p63)) continue;
        of_device[writing->at[i]] = ((uint64_t)mask->values[i] & reason->bit) != 0;
    }
}

// A name that is not nvidia-smi's own and never had a number is text that nobody asked for.
static void write_column(struct writing *writing, const struct nvidia_column *column) {
    struct nvidia_rows *rows = writing->rows;
    if (!column->field.known && column->filled == 0) return;
    // Tables hold all their rows in every column.
    if (rows->count * rows->column_count > ROOM_FREE && column->filled < rows->count / 64) {
        source_problem(rows->source, 0, SEVERITY_WARNING, tr("%s has %zu values in %zu rows: left out"),
                       column->field.quantity, column->filled, rows->count);
        return;
    }
    double **values = arena_array(rows->source->arena_, writing->device_count, sizeof *values);
    for (size_t d = 0; d < writing->device_count; d++) {
        struct table *table = writing->devices[d].table;
        size_t number =
            table_column(rows->source, table, column->field.quantity, column->field.unit, column->field.kind);
        values[d] = table->columns[number].values;
    }
    for (size_t i = 0; i < column->length; i++) values[rows->rows[i].gpu][writing->at[i]] = column->values[i];
}

static void write_columns(struct writing *writing) {
    struct nvidia_rows *rows = writing->rows;
    for (size_t c = 0; c < rows->column_count; c++) {
        struct nvidia_column *column = &rows->columns[c];
        write_column(writing, column);
        if (strcmp(column->field.quantity, "clocks_event_reasons.active") == 0) continue;
        free(column->values);  // the tables have them now
        column->values = NULL;
    }
    for (size_t c = 0; c < rows->column_count; c++)
        for (size_t r = 0; rows->columns[c].values != NULL && nvidia_reasons[r].quantity != NULL; r++)
            write_reason(writing, &rows->columns[c], &nvidia_reasons[r]);
}

void nvidia_rows_drop(struct nvidia_rows *rows, const char *why) {
    size_t left = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->rows[i].dropped) {
            for (size_t c = 0; c < rows->column_count; c++)
                if (i < rows->columns[c].length && !isnan(rows->columns[c].values[i])) rows->columns[c].filled--;
            source_skip(rows->source, rows->rows[i].line, "%s", why);
            continue;
        }
        if (left < i) {
            rows->rows[left] = rows->rows[i];
            for (size_t c = 0; c < rows->column_count; c++) {
                struct nvidia_column *column = &rows->columns[c];
                if (left < column->length) column->values[left] = i < column->length ? column->values[i] : NAN;
            }
        }
        left++;
    }
    for (size_t c = 0; c < rows->column_count; c++)
        if (rows->columns[c].length > left) rows->columns[c].length = left;
    rows->count = left;
}

// Rows without a time among rows that have one cannot be placed: a run with other columns was appended.
static void drop_undated(struct nvidia_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) rows->rows[i].dropped = rows->rows[i].time == MILLIS_NONE;
    nvidia_rows_drop(rows, tr("a row without a time among rows that have one"));
}

// A utilization without unit is a percentage if its values can be nothing else: up to 1 it may be a share.
static void doubt_bare(struct nvidia_rows *rows) {
    for (size_t c = 0; c < rows->column_count; c++) {
        struct nvidia_column *column = &rows->columns[c];
        double most = 0;
        if (column->field.bare == NULL) continue;
        for (size_t i = 0; i < column->length; i++)
            if (column->values[i] > most) most = column->values[i];
        if (most == 0 || (most > 1 && most <= 100)) continue;
        source_problem(rows->source, 0, SEVERITY_WARNING,
                       tr("\"%s\" has no unit, and its values up to %g are not clearly per cent: it is not used as a "
                          "utilization; where it is one in per cent, --columns says so"),
                       column->field.bare, most);
        column->field = (struct nvidia_field){.quantity = column->field.bare, .kind = SERIES_STATE, .scale = 1};
    }
}

void nvidia_rows_finish(struct nvidia_rows *rows) {
    struct source *source = rows->source;
    doubt_bare(rows);
    if (source->clock != CLOCK_NONE) drop_undated(rows);
    if (rows->count == 0) return;
    unsigned *numbers = arena_array(source->arena_, NVIDIA_IDS_MOST, sizeof *numbers);
    struct writing writing = {.rows = rows};
    writing.device_count = nvidia_identify(rows, numbers);
    writing.devices = arena_array(source->arena_, writing.device_count, sizeof *writing.devices);
    for (size_t d = 0; d < writing.device_count; d++) {
        struct device *device = &writing.devices[d];
        device->entity = arena_printf(source->arena_, "gpu%u", numbers[d]);
        source_table(source, text_of(device->entity), ENTITY_GPU);
    }
    // No table is created from here on, so they stay where they are.
    for (size_t d = 0; d < writing.device_count; d++)
        writing.devices[d].table = source_table(source, text_of(writing.devices[d].entity), ENTITY_GPU);
    size_t none = 0;
    writing.at = grow_array(NULL, &none, rows->count, sizeof *writing.at);
    write_rows(&writing);
    write_columns(&writing);
    free(writing.at);
    for (size_t d = 0; d < writing.device_count && rows->driver != NULL; d++)
        source_fact(source, text_of(writing.devices[d].entity), "driver_version", text_of(rows->driver),
                    rows->rows[0].line);
    if (rows->id_count[ID_HOST] == 1) source->host = rows->ids[ID_HOST][0].at;
    if (rows->sparse)
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("the headers change so often that values of rarely printed columns were left out"));
    source->samples += rows->count;
}

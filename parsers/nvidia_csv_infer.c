// nvidia_csv_infer.c: the columns of a query CSV that was written with `noheader`.
//
// Only what units and the shape of values prove. Bare numbers stay unknown, and so do two values with the same unit
// that nothing tells apart.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "parsers/nvidia_cell.h"
#include "parsers/nvidia_csv.h"

enum { ROWS_MOST = 200, COLUMNS_MOST = 64 };

struct sample {
    struct arena *arena;
    struct csv_layout *layout;
    size_t rows, columns;
    double (*value)[COLUMNS_MOST];  // of each row; NaN where it is no number
    size_t capacity;
    struct text first[COLUMNS_MOST];  // the first cell that is not missing; its `at` is NULL before that
    double number[COLUMNS_MOST];      // the first one, NaN before that
    enum unit unit[COLUMNS_MOST];     // of that number
    bool whole[COLUMNS_MOST];         // every value is a number
};

static void name(struct sample *sample, size_t column, const char *quantity) {
    sample->layout->fields[column] = nvidia_field(sample->arena, text_of(quantity));
}

static bool is_bus_id(struct text cell) {
    if (cell.length < 12 || cell.length > 16 || !text_ends(cell, ".0")) return false;
    return cell.at[cell.length - 5] == ':' && cell.at[cell.length - 8] == ':';
}

bool csv_is_model(struct text cell) {
    static const char *const makes[] = {"NVIDIA ", "Tesla ", "GeForce ", "Quadro ", "TITAN ", "GRID "};
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++)
        if (text_starts(cell, makes[i])) return true;
    return false;
}

static bool is_state(struct text cell) {
    double state = NAN;
    return cell.length >= 2 && cell.at[0] == 'P' && nvidia_cell(cell, &state, NULL) == CELL_NUMBER && state <= 15;
}

// What the shape of a value proves without a unit. The others stay unknown for now.
static void name_by_shape(struct sample *sample, size_t column) {
    struct text cell = sample->first[column];
    struct when when;
    if (cell.at == NULL) return;
    if (when_read(cell, DATE_ORDER_UNKNOWN, &when) && when.has_date && when.has_time && !when.epoch)
        name(sample, column, "timestamp");
    else if (text_starts(cell, "GPU-") || text_starts(cell, "MIG-"))
        name(sample, column, "uuid");
    else if (is_bus_id(cell))
        name(sample, column, "pci.bus_id");
    else if (is_state(cell))
        name(sample, column, "pstate");
    else if (text_starts(cell, "0x") && cell.length == 18)
        name(sample, column, "clocks_event_reasons.active");
    else if (csv_is_model(cell))
        name(sample, column, "name");
}

// What is missing now and then does not make it move.
static bool is_constant(const struct sample *sample, size_t column) {
    for (size_t i = 0; i < sample->rows; i++)
        if (!isnan(sample->value[i][column]) && sample->value[i][column] != sample->number[column]) return false;
    return true;
}

// The columns of a unit, in order; at most four.
static size_t of_unit(const struct sample *sample, enum unit unit, size_t columns[4]) {
    size_t count = 0;
    for (size_t c = 0; c < sample->columns; c++) {
        if (sample->unit[c] != unit || sample->layout->fields[c].role != NVIDIA_TEXT) continue;
        if (count == 4) return 5;
        columns[count++] = c;
    }
    return count;
}

// nvidia-smi's users ask for utilization.gpu before utilization.memory; no other order was met in files.
static void name_percents(struct sample *sample) {
    size_t columns[4];
    size_t count = of_unit(sample, UNIT_PERCENT, columns);
    if (count == 1 || count == 2) name(sample, columns[0], "utilization.gpu");
    if (count == 2) name(sample, columns[1], "utilization.memory");
}

// Used and free sum up to the same total in each row; the one that is small while the GPU does nothing is used.
static void name_used_and_free(struct sample *sample, size_t a, size_t b) {
    double sum = NAN;
    double share = NAN;
    for (size_t i = 0; i < sample->rows; i++) {
        double both = sample->value[i][a] + sample->value[i][b];
        if (isnan(both)) continue;
        if (isnan(sum)) {
            sum = both;
            share = sample->value[i][a] / sum;
        }
        if (!(fabs(both - sum) <= 2)) return;
    }
    if (share < 0.05 || share > 0.95) {
        name(sample, a, share < 0.05 ? "memory.used" : "memory.free");
        name(sample, b, share < 0.05 ? "memory.free" : "memory.used");
    }
}

static void name_memory(struct sample *sample) {
    size_t columns[4];
    size_t count = of_unit(sample, UNIT_MIB, columns);
    size_t total = 0;
    for (size_t i = 1; i < count && count <= 3; i++)
        if (sample->number[columns[i]] > sample->number[columns[total]]) total = i;
    if (count == 1) name(sample, columns[0], "memory.used");
    if (count < 2 || count > 3) return;
    size_t others[2] = {columns[total == 0 ? 1 : 0], columns[total == 2 ? 1 : 2 % count]};
    bool constant = is_constant(sample, columns[total]);
    if (count == 2 && constant && !is_constant(sample, others[0])) {
        name(sample, columns[total], "memory.total");
        name(sample, others[0], "memory.used");
    } else if (count == 2) {
        name_used_and_free(sample, columns[0], columns[1]);
    } else if (constant) {
        name(sample, columns[total], "memory.total");
        name_used_and_free(sample, others[0], others[1]);
    }
}

// One power is the draw; of several the only one that moves.
static void name_power(struct sample *sample) {
    size_t columns[4];
    size_t count = of_unit(sample, UNIT_WATT, columns);
    size_t moving = 0;
    size_t draw = 0;
    for (size_t i = 0; i < count && count <= 4; i++) {
        if (count > 1 && is_constant(sample, columns[i])) continue;
        moving++;
        draw = columns[i];
    }
    if (moving == 1) name(sample, draw, "power.draw");
}

// A column of bare integers that counts 0, 1, 2 … over and over is the index.
static void name_index(struct sample *sample) {
    for (size_t c = 0; c < sample->columns; c++) {
        if (sample->layout->fields[c].role != NVIDIA_TEXT || sample->unit[c] != UNIT_NONE || !sample->whole[c])
            continue;
        double expected = 0;
        double highest = 0;
        size_t cycles = 0;
        bool index = sample->rows >= 2;
        for (size_t i = 0; i < sample->rows && index; i++) {
            double value = sample->value[i][c];
            index = value == expected || value == 0;
            cycles += value == 0;
            expected = value + 1;
            if (value > highest) highest = value;
        }
        if (!index || cycles < 2 || highest < 1) continue;
        name(sample, c, "index");
        return;
    }
}

static void take_row(struct sample *sample, const struct csv_cells *cells) {
    for (size_t c = 0; c < sample->columns; c++) {
        struct text unit = {NULL, 0};
        double *value = &sample->value[sample->rows][c];
        enum nvidia_cell kind = nvidia_cell(cells->at[c], value, &unit);
        if (sample->first[c].at == NULL && kind != CELL_MISSING)
            sample->first[c] = text_of(text_copy(sample->arena, cells->at[c]));
        sample->whole[c] = kind == CELL_NUMBER && (sample->rows == 0 || sample->whole[c]);
        if (kind != CELL_NUMBER) continue;
        if (isnan(sample->number[c])) {
            sample->number[c] = *value;
            sample->unit[c] = nvidia_unit(unit);
        }
        if (nvidia_unit(unit) != sample->unit[c]) sample->unit[c] = UNIT_COUNT_;
    }
    sample->rows++;
}

// The number of cells that most lines have: a prompt or a warning may stand above the rows.
static size_t usual_cells(struct text head) {
    size_t counts[COLUMNS_MOST + 1] = {0};
    size_t best = 0;
    struct csv_cells cells = {0};
    for (size_t rows = 0; head.at != NULL && rows < ROWS_MOST; rows++) {
        csv_cells(&cells, text_trim(text_cut(&head, '\n')));
        if (cells.count == 0 || cells.count > COLUMNS_MOST) continue;
        size_t count = ++counts[cells.count];
        if (count > counts[best] || (count == counts[best] && cells.count > best)) best = cells.count;
    }
    csv_cells_free(&cells);
    return best;
}

struct text csv_foreign_header(struct text head) {
    size_t usual = usual_cells(head);
    struct text found = {NULL, 0};
    struct csv_cells cells = {0};
    for (size_t i = 0; head.at != NULL && i < ROWS_MOST; i++) {
        struct text line = text_trim(text_cut(&head, '\n'));
        csv_cells(&cells, line);
        if (usual < 2 || cells.count != usual) continue;
        if (csv_all_names(&cells)) found = line;
        break;
    }
    csv_cells_free(&cells);
    return found;
}

static void take_rows(struct sample *sample, struct text head) {
    struct csv_cells cells = {0};
    sample->columns = usual_cells(head);
    while (head.at != NULL && sample->rows < sample->capacity) {
        struct text line = text_trim(text_cut(&head, '\n'));
        if (line.length == 0 || head.at == NULL) continue;  // the last one may be cut
        csv_cells(&cells, line);
        if (cells.count == sample->columns && cells.count > 0) take_row(sample, &cells);
    }
    csv_cells_free(&cells);
}

static size_t count_lines(struct text head) {
    size_t count = 0;
    while (head.at != NULL && count < ROWS_MOST) {
        text_cut(&head, '\n');
        count++;
    }
    return count;
}

bool csv_infer(struct arena *arena, struct text head, struct csv_layout *layout) {
    struct sample *sample = arena_alloc(arena, sizeof *sample);
    *layout = (struct csv_layout){.separator = ',', .time = -1};
    sample->arena = arena;
    sample->layout = layout;
    sample->capacity = count_lines(head);
    for (size_t c = 0; c < COLUMNS_MOST; c++) sample->number[c] = NAN;
    sample->value = arena_array(arena, sample->capacity, sizeof *sample->value);
    take_rows(sample, head);
    layout->count = sample->columns;
    for (size_t c = 0; c < layout->count; c++) {
        layout->fields[c] =
            (struct nvidia_field){.quantity = "?", .kind = SERIES_STATE, .role = NVIDIA_TEXT, .scale = 1};
        name_by_shape(sample, c);
        if (layout->fields[c].role == NVIDIA_TIMESTAMP && layout->time < 0) layout->time = (int)c;
    }
    name_percents(sample);
    name_memory(sample);
    name_power(sample);
    name_index(sample);
    bool proved = false;
    for (size_t c = 0; c < layout->count; c++) proved = proved || layout->fields[c].role == NVIDIA_VALUE;
    return proved && sample->rows > 0;
}

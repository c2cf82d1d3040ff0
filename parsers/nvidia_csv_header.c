// nvidia_csv_header.c: what a header of nvidia-smi's CSV looks like.
#include <string.h>

#include "core/arena.h"
#include "parsers/nvidia_csv.h"

// A cell that no header has: a value, or a piece of a command line that asks for the fields ("--query-gpu=timestamp").
static bool is_no_name(struct text cell) {
    double number = 0;
    struct text unit;
    if (cell.length == 0) return false;
    if (memchr(cell.at, '=', cell.length) != NULL) return true;
    return cell.at[0] == '[' || text_number_unit(cell, &number, &unit);
}

bool csv_all_names(const struct csv_cells *cells) {
    size_t empty = 0;
    for (size_t i = 0; i < cells->count; i++) {
        if (is_no_name(cells->at[i])) return false;
        empty += cells->at[i].length == 0;
    }
    return empty < cells->count;
}

// A heading or a word of a sentence may be the only one of its line ("Temperature", "Power"): what stands alone is a
// header where it is spelled as no text does, with a dot or an underscore within it, or where it prints its unit.
static bool is_word_alone(const struct csv_cells *cells) {
    if (cells->count != 1) return false;
    struct text name = cells->at[0];
    size_t bracket = text_find(name, "[");
    if (bracket != SIZE_MAX && text_ends(name, "]")) return false;
    return memchr(name.at, ' ', name.length) != NULL || !(text_has(name, ".") || text_has(name, "_"));
}

static bool says_gpu(struct text cell) {
    return text_has_nocase(cell, TEXT("gpu")) || text_has_nocase(cell, TEXT("vram"));
}

bool csv_names_others(const struct csv_cells *cells) {
    for (size_t i = 0; i < cells->count; i++) {
        struct text cell = cells->at[i];
        if (says_gpu(cell)) continue;
        if (text_has_nocase(cell, TEXT("cpu")) || text_has_nocase(cell, TEXT("ram")) ||
            text_has_nocase(cell, TEXT("disk")) || text_has_nocase(cell, TEXT("swap")))
            return true;
    }
    return false;
}

// What the cells of a line are as fields.
struct header_count {
    size_t own, gpus, processes, pages;
    size_t places;            // an index, a name
    size_t sure;              // fields of a GPU and of nothing else
    bool utilization, other;  // among loose names
};

static void count_cell(struct arena *arena, struct text cell, struct header_count *count) {
    struct nvidia_field field = nvidia_field(arena, cell);
    bool value = field.known && field.role == NVIDIA_VALUE;
    count->processes += field.role == NVIDIA_PID;
    count->pages += text_starts(cell, "retired_pages.address");
    count->gpus += value;
    count->own +=
        field.known && (field.role <= NVIDIA_UUID || field.role == NVIDIA_DRIVER) && field.role != NVIDIA_OTHER_ID;
    count->places += field.role == NVIDIA_INDEX || field.role == NVIDIA_NAME;
    count->sure += says_gpu(cell) || (value && !field.loose) || field.role == NVIDIA_UUID ||
                   field.role == NVIDIA_BUS_ID || field.role == NVIDIA_DRIVER;
    if (!value || !field.loose) return;
    bool utilization = strcmp(field.quantity, "utilization.gpu") == 0;
    count->utilization = count->utilization || utilization;
    count->other = count->other || !utilization;
}

enum csv_query csv_query(struct arena *arena, const struct csv_cells *cells) {
    struct header_count count = {0};
    if (!csv_all_names(cells) || is_word_alone(cells)) return QUERY_NONE;
    for (size_t i = 0; i < cells->count; i++) count_cell(arena, cells->at[i], &count);
    if (count.processes > 0 && count.gpus + count.own > 0) return QUERY_APPS;
    if (count.own == 0 || count.own * 3 < cells->count) return QUERY_NONE;
    // "time, temp" may be the weather, "time, power" the meter of the house.
    if (count.sure == 0 && count.places < 2 && !(count.utilization && count.other)) return QUERY_NONE;
    return count.pages > 0 ? QUERY_OTHER : QUERY_GPU;
}

bool csv_is_doubtful(struct arena *arena, const struct csv_cells *header) {
    for (size_t i = 0; i < header->count; i++) {
        struct nvidia_field field = nvidia_field(arena, header->at[i]);
        if (field.role == NVIDIA_VALUE && (!field.known || field.loose || field.bare != NULL)) return true;
    }
    return false;
}

void csv_take_header(struct arena *arena, const struct csv_cells *cells, struct csv_layout *layout) {
    layout->count = cells->count;
    layout->separator = ',';
    layout->time = -1;
    for (size_t i = 0; i < cells->count; i++) {
        layout->fields[i] = nvidia_field(arena, cells->at[i]);
        layout->numbers[i] = false;
        layout->memo[i].length = 0;
        // How --columns leaves a column out.
        if (cells->at[i].length == 0 || text_equal(cells->at[i], "?") || text_equal(cells->at[i], "-"))
            layout->fields[i].role = NVIDIA_TEXT;
        if (layout->fields[i].role == NVIDIA_TIMESTAMP && layout->time < 0) layout->time = (int)i;
    }
    // A comma behind the last name.
    if (layout->count > 1 && cells->at[layout->count - 1].length == 0) layout->count--;
}

enum csv_query csv_query_in(struct text head) {
    struct arena *arena = arena_new();
    struct csv_cells cells = {0};
    enum csv_query found = QUERY_NONE;
    while (found == QUERY_NONE && head.at != NULL) {
        struct text line = text_trim(text_cut(&head, '\n'));
        if (line.length == 0 || line.length > 16384 || (line.at[0] >= '0' && line.at[0] <= '9')) continue;
        char separator = csv_separator(line);
        csv_cells_between(&cells, line, separator);
        found = csv_query(arena, &cells);
        if (separator != ',' && found != QUERY_GPU) found = QUERY_NONE;  // no other tool writes these
    }
    csv_cells_free(&cells);
    arena_free(arena);
    return found;
}

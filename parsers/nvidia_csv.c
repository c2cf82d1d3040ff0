// nvidia_csv.c: `nvidia-smi --query-gpu=… --format=csv`, and CSV that scripts made of it.
//
// Columns by header name. Where a header stands in mid-file a new layout begins; where a row does not have its
// header's number of cells, two writers tore it or the file ends in it, and it is left out with its line.
#include "parsers/nvidia_csv.h"

#include <csv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/nvidia_rows.h"

// ── cells ───────────────────────────────────────────────────────────────────

struct collecting {
    struct arena *arena;
    struct csv_cells *cells;
};

// libcsv reuses its buffer: each cell is copied as it comes.
static void collect(void *bytes, size_t length, void *state) {
    struct collecting *collecting = state;
    struct csv_cells *cells = collecting->cells;
    if (cells->count == NVIDIA_COLUMNS_MOST) return;
    cells->at[cells->count++] = (struct text){arena_copy(collecting->arena, bytes, length), length};
}

void csv_cells_by_library(struct arena *arena, struct text line, struct csv_cells *cells) {
    struct csv_parser parser;
    cells->count = 0;
    if (csv_init(&parser, 0) != 0) return;
    struct collecting state = {arena, cells};
    csv_parse(&parser, line.at, line.length, collect, NULL, &state);
    csv_fini(&parser, collect, NULL, &state);
    csv_free(&parser);
}

void csv_cells(struct arena *arena, struct text line, struct csv_cells *cells) {
    if (line.length > 0 && memchr(line.at, '"', line.length) != NULL) {
        csv_cells_by_library(arena, line, cells);
        return;
    }
    cells->count = 0;
    while (line.at != NULL && cells->count < NVIDIA_COLUMNS_MOST)
        cells->at[cells->count++] = text_trim(text_cut(&line, ','));
}

// ── headers ─────────────────────────────────────────────────────────────────

struct layout {
    struct nvidia_field fields[NVIDIA_COLUMNS_MOST];
    size_t count;
    int time;  // column of the time, -1 if none
};

// A header has at least one name that only nvidia-smi uses, and no cell that is a value. A command line that asks for
// the fields ("--query-gpu=timestamp,…", in notes and scripts beside the logs) is none.
static bool is_header(struct arena *arena, const struct csv_cells *cells) {
    size_t own = 0;
    for (size_t i = 0; i < cells->count; i++) {
        double number = 0;
        struct text unit;
        if (cells->at[i].length > 0 && memchr(cells->at[i].at, '=', cells->at[i].length) != NULL) return false;
        if (text_number_unit(cells->at[i], &number, &unit)) return false;
    }
    for (size_t i = 0; i < cells->count; i++) {
        struct nvidia_field field = nvidia_field(arena, cells->at[i]);
        own += field.known && (field.role == NVIDIA_VALUE || field.role == NVIDIA_TIMESTAMP ||
                               field.role == NVIDIA_INDEX || field.role == NVIDIA_UUID || field.role == NVIDIA_BUS_ID);
    }
    return own > 0 && own * 3 >= cells->count;
}

static bool same_layout(struct arena *arena, const struct layout *layout, const struct csv_cells *cells) {
    if (cells->count != layout->count) return false;
    for (size_t i = 0; i < cells->count; i++)
        if (strcmp(nvidia_field(arena, cells->at[i]).quantity, layout->fields[i].quantity) != 0) return false;
    return true;
}

static void take_header(struct arena *arena, const struct csv_cells *cells, struct layout *layout) {
    layout->count = cells->count;
    layout->time = -1;
    for (size_t i = 0; i < cells->count; i++) {
        layout->fields[i] = nvidia_field(arena, cells->at[i]);
        if (layout->fields[i].role == NVIDIA_TIMESTAMP && layout->time < 0) layout->time = (int)i;
    }
}

// ── times ───────────────────────────────────────────────────────────────────

// Day and month of numeric dates, from the first lines: a part above 12 decides.
static enum date_order order_of(struct text head) {
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        struct when when;
        size_t used = 0;
        struct text cell = text_trim(text_cut(&line, ','));
        if (!when_read_prefix(cell, DATE_ORDER_UNKNOWN, &when, &used) || !when.has_date || when.ambiguous) continue;
        int64_t first = 0;
        struct text digits = text_head(cell, 2);
        if (!text_integer(digits, &first)) continue;
        if (first > 12 && first <= 31 && cell.length > 2 &&
            (cell.at[2] == '-' || cell.at[2] == '/' || cell.at[2] == '.'))
            return DATE_ORDER_DMY;
        if (first <= 12 && cell.length > 2 && (cell.at[2] == '-' || cell.at[2] == '/')) return DATE_ORDER_MDY;
    }
    return DATE_ORDER_UNKNOWN;
}

static bool read_time(struct source *source, struct text cell, enum date_order order, millis *time) {
    if (when_nvidia(cell, time)) {
        if (source->clock == CLOCK_NONE) {
            source->clock = CLOCK_LOCAL;
            source->fraction = text_has(cell, ".");
        }
        return true;
    }
    struct when when;
    if (!when_read(cell, order, &when) || !when.has_date || !when.has_year) return false;
    *time = when_millis(&when);
    if (*time == MILLIS_NONE) return false;
    if (source->clock == CLOCK_NONE) {
        source->clock = when.epoch ? CLOCK_EPOCH : when.has_zone ? CLOCK_ZONED : CLOCK_LOCAL;
        source->fraction = when.has_fraction;
        if (when.has_zone && !when.epoch) source->zone_first = when.zone_minutes;
        if (when.has_zone && !when.epoch) source->zone = when_zone(source->arena_, when.zone_minutes);
        if (when.ambiguous) source->clock_note = tr("day and month of the dates could be exchanged; read month first");
    }
    if (when.has_zone && !when.epoch) source->zone_last = when.zone_minutes;
    return true;
}

// ── files without a header ──────────────────────────────────────────────────

// What a cell proves about its column.
static struct nvidia_field guess(struct arena *arena, struct text cell, size_t *percents, size_t *memories) {
    struct when when;
    if (when_read(cell, DATE_ORDER_UNKNOWN, &when) && when.has_date && when.has_time && !when.epoch)
        return nvidia_field(arena, TEXT("timestamp"));
    if (text_starts(cell, "GPU-")) return nvidia_field(arena, TEXT("uuid"));
    if (cell.length >= 12 && text_has(cell, ":") && text_ends(cell, ".0"))
        return nvidia_field(arena, TEXT("pci.bus_id"));
    if (cell.length >= 2 && cell.length <= 3 && cell.at[0] == 'P' && cell.at[1] >= '0' && cell.at[1] <= '9')
        return nvidia_field(arena, TEXT("pstate"));
    if (text_starts(cell, "0x") && cell.length == 18) return nvidia_field(arena, TEXT("clocks_event_reasons.active"));
    double value = 0;
    struct text unit;
    if (!text_number_unit(cell, &value, &unit)) return nvidia_field(arena, TEXT("text"));
    if (text_equal(unit, "%"))
        return nvidia_field(arena, (*percents)++ == 0 ? TEXT("utilization.gpu") : TEXT("utilization.memory"));
    if (text_equal(unit, "W")) return nvidia_field(arena, TEXT("power.draw"));
    if (text_equal(unit, "MHz")) return nvidia_field(arena, TEXT("clocks.current.sm"));
    if (text_equal(unit, "MiB") || text_equal(unit, "MB")) {
        static const char *const names[] = {"memory.used", "memory.total"};
        size_t n = (*memories)++;
        return nvidia_field(arena, n < 2 ? text_of(names[n]) : TEXT("memory.other"));
    }
    return nvidia_field(arena, TEXT("text"));
}

// An integer column that counts 0, 1, 2 … between two equal values of itself is the index.
static void find_index(struct arena *arena, const struct csv_cells *rows, size_t count, struct layout *layout) {
    for (size_t c = 0; c < layout->count; c++) {
        if (strcmp(layout->fields[c].quantity, "text") != 0) continue;
        int64_t expected = 0;
        size_t cycles = 0;
        bool index = count >= 2;
        for (size_t r = 0; r < count && index; r++) {
            int64_t value = 0;
            index = text_integer(rows[r].at[c], &value) && (value == expected || value == 0);
            if (value == 0) cycles++;
            expected = value + 1;
        }
        if (index && cycles >= 2) {
            layout->fields[c] = nvidia_field(arena, TEXT("index"));
            return;
        }
    }
}

enum { GUESS_ROWS = 64 };

// Columns that cannot be proved stay unknown. Memory: the larger, constant one of two is the total.
static bool infer(struct source *source, struct text head, struct layout *layout) {
    struct csv_cells *rows = arena_array(source->arena_, GUESS_ROWS, sizeof *rows);
    size_t count = 0;
    for (struct text rest = head; rest.at != NULL && count < GUESS_ROWS;) {
        struct text line = text_trim(text_cut(&rest, '\n'));
        if (line.length == 0 || rest.at == NULL) continue;
        csv_cells(source->arena_, line, &rows[count]);
        if (count > 0 && rows[count].count != rows[0].count) continue;
        count++;
    }
    if (count == 0) return false;
    size_t percents = 0;
    size_t memories = 0;
    layout->count = rows[0].count;
    layout->time = -1;
    bool proved = false;
    int first_memory = -1;
    for (size_t c = 0; c < layout->count; c++) {
        layout->fields[c] = guess(source->arena_, rows[0].at[c], &percents, &memories);
        if (layout->fields[c].role == NVIDIA_TIMESTAMP && layout->time < 0) layout->time = (int)c;
        proved = proved || layout->fields[c].unit != UNIT_NONE;
        if (strcmp(layout->fields[c].quantity, "memory.used") == 0) first_memory = (int)c;
        if (strcmp(layout->fields[c].quantity, "memory.total") == 0 && first_memory >= 0 &&
            nvidia_value(rows[0].at[first_memory]) > nvidia_value(rows[0].at[c])) {
            struct nvidia_field swap = layout->fields[first_memory];
            layout->fields[first_memory] = layout->fields[c];
            layout->fields[c] = swap;
        }
    }
    find_index(source->arena_, rows, count, layout);
    for (size_t c = 0; c < layout->count; c++)
        if (strcmp(layout->fields[c].quantity, "text") == 0) layout->fields[c].role = NVIDIA_TEXT;
    return proved;
}

static void say_inferred(struct source *source, const struct layout *layout) {
    const char *names = "";
    for (size_t c = 0; c < layout->count; c++)
        names = arena_printf(source->arena_, "%s%s%s", names, c > 0 ? "," : "",
                             layout->fields[c].role == NVIDIA_TEXT ? "?" : layout->fields[c].quantity);
    source_problem(source, 1, SEVERITY_INFO,
                   tr("no header: columns told by their units as %s; --columns NAMES says otherwise"), names);
}

// ── the file ────────────────────────────────────────────────────────────────

struct csv_parse {
    struct source *source;
    struct nvidia_rows *rows;
    struct layout layout;
    bool has_layout;
    enum date_order order;
    millis last;
    size_t backward;
    struct text end_unit;  // unit of the last cell of whole rows
};

static void note_error(struct csv_parse *parse, struct text line, uint32_t number, enum event_kind kind) {
    source_event(parse->source, parse->last, number, kind, TEXT(""), line, NAN);
}

static void take_row(struct csv_parse *parse, const struct csv_cells *cells, uint32_t number) {
    const struct layout *layout = &parse->layout;
    millis time = MILLIS_NONE;
    if (layout->time >= 0 && !read_time(parse->source, cells->at[layout->time], parse->order, &time)) {
        source_skip(parse->source, number, tr("\"%.*s\" is no time"),
                    (int)(cells->at[layout->time].length < 60 ? cells->at[layout->time].length : 60),
                    cells->at[layout->time].at);
        return;
    }
    for (size_t i = 0; i < cells->count; i++) {
        if (layout->fields[i].unit != UNIT_PERCENT || strncmp(layout->fields[i].quantity, "utilization", 11) != 0)
            continue;
        if (nvidia_value(cells->at[i]) <= 100 || isnan(nvidia_value(cells->at[i]))) continue;
        source_skip(parse->source, number, tr("%s above 100: a torn row"), layout->fields[i].quantity);
        return;
    }
    if (time != MILLIS_NONE && parse->last != MILLIS_NONE && time + 1000 < parse->last && parse->backward++ == 0)
        source_problem(parse->source, number, SEVERITY_WARNING,
                       tr("time runs backward here: another run was appended, or two writers share the file"));
    if (time != MILLIS_NONE) parse->last = time;
    nvidia_rows_begin(parse->rows, time, number);
    for (size_t i = 0; i < cells->count; i++) {
        if (cells->at[i].length > 0 && cells->at[i].at[0] == '[' && nvidia_error(cells->at[i]) != EVENT_NOTE)
            note_error(parse, cells->at[i], number, nvidia_error(cells->at[i]));
        nvidia_rows_cell(parse->rows, &layout->fields[i], cells->at[i]);
    }
}

// The last line of a file that does not end in a line end: its last cell may be cut.
static bool cut_short(const struct csv_parse *parse, const struct csv_cells *cells) {
    double value = 0;
    struct text unit;
    struct text last = cells->at[cells->count - 1];
    if (!text_number_unit(last, &value, &unit)) return false;
    return parse->end_unit.length > 0 ? unit.length != parse->end_unit.length : false;
}

static void take_line(struct csv_parse *parse, struct text line, uint32_t number, bool unended) {
    struct csv_cells cells;
    csv_cells(parse->source->arena_, line, &cells);
    if (cells.count == 0 || (cells.count == 1 && cells.at[0].length == 0)) return;
    bool header = (line.at[0] < '0' || line.at[0] > '9') && is_header(parse->source->arena_, &cells);
    if (header) {
        if (parse->has_layout && !same_layout(parse->source->arena_, &parse->layout, &cells))
            source_problem(parse->source, number, SEVERITY_INFO, tr("another header: the columns change here"));
        take_header(parse->source->arena_, &cells, &parse->layout);
        parse->has_layout = true;
        return;
    }
    enum event_kind error = cells.count < 3 ? nvidia_error(line) : EVENT_NOTE;
    if (error != EVENT_NOTE) {
        note_error(parse, line, number, error);
        return;
    }
    if (!parse->has_layout) {
        source_skip(parse->source, number, tr("before any header: \"%.*s\""),
                    (int)(line.length < 60 ? line.length : 60), line.at);
        return;
    }
    // A comma behind the last cell is an empty column without a name.
    if (cells.count == parse->layout.count + 1 && cells.at[cells.count - 1].length == 0) cells.count--;
    if (cells.count != parse->layout.count) {
        source_skip(parse->source, number, tr("%zu cells where the header has %zu: torn or cut"), cells.count,
                    parse->layout.count);
        return;
    }
    if (unended && cut_short(parse, &cells)) {
        source_skip(parse->source, number, tr("the file ends inside this row"));
        return;
    }
    double value = 0;
    struct text unit;
    if (text_number_unit(cells.at[cells.count - 1], &value, &unit)) parse->end_unit.length = unit.length;
    take_row(parse, &cells, number);
}

static bool head_has_header(struct arena *arena, struct text head) {
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_trim(text_cut(&rest, '\n'));
        if (line.length == 0 || line.length > 8192 || (line.at[0] >= '0' && line.at[0] <= '9')) continue;
        struct csv_cells cells;
        csv_cells(arena, line, &cells);
        if (is_header(arena, &cells)) return true;
    }
    return false;
}

static void prepare(struct csv_parse *parse, struct text head, const struct parse_options *options) {
    struct source *source = parse->source;
    if (options->columns != NULL) {
        struct csv_cells cells;
        csv_cells(source->arena_, text_of(options->columns), &cells);
        take_header(source->arena_, &cells, &parse->layout);
        parse->has_layout = true;
    } else if (!head_has_header(source->arena_, head)) {
        parse->has_layout = infer(source, head, &parse->layout);
        if (parse->has_layout) {
            say_inferred(source, &parse->layout);
            return;
        }
        source->refused = true;
        source_problem(source, 1, SEVERITY_WARNING,
                       tr("no header, and no unit tells what the columns are; name them with --columns "
                          "timestamp,index,utilization.gpu,…"));
    }
}

void nvidia_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct csv_parse parse = {
        .source = source, .rows = nvidia_rows_new(source), .last = MILLIS_NONE, .order = options->date_order};
    struct text head = lines_peek(lines);
    if (parse.order == DATE_ORDER_UNKNOWN) parse.order = order_of(head);
    prepare(&parse, head, options);
    struct text line;
    while (!source->refused && lines_next(lines, &line))
        take_line(&parse, line, lines_number(lines), lines_unended(lines));
    nvidia_rows_finish(parse.rows);
    nvidia_rows_free(parse.rows);
}

int nvidia_csv_bid(struct text head, bool whole) {
    (void)whole;
    struct arena *arena = arena_new();
    int bid = head_has_header(arena, head) ? BID_SURE : BID_NONE;
    size_t rows = 0;
    size_t fit = 0;
    for (struct text rest = head; bid == BID_NONE && rest.at != NULL && rows < 200;) {
        struct text line = text_trim(text_cut(&rest, '\n'));
        if (line.length == 0 || line.length > 4096 || rest.at == NULL) continue;
        rows++;
        millis time;
        bool stamped = false;
        bool unit = text_has(line, " MiB") || text_has(line, " W") || text_has(line, " %") || text_has(line, " MHz");
        for (struct text cells = line; cells.at != NULL;)
            stamped = when_nvidia(text_trim(text_cut(&cells, ',')), &time) || stamped;
        fit += (stamped && text_has(line, ", ")) ||
               (unit && !text_has(line, "|") && !text_has(line, "(") && line.length < 200);
    }
    if (bid == BID_NONE && rows > 0 && 10 * fit >= 9 * rows) bid = BID_LIKELY;
    arena_free(arena);
    return bid;
}

// nvidia_csv.c: `nvidia-smi --query-gpu=… --format=csv`, and CSV that scripts made of it.
//
// Columns by header name. Where a header stands in mid-file a new layout begins; where a row does not have its
// header's number of cells, or holds what its column cannot hold, two writers tore it or the file ends in it, and it
// is left out with its line.
#include "parsers/nvidia_csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/log_clock.h"
#include "parsers/nvidia_cell.h"
#include "parsers/nvidia_csv_dates.h"
#include "parsers/nvidia_csv_stamps.h"
#include "parsers/nvidia_rows.h"

enum { WAITING_MOST = 64, SHOWN = 60 };

// An error line before any row: it gets the time of the first one.
struct waiting {
    uint32_t line;
    struct text text;
};

struct csv_parse {
    struct source *source;
    struct nvidia_rows *rows;
    struct log_clock clock;
    struct date_evidence dates;
    struct csv_stamps stamps;
    struct csv_cells cells;
    struct csv_layout layout;
    enum csv_query query;  // of the header above; QUERY_NONE before any
    uint32_t headers;
    millis last;
    size_t backward;
    size_t named;       // columns that the user names
    const char *error;  // the error line that came last, NULL behind a row
    struct waiting waiting[WAITING_MOST];
    size_t waiting_count;
    double values[CSV_CELLS_MOST];
};

static int shown(struct text text) { return text.length < SHOWN ? (int)text.length : SHOWN; }

// ── errors between rows ─────────────────────────────────────────────────────

static void note_error(struct csv_parse *parse, struct text line, uint32_t number) {
    // A loop that fails says the same each time.
    if (parse->error != NULL && text_equal(line, parse->error)) return;
    parse->error = text_copy(parse->source->arena_, line);
    if (parse->last == MILLIS_NONE && parse->waiting_count < WAITING_MOST)
        parse->waiting[parse->waiting_count++] = (struct waiting){number, text_of(parse->error)};
    else
        source_event(parse->source, parse->last, number, nvidia_error(line), TEXT(""), line, NAN);
}

static void release_waiting(struct csv_parse *parse) {
    for (size_t i = 0; i < parse->waiting_count; i++) {
        const struct waiting *waiting = &parse->waiting[i];
        source_event(parse->source, parse->last, waiting->line, nvidia_error(waiting->text), TEXT(""), waiting->text,
                     NAN);
    }
    parse->waiting_count = 0;
}

// ── rows ────────────────────────────────────────────────────────────────────

// Why a value cannot stand in its column; NULL if it can.
static const char *contradiction(const struct nvidia_field *field, double value, struct text unit) {
    enum unit printed = nvidia_unit(unit);
    bool scaled = field->scale != 1;
    if (field->known && printed != UNIT_NONE && field->unit != UNIT_NONE && (printed != field->unit || scaled))
        return tr("another unit than the column has");
    if (field->bare == NULL && field->unit == UNIT_PERCENT && value > 100 &&
        strncmp(field->quantity, "utilization.", 12) == 0)
        return tr("more than 100 %");
    if (value < 0 && field->known && field->unit != UNIT_CELSIUS) return tr("less than nothing");
    return NULL;
}

static bool remembered(const struct csv_memo *memo, struct text cell, double *value) {
    if (memo->length != cell.length || cell.length == 0 || memcmp(memo->at, cell.at, cell.length) != 0) return false;
    *value = memo->value;
    return true;
}

static void remember(struct csv_memo *memo, struct text cell, double value) {
    if (cell.length > sizeof memo->at) return;
    memcpy(memo->at, cell.at, cell.length);
    memo->length = cell.length;
    memo->value = value;
}

// Fills parse->values. False if the row was torn; the problem is noted.
static bool read_values(struct csv_parse *parse, uint32_t number) {
    struct csv_layout *layout = &parse->layout;
    for (size_t i = 0; i < layout->count; i++) {
        const struct nvidia_field *field = &layout->fields[i];
        if (field->role != NVIDIA_VALUE) continue;
        struct text unit;
        struct text cell = parse->cells.at[i];
        if (remembered(&layout->memo[i], cell, &parse->values[i])) continue;
        enum nvidia_cell kind = nvidia_cell(cell, &parse->values[i], &unit);
        const char *why = NULL;
        if (kind == CELL_NUMBER) {
            why = contradiction(field, parse->values[i], unit);
            parse->values[i] *= field->scale;
            if (isinf(parse->values[i])) parse->values[i] = NAN;  // more gigabytes than there are numbers for
            if (field->bare != NULL && nvidia_unit(unit) == UNIT_PERCENT)
                nvidia_rows_proved(parse->rows, layout->column[i]);
            if (why == NULL) remember(&layout->memo[i], cell, parse->values[i]);
            if (why == NULL) layout->numbers[i] = true;
        } else if (kind == CELL_STRANGE && field->known && layout->numbers[i]) {
            why = tr("no value at all");
        }
        if (why == NULL) continue;
        source_skip(parse->source, number, tr("a torn row: %s is \"%.*s\": %s"), field->quantity, shown(cell), cell.at,
                    why);
        return false;
    }
    return true;
}

static void put_cell(struct csv_parse *parse, size_t i) {
    static const enum nvidia_id ids[] = {
        [NVIDIA_OTHER_ID] = ID_OTHER, [NVIDIA_INDEX] = ID_INDEX, [NVIDIA_BUS_ID] = ID_BUS,
        [NVIDIA_UUID] = ID_UUID,      [NVIDIA_NAME] = ID_NAME,   [NVIDIA_HOST] = ID_HOST};
    struct nvidia_rows *rows = parse->rows;
    struct text cell = parse->cells.at[i];
    enum nvidia_role role = parse->layout.fields[i].role;
    if (role >= NVIDIA_OTHER_ID && role <= NVIDIA_HOST) nvidia_rows_id(rows, ids[role], cell);
    if (role == NVIDIA_RECOVERY) nvidia_rows_id(rows, ID_RECOVERY, cell);
    if (role == NVIDIA_DRIVER && rows->driver == NULL && cell.length > 0 && cell.at[0] != '[')
        rows->driver = text_copy(parse->source->arena_, cell);
    if (role == NVIDIA_TIMESTAMP) return;
    if (cell.length > 0 && cell.at[0] == '[' && nvidia_error(cell) != EVENT_NOTE) nvidia_rows_error(rows, cell);
    if (role != NVIDIA_VALUE) return;
    struct nvidia_row *row = &rows->rows[rows->count - 1];
    row->cells++;
    nvidia_rows_set(rows, parse->layout.column[i], parse->values[i]);
}

static void note_backward(struct csv_parse *parse, millis time, uint32_t number) {
    if (parse->last == MILLIS_NONE || time + 1000 >= parse->last) return;
    if (parse->backward++ > 0) return;
    source_problem(parse->source, number, SEVERITY_WARNING,
                   tr("time runs backward here: another run was appended, or two writers share the file"));
}

// "Unable to determine the device handle for GPU0000:02:00.0: Unknown Error" comes with a row that is nothing but the
// same error, its index as well. The line before it has told all: by its place the row could be of a healthy GPU.
static bool is_behind_its_error(const struct csv_parse *parse) {
    const struct csv_layout *layout = &parse->layout;
    bool asked = false;
    if (parse->error == NULL || nvidia_error(text_of(parse->error)) != EVENT_GPU_LOST) return false;
    for (size_t i = 0; i < layout->count; i++) {
        enum nvidia_role role = layout->fields[i].role;
        struct text cell = parse->cells.at[i];
        bool error = cell.length > 0 && cell.at[0] == '[';
        if (role == NVIDIA_VALUE && !isnan(parse->values[i])) return false;
        if (role < NVIDIA_OTHER_ID || role > NVIDIA_UUID) continue;
        if (!error) return false;
        asked = true;
    }
    return asked;
}

static void take_row(struct csv_parse *parse, uint32_t number) {
    const struct csv_layout *layout = &parse->layout;
    millis time = MILLIS_NONE;
    if (layout->time >= 0) {
        struct text stamp = parse->cells.at[layout->time];
        if (!log_clock_read(&parse->clock, stamp, &time)) {
            source_skip(parse->source, number, tr("\"%.*s\" is no time"), shown(stamp), stamp.at);
            return;
        }
        date_evidence_add(&parse->dates, stamp);
    }
    if (!read_values(parse, number)) return;
    if (is_behind_its_error(parse)) {
        source_skip(parse->source, number, tr("a row of errors that does not say which GPU it is of"));
        return;
    }
    if (time != MILLIS_NONE) {
        note_backward(parse, time, number);
        parse->last = time;
        if (parse->waiting_count > 0) release_waiting(parse);
    }
    parse->error = NULL;
    bool ambiguous = layout->time >= 0 && parse->clock.ambiguous;
    if (layout->time < 0 && parse->last == MILLIS_NONE)
        time = csv_stamps_row(&parse->stamps, &parse->clock, parse->rows, &parse->dates, &ambiguous);
    struct nvidia_row *row = nvidia_rows_add(parse->rows, time, number);
    row->group = parse->headers;
    row->ambiguous = ambiguous;
    for (size_t i = 0; i < layout->count; i++) put_cell(parse, i);
}

// Whether a value shows that nothing is missing behind it: its unit, its bracket, all digits of a mask.
static bool is_complete(struct text cell) {
    struct text unit;
    double value;
    if (text_starts(cell, "0x")) return cell.length == 18;
    enum nvidia_cell kind = nvidia_cell(cell, &value, &unit);
    if (kind == CELL_MISSING) return cell.length == 0 || cell.at[0] != '[' || text_ends(cell, "]");
    if (kind == CELL_STRANGE) return false;
    bool digit = (cell.at[0] >= '0' && cell.at[0] <= '9') || cell.at[0] == '-' || cell.at[0] == '.';
    if (digit) return nvidia_unit(unit) != UNIT_NONE;
    return cell.at[0] != 'P' || cell.at[1] != '1';  // P1 of P12
}

// The last line of a file that does not end in a line end: its last cell may be cut, the others not. "25" of "250.10"
// looks whole, so what does not prove that it is whole is left out; false if it is what the row cannot do without.
static bool trust_last_cell(struct csv_parse *parse, uint32_t number) {
    struct text *cell = &parse->cells.at[parse->layout.count - 1];
    const struct nvidia_field *field = &parse->layout.fields[parse->layout.count - 1];
    millis time;
    if (field->role == NVIDIA_TIMESTAMP && when_nvidia(*cell, &time) && cell->length == 23) return true;
    if (field->role == NVIDIA_UUID && cell->length == 40) return true;
    if (field->role >= NVIDIA_TIMESTAMP && field->role <= NVIDIA_UUID) {
        source_skip(parse->source, number, tr("the file ends inside this row"));
        return false;
    }
    if (field->role == NVIDIA_VALUE && is_complete(*cell)) return true;
    if (field->role == NVIDIA_VALUE)
        source_problem(parse->source, number, SEVERITY_INFO,
                       tr("the file ends without a line end: %s, \"%.*s\", may be cut and is left out"),
                       field->quantity, shown(*cell), cell->at);
    cell->length = 0;
    return true;
}

// ── lines ───────────────────────────────────────────────────────────────────

static bool same_layout(struct arena *arena, const struct csv_layout *layout, const struct csv_cells *cells) {
    if (cells->count != layout->count) return false;
    for (size_t i = 0; i < cells->count; i++)
        if (strcmp(nvidia_field(arena, cells->at[i]).quantity, layout->fields[i].quantity) != 0) return false;
    return true;
}

static void number_columns(struct csv_parse *parse) {
    struct csv_layout *layout = &parse->layout;
    for (size_t i = 0; i < layout->count; i++) {
        layout->column[i] = NVIDIA_FIELDS_MOST;
        if (layout->fields[i].role != NVIDIA_VALUE) continue;
        layout->column[i] = (uint16_t)nvidia_rows_column(parse->rows, &layout->fields[i]);
    }
}

// "mem_used_mb" beside "cpu_pct" is more likely the memory of the host.
static void leave_loose(struct csv_parse *parse, uint32_t number) {
    struct csv_layout *layout = &parse->layout;
    if (!csv_names_others(&parse->cells)) return;
    for (size_t i = 0; i < layout->count; i++) {
        struct text cell = parse->cells.at[i];
        if (layout->fields[i].role != NVIDIA_VALUE || !layout->fields[i].loose) continue;
        layout->fields[i].role = NVIDIA_TEXT;
        source_problem(parse->source, number, SEVERITY_INFO,
                       tr("\"%.*s\" does not say that it is of the GPU, and other columns are not: it is not used "
                          "unless --columns names it"),
                       shown(cell), cell.at);
    }
}

static void take_header(struct csv_parse *parse, enum csv_query query, char separator, uint32_t number) {
    struct arena *arena = parse->source->arena_;
    parse->headers++;
    bool same = parse->query == QUERY_GPU && query == QUERY_GPU && same_layout(arena, &parse->layout, &parse->cells);
    if (same) return;
    if (parse->query == QUERY_GPU && query == QUERY_GPU)
        source_problem(parse->source, number, SEVERITY_INFO, tr("another header: the columns change here"));
    parse->query = query;
    csv_take_header(arena, &parse->cells, &parse->layout);
    parse->layout.separator = separator;
    leave_loose(parse, number);
    number_columns(parse);
}

static void take_line(struct csv_parse *parse, struct lines *lines, struct text line) {
    uint32_t number = lines_number(lines);
    struct csv_cells *cells = &parse->cells;
    bool digit = line.length > 0 && line.at[0] >= '0' && line.at[0] <= '9';
    char separator = parse->layout.separator;
    if (separator == '\0' || (!digit && line.length > 0 && memchr(line.at, separator, line.length) == NULL))
        separator = csv_separator(line);
    csv_cells_between(cells, line, separator);
    if (cells->count == 0) return;
    enum csv_query query = digit ? QUERY_NONE : csv_query(parse->source->arena_, cells);
    if (query == QUERY_GPU && cells->count == parse->named && csv_is_doubtful(parse->source->arena_, cells)) {
        parse->headers++;
        parse->layout.separator = separator;
        return;
    }
    if (query != QUERY_NONE) {
        take_header(parse, query, separator, number);
        return;
    }
    if (!digit && cells->count < 3 && nvidia_error(line) != EVENT_NOTE) {
        note_error(parse, text_trim(line), number);
        return;
    }
    bool other = parse->query != QUERY_GPU || parse->layout.time < 0;
    bool stamp =
        other && cells->count <= 2 && cells->count != parse->layout.count && csv_stamps_take(&parse->stamps, line);
    if (stamp && parse->query == QUERY_GPU) return;
    if (parse->query != QUERY_GPU) {
        source_skip(parse->source, number, tr("not below a header of a query for GPUs: \"%.*s\""), shown(line),
                    line.at);
        return;
    }
    // A comma behind the last cell is an empty column without a name.
    if (cells->count == parse->layout.count + 1 && cells->at[cells->count - 1].length == 0) cells->count--;
    if (cells->count != parse->layout.count || cells->more) {
        source_skip(parse->source, number, tr("%zu cells where the header has %zu: torn or cut"), cells->count,
                    parse->layout.count);
        return;
    }
    if (lines_unended(lines) && !trust_last_cell(parse, number)) return;
    take_row(parse, number);
}

// ── the file ────────────────────────────────────────────────────────────────

static void say_inferred(struct source *source, const struct csv_layout *layout) {
    const char *names = "";
    for (size_t c = 0; c < layout->count; c++)
        names = arena_printf(source->arena_, "%s%s%s", names, c > 0 ? "," : "", layout->fields[c].quantity);
    source_problem(source, 1, SEVERITY_INFO,
                   tr("no header: columns told by their units as %s; --columns NAMES says otherwise"), names);
}

// The number of the first line with this text; 0 if it does not come.
static uint32_t find_line(struct lines *lines, struct text wanted) {
    struct text line;
    while (lines_next(lines, &line))
        if (text_equal(text_trim(line), wanted.at)) return lines_number(lines);
    return 0;
}

static void infer(struct csv_parse *parse, struct lines *lines, struct text head) {
    struct source *source = parse->source;
    struct text foreign = csv_foreign_header(head);
    if (foreign.at != NULL) {
        foreign = text_of(text_copy(source->arena_, foreign));
        source->refused = true;
        source_problem(source, find_line(lines, foreign), SEVERITY_CRITICAL,
                       tr("the header \"%.*s\" has no field of nvidia-smi; name the columns in their order, with ? for "
                          "what is not wanted: --columns timestamp,index,utilization.gpu,?,…"),
                       foreign.length < 200 ? (int)foreign.length : 200, foreign.at);
    } else if (csv_infer(source->arena_, head, &parse->layout)) {
        parse->query = QUERY_GPU;
        say_inferred(source, &parse->layout);
    } else {
        source->refused = true;
        source_problem(source, head.length > 0 ? 1 : 0, SEVERITY_CRITICAL,
                       tr("no header, and no unit tells what the columns are; name them in their order, with ? for "
                          "what is not wanted: --columns timestamp,index,utilization.gpu,?,…"));
    }
}

static void prepare(struct csv_parse *parse, struct lines *lines, const struct parse_options *options) {
    struct text head = lines_peek(lines);
    struct source *source = parse->source;
    if (options->columns != NULL) {
        csv_cells(&parse->cells, text_of(options->columns));
        csv_take_header(source->arena_, &parse->cells, &parse->layout);
        // The user says what they are.
        for (size_t i = 0; i < parse->layout.count; i++) parse->layout.fields[i].bare = NULL;
        parse->query = QUERY_GPU;
        parse->named = parse->layout.count;
    } else if (csv_query_in(head) == QUERY_NONE) {
        infer(parse, lines, head);
    }
    number_columns(parse);
}

void nvidia_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct csv_parse *parse = arena_alloc(source->arena_, sizeof *parse);
    parse->source = source;
    parse->rows = nvidia_rows_new(source);
    parse->last = MILLIS_NONE;
    parse->clock = (struct log_clock){.source = source, .order = options->date_order};
    prepare(parse, lines, options);
    struct text line;
    while (!source->refused && lines_next(lines, &line)) take_line(parse, lines, line);
    release_waiting(parse);
    if (parse->backward > 1)
        source_problem(source, 0, SEVERITY_WARNING, tr("time runs backward %zu times"), parse->backward);
    csv_stamps_settle(&parse->stamps, parse->rows, parse->last != MILLIS_NONE);
    date_evidence_settle(&parse->dates, parse->rows);
    nvidia_rows_finish(parse->rows);
    nvidia_rows_free(parse->rows);
    csv_cells_free(&parse->cells);
}

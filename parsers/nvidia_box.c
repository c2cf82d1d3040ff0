// nvidia_box.c: two lines a GPU inside a box. Column widths differ from driver to driver, so a line is split at its
// bars and each part is read by what its words look like.
#include "parsers/nvidia_box.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/gpu_row.h"
#include "parsers/log_clock.h"
#include "parsers/nvidia_cell.h"

enum { PARTS_MOST = 6, STAMP_MOST = 80 };

enum section { SECTION_NONE, SECTION_GPUS, SECTION_OTHER };  // OTHER: processes, MIG devices

struct box {
    struct source *source;
    struct log_clock clock;
    enum section section;
    char stamp[STAMP_MOST];  // the line with a time that came last
    size_t stamp_length;
    bool timed;    // the snapshot has a time
    bool refused;  // others had one, this one has not
    bool odd_time;
    millis time, last;
    // The first line of a GPU, until the second one comes.
    bool half;
    int64_t gpu;
    char name[STAMP_MOST], bus[STAMP_MOST], ecc[STAMP_MOST];
};

struct parts {
    struct text at[PARTS_MOST];
    size_t count;
};

// "| a | b | c |" gives a, b, c. False for anything else.
static bool split_bars(struct text line, struct parts *parts) {
    line = text_trim(line);
    if (line.length < 2 || line.at[0] != '|' || line.at[line.length - 1] != '|') return false;
    struct text rest = {line.at + 1, line.length - 2};
    for (parts->count = 0; rest.at != NULL; parts->count++) {
        if (parts->count == PARTS_MOST) return false;
        parts->at[parts->count] = text_trim(text_cut(&rest, '|'));
    }
    return true;
}

static void keep(char *to, struct text text) {
    size_t length = text.length < STAMP_MOST - 1 ? text.length : STAMP_MOST - 1;
    if (length > 0) memcpy(to, text.at, length);
    to[length] = '\0';
}

static bool is_bus_id(struct text word) {
    size_t colons = 0;
    for (size_t i = 0; i < word.length; i++) colons += word.at[i] == ':';
    return word.length >= 7 && colons >= 1 && colons <= 2 && word.at[word.length - 2] == '.';
}

// "0  NVIDIA A40   On", "00000000:CA:00.0 Off", "0".
static bool take_first(struct box *box, const struct parts *parts) {
    struct fields words;
    struct fields bus;
    fields_split(parts->at[0], &words);
    fields_split(parts->at[1], &bus);
    if (words.count < 2 || bus.count < 1 || !is_bus_id(bus.at[0])) return false;
    if (!text_integer(words.at[0], &box->gpu) || box->gpu < 0 || box->gpu >= GPU_NUMBER_MOST) return false;
    // The last word is the persistence mode or, on Windows, the driver model.
    const char *end = words.at[words.count - (words.count > 2 ? 2 : 1)].at;
    end += words.at[words.count - (words.count > 2 ? 2 : 1)].length;
    keep(box->name, (struct text){words.at[1].at, (size_t)(end - words.at[1].at)});
    keep(box->bus, bus.at[0]);
    keep(box->ecc, parts->at[2]);
    box->half = true;
    return true;
}

// "30%   60C    P2     246W / 350W": the words that are there, in any widths.
static void take_sensors(struct gpu_row *row, struct text part) {
    struct fields words;
    fields_split(part, &words);
    bool draw = false;
    for (size_t i = 0; i < words.count; i++) {
        struct text unit = {NULL, 0};
        double value;
        if (nvidia_cell(words.at[i], &value, &unit) != CELL_NUMBER) {
            if (i == 0) gpu_row_set(row, "fan.speed", NAN);
            continue;
        }
        if (words.at[i].at[0] == 'P')
            gpu_row_set(row, "pstate", value);
        else if (text_equal(unit, "%"))
            gpu_row_set(row, "fan.speed", value);
        else if (text_equal(unit, "C"))
            gpu_row_set(row, "temperature.gpu", value);
        else if (text_equal(unit, "W") && (draw || (i > 0 && text_equal(words.at[i - 1], "/"))))
            gpu_row_set(row, "power.limit", value);
        else if (text_equal(unit, "W"))
            gpu_row_set(row, "power.draw", value);
        draw = draw || text_equal(unit, "W");
    }
}

static bool is_second(const struct parts *parts) {
    struct text used = parts->at[1];
    struct text first = text_trim(text_cut(&used, '/'));
    double value;
    return used.at != NULL && nvidia_cell(first, &value, NULL) != CELL_STRANGE &&
           nvidia_cell(text_trim(used), &value, NULL) != CELL_STRANGE;
}

static void take_second(struct box *box, const struct parts *parts, uint32_t line) {
    box->half = false;
    if (box->refused) {
        source_skip(box->source, line, tr("a snapshot without its time"));
        return;
    }
    struct gpu_row row = gpu_row(box->source, (unsigned)box->gpu, box->time, line);
    struct fields load;
    fields_split(parts->at[2], &load);
    struct text used = parts->at[1];
    struct text first = text_trim(text_cut(&used, '/'));
    if (load.count > 0) gpu_row_cell(&row, "utilization.gpu", load.at[0]);
    gpu_row_cell(&row, "memory.used", first);
    gpu_row_cell(&row, "memory.total", text_trim(used));
    take_sensors(&row, parts->at[0]);
    double errors;
    if (nvidia_cell(text_of(box->ecc), &errors, NULL) == CELL_NUMBER && box->ecc[0] >= '0' && box->ecc[0] <= '9')
        gpu_row_set(&row, "ecc.errors.uncorrected.volatile.total", errors);
    gpu_row_fact(&row, "name", text_of(box->name));
    gpu_row_fact(&row, "pci.bus_id", text_of(box->bus));
}

// ── snapshots ───────────────────────────────────────────────────────────────

// A line that is a time, perhaps between rules: "==== Sun May  4 04:27:32 AM EDT 2025 ====".
static bool take_stamp(struct box *box, struct text line) {
    while (line.length > 0 && (line.at[0] == '=' || line.at[0] == '-' || line.at[0] == '#')) line = text_skip(line, 1);
    while (line.length > 0 && (line.at[line.length - 1] == '=' || line.at[line.length - 1] == '-')) line.length--;
    line = text_trim(line);
    struct when when;
    if (line.length < 10 || line.length >= STAMP_MOST || !when_read(line, box->clock.order, &when)) return false;
    if (!when.has_date || !when.has_time) return false;
    memcpy(box->stamp, line.at, line.length);
    box->stamp_length = line.length;
    return true;
}

// "| NVIDIA-SMI 580.95.05   Driver Version: 580.95.05   CUDA Version: 13.0 |". nvidia-smi prints its time above it.
static void take_banner(struct box *box, struct text line, uint32_t number) {
    struct source *source = box->source;
    struct text rest = text_skip(line, text_find(line, "NVIDIA-SMI") + 10);
    struct text version = text_word(&rest);
    if (source->tool_version[0] == '\0') source->tool_version = text_copy(source->arena_, text_head(version, 40));
    box->section = SECTION_GPUS;
    box->half = false;
    bool had_times = source->clock != CLOCK_NONE;
    box->timed =
        box->stamp_length > 0 && log_clock_read(&box->clock, (struct text){box->stamp, box->stamp_length}, &box->time);
    box->refused = !box->timed && (had_times || (box->stamp_length > 0 && source->reports > 0));
    if (!box->timed) box->time = (millis)source->reports;
    if (box->timed && !had_times && source->reports > 0) box->refused = true;  // times begin in the middle
    if (box->timed && box->last != MILLIS_NONE && box->time < box->last && !box->odd_time) {
        box->odd_time = true;
        source_problem(source, number, SEVERITY_WARNING, tr("time runs backward here"));
    }
    if (box->timed) box->last = box->time;
    box->stamp_length = 0;
    source->reports++;
}

static bool is_rule(struct text line) {
    return line.length >= 10 && (line.at[0] == '+' || line.at[0] == '|') &&
           (text_has(line, "-----") || text_has(line, "====="));
}

static void take_box_line(struct box *box, struct text line, uint32_t number) {
    struct parts parts;
    if (text_has(line, "| NVIDIA-SMI ")) {
        take_banner(box, line, number);
    } else if (text_has(line, "Processes:") || text_has(line, "MIG devices:")) {
        box->section = SECTION_OTHER;
    } else if (!is_rule(line) && box->section == SECTION_GPUS && split_bars(line, &parts) && parts.count == 3) {
        if (box->half && is_second(&parts))
            take_second(box, &parts, number);
        else
            take_first(box, &parts);
    }
}

static void take_line(struct box *box, struct text line, uint32_t number) {
    line = text_trim(line);
    if (line.length == 0) return;
    if (line.at[0] == '|' || line.at[0] == '+') {
        take_box_line(box, line, number);
        return;
    }
    box->half = false;
    if (take_stamp(box, line)) return;
    enum event_kind error = nvidia_error(line);
    if (error != EVENT_NOTE)
        source_event(box->source, box->source->clock == CLOCK_NONE ? MILLIS_NONE : box->last, number, error, TEXT(""),
                     line, NAN);
    else
        source_skip(box->source, number, tr("not a line of the table"));
}

void nvidia_box_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct box *box = arena_alloc(source->arena_, sizeof *box);
    box->source = source;
    box->clock = (struct log_clock){.source = source, .order = options->date_order};
    box->last = MILLIS_NONE;
    struct text line;
    while (lines_next(lines, &line)) take_line(box, line, lines_number(lines));
    if (lines_report(lines).escapes && source->skipped_lines > 0)
        source_problem(
            source, 0, SEVERITY_WARNING,
            tr("the table was drawn by watch or another program for the whole screen, which redraws single "
               "characters: only tables that were drawn whole are used (record with nvidia-smi -l instead)"));
}

int nvidia_box_bid(struct text head, bool whole) {
    (void)whole;
    size_t at = text_find(head, "| NVIDIA-SMI ");
    if (at == SIZE_MAX) return BID_NONE;
    return text_has(text_skip(head, at), "GPU-Util") ? BID_SURE : BID_LIKELY;
}

// nvidia_q.c: the indented text of `nvidia-smi -q`.
#include "parsers/nvidia_q.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/log_clock.h"
#include "parsers/nvidia_bus.h"
#include "parsers/nvidia_cell.h"
#include "parsers/nvidia_tree.h"

enum { DEPTH_MOST = 8, NAME_MOST = 64 };

static const char banner[] = "==============NVSMI LOG==============";

struct q {
    struct source *source;
    struct log_clock clock;
    struct bus_numbers numbers;
    bool inside;  // below a banner
    bool timed, refused;
    millis time;
    bool in_gpu;
    struct gpu_row row;
    struct nvidia_leaves leaves;
    char sections[DEPTH_MOST][NAME_MOST];  // by depth; [0] is the GPU itself
};

static void end_gpu(struct q *q) {
    if (q->in_gpu) nvidia_leaves_end(&q->leaves, q->timed ? q->time : MILLIS_NONE);
    q->in_gpu = false;
}

static void begin_document(struct q *q) {
    end_gpu(q);
    q->inside = true;
    q->timed = false;
    q->refused = false;
    q->source->reports++;
    q->time = (millis)q->source->reports - 1;
}

static void begin_gpu(struct q *q, struct text id, uint32_t line) {
    end_gpu(q);
    if (!q->timed && q->source->clock != CLOCK_NONE) {
        source_skip(q->source, line, tr("a document without its time"));
        return;
    }
    q->row = gpu_row(q->source, bus_number(&q->numbers, id), q->time, line);
    gpu_row_fact(&q->row, "pci.bus_id", id);
    nvidia_leaves_begin(&q->leaves, &q->row);
    memset(q->sections, 0, sizeof q->sections);
    q->in_gpu = true;
}

// "Timestamp", "Driver Version" … in front of the GPUs.
static void take_head(struct q *q, struct text name, struct text value, uint32_t line) {
    if (text_equal(name, "Timestamp")) {
        bool late = q->source->samples > 0 && q->source->clock == CLOCK_NONE;
        q->timed = !late && log_clock_read(&q->clock, value, &q->time);
        if (!q->timed) source_problem(q->source, line, SEVERITY_WARNING, tr("this time cannot be read"));
    } else if (text_equal(name, "Driver Version") || text_equal(name, "KMD Version")) {
        q->source->tool_version = text_copy(q->source->arena_, text_head(value, 40));
    }
}

static size_t depth_of(struct text line) {
    size_t blanks = 0;
    while (blanks < line.length && line.at[blanks] == ' ') blanks++;
    return blanks / 4;
}

// The section that gives a name its meaning: the one around it, but the reasons below HW Slowdown belong to the
// reasons.
static struct text section_of(const struct q *q, size_t depth) {
    if (depth <= 1) return (struct text){"", 0};
    if (strcmp(q->sections[depth - 1], "HW Slowdown") == 0 && depth > 2) return text_of(q->sections[depth - 2]);
    return text_of(q->sections[depth - 1]);
}

static void take_leaf(struct q *q, struct text line, struct text name, struct text value) {
    size_t depth = depth_of(line);
    if (depth == 0 || depth >= DEPTH_MOST) return;
    size_t length = name.length < NAME_MOST - 1 ? name.length : NAME_MOST - 1;
    memcpy(q->sections[depth], name.at, length);
    q->sections[depth][length] = '\0';
    // Slices of a GPU have memory and clocks of their own.
    bool slice = strncmp(q->sections[1], "MIG Device", 10) == 0;
    if (value.at != NULL && !slice) nvidia_leaf(&q->leaves, WORDS_OF_TEXT, section_of(q, depth), name, value);
}

static bool is_head(struct text name) {
    static const char *const names[] = {"Timestamp",          "Driver Version", "CUDA Version",
                                        "Attached GPUs",      "KMD Version",    "CUDA UMD Version",
                                        "NVIDIA-SMI version", "NVML version",   "DRIVER version"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (text_equal(name, names[i])) return true;
    return false;
}

static void take_line(struct q *q, struct text line, uint32_t number) {
    struct text whole = text_trim(line);
    if (whole.length == 0) return;
    if (text_equal(whole, banner)) {
        begin_document(q);
        return;
    }
    bool indented = line.at[0] == ' ';
    size_t colon = text_find(line, " : ");
    struct text name = text_trim(colon == SIZE_MAX ? line : text_head(line, colon));
    struct text value = colon == SIZE_MAX ? (struct text){NULL, 0} : text_trim(text_skip(line, colon + 3));
    if (q->inside && !indented && is_head(name)) {
        take_head(q, name, value, number);
    } else if (q->inside && text_starts(line, "GPU ") && text_has(line, ":")) {
        begin_gpu(q, text_trim(text_skip(line, 4)), number);
    } else if (q->inside && indented) {
        if (q->in_gpu && name.length > 0) take_leaf(q, line, name, value);
    } else if (nvidia_error(line) != EVENT_NOTE) {
        source_event(q->source, q->source->clock == CLOCK_NONE ? MILLIS_NONE : q->time, number, nvidia_error(line),
                     TEXT(""), whole, NAN);
    } else {
        end_gpu(q);
        q->inside = false;
        source_skip(q->source, number, tr("not part of the output of nvidia-smi -q"));
    }
}

void nvidia_q_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct q *q = arena_alloc(source->arena_, sizeof *q);
    q->source = source;
    q->clock = (struct log_clock){.source = source, .order = options->date_order};
    struct text line;
    while (lines_next(lines, &line)) take_line(q, line, lines_number(lines));
    end_gpu(q);
}

int nvidia_q_bid(struct text head, bool whole) {
    (void)whole;
    return text_has(head, banner) ? BID_SURE : BID_NONE;
}

// gpustat.c: `[0] NAME | 60'C,  68 % |  3712 /  7982 MB | user(3709M)` below a line with host, time and driver.
#include "parsers/gpustat.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/gpu_row.h"
#include "parsers/log_clock.h"
#include "parsers/nvidia_cell.h"

struct gpustat {
    struct source *source;
    struct log_clock clock;
    bool below;  // a header
    bool timed;
    millis time, last;
    struct text driver;
};

// "[0] NVIDIA A40". False if the line is none of a GPU.
static bool take_number(struct text *line, unsigned *gpu) {
    int64_t number = 0;
    struct text rest = *line;
    if (!text_starts(rest, "[")) return false;
    rest = text_skip(rest, 1);
    struct text digits = text_cut(&rest, ']');
    if (rest.at == NULL || !text_integer(text_trim(digits), &number)) return false;
    if (number < 0 || number >= GPU_NUMBER_MOST) return false;
    *gpu = (unsigned)number;
    *line = rest;
    return true;
}

// "60'C", "29°C".
static bool is_temperature(struct text part, double *value) {
    struct text unit;
    if (!text_number_unit(part, value, &unit)) return false;
    return text_equal(unit, "'C") ||
           text_equal(unit,
                      "\xc2\xb0"
                      "C") ||
           text_equal(unit, "C");
}

// Takes "(E:   0 %  D:   0 %)" away; it belongs to the encoder and the decoder.
static struct text without_parentheses(struct text part) {
    size_t at = text_find(part, "(");
    return text_trim(at == SIZE_MAX ? part : text_head(part, at));
}

static void take_power(struct gpu_row *row, struct text part) {
    struct text draw = text_trim(text_cut(&part, '/'));
    gpu_row_cell(row, "power.draw", draw);
    gpu_row_cell(row, "power.limit", part.at == NULL ? (struct text){"", 0} : text_trim(part));
}

// "29°C,  31 %,   0 % (E: …),   61 /  230 W": of two percentages the first is the fan's.
static void take_load(struct gpu_row *row, struct text loads) {
    double percent[2] = {NAN, NAN};
    size_t count = 0;
    while (loads.at != NULL) {
        struct text part = without_parentheses(text_trim(text_cut(&loads, ',')));
        double value;
        struct text unit;
        if (is_temperature(part, &value)) {
            gpu_row_set(row, "temperature.gpu", value);
        } else if (text_ends(part, "W") && text_has(part, "/")) {
            take_power(row, part);
        } else if (text_ends(part, "%") && count < 2) {
            bool number = text_number_unit(part, &value, &unit) && text_equal(unit, "%");
            percent[count++] = number ? value : NAN;  // "?? %"
        }
    }
    if (count == 0) return;
    gpu_row_set(row, "utilization.gpu", percent[count - 1]);
    if (count == 2) gpu_row_set(row, "fan.speed", percent[0]);
}

static void take_gpu(struct gpustat *stat, struct text line, unsigned gpu, uint32_t number) {
    struct text name = text_trim(text_cut(&line, '|'));
    struct text loads = text_cut(&line, '|');
    struct text memory = text_cut(&line, '|');
    if (memory.at == NULL || !text_has(memory, "/")) {
        source_skip(stat->source, number, tr("a cut line of gpustat"));
        return;
    }
    struct gpu_row row = gpu_row(stat->source, gpu, stat->time, number);
    take_load(&row, loads);
    struct text used = text_trim(text_cut(&memory, '/'));
    gpu_row_cell(&row, "memory.used", used);
    gpu_row_cell(&row, "memory.total", text_trim(memory));
    gpu_row_fact(&row, "name", name);
    gpu_row_fact(&row, "driver_version", stat->driver);
}

// "compute2      Thu Nov 10 12:43:38 2022  465.19.01": host, time, driver.
static bool take_header(struct gpustat *stat, struct text line, uint32_t number) {
    struct text rest = line;
    struct text host = text_word(&rest);
    struct when when;
    size_t used = 0;
    rest = text_trim(rest);
    if (host.length == 0 || !when_read_prefix(rest, stat->clock.order, &when, &used)) return false;
    if (!when.has_date || !when.has_time) return false;
    struct source *source = stat->source;
    millis time = MILLIS_NONE;
    stat->below = true;
    stat->timed = log_clock_read(&stat->clock, text_head(rest, used), &time);
    if (!stat->timed) source_skip(source, number, tr("this time cannot be read"));
    if (stat->timed && stat->last != MILLIS_NONE && time < stat->last)
        source_problem(source, number, SEVERITY_WARNING, tr("time runs backward here"));
    stat->time = stat->last = time;
    stat->driver = text_of(text_copy(source->arena_, text_head(text_trim(text_skip(rest, used)), 40)));
    source->reports++;
    if (source->host[0] == '\0') source->host = text_copy(source->arena_, text_head(host, 100));
    return true;
}

void gpustat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct gpustat stat = {.source = source, .last = MILLIS_NONE, .driver = {"", 0}};
    stat.clock = (struct log_clock){.source = source, .order = options->date_order};
    struct text line;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        unsigned gpu = 0;
        line = text_trim(line);
        if (line.length == 0) continue;
        if (take_number(&line, &gpu)) {
            if (stat.below && stat.timed)
                take_gpu(&stat, line, gpu, number);
            else
                source_skip(source, number, tr("a line of gpustat without its time"));
        } else if (!take_header(&stat, line, number)) {
            if (nvidia_error(line) != EVENT_NOTE)
                source_event(source, stat.last, number, nvidia_error(line), TEXT(""), line, NAN);
            else
                source_skip(source, number, tr("not a line of gpustat"));
        }
    }
}

static bool is_header(struct text line) {
    struct when when;
    struct text rest = line;
    text_word(&rest);
    rest = text_trim(rest);
    size_t used = 0;
    return when_read_prefix(rest, DATE_ORDER_UNKNOWN, &when, &used) && when.has_date && when.has_time;
}

static bool is_gpu(struct text line) {
    unsigned gpu;
    double value;
    if (!take_number(&line, &gpu)) return false;
    text_cut(&line, '|');
    struct text loads = text_cut(&line, '|');
    return line.at != NULL && is_temperature(text_trim(text_cut(&loads, ',')), &value);
}

// Lines below no head of gpustat, or lost among others, are no log of gpustat: a job shows its GPUs at its beginning.
static bool is_log(struct text head, size_t gpus) {
    enum { OTHERS_A_GPU = 4 };  // a head, a date and two rules of dashes around each GPU
    size_t others = 0;
    bool headed = false;
    while (head.at != NULL) {
        struct text line = text_trim(text_cut(&head, '\n'));
        if (line.length == 0 || is_gpu(line)) continue;
        others++;
        headed = headed || is_header(line);
    }
    return headed && others <= OTHERS_A_GPU * (gpus + 1);
}

int gpustat_text_bid(struct text head, bool whole) {
    (void)whole;
    size_t gpus = 0;
    for (struct text rest = head; rest.at != NULL;) gpus += is_gpu(text_trim(text_cut(&rest, '\n')));
    if (gpus == 0) return BID_NONE;
    return is_log(head, gpus) ? BID_SURE : BID_WEAK;
}

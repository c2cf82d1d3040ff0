// gpu_wide.c: the thermal log of Lambda's benchmark scripts: `1609470627, 2508.2, 63, 60, 63, ` is epoch second,
// throughput, one temperature a GPU, and a comma behind the last.
//
// It has no header, so it is known by all of this together, in every line.
#include "parsers/gpu_wide.h"

#include "core/lang.h"
#include "parsers/csv_cells.h"
#include "parsers/gpu_row.h"
#include "parsers/log_clock.h"

enum { COLDEST = 10, HOTTEST = 120, LINES_LEAST = 3 };

// The number of GPUs in the line; 0 if it does not have the shape.
static size_t gpus_in(const struct csv_cells *cells) {
    int64_t epoch = 0;
    int64_t celsius = 0;
    double rate = 0;
    if (cells->count < 4 || cells->more || cells->at[cells->count - 1].length != 0) return 0;
    if (cells->at[0].length != 10 || !text_integer(cells->at[0], &epoch)) return 0;
    if (!text_number(cells->at[1], &rate) || !text_has(cells->at[1], ".")) return 0;
    for (size_t i = 2; i + 1 < cells->count; i++)
        if (!text_integer(cells->at[i], &celsius) || celsius < COLDEST || celsius > HOTTEST) return 0;
    return cells->count - 3;
}

static void take_row(struct log_clock *clock, const struct csv_cells *cells, size_t gpus, uint32_t line) {
    struct source *source = clock->source;
    millis time;
    if (!log_clock_read(clock, cells->at[0], &time)) {
        source_skip(source, line, tr("a row without its time"));
        return;
    }
    for (size_t i = 0; i < gpus; i++) {
        struct gpu_row row = gpu_row(source, (unsigned)i, time, line);
        gpu_row_cell(&row, "temperature.gpu", cells->at[i + 2]);
    }
    source->reports++;
}

void gpu_wide_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct log_clock clock = {.source = source, .order = options->date_order};
    struct csv_cells cells = {0};
    struct text line;
    size_t first = 0;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        csv_cells(&cells, line);
        if (cells.count == 0) continue;
        size_t gpus = gpus_in(&cells);
        if (first == 0) first = gpus;
        if (gpus > 0 && gpus == first)
            take_row(&clock, &cells, gpus, number);
        else
            source_skip(source, number, tr("not a row like the others: torn or cut"));
    }
    csv_cells_free(&cells);
    source->samples = source->reports;
    source_problem(
        source, 1, SEVERITY_INFO,
        tr("no header: taken for time, throughput and one temperature a GPU, as Lambda's benchmark writes them"));
}

int gpu_wide_bid(struct text head, bool whole) {
    struct csv_cells cells = {0};
    size_t gpus = 0;
    size_t lines = 0;
    bool good = true;
    while (good && head.at != NULL) {
        struct text line = text_trim(text_cut(&head, '\n'));
        if (line.length == 0 || (head.at == NULL && !whole)) continue;
        csv_cells(&cells, line);
        size_t here = gpus_in(&cells);
        if (gpus == 0) gpus = here;
        good = here > 0 && here == gpus;
        lines++;
    }
    csv_cells_free(&cells);
    return good && lines >= LINES_LEAST ? BID_LIKELY : BID_NONE;
}

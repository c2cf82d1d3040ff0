// nvidia_apps.c: `nvidia-smi --query-compute-apps`: which process held how much of a GPU's memory, and when.
#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/log_clock.h"
#include "parsers/nvidia_cell.h"
#include "parsers/nvidia_csv.h"

struct apps_parse {
    struct source *source;
    struct log_clock clock;
    struct csv_cells cells;
    struct csv_layout layout;
    bool has_layout;
    millis last;
};

static struct text cell_of(const struct apps_parse *parse, enum nvidia_role role) {
    for (size_t i = 0; i < parse->layout.count; i++)
        if (parse->layout.fields[i].role == role) return parse->cells.at[i];
    return (struct text){"", 0};
}

// The last part of a path, on Windows too.
static struct text base_name(struct text path) {
    size_t from = 0;
    for (size_t i = 0; i + 1 < path.length; i++)
        if (path.at[i] == '/' || path.at[i] == '\\') from = i + 1;
    return text_skip(path, from);
}

static void take_row(struct apps_parse *parse, uint32_t number) {
    struct source *source = parse->source;
    millis time = (millis)source->samples;
    if (parse->layout.time >= 0 && !log_clock_read(&parse->clock, parse->cells.at[parse->layout.time], &time)) {
        source_skip(source, number, tr("a row without its time"));
        return;
    }
    int64_t pid = 0;
    struct text process = cell_of(parse, NVIDIA_PID);
    if (!text_integer(process, &pid) || pid < 0) {
        source_skip(source, number, tr("\"%.*s\" is no process id"), process.length < 40 ? (int)process.length : 40,
                    process.at);
        return;
    }
    if (source->samples == 0 || time != parse->last) source->reports++;
    parse->last = time;
    source->samples++;
    struct text name = text_head(base_name(cell_of(parse, NVIDIA_PROCESS)), 80);
    const char *entity =
        name.length > 0 ? arena_printf(source->arena_, "pid %lld (%.*s)", (long long)pid, (int)name.length, name.at)
                        : arena_printf(source->arena_, "pid %lld", (long long)pid);
    struct table *table = source_table(source, text_of(entity), ENTITY_PROCESS);
    size_t row = table_row(table, time, 0, number);
    for (size_t i = 0; i < parse->layout.count; i++) {
        const struct nvidia_field *field = &parse->layout.fields[i];
        if (field->role != NVIDIA_VALUE) continue;
        table_set(table, row, table_column(source, table, field->quantity, field->unit, field->kind),
                  field->scale * nvidia_value(parse->cells.at[i]));
    }
    struct text bus = cell_of(parse, NVIDIA_BUS_ID);
    struct text uuid = cell_of(parse, NVIDIA_UUID);
    if (bus.length > 0) source_fact(source, text_of(table->entity), "pci.bus_id", bus, number);
    if (uuid.length > 0) source_fact(source, text_of(table->entity), "uuid", uuid, number);
}

void nvidia_apps_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct apps_parse *parse = arena_alloc(source->arena_, sizeof *parse);
    parse->source = source;
    parse->clock = (struct log_clock){.source = source, .order = options->date_order};
    struct text line;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        csv_cells(&parse->cells, line);
        if (parse->cells.count == 0) continue;
        enum csv_query query = csv_query(source->arena_, &parse->cells);
        if (query != QUERY_NONE) {
            parse->has_layout = query == QUERY_APPS;
            csv_take_header(source->arena_, &parse->cells, &parse->layout);
        } else if (!parse->has_layout || parse->cells.count != parse->layout.count || parse->cells.more) {
            source_skip(source, number, tr("not a row of a query for processes"));
        } else {
            take_row(parse, number);
        }
    }
    csv_cells_free(&parse->cells);
}

int nvidia_apps_bid(struct text head, bool whole) {
    (void)whole;
    return csv_query_in(head) == QUERY_APPS ? BID_SURE : BID_NONE;
}

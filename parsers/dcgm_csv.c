// dcgm_csv.c: samples of the DCGM exporter, one a line with the GPU's labels: as a long CSV, or as scraped.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/csv_cells.h"
#include "parsers/dcgm.h"
#include "parsers/dcgm_fields.h"
#include "parsers/log_clock.h"

// Columns by their names in either case.
enum csv_column { AT_TIME, AT_METRIC, AT_VALUE, AT_GPU, AT_UUID, AT_MODEL, AT_HOST, AT_COUNT };

static const char *const column_names[AT_COUNT][4] = {
    [AT_TIME] = {"timestamp", "time"},
    [AT_METRIC] = {"metric_name", "metric", "__name__", "name"},
    [AT_VALUE] = {"value"},
    [AT_GPU] = {"gpu_id", "gpu"},
    [AT_UUID] = {"uuid"},
    [AT_MODEL] = {"modelName", "model"},
    [AT_HOST] = {"Hostname", "host", "node"},
};

enum { DEVICES_MOST = 2048, SLOTS = 2 * DEVICES_MOST, STRANGE_MOST = 100 };

struct device {
    const char *key;  // uuid, or host and number
    unsigned number;
    millis last;  // time of its last row, MILLIS_NONE before any
    double xid;
};

struct dcgm_csv {
    struct source *source;
    struct log_clock clock;
    struct csv_cells cells;
    size_t columns;    // 0 before any header
    int at[AT_COUNT];  // -1 if there is none
    struct device devices[DEVICES_MOST];
    uint16_t slots[SLOTS];  // number of a device, from 1, by the hash of its key
    size_t count;
    bool taken[GPU_NUMBER_MOST];
    unsigned next;
    const char *first_host;
    bool hosts_differ, too_many;
    const char *strange[STRANGE_MOST];  // metrics that are not known
    size_t strange_count;
};

static int find_column(const struct csv_cells *cells, enum csv_column column) {
    for (size_t k = 0; k < 4 && column_names[column][k] != NULL; k++)
        for (size_t i = 0; i < cells->count; i++)
            if (text_equal_nocase(cells->at[i], column_names[column][k])) return (int)i;
    return -1;
}

static bool is_header(const struct csv_cells *cells) {
    return cells->count >= 4 && find_column(cells, AT_METRIC) >= 0 && find_column(cells, AT_VALUE) >= 0 &&
           find_column(cells, AT_TIME) >= 0 && (find_column(cells, AT_GPU) >= 0 || find_column(cells, AT_UUID) >= 0);
}

static struct text cell_at(const struct dcgm_csv *csv, enum csv_column column) {
    return csv->at[column] < 0 ? (struct text){"", 0} : csv->cells.at[csv->at[column]];
}

static uint32_t hash_of(struct text text) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.length; i++) hash = (hash ^ (unsigned char)text.at[i]) * 16777619u;
    return hash;
}

// The number in its label, or the next one that is free: machines count their GPUs from 0 each.
static unsigned number_for(struct dcgm_csv *csv) {
    int64_t own = 0;
    bool good = text_integer(cell_at(csv, AT_GPU), &own) && own >= 0 && own < GPU_NUMBER_MOST && !csv->taken[own];
    if (!good) {
        while (csv->taken[csv->next]) csv->next++;
        own = csv->next;
    }
    csv->taken[own] = true;
    return (unsigned)own;
}

static void note_host(struct dcgm_csv *csv, struct text host) {
    if (host.length == 0) return;
    if (csv->first_host == NULL) csv->first_host = text_copy(csv->source->arena_, text_head(host, 200));
    csv->hosts_differ = csv->hosts_differ || !text_equal(host, csv->first_host);
}

// NULL if there are too many.
static struct device *device_of(struct dcgm_csv *csv) {
    struct text uuid = text_head(cell_at(csv, AT_UUID), 100);
    struct text host = text_head(cell_at(csv, AT_HOST), 100);
    struct text gpu = text_head(cell_at(csv, AT_GPU), 20);
    char buffer[256];
    size_t length = 0;
    struct text parts[2] = {uuid.length > 0 ? uuid : host, uuid.length > 0 ? (struct text){"", 0} : gpu};
    for (size_t i = 0; i < 2; i++) {
        if (parts[i].length > 0) memcpy(buffer + length, parts[i].at, parts[i].length);
        length += parts[i].length;
        buffer[length++] = '/';
    }
    struct text key = {buffer, length};
    size_t slot = hash_of(key) % SLOTS;
    for (; csv->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
        struct device *device = &csv->devices[csv->slots[slot] - 1];
        if (text_equal(key, device->key)) return device;
    }
    if (csv->count == DEVICES_MOST) return NULL;
    struct device *device = &csv->devices[csv->count++];
    csv->slots[slot] = (uint16_t)csv->count;
    *device = (struct device){.key = arena_copy(csv->source->arena_, buffer, length), .number = number_for(csv)};
    device->last = MILLIS_NONE;
    note_host(csv, host);
    return device;
}

// Metrics of the same time share a row; one that comes again begins the next.
static struct gpu_row row_for(struct dcgm_csv *csv, struct device *device, millis time, uint32_t line,
                              const char *quantity) {
    struct source *source = csv->source;
    char entity[16];
    snprintf(entity, sizeof entity, "gpu%u", device->number);
    if (device->last == time) {
        struct table *table = source_table(source, text_of(entity), ENTITY_GPU);
        const struct column *column = quantity == NULL ? NULL : table_find(table, quantity);
        if (column == NULL || isnan(column->values[table->row_count - 1]))
            return (struct gpu_row){source, table, table->entity, table->row_count - 1, line};
    }
    device->last = time;
    struct gpu_row row = gpu_row(source, device->number, time, line);
    source->samples--;  // counted by lines here
    gpu_row_fact(&row, "uuid", cell_at(csv, AT_UUID));
    gpu_row_fact(&row, "name", cell_at(csv, AT_MODEL));
    gpu_row_fact(&row, "host", cell_at(csv, AT_HOST));
    return row;
}

// A metric that is not in the table keeps its name; NULL for those beyond STRANGE_MOST.
static const char *strange_name(struct dcgm_csv *csv, struct text metric) {
    for (size_t i = 0; i < csv->strange_count; i++)
        if (text_equal(metric, csv->strange[i])) return csv->strange[i];
    if (csv->strange_count == STRANGE_MOST) return NULL;
    csv->strange[csv->strange_count] = text_copy(csv->source->arena_, text_head(metric, 100));
    if (csv->strange_count == STRANGE_MOST - 1)
        source_problem(csv->source, 0, SEVERITY_WARNING, tr("more than %d metrics: the rest is not read"),
                       STRANGE_MOST);
    return csv->strange[csv->strange_count++];
}

static void take_row(struct dcgm_csv *csv, uint32_t line) {
    struct source *source = csv->source;
    millis time;
    double value = NAN;
    struct text metric = cell_at(csv, AT_METRIC);
    if (!log_clock_read(&csv->clock, cell_at(csv, AT_TIME), &time)) {
        source_skip(source, line, tr("a row without its time"));
        return;
    }
    struct text printed = cell_at(csv, AT_VALUE);
    if (!text_number(printed, &value) && printed.length > 0 && !text_equal_nocase(printed, "NaN")) {
        source_skip(source, line, tr("a value that is no number"));
        return;
    }
    struct device *device = device_of(csv);
    if (device == NULL) {
        if (!csv->too_many)
            source_problem(source, line, SEVERITY_WARNING, tr("more than %d GPUs: the rest is not read"), DEVICES_MOST);
        csv->too_many = true;
        return;
    }
    source->samples++;
    const struct dcgm_field *field = dcgm_field(metric);
    if (text_equal(metric, "DCGM_FI_DEV_XID_ERRORS") || text_equal(metric, "dcgm_xid_errors")) {
        struct gpu_row row = row_for(csv, device, time, line, NULL);
        value = dcgm_value(value);
        if (value > 0 && value != device->xid)
            source_event(source, time, line, EVENT_XID, text_of(row.entity), text_of(tr("Xid seen by DCGM")), value);
        device->xid = value;
        return;
    }
    const char *quantity = field != NULL ? field->quantity : strange_name(csv, metric);
    if (quantity == NULL) return;
    struct gpu_row row = row_for(csv, device, time, line, quantity);
    if (field != NULL)
        dcgm_set(&row, field, value);
    else
        gpu_row_set(&row, quantity, dcgm_value(value));
}

// Reports are the scrapes: how often the GPU with most rows was seen.
static void count_reports(struct source *source) {
    for (size_t i = 0; i < source->table_count; i++)
        if (source->tables[i].row_count > source->reports) source->reports = source->tables[i].row_count;
}

static void say_hosts(struct dcgm_csv *csv) {
    struct source *source = csv->source;
    if (csv->first_host != NULL && !csv->hosts_differ) source->host = csv->first_host;
    if (csv->hosts_differ)
        source_problem(source, 0, SEVERITY_INFO,
                       tr("GPUs of several hosts are in this file: they are numbered through, and each has its host as "
                          "a fact"));
}

void dcgm_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct dcgm_csv *csv = arena_alloc(source->arena_, sizeof *csv);
    csv->source = source;
    csv->clock = (struct log_clock){.source = source, .order = options->date_order};
    struct text line;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        csv_cells(&csv->cells, line);
        if (csv->cells.count == 0) continue;
        if (is_header(&csv->cells)) {
            csv->columns = csv->cells.count;
            for (int i = 0; i < AT_COUNT; i++) csv->at[i] = find_column(&csv->cells, (enum csv_column)i);
        } else if (csv->columns == 0 || csv->cells.count != csv->columns || csv->cells.more) {
            source_skip(source, number, tr("%zu cells where the header has %zu: torn or cut"), csv->cells.count,
                        csv->columns);
        } else {
            take_row(csv, number);
        }
    }
    csv_cells_free(&csv->cells);
    count_reports(source);
    say_hosts(csv);
}

int dcgm_csv_bid(struct text head, bool whole) {
    (void)whole;
    struct csv_cells cells = {0};
    bool header = false;
    if (!text_has(head, "DCGM_FI_")) return BID_NONE;
    for (int i = 0; i < 20 && head.at != NULL && !header; i++) {
        csv_cells(&cells, text_trim(text_cut(&head, '\n')));
        header = is_header(&cells);
    }
    csv_cells_free(&cells);
    return header ? BID_SURE : BID_NONE;
}

// ── as scraped ──────────────────────────────────────────────────────────────

// DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-…",modelName="…",Hostname="n1"} 97 1795434257000
// The time behind the value is optional, and the exporter prints none: then a stamp stands before each scrape.

struct scrape {
    struct dcgm_csv csv;
    struct text stamp;  // the last one
    char *room;         // where it is kept
    bool parts;         // a line of a part of a GPU was met
};

enum { STAMP_MOST = 80 };

// "dcgm_gpu_utilization{gpu="0",uuid="GPU-…"} 44" is what the exporter wrote before version 2.
static bool starts_metric(struct text line) {
    if (text_starts(line, "DCGM_FI_")) return text_has(line, "{");
    return text_starts(line, "dcgm_") && text_has(line, "{gpu=\"");
}

// The next NAME="value" of the labels; false at their end. Escapes stay as they are.
static bool next_label(struct text *rest, struct text *name, struct text *value) {
    while (text_starts(*rest, ",") || text_starts(*rest, " ")) *rest = text_skip(*rest, 1);
    size_t equals = text_find(*rest, "=\"");
    if (text_starts(*rest, "}") || equals == SIZE_MAX || equals > 100) return false;
    *name = text_head(*rest, equals);
    *rest = text_skip(*rest, equals + 2);
    size_t end = 0;
    while (end < rest->length && rest->at[end] != '"') end += rest->at[end] == '\\' ? 2 : 1;
    if (end >= rest->length) return false;
    *value = text_head(*rest, end);
    *rest = text_skip(*rest, end + 1);
    return true;
}

// Fills the cells of the line as those of a row of the CSV. False if the line is torn.
static bool read_labels(struct scrape *scrape, struct text line, bool *part) {
    struct csv_cells *cells = &scrape->csv.cells;
    size_t brace = text_find(line, "{");
    struct text rest = text_skip(line, brace + 1);
    struct text name;
    struct text value;
    for (int i = 0; i < AT_COUNT; i++) cells->at[i] = (struct text){"", 0};
    cells->at[AT_METRIC] = text_head(line, brace);
    *part = false;
    while (next_label(&rest, &name, &value)) {
        for (int i = AT_GPU; i < AT_COUNT; i++)
            for (size_t k = 0; k < 4 && column_names[i][k] != NULL; k++)
                if (text_equal_nocase(name, column_names[i][k])) cells->at[i] = value;
        *part = *part || text_equal(name, "GPU_I_ID");
    }
    if (!text_starts(rest, "}")) return false;
    rest = text_trim(text_skip(rest, 1));
    cells->at[AT_VALUE] = text_word(&rest);
    struct text time = text_word(&rest);
    cells->at[AT_TIME] = time.length > 0 ? time : scrape->stamp;
    return cells->at[AT_VALUE].length > 0;
}

// "… } 97 1795434257000"
static bool has_own_time(struct text line) {
    size_t end = line.length;
    while (end > 0 && line.at[end - 1] != '}') end--;
    struct text rest = text_skip(line, end);
    (void)text_word(&rest);  // the value
    return text_word(&rest).length > 0;
}

static void take_scraped(struct scrape *scrape, struct text line, uint32_t number, bool cut) {
    struct dcgm_csv *csv = &scrape->csv;
    bool part;
    if (cut || !read_labels(scrape, line, &part)) {
        source_skip(csv->source, number, tr("torn or cut"));
        return;
    }
    // Several parts of one GPU (MIG) would take turns in its row.
    if (part && !scrape->parts)
        source_problem(csv->source, number, SEVERITY_INFO, tr("samples of parts of a GPU (MIG) are not used"));
    scrape->parts = scrape->parts || part;
    if (!part) take_row(csv, number);
}

static void take_other(struct scrape *scrape, struct text line, uint32_t number) {
    struct when when;
    line = text_trim(line);
    if (line.length == 0 || line.length > STAMP_MOST || text_starts(line, "# HELP") || text_starts(line, "# TYPE") ||
        text_equal(line, "# EOF"))
        return;
    while (text_starts(line, "#") || text_starts(line, "=") || text_starts(line, "-"))
        line = text_trim(text_skip(line, 1));
    if (when_read(line, DATE_ORDER_UNKNOWN, &when) && (when.epoch || (when.has_date && when.has_time))) {
        memcpy(scrape->room, line.at, line.length);
        scrape->stamp = (struct text){scrape->room, line.length};
    } else if (!text_has(line, "{") && !text_starts(line, "go_") && !text_starts(line, "process_")) {
        source_skip(scrape->csv.source, number, tr("not a line of the DCGM exporter"));
    }
}

void dcgm_text_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct scrape *scrape = arena_alloc(source->arena_, sizeof *scrape);
    scrape->csv.source = source;
    scrape->csv.clock = (struct log_clock){.source = source, .order = options->date_order};
    scrape->room = arena_alloc(source->arena_, STAMP_MOST + 1);
    for (int i = 0; i < AT_COUNT; i++) scrape->csv.at[i] = i;
    scrape->csv.cells.count = AT_COUNT;
    size_t undated = 0;
    struct text line;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        if (!starts_metric(line))
            take_other(scrape, line, number);
        else if (scrape->stamp.length > 0 || has_own_time(line))
            take_scraped(scrape, line, number, lines_unended(lines));
        else
            undated++;
    }
    count_reports(source);
    say_hosts(&scrape->csv);
    if (undated == 0) return;
    source->refused = source->samples == 0;
    source_problem(source, 0, source->refused ? SEVERITY_CRITICAL : SEVERITY_WARNING,
                   tr("%zu samples of the DCGM exporter without a time: it prints none, so print `date` before each "
                      "scrape, or export them from Prometheus"),
                   undated);
}

int dcgm_text_bid(struct text head, bool whole) {
    (void)whole;
    while (head.at != NULL)
        if (starts_metric(text_cut(&head, '\n'))) return BID_SURE;
    return BID_NONE;
}

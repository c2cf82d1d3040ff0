// dcgmi.c: `dcgmi dmon -e …`: a table below `#Entity`, printed without any time.
#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/dcgm.h"
#include "parsers/dcgm_fields.h"
#include "parsers/fields.h"
#include "parsers/nvidia_cell.h"

struct dcgmi {
    struct source *source;
    size_t count;  // columns behind the entity; 0 before any header
    const struct dcgm_field *known[FIELDS_MOST];
    const char *names[FIELDS_MOST];
    bool seen[GPU_NUMBER_MOST];  // in this burst
    bool any, others;
    double xid[GPU_NUMBER_MOST];
};

// The number of words before the names of the columns: "#Entity", in older versions "# Entity". 0 for other lines.
static size_t header_words(const struct fields *words) {
    if (words->count >= 2 && text_equal(words->at[0], "#Entity")) return 1;
    return words->count >= 3 && text_equal(words->at[0], "#") && text_equal(words->at[1], "Entity") ? 2 : 0;
}

// "ID" below "Entity", with or without the sign before it.
static bool is_below_header(const struct fields *words) {
    size_t last = words->count == 2 && text_equal(words->at[0], "#") ? 1 : 0;
    return text_equal(words->at[last], "ID") || text_equal(words->at[last], "Id");
}

static void take_header(struct dcgmi *dcgmi, const struct fields *words) {
    size_t before = header_words(words);
    dcgmi->count = words->count - before;
    for (size_t i = 0; i < dcgmi->count; i++) {
        dcgmi->known[i] = dcgm_field(words->at[before + i]);
        dcgmi->names[i] = text_copy(dcgmi->source->arena_, words->at[before + i]);
    }
}

static bool values_fit(const struct fields *words) {
    double value;
    for (size_t i = 2; i < words->count; i++)
        if (nvidia_cell(words->at[i], &value, NULL) == CELL_STRANGE) return false;
    return true;
}

static void count_burst(struct dcgmi *dcgmi, size_t gpu) {
    if (!dcgmi->any || dcgmi->seen[gpu]) {
        memset(dcgmi->seen, 0, sizeof dcgmi->seen);
        dcgmi->source->reports++;
    }
    dcgmi->any = true;
    dcgmi->seen[gpu] = true;
}

// The field holds the last Xid, not a count: a new value is a new event.
static void note_xid(struct dcgmi *dcgmi, struct gpu_row *row, size_t gpu, double xid) {
    if (isnan(xid) || xid == dcgmi->xid[gpu]) return;
    dcgmi->xid[gpu] = xid;
    if (xid > 0)
        source_event(dcgmi->source, MILLIS_NONE, row->line, EVENT_XID, text_of(row->entity),
                     text_of(tr("Xid seen by DCGM")), xid);
}

// "CPU 0", "GPU-I 3", and what belongs to a GPU: "GPU 0 LINK 3".
static bool is_other_entity(const struct dcgmi *dcgmi, const struct fields *words) {
    int64_t number = 0;
    if (words->count < 2 || !text_integer(words->at[1], &number)) return false;
    if (!text_equal(words->at[0], "GPU")) return true;
    if (words->count != dcgmi->count + 4 || words->at[2].at[0] < 'A' || text_equal(words->at[2], "GPU")) return false;
    double value = 0;
    return nvidia_cell(words->at[2], &value, NULL) == CELL_STRANGE && text_integer(words->at[3], &number);
}

static void take_row(struct dcgmi *dcgmi, const struct fields *words, uint32_t line) {
    int64_t gpu = 0;
    struct source *source = dcgmi->source;
    if (is_other_entity(dcgmi, words)) {
        if (!dcgmi->others)
            source_problem(source, line, SEVERITY_INFO, tr("rows of other entities than GPUs are left out"));
        dcgmi->others = true;
        return;
    }
    if (words->count < 2 || !text_equal(words->at[0], "GPU")) {
        source_skip(source, line, tr("not a row of dcgmi dmon"));
        return;
    }
    bool number = text_integer(words->at[1], &gpu) && gpu >= 0 && gpu < GPU_NUMBER_MOST;
    if (!number || words->count != dcgmi->count + 2 || !values_fit(words)) {
        source_skip(source, line, tr("not a row of the table above: torn or cut"));
        return;
    }
    count_burst(dcgmi, (size_t)gpu);
    struct gpu_row row = gpu_row(source, (unsigned)gpu, (millis)source->reports - 1, line);
    for (size_t i = 0; i < dcgmi->count; i++) {
        double value = nvidia_value(words->at[i + 2]);
        if (dcgmi->known[i] != NULL)
            dcgm_set(&row, dcgmi->known[i], value);
        else if (strcmp(dcgmi->names[i], "XIDER") == 0)
            note_xid(dcgmi, &row, (size_t)gpu, dcgm_value(value));
        else
            gpu_row_set(&row, dcgmi->names[i], dcgm_value(value));
    }
}

void dcgmi_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct dcgmi *dcgmi = arena_alloc(source->arena_, sizeof *dcgmi);
    dcgmi->source = source;
    struct text line;
    struct fields words;
    while (lines_next(lines, &line)) {
        fields_split(line, &words);
        if (words.count == 0) continue;
        bool units = is_below_header(&words);
        if (header_words(&words) > 0)
            take_header(dcgmi, &words);
        else if (dcgmi->count == 0)
            source_skip(source, lines_number(lines), tr("before any header"));
        else if (!units)
            take_row(dcgmi, &words, lines_number(lines));
    }
}

int dcgmi_bid(struct text head, bool whole) {
    (void)whole;
    struct fields words;
    while (head.at != NULL) {
        struct text line = text_cut(&head, '\n');
        if (line.length > 2000) continue;
        fields_split(line, &words);
        if (header_words(&words) > 0) return BID_SURE;
    }
    return BID_NONE;
}

// nvidia_pages.c: `nvidia-smi --query-retired-pages`: one row for each memory page that a GPU no longer uses, and a row
// of [N/A] for each GPU that has none or does not tell.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/nvidia_cell.h"
#include "parsers/nvidia_csv.h"

enum {
    PAGES_MOST = 1 << 20,
    GPUS_MOST = 256,
};

enum page_cause { PAGE_SINGLE_BIT, PAGE_DOUBLE_BIT, PAGE_CAUSES };

struct page {
    uint64_t address;
    uint16_t gpu;
    uint8_t cause;
};

struct pages_parse {
    struct source *source;
    struct csv_cells cells;
    struct csv_layout layout;
    int address, cause;  // columns, -1 if the query did not ask for them; address < 0: no header yet
    const char *gpus[GPUS_MOST];
    uint32_t lines[GPUS_MOST];  // of the last page of each
    size_t gpu_count;
    struct page *pages;
    size_t count, capacity;
};

static bool is_pages_header(const struct csv_cells *cells, int *address, int *cause) {
    *address = *cause = -1;
    for (size_t i = 0; i < cells->count; i++) {
        if (text_equal(cells->at[i], "retired_pages.address")) *address = (int)i;
        if (text_equal(cells->at[i], "retired_pages.cause")) *cause = (int)i;
    }
    return *address >= 0;
}

// The cell that tells the GPUs apart: the uuid before the bus id.
static struct text identity_of(const struct pages_parse *parse, const char **key) {
    struct text found = {"", 0};
    *key = NULL;
    for (size_t i = 0; i < parse->layout.count; i++) {
        enum nvidia_role role = parse->layout.fields[i].role;
        if (role == NVIDIA_UUID) {
            *key = "uuid";
            return parse->cells.at[i];
        }
        if (role != NVIDIA_BUS_ID) continue;
        *key = "pci.bus_id";
        found = parse->cells.at[i];
    }
    return found;
}

// GPUs are numbered as they come: nvidia-smi prints them in the order of their index.
static size_t gpu_of_row(struct pages_parse *parse, uint32_t number) {
    const char *key;
    struct text identity = identity_of(parse, &key);
    size_t gpu = 0;
    while (gpu < parse->gpu_count && !text_equal(identity, parse->gpus[gpu])) gpu++;
    if (gpu < parse->gpu_count) return gpu;
    if (gpu == GPUS_MOST) return SIZE_MAX;
    struct arena *arena = parse->source->arena_;
    parse->gpus[parse->gpu_count++] = text_copy(arena, identity);
    if (key != NULL && identity.length > 0)
        source_fact(parse->source, text_of(arena_printf(arena, "gpu%zu", gpu)), key, identity, number);
    return gpu;
}

static void take_row(struct pages_parse *parse, uint32_t number) {
    struct source *source = parse->source;
    struct text address = parse->cells.at[parse->address];
    struct text cause = parse->cause < 0 ? (struct text){"", 0} : parse->cells.at[parse->cause];
    struct page page = {.cause = text_has(cause, "Double") ? PAGE_DOUBLE_BIT : PAGE_SINGLE_BIT};
    source->samples++;
    size_t gpu = gpu_of_row(parse, number);
    if (address.length == 0 || text_has(address, "N/A") || text_has(address, "Not Supported")) return;
    uint64_t at = 0;
    if (!text_hex(address, &at)) {
        source_skip(source, number, tr("\"%.*s\" is no address of a page"),
                    address.length < 40 ? (int)address.length : 40, address.at);
        return;
    }
    if (gpu == SIZE_MAX || parse->count == PAGES_MOST) {
        source_skip(source, number, tr("more pages than any set of GPUs can retire: the rest is not read"));
        return;
    }
    page.address = at;
    page.gpu = (uint16_t)gpu;
    parse->lines[gpu] = number;
    parse->pages = grow_array(parse->pages, &parse->capacity, parse->count + 1, sizeof *parse->pages);
    parse->pages[parse->count++] = page;
}

static int compare_pages(const void *a, const void *b) {
    const struct page *x = a;
    const struct page *y = b;
    if (x->gpu != y->gpu) return x->gpu < y->gpu ? -1 : 1;
    if (x->address != y->address) return x->address < y->address ? -1 : 1;
    return (x->cause > y->cause) - (x->cause < y->cause);
}

static void say_count(struct pages_parse *parse, size_t gpu, const size_t count[PAGE_CAUSES]) {
    static const char *const keys[PAGE_CAUSES] = {"retired_pages.single_bit_ecc.count",
                                                  "retired_pages.double_bit.count"};
    struct arena *arena = parse->source->arena_;
    struct text entity = text_of(arena_printf(arena, "gpu%zu", gpu));
    for (size_t i = 0; i < PAGE_CAUSES; i++)
        source_fact(parse->source, entity, keys[i], text_of(arena_printf(arena, "%zu", count[i])), parse->lines[gpu]);
    source_problem(parse->source, parse->lines[gpu], SEVERITY_INFO,
                   tr("gpu%zu has retired %zu pages of its memory: %zu for single-bit, %zu for double-bit errors"), gpu,
                   count[PAGE_SINGLE_BIT] + count[PAGE_DOUBLE_BIT], count[PAGE_SINGLE_BIT], count[PAGE_DOUBLE_BIT]);
}

// A loop prints each page again and again.
static void count_pages(struct pages_parse *parse) {
    if (parse->count > 0) qsort(parse->pages, parse->count, sizeof *parse->pages, compare_pages);
    for (size_t i = 0; i < parse->count;) {
        size_t gpu = parse->pages[i].gpu;
        size_t count[PAGE_CAUSES] = {0};
        for (; i < parse->count && parse->pages[i].gpu == gpu; i++) {
            bool again =
                i > 0 && parse->pages[i - 1].gpu == gpu && parse->pages[i - 1].address == parse->pages[i].address;
            if (!again) count[parse->pages[i].cause]++;
        }
        say_count(parse, gpu, count);
    }
}

void nvidia_pages_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct pages_parse *parse = arena_alloc(source->arena_, sizeof *parse);
    parse->source = source;
    parse->address = parse->cause = -1;
    struct text line;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        int address;
        int cause;
        csv_cells(&parse->cells, line);
        if (parse->cells.count == 0) continue;
        if (is_pages_header(&parse->cells, &address, &cause)) {
            parse->address = address;
            parse->cause = cause;
            csv_take_header(source->arena_, &parse->cells, &parse->layout);
        } else if (parse->address < 0 || parse->cells.count != parse->layout.count || parse->cells.more) {
            source_skip(source, number, tr("not a row of a query for retired pages"));
        } else {
            take_row(parse, number);
        }
    }
    count_pages(parse);
    free(parse->pages);
    csv_cells_free(&parse->cells);
}

int nvidia_pages_bid(struct text head, bool whole) {
    (void)whole;
    int bid = BID_NONE;
    struct csv_cells cells = {0};
    while (bid == BID_NONE && head.at != NULL) {
        struct text line = text_cut(&head, '\n');
        int address;
        int cause;
        if (!text_has(line, "retired_pages.address")) continue;
        csv_cells(&cells, line);
        if (is_pages_header(&cells, &address, &cause)) bid = BID_SURE;
    }
    csv_cells_free(&cells);
    return bid;
}

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "reports/canvas.h"
#include "reports/document.h"
#include "reports/flow.h"

static double width_of(const struct flow *flow) { return flow->right - flow->left; }

static void banner(struct flow *flow) {
    const struct document *document = flow->document;
    const struct text_style small = {.size = 8.5, .ink = INK_DARK, .width = width_of(flow), .lines = 1};
    flow->y += canvas_text(flow->canvas, flow->left, flow->y, document->question, &small) + 1;
    const struct text_style big = {.size = 20, .bold = true, .ink = INK_BLACK, .width = width_of(flow), .lines = 2};
    flow->y += canvas_text(flow->canvas, flow->left, flow->y, document->summary.id, &big);
    const struct text_style title = {.size = 11, .ink = INK_BLACK, .width = width_of(flow), .lines = 2};
    flow->y += canvas_text(flow->canvas, flow->left, flow->y, document->summary.title, &title) + 2;
    flow->y += canvas_text(flow->canvas, flow->left, flow->y, document->subtitle, &small) + 8;
}

static void box(struct flow *flow, double x, double width, const char *number, const char *name) {
    canvas_fill(flow->canvas, x, flow->y, width, 44, INK_PALE, 1);
    const struct text_style big = {
        .size = 16, .bold = true, .ink = INK_BLACK, .align = ALIGN_CENTER, .width = width - 8, .lines = 1};
    canvas_text(flow->canvas, x + 4, flow->y + 5, number, &big);
    const struct text_style small = {
        .size = 7.5, .ink = INK_DARK, .align = ALIGN_CENTER, .width = width - 8, .lines = 1};
    canvas_text(flow->canvas, x + 4, flow->y + 28, name, &small);
}

// The three or four numbers that people quote.
static void boxes(struct flow *flow) {
    const struct document *document = flow->document;
    size_t count = document->box_count;
    if (count == 0) return;
    double each = (width_of(flow) - 8 * (double)(count - 1)) / (double)count;
    for (size_t i = 0; i < count; i++)
        box(flow, flow->left + (each + 8) * (double)i, each, document->boxes[i].number, document->boxes[i].name);
    flow->y += 44 + 10;
}

static void link_section(struct flow *flow, size_t index, double x, double y, double width) {
    const struct section *section = &flow->document->sections[index];
    cairo_t *cr = canvas_cairo(flow->canvas);
    const char *target = arena_printf(flow->document->arena, "dest='%s'", section->id);
    // cairo 1.16 writes the nodes of links only in a document that has other tags, too.
    if (flow->links) cairo_tag_begin(cr, "P", NULL);
    if (flow->links) cairo_tag_begin(cr, CAIRO_TAG_LINK, target);
    const struct text_style style = {.size = 7.5, .ink = INK_BLUE, .width = width - 24, .lines = 1};
    canvas_text(flow->canvas, x, y, section->title, &style);
    const struct text_style number = {.size = 7.5, .ink = INK_BLUE, .align = ALIGN_RIGHT, .width = 20, .lines = 1};
    int page = flow->section_page == NULL ? 0 : flow->section_page[index];
    canvas_text(flow->canvas, x + width - 24, y, arena_printf(flow->document->arena, "%d", page), &number);
    if (flow->links) cairo_tag_end(cr, CAIRO_TAG_LINK);
    if (flow->links) cairo_tag_end(cr, "P");
}

// What is where, in three columns, each line a link.
static void contents(struct flow *flow) {
    size_t count = flow->document->section_count - 1;
    size_t rows = (count + 2) / 3;
    if (flow->first_only || flow->y + (double)rows * 11 > flow->bottom) return;
    double each = width_of(flow) / 3;
    for (size_t i = 0; i < count; i++)
        link_section(flow, i + 1, flow->left + each * (double)(i / rows), flow->y + 11 * (double)(i % rows), each - 12);
    flow->y += (double)rows * 11 + 4;
}

void flow_first_page(struct flow *flow, const struct section *section) {
    flow->section = section->title;
    banner(flow);
    boxes(flow);
    for (size_t i = 0; i < section->block_count; i++) flow_block(flow, &section->blocks[i]);
    if (flow->page == 1 && !flow->stopped) contents(flow);
    if (flow->pages == 0) flow->slack = flow->page == 1 && !flow->stopped ? fmax(0, flow->bottom - flow->y - 2) : 0;
}

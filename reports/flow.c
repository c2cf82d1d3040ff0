#include "reports/flow.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/canvas.h"
#include "reports/document.h"
#include "reports/figure.h"
#include "reports/writer.h"

static double room(const struct flow *flow) { return flow->right - flow->left; }

static void foot(struct flow *flow) {
    struct text_style style = {.size = 7, .ink = INK_DARK, .width = room(flow) - 70, .lines = 1};
    double y = flow->height - 28;
    canvas_line(flow->canvas, flow->left, y - 4, flow->right, y - 4, INK_LIGHT, 0.5);
    canvas_text(flow->canvas, flow->left, y, flow->document->subtitle, &style);
    style.width = 60;
    style.align = ALIGN_RIGHT;
    const char *number = arena_printf(flow->document->arena, "%d / %d", flow->page, flow->pages);
    canvas_text(flow->canvas, flow->right - 60, y, number, &style);
}

static void page_head(struct flow *flow) {
    struct text_style style = {.size = 7, .ink = INK_DARK, .width = room(flow) * 0.7, .lines = 1};
    canvas_text(flow->canvas, flow->left, 24, flow->document->title, &style);
    style.width = room(flow) * 0.3;
    style.align = ALIGN_RIGHT;
    canvas_text(flow->canvas, flow->right - style.width, 24, flow->section, &style);
    canvas_line(flow->canvas, flow->left, 36, flow->right, 36, INK_LIGHT, 0.5);
}

static void end_page(struct flow *flow) {
    foot(flow);
    cairo_show_page(canvas_cairo(flow->canvas));
}

static void next_page(struct flow *flow) {
    if (flow->stopped) return;
    if (flow->first_only) {
        foot(flow);
        flow->stopped = true;
        return;
    }
    end_page(flow);
    flow->page++;
    flow->y = flow->top;
    page_head(flow);
}

void flow_need(struct flow *flow, double need) {
    if (flow->y + need > flow->bottom && flow->y > flow->top + 1) next_page(flow);
}

static void text_block(struct flow *flow, const char *text, const struct text_style *style, double indent,
                       double after) {
    if (flow->stopped) return;
    struct text_style boxed = *style;
    boxed.width = room(flow) - indent;
    // A hostile sentence of a megabyte must not fill a thousand pages.
    boxed.lines = 24;
    double height;
    canvas_measure(flow->canvas, text, &boxed, NULL, &height);
    flow_need(flow, height);
    if (flow->stopped) return;
    flow->y += canvas_text(flow->canvas, flow->left + indent, flow->y, text, &boxed) + after;
}

static void field_block(struct flow *flow, const struct block *block) {
    const double label = 92;
    const struct text_style name = {.size = 8.5, .bold = true, .ink = INK_DARK, .width = label - 6, .lines = 2};
    const struct text_style text = {.size = 8.5, .ink = INK_BLACK, .width = room(flow) - label, .lines = 24};
    double height, tall;
    canvas_measure(flow->canvas, block->text, &text, NULL, &height);
    canvas_measure(flow->canvas, block->label, &name, NULL, &tall);
    height = fmax(height, tall);
    flow_need(flow, height);
    if (flow->stopped) return;
    canvas_text(flow->canvas, flow->left, flow->y, block->label, &name);
    canvas_text(flow->canvas, flow->left + label, flow->y, block->text, &text);
    flow->y += height + 3;
}

static enum ink mark_ink(enum mark mark) {
    return mark == MARK_ACT ? INK_VERMILION : mark == MARK_SUSPECT ? INK_ORANGE : INK_BLUE;
}

static void head_block(struct flow *flow, const struct block *block) {
    flow_need(flow, 70);
    if (flow->stopped) return;
    flow->y += 6;
    canvas_fill(flow->canvas, flow->left, flow->y + 1, 3, 11, mark_ink(block->mark), 1);
    const struct text_style style = {.size = 10, .bold = true, .ink = INK_BLACK};
    text_block(flow, block->text, &style, 8, 3);
}

static void code_block(struct flow *flow, const char *text) {
    const struct text_style style = {
        .size = 7.5, .mono = true, .ink = INK_BLACK, .width = room(flow) - 12, .lines = 24};
    double height;
    canvas_measure(flow->canvas, text, &style, NULL, &height);
    flow_need(flow, height + 10);
    if (flow->stopped) return;
    canvas_fill(flow->canvas, flow->left, flow->y, room(flow), height + 8, INK_PALE, 1);
    canvas_text(flow->canvas, flow->left + 6, flow->y + 4, text, &style);
    flow->y += height + 14;
}

static void figure_block(struct flow *flow, const struct figure *figure) {
    flow->y += 5;
    const struct text_style caption = {.size = 7.5, .ink = INK_DARK, .width = room(flow), .lines = 4};
    double tall;
    canvas_measure(flow->canvas, figure->caption, &caption, NULL, &tall);
    // A chart that nearly fits is drawn a little smaller rather than pushed to the next page.
    double wanted = figure->height(figure->data, room(flow));
    // Beyond this the two lanes would be all that is seen of the page.
    if (figure->stretches && flow->page == 1) wanted += fmin(180, flow->slack);
    double here = flow->bottom - flow->y - tall - 8, page = flow->bottom - flow->top - tall - 8;
    double height = here >= wanted * 0.75 ? fmin(wanted, here) : fmin(wanted, page);
    flow_need(flow, height + tall + 8);
    if (flow->stopped) return;
    cairo_t *cr = canvas_cairo(flow->canvas);
    cairo_save(cr);
    cairo_translate(cr, flow->left, flow->y);
    // While pages are counted only the space matters.
    if (flow->pages > 0) figure->draw(flow->canvas, figure->data, room(flow), height);
    cairo_restore(cr);
    flow->y += height + 3;
    flow->y += canvas_text(flow->canvas, flow->left, flow->y, figure->caption, &caption) + 9;
}

void flow_block(struct flow *flow, const struct block *block) {
    if (flow->stopped) return;
    static const struct text_style body = {.size = 9, .ink = INK_BLACK};
    switch (block->kind) {
        case BLOCK_TEXT:
            text_block(flow, block->text, &body, 0, 5);
            break;
        case BLOCK_FIELD:
            field_block(flow, block);
            break;
        case BLOCK_HEAD:
            head_block(flow, block);
            break;
        case BLOCK_ITEM:
            text_block(flow, arena_printf(flow->document->arena, "• %s", block->text), &body, 6, 3);
            break;
        case BLOCK_CODE:
            code_block(flow, block->text);
            break;
        case BLOCK_SHEET:
            flow_sheet(flow, block->sheet);
            break;
        case BLOCK_FIGURE:
            figure_block(flow, block->figure);
            break;
    }
}

static void destination(struct flow *flow, const struct section *section) {
    if (!flow->links) return;
    const char *name = arena_printf(flow->document->arena, "name='%s'", section->id);
    cairo_tag_begin(canvas_cairo(flow->canvas), CAIRO_TAG_DEST, name);
    cairo_tag_end(canvas_cairo(flow->canvas), CAIRO_TAG_DEST);
}

// A section that opens with a picture begins where the picture has room, too (a little smaller if need be).
static double opening(const struct flow *flow, const struct section *section) {
    enum { LEAST = 120, AROUND = 90 };
    for (size_t k = 0; k < section->block_count && k < 2; k++) {
        const struct block *block = &section->blocks[k];
        if (block->kind == BLOCK_FIGURE)
            return fmin(flow->bottom - flow->top,
                        AROUND + 0.75 * block->figure->height(block->figure->data, room(flow)));
        if (block->kind != BLOCK_TEXT) break;
    }
    return LEAST;
}

static void section_title(struct flow *flow, const struct section *section) {
    flow->section = section->title;
    if (section->new_page && flow->y > flow->top + 1) next_page(flow);
    flow_need(flow, opening(flow, section));
    if (flow->stopped) return;
    if (flow->y > flow->top + 1) flow->y += 12;
    destination(flow, section);
    const struct text_style style = {.size = 13, .bold = true, .ink = INK_BLACK};
    text_block(flow, section->title, &style, 0, 2);
    canvas_line(flow->canvas, flow->left, flow->y, flow->right, flow->y, INK_GREY, 0.8);
    flow->y += 7;
}

void flow_document(struct flow *flow) {
    const struct document *document = flow->document;
    flow->page = 1;
    flow->y = flow->top;
    for (size_t i = 0; i < document->section_count && !flow->stopped; i++) {
        const struct section *section = &document->sections[i];
        if (i == 0) {
            if (flow->pages == 0 && flow->section_page != NULL) flow->section_page[i] = flow->page;
            destination(flow, section);
            flow_first_page(flow, section);
        } else {
            section_title(flow, section);
            if (flow->pages == 0 && flow->section_page != NULL) flow->section_page[i] = flow->page;
            for (size_t k = 0; k < section->block_count; k++) flow_block(flow, &section->blocks[k]);
        }
    }
    if (!flow->stopped) end_page(flow);
}

#include <math.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/canvas.h"
#include "reports/document.h"
#include "reports/flow.h"

enum { PAD = 3, LINES_IN_CELL = 7 };

static double column_width(const struct flow *flow, const struct sheet *sheet, size_t column) {
    double all = 0;
    for (size_t i = 0; i < sheet->head_count; i++) all += sheet->heads[i].width;
    return (flow->right - flow->left) * sheet->heads[column].width / all;
}

static struct text_style cell_style(const struct flow *flow, const struct sheet *sheet, size_t column) {
    return (struct text_style){.size = 7.2,
                               .ink = INK_BLACK,
                               .align = sheet->heads[column].right ? ALIGN_RIGHT : ALIGN_LEFT,
                               .width = column_width(flow, sheet, column) - 2 * PAD,
                               .lines = LINES_IN_CELL};
}

static double head_height(struct flow *flow, const struct sheet *sheet) {
    double most = 0;
    for (size_t i = 0; i < sheet->head_count; i++) {
        struct text_style style = cell_style(flow, sheet, i);
        style.bold = true;
        double height;
        canvas_measure(flow->canvas, sheet->heads[i].name, &style, NULL, &height);
        most = fmax(most, height);
    }
    return most + 2 * PAD;
}

static void draw_head(struct flow *flow, const struct sheet *sheet, double height) {
    canvas_fill(flow->canvas, flow->left, flow->y, flow->right - flow->left, height, INK_LIGHT, 0.6);
    double x = flow->left;
    for (size_t i = 0; i < sheet->head_count; i++) {
        struct text_style style = cell_style(flow, sheet, i);
        style.bold = true;
        canvas_text(flow->canvas, x + PAD, flow->y + PAD, sheet->heads[i].name, &style);
        x += column_width(flow, sheet, i);
    }
    flow->y += height;
}

static double row_height(struct flow *flow, const struct sheet *sheet, const struct cell *row) {
    double most = 9;
    for (size_t i = 0; i < sheet->head_count; i++) {
        if (row[i].kind == CELL_BLANK) continue;
        struct text_style style = cell_style(flow, sheet, i);
        style.bold = row[i].mark != MARK_NONE;
        double height;
        canvas_measure(flow->canvas, row[i].text, &style, NULL, &height);
        most = fmax(most, height);
    }
    return most + 2 * PAD;
}

// The tint of a mark; the bold letters are the cue for grey paper.
static void tint(struct flow *flow, double x, double width, double height, enum mark mark) {
    if (mark == MARK_NONE) return;
    enum ink ink = mark == MARK_ACT ? INK_VERMILION : mark == MARK_SUSPECT ? INK_ORANGE : INK_YELLOW;
    canvas_fill(flow->canvas, x, flow->y, width, height, ink, 0.3);
}

static void draw_row(struct flow *flow, const struct sheet *sheet, const struct cell *row, double height) {
    double x = flow->left;
    for (size_t i = 0; i < sheet->head_count; i++) {
        double width = column_width(flow, sheet, i);
        tint(flow, x, width, height, row[i].mark);
        struct text_style style = cell_style(flow, sheet, i);
        style.bold = row[i].mark != MARK_NONE;
        if (row[i].kind != CELL_BLANK) canvas_text(flow->canvas, x + PAD, flow->y + PAD, row[i].text, &style);
        x += width;
    }
    flow->y += height;
    canvas_line(flow->canvas, flow->left, flow->y, flow->right, flow->y, INK_LIGHT, 0.5);
}

static void left_over(struct flow *flow, const struct sheet *sheet) {
    if (sheet->row_count <= ROWS_ON_PAPER) return;
    const struct text_style style = {.size = 7.2, .ink = INK_DARK, .width = flow->right - flow->left, .lines = 2};
    flow_need(flow, 14);
    if (flow->stopped) return;
    flow->y +=
        3 + canvas_text(flow->canvas, flow->left + PAD, flow->y + 3,
                        arena_printf(flow->document->arena, tr("… and %zu more rows, all of them in report.xlsx"),
                                     sheet->row_count - ROWS_ON_PAPER),
                        &style);
}

void flow_sheet(struct flow *flow, const struct sheet *sheet) {
    const struct text_style title = {
        .size = 8.5, .bold = true, .ink = INK_DARK, .width = flow->right - flow->left, .lines = 1};
    double head = head_height(flow, sheet);
    double first = sheet->row_count == 0 ? 12 : row_height(flow, sheet, sheet->cells);
    flow_need(flow, 16 + head + first);
    if (flow->stopped) return;
    flow->y += 4 + canvas_text(flow->canvas, flow->left, flow->y + 2, sheet->title, &title);
    if (sheet->row_count == 0) {
        const struct text_style style = {.size = 8.5, .ink = INK_DARK, .width = flow->right - flow->left, .lines = 3};
        flow->y += canvas_text(flow->canvas, flow->left, flow->y, sheet->empty, &style) + 8;
        return;
    }
    draw_head(flow, sheet, head);
    for (size_t i = 0; i < sheet->row_count && i < ROWS_ON_PAPER; i++) {
        const struct cell *row = sheet->cells + i * sheet->head_count;
        double height = row_height(flow, sheet, row);
        int page = flow->page;
        flow_need(flow, height);
        if (flow->stopped) return;
        if (flow->page != page) draw_head(flow, sheet, head);
        draw_row(flow, sheet, row, height);
    }
    left_over(flow, sheet);
    flow->y += 8;
}

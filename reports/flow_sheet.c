#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"
#include "reports/canvas.h"
#include "reports/document.h"
#include "reports/flow.h"

enum { PAD = 3, LINES_IN_CELL = 7 };
static const double SIZE = 7.2;

// ── widths of columns: every word whole, and the rest to those with most to say ──

// A stretch of text, and how many columns of a terminal it would take: Chinese letters are twice as wide as others.
struct stretch {
    struct text text;
    size_t columns;
};

// What stands at the beginning up to a blank, slash or hyphen, where pango breaks lines, but for hyphens within dates.
static struct stretch stretch_at(const char *at) {
    size_t length = strcspn(at, " /-");
    while (at[length] == '-' && at[length + 1] >= '0' && at[length + 1] <= '9')
        length += 1 + strcspn(at + length + 1, " /-");
    struct stretch stretch = {{at, length}, 0};
    for (size_t i = 0; i < stretch.text.length; i++) {
        unsigned char c = (unsigned char)at[i];
        stretch.columns += c < 0x80 ? 1 : c >= 0xe2 ? 2 : c >= 0xc0;
    }
    return stretch;
}

// The part of a long stretch that is all ASCII or all Chinese; of the latter as much as reads well on a line.
static struct stretch part_of(struct stretch stretch) {
    const size_t most = 10;
    bool ascii = (unsigned char)stretch.text.at[0] < 0x80;
    size_t columns = 0, end = 0;
    while (end < stretch.text.length && ((unsigned char)stretch.text.at[end] < 0x80) == ascii) {
        if (!ascii && columns + 2 > most) break;
        end += ascii ? 1 : text_utf8(text_skip(stretch.text, end));
        columns += ascii ? 1 : 2;
    }
    return (struct stretch){text_head(stretch.text, end), columns};
}

// The longest stretch that should stay on one line. Pango also breaks around letters outside ASCII, but short words
// of them look torn.
static struct stretch longest_word(const char *text) {
    const size_t whole = 12;
    struct stretch longest = {{text, 0}, 0};
    while (*text != '\0') {
        struct stretch one = stretch_at(text);
        if (one.columns > whole) one = part_of(one);
        if (one.columns > longest.columns) longest = one;
        text += one.text.length == 0 ? 1 : one.text.length;
    }
    return longest;
}

struct demand {
    double least, most;  // for the longest word; for the longest text on one line
};

static double measured(struct flow *flow, struct text text, bool bold) {
    const struct text_style style = {.size = SIZE, .bold = bold};
    double width;
    canvas_measure(flow->canvas, text_copy(flow->document->arena, text), &style, &width, NULL);
    return width + 2 * PAD + 1;
}

// Numbers stay on one line with their unit.
static double numbers_width(struct flow *flow, const struct sheet *sheet, size_t column) {
    double most = 0;
    for (size_t i = 0; i < sheet->row_count && i < ROWS_ON_PAPER; i++) {
        const struct cell *cell = &sheet->cells[i * sheet->head_count + column];
        if (cell->kind == CELL_NUMBER)
            most = fmax(most, measured(flow, text_head(text_of(cell->text), 60), cell->mark != MARK_NONE));
    }
    return most;
}

static struct demand demand_of(struct flow *flow, const struct sheet *sheet, size_t column) {
    // Longer words (digests, commands) are broken, longer texts wrapped.
    const double word_most = 78, text_most = 260;
    struct stretch word = {{"", 0}, 0};
    struct text longest = {"", 0};
    bool bold = false;
    for (size_t i = 0; i < sheet->row_count && i < ROWS_ON_PAPER; i++) {
        const struct cell *cell = &sheet->cells[i * sheet->head_count + column];
        if (cell->kind == CELL_BLANK) continue;
        bold = bold || cell->mark != MARK_NONE;
        struct stretch one = longest_word(cell->text);
        if (one.columns > word.columns) word = one;
        if (strlen(cell->text) > longest.length) longest = text_head(text_of(cell->text), 200);
    }
    // Names of columns take two lines, or three.
    const struct text name = text_head(text_of(sheet->heads[column].name), 80);
    double head = fmax(measured(flow, longest_word(name.at).text, true), fmin(64, 8 + measured(flow, name, true) / 2));
    struct demand demand = {fmax(head, fmin(word_most, measured(flow, word.text, bold))), 0};
    demand.most = fmin(text_most, measured(flow, longest, bold));
    if (sheet->heads[column].right)
        demand.least = fmax(demand.least, fmin(word_most, numbers_width(flow, sheet, column)));
    demand.most = fmax(demand.most, demand.least);
    return demand;
}

// Where not even the longest words have room, the widest columns give way; dates and numbers are narrow.
static double fit(struct demand *demands, size_t count, double room) {
    double least = 0;
    for (double most = 78; most > 10; most--) {
        least = 0;
        for (size_t i = 0; i < count; i++) least += demands[i].least = fmin(demands[i].least, most);
        if (least <= room) break;
    }
    return least;
}

static void set_columns(struct flow *flow, const struct sheet *sheet) {
    struct demand demands[HEADS_MOST];
    double more = 0, room = flow->right - flow->left;
    for (size_t i = 0; i < sheet->head_count; i++) demands[i] = demand_of(flow, sheet, i);
    double least = fit(demands, sheet->head_count, room);
    for (size_t i = 0; i < sheet->head_count; i++) more += demands[i].most - demands[i].least;
    for (size_t i = 0; i < sheet->head_count; i++) {
        double share = more > 0 ? (demands[i].most - demands[i].least) / more : 1.0 / (double)sheet->head_count;
        flow->columns[i] = demands[i].least + (room - least) * share;
    }
}

static struct text_style cell_style(const struct flow *flow, const struct sheet *sheet, size_t column) {
    return (struct text_style){.size = SIZE,
                               .ink = INK_BLACK,
                               .align = sheet->heads[column].right ? ALIGN_RIGHT : ALIGN_LEFT,
                               .width = flow->columns[column] - 2 * PAD,
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
        x += flow->columns[i];
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
        double width = flow->columns[i];
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
    flow->y += 3 + canvas_text(flow->canvas, flow->left + PAD, flow->y + 3,
                               arena_printf(flow->document->arena, tr("… and %zu more rows, all of them in %s.xlsx"),
                                            sheet->row_count - ROWS_ON_PAPER, flow->document->name),
                               &style);
}

void flow_sheet(struct flow *flow, const struct sheet *sheet) {
    const struct text_style title = {
        .size = 8.5, .bold = true, .ink = INK_DARK, .width = flow->right - flow->left, .lines = 1};
    set_columns(flow, sheet);
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

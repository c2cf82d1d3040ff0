// The sheets of compare.xlsx: the tables of the document with real numbers, the delta in colour.
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/compare_parts.h"
#include "reports/document.h"
#include "reports/xlsx_book.h"

static void fill_summary(struct book *book) {
    const struct document *document = book->document;
    lxw_worksheet *sheet = book_sheet(book, tr("Summary"));
    if (sheet == NULL) return;
    worksheet_set_column(sheet, 0, 0, 44, NULL);
    worksheet_set_column(sheet, 1, 1, 80, NULL);
    const char *const ids[4] = {"runs"};
    book_widths(book, sheet, ids);
    if (book->widths[1] < 80) worksheet_set_column(sheet, 1, 1, book->widths[1] = 80, NULL);
    book_text(book, sheet, 0, 0, document->title, book->title);
    book_text(book, sheet, 1, 0, document->subtitle, NULL);
    lxw_row_t row = 3;
    const struct section *section = &document->sections[0];
    for (size_t i = 0; i < section->block_count; i++) {
        const struct block *block = &section->blocks[i];
        if (block->kind == BLOCK_HEAD) book_text(book, sheet, row++, 0, block->text, book->label);
        if (block->kind != BLOCK_FIELD) continue;
        book_height(book, sheet, row, book_lines(book, 1, block->text));
        book_text(book, sheet, row, 0, block->label, book->label);
        book_text(book, sheet, row++, 1, block->text, book->text);
    }
    book_table(book, sheet, row + 1, document_sheet(document, "runs"));
    worksheet_freeze_panes(sheet, 1, 0);
    worksheet_activate(sheet);
}

static void colour_delta(struct book *book, lxw_worksheet *sheet, lxw_row_t first, size_t rows, lxw_col_t column) {
    if (rows == 0) return;
    lxw_conditional_format bars = {.type = LXW_CONDITIONAL_DATA_BAR, .bar_color = 0xE69F00, .bar_solid = 1};
    book_check(book,
               worksheet_conditional_format_range(sheet, first, column, first + (lxw_row_t)rows - 1, column, &bars));
}

static void causes_chart(struct book *book, lxw_worksheet *sheet, const char *name, const struct sheet *table,
                         lxw_row_t at) {
    lxw_chart *chart = workbook_add_chart(book->workbook, LXW_CHART_BAR);
    lxw_row_t last = 1 + (lxw_row_t)table->row_count;
    static const lxw_color_t colors[] = {0x999999, 0xD55E00};
    static const lxw_col_t columns[] = {3, 5};
    for (size_t i = 0; i < 2; i++) {
        lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
        chart_series_set_categories(series, name, 2, 0, last, 0);
        chart_series_set_values(series, name, 2, columns[i], last, columns[i]);
        chart_series_set_name(series, i == 0 ? tr("baseline") : tr("run"));
        lxw_chart_fill fill = {.color = colors[i]};
        chart_series_set_fill(series, &fill);
    }
    chart_title_set_name(chart, tr("Lost share of the GPU time, by cause"));
    chart_axis_set_name(chart->x_axis, tr("lost share of the GPU time with a job, %"));
    chart_axis_set_reverse(chart->y_axis);
    book_check(book, worksheet_insert_chart(sheet, at, 0, chart));
}

// A worksheet for each table whose id is `what` or begins with "what-".
static void fill_tables(struct book *book, const char *what, const char *name) {
    for (size_t number = 0; number <= COMPARE_RUNS_MOST; number++) {
        struct arena *arena = book->document->arena;
        const char *id = number == 0 ? what : arena_printf(arena, "%s-%zu", what, number);
        const struct sheet *table = document_sheet(book->document, id);
        if (table == NULL) continue;
        const char *title = number == 0 ? name : arena_printf(arena, "%s %zu", name, number);
        lxw_worksheet *sheet = book_sheet(book, title);
        if (sheet == NULL) return;
        const char *const ids[4] = {id};
        book_widths(book, sheet, ids);
        lxw_row_t end = book_table(book, sheet, 0, table);
        worksheet_freeze_panes(sheet, 2, 0);
        if (strcmp(what, "causes") == 0) {
            colour_delta(book, sheet, 2, table->row_count, 7);
            causes_chart(book, sheet, title, table, end + 1);
        }
    }
}

void compare_fill(struct book *book) {
    fill_summary(book);
    fill_tables(book, "changes", tr("Changes"));
    fill_tables(book, "causes", tr("Causes"));
    fill_tables(book, "findings", tr("Findings"));
    fill_tables(book, "settings", tr("Settings"));
    fill_tables(book, "uncompared", tr("Not compared"));
}

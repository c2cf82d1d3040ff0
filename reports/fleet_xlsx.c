// The sheets of fleet.xlsx, and their charts.
#include <string.h>

#include "analyzer/fleet.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document.h"
#include "reports/fleet_report.h"
#include "reports/writer.h"
#include "reports/xlsx_book.h"

static const struct sheet *find(const struct book *book, const char *id) { return document_sheet(book->document, id); }

// One table a sheet, from the top: its title, its head and the first `frozen` columns stay in view.
static lxw_worksheet *one_table(struct book *book, const char *name, const char *id, lxw_col_t frozen) {
    lxw_worksheet *sheet = book_sheet(book, name);
    if (sheet == NULL) return NULL;
    const char *const ids[4] = {id};
    book_widths(book, sheet, ids);
    book_table(book, sheet, 0, find(book, id));
    worksheet_freeze_panes(sheet, 2, frozen);
    return sheet;
}

static void summary_sheet(struct book *book) {
    const struct document *document = book->document;
    const struct summary *s = &document->summary;
    lxw_worksheet *sheet = book_sheet(book, tr("Summary"));
    if (sheet == NULL) return;
    worksheet_set_column(sheet, 0, 0, 24, NULL);
    worksheet_set_column(sheet, 1, 1, 100, NULL);
    book->widths[0] = 24;
    book->widths[1] = 100;
    book_text(book, sheet, 0, 0, document->title, book->title);
    book_text(book, sheet, 1, 0, document->subtitle, NULL);
    lxw_row_t row = 3;
    book_text(book, sheet, row, 0, tr("Most expensive cause"), book->label);
    book_text(book, sheet, row++, 1, s->id, book->text);
    const struct section *section = &document->sections[0];
    for (size_t i = 0; i < section->block_count; i++) {
        const struct block *block = &section->blocks[i];
        if (block->kind != BLOCK_FIELD) continue;
        book_height(book, sheet, row, book_lines(book, 1, block->text));
        book_text(book, sheet, row, 0, block->label, book->label);
        book_text(book, sheet, row++, 1, block->text, book->text);
    }
    for (size_t i = 0; i < document->box_count; i++) {
        book_text(book, sheet, ++row, 0, document->boxes[i].name, book->label);
        book_text(book, sheet, row, 1, document->boxes[i].number, book->text);
    }
    row += 2;
    book_text(book, sheet, row, 0, tr("Made by"), book->label);
    book_text(book, sheet, row, 1, "whyslow " WHYSLOW_VERSION, book->text);
    const char *command = document->options->command_line;
    if (command != NULL && command[0] != '\0') {
        book_text(book, sheet, ++row, 0, tr("To reproduce"), book->label);
        book_text(book, sheet, row, 1, command, NULL);
    }
    worksheet_freeze_panes(sheet, 1, 0);
    worksheet_activate(sheet);
}

enum { BARS_MOST = 15 };

// Bars of `column` over the first rows of the table that stands at the top of the sheet.
static void bar_chart(struct book *book, lxw_worksheet *sheet, const char *name, const struct sheet *table,
                      lxw_col_t names, lxw_col_t column) {
    if (sheet == NULL || table == NULL || table->row_count == 0) return;
    size_t count = table->row_count < BARS_MOST ? table->row_count : BARS_MOST;
    lxw_row_t last = 1 + (lxw_row_t)count;
    lxw_chart *chart = workbook_add_chart(book->workbook, LXW_CHART_BAR);
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    chart_series_set_categories(series, name, 2, names, last, names);
    chart_series_set_values(series, name, 2, column, last, column);
    chart_series_set_name(series, tr("lost GPU-hours"));
    lxw_chart_fill fill = {.color = 0xD55E00};
    chart_series_set_fill(series, &fill);
    chart_title_set_name(chart, table->title);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    // In a bar chart the x axis is the one of the values.
    chart_axis_set_name(chart->x_axis, tr("lost GPU-hours"));
    chart_axis_set_reverse(chart->y_axis);
    lxw_row_t below = 1 + (lxw_row_t)table->row_count;
    // Below a long table nobody would find it.
    if (table->row_count > 40)
        book_check(book, worksheet_insert_chart(sheet, 2, (lxw_col_t)(table->head_count + 1), chart));
    else
        book_check(book, worksheet_insert_chart(sheet, below + 3, 0, chart));
    lxw_conditional_format bars = {.type = LXW_CONDITIONAL_DATA_BAR, .bar_color = 0xE69F00, .bar_solid = 1};
    book_check(book, worksheet_conditional_format_range(sheet, 2, column, below, column, &bars));
}

// Stacked columns of the losses by cause, which begin in column 6 of the trends.
static void trend_chart(struct book *book, lxw_worksheet *sheet, const char *name) {
    const struct sheet *table = find(book, "trends");
    if (sheet == NULL || table == NULL || table->row_count == 0) return;
    static const lxw_color_t colours[] = {0xD55E00, 0x0072B2, 0xE69F00, 0xCC79A7, 0x56B4E9, 0x999999};
    lxw_chart *chart = workbook_add_chart(book->workbook, LXW_CHART_COLUMN_STACKED);
    lxw_row_t last = 1 + (lxw_row_t)table->row_count;
    for (size_t c = 6; c < table->head_count; c++) {
        lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
        chart_series_set_categories(series, name, 2, 0, last, 0);
        chart_series_set_values(series, name, 2, (lxw_col_t)c, last, (lxw_col_t)c);
        chart_series_set_name_range(series, name, 1, (lxw_col_t)c);
        lxw_chart_fill fill = {.color = colours[(c - 6) % (sizeof colours / sizeof *colours)]};
        chart_series_set_fill(series, &fill);
    }
    chart_title_set_name(chart, table->title);
    chart_axis_set_name(chart->y_axis, tr("lost GPU-hours"));
    lxw_chart_options wide = {.x_scale = 1.8, .y_scale = 1.3};
    book_check(book, worksheet_insert_chart_opt(sheet, 2, (lxw_col_t)(table->head_count + 1), chart, &wide));
}

static void unknown_sheet(struct book *book) {
    lxw_worksheet *sheet = book_sheet(book, tr("Unknown"));
    if (sheet == NULL) return;
    const char *const ids[4] = {"missing", "bands"};
    book_widths(book, sheet, ids);
    lxw_row_t row = book_table(book, sheet, 0, find(book, "missing"));
    book_table(book, sheet, row + 1, find(book, "bands"));
    worksheet_freeze_panes(sheet, 2, 0);
}

static void recurring_sheet(struct book *book) {
    lxw_worksheet *sheet = book_sheet(book, tr("Recurring"));
    if (sheet == NULL) return;
    const char *const ids[4] = {"recurring", "failing"};
    book_widths(book, sheet, ids);
    lxw_row_t row = book_table(book, sheet, 0, find(book, "recurring"));
    book_table(book, sheet, row + 1, find(book, "failing"));
    worksheet_freeze_panes(sheet, 2, 0);
}

// The column of the losses: where the head says so.
static lxw_col_t loss_column(const struct sheet *table) {
    for (size_t i = 0; table != NULL && i < table->head_count; i++)
        if (strcmp(table->heads[i].name, tr("Lost GPU-hours")) == 0) return (lxw_col_t)i;
    return 0;
}

void fleet_fill_book(struct book *book) {
    summary_sheet(book);
    one_table(book, tr("Runs"), "runs", 1);
    static const char *const names[] = {N_("By cause"), N_("By host"), N_("By disk"), N_("By GPU")};
    static const char *const ids[] = {"by_cause", "by_host", "by_disk", "by_gpu"};
    for (size_t i = 0; i < 4; i++) {
        lxw_worksheet *sheet = one_table(book, tr(names[i]), ids[i], 1);
        const struct sheet *table = find(book, ids[i]);
        // Disks and GPUs of one name are on many hosts: only by cause and host a name tells the bars apart.
        if (i < 2) bar_chart(book, sheet, tr(names[i]), table, 0, loss_column(table));
    }
    one_table(book, tr("Worst"), "worst", 1);
    trend_chart(book, one_table(book, tr("Trends"), "trends", 1), tr("Trends"));
    recurring_sheet(book);
    one_table(book, tr("Looks like"), "alike", 1);
    unknown_sheet(book);
    one_table(book, tr("Not analysed"), "not_analysed", 1);
}

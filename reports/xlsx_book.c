#include "reports/xlsx_book.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"
#include "reports/document.h"
#include "reports/shown.h"
#include "reports/terminal_text.h"

// Number formats by unit; percentages are kept as 0 to 100, as the logs print them. Of small numbers more is shown: a
// latency of 0.07 ms is not 0.1 ms.
static const char *const number_formats[UNIT_COUNT_] = {
    [UNIT_NONE] = "#,##0.###",
    [UNIT_PERCENT] = "[<1]0.0##\" %\";0.0\" %\"",
    [UNIT_MIB] = "#,##0\" MiB\"",
    [UNIT_KIB] = "#,##0\" kB\"",
    [UNIT_KIB_PER_S] = "#,##0\" kB/s\"",
    [UNIT_MB_PER_S] = "#,##0.0\" MB/s\"",
    [UNIT_BYTES] = "#,##0\" B\"",
    [UNIT_WATT] = "0.0\" W\"",
    [UNIT_MHZ] = "#,##0\" MHz\"",
    [UNIT_CELSIUS] = "0.0\" °C\"",
    [UNIT_MS] = "[<1]0.0###\" ms\";#,##0.0\" ms\"",
    [UNIT_US] = "#,##0\" µs\"",
    [UNIT_SECONDS] = "#,##0.0\" s\"",
    [UNIT_PER_S] = "[<1]0.0##\"/s\";#,##0.0\"/s\"",
    [UNIT_HOURS] = "#,##0.0\" h\"",
    [UNIT_REQUESTS] = "[<1]0.0####;#,##0.0",
    [UNIT_BITS] = "0",
    [UNIT_BOOL] = "0",
};

enum { TEXT_MOST = 8000 };

void book_check(struct book *book, lxw_error error) {
    if (book->error == LXW_NO_ERROR) book->error = error;
}

static lxw_format *wrapped(lxw_workbook *workbook) {
    lxw_format *format = workbook_add_format(workbook);
    format_set_text_wrap(format);
    format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    return format;
}

void book_formats(struct book *book) {
    lxw_workbook *workbook = book->workbook;
    book->head = wrapped(workbook);
    format_set_bold(book->head);
    format_set_bg_color(book->head, 0xD9DBE0);
    format_set_border(book->head, LXW_BORDER_THIN);
    book->title = workbook_add_format(workbook);
    format_set_bold(book->title);
    format_set_font_size(book->title, 14);
    book->text = wrapped(workbook);
    book->label = wrapped(workbook);
    format_set_bold(book->label);
    book->time = workbook_add_format(workbook);
    format_set_num_format(book->time, "yyyy-mm-dd hh:mm:ss");
    format_set_align(book->time, LXW_ALIGN_LEFT);
    format_set_align(book->time, LXW_ALIGN_VERTICAL_TOP);
    static const lxw_color_t fills[] = {0, 0xFFF5B8, 0xFFD9A0, 0xF5A58C};
    book->marks[MARK_NONE] = book->text;
    for (int mark = MARK_WATCH; mark <= MARK_ACT; mark++) {
        book->marks[mark] = wrapped(workbook);
        format_set_bold(book->marks[mark]);
        format_set_bg_color(book->marks[mark], fills[mark]);
    }
    for (int unit = 0; unit < UNIT_COUNT_; unit++) {
        book->numbers[unit] = workbook_add_format(workbook);
        const char *format = number_formats[unit];
        format_set_num_format(book->numbers[unit], format == NULL ? "0.###" : format);
        format_set_align(book->numbers[unit], LXW_ALIGN_VERTICAL_TOP);
    }
}

lxw_worksheet *book_sheet(struct book *book, const char *name) {
    lxw_worksheet *sheet = workbook_add_worksheet(book->workbook, name);
    if (sheet == NULL) {
        book_check(book, LXW_ERROR_SHEETNAME_ALREADY_USED);
        return NULL;
    }
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9);
    worksheet_fit_to_pages(sheet, 1, 0);
    return sheet;
}

void book_text(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, const char *text,
               lxw_format *format) {
    if (text == NULL || text[0] == '\0') {
        book_check(book, worksheet_write_blank(sheet, row, column, format));
        return;
    }
    book_check(book,
               worksheet_write_string(sheet, row, column, shown_name(book->document->arena, text, TEXT_MOST), format));
}

void book_number(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, double value,
                 lxw_format *format) {
    if (!isfinite(value))
        book_check(book, worksheet_write_blank(sheet, row, column, format));
    else
        book_check(book, worksheet_write_number(sheet, row, column, value, format));
}

void book_time(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, millis at) {
    // Days since 1899-12-30; Excel knows 1900-03-01 to 9999-12-31.
    double days = 25569 + (double)at / 86400000;
    if (at == MILLIS_NONE || days < 61 || days >= 2958466) {
        book_text(book, sheet, row, column, at == MILLIS_NONE ? "" : shown_time(book->document->arena, at), book->text);
        return;
    }
    book_number(book, sheet, row, column, days, book->time);
}

static void put_cell(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column,
                     const struct cell *cell) {
    switch (cell->kind) {
        case CELL_NUMBER:
            book_number(book, sheet, row, column, cell->number, book->numbers[cell->unit]);
            break;
        case CELL_TIME:
            book_time(book, sheet, row, column, cell->time);
            break;
        case CELL_TEXT:
            book_text(book, sheet, row, column, cell->text, book->marks[cell->mark]);
            break;
        case CELL_BLANK:
            break;
    }
}

void book_widths(struct book *book, lxw_worksheet *sheet, const char *const ids[4]) {
    for (size_t i = 0; i < WIDTHS_MOST; i++) book->widths[i] = 9;
    for (size_t t = 0; t < 4; t++) {
        const struct sheet *table = ids[t] == NULL ? NULL : document_sheet(book->document, ids[t]);
        for (size_t i = 0; table != NULL && i < table->head_count; i++)
            book->widths[i] = fmin(60, fmax(book->widths[i], 6 + 8 * table->heads[i].width));
    }
    for (size_t i = 0; i < WIDTHS_MOST; i++)
        worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, book->widths[i], NULL);
}

double book_lines(const struct book *book, lxw_col_t column, const char *text) {
    if (column >= WIDTHS_MOST) return 1;
    // Words do not fill their lines: a tenth is lost at the ends.
    return ceil(terminal_width(text) * 1.12 / book->widths[column]);
}

void book_height(struct book *book, lxw_worksheet *sheet, lxw_row_t row, double lines) {
    if (lines > 1) book_check(book, worksheet_set_row(sheet, row, fmin(lines, 20) * 15, NULL));
}

// Header names must differ within a table.
static char *unique_head(struct book *book, const struct sheet *table, size_t column) {
    size_t same = 0;
    for (size_t i = 0; i < column; i++) same += strcmp(table->heads[i].name, table->heads[column].name) == 0;
    if (same == 0) return arena_string(book->document->arena, table->heads[column].name);
    return arena_printf(book->document->arena, "%s (%zu)", table->heads[column].name, same + 1);
}

static void add_table(struct book *book, lxw_worksheet *sheet, lxw_row_t row, const struct sheet *table) {
    lxw_table_column columns[HEADS_MOST];
    lxw_table_column *pointers[HEADS_MOST + 1] = {NULL};
    memset(columns, 0, sizeof columns);
    for (size_t i = 0; i < table->head_count; i++) {
        columns[i].header = unique_head(book, table, i);
        columns[i].header_format = book->head;
        pointers[i] = &columns[i];
    }
    lxw_table_options options = {.columns = pointers, .style_type = LXW_TABLE_STYLE_TYPE_LIGHT, .style_type_number = 1};
    options.name = arena_printf(book->document->arena, "table_%zu", ++book->tables);
    book_check(book, worksheet_add_table(sheet, row, 0, row + (lxw_row_t)table->row_count,
                                         (lxw_col_t)(table->head_count - 1), &options));
}

static void put_row(struct book *book, lxw_worksheet *sheet, lxw_row_t row, const struct sheet *table, size_t index) {
    double lines = 1;
    for (size_t k = 0; k < table->head_count; k++) {
        const struct cell *cell = &table->cells[index * table->head_count + k];
        put_cell(book, sheet, row, (lxw_col_t)k, cell);
        if (cell->kind == CELL_TEXT) lines = fmax(lines, book_lines(book, (lxw_col_t)k, cell->text));
    }
    book_height(book, sheet, row, lines);
}

lxw_row_t book_table(struct book *book, lxw_worksheet *sheet, lxw_row_t row, const struct sheet *table) {
    if (sheet == NULL || table == NULL) return row;
    book_text(book, sheet, row++, 0, table->title, book->title);
    if (table->row_count == 0) {
        worksheet_write_string(sheet, row, 0, table->empty, NULL);
        return row + 2;
    }
    add_table(book, sheet, row, table);
    double lines = 1;
    for (size_t k = 0; k < table->head_count; k++)
        lines = fmax(lines, book_lines(book, (lxw_col_t)k, table->heads[k].name));
    book_height(book, sheet, row, lines);
    for (size_t i = 0; i < table->row_count; i++) put_row(book, sheet, row + 1 + (lxw_row_t)i, table, i);
    return row + 1 + (lxw_row_t)table->row_count + 1;
}

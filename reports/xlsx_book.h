// xlsx_book.h: what the sheets of the workbook share: formats, guarded cells, tables.
#ifndef WHYSLOW_REPORTS_XLSX_BOOK_H
#define WHYSLOW_REPORTS_XLSX_BOOK_H

#include <stddef.h>
#include <xlsxwriter.h>

#include "core/unit.h"
#include "core/when.h"

struct cell;
struct document;
struct sheet;

enum { WIDTHS_MOST = 18 };

struct book {
    const struct document *document;
    lxw_workbook *workbook;
    lxw_format *head, *title, *text, *label, *time, *zone;
    lxw_format *marks[4];              // enum mark, for text
    lxw_format *numbers[UNIT_COUNT_];  // with the unit in the format
    size_t tables;                     // tables so far: their names must differ
    double widths[WIDTHS_MOST];        // of the columns of the sheet that is written, in characters
    lxw_error error;                   // the first one
};

void book_formats(struct book *book);

// A new sheet. The name must be fixed text of at most 31 characters.
lxw_worksheet *book_sheet(struct book *book, const char *name);

// Text stays text whatever it begins with; too long a text is cut; NaN is a blank cell.
void book_text(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, const char *text,
               lxw_format *format);
void book_number(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, double value,
                 lxw_format *format);
// A real date, to the millisecond; blank for MILLIS_NONE; text for years that Excel does not know.
void book_time(struct book *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, millis at);

// Makes the columns wide enough for the tables with these ids, at most four (NULL: none).
void book_widths(struct book *book, lxw_worksheet *sheet, const char *const ids[4]);

// Makes a row high enough for its longest text: not every program does that by itself.
void book_height(struct book *book, lxw_worksheet *sheet, lxw_row_t row, double lines);

// Lines that a text takes in a column.
double book_lines(const struct book *book, lxw_col_t column, const char *text);

// The table of a document with its title, at `row`; column A on. Returns the row behind it.
lxw_row_t book_table(struct book *book, lxw_worksheet *sheet, lxw_row_t row, const struct sheet *table);

// Notes a failure.
void book_check(struct book *book, lxw_error error);

// The sheets, in the order of the workbook.
void book_summary(struct book *book);
void book_findings(struct book *book);
void book_loss(struct book *book);
void book_phases(struct book *book);
void book_timeline(struct book *book);
void book_health(struct book *book);
void book_correlations(struct book *book);
void book_anomalies(struct book *book);
void book_ruled_out(struct book *book);
void book_provenance(struct book *book);

#endif

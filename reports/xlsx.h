// xlsx.h: report.xlsx: the same tables with real numbers and dates, the aligned series, native charts.
#ifndef WHYSLOW_REPORTS_XLSX_H
#define WHYSLOW_REPORTS_XLSX_H

#include <stdbool.h>

struct book;
struct diagnosis;
struct document;
struct outset;
struct report_options;

bool xlsx_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options);

// Any document: NAME.xlsx, its sheets written by `fill` (xlsx_book.h).
bool xlsx_document(struct outset *set, const struct document *document, void (*fill)(struct book *book));

#endif

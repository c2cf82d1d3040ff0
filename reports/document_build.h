// document_build.h: putting a document together: blocks, tables, cells.
#ifndef WHYSLOW_REPORTS_DOCUMENT_BUILD_H
#define WHYSLOW_REPORTS_DOCUMENT_BUILD_H

#include "reports/document.h"

// A new section. All texts given to these functions are either static, or owned by the document's arena or the
// diagnosis; they are made presentable (UTF-8, one line) by the functions themselves.
struct section *document_section(struct document *document, const char *id, const char *title, bool new_page);

void section_text(struct document *document, struct section *section, const char *text);
// Nothing is added for an empty text.
void section_field(struct document *document, struct section *section, const char *label, const char *text);
void section_head(struct document *document, struct section *section, const char *text, enum mark mark);
void section_item(struct document *document, struct section *section, const char *text);
void section_code(struct document *document, struct section *section, const char *text);
// Nothing for NULL.
void section_figure(struct section *section, const struct figure *figure);
// The chart, or the sentence that says why it is missing.
void section_chart(struct document *document, struct section *section, enum chart_kind kind);
// The chart, or nothing.
void section_chart_if(struct document *document, struct section *section, enum chart_kind kind);

struct sheet *section_sheet(struct document *document, struct section *section, const char *id, const char *title,
                            const char *empty);
void sheet_head(struct sheet *sheet, const char *name, double width, bool right);
// A new row of blank cells; the cells are valid until the next call.
struct cell *sheet_row(struct sheet *sheet);

struct cell cell_text(struct document *document, const char *text);
// The name of a device or host, cut in the middle if it is very long.
struct cell cell_name(struct document *document, const char *name);
struct cell cell_number(struct document *document, double value, enum unit unit);
// A share 0..1, shown in percent.
struct cell cell_share(struct document *document, double share);
struct cell cell_count(struct document *document, size_t count);
struct cell cell_time(struct document *document, millis at);
// "logs/gpu.csv:811".
struct cell cell_place(struct document *document, const char *path, unsigned line);

#endif

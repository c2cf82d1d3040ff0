// pdf.h: documents as PDF: report.pdf and its like.
#ifndef WHYSLOW_REPORTS_PDF_H
#define WHYSLOW_REPORTS_PDF_H

#include <stdbool.h>

struct diagnosis;
struct document;
struct outset;
struct report_options;

bool pdf_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options);

// Any document: NAME.pdf.
bool pdf_document(struct outset *set, const struct document *document);

#endif

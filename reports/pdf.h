// pdf.h: report.pdf, and its first page as a picture.
#ifndef WHYSLOW_REPORTS_PDF_H
#define WHYSLOW_REPORTS_PDF_H

#include <stdbool.h>

struct diagnosis;
struct outset;
struct report_options;

bool pdf_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options);

#endif

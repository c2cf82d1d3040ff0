// page.h: the sizes of paper.
#ifndef WHYSLOW_REPORTS_PAGE_H
#define WHYSLOW_REPORTS_PAGE_H

#include "reports/flow.h"
#include "reports/writer.h"

// A flow over pages of this size, nothing drawn yet.
struct flow page_flow(const struct document *document, enum report_page page);

#endif

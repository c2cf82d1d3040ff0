// flow.h: the document laid out on pages.
#ifndef WHYSLOW_REPORTS_FLOW_H
#define WHYSLOW_REPORTS_FLOW_H

#include <cairo.h>
#include <stdbool.h>

#include "reports/document.h"

struct canvas;
struct document;
struct section;
struct sheet;
struct block;

struct flow {
    struct canvas *canvas;
    const struct document *document;
    double width, height;             // of a page, points
    double left, right, top, bottom;  // of the text on it
    double y;                         // where the next block goes
    int page, pages;                  // this page, and how many there are; 0 while they are being counted
    double columns[HEADS_MOST];       // widths of the table that is being drawn
    int *section_page;                // page of each section, filled while counting
    bool links;                       // the surface takes links and destinations (PDF)
    bool first_only;                  // stop before the second page
    bool stopped;
    double slack;         // free space at the foot of the first page; found while counting, then given to its chart
    const char *section;  // title of the current section, for the head of the page
};

// Lays the whole document out and draws it. Each page is ended with cairo_show_page.
void flow_document(struct flow *flow);

// The first page: verdict, numbers, next step, small timeline, run card.
void flow_first_page(struct flow *flow, const struct section *section);

// Starts a new page unless `need` points are left on this one.
void flow_need(struct flow *flow, double need);

// A table that may go on over several pages, its head repeated on each.
void flow_sheet(struct flow *flow, const struct sheet *sheet);

// One block; tables and charts, too.
void flow_block(struct flow *flow, const struct block *block);

#endif

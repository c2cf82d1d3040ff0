#include "reports/pdf.h"

#include <cairo-pdf.h>
#include <stddef.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/canvas.h"
#include "reports/document.h"
#include "reports/flow.h"
#include "reports/outset.h"
#include "reports/page.h"
#include "reports/writer.h"

static cairo_status_t stream(void *set, const unsigned char *data, unsigned length) {
    return outset_write(set, data, length) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static cairo_status_t discard(void *nothing, const unsigned char *data, unsigned length) {
    (void)nothing;
    (void)data;
    (void)length;
    return CAIRO_STATUS_SUCCESS;
}

static void set_metadata(cairo_surface_t *surface, const struct document *document) {
    // To the second: cairo drops a date with a fraction without a word.
    millis created = document->created - (document->created % 1000 + 1000) % 1000;
    const char *date = when_iso(document->arena, created, false, "Z");
    const char *creator = arena_printf(document->arena, "whyslow %s", WHYSLOW_VERSION);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, document->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, document->summary.sentence);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, creator);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_KEYWORDS, document->summary.id);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, date);
}

static void set_outline(cairo_surface_t *surface, const struct document *document) {
    for (size_t i = 0; i < document->section_count; i++) {
        const struct section *section = &document->sections[i];
        cairo_pdf_surface_add_outline(surface, CAIRO_PDF_OUTLINE_ROOT, section->title,
                                      arena_printf(document->arena, "dest='%s'", section->id), 0);
    }
}

static cairo_status_t draw(struct flow *flow, cairo_surface_t *surface) {
    cairo_t *cr = cairo_create(surface);
    flow->canvas = canvas_new(cr);
    flow_document(flow);
    canvas_free(flow->canvas);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    return status != CAIRO_STATUS_SUCCESS ? status : cairo_surface_status(surface);
}

// How many pages there are, and on which each section begins, is only known after laying them out.
static void count_pages(struct flow *flow) {
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(discard, NULL, flow->width, flow->height);
    draw(flow, surface);
    cairo_surface_destroy(surface);
    flow->pages = flow->page;
}

static void write_pages(struct outset *set, struct flow *flow) {
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(stream, set, flow->width, flow->height);
    set_metadata(surface, flow->document);
    set_outline(surface, flow->document);
    flow->links = true;
    cairo_status_t status = draw(flow, surface);
    if (status != CAIRO_STATUS_SUCCESS) outset_fail(set, cairo_status_to_string(status));
    cairo_surface_destroy(surface);
}

bool pdf_document(struct outset *set, const struct document *document) {
    if (!outset_begin(set, arena_printf(document->arena, "%s.pdf", document->name))) return false;
    int pages[SECTIONS_MOST] = {0};
    struct flow flow = page_flow(document, document->options->page);
    flow.section_page = pages;
    count_pages(&flow);
    write_pages(set, &flow);
    return outset_end(set);
}

bool pdf_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options) {
    struct document *document = document_new(diagnosis, options);
    bool done = pdf_document(set, document);
    document_free(document);
    return done;
}

#include "reports/png.h"

#include <cairo.h>
#include <math.h>
#include <stddef.h>

#include "analyzer/diagnosis.h"
#include "reports/canvas.h"
#include "reports/chart.h"
#include "reports/document.h"
#include "reports/flow.h"
#include "reports/outset.h"
#include "reports/page.h"
#include "reports/writer.h"

// Charts are laid out 760 points wide and drawn at twice that: 1600 pixels with the margins.
enum { WIDTH = 760, MARGIN = 20, SCALE = 2 };

static cairo_status_t stream(void *set, const unsigned char *data, unsigned length) {
    return outset_write(set, data, length) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static bool write_surface(struct outset *set, const char *name, cairo_surface_t *surface) {
    if (!outset_begin(set, name)) return false;
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, stream, set);
    if (status != CAIRO_STATUS_SUCCESS) outset_fail(set, cairo_status_to_string(status));
    return outset_end(set);
}

static bool write_chart(struct outset *set, const struct diagnosis *diagnosis, enum chart_kind kind) {
    double height = chart_height(kind, diagnosis, WIDTH);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (WIDTH + 2 * MARGIN) * SCALE,
                                                          (int)ceil(height + 2 * MARGIN) * SCALE);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, SCALE, SCALE);
    cairo_translate(cr, MARGIN, MARGIN);
    struct canvas *canvas = canvas_new(cr);
    chart_draw(kind, canvas, diagnosis, WIDTH, height);
    canvas_free(canvas);
    cairo_destroy(cr);
    bool done = write_surface(set, chart_file(kind), surface);
    cairo_surface_destroy(surface);
    return done;
}

// How much of the page is left over is only known after laying it out.
static void measure(struct flow *flow) {
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A1, 1, 1);
    cairo_t *cr = cairo_create(surface);
    flow->canvas = canvas_new(cr);
    flow_document(flow);
    canvas_free(flow->canvas);
    flow->stopped = false;
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

// The first page of the PDF, for those who only look at pictures.
static bool write_summary(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options) {
    struct document *document = document_new(diagnosis, options);
    struct flow flow = page_flow(document, options->page);
    flow.first_only = true;
    measure(&flow);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(flow.width * SCALE), (int)ceil(flow.height * SCALE));
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, SCALE, SCALE);
    flow.canvas = canvas_new(cr);
    flow.pages = 1;
    flow_document(&flow);
    canvas_free(flow.canvas);
    cairo_destroy(cr);
    bool done = write_surface(set, "summary.png", surface);
    cairo_surface_destroy(surface);
    document_free(document);
    return done;
}

bool png_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options) {
    for (int kind = 0; kind < CHART_COUNT_; kind++) {
        if (chart_missing((enum chart_kind)kind, diagnosis) != NULL) continue;
        if (!write_chart(set, diagnosis, (enum chart_kind)kind)) return false;
    }
    return write_summary(set, diagnosis, options);
}

#include "reports/png.h"

#include <cairo.h>
#include <math.h>
#include <stddef.h>

#include "reports/canvas.h"
#include "reports/chart.h"
#include "reports/document.h"
#include "reports/figure.h"
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

bool png_figure(struct outset *set, const struct figure *figure) {
    double height = figure->height(figure->data, WIDTH);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (WIDTH + 2 * MARGIN) * SCALE,
                                                          (int)ceil(height + 2 * MARGIN) * SCALE);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, SCALE, SCALE);
    cairo_translate(cr, MARGIN, MARGIN);
    struct canvas *canvas = canvas_new(cr);
    figure->draw(canvas, figure->data, WIDTH, height);
    canvas_free(canvas);
    cairo_destroy(cr);
    bool done = write_surface(set, figure->file, surface);
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
bool png_first_page(struct outset *set, const struct document *document, const char *name) {
    struct flow flow = page_flow(document, document->options->page);
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
    bool done = write_surface(set, name, surface);
    cairo_surface_destroy(surface);
    return done;
}

static bool write_charts(struct outset *set, struct arena *arena, const struct diagnosis *diagnosis) {
    for (int kind = 0; kind < CHART_COUNT_; kind++) {
        const struct figure *figure = chart_figure(arena, (enum chart_kind)kind, diagnosis);
        if (figure != NULL && !png_figure(set, figure)) return false;
    }
    return true;
}

bool png_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options) {
    struct document *document = document_new(diagnosis, options);
    bool done = write_charts(set, document->arena, diagnosis) && png_first_page(set, document, "summary.png");
    document_free(document);
    return done;
}

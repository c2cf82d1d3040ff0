#include "reports/xlsx.h"

#include <time.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document.h"
#include "reports/outset.h"
#include "reports/writer.h"
#include "reports/xlsx_book.h"

static void set_properties(struct book *book) {
    const struct document *document = book->document;
    // 0 would mean now, and years beyond four digits are no date in XML.
    millis created = document->created / 1000;
    if (created < 315532800) created = 315532800;
    if (created > 253402300799) created = 253402300799;
    struct arena *arena = document->arena;
    lxw_doc_properties properties = {.title = arena_string(arena, document->title),
                                     .subject = arena_string(arena, document->summary.id),
                                     .author = arena_printf(arena, "whyslow %s", WHYSLOW_VERSION),
                                     .created = (time_t)created};
    book_check(book, workbook_set_properties(book->workbook, &properties));
}

static void fill_report(struct book *book) {
    book_summary(book);
    book_findings(book);
    book_loss(book);
    book_phases(book);
    book_timeline(book);
    book_health(book);
    book_correlations(book);
    book_anomalies(book);
    book_ruled_out(book);
    book_provenance(book);
}

bool xlsx_document(struct outset *set, const struct document *document, void (*fill)(struct book *book)) {
    if (!outset_begin(set, arena_printf(document->arena, "%s.xlsx", document->name))) return false;
    struct book book = {.document = document};
    // The library writes by path: into the temporary file that the set has open.
    book.workbook = workbook_new(outset_path(set));
    if (book.workbook == NULL) {
        outset_fail(set, tr("out of memory"));
    } else {
        book_formats(&book);
        set_properties(&book);
        fill(&book);
        lxw_error closed = workbook_close(book.workbook);
        book_check(&book, closed);
    }
    if (book.error != LXW_NO_ERROR) outset_fail(set, lxw_strerror(book.error));
    return outset_end(set);
}

bool xlsx_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options) {
    struct document *document = document_new(diagnosis, options);
    bool done = xlsx_document(set, document, fill_report);
    document_free(document);
    return done;
}

#include "reports/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document_build.h"
#include "reports/document_parts.h"
#include "reports/shown.h"
#include "reports/writer.h"

static const char *subtitle_of(struct arena *arena, const struct diagnosis *diagnosis) {
    if (diagnosis->start == MILLIS_NONE) return tr("No log says when the run took place.");
    const char *span = arena_printf(arena, tr("%s to %s (%s), %s"), shown_time(arena, diagnosis->start),
                                    shown_time(arena, diagnosis->end), shown_zone(diagnosis),
                                    unit_duration(arena, ((double)diagnosis->end - (double)diagnosis->start) / 1000));
    if (diagnosis->host_count > 0) return arena_printf(arena, tr("%s, on %zu hosts"), span, diagnosis->host_count);
    if (diagnosis->host == NULL || diagnosis->host[0] == '\0') return span;
    return arena_printf(arena, tr("%s, on host %s"), span, shown_name(arena, diagnosis->host, 60));
}

struct document *document_begin(const char *name, const struct report_options *options) {
    struct arena *arena = arena_new();
    struct document *document = arena_alloc(arena, sizeof *document);
    *document = (struct document){
        .arena = arena, .options = options, .name = name, .question = "", .title = "", .subtitle = ""};
    document->summary = (struct summary){.id = "",
                                         .title = "",
                                         .sentence = "",
                                         .why = "",
                                         .sure = "",
                                         .cost = "",
                                         .counterfactual = "",
                                         .next = "",
                                         .against = "",
                                         .settle = "",
                                         .also = ""};
    return document;
}

static void add_box(struct document *document, const char *number, const char *name) {
    document->boxes[document->box_count++] = (struct number_box){number, name};
}

static void add_boxes(struct document *document) {
    const struct diagnosis *d = document->diagnosis;
    struct arena *arena = document->arena;
    add_box(document, shown_share(arena, d->verdict.confidence), tr("confidence in this verdict"));
    add_box(document, unit_number(arena, d->lost_total, 3), tr("GPU-hours lost"));
    add_box(document, shown_share(arena, d->gpu_hours > 0 ? d->lost_total / d->gpu_hours : NAN), tr("of the GPU time"));
    if (isfinite(d->cost)) add_box(document, arena_printf(arena, "%.2f", d->cost), tr("cost at the given price"));
}

struct document *document_new(const struct diagnosis *diagnosis, const struct report_options *options) {
    struct document *document = document_begin("report", options);
    struct arena *arena = document->arena;
    document->diagnosis = diagnosis;
    document->question = tr("Why was the run slow?");
    document->summary = summary_of(arena, diagnosis);
    add_boxes(document);
    document->title = arena_printf(arena, tr("Why was the run slow? %s"), document->summary.id);
    document->subtitle = subtitle_of(arena, diagnosis);
    // A recording without times gets a fixed day: any other would be the wall clock.
    document->created = diagnosis->end == MILLIS_NONE ? 0 : diagnosis->end;
    document_summary(document);
    document_timeline(document);
    document_evidence(document);
    document_loss(document);
    document_health(document);
    document_ruled_out(document);
    document_quality(document);
    document_events(document);
    document_relations(document);
    document_provenance(document);
    document_data(document);
    return document;
}

static void section_clear(struct section *section) {
    for (size_t i = 0; i < section->block_count; i++)
        if (section->blocks[i].sheet != NULL) free(section->blocks[i].sheet->cells);
    free(section->blocks);
}

void document_free(struct document *document) {
    if (document == NULL) return;
    for (size_t i = 0; i < document->section_count; i++) section_clear(&document->sections[i]);
    section_clear(&document->data);
    arena_free(document->arena);
}

static const struct sheet *section_find(const struct section *section, const char *id) {
    for (size_t i = 0; i < section->block_count; i++) {
        const struct sheet *sheet = section->blocks[i].sheet;
        if (sheet != NULL && strcmp(sheet->id, id) == 0) return sheet;
    }
    return NULL;
}

const struct sheet *document_sheet(const struct document *document, const char *id) {
    const struct sheet *found = section_find(&document->data, id);
    for (size_t i = 0; found == NULL && i < document->section_count; i++)
        found = section_find(&document->sections[i], id);
    return found;
}

#include "reports/document_build.h"

#include <math.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/figure.h"
#include "reports/shown.h"

struct section *document_section(struct document *document, const char *id, const char *title, bool new_page) {
    struct section *section = &document->sections[document->section_count++];
    *section = (struct section){.id = id, .title = title, .new_page = new_page};
    return section;
}

static struct block *add(struct section *section, enum block_kind kind) {
    section->blocks =
        grow_array(section->blocks, &section->block_capacity, section->block_count + 1, sizeof *section->blocks);
    struct block *block = &section->blocks[section->block_count++];
    *block = (struct block){.kind = kind, .label = "", .text = ""};
    return block;
}

static void add_text(struct document *document, struct section *section, enum block_kind kind, const char *text) {
    add(section, kind)->text = shown_text(document->arena, text);
}

void section_text(struct document *document, struct section *section, const char *text) {
    if (text != NULL && text[0] != '\0') add_text(document, section, BLOCK_TEXT, text);
}

void section_field(struct document *document, struct section *section, const char *label, const char *text) {
    if (text == NULL || text[0] == '\0') return;
    struct block *block = add(section, BLOCK_FIELD);
    block->label = label;
    block->text = shown_text(document->arena, text);
}

void section_head(struct document *document, struct section *section, const char *text, enum mark mark) {
    struct block *block = add(section, BLOCK_HEAD);
    block->text = shown_text(document->arena, text);
    block->mark = mark;
}

void section_item(struct document *document, struct section *section, const char *text) {
    add_text(document, section, BLOCK_ITEM, text);
}

void section_code(struct document *document, struct section *section, const char *text) {
    add_text(document, section, BLOCK_CODE, text);
}

void section_figure(struct section *section, const struct figure *figure) {
    if (figure != NULL) add(section, BLOCK_FIGURE)->figure = figure;
}

void section_chart_if(struct document *document, struct section *section, enum chart_kind kind) {
    section_figure(section, chart_figure(document->arena, kind, document->diagnosis));
}

void section_chart(struct document *document, struct section *section, enum chart_kind kind) {
    const char *missing = chart_missing(kind, document->diagnosis);
    if (missing == NULL)
        section_chart_if(document, section, kind);
    else
        section_text(document, section, missing);
}

struct sheet *section_sheet(struct document *document, struct section *section, const char *id, const char *title,
                            const char *empty) {
    struct sheet *sheet = arena_alloc(document->arena, sizeof *sheet);
    sheet->id = id;
    sheet->title = title;
    sheet->empty = empty;
    add(section, BLOCK_SHEET)->sheet = sheet;
    return sheet;
}

void sheet_head(struct sheet *sheet, const char *name, double width, bool right) {
    if (sheet->head_count < HEADS_MOST) sheet->heads[sheet->head_count++] = (struct head){name, width, right};
}

struct cell *sheet_row(struct sheet *sheet) {
    size_t need = (sheet->row_count + 1) * sheet->head_count;
    sheet->cells = grow_array(sheet->cells, &sheet->row_capacity, need, sizeof *sheet->cells);
    struct cell *row = &sheet->cells[sheet->row_count++ * sheet->head_count];
    for (size_t i = 0; i < sheet->head_count; i++) row[i] = (struct cell){.kind = CELL_BLANK, .text = ""};
    return row;
}

struct cell cell_text(struct document *document, const char *text) {
    const char *shown = shown_text(document->arena, text);
    return (struct cell){.kind = shown[0] == '\0' ? CELL_BLANK : CELL_TEXT, .text = shown};
}

struct cell cell_name(struct document *document, const char *name) {
    return cell_text(document, shown_name(document->arena, name, 60));
}

struct cell cell_number(struct document *document, double value, enum unit unit) {
    if (!isfinite(value)) return (struct cell){.kind = CELL_BLANK, .text = ""};
    return (struct cell){
        .kind = CELL_NUMBER, .text = unit_show(document->arena, value, unit), .number = value, .unit = unit};
}

struct cell cell_share(struct document *document, double share) {
    if (!isfinite(share)) return (struct cell){.kind = CELL_BLANK, .text = ""};
    return (struct cell){
        .kind = CELL_NUMBER, .text = shown_share(document->arena, share), .number = share * 100, .unit = UNIT_PERCENT};
}

struct cell cell_count(struct document *document, size_t count) {
    return (struct cell){
        .kind = CELL_NUMBER, .text = arena_printf(document->arena, "%zu", count), .number = (double)count};
}

struct cell cell_time(struct document *document, millis at) {
    if (at == MILLIS_NONE) return (struct cell){.kind = CELL_BLANK, .text = ""};
    return (struct cell){.kind = CELL_TIME, .text = shown_time(document->arena, at), .time = at};
}

struct cell cell_place(struct document *document, const char *path, unsigned line) {
    if (path == NULL || path[0] == '\0') return (struct cell){.kind = CELL_BLANK, .text = ""};
    if (line == 0) return cell_text(document, path);
    return cell_text(document, arena_printf(document->arena, "%s:%u", path, line));
}

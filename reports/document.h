// document.h: a report as headings, paragraphs, tables and figures, built once for all writers.
//
// Writers decide how a block looks, never what it says: the same sentences and numbers stand
// in the PDF, the spreadsheet and the Markdown text. document_new makes the report of one run;
// document_begin leaves it to its caller what the document is about.
#ifndef WHYSLOW_REPORTS_DOCUMENT_H
#define WHYSLOW_REPORTS_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/unit.h"
#include "core/when.h"
#include "reports/chart.h"
#include "reports/summary.h"

struct arena;
struct diagnosis;
struct figure;
struct report_options;

enum cell_kind { CELL_BLANK, CELL_TEXT, CELL_NUMBER, CELL_TIME };

// How much a cell wants to be noticed. Writers use a colour and a second cue.
enum mark { MARK_NONE, MARK_WATCH, MARK_SUSPECT, MARK_ACT };

struct cell {
    enum cell_kind kind;
    enum mark mark;
    const char *text;  // as people read it, with its unit; "" for CELL_BLANK
    double number;     // CELL_NUMBER; a share is given in percent with UNIT_PERCENT
    enum unit unit;
    millis time;  // CELL_TIME
};

struct head {
    const char *name;  // with unit or zone where all cells share it
    double width;      // relative
    bool right;        // numbers
};

enum {
    HEADS_MOST = 18,
    ROWS_ON_PAPER = 40,  // rows of a table in PDF and Markdown; the spreadsheet and the JSON hold all
};

struct sheet {
    const char *id;  // "findings": stable, not translated
    const char *title;
    const char *empty;  // what to say when it has no rows
    struct head heads[HEADS_MOST];
    size_t head_count;
    struct cell *cells;  // row after row
    size_t row_count, row_capacity;
};

enum block_kind {
    BLOCK_TEXT,   // a paragraph
    BLOCK_FIELD,  // label and text: "Next step: …"
    BLOCK_HEAD,   // a heading below the section's
    BLOCK_ITEM,   // a line of a list
    BLOCK_CODE,   // to be copied literally
    BLOCK_SHEET,
    BLOCK_FIGURE,
};

struct block {
    enum block_kind kind;
    enum mark mark;
    const char *label;  // BLOCK_FIELD
    const char *text;
    const struct sheet *sheet;
    const struct figure *figure;
};

struct section {
    const char *id;  // "evidence": the target of links
    const char *title;
    bool new_page;
    struct block *blocks;
    size_t block_count, block_capacity;
};

enum { SECTIONS_MOST = 16, BOXES_MOST = 4 };

struct number_box {
    const char *number, *name;  // "0.61", "GPU-hours lost"
};

struct document {
    struct arena *arena;
    const struct diagnosis *diagnosis;  // NULL if the document is not about one run
    const struct report_options *options;
    const char *name;      // of its files without the ending: "report"
    const char *question;  // what the first page answers: "Why was the run slow?"
    const char *title;     // "Why was the run slow? storage-read on sda"
    const char *subtitle;  // when, where, on what
    millis created;        // the end of the run: the date of all files
    struct summary summary;
    struct number_box boxes[BOXES_MOST];  // the numbers that people quote
    size_t box_count;
    struct section sections[SECTIONS_MOST];
    size_t section_count;
    // The same facts as long tables, for the spreadsheet: findings, evidence, disks, counters.
    struct section data;
};

// An empty document for the files NAME.*: question, title, subtitle, created, boxes, of the summary id (the headline),
// title and sentence, and the sections are for the caller to fill in, the summary first; strings that are not
// set are "". Never NULL.
struct document *document_begin(const char *name, const struct report_options *options);

// The report of one run. Never NULL. The diagnosis must outlive the document.
struct document *document_new(const struct diagnosis *diagnosis, const struct report_options *options);
void document_free(struct document *document);  // NULL allowed

// The sheet with this id, NULL if there is none.
const struct sheet *document_sheet(const struct document *document, const char *id);

#endif

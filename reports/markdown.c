#include "reports/markdown.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document.h"
#include "reports/figure.h"
#include "reports/markdown_text.h"
#include "reports/outset.h"
#include "reports/writer.h"

// Ticket systems refuse texts beyond 65 536 characters (GitHub) or 32 767 (Jira's default).
enum { SIZE_MOST = 60000, JIRA_MOST = 32000, MAIL_MOST = 20000 };

// How a dialect writes what the document holds. %s is the escaped text.
struct dialect {
    const char *name;
    size_t most;  // bytes
    char *(*escape)(struct arena *arena, const char *text);
    const char *heads[3];  // level 1, 2, 3
    const char *fold, *unfold;
    const char *field;           // label, text; marked for translation
    const char *item, *picture;  // text; file
    const char *code;
    const char *row_begin, *cell_end, *head_begin, *head_end;
    bool rule;  // a line of dashes below the head of a table
};

static char *same(struct arena *arena, const char *text) { return arena_string(arena, text); }

static const struct dialect dialects[] = {
    {.name = NULL,
     .most = SIZE_MOST,
     .escape = markdown_escape,
     .heads = {"# ", "## ", "### "},
     .fold = "<details>\n<summary>%s</summary>\n\n",
     .unfold = "</details>\n\n",
     .field = N_("**%s:** %s\n\n"),
     .item = "- %s\n",
     .picture = "![%s](%s)\n\n",
     .code = "    %s\n\n",
     .row_begin = "|",
     .cell_end = "|",
     .head_begin = "|",
     .head_end = "|",
     .rule = true},
    {.name = "jira",
     .most = JIRA_MOST,
     .escape = jira_escape,
     .heads = {"h1. ", "h2. ", "h3. "},
     .fold = "{panel:title=%s}\n",
     .unfold = "{panel}\n\n",
     .field = N_("*%s:* %s\n\n"),
     .item = "- %s\n",
     .picture = "_%s_\n!%s!\n\n",
     .code = "{noformat}\n%s\n{noformat}\n\n",
     .row_begin = "|",
     .cell_end = "|",
     .head_begin = "||",
     .head_end = "||"},
    {.name = "mail",
     .most = MAIL_MOST,
     .escape = same,
     .heads = {"", "== ", "-- "},
     .fold = "== %s\n\n",
     .unfold = "",
     .field = N_("%s: %s\n\n"),
     .item = "- %s\n",
     .picture = "%s (%s)\n\n",
     .code = "    %s\n\n",
     .row_begin = "",
     .cell_end = "  ",
     .head_begin = "",
     .head_end = "  "},
};

struct ticket {
    const struct document *document;
    const struct dialect *dialect;
    struct arena *arena;
    char *text;
    size_t length, capacity;
};

static void put(struct ticket *ticket, const char *text) {
    size_t length = strlen(text);
    ticket->text = grow_array(ticket->text, &ticket->capacity, ticket->length + length + 1, 1);
    memcpy(ticket->text + ticket->length, text, length + 1);
    ticket->length += length;
}

static const char *escaped(struct ticket *ticket, const char *text) {
    return ticket->dialect->escape(ticket->arena, text);
}

// Puts `pattern` with its one or two "%s" filled in: the patterns come from the table of dialects.
static void put_pattern(struct ticket *ticket, const char *pattern, const char *first, const char *second) {
    const char *values[] = {first, second};
    for (size_t used = 0; *pattern != '\0';) {
        const char *hole = strstr(pattern, "%s");
        if (hole == NULL || used == 2) break;
        put(ticket, arena_copy(ticket->arena, pattern, (size_t)(hole - pattern)));
        put(ticket, values[used++]);
        pattern = hole + 2;
    }
    put(ticket, pattern);
}

static void put_head(struct ticket *ticket, int level, const char *text) {
    put(ticket, ticket->dialect->heads[level - 1]);
    put(ticket, escaped(ticket, text));
    put(ticket, "\n\n");
}

static void put_row(struct ticket *ticket, const struct sheet *sheet, const struct cell *row) {
    put(ticket, ticket->dialect->row_begin);
    for (size_t i = 0; i < sheet->head_count; i++) {
        put(ticket, " ");
        const char *text = escaped(ticket, row[i].text);
        // Jira takes two bars in a row for a head.
        bool strong = row[i].mark >= MARK_SUSPECT && ticket->dialect->rule;
        if (strong) put(ticket, "**");
        put(ticket, text[0] == '\0' ? " " : text);
        if (strong) put(ticket, "**");
        put(ticket, " ");
        put(ticket, ticket->dialect->cell_end);
    }
    put(ticket, "\n");
}

static void put_sheet(struct ticket *ticket, const struct sheet *sheet) {
    const struct dialect *dialect = ticket->dialect;
    put_head(ticket, 3, sheet->title);
    if (sheet->row_count == 0) {
        put(ticket, escaped(ticket, sheet->empty));
        put(ticket, "\n\n");
        return;
    }
    put(ticket, dialect->head_begin);
    for (size_t i = 0; i < sheet->head_count; i++) {
        put(ticket, " ");
        put(ticket, escaped(ticket, sheet->heads[i].name));
        put(ticket, " ");
        put(ticket, dialect->head_end);
    }
    put(ticket, "\n");
    if (dialect->rule) {
        put(ticket, "|");
        for (size_t i = 0; i < sheet->head_count; i++) put(ticket, sheet->heads[i].right ? " --: |" : " :-- |");
        put(ticket, "\n");
    }
    for (size_t i = 0; i < sheet->row_count && i < ROWS_ON_PAPER; i++)
        put_row(ticket, sheet, sheet->cells + i * sheet->head_count);
    put(ticket, "\n");
    if (sheet->row_count > ROWS_ON_PAPER) {
        put(ticket, arena_printf(ticket->arena, tr("… and %zu more rows, all of them in %s.xlsx"),
                                 sheet->row_count - ROWS_ON_PAPER, ticket->document->name));
        put(ticket, "\n\n");
    }
}

// A picture only if it is written beside the text.
static void put_picture(struct ticket *ticket, const struct figure *figure) {
    if ((ticket->document->options->formats & 1u << REPORT_PNG) == 0) return;
    put_pattern(ticket, ticket->dialect->picture, escaped(ticket, figure->caption), figure->file);
}

static void put_block(struct ticket *ticket, const struct block *block, bool last_item) {
    switch (block->kind) {
        case BLOCK_TEXT:
            put(ticket, escaped(ticket, block->text));
            put(ticket, "\n\n");
            break;
        case BLOCK_FIELD:
            put_pattern(ticket, tr(ticket->dialect->field), escaped(ticket, block->label),
                        escaped(ticket, block->text));
            break;
        case BLOCK_HEAD:
            put_head(ticket, 3, block->text);
            break;
        case BLOCK_ITEM:
            put_pattern(ticket, ticket->dialect->item, escaped(ticket, block->text), "");
            if (last_item) put(ticket, "\n");
            break;
        case BLOCK_CODE:
            put_pattern(ticket, ticket->dialect->code, block->text, "");
            break;
        case BLOCK_SHEET:
            put_sheet(ticket, block->sheet);
            break;
        case BLOCK_FIGURE:
            put_picture(ticket, block->figure);
            break;
    }
}

static void put_blocks(struct ticket *ticket, const struct section *section) {
    for (size_t k = 0; k < section->block_count; k++) {
        bool last = k + 1 == section->block_count || section->blocks[k + 1].kind != BLOCK_ITEM;
        put_block(ticket, &section->blocks[k], last);
    }
}

// A section that makes the text too long is taken back; its title stays in the list of what is missing.
static const char *put_section(struct ticket *ticket, const struct section *section, const char *missing) {
    size_t before = ticket->length;
    put_pattern(ticket, ticket->dialect->fold, escaped(ticket, section->title), "");
    put_blocks(ticket, section);
    put(ticket, ticket->dialect->unfold);
    if (ticket->length + 500 <= ticket->dialect->most) return missing;
    ticket->length = before;
    ticket->text[before] = '\0';
    return arena_printf(ticket->arena, "%s%s%s", missing, missing[0] == '\0' ? "" : tr(", "), section->title);
}

static void put_ticket(struct ticket *ticket) {
    const struct document *document = ticket->document;
    put_head(ticket, 1, document->title);
    put(ticket, escaped(ticket, document->subtitle));
    put(ticket, "\n\n");
    const char *missing = "";
    for (size_t i = 0; i < document->section_count; i++) {
        if (i == 0)
            put_blocks(ticket, &document->sections[i]);
        else
            missing = put_section(ticket, &document->sections[i], missing);
    }
    if (missing[0] == '\0') return;
    const char *where =
        arena_printf(ticket->arena, tr("Too long for a ticket, see %s.pdf: %s"), document->name, missing);
    put(ticket, escaped(ticket, where));
    put(ticket, "\n");
}

static const struct dialect *dialect_of(const char *name) {
    for (size_t i = 1; name != NULL && i < sizeof dialects / sizeof *dialects; i++)
        if (strcmp(dialects[i].name, name) == 0) return &dialects[i];
    return &dialects[0];
}

bool markdown_document(struct outset *set, const struct document *document) {
    if (!outset_begin(set, arena_printf(document->arena, "%s.md", document->name))) return false;
    struct ticket ticket = {
        .document = document, .dialect = dialect_of(document->options->only_for), .arena = document->arena};
    put_ticket(&ticket);
    outset_write(set, ticket.text, ticket.length);
    free(ticket.text);
    return outset_end(set);
}

bool markdown_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options) {
    struct document *document = document_new(diagnosis, options);
    bool done = markdown_document(set, document);
    document_free(document);
    return done;
}

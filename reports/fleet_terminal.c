// The answer of a fleet on a terminal: the fields of the first page, a line or two each.
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/document.h"
#include "reports/fleet_report.h"
#include "reports/fleet_writer.h"
#include "reports/shown.h"
#include "reports/terminal_text.h"
#include "reports/writer.h"

enum { FIELD_LINES = 3, WIDTH_LEAST = 40, WIDTH_MOST = 120 };

static int label_width(const struct section *section) {
    int most = 0;
    for (size_t i = 0; i < section->block_count; i++) {
        const struct block *block = &section->blocks[i];
        int width = block->kind == BLOCK_FIELD ? terminal_width(block->label) : 0;
        if (width > most) most = width;
    }
    return most + 2;
}

static void put_field(FILE *out, const struct document *document, const struct block *block, int indent, int width) {
    const struct report_options *options = document->options;
    struct arena *arena = document->arena;
    const char *rest = shown_text(arena, block->text);
    if (!options->unicode) rest = terminal_ascii(arena, rest);
    int taken = terminal_width(block->label) + 1;
    fprintf(out, "%s%s:%s%*s", options->color ? "\033[1m" : "", block->label, options->color ? "\033[0m" : "",
            indent - taken, "");
    for (int line = 0; line < FIELD_LINES && rest[0] != '\0'; line++) {
        bool last = line + 1 == FIELD_LINES;
        // In ASCII the ellipsis takes three columns.
        const char *piece = terminal_line(arena, &rest, width - indent - (last && !options->unicode ? 2 : 0), last);
        if (!options->unicode) piece = terminal_ascii(arena, piece);
        fprintf(out, "%*s%s\n", line == 0 ? 0 : indent, "", piece);
    }
}

void fleet_terminal(FILE *out, const struct fleet *fleet, const struct report_options *options) {
    int width = options->width <= 0 ? 80 : options->width;
    if (width < WIDTH_LEAST) width = WIDTH_LEAST;
    if (width > WIDTH_MOST) width = WIDTH_MOST;
    struct document *document = fleet_document(fleet, options);
    const struct section *section = &document->sections[0];
    int indent = label_width(section);
    for (size_t i = 0; i < section->block_count; i++)
        if (section->blocks[i].kind == BLOCK_FIELD && section->blocks[i].text[0] != '\0')
            put_field(out, document, &section->blocks[i], indent, width);
    document_free(document);
}

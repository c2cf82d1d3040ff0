// A comparison on a terminal: the verdict and what changed most.
#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/compare_parts.h"
#include "reports/compare_writer.h"
#include "reports/shown.h"
#include "reports/terminal_text.h"
#include "reports/writer.h"

enum { LINES_MOST = 8, ROWS_MOST = 4 };

struct page_of_text {
    FILE *out;
    struct arena *arena;
    const struct report_options *options;
    int width, left;
};

static const char *plain(const struct page_of_text *page, const char *text) {
    const char *clean = shown_text(page->arena, text);
    return page->options->unicode ? clean : terminal_ascii(page->arena, clean);
}

static const char *paint(const struct page_of_text *page, const char *code) { return page->options->color ? code : ""; }

static void put_field(struct page_of_text *page, const char *label, const char *code, const char *text, int most) {
    if (text[0] == '\0') return;
    const char *rest = plain(page, text);
    int indent = terminal_width(label);
    if (most > page->left) most = page->left;
    for (int line = 0; line < most && rest[0] != '\0'; line++) {
        bool last = line + 1 == most;
        // In ASCII the ellipsis takes three columns.
        int room = page->width - indent - (last && !page->options->unicode ? 2 : 0);
        const char *piece = terminal_line(page->arena, &rest, room, last);
        if (!page->options->unicode) piece = terminal_ascii(page->arena, piece);
        fprintf(page->out, "%s%*s%s%s%s\n", line == 0 ? label : "", line == 0 ? 0 : indent, "", paint(page, code),
                piece, paint(page, "\033[0m"));
        page->left--;
    }
}

static const char *padded(const struct page_of_text *page, const char *text, int width) {
    const char *rest = plain(page, text);
    const char *cut =
        terminal_width(rest) > width ? plain(page, terminal_line(page->arena, &rest, width - 2, true)) : rest;
    int blanks = width - terminal_width(cut);
    return arena_printf(page->arena, "%s%*s", cut, blanks > 0 ? blanks : 0, "");
}

// The same quantity of the next GPU tells nothing new.
static bool is_repeated(const struct contrast *c, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (c->differences[i].before->phase == CAUSE_COUNT_ &&
            strcmp(c->differences[i].after->quantity, c->differences[index].after->quantity) == 0)
            return true;
    return false;
}

static void put_rows(struct page_of_text *page, const struct contrast *c) {
    int rows = 0;
    for (size_t i = 0; i < c->material_count && rows < ROWS_MOST && page->left > 0; i++) {
        const struct difference *d = &c->differences[i];
        if (d->before->phase != CAUSE_COUNT_ || is_repeated(c, i)) continue;
        const char *name = arena_printf(page->arena, "%s %s", compare_entity(page->arena, d), d->after->quantity);
        const char *values =
            arena_printf(page->arena, "%s → %s", unit_show(page->arena, d->before->level, d->before->unit),
                         unit_show(page->arena, d->after->level, d->after->unit));
        fprintf(page->out, "  %s %s %s\n", padded(page, name, 32), padded(page, values, 26),
                plain(page, compare_shift(page->arena, d->shift, d->after->unit)));
        rows++;
        page->left--;
    }
}

static const char *color_of(const struct contrast *c) {
    if (c->severity >= SEVERITY_WARNING) return "\033[1;31m";
    return c->kind == CONTRAST_SAME || c->kind == CONTRAST_FASTER ? "\033[1;32m" : "\033[1;33m";
}

void compare_terminal(FILE *out, const struct comparison *comparison, const struct report_options *options) {
    int width = options->width <= 0 ? 80 : options->width;
    struct page_of_text page = {.out = out,
                                .arena = arena_new(),
                                .options = options,
                                .width = width < 40    ? 40
                                         : width > 120 ? 120
                                                       : width};
    for (size_t i = 0; i < comparison->count; i++) {
        const struct contrast *c = &comparison->contrasts[i];
        page.left = LINES_MOST;
        if (comparison->count > 1)
            put_field(&page, arena_printf(page.arena, tr("run %zu: "), i + 1), "",
                      shown_name(page.arena, c->run->name, 60), 1);
        put_field(&page, "", color_of(c), c->sentence, 3);
        put_field(&page, tr("Basis: "), "", c->why, 1);
        put_field(&page, tr("Next:  "), "", c->next, 1);
        put_rows(&page, c);
    }
    arena_free(page.arena);
}

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"
#include "reports/shown.h"
#include "reports/summary.h"
#include "reports/terminal_text.h"
#include "reports/writer.h"

enum { LINES_MOST = 8 };

// What is written to, and how much of it is left.
struct screen {
    FILE *out;
    struct arena *arena;
    const struct report_options *options;
    int width;
    int lines_left;
};

static const char *paint(const struct screen *screen, const char *code) { return screen->options->color ? code : ""; }

static void put_line(struct screen *screen, const char *label, const char *code, const char *text) {
    fprintf(screen->out, "%s%s%s%s\n", paint(screen, code), label, paint(screen, "\033[0m"), text);
    screen->lines_left--;
}

static const char *plain(const struct screen *screen, const char *text) {
    return screen->options->unicode ? text : terminal_ascii(screen->arena, text);
}

// As terminal_line; in ASCII the ellipsis takes three columns.
static const char *cut_line(const struct screen *screen, const char **rest, int width, bool last) {
    if (screen->options->unicode || !last || terminal_width(*rest) <= width)
        return terminal_line(screen->arena, rest, width, last);
    return terminal_ascii(screen->arena, terminal_line(screen->arena, rest, width - 2, last));
}

// A label and a text over at most `most` lines; what does not fit ends in an ellipsis.
static void put_field(struct screen *screen, const char *label, const char *text, int most) {
    if (text[0] == '\0' || screen->lines_left <= 0) return;
    if (most > screen->lines_left) most = screen->lines_left;
    int indent = terminal_width(label);
    const char *blanks = arena_printf(screen->arena, "%*s", indent, "");
    const char *rest = plain(screen, text);
    for (int line = 0; line < most && rest[0] != '\0'; line++) {
        const char *piece = cut_line(screen, &rest, screen->width - indent, line + 1 == most);
        put_line(screen, line == 0 ? label : blanks, "\033[1m", piece);
    }
}

// Red for what the logs accuse, green for a healthy run, yellow for what is not known.
static const char *color_of(enum cause cause) {
    if (cause == CAUSE_COMPUTE_BOUND) return "\033[1;32m";
    return cause == CAUSE_UNKNOWN || cause == CAUSE_JOB_IDLE ? "\033[1;33m" : "\033[1;31m";
}

static void put_verdict(struct screen *screen, const struct diagnosis *diagnosis, const struct summary *summary) {
    const char *line = arena_printf(screen->arena, "%s: %s", summary->id, summary->title);
    const char *rest = plain(screen, line);
    const char *piece = cut_line(screen, &rest, screen->width, true);
    put_line(screen, piece, color_of(diagnosis->verdict.cause), "");
}

void reports_terminal(FILE *out, const struct diagnosis *diagnosis, const struct report_options *options) {
    int width = options->width <= 0 ? 80 : options->width;
    struct screen screen = {.out = out,
                            .arena = arena_new(),
                            .options = options,
                            .width = width < 40    ? 40
                                     : width > 120 ? 120
                                                   : width,
                            .lines_left = LINES_MOST};
    const struct summary summary = summary_of(screen.arena, diagnosis);
    put_verdict(&screen, diagnosis, &summary);
    put_field(&screen, tr("Why:   "), summary.why[0] == '\0' ? summary.sentence : summary.why, 2);
    put_field(&screen, tr("Sure:  "), summary.sure, 1);
    put_field(&screen, tr("Cost:  "), summary.cost, 1);
    put_field(&screen, tr("Next:  "), summary.next, summary.also[0] == '\0' ? 2 : screen.lines_left - 1);
    put_field(&screen, tr("Also:  "), summary.also, 1);
    arena_free(screen.arena);
}

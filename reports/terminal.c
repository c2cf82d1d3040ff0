#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"
#include "core/unit.h"
#include "reports/lanes.h"
#include "reports/shown.h"
#include "reports/summary.h"
#include "reports/terminal_text.h"
#include "reports/writer.h"

// On a wide terminal two lines more leave room for lanes.
enum { LINES_MOST = 8, LINES_WIDE = 10, WIDE = 100 };

// Columns of the name and of the range of a lane.
enum { LANE_TITLE = 18, LANE_RANGE = 14 };

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
    const char *line = arena_printf(screen->arena, tr("%s: %s"), summary->id, summary->title);
    const char *rest = plain(screen, line);
    const char *piece = cut_line(screen, &rest, screen->width, true);
    put_line(screen, piece, color_of(diagnosis->verdict.cause), "");
}

// One lane as a row of blocks: the mean of each column between the lowest and the highest of the run.
static void put_lane(struct screen *screen, const struct diagnosis *diagnosis, const struct lane *lane) {
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const letters[] = {"_", ".", ":", "-", "=", "+", "*", "#"};
    const char *title = plain(screen, lane->title);
    size_t columns = (size_t)(screen->width - LANE_TITLE - LANE_RANGE);
    struct envelope e =
        lane->merged_count > 0
            ? envelope_merge(screen->arena, lane->merged, lane->merged_count, diagnosis->start, diagnosis->end, columns)
            : envelope_of(screen->arena, &lane->lines[0].track, diagnosis->start, diagnosis->end, columns);
    double low = lane->percent ? 0 : INFINITY, high = lane->percent ? 100 : -INFINITY;
    for (size_t i = 0; i < columns; i++) {
        if (isnan(e.mean[i])) continue;
        low = fmin(low, e.mean[i]);
        high = fmax(high, e.mean[i]);
    }
    if (!(high >= low)) return;
    const char *row = "";
    for (size_t i = 0; i < columns; i++) {
        double share = high > low ? (e.mean[i] - low) / (high - low) : 0;
        const char *const *signs = screen->options->unicode ? blocks : letters;
        row = arena_printf(screen->arena, "%s%s", row, isnan(e.mean[i]) ? " " : signs[(int)fmin(7, share * 8)]);
    }
    const char *rest = title;
    const char *name = cut_line(screen, &rest, LANE_TITLE - 1, true);
    const char *range = plain(screen, arena_printf(screen->arena, " %s–%s", unit_number(screen->arena, low, 2),
                                                   unit_show(screen->arena, high, lane->unit)));
    if (terminal_width(range) > LANE_RANGE) range = "";
    const char *label = arena_printf(screen->arena, "%s%*s", name, LANE_TITLE - terminal_width(name), "");
    put_line(screen, label, "", arena_printf(screen->arena, "%s%s", row, range));
}

static void put_lanes(struct screen *screen, const struct diagnosis *diagnosis) {
    if (diagnosis->start == MILLIS_NONE || diagnosis->end <= diagnosis->start) return;
    struct lane *lanes = arena_array(screen->arena, LANES_MOST, sizeof *lanes);
    size_t count = lanes_overview(screen->arena, diagnosis, lanes);
    for (size_t i = 0; i < count && screen->lines_left > 0; i++) {
        // Titles of bands are sentences; here the entity and the quantity do.
        bool one_host = lanes[i].merged_count > 0 && lanes[i].host[0] != '\0';
        if (lanes[i].merged_count > 0) lanes[i].title = tr("GPU utilisation");
        if (one_host) lanes[i].title = arena_printf(screen->arena, tr("%s GPUs"), lanes[i].host);
        put_lane(screen, diagnosis, &lanes[i]);
    }
}

void reports_terminal(FILE *out, const struct diagnosis *diagnosis, const struct report_options *options) {
    int width = options->width <= 0 ? 80 : options->width;
    struct screen screen = {.out = out,
                            .arena = arena_new(),
                            .options = options,
                            .width = width < 40    ? 40
                                     : width > 120 ? 120
                                                   : width,
                            .lines_left = width < WIDE ? LINES_MOST : LINES_WIDE};
    // A lane a host, where there are few.
    if (diagnosis->host_count > 0) screen.lines_left += diagnosis->host_count < 4 ? (int)diagnosis->host_count - 1 : 0;
    const struct summary summary = summary_of(screen.arena, diagnosis);
    put_verdict(&screen, diagnosis, &summary);
    put_field(&screen, tr("Why:   "), summary.why[0] == '\0' ? summary.sentence : summary.why, 2);
    put_field(&screen, tr("Sure:  "), summary.sure, 1);
    put_field(&screen, tr("Cost:  "), summary.cost, 1);
    put_field(&screen, tr("Next:  "), summary.next, summary.also[0] == '\0' ? 2 : screen.lines_left - 1);
    put_field(&screen, tr("Also:  "), summary.also, 1);
    put_lanes(&screen, diagnosis);
    arena_free(screen.arena);
}

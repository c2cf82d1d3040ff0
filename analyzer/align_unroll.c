// align_unroll.c: a log whose clock was set, as if it had run on evenly.
#include <math.h>

#include "analyzer/align_steps.h"
#include "core/lang.h"

// ── stretches ───────────────────────────────────────────────────────────────

static size_t rows_in(const struct source *source, struct stretch stretch) {
    size_t rows = 0;
    for (size_t t = 0; t < source->table_count; t++)
        for (size_t i = 0; i < source->tables[t].row_count; i++) {
            uint32_t line = source->tables[t].line[i];
            rows += line >= stretch.from && (stretch.to == 0 || line < stretch.to);
        }
    return rows;
}

struct stretch steps_main(const struct stepped *log) {
    struct stretch best = {0, 0};
    size_t most = 0;
    struct stretch stretch = {0, 0};
    for (size_t i = 0; i <= log->count; i++) {
        bool end = i == log->count;
        if (!end && log->steps[i].kind != STEP_OPEN) continue;
        stretch.to = end ? 0 : log->steps[i].line;
        size_t rows = rows_in(log->source, stretch);
        if (rows > 2 * most) {
            best = stretch;
            most = rows;
        }
        stretch.from = stretch.to;
    }
    return best;
}

static bool settled(const struct clock_step *step) { return step->kind <= STEP_PROVED; }

const struct clock_segment *steps_segments(const struct stepped *log, struct stretch stretch, struct arena *arena,
                                           size_t *count) {
    struct clock_segment *segments = arena_array(arena, log->count + 3, sizeof *segments);
    size_t n = 0;
    millis from = (millis)(log->drift_from * 1000);
    if (stretch.from > 0) segments[n++] = (struct clock_segment){.line = 0, .placed = false};
    segments[n++] =
        (struct clock_segment){.line = stretch.from, .printed = from, .drift_ppm = log->drift_ppm, .placed = true};
    double offset = 0;
    for (size_t i = 0; i < log->count; i++) {
        const struct clock_step *step = &log->steps[i];
        if (!settled(step) || step->line <= stretch.from || (stretch.to != 0 && step->line >= stretch.to)) continue;
        offset += step->seconds;
        segments[n++] = (struct clock_segment){.line = step->line,
                                               .printed = from + (millis)(offset * 1000),
                                               .offset_seconds = offset,
                                               .drift_ppm = log->drift_ppm,
                                               .placed = true};
    }
    if (stretch.to > 0) segments[n++] = (struct clock_segment){.line = stretch.to, .placed = false};
    *count = n;
    return segments;
}

// ── the view ────────────────────────────────────────────────────────────────

static void widen(struct source *view, millis at) {
    if (at == MILLIS_NONE) return;
    if (view->first == MILLIS_NONE || at < view->first) view->first = at;
    if (view->last == MILLIS_NONE || at > view->last) view->last = at;
}

struct source *steps_view(const struct stepped *log, struct stretch stretch, struct arena *arena) {
    struct source *view = arena_alloc(arena, sizeof *view);
    *view = *log->source;
    struct source_clock clock = {.source = log->source, .placed = true};
    clock.segments = steps_segments(log, stretch, arena, &clock.segment_count);
    view->tables = arena_array(arena, view->table_count, sizeof *view->tables);
    view->first = MILLIS_NONE;
    view->last = MILLIS_NONE;
    for (size_t t = 0; t < view->table_count; t++) {
        struct table *table = &view->tables[t];
        *table = log->source->tables[t];
        millis *time = arena_array(arena, table->row_count, sizeof *time);
        for (size_t i = 0; i < table->row_count; i++) {
            time[i] = clock_to_run(&clock, table->time[i], table->line[i]);
            widen(view, time[i]);
        }
        table->time = time;
    }
    view->events = arena_array(arena, view->event_count, sizeof *view->events);
    for (size_t i = 0; i < view->event_count; i++) {
        view->events[i] = log->source->events[i];
        view->events[i].time = clock_to_run(&clock, view->events[i].time, view->events[i].line);
        widen(view, view->events[i].time);
    }
    return view;
}

// ── what is said ────────────────────────────────────────────────────────────

static const char *step_note(const struct clock_step *step, struct arena *arena) {
    switch (step->kind) {
        case STEP_CIVIL:
            return arena_printf(arena,
                                step->seconds < 0
                                    ? tr("daylight saving time ends at line %u: what follows is corrected by %.0f s")
                                    : tr("daylight saving time begins at line %u: what follows is corrected by %.0f s"),
                                (unsigned)step->line, step->seconds);
        case STEP_SHARED:
            return arena_printf(arena,
                                tr("the clock was set by %+.0f s at line %u, as another log shows, too: corrected"),
                                step->seconds, (unsigned)step->line);
        case STEP_PROVED:
            return arena_printf(arena,
                                tr("the clock was set by %+.0f s at line %u, shown by correlation of what comes before "
                                   "and after: corrected"),
                                step->seconds, (unsigned)step->line);
        case STEP_DOUBTED:
            return arena_printf(arena,
                                tr("it leaps by %.0f s at line %u, and nothing shows whether that is a gap or a clock "
                                   "that was set; alignment not established"),
                                step->after - step->before, (unsigned)step->line);
        default:
            return arena_printf(arena,
                                tr("its times go back by %.0f s at line %u, and nothing proves what they then mean: "
                                   "part of the log is not placed; alignment not established"),
                                step->before - step->after, (unsigned)step->line);
    }
}

const char *steps_note(const struct stepped *log, struct arena *arena) {
    const char *note = NULL;
    for (size_t i = 0; i < log->count; i++) {
        if (log->steps[i].kind == STEP_JUMP) continue;
        const char *clause = step_note(&log->steps[i], arena);
        note = note == NULL ? clause : arena_printf(arena, "%s; %s", note, clause);
    }
    if (log->drift_ppm != 0) {
        const char *clause =
            arena_printf(arena, tr("its clock gains %+.0f millionths, which is corrected"), log->drift_ppm);
        note = note == NULL ? clause : arena_printf(arena, "%s; %s", note, clause);
    }
    return note;
}

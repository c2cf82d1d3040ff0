// align.c: one clock for all sources: who states what, who is the reference, who is linked to whom.
#include "analyzer/align.h"

#include <math.h>
#include <string.h>

#include "analyzer/align_boot.h"
#include "analyzer/align_link.h"
#include "analyzer/align_parts.h"
#include "analyzer/align_steps.h"
#include "analyzer/civil_zone.h"
#include "core/lang.h"

// Rows that a log must have to be compared as a series; with fewer it is a snapshot or a list of events.
enum { ROWS_LEAST = 30 };

// A log that nobody proved but that fits may be off by this; one that does not fit, by any zone.
#define UNPROVED_SAME 60.0
#define UNPROVED_ZONE (14 * 3600.0)
// How far outside the run an event or a snapshot of it may lie.
#define NEARBY 3600.0
// Rows that go back by less were written by two threads, or by a clock that is being corrected.
#define STEP_BACK 30.0

enum standing {
    STANDING_NONE,    // no times, or nothing in it
    STANDING_UTC,     // its times are UTC: printed so, or by option
    STANDING_LOCAL,   // civil time of an unknown zone
    STANDING_LINKED,  // its lead over the coordinate is known or assumed
};

struct task {
    const struct recording *recording;  // the logs as if their clocks had run on evenly
    struct stepped *stepped;            // what is known of the clock within each
    const struct analyze_options *options;
    struct arena *arena;
    struct source_clock *clocks;
    enum standing *standing;
    const struct source *reference;
    size_t reference_index;
    // Logs that print the reference's clock, the reference first. A rotated log is one of them.
    const struct source **group;
    size_t group_count;
    double base;  // printed time of the reference minus the coordinate that leads are counted in
};

static size_t rows_of(const struct source *source, enum entity_kind kind, bool any) {
    size_t rows = 0;
    for (size_t i = 0; i < source->table_count; i++)
        if (any || source->tables[i].entity_kind == kind) rows += source->tables[i].row_count;
    return rows;
}

static bool readable(const struct source *source) { return source->format != NULL && !source->refused; }

static bool timed(const struct source *source) {
    return readable(source) && source->clock != CLOCK_NONE && source->clock != CLOCK_BOOT &&
           source->first != MILLIS_NONE && source->last != MILLIS_NONE;
}

// ── what is stated ──────────────────────────────────────────────────────────

static void set(struct source_clock *clock, double offset, double uncertainty, enum clock_method method,
                bool established, const char *note) {
    clock->placed = true;
    clock->offset_seconds = offset;
    clock->uncertainty_seconds = uncertainty;
    clock->method = method;
    clock->established = established;
    clock->note = note;
}

static void take_zone(struct task *task, size_t i, const struct clock_option *option) {
    const struct source *source = task->recording->sources[i];
    const struct civil_zone *zone = civil_zone_open(task->arena, option->zone);
    if (zone == NULL) return;  // the command line refuses unknown names
    millis middle = source->first + (source->last - source->first) / 2;
    millis utc = civil_zone_utc(zone, middle, false, NULL);
    int before = civil_zone_offset(zone, civil_zone_utc(zone, source->first, false, NULL));
    int after = civil_zone_offset(zone, civil_zone_utc(zone, source->last, false, NULL));
    const char *note = before == after || steps_any(&task->stepped[i])
                           ? arena_printf(task->arena, tr("zone %s, as given"), option->zone)
                           : arena_printf(task->arena,
                                          tr("zone %s, as given; its offset changes within the log, and "
                                             "only the one in the middle is applied"),
                                          option->zone);
    bool steps = steps_any(&task->stepped[i]);  // the changes are steps of the log, counted from its start
    set(&task->clocks[i], steps ? before : civil_zone_offset(zone, utc),
        before == after || steps ? 1 : fabs((double)(after - before)), CLOCK_OPTION, before == after || steps, note);
    task->standing[i] = STANDING_UTC;
}

static void take_stated(struct task *task, size_t i) {
    const struct source *source = task->recording->sources[i];
    struct source_clock *clock = &task->clocks[i];
    *clock = (struct source_clock){.source = source, .method = CLOCK_ASSUMED, .note = ""};
    task->standing[i] = STANDING_NONE;
    if (!timed(source)) {
        if (readable(source) && source->clock == CLOCK_BOOT)
            clock->note =
                tr("it counts from the start of the machine, and nothing says when that was; --start gives it");
        return;
    }
    const struct clock_option *zone = option_for(task->options->timezones, task->options->timezone_count, source);
    if (source->clock == CLOCK_EPOCH || source->clock == CLOCK_ZONED) {
        set(clock, 0, 1, CLOCK_STATED, true,
            source->clock == CLOCK_EPOCH ? tr("seconds since 1970 are printed") : tr("the zone is printed"));
        task->standing[i] = STANDING_UTC;
    } else if (zone != NULL && zone->zone != NULL) {
        take_zone(task, i, zone);
    } else {
        set(clock, 0, UNPROVED_ZONE, CLOCK_ASSUMED, false, tr("no zone is printed"));
        task->standing[i] = STANDING_LOCAL;
    }
}

// ── the reference ───────────────────────────────────────────────────────────

// The GPU log that says most, else the training log, else the log with most rows.
static void choose_reference(struct task *task) {
    double best = -1;
    for (size_t i = 0; i < task->recording->source_count; i++) {
        const struct source *source = task->recording->sources[i];
        if (!timed(source)) continue;
        double gpu = (double)rows_of(source, ENTITY_GPU, false);
        double job = (double)rows_of(source, ENTITY_JOB, false);
        double all = (double)rows_of(source, ENTITY_HOST, true);
        double worth = gpu >= 2 ? 1e12 + gpu : job >= 2 ? 1e6 + all : all;
        if (worth <= best) continue;
        best = worth;
        task->reference = source;
        task->reference_index = i;
    }
}

static bool same_text(const char *a, const char *b) { return a == NULL || b == NULL || strcmp(a, b) == 0; }

// A rotated log: the same tool, the same host, the same kind of clock, and it does not run beside the reference.
static bool continues(const struct source *reference, const struct source *other) {
    if (!timed(other) || other->clock != reference->clock || !same_text(reference->format, other->format)) return false;
    if (!same_text(reference->host, other->host) || rows_of(other, ENTITY_GPU, false) == 0) return false;
    struct span a = span_of(&reference, 1);
    struct span b = span_of(&other, 1);
    double gap = fmax(b.first - a.last, a.first - b.last);
    return gap >= 0 && gap <= NEARBY;
}

static void gather_group(struct task *task) {
    size_t count = task->recording->source_count;
    task->group = arena_array(task->arena, count, sizeof *task->group);
    task->group[task->group_count++] = task->reference;
    enum standing mine = task->standing[task->reference_index];
    for (size_t i = 0; i < count; i++) {
        const struct source *source = task->recording->sources[i];
        if (source == task->reference || task->standing[i] != mine) continue;
        bool joins = mine == STANDING_UTC
                         ? rows_of(source, ENTITY_GPU, false) > 0 && task->clocks[i].offset_seconds == task->base
                         : continues(task->reference, source);
        if (!joins) continue;
        task->group[task->group_count++] = source;
        if (mine != STANDING_LOCAL) continue;
        set(&task->clocks[i], 0, 1, CLOCK_ASSUMED, true,
            tr("it continues the reference log, printed by the same tool"));
        task->standing[i] = STANDING_LINKED;
    }
}

// ── linking ─────────────────────────────────────────────────────────────────

// A source whose times are UTC, preferably one that prints its zone; recording count if there is none.
static size_t stated_source(const struct task *task) {
    size_t best = task->recording->source_count;
    size_t most = 0;
    for (size_t i = 0; i < task->recording->source_count; i++) {
        if (task->standing[i] != STANDING_UTC) continue;
        size_t rows = 1 + rows_of(task->recording->sources[i], ENTITY_HOST, true);
        if (rows <= most) continue;
        most = rows;
        best = i;
    }
    return best;
}

// Seconds east of UTC of the clock that a UTC source shows on the wall.
static double wall_zone(const struct task *task, size_t i) {
    const struct source *source = task->recording->sources[i];
    if (source->clock == CLOCK_ZONED) return source->zone_first * 60.0;
    return task->clocks[i].method == CLOCK_OPTION ? task->clocks[i].offset_seconds : 0;
}

static bool is_series(const struct source *source) { return rows_of(source, ENTITY_HOST, true) >= ROWS_LEAST; }

// Of two assumptions, the one under which the log overlaps the reference.
static double choose_assumption(const struct task *task, const struct source *source, double first, double second) {
    struct span reference = span_of(task->group, task->group_count);
    struct span own = span_of(&source, 1);
    double a = spans_overlap(reference, own, first - task->base);
    double b = spans_overlap(reference, own, second - task->base);
    return b > a && a < 0.5 ? second : first;
}

static void link_one(struct task *task, size_t i, double assumed) {
    if (!steps_open(&task->stepped[task->reference_index]) && drift_find(&task->stepped[i], task->reference))
        task->recording->sources[i] = steps_view(&task->stepped[i], (struct stretch){0, 0}, task->arena);
    bool part = steps_open(&task->stepped[i]) || steps_open(&task->stepped[task->reference_index]);
    struct link_request request = {task->group, task->group_count, task->recording->sources[i], assumed - task->base,
                                   part};
    struct link_result link = link_logs(&request, task->arena);
    set(&task->clocks[i], link.lead + task->base, link.uncertainty, link.method, link.established, link.note);
    task->standing[i] = STANDING_LINKED;
}

// A second chance against a log that is already placed: two tools that watch the same CPU and disks agree closely.
static bool link_through(struct task *task, size_t i, size_t over) {
    const struct source *through = task->recording->sources[over];
    bool part = steps_open(&task->stepped[i]) || steps_open(&task->stepped[over]);
    struct link_request request = {&through, 1, task->recording->sources[i], 0, part};
    struct link_result link = link_logs(&request, task->arena);
    if (!link.established) return false;
    const struct source_clock *base = &task->clocks[over];
    double lead = base->offset_seconds + link.lead;
    set(&task->clocks[i], lead, base->uncertainty_seconds + link.uncertainty,
        lead == 0 ? CLOCK_ASSUMED : CLOCK_ESTIMATED, true,
        arena_printf(task->arena, tr("linked to %s: %s"), source_name(through), link.note));
    return true;
}

static void link_the_rest_through_others(struct task *task) {
    size_t count = task->recording->source_count;
    for (size_t i = 0; i < count; i++) {
        if (task->standing[i] != STANDING_LINKED || task->clocks[i].established) continue;
        if (!is_series(task->recording->sources[i])) continue;
        for (size_t k = 0; k < count; k++) {
            if (k == i || task->standing[k] != STANDING_LINKED || !task->clocks[k].established) continue;
            if (is_series(task->recording->sources[k]) && link_through(task, i, k)) break;
        }
    }
}

// Snapshots and lists of events cannot be correlated: they take the lead of a log of the same run, the one under which
// they lie within the run; proved only if the file's own time of last change says the same.
static void link_sparse(struct task *task, size_t i, double wall) {
    const struct source *source = task->recording->sources[i];
    struct span run = span_of(task->group, task->group_count);
    struct span own = span_of(&source, 1);
    run.first -= task->base;
    run.last -= task->base;
    struct witness file = witness_modified(task->reference, span_of(task->group, task->group_count), source, own);
    file.lead += task->base;
    double lead = wall;
    bool fits = false;
    bool chosen = false;
    for (size_t k = 0; k <= task->recording->source_count && !chosen; k++) {
        bool last = k == task->recording->source_count;
        if (!last && (task->standing[k] != STANDING_LINKED || !task->clocks[k].established)) continue;
        if (!last && !is_series(task->recording->sources[k])) continue;
        double candidate = last ? wall : task->clocks[k].offset_seconds;
        fits = own.last - candidate >= run.first - NEARBY && own.first - candidate <= run.last + NEARBY;
        chosen = fits;
        if (chosen) lead = candidate;
    }
    // A log that fell silent before its file was closed looks as if its clock were slow: that proves nothing.
    bool confirmed = file.speaks && fabs(file.lead - lead) <= SKEW_MOST;
    if (!chosen && file.speaks && fabs(lead_rest(file.lead)) <= file.uncertainty) {
        set(&task->clocks[i], lead_zone(file.lead), SKEW_MOST, CLOCK_ESTIMATED, true,
            tr("the time at which its file was last written"));
    } else if (!chosen) {
        set(&task->clocks[i], lead, UNPROVED_ZONE, CLOCK_ASSUMED, false,
            tr("assumed to be on the reference's clock, although it then lies outside the run; alignment not "
               "established"));
    } else if (confirmed) {
        set(&task->clocks[i], lead, 30, lead == 0 ? CLOCK_ASSUMED : CLOCK_ESTIMATED, true,
            tr("on the clock of the other logs, and its file was last written when it says"));
    } else {
        set(&task->clocks[i], lead, UNPROVED_SAME, CLOCK_ASSUMED, false,
            tr("assumed to be on the clock of the other logs"));
    }
    task->standing[i] = STANDING_LINKED;
}

// With a UTC reference: leads over UTC. `wall` is the zone of a host clock that is known, else 0.
static void link_locals(struct task *task, double wall) {
    for (size_t i = 0; i < task->recording->source_count; i++) {
        const struct source *source = task->recording->sources[i];
        if (task->standing[i] != STANDING_LOCAL || source == task->reference || !is_series(source)) continue;
        link_one(task, i, choose_assumption(task, source, wall, 0));
    }
    link_the_rest_through_others(task);
    for (size_t i = 0; i < task->recording->source_count; i++) {
        const struct source *source = task->recording->sources[i];
        if (task->standing[i] != STANDING_LOCAL || source == task->reference) continue;
        link_sparse(task, i, choose_assumption(task, source, wall, 0));
    }
}

// A local reference, and logs that state UTC: if they can be linked, everything moves to UTC.
static bool move_to_utc(struct task *task, size_t stated) {
    const struct source *source = task->recording->sources[stated];
    double wall = wall_zone(task, stated);
    // What the recording holds of it is UTC, or, with a zone by option, the civil time of that zone.
    double own = task->clocks[stated].offset_seconds;
    double assumed = own == 0 ? choose_assumption(task, source, -wall, 0) : choose_assumption(task, source, 0, own);
    bool part = steps_open(&task->stepped[stated]) || steps_open(&task->stepped[task->reference_index]);
    struct link_request request = {task->group, task->group_count, source, assumed, part};
    struct link_result link = link_logs(&request, task->arena);
    if (!link.established && link.uncertainty > UNPROVED_SAME) return false;
    double east = own - link.lead;  // of the reference's clock over UTC
    for (size_t i = 0; i < task->recording->source_count; i++)
        if (task->standing[i] == STANDING_LINKED) task->clocks[i].offset_seconds += east;
    set(&task->clocks[task->reference_index], east, link.uncertainty,
        link.established ? CLOCK_ESTIMATED : CLOCK_ASSUMED, link.established,
        arena_printf(task->arena, tr("linked to %s, which states its zone: %s"), source_name(source), link.note));
    return true;
}

// Stated logs that cannot be linked to the reference are treated like any other: their own zone is of no use.
static void give_up_utc(struct task *task) {
    for (size_t i = 0; i < task->recording->source_count; i++) {
        if (task->standing[i] != STANDING_UTC) continue;
        task->clocks[i].offset_seconds = 0;
        task->standing[i] = STANDING_LOCAL;
    }
    link_locals(task, 0);
}

// True if the run clock is UTC.
static bool link_all(struct task *task) {
    size_t stated = stated_source(task);
    bool any = stated < task->recording->source_count;
    if (task->standing[task->reference_index] == STANDING_UTC) {
        task->base = task->clocks[task->reference_index].offset_seconds;
        gather_group(task);
        link_locals(task, wall_zone(task, stated));
        return true;
    }
    set(&task->clocks[task->reference_index], 0, 1, CLOCK_ASSUMED, true,
        tr("the reference: its printed times are the run's"));
    gather_group(task);
    link_locals(task, 0);
    if (!any) return false;
    if (move_to_utc(task, stated)) return true;
    give_up_utc(task);
    return false;
}

static void add_offsets(struct task *task) {
    for (size_t i = 0; i < task->recording->source_count; i++) {
        const struct source *source = task->recording->sources[i];
        const struct clock_option *offset = option_for(task->options->offsets, task->options->offset_count, source);
        if (offset == NULL || !task->clocks[i].placed || source->clock == CLOCK_NONE) continue;
        bool utc = task->standing[i] == STANDING_UTC;
        set(&task->clocks[i], utc ? task->clocks[i].offset_seconds + offset->seconds : offset->seconds, 1, CLOCK_OPTION,
            true, tr("--offset"));
    }
}

// ── clocks that were set while the log was written ──────────────────────────

// The largest step back between two rows of a table, in seconds.
static double largest_step_back(const struct source *source) {
    double largest = 0;
    for (size_t t = 0; t < source->table_count; t++) {
        const struct table *table = &source->tables[t];
        for (size_t i = 1; i < table->row_count; i++) {
            if (table->time[i] == MILLIS_NONE || table->time[i - 1] == MILLIS_NONE) continue;
            largest = fmax(largest, (double)(table->time[i - 1] - table->time[i]) / 1000);
        }
    }
    return largest;
}

// One offset cannot hold before and after; which times were printed after the step cannot be told from the times alone.
static void doubt_set_clocks(struct task *task) {
    for (size_t i = 0; i < task->recording->source_count; i++) {
        struct source_clock *clock = &task->clocks[i];
        const struct source *source = task->recording->sources[i];
        if (!timed(source) || !clock->placed) continue;
        double step = largest_step_back(source);
        if (step < STEP_BACK) continue;
        clock->established = false;
        clock->uncertainty_seconds = fmax(clock->uncertainty_seconds, step);
        clock->note = arena_printf(task->arena,
                                   tr("its times step back by %.0f s inside the log: the clock was set, or runs were "
                                      "appended out of order; alignment not established"),
                                   step);
    }
}

// ── logs without times ──────────────────────────────────────────────────────

// Nothing prints a time: a GPU log is laid out by itself so that it can be read at all.
static void lay_out_alone(struct task *task) {
    for (size_t i = 0; i < task->recording->source_count && task->reference == NULL; i++) {
        const struct source *source = task->recording->sources[i];
        if (!readable(source) || source->clock != CLOCK_NONE || rows_of(source, ENTITY_GPU, false) < 2) continue;
        struct source_clock *clock = &task->clocks[i];
        untimed_place(source, task->options, NULL, 0, task->arena, clock);
        task->reference = source;
        if (clock->placed) continue;
        const struct clock_option *given = option_for(task->options->intervals, task->options->interval_count, source);
        double step = given != NULL ? given->seconds : source->cadence > 0 ? source->cadence : 1;
        double rows = (double)source->tables[0].row_count;
        double end = source->modified == MILLIS_NONE ? rows * step : (double)source->modified / 1000;
        set(clock, 0, UNPROVED_ZONE, CLOCK_ASSUMED, false,
            arena_printf(task->arena,
                         tr("it prints no times; laid out as one report every %g s, ending when the file was last "
                            "written; --start and --interval would say"),
                         step));
        clock->untimed_start_ms = (end - (rows - 1) * step) * 1000;
        clock->untimed_step_ms = step * 1000;
    }
}

// Counting from the start of the machine: the user can say when that was, or a log that tells the same by the clock.
static void place_boot(struct task *task, size_t i) {
    const struct source *source = task->recording->sources[i];
    const struct clock_option *start = option_for(task->options->starts, task->options->start_count, source);
    if (start != NULL && start->time != MILLIS_NONE) {
        set(&task->clocks[i], -(double)start->time / 1000, 1, CLOCK_OPTION, true,
            tr("--start gives the start of the machine"));
        return;
    }
    for (size_t k = 0; k < task->recording->source_count; k++) {
        const struct source *other = task->recording->sources[k];
        const struct source_clock *clock = &task->clocks[k];
        double at;
        if (!timed(other) || other->year_assumed || !clock->placed || !same_text(source->host, other->host)) continue;
        if (!boot_by_messages(source, other, &at)) continue;
        set(&task->clocks[i], clock->offset_seconds - at, clock->uncertainty_seconds + 3, CLOCK_ESTIMATED,
            clock->established,
            arena_printf(task->arena, tr("the start of the machine, by messages that %s tells with times"),
                         source_name(other)));
        return;
    }
}

static void place_untimed(struct task *task) {
    double back = task->reference == NULL ? 0 : task->clocks[task->reference_index].offset_seconds;
    for (size_t i = 0; i < task->recording->source_count; i++) {
        const struct source *source = task->recording->sources[i];
        if (!readable(source) || task->clocks[i].placed) continue;
        if (source->clock == CLOCK_BOOT) place_boot(task, i);
        if (source->clock != CLOCK_NONE) continue;
        untimed_place(source, task->options, task->group, task->group_count, task->arena, &task->clocks[i]);
        // Placed on the clock that the reference prints; --start is on the run clock already.
        if (task->clocks[i].placed && task->clocks[i].method != CLOCK_OPTION)
            task->clocks[i].untimed_start_ms -= back * 1000;
    }
}

// ── clocks that changed while the log was written ───────────────────────────

// Finds the steps of all logs, and puts views in which they are undone in the place of the logs.
static const struct recording *undo_steps(struct task *task, const struct recording *recording) {
    size_t count = recording->source_count;
    task->stepped = arena_array(task->arena, count, sizeof *task->stepped);
    for (size_t i = 0; i < count; i++) {
        const struct source *source = recording->sources[i];
        steps_find(source, &task->stepped[i]);
        const struct clock_option *given = option_for(task->options->timezones, task->options->timezone_count, source);
        const struct civil_zone *zone = given != NULL && given->zone != NULL && source->clock == CLOCK_LOCAL
                                            ? civil_zone_open(task->arena, given->zone)
                                            : NULL;
        if (zone != NULL) steps_of_zone(&task->stepped[i], zone);
    }
    steps_compare(task->stepped, count);
    steps_prove(task->stepped, count);
    struct recording *undone = arena_alloc(task->arena, sizeof *undone);
    *undone = *recording;
    undone->sources = arena_array(task->arena, count, sizeof *undone->sources);
    for (size_t i = 0; i < count; i++)
        undone->sources[i] = steps_any(&task->stepped[i])
                                 ? steps_view(&task->stepped[i], steps_main(&task->stepped[i]), task->arena)
                                 : recording->sources[i];
    return undone;
}

static void say_steps(struct task *task, const struct recording *recording) {
    for (size_t i = 0; i < recording->source_count; i++) {
        struct source_clock *clock = &task->clocks[i];
        struct stepped *log = &task->stepped[i];
        clock->source = recording->sources[i];
        if (!clock->placed) continue;
        clock->uncertainty_seconds += log->doubt;
        if (!steps_any(log)) continue;
        clock->segments = steps_segments(log, steps_main(log), task->arena, &clock->segment_count);
        if (clock->segment_count == 1 && log->drift_ppm == 0) clock->segment_count = 0;  // one offset, in doubt
        for (size_t k = 0; k < log->count; k++)
            if (log->steps[k].kind <= STEP_PROVED) clock->uncertainty_seconds += log->steps[k].uncertainty;
        if (steps_open(log) || steps_doubted(log)) clock->established = false;
        const char *note = steps_note(log, task->arena);
        clock->note = clock->note[0] == '\0' ? note : arena_printf(task->arena, "%s; %s", clock->note, note);
    }
}

void align_sources(const struct recording *recording, const struct analyze_options *options, struct arena *arena,
                   struct source_clock *clocks, const struct source **reference, const char **zone) {
    struct task task = {.options = options, .arena = arena, .clocks = clocks};
    task.recording = undo_steps(&task, recording);
    task.standing = arena_array(arena, recording->source_count, sizeof *task.standing);
    *zone = NULL;
    for (size_t i = 0; i < recording->source_count; i++) take_stated(&task, i);
    choose_reference(&task);
    if (task.reference != NULL) {
        if (link_all(&task)) *zone = "UTC";
    } else {
        lay_out_alone(&task);
    }
    place_untimed(&task);
    doubt_set_clocks(&task);
    add_offsets(&task);
    say_steps(&task, recording);
    *reference = NULL;
    for (size_t i = 0; i < recording->source_count; i++)
        if (task.recording->sources[i] == task.reference) *reference = recording->sources[i];
}

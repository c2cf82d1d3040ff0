#include "parsers/iostat_clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/iostat_boot.h"

enum { DAY = 86400 };

// Where the stamps of a log stand.
enum placing {
    PLACED_NOWHERE,
    PLACED_BY_REPORT,  // one stamp a report: -t, or a prefix of the lines
    PLACED_BY_RUN,     // one stamp before each run: the loop of `date` and `iostat -x 1 2`
};

// Stamps print whole seconds, and iostat's own delays add some hundredths.
static const double stamp_resolution = 1.05;

// Reports after which a single stamped run is no snapshot: then an interval of 1 s would be a bold guess.
enum { SNAPSHOT_REPORTS = 3 };

struct clock {
    struct iostat_log *log;
    struct source *source;
    enum placing placing;
    struct iostat_stamp **stamps;  // those that carry the time, in the order of the file
    uint32_t *lines;
    size_t count;
    bool order_proved, order_needed, order_by_locale;
};

// ── which stamps count ──────────────────────────────────────────────────────

static size_t stamped_reports(const struct iostat_log *log) {
    size_t count = 0;
    for (size_t i = 0; i < log->report_count; i++) count += log->reports[i].stamp.given ? 1 : 0;
    return count;
}

static size_t stamped_runs(const struct iostat_log *log) {
    size_t count = 0;
    for (size_t i = 0; i < log->run_count; i++) count += log->runs[i].stamp.given ? 1 : 0;
    return count;
}

static size_t run_end(const struct iostat_log *log, size_t run) {
    return run + 1 < log->run_count ? log->runs[run + 1].first_report : log->report_count;
}

// A filtered loop has lost its banners: then each stamp begins a run.
static void runs_from_stamps(struct iostat_log *log) {
    size_t none = 0;
    struct iostat_run *runs = NULL;
    size_t count = 0;
    for (size_t i = 0; i < log->report_count; i++) {
        struct iostat_report *report = &log->reports[i];
        if (report->stamp.given || i == 0) {
            runs = grow_array(runs, &none, count + 1, sizeof *runs);
            runs[count] = (struct iostat_run){.line = report->line, .first_report = i, .stamp = report->stamp};
            if (!report->since_boot) log->source->since_boot_reports++;
            report->since_boot = true;
            count++;
        }
        report->stamp.given = false;
        report->run = (uint32_t)count - 1;
    }
    free(log->runs);
    log->runs = runs;
    log->run_count = count;
    log->run_capacity = none;
}

static bool is_filtered_loop(const struct iostat_log *log, size_t stamped) {
    if (log->run_count != 1 || log->runs[0].banner || stamped < 2 || stamped * 2 > log->report_count) return false;
    return log->reports[0].stamp.given;
}

static void choose_placing(struct clock *clock) {
    struct iostat_log *log = clock->log;
    size_t stamped = stamped_reports(log);
    if (is_filtered_loop(log, stamped)) {
        runs_from_stamps(log);
        stamped = 0;
    }
    if (stamped > 0) {
        clock->placing = PLACED_BY_REPORT;
        return;
    }
    size_t runs = stamped_runs(log);
    if (runs == 0) return;
    // One stamp before one long run tells when it began, but not how long its intervals were.
    if (runs == 1 && log->run_count == 1 && log->report_count > SNAPSHOT_REPORTS) {
        struct arena *arena = log->source->arena_;
        const struct iostat_run *run = &log->runs[0];
        source_problem(log->source, run->line, SEVERITY_WARNING,
                       tr("the log prints when iostat was started (%s) but not its interval: give --interval"),
                       when_iso(arena, when_civil(&run->stamp.when), false, ""));
        return;
    }
    clock->placing = PLACED_BY_RUN;
}

static void collect_stamps(struct clock *clock) {
    struct iostat_log *log = clock->log;
    bool by_report = clock->placing == PLACED_BY_REPORT;
    size_t most = by_report ? log->report_count : log->run_count;
    size_t none = 0;
    clock->stamps = grow_array(NULL, &none, most + 1, sizeof *clock->stamps);
    none = 0;
    clock->lines = grow_array(NULL, &none, most + 1, sizeof *clock->lines);
    for (size_t i = 0; i < most; i++) {
        struct iostat_stamp *stamp = by_report ? &log->reports[i].stamp : &log->runs[i].stamp;
        if (!stamp->given) continue;
        clock->lines[clock->count] = by_report ? log->reports[i].line : log->runs[i].line;
        clock->stamps[clock->count++] = stamp;
    }
}

// ── day and month ───────────────────────────────────────────────────────────

static void swap_day_and_month(struct when *when) {
    int day = when->day;
    when->day = when->month;
    when->month = day;
}

// Reports of one run follow each other within hours, not months: the order under which they do is right.
static enum date_order order_by_steps(const struct clock *clock) {
    for (size_t i = 1; i < clock->count; i++) {
        struct when a = clock->stamps[i - 1]->when;
        struct when b = clock->stamps[i]->when;
        if (!a.ambiguous || !b.ambiguous || (a.day == b.day && a.month == b.month)) continue;
        millis as_mdy = when_civil(&b) - when_civil(&a);
        swap_day_and_month(&a);
        swap_day_and_month(&b);
        millis as_dmy = when_civil(&b) - when_civil(&a);
        const millis near = INT64_C(2) * DAY * 1000;
        const millis far = INT64_C(20) * DAY * 1000;
        if (as_mdy >= 0 && as_mdy <= near && (as_dmy < 0 || as_dmy >= far)) return DATE_ORDER_MDY;
        if (as_dmy >= 0 && as_dmy <= near && (as_mdy < 0 || as_mdy >= far)) return DATE_ORDER_DMY;
    }
    return DATE_ORDER_UNKNOWN;
}

static enum date_order find_order(const struct clock *clock) {
    const struct iostat_log *log = clock->log;
    if (log->options != NULL && log->options->date_order != DATE_ORDER_UNKNOWN) return log->options->date_order;
    for (size_t i = 0; i < log->run_count; i++) {
        if (log->runs[i].date.shown != DATE_ORDER_UNKNOWN) return log->runs[i].date.shown;
        if (log->runs[i].stamp.shown != DATE_ORDER_UNKNOWN) return log->runs[i].stamp.shown;
    }
    for (size_t i = 0; i < log->report_count; i++)
        if (log->reports[i].stamp.shown != DATE_ORDER_UNKNOWN) return log->reports[i].stamp.shown;
    if (log->order_shown != DATE_ORDER_UNKNOWN) return log->order_shown;
    return order_by_steps(clock);
}

static void apply_order(struct when *when, enum date_order order) {
    if (!when->ambiguous || order == DATE_ORDER_UNKNOWN) return;
    if (order == DATE_ORDER_DMY) swap_day_and_month(when);
    when->ambiguous = false;
}

static void settle_order(struct clock *clock) {
    struct iostat_log *log = clock->log;
    enum date_order order = find_order(clock);
    for (size_t i = 0; i < clock->count; i++) {
        struct when *when = &clock->stamps[i]->when;
        clock->order_needed |= when->ambiguous;
        apply_order(when, order);
    }
    for (size_t i = 0; i < log->run_count; i++) {
        // A banner only lends its date to stamps that print none.
        if (clock->count > 0 && !clock->stamps[0]->when.has_date)
            clock->order_needed |= log->runs[i].date.when.ambiguous;
        apply_order(&log->runs[i].date.when, order);
    }
    clock->order_proved = order != DATE_ORDER_UNKNOWN;
    // Nothing in the log proves it, but the form of the stamps is one locale's own.
    for (size_t i = 0; i < clock->count && !clock->order_proved && clock->order_needed; i++)
        clock->order_by_locale |= clock->stamps[i]->us_style;
}

// ── missing dates and years ─────────────────────────────────────────────────

// The date of the last banner at or before the line, NULL if there is none.
static const struct when *banner_before(const struct iostat_log *log, uint32_t line, size_t *run) {
    while (*run + 1 < log->run_count && log->runs[*run + 1].line <= line) ++*run;
    if (log->run_count == 0 || log->runs[*run].line > line) return NULL;
    const struct iostat_stamp *date = &log->runs[*run].date;
    return date->given && date->when.has_date && date->when.has_year ? &date->when : NULL;
}

static void set_day(struct when *when, int64_t days) {
    when_date(days, &when->year, &when->month, &when->day);
    when->has_date = when->has_year = true;
}

// Gives stamps that print no date, or no year, what they lack: from the banner, from the stamp
// before, or (a year) from the file's own date. Returns false if nothing helps.
static bool complete_dates(struct clock *clock) {
    const struct iostat_log *log = clock->log;
    size_t run = 0;
    size_t last_run = SIZE_MAX;
    const struct when *before = NULL;
    for (size_t i = 0; i < clock->count; i++) {
        struct when *when = &clock->stamps[i]->when;
        if (when->has_date && when->has_year) continue;
        const struct when *banner = banner_before(log, clock->lines[i], &run);
        if (banner == NULL && before == NULL && log->run_count > 0 && log->runs[0].date.given)
            banner = &log->runs[0].date.when;
        bool new_run = banner != NULL && run != last_run;
        last_run = run;
        if (when->has_date) {
            if (before != NULL)
                when->year = before->year + (when->month < before->month ? 1 : 0);
            else if (banner != NULL)
                when->year = banner->year - (when->month > banner->month + 6 ? 1 : 0);
            else if (clock->source->modified != MILLIS_NONE) {
                int month, day;
                when_date(clock->source->modified / 1000 / DAY, &when->year, &month, &day);
                if (when->month > month) when->year--;
                clock->source->year_assumed = true;
            } else {
                return false;
            }
            when->has_year = true;
        } else {
            if (new_run)
                set_day(when, when_days(banner->year, banner->month, banner->day));
            else if (before != NULL)
                set_day(when, when_days(before->year, before->month, before->day));
            else
                return false;
            // Half a day backwards is midnight; less is a clock that was set back.
            if (before != NULL && !new_run && before->hour - when->hour >= 12)
                set_day(when, when_days(before->year, before->month, before->day) + 1);
        }
        if (when_civil(when) == MILLIS_NONE) return false;
        before = when;
    }
    return true;
}

// ── times ───────────────────────────────────────────────────────────────────

// What all stamps have in common decides what the clock is.
static void settle_basis(struct clock *clock) {
    struct source *source = clock->source;
    bool zoned = true;
    bool epoch = true;
    for (size_t i = 0; i < clock->count; i++) {
        const struct when *when = &clock->stamps[i]->when;
        zoned &= when->has_zone;
        epoch &= when->epoch;
        source->fraction |= when->has_fraction;
        source->twelve_hour |= clock->stamps[i]->twelve_hour;
    }
    const struct when *first = &clock->stamps[0]->when;
    const struct when *last = &clock->stamps[clock->count - 1]->when;
    source->clock = epoch ? CLOCK_EPOCH : zoned ? CLOCK_ZONED : CLOCK_LOCAL;
    source->day_month_proved = clock->order_proved || !clock->order_needed || clock->order_by_locale;
    if (source->clock == CLOCK_LOCAL) {
        source->zone = arena_string(source->arena_, first->zone_word);
        return;
    }
    source->zone = epoch ? "Z" : when_zone(source->arena_, first->zone_minutes);
    source->zone_first = first->zone_minutes;
    source->zone_last = last->zone_minutes;
}

static millis stamp_time(const struct clock *clock, const struct iostat_stamp *stamp) {
    if (!stamp->given) return MILLIS_NONE;
    return clock->source->clock == CLOCK_LOCAL ? when_civil(&stamp->when) : when_millis(&stamp->when);
}

static int compare_double(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

// Median of the forward steps between neighbouring reports of the same run; NaN if there is none.
static double median_step(const struct iostat_log *log) {
    size_t none = 0;
    double *steps = grow_array(NULL, &none, log->report_count + 1, sizeof *steps);
    size_t count = 0;
    for (size_t i = 1; i < log->report_count; i++) {
        const struct iostat_report *a = &log->reports[i - 1];
        const struct iostat_report *b = &log->reports[i];
        if (a->run == b->run && a->time != MILLIS_NONE && b->time != MILLIS_NONE && b->time > a->time)
            steps[count++] = (double)(b->time - a->time) / 1000;
    }
    qsort(steps, count, sizeof *steps, compare_double);
    double median = count == 0 ? NAN : (steps[(count - 1) / 2] + steps[count / 2]) / 2;
    free(steps);
    return median;
}

static void set_intervals(struct iostat_log *log) {
    double median = median_step(log);
    for (size_t i = 0; i < log->report_count; i++) {
        struct iostat_report *report = &log->reports[i];
        if (report->time == MILLIS_NONE) continue;
        double interval = isnan(median) ? 0 : median;
        const struct iostat_report *before = i > 0 ? &log->reports[i - 1] : NULL;
        if (before != NULL && before->run == report->run && before->time != MILLIS_NONE) {
            double step = (double)(report->time - before->time) / 1000;
            // Whole seconds are printed: a step that is one off is the same interval.
            if (step > 0 && fabs(step - interval) > stamp_resolution) interval = step;
        }
        report->interval = (float)interval;
    }
}

static void note(struct source *source, const char *sentence) {
    source->clock_note = source->clock_note[0] == '\0'
                             ? arena_string(source->arena_, sentence)
                             : arena_printf(source->arena_, "%s; %s", source->clock_note, sentence);
}

// A report without a stamp among stamped ones follows the one before it by the usual step.
static size_t place_by_report(struct clock *clock) {
    struct iostat_log *log = clock->log;
    size_t lost = 0;
    for (size_t i = 0; i < log->report_count; i++) log->reports[i].time = stamp_time(clock, &log->reports[i].stamp);
    double step = median_step(log);
    for (size_t i = 0; i < log->report_count; i++) {
        struct iostat_report *report = &log->reports[i];
        if (report->time != MILLIS_NONE) continue;
        const struct iostat_report *before = i > 0 ? &log->reports[i - 1] : NULL;
        if (before != NULL && before->run == report->run && before->time != MILLIS_NONE && !isnan(step))
            report->time = before->time + (millis)llround(step * 1000);
        else
            lost++;
    }
    set_intervals(log);
    return lost;
}

// The stamp stands before the run: its first report (since boot) comes at once, each other one an interval later.
static size_t place_by_run(struct clock *clock) {
    struct iostat_log *log = clock->log;
    size_t lost = 0;
    // Nothing prints the interval of the loop's reports; `iostat -x 1 2` is what people write.
    bool proved;
    double loop_interval = iostat_boot_interval(log, &proved);
    for (size_t i = 0; i < log->run_count; i++) {
        const struct iostat_run *run = &log->runs[i];
        millis start = stamp_time(clock, &run->stamp);
        for (size_t k = run->first_report; k < run_end(log, i); k++) {
            struct iostat_report *report = &log->reports[k];
            size_t intervals = k - run->first_report + (run->no_boot_report ? 1 : 0);
            report->time = MILLIS_NONE;
            if (start == MILLIS_NONE) {
                lost++;
                continue;
            }
            report->time = start + (millis)llround((double)intervals * loop_interval * 1000);
            report->interval = (float)loop_interval;
        }
    }
    struct arena *arena = clock->source->arena_;
    if (proved)
        note(clock->source,
             arena_printf(arena,
                          tr("the stamp stands before each snapshot; its report covers %.0f s, as its numbers show"),
                          loop_interval));
    else
        note(clock->source,
             tr("the stamp stands before each snapshot, whose report is taken to cover the second after it"));
    return lost;
}

// Steps backwards are kept as printed: the end of daylight saving time, or a clock that was set.
static void note_backward_steps(const struct clock *clock) {
    const struct iostat_log *log = clock->log;
    size_t count = 0;
    const struct iostat_report *before = NULL;
    for (size_t i = 0; i < log->report_count; i++) {
        const struct iostat_report *report = &log->reports[i];
        if (report->time == MILLIS_NONE) continue;
        if (before != NULL && report->time < before->time) {
            if (count == 0)
                note(clock->source,
                     arena_printf(clock->source->arena_, tr("the printed time steps back by %s at line %u"),
                                  unit_duration(clock->source->arena_, (double)(before->time - report->time) / 1000),
                                  (unsigned)report->line));
            if (count < 20)
                source_problem(clock->source, report->line, SEVERITY_WARNING,
                               tr("the printed time steps back by %.0f s: the clock was set, or daylight saving ended"),
                               (double)(before->time - report->time) / 1000);
            count++;
        }
        before = report;
    }
}

// One iostat prints at most one report a second, and its stamps move on: only by delays do two of them fall into one.
static void note_two_writers(const struct clock *clock) {
    enum { PAIRS_LEAST = 3, REPORTS_PER_PAIR = 5 };
    const struct iostat_log *log = clock->log;
    size_t pairs = 0;
    uint32_t line = 0;
    for (size_t i = 1; i < log->report_count; i++) {
        const struct iostat_report *report = &log->reports[i];
        bool again = report->time != MILLIS_NONE && report->time == log->reports[i - 1].time;
        if (!again || report->since_boot || log->reports[i - 1].since_boot) continue;
        if (pairs++ == 0) line = report->line;
    }
    if (pairs < PAIRS_LEAST || pairs * REPORTS_PER_PAIR < log->report_count) return;
    source_problem(clock->source, line, SEVERITY_WARNING,
                   tr("%zu of %zu reports have the same time as the one before: two iostat wrote into this file; the "
                      "reports of both are used"),
                   pairs, log->report_count);
}

static void note_order(const struct clock *clock) {
    struct source *source = clock->source;
    if (!clock->order_needed || clock->order_proved) return;
    if (clock->order_by_locale) {
        note(source, tr("dates with a 12-hour clock and a four-digit year are month/day, as en_US writes them"));
        return;
    }
    source->day_month_open = true;
}

static void place_by_ordinal(struct iostat_log *log) {
    log->source->clock = CLOCK_NONE;
    for (size_t i = 0; i < log->report_count; i++) {
        log->reports[i].time = (millis)i;
        log->reports[i].interval = 0;
    }
}

void iostat_clock_resolve(struct iostat_log *log) {
    struct clock clock = {.log = log, .source = log->source};
    choose_placing(&clock);
    collect_stamps(&clock);
    bool usable = false;
    if (clock.count > 0) {
        settle_order(&clock);
        usable = complete_dates(&clock);
        if (!usable)
            source_problem(log->source, clock.lines[0], SEVERITY_WARNING,
                           tr("the stamps print no date and no banner gives it: the times are not used"));
    }
    if (clock.placing == PLACED_NOWHERE || !usable) {
        place_by_ordinal(log);
    } else {
        settle_basis(&clock);
        size_t lost = clock.placing == PLACED_BY_REPORT ? place_by_report(&clock) : place_by_run(&clock);
        if (lost > 0)
            source_problem(log->source, 0, SEVERITY_WARNING,
                           tr("%zu reports without a stamp could not be placed in time"), lost);
        note_backward_steps(&clock);
        note_two_writers(&clock);
        note_order(&clock);
    }
    free(clock.stamps);
    free(clock.lines);
}

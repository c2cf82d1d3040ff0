// align_steps.c: where the printed times of a log go back or leap, and which of these steps explain themselves.
#include "analyzer/align_steps.h"

#include <math.h>
#include <string.h>

#include "analyzer/civil_zone.h"

// Rows that a table must have to show a pace, and a step in it.
enum { ROWS_LEAST = 6 };

// Rows that go back by less were written by two threads, or by a clock that is being corrected.
#define BACK_LEAST 5.0
// A leap is looked at when it is longer than this, and than so many cadences.
#define JUMP_LEAST 60.0
#define JUMP_CADENCES 5.0
// How evenly reports come: seconds, and a share of their interval.
#define EVEN_SECONDS 2.0
#define EVEN_SHARE 0.1

#define SUMMER 3600.0
#define DAY 86400.0

static double seconds(millis at) { return (double)at / 1000; }

static double slack(const struct source *source) { return EVEN_SECONDS + EVEN_SHARE * source->cadence; }

bool steps_any(const struct stepped *log) { return log->count > 0 || log->drift_ppm != 0; }

static bool has(const struct stepped *log, enum step_kind kind) {
    for (size_t i = 0; i < log->count; i++)
        if (log->steps[i].kind == kind) return true;
    return false;
}

bool steps_open(const struct stepped *log) { return has(log, STEP_OPEN); }

bool steps_doubted(const struct stepped *log) { return has(log, STEP_DOUBTED); }

// ── finding them ────────────────────────────────────────────────────────────

static bool usable(const struct source *source) {
    return source->format != NULL && !source->refused && source->clock != CLOCK_NONE && source->clock != CLOCK_BOOT &&
           source->first != MILLIS_NONE && source->cadence > 0;
}

// After a clock is set, reports go on at their pace; one late line among others does not.
static bool goes_on(const struct table *table, size_t row, double cadence) {
    for (size_t i = row + 1; i < table->row_count; i++) {
        if (table->time[i] == MILLIS_NONE || table->time[i] == table->time[row]) continue;
        double next = seconds(table->time[i] - table->time[row]);
        return next > 0 && next <= 3 * cadence + EVEN_SECONDS;
    }
    return false;
}

static void add_step(struct stepped *log, const struct table *table, size_t last, size_t row) {
    struct clock_step step = {
        .line = table->line[row], .before = seconds(table->time[last]), .after = seconds(table->time[row])};
    double difference = step.after - step.before;
    step.kind = difference < 0 ? STEP_OPEN : STEP_JUMP;
    step.seconds = difference - log->source->cadence;
    step.uncertainty = slack(log->source);
    if (table->line[row] <= table->line[last] || !goes_on(table, row, log->source->cadence)) {
        log->disordered |= step.kind == STEP_OPEN;
        return;
    }
    // All the tables of a log show the same step; it begins at the first of their lines.
    for (size_t i = 0; i < log->count; i++) {
        struct clock_step *known = &log->steps[i];
        if (fabs(known->before - step.before) > 1 || fabs(known->after - step.after) > 1) continue;
        if (step.line < known->line) known->line = step.line;
        return;
    }
    if (log->count == STEPS_MOST)
        log->disordered = true;
    else
        log->steps[log->count++] = step;
}

static void scan(struct stepped *log, const struct table *table) {
    double leap = fmax(JUMP_LEAST, JUMP_CADENCES * log->source->cadence);
    size_t last = table->row_count;
    for (size_t i = 0; i < table->row_count && !log->disordered; i++) {
        if (table->time[i] == MILLIS_NONE) continue;
        double difference = last < table->row_count ? seconds(table->time[i] - table->time[last]) : 0;
        if (difference <= -BACK_LEAST || difference > leap) add_step(log, table, last, i);
        last = i;
    }
}

static void sort(struct stepped *log) {
    for (size_t i = 1; i < log->count; i++) {
        struct clock_step step = log->steps[i];
        size_t k = i;
        for (; k > 0 && log->steps[k - 1].line > step.line; k--) log->steps[k] = log->steps[k - 1];
        log->steps[k] = step;
    }
}

// Every table runs through the step. Sections that follow each other in a file tell the same hours again, each with its
// own step, and no line divides what was before from what was after.
static bool runs_through(const struct source *source, uint32_t line) {
    for (size_t t = 0; t < source->table_count; t++) {
        const struct table *table = &source->tables[t];
        if (table->row_count < ROWS_LEAST) continue;
        if (table->line[0] >= line || table->line[table->row_count - 1] < line) return false;
    }
    return true;
}

// Seconds from the last time that is printed behind the step to the first one in front of it; negative if the two parts
// overlap, as printed.
static double distance(const struct stepped *log, const struct clock_step *step) {
    double low = INFINITY;
    double high = -INFINITY;
    for (size_t t = 0; t < log->source->table_count; t++) {
        const struct table *table = &log->source->tables[t];
        for (size_t i = 0; i < table->row_count; i++) {
            if (table->time[i] == MILLIS_NONE) continue;
            if (table->line[i] < step->line)
                low = fmin(low, seconds(table->time[i]));
            else
                high = fmax(high, seconds(table->time[i]));
        }
    }
    return low - high;
}

// Clocks were put back by an hour, and the reports came on as evenly as before. Files of half an hour that are put
// together in the wrong order look the same, but meet at their other ends.
static bool summer_ends(const struct stepped *log, const struct clock_step *step) {
    double meets = distance(log, step) - log->source->cadence;
    return log->source->clock == CLOCK_LOCAL && fabs(step->seconds + SUMMER) <= slack(log->source) &&
           fabs(meets) > 2 * log->source->cadence + slack(log->source);
}

static void make_civil(struct clock_step *step, double amount) {
    step->kind = STEP_CIVIL;
    step->seconds = amount;
    step->uncertainty = 0;
}

void steps_find(const struct source *source, struct stepped *out) {
    *out = (struct stepped){.source = source};
    if (!usable(source)) return;
    for (size_t t = 0; t < source->table_count; t++)
        if (source->tables[t].row_count >= ROWS_LEAST) scan(out, &source->tables[t]);
    sort(out);
    for (size_t i = 0; i < out->count && !out->disordered; i++) {
        struct clock_step *step = &out->steps[i];
        if (step->kind == STEP_JUMP) continue;
        out->disordered = !runs_through(source, step->line);
        step->apart = distance(out, step) > 0;
        if (summer_ends(out, step)) make_civil(step, -SUMMER);
    }
    if (out->disordered) out->count = 0;
}

// ── what a zone says ────────────────────────────────────────────────────────

// The first line from which on all is printed at this time or later, by the tables in which it is a single place.
static uint32_t line_at(const struct source *source, double printed) {
    uint32_t line = 0;
    for (size_t t = 0; t < source->table_count; t++) {
        const struct table *table = &source->tables[t];
        for (size_t i = 0; i < table->row_count; i++) {
            if (table->time[i] == MILLIS_NONE || seconds(table->time[i]) < printed) continue;
            if (line == 0 || table->line[i] < line) line = table->line[i];
            break;
        }
    }
    return line;
}

static void settle_change(struct stepped *log, double utc, double before, double after) {
    double amount = after - before;
    for (size_t i = 0; i < log->count; i++) {
        struct clock_step *step = &log->steps[i];
        double at = step->before - before;
        if (fabs(step->seconds - amount) > slack(log->source)) continue;
        if (at < utc - 2 * log->source->cadence - EVEN_SECONDS || at > utc + EVEN_SECONDS) continue;
        make_civil(step, amount);
        return;
    }
    struct clock_step step = {.before = utc + before, .after = utc + after};
    step.line = line_at(log->source, utc + fmax(before, after));
    if (step.line == 0 || log->count == STEPS_MOST || log->disordered) return;
    make_civil(&step, amount);
    log->steps[log->count++] = step;
    sort(log);
}

void steps_of_zone(struct stepped *log, const struct civil_zone *zone) {
    enum { DAYS_MOST = 4000 };
    if (!usable(log->source) || log->disordered) return;
    millis at = civil_zone_utc(zone, log->source->first, false, NULL);
    millis end = civil_zone_utc(zone, log->source->last, true, NULL);
    for (int day = 0; day < DAYS_MOST && at < end; day++) {
        millis next = at + (millis)(DAY * 1000) < end ? at + (millis)(DAY * 1000) : end;
        int before = civil_zone_offset(zone, at);
        int after = civil_zone_offset(zone, next);
        millis low = at;
        millis high = next;
        while (before != after && high - low > 1) {
            millis middle = low + (high - low) / 2;
            if (civil_zone_offset(zone, middle) == before)
                low = middle;
            else
                high = middle;
        }
        if (before != after) settle_change(log, seconds(high), before, after);
        at = next;
    }
}

// ── what another log says ───────────────────────────────────────────────────

static bool same_text(const char *a, const char *b) { return a == NULL || b == NULL || strcmp(a, b) == 0; }

static bool prints_between(const struct source *source, double low, double high) {
    for (size_t t = 0; t < source->table_count; t++)
        for (size_t i = 0; i < source->tables[t].row_count; i++) {
            double at = seconds(source->tables[t].time[i]);
            if (source->tables[t].time[i] != MILLIS_NONE && at > low && at < high) return true;
        }
    return false;
}

// Clocks leap from one full hour to the next but one in the night to a Sunday, nothing on this host is printed in the
// hour that is left out, and the reports came on evenly. Elsewhere a leap of an hour may be a gap.
static bool summer_begins(const struct stepped *logs, size_t count, size_t mine, const struct clock_step *step) {
    const struct source *source = logs[mine].source;
    if (source->clock != CLOCK_LOCAL || fabs(step->seconds - SUMMER) > slack(source)) return false;
    double hour = SUMMER * ceil(step->before / SUMMER);
    double of_day = hour - DAY * floor(hour / DAY);
    int weekday = (int)(fmod(floor(hour / DAY) + 4, 7) + 7) % 7;  // 1 January 1970 was a Thursday
    if (weekday != 0 || of_day > 4 * SUMMER || hour - step->before > source->cadence + EVEN_SECONDS) return false;
    for (size_t i = 0; i < count; i++)
        if (i != mine && logs[i].source->clock == CLOCK_LOCAL && same_text(logs[i].source->host, source->host) &&
            prints_between(logs[i].source, hour + EVEN_SECONDS, hour + SUMMER - EVEN_SECONDS))
            return false;
    return true;
}

// The same step at the same time, of another tool: the clock of the machine was set.
static bool shared(const struct stepped *logs, size_t count, size_t mine, const struct clock_step *step) {
    const struct source *source = logs[mine].source;
    for (size_t i = 0; i < count; i++) {
        const struct source *other = logs[i].source;
        if (i == mine || logs[i].count == 0 || !same_text(other->host, source->host)) continue;
        if (strcmp(other->format, source->format) == 0) continue;  // perhaps the same file twice
        for (size_t k = 0; k < logs[i].count; k++) {
            const struct clock_step *its = &logs[i].steps[k];
            if (its->after >= its->before || fabs(its->seconds - step->seconds) > slack(source) + slack(other))
                continue;
            double apart = lead_rest(its->before - step->before);
            if (fabs(apart) <= source->cadence + other->cadence + EVEN_SECONDS) return true;
        }
    }
    return false;
}

void steps_compare(struct stepped *logs, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < logs[i].count; k++) {
            struct clock_step *step = &logs[i].steps[k];
            if (step->kind == STEP_JUMP && summer_begins(logs, count, i, step)) make_civil(step, SUMMER);
            if (step->kind == STEP_OPEN && shared(logs, count, i, step)) step->kind = STEP_SHARED;
        }
}

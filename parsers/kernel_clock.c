#include "parsers/kernel_clock.h"

#include <math.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/lang.h"

enum {
    RUNS_MOST = 4096,     // boots and tellings whose anchors are kept
    EARLY_SECONDS = 300,  // rsyslog stamps the boot's lines with the second it started itself
};

// Where a boot lies on the wall clock: a line that prints both.
struct anchor {
    bool any, late;
    struct kernel_moment moment;
};

struct kernel_clock {
    struct anchor *anchors;
    size_t anchor_count, anchor_capacity;
    uint32_t run;
    bool started;
    enum kernel_layout layout;    // of the line before
    struct kernel_moment before;  // the last line with a stamp
    int64_t boot_before, boot_most;
    uint32_t most_run;  // the telling in which boot_most was told first
    bool boot_seen;
    struct kernel_moment walled;  // the last line with a wall clock
    uint32_t telling;
    struct kernel_moment latest;  // by the wall clock, where it was told first
    int month_before, turn;
    struct kernel_moment minute;  // the last line of dmesg -e that printed one
    int64_t since_minute;         // microseconds that the lines behind it have told
    bool by_minute;
    struct kernel_moment first, last;
    // What tells the year of the stamps that print none.
    bool year_known;
    int year_of_turn_0;
    bool journal_any, year_unsure;
    millis journal_from, journal_to;  // civil
    // Settled.
    enum clock_basis basis;
    bool zone_known;
    int zone;
    char zone_word[8];
    bool wall_any, boot_any, yearless_any, zoneless_any;
    size_t anchored_runs;
    uint32_t anchored_run;
};

struct kernel_clock *kernel_clock_new(void) {
    struct kernel_clock *clock = calloc(1, sizeof *clock);
    if (clock == NULL) abort();
    return clock;
}

void kernel_clock_free(struct kernel_clock *clock) {
    if (clock == NULL) return;
    free(clock->anchors);
    free(clock);
}

// ── seeing lines ────────────────────────────────────────────────────────────

static void see_wall(struct kernel_clock *clock, const struct when *wall, struct kernel_moment *moment) {
    struct when when = *wall;
    moment->has_wall = true;
    moment->has_year = when.has_year;
    moment->has_zone = when.has_zone;
    moment->zone = when.zone_minutes;
    if (when.has_year) {
        if (!clock->year_known) clock->year_of_turn_0 = when.year - clock->turn;
        clock->year_known = true;
    } else {
        // From November or December back to January or February: New Year.
        if (clock->month_before >= 11 && when.month <= 2) clock->turn++;
        // From January forward to December: `journalctl -b -1` of the year before, pasted behind `-b 0`.
        bool yearless = clock->walled.has_wall && !clock->walled.has_year;
        if (yearless && clock->month_before == 1 && when.month == 12) clock->turn--;
        clock->yearless_any = true;
        when.has_year = true;
        when.year = YEARLESS;
    }
    clock->month_before = when.month;
    moment->turn = clock->turn;
    moment->civil = when_civil(&when);
    if (moment->civil == MILLIS_NONE) moment->has_wall = false;
    clock->wall_any = true;
    if (when.has_zone && !clock->zone_known) {
        clock->zone_known = true;
        clock->zone = when.zone_minutes;
    }
    if (!when.has_zone) clock->zoneless_any = true;
    if (clock->zone_word[0] == '\0' && when.zone_word[0] != '\0')
        for (size_t i = 0; i < sizeof clock->zone_word; i++) clock->zone_word[i] = when.zone_word[i];
}

static bool wall_earlier(const struct kernel_moment *a, const struct kernel_moment *b) {
    return a->turn != b->turn ? a->turn < b->turn : a->civil < b->civil;
}

// A step back of the wall clock: the same time told again, or older logs pasted behind.
static void see_telling(struct kernel_clock *clock, struct kernel_moment *moment) {
    enum { STEP = 10000 };  // daemons write lines of several sources out of order
    struct kernel_moment slack = *moment;
    slack.civil += STEP;
    if (clock->walled.has_wall && wall_earlier(&slack, &clock->walled)) clock->telling++;
    moment->telling = clock->telling;
    // Years that are not printed have no order to those that are.
    bool comparable = clock->latest.has_wall && clock->latest.has_year == moment->has_year;
    if (!comparable || wall_earlier(&clock->latest, moment)) clock->latest = *moment;
}

static void remember_anchor(struct kernel_clock *clock, const struct kernel_moment *moment) {
    if (moment->run >= RUNS_MOST) return;
    clock->anchors = grow_array(clock->anchors, &clock->anchor_capacity, moment->run + 1, sizeof *clock->anchors);
    while (clock->anchor_count <= moment->run) clock->anchors[clock->anchor_count++] = (struct anchor){0};
    struct anchor *anchor = &clock->anchors[moment->run];
    bool late = moment->boot >= (int64_t)EARLY_SECONDS * 1000000;
    if (anchor->late || (anchor->any && !late)) return;
    if (!anchor->any) {
        clock->anchored_runs++;
        clock->anchored_run = moment->run;
    }
    *anchor = (struct anchor){.any = true, .late = late, .moment = *moment};
}

// A step back of uptime: another boot, or the same one told again by another tool.
static bool see_boot(struct kernel_clock *clock, const struct kernel_line *line, struct kernel_moment *moment) {
    enum { STEP = 10 * 1000000, FRESH = 120 * 1000000 };
    bool back = clock->boot_seen && moment->boot < clock->boot_before - STEP;
    bool rebooted = false;
    if (back) {
        clock->run++;
        bool same_tool = clock->layout == line->layout;
        bool later = !moment->has_wall || !clock->walled.has_wall || moment->turn > clock->before.turn ||
                     (moment->turn == clock->before.turn && moment->civil >= clock->walled.civil - 3600000);
        rebooted = same_tool && later && moment->boot < FRESH;
    }
    clock->boot_seen = clock->boot_any = true;
    clock->boot_before = moment->boot;
    if (rebooted) clock->boot_most = -1;
    if (moment->boot > clock->boot_most) {
        clock->boot_most = moment->boot;
        clock->most_run = clock->run;
    }
    return rebooted;
}

// Within a minute by the layout's nature: beyond it, the line that began the next one was cut out.
static void see_step(struct kernel_clock *clock, int64_t step, struct kernel_moment *moment) {
    enum { MINUTE = 60 * 1000000 };
    if (!clock->minute.has_wall) return;
    clock->since_minute += step;
    clock->minute.has_wall = clock->since_minute < MINUTE;
    if (!clock->minute.has_wall) return;
    *moment = clock->minute;
    moment->civil += clock->since_minute / 1000;
}

static void see_minute(struct kernel_clock *clock, const struct kernel_line *line, const struct kernel_moment *moment) {
    if (line->stamp.has_step) return;
    clock->minute.has_wall = false;
    if (line->layout != LAYOUT_MINUTE) return;
    clock->minute = *moment;
    clock->since_minute = 0;
    clock->by_minute = true;
}

struct kernel_moment kernel_clock_see(struct kernel_clock *clock, const struct kernel_line *line, bool *rebooted) {
    struct kernel_moment moment = {.has_boot = line->stamp.has_boot, .boot = line->stamp.boot, .turn = clock->turn};
    *rebooted = false;
    if (line->stamp.has_wall) see_wall(clock, &line->stamp.wall, &moment);
    if (line->stamp.has_step) see_step(clock, line->stamp.step, &moment);
    see_minute(clock, line, &moment);
    if (moment.has_boot) *rebooted = see_boot(clock, line, &moment);
    moment.run = clock->run;
    if (moment.has_wall) {
        see_telling(clock, &moment);
        clock->walled = moment;
    }
    if (moment.has_boot && moment.has_wall) remember_anchor(clock, &moment);
    if (!moment.has_boot && !moment.has_wall) return moment;
    clock->layout = line->layout;
    clock->before = moment;
    if (!clock->started) clock->first = moment;
    clock->started = true;
    clock->last = moment;
    return moment;
}

void kernel_clock_journal(struct kernel_clock *clock, const struct when *from, const struct when *to) {
    millis begin = when_civil(from);
    millis end = when_civil(to);
    if (begin == MILLIS_NONE || end == MILLIS_NONE) return;
    if (!clock->journal_any || begin < clock->journal_from) clock->journal_from = begin;
    if (!clock->journal_any || end > clock->journal_to) clock->journal_to = end;
    clock->journal_any = true;
}

bool kernel_clock_retold(const struct kernel_clock *clock, const struct kernel_moment *moment) {
    if (!moment->has_boot || moment->boot > clock->boot_most) return false;
    return moment->boot < clock->boot_most || moment->run != clock->most_run;
}

bool kernel_clock_wall_retold(const struct kernel_clock *clock, const struct kernel_moment *moment) {
    if (!moment->has_wall || !clock->latest.has_wall) return false;
    return wall_earlier(moment, &clock->latest) ||
           (!wall_earlier(&clock->latest, moment) && moment->telling != clock->latest.telling);
}

double kernel_clock_gap(const struct kernel_moment *from, const struct kernel_moment *to) {
    if (from->has_boot && to->has_boot && from->run == to->run) return (double)(to->boot - from->boot) / 1e6;
    if (from->has_wall && to->has_wall && from->turn == to->turn && from->has_year == to->has_year)
        return (double)(to->civil - from->civil) / 1e3;
    return NAN;
}

// ── settling ────────────────────────────────────────────────────────────────

static millis with_year(millis civil, int year) {
    int64_t days = civil >= 0 ? civil / 86400000 : -((-civil + 86399999) / 86400000);
    int old = 0, month = 0, day = 0;
    when_date(days, &old, &month, &day);
    return when_days(year, month, day) * 86400000 + (civil - days * 86400000);
}

enum { DAY = 86400000 };

// The last year in which the last stamp, which prints none, can lie before `end`.
static int year_before(const struct kernel_clock *clock, millis end) {
    int year = 0, month = 0, day = 0;
    when_date(end / DAY, &year, &month, &day);
    // A day's slack: the stamp is local, a file's change is UTC.
    return with_year(clock->last.civil, year) > end + DAY ? year - 1 : year;
}

static bool lacks_year(const struct kernel_clock *clock) {
    return !clock->year_known && clock->last.has_wall && !clock->last.has_year;
}

static void set_last_year(struct kernel_clock *clock, int year) {
    clock->year_of_turn_0 = year - clock->last.turn;
    clock->year_known = true;
}

// A stamp without a year lies within the journal, unless other lines stand below the journal's heading.
static void year_of_journal(struct kernel_clock *clock) {
    if (!clock->journal_any || !lacks_year(clock)) return;
    int year = year_before(clock, clock->journal_to);
    millis begin = clock->journal_from - DAY;
    if (with_year(clock->last.civil, year) < begin) return;
    clock->year_unsure = with_year(clock->last.civil, year - 1) >= begin;
    set_last_year(clock, year);
}

// A stamp without a year lies before the file's last change: the last one in the last year in which it can.
static void year_of_file(struct kernel_clock *clock, millis modified) {
    if (modified != MILLIS_NONE && lacks_year(clock)) set_last_year(clock, year_before(clock, modified));
}

static millis wall_time(const struct kernel_clock *clock, const struct kernel_moment *moment) {
    millis civil = moment->civil;
    if (!moment->has_year)
        civil = with_year(civil, clock->year_known ? clock->year_of_turn_0 + moment->turn : YEARLESS + moment->turn);
    if (clock->basis != CLOCK_ZONED) return civil;
    return civil - (millis)(moment->has_zone ? moment->zone : clock->zone) * 60000;
}

static void write_note(const struct kernel_clock *clock, struct source *source, bool year_by_file) {
    if (clock->basis == CLOCK_LOCAL && clock->yearless_any && !clock->year_known)
        source->clock_note = tr("the stamps print no year, and nothing in the file tells it");
    else if (clock->yearless_any && year_by_file)
        source->clock_note = tr("the stamps print no year: it is taken from the file's last change");
    else if (clock->yearless_any)
        source->clock_note = tr("the stamps print no year: it is taken from other lines of the file");
    else if (clock->basis == CLOCK_BOOT)
        source->clock_note = tr("seconds since boot: the log does not say when that was");
    else if (clock->basis == CLOCK_ZONED && clock->zoneless_any)
        source->clock_note = tr("some lines print no zone: the zone of the others is assumed for them");
    source->clock_note = arena_string(source->arena_, source->clock_note);
}

void kernel_clock_settle(struct kernel_clock *clock, struct source *source) {
    year_of_journal(clock);
    bool known = clock->year_known;
    year_of_file(clock, source->modified);
    clock->basis = clock->wall_any   ? (clock->zone_known ? CLOCK_ZONED : CLOCK_LOCAL)
                   : clock->boot_any ? CLOCK_BOOT
                                     : CLOCK_NONE;
    source->clock = clock->basis;
    if (clock->basis == CLOCK_ZONED) {
        source->zone = when_zone(source->arena_, clock->zone);
        source->zone_first = source->zone_last = clock->zone;
        if (clock->last.has_zone) source->zone_last = clock->last.zone;
    } else if (clock->basis == CLOCK_LOCAL && clock->zone_word[0] != '\0') {
        source->zone = text_copy(source->arena_, text_of(clock->zone_word));
    }
    source->year_assumed = clock->yearless_any && (!known || clock->year_unsure);
    if (clock->by_minute)
        source_problem(source, 0, SEVERITY_INFO,
                       tr("dmesg printed its times to the minute: they may lie up to a minute too early"));
    write_note(clock, source, !known && clock->year_known);
    if (!clock->started) return;
    millis first = kernel_clock_time(clock, &clock->first);
    millis last = kernel_clock_time(clock, &clock->last);
    source->first = first != MILLIS_NONE && last != MILLIS_NONE && last < first ? last : first;
    source->last = first != MILLIS_NONE && last != MILLIS_NONE && last < first ? first : last;
}

// The wall clock of an uptime: from a line of the same boot that prints both.
static const struct anchor *anchor_of(const struct kernel_clock *clock, const struct kernel_moment *moment) {
    if (moment->run < clock->anchor_count && clock->anchors[moment->run].any) return &clock->anchors[moment->run];
    // dmesg in the same file as one boot's kern.log tells of that boot.
    if (!moment->has_wall && clock->anchored_runs == 1) return &clock->anchors[clock->anchored_run];
    return NULL;
}

millis kernel_clock_time(const struct kernel_clock *clock, const struct kernel_moment *moment) {
    if (clock->basis == CLOCK_BOOT) return moment->has_boot ? moment->boot / 1000 : MILLIS_NONE;
    if (clock->basis == CLOCK_NONE) return MILLIS_NONE;
    const struct anchor *anchor = moment->has_boot ? anchor_of(clock, moment) : NULL;
    bool early = moment->has_boot && moment->boot < (int64_t)EARLY_SECONDS * 1000000;
    if (anchor != NULL && (!moment->has_wall || (early && anchor->late)))
        return wall_time(clock, &anchor->moment) + (moment->boot - anchor->moment.boot) / 1000;
    return moment->has_wall ? wall_time(clock, moment) : MILLIS_NONE;
}

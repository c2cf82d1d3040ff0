#include "parsers/sysstat_clock.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

static const millis day_length = INT64_C(86400) * 1000;
static const millis half_length = INT64_C(43200) * 1000;

void sysstat_clock_begin(struct sysstat_clock *clock, struct source *source, enum date_order order) {
    *clock = (struct sysstat_clock){.source = source, .order = order};
}

// ── the banner ──────────────────────────────────────────────────────────────

// The date stands between the host and the architecture, which begins with '_'; it may have blanks in it.
static struct text banner_date(struct text rest) {
    size_t end = 0;
    for (; end < rest.length; end++) {
        bool gap = end > 0 && (rest.at[end - 1] == ' ' || rest.at[end - 1] == '\t');
        if (gap && (rest.at[end] == '_' || rest.at[end] == '(')) break;
    }
    return text_trim(text_head(rest, end));
}

// "23/11/2026" shows the order in which the system writes its dates; a month in words or a year in front does not.
static enum date_order shown_order(struct text date, const struct when *when) {
    int64_t first;
    size_t digits = 0;
    for (size_t i = 0; i < date.length; i++) {
        char c = date.at[i];
        if ((c < '0' || c > '9') && c != '/' && c != '.' && c != '-') return DATE_ORDER_UNKNOWN;
    }
    while (digits < date.length && date.at[digits] >= '0' && date.at[digits] <= '9') digits++;
    if (digits > 2 || when->day <= 12 || !text_integer(text_head(date, digits), &first)) return DATE_ORDER_UNKNOWN;
    return first == when->day ? DATE_ORDER_DMY : first == when->month ? DATE_ORDER_MDY : DATE_ORDER_UNKNOWN;
}

static void add_run(struct sysstat_clock *clock, const struct when *when, uint32_t line) {
    millis shift = 0;
    if (when->ambiguous)
        shift = (when_days(when->year, when->day, when->month) - when_days(when->year, when->month, when->day)) *
                day_length;
    clock->runs = grow_array(clock->runs, &clock->run_capacity, clock->run_count + 1, sizeof *clock->runs);
    clock->runs[clock->run_count++] = (struct sysstat_run){.line = line, .shift = shift};
}

static void take_date(struct sysstat_clock *clock, struct text date, uint32_t line) {
    struct when when;
    enum date_order order = clock->order == DATE_ORDER_UNKNOWN ? clock->shown : clock->order;
    if (date.length > 80 || !when_read(date, order, &when) || !when.has_date || !when.has_year) return;
    clock->day = when_days(when.year, when.month, when.day);
    clock->dated = true;
    clock->started = false;
    if (when.ambiguous) clock->ambiguous = true;
    if (clock->shown == DATE_ORDER_UNKNOWN) clock->shown = shown_order(date, &when);
    add_run(clock, &when, line);
    // "11/23/2026" with a 12-hour clock is how the United States write it.
    clock->long_date = date.length == 10 && date.at[2] == '/' && date.at[5] == '/';
}

static void take_cpus(struct source *source, struct text rest, uint32_t number) {
    size_t end = text_find(rest, " CPU)");
    if (end == SIZE_MAX) return;
    size_t start = end;
    while (start > 0 && rest.at[start - 1] >= '0' && rest.at[start - 1] <= '9') start--;
    if (start == end) return;
    source_fact(source, TEXT("cpu"), "cpus", text_head(text_skip(rest, start), end - start), number);
}

bool sysstat_clock_banner(struct sysstat_clock *clock, struct text line, uint32_t number) {
    struct text rest = text_trim(line);
    if (!text_starts(rest, "Linux ")) return false;
    size_t open = text_find(rest, "(");
    if (open == SIZE_MAX) return false;
    struct text kernel = text_trim(text_head(text_skip(rest, 6), open - 6));
    rest = text_skip(rest, open + 1);
    size_t close = text_find(rest, ")");
    if (close == SIZE_MAX || close == 0) return false;
    struct source *source = clock->source;
    if (source->host[0] == '\0') source->host = text_copy(source->arena_, text_head(rest, close));
    if (kernel.length > 0) source_fact(source, TEXT("host"), "kernel", kernel, number);
    rest = text_skip(rest, close + 1);
    take_date(clock, banner_date(rest), number);
    take_cpus(source, rest, number);
    return true;
}

// ── stamps ──────────────────────────────────────────────────────────────────

// "04:40:51", "04:40:51 PM", "19时44分02秒", "20시 44분 02초", "05:14:02 PM IST".
struct sysstat_time sysstat_time_read(const struct fields *words) {
    struct sysstat_time time = {0};
    if (words->count == 0 || words->at[0].length == 0 || words->at[0].length > 24) return time;
    struct when when;
    char first = words->at[0].at[0];
    // All stamps but those of a few languages begin with a digit; a trial costs more than a look.
    if (first >= 'A' && first <= 'z') return time;
    for (size_t take = words->count < 3 ? words->count : 3; take >= 1; take--) {
        const struct text *end = &words->at[take - 1];
        struct text text = {words->at[0].at, (size_t)(end->at + end->length - words->at[0].at)};
        if (text.length > 40 || !when_read(text, DATE_ORDER_UNKNOWN, &when)) continue;
        if (when.epoch) {
            time = (struct sysstat_time){.words = take, .epoch = true, .second = when_millis(&when) / 1000};
            return time;
        }
        if (when.has_date || !when.has_time) continue;
        time.words = take;
        time.second = when.hour * 3600 + when.minute * 60 + when.second;
        time.utc = when.has_zone && when.zone_minutes == 0;
        memcpy(time.zone, when.zone_word, sizeof time.zone);
        time.twelve_hour = text_has(text, "AM") || text_has(text, "PM") || text_has(text, "am") || text_has(text, "pm");
        return time;
    }
    return time;
}

// Rows follow each other: a time of day that falls by more than half a day is on the next one, less is a clock that
// was set back. A header goes back to where its interval began, at most this far, which may be before midnight.
static const millis longest_interval = INT64_C(2) * 3600 * 1000;

static millis day_of_stamp(const struct sysstat_clock *clock, int64_t second, enum sysstat_line kind) {
    if (!clock->started) return (clock->day * 86400 + second) * 1000;
    millis at = clock->last - clock->last % day_length + second * 1000;
    if (clock->last - at > day_length / 2) return at + day_length;
    if (kind != SYSSTAT_ROW && at - clock->last > day_length - longest_interval) return at - day_length;
    return at;
}

static int64_t hour_of(int64_t second) { return second % 86400 / 3600; }

// Some locales (en_IN of CentOS 7) ask for a clock of twelve hours and have no words for AM and PM. It shows
// where 01:00 follows 12:59 within an hour, if no stamp had an hour above 12 or 0. A table that is new begins again
// where the log began: that may be one o'clock, too.
static bool is_half_day(const struct sysstat_clock *clock, const struct sysstat_time *time, enum sysstat_line kind) {
    if (!clock->started || clock->full_day || clock->twelve_hour || time->epoch) return false;
    if (kind != SYSSTAT_ROW && kind != SYSSTAT_HEADER) return false;
    if (hour_of(clock->last / 1000) != 12 || hour_of(time->second) != 1) return false;
    millis step = (time->second * 1000) % half_length - clock->last % half_length;
    return step <= INT64_C(3600) * 1000;
}

static void see_hours(struct sysstat_clock *clock, const struct sysstat_time *time, enum sysstat_line kind,
                      uint32_t line) {
    clock->twelve_hour = clock->twelve_hour || time->twelve_hour;
    clock->epoch = clock->epoch || time->epoch;
    if (time->epoch || time->twelve_hour) return;
    clock->full_day = clock->full_day || hour_of(time->second) == 0 || hour_of(time->second) > 12;
    if (clock->full_day) clock->half_day = false;
    if (clock->half_day || !is_half_day(clock, time, kind)) return;
    clock->half_day = true;
    source_problem(clock->source, line, SEVERITY_WARNING,
                   tr("behind 12:59 the time goes on at 01:00: a clock of twelve hours without AM or PM; whether it is "
                      "morning or afternoon is open"));
}

// Of a clock of twelve hours: as day_of_stamp, but for half days.
static millis half_day_of_stamp(const struct sysstat_clock *clock, int64_t second, enum sysstat_line kind) {
    millis at = clock->last - clock->last % half_length + (second * 1000) % half_length;
    if (clock->last - at > half_length / 2) return at + half_length;
    if (kind != SYSSTAT_ROW && at - clock->last > half_length - longest_interval) return at - half_length;
    return at;
}

static void see_zone(struct sysstat_clock *clock, const struct sysstat_time *time) {
    if (!clock->zoned) {
        clock->zoned = true;
        clock->utc = time->utc;
        memcpy(clock->zone, time->zone, sizeof clock->zone);
    }
    clock->other_zones |= time->utc != clock->utc || strcmp(time->zone, clock->zone) != 0;
}

millis sysstat_clock_at(struct sysstat_clock *clock, const struct sysstat_time *time, enum sysstat_line kind,
                        uint32_t line) {
    see_zone(clock, time);
    see_hours(clock, time, kind, line);
    millis at = time->epoch                         ? time->second * 1000
                : clock->half_day && clock->started ? half_day_of_stamp(clock, time->second, kind)
                                                    : day_of_stamp(clock, time->second, kind);
    bool may_begin_again = kind == SYSSTAT_NEW_HEADER || kind == SYSSTAT_RESTART;
    if (may_begin_again && clock->started && clock->start % day_length == time->second * 1000) at = clock->start;
    if (kind == SYSSTAT_ROW && clock->started && clock->last - at > 1000)
        source_problem(clock->source, line, SEVERITY_WARNING, tr("time runs backward here"));
    if (!clock->started) clock->start = at;
    clock->started = true;
    clock->last = at;
    return at;
}

void sysstat_clock_rewind(struct sysstat_clock *clock) {
    if (clock->started) clock->last = clock->start;
}

// ── the end ─────────────────────────────────────────────────────────────────

static int compare_times(const void *a, const void *b) {
    millis x = *(const millis *)a;
    millis y = *(const millis *)b;
    return (x > y) - (x < y);
}

static size_t position(const millis *times, size_t count, millis time) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (times[middle] < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Times of day without any date, or no times at all: only their order is known.
static void number_rows(struct source *source) {
    size_t capacity = 0;
    size_t count = 0;
    millis *times = NULL;
    for (size_t i = 0; i < source->table_count; i++) {
        const struct table *table = &source->tables[i];
        times = grow_array(times, &capacity, count + table->row_count + 1, sizeof *times);
        if (table->row_count > 0) memcpy(times + count, table->time, table->row_count * sizeof *times);
        count += table->row_count;
    }
    if (count == 0) {
        free(times);
        return;
    }
    qsort(times, count, sizeof *times, compare_times);
    size_t left = 1;
    for (size_t i = 1; i < count; i++)
        if (times[i] != times[left - 1]) times[left++] = times[i];
    for (size_t i = 0; i < source->table_count; i++) {
        struct table *table = &source->tables[i];
        for (size_t row = 0; row < table->row_count; row++)
            table->time[row] = (millis)position(times, left, table->time[row]);
    }
    for (size_t i = 0; i < source->event_count; i++) source->events[i].time = MILLIS_NONE;
    free(times);
}

static void say_undated(const struct sysstat_clock *clock) {
    source_problem(clock->source, 0, SEVERITY_WARNING, "%s",
                   clock->untimed ? tr("the rows print no times: only their order is known")
                                  : tr("the rows print the time of day only, and the banner with the date is missing"));
}

static millis shift_of_line(const struct sysstat_clock *clock, uint32_t line) {
    size_t low = 0;
    size_t high = clock->run_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (clock->runs[middle].line <= line)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? 0 : clock->runs[low - 1].shift;
}

static void move_runs(struct sysstat_clock *clock) {
    struct source *source = clock->source;
    for (size_t i = 0; i < source->table_count; i++) {
        struct table *table = &source->tables[i];
        for (size_t row = 0; row < table->row_count; row++) table->time[row] += shift_of_line(clock, table->line[row]);
    }
    for (size_t i = 0; i < source->event_count; i++)
        if (source->events[i].time != MILLIS_NONE)
            source->events[i].time += shift_of_line(clock, source->events[i].line);
}

static void settle_dates(struct sysstat_clock *clock) {
    struct source *source = clock->source;
    if (!clock->ambiguous || clock->shown != DATE_ORDER_UNKNOWN) {
        source->day_month_proved = true;
        if (clock->ambiguous && clock->shown == DATE_ORDER_DMY) move_runs(clock);
    } else if (clock->twelve_hour && clock->long_date) {
        source->clock_note = tr("dates with a 12-hour clock are read as in the United States, month first");
    } else {
        source->day_month_open = true;
    }
}

void sysstat_clock_finish(struct sysstat_clock *clock) {
    struct source *source = clock->source;
    source->twelve_hour = clock->twelve_hour;
    if (clock->untimed || (!clock->epoch && !clock->dated)) {
        source->clock = CLOCK_NONE;
        number_rows(source);
        if (source->reports > 0) say_undated(clock);
    } else if (clock->epoch) {
        source->clock = CLOCK_EPOCH;
    } else {
        bool one_zone = clock->zoned && !clock->other_zones;
        source->clock = one_zone && clock->utc ? CLOCK_ZONED : CLOCK_LOCAL;
        if (one_zone) source->zone = clock->utc ? "Z" : arena_string(source->arena_, clock->zone);
        settle_dates(clock);
    }
    free(clock->runs);
    clock->runs = NULL;
}

#include "parsers/train_clock.h"

#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

// A leap year, so that a 29th of February is a date.
enum { YEARLESS = 2000, DAY = 86400000 };

struct train_clock train_clock_of(struct source *source, enum date_order order) {
    return (struct train_clock){
        .clock = {.source = source, .order = order}, .time = MILLIS_NONE, .last_time = MILLIS_NONE};
}

static bool taken(struct train_clock *clock, millis time) {
    if (clock->clock.ambiguous) clock->clock.source->day_month_open = true;
    clock->time = clock->last_time = time;
    return true;
}

bool train_clock_read(struct train_clock *clock, struct text stamp) {
    millis time = MILLIS_NONE;
    if (clock->yearless || !log_clock_read(&clock->clock, stamp, &time)) return false;
    clock->yeared = true;
    return taken(clock, time);
}

// ── years ───────────────────────────────────────────────────────────────────

static int year_of(millis civil) {
    int year = 0;
    int month = 0;
    int day = 0;
    when_date((civil - (civil < 0 ? DAY - 1 : 0)) / DAY, &year, &month, &day);
    return year;
}

static millis with_year(millis civil, int year) {
    int64_t days = (civil - (civil < 0 ? DAY - 1 : 0)) / DAY;
    int old = 0;
    int month = 0;
    int day = 0;
    when_date(days, &old, &month, &day);
    return when_days(year, month, day) * DAY + (civil - days * DAY);
}

// A stamp without a year among such with one lies in the year of the last one.
static int year_beside(const struct train_clock *clock, int month) {
    int year = year_of(clock->last_time);
    bool turned = clock->month == 12 && month == 1;
    return turned ? year + 1 : year;
}

static bool read_when(struct train_clock *clock, struct when when) {
    bool bare = !when.has_year;
    if (bare && clock->yeared && clock->clock.source->clock != CLOCK_LOCAL) return false;
    if (!bare && (when.epoch || when.has_zone)) return false;
    if (bare && clock->yeared) {
        when.year = year_beside(clock, when.month);
    } else {
        if (clock->month == 12 && when.month == 1) clock->turn++;
        if (!bare && clock->year == 0) clock->year = when.year - clock->turn;
        when.year = YEARLESS + clock->turn;
    }
    when.has_year = true;
    millis time = MILLIS_NONE;
    if (!log_clock_take(&clock->clock, &when, &time)) return false;
    clock->month = when.month;
    clock->yearless = clock->yearless || !clock->yeared;
    return taken(clock, time);
}

// The last stamp lies in the last year in which it is not behind the file's last change.
static int year_of_file(const struct train_clock *clock) {
    millis modified = clock->clock.source->modified;
    if (modified == MILLIS_NONE || clock->last_time == MILLIS_NONE) return 0;
    int year = year_of(modified);
    // A day's slack: the stamp is local, the change is UTC.
    if (with_year(clock->last_time, year) > modified + DAY) year--;
    return year - (year_of(clock->last_time) - YEARLESS);
}

static void move(millis *time, int year) {
    if (*time != MILLIS_NONE) *time = with_year(*time, year + year_of(*time) - YEARLESS);
}

void train_clock_settle(struct train_clock *clock) {
    struct source *source = clock->clock.source;
    if (!clock->yearless || source->clock == CLOCK_NONE) return;
    int year = clock->year != 0 ? clock->year : year_of_file(clock);
    const char *note = tr("the stamps print no year, and nothing in the file tells it");
    if (clock->year != 0)
        note = tr("the stamps print no year: it is taken from other lines of the file");
    else if (year != 0)
        note = tr("the stamps print no year: it is taken from the file's last change");
    source->clock_note = arena_string(source->arena_, note);
    source->year_assumed = clock->year == 0;
    if (year == 0) return;
    for (size_t i = 0; i < source->table_count; i++)
        for (size_t k = 0; k < source->tables[i].row_count; k++) move(&source->tables[i].time[k], year);
    for (size_t i = 0; i < source->event_count; i++) move(&source->events[i].time, year);
}

void train_clock_forget(struct train_clock *clock) {
    struct source *source = clock->clock.source;
    source->clock = CLOCK_NONE;
    source->zone = "";
    source->fraction = source->day_month_open = false;
    for (size_t i = 0; i < source->event_count; i++) source->events[i].time = MILLIS_NONE;
    *clock = train_clock_of(source, clock->clock.order);
}

// ── the place in the line ───────────────────────────────────────────────────

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number of so many digits, -1 if other characters stand there.
static int number_at(struct text text, size_t at, size_t digits) {
    int value = 0;
    for (size_t i = at; i < at + digits; i++) {
        if (i >= text.length || !is_digit(text.at[i])) return -1;
        value = value * 10 + (text.at[i] - '0');
    }
    return value;
}

// " 10:00:13" with or without a fraction behind `at`. Returns where it ends, 0 if it is none.
static size_t read_time(struct text text, size_t at, struct when *when) {
    when->hour = number_at(text, at + 1, 2);
    when->minute = number_at(text, at + 4, 2);
    when->second = number_at(text, at + 7, 2);
    if (when->hour < 0 || when->hour > 23 || when->minute < 0 || when->minute > 59) return 0;
    if (when->second < 0 || when->second > 60) return 0;
    if (text.at[at] != ' ' || text.at[at + 3] != ':' || text.at[at + 6] != ':') return 0;
    size_t end = at + 9;
    if (number_at(text, end + 1, 3) < 0 || (text.at[end] != '.' && text.at[end] != ',')) return end;
    when->has_fraction = true;
    when->millisecond = number_at(text, end + 1, 3);
    for (end += 4; end < text.length && is_digit(text.at[end]);) end++;
    return end;
}

static bool is_day(const struct when *when) {
    return when->month >= 1 && when->month <= 12 && when->day >= 1 && when->day <= 31;
}

// glog and absl: "I0317 10:00:13.224641", with a year in newer ones: "I20240317 10:00:13.224641".
static bool read_glog(struct text text, struct when *when, size_t *used) {
    if (text.length == 0 || strchr("IWEF", text.at[0]) == NULL || text.at[0] == '\0') return false;
    size_t at = 1;
    *when = (struct when){.has_date = true, .has_time = true};
    if (number_at(text, 1, 8) >= 0) {
        when->has_year = true;
        when->year = number_at(text, 1, 4);
        at = 5;
    }
    when->month = number_at(text, at, 2);
    when->day = number_at(text, at + 2, 2);
    *used = read_time(text, at + 4, when);
    return is_day(when) && *used > 0;
}

// mmengine and detectron2: "06/28 03:16:23".
static bool read_slashed(struct text text, enum date_order order, struct when *when, size_t *used) {
    int first = number_at(text, 0, 2);
    int second = number_at(text, 3, 2);
    if (first < 0 || second < 0 || text.at[2] != '/') return false;
    bool day_first = first > 12 || (second <= 12 && order == DATE_ORDER_DMY);
    *when = (struct when){.has_date = true, .has_time = true};
    when->month = day_first ? second : first;
    when->day = day_first ? first : second;
    when->ambiguous = first <= 12 && second <= 12 && first != second && order == DATE_ORDER_UNKNOWN;
    *used = read_time(text, 5, when);
    return is_day(when) && *used > 0;
}

static bool read_at(struct train_clock *clock, struct text at, bool *is_stamp, size_t *used) {
    struct when when;
    *is_stamp = read_glog(at, &when, used) || read_slashed(at, clock->clock.order, &when, used);
    if (!*is_stamp) *is_stamp = when_read_prefix(at, clock->clock.order, &when, used) && when.has_date && when.has_time;
    if (!*is_stamp) return false;
    if (!when.has_year || clock->yearless) return read_when(clock, when);
    millis time = MILLIS_NONE;
    if (!log_clock_take(&clock->clock, &when, &time)) return false;
    clock->yeared = true;
    clock->month = when.month;
    return taken(clock, time);
}

// Brackets and what parts names; *depth is that of the brackets.
static struct text skip_separators(struct text rest, int *depth) {
    while (rest.length > 0 && strchr(" \t[](){}<>|:,", rest.at[0]) != NULL && rest.at[0] != '\0') {
        if (strchr("[({<", rest.at[0]) != NULL) ++*depth;
        if (strchr("])}>", rest.at[0]) != NULL && *depth > 0) --*depth;
        rest = text_skip(rest, 1);
    }
    return rest;
}

static size_t name_length(struct text text) {
    size_t length = 0;
    while (length < text.length && length <= 40 && strchr(" \t[](){}<>|:,", text.at[length]) == NULL) length++;
    return length;
}

struct text train_clock_take(struct train_clock *clock, struct text line) {
    enum { NAMES = 4, WORDS = 2, WORD_LONGEST = 12, NAME_LONGEST = 40 };
    clock->time = MILLIS_NONE;
    line = text_trim(line);
    struct text rest = line;
    int depth = 0;
    int words = 0;
    for (int names = 0; names <= NAMES; names++) {
        bool is_stamp = false;
        size_t used = 0;
        rest = skip_separators(rest, &depth);
        if (rest.length == 0) break;
        if (read_at(clock, rest, &is_stamp, &used)) {
            rest = text_skip(rest, used);
            while (rest.length > 0 && strchr("]) ,:", rest.at[0]) != NULL && rest.at[0] != '\0')
                rest = text_skip(rest, 1);
            return rest;
        }
        if (is_stamp) return rest;
        size_t length = name_length(rest);
        bool named = depth > 0 || (length < rest.length && rest.at[length] != ' ' && rest.at[length] != '\t');
        if (length > (named ? NAME_LONGEST : WORD_LONGEST) || (!named && ++words > WORDS)) break;
        rest = text_skip(rest, length);
    }
    return line;
}

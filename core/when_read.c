// Reads stamps. Each form is a small reader that moves a cursor; the one that gets farthest wins.
#include <string.h>

#include "core/when.h"
#include "core/when_words.h"

struct cursor {
    const char *at, *end;
};

static struct text rest_of(const struct cursor *c) { return (struct text){c->at, (size_t)(c->end - c->at)}; }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80) != 0; }

static char peek(const struct cursor *c, size_t offset) {
    return (size_t)(c->end - c->at) > offset ? c->at[offset] : '\0';
}

// By hand: nearly always the first byte already differs, and this is asked some fifty times a line.
static bool take(struct cursor *c, const char *literal) {
    size_t length = 0;
    for (; literal[length] != '\0'; length++)
        if (c->at + length >= c->end || c->at[length] != literal[length]) return false;
    c->at += length;
    return true;
}

// Blanks of any kind; newer libraries put a narrow no-break space before AM and PM. At
// most a handful: a stamp has no gaps, and a line of blanks must not be walked again and again.
static bool blanks(struct cursor *c) {
    const char *start = c->at;
    for (int i = 0; i < 8; i++)
        if (!take(c, " ") && !take(c, "\t") && !take(c, "\xe2\x80\xaf") && !take(c, "\xc2\xa0")) break;
    return c->at > start;
}

// A whole run of `least` to `most` digits.
static bool digits(struct cursor *c, int least, int most, int *value) {
    int count = 0;
    int result = 0;
    while (is_digit(peek(c, (size_t)count))) {
        if (count == most) return false;
        result = result * 10 + (c->at[count] - '0');
        count++;
    }
    if (count < least) return false;
    c->at += count;
    *value = result;
    return true;
}

static bool digits_in(struct cursor *c, int least, int most, int low, int high, int *value) {
    struct cursor now = *c;
    int result;
    if (!digits(&now, least, most, &result) || result < low || result > high) return false;
    *c = now;
    *value = result;
    return true;
}

static struct text word_at(const struct cursor *c) {
    size_t length = 0;
    while (is_letter(peek(c, length))) length++;
    return (struct text){c->at, length};
}

// ── dates ───────────────────────────────────────────────────────────────────

static bool set_date(struct when *when, int year, int month, int day) {
    struct when date = {.year = year, .month = month, .day = day, .has_date = true, .has_year = true};
    if (when_civil(&date) == MILLIS_NONE) return false;
    when->year = year;
    when->month = month;
    when->day = day;
    when->has_date = when->has_year = true;
    return true;
}

// The POSIX reading of two-digit years.
static int full_year(int year, ptrdiff_t digit_count) {
    if (digit_count == 4) return year;
    return year + (year < 69 ? 2000 : 1900);
}

// What follows a date must not be more of the same number.
static bool date_ends(const struct cursor *c) {
    char next = peek(c, 0);
    if (is_digit(next)) return false;
    return !((next == '.' || next == '/' || next == '-') && is_digit(peek(c, 1)));
}

// "2026-11-23", "2026/11/23", and Korean's "2026. 11. 23." with a week day in brackets behind it.
static bool year_first(struct cursor *c, struct when *when) {
    struct cursor now = *c;
    int year, month, day;
    if (!digits_in(&now, 4, 4, 1900, 2999, &year)) return false;
    char separator = peek(&now, 0);
    if (separator != '-' && separator != '/' && separator != '.') return false;
    now.at++;
    bool spaced = separator == '.' && blanks(&now);
    if (!digits_in(&now, 1, 2, 1, 12, &month) || peek(&now, 0) != separator) return false;
    now.at++;
    if (spaced) blanks(&now);
    if (!digits_in(&now, 1, 2, 1, 31, &day)) return false;
    if (spaced) take(&now, ".");
    if (!date_ends(&now) || !set_date(when, year, month, day)) return false;
    *c = now;
    return true;
}

// "11/23/26", "23/11/2026", "23.11.2026", "23-11-26".
static bool year_last(struct cursor *c, enum date_order order, struct when *when) {
    struct cursor now = *c;
    int first, second, year;
    if (!digits_in(&now, 1, 2, 1, 31, &first)) return false;
    char separator = peek(&now, 0);
    if (separator != '-' && separator != '/' && separator != '.') return false;
    now.at++;
    if (!digits_in(&now, 1, 2, 1, 31, &second) || peek(&now, 0) != separator) return false;
    const char *start = ++now.at;
    if (!digits(&now, 2, 4, &year) || now.at - start == 3) return false;
    if (!date_ends(&now)) return false;
    year = full_year(year, now.at - start);
    if (year < 1900 || year > 2999) return false;
    // Nobody writes full stops into a date with the month first.
    bool day_first = separator == '.' || order == DATE_ORDER_DMY;
    if (first > 12) day_first = true;
    if (second > 12) day_first = false;
    bool undecided = separator != '.' && first <= 12 && second <= 12 && first != second;
    if (!set_date(when, year, day_first ? second : first, day_first ? first : second)) return false;
    when->ambiguous = undecided && order == DATE_ORDER_UNKNOWN;
    *c = now;
    return true;
}

static bool take_any(struct cursor *c, const char *a, const char *b, const char *d) {
    return take(c, a) || take(c, b) || take(c, d);
}

// "2026年11月23日", "2026年 11月 23日", "2026년 11월 23일".
static bool cjk_date(struct cursor *c, struct when *when) {
    struct cursor now = *c;
    int year, month, day;
    if (!digits_in(&now, 4, 4, 1900, 2999, &year) || !take_any(&now, "年", "년", "年")) return false;
    blanks(&now);
    if (!digits_in(&now, 1, 2, 1, 12, &month) || !take_any(&now, "月", "월", "月")) return false;
    blanks(&now);
    if (!digits_in(&now, 1, 2, 1, 31, &day) || !take_any(&now, "日", "일", "日")) return false;
    if (!set_date(when, year, month, day)) return false;
    *c = now;
    return true;
}

// A week day behind a date: "星期一", "月曜日", "(월)". Words for the half day look alike and stay.
static void skip_weekday(struct cursor *c) {
    struct cursor now = *c;
    size_t used;
    blanks(&now);
    bool bracket = take(&now, "(");
    struct text word = word_at(&now);
    if (word.length == 0 || word.length > 18 || (word.at[0] & 0x80) == 0) return;
    if (when_half_day(word, &used) != 0) return;
    now.at += word.length;
    if (bracket && !take(&now, ")")) return;
    *c = now;
}

// ── times ───────────────────────────────────────────────────────────────────

static bool read_fraction(struct cursor *c, struct when *when) {
    char point = peek(c, 0);
    if ((point != '.' && point != ',') || !is_digit(peek(c, 1))) return false;
    c->at++;
    int scale = 100;
    int milliseconds = 0;
    int count = 0;
    for (; is_digit(peek(c, 0)) && count < 12; c->at++, count++) {
        milliseconds += (c->at[0] - '0') * scale;
        scale /= 10;
    }
    when->millisecond = milliseconds;
    when->has_fraction = true;
    return true;
}

// "19:44:02", "19时44分02秒", "20시 44분 02초"; with `short_form` also "19:44".
static bool clock_time(struct cursor *c, bool short_form, struct when *when) {
    struct cursor now = *c;
    int hour, minute;
    int second = 0;
    if (!digits_in(&now, 1, 2, 0, 23, &hour)) return false;
    if (take(&now, ":")) {
        if (!digits_in(&now, 2, 2, 0, 59, &minute)) return false;
        if (take(&now, ":")) {
            if (!digits_in(&now, 2, 2, 0, 60, &second)) return false;
            read_fraction(&now, when);
        } else if (!short_form) {
            return false;
        }
        if (is_digit(peek(&now, 0)) || (peek(&now, 0) == ':' && is_digit(peek(&now, 1)))) return false;
    } else {
        if (!take_any(&now, "时", "時", "시")) return false;
        blanks(&now);
        if (!digits_in(&now, 1, 2, 0, 59, &minute) || !take_any(&now, "分", "분", "分")) return false;
        blanks(&now);
        if (!digits_in(&now, 1, 2, 0, 60, &second) || !take_any(&now, "秒", "초", "秒")) return false;
    }
    when->hour = hour;
    when->minute = minute;
    when->second = second;
    when->has_time = true;
    *c = now;
    return true;
}

static bool half_day(struct cursor *c, int *half) {
    struct cursor now = *c;
    blanks(&now);
    size_t used;
    int found = when_half_day(rest_of(&now), &used);
    if (found == 0) return false;
    now.at += used;
    if (now.at < now.end && (now.at[-1] & 0x80) == 0 && (is_letter(now.at[0]) || is_digit(now.at[0]))) return false;
    *half = found;
    *c = now;
    return true;
}

// A time with whatever half day stands before or behind it.
static bool read_time(struct cursor *c, bool short_form, struct when *when) {
    struct cursor now = *c;
    struct when result = *when;
    int half = 0;
    if (half_day(&now, &half)) blanks(&now);
    if (!clock_time(&now, short_form, &result)) return false;
    if (half == 0) half_day(&now, &half);
    if (half != 0) {
        if (result.hour > 12) return false;
        result.hour = result.hour % 12 + (half == 2 ? 12 : 0);
    }
    *when = result;
    *c = now;
    return true;
}

// ── zones ───────────────────────────────────────────────────────────────────

// "+0530", "+05:30", and where `hours_alone` says so "-03".
static bool numeric_zone(struct cursor *c, bool hours_alone, struct when *when) {
    struct cursor now = *c;
    char sign = peek(&now, 0);
    if (sign != '+' && sign != '-') return false;
    now.at++;
    int hours = 0;
    int minutes = 0;
    int run = 0;
    while (is_digit(peek(&now, (size_t)run))) run++;
    if (run == 4) {
        int both;
        if (!digits(&now, 4, 4, &both)) return false;
        hours = both / 100;
        minutes = both % 100;
    } else if (run == 2) {
        digits(&now, 2, 2, &hours);
        struct cursor colon = now;
        if (take(&colon, ":") && digits(&colon, 2, 2, &minutes))
            now = colon;
        else if (!hours_alone)
            return false;
    } else {
        return false;
    }
    if (hours > 15 || minutes > 59 || is_letter(peek(&now, 0))) return false;
    when->zone_minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    when->has_zone = true;
    *c = now;
    return true;
}

// "UTC+8" and "GMT-03:30" as well as the bare words.
static bool utc_word(struct cursor *c, struct when *when) {
    struct cursor now = *c;
    if (!take_any(&now, "UTC", "GMT", "Z")) return false;
    if (is_letter(peek(&now, 0)) || is_digit(peek(&now, 0))) return false;
    when->has_zone = true;
    when->zone_minutes = 0;
    size_t length = (size_t)(now.at - c->at);
    memcpy(when->zone_word, c->at, length);
    when->zone_word[length] = '\0';
    numeric_zone(&now, true, when);
    *c = now;
    return true;
}

static bool named_zone(struct cursor *c, bool any_word, struct when *when) {
    struct text word = word_at(c);
    if (word.length < 2 || word.length >= sizeof when->zone_word) return false;
    if (is_digit(peek(c, word.length))) return false;
    size_t used;
    if (when_half_day(word, &used) != 0) return false;
    for (size_t i = 0; i < word.length; i++)
        if (any_word && (word.at[i] < 'A' || word.at[i] > 'Z')) return false;
    if (!any_word && !when_zone_word(word)) return false;
    memcpy(when->zone_word, word.at, word.length);
    when->zone_word[word.length] = '\0';
    c->at += word.length;
    return true;
}

// Behind a numeric date and its time. An offset after a blank must be complete: "-10" may be the next field.
static void read_zone(struct cursor *c, struct when *when) {
    if (numeric_zone(c, true, when) || utc_word(c, when)) return;
    struct cursor now = *c;
    if (!blanks(&now)) return;
    if (numeric_zone(&now, false, when) || utc_word(&now, when) || named_zone(&now, false, when)) *c = now;
}

// ── forms ───────────────────────────────────────────────────────────────────

static bool date_time_separator(struct cursor *c) {
    if (take(c, ",")) {
        blanks(c);
        return true;
    }
    return take_any(c, "T", "t", "_") || blanks(c);
}

// A numeric date, with or without a time behind it.
static bool dated(struct cursor *c, enum date_order order, struct when *when) {
    struct cursor now = *c;
    bool attached = false;
    if (cjk_date(&now, when)) {
        skip_weekday(&now);
        attached = true;
    } else if (year_first(&now, when)) {
        if (now.at[-1] == '.') skip_weekday(&now);
    } else if (!year_last(&now, order, when)) {
        return false;
    }
    *c = now;
    if ((date_time_separator(&now) || attached) && read_time(&now, true, when)) {
        read_zone(&now, when);
        *c = now;
        return true;
    }
    char next = peek(c, 0);
    return !is_letter(next) || (next & 0x80) != 0;
}

// dstat's "23-11 11:54:55": day, month, no year.
static bool day_month_time(struct cursor *c, struct when *when) {
    struct cursor now = *c;
    int day, month;
    if (!digits_in(&now, 2, 2, 1, 31, &day) || !take(&now, "-") || !digits_in(&now, 2, 2, 1, 12, &month)) return false;
    // A leap year: whether the day exists is judged when the year is known.
    if (!set_date(when, 2000, month, day) || !blanks(&now) || !read_time(&now, false, when)) return false;
    when->year = 0;
    when->has_year = false;
    *c = now;
    return true;
}

static bool time_alone(struct cursor *c, struct when *when) {
    if (!read_time(c, false, when)) return false;
    read_zone(c, when);
    return true;
}

// "1795434257" or "1795434257.123".
static bool epoch(struct cursor *c, struct when *when) {
    struct cursor now = *c;
    int64_t seconds = 0;
    for (int i = 0; i < 10; i++, now.at++) {
        char digit = peek(&now, 0);
        if (!is_digit(digit) || (i == 0 && digit == '0')) return false;
        seconds = seconds * 10 + (digit - '0');
    }
    read_fraction(&now, when);
    if (is_digit(peek(&now, 0)) || is_letter(peek(&now, 0)) || peek(&now, 0) == '_') return false;
    when_date(seconds / 86400, &when->year, &when->month, &when->day);
    int rest = (int)(seconds % 86400);
    when->hour = rest / 3600;
    when->minute = rest / 60 % 60;
    when->second = rest % 60;
    when->has_date = when->has_year = when->has_time = when->has_zone = when->epoch = true;
    *c = now;
    return true;
}

// ── dates with the month in letters ─────────────────────────────────────────

static bool month_word(struct cursor *c, int *month) {
    struct text word = word_at(c);
    *month = when_month_word(word);
    if (*month == 0) return false;
    c->at += word.length;
    take(c, ".");
    return true;
}

// Between the parts of a worded date: blanks, one of `. , - /`, or Spanish and Portuguese "de".
static bool word_gap(struct cursor *c) {
    struct cursor now = *c;
    bool any = take_any(&now, "-", "/", ",");
    any |= blanks(&now);
    struct cursor de = now;
    if (take(&de, "de") && blanks(&de)) {
        now = de;
        any = true;
    }
    if (any) *c = now;
    return any;
}

static bool day_number(struct cursor *c, int *day) {
    if (!digits_in(c, 1, 2, 1, 31, day)) return false;
    take(c, ".");
    return true;
}

static bool year_item(struct cursor *c, struct when *when) {
    struct cursor now = *c;
    int year;
    if (when->has_year || !digits_in(&now, 4, 4, 1900, 2999, &year)) return false;
    if (is_letter(peek(&now, 0)) || (peek(&now, 0) == '.' && is_digit(peek(&now, 1)))) return false;
    when->year = year;
    when->has_year = true;
    *c = now;
    return true;
}

static bool zone_item(struct cursor *c, struct when *when) {
    if (!when->has_time || when->has_zone || when->zone_word[0] != '\0') return false;
    return numeric_zone(c, true, when) || utc_word(c, when) || named_zone(c, !when->has_year, when);
}

// Year, time and zone behind day and month, in any order, each once.
static void worded_tail(struct cursor *c, struct when *when) {
    struct cursor before_zone = *c;
    struct when without_zone = *when;
    while (true) {
        struct cursor now = *c;
        // Apache's "18/Apr/2019:10:22:33" has a colon before the time.
        bool colon = when->has_year && !when->has_time && take(&now, ":");
        if (!colon && !word_gap(&now)) break;
        struct when before = *when;
        if (zone_item(&now, when)) {
            before_zone = *c;
            without_zone = before;
        } else if (!year_item(&now, when) && (when->has_time || !read_time(&now, when->has_year, when))) {
            break;
        }
        *c = now;
    }
    // Without a year behind them, capitals after the time may be a host's name.
    if (!when->has_year && when->zone_word[0] != '\0' && !when_zone_word(text_of(when->zone_word))) {
        *c = before_zone;
        *when = without_zone;
    }
}

// "3月 10", "3월 10": how ctime and journalctl print the month and the day of East Asia.
static bool numbered_month(struct cursor *c, int *month, int *day) {
    struct cursor now = *c;
    if (!digits_in(&now, 1, 2, 1, 12, month) || !take_any(&now, "月", "월", "月")) return false;
    if (!blanks(&now) || !digits_in(&now, 1, 2, 1, 31, day) || !date_ends(&now)) return false;
    *c = now;
    return true;
}

// Day and month in either order at the cursor, and the rest.
static bool worded_from(struct cursor *c, struct when *when) {
    struct cursor now = *c;
    int month, day;
    if (numbered_month(&now, &month, &day)) {
        if (peek(&now, 0) == ':') return false;
    } else if (is_digit(peek(&now, 0))) {
        if (!day_number(&now, &day)) return false;
        word_gap(&now);
        if (!month_word(&now, &month)) return false;
    } else {
        if (!month_word(&now, &month) || !word_gap(&now) || !digits_in(&now, 1, 2, 1, 31, &day)) return false;
        // "Nov 23.5" is no date.
        if (is_letter(peek(&now, 0)) || peek(&now, 0) == ':' || (peek(&now, 0) == '.' && is_digit(peek(&now, 1))))
            return false;
    }
    struct when result = *when;
    result.month = month;
    result.day = day;
    result.has_date = true;
    worded_tail(&now, &result);
    if (!result.has_time && !result.has_year) return false;
    struct when date = {
        .year = result.has_year ? result.year : 2000, .month = month, .day = day, .has_date = true, .has_year = true};
    if (when_civil(&date) == MILLIS_NONE) return false;
    *when = result;
    *c = now;
    return true;
}

// "Mon Nov 23 11:47:22 UTC 2026", "lun. 23 nov. 2026 12:47:22 CET", "Thursday 18 April 2019". "mar" is a
// week day in French and a month in Spanish: both readings are tried.
static bool worded(struct cursor *c, struct when *when) {
    struct text word = word_at(c);
    struct cursor now = *c;
    if (when_weekday_word(word)) {
        now.at += word.length;
        take(&now, ".");
        take(&now, ",");
        if (blanks(&now) && worded_from(&now, when)) {
            *c = now;
            return true;
        }
    }
    return worded_from(c, when);
}

// ── entry ───────────────────────────────────────────────────────────────────

static void keep_longer(struct cursor now, const struct when *candidate, const char **best, struct when *out) {
    if (now.at <= *best) return;
    *best = now.at;
    *out = *candidate;
}

bool when_read_prefix(struct text text, enum date_order order, struct when *out, size_t *used) {
    if (text.length == 0) return false;
    struct cursor start = {text.at, text.at + text.length};
    blanks(&start);
    const char *best = start.at;
    char first = peek(&start, 0);
    if (!is_digit(first) && !is_letter(first)) return false;
    struct when candidate = {0};
    struct cursor now = start;
    if (is_digit(first)) {
        if (epoch(&now, &candidate)) keep_longer(now, &candidate, &best, out);
        now = start, candidate = (struct when){0};
        if (dated(&now, order, &candidate)) keep_longer(now, &candidate, &best, out);
        now = start, candidate = (struct when){0};
        if (day_month_time(&now, &candidate)) keep_longer(now, &candidate, &best, out);
        now = start, candidate = (struct when){0};
    }
    if (time_alone(&now, &candidate)) keep_longer(now, &candidate, &best, out);
    now = start, candidate = (struct when){0};
    if (worded(&now, &candidate)) keep_longer(now, &candidate, &best, out);
    if (best == start.at) return false;
    *used = (size_t)(best - text.at);
    return true;
}

bool when_read(struct text text, enum date_order order, struct when *out) {
    text = text_trim(text);
    struct when result;
    size_t used = 0;
    if (!when_read_prefix(text, order, &result, &used) || used != text.length) return false;
    *out = result;
    return true;
}

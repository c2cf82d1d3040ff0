// mpstat.c: a banner with the date, then tables of one row a CPU; rows print the time of day alone.
//
// The date comes from the banner, and a time that falls back by hours is the next day. "Average:" (in any language:
// a first word that is no time) is no data. There is no row since boot.
#include "parsers/mpstat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/fields.h"

enum { COLUMNS_MOST = 24, DAY = 86400 };

struct mpstat {
    struct source *source;
    const char *names[COLUMNS_MOST];
    size_t columns, first;  // first: number of the word that holds the CPU
    int64_t day;            // days since 1970 of the banner's date; INT64_MIN if unknown
    int64_t second;         // of the last row
    millis report;          // of the last report
    double interval;
};

// The time of day at the start of a line: "04:40:51", "04:40:51 PM", "19时44分02秒". Returns the words it took, 0 if
// none.
static size_t time_of_day(const struct fields *words, int64_t *second) {
    struct when when;
    for (size_t take = 2; take >= 1; take--) {
        if (words->count < take) continue;
        struct text text = {words->at[0].at,
                            (size_t)(words->at[take - 1].at + words->at[take - 1].length - words->at[0].at)};
        if (!when_read(text, DATE_ORDER_UNKNOWN, &when) || when.has_date || !when.has_time || when.epoch) continue;
        *second = when.hour * 3600 + when.minute * 60 + when.second;
        return take;
    }
    return 0;
}

static bool is_header(const struct fields *words, size_t from) {
    return words->count > from + 3 && text_equal(words->at[from], "CPU") && fields_find(words, "%idle") != SIZE_MAX;
}

static void take_banner(struct mpstat *mp, const struct fields *words, struct text line) {
    struct source *source = mp->source;
    size_t open = text_find(line, "(");
    size_t close = text_find(line, ")");
    if (open != SIZE_MAX && close != SIZE_MAX && close > open + 1 && source->host[0] == '\0')
        source->host = text_copy(source->arena_, text_head(text_skip(line, open + 1), close - open - 1));
    if (words->count > 1) source_fact(source, TEXT("cpu"), "kernel", words->at[1], 1);
    for (size_t i = 2; i < words->count; i++) {
        struct when when;
        if (!when_read(words->at[i], DATE_ORDER_UNKNOWN, &when) || !when.has_date) continue;
        mp->day = when_days(when.has_year ? when.year : 1970, when.month, when.day);
        if (when.ambiguous)
            source->clock_note = tr("day and month of the banner's date could be exchanged; read month first");
        break;
    }
    for (size_t i = 3; i < words->count; i++) {
        double cpus = 0;
        if (text_equal(words->at[i], "CPU)") && text_number(text_skip(words->at[i - 1], 1), &cpus))
            source_fact(source, TEXT("cpu"), "cpus", text_skip(words->at[i - 1], 1), 1);
    }
    mp->second = -1;
}

static void take_header(struct mpstat *mp, const struct fields *words, size_t from) {
    mp->first = from;
    mp->columns = 0;
    for (size_t i = from + 1; i < words->count && mp->columns < COLUMNS_MOST; i++)
        mp->names[mp->columns++] = text_copy(mp->source->arena_, words->at[i]);
}

// A report begins where the time changes; every report's rows carry its end.
static void begin_report(struct mpstat *mp, int64_t second) {
    if (mp->second >= 0 && second + DAY / 2 < mp->second && mp->day != INT64_MIN) mp->day++;
    millis time = mp->day == INT64_MIN ? (millis)mp->source->reports : (mp->day * DAY + second) * 1000;
    mp->interval =
        mp->source->reports > 0 && mp->day != INT64_MIN && time > mp->report ? (double)(time - mp->report) / 1000.0 : 0;
    mp->report = time;
    mp->second = second;
    mp->source->reports++;
}

static void take_row(struct mpstat *mp, const struct fields *words, uint32_t line) {
    struct text cpu = words->at[mp->first];
    double values[COLUMNS_MOST];
    for (size_t i = 0; i < mp->columns; i++) {
        char suffix = 0;
        if (fields_number(words->at[mp->first + 1 + i], &values[i], &suffix)) continue;
        source_skip(mp->source, line, tr("not a row of mpstat"));
        return;
    }
    double number = 0;
    bool all = text_equal(cpu, "all");
    if (!all && !text_number(cpu, &number)) {
        source_skip(mp->source, line, tr("not a row of mpstat"));
        return;
    }
    char entity[32] = "cpu";
    if (!all) snprintf(entity, sizeof entity, "cpu%.0f", number);
    struct table *table = source_table(mp->source, text_of(entity), ENTITY_CPU);
    size_t row = table_row(table, mp->report, mp->interval, line);
    for (size_t i = 0; i < mp->columns; i++)
        table_set(table, row, table_column(mp->source, table, mp->names[i], UNIT_PERCENT, SERIES_AVERAGE), values[i]);
}

static void take_line(struct mpstat *mp, struct text line, uint32_t number, bool unended) {
    struct fields words;
    fields_split(line, &words);
    if (words.count == 0) return;
    if (text_equal(words.at[0], "Linux") && words.count >= 4) {
        take_banner(mp, &words, line);
        return;
    }
    int64_t second = 0;
    size_t taken = time_of_day(&words, &second);
    if (taken == 0) return;  // averages, and what stands between tables
    if (is_header(&words, taken)) {
        take_header(mp, &words, taken);
        return;
    }
    if (mp->columns == 0 || words.count != mp->first + 1 + mp->columns || taken != mp->first) {
        // Tables of interrupts follow with -A: their header is not ours.
        if (words.count > taken && (text_equal(words.at[taken], "CPU") || text_equal(words.at[taken], "NODE")))
            mp->columns = 0;
        else if (mp->columns != 0)
            source_skip(mp->source, number, tr("a row with another number of values than the header"));
        return;
    }
    if (unended) return;  // its last value may be cut
    if (second != mp->second || text_equal(words.at[mp->first], "all")) {
        if (second != mp->second) begin_report(mp, second);
    }
    take_row(mp, &words, number);
}

void mpstat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct mpstat mp = {.source = source, .day = INT64_MIN, .second = -1};
    struct text line;
    while (lines_next(lines, &line)) take_line(&mp, line, lines_number(lines), lines_unended(lines));
    source->clock = mp.day == INT64_MIN ? CLOCK_NONE : CLOCK_LOCAL;
    size_t rows = 0;
    for (size_t i = 0; i < source->table_count; i++) rows += source->tables[i].row_count;
    source->samples = rows;
}

int mpstat_text_bid(struct text head, bool whole) {
    (void)whole;
    struct fields words;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        if (line.length > 400) continue;
        fields_split(line, &words);
        int64_t second = 0;
        size_t taken = words.count > 4 ? time_of_day(&words, &second) : 0;
        if (taken == 0 || !is_header(&words, taken)) continue;
        // sar -u has the same columns but %user, and one of %usr is mpstat's.
        return fields_find(&words, "%usr") != SIZE_MAX || fields_find(&words, "%irq") != SIZE_MAX ? BID_SURE : BID_NONE;
    }
    return BID_NONE;
}

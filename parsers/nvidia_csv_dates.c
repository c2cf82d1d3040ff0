#include "parsers/nvidia_csv_dates.h"

static const millis day_millis = INT64_C(86400) * 1000;

void date_evidence_add(struct date_evidence *evidence, struct text stamp) {
    // Two digits, then a separator: not the year first.
    if (stamp.length < 6 || (stamp.at[2] != '-' && stamp.at[2] != '/' && stamp.at[2] != '.')) return;
    int64_t first = 0;
    int64_t second = 0;
    if (!text_integer(text_head(stamp, 2), &first) || !text_integer(text_head(text_skip(stamp, 3), 2), &second)) return;
    evidence->day_first += first > 12 && first <= 31;
    evidence->month_first += second > 12 && second <= 31;
}

// The same time of day with day and month exchanged.
static millis exchanged(millis at) {
    int64_t days = at / day_millis - (at % day_millis < 0 ? 1 : 0);
    int year, month, day;
    when_date(days, &year, &month, &day);
    return at + (when_days(year, day, month) - days) * day_millis;
}

static millis reading(const struct nvidia_row *row, bool exchange) {
    return exchange && row->ambiguous && row->time != MILLIS_NONE ? exchanged(row->time) : row->time;
}

// Steps backward, or over more than half a day.
static size_t jumps(const struct nvidia_rows *rows, bool exchange) {
    size_t count = 0;
    for (size_t i = 1; i < rows->count; i++) {
        if (rows->rows[i].time == MILLIS_NONE || rows->rows[i - 1].time == MILLIS_NONE) continue;
        millis step = reading(&rows->rows[i], exchange) - reading(&rows->rows[i - 1], exchange);
        count += step < -1000 || step > day_millis / 2;
    }
    return count;
}

void date_evidence_settle(const struct date_evidence *evidence, struct nvidia_rows *rows) {
    size_t ambiguous = 0;
    for (size_t i = 0; i < rows->count; i++) ambiguous += rows->rows[i].ambiguous;
    bool day_first = evidence->day_first > 0 && evidence->month_first == 0;
    bool month_first = evidence->month_first > 0 && evidence->day_first == 0;
    if (!day_first && !month_first && ambiguous > 0) {
        size_t as_read = jumps(rows, false);
        size_t otherwise = jumps(rows, true);
        day_first = otherwise < as_read;
        month_first = as_read < otherwise;
    }
    rows->source->day_month_proved = day_first || month_first;
    rows->source->day_month_open = ambiguous > 0 && !day_first && !month_first;
    for (size_t i = 0; i < rows->count && day_first; i++) rows->rows[i].time = reading(&rows->rows[i], true);
}

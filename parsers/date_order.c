#include "parsers/date_order.h"

#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "core/recording.h"

// Clocks of one run may lie apart by any zone (26 h between the farthest), but not by weeks, as the two readings do.
static const millis zone_span = INT64_C(26) * 3600 * 1000;

// What speaks for one reading of a date: a log, or the date of the file (log is NULL).
struct witness {
    bool found;
    const struct source *log;
};

static bool near(millis first, millis last, millis other_first, millis other_last) {
    return first - zone_span <= other_last && other_first - zone_span <= last;
}

static bool same_host(const struct source *a, const struct source *b) {
    return a->host[0] == '\0' || b->host[0] == '\0' || strcmp(a->host, b->host) == 0;
}

// Other tools of sysstat print the same dates; those count only if they show what they mean.
static bool prints_locale_dates(const struct source *source) {
    static const char *const tools[] = {"iostat", "mpstat", "pidstat", "sar"};
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        if (text_starts(text_of(source->format), tools[i])) return true;
    return false;
}

static bool shows_order(const struct source *source) {
    int year, month, day;
    when_date(source->first / INT64_C(86400000), &year, &month, &day);
    return source->day_month_proved || source->clock == CLOCK_ZONED || source->clock == CLOCK_EPOCH || day > 12 ||
           day == month;
}

static bool is_certain(const struct source *source) {
    if (source->format == NULL || (prints_locale_dates(source) && !shows_order(source))) return false;
    return source->clock != CLOCK_NONE && source->clock != CLOCK_BOOT && source->first != MILLIS_NONE &&
           !source->day_month_open && !source->year_assumed;
}

// Another log of these days, or the time at which the file was written, if the times of `source` are moved by `shift`.
static struct witness find_witness(const struct recording *recording, size_t from, const struct source *source,
                                   millis shift) {
    millis first = source->first + shift;
    millis last = source->last + shift;
    for (size_t i = from; i < recording->source_count; i++) {
        const struct source *other = recording->sources[i];
        if (other == source || !is_certain(other) || !same_host(source, other)) continue;
        if (near(first, last, other->first, other->last)) return (struct witness){.found = true, .log = other};
    }
    millis written = source->modified;
    return (struct witness){.found = written != MILLIS_NONE && near(last, last, written, written)};
}

// The distance from the date as it was read to the date with day and month exchanged.
static millis swap_shift(millis at) {
    const millis day = INT64_C(86400) * 1000;
    int64_t days = at / day - (at % day < 0 ? 1 : 0);
    int year, month, number;
    when_date(days, &year, &month, &number);
    return (when_days(year, number, month) - days) * day;
}

static void move(struct source *source, millis shift) {
    for (size_t i = 0; i < source->table_count; i++)
        for (size_t row = 0; row < source->tables[i].row_count; row++) source->tables[i].time[row] += shift;
    for (size_t i = 0; i < source->event_count; i++)
        if (source->events[i].time != MILLIS_NONE) source->events[i].time += shift;
    source->first += shift;
    source->last += shift;
}

static void note(struct source *source, const char *sentence) {
    source->clock_note = source->clock_note[0] == '\0'
                             ? arena_string(source->arena_, sentence)
                             : arena_printf(source->arena_, "%s; %s", source->clock_note, sentence);
}

static void note_proof(struct source *source, const struct witness *witness) {
    source->day_month_open = false;
    source->day_month_proved = true;
    if (witness->log == NULL)
        note(source, tr("day and month were told apart by the date of the file"));
    else
        note(source, arena_printf(source->arena_, tr("day and month were told apart by the dates of %s"),
                                  source_name(witness->log)));
}

static void note_open(struct source *source) {
    note(source, tr("day and month cannot be told apart in its dates; they were read month first"));
    source_problem(source, 0, SEVERITY_WARNING,
                   tr("the dates may be month/day or day/month; they were read month first. --date-order would settle "
                      "it, or a log of the same run with S_TIME_FORMAT=ISO"));
}

static void settle(const struct recording *recording, size_t from, struct source *source) {
    millis shift = swap_shift(source->first);
    struct witness as_read = find_witness(recording, from, source, 0);
    struct witness swapped = find_witness(recording, from, source, shift);
    // The file's own date is the weaker witness: it may be that of a copy.
    if (as_read.found && swapped.found && (as_read.log == NULL) != (swapped.log == NULL)) {
        if (as_read.log == NULL)
            as_read.found = false;
        else
            swapped.found = false;
    }
    if (as_read.found == swapped.found) {
        note_open(source);
        return;
    }
    if (swapped.found) move(source, shift);
    note_proof(source, swapped.found ? &swapped : &as_read);
}

void date_order_settle(struct recording *recording, size_t first) {
    for (size_t i = first; i < recording->source_count; i++) {
        struct source *source = recording->sources[i];
        if (source->day_month_open && source->first != MILLIS_NONE) settle(recording, first, source);
    }
}

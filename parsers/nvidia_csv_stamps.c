#include "parsers/nvidia_csv_stamps.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

enum { SAMPLE_MOST = 64, WEEKDAY_MOST = 12 };

// "Tue 08/18/2020", "Di 18.08.2020": the day without its name.
static struct text without_weekday(struct text line) {
    struct text rest = line;
    struct text word = text_word(&rest);
    if (word.length > WEEKDAY_MOST || rest.length == 0) return line;
    for (size_t i = 0; i < word.length; i++)
        if (word.at[i] >= '0' && word.at[i] <= '9') return line;
    return text_trim(rest);
}

static void keep(struct csv_stamps *stamps, struct text date, struct text time) {
    if (date.length > 0) memcpy(stamps->stamp, date.at, date.length);
    size_t length = date.length;
    if (time.length > 0) {
        if (length > 0) stamps->stamp[length++] = ' ';
        memcpy(stamps->stamp + length, time.at, time.length);
        length += time.length;
    }
    stamps->stamp[length] = '\0';
    stamps->stamp_length = length;
}

// Whether the line is the time of the day kept before: "03:44 PM" reads only behind its date.
static bool completes_date(struct csv_stamps *stamps, struct text line) {
    struct when when;
    if (stamps->date_length == 0 || line.at[0] < '0' || line.at[0] > '9') return false;
    keep(stamps, (struct text){stamps->date, stamps->date_length}, line);
    struct text both = {stamps->stamp, stamps->stamp_length};
    if (when_read(both, DATE_ORDER_UNKNOWN, &when) && when.has_date && when.has_time) return true;
    stamps->stamp_length = 0;
    return false;
}

bool csv_stamps_take(struct csv_stamps *stamps, struct text line) {
    struct when when;
    line = text_trim(line);
    if (line.length < 4 || line.length >= CSV_STAMP_MOST) return false;
    if (when_read(line, DATE_ORDER_UNKNOWN, &when) && when.has_time && (when.has_date || when.epoch)) {
        keep(stamps, line, (struct text){"", 0});
        return true;
    }
    struct text day = without_weekday(line);
    if (when_read(day, DATE_ORDER_UNKNOWN, &when) && when.has_date && when.has_year && !when.has_time) {
        memcpy(stamps->date, day.at, day.length);
        stamps->date_length = day.length;
        stamps->stamp_length = 0;
        return true;
    }
    return completes_date(stamps, line);
}

millis csv_stamps_row(struct csv_stamps *stamps, struct log_clock *clock, const struct nvidia_rows *rows,
                      struct date_evidence *dates, bool *ambiguous) {
    *ambiguous = false;
    if (stamps->stamp_length > 0) {
        struct text stamp = {stamps->stamp, stamps->stamp_length};
        millis at;
        stamps->stamp_length = 0;
        if (log_clock_read(clock, stamp, &at)) {
            date_evidence_add(dates, stamp);
            stamps->at = grow_array(stamps->at, &stamps->capacity, stamps->count + 1, sizeof *stamps->at);
            stamps->at[stamps->count++] = (struct csv_stamped){rows->count, at, clock->ambiguous};
        }
    }
    if (stamps->count == 0) return MILLIS_NONE;
    *ambiguous = stamps->at[stamps->count - 1].ambiguous;
    return stamps->at[stamps->count - 1].at;
}

static size_t rows_of(const struct csv_stamps *stamps, const struct nvidia_rows *rows, size_t stamp) {
    size_t end = stamp + 1 < stamps->count ? stamps->at[stamp + 1].first : rows->count;
    return end - stamps->at[stamp].first;
}

// Whether a GPU comes twice in the rows of a stamp, or a header does: that is more than one sample.
static bool is_loop(const struct nvidia_rows *rows, size_t first, size_t count) {
    const struct nvidia_row *row = rows->rows + first;
    for (size_t i = 1; i < count; i++) {
        if (row[i].group != row[0].group) return true;
        for (size_t k = 0; k < i; k++)
            for (int id = ID_INDEX; id <= ID_UUID; id++)
                if (row[i].id[id] != 0 && row[i].id[id] == row[k].id[id] && row[i].id[ID_HOST] == row[k].id[ID_HOST])
                    return true;
    }
    return false;
}

// Whether nearly all stamps have as many rows; the writer may have been stopped in the last sample.
static bool part_samples(const struct csv_stamps *stamps, const struct nvidia_rows *rows) {
    size_t counts[SAMPLE_MOST + 1] = {0};
    size_t usual = 0;
    // Rows before the first one: perhaps each stands behind its sample.
    if (stamps->count < 2 || stamps->at[0].first > 0) return false;
    for (size_t s = 0; s < stamps->count; s++) {
        size_t size = rows_of(stamps, rows, s);
        if (size > SAMPLE_MOST || is_loop(rows, stamps->at[s].first, size)) return false;
        if (++counts[size] > counts[usual]) usual = size;
    }
    bool cut = rows_of(stamps, rows, stamps->count - 1) < usual;
    return 10 * counts[usual] >= 9 * (stamps->count - cut);
}

void csv_stamps_settle(struct csv_stamps *stamps, struct nvidia_rows *rows, bool others_timed) {
    if (stamps->count > 0 && !part_samples(stamps, rows)) {
        for (size_t s = 0; s < stamps->count; s++) {
            size_t end = stamps->at[s].first + rows_of(stamps, rows, s);
            for (size_t i = stamps->at[s].first; i < end; i++)
                if (rows->rows[i].time == stamps->at[s].at) rows->rows[i].time = MILLIS_NONE;
        }
        if (!others_timed) {
            rows->source->clock = CLOCK_NONE;
            rows->source->zone = "";
            rows->source->zone_first = rows->source->zone_last = 0;
            rows->source->fraction = false;
        }
        source_problem(rows->source, 0, SEVERITY_INFO,
                       tr("times that stand between rows without a time do not part them into samples of one size: "
                          "they are not used"));
    }
    free(stamps->at);
    stamps->at = NULL;
    stamps->count = 0;
}

// nvidia_csv_stamps.h: times that a script prints before each query, as `date` does, for rows without a time.
#ifndef WHYSLOW_PARSERS_NVIDIA_CSV_STAMPS_H
#define WHYSLOW_PARSERS_NVIDIA_CSV_STAMPS_H

#include "parsers/log_clock.h"
#include "parsers/nvidia_csv_dates.h"
#include "parsers/nvidia_rows.h"

enum { CSV_STAMP_MOST = 64 };

struct csv_stamps {
    char date[CSV_STAMP_MOST];  // the day that stands on a line of its own: `date /T` of Windows; the time follows
    size_t date_length;
    char stamp[2 * CSV_STAMP_MOST];  // the one that came last, with a NUL
    size_t stamp_length;             // 0 where rows have taken it
    struct csv_stamped {
        size_t first;  // row
        millis at;
        bool ambiguous;
    } * at;  // those that have rows
    size_t count, capacity;
};

// Keeps what the line says of the time; true if it is a whole stamp, or a part of one.
bool csv_stamps_take(struct csv_stamps *stamps, struct text line);
// The time of the next row, MILLIS_NONE if there is none; *ambiguous as in log_clock.
millis csv_stamps_row(struct csv_stamps *stamps, struct log_clock *clock, const struct nvidia_rows *rows,
                      struct date_evidence *dates, bool *ambiguous);
// All rows are there: takes the times back where a stamp is not one of a single sample (one that a loop prints before
// it begins dates none of its rows), and says so.
void csv_stamps_settle(struct csv_stamps *stamps, struct nvidia_rows *rows, bool others_timed);

#endif

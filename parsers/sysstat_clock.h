// sysstat_clock.h: the times of sar, mpstat and pidstat: a banner with the date, rows with the time of day.
#ifndef WHYSLOW_PARSERS_SYSSTAT_CLOCK_H
#define WHYSLOW_PARSERS_SYSSTAT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/recording.h"
#include "parsers/fields.h"

// From this line on, and how far its times are off if dates are written day first.
struct sysstat_run {
    uint32_t line;
    millis shift;
};

struct sysstat_clock {
    struct source *source;
    enum date_order order;  // as the user said
    int64_t day;            // days since 1970 of the banner's date
    bool dated, epoch;      // a banner gave the date; the stamps are epoch seconds
    bool started;           // a time was seen since the banner
    millis start, last;     // the first and the last time since the banner
    bool ambiguous, long_date, twelve_hour;
    bool full_day;            // a stamp without AM or PM has an hour that no clock of twelve hours shows
    bool half_day;            // the stamps go on at one o'clock behind 12:59, without AM or PM
    bool untimed;             // rows without any time: their seconds are ordinals
    bool zoned, other_zones;  // a stamp has a zone; not all stamps have the same
    bool utc;                 // that zone is UTC
    char zone[8];
    enum date_order shown;  // by a banner with a day above 12
    struct sysstat_run *runs;
    size_t run_count, run_capacity;
};

void sysstat_clock_begin(struct sysstat_clock *clock, struct source *source, enum date_order order);

// "Linux 6.1.0 (host) <TAB>11/23/26 <TAB>_x86_64_<TAB>(2 CPU)": takes host, kernel, date and number of CPUs from it.
// False for any other line.
bool sysstat_clock_banner(struct sysstat_clock *clock, struct text line, uint32_t number);

// A stamp at the start of a line.
struct sysstat_time {
    size_t words;  // that it takes; 0 if there is none
    bool epoch;
    bool twelve_hour;
    bool utc;        // its zone is UTC
    char zone[8];    // as printed behind AM or PM by a few locales, else empty
    int64_t second;  // of the day, or of the epoch
};
struct sysstat_time sysstat_time_read(const struct fields *words);

// The moment of a stamp; midnight is found.
enum sysstat_line {
    SYSSTAT_ROW,
    SYSSTAT_HEADER,      // prints when the interval of the rows below it began
    SYSSTAT_NEW_HEADER,  // of a table that the log has not shown before: it may cover the log from its start
    SYSSTAT_RESTART,     // each table of a replayed file tells of it again
};
millis sysstat_clock_at(struct sysstat_clock *clock, const struct sysstat_time *time, enum sysstat_line kind,
                        uint32_t line);

// A table has ended (its averages were printed): what follows may go back to the first time since the banner.
void sysstat_clock_rewind(struct sysstat_clock *clock);

// Says what the times rest on, and must be called. Without a date the rows' times become ordinals; rows below a banner
// whose date could be read both ways are moved to where a later banner shows that they belong.
void sysstat_clock_finish(struct sysstat_clock *clock);

#endif

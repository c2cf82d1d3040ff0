// log_clock.h: the stamps of a log as times of its source, and what the source says of its clock.
#ifndef WHYSLOW_PARSERS_LOG_CLOCK_H
#define WHYSLOW_PARSERS_LOG_CLOCK_H

#include "core/recording.h"

struct log_clock {
    struct source *source;
    enum date_order order;  // of numeric dates, if it is known
    bool ambiguous;         // the stamp read last could have day and month exchanged; it was read month first
};

// Reads a stamp with date, year and time that fills the text (nvidia-smi's own, ISO 8601, asctime, epoch in seconds or
// milliseconds …). The first one decides what the times of the source rest on; a later one that rests on something
// else (local time behind epoch seconds) cannot be compared and is refused.
bool log_clock_read(struct log_clock *clock, struct text stamp, millis *time);
// The same for a stamp taken apart already.
bool log_clock_take(struct log_clock *clock, const struct when *when, millis *time);

#endif

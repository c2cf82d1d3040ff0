// train_clock.h: the time stamps of a training log: where they stand in a line, and what year they mean.
#ifndef WHYSLOW_PARSERS_TRAIN_CLOCK_H
#define WHYSLOW_PARSERS_TRAIN_CLOCK_H

#include "core/recording.h"
#include "parsers/log_clock.h"

struct train_clock {
    struct log_clock clock;
    millis time;       // of the line, MILLIS_NONE if it has none
    millis last_time;  // of the last stamp seen
    // Stamps without a year count from a year of their own until train_clock_settle.
    bool yearless, yeared;
    int turn, month;  // turns of the year since the first such stamp, and the month of the last one
    int year;         // of the first one, where other lines tell it; 0 if none does
};

struct train_clock train_clock_of(struct source *source, enum date_order order);

// The stamp at the start of the line, bare or in brackets, behind at most two short words and what names a rank, a node
// or a logger ("INFO:root:", "[rank0]:", "node-12: [", "(Worker pid=1)"). Returns the line behind it.
struct text train_clock_take(struct train_clock *clock, struct text line);

// Stamps that rest on something else than the first one cannot be compared and are refused.
bool train_clock_read(struct train_clock *clock, struct text stamp);

// Nothing was dated by the stamps that matters: the source has no clock, and its events no times.
void train_clock_forget(struct train_clock *clock);

// At the end of the log: gives stamps without a year their year, and says so.
void train_clock_settle(struct train_clock *clock);

#endif

// train_number.h: numbers and times as people's training scripts print them.
#ifndef WHYSLOW_PARSERS_TRAIN_NUMBER_H
#define WHYSLOW_PARSERS_TRAIN_NUMBER_H

#include "core/text.h"

// A number of a shape ("1200", "2.5e-04", "1,200", "0,52"). In a `count` commas part thousands; elsewhere one may stand
// before decimals. False where it could be either ("1,234 s").
bool train_number(struct text number, bool count, double *value);

// "1K", "2M": `behind` is the text behind a number. 1 if no letter stands there, 0 if another one does.
double train_thousands(struct text behind);

// Seconds of a time: its number, the unit that its name told (may be empty), and the text behind the number ("ms",
// " us", "m 57s"). *told becomes the unit in seconds, NaN without one: then these are seconds, the field's habit.
bool train_seconds(struct text number, struct text unit, struct text behind, double *seconds, double *told);

#endif

// when_words.h: the names of months, week days and half days in the languages in which logs were met.
//
// Only when_read.c needs this. Words are matched byte for byte, ASCII letters in either case.
#ifndef WHYSLOW_CORE_WHEN_WORDS_H
#define WHYSLOW_CORE_WHEN_WORDS_H

#include <stdbool.h>

#include "core/text.h"

// The month (1..12) that a word without its full stop names, 0 if it names none.
int when_month_word(struct text word);

// True for the name of a week day, short or long.
bool when_weekday_word(struct text word);

// 1 for a word that means before noon, 2 for after noon, 0 for none. *used becomes its length.
int when_half_day(struct text text, size_t *used);

// True for an abbreviation that is in use for a time zone ("CEST"): any other
// capitals behind a time may just as well be the next field of the line.
bool when_zone_word(struct text word);

#endif

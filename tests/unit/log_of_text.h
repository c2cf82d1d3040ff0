// log_of_text.h: one log out of a string, for the tests of the parsers.
#ifndef WHYSLOW_TESTS_LOG_OF_TEXT_H
#define WHYSLOW_TESTS_LOG_OF_TEXT_H

#include <stdbool.h>

#include "core/recording.h"
#include "parsers/parser.h"

struct log_of_text {
    struct recording *recording;
    struct source *source;
};

// Parses `text` with whatever parser bids highest; source->format is NULL if nobody wants it.
struct log_of_text log_of_text(const char *text, const struct parse_options *options);
void log_of_text_free(struct log_of_text *log);

// The value of a row, NaN if there is no such entity, column or row.
double log_value(const struct log_of_text *log, const char *entity, const char *quantity, size_t row);
// Rows of an entity, 0 if it is not there.
size_t log_rows(const struct log_of_text *log, const char *entity);
// The time of a row as ISO text, "" if there is none.
const char *log_time(const struct log_of_text *log, const char *entity, size_t row);
// True if some problem's message contains the words.
bool log_complains(const struct log_of_text *log, const char *words);

#endif

// parsed.h: a text read by the parser that bids highest for it, for the tests of parsers.
#ifndef WHYSLOW_TESTS_PARSED_H
#define WHYSLOW_TESTS_PARSED_H

#include "core/recording.h"
#include "parsers/parser.h"

struct parsed {
    struct recording *recording;
    struct source *source;
    int bid;  // the highest
};

// `modified` as of the file's last change; MILLIS_NONE if it is not known.
struct parsed parsed_bytes(const void *bytes, size_t size, millis modified);
struct parsed parsed_text(const char *text);
struct parsed parsed_options(const char *text, const struct parse_options *options);
void parsed_free(struct parsed *parsed);

// The value of a row; NaN if table, column or row is missing.
double parsed_value(const struct parsed *parsed, const char *entity, const char *quantity, size_t row);
// Rows of an entity, 0 if it has no table.
size_t parsed_rows(const struct parsed *parsed, const char *entity);
// The n-th event of a kind, NULL if there are fewer.
const struct event *parsed_event(const struct parsed *parsed, enum event_kind kind, size_t n);
size_t parsed_events(const struct parsed *parsed, enum event_kind kind);
// True if a problem's message contains `words`.
int parsed_problem(const struct parsed *parsed, const char *words);

#endif

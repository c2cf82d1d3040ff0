// json_records.h: the records of sysstat's JSON logs, one by one.
//
// A log that was stopped is never closed, so the document is not loaded as one: each record of an array "statistics"
// is given to jansson by itself.
#ifndef WHYSLOW_PARSERS_JSON_RECORDS_H
#define WHYSLOW_PARSERS_JSON_RECORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/recording.h"
#include "parsers/lines.h"

struct json_records {
    struct source *source;
    struct text text;
    size_t at;
    uint32_t line, last_line;
    bool inside;  // an array of records
    uint32_t record_line;
    struct text head;  // what stands before the array: names of the host and such
};

// Reads all that is left of the lines (a problem says so if that is too much).
void json_records_begin(struct json_records *records, struct lines *lines, struct source *source);

// The next record, NULL at the end; free it with json_decref. Its line is record_line. *fresh: it is the first of its
// array, and `head` has changed. Records that are no valid JSON are skipped with a problem.
json_t *json_records_next(struct json_records *records, bool *fresh);

// The string that `head` gives to a key; {NULL, 0} if it has none.
struct text json_records_head(const struct json_records *records, const char *key);

// The number of a member; NaN if there is none.
double json_records_number(const json_t *object, const char *key);

#endif

// fields.h: a line as words, and the numbers that tables hold: plain, with %, with human suffixes.
//
// For all formats that print tables under a header. Everything borrows from the line.
#ifndef WHYSLOW_PARSERS_FIELDS_H
#define WHYSLOW_PARSERS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"

// Words kept of one line; no table met has half as many columns.
enum { FIELDS_MOST = 128 };

struct fields {
    size_t count;  // words kept
    bool more;     // the line had more than FIELDS_MOST
    struct text at[FIELDS_MOST];
};

// Splits at blanks and tabs.
void fields_split(struct text line, struct fields *out);

// Index of the word, SIZE_MAX if it is not there.
size_t fields_find(const struct fields *fields, const char *word);

// A number with at most one suffix: "5.1M" gives 5.1 and 'M', "27.7%" 27.7 and '%', "12.00" 12 and '\0'. A trailing NUL
// byte (sysstat 11.5.7 and 11.6.0 print one behind percentages) is passed over. False for anything else.
bool fields_number(struct text word, double *value, char *suffix);

// What a suffix multiplies by to give kibibytes: 'B' 1/1024, 's' 0.5 (sectors), 'k' 1, 'M' 1024, 'G', 'T', 'P'. 0 for
// other letters.
double fields_kib(char suffix);

#endif

// line_prefix.h: what pipes and collectors put before every line of a log: `ts`, `awk strftime`, pdsh's "host: ",
// container and journal stamps, the blank of a pasted text.
//
// A format learns the prefix once, from the first line in which it knows where its own text begins.
#ifndef WHYSLOW_PARSERS_LINE_PREFIX_H
#define WHYSLOW_PARSERS_LINE_PREFIX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"
#include "core/when.h"

enum line_prefix_kind {
    LINE_PREFIX_NONE,
    LINE_PREFIX_STAMP,  // a stamp, maybe in brackets, maybe with constant text behind it
    LINE_PREFIX_HOST,   // "host: "
    LINE_PREFIX_TEXT,   // the same text before every line, blanks included
};

struct line_prefix {
    enum line_prefix_kind kind;
    bool bracket;         // the stamp stands in [ ]
    bool year;            // the stamp prints a year
    size_t stamp_length;  // bytes of the stamp from which the prefix was learnt
    size_t text_length;   // bytes kept in `text`
    char text[64];        // LINE_PREFIX_TEXT: the prefix; LINE_PREFIX_STAMP: what follows the stamp
};

// Learns from a line whose own text begins at `own`.
void line_prefix_learn(struct line_prefix *prefix, struct text line, size_t own);

// Takes the prefix off *line. *stamp or *host becomes the part of it that matters, else {NULL, 0}. A line that
// lacks the prefix stays as it is.
void line_prefix_strip(const struct line_prefix *prefix, struct text *line, struct text *stamp, struct text *host);

#endif

// parser.h: what a log format has to offer.
//
// One format, one file, one row in parsers.c. A parser knows nothing of paths
// and archives: it sees lines and fills a source.
#ifndef WHYSLOW_PARSERS_PARSER_H
#define WHYSLOW_PARSERS_PARSER_H

#include <stdbool.h>

#include "core/recording.h"
#include "parsers/lines.h"

// What the user said that parsers need. Members are NULL or 0 when not said.
struct parse_options {
    const char *columns;       // --columns: names for a header-less CSV, comma-separated
    const char *step_pattern;  // --step-pattern: PCRE2 with named groups time, step, seconds or rate
    enum date_order date_order;
};

// How sure a format is that the text is its own. Bids are compared; the highest wins.
enum {
    BID_NONE = 0,
    BID_WEAK = 20,    // could be: a fallback such as "plain lines with times"
    BID_LIKELY = 50,  // several typical lines
    BID_SURE = 90,    // the format's own banner or header
};

struct parser {
    const char *name;  // the `format` of inspect
    const char *what;  // one noun phrase for --help and the README: "nvidia-smi query CSV"

    // `head` is the decoded beginning of the file (up to 64 KiB; `whole` says that it is all of it). Must look at the
    // bytes only: a file name decides nothing.
    int (*bid)(struct text head, bool whole);

    // Reads all lines into the source. Never fails as a whole: what cannot be
    // used becomes a problem with its line. A text that turns out not to be
    // usable at all sets source->refused and says why in a problem.
    void (*parse)(struct lines *lines, const struct parse_options *options, struct source *source);
};

// All formats, most specific first; ends with a row whose name is NULL.
extern const struct parser parsers_table[];

// The parser with the highest bid; NULL if nobody wants it. *tie becomes the other one
// when two bid the same (the earlier row is returned), else NULL.
const struct parser *parsers_choose(struct text head, bool whole, const struct parser **tie);

// The parser of rows whose columns the user names, where the rows have as many cells and nobody is sure of them; else
// `chosen`. A bid sees no option: a stamp or a number alone says nothing, the names of the user do.
const struct parser *parsers_for_columns(struct text head, bool whole, const char *columns,
                                         const struct parser *chosen);

#endif

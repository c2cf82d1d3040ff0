// peek.h: what a file is, by its first bytes, without reading it.
#ifndef WHYSLOW_PARSERS_PEEK_H
#define WHYSLOW_PARSERS_PEEK_H

#include <stdbool.h>

struct peeked {
    const char *format;  // the parser's name; NULL: nobody would read it, or it cannot be opened
    bool gpu;            // a log of GPUs
};

// Opens the path, looks at the beginning and closes it. A compressed log is looked at as it unpacks.
struct peeked peek_file(const char *path);

#endif

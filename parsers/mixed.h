// mixed.h: one file into which several tools wrote: iostat and then smartctl, or a loop of both.
#ifndef WHYSLOW_PARSERS_MIXED_H
#define WHYSLOW_PARSERS_MIXED_H

#include "core/recording.h"
#include "parsers/parser.h"

// Lines that `source` had to skip may be the log of another tool: what other parsers are sure of becomes further
// sources of the same path, with the line numbers of the file, and is no longer skipped. `tie` is the parser that bid
// as much as the one that read the source, or NULL; true if it found its own lines. `text` is the file as
// lines_recorded gives it; {NULL, 0} does nothing.
bool mixed_read(struct recording *recording, const struct parse_options *options, struct source *source,
                const struct parser *tie, struct text text);

#endif

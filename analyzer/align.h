// align.h: one clock for all sources of a run, without inventing it.
//
// The run clock is UTC where the reference source states a zone or --timezone
// gives one, else the clock that the reference source prints (normally the GPU
// log), and then *zone is NULL.
//
// Order of trust: zone printed in the log > --offset and --timezone > anchors (times of last change, equal spans,
// a correlation that proves itself) > assumption. What is only assumed is said in
// the note and has established == false: no conclusion may then rest on order in time across sources.
#ifndef WHYSLOW_ANALYZER_ALIGN_H
#define WHYSLOW_ANALYZER_ALIGN_H

#include "analyzer/analyze.h"

struct arena;

// Fills clocks[0 .. source_count), one per source of the recording and in its order. *reference becomes NULL if no
// source has times. *zone is "UTC", or NULL. Everything is owned by the arena or the recording.
void align_sources(const struct recording *recording, const struct analyze_options *options, struct arena *arena,
                   struct source_clock *clocks, const struct source **reference, const char **zone);

#endif

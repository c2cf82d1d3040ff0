// run_host.h: which machine the run is about, where logs of several were given.
#ifndef WHYSLOW_ANALYZER_RUN_HOST_H
#define WHYSLOW_ANALYZER_RUN_HOST_H

#include "analyzer/diagnosis.h"

struct arena;

// The host whose logs are joined: `wanted` (--host) if given, else the reference's, else the only one whose logs meet
// the reference in time. Sources that name another host lose their place in time, and say so: a disk of one node never
// explains a GPU of another. "" if no log names a host; *ambiguous becomes true if several do and nothing decides: then
// none of those that name one is used.
const char *run_host_settle(const struct source *reference, const char *wanted, struct source_clock *clocks,
                            size_t count, struct arena *arena, bool *ambiguous);

#endif

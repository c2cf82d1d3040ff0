// promises.h: what must be true of everything that was read, whatever the input. A promise that is broken aborts.
#ifndef WHYSLOW_TESTS_FUZZ_PROMISES_H
#define WHYSLOW_TESTS_FUZZ_PROMISES_H

#include <stdbool.h>

#include "core/recording.h"

// Aborts, naming the promise, unless `good`.
void demand(bool good, const char *promise);

// The promises of core/recording.h for a source that is finished; `lines` is the highest number that a line may have.
void demand_source(const struct source *source, uint32_t lines);

#endif

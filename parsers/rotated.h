// rotated.h: gpu.log.2.gz, gpu.log.1 and gpu.log are one log.
#ifndef WHYSLOW_PARSERS_ROTATED_H
#define WHYSLOW_PARSERS_ROTATED_H

#include <stddef.h>

struct arena;
struct recording;

// The name without what rotation appends ("gpu.log.2.gz", "gpu.log-20240506", "gpu.log.2024-05-06.xz" all give
// "gpu.log"); the name itself if there is nothing of it. Owned by the arena.
const char *rotated_stem(struct arena *arena, const char *name);

// Joins sets among the sources from `first` on, in time order, where format, clock and host agree and no two files
// overlap in time. Sets that cannot be joined stay as they are, with a problem that says why.
void rotated_join(struct recording *recording, size_t first);

#endif

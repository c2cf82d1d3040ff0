// inspect.h: what was read, file by file, for people and for programs.
#ifndef WHYSLOW_CLI_INSPECT_H
#define WHYSLOW_CLI_INSPECT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/when.h"

struct arena;
struct recording;
struct source;

// A time of a source on the source's own clock: ISO 8601, milliseconds if the source prints them, a zone only if it
// states one. NULL if the source is untimed.
const char *inspect_time(struct arena *arena, const struct source *source, millis at, int zone_minutes);

// What the clock of the source rests on, in a few words.
const char *inspect_clock(const struct source *source);

// schema whyslow.inspect/1. False if writing failed.
bool inspect_json(FILE *out, const struct recording *recording);

void inspect_text(FILE *out, const struct recording *recording, bool verbose);

#endif

// civil_zone.h: what a clock on the wall shows in a zone of the tz database.
//
// Reads TZif files directly: no environment, no global state.
#ifndef WHYSLOW_ANALYZER_CIVIL_ZONE_H
#define WHYSLOW_ANALYZER_CIVIL_ZONE_H

#include <stdbool.h>

#include "core/when.h"

struct arena;
struct civil_zone;

// The zone of an IANA name ("Europe/Berlin"), or of a fixed offset ("UTC", "+08:00", "UTC-3", "GMT+1"; here, unlike in
// POSIX and Etc/GMT+1, plus is east). NULL if there is none. Owned by the arena.
const struct civil_zone *civil_zone_open(struct arena *arena, const char *name);

// Seconds east of UTC at a moment in UTC.
int civil_zone_offset(const struct civil_zone *zone, millis utc);

// UTC of a civil time (counted as if it were UTC). In the hour that occurs twice the first occurrence is taken unless
// `second`; a time that the clock skipped is moved on by the skip. *twice (NULL allowed) says whether it occurs twice.
millis civil_zone_utc(const struct civil_zone *zone, millis civil, bool second, bool *twice);

#endif

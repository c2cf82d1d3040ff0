// inspect_clock.c: the clock of a source in words.
#include "cli/inspect.h"
#include "core/lang.h"
#include "core/recording.h"

const char *inspect_time(struct arena *arena, const struct source *source, millis at, int zone_minutes) {
    if (at == MILLIS_NONE || source->clock == CLOCK_NONE || source->clock == CLOCK_BOOT) return NULL;
    if (source->clock == CLOCK_EPOCH) return when_iso(arena, at, source->fraction, "Z");
    if (source->clock == CLOCK_LOCAL) return when_iso(arena, at, source->fraction, "");
    return when_iso(arena, at + (millis)zone_minutes * 60000, source->fraction, when_zone(arena, zone_minutes));
}

const char *inspect_clock(const struct source *source) {
    switch (source->clock) {
        case CLOCK_NONE:
            return tr("no times printed");
        case CLOCK_LOCAL:
            return tr("civil time, zone not stated");
        case CLOCK_ZONED:
            return tr("zone stated");
        case CLOCK_EPOCH:
            return tr("epoch seconds");
        case CLOCK_BOOT:
            return tr("seconds since boot");
    }
    return "";
}

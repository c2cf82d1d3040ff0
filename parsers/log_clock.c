#include "parsers/log_clock.h"

#include "core/arena.h"

static enum clock_basis basis_of(const struct when *when) {
    if (when->epoch) return CLOCK_EPOCH;
    return when->has_zone ? CLOCK_ZONED : CLOCK_LOCAL;
}

static void begin(struct source *source, const struct when *when) {
    source->clock = basis_of(when);
    source->fraction = when->has_fraction;
    if (source->clock == CLOCK_ZONED) {
        source->zone = when_zone(source->arena_, when->zone_minutes);
        source->zone_first = source->zone_last = when->zone_minutes;
    } else if (source->clock == CLOCK_LOCAL && when->zone_word[0] != '\0') {
        source->zone = text_copy(source->arena_, text_of(when->zone_word));
    }
}

// 13 digits: milliseconds since 1970, as JavaScript and Java print them.
static bool epoch_millis(struct text stamp, millis *time) {
    int64_t value = 0;
    if (stamp.length != 13 || !text_integer(stamp, &value) || value < INT64_C(1000000000000)) return false;
    *time = value;
    return true;
}

static bool accept(struct log_clock *clock, const struct when *when) {
    struct source *source = clock->source;
    if (source->clock == CLOCK_NONE) begin(source, when);
    if (source->clock != basis_of(when)) return false;
    if (source->clock == CLOCK_ZONED) source->zone_last = when->zone_minutes;
    clock->ambiguous = when->ambiguous;
    return true;
}

bool log_clock_take(struct log_clock *clock, const struct when *when, millis *time) {
    clock->ambiguous = false;
    if (!when->has_date || !when->has_year || !when->has_time) return false;
    *time = when_millis(when);
    return *time != MILLIS_NONE && accept(clock, when);
}

bool log_clock_read(struct log_clock *clock, struct text stamp, millis *time) {
    struct source *source = clock->source;
    clock->ambiguous = false;
    if ((source->clock == CLOCK_LOCAL || source->clock == CLOCK_NONE) && when_nvidia(stamp, time)) {
        if (source->clock == CLOCK_NONE) begin(source, &(struct when){.has_fraction = stamp.length > 19});
        return true;
    }
    struct when when = {0};
    stamp = text_trim(stamp);
    if (epoch_millis(stamp, time)) {
        when.epoch = when.has_fraction = true;
    } else {
        if (!when_read(stamp, clock->order, &when) || !when.has_date || !when.has_year || !when.has_time) return false;
        *time = when_millis(&when);
        if (*time == MILLIS_NONE) return false;
    }
    return accept(clock, &when);
}

// Values of a comparison as people read them.
#include <math.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/compare_parts.h"
#include "reports/shown.h"

const char *compare_entity(struct arena *arena, const struct difference *d) {
    if (strcmp(d->before->entity, d->after->entity) == 0) return shown_name(arena, d->after->entity, 40);
    return arena_printf(arena, "%s → %s", shown_name(arena, d->before->entity, 30),
                        shown_name(arena, d->after->entity, 30));
}

const char *compare_phase(struct arena *arena, const struct difference *d) {
    if (d->before->phase == CAUSE_COUNT_) return tr("steady work");
    return arena_printf(arena, tr("while %s"), cause_id(d->before->phase));
}

const char *compare_shift(struct arena *arena, double shift, enum unit unit) {
    if (!isfinite(shift)) return "–";
    const char *sign = shift > 0 ? "+" : shift < 0 ? "−" : "";
    // A difference of percentages is no percentage.
    if (unit == UNIT_PERCENT) return arena_printf(arena, tr("%s%s points"), sign, unit_number(arena, fabs(shift), 2));
    return arena_printf(arena, "%s%s", sign, unit_show(arena, fabs(shift), unit));
}

const char *compare_change(enum cause_change change) {
    switch (change) {
        case CAUSE_NEW:
            return tr("new");
        case CAUSE_GONE:
            return tr("gone");
        case CAUSE_MORE:
            return tr("more");
        case CAUSE_LESS:
            return tr("less");
        case CAUSE_UNTOLD:
            return tr("cannot be told");
        case CAUSE_SAME:
            break;
    }
    return tr("no change");
}

const char *compare_slower(struct arena *arena, const struct contrast *c) {
    if (!isfinite(c->slower)) return "–";
    return arena_printf(arena, "%.0f %%", c->slower >= 0 ? 100 * c->slower : -100 * c->slower / (1 + c->slower));
}

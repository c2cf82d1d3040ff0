// How the things of a fleet are called.
#include "analyzer/fleet.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/fleet_report.h"
#include "reports/shown.h"

const char *fleet_thing_name(struct arena *arena, const struct fleet_thing *thing) {
    if (thing->entity[0] == '\0')
        return thing->host[0] == '\0' ? tr("(no host named)") : shown_name(arena, thing->host, 60);
    const char *entity = shown_name(arena, thing->entity, 40);
    if (thing->host[0] != '\0')
        return arena_printf(arena, tr("%s on host %s"), entity, shown_name(arena, thing->host, 60));
    if (thing->run[0] == '\0') return entity;
    return arena_printf(arena, tr("%s of run %s"), entity, shown_name(arena, thing->run, 60));
}

const char *fleet_status_words(enum fleet_status status) {
    static const char *const words[FLEET_STATUS_COUNT_] = {N_("analysed"), N_("nothing usable"), N_("failed"),
                                                           N_("crashed"), N_("timed out")};
    return tr(words[(unsigned)status < FLEET_STATUS_COUNT_ ? status : FLEET_FAILED]);
}

const char *fleet_kind_words(enum fleet_kind kind) {
    static const char *const words[] = {N_("host"), N_("disk"), "GPU"};
    return tr(words[kind]);
}

const char *fleet_zone(const struct fleet *fleet) {
    for (size_t i = 0; i < fleet->run_count; i++)
        if (fleet->runs[i]->start != MILLIS_NONE && fleet->runs[i]->zone[0] == '\0') return tr("printed clocks");
    return "UTC";
}

const char *fleet_period_name(struct arena *arena, const struct fleet *fleet, const struct fleet_period *period) {
    static const int lengths[] = {10, 10, 7, 4};
    return arena_printf(arena, "%.*s", lengths[fleet->step], when_iso(arena, period->start, false, ""));
}

size_t fleet_coloured(const struct fleet *fleet, enum cause causes[FLEET_COLOURS]) {
    size_t count = 0;
    for (size_t i = 0; i < fleet->cause_count && count < FLEET_COLOURS; i++)
        if (fleet->causes[i].sum.lost > 0) causes[count++] = fleet->causes[i].cause;
    return count;
}

// job-idle: the machine started again while the run was recorded. That accuses nobody, and no loss is laid to it: from
// then on there is no job on the GPUs, and it is for other logs to say what brought the machine down.
#include <stdlib.h>

#include "analyzer/cause.h"
#include "core/lang.h"

// One start, as kern.log and the journal tell it.
#define SAME_START_MS 300000

static bool told_already(const struct claims *claims, size_t first, millis at) {
    for (size_t i = first; i < claims->count; i++)
        if (llabs(claims->items[i].evidence[0].from - at) < SAME_START_MS) return true;
    return false;
}

void judge_reboot(struct run *run, struct claims *claims) {
    enum { TOLD_MOST = 10 };
    size_t first = claims->count;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        const struct source_clock *clock = &run->clocks[i];
        for (size_t k = 0; clock->placed && k < source->event_count; k++) {
            const struct event *event = &source->events[k];
            if (event->kind != EVENT_REBOOT || claims->count >= first + TOLD_MOST) continue;
            millis at = clock_to_run(clock, event->time, event->line);
            if (at == MILLIS_NONE || at < run->start || at > run->end || told_already(claims, first, at)) continue;
            struct claim *claim = claims_add(claims, CAUSE_JOB_IDLE, "", LOSS_NONE);
            claim->certain = true;
            claim->has_severity = true;
            claim->severity = SEVERITY_WARNING;
            claim->strength = 0.9;
            claim->test = tr("starts of the machine during the run");
            claim->value = 1;
            claim->threshold = 1;
            claim->sentence = arena_printf(run->arena, tr("The kernel started again at %s, during the run."),
                                           when_iso(run->arena, at, false, ""));
            claim->next =
                tr("Read the last lines before it (journalctl -b -1 -e) and the event log of the BMC: a panic, a "
                   "watchdog and a power cut each leave their own trace.");
            claim_evidence(run, claim, 1, claim->sentence, 1, 1, UNIT_NONE, source_name(source), "");
            claim->evidence[0].line = event->line;
            claim->evidence[0].from = claim->evidence[0].to = at;
        }
    }
}

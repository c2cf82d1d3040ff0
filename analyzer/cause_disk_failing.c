// disk-failing: what health.c found, as a claim. Health is not slowness: it takes no lost time by itself.
#include "analyzer/cause.h"
#include "core/lang.h"

static size_t kernel_errors(const struct run *run, const char *entity, const char **source, uint32_t *line) {
    size_t count = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *log = run->recording->sources[i];
        for (size_t k = 0; k < log->event_count; k++) {
            if (log->events[k].kind != EVENT_IO_ERROR || entity[0] == '\0') continue;
            if (!text_starts(text_of(log->events[k].entity), entity)) continue;
            if (count++ == 0) {
                *source = source_name(log);
                *line = log->events[k].line;
            }
        }
    }
    return count;
}

void judge_disk_failing(struct run *run, struct claims *claims) {
    bool pages = run->out->health_count > 0;
    for (size_t h = 0; h < run->out->health_count; h++) {
        const struct disk_health *health = &run->out->health[h];
        const char *log = "";
        uint32_t line = 0;
        size_t errors = kernel_errors(run, run_device(run, health->entity), &log, &line);
        struct claim *claim = claims_add(claims, CAUSE_DISK_FAILING, health->entity, LOSS_NONE);
        claim->test = arena_printf(run->arena, tr("SMART counters of %s"), health->entity);
        claim->value = health->level;
        claim->threshold = 1;
        claim->sentence = health->sentence;
        claim->next = health->next;
        if (health->level == 0 && errors == 0) continue;
        claim->certain = true;
        claim->strength = health->level >= 3 ? 0.93 : health->level == 2 ? 0.75 : 0.5;
        for (size_t a = 0; a < health->attribute_count; a++) {
            const struct disk_attribute *attribute = &health->attributes[a];
            if (attribute->level == 0) continue;
            claim_evidence(
                run, claim, 1,
                arena_printf(
                    run->arena, tr("%s %s = %.0f%s"), health->entity, attribute->name, attribute->last,
                    attribute->growth > 0
                        ? arena_printf(run->arena, tr(", %.0f more than at the first snapshot"), attribute->growth)
                        : ""),
                attribute->last, NAN, UNIT_NONE, health->source, attribute->name);
            if (claim->evidence_count > 0) claim->evidence[claim->evidence_count - 1].line = attribute->line;
        }
        if (errors > 0) {
            claim_evidence(
                run, claim, 1,
                arena_printf(run->arena, tr("the kernel log has %zu I/O errors of %s"), errors, health->entity),
                (double)errors, 1, UNIT_NONE, log, "");
            if (claim->evidence_count > 0) claim->evidence[claim->evidence_count - 1].line = line;
        }
    }
    for (size_t d = 0; d < run->disk_count; d++) {
        if (health_of(run, run->disks[d].entity) != NULL) continue;
        const char *log = "";
        uint32_t line = 0;
        size_t errors = kernel_errors(run, run->disks[d].entity, &log, &line);
        if (errors == 0) continue;
        struct claim *claim = claims_add(claims, CAUSE_DISK_FAILING, run->disks[d].entity, LOSS_NONE);
        claim->certain = true;
        claim->strength = 0.85;
        claim->value = 2;
        claim->threshold = 1;
        claim->test = arena_printf(run->arena, tr("I/O errors of %s in the kernel log"), run->disks[d].entity);
        claim->sentence =
            arena_printf(run->arena, tr("The kernel reports %zu I/O errors of %s."), errors, run->disks[d].entity);
        claim->next = tr("Save what cannot be fetched again, then read smartctl -x of the disk and check its cable.");
        claim_evidence(run, claim, 1, claim->sentence, (double)errors, 1, UNIT_NONE, log, "");
        if (claim->evidence_count > 0) claim->evidence[claim->evidence_count - 1].line = line;
        pages = true;
    }
    if (pages) return;
    struct claim *claim = claims_add(claims, CAUSE_DISK_FAILING, "", LOSS_NONE);
    claim->no_data = true;
    claim->test = tr("SMART counters of the local disks");
    claim->settle = tr("smartctl -x of every disk, before and after the run");
}

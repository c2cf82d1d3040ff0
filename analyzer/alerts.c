// alerts.c: when the alert rules of the seed article would have fired.
#include <string.h>

#include "analyzer/cause.h"
#include "core/lang.h"

enum { ALERTS_MOST = 64 };

static void add(struct rule_alert *list, size_t *count, struct rule_alert alert) {
    if (*count < ALERTS_MOST) list[(*count)++] = alert;
}

static void heat(struct run *run, struct rule_alert *list, size_t *count) {
    double limit = rules_get(run->rules, "alert.gpu_celsius");
    if (limit >= 120) return;
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *gpu = &run->gpus[g];
        size_t above = 0;
        size_t first = 0;
        for (size_t i = 0; i < run->bins; i++)
            if ((double)gpu->temperature[i] >= limit && above++ == 0) first = i;
        if (above == 0) continue;
        double seconds = (double)above * run->dt;
        add(list, count,
            (struct rule_alert){.rule = "alert.gpu_celsius",
                                .entity = gpu->entity,
                                .sentence = arena_printf(run->arena, tr("%s was at %.0f °C or more for %s."),
                                                         gpu->entity, limit, unit_duration(run->arena, seconds)),
                                .first = run->start + (millis)((double)first * run->dt * 1000),
                                .seconds = seconds,
                                .severity = SEVERITY_WARNING});
    }
}

static void smart(struct run *run, struct rule_alert *list, size_t *count) {
    if (rules_get(run->rules, "alert.smart_failed") < 1) return;
    for (size_t h = 0; h < run->out->health_count; h++) {
        const struct disk_health *health = &run->out->health[h];
        if (!text_has(text_of(health->verdict), "FAIL")) continue;
        add(list, count,
            (struct rule_alert){.rule = "alert.smart_failed",
                                .entity = health->entity,
                                .sentence = arena_printf(run->arena, tr("%s: the SMART health check says %s."),
                                                         health->entity, health->verdict),
                                .first = health->first,
                                .seconds = NAN,
                                .severity = SEVERITY_CRITICAL});
    }
}

static void faults(struct run *run, const struct claims *claims, struct rule_alert *list, size_t *count) {
    if (rules_get(run->rules, "alert.xid") < 1) return;
    for (size_t k = 0; k < claims->count; k++) {
        const struct claim *claim = &claims->items[k];
        if (claim->cause != CAUSE_GPU_FAULT || !claim->supported) continue;
        // Rows that wait for a reset, or corrected errors, are worth a finding and wake nobody up.
        if (claim->has_severity && claim->severity != SEVERITY_CRITICAL) continue;
        add(list, count,
            (struct rule_alert){.rule = "alert.xid",
                                .entity = claim->entity,
                                .sentence = claim->sentence,
                                .first = claim->evidence_count > 0 ? claim->evidence[0].from : MILLIS_NONE,
                                .seconds = NAN,
                                .severity = SEVERITY_CRITICAL});
    }
}

void alerts_find(struct run *run, const struct claims *claims) {
    struct rule_alert *list = arena_array(run->arena, ALERTS_MOST, sizeof *list);
    size_t count = 0;
    heat(run, list, &count);
    smart(run, list, &count);
    faults(run, claims, list, &count);
    run->out->alerts = list;
    run->out->alert_count = count;
}

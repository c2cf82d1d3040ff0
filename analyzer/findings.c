// findings.c: the claims that hold as findings, the others as the ledger of what was ruled out.
#include <stdlib.h>
#include <string.h>

#include "analyzer/cause.h"
#include "core/lang.h"

static enum severity severity_of(const struct run *run, const struct claim *claim) {
    if (claim->has_severity) return claim->severity;
    if (claim->cause == CAUSE_DISK_FAILING) {
        const struct disk_health *health = health_of(run, claim->entity);
        int level = health != NULL ? health->level : 2;
        return level >= 3 ? SEVERITY_CRITICAL : level == 2 ? SEVERITY_WARNING : SEVERITY_INFO;
    }
    if (claim->cause == CAUSE_GPU_FAULT || (claim->cause == CAUSE_GPU_MEMORY && claim->takes == LOSS_DEAD))
        return SEVERITY_CRITICAL;
    if (claim->takes == LOSS_NONE) return claim->cause == CAUSE_GPU_FAULT ? SEVERITY_CRITICAL : SEVERITY_INFO;
    if (claim->job_share >= 0.2) return SEVERITY_CRITICAL;
    return 100 * claim->job_share >= rules_get(run->rules, "verdict.loss_percent") ? SEVERITY_WARNING : SEVERITY_INFO;
}

// A claim that holds but cost next to nothing and is no risk either is no news.
static bool worth_telling(const struct claim *claim, double lost_seconds) {
    if (!claim->supported) return false;
    // What rests on elimination needs weight to be worth a line.
    if (claim->cause == CAUSE_INPUT_ELSEWHERE && claim->job_share < 0.04) return false;
    // What could explain much but got little stands in another's shadow: it is part of that story.
    if (claim->takes == LOSS_STARVED && !claim->certain &&
        claim->lost_gpu_seconds < 0.3 * claim->contrast.explained * lost_seconds)
        return false;
    return claim->takes == LOSS_NONE || claim->takes == LOSS_DEAD || claim->job_share >= 0.005 ||
           claim->cause == CAUSE_PCIE_DEGRADED;
}

static int compare_findings(const void *a, const void *b) {
    const struct finding *x = a;
    const struct finding *y = b;
    double lost_x = isnan(x->lost_gpu_hours) ? 0 : x->lost_gpu_hours;
    double lost_y = isnan(y->lost_gpu_hours) ? 0 : y->lost_gpu_hours;
    if (x->severity != y->severity) return (x->severity < y->severity) - (x->severity > y->severity);
    if (lost_x != lost_y) return (lost_x < lost_y) - (lost_x > lost_y);
    return strcmp(x->entity, y->entity);
}

static void write_findings(struct run *run, const struct claims *claims) {
    struct finding *findings = arena_array(run->arena, claims->count, sizeof *findings);
    size_t count = 0;
    for (size_t k = 0; k < claims->count; k++) {
        const struct claim *claim = &claims->items[k];
        if (!worth_telling(claim, run->out->lost_total * 3600)) continue;
        findings[count++] = (struct finding){
            .cause = claim->cause,
            .severity = severity_of(run, claim),
            .entity = claim->entity,
            .sentence = claim->sentence,
            .next = claim->next,
            .confidence = claim->strength,
            .lost_gpu_hours = claim->takes == LOSS_NONE ? NAN : claim->lost_gpu_seconds / 3600,
            .evidence = claim->evidence,
            .evidence_count = claim->evidence_count,
        };
    }
    qsort(findings, count, sizeof *findings, compare_findings);
    run->out->findings = findings;
    run->out->finding_count = count;
}

static const char *test_with_reason(struct run *run, const struct claim *claim) {
    if (claim->why_not[0] == '\0' || claim->no_data) return claim->test;
    return arena_printf(run->arena, tr("%s: %s"), claim->test, claim->why_not);
}

static void write_ruled_out(struct run *run, const struct claims *claims) {
    struct ruled_out *list = arena_array(run->arena, claims->count, sizeof *list);
    size_t count = 0;
    for (size_t k = 0; k < claims->count; k++) {
        const struct claim *claim = &claims->items[k];
        if (claim->supported) continue;
        list[count++] = (struct ruled_out){
            .cause = claim->cause,
            .entity = claim->entity,
            .result = claim->no_data ? RULED_OUT_NO_DATA : RULED_OUT_NOT_SUPPORTED,
            .test = test_with_reason(run, claim),
            .settle = claim->settle,
            .value = claim->no_data ? NAN : claim->value,
            .threshold = claim->threshold,
            .unit = claim->unit,
        };
    }
    run->out->ruled_out = list;
    run->out->ruled_out_count = count;
}

void findings_write(struct run *run, const struct claims *claims) {
    write_findings(run, claims);
    write_ruled_out(run, claims);
}

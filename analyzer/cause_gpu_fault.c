// gpu-fault: an Xid that means hardware, a GPU lost from the bus, uncorrected ECC errors that grew in the run.
#include <stdlib.h>
#include <string.h>

#include "analyzer/cause.h"
#include "analyzer/xid.h"
#include "core/lang.h"

// "0000:07:00", "00000000:07:00.0": domain, bus and device as one number; false if it is no bus id.
static bool bus_number(const char *text, unsigned long *number) {
    unsigned long parts[3] = {0};
    size_t part = 0;
    size_t digits = 0;
    for (; *text != '\0' && *text != '.'; text++) {
        char c = *text >= 'A' && *text <= 'F' ? (char)(*text - 'A' + 'a') : *text;
        if (c == ':') {
            if (digits == 0 || ++part > 2) return false;
            digits = 0;
            continue;
        }
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || ++digits > 8) return false;
        parts[part] = parts[part] << 4 | (unsigned long)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    if (part != 2 || digits == 0) return false;
    *number = parts[0] << 16 | (parts[1] & 0xff) << 8 | (parts[2] & 0xff);
    return true;
}

static const struct gpu *gpu_by_bus(const struct run *run, const char *bus) {
    unsigned long wanted = 0;
    unsigned long own = 0;
    if (!bus_number(bus, &wanted)) return NULL;
    for (size_t g = 0; g < run->gpu_count; g++) {
        const char *text = source_fact_value(run->gpus[g].source, run->gpus[g].table->entity, "pci.bus_id");
        if (text != NULL && bus_number(text, &own) && own == wanted) return &run->gpus[g];
    }
    return NULL;
}

// Without bus ids in the GPU log: the one GPU whose rows end there while the others' go on.
static const struct gpu *gpu_that_ended(const struct run *run, millis at) {
    const struct gpu *found = NULL;
    size_t ended = 0;
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *gpu = &run->gpus[g];
        size_t end = gpu->table->row_count - 1;
        millis last = clock_to_run(run_clock(run, gpu->source), gpu->table->time[end], gpu->table->line[end]);
        if (last == MILLIS_NONE || last > run->end - (millis)(5000 * run->sampling)) continue;
        if (at != MILLIS_NONE && llabs(last - at) > 180000) continue;
        ended++;
        found = gpu;
    }
    return ended == 1 ? found : NULL;
}

static bool in_run(const struct run *run, millis at) {
    return at != MILLIS_NONE && at >= run->start - 60000 && at <= run->end + 60000;
}

static void advice(struct claim *claim, double xid) {
    if (xid == 79)
        claim->next =
            tr("Take the node out, power-cycle it, and check the slot, riser and power cabling; if the Xid returns, "
               "replace the GPU.");
    else if (xid == 48 || xid == 95 || xid == 64)
        claim->next =
            tr("Reset the GPU, run the vendor's memory test (dcgmi diag -r 3), and replace the GPU if it returns.");
    else
        claim->next =
            tr("Reset the GPU or restart the node, and open a case with the vendor's bug report "
               "(nvidia-bug-report.sh).");
}

static void judge_event(struct run *run, struct claims *claims, const struct source *source,
                        const struct source_clock *clock, const struct event *event) {
    millis at = clock->placed ? clock_to_run(clock, event->time, event->line) : MILLIS_NONE;
    if (!in_run(run, at)) return;
    const struct gpu *gpu = event->entity[0] != '\0' ? gpu_by_bus(run, event->entity) : NULL;
    for (size_t g = 0; gpu == NULL && g < run->gpu_count; g++)
        if (strcmp(run->gpus[g].table->entity, event->entity) == 0) gpu = &run->gpus[g];
    if (gpu == NULL) gpu = gpu_that_ended(run, at);
    for (size_t i = 0; i < claims->count; i++)  // the first line of an incident speaks for it
        if (claims->items[i].cause == CAUSE_GPU_FAULT && !claims->items[i].no_data &&
            (gpu == NULL || claims->items[i].gpu == gpu || claims->items[i].gpu == NULL))
            return;
    struct claim *claim = claims_add(claims, CAUSE_GPU_FAULT, gpu != NULL ? gpu->entity : "", LOSS_DEAD);
    claim->gpu = gpu;
    claim->certain = true;
    claim->strength = gpu != NULL ? 0.97 : 0.93;
    claim->value = event->value;
    claim->test = tr("Xid or lost GPU during the run");
    claim->sentence =
        event->kind == EVENT_XID
            ? arena_printf(run->arena, tr("%s reported Xid %.0f at %s: %s"), gpu != NULL ? gpu->entity : event->entity,
                           event->value, when_iso(run->arena, at, false, ""), event->text)
            : arena_printf(run->arena, tr("%s was lost at %s: %s"), gpu != NULL ? gpu->entity : tr("A GPU"),
                           when_iso(run->arena, at, false, ""), event->text);
    claim->stalls = tr("the GPU fault");
    advice(claim, event->kind == EVENT_XID ? event->value : 79);
    claim_evidence(run, claim, 1, arena_printf(run->arena, "%s", event->text), event->value, NAN, UNIT_NONE,
                   source_name(source), "");
    if (claim->evidence_count > 0) {
        claim->evidence[claim->evidence_count - 1].line = event->line;
        claim->evidence[claim->evidence_count - 1].from = at;
        claim->evidence[claim->evidence_count - 1].to = at;
    }
}

// An Xid of which nobody here knows what it means is told, but accuses no GPU.
static void tell_event(struct run *run, struct claims *claims, size_t found, const struct source_clock *clock,
                       const struct event *event) {
    enum { TOLD_MOST = 20 };  // more are no help, and a hostile log has any number
    enum xid_meaning meaning = event->kind == EVENT_XID ? xid_meaning(event) : XID_PROGRAM;
    if (meaning != XID_UNKNOWN && meaning != XID_NONFATAL) return;
    millis at = clock->placed ? clock_to_run(clock, event->time, event->line) : MILLIS_NONE;
    if (!in_run(run, at) || claims->count >= found + TOLD_MOST) return;
    const struct gpu *gpu = gpu_by_bus(run, event->entity);
    const char *entity = gpu != NULL ? gpu->entity : event->entity;
    for (size_t i = found; i < claims->count; i++)  // once a GPU and number
        if (claims->items[i].cause == CAUSE_GPU_FAULT && claims->items[i].value == event->value &&
            strcmp(claims->items[i].entity, entity) == 0)
            return;
    struct claim *claim = claims_add(claims, CAUSE_GPU_FAULT, entity, LOSS_DEAD);
    claim->gpu = gpu;
    claim->value = event->value;
    claim->test = arena_printf(run->arena, tr("Xid %.0f at %s"), event->value, when_iso(run->arena, at, false, ""));
    claim->why_not = meaning == XID_UNKNOWN ? tr("what it means is not known here: see NVIDIA's list of Xids")
                                            : tr("its own text calls it nonfatal");
}

// Uncorrected volatile ECC errors that grew while the log ran.
static void judge_ecc(struct run *run, struct claims *claims) {
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *gpu = &run->gpus[g];
        const struct column *column = table_find(gpu->table, "ecc.errors.uncorrected.volatile.total");
        if (column == NULL) continue;
        struct column_stats stats = column_stats(gpu->table, column);
        if (stats.samples < 2 || !(stats.max > stats.min)) continue;
        struct claim *claim = claims_add(claims, CAUSE_GPU_FAULT, gpu->entity, LOSS_NONE);
        claim->gpu = gpu;
        claim->certain = true;
        claim->strength = 0.9;
        claim->value = stats.max - stats.min;
        claim->threshold = 1;
        claim->test = tr("growth of uncorrected ECC errors during the run");
        claim->sentence = arena_printf(run->arena, tr("%s counted %.0f uncorrected ECC errors during the run."),
                                       gpu->entity, claim->value);
        advice(claim, 48);
        claim_evidence(run, claim, 1, claim->sentence, claim->value, 1, UNIT_NONE, source_name(gpu->source),
                       column->quantity);
    }
}

void judge_gpu_fault(struct run *run, struct claims *claims) {
    size_t before = claims->count;
    bool kernel_log = false;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        kernel_log = kernel_log || (source->format != NULL && strcmp(source->format, "kernel-log") == 0);
        for (size_t k = 0; k < source->event_count; k++)
            if (gpu_failed(&source->events[k])) judge_event(run, claims, source, &run->clocks[i], &source->events[k]);
    }
    judge_ecc(run, claims);
    size_t found = claims->count;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        for (size_t k = 0; k < source->event_count; k++)
            tell_event(run, claims, found, &run->clocks[i], &source->events[k]);
    }
    if (found > before) return;
    struct claim *claim = claims_add(claims, CAUSE_GPU_FAULT, "", LOSS_DEAD);
    claim->test = tr("Xid lines, lost GPUs or growing uncorrected ECC errors");
    claim->value = 0;
    claim->threshold = 1;
    if (kernel_log) return;
    claim->no_data = true;
    claim->settle = tr("dmesg -T of the node (Xid lines)");
}

#include "parsers/kernel_events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

enum {
    EVENTS_MOST = 50000,
    FLOOD_SECONDS = 60,   // NVIDIA's Xid and the block layer repeat one cause within seconds
    FLOOD_LONGEST = 600,  // a flood of hours is shown again every ten minutes, so that its span can be seen
    FLOOD_LINES = 200,    // the same for lines without a clock
    SLOTS_FIRST = 64,     // of the table of floods, a power of two
};

struct event_kept {
    struct kernel_moment first, last;
    uint32_t line, last_line;
    enum event_kind kind;
    const char *entity, *text;
    double value;
    size_t count;
};

struct slot {
    uint64_t key;
    size_t index;
    bool used;
};

struct kernel_events {
    struct arena *arena;
    struct event_kept *kept;
    size_t count, capacity, dropped;
    struct slot *slots;  // at most half of them used
    size_t slot_count, slots_used;
};

struct kernel_events *kernel_events_new(void) {
    struct arena *arena = arena_new();
    struct kernel_events *events = arena_alloc(arena, sizeof *events);
    events->arena = arena;
    return events;
}

void kernel_events_free(struct kernel_events *events) {
    if (events == NULL) return;
    free(events->kept);
    free(events->slots);
    arena_free(events->arena);
}

// FNV-1a.
static uint64_t mix(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++) hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

static uint64_t key_of(const struct kernel_report *report) {
    uint64_t hash = 14695981039346656037u;
    hash = mix(hash, &report->kind, sizeof report->kind);
    hash = mix(hash, &report->code, sizeof report->code);
    return mix(hash, report->entity.at, report->entity.length);
}

// Where the key stands or would stand.
static struct slot *find_slot(struct slot *slots, size_t count, uint64_t key) {
    size_t at = (size_t)(key ^ key >> 32) & (count - 1);
    while (slots[at].used && slots[at].key != key) at = (at + 1) & (count - 1);
    return &slots[at];
}

static struct slot *slot_of(struct kernel_events *events, uint64_t key) {
    if (2 * events->slots_used >= events->slot_count) {
        size_t count = events->slot_count == 0 ? SLOTS_FIRST : 2 * events->slot_count;
        size_t none = 0;
        struct slot *slots = grow_array(NULL, &none, count, sizeof *slots);
        memset(slots, 0, count * sizeof *slots);
        for (size_t i = 0; i < events->slot_count; i++)
            if (events->slots[i].used) *find_slot(slots, count, events->slots[i].key) = events->slots[i];
        free(events->slots);
        events->slots = slots;
        events->slot_count = count;
    }
    return find_slot(events->slots, events->slot_count, key);
}

static bool continues(const struct event_kept *kept, const struct kernel_report *report) {
    double gap = kernel_clock_gap(&kept->last, &report->at);
    if (isnan(gap)) return report->line - kept->last_line < FLOOD_LINES && !report->at.has_boot && !report->at.has_wall;
    double age = kernel_clock_gap(&kept->first, &report->at);
    return gap > -FLOOD_SECONDS && gap < FLOOD_SECONDS && !(age > FLOOD_LONGEST);
}

static void count_in(struct event_kept *kept, const struct kernel_report *report) {
    kept->last = report->at;
    kept->last_line = report->line;
    kept->count++;
    // A hung task's seconds and throttling totals: the worst says most.
    if (!isnan(report->value) && (isnan(kept->value) || report->value > kept->value)) kept->value = report->value;
}

size_t kernel_events_add(struct kernel_events *events, const struct kernel_report *report) {
    uint64_t key = key_of(report);
    struct slot *slot = slot_of(events, key);
    if (slot->used && continues(&events->kept[slot->index], report)) {
        count_in(&events->kept[slot->index], report);
        return slot->index;
    }
    if (events->count == EVENTS_MOST) {
        events->dropped++;
        return SIZE_MAX;
    }
    events->kept = grow_array(events->kept, &events->capacity, events->count + 1, sizeof *events->kept);
    events->kept[events->count] = (struct event_kept){
        .first = report->at,
        .last = report->at,
        .line = report->line,
        .last_line = report->line,
        .kind = report->kind,
        .entity = text_copy(events->arena, text_head(report->entity, 80)),
        .text = text_copy(events->arena, text_head(text_trim(report->text), 300)),
        .value = report->value,
        .count = 1,
    };
    if (!slot->used) events->slots_used++;
    *slot = (struct slot){.key = key, .index = events->count, .used = true};
    return events->count++;
}

void kernel_events_value(struct kernel_events *events, size_t index, double value) {
    if (index < events->count) events->kept[index].value = value;
}

void kernel_events_retell(struct kernel_events *events, size_t index, struct text text, double value) {
    if (index >= events->count) return;
    events->kept[index].value = value;
    events->kept[index].text = text_copy(events->arena, text_head(text_trim(text), 300));
}

void kernel_events_entity(struct kernel_events *events, size_t index, struct text entity) {
    if (index < events->count) events->kept[index].entity = text_copy(events->arena, entity);
}

void kernel_events_rename(struct kernel_events *events, const char *from, const char *to) {
    const char *name = arena_string(events->arena, to);
    for (size_t i = 0; i < events->count; i++)
        if (strcmp(events->kept[i].entity, from) == 0) events->kept[i].entity = name;
}

static const char *sentence(struct arena *arena, const struct event_kept *kept) {
    if (kept->count == 1) return kept->text;
    double span = kernel_clock_gap(&kept->first, &kept->last);
    if (isnan(span)) return arena_printf(arena, tr("%s (%zu such lines)"), kept->text, kept->count);
    return arena_printf(arena, tr("%s (%zu such lines within %.0f s)"), kept->text, kept->count, fabs(span));
}

static int by_line(const void *a, const void *b) {
    const struct event_kept *const *x = a;
    const struct event_kept *const *y = b;
    return ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

void kernel_events_write(const struct kernel_events *events, const struct kernel_clock *clock, struct source *source) {
    struct arena *arena = arena_new();
    const struct event_kept **order = arena_array(arena, events->count, sizeof(const struct event_kept *));
    for (size_t i = 0; i < events->count; i++) order[i] = &events->kept[i];
    qsort(order, events->count, sizeof(const struct event_kept *), by_line);
    for (size_t i = 0; i < events->count; i++) {
        const struct event_kept *kept = order[i];
        source_event(source, kernel_clock_time(clock, &kept->first), kept->line, kept->kind, text_of(kept->entity),
                     text_of(sentence(arena, kept)), kept->value);
    }
    arena_free(arena);
    if (events->dropped > 0)
        source_problem(source, 0, SEVERITY_WARNING, tr("more than %d events in one log: %zu were not kept"),
                       EVENTS_MOST, events->dropped);
}

// Hosts, disks and GPUs of the fleet: the same one over many runs, and what it cost.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/fleet_parts.h"
#include "core/arena.h"
#include "core/text.h"

// One thing in one run.
struct seen {
    const char *key;
    const struct fleet_run *run;
    size_t order;  // of appearance, so that sorting is the same everywhere
    const char *host, *entity, *label, *serial;
    bool alone;  // nothing tells that it is in other runs, too
    double hours, lost;
    bool slow;
    int health;
    const char *health_sentence;
    struct exact by_cause[CAUSE_COUNT_];
};

struct sightings {
    struct arena *arena;
    struct seen *items;
    size_t count, capacity;
};

static struct seen *see(struct sightings *all, const struct fleet_run *run) {
    all->items = grow_array(all->items, &all->capacity, all->count + 1, sizeof *all->items);
    struct seen *seen = &all->items[all->count];
    *seen = (struct seen){.run = run, .order = all->count, .host = "", .entity = "", .label = "", .serial = ""};
    seen->health = -1;
    seen->health_sentence = "";
    all->count++;
    return seen;
}

static bool has_hosts(const struct fleet_run *run) { return strchr(run->host, ',') != NULL; }

// "node1" of "node1:gpu0" in a run over several hosts, else the run's host.
static const char *host_of(struct arena *arena, const struct fleet_run *run, const char *entity) {
    if (!has_hosts(run)) return run->host;
    const char *colon = strchr(entity, ':');
    return colon == NULL ? "" : arena_copy(arena, entity, (size_t)(colon - entity));
}

static const char *plain_entity(const struct fleet_run *run, const char *entity) {
    const char *colon = has_hosts(run) ? strchr(entity, ':') : NULL;
    return colon == NULL ? entity : colon + 1;
}

bool fleet_serial_tells(const char *serial) {
    size_t length = strlen(serial), digits = strcspn(serial, "123456789");
    if (length < 5 || digits == length) return false;
    return strspn(serial, (const char[]){serial[0], '\0'}) < length;
}

static void name_device(struct arena *arena, struct seen *seen, const char *label, const char *serial,
                        const char *entity) {
    seen->host = host_of(arena, seen->run, entity);
    seen->entity = plain_entity(seen->run, entity);
    seen->label = label;
    seen->serial = serial;
    // Control characters cannot stand in names: keys of one kind never meet those of another.
    if (fleet_serial_tells(serial))
        seen->key = arena_printf(arena, "\1%s\1%s", label, serial);
    else if (seen->host[0] != '\0')
        seen->key = arena_printf(arena, "\2%s\2%s", seen->host, seen->entity);
    else
        seen->key = arena_printf(arena, "\3%s\3%s", seen->run->run, seen->entity), seen->alone = true;
}

static void see_disks(struct sightings *all, const struct fleet_run *run) {
    for (size_t i = 0; i < run->disk_count; i++) {
        const struct fleet_disk *disk = &run->disks[i];
        struct seen *seen = see(all, run);
        name_device(all->arena, seen, disk->model, disk->serial, disk->entity);
        seen->hours = NAN;
        seen->lost = disk->lost_gpu_hours;
        seen->slow = strcmp(run->entity, disk->entity) == 0;
        seen->health = disk->health;
        seen->health_sentence = disk->health_sentence;
        for (size_t k = 0; k < run->finding_count; k++)
            if (strcmp(run->findings[k].entity, disk->entity) == 0)
                exact_add(&seen->by_cause[run->findings[k].cause], run->findings[k].lost_gpu_hours);
    }
}

// Causes have the same part in the loss of each GPU as in that of the run.
static void add_part(struct seen *seen, double lost) {
    if (!(seen->run->lost_total > 0) || !isfinite(lost)) return;
    for (size_t k = 0; k < seen->run->loss_count; k++)
        exact_add(&seen->by_cause[seen->run->losses[k].cause],
                  seen->run->losses[k].gpu_hours * lost / seen->run->lost_total);
}

static void see_gpus(struct sightings *all, const struct fleet_run *run) {
    for (size_t i = 0; i < run->gpus_count; i++) {
        const struct fleet_gpu *gpu = &run->gpus[i];
        struct seen *seen = see(all, run);
        name_device(all->arena, seen, gpu->name, gpu->uuid, gpu->entity);
        seen->hours = gpu->gpu_hours;
        seen->lost = gpu->lost_gpu_hours;
        seen->slow = strcmp(run->entity, gpu->entity) == 0;
        add_part(seen, gpu->lost_gpu_hours);
    }
}

static struct seen *see_host(struct sightings *all, const struct fleet_run *run, const char *host) {
    struct seen *seen = see(all, run);
    seen->host = host;
    seen->key = host;
    seen->slow = fleet_is_slow(run);
    return seen;
}

// What the GPUs of a host lost is the host's; a run on one host is all its own.
static void see_hosts(struct sightings *all, const struct fleet_run *run) {
    if (!has_hosts(run)) {
        struct seen *seen = see_host(all, run, run->host);
        seen->hours = run->gpu_hours;
        seen->lost = run->lost_total;
        add_part(seen, run->lost_total);
        return;
    }
    for (struct text rest = text_of(run->host); rest.at != NULL;) {
        struct text name = text_trim(text_cut(&rest, ','));
        struct seen *seen = see_host(all, run, arena_copy(all->arena, name.at, name.length));
        // A cause that names another host of the run says nothing of this one.
        bool named = strncmp(run->entity, seen->host, name.length) == 0 && run->entity[name.length] == ':';
        if (strchr(run->entity, ':') != NULL && !named) seen->slow = false;
        for (size_t i = 0; i < run->gpus_count; i++) {
            if (strcmp(host_of(all->arena, run, run->gpus[i].entity), seen->host) != 0) continue;
            if (isfinite(run->gpus[i].gpu_hours)) seen->hours += run->gpus[i].gpu_hours;
            if (isfinite(run->gpus[i].lost_gpu_hours)) seen->lost += run->gpus[i].lost_gpu_hours;
        }
        add_part(seen, seen->lost);
    }
}

// ── the same over many runs ─────────────────────────────────────────────────

static int by_key(const void *a, const void *b) {
    const struct seen *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    if (order != 0) return order;
    // Of two paths to a disk in one run the one that is named counts.
    if (x->run == y->run && x->slow != y->slow) return x->slow ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

// Which of two names of the same thing is shown: that of the later run, where there are dates.
static bool is_later(const struct seen *a, const struct seen *b) {
    if (a->run->end != b->run->end) return a->run->end > b->run->end;
    return a->order > b->order;
}

static void add_dates(struct fleet_thing *thing, const struct fleet_run *run) {
    if (run->start == MILLIS_NONE || run->end == MILLIS_NONE) return;
    if (thing->first == MILLIS_NONE || run->start < thing->first) thing->first = run->start;
    if (thing->last == MILLIS_NONE || run->end > thing->last) thing->last = run->end;
}

static struct fleet_thing thing_of(const struct seen *seen, size_t count, double price) {
    struct fleet_thing thing = {.first = MILLIS_NONE, .last = MILLIS_NONE, .run = "", .health = -1};
    thing.health_sentence = "";
    struct tally tally = {0};
    const struct seen *latest = &seen[0];
    for (size_t i = 0; i < count; i++) {
        if (is_later(&seen[i], latest)) latest = &seen[i];
        if (tally.last != seen[i].run && seen[i].slow) thing.named[seen[i].run->cause]++;
        tally_run(&tally, seen[i].run, seen[i].lost, seen[i].slow);
        exact_add(&tally.hours, seen[i].hours);
        for (int c = 0; c < CAUSE_COUNT_; c++) exact_add(&tally.by_cause[c], exact_value(&seen[i].by_cause[c]));
        add_dates(&thing, seen[i].run);
        if (seen[i].health <= thing.health) continue;
        thing.health = seen[i].health;
        thing.health_sentence = seen[i].health_sentence;
        thing.health_run = seen[i].run;
    }
    for (int c = 0; c < CAUSE_COUNT_; c++) thing.by_cause[c] = exact_value(&tally.by_cause[c]);
    thing.host = latest->host;
    thing.entity = latest->entity;
    thing.label = latest->label;
    thing.serial = latest->serial;
    if (latest->alone) thing.run = latest->run->run;
    thing.sum = tally_sum(&tally, false, price);
    return thing;
}

static int by_lost(const void *a, const void *b) {
    const struct fleet_thing *x = a, *y = b;
    if (x->sum.lost != y->sum.lost) return x->sum.lost > y->sum.lost ? -1 : 1;
    int order = strcmp(x->host, y->host);
    if (order == 0) order = strcmp(x->entity, y->entity);
    if (order == 0) order = strcmp(x->serial, y->serial);
    if (order == 0) order = strcmp(x->label, y->label);
    return order != 0 ? order : strcmp(x->run, y->run);
}

static struct fleet_thing *join(struct fleet *fleet, struct sightings *all, size_t *found) {
    if (all->count > 0) qsort(all->items, all->count, sizeof *all->items, by_key);
    struct fleet_thing *things = arena_array(fleet->arena, all->count + 1, sizeof *things);
    *found = 0;
    for (size_t from = 0, to; from < all->count; from = to) {
        for (to = from + 1; to < all->count && strcmp(all->items[to].key, all->items[from].key) == 0;) to++;
        things[(*found)++] = thing_of(&all->items[from], to - from, fleet->price);
    }
    qsort(things, *found, sizeof *things, by_lost);
    free(all->items);
    return things;
}

static struct fleet_thing *things_of(struct fleet *fleet, void (*look)(struct sightings *, const struct fleet_run *),
                                     size_t *found) {
    struct sightings all = {.arena = fleet->arena};
    for (size_t i = 0; i < fleet->run_count; i++)
        if (fleet->runs[i]->status == FLEET_ANALYSED) look(&all, fleet->runs[i]);
    return join(fleet, &all, found);
}

static int by_health(const void *a, const void *b) {
    const struct fleet_thing *x = *(const struct fleet_thing *const *)a, *y = *(const struct fleet_thing *const *)b;
    if (x->health != y->health) return y->health - x->health;
    return by_lost(x, y);
}

void fleet_things(struct fleet *fleet) {
    fleet->hosts = things_of(fleet, see_hosts, &fleet->host_count);
    fleet->disks = things_of(fleet, see_disks, &fleet->disk_count);
    fleet->gpu_things = things_of(fleet, see_gpus, &fleet->gpu_count);
    fleet->gpus = fleet->gpu_count;
    for (size_t i = 0; i < fleet->disk_count; i++) fleet->disks[i].sum.gpu_hours = NAN;
    fleet->failing = arena_array(fleet->arena, fleet->disk_count + 1, sizeof *fleet->failing);
    for (size_t i = 0; i < fleet->disk_count; i++)
        if (fleet->disks[i].health >= 2) fleet->failing[fleet->failing_count++] = &fleet->disks[i];
    qsort(fleet->failing, fleet->failing_count, sizeof *fleet->failing, by_health);
}

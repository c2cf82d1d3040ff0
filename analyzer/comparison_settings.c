// What is set in two runs, and what cannot be compared between them.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/comparison_parts.h"
#include "analyzer/stats.h"
#include "core/arena.h"
#include "core/lang.h"

enum { SETTINGS_MOST = 400 };

struct settings {
    struct arena *arena;
    struct setting *items;
    size_t count;
};

static uint64_t hash_of(const char *text) {
    uint64_t hash = 1469598103934665603u;
    for (; *text != '\0'; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static void set(struct settings *s, const char *entity, const char *what, const char *shown, const char *raw) {
    if (shown == NULL || shown[0] == '\0' || s->count >= SETTINGS_MOST) return;
    s->items[s->count++] =
        (struct setting){arena_string(s->arena, entity), what, arena_string(s->arena, shown), hash_of(raw)};
}

static const char *fact_of(const struct diagnosis *d, const char *entity, const char *key) {
    for (size_t i = 0; i < d->recording->source_count; i++) {
        const char *value = source_fact_value(d->recording->sources[i], entity, key);
        if (value != NULL && value[0] != '\0') return value;
    }
    return NULL;
}

// The value that a series has most of the time, as text; NULL if there is none.
static const char *usual(struct arena *arena, const struct diagnosis *d, const char *entity, const char *quantity) {
    for (size_t i = 0; i < d->series_count; i++) {
        const struct grid_series *s = &d->series[i];
        if (strcmp(s->table->entity, entity) != 0 || strcmp(s->column->quantity, quantity) != 0) continue;
        double median = stats_median(s->column->values, s->table->row_count);
        if (isfinite(median)) return unit_show(arena, median, s->column->unit);
    }
    return NULL;
}

// One row for all GPUs where they agree, else one each.
static void set_gpus(struct settings *s, const struct diagnosis *d, const char *what,
                     const char *(*value)(struct arena *, const struct diagnosis *, const char *, const char *),
                     const char *key) {
    const char *first = NULL;
    bool same = true;
    for (size_t i = 0; i < d->gpu_count; i++) {
        const char *mine = value(s->arena, d, d->gpus[i], key);
        if (mine == NULL) mine = "";
        if (first == NULL) first = mine;
        same = same && strcmp(first, mine) == 0;
    }
    if (same) {
        if (first != NULL) set(s, "", what, first, first);
        return;
    }
    for (size_t i = 0; i < d->gpu_count; i++) {
        const char *mine = value(s->arena, d, d->gpus[i], key);
        if (mine != NULL) set(s, d->gpus[i], what, mine, mine);
    }
}

static const char *fact_value(struct arena *arena, const struct diagnosis *d, const char *entity, const char *key) {
    (void)arena;
    return fact_of(d, entity, key);
}

static void set_devices(struct settings *s, const struct diagnosis *raw, const struct diagnosis *shown) {
    set_gpus(s, shown, N_("GPU model"), fact_value, "name");
    const char *driver = fact_of(shown, NULL, "driver_version");
    if (driver == NULL) driver = fact_of(shown, NULL, "driver");
    if (driver != NULL) set(s, "", N_("GPU driver"), driver, driver);
    set_gpus(s, shown, N_("power limit"), usual, "power.limit");
    set_gpus(s, shown, N_("enforced power limit"), usual, "enforced.power.limit");
    set_gpus(s, shown, N_("GPU memory"), usual, "memory.total");
    set_gpus(s, shown, N_("highest SM clock"), usual, "clocks.max.sm");
    set_gpus(s, shown, N_("PCIe generation, at most"), usual, "pcie.link.gen.max");
    set_gpus(s, shown, N_("PCIe width, at most"), usual, "pcie.link.width.max");
    for (size_t i = 0; i < shown->health_count; i++) {
        const struct disk_health *h = &shown->health[i];
        set(s, h->entity, N_("disk model"), h->model, h->model == NULL ? "" : h->model);
        const char *serial = raw->health[i].serial;
        set(s, h->entity, N_("serial number"), h->serial, serial == NULL ? "" : serial);
    }
    const char *cpus = fact_of(shown, NULL, "cpus"), *kernel = fact_of(shown, NULL, "kernel");
    if (cpus != NULL) set(s, "", N_("CPUs"), cpus, cpus);
    if (kernel != NULL) set(s, "", N_("kernel"), kernel, kernel);
}

static void set_samplers(struct settings *s, const struct diagnosis *d) {
    for (size_t i = 0; i < d->recording->source_count; i++) {
        const struct source *source = d->recording->sources[i];
        if (source->format == NULL || source->refused) continue;
        if (source->tool_version != NULL)
            set(s, source->format, N_("version"), source->tool_version, source->tool_version);
        if (!isfinite(source->cadence)) continue;
        const char *cadence = unit_show(s->arena, source->cadence, UNIT_SECONDS);
        set(s, source->format, N_("a sample every"), cadence, cadence);
    }
}

// Equal for the same logs in any order.
static const char *digest_of(struct arena *arena, const struct recording *recording) {
    uint64_t sum = 0, product = 1;
    for (size_t i = 0; i < recording->source_count; i++) {
        const struct source *source = recording->sources[i];
        uint64_t hash = hash_of(arena_printf(arena, "%s/%s", source->sha256, source->member));
        sum += hash;
        product *= hash | 1;
    }
    return arena_printf(arena, "%016llx%016llx", (unsigned long long)sum, (unsigned long long)product);
}

void profile_settings(struct arena *arena, struct profile *profile, const struct diagnosis *raw,
                      const struct diagnosis *shown) {
    struct settings s = {.arena = arena, .items = arena_array(arena, SETTINGS_MOST, sizeof *s.items)};
    const char *gpus = arena_printf(arena, "%zu", shown->gpu_count);
    set(&s, "", N_("number of GPUs"), gpus, gpus);
    if (isfinite(profile->seconds)) {
        const char *length = unit_duration(arena, profile->seconds);
        set(&s, "", N_("length of the run"), length, length);
    }
    if (shown->host_count > 0) {
        const char *hosts = arena_printf(arena, "%zu", shown->host_count);
        set(&s, "", N_("number of hosts"), hosts, hosts);
    }
    set(&s, "", N_("host"), shown->host, raw->host == NULL ? "" : raw->host);
    set_devices(&s, raw, shown);
    set_samplers(&s, shown);
    profile->settings = s.items;
    profile->setting_count = s.count;
    profile->digest = digest_of(arena, raw->recording);
}

// ── two runs ────────────────────────────────────────────────────────────────

static const struct setting *same_setting(const struct profile *profile, const struct setting *wanted) {
    for (size_t i = 0; i < profile->setting_count; i++) {
        const struct setting *s = &profile->settings[i];
        if (strcmp(s->what, wanted->what) == 0 && strcmp(s->entity, wanted->entity) == 0) return s;
    }
    return NULL;
}

// The first of its kind: a log of several files gives its version more than once.
static bool is_first(const struct profile *profile, size_t index) {
    return same_setting(profile, &profile->settings[index]) == &profile->settings[index];
}

void contrast_settings(struct arena *arena, struct contrast *c) {
    struct setting_difference *out =
        arena_array(arena, c->baseline->setting_count + c->run->setting_count, sizeof *out);
    size_t count = 0;
    for (size_t i = 0; i < c->baseline->setting_count; i++) {
        const struct setting *a = &c->baseline->settings[i], *b = same_setting(c->run, a);
        if (!is_first(c->baseline, i)) continue;
        struct setting_difference d = {a->entity, tr(a->what), a->value, b == NULL ? "" : b->value, false};
        d.differs = b != NULL && a->identity != b->identity;
        if (d.differs && strcmp(a->value, b->value) == 0) d.after = arena_printf(arena, tr("%s (another)"), b->value);
        out[count++] = d;
    }
    for (size_t i = 0; i < c->run->setting_count; i++) {
        const struct setting *b = &c->run->settings[i];
        if (!is_first(c->run, i) || same_setting(c->baseline, b) != NULL) continue;
        out[count++] = (struct setting_difference){b->entity, tr(b->what), "", b->value, false};
    }
    c->settings = out;
    c->setting_count = count;
}

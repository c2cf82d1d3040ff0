#include "reports/openmetrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/text.h"
#include "reports/metric_names.h"

// One line of samples: a family, its labels, and a value a bin.
struct metric {
    const char *family, *type, *unit, *help, *labels;
    size_t order;  // of two with the same labels, the first given comes first
    const float *values;
    double constant;            // where there are no values
    size_t first_bin, end_bin;  // the bins it has samples in
    double scale;
};

struct metrics {
    struct arena *arena;
    const struct diagnosis *diagnosis;
    const char *run;
    struct metric *items;
    size_t count, capacity;
};

struct label {
    const char *name, *value;  // NULL or "" as value: the label is not there
};

static char *escaped(struct arena *arena, const char *text) {
    const char *clean = text_copy(arena, text_of(text));
    char *copy = arena_alloc(arena, 2 * strlen(clean) + 1);
    char *to = copy;
    for (; *clean != '\0'; clean++) {
        if (*clean == '\\' || *clean == '"') *to++ = '\\';
        *to++ = *clean;
    }
    return copy;
}

static int by_label(const void *a, const void *b) {
    return strcmp(((const struct label *)a)->name, ((const struct label *)b)->name);
}

// {a="…",b="…"} in the order of the names.
static const char *label_set(struct arena *arena, struct label *labels, size_t count) {
    qsort(labels, count, sizeof *labels, by_label);
    const char *set = "";
    for (size_t i = 0; i < count; i++) {
        if (labels[i].name == NULL || labels[i].value == NULL || labels[i].value[0] == '\0') continue;
        set = arena_printf(arena, "%s%s%s=\"%s\"", set, set[0] == '\0' ? "" : ",", labels[i].name,
                           escaped(arena, labels[i].value));
    }
    return arena_printf(arena, "{%s}", set);
}

static struct metric *add(struct metrics *all, const char *family, const char *unit, const char *help,
                          struct label *labels, size_t count) {
    all->items = grow_array(all->items, &all->capacity, all->count + 1, sizeof *all->items);
    struct metric *metric = &all->items[all->count];
    *metric = (struct metric){.family = family,
                              .type = "gauge",
                              .unit = unit,
                              .help = help,
                              .labels = label_set(all->arena, labels, count),
                              .order = all->count,
                              .constant = 1,
                              .end_bin = all->diagnosis->bin_count,
                              .scale = 1};
    all->count++;
    return metric;
}

// ── the series ──────────────────────────────────────────────────────────────

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

// "gpu0" is gpu="0" and "cpu3" cpu="3", as exporters say it; "cpu", all together, has no label.
static const char *entity_value(const struct listed_series *series) {
    const char *name = series->device;
    if (series->kind == ENTITY_GPU && strncmp(name, "gpu", 3) == 0 && name[3] != '\0') return name + 3;
    if (series->kind == ENTITY_CPU && strncmp(name, "cpu", 3) == 0) return name + 3;
    return name;
}

static void add_series(struct metrics *all, const struct listed_series *series) {
    struct metric_name name = metric_name_of(all->arena, series->kind, series->quantity, series->unit);
    const char *entity_label = metric_entity_label(series->kind);
    struct label labels[5] = {{"run", all->run}, {"host", series->host}, {"source", file_name(series->source)}};
    size_t count = 3;
    if (entity_label != NULL) labels[count++] = (struct label){entity_label, entity_value(series)};
    if (name.label != NULL) labels[count++] = (struct label){name.label, name.label_value};
    struct metric *metric = add(all, name.family, name.unit, name.help, labels, count);
    metric->values = series->values;
    metric->scale = name.scale;
}

// ── what was found ──────────────────────────────────────────────────────────

static size_t bin_at(const struct diagnosis *d, millis at) {
    double bin = ceil((double)(at - d->start) / 1000 / d->bin_seconds - 1e-9);
    if (bin < 0) return 0;
    return bin > (double)d->bin_count ? d->bin_count : (size_t)bin;
}

// The phases of a cause as 0 and 1 over the whole run; one pass for each cause and entity that occurs.
static void add_phases(struct metrics *all) {
    const struct diagnosis *d = all->diagnosis;
    enum { MOST = 200 };  // causes and entities; more are no picture any more
    size_t made = 0;
    for (size_t i = 0; i < d->phase_count && made < MOST; i++) {
        const struct phase *phase = &d->phases[i];
        size_t before = 0;
        while (before < i &&
               (d->phases[before].cause != phase->cause || strcmp(d->phases[before].entity, phase->entity) != 0))
            before++;
        if (before < i) continue;
        float *active = arena_array(all->arena, d->bin_count, sizeof *active);
        for (size_t k = i; k < d->phase_count; k++) {
            if (d->phases[k].cause != phase->cause || strcmp(d->phases[k].entity, phase->entity) != 0) continue;
            for (size_t bin = bin_at(d, d->phases[k].start); bin < bin_at(d, d->phases[k].end); bin++) active[bin] = 1;
        }
        struct label labels[] = {{"run", all->run}, {"cause", cause_id(phase->cause)}, {"entity", phase->entity}};
        add(all, "whyslow_run_cause_active", "", "1 while this cause held the run back, else 0.", labels, 3)->values =
            active;
        made++;
    }
}

// A number that is known when the run is over: one sample, at its last bin.
static void add_last(struct metrics *all, const char *family, const char *unit, const char *help, double value,
                     struct label *labels, size_t count) {
    if (!isfinite(value)) return;
    struct metric *metric = add(all, family, unit, help, labels, count);
    metric->constant = value;
    metric->first_bin = all->diagnosis->bin_count - 1;
}

// A raw value where a snapshot was taken; one before or after the run counts at its end.
static void add_raw(struct metrics *all, struct label *labels, size_t count, double value, millis at) {
    const struct diagnosis *d = all->diagnosis;
    if (!isfinite(value) || at == MILLIS_NONE) return;
    size_t bin = bin_at(d, at);
    if (bin >= d->bin_count) bin = d->bin_count - 1;
    struct metric *metric =
        add(all, "whyslow_disk_smart_raw", "", "Raw SMART value at the first and the last snapshot.", labels, count);
    metric->constant = value;
    metric->first_bin = bin;
    metric->end_bin = bin + 1;
}

static void add_health(struct metrics *all, const struct disk_health *health) {
    const char *host;
    const char *device = series_device(all->diagnosis, health->entity, &host);
    struct label whole[] = {{"run", all->run}, {"host", host}, {"device", device}};
    add_last(all, "whyslow_disk_health_level", "", "0 fine, 1 watch, 2 suspect, 3 act now.", health->level, whole, 3);
    for (size_t i = 0; i < health->attribute_count; i++) {
        const struct disk_attribute *attribute = &health->attributes[i];
        // The last one first: where both fall into one bin, it has the word.
        for (int last = 1; last >= 0; last--) {
            struct label labels[] = {
                {"run", all->run}, {"host", host}, {"device", device}, {"attribute", attribute->name}};
            add_raw(all, labels, 4, last ? attribute->last : attribute->first, last ? health->last : health->first);
        }
    }
}

static void add_findings(struct metrics *all) {
    const struct diagnosis *d = all->diagnosis;
    for (size_t i = 0; i < d->loss_count; i++) {
        struct label labels[] = {{"run", all->run}, {"cause", cause_id(d->losses[i].cause)}};
        add_last(all, "whyslow_run_lost_gpu_seconds", "seconds", "GPU time that the cause cost the run.",
                 d->losses[i].gpu_hours * 3600, labels, 2);
    }
    for (size_t i = 0; i < d->health_count; i++) add_health(all, &d->health[i]);
    struct label whole[] = {{"run", all->run}};
    add_last(all, "whyslow_run_gpu_seconds", "seconds", "GPU time of the run that the logs cover.", d->gpu_hours * 3600,
             whole, 1);
    struct label verdict[] = {{"run", all->run}, {"cause", cause_id(d->verdict.cause)}, {"entity", d->verdict.entity}};
    add_last(all, "whyslow_run_confidence_ratio", "ratio", "How sure the verdict is.", d->verdict.confidence, verdict,
             3);
}

static void add_info(struct metrics *all) {
    const struct diagnosis *d = all->diagnosis;
    struct label labels[] = {{"run", all->run},
                             {"host", d->host},
                             {"cause", cause_id(d->verdict.cause)},
                             {"entity", d->verdict.entity},
                             {"clock", d->zone == NULL ? "printed" : "UTC"},
                             {"version", WHYSLOW_VERSION}};
    add(all, "whyslow_run", "", "The run, its verdict, and whether its times are UTC.", labels, 6)->type = "info";
}

// ── writing ─────────────────────────────────────────────────────────────────

static int by_name_and_labels(const void *a, const void *b) {
    const struct metric *x = a;
    const struct metric *y = b;
    int order = strcmp(x->family, y->family);
    if (order == 0) order = strcmp(x->labels, y->labels);
    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static double value_at(const struct metric *metric, size_t bin) {
    if (bin < metric->first_bin || bin >= metric->end_bin) return NAN;
    return metric->values == NULL ? metric->constant : (double)metric->values[bin] * metric->scale;
}

static void put_number(FILE *out, double value) {
    // A whole number of bytes is exact; else seven digits, as many as a float holds.
    if (value == floor(value) && fabs(value) < 9e15)
        fprintf(out, "%.0f", value == 0 ? 0 : value);
    else
        fprintf(out, "%.7g", value);
}

static void put_seconds(FILE *out, millis at) {
    millis rest = at % 1000;
    if (rest == 0)
        fprintf(out, " %" PRId64 "\n", at / 1000);
    else
        fprintf(out, " %s%lld.%03d\n", at < 0 ? "-" : "", llabs(at) / 1000, abs((int)rest));
}

// The `count` metrics have the same name and labels.
static void put_samples(FILE *out, const struct diagnosis *d, const struct metric *same, size_t count) {
    const char *suffix = strcmp(same->type, "info") == 0 ? "_info" : "";
    millis last = MILLIS_NONE;
    for (size_t bin = 0; bin < d->bin_count; bin++) {
        double value = NAN;
        for (size_t i = 0; i < count && !isfinite(value); i++) value = value_at(&same[i], bin);
        millis at = series_bin_time(d, bin);
        if (!isfinite(value) || (last != MILLIS_NONE && at <= last)) continue;
        fprintf(out, "%s%s%s ", same->family, suffix, same->labels);
        put_number(out, value);
        put_seconds(out, at);
        last = at;
    }
}

static void put_family(FILE *out, const struct metric *metric) {
    fprintf(out, "# TYPE %s %s\n", metric->family, metric->type);
    if (metric->unit[0] != '\0') fprintf(out, "# UNIT %s %s\n", metric->family, metric->unit);
    fprintf(out, "# HELP %s %s\n", metric->family, metric->help);
}

static void put_all(FILE *out, const struct metrics *all) {
    for (size_t i = 0; i < all->count;) {
        size_t same = i + 1;
        while (same < all->count && strcmp(all->items[same].family, all->items[i].family) == 0 &&
               strcmp(all->items[same].labels, all->items[i].labels) == 0)
            same++;
        if (i == 0 || strcmp(all->items[i].family, all->items[i - 1].family) != 0) put_family(out, &all->items[i]);
        put_samples(out, all->diagnosis, &all->items[i], same - i);
        i = same;
    }
}

bool openmetrics_write(FILE *out, const struct diagnosis *diagnosis, const struct export_options *options) {
    struct metrics all = {.arena = arena_new(), .diagnosis = diagnosis, .run = options->run};
    if (diagnosis->bin_count > 0) {
        size_t count;
        const struct listed_series *series = series_list(all.arena, diagnosis, &count);
        for (size_t i = 0; i < count; i++) add_series(&all, &series[i]);
        add_phases(&all);
        add_findings(&all);
        add_info(&all);
        if (all.count > 0) qsort(all.items, all.count, sizeof *all.items, by_name_and_labels);
    }
    put_all(out, &all);
    fputs("# EOF\n", out);
    free(all.items);
    arena_free(all.arena);
    return !ferror(out);
}

// compare.json, schema whyslow.compare/1 (reports/compare.schema.json).
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "reports/compare_parts.h"
#include "reports/json_build.h"
#include "reports/outset.h"

static const char *severity_id(int severity) {
    static const char *const names[] = {"info", "warning", "critical"};
    return severity < 0 ? NULL : names[severity];
}

static const char *change_id(enum cause_change change) {
    static const char *const names[] = {"none", "new", "gone", "more", "less", "untold"};
    return names[change];
}

static void put_share(json_t *object, const char *key, const struct share *share) {
    json_t *inner = json_put_object(object, key);
    json_put_number(inner, "share", share->share);
    json_put_number(inner, "low", share->low);
    json_put_number(inner, "high", share->high);
}

static void put_profile(json_t *object, struct arena *arena, const struct profile *p) {
    json_put_text(object, "name", arena, p->name);
    json_put_text(object, "digest", arena, p->digest);
    json_put_text(object, "start", arena, p->start);
    json_put_number(object, "seconds", p->seconds);
    json_put_number(object, "steady_seconds", p->steady_seconds);
    json_put_number(object, "gpu_hours", p->gpu_hours);
    put_share(object, "lost", &p->lost);
    json_t *verdict = json_put_object(object, "verdict");
    json_put_text(verdict, "cause", arena, cause_id(p->cause));
    json_put_name(verdict, "entity", arena, p->entity);
    json_put_number(verdict, "confidence", p->confidence);
    json_put_text(verdict, "sentence", arena, p->sentence);
}

static void put_cause(json_t *row, struct arena *arena, const struct cause_difference *d) {
    json_put_text(row, "cause", arena, d->cause == CAUSE_COUNT_ ? "all" : cause_id(d->cause));
    json_put_name(row, "baseline_entity", arena, d->before_entity);
    json_put_name(row, "entity", arena, d->after_entity);
    put_share(row, "baseline", &d->before);
    put_share(row, "run", &d->after);
    json_put_number(row, "delta", d->shift);
    json_put_number(row, "low", d->low);
    json_put_number(row, "high", d->high);
    json_put_number(row, "p", d->p);
    json_put_number(row, "q", d->q);
    json_put_text(row, "change", arena, change_id(d->change));
}

static void put_quantity(json_t *row, struct arena *arena, const struct difference *d) {
    json_put_text(row, "baseline_entity", arena, d->before->entity);
    json_put_text(row, "entity", arena, d->after->entity);
    json_put_text(row, "quantity", arena, d->after->quantity);
    json_put_text(row, "unit", arena, unit_name(d->after->unit));
    json_put_text(row, "phase", arena, d->before->phase == CAUSE_COUNT_ ? NULL : cause_id(d->before->phase));
    json_put_number(row, "baseline", d->before->level);
    json_put_number(row, "run", d->after->level);
    json_put_number(row, "delta", d->shift);
    json_put_number(row, "low", d->low);
    json_put_number(row, "high", d->high);
    json_put_number(row, "ratio", d->ratio);
    json_put_number(row, "allowance", d->allowance);
    json_put_number(row, "band", d->band);
    json_put_number(row, "p", d->p);
    json_put_number(row, "q", d->q);
    json_put_number(row, "baseline_effective", d->before->effective);
    json_put_number(row, "run_effective", d->after->effective);
    json_put_bool(row, "material", d->material);
    json_put_text(row, "direction", arena, d->worse > 0 ? "worse" : d->worse < 0 ? "better" : "neutral");
}

static void put_settings(json_t *object, struct arena *arena, const struct contrast *c) {
    json_t *settings = json_put_array(object, "settings");
    for (size_t i = 0; i < c->setting_count; i++) {
        const struct setting_difference *s = &c->settings[i];
        json_t *row = json_append_object(settings);
        json_put_name(row, "entity", arena, s->entity);
        json_put_text(row, "setting", arena, s->what);
        json_put_name(row, "baseline", arena, s->before);
        json_put_name(row, "run", arena, s->after);
        json_put_bool(row, "differs", s->differs);
    }
    json_t *findings = json_put_array(object, "findings");
    for (size_t i = 0; i < c->noted_count; i++) {
        const struct noted_difference *n = &c->noted[i];
        json_t *row = json_append_object(findings);
        json_put_text(row, "cause", arena, cause_id(n->cause));
        json_put_name(row, "entity", arena, n->entity);
        json_put_text(row, "baseline", arena, severity_id(n->before));
        json_put_text(row, "run", arena, severity_id(n->after));
        json_put_text(row, "sentence", arena, n->sentence);
    }
    json_t *uncompared = json_put_array(object, "not_compared");
    for (size_t i = 0; i < c->uncompared_count; i++) {
        json_t *row = json_append_object(uncompared);
        json_put_text(row, "what", arena, c->uncompared[i].what);
        json_put_text(row, "settle", arena, c->uncompared[i].settle);
    }
}

static void put_contrast(json_t *object, struct arena *arena, const struct contrast *c) {
    put_profile(object, arena, c->run);
    json_t *change = json_put_object(object, "change");
    json_put_text(change, "kind", arena, contrast_name(c->kind));
    json_put_bool(change, "identical", c->identical);
    json_put_number(change, "slower", c->slower);
    json_put_text(change, "severity", arena, severity_id(c->severity));
    json_put_text(change, "headline", arena, c->headline);
    json_put_text(change, "sentence", arena, c->sentence);
    json_put_text(change, "why", arena, c->why);
    json_put_text(change, "next", arena, c->next);
    json_put_count(change, "tests", c->tests);
    json_put_count(change, "material", c->material_count);
    put_cause(json_put_object(object, "total"), arena, &c->total);
    json_t *causes = json_put_array(object, "causes");
    for (size_t i = 0; i < c->cause_count; i++) put_cause(json_append_object(causes), arena, &c->causes[i]);
    json_t *quantities = json_put_array(object, "quantities");
    for (size_t i = 0; i < c->difference_count; i++)
        put_quantity(json_append_object(quantities), arena, &c->differences[i]);
    put_settings(object, arena, c);
}

static json_t *tree_of(struct arena *arena, const struct comparison *comparison) {
    json_t *root = json_object();
    json_put_text(root, "schema", arena, "whyslow.compare/1");
    json_t *tool = json_put_object(root, "tool");
    json_put_text(tool, "name", arena, "whyslow");
    json_put_text(tool, "version", arena, WHYSLOW_VERSION);
    put_profile(json_put_object(root, "baseline"), arena, comparison->baseline);
    json_t *runs = json_put_array(root, "runs");
    for (size_t i = 0; i < comparison->count; i++)
        put_contrast(json_append_object(runs), arena, &comparison->contrasts[i]);
    return root;
}

bool compare_json(struct outset *set, const struct comparison *comparison, const struct report_options *options) {
    (void)options;
    if (!outset_begin(set, "compare.json")) return false;
    struct arena *arena = arena_new();
    json_t *root = tree_of(arena, comparison);
    char *text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    arena_free(arena);
    if (text == NULL) {
        outset_fail(set, tr("out of memory"));
        return false;
    }
    outset_write(set, text, strlen(text));
    outset_write(set, "\n", 1);
    free(text);
    return outset_end(set);
}

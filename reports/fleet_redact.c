#include "reports/fleet_redact.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/fleet.h"
#include "core/arena.h"
#include "core/recording.h"
#include "core/text.h"
#include "reports/redact.h"
#include "reports/redact_parts.h"

struct rows {
    struct arena *arena;
    struct redactor *redactor;
};

static void add_hosts(const struct rows *rows, const char *hosts) {
    for (struct text rest = text_of(hosts); rest.at != NULL;) {
        struct text name = text_trim(text_cut(&rest, ','));
        if (name.length == 0) continue;
        const char *host = arena_copy(rows->arena, name.at, name.length);
        const char *shown = alias_of(&rows->redactor->aliases, host, ALIAS_HOST);
        // A name with its domain is the host of the name without.
        size_t plain = strcspn(host, ".");
        bool address = strspn(host, "0123456789.") == strlen(host);
        if (plain > 0 && !address) alias_set(&rows->redactor->aliases, arena_copy(rows->arena, host, plain), shown);
    }
}

static void add_row(const struct rows *rows, const struct fleet_run *run) {
    struct aliases *aliases = &rows->redactor->aliases;
    add_hosts(rows, run->host);
    for (size_t i = 0; i < run->input_count; i++) add_hosts(rows, run->inputs[i].host);
    for (size_t i = 0; i < run->gpus_count; i++)
        if (fleet_serial_tells(run->gpus[i].uuid)) alias_of(aliases, run->gpus[i].uuid, ALIAS_UUID);
    for (size_t i = 0; i < run->disk_count; i++)
        if (fleet_serial_tells(run->disks[i].serial)) alias_of(aliases, run->disks[i].serial, ALIAS_SERIAL);
}

static const char *hidden(const struct rows *rows, const char *text) {
    return arena_string(rows->arena, redact_text(rows->redactor, text));
}

// What tells no device from another stays out: a name in its place would make all of them one.
static const char *hidden_serial(const struct rows *rows, const char *serial) {
    return fleet_serial_tells(serial) ? hidden(rows, serial) : "";
}

// A reason may name the run. In other sentences a run called "sda" must not stand for the disk.
static const char *hidden_reason(const struct rows *rows, const char *reason, const char *run, const char *shown) {
    const char *done = "", *at;
    while (run[0] != '\0' && (at = strstr(reason, run)) != NULL) {
        done = arena_printf(rows->arena, "%s%.*s%s", done, (int)(at - reason), reason, shown);
        reason = at + strlen(run);
    }
    return hidden(rows, arena_printf(rows->arena, "%s%s", done, reason));
}

static void hide_parts(const struct rows *rows, const struct fleet_run *run, struct fleet_run *copy) {
    struct arena *arena = rows->arena;
    copy->findings = arena_array(arena, run->finding_count + 1, sizeof *copy->findings);
    copy->gpus = arena_array(arena, run->gpus_count + 1, sizeof *copy->gpus);
    copy->disks = arena_array(arena, run->disk_count + 1, sizeof *copy->disks);
    copy->inputs = arena_array(arena, run->input_count + 1, sizeof *copy->inputs);
    for (size_t i = 0; i < run->finding_count; i++) {
        copy->findings[i] = run->findings[i];
        copy->findings[i].entity = hidden(rows, run->findings[i].entity);
        copy->findings[i].sentence = hidden(rows, run->findings[i].sentence);
    }
    for (size_t i = 0; i < run->gpus_count; i++) {
        copy->gpus[i] = run->gpus[i];
        copy->gpus[i].entity = hidden(rows, run->gpus[i].entity);
        copy->gpus[i].uuid = hidden_serial(rows, run->gpus[i].uuid);
    }
    for (size_t i = 0; i < run->disk_count; i++) {
        copy->disks[i] = run->disks[i];
        copy->disks[i].entity = hidden(rows, run->disks[i].entity);
        copy->disks[i].serial = hidden_serial(rows, run->disks[i].serial);
        copy->disks[i].health_sentence = hidden(rows, run->disks[i].health_sentence);
    }
    for (size_t i = 0; i < run->input_count; i++) {
        copy->inputs[i] = run->inputs[i];
        copy->inputs[i].path = arena_string(arena, redact_base(rows->redactor, run->inputs[i].path));
        copy->inputs[i].host = hidden(rows, run->inputs[i].host);
    }
}

static struct fleet_run *hide(const struct rows *rows, const struct fleet_run *run, const char *name) {
    struct fleet_run *copy = arena_alloc(rows->arena, sizeof *copy);
    *copy = *run;
    copy->run = name;
    copy->report = "";
    copy->host = hidden(rows, run->host);
    copy->entity = hidden(rows, run->entity);
    copy->reason = hidden_reason(rows, run->reason, run->run, name);
    copy->sentence = hidden(rows, run->sentence);
    copy->next = hidden(rows, run->next);
    copy->settle = hidden(rows, run->settle);
    hide_parts(rows, run, copy);
    return copy;
}

static int by_name(const void *a, const void *b) {
    const struct fleet_run *x = *(const struct fleet_run *const *)a, *y = *(const struct fleet_run *const *)b;
    int order = strcmp(x->run, y->run);
    return order != 0 ? order : strcmp(x->digest, y->digest);
}

const struct fleet_run *const *fleet_redact(struct arena *arena, const struct fleet_run *const *runs, size_t count) {
    struct recording *nothing = recording_new();
    struct rows rows = {arena, redactor_new(nothing)};
    const struct fleet_run **sorted = arena_array(arena, count + 1, sizeof *sorted);
    const struct fleet_run **copies = arena_array(arena, count + 1, sizeof *copies);
    const char **names = arena_array(arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) sorted[i] = runs[i];
    qsort(sorted, count, sizeof *sorted, by_name);
    // Numbers are given in the order of the names, whatever the order of the rows.
    for (size_t i = 0; i < count; i++) {
        add_row(&rows, sorted[i]);
        names[i] = arena_printf(arena, "run-%0*zu", count < 10000 ? 4 : 7, i + 1);
    }
    for (size_t i = 0; i < count; i++) {
        const struct fleet_run **place = bsearch(&runs[i], sorted, count, sizeof *sorted, by_name);
        copies[i] = hide(&rows, runs[i], place == NULL ? "" : names[place - sorted]);
    }
    redactor_free(rows.redactor);
    recording_free(nothing);
    return copies;
}

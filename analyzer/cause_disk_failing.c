// disk-failing: what health.c found, as a claim. Health is not slowness: it takes no lost time by itself.
#include <stdlib.h>
#include <string.h>

#include "analyzer/cause.h"
#include "core/lang.h"

// Between the unplugging of a USB disk and the last of its commands that come back: the SCSI layer's timeout is 30 s.
#define UNPLUGGED_MS 30000
// One message in two logs of a machine: whole seconds, and daemons that were late.
#define TOGETHER_MS 15000

// An error as one log tells it.
struct told {
    millis at;  // on the run clock
    size_t log;
};

// What the logs say against a disk.
struct disk_errors {
    size_t count;     // by the kernel
    const char *log;  // the first of them
    uint32_t line;
    size_t unplugged;  // errors that follow from the unplugging of a USB disk
    const struct event *hdparm;
    const char *hdparm_log;
};

// True if an event names the disk or a partition of it: "sda1" is on sda, "sdaa" is not.
static bool concerns(const struct event *event, const char *entity) {
    struct text name = text_of(event->entity);
    if (entity[0] == '\0' || !text_starts(name, entity)) return false;
    size_t length = strlen(entity);
    struct text rest = text_skip(name, length);
    if (rest.length == 0) return true;
    bool numbered = entity[length - 1] >= '0' && entity[length - 1] <= '9';
    if (numbered && rest.at[0] != 'p') return false;
    if (numbered) rest = text_skip(rest, 1);
    return rest.length > 0 && rest.at[0] >= '0' && rest.at[0] <= '9';
}

static bool of_the_medium(const struct event *event) {
    struct text text = text_of(event->text);
    return text_has(text, "edium") || text_has(text, "UNC") || text_has(text, "read error corrected");
}

static int by_time(const void *a, const void *b) {
    const struct told *x = a;
    const struct told *y = b;
    if (x->at != y->at) return (x->at > y->at) - (x->at < y->at);
    return (x->log > y->log) - (x->log < y->log);
}

// kern.log, dmesg and journalctl of one machine tell each error: it is one.
static size_t different(struct told *told, size_t count) {
    qsort(told, count, sizeof *told, by_time);
    size_t errors = 0;
    const struct told *first = NULL;
    for (size_t i = 0; i < count; i++) {
        if (first != NULL && told[i].at <= first->at + TOGETHER_MS && told[i].log != first->log) continue;
        first = &told[i];
        errors++;
    }
    return errors;
}

// The errors in one kernel log; those that have a place in time go to `told`. Returns how many have none.
static size_t read_log(const struct run *run, size_t index, const char *entity, struct disk_errors *errors,
                       struct told *told, size_t *told_count) {
    const struct source *log = run->recording->sources[index];
    const struct source_clock *clock = &run->clocks[index];
    bool scsi = text_starts(text_of(entity), "sd");  // as USB disks are
    bool gone = false;
    millis unplugged = MILLIS_NONE;
    size_t undated = 0;
    for (size_t k = 0; k < log->event_count; k++) {
        const struct event *event = &log->events[k];
        if (event->kind == EVENT_NOTE && text_has(text_of(event->text), "USB disconnect")) unplugged = event->time;
        if (event->kind != EVENT_IO_ERROR || !concerns(event, entity)) continue;
        bool behind = scsi && unplugged != MILLIS_NONE && event->time != MILLIS_NONE && event->time >= unplugged &&
                      event->time - unplugged <= UNPLUGGED_MS;
        gone = gone || behind;
        if (gone && !of_the_medium(event)) {
            errors->unplugged++;
            continue;
        }
        millis at = clock->placed ? clock_to_run(clock, event->time, event->line) : MILLIS_NONE;
        if (at == MILLIS_NONE)
            undated++;
        else
            told[(*told_count)++] = (struct told){at, index};
        if (errors->log != NULL) continue;
        errors->log = source_name(log);
        errors->line = event->line;
    }
    return undated;
}

static size_t most_errors(const struct run *run) {
    size_t most = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) most += run->recording->sources[i]->event_count;
    return most;
}

static struct disk_errors errors_of(const struct run *run, const char *entity) {
    struct disk_errors errors = {0};
    struct told *told = malloc((most_errors(run) + 1) * sizeof *told);
    if (told == NULL) abort();
    size_t count = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *log = run->recording->sources[i];
        if (log->format == NULL) continue;
        if (strcmp(log->format, "kernel-log") == 0) {
            size_t undated = read_log(run, i, entity, &errors, told, &count);
            // What has no place in time may be what the other logs tell, too.
            if (undated > errors.count) errors.count = undated;
            continue;
        }
        for (size_t k = 0; k < log->event_count && errors.hdparm == NULL; k++) {
            if (log->events[k].kind != EVENT_IO_ERROR || !concerns(&log->events[k], entity)) continue;
            errors.hdparm = &log->events[k];
            errors.hdparm_log = source_name(log);
        }
    }
    size_t dated = different(told, count);
    if (dated > errors.count) errors.count = dated;
    free(told);
    return errors;
}

static void add_evidence(struct run *run, struct claim *claim, const char *sentence, double value, const char *log,
                         uint32_t line) {
    claim_evidence(run, claim, 1, sentence, value, 1, UNIT_NONE, log, "");
    if (claim->evidence_count > 0) claim->evidence[claim->evidence_count - 1].line = line;
}

static const char *said_by_hdparm(const struct run *run, const char *entity, const struct disk_errors *errors) {
    return arena_printf(run->arena, tr("hdparm could not read %s: %s"), entity, errors->hdparm->text);
}

static void add_hdparm(struct run *run, struct claim *claim, const struct disk_errors *errors) {
    if (errors->hdparm == NULL) return;
    const char *sentence = said_by_hdparm(run, claim->entity, errors);
    add_evidence(run, claim, sentence, 1, errors->hdparm_log, errors->hdparm->line);
}

// The claim of a disk that only its errors speak against.
static void say_errors(const struct run *run, struct claim *claim, const struct disk_errors *errors) {
    claim->sentence = errors->count > 0 ? arena_printf(run->arena, tr("The kernel reports %zu I/O errors of %s."),
                                                       errors->count, claim->entity)
                                        : said_by_hdparm(run, claim->entity, errors);
    claim->next = tr("Save what cannot be fetched again, then read smartctl -x of the disk and check its cable.");
}

// A disk without a smartctl page: what the kernel or hdparm say of it. True if they say something.
static bool judge_by_logs(struct run *run, struct claims *claims, const char *entity) {
    struct disk_errors errors = errors_of(run, entity);
    bool by_kernel = errors.count > 0;
    if (!by_kernel && errors.hdparm == NULL && errors.unplugged == 0) return false;
    struct claim *claim = claims_add(claims, CAUSE_DISK_FAILING, entity, LOSS_NONE);
    claim->test = arena_printf(
        run->arena,
        by_kernel || errors.hdparm == NULL ? tr("I/O errors of %s in the kernel log") : tr("reads of %s by hdparm"),
        entity);
    claim->threshold = 1;
    if (!by_kernel && errors.hdparm == NULL) {
        claim->value = 0;
        claim->why_not = tr("a USB device was unplugged just before them");
        return false;
    }
    claim->certain = true;
    claim->strength = 0.85;
    claim->value = 2;
    say_errors(run, claim, &errors);
    if (by_kernel) add_evidence(run, claim, claim->sentence, (double)errors.count, errors.log, errors.line);
    add_hdparm(run, claim, &errors);
    return true;
}

static const char *counter_words(const struct run *run, const struct disk_health *health,
                                 const struct disk_attribute *attribute) {
    if (attribute->by_value)
        return arena_printf(run->arena, tr("%s %s: VALUE %.0f"), health->entity, attribute->name, attribute->value);
    const char *more = attribute->growth > 0
                           ? arena_printf(run->arena, tr(", %.0f more than at the first snapshot"), attribute->growth)
                           : "";
    return arena_printf(run->arena, tr("%s %s = %.0f%s"), health->entity, attribute->name, attribute->last, more);
}

void judge_disk_failing(struct run *run, struct claims *claims) {
    bool pages = run->out->health_count > 0;
    for (size_t h = 0; h < run->out->health_count; h++) {
        const struct disk_health *health = &run->out->health[h];
        struct disk_errors errors = errors_of(run, run_device(run, health->entity));
        struct claim *claim = claims_add(claims, CAUSE_DISK_FAILING, health->entity, LOSS_NONE);
        claim->test = arena_printf(run->arena, tr("SMART counters of %s"), health->entity);
        claim->value = health->level;
        claim->threshold = 1;
        claim->sentence = health->sentence;
        claim->next = health->next;
        if (health->level == 0 && errors.count == 0 && errors.hdparm == NULL) {
            // Nothing was seen of it: that rules nothing out.
            claim->no_data = health->unreadable;
            if (health->unreadable)
                claim->settle =
                    arena_printf(run->arena, tr("a page of smartctl -x that could read %s"), health->entity);
            continue;
        }
        claim->certain = true;
        claim->strength = health->level >= 3 ? 0.93 : health->level == 2 ? 0.75 : 0.5;
        if (health->level == 0) {
            say_errors(run, claim, &errors);
            claim->has_severity = true;
            claim->severity = SEVERITY_WARNING;
        }
        for (size_t a = 0; a < health->attribute_count; a++) {
            const struct disk_attribute *attribute = &health->attributes[a];
            if (attribute->level == 0) continue;
            claim_evidence(run, claim, 1, counter_words(run, health, attribute),
                           attribute->by_value ? attribute->value : attribute->last, NAN, UNIT_NONE, health->source,
                           attribute->name);
            if (claim->evidence_count > 0) claim->evidence[claim->evidence_count - 1].line = attribute->line;
        }
        if (errors.count > 0)
            add_evidence(
                run, claim,
                arena_printf(run->arena, tr("the kernel log has %zu I/O errors of %s"), errors.count, health->entity),
                (double)errors.count, errors.log, errors.line);
        add_hdparm(run, claim, &errors);
    }
    for (size_t d = 0; d < run->disk_count; d++)
        if (health_of(run, run->disks[d].entity) == NULL)
            pages = judge_by_logs(run, claims, run->disks[d].entity) || pages;
    if (pages) return;
    struct claim *claim = claims_add(claims, CAUSE_DISK_FAILING, "", LOSS_NONE);
    claim->no_data = true;
    claim->test = tr("SMART counters of the local disks");
    claim->settle = tr("smartctl -x of every disk, before and after the run");
}

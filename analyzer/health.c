// health.c: what the smartctl pages say about each disk, by level and by growth during the run.
// PASSED clears nothing, and no sign is not health.
#include <string.h>

#include "analyzer/health_parts.h"
#include "core/lang.h"

static const struct disk_attribute *worst_of(const struct disk_health *health) {
    const struct disk_attribute *worst = NULL;
    for (size_t i = 0; i < health->attribute_count; i++) {
        const struct disk_attribute *a = &health->attributes[i];
        if (worst == NULL || a->level > worst->level || (a->level == worst->level && a->growth > worst->growth))
            worst = a;
    }
    return worst != NULL && worst->level > 0 ? worst : NULL;
}

static const char *words_of(struct run *run, const struct disk_attribute *worst) {
    if (worst == NULL) return "";
    if (sign_of(worst->name) == SIGN_WEAR)
        return arena_printf(run->arena, tr("%.0f %% of its rated life is used (VALUE of %s)"), 100 - worst->value,
                            worst->name);
    if (worst->by_value)
        return arena_printf(run->arena, tr("VALUE of %s is %.0f, its threshold %.0f"), worst->name, worst->value,
                            worst->threshold);
    if (worst->growth >= 1)
        return arena_printf(run->arena, tr("%s rose from %.0f to %.0f during the run"), worst->name, worst->first,
                            worst->last);
    return arena_printf(run->arena, tr("%s is %.0f"), worst->name, worst->last);
}

static void conclude(struct run *run, struct disk_health *health, bool failed) {
    const struct disk_attribute *worst = worst_of(health);
    const char *words = words_of(run, worst);
    bool worn = worst != NULL && (sign_of(worst->name) == SIGN_WEAR || sign_of(worst->name) == SIGN_USED);
    bool crc_only = true;
    for (size_t i = 0; i < health->attribute_count; i++)
        if (health->attributes[i].level > 0 && sign_of(health->attributes[i].name) != SIGN_CRC) crc_only = false;
    if (failed) {
        health->level = ACT;
        health->sentence = arena_printf(run->arena, tr("%s fails its own health check%s%s."), health->entity,
                                        words[0] ? ": " : "", words);
    } else if (health->level >= ACT) {
        health->sentence = arena_printf(run->arena, tr("%s is failing: %s."), health->entity, words);
    } else if (health->level > 0 && crc_only) {
        health->sentence =
            arena_printf(run->arena, tr("The cable or port of %s is suspect: %s."), health->entity, words);
    } else if (health->level == SUSPECT) {
        health->sentence = arena_printf(run->arena, tr("%s is suspect: %s."), health->entity, words);
    } else if (health->level == WATCH) {
        health->sentence =
            health->snapshots > 1 && !worn
                ? arena_printf(run->arena, tr("%s has old damage that does not grow: %s."), health->entity, words)
                : arena_printf(run->arena, tr("%s deserves watching: %s."), health->entity, words);
    } else {
        health->sentence = arena_printf(run->arena, tr("%s: no sign of failure in this log."), health->entity);
    }
    health->next = health->level >= ACT
                       ? tr("Copy what cannot be fetched again first (checkpoints, code), then take the disk out of "
                            "the run and replace it; no long self-test before the copy.")
                   : crc_only && health->level > 0
                       ? tr("Reseat or replace the cable, try another port, and compare the counter afterwards.")
                   : health->level > 0 ? tr("Read smartctl -x again in a day: growth, not the level, decides.")
                                       : "";
}

// The refusal that ended what smartctl said about an entity: none of its pages begins behind it.
static const struct event *refused_since(const struct source *source, const char *entity, uint32_t line) {
    for (size_t k = source->event_count; k-- > 0;) {
        const struct event *event = &source->events[k];
        if (event->kind != EVENT_SMART_UNREADABLE || strcmp(event->entity, entity) != 0) continue;
        return event->line >= line ? event : NULL;
    }
    return NULL;
}

// A disk that does not answer is a finding; one that smartctl was not let to is a hole in the evidence.
static void conclude_unread(struct run *run, struct disk_health *health, const struct event *refused) {
    health->unreadable = true;
    if (refused->value == 1) health->level = SUSPECT;
    health->sentence = arena_printf(run->arena, tr("%s is not readable: %s"), health->entity, refused->text);
    health->next = refused->value == 1 ? tr("Look for the disk in the kernel log, check its cable and power, and copy "
                                            "what cannot be fetched again as soon as it answers.")
                                       : "";
}

static bool any_failed(const struct source *source, const char *entity) {
    for (size_t k = 0; k < source->event_count; k++)
        if (source->events[k].kind == EVENT_SMART_FAILED && strcmp(source->events[k].entity, entity) == 0) return true;
    return health_says(source_fact_value(source, entity, "health"), "FAIL");
}

static const char *fact_or(const struct source *source, const char *entity, const char *key, const char *otherwise) {
    const char *value = source_fact_value(source, entity, key);
    return value != NULL ? value : otherwise;
}

static struct medium medium_of(const struct source *source, const struct table *table,
                               const struct disk_health *health) {
    const char *rotation = source_fact_value(source, table->entity, "rotation");
    return (struct medium){
        .flash = health_says(rotation, "Solid State") || health_says(health->model, "SSD") ||
                 table_find(table, "Wear_Leveling_Count") != NULL ||
                 table_find(table, "Media_Wearout_Indicator") != NULL ||
                 table_find(table, "Available_Reservd_Space") != NULL,
        // smartctl's family of the Intel 520, and its models where no database named it.
        .counts_operations = health_says(source_fact_value(source, table->entity, "family"), "Intel 520") ||
                             health_says(health->model, "INTEL SSDSC2CW")};
}

// The first of these quantities that has a value; the last name is NULL.
static double last_of(const struct table *table, const char *const *names) {
    uint32_t line = 0;
    for (; *names != NULL; names++) {
        const struct column *column = table_find(table, *names);
        double value = column == NULL ? NAN : health_last(table, column, &line);
        if (!isnan(value)) return value;
    }
    return NAN;
}

static void judge_disk(struct run *run, const struct source *source, const struct table *table,
                       struct disk_health *health) {
    health->entity = run_name(run, health_join(run, source, table->entity, &health->joined));
    health->model = fact_or(source, table->entity, "model", "");
    health->serial = fact_or(source, table->entity, "serial", "");
    health->verdict = fact_or(source, table->entity, "health", tr("unknown"));
    health->source = source_name(source);
    health->snapshots = table->row_count;
    const struct source_clock *clock = run_clock(run, source);
    health->first = clock->placed ? clock_to_run(clock, table->time[0], table->line[0]) : MILLIS_NONE;
    health->last = clock->placed
                       ? clock_to_run(clock, table->time[table->row_count - 1], table->line[table->row_count - 1])
                       : MILLIS_NONE;
    static const char *const hours[] = {"Power_On_Hours", "Power On Hours", NULL};
    static const char *const heat[] = {"Temperature_Celsius", "Temperature", "Current Drive Temperature",
                                       "Airflow_Temperature_Cel", NULL};
    health->power_on_hours = last_of(table, hours);
    health->temperature = last_of(table, heat);
    struct medium medium = medium_of(source, table, health);
    struct disk_attribute *attributes = arena_array(run->arena, table->column_count, sizeof *attributes);
    health->attribute_count = health_attributes(run, source, table, &medium, attributes);
    health->attributes = attributes;
    for (size_t i = 0; i < health->attribute_count; i++)
        if (attributes[i].level > health->level) health->level = attributes[i].level;
    conclude(run, health, any_failed(source, table->entity));
    const struct event *refused = refused_since(source, table->entity, table->line[table->row_count - 1]);
    if (refused == NULL || health->level >= ACT) return;
    bool unknown = health->attribute_count == 0 && source_fact_value(source, table->entity, "health") == NULL;
    if (refused->value == 1 || unknown) conclude_unread(run, health, refused);
}

static struct disk_health *listed(struct disk_health *list, size_t count, const char *entity) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].entity, entity) == 0) return &list[i];
    return NULL;
}

// Disks of which there is nothing but a refusal.
static size_t judge_unread(struct run *run, const struct source *source, struct disk_health *list, size_t count) {
    for (size_t k = source->event_count; k-- > 0;) {
        const struct event *event = &source->events[k];
        if (event->kind != EVENT_SMART_UNREADABLE || event->entity[0] == '\0') continue;
        if (source_find(source, event->entity) != NULL) continue;
        const char *joined = "";
        const char *entity = run_name(run, health_join(run, source, event->entity, &joined));
        struct disk_health *health = listed(list, count, entity);
        // Another log could read it, or a later try of this one told more.
        if (health != NULL && (event->value != 1 || health->level >= SUSPECT)) continue;
        if (health == NULL) {
            const struct source_clock *clock = run_clock(run, source);
            health = &list[count++];
            *health = (struct disk_health){.entity = entity, .joined = joined, .verdict = tr("unknown")};
            health->model = fact_or(source, event->entity, "model", "");
            health->serial = fact_or(source, event->entity, "serial", "");
            health->source = source_name(source);
            health->power_on_hours = health->temperature = NAN;
            bool dated = clock->placed && event->time != MILLIS_NONE;
            health->first = health->last = dated ? clock_to_run(clock, event->time, event->line) : MILLIS_NONE;
        }
        conclude_unread(run, health, event);
    }
    return count;
}

static bool of_smartctl(const struct source *source) {
    return source->format != NULL && !source->refused && strncmp(source->format, "smartctl", 8) == 0;
}

static bool of_smartd(const struct source *source) {
    return source->format != NULL && !source->refused && strncmp(source->format, "smartd", 6) == 0;
}

static size_t rows_at_most(const struct recording *recording) {
    size_t most = 0;
    for (size_t i = 0; i < recording->source_count; i++) {
        const struct source *source = recording->sources[i];
        most += source->table_count;
        for (size_t k = 0; of_smartctl(source) && k < source->event_count; k++)
            most += source->events[k].kind == EVENT_SMART_UNREADABLE;
    }
    return most;
}

void health_judge(struct run *run) {
    struct disk_health *list = arena_array(run->arena, rows_at_most(run->recording), sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (!of_smartctl(source) && !of_smartd(source)) continue;
        for (size_t k = 0; k < source->table_count; k++) {
            const struct table *table = &source->tables[k];
            if (table->entity_kind != ENTITY_DISK || table->row_count == 0) continue;
            judge_disk(run, source, table, &list[count++]);
        }
    }
    for (size_t i = 0; i < run->recording->source_count; i++)
        if (of_smartctl(run->recording->sources[i])) count = judge_unread(run, run->recording->sources[i], list, count);
    run->out->health = list;
    run->out->health_count = count;
}

const struct disk_health *health_of(const struct run *run, const char *entity) {
    for (size_t i = 0; i < run->out->health_count; i++)
        if (strcmp(run->out->health[i].entity, entity) == 0) return &run->out->health[i];
    return NULL;
}

// health.c: what the smartctl pages say about each disk, by level and by growth during the run.
//
// Levels are those of disk-health-causes.md section 2 (Backblaze's annual failure rates by raw value; growth
// weighs more than level). PASSED clears nothing, and no sign is not health.
#include <stdlib.h>
#include <string.h>

#include "analyzer/model.h"
#include "core/lang.h"

enum { WATCH = 1, SUSPECT = 2, ACT = 3 };

enum sign {
    SIGN_NONE,
    SIGN_REALLOCATED,
    SIGN_UNCORRECTED,
    SIGN_PENDING,
    SIGN_CRC,
    SIGN_SPARE,
    SIGN_USED,
    SIGN_WARNING,
    SIGN_GROWN
};

// By name first: the same id means different things on different models (smartctl.md 4).
static enum sign sign_of(const char *name) {
    struct text text = text_of(name);
    if (text_has(text, ".") || text_has(text, "Bogus")) return SIGN_NONE;
    static const struct {
        const char *part;
        enum sign sign;
    } table[] = {
        {"Reallocated_Sector", SIGN_REALLOCATED},
        {"Reallocate_NAND", SIGN_REALLOCATED},
        {"Retired_Block", SIGN_REALLOCATED},
        {"Reported_Uncorrect", SIGN_UNCORRECTED},
        {"Uncorrectable_Error_C", SIGN_UNCORRECTED},
        {"Media and Data Integrity Errors", SIGN_UNCORRECTED},
        {"Current_Pending_Sector", SIGN_PENDING},
        {"Pending_Sector", SIGN_PENDING},
        {"Offline_Uncorrectable", SIGN_PENDING},
        {"CRC_Error", SIGN_CRC},
        {"Available Spare", SIGN_SPARE},
        {"Percentage Used", SIGN_USED},
        {"Critical Warning", SIGN_WARNING},
        {"Elements in grown defect list", SIGN_GROWN},
    };
    if (text_equal(text, "Available Spare Threshold")) return SIGN_NONE;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (text_has(text, table[i].part)) return table[i].sign;
    return SIGN_NONE;
}

static double first_value(const struct table *table, const struct column *column) {
    for (size_t i = 0; i < table->row_count; i++)
        if (!isnan(column->values[i])) return column->values[i];
    return NAN;
}

static double last_value(const struct table *table, const struct column *column, uint32_t *line) {
    for (size_t i = table->row_count; i-- > 0;) {
        if (isnan(column->values[i])) continue;
        *line = table->line[i];
        return column->values[i];
    }
    return NAN;
}

static double beside(struct run *run, const struct table *table, const char *name, const char *suffix) {
    const struct column *column = table_find(table, arena_printf(run->arena, "%s.%s", name, suffix));
    uint32_t line = 0;
    return column == NULL ? NAN : last_value(table, column, &line);
}

static int level_by_steps(double value, double watch, double suspect, double act) {
    if (value >= act) return ACT;
    if (value >= suspect) return SUSPECT;
    return value >= watch ? WATCH : 0;
}

static int level_of(enum sign sign, const struct disk_attribute *a, bool flash, double spare_threshold) {
    bool grew = a->growth >= 1;
    switch (sign) {
        case SIGN_REALLOCATED:
            if (grew) return ACT;
            if (a->value <= a->threshold + 20 && a->threshold > 0) return ACT;
            return flash ? level_by_steps(a->last, 1, 51, 300) : level_by_steps(a->last, 1, 16, 260);
        case SIGN_UNCORRECTED:
            return grew ? ACT : level_by_steps(a->last, INFINITY, 1, 10);
        case SIGN_PENDING:
            return grew ? ACT : level_by_steps(a->last, INFINITY, 1, 8);
        case SIGN_GROWN:
            return grew ? ACT : level_by_steps(a->last, 1, 16, 260);
        case SIGN_CRC:
            return grew ? SUSPECT : 0;
        case SIGN_SPARE:
            if (a->last < spare_threshold) return ACT;
            return a->last < 100 && a->last <= spare_threshold + 10 ? SUSPECT : 0;
        case SIGN_USED:
            return a->last >= 255 ? ACT : level_by_steps(a->last, 90, INFINITY, INFINITY);
        case SIGN_WARNING:
            return a->last == 0 ? 0 : a->last == 2 ? SUSPECT : ACT;
        case SIGN_NONE:
            break;
    }
    return 0;
}

static bool says(const char *text, const char *part) { return text != NULL && text_has(text_of(text), part); }

// ── joining a page to the kernel's name ─────────────────────────────────────

static bool unnamed(const char *entity) {
    if (strncmp(entity, "disk", 4) != 0 || entity[4] == '\0') return false;
    for (const char *c = entity + 4; *c != '\0'; c++)
        if (*c < '0' || *c > '9') return false;
    return true;
}

// Since-boot averages say nothing about the run, but a disk that never served in it still shows its kind there.
static enum disk_class class_for_join(const struct run *run, const struct disk *disk) {
    if (disk->class != DISK_UNKNOWN) return disk->class;
    const char *text = source_fact_value(disk->source, disk->table->entity, "since_boot_r_await");
    double await = NAN;
    if (text != NULL && text_number(text_of(text), &await)) {
        if (await > 0 && await < 1) return DISK_SSD;
        if (await > 4) return DISK_HDD;
    }
    double write = grid_quantile(disk->write_await, run->bins, 0.5);
    return write > 0 && write < 0.5 ? DISK_SSD : DISK_UNKNOWN;
}

static bool could_be(const struct run *run, const struct disk *disk, const char *protocol, const char *rotation) {
    bool nvme = disk->class == DISK_NVME;
    if (disk->class == DISK_STACKED || disk->class == DISK_MEMORY) return false;
    if (says(protocol, "NVMe")) return nvme;
    if (nvme) return false;
    enum disk_class class = class_for_join(run, disk);
    if (says(rotation, "rpm")) return class != DISK_SSD;
    if (says(rotation, "Solid State")) return class != DISK_HDD;
    return true;
}

static size_t pages_like(const struct run *run, const char *protocol) {
    size_t count = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (source->format == NULL || strncmp(source->format, "smartctl", 8) != 0) continue;
        for (size_t k = 0; k < source->table_count; k++) {
            const char *own = source_fact_value(source, source->tables[k].entity, "protocol");
            if (source->tables[k].entity_kind == ENTITY_DISK && says(own, "NVMe") == says(protocol, "NVMe")) count++;
        }
    }
    return count;
}

// smartctl is mostly asked about the controller ("nvme0"), iostat shows its namespace ("nvme0n1").
static const char *namespace_of(const struct run *run, const char *entity) {
    const struct disk *found = NULL;
    size_t length = strlen(entity);
    if (strncmp(entity, "nvme", 4) != 0) return entity;
    for (size_t d = 0; d < run->disk_count; d++) {
        const char *name = run->disks[d].table->entity;
        if (strcmp(name, entity) == 0) return entity;
        if (strncmp(name, entity, length) != 0 || name[length] != 'n') continue;
        if (found != NULL) return entity;
        found = &run->disks[d];
    }
    return found != NULL ? found->table->entity : entity;
}

// The page itself names no device. It belongs to the only disk it can belong to, or to nobody.
static const char *join(struct run *run, const struct source *source, const char *entity, const char **how) {
    if (!unnamed(entity)) {
        *how = tr("the log names the device");
        return namespace_of(run, entity);
    }
    const char *protocol = source_fact_value(source, entity, "protocol");
    const char *rotation = source_fact_value(source, entity, "rotation");
    const struct disk *found = NULL;
    size_t candidates = 0;
    for (size_t d = 0; d < run->disk_count; d++) {
        if (!could_be(run, &run->disks[d], protocol, rotation)) continue;
        candidates++;
        found = &run->disks[d];
    }
    if (candidates == 1 && pages_like(run, protocol) == 1) {
        *how = arena_printf(run->arena, tr("the page names no device; %s is the only disk of its kind"), found->entity);
        return found->table->entity;
    }
    *how = tr("the page names no device, and several disks could be meant");
    return entity;
}

// ── judging ─────────────────────────────────────────────────────────────────

static size_t read_attributes(struct run *run, const struct table *table, bool flash, struct disk_attribute *out) {
    size_t count = 0;
    uint32_t line = 0;
    const struct column *spare = table_find(table, "Available Spare Threshold");
    double threshold = spare == NULL ? 10 : last_value(table, spare, &line);
    for (size_t c = 0; c < table->column_count; c++) {
        const struct column *column = &table->columns[c];
        enum sign sign = sign_of(column->quantity);
        if (sign == SIGN_NONE) continue;
        struct disk_attribute a = {.name = column->quantity, .state = ""};
        a.first = first_value(table, column);
        a.last = last_value(table, column, &a.line);
        if (isnan(a.last)) continue;
        a.growth = a.last - a.first;
        a.value = beside(run, table, column->quantity, "value");
        a.threshold = beside(run, table, column->quantity, "thresh");
        a.level = level_of(sign, &a, flash, threshold);
        out[count++] = a;
    }
    return count;
}

static const char *worst_words(struct run *run, const struct disk_health *health) {
    const struct disk_attribute *worst = NULL;
    for (size_t i = 0; i < health->attribute_count; i++) {
        const struct disk_attribute *a = &health->attributes[i];
        if (worst == NULL || a->level > worst->level || (a->level == worst->level && a->growth > worst->growth))
            worst = a;
    }
    if (worst == NULL || worst->level == 0) return "";
    if (worst->growth >= 1)
        return arena_printf(run->arena, tr("%s rose from %.0f to %.0f during the run"), worst->name, worst->first,
                            worst->last);
    return arena_printf(run->arena, tr("%s is %.0f"), worst->name, worst->last);
}

static void conclude(struct run *run, struct disk_health *health, bool failed) {
    const char *words = worst_words(run, health);
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
            health->snapshots > 1
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

static bool any_failed(const struct source *source, const char *entity) {
    for (size_t k = 0; k < source->event_count; k++)
        if (source->events[k].kind == EVENT_SMART_FAILED && strcmp(source->events[k].entity, entity) == 0) return true;
    return says(source_fact_value(source, entity, "health"), "FAIL");
}

static const char *fact_or(const struct source *source, const char *entity, const char *key, const char *otherwise) {
    const char *value = source_fact_value(source, entity, key);
    return value != NULL ? value : otherwise;
}

static void judge_disk(struct run *run, const struct source *source, const struct table *table,
                       struct disk_health *health) {
    health->entity = run_name(run, join(run, source, table->entity, &health->joined));
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
    uint32_t line = 0;
    const struct column *hours = table_find(table, "Power_On_Hours");
    if (hours == NULL) hours = table_find(table, "Power On Hours");
    health->power_on_hours = hours == NULL ? NAN : last_value(table, hours, &line);
    const struct column *heat = table_find(table, "Temperature_Celsius");
    if (heat == NULL) heat = table_find(table, "Temperature");
    health->temperature = heat == NULL ? NAN : last_value(table, heat, &line);
    const char *rotation = source_fact_value(source, table->entity, "rotation");
    bool flash = says(rotation, "Solid State") || says(health->model, "SSD") ||
                 table_find(table, "Wear_Leveling_Count") != NULL ||
                 table_find(table, "Media_Wearout_Indicator") != NULL ||
                 table_find(table, "Available_Reservd_Space") != NULL;
    struct disk_attribute *attributes = arena_array(run->arena, table->column_count, sizeof *attributes);
    health->attribute_count = read_attributes(run, table, flash, attributes);
    health->attributes = attributes;
    for (size_t i = 0; i < health->attribute_count; i++)
        if (attributes[i].level > health->level) health->level = attributes[i].level;
    conclude(run, health, any_failed(source, table->entity));
}

void health_judge(struct run *run) {
    size_t most = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) most += run->recording->sources[i]->table_count;
    struct disk_health *list = arena_array(run->arena, most, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (source->format == NULL || source->refused) continue;
        if (strncmp(source->format, "smartctl", 8) != 0 && strncmp(source->format, "smartd", 6) != 0) continue;
        for (size_t k = 0; k < source->table_count; k++) {
            const struct table *table = &source->tables[k];
            if (table->entity_kind != ENTITY_DISK || table->row_count == 0) continue;
            judge_disk(run, source, table, &list[count++]);
        }
    }
    run->out->health = list;
    run->out->health_count = count;
}

const struct disk_health *health_of(const struct run *run, const char *entity) {
    for (size_t i = 0; i < run->out->health_count; i++)
        if (strcmp(run->out->health[i].entity, entity) == 0) return &run->out->health[i];
    return NULL;
}

#include "cli/batch_row.h"

#include <math.h>
#include <string.h>

#include "analyzer/fleet.h"
#include "core/arena.h"

#define AT(type, member) offsetof(struct type, member)
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const struct row_field run_fields[] = {
    {"run", ROW_NAME, AT(fleet_run, run)},
    {"digest", ROW_TEXT, AT(fleet_run, digest)},
    {"status", ROW_STATUS, AT(fleet_run, status)},
    {"reason", ROW_TEXT, AT(fleet_run, reason)},
    {"report", ROW_TEXT, AT(fleet_run, report)},
    {"host", ROW_TEXT, AT(fleet_run, host)},
    {"start_ms", ROW_TIME, AT(fleet_run, start)},
    {"end_ms", ROW_TIME, AT(fleet_run, end)},
    {"zone", ROW_TEXT, AT(fleet_run, zone)},
    {"gpus", ROW_COUNT, AT(fleet_run, gpu_count)},
    {"cause", ROW_CAUSE, AT(fleet_run, cause)},
    {"entity", ROW_TEXT, AT(fleet_run, entity)},
    {"confidence", ROW_REAL, AT(fleet_run, confidence)},
    {"share", ROW_REAL, AT(fleet_run, share)},
    {"sentence", ROW_TEXT, AT(fleet_run, sentence)},
    {"next", ROW_TEXT, AT(fleet_run, next)},
    {"settle", ROW_TEXT, AT(fleet_run, settle)},
    {"gpu_hours", ROW_REAL, AT(fleet_run, gpu_hours)},
    {"lost_gpu_hours", ROW_REAL, AT(fleet_run, lost_total)},
    {"lost_low", ROW_REAL, AT(fleet_run, lost_low)},
    {"lost_high", ROW_REAL, AT(fleet_run, lost_high)},
    {"idle_gpu_hours", ROW_REAL, AT(fleet_run, idle_gpu_hours)},
    {"grade", ROW_GRADE, AT(fleet_run, grade)},
};
static const struct row_field loss_fields[] = {
    {"cause", ROW_CAUSE, AT(fleet_loss, cause)},
    {"gpu_hours", ROW_REAL, AT(fleet_loss, gpu_hours)},
    {"low", ROW_REAL, AT(fleet_loss, low)},
    {"high", ROW_REAL, AT(fleet_loss, high)},
};
static const struct row_field finding_fields[] = {
    {"cause", ROW_CAUSE, AT(fleet_finding, cause)},
    {"severity", ROW_SEVERITY, AT(fleet_finding, severity)},
    {"entity", ROW_TEXT, AT(fleet_finding, entity)},
    {"confidence", ROW_REAL, AT(fleet_finding, confidence)},
    {"lost_gpu_hours", ROW_REAL, AT(fleet_finding, lost_gpu_hours)},
    {"sentence", ROW_TEXT, AT(fleet_finding, sentence)},
};
static const struct row_field gpu_fields[] = {
    {"entity", ROW_TEXT, AT(fleet_gpu, entity)},
    {"name", ROW_TEXT, AT(fleet_gpu, name)},
    {"uuid", ROW_TEXT, AT(fleet_gpu, uuid)},
    {"gpu_hours", ROW_REAL, AT(fleet_gpu, gpu_hours)},
    {"lost_gpu_hours", ROW_REAL, AT(fleet_gpu, lost_gpu_hours)},
};
static const struct row_field disk_fields[] = {
    {"entity", ROW_TEXT, AT(fleet_disk, entity)}, {"model", ROW_TEXT, AT(fleet_disk, model)},
    {"serial", ROW_TEXT, AT(fleet_disk, serial)}, {"lost_gpu_hours", ROW_REAL, AT(fleet_disk, lost_gpu_hours)},
    {"health", ROW_INT, AT(fleet_disk, health)},  {"health_sentence", ROW_TEXT, AT(fleet_disk, health_sentence)},
};
static const struct row_field input_fields[] = {
    {"path", ROW_TEXT, AT(fleet_input, path)},     {"sha256", ROW_TEXT, AT(fleet_input, sha256)},
    {"format", ROW_TEXT, AT(fleet_input, format)}, {"host", ROW_TEXT, AT(fleet_input, host)},
    {"bytes", ROW_BYTES, AT(fleet_input, bytes)},
};
static const struct row_field trait_fields[] = {
    {"quantity", ROW_TEXT, AT(fleet_trait, quantity)},
    {"entity", ROW_TEXT, AT(fleet_trait, entity)},
    {"value", ROW_REAL, AT(fleet_trait, value)},
    {"unit", ROW_UNIT, AT(fleet_trait, unit)},
};

#define TABLE(name, fields, type, items, count) \
    { name, fields, COUNT_OF(fields), sizeof(struct type), AT(fleet_run, items), AT(fleet_run, count) }

const struct row_table row_tables[ROW_TABLES] = {
    [ROW_RUNS] = {"runs", run_fields, COUNT_OF(run_fields), sizeof(struct fleet_run), 0, 0},
    [ROW_LOSSES] = TABLE("losses", loss_fields, fleet_loss, losses, loss_count),
    [ROW_FINDINGS] = TABLE("findings", finding_fields, fleet_finding, findings, finding_count),
    [ROW_GPUS] = TABLE("gpus", gpu_fields, fleet_gpu, gpus, gpus_count),
    [ROW_DISKS] = TABLE("disks", disk_fields, fleet_disk, disks, disk_count),
    [ROW_INPUTS] = TABLE("inputs", input_fields, fleet_input, inputs, input_count),
    [ROW_TRAITS] = TABLE("traits", trait_fields, fleet_trait, traits, trait_count),
};

// ── one field ───────────────────────────────────────────────────────────────

static const char *const severities[] = {"info", "warning", "critical"};

static const char *named(enum row_type type, int value) {
    switch (type) {
        case ROW_CAUSE:
            return cause_id((enum cause)value);
        case ROW_SEVERITY:
            return severities[value];
        case ROW_STATUS:
            return fleet_status_name((enum fleet_status)value);
        default:
            return unit_name((enum unit)value);
    }
}

static int name_count(enum row_type type) {
    switch (type) {
        case ROW_CAUSE:
            return CAUSE_COUNT_;
        case ROW_SEVERITY:
            return (int)COUNT_OF(severities);
        case ROW_STATUS:
            return FLEET_STATUS_COUNT_;
        default:
            return UNIT_COUNT_;
    }
}

static bool by_name(enum row_type type) {
    return type == ROW_CAUSE || type == ROW_SEVERITY || type == ROW_STATUS || type == ROW_UNIT;
}

char row_kind(enum row_type type) {
    if (type == ROW_TEXT || type == ROW_NAME || type == ROW_GRADE || by_name(type)) return 't';
    return type == ROW_REAL ? 'r' : 'i';
}

struct row_value row_get(const struct row_field *field, const void *row) {
    const char *at = (const char *)row + field->at;
    static const char *const grades[] = {"A", "B", "C", "D", "E", "F"};
    switch (field->type) {
        case ROW_TEXT:
        case ROW_NAME:
            return (struct row_value){.text = *(const char *const *)(const void *)at};
        case ROW_REAL:
            return (struct row_value){.real = *(const double *)(const void *)at};
        case ROW_COUNT:
            return (struct row_value){.whole = (int64_t) * (const size_t *)(const void *)at};
        case ROW_BYTES:
            return (struct row_value){.whole = (int64_t) * (const uint64_t *)(const void *)at};
        case ROW_INT:
            return (struct row_value){.whole = *(const int *)(const void *)at};
        case ROW_TIME:
            return (struct row_value){.whole = *(const millis *)(const void *)at};
        case ROW_GRADE:
            return (struct row_value){.text = *at >= 'A' && *at <= 'F' ? grades[*at - 'A'] : ""};
        default: {
            int value;
            memcpy(&value, at, sizeof value);
            return (struct row_value){.text = named(field->type, value)};
        }
    }
}

static bool set_named(enum row_type type, char *at, const char *name) {
    for (int value = 0; value < name_count(type); value++) {
        if (strcmp(named(type, value), name) != 0) continue;
        memcpy(at, &value, sizeof value);
        return true;
    }
    return false;
}

bool row_set(const struct row_field *field, void *row, struct row_value value) {
    char *at = (char *)row + field->at;
    switch (field->type) {
        case ROW_TEXT:
        case ROW_NAME:
            *(const char **)(void *)at = value.text;
            return true;
        case ROW_REAL:
            *(double *)(void *)at = value.real;
            return true;
        case ROW_COUNT:
            *(size_t *)(void *)at = (size_t)value.whole;
            return value.whole >= 0;
        case ROW_BYTES:
            *(uint64_t *)(void *)at = (uint64_t)value.whole;
            return value.whole >= 0;
        case ROW_INT:
            *(int *)(void *)at = (int)value.whole;
            return value.whole >= -1 && value.whole < 1000;
        case ROW_TIME:
            *(millis *)(void *)at = value.whole;
            return true;
        case ROW_GRADE:
            *at = value.text[0] == '\0' ? ' ' : value.text[0];
            return true;
        default:
            return set_named(field->type, at, value.text);
    }
}

// ── what a run has several of ───────────────────────────────────────────────

size_t row_count(const struct row_table *table, const struct fleet_run *run) {
    if (table == &row_tables[ROW_RUNS]) return 1;
    return *(const size_t *)(const void *)((const char *)run + table->count_at);
}

const void *row_item(const struct row_table *table, const struct fleet_run *run, size_t index) {
    if (table == &row_tables[ROW_RUNS]) return run;
    const void *items;
    memcpy(&items, (const char *)run + table->items_at, sizeof items);
    return (const char *)items + index * table->size;
}

void *row_items_new(struct arena *arena, const struct row_table *table, struct fleet_run *run, size_t count) {
    if (table == &row_tables[ROW_RUNS]) return run;
    void *items = arena_array(arena, count + 1, table->size);
    memcpy((char *)run + table->items_at, &items, sizeof items);
    memcpy((char *)run + table->count_at, &count, sizeof count);
    return items;
}

struct fleet_run *row_blank(struct arena *arena, const char *name) {
    struct fleet_run *run = arena_alloc(arena, sizeof *run);
    memset(run, 0, sizeof *run);
    for (size_t i = 0; i < COUNT_OF(run_fields); i++) {
        const struct row_field *field = &run_fields[i];
        if (row_kind(field->type) == 't' && !by_name(field->type)) row_set(field, run, (struct row_value){.text = ""});
        if (field->type == ROW_REAL) row_set(field, run, (struct row_value){.real = NAN});
        if (field->type == ROW_TIME) row_set(field, run, (struct row_value){.whole = MILLIS_NONE});
    }
    run->cause = CAUSE_UNKNOWN;
    run->run = arena_string(arena, name);
    for (size_t t = ROW_RUNS + 1; t < ROW_TABLES; t++) row_items_new(arena, &row_tables[t], run, 0);
    return run;
}

// ── as bytes ────────────────────────────────────────────────────────────────

static const char magic[8] = "whyslow\n";

static void pack_value(FILE *out, enum row_type type, struct row_value value) {
    if (row_kind(type) == 't') {
        uint64_t length = strlen(value.text);
        fwrite(&length, sizeof length, 1, out);
        fwrite(value.text, 1, length, out);
    } else if (row_kind(type) == 'r') {
        fwrite(&value.real, sizeof value.real, 1, out);
    } else {
        fwrite(&value.whole, sizeof value.whole, 1, out);
    }
}

void row_pack(FILE *out, const struct fleet_run *run) {
    for (size_t t = 0; t < ROW_TABLES; t++) {
        const struct row_table *table = &row_tables[t];
        uint64_t count = row_count(table, run);
        fwrite(&count, sizeof count, 1, out);
        for (size_t i = 0; i < count; i++)
            for (size_t f = 0; f < table->field_count; f++)
                pack_value(out, table->fields[f].type, row_get(&table->fields[f], row_item(table, run, i)));
    }
    fwrite(magic, sizeof magic, 1, out);
}

struct unpacking {
    struct arena *arena;
    const char *at;
    size_t left;
    bool failed;
};

static void take(struct unpacking *in, void *out, size_t size) {
    memset(out, 0, size);
    if (in->failed || in->left < size) {
        in->failed = true;
        return;
    }
    memcpy(out, in->at, size);
    in->at += size;
    in->left -= size;
}

static void unpack_value(struct unpacking *in, const struct row_field *field, void *row) {
    struct row_value value = {.text = ""};
    uint64_t length = 0;
    if (row_kind(field->type) == 'r') take(in, &value.real, sizeof value.real);
    if (row_kind(field->type) == 'i') take(in, &value.whole, sizeof value.whole);
    if (row_kind(field->type) == 't') {
        take(in, &length, sizeof length);
        if (in->failed || length > in->left) {
            in->failed = true;
            return;
        }
        value.text = arena_copy(in->arena, in->at, length);
        in->at += length;
        in->left -= length;
    }
    if (!row_set(field, row, value)) in->failed = true;
}

struct fleet_run *row_unpack(struct arena *arena, const void *bytes, size_t size) {
    struct unpacking in = {arena, bytes, size, false};
    struct fleet_run *run = row_blank(arena, "");
    for (size_t t = 0; t < ROW_TABLES && !in.failed; t++) {
        const struct row_table *table = &row_tables[t];
        uint64_t count;
        take(&in, &count, sizeof count);
        if (count > in.left || (t == ROW_RUNS && count != 1)) return NULL;
        char *items = row_items_new(arena, table, run, count);
        for (size_t i = 0; i < count && !in.failed; i++)
            for (size_t f = 0; f < table->field_count; f++)
                unpack_value(&in, &table->fields[f], items + i * table->size);
    }
    char end[sizeof magic];
    take(&in, end, sizeof end);
    return in.failed || in.left > 0 || memcmp(end, magic, sizeof magic) != 0 ? NULL : run;
}

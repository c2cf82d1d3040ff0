#include "core/recording.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

struct recording *recording_new(void) {
    struct arena *arena = arena_new();
    struct recording *recording = arena_alloc(arena, sizeof *recording);
    recording->arena = arena;
    return recording;
}

static void table_clear(struct table *table) {
    free(table->time);
    free(table->interval);
    free(table->line);
    for (size_t i = 0; i < table->column_count; i++) free(table->columns[i].values);
    free(table->columns);
}

static void source_clear(struct source *source) {
    // One table past the end is the overflow table of source_table.
    size_t tables = source->table_count + (source->table_count == TABLES_MOST ? 1 : 0);
    for (size_t i = 0; i < tables; i++) table_clear(&source->tables[i]);
    free(source->tables);
    free(source->slots_);
    free(source->skipped_);
    free(source->events);
    free(source->facts);
    free(source->problems);
}

void recording_free(struct recording *recording) {
    if (recording == NULL) return;
    for (size_t i = 0; i < recording->source_count; i++) source_clear(recording->sources[i]);
    free(recording->sources);
    arena_free(recording->arena);
}

struct source *recording_source(struct recording *recording, const char *path, const char *member) {
    recording->sources = grow_array(recording->sources, &recording->source_capacity_, recording->source_count + 1,
                                    sizeof *recording->sources);
    struct source *source = arena_alloc(recording->arena, sizeof *source);
    source->arena_ = recording->arena;
    source->path = arena_string(recording->arena, path);
    source->member = arena_string(recording->arena, member);
    source->sha256 = "";
    source->tool_version = "";
    source->host = "";
    source->zone = "";
    source->clock_note = "";
    source->modified = MILLIS_NONE;
    source->first = MILLIS_NONE;
    source->last = MILLIS_NONE;
    source->cadence = NAN;
    recording->sources[recording->source_count++] = source;
    return source;
}

// FNV-1a.
static uint32_t hash_of(struct text text, unsigned seed) {
    uint32_t hash = 2166136261u ^ seed;
    for (size_t i = 0; i < text.length; i++) hash = (hash ^ (unsigned char)text.at[i]) * 16777619u;
    return hash;
}

static bool is_table(const struct table *table, struct text entity, enum entity_kind kind) {
    return table->entity_kind == kind && text_equal(entity, table->entity);
}

// The slot of an entity: it holds the number of its table, counted from 1, or 0.
static uint32_t *table_slot(struct source *source, struct text entity, enum entity_kind kind) {
    size_t mask = source->slot_count_ - 1;
    for (size_t at = hash_of(entity, kind) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &source->slots_[at];
        if (*slot == 0 || is_table(&source->tables[*slot - 1], entity, kind)) return slot;
    }
}

// Keeps the slots at most half full; their number is a power of two.
static void grow_slots(struct source *source) {
    if (source->table_count * 2 < source->slot_count_) return;
    size_t need = source->slot_count_ == 0 ? 16 : source->slot_count_ * 2;
    size_t none = 0;
    free(source->slots_);
    source->slots_ = grow_array(NULL, &none, need, sizeof *source->slots_);
    memset(source->slots_, 0, need * sizeof *source->slots_);
    source->slot_count_ = need;
    for (size_t i = 0; i < source->table_count; i++) {
        const struct table *table = &source->tables[i];
        *table_slot(source, text_of(table->entity), table->entity_kind) = (uint32_t)i + 1;
    }
}

// The table behind the last one, not part of the source, that takes what is too much.
static struct table *overflow_table(struct source *source) {
    struct table *table = &source->tables[TABLES_MOST];
    if (table->entity == NULL) {
        source_problem(source, 0, SEVERITY_WARNING, tr("more than %d entities in one file: the rest is not read"),
                       TABLES_MOST);
        table->entity = "";
        table->source_ = source;
    }
    return table;
}

static struct table *new_table(struct source *source, struct text entity, enum entity_kind kind) {
    size_t count = source->table_count;
    if (count == TABLES_MOST) return overflow_table(source);
    // Always room for one more: the overflow table.
    source->tables = grow_array(source->tables, &source->table_capacity_, count + 2, sizeof *source->tables);
    memset(&source->tables[count], 0, 2 * sizeof *source->tables);
    source->tables[count].entity = text_copy(source->arena_, entity);
    source->tables[count].entity_kind = kind;
    source->tables[count].source_ = source;
    source->table_count++;
    grow_slots(source);
    // The copy may differ from the entity as asked for (it is made valid UTF-8): both lead to the table.
    *table_slot(source, text_of(source->tables[count].entity), kind) = (uint32_t)count + 1;
    return &source->tables[count];
}

struct table *source_table(struct source *source, struct text entity, enum entity_kind kind) {
    // Rows of a report come in the same order each time: the table behind the last one is nearly always the one
    // asked for.
    if (source->table_count > 0) {
        size_t next = (source->last_table_ + 1) % source->table_count;
        if (!is_table(&source->tables[next], entity, kind)) {
            uint32_t slot = *table_slot(source, entity, kind);
            if (slot == 0) {
                // Only a text that is no valid UTF-8 differs from its copy.
                struct text copy = text_of(text_copy(source->arena_, entity));
                slot = copy.length == entity.length ? 0 : *table_slot(source, copy, kind);
            }
            next = slot == 0 ? SIZE_MAX : slot - 1;
        }
        if (next != SIZE_MAX) {
            source->last_table_ = next;
            return &source->tables[next];
        }
    }
    struct table *table = new_table(source, entity, kind);
    if (source->table_count > 0) source->last_table_ = source->table_count - 1;
    return table;
}

static size_t find_column(const struct table *table, const char *quantity, uint32_t hash) {
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].hash_ == hash && strcmp(table->columns[i].quantity, quantity) == 0) return i;
    return SIZE_MAX;
}

static size_t add_column(struct source *source, struct table *table, const char *quantity, enum unit unit,
                         enum series_kind kind, bool derived) {
    // The columns of a row come in the same order each time.
    size_t next = table->last_column_ + 1 < table->column_count ? table->last_column_ + 1 : 0;
    if (next < table->column_count && strcmp(table->columns[next].quantity, quantity) == 0)
        return table->last_column_ = next;
    uint32_t hash = hash_of(text_of(quantity), 0);
    size_t found = find_column(table, quantity, hash);
    if (found != SIZE_MAX) return table->last_column_ = found;
    if (table->column_count == TABLE_COLUMNS_MOST) return TABLE_COLUMNS_MOST - 1;
    if (table->column_count == TABLE_COLUMNS_MOST - 1) {
        source_problem(source, 0, SEVERITY_WARNING, tr("more than %d columns: the rest is not read"),
                       TABLE_COLUMNS_MOST - 1);
        quantity = tr("(further columns)");
        hash = hash_of(text_of(quantity), 0);
    }
    table->columns =
        grow_array(table->columns, &table->column_capacity_, table->column_count + 1, sizeof *table->columns);
    struct column *column = &table->columns[table->column_count];
    *column = (struct column){.quantity = text_copy(source->arena_, text_of(quantity)),
                              .unit = unit,
                              .kind = kind,
                              .derived = derived,
                              .hash_ = hash};
    source->room_ += table->row_count;
    if (table->row_capacity_ > 0) {
        size_t none = 0;
        column->values = grow_array(NULL, &none, table->row_capacity_, sizeof *column->values);
        for (size_t i = 0; i < table->row_capacity_; i++) column->values[i] = NAN;
    }
    return table->last_column_ = table->column_count++;
}

size_t table_column(struct source *source, struct table *table, const char *quantity, enum unit unit,
                    enum series_kind kind) {
    return add_column(source, table, quantity, unit, kind, false);
}

size_t table_column_derived(struct source *source, struct table *table, const char *quantity, enum unit unit,
                            enum series_kind kind) {
    return add_column(source, table, quantity, unit, kind, true);
}

// Writes a row behind the last one, without counting it.
static size_t write_row(struct table *table, millis time, double interval, uint32_t line) {
    size_t row = table->row_count;
    if (row == table->row_capacity_) {
        size_t old = table->row_capacity_;
        size_t capacity = old;
        table->time = grow_array(table->time, &capacity, row + 1, sizeof *table->time);
        size_t same = old;
        table->interval = grow_array(table->interval, &same, capacity, sizeof *table->interval);
        same = old;
        table->line = grow_array(table->line, &same, capacity, sizeof *table->line);
        for (size_t i = 0; i < table->column_count; i++) {
            same = old;
            table->columns[i].values = grow_array(table->columns[i].values, &same, capacity, sizeof(double));
        }
        table->row_capacity_ = capacity;
    }
    table->time[row] = time;
    table->interval[row] = (float)interval;
    table->line[row] = line;
    return row;
}

static void clear_row(struct table *table, size_t row) {
    for (size_t i = 0; i < table->column_count; i++) table->columns[i].values[row] = NAN;
}

static size_t add_row(struct table *table, millis time, double interval, uint32_t line) {
    size_t row = write_row(table, time, interval, line);
    clear_row(table, row);
    table->row_count++;
    table->source_->room_ += table->column_count;
    return row;
}

size_t table_row(struct table *table, millis time, double interval, uint32_t line) {
    struct source *source = table->source_;
    bool full = source->room_ <= SPARSE_FREE || source->room_ / SPARSE_SHARE <= source->set_;
    if (full && !source->sparse_) return add_row(table, time, interval, line);
    if (!source->sparse_)
        source_problem(source, line, SEVERITY_WARNING,
                       tr("the columns change so often that the tables stay nearly empty: rows from here on are left "
                          "out"));
    source->sparse_ = true;
    size_t row = write_row(table, time, interval, line);
    if (!table->closed_) clear_row(table, row);
    table->closed_ = true;
    return row;
}

void table_set(struct table *table, size_t row, size_t column, double value) {
    bool finite = isfinite(value);
    table->columns[column].values[row] = finite ? value : NAN;
    table->source_->set_ += finite;
}

void source_event(struct source *source, millis time, uint32_t line, enum event_kind kind, struct text entity,
                  struct text text, double value) {
    source->events =
        grow_array(source->events, &source->event_capacity_, source->event_count + 1, sizeof *source->events);
    source->events[source->event_count++] = (struct event){.time = time,
                                                           .line = line,
                                                           .kind = kind,
                                                           .entity = text_copy(source->arena_, entity),
                                                           .text = text_copy(source->arena_, text_head(text, 400)),
                                                           .value = value};
}

static bool has_fact(const struct source *source, struct text entity, const char *key, struct text value) {
    for (size_t i = 0; i < source->fact_count; i++) {
        const struct fact *fact = &source->facts[i];
        if (strcmp(fact->key, key) == 0 && text_equal(entity, fact->entity) && text_equal(value, fact->value))
            return true;
    }
    return false;
}

void source_fact(struct source *source, struct text entity, const char *key, struct text value, uint32_t line) {
    if (source->fact_count > SOURCE_FACTS_MOST) return;
    value = text_head(value, 400);
    if (has_fact(source, entity, key, value)) return;
    entity = text_of(text_copy(source->arena_, entity));
    value = text_of(text_copy(source->arena_, value));
    if (has_fact(source, entity, key, value)) return;
    if (source->fact_count == SOURCE_FACTS_MOST) {
        source_problem(source, line, SEVERITY_WARNING, tr("more than %d facts in one file: the rest is not read"),
                       SOURCE_FACTS_MOST);
    }
    source->facts = grow_array(source->facts, &source->fact_capacity_, source->fact_count + 1, sizeof *source->facts);
    source->facts[source->fact_count++] =
        (struct fact){.entity = entity.at, .key = arena_string(source->arena_, key), .value = value.at, .line = line};
}

// Where a problem is kept, NULL if it is only counted. What is said of the file as a whole, and why it is refused,
// takes the place of one line among a hundred.
static struct problem *problem_place(struct source *source, uint32_t line, enum severity severity) {
    if (source->problem_count < PROBLEMS_KEPT) {
        source->problems =
            grow_array(source->problems, &source->problem_capacity_, PROBLEMS_KEPT, sizeof *source->problems);
        return &source->problems[source->problem_count];
    }
    if (line != 0 && severity < SEVERITY_CRITICAL) return NULL;
    for (size_t i = PROBLEMS_KEPT; i-- > 0;)
        if (source->problems[i].line != 0 && source->problems[i].severity < SEVERITY_CRITICAL)
            return &source->problems[i];
    return NULL;
}

__attribute__((format(printf, 4, 0))) static void add_problem(struct source *source, uint32_t line,
                                                              enum severity severity, const char *format,
                                                              va_list args) {
    struct problem *place = problem_place(source, line, severity);
    if (place != NULL) {
        char message[512];
        vsnprintf(message, sizeof message, format, args);
        *place = (struct problem){
            .line = line, .severity = severity, .message = text_copy(source->arena_, text_of(message))};
    }
    source->problem_count++;
}

void source_problem(struct source *source, uint32_t line, enum severity severity, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_problem(source, line, severity, format, args);
    va_end(args);
}

void source_skip(struct source *source, uint32_t line, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_problem(source, line, SEVERITY_WARNING, format, args);
    va_end(args);
    source->skipped_lines++;
    if (source->skipped_count_ == SKIPPED_KEPT) return;
    source->skipped_ =
        grow_array(source->skipped_, &source->skipped_capacity_, source->skipped_count_ + 1, sizeof *source->skipped_);
    source->skipped_[source->skipped_count_++] = line;
}

static int compare_lines(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool is_among(uint32_t line, const uint32_t *lines, size_t count) {
    return line != 0 && bsearch(&line, lines, count, sizeof *lines, compare_lines) != NULL;
}

void source_unskip(struct source *source, const uint32_t *lines, size_t count) {
    size_t still = 0;
    for (size_t i = 0; i < source->skipped_count_; i++)
        if (!is_among(source->skipped_[i], lines, count)) source->skipped_[still++] = source->skipped_[i];
    size_t taken_back = source->skipped_count_ - still;
    source->skipped_count_ = still;
    source->skipped_lines -= taken_back;
    size_t kept = source->problem_count < PROBLEMS_KEPT ? source->problem_count : PROBLEMS_KEPT;
    size_t left = 0;
    for (size_t i = 0; i < kept; i++)
        if (!is_among(source->problems[i].line, lines, count)) source->problems[left++] = source->problems[i];
    // Those beyond PROBLEMS_KEPT are known by number only; each skipped line was one.
    size_t beyond = source->problem_count - kept;
    size_t more = taken_back > kept - left ? taken_back - (kept - left) : 0;
    source->problem_count = left + (beyond > more && left == PROBLEMS_KEPT ? beyond - more : 0);
}

static void append_table(struct source *source, const struct table *from, uint32_t line_offset) {
    struct table *table = source_table(source, text_of(from->entity), from->entity_kind);
    size_t first = table->row_count;
    for (size_t i = 0; i < from->row_count; i++)
        add_row(table, from->time[i], (double)from->interval[i], from->line[i] + line_offset);
    for (size_t i = 0; i < from->column_count; i++) {
        const struct column *column = &from->columns[i];
        size_t to = add_column(source, table, column->quantity, column->unit, column->kind, column->derived);
        if (from->row_count > 0)
            memcpy(table->columns[to].values + first, column->values, from->row_count * sizeof *column->values);
        source->set_ += from->row_count;
    }
}

void source_append(struct source *source, const struct source *from, uint32_t line_offset) {
    for (size_t i = 0; i < from->table_count; i++) append_table(source, &from->tables[i], line_offset);
    for (size_t i = 0; i < from->event_count; i++) {
        const struct event *event = &from->events[i];
        source_event(source, event->time, event->line + line_offset, event->kind, text_of(event->entity),
                     text_of(event->text), event->value);
    }
    for (size_t i = 0; i < from->fact_count; i++) {
        const struct fact *fact = &from->facts[i];
        source_fact(source, text_of(fact->entity), fact->key, text_of(fact->value), fact->line + line_offset);
    }
    for (size_t i = 0; i < from->problem_count && i < PROBLEMS_KEPT; i++) {
        const struct problem *problem = &from->problems[i];
        source_problem(source, problem->line == 0 ? 0 : problem->line + line_offset, problem->severity, "%s",
                       problem->message);
    }
    if (from->problem_count > PROBLEMS_KEPT) source->problem_count += from->problem_count - PROBLEMS_KEPT;
}

void recording_remove(struct recording *recording, size_t index) {
    source_clear(recording->sources[index]);
    recording->source_count--;
    memmove(recording->sources + index, recording->sources + index + 1,
            (recording->source_count - index) * sizeof *recording->sources);
}

static int compare_double(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

// The longest table decides: a hot-plugged device has fewer rows.
static double median_spacing(const struct source *source) {
    const struct table *longest = NULL;
    for (size_t i = 0; i < source->table_count; i++)
        if (longest == NULL || source->tables[i].row_count > longest->row_count) longest = &source->tables[i];
    if (longest == NULL || longest->row_count < 2) return NAN;
    double *spacing = malloc(longest->row_count * sizeof *spacing);
    if (spacing == NULL) return NAN;
    size_t count = 0;
    for (size_t i = 1; i < longest->row_count; i++)
        if (longest->time[i] > longest->time[i - 1])
            spacing[count++] = (double)(longest->time[i] - longest->time[i - 1]) / 1000.0;
    qsort(spacing, count, sizeof *spacing, compare_double);
    double median = NAN;
    if (count > 0) median = count % 2 == 1 ? spacing[count / 2] : (spacing[count / 2 - 1] + spacing[count / 2]) / 2;
    free(spacing);
    return median;
}

static void widen(struct source *source, millis at) {
    if (at == MILLIS_NONE) return;
    if (source->first == MILLIS_NONE || at < source->first) source->first = at;
    if (source->last == MILLIS_NONE || at > source->last) source->last = at;
}

void source_finish(struct source *source) {
    size_t rows = 0;
    for (size_t i = 0; i < source->table_count; i++) rows += source->tables[i].row_count;
    if (source->samples == 0) source->samples = rows;
    if (source->clock == CLOCK_NONE) return;
    for (size_t i = 0; i < source->table_count; i++)
        for (size_t k = 0; k < source->tables[i].row_count; k++) widen(source, source->tables[i].time[k]);
    for (size_t i = 0; i < source->event_count; i++) widen(source, source->events[i].time);
    if (isnan(source->cadence)) source->cadence = median_spacing(source);
}

const struct table *source_find(const struct source *source, const char *entity) {
    for (size_t i = 0; i < source->table_count; i++)
        if (strcmp(source->tables[i].entity, entity) == 0) return &source->tables[i];
    return NULL;
}

const struct column *table_find(const struct table *table, const char *quantity) {
    if (table == NULL) return NULL;
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].quantity, quantity) == 0) return &table->columns[i];
    return NULL;
}

const char *source_fact_value(const struct source *source, const char *entity, const char *key) {
    for (size_t i = source->fact_count; i-- > 0;) {
        const struct fact *fact = &source->facts[i];
        if ((entity == NULL || strcmp(fact->entity, entity) == 0) && strcmp(fact->key, key) == 0) return fact->value;
    }
    return NULL;
}

struct column_stats column_stats(const struct table *table, const struct column *column) {
    struct column_stats stats = {.min = NAN, .mean = NAN, .max = NAN};
    long double sum = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        double value = column->values[i];
        if (isnan(value)) {
            stats.missing++;
            continue;
        }
        if (stats.samples == 0 || value < stats.min) stats.min = value;
        if (stats.samples == 0 || value > stats.max) stats.max = value;
        sum += value;
        stats.samples++;
    }
    if (stats.samples > 0) stats.mean = (double)(sum / (long double)stats.samples);
    return stats;
}

const char *source_name(const struct source *source) {
    if (source->member[0] == '\0') return source->path;
    return arena_printf(source->arena_, "%s/%s", source->path, source->member);
}

const char *entity_kind_name(enum entity_kind kind) {
    static const char *const names[] = {"gpu", "disk", "cpu", "host", "net", "process", "mount", "job"};
    return names[kind];
}

const char *event_name(enum event_kind kind) {
    static const char *const names[] = {
        [EVENT_NOTE] = "note",
        [EVENT_XID] = "xid",
        [EVENT_GPU_LOST] = "gpu-lost",
        [EVENT_GPU_ERROR] = "gpu-error",
        [EVENT_IO_ERROR] = "io-error",
        [EVENT_LINK_RESET] = "link-reset",
        [EVENT_FS_ERROR] = "fs-error",
        [EVENT_OOM_KILL] = "oom-kill",
        [EVENT_CUDA_OOM] = "cuda-oom",
        [EVENT_PCIE_ERROR] = "pcie-error",
        [EVENT_THERMAL] = "thermal",
        [EVENT_HUNG_TASK] = "hung-task",
        [EVENT_NFS_TIMEOUT] = "nfs-timeout",
        [EVENT_REBOOT] = "reboot",
        [EVENT_RUN_START] = "run-start",
        [EVENT_EPOCH] = "epoch",
        [EVENT_CHECKPOINT] = "checkpoint",
        [EVENT_VALIDATION] = "validation",
        [EVENT_JOB_ERROR] = "job-error",
        [EVENT_SMART_FAILED] = "smart-failed",
        [EVENT_SMART_UNREADABLE] = "smart-unreadable",
    };
    return names[kind];
}

const char *clock_basis_name(enum clock_basis basis) {
    static const char *const names[] = {"none", "local", "zoned", "epoch", "boot"};
    return names[basis];
}

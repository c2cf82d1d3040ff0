#include "cli/batch_index.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/fleet.h"
#include "cli/batch_row.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"

// PRAGMA application_id: "WSLO". parsers/walk.c knows it, too: what a batch wrote is no input of the next one.
enum { APPLICATION_ID = 0x57534c4f };

struct batch_index {
    sqlite3 *db;
    struct arena *arena;
    sqlite3_stmt *insert[ROW_TABLES], *remove[ROW_TABLES];
    bool open;  // a transaction
    const char *error;
};

static void fail(struct batch_index *index, const char *why) {
    if (index->error == NULL) index->error = arena_printf(index->arena, INDEX_FILE ": %s", why);
}

static bool good(struct batch_index *index, int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return true;
    fail(index, index->db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(index->db));
    return false;
}

static bool run_sql(struct batch_index *index, const char *sql) {
    return index->error == NULL && good(index, sqlite3_exec(index->db, sql, NULL, NULL, NULL));
}

// ── the schema, made of the fields ──────────────────────────────────────────

static const char *column_type(enum row_type type) {
    return row_kind(type) == 't' ? "TEXT" : row_kind(type) == 'r' ? "REAL" : "INTEGER";
}

// The runs have their name as key; what belongs to one has its name and a number.
static const char *create_sql(struct arena *arena, size_t t) {
    const struct row_table *table = &row_tables[t];
    const char *sql = arena_printf(arena, "CREATE TABLE %s (%s", table->name,
                                   t == ROW_RUNS ? "" : "run TEXT NOT NULL REFERENCES runs, n INTEGER NOT NULL, ");
    for (size_t f = 0; f < table->field_count; f++)
        sql = arena_printf(arena, "%s%s%s %s", sql, f == 0 ? "" : ", ", table->fields[f].column,
                           column_type(table->fields[f].type));
    return arena_printf(arena, "%s, PRIMARY KEY (%s)) WITHOUT ROWID;", sql, t == ROW_RUNS ? "run" : "run, n");
}

static const char *insert_sql(struct arena *arena, size_t t) {
    const char *sql = arena_printf(arena, "INSERT INTO %s VALUES (%s", row_tables[t].name, t == ROW_RUNS ? "" : "?,?,");
    for (size_t f = 0; f < row_tables[t].field_count; f++) sql = arena_printf(arena, "%s%s?", sql, f == 0 ? "" : ",");
    return arena_printf(arena, "%s)", sql);
}

// For people who look with other tools: times as text.
static const char views[] =
    "CREATE VIEW dated AS SELECT strftime('%Y-%m-%dT%H:%M:%SZ', start_ms / 1000, 'unixepoch') AS start,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', end_ms / 1000, 'unixepoch') AS end, * FROM runs;";

static void create_tables(struct batch_index *index) {
    run_sql(index, "BEGIN IMMEDIATE");
    run_sql(index, arena_printf(index->arena, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID,
                                INDEX_VERSION));
    run_sql(index, "CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;");
    for (size_t t = 0; t < ROW_TABLES; t++) run_sql(index, create_sql(index->arena, t));
    run_sql(index, views);
    run_sql(index, "COMMIT");
}

static int64_t one_number(struct batch_index *index, const char *sql) {
    sqlite3_stmt *row = NULL;
    int64_t number = -1;
    if (good(index, sqlite3_prepare_v2(index->db, sql, -1, &row, NULL)) && good(index, sqlite3_step(row)))
        number = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return number;
}

static void check_version(struct batch_index *index, bool create) {
    bool empty = one_number(index, "SELECT count(*) FROM sqlite_master") == 0;
    if (index->error != NULL) return;
    if (empty && create) {
        create_tables(index);
        return;
    }
    int64_t version = one_number(index, "PRAGMA user_version");
    if (one_number(index, "PRAGMA application_id") != APPLICATION_ID)
        fail(index, tr("not an index of whyslow; give another directory"));
    else if (version != INDEX_VERSION)
        fail(index, arena_printf(index->arena,
                                 tr("written by another version of whyslow (its schema is %" PRIi64
                                    ", this one's %d): give another directory, or remove it to have all runs analysed "
                                    "again"),
                                 version, INDEX_VERSION));
}

static void prepare(struct batch_index *index) {
    for (size_t t = 0; t < ROW_TABLES && index->error == NULL; t++) {
        const char *erase = arena_printf(index->arena, "DELETE FROM %s WHERE run = ?", row_tables[t].name);
        good(index, sqlite3_prepare_v2(index->db, insert_sql(index->arena, t), -1, &index->insert[t], NULL));
        if (index->error == NULL) good(index, sqlite3_prepare_v2(index->db, erase, -1, &index->remove[t], NULL));
    }
}

static struct batch_index *open_path(const char *path, bool create, const char *pragmas) {
    struct arena *arena = arena_new();
    struct batch_index *index = arena_alloc(arena, sizeof *index);
    *index = (struct batch_index){.arena = arena};
    // Also for reading: what a killed batch left half done is rolled back, which writes.
    int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    if (!good(index, sqlite3_open_v2(path, &index->db, flags, NULL))) return index;
    sqlite3_busy_timeout(index->db, 2000);
    run_sql(index, pragmas);
    check_version(index, create);
    prepare(index);
    return index;
}

static bool handed_out(struct batch_index *index, char *error, size_t size) {
    if (index->error == NULL) return true;
    snprintf(error, size, "%s", index->error);
    index_close(index);
    return false;
}

struct batch_index *index_open(const char *directory, bool create, char *error, size_t size) {
    struct arena *arena = arena_new();
    const char *path = arena_printf(arena, "%s/" INDEX_FILE, directory);
    struct batch_index *index = open_path(path, create, "PRAGMA locking_mode = EXCLUSIVE;");
    arena_free(arena);
    return handed_out(index, error, size) ? index : NULL;
}

void index_close(struct batch_index *index) {
    if (index == NULL) return;
    index_commit(index);
    for (size_t t = 0; t < ROW_TABLES; t++) {
        sqlite3_finalize(index->insert[t]);
        sqlite3_finalize(index->remove[t]);
    }
    sqlite3_close(index->db);
    arena_free(index->arena);
}

const char *index_error(const struct batch_index *index) { return index->error; }

// ── writing ─────────────────────────────────────────────────────────────────

static void begin(struct batch_index *index) {
    if (!index->open) index->open = run_sql(index, "BEGIN IMMEDIATE");
}

void index_commit(struct batch_index *index) {
    if (index->open && index->error == NULL) run_sql(index, "COMMIT");
    index->open = false;
}

static void finish(struct batch_index *index, sqlite3_stmt *row) {
    if (index->error == NULL) good(index, sqlite3_step(row));
    sqlite3_reset(row);
    sqlite3_clear_bindings(row);
}

// What is not known is NULL, so is the name of nobody.
static void bind(sqlite3_stmt *row, int place, const struct row_field *field, const void *item) {
    struct row_value value = row_get(field, item);
    char kind = row_kind(field->type);
    if (kind == 't' && (value.text[0] != '\0' || field->type == ROW_NAME))
        sqlite3_bind_text(row, place, value.text, -1, SQLITE_STATIC);
    if (kind == 'r' && isfinite(value.real)) sqlite3_bind_double(row, place, value.real);
    if (kind == 'i' && (field->type != ROW_TIME || value.whole != MILLIS_NONE))
        sqlite3_bind_int64(row, place, value.whole);
}

static void put_items(struct batch_index *index, size_t t, const struct fleet_run *run) {
    const struct row_table *table = &row_tables[t];
    sqlite3_stmt *row = index->insert[t];
    for (size_t i = 0; i < row_count(table, run); i++) {
        int place = 1;
        if (t != ROW_RUNS) {
            sqlite3_bind_text(row, place++, run->run, -1, SQLITE_STATIC);
            sqlite3_bind_int64(row, place++, (int64_t)i);
        }
        for (size_t f = 0; f < table->field_count; f++) bind(row, place++, &table->fields[f], row_item(table, run, i));
        finish(index, row);
    }
}

void index_put(struct batch_index *index, const struct fleet_run *run) {
    begin(index);
    for (size_t t = 0; t < ROW_TABLES && index->error == NULL; t++) {
        sqlite3_bind_text(index->remove[t], 1, run->run, -1, SQLITE_STATIC);
        finish(index, index->remove[t]);
    }
    for (size_t t = 0; t < ROW_TABLES && index->error == NULL; t++) put_items(index, t, run);
}

static void put_fact(struct batch_index *index, const char *key, const char *value) {
    sqlite3_stmt *row = NULL;
    if (index->error != NULL) return;
    if (good(index, sqlite3_prepare_v2(index->db, "INSERT OR REPLACE INTO facts VALUES (?,?)", -1, &row, NULL))) {
        sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC);
        sqlite3_bind_text(row, 2, value, -1, SQLITE_STATIC);
        finish(index, row);
    }
    sqlite3_finalize(row);
}

void index_put_facts(struct batch_index *index, const struct index_facts *facts) {
    begin(index);
    put_fact(index, "schema", "whyslow.fleet-index/1");
    put_fact(index, "version", WHYSLOW_VERSION);
    put_fact(index, "options", facts->options);
    put_fact(index, "command_line", facts->command_line);
    put_fact(index, "price", isnan(facts->price) ? "" : arena_printf(index->arena, "%.17g", facts->price));
    put_fact(index, "list", facts->list);
    put_fact(index, "runs", arena_printf(index->arena, "%" PRIi64, facts->runs));
    put_fact(index, "shards", facts->shards);
    put_fact(index, "complete", facts->complete ? "yes" : "no");
}

// Power may fail between any two steps: what is renamed is on the disk.
static bool take_place(struct batch_index *index, const char *from, const char *to) {
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    done = done && rename(from, to) == 0;
    if (!done) fail(index, lang_error(errno));
    return done;
}

static int by_name(const void *a, const void *b) {
    const struct fleet_run *const *x = a;
    const struct fleet_run *const *y = b;
    return strcmp((*x)->run, (*y)->run);
}

bool index_publish(const char *directory, const struct fleet_run *const *rows, size_t count,
                   const struct index_facts *facts, char *error, size_t size) {
    struct arena *arena = arena_new();
    const char *path = arena_printf(arena, "%s/" INDEX_FILE, directory);
    const char *temporary = arena_printf(arena, "%s/." INDEX_FILE ".new", directory);
    const struct fleet_run **sorted = arena_array(arena, count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++) sorted[i] = rows[i];
    qsort(sorted, count, sizeof *sorted, by_name);
    unlink(temporary);
    struct batch_index *index =
        open_path(temporary, true, "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
    if (index->error == NULL) {
        index_put_facts(index, facts);
        for (size_t t = 0; t < ROW_TABLES; t++)
            for (size_t i = 0; i < count && index->error == NULL; i++) put_items(index, t, sorted[i]);
        index_commit(index);
    }
    if (index->error == NULL) take_place(index, temporary, path);
    bool done = index->error == NULL;
    if (!done) snprintf(error, size, "%s/%s", directory, index->error);
    unlink(temporary);
    index_close(index);
    arena_free(arena);
    return done;
}

// ── reading ─────────────────────────────────────────────────────────────────

static struct row_value column(struct arena *arena, sqlite3_stmt *row, int place, enum row_type type) {
    bool null = sqlite3_column_type(row, place) == SQLITE_NULL;
    struct row_value value = {.text = "", .real = NAN, .whole = type == ROW_TIME ? MILLIS_NONE : 0};
    if (null) return value;
    if (row_kind(type) == 't') {
        const unsigned char *text = sqlite3_column_text(row, place);
        value.text = text == NULL ? "" : arena_string(arena, (const char *)text);
    }
    if (row_kind(type) == 'r') value.real = sqlite3_column_double(row, place);
    if (row_kind(type) == 'i') value.whole = sqlite3_column_int64(row, place);
    return value;
}

static bool read_fields(struct arena *arena, sqlite3_stmt *row, int first, const struct row_table *table, void *item) {
    bool known = true;
    for (size_t f = 0; f < table->field_count; f++)
        known &= row_set(&table->fields[f], item, column(arena, row, first + (int)f, table->fields[f].type));
    return known;
}

struct loading {
    struct batch_index *index;
    struct arena *arena;
    struct fleet_run **rows;
    size_t count, capacity;
};

static void damaged(struct loading *loading) {
    fail(loading->index, tr("damaged: remove it to have all runs analysed again"));
}

static void load_runs(struct loading *loading, sqlite3_stmt *row) {
    int code;
    while ((code = sqlite3_step(row)) == SQLITE_ROW) {
        loading->rows = grow_array(loading->rows, &loading->capacity, loading->count + 1, sizeof(void *));
        struct fleet_run *run = row_blank(loading->arena, "");
        if (!read_fields(loading->arena, row, 0, &row_tables[ROW_RUNS], run)) damaged(loading);
        loading->rows[loading->count++] = run;
    }
    good(loading->index, code);
}

static void hand_items(struct loading *loading, size_t at, const struct row_table *table, const void *items,
                       size_t count) {
    if (count > 0) memcpy(row_items_new(loading->arena, table, loading->rows[at], count), items, count * table->size);
}

// Both are sorted by run: one walk through the runs. Rows of one run are gathered before they are its own.
static void load_items(struct loading *loading, size_t t, sqlite3_stmt *row) {
    const struct row_table *table = &row_tables[t];
    struct arena *arena = loading->arena;
    char *items = NULL;
    size_t count = 0;
    size_t capacity = 0;
    size_t at = 0;
    int code = sqlite3_step(row);
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        const char *name = (const char *)sqlite3_column_text(row, 0);
        while (at < loading->count && strcmp(loading->rows[at]->run, name == NULL ? "" : name) != 0) {
            hand_items(loading, at++, table, items, count);
            count = 0;
        }
        if (at == loading->count) break;
        items = grow_array(items, &capacity, count + 1, table->size);
        if (!read_fields(arena, row, 2, table, items + count++ * table->size)) damaged(loading);
    }
    if (at == loading->count && code == SQLITE_ROW) damaged(loading);
    if (at < loading->count) hand_items(loading, at, table, items, count);
    free(items);
    if (code != SQLITE_ROW) good(loading->index, code);
}

static const char *fact(struct batch_index *index, struct arena *arena, const char *key) {
    sqlite3_stmt *row = NULL;
    const char *value = "";
    if (good(index, sqlite3_prepare_v2(index->db, "SELECT value FROM facts WHERE key = ?", -1, &row, NULL))) {
        sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC);
        if (sqlite3_step(row) == SQLITE_ROW) value = column(arena, row, 0, ROW_TEXT).text;
    }
    sqlite3_finalize(row);
    return value;
}

static void load_facts(struct batch_index *index, struct arena *arena, struct index_facts *facts) {
    double price;
    if (!text_number(text_of(fact(index, arena, "price")), &price)) price = NAN;
    *facts = (struct index_facts){
        .price = price,
        .options = fact(index, arena, "options"),
        .command_line = fact(index, arena, "command_line"),
        .list = fact(index, arena, "list"),
        .runs = strtoll(fact(index, arena, "runs"), NULL, 10),
        .shards = fact(index, arena, "shards"),
        .complete = strcmp(fact(index, arena, "complete"), "yes") == 0,
    };
}

bool index_load(struct batch_index *index, struct arena *arena, struct fleet_run ***rows, size_t *count,
                struct index_facts *facts) {
    struct loading loading = {.index = index, .arena = arena};
    for (size_t t = 0; t < ROW_TABLES && index->error == NULL; t++) {
        sqlite3_stmt *row = NULL;
        const char *sql =
            arena_printf(arena, "SELECT * FROM %s ORDER BY run%s", row_tables[t].name, t == ROW_RUNS ? "" : ", n");
        if (good(index, sqlite3_prepare_v2(index->db, sql, -1, &row, NULL))) {
            if (t == ROW_RUNS)
                load_runs(&loading, row);
            else
                load_items(&loading, t, row);
        }
        sqlite3_finalize(row);
    }
    if (index->error == NULL) load_facts(index, arena, facts);
    *rows = arena_array(arena, loading.count + 1, sizeof **rows);
    if (loading.count > 0) memcpy(*rows, loading.rows, loading.count * sizeof **rows);
    *count = loading.count;
    free(loading.rows);
    return index->error == NULL;
}

#include "reports/sqlite_series.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>

#include "analyzer/diagnosis.h"
#include "core/arena.h"
#include "core/text.h"

// user_version is that of this schema: it grows when a table or column changes its meaning.
static const char schema[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096; PRAGMA user_version = 1;"
    "BEGIN;"
    "CREATE TABLE run (run TEXT NOT NULL, start_ms INTEGER, end_ms INTEGER, zone TEXT, host TEXT, bin_seconds REAL,"
    " gpu_hours REAL, lost_gpu_hours REAL, cause TEXT, entity TEXT, confidence REAL, share REAL, sentence TEXT,"
    " next TEXT, grade TEXT, version TEXT);"
    "CREATE TABLE series (series INTEGER PRIMARY KEY, host TEXT, entity TEXT NOT NULL, kind TEXT NOT NULL,"
    " quantity TEXT NOT NULL, unit TEXT NOT NULL, source TEXT, derived INTEGER NOT NULL);"
    "CREATE TABLE bins (series INTEGER NOT NULL REFERENCES series, time_ms INTEGER NOT NULL, value REAL NOT NULL,"
    " PRIMARY KEY (series, time_ms)) WITHOUT ROWID;"
    "CREATE TABLE phases (start_ms INTEGER, end_ms INTEGER, cause TEXT, entity TEXT, confidence REAL,"
    " lost_gpu_hours REAL, gpu_utilization REAL);"
    "CREATE TABLE findings (cause TEXT, severity TEXT, entity TEXT, sentence TEXT, next TEXT, confidence REAL,"
    " lost_gpu_hours REAL);"
    "CREATE TABLE losses (cause TEXT, gpu_hours REAL, low REAL, high REAL);"
    "CREATE INDEX series_by_name ON series (entity, quantity);"
    "CREATE VIEW tidy AS SELECT strftime('%Y-%m-%dT%H:%M:%S', time_ms / 1000, 'unixepoch') ||"
    " printf('.%03dZ', time_ms % 1000) AS time, entity, quantity, unit, value, source"
    " FROM bins JOIN series USING (series) ORDER BY time_ms, series;";

struct filler {
    sqlite3 *db;
    struct arena *arena;
    const struct diagnosis *diagnosis;
    const struct export_options *options;
    sqlite3_stmt *row;
    int place;  // of the last value bound
    bool failed;
};

static void into(struct filler *filler, const char *sql) {
    if (!filler->failed && sqlite3_prepare_v2(filler->db, sql, -1, &filler->row, NULL) != SQLITE_OK)
        filler->failed = true;
    filler->place = 0;
}

static void done(struct filler *filler) {
    sqlite3_finalize(filler->row);
    filler->row = NULL;
}

static void add_row(struct filler *filler) {
    if (filler->failed) return;
    if (sqlite3_step(filler->row) != SQLITE_DONE) filler->failed = true;
    sqlite3_reset(filler->row);
    filler->place = 0;
}

// What is not known is NULL; so is the name of nobody.
static void put_text(struct filler *filler, const char *text) {
    filler->place++;
    if (filler->failed) return;
    if (text == NULL || text[0] == '\0')
        sqlite3_bind_null(filler->row, filler->place);
    else
        sqlite3_bind_text(filler->row, filler->place, text_copy(filler->arena, text_of(text)), -1, SQLITE_STATIC);
}

static void put_real(struct filler *filler, double value) {
    filler->place++;
    if (filler->failed) return;
    if (isfinite(value))
        sqlite3_bind_double(filler->row, filler->place, value);
    else
        sqlite3_bind_null(filler->row, filler->place);
}

static void put_time(struct filler *filler, millis at) {
    filler->place++;
    if (filler->failed) return;
    if (at == MILLIS_NONE)
        sqlite3_bind_null(filler->row, filler->place);
    else
        sqlite3_bind_int64(filler->row, filler->place, at);
}

static void fill_run(struct filler *filler) {
    const struct diagnosis *d = filler->diagnosis;
    char grade[2] = {d->quality.grade, '\0'};
    into(filler, "INSERT INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    put_text(filler, filler->options->run);
    put_time(filler, d->start);
    put_time(filler, d->end);
    put_text(filler, d->zone);
    put_text(filler, d->host);
    put_real(filler, d->bin_seconds);
    put_real(filler, d->gpu_hours);
    put_real(filler, d->lost_total);
    put_text(filler, cause_id(d->verdict.cause));
    put_text(filler, d->verdict.entity);
    put_real(filler, d->verdict.confidence);
    put_real(filler, d->verdict.share);
    put_text(filler, d->verdict.sentence);
    put_text(filler, d->verdict.next);
    put_text(filler, grade);
    put_text(filler, WHYSLOW_VERSION);
    add_row(filler);
    done(filler);
}

static void fill_series(struct filler *filler, const struct listed_series *series, size_t count) {
    into(filler, "INSERT INTO series VALUES (?,?,?,?,?,coalesce(?,''),?,?)");
    for (size_t i = 0; i < count; i++) {
        put_time(filler, (millis)i);
        put_text(filler, series[i].host);
        // An entity or quantity without a name is still one.
        put_text(filler, series[i].entity[0] == '\0' ? "?" : series[i].entity);
        put_text(filler, entity_kind_name(series[i].kind));
        put_text(filler, series[i].quantity[0] == '\0' ? "?" : series[i].quantity);
        put_text(filler, unit_name(series[i].unit));
        put_text(filler, series[i].source);
        put_time(filler, series[i].derived);
        add_row(filler);
    }
    done(filler);
}

// In the order of the key, so that pages fill one after the other.
static void fill_bins(struct filler *filler, const struct listed_series *series, size_t count) {
    into(filler, "INSERT OR IGNORE INTO bins VALUES (?,?,?)");
    for (size_t i = 0; i < count; i++) {
        for (size_t bin = 0; bin < filler->diagnosis->bin_count && !filler->failed; bin++) {
            double value = (double)series[i].values[bin];
            if (!isfinite(value)) continue;
            // Seven digits, as in the other forms: 0.97 shall not read 0.970000029.
            char digits[40];
            snprintf(digits, sizeof digits, "%.7g", value);
            double shown = value;
            text_number(text_of(digits), &shown);
            put_time(filler, (millis)i);
            put_time(filler, series_bin_time(filler->diagnosis, bin));
            put_real(filler, shown);
            add_row(filler);
        }
    }
    done(filler);
}

static void fill_phases(struct filler *filler) {
    const struct diagnosis *d = filler->diagnosis;
    into(filler, "INSERT INTO phases VALUES (?,?,?,?,?,?,?)");
    for (size_t i = 0; i < d->phase_count; i++) {
        put_time(filler, d->phases[i].start);
        put_time(filler, d->phases[i].end);
        put_text(filler, cause_id(d->phases[i].cause));
        put_text(filler, d->phases[i].entity);
        put_real(filler, d->phases[i].confidence);
        put_real(filler, d->phases[i].lost_gpu_hours);
        put_real(filler, d->phases[i].gpu_utilization);
        add_row(filler);
    }
    done(filler);
}

static const char *severity_id(enum severity severity) {
    static const char *const ids[] = {"info", "warning", "critical"};
    return ids[severity];
}

static void fill_findings(struct filler *filler) {
    const struct diagnosis *d = filler->diagnosis;
    into(filler, "INSERT INTO findings VALUES (?,?,?,?,?,?,?)");
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct finding *finding = &d->findings[i];
        put_text(filler, cause_id(finding->cause));
        put_text(filler, severity_id(finding->severity));
        put_text(filler, finding->entity);
        put_text(filler, finding->sentence);
        put_text(filler, finding->next);
        put_real(filler, finding->confidence);
        put_real(filler, finding->lost_gpu_hours);
        add_row(filler);
    }
    done(filler);
    into(filler, "INSERT INTO losses VALUES (?,?,?,?)");
    for (size_t i = 0; i < d->loss_count; i++) {
        put_text(filler, cause_id(d->losses[i].cause));
        put_real(filler, d->losses[i].gpu_hours);
        put_real(filler, d->losses[i].low);
        put_real(filler, d->losses[i].high);
        add_row(filler);
    }
    done(filler);
}

static void fill(struct filler *filler) {
    size_t count;
    const struct listed_series *series = series_list(filler->arena, filler->diagnosis, &count);
    fill_run(filler);
    fill_series(filler, series, count);
    fill_bins(filler, series, count);
    fill_phases(filler);
    fill_findings(filler);
}

bool sqlite_series_write(const char *path, const struct diagnosis *diagnosis, const struct export_options *options,
                         char *error, size_t size) {
    struct filler filler = {.arena = arena_new(), .diagnosis = diagnosis, .options = options};
    filler.failed = sqlite3_open_v2(path, &filler.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK ||
                    sqlite3_exec(filler.db, schema, NULL, NULL, NULL) != SQLITE_OK;
    if (!filler.failed) fill(&filler);
    if (!filler.failed) filler.failed = sqlite3_exec(filler.db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK;
    if (size > 0) snprintf(error, size, "%s", filler.failed ? sqlite3_errmsg(filler.db) : "");
    sqlite3_close(filler.db);
    arena_free(filler.arena);
    return !filler.failed;
}

#include "reports/tidy_csv.h"

#include <math.h>
#include <string.h>

#include "core/arena.h"

// A cell: quoted where CSV needs it, and never the beginning of a formula.
static void put_text(FILE *out, const char *text) {
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    bool quoted = formula || strpbrk(text, ",\"\r\n") != NULL;
    if (quoted) fputc('"', out);
    if (formula) fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') fputc('"', out);
        fputc(*text, out);
    }
    if (quoted) fputc('"', out);
}

static void put_row(FILE *out, const char *time, const char *entity, const char *quantity, const char *unit,
                    double value, const char *source) {
    fprintf(out, "%s,", time);
    put_text(out, entity);
    fputc(',', out);
    put_text(out, quantity);
    fputc(',', out);
    put_text(out, unit);
    fprintf(out, ",%.7g,", value);
    put_text(out, source);
    fputc('\n', out);
}

void tidy_csv_write(FILE *out, const struct diagnosis *diagnosis) {
    struct arena *arena = arena_new();
    fputs("time,entity,quantity,unit,value,source\n", out);
    for (size_t bin = 0; bin < diagnosis->bin_count; bin++) {
        millis at = diagnosis->start + (millis)((double)bin * diagnosis->bin_seconds * 1000);
        const char *time = when_iso(arena, at, true, "Z");
        for (size_t i = 0; i < diagnosis->series_count; i++) {
            const struct grid_series *series = &diagnosis->series[i];
            if (isnan(series->mean[bin])) continue;
            put_row(out, time, series->table->entity, series->column->quantity, unit_name(series->column->unit),
                    (double)series->mean[bin], source_name(series->source));
        }
        if (!isnan(diagnosis->lost_share[bin]))
            put_row(out, time, "job", "lost_share", "", (double)diagnosis->lost_share[bin], "");
    }
    arena_free(arena);
}

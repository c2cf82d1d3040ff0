#include "reports/tidy_csv.h"

#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
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

static void put_row(FILE *out, const char *time, const struct listed_series *series, double value) {
    fprintf(out, "%s,", time);
    put_text(out, series->entity);
    fputc(',', out);
    put_text(out, series->quantity);
    fputc(',', out);
    put_text(out, unit_name(series->unit));
    fprintf(out, ",%.7g,", value);
    put_text(out, series->source);
    fputc('\n', out);
}

bool tidy_csv_write(FILE *out, const struct diagnosis *diagnosis, const struct export_options *options) {
    (void)options;
    struct arena *arena = arena_new();
    size_t count;
    const struct listed_series *series = series_list(arena, diagnosis, &count);
    fputs("time,entity,quantity,unit,value,source\n", out);
    for (size_t bin = 0; bin < diagnosis->bin_count; bin++) {
        const char *time = when_iso(arena, series_bin_time(diagnosis, bin), true, "Z");
        for (size_t i = 0; i < count; i++)
            if (isfinite(series[i].values[bin])) put_row(out, time, &series[i], (double)series[i].values[bin]);
    }
    arena_free(arena);
    return !ferror(out);
}

// yardstick.c: the shipped detectors with their shipped defaults on plain `timestamp,value` CSV, for public benchmarks.
//
//   yardstick changes FILE…                 prints CSV series,index (one row a change; an empty index: none found)
//   yardstick anomalies --root DIR FILE…    prints CSV file,start,end,score (a row `file,,,` : none found)
//
// A value that is empty or no number is missing. Exit status 2 for wrong usage, 3 for a file that cannot be read.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/anomaly.h"
#include "analyzer/changes.h"
#include "analyzer/stats.h"
#include "core/arena.h"
#include "core/text.h"

enum { LINE_MOST = 4096 };

struct column_file {
    char **stamps;
    double *values;
    size_t count;
};

static bool read_csv(const char *path, struct arena *arena, struct column_file *out) {
    FILE *file = fopen(path, "r");
    if (file == NULL) return false;
    char line[LINE_MOST];
    size_t stamp_room = 0;
    size_t value_room = 0;
    *out = (struct column_file){0};
    bool header = true;
    while (fgets(line, sizeof line, file) != NULL) {
        struct text rest = text_trim(text_of(line));
        if (header || rest.length == 0) {
            header = false;
            continue;
        }
        struct text stamp = text_trim(text_cut(&rest, ','));
        struct text value = text_trim(text_cut(&rest, ','));
        out->stamps = grow_array(out->stamps, &stamp_room, out->count + 1, sizeof *out->stamps);
        out->values = grow_array(out->values, &value_room, out->count + 1, sizeof *out->values);
        out->stamps[out->count] = text_copy(arena, stamp);
        if (!text_number(value, &out->values[out->count])) out->values[out->count] = NAN;
        out->count++;
    }
    (void)fclose(file);
    return true;
}

static void forget(struct column_file *file) {
    free(file->stamps);
    free(file->values);
}

static void print_changes(const char *path, const struct column_file *file, struct arena *arena) {
    const char *name = strrchr(path, '/');
    name = name == NULL ? path : name + 1;
    const char *dot = strrchr(name, '.');
    int length = (int)(dot == NULL ? strlen(name) : (size_t)(dot - name));
    struct change_point *points;
    size_t count = changes_find(file->values, file->count, NULL, arena, &points);
    if (count == 0) printf("%.*s,\n", length, name);
    for (size_t i = 0; i < count; i++) printf("%.*s,%zu\n", length, name, points[i].index);
}

static void print_anomalies(const char *path, const char *root, const struct column_file *file, struct arena *arena) {
    const char *name = path;
    if (strncmp(path, root, strlen(root)) == 0) name += strlen(root);
    while (*name == '/') name++;
    struct anomaly_peak *peaks;
    size_t count = anomalies_find(file->values, file->count, arena, &peaks);
    if (count == 0) printf("%s,,,\n", name);
    for (size_t i = 0; i < count; i++)
        printf("%s,%s,%s,%.4f\n", name, file->stamps[peaks[i].start], file->stamps[peaks[i].end], peaks[i].score);
}

static int run(bool changes, const char *root, int count, char **paths) {
    printf(changes ? "series,index\n" : "file,start,end,score\n");
    for (int i = 0; i < count; i++) {
        struct arena *arena = arena_new();
        struct column_file file;
        if (!read_csv(paths[i], arena, &file)) {
            fprintf(stderr, "yardstick: cannot read %s\n", paths[i]);
            arena_free(arena);
            return 3;
        }
        if (changes)
            print_changes(paths[i], &file, arena);
        else
            print_anomalies(paths[i], root, &file, arena);
        forget(&file);
        arena_free(arena);
    }
    return 0;
}

int main(int count, char **words) {
    stats_init();
    if (count >= 3 && strcmp(words[1], "changes") == 0) return run(true, "", count - 2, words + 2);
    if (count >= 5 && strcmp(words[1], "anomalies") == 0 && strcmp(words[2], "--root") == 0)
        return run(false, words[3], count - 4, words + 4);
    fprintf(stderr, "usage: yardstick changes FILE… | yardstick anomalies --root DIR FILE…\n");
    return 2;
}

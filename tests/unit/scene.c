#include "tests/unit/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

static const millis begin = 1750000000000;  // any instant

struct scene *scene_new(void) {
    struct scene *scene = calloc(1, sizeof *scene);
    scene->recording = recording_new();
    scene->rules = rules_new();
    return scene;
}

void scene_free(struct scene *scene) {
    diagnosis_free(scene->diagnosis);
    recording_free(scene->recording);
    rules_free(scene->rules);
    free(scene);
}

static struct source *log_of(struct scene *scene, struct source **slot, const char *path, const char *format) {
    if (*slot == NULL) {
        *slot = recording_source(scene->recording, path, "");
        (*slot)->format = format;
        (*slot)->clock = CLOCK_LOCAL;
    }
    return *slot;
}

static millis row_time(size_t row) { return begin + (millis)row * SCENE_STEP * 1000; }

static void fill(struct source *source, const char *entity, enum entity_kind entity_kind, const char *quantity,
                 enum unit unit, enum series_kind kind, int which, scene_value *value) {
    struct table *table = source_table(source, text_of(entity), entity_kind);
    if (table->row_count == 0)
        for (size_t i = 0; i < SCENE_ROWS; i++)
            table_row(table, row_time(i), kind == SERIES_AVERAGE ? SCENE_STEP : 0, (uint32_t)i + 2);
    size_t column = table_column(source, table, quantity, unit, kind);
    for (size_t i = 0; i < SCENE_ROWS; i++) table_set(table, i, column, value(i, which));
}

void scene_gpu(struct scene *scene, int gpu, const char *quantity, enum unit unit, enum series_kind kind,
               scene_value *value) {
    struct source *source = log_of(scene, &scene->gpu_log, "gpu.csv", "nvidia-smi-csv");
    fill(source, arena_printf(scene->recording->arena, "gpu%d", gpu), ENTITY_GPU, quantity, unit, kind, gpu, value);
}

void scene_disk(struct scene *scene, const char *disk, const char *quantity, enum unit unit, scene_value *value) {
    fill(log_of(scene, &scene->disk_log, "iostat.log", "iostat-text"), disk, ENTITY_DISK, quantity, unit,
         SERIES_AVERAGE, 0, value);
}

void scene_cpu(struct scene *scene, const char *cpu, const char *quantity, scene_value *value) {
    fill(log_of(scene, &scene->cpu_log, "mpstat.log", "mpstat-text"), cpu, ENTITY_CPU, quantity, UNIT_PERCENT,
         SERIES_AVERAGE, atoi(cpu + 3), value);
}

void scene_host(struct scene *scene, const char *quantity, enum unit unit, scene_value *value) {
    fill(log_of(scene, &scene->vm_log, "vmstat.log", "vmstat"), "host", ENTITY_HOST, quantity, unit, SERIES_AVERAGE, 0,
         value);
}

void scene_smart(struct scene *scene, const char *disk, const char *attribute, double first, double last) {
    struct source *source = log_of(scene, &scene->smart_log, "smart.txt", "smartctl-text");
    struct table *table = source_table(source, text_of(disk), ENTITY_DISK);
    if (table->row_count == 0) {
        table_row(table, row_time(0), 0, 9);
        table_row(table, row_time(SCENE_ROWS - 1), 0, 99);
        source_fact(source, text_of(disk), "protocol", TEXT("ATA"), 1);
        source_fact(source, text_of(disk), "health", TEXT("PASSED"), 1);
    }
    size_t column = table_column(source, table, attribute, UNIT_NONE, SERIES_COUNTER);
    table_set(table, 0, column, first);
    table_set(table, 1, column, last);
}

void scene_event(struct scene *scene, size_t row, enum event_kind kind, const char *entity, const char *text,
                 double value) {
    struct source *source = kind == EVENT_CUDA_OOM || kind == EVENT_EPOCH || kind == EVENT_CHECKPOINT
                                ? log_of(scene, &scene->train_log, "train.log", "train-log")
                                : log_of(scene, &scene->kernel_log, "dmesg.txt", "kernel-log");
    source_event(source, row_time(row), 7, kind, text_of(entity), text_of(text), value);
}

bool scene_in_job(size_t row) { return row >= SCENE_JOB_ROW; }

double scene_noise(size_t row, int which) {
    uint64_t x = row * 0x9e3779b97f4a7c15u + (uint64_t)which * 0xbf58476d1ce4e5b9u + 1;
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    x ^= x >> 31;
    return (double)(x >> 11) / (double)(1ull << 53) * 2 - 1;
}

double scene_busy(size_t row, int which) { return scene_in_job(row) ? 96 + scene_noise(row, which) : 0; }
double scene_zero(size_t row, int which) { return 0 * (double)row * which; }
static double memory(size_t row, int which) { return scene_in_job(row) ? 20000 + which : 3; }
static double memory_total(size_t row, int which) { return 40960 + 0 * (double)row * which; }

void scene_job(struct scene *scene, int gpus, scene_value *utilization) {
    for (int g = 0; g < gpus; g++) {
        scene_gpu(scene, g, "utilization.gpu", UNIT_PERCENT, SERIES_WINDOW, utilization);
        scene_gpu(scene, g, "memory.used", UNIT_MIB, SERIES_STATE, memory);
        scene_gpu(scene, g, "memory.total", UNIT_MIB, SERIES_STATE, memory_total);
    }
}

const struct diagnosis *scene_analyze(struct scene *scene) {
    for (size_t i = 0; i < scene->recording->source_count; i++) source_finish(scene->recording->sources[i]);
    struct analyze_options options = {
        .from = MILLIS_NONE, .to = MILLIS_NONE, .gpu_hour_cost = NAN, .rules = scene->rules};
    scene->diagnosis = analyze(scene->recording, &options);
    return scene->diagnosis;
}

const struct finding *scene_finding(const struct diagnosis *diagnosis, enum cause cause) {
    for (size_t i = 0; i < diagnosis->finding_count; i++)
        if (diagnosis->findings[i].cause == cause) return &diagnosis->findings[i];
    return NULL;
}

bool scene_ruled_out(const struct diagnosis *diagnosis, enum cause cause, enum ruled_out_result result) {
    for (size_t i = 0; i < diagnosis->ruled_out_count; i++)
        if (diagnosis->ruled_out[i].cause == cause && diagnosis->ruled_out[i].result == result) return true;
    return false;
}

// scene.h: small runs built by hand, for the tests of the analyzer.
#ifndef WHYSLOW_TESTS_SCENE_H
#define WHYSLOW_TESTS_SCENE_H

#include "analyzer/analyze.h"
#include "analyzer/rules.h"

// A run of an hour, a sample every 5 s: one minute without a job at the beginning, then a job to the end.
enum { SCENE_STEP = 5, SCENE_ROWS = 720, SCENE_JOB_ROW = 12 };

struct scene {
    struct recording *recording;
    struct source *gpu_log, *disk_log, *cpu_log, *vm_log, *smart_log, *kernel_log, *train_log;  // NULL until used
    struct rules *rules;
    struct diagnosis *diagnosis;
};

// A value for a row; the same function is asked for every row of a column.
typedef double scene_value(size_t row, int which);

struct scene *scene_new(void);
void scene_free(struct scene *scene);

// Adds columns to the scene's own nvidia-smi, iostat, mpstat, vmstat logs; `which` is the number of the GPU (for disks
// it is 0).
void scene_gpu(struct scene *scene, int gpu, const char *quantity, enum unit unit, enum series_kind kind,
               scene_value *value);
void scene_disk(struct scene *scene, const char *disk, const char *quantity, enum unit unit, scene_value *value);
void scene_cpu(struct scene *scene, const char *cpu, const char *quantity, scene_value *value);
void scene_host(struct scene *scene, const char *quantity, enum unit unit, scene_value *value);
// One ATA page: name, first and last raw value.
void scene_smart(struct scene *scene, const char *disk, const char *attribute, double first, double last);
void scene_event(struct scene *scene, size_t row, enum event_kind kind, const char *entity, const char *text,
                 double value);

// GPUs with a job: utilisation as given, memory at a working level from SCENE_JOB_ROW on, idle before.
void scene_job(struct scene *scene, int gpus, scene_value *utilization);

// Runs the analyzer; the diagnosis is the scene's.
const struct diagnosis *scene_analyze(struct scene *scene);

// Ready-made values.
double scene_busy(size_t row, int which);  // 95 to 97 %
double scene_zero(size_t row, int which);
bool scene_in_job(size_t row);
double scene_noise(size_t row, int which);  // -1 … 1, the same for the same arguments

// Helpers of assertions.
const struct finding *scene_finding(const struct diagnosis *diagnosis, enum cause cause);
bool scene_ruled_out(const struct diagnosis *diagnosis, enum cause cause, enum ruled_out_result result);

#endif

// Runs over several hosts: who is in the run, on what clock, and who is to blame for whom.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/analyze.h"
#include "analyzer/rules.h"
#include "analyzer/stats.h"
#include "core/arena.h"
#include "tests/unit/scene.h"

// How a host of the scene is: its GPU (utilisation, power, SM clock), its disk, and its clock.
struct machine {
    const char *host;
    scene_value *utilization, *power, *clock;
    scene_value *reads;       // share of the disk's time in which it reads; NULL: no disk log
    scene_value *hot;         // thermal reason; NULL: no reason column
    long long ahead_seconds;  // printed minus true
    int which;
    scene_value *step;  // seconds that a step takes; NULL: no training log
    size_t lost_at;     // row in which its GPU falls off the bus; 0: never
};

static const millis begin = 1750000000000;

static struct table *rows(struct source *source, const char *entity, enum entity_kind kind, long long ahead,
                          double interval) {
    struct table *table = source_table(source, text_of(entity), kind);
    for (size_t i = 0; table->row_count < SCENE_ROWS; i++)
        table_row(table, begin + ((millis)i * SCENE_STEP + ahead) * 1000, interval, (uint32_t)i + 2);
    return table;
}

static void column(struct source *source, struct table *table, const char *quantity, enum unit unit,
                   enum series_kind kind, scene_value *value, int which, double factor) {
    size_t at = table_column(source, table, quantity, unit, kind);
    for (size_t i = 0; i < SCENE_ROWS; i++) table_set(table, i, at, factor * value(i, which));
}

static double memory(size_t row, int which) { return scene_in_job(row) ? 20000 + which : 3; }
static double one(size_t row, int which) { return 1 + 0 * (double)row * which; }

static struct source *log_of(struct recording *recording, const struct machine *machine, const char *file,
                             const char *format) {
    struct source *source =
        recording_source(recording, arena_printf(recording->arena, "%s/%s", machine->host, file), "");
    source->format = format;
    source->clock = CLOCK_LOCAL;
    source->host = machine->host;
    return source;
}

// A training log that prints every twentieth step, from the beginning of the job.
static void add_steps(struct recording *recording, const struct machine *machine) {
    struct source *log = log_of(recording, machine, "train.log", "train-log");
    struct table *table = source_table(log, TEXT("job"), ENTITY_JOB);
    size_t step = table_column(log, table, "step", UNIT_NONE, SERIES_STATE);
    size_t time = table_column(log, table, "step_time", UNIT_SECONDS, SERIES_AVERAGE);
    double at = SCENE_JOB_ROW * SCENE_STEP;
    for (size_t i = 1; at < SCENE_STEP * (double)(SCENE_ROWS - 10); i++) {
        double seconds = machine->step(i, machine->which);
        at += 20 * seconds;
        millis printed = begin + (millis)(1000 * (at + (double)machine->ahead_seconds));
        size_t row = table_row(table, printed, 20 * seconds, (uint32_t)i);
        table_set(table, row, step, 20 * (double)i);
        table_set(table, row, time, seconds);
    }
}

static void add_machine(struct recording *recording, const struct machine *machine) {
    int which = machine->which;
    if (machine->step != NULL) add_steps(recording, machine);
    if (machine->utilization != NULL) {
        struct source *gpu = log_of(recording, machine, "gpu.csv", "nvidia-smi-csv");
        struct table *table = rows(gpu, "gpu0", ENTITY_GPU, machine->ahead_seconds, 0);
        column(gpu, table, "utilization.gpu", UNIT_PERCENT, SERIES_WINDOW, machine->utilization, which, 1);
        column(gpu, table, "power.draw", UNIT_WATT, SERIES_WINDOW, machine->power, which, 1);
        column(gpu, table, "memory.used", UNIT_MIB, SERIES_STATE, memory, which, 1);
        column(gpu, table, "clocks.current.sm", UNIT_MHZ, SERIES_STATE, machine->clock, which, 1);
        column(gpu, table, "clocks.max.sm", UNIT_MHZ, SERIES_STATE, one, which, 1500);
        if (machine->hot != NULL)
            column(gpu, table, "clocks_event_reasons.sw_thermal_slowdown", UNIT_NONE, SERIES_STATE, machine->hot, which,
                   1);
    }
    if (machine->lost_at > 0)
        source_event(log_of(recording, machine, "dmesg.txt", "kernel-log"),
                     begin + ((millis)machine->lost_at * SCENE_STEP + machine->ahead_seconds) * 1000, 7, EVENT_XID,
                     TEXT("gpu0"), TEXT("NVRM: Xid 79, GPU has fallen off the bus."), 79);
    if (machine->reads == NULL) return;
    struct source *disk = log_of(recording, machine, "iostat.log", "iostat-text");
    struct table *table = rows(disk, "sda", ENTITY_DISK, machine->ahead_seconds, SCENE_STEP);
    column(disk, table, "%util", UNIT_PERCENT, SERIES_AVERAGE, machine->reads, which, 99);
    column(disk, table, "r/s", UNIT_PER_S, SERIES_AVERAGE, machine->reads, which, 80);
    column(disk, table, "r_await", UNIT_MS, SERIES_AVERAGE, one, which, 90);
    column(disk, table, "rkB/s", UNIT_KIB_PER_S, SERIES_AVERAGE, machine->reads, which, 8000);
    column(disk, table, "w/s", UNIT_PER_S, SERIES_AVERAGE, one, which, 1);
    column(disk, table, "w_await", UNIT_MS, SERIES_AVERAGE, one, which, 1);
    source_fact(disk, TEXT("host"), "cpus", TEXT("64"), 1);
    struct table *cpu = rows(disk, "cpu", ENTITY_CPU, machine->ahead_seconds, SCENE_STEP);
    column(disk, cpu, "%idle", UNIT_PERCENT, SERIES_AVERAGE, one, which, 88);
    column(disk, cpu, "%iowait", UNIT_PERCENT, SERIES_AVERAGE, one, which, 1);
}

// ── what machines do ────────────────────────────────────────────────────────

// Stalls of one to eight samples, at no even distance; `story` tells unrelated jobs apart.
static bool stalled(size_t row, int story) {
    if (!scene_in_job(row)) return false;
    for (size_t back = 0; back < 8 && back <= row; back++) {
        double draw = scene_noise(row - back, 1000 + story);
        if (draw > 0.86 && back < (size_t)(1 + 7 * (draw - 0.86) / 0.14)) return true;
    }
    return false;
}

static double starving(size_t row, int which) {
    return !scene_in_job(row) ? 0 : stalled(row, 0) ? 12 + 4 * scene_noise(row, which) : 96 + scene_noise(row, which);
}
static double starving_power(size_t row, int which) {
    return !scene_in_job(row) ? 60
           : stalled(row, 0)  ? 110 + scene_noise(row, which)
                              : 290 + 5 * scene_noise(row, which);
}
static double other_starving(size_t row, int which) {
    return !scene_in_job(row) ? 0 : stalled(row, 7) ? 12 + 4 * scene_noise(row, which) : 96 + scene_noise(row, which);
}
static double other_power(size_t row, int which) {
    return !scene_in_job(row) ? 60
           : stalled(row, 7)  ? 110 + scene_noise(row, which)
                              : 290 + 5 * scene_noise(row, which);
}
static double spinning(size_t row, int which) { return scene_in_job(row) ? 99 + 0.5 * scene_noise(row, which) : 0; }
static double spinning_power(size_t row, int which) {
    return !scene_in_job(row) ? 60
           : stalled(row, 0)  ? 150 + scene_noise(row, which)
                              : 290 + 5 * scene_noise(row, which);
}
static double calm_power(size_t row, int which) { return scene_in_job(row) ? 290 + 5 * scene_noise(row, which) : 60; }
static double full_clock(size_t row, int which) { return 1500 + 0 * (double)row * which; }
static double reading(size_t row, int which) { return stalled(row, 0) ? 1 + 0 * which : 0.02; }
static double quiet(size_t row, int which) { return 0.02 + 0 * (double)row * which; }
static double always(size_t row, int which) { return 1 + 0 * (double)row * which; }
static double never(size_t row, int which) { return 0 * (double)row * which; }
static double hot(size_t row, int which) { return stalled(row, 0) ? 1 + 0 * which : 0; }
static double hot_clock(size_t row, int which) { return stalled(row, 0) ? 800 + 0 * which : 1500; }
static double hot_power(size_t row, int which) {
    return !scene_in_job(row) ? 60
           : stalled(row, 0)  ? 170 + scene_noise(row, which)
                              : 290 + 5 * scene_noise(row, which);
}

static double low_clock(size_t row, int which) { return 800 + 0 * (double)row * which; }
static double common_step(size_t row, int which) { return 0.5 + 0.05 * scene_noise(row, 99) + 0 * which; }
static double own_step(size_t row, int which) { return 0.5 + 0.05 * scene_noise(row, 200 + which); }
static double until_lost(size_t row, int which) { return row < 400 ? scene_busy(row, which) : 0; }

// ── the scene ───────────────────────────────────────────────────────────────

struct night {
    struct recording *recording;
    struct rules *rules;
    struct diagnosis *diagnosis;
};

static struct night night_with(const struct machine *machines, size_t count, const char *host,
                               const struct clock_option *offset) {
    struct night night = {.recording = recording_new(), .rules = rules_new()};
    for (size_t i = 0; i < count; i++) add_machine(night.recording, &machines[i]);
    for (size_t i = 0; i < night.recording->source_count; i++) source_finish(night.recording->sources[i]);
    struct analyze_options options = {
        .from = MILLIS_NONE, .to = MILLIS_NONE, .gpu_hour_cost = NAN, .rules = night.rules, .host = host};
    options.offsets = offset;
    options.offset_count = offset != NULL;
    night.diagnosis = analyze(night.recording, &options);
    return night;
}

static struct night night_of(const struct machine *machines, size_t count, const char *host) {
    return night_with(machines, count, host, NULL);
}

static void night_end(struct night *night) {
    diagnosis_free(night->diagnosis);
    recording_free(night->recording);
    rules_free(night->rules);
}

static double lost(const struct diagnosis *d, enum cause cause) {
    for (size_t i = 0; i < d->loss_count; i++)
        if (d->losses[i].cause == cause) return d->losses[i].gpu_hours;
    return 0;
}

static const struct source_clock *clock_of(const struct diagnosis *d, const char *path) {
    for (size_t i = 0; i < d->clock_count; i++)
        if (strcmp(d->clocks[i].source->path, path) == 0) return &d->clocks[i];
    return NULL;
}

static const struct machine waiting = {"n1", starving, starving_power, full_clock, quiet, NULL, 0, 1, NULL, 0};
static const struct machine slow_disk = {"n2", starving, starving_power, full_clock, reading, NULL, 0, 2, NULL, 0};

static void test_the_disk_of_one_host_stalls_both(void **state) {
    (void)state;
    struct night night = night_of((struct machine[]){waiting, slow_disk}, 2, NULL);
    const struct diagnosis *d = night.diagnosis;
    assert_int_equal(d->host_count, 2);
    assert_string_equal(d->hosts[0], "n1");
    assert_string_equal(d->gpus[1], "n2:gpu0");
    assert_string_equal(d->disks[0], "n1:sda");
    assert_int_equal(d->verdict.cause, CAUSE_STORAGE_READ);
    assert_string_equal(d->verdict.entity, "n2:sda");
    assert_non_null(strstr(d->verdict.sentence, "The GPUs of n1 wait for it."));
    assert_true(lost(d, CAUSE_STORAGE_READ) > 0.9 * d->lost_total);
    assert_string_equal(d->series[0].table->entity, "n1:gpu0");
    night_end(&night);
}

static void test_gpus_that_spin_wait_too(void **state) {
    (void)state;
    struct machine spins = waiting;
    spins.utilization = spinning;
    spins.power = spinning_power;
    struct night night = night_of((struct machine[]){spins, slow_disk}, 2, NULL);
    struct night alone = night_of((struct machine[]){slow_disk}, 1, NULL);
    assert_string_equal(night.diagnosis->verdict.entity, "n2:sda");
    double one_host = lost(alone.diagnosis, CAUSE_STORAGE_READ);
    double both = lost(night.diagnosis, CAUSE_STORAGE_READ);
    assert_true(both > 1.8 * one_host && both < 2.2 * one_host);
    night_end(&night);
    night_end(&alone);
}

static void test_a_busy_disk_is_not_blamed_for_another_hosts_gpus(void **state) {
    (void)state;
    // The GPUs of n1 starve without a sign on n1; the disk of n2 is at its limit, but n2's GPUs go on.
    struct machine strangers = {"n2", spinning, calm_power, full_clock, always, NULL, 0, 2, NULL, 0};
    struct night night = night_of((struct machine[]){waiting, strangers}, 2, NULL);
    assert_int_equal(night.diagnosis->verdict.cause, CAUSE_UNKNOWN);
    assert_null(scene_finding(night.diagnosis, CAUSE_STORAGE_READ));
    assert_null(scene_finding(night.diagnosis, CAUSE_INPUT_ELSEWHERE));
    night_end(&night);
}

static void test_unrelated_jobs_are_judged_apart(void **state) {
    (void)state;
    struct machine unrelated = {"n1", other_starving, other_power, full_clock, quiet, NULL, 0, 1, NULL, 0};
    struct night night = night_of((struct machine[]){unrelated, slow_disk}, 2, NULL);
    const struct diagnosis *d = night.diagnosis;
    assert_false(clock_of(d, "n1/gpu.csv")->established && clock_of(d, "n2/gpu.csv")->established);
    struct night alone = night_of((struct machine[]){slow_disk}, 1, NULL);
    double own = lost(alone.diagnosis, CAUSE_STORAGE_READ);
    assert_true(fabs(lost(d, CAUSE_STORAGE_READ) - own) < 0.05 * own);
    assert_true(lost(d, CAUSE_UNKNOWN) > 0);
    bool noted = false;
    for (size_t i = 0; i < d->quality.note_count; i++)
        noted = noted || strstr(d->quality.notes[i], "against the first host is not established") != NULL;
    assert_true(noted);
    night_end(&night);
    night_end(&alone);
}

static void test_a_clock_minutes_off_is_proved(void **state) {
    (void)state;
    struct machine off = slow_disk;
    off.ahead_seconds = 200;
    struct night night = night_of((struct machine[]){waiting, off}, 2, NULL);
    const struct source_clock *clock = clock_of(night.diagnosis, "n2/gpu.csv");
    assert_true(clock->established);
    assert_true(fabs(clock->offset_seconds - 200) < 10);
    assert_true(fabs(clock_of(night.diagnosis, "n2/iostat.log")->offset_seconds - 200) < 10);
    assert_string_equal(night.diagnosis->verdict.entity, "n2:sda");
    assert_true(lost(night.diagnosis, CAUSE_STORAGE_READ) > 0.9 * night.diagnosis->lost_total);
    night_end(&night);
}

static void test_a_hot_gpu_holds_other_hosts_back(void **state) {
    (void)state;
    struct machine spins = {"n1", spinning, spinning_power, full_clock, NULL, never, 0, 1, NULL, 0};
    struct machine spins_too = {"n3", spinning, spinning_power, full_clock, NULL, never, 0, 3, NULL, 0};
    struct machine straggler = {"n2", spinning, hot_power, hot_clock, NULL, hot, 0, 2, NULL, 0};
    struct night night = night_of((struct machine[]){spins, straggler, spins_too}, 3, NULL);
    assert_int_equal(night.diagnosis->verdict.cause, CAUSE_GPU_STRAGGLER);
    assert_string_equal(night.diagnosis->verdict.entity, "n2:gpu0");
    night_end(&night);
}

static void test_steps_prove_a_clock_that_gpus_do_not(void **state) {
    (void)state;
    // Full throttle throughout: only the training logs show that n1 waits, and that n2's clock is five minutes ahead.
    struct machine fast = {"n1", spinning, calm_power, full_clock, NULL, never, 0, 1, common_step, 0};
    struct machine third = {"n3", spinning, calm_power, full_clock, NULL, never, 0, 3, common_step, 0};
    struct machine held = {"n2", spinning, calm_power, low_clock, NULL, never, 300, 2, common_step, 0};
    struct night night = night_of((struct machine[]){fast, held, third}, 3, NULL);
    const struct source_clock *clock = clock_of(night.diagnosis, "n2/gpu.csv");
    assert_true(clock->established);
    assert_true(fabs(clock->offset_seconds - clock_of(night.diagnosis, "n1/gpu.csv")->offset_seconds - 300) < 3);
    assert_int_equal(night.diagnosis->verdict.cause, CAUSE_GPU_STRAGGLER);
    assert_string_equal(night.diagnosis->verdict.entity, "n2:gpu0");
    double straggling = lost(night.diagnosis, CAUSE_GPU_STRAGGLER);
    night_end(&night);
    // Jobs of the same pace, each with steps of its own: nothing is proved, and nobody waits.
    fast.step = third.step = held.step = own_step;
    held.ahead_seconds = 0;
    night = night_of((struct machine[]){fast, held, third}, 3, NULL);
    assert_false(clock_of(night.diagnosis, "n2/gpu.csv")->established &&
                 clock_of(night.diagnosis, "n1/gpu.csv")->established);
    assert_true(night.diagnosis->lost_total < 0.5 * straggling);
    assert_true(lost(night.diagnosis, CAUSE_GPU_STRAGGLER) == 0);
    night_end(&night);
}

static void test_a_slow_gpu_of_a_host_that_nothing_links_is_no_healthy_run(void **state) {
    (void)state;
    struct machine hosts[8];
    for (int i = 0; i < 8; i++)
        hosts[i] = (struct machine){(const char *[]){"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"}[i],
                                    spinning,
                                    calm_power,
                                    full_clock,
                                    NULL,
                                    never,
                                    0,
                                    i,
                                    NULL,
                                    0};
    hosts[5].clock = hot_clock;
    hosts[5].hot = hot;
    struct night night = night_of(hosts, 8, NULL);
    assert_int_equal(night.diagnosis->host_count, 8);
    assert_int_equal(night.diagnosis->verdict.cause, CAUSE_UNKNOWN);
    assert_non_null(strstr(night.diagnosis->verdict.sentence, "n5:gpu0"));
    night_end(&night);
}

static void test_an_offset_that_is_given_holds(void **state) {
    (void)state;
    struct machine off = slow_disk;
    off.ahead_seconds = 200;
    off.utilization = spinning;  // nothing to prove it by
    off.power = calm_power;
    off.reads = quiet;
    struct clock_option given = {.source = "n2/gpu.csv", .seconds = 200};
    struct night night = night_with((struct machine[]){waiting, off}, 2, NULL, &given);
    const struct source_clock *clock = clock_of(night.diagnosis, "n2/gpu.csv");
    assert_true(clock->established);
    assert_int_equal(clock->method, CLOCK_OPTION);
    assert_true(fabs(clock->offset_seconds - 200) < 0.001);
    night_end(&night);
}

static void test_a_lost_gpu_ends_the_job_on_all_hosts(void **state) {
    (void)state;
    struct machine one_host = {"n1", until_lost, calm_power, full_clock, NULL, NULL, 0, 1, common_step, 0};
    struct machine other = {"n2", until_lost, calm_power, full_clock, NULL, NULL, 0, 2, common_step, 400};
    struct night night = night_of((struct machine[]){one_host, other}, 2, NULL);
    assert_int_equal(night.diagnosis->verdict.cause, CAUSE_GPU_FAULT);
    assert_string_equal(night.diagnosis->verdict.entity, "n2:gpu0");
    double after = 2 * (SCENE_ROWS - 400) * SCENE_STEP / 3600.0;
    assert_true(fabs(lost(night.diagnosis, CAUSE_GPU_FAULT) - after) < 0.1 * after);
    night_end(&night);
}

static void test_one_host_may_be_looked_at_alone(void **state) {
    (void)state;
    struct night night = night_of((struct machine[]){waiting, slow_disk}, 2, "n2");
    assert_int_equal(night.diagnosis->host_count, 0);
    assert_string_equal(night.diagnosis->host, "n2");
    assert_int_equal(night.diagnosis->gpu_count, 1);
    assert_string_equal(night.diagnosis->verdict.entity, "sda");
    night_end(&night);
}

static void test_hosts_of_other_times_or_without_gpus_stay_out(void **state) {
    (void)state;
    struct machine later = slow_disk;
    later.ahead_seconds = 50000;
    // Another story: nothing can move it into the run.
    later.utilization = other_starving;
    later.power = other_power;
    struct night night = night_of((struct machine[]){waiting, later}, 2, NULL);
    assert_int_equal(night.diagnosis->host_count, 0);
    assert_int_equal(night.diagnosis->gpu_count, 1);
    night_end(&night);
    struct machine server = {"nas", NULL, NULL, NULL, reading, NULL, 0, 2, NULL, 0};
    night = night_of((struct machine[]){waiting, server}, 2, NULL);
    assert_int_equal(night.diagnosis->host_count, 0);
    assert_string_equal(night.diagnosis->gpus[0], "gpu0");
    assert_non_null(strstr(clock_of(night.diagnosis, "nas/iostat.log")->note, "another host"));
    assert_null(scene_finding(night.diagnosis, CAUSE_STORAGE_READ));
    night_end(&night);
}

static void test_logs_of_no_host_blame_none(void **state) {
    (void)state;
    struct machine other = {"n2", until_lost, calm_power, full_clock, quiet, NULL, 0, 2, NULL, 0};
    struct machine first = other;
    first.host = "n1";
    struct night night = {.recording = recording_new(), .rules = rules_new()};
    add_machine(night.recording, &first);
    add_machine(night.recording, &other);
    // The job's log and a kernel log lie beside the hosts' folders.
    struct source *job = recording_source(night.recording, "train.log", "");
    job->format = "train-log";
    job->clock = CLOCK_LOCAL;
    millis at = begin + (millis)400 * SCENE_STEP * 1000;
    source_event(job, begin + (millis)SCENE_JOB_ROW * SCENE_STEP * 1000, 1, EVENT_NOTE, TEXT(""), TEXT("start"), NAN);
    source_event(job, at, 7, EVENT_CUDA_OOM, TEXT(""), TEXT("CUDA out of memory"), NAN);
    struct source *kernel = recording_source(night.recording, "dmesg.txt", "");
    kernel->format = "kernel-log";
    kernel->clock = CLOCK_LOCAL;
    source_event(kernel, at, 9, EVENT_XID, TEXT("gpu0"), TEXT("NVRM: Xid 79, GPU has fallen off the bus."), 79);
    for (size_t i = 0; i < night.recording->source_count; i++) source_finish(night.recording->sources[i]);
    struct analyze_options options = {
        .from = MILLIS_NONE, .to = MILLIS_NONE, .gpu_hour_cost = NAN, .rules = night.rules};
    night.diagnosis = analyze(night.recording, &options);
    assert_int_equal(night.diagnosis->host_count, 2);
    const struct finding *memory = scene_finding(night.diagnosis, CAUSE_GPU_MEMORY);
    assert_non_null(memory);
    assert_string_equal(memory->entity, "");
    assert_null(scene_finding(night.diagnosis, CAUSE_GPU_FAULT));
    assert_false(clock_of(night.diagnosis, "dmesg.txt")->placed);
    night_end(&night);
}

static void test_a_copy_is_no_second_host(void **state) {
    (void)state;
    struct night night = {.recording = recording_new(), .rules = rules_new()};
    add_machine(night.recording, &waiting);
    struct machine copy = waiting;
    copy.host = "copy";
    add_machine(night.recording, &copy);
    for (size_t i = 0; i < night.recording->source_count; i++) {
        night.recording->sources[i]->bytes = 1000 + i % 2;
        source_finish(night.recording->sources[i]);
    }
    struct analyze_options options = {
        .from = MILLIS_NONE, .to = MILLIS_NONE, .gpu_hour_cost = NAN, .rules = night.rules};
    night.diagnosis = analyze(night.recording, &options);
    assert_int_equal(night.diagnosis->host_count, 0);
    assert_int_equal(night.diagnosis->gpu_count, 1);
    night_end(&night);
}

static void test_a_host_without_gpu_log_beside_several_is_told(void **state) {
    (void)state;
    struct machine server = {"nas", NULL, NULL, NULL, reading, NULL, 0, 3, NULL, 0};
    struct machine healthy = {"n2", starving, starving_power, full_clock, quiet, NULL, 0, 2, NULL, 0};
    struct night night = night_of((struct machine[]){waiting, healthy, server}, 3, NULL);
    assert_int_equal(night.diagnosis->host_count, 2);
    const struct source_clock *clock = clock_of(night.diagnosis, "nas/iostat.log");
    assert_false(clock->placed);
    assert_non_null(strstr(clock->note, "no GPU log of its own"));
    // Both hosts starve alike with free disks and CPUs: that is nobody's in particular.
    assert_int_equal(night.diagnosis->verdict.cause, CAUSE_INPUT_ELSEWHERE);
    assert_string_equal(night.diagnosis->verdict.entity, "");
    night_end(&night);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_disk_of_one_host_stalls_both),
        cmocka_unit_test(test_gpus_that_spin_wait_too),
        cmocka_unit_test(test_a_busy_disk_is_not_blamed_for_another_hosts_gpus),
        cmocka_unit_test(test_unrelated_jobs_are_judged_apart),
        cmocka_unit_test(test_a_clock_minutes_off_is_proved),
        cmocka_unit_test(test_a_hot_gpu_holds_other_hosts_back),
        cmocka_unit_test(test_steps_prove_a_clock_that_gpus_do_not),
        cmocka_unit_test(test_a_slow_gpu_of_a_host_that_nothing_links_is_no_healthy_run),
        cmocka_unit_test(test_an_offset_that_is_given_holds),
        cmocka_unit_test(test_a_lost_gpu_ends_the_job_on_all_hosts),
        cmocka_unit_test(test_one_host_may_be_looked_at_alone),
        cmocka_unit_test(test_hosts_of_other_times_or_without_gpus_stay_out),
        cmocka_unit_test(test_logs_of_no_host_blame_none),
        cmocka_unit_test(test_a_copy_is_no_second_host),
        cmocka_unit_test(test_a_host_without_gpu_log_beside_several_is_told),
    };
    stats_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The verdicts on small runs with one known truth each, and on the decoys that must accuse nobody.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/stats.h"
#include "tests/unit/scene.h"

// ── values ──

static double starved_steadily(size_t row, int which) {
    return scene_in_job(row) ? 25 + 8 * scene_noise(row, which) : 0;
}
static double forty(size_t row, int which) { return scene_in_job(row) ? 40 + scene_noise(row, which) : 0; }
static double slow_await(size_t row, int which) { return scene_in_job(row) ? 87 + 9 * scene_noise(row, which) : 0.5; }
static double fast_await(size_t row, int which) { return 0.12 + 0.02 * scene_noise(row, which); }
static double job_reads(size_t row, int which) { return scene_in_job(row) ? 300 + 30 * scene_noise(row, which) : 1; }
static double many_reads(size_t row, int which) {
    return scene_in_job(row) ? 26000 + 100 * scene_noise(row, which) : 1;
}
static double three_reads(size_t row, int which) { return scene_in_job(row) ? 3 + 0 * which : 0.2; }
static double three_kilobytes(size_t row, int which) { return 16 * three_reads(row, which); }
static double one_millisecond(size_t row, int which) { return 1 + 0 * (double)row * which; }
static double twelve(size_t row, int which) { return 12 + 0 * (double)row * which; }
static double always_reads(size_t row, int which) { return 300 + 30 * scene_noise(row, which); }
static double always_slow(size_t row, int which) { return 87 + 9 * scene_noise(row, which); }
static double job_kilobytes(size_t row, int which) { return 100 * job_reads(row, which); }
static double always_kilobytes(size_t row, int which) { return 100 * always_reads(row, which); }
static double util_in_job(size_t row, int which) {
    return scene_in_job(row) ? 99.5 + 0.4 * scene_noise(row, which) : 0;
}
static double util_always(size_t row, int which) { return 99.5 + 0.4 * scene_noise(row, which); }
static double little(size_t row, int which) { return 2 + scene_noise(row, which); }
static double idle_cpu(size_t row, int which) { return 92 + 2 * scene_noise(row, which); }
static double full_cpu(size_t row, int which) { return scene_in_job(row) ? 2 + scene_noise(row, which) : 98; }
static double waiting_cpu(size_t row, int which) { return scene_in_job(row) ? 20 + 2 * scene_noise(row, which) : 0; }
static double most_idle(size_t row, int which) { return scene_in_job(row) ? 72 + 2 * scene_noise(row, which) : 99; }
static double one_full_core(size_t row, int which) {
    if (!scene_in_job(row)) return 99;
    return which == (int)(row / 20) % 8 ? 1 : 95 + scene_noise(row, which);
}
static double free_clock(size_t row, int which) { return scene_in_job(row) ? 1410 + 0 * which : 210; }
static double cut_clock(size_t row, int which) {
    return scene_in_job(row) && row > 60 ? 900 + 15 * scene_noise(row, which) : free_clock(row, which);
}
static double max_clock(size_t row, int which) { return 1410 + 0 * (double)row * which; }
static double third_is_slow(size_t row, int which) {
    return scene_in_job(row) && which == 2 ? 705 : free_clock(row, which);
}
static double locked_clock(size_t row, int which) { return scene_in_job(row) ? 525 + 0 * which : 210; }
static double hot(size_t row, int which) { return scene_in_job(row) ? 88 + 0.5 * scene_noise(row, which) : 40; }
static double cool(size_t row, int which) { return 45 + scene_noise(row, which); }
static double bit_when_cut(size_t row, int which) { return scene_in_job(row) && row > 60 ? 1 + 0 * which : 0; }
static double always(size_t row, int which) { return scene_in_job(row) ? 1 + 0 * which : 0; }
static double low_gen(size_t row, int which) { return 1 + 0 * (double)row * which; }
static double gen_follows_load(size_t row, int which) { return scene_in_job(row) ? 4 + 0 * which : 1; }
static double gen_four(size_t row, int which) { return 4 + 0 * (double)row * which; }
static double swapping(size_t row, int which) { return scene_in_job(row) ? 90000 + 5000 * scene_noise(row, which) : 0; }
static bool in_burst(size_t row) { return scene_in_job(row) && row % 48 < 10; }
static double stops_in_bursts(size_t row, int which) { return in_burst(row) ? 0 : scene_busy(row, which); }
static double burst_writes(size_t row, int which) { return in_burst(row) ? 300 + 10 * scene_noise(row, which) : 0.5; }
static double burst_kilobytes(size_t row, int which) {
    return in_burst(row) ? 150000 + 9000 * scene_noise(row, which) : 4;
}
static double burst_await(size_t row, int which) { return in_burst(row) ? 170 + 10 * scene_noise(row, which) : 0.4; }
static double burst_util(size_t row, int which) { return in_burst(row) ? 100 + 0 * which : 0.1; }
static double one_burst_util(size_t row, int which) { return row < 60 ? burst_util(row, which) : 0.1; }
static double one_burst_writes(size_t row, int which) { return row < 60 ? burst_writes(row, which) : 0.5; }
static double one_burst_kilobytes(size_t row, int which) { return row < 60 ? burst_kilobytes(row, which) : 4; }
static double works_half_the_time(size_t row, int which) { return row < 200 ? scene_busy(row, which) : 0; }
static double memory_half_the_time(size_t row, int which) { return scene_in_job(row) && row < 200 ? 20000 + which : 3; }

// ── scenes ──

static void quiet_host(struct scene *scene) {
    scene_disk(scene, "sdb", "r/s", UNIT_PER_S, little);
    scene_disk(scene, "sdb", "rkB/s", UNIT_KIB_PER_S, little);
    scene_disk(scene, "sdb", "r_await", UNIT_MS, fast_await);
    scene_disk(scene, "sdb", "w/s", UNIT_PER_S, little);
    scene_disk(scene, "sdb", "wkB/s", UNIT_KIB_PER_S, little);
    scene_disk(scene, "sdb", "w_await", UNIT_MS, fast_await);
    scene_disk(scene, "sdb", "%util", UNIT_PERCENT, little);
    scene_cpu(scene, "cpu", "%idle", idle_cpu);
    scene_cpu(scene, "cpu", "%iowait", scene_zero);
    scene_host(scene, "si", UNIT_KIB_PER_S, scene_zero);
    scene_host(scene, "so", UNIT_KIB_PER_S, scene_zero);
}

static void disk(struct scene *scene, const char *name, scene_value *reads, scene_value *kilobytes, scene_value *await,
                 scene_value *util) {
    scene_disk(scene, name, "r/s", UNIT_PER_S, reads);
    scene_disk(scene, name, "rkB/s", UNIT_KIB_PER_S, kilobytes);
    scene_disk(scene, name, "r_await", UNIT_MS, await);
    scene_disk(scene, name, "w/s", UNIT_PER_S, scene_zero);
    scene_disk(scene, name, "wkB/s", UNIT_KIB_PER_S, scene_zero);
    scene_disk(scene, name, "w_await", UNIT_MS, scene_zero);
    scene_disk(scene, name, "%util", UNIT_PERCENT, util);
}

static void writes(struct scene *scene, const char *name, scene_value *rate, scene_value *kilobytes, scene_value *await,
                   scene_value *util) {
    scene_disk(scene, name, "r/s", UNIT_PER_S, scene_zero);
    scene_disk(scene, name, "rkB/s", UNIT_KIB_PER_S, scene_zero);
    scene_disk(scene, name, "r_await", UNIT_MS, scene_zero);
    scene_disk(scene, name, "w/s", UNIT_PER_S, rate);
    scene_disk(scene, name, "wkB/s", UNIT_KIB_PER_S, kilobytes);
    scene_disk(scene, name, "w_await", UNIT_MS, await);
    scene_disk(scene, name, "%util", UNIT_PERCENT, util);
}

static void expect(struct scene *scene, enum cause cause, const char *entity) {
    const struct diagnosis *d = scene_analyze(scene);
    if (d->verdict.cause != cause)
        for (size_t i = 0; i < d->ruled_out_count; i++)
            print_message("%s: %s\n", cause_id(d->ruled_out[i].cause), d->ruled_out[i].test);
    assert_string_equal(cause_id(d->verdict.cause), cause_id(cause));
    assert_string_equal(d->verdict.entity, entity);
    assert_true(d->verdict.confidence > 0 && d->verdict.confidence <= 1);
    double sum = 0;
    for (size_t i = 0; i < d->loss_count; i++) sum += d->losses[i].gpu_hours;
    assert_true(fabs(sum - d->lost_total) < 1e-9);
    for (size_t i = 1; i < d->phase_count; i++) assert_true(d->phases[i].start == d->phases[i - 1].end);
    assert_true(d->phases[0].start == d->start && d->phases[d->phase_count - 1].end == d->end);
    scene_free(scene);
}

// ── causes ──

static void test_a_slow_disk_that_feeds_the_job_is_named(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, starved_steadily);
    quiet_host(scene);
    disk(scene, "sda", job_reads, job_kilobytes, slow_await, util_in_job);
    expect(scene, CAUSE_STORAGE_READ, "sda");
}

static void test_all_cpus_busy(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, forty);
    quiet_host(scene);
    scene_cpu(scene, "cpu", "%idle", full_cpu);
    expect(scene, CAUSE_CPU_PREPROCESSING, "");
}

static void test_one_full_core_that_moves(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 1, forty);
    quiet_host(scene);
    static const char *const names[] = {"cpu0", "cpu1", "cpu2", "cpu3", "cpu4", "cpu5", "cpu6", "cpu7"};
    for (size_t i = 0; i < 8; i++) scene_cpu(scene, names[i], "%idle", one_full_core);
    expect(scene, CAUSE_CPU_PREPROCESSING, "");
}

static void test_write_bursts_that_stop_the_gpus(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, stops_in_bursts);
    quiet_host(scene);
    writes(scene, "sdc", burst_writes, burst_kilobytes, burst_await, burst_util);
    expect(scene, CAUSE_STORAGE_WRITE, "sdc");
}

static void test_swapping(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, forty);
    quiet_host(scene);
    scene_host(scene, "si", UNIT_KIB_PER_S, swapping);
    scene_host(scene, "so", UNIT_KIB_PER_S, swapping);
    expect(scene, CAUSE_HOST_MEMORY, "");
}

static void test_input_from_elsewhere(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, starved_steadily);
    quiet_host(scene);
    scene_cpu(scene, "cpu", "%idle", most_idle);
    scene_cpu(scene, "cpu", "%iowait", waiting_cpu);
    expect(scene, CAUSE_INPUT_ELSEWHERE, "");
}

static void clocks(struct scene *scene, int gpus, scene_value *clock, scene_value *heat) {
    for (int g = 0; g < gpus; g++) {
        scene_gpu(scene, g, "clocks.current.sm", UNIT_MHZ, SERIES_STATE, clock);
        scene_gpu(scene, g, "clocks.max.sm", UNIT_MHZ, SERIES_STATE, max_clock);
        scene_gpu(scene, g, "temperature.gpu", UNIT_CELSIUS, SERIES_STATE, heat);
    }
}

static void reasons(struct scene *scene, int gpus, scene_value *thermal, scene_value *cap) {
    for (int g = 0; g < gpus; g++) {
        scene_gpu(scene, g, "clocks_event_reasons.sw_thermal_slowdown", UNIT_BOOL, SERIES_STATE, thermal);
        scene_gpu(scene, g, "clocks_event_reasons.sw_power_cap", UNIT_BOOL, SERIES_STATE, cap);
    }
}

static void test_heat_cuts_the_clock(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 1, scene_busy);
    clocks(scene, 1, cut_clock, hot);
    reasons(scene, 1, bit_when_cut, scene_zero);
    expect(scene, CAUSE_GPU_THERMAL, "gpu0");
}

static void test_the_power_limit_cuts_the_clock(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, scene_busy);
    clocks(scene, 2, cut_clock, cool);
    reasons(scene, 2, scene_zero, bit_when_cut);
    expect(scene, CAUSE_GPU_POWER_CAP, "");
}

// Driven by the hardware, or by another GPU of a sync-boost group: neither is a setting, and what is behind it is not
// said.
static void test_a_slowdown_without_a_name_is_no_setting(void **state) {
    (void)state;
    static const char *const names[] = {"clocks_event_reasons.hw_slowdown", "clocks_event_reasons.sync_boost"};
    scene_value *const bits[] = {bit_when_cut, always};
    scene_value *const values[] = {cut_clock, locked_clock};
    for (size_t i = 0; i < 4; i++) {
        struct scene *scene = scene_new();
        scene_job(scene, 1, scene_busy);
        clocks(scene, 1, values[i / 2], cool);
        scene_gpu(scene, 0, names[i % 2], UNIT_BOOL, SERIES_STATE, bits[i / 2]);
        expect(scene, CAUSE_UNKNOWN, "");
    }
}

static void test_one_slow_gpu_of_four(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 4, scene_busy);
    clocks(scene, 4, third_is_slow, cool);
    expect(scene, CAUSE_GPU_STRAGGLER, "gpu2");
}

static void test_a_clock_locked_low(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 1, scene_busy);
    clocks(scene, 1, locked_clock, cool);
    reasons(scene, 1, scene_zero, scene_zero);
    expect(scene, CAUSE_GPU_CLOCK_HELD, "gpu0");
}

static void test_a_link_below_its_generation_under_load(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 1, forty);
    quiet_host(scene);
    scene_gpu(scene, 0, "pcie.link.gen.current", UNIT_NONE, SERIES_STATE, low_gen);
    scene_gpu(scene, 0, "pcie.link.gen.max", UNIT_NONE, SERIES_STATE, gen_four);
    expect(scene, CAUSE_PCIE_DEGRADED, "gpu0");
}

static double one_works_less(size_t row, int which) {
    return scene_in_job(row) && which == 1 ? 60 + scene_noise(row, which) : scene_busy(row, which);
}
static double one_link_low(size_t row, int which) { return which == 1 ? 1 + 0 * (double)row : 4; }

static void test_one_gpu_on_a_slow_link_holds_the_others_back(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 4, one_works_less);
    quiet_host(scene);
    for (int g = 0; g < 4; g++) {
        scene_gpu(scene, g, "clocks.current.sm", UNIT_MHZ, SERIES_STATE, free_clock);
        scene_gpu(scene, g, "pcie.link.gen.current", UNIT_NONE, SERIES_STATE, one_link_low);
        scene_gpu(scene, g, "pcie.link.gen.max", UNIT_NONE, SERIES_STATE, gen_four);
    }
    expect(scene, CAUSE_GPU_STRAGGLER, "gpu1");
}

static void test_the_kernels_out_of_memory_killer_ends_the_job(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, works_half_the_time);
    quiet_host(scene);
    scene_event(scene, 200, EVENT_OOM_KILL, "", "Out of memory: Killed process 4242 (python)", 4242);
    expect(scene, CAUSE_HOST_MEMORY, "");
}

static void test_gaps_that_recur(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, stops_in_bursts);
    quiet_host(scene);
    expect(scene, CAUSE_EPOCH_GAP, "");
}

static void test_an_xid_that_ends_the_job(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, works_half_the_time);
    quiet_host(scene);
    source_fact(scene->gpu_log, TEXT("gpu1"), "pci.bus_id", TEXT("00000000:07:00.0"), 3);
    scene_event(scene, 200, EVENT_XID, "0000:07:00", "NVRM: Xid (PCI:0000:07:00): 79, GPU has fallen off the bus.", 79);
    const struct diagnosis *d = scene_analyze(scene);
    assert_string_equal(cause_id(d->verdict.cause), cause_id(CAUSE_GPU_FAULT));
    assert_string_equal(d->verdict.entity, "gpu1");
    assert_int_equal(d->alert_count, 1);
    assert_string_equal(d->alerts[0].rule, "alert.xid");
    assert_int_equal(d->alerts[0].severity, SEVERITY_CRITICAL);
    scene_free(scene);
}

static void test_out_of_device_memory(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, works_half_the_time);
    quiet_host(scene);
    scene_event(scene, 200, EVENT_CUDA_OOM, "", "torch.OutOfMemoryError: CUDA out of memory.", NAN);
    expect(scene, CAUSE_GPU_MEMORY, "");
}

static void test_a_job_that_ended_early(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, works_half_the_time);
    for (int g = 0; g < 2; g++) scene_gpu(scene, g, "memory.used", UNIT_MIB, SERIES_STATE, memory_half_the_time);
    quiet_host(scene);
    expect(scene, CAUSE_JOB_IDLE, "");
}

// ── decoys ──

static void test_a_busy_nvme_under_busy_gpus_is_not_accused(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, scene_busy);
    quiet_host(scene);
    disk(scene, "nvme0n1", many_reads, job_kilobytes, fast_await, util_in_job);
    expect(scene, CAUSE_COMPUTE_BOUND, "");
}

static void test_a_disk_as_busy_without_the_job_is_not_trusted_as_its_cause(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, starved_steadily);
    quiet_host(scene);
    disk(scene, "sda", always_reads, always_kilobytes, always_slow, util_always);
    expect(scene, CAUSE_UNKNOWN, "");
}

// A request that the kernel never counted out keeps %util at 100 and aqu-sz at 12 while 3 reads/s take 1 ms each.
static void test_a_phantom_queue_is_not_accused(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, starved_steadily);
    quiet_host(scene);
    disk(scene, "vda", three_reads, three_kilobytes, one_millisecond, util_always);
    scene_disk(scene, "vda", "aqu-sz", UNIT_REQUESTS, twelve);
    const struct diagnosis *d = scene_analyze(scene);
    assert_null(scene_finding(d, CAUSE_STORAGE_READ));
    assert_true(d->verdict.cause != CAUSE_STORAGE_READ && d->verdict.cause != CAUSE_STORAGE_WRITE);
    assert_true(strcmp(d->verdict.entity, "vda") != 0);
    scene_free(scene);
}

static void test_hot_but_not_throttled(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, scene_busy);
    clocks(scene, 2, free_clock, hot);
    expect(scene, CAUSE_COMPUTE_BOUND, "");
}

static void test_a_link_that_rests_without_load_is_not_degraded(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 1, starved_steadily);
    quiet_host(scene);
    disk(scene, "sda", job_reads, job_kilobytes, slow_await, util_in_job);
    scene_gpu(scene, 0, "pcie.link.gen.current", UNIT_NONE, SERIES_STATE, gen_follows_load);
    scene_gpu(scene, 0, "pcie.link.gen.max", UNIT_NONE, SERIES_STATE, gen_four);
    expect(scene, CAUSE_STORAGE_READ, "sda");
}

static void test_old_reallocated_sectors_that_do_not_grow(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, scene_busy);
    quiet_host(scene);
    scene_smart(scene, "sdb", "Reallocated_Sector_Ct", 8, 8);
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->verdict.cause, CAUSE_COMPUTE_BOUND);
    const struct finding *finding = scene_finding(d, CAUSE_DISK_FAILING);
    assert_non_null(finding);
    assert_int_equal(finding->severity, SEVERITY_INFO);
    scene_free(scene);
}

static void test_reallocated_sectors_that_grow_are_critical(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, scene_busy);
    quiet_host(scene);
    scene_smart(scene, "sdb", "Reallocated_Sector_Ct", 8, 9);
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->verdict.cause, CAUSE_COMPUTE_BOUND);
    const struct finding *finding = scene_finding(d, CAUSE_DISK_FAILING);
    assert_non_null(finding);
    assert_int_equal(finding->severity, SEVERITY_CRITICAL);
    scene_free(scene);
}

static void test_without_a_disk_log_nobody_is_accused(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, starved_steadily);
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->verdict.cause, CAUSE_UNKNOWN);
    assert_true(scene_ruled_out(d, CAUSE_STORAGE_READ, RULED_OUT_NO_DATA));
    assert_true(scene_ruled_out(d, CAUSE_CPU_PREPROCESSING, RULED_OUT_NO_DATA));
    assert_true(d->verdict.settle[0] != '\0');
    scene_free(scene);
}

static void test_one_write_burst_among_many_gaps_is_a_coincidence(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, stops_in_bursts);
    quiet_host(scene);
    writes(scene, "sdc", one_burst_writes, one_burst_kilobytes, burst_await, one_burst_util);
    expect(scene, CAUSE_EPOCH_GAP, "");
}

static double stops_more_than_it_works(size_t row, int which) {
    return scene_in_job(row) && row % 24 < 14 ? 0 : scene_busy(row, which);
}

static void test_a_job_that_stands_still_most_of_the_time_has_no_pauses(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, stops_more_than_it_works);
    quiet_host(scene);
    expect(scene, CAUSE_UNKNOWN, "");
}

static void test_one_saturated_thread_is_not_excluded_by_the_mean_over_all_cpus(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, starved_steadily);
    quiet_host(scene);
    source_fact(scene->cpu_log, TEXT("cpu"), "cpus", TEXT("32"), 1);  // 8 % of them: two and a half
    expect(scene, CAUSE_UNKNOWN, "");
    scene = scene_new();
    scene_job(scene, 2, starved_steadily);
    quiet_host(scene);
    source_fact(scene->cpu_log, TEXT("cpu"), "cpus", TEXT("128"), 1);  // ten of them: a pool of workers
    expect(scene, CAUSE_INPUT_ELSEWHERE, "");
}

static void set_clock(struct source *source, double seconds) {
    for (size_t t = 0; t < source->table_count; t++)
        for (size_t i = 0; i < source->tables[t].row_count; i++) source->tables[t].time[i] += (millis)(seconds * 1000);
}

// The bursts come every four minutes: which of them stops the GPUs cannot be seen from their rhythm.
static void test_a_clock_that_nothing_proves_clears_no_disk(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, stops_in_bursts);
    quiet_host(scene);
    writes(scene, "sdc", burst_writes, burst_kilobytes, burst_await, burst_util);
    set_clock(scene->disk_log, 97);
    set_clock(scene->cpu_log, 97);
    expect(scene, CAUSE_UNKNOWN, "");
}

static double slows_down(size_t row, int which) {
    return scene_in_job(row) ? 96 - (double)row / 14 + scene_noise(row, which) : 0;
}
static double creeps_up(size_t row, int which) { return (double)row / 18 + 0.3 * scene_noise(row, which + 7); }

static double own_await(size_t row, int which) { return 0.12 + 0.02 * scene_noise(row, which + 3); }

static void test_a_shared_trend_accuses_nobody(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, slows_down);
    quiet_host(scene);
    disk(scene, "sda", creeps_up, creeps_up, own_await, creeps_up);
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_not_equal(d->verdict.cause, CAUSE_STORAGE_READ);
    assert_int_not_equal(d->verdict.cause, CAUSE_STORAGE_WRITE);
    for (size_t i = 0; i < d->correlation_count; i++)
        if (strcmp(d->correlations[i].b_entity, "sda") == 0 && d->correlations[i].significant)
            fail_msg("%s: spearman %.2f, n_eff %.0f, p %g", d->correlations[i].b_quantity, d->correlations[i].spearman,
                     d->correlations[i].n_effective, d->correlations[i].p);
    scene_free(scene);
}

static void test_write_bursts_under_busy_gpus_are_not_accused(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 2, scene_busy);
    quiet_host(scene);
    writes(scene, "sdc", burst_writes, burst_kilobytes, burst_await, burst_util);
    expect(scene, CAUSE_COMPUTE_BOUND, "");
}

// ── step times ──

static bool slow_half(size_t row) { return row > 360; }
static double steps_slow_down(size_t row, int which) {
    return (slow_half(row) ? 0.8 : 0.4) + 0.01 * scene_noise(row, which);
}
static double power_drops(size_t row, int which) {
    if (!scene_in_job(row)) return 50;
    return (slow_half(row) ? 150 : 300) + 3 * scene_noise(row, which);
}

static void steps(struct scene *scene, scene_value *value) {
    scene_event(scene, 0, EVENT_EPOCH, "", "epoch 0", 0);  // opens the training log
    struct table *table = source_table(scene->train_log, TEXT("job"), ENTITY_JOB);
    for (size_t i = SCENE_JOB_ROW; i < SCENE_ROWS; i++) {
        size_t row = table_row(table, scene->gpu_log->tables[0].time[i], SCENE_STEP, (uint32_t)i);
        table_set(table, row, table_column(scene->train_log, table, "step_time", UNIT_SECONDS, SERIES_AVERAGE),
                  value(i, 0));
    }
}

static void test_gpus_that_spin_at_low_power_while_steps_slow_down(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 4, scene_busy);
    for (int g = 0; g < 4; g++) scene_gpu(scene, g, "power.draw", UNIT_WATT, SERIES_WINDOW, power_drops);
    quiet_host(scene);
    steps(scene, steps_slow_down);
    expect(scene, CAUSE_COMMUNICATION_BOUND, "");
}

static void test_slow_steps_alone_name_nobody(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 1, scene_busy);
    quiet_host(scene);
    steps(scene, steps_slow_down);
    expect(scene, CAUSE_UNKNOWN, "");
}

// ── trends ──

static double remap_pending(size_t row, int which) { return row > 300 ? 1 + 0 * which : 0; }
static double corrected(size_t row, int which) { return 3 + (row > 300) * 5 + 0 * which; }

static void test_rows_that_wait_for_a_reset_are_told(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_job(scene, 1, scene_busy);
    scene_gpu(scene, 0, "remapped_rows.pending", UNIT_NONE, SERIES_COUNTER, remap_pending);
    scene_gpu(scene, 0, "ecc.errors.corrected.volatile.total", UNIT_NONE, SERIES_COUNTER, corrected);
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->verdict.cause, CAUSE_COMPUTE_BOUND);
    assert_int_equal(d->finding_count, 2);
    assert_int_equal(d->findings[0].severity, SEVERITY_WARNING);
    assert_int_equal(d->findings[1].severity, SEVERITY_INFO);
    assert_int_equal(d->alert_count, 0);
    scene_free(scene);
}

// ── little or nothing ──

static void test_an_empty_recording(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->verdict.cause, CAUSE_UNKNOWN);
    assert_int_equal(d->bin_count, 0);
    scene_free(scene);
}

static void test_a_gpu_log_without_any_value(void **state) {
    (void)state;
    struct scene *scene = scene_new();
    scene_gpu(scene, 0, "utilization.gpu", UNIT_PERCENT, SERIES_WINDOW, scene_zero);
    struct column *column = &scene->gpu_log->tables[0].columns[0];
    for (size_t i = 0; i < SCENE_ROWS; i++) column->values[i] = NAN;
    const struct diagnosis *d = scene_analyze(scene);
    assert_int_equal(d->verdict.cause, CAUSE_UNKNOWN);
    scene_free(scene);
}

int main(void) {
    stats_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slow_disk_that_feeds_the_job_is_named),
        cmocka_unit_test(test_all_cpus_busy),
        cmocka_unit_test(test_one_full_core_that_moves),
        cmocka_unit_test(test_write_bursts_that_stop_the_gpus),
        cmocka_unit_test(test_swapping),
        cmocka_unit_test(test_input_from_elsewhere),
        cmocka_unit_test(test_heat_cuts_the_clock),
        cmocka_unit_test(test_the_power_limit_cuts_the_clock),
        cmocka_unit_test(test_a_slowdown_without_a_name_is_no_setting),
        cmocka_unit_test(test_one_slow_gpu_of_four),
        cmocka_unit_test(test_a_clock_locked_low),
        cmocka_unit_test(test_a_link_below_its_generation_under_load),
        cmocka_unit_test(test_one_gpu_on_a_slow_link_holds_the_others_back),
        cmocka_unit_test(test_the_kernels_out_of_memory_killer_ends_the_job),
        cmocka_unit_test(test_gaps_that_recur),
        cmocka_unit_test(test_an_xid_that_ends_the_job),
        cmocka_unit_test(test_out_of_device_memory),
        cmocka_unit_test(test_a_job_that_ended_early),
        cmocka_unit_test(test_a_busy_nvme_under_busy_gpus_is_not_accused),
        cmocka_unit_test(test_a_disk_as_busy_without_the_job_is_not_trusted_as_its_cause),
        cmocka_unit_test(test_a_phantom_queue_is_not_accused),
        cmocka_unit_test(test_hot_but_not_throttled),
        cmocka_unit_test(test_a_link_that_rests_without_load_is_not_degraded),
        cmocka_unit_test(test_old_reallocated_sectors_that_do_not_grow),
        cmocka_unit_test(test_reallocated_sectors_that_grow_are_critical),
        cmocka_unit_test(test_without_a_disk_log_nobody_is_accused),
        cmocka_unit_test(test_one_write_burst_among_many_gaps_is_a_coincidence),
        cmocka_unit_test(test_a_job_that_stands_still_most_of_the_time_has_no_pauses),
        cmocka_unit_test(test_one_saturated_thread_is_not_excluded_by_the_mean_over_all_cpus),
        cmocka_unit_test(test_a_clock_that_nothing_proves_clears_no_disk),
        cmocka_unit_test(test_a_shared_trend_accuses_nobody),
        cmocka_unit_test(test_write_bursts_under_busy_gpus_are_not_accused),
        cmocka_unit_test(test_gpus_that_spin_at_low_power_while_steps_slow_down),
        cmocka_unit_test(test_slow_steps_alone_name_nobody),
        cmocka_unit_test(test_rows_that_wait_for_a_reset_are_told),
        cmocka_unit_test(test_an_empty_recording),
        cmocka_unit_test(test_a_gpu_log_without_any_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

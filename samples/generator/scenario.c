// scenario.c: a healthy run drawn at random, and every way in which it goes wrong.
#include "samples/generator/scenario.h"

#include <math.h>
#include <string.h>

double plan_demand(const struct plan *plan) { return plan->gpu_count * plan->batch / (plan->compute_s + plan->comm_s); }

// ── a healthy run ───────────────────────────────────────────────────────────

static void draw_machine(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    static const int counts[] = {1, 1, 2, 4, 4, 8}, cores[] = {16, 24, 32, 48, 64};
    plan->gpu_count = counts[noise_integer(noise, 0, 5)];
    plan->board = &boards[noise_integer(noise, 0, board_count - 1)];
    plan->cores = cores[noise_integer(noise, 0, 4)];
    if (plan->cores < 8 * plan->gpu_count) plan->cores = 8 * plan->gpu_count;
    plan->memory_gib = plan->cores * 4;
    bool nvme = noise_chance(noise, 0.6);
    disk_describe(&story->disks[0], nvme ? "nvme0n1" : "sdb", nvme ? DISK_NVME : DISK_SATA_SSD);
    disk_describe(&story->disks[1], "sda", noise_chance(noise, 0.5) ? DISK_SATA_SSD : DISK_HDD);
    plan->disk_count = 2;
    plan->data_disk = 0;
    plan->system_disk = plan->checkpoint_disk = plan->foreign_disk = 1;
}

static void draw_job(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->compute_s = noise_between(noise, 0.16, 0.55);
    plan->comm_s = plan->gpu_count > 1 ? plan->compute_s * noise_between(noise, 0.03, 0.08) : 0.004;
    plan->intensity = noise_between(noise, 0.62, 0.86);
    plan->memory_share = noise_between(noise, 0.55, 0.92);
    plan->memory_utilization = noise_between(noise, 25, 60);
    plan->transfer_mib = noise_between(noise, 20, 90);
    plan->jitter = noise_between(noise, 0.01, 0.04);
    plan->spin_activity = noise_between(noise, 0.35, 0.5);
    plan->batch = 16 * noise_integer(noise, 2, 10);
    plan->sample_kib = noise_between(noise, 60, 160);
    plan->read_kib = plan->sample_kib;
    plan->readahead = 1;
    plan->prefetch = noise_integer(noise, 2, 6);
    // Workers for about twice what the GPUs take.
    plan->workers = noise_integer(noise, plan->cores / 4, plan->cores / 2);
    plan->decode_ms = 1000 * plan->workers / (plan_demand(plan) * noise_between(noise, 1.7, 2.6));
    double most = story->disks[0].class == DISK_NVME ? 900 : 190;  // MiB/s that a healthy job asks of the disk
    plan->sample_kib = plan->read_kib = fmin(plan->sample_kib, most * 1024 / plan_demand(plan));
    plan->dataset_gib = noise_between(noise, 60, 900);
    plan->cache_gib = plan->memory_gib * 0.5;
    plan->smart_growth = 0;
}

static void draw_run(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->seconds = 60 * noise_integer(noise, 20, 50);
    plan->job_from = noise_between(noise, 12, 40);
    plan->load_seconds = noise_between(noise, 8, 25);
    plan->job_to = plan->seconds - noise_between(noise, 0, 20);
    plan->start = 1704067200 + (int64_t)noise_integer(noise, 0, 700) * 86400 + noise_integer(noise, 0, 86399);
}

static void draw_capture(struct story *story, struct noise *noise) {
    static const struct {
        int minutes;
        const char *word, *name;
    } zones[] = {
        {0, "UTC", "Etc/UTC"}, {480, "CST", "Asia/Shanghai"}, {330, "IST", "Asia/Kolkata"}, {0, "UTC", "Etc/UTC"}};
    static const char *const gpu_names[] = {"gpu.csv", "gpu.log", "nvidia-smi.csv", "smi.txt"}, *const io_names[] = {
                                                                                                    "iostat.log",
                                                                                                    "io.txt",
                                                                                                    "disk.log",
                                                                                                    "iostat-x.log"};
    static const double gpu_periods[] = {1, 1, 2, 5}, io_periods[] = {1, 2, 5, 10};
    struct capture *capture = &story->capture;
    int zone = noise_integer(noise, 0, 3);
    capture->zone_minutes = capture->gpu_zone_minutes = zones[zone].minutes;
    capture->zone_word = zones[zone].word;
    capture->zone_name = zones[zone].name;
    capture->gpu_file = gpu_names[noise_integer(noise, 0, 3)];
    capture->fields = (enum field_set)noise_integer(noise, FIELDS_SMALL, FIELDS_FULL);
    capture->header = true;
    capture->units = noise_chance(noise, 0.7);
    capture->old_names = noise_chance(noise, 0.5);
    capture->gpu_period = gpu_periods[noise_integer(noise, 0, 3)];
    capture->iostat_file = io_names[noise_integer(noise, 0, 3)];
    capture->layout = "BCDE"[noise_integer(noise, 0, 3)];
    capture->stamps = (enum stamp_style)noise_integer(noise, STAMP_C, STAMP_ISO);
    capture->iostat_period = io_periods[noise_integer(noise, 0, 3)];
    capture->timed = true;
    capture->host_period = capture->iostat_period;
    capture->vmstat_file = noise_chance(noise, 0.4) ? "vmstat.log" : NULL;
    capture->mpstat_file = noise_chance(noise, 0.3) ? "mpstat.log" : NULL;
    capture->train_file = noise_chance(noise, 0.5) ? "train.log" : NULL;
    capture->train_style = (enum train_style)noise_integer(noise, TRAIN_PLAIN, TRAIN_IMAGENET);
    capture->train_every = 10 * noise_integer(noise, 1, 5);
    capture->smart = SMART_NONE;
    capture->smart_snapshots = 2;
}

static void accept(struct story *story, enum truth primary, const char *also) {
    story->primary = primary;
    story->accepted[0] = primary == TRUTH_NONE ? "compute-bound" : truth_names[primary];
    story->accepted[1] = also;
}

static void whole_run(const struct story *story, struct spell *spell) {
    *spell = (struct spell){0, story->plan.seconds + 1};
}

// A loader that gives this share of what the GPUs could use.
static double target(const struct story *story, struct noise *noise, double low, double high) {
    return plan_demand(&story->plan) * noise_between(noise, low, high);
}

// ── the stories ─────────────────────────────────────────────────────────────

static void tell_healthy(struct story *story, struct noise *noise) {
    accept(story, TRUTH_NONE, NULL);
    if (noise_chance(noise, 0.5)) {
        story->plan.validation_steps = noise_integer(noise, 10, 30);
        story->plan.epoch_steps = (long long)(noise_between(noise, 200, 500) / story->plan.compute_s);
    }
    story->forbidden[0] = (struct wanted_finding){"storage-read", NULL, "warning"};
}

static void make_sick(struct story *story, struct noise *noise, double low, double high) {
    struct plan *plan = &story->plan;
    struct disk *disk = &story->disks[0];
    disk_describe(disk, "sdb", DISK_SATA_SSD);
    double requests = plan->sample_kib / plan->read_kib, rate = target(story, noise, low, high) * requests;
    double transfer = plan->read_kib / 1024 / disk->read_mib_s * 1000;
    plan->sick_ms = fmax(0.3, 1000 / rate - disk->read_ms - transfer);
    whole_run(story, &plan->sick_disk);
}

static void blame_disk(struct story *story) { story->entities[0] = story->disks[story->plan.data_disk].name; }

static void tell_article(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->gpu_count = noise_integer(noise, 1, 2);
    plan->board = &boards[noise_integer(noise, 0, 1) ? 0 : 4];
    plan->cores = 32;
    plan->workers = noise_integer(noise, 10, 14);
    plan->batch = 64;
    plan->compute_s = noise_between(noise, 0.09, 0.13) * plan->gpu_count;
    plan->sample_kib = plan->read_kib = noise_between(noise, 100, 130);
    plan->decode_ms = 5;
    plan->comm_s = 0.003;
    make_sick(story, noise, 0.17, 0.24);
    snprintf(story->disks[0].name, sizeof story->disks[0].name, "sda");
    disk_describe(&story->disks[1], "nvme0n1", DISK_NVME);
    accept(story, TRUTH_STORAGE_READ, NULL);
    blame_disk(story);
    plan->reallocated = noise_integer(noise, 305, 360);
    plan->smart_growth = 9;
    plan->pending = 16;
    plan->uncorrectable = 3;
    story->capture.fields = FIELDS_ARTICLE;
    if (plan->gpu_count > 1) story->capture.fields = FIELDS_SMALL;
    story->capture.gpu_period = 1;
    story->capture.gpu_file = "gpu.log";
    story->capture.iostat_file = "disk.log";
    story->capture.snapshot_loop = true;
    story->capture.layout = 'C';
    story->capture.iostat_period = 60;
    story->capture.stamps = STAMP_EN_US;
    story->capture.smart = SMART_GREP;
    story->capture.smart_snapshots = 6;
    story->capture.vmstat_file = story->capture.mpstat_file = story->capture.train_file = NULL;
    story->required[0] = (struct wanted_finding){"disk-failing", "sda", "warning"};
}

static void tell_sata_slow(struct story *story, struct noise *noise) {
    make_sick(story, noise, 0.25, 0.7);
    accept(story, TRUTH_STORAGE_READ, NULL);
    blame_disk(story);
}

static void tell_hdd(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    disk_describe(&story->disks[0], "sdc", DISK_HDD);
    double service = story->disks[0].read_ms + plan->read_kib / 1024 / story->disks[0].read_mib_s * 1000;
    double rate = 1000 / service, share = noise_between(noise, 0.2, 0.65);
    // A job that this disk can feed for that share.
    plan->batch = (int)fmax(4, rate / share * (plan->compute_s + plan->comm_s) / plan->gpu_count);
    plan->decode_ms = 1000 * plan->workers / (plan_demand(plan) * 2.2);
    accept(story, TRUTH_STORAGE_READ, NULL);
    blame_disk(story);
}

static void tell_nvme_small(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    disk_describe(&story->disks[0], "nvme0n1", DISK_NVME);
    plan->read_kib = noise_between(noise, 4, 12);
    plan->workers = noise_integer(noise, 2, 4);
    double rate = target(story, noise, 0.25, 0.65);
    double sample_ms = 1000 * plan->workers / rate;  // of one worker
    plan->decode_ms = sample_ms * 0.15;
    plan->sample_kib = plan->read_kib * sample_ms * 0.85 / 0.098;
    plan->dataset_gib = 900;
    accept(story, TRUTH_STORAGE_READ, NULL);
    blame_disk(story);
}

static void need_cpu_logs(struct story *story, struct noise *noise) {
    if (noise_chance(noise, 0.6)) story->capture.mpstat_file = "mpstat.log";
}

static void tell_cpu_one(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->workers = 1;
    plan->decode_ms = 1000 / target(story, noise, 0.25, 0.65);
    plan->sample_kib = plan->read_kib = fmin(plan->sample_kib, 40);
    story->capture.mpstat_file = "mpstat.log";
    accept(story, TRUTH_CPU, NULL);
}

static void tell_cpu_all(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->cores = noise_integer(noise, 3, 6) * 4;
    plan->gpu_count = noise_integer(noise, 1, 2);
    plan->workers = plan->cores;
    plan->decode_ms = 1000 * (plan->cores - 0.5 * plan->gpu_count) / target(story, noise, 0.3, 0.7);
    need_cpu_logs(story, noise);
    accept(story, TRUTH_CPU, NULL);
}

static void tell_cpu_foreign(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->gpu_count = noise_integer(noise, 1, 2);
    plan->workers = plan->cores / 2;
    plan->decode_ms = 1000 * plan->workers / (plan_demand(plan) * 1.6);
    plan->foreign_cores = plan->cores - plan->workers * 0.2 - 1;
    plan->foreign_cpu = (struct spell){plan->seconds * noise_between(noise, 0.1, 0.3), plan->seconds + 1};
    need_cpu_logs(story, noise);
    accept(story, TRUTH_CPU, NULL);
}

static void tell_checkpoint(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    enum disk_class class = (enum disk_class)noise_integer(noise, DISK_HDD, DISK_SATA_SSD);
    disk_describe(&story->disks[1], class == DISK_HDD ? "sdd" : "sda", class);
    double pause = noise_between(noise, 25, 80), share = noise_between(noise, 0.2, 0.45);
    plan->checkpoint_gib = pause * story->disks[1].write_mib_s / 1024;
    plan->checkpoint_steps = (long long)fmax(10, pause * (1 - share) / share / (plan->compute_s + plan->comm_s));
    story->capture.iostat_period = fmin(story->capture.iostat_period, 5);
    story->periodic = true;
    accept(story, TRUTH_STORAGE_WRITE, NULL);
    story->entities[0] = story->disks[1].name;
}

static void tell_nfs(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->network_source = true;
    plan->network_samples = target(story, noise, 0.25, 0.65);
    plan->network_sigma = noise_between(noise, 0.15, 0.4);
    disk_describe(&story->disks[0], "sdb", DISK_SATA_SSD);
    story->capture.vmstat_file = "vmstat.log";
    accept(story, TRUTH_ELSEWHERE, NULL);
}

static void tell_swap(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->swapping = (struct spell){plan->seconds * noise_between(noise, 0.1, 0.4), plan->seconds + 1};
    story->capture.vmstat_file = "vmstat.log";
    accept(story, TRUTH_HOST_MEMORY, NULL);
}

static void need_clocks(struct story *story, struct noise *noise) {
    story->capture.fields = (enum field_set)noise_integer(noise, FIELDS_CLOCKS, FIELDS_FULL);
}

static void tell_thermal(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->hot = (struct spell){plan->seconds * noise_between(noise, 0.15, 0.4), plan->seconds + 1};
    plan->hot_factor = noise_between(noise, 2.8, 4.2);
    need_clocks(story, noise);
    accept(story, TRUTH_THERMAL, NULL);
}

static void tell_power_cap(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    double full = (plan->board->power_limit * 1.12 - plan->board->power_idle) * plan->intensity;
    story->gpu_limit = floor(plan->board->power_idle + full * pow(noise_between(noise, 0.55, 0.78), 2.4));
    story->capture.fields = noise_chance(noise, 0.5) ? FIELDS_MASK : FIELDS_FULL;
    accept(story, TRUTH_POWER_CAP, NULL);
}

static void tell_clock_held(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    double held = 15 * floor(plan->board->sm_boost * noise_between(noise, 0.35, 0.7) / 15);
    for (int i = 0; i < GPUS_MOST; i++) story->gpu_held[i] = held;
    need_clocks(story, noise);
    accept(story, TRUTH_CLOCK_HELD, NULL);
}

static void tell_pcie(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    static const int widths[] = {4, 2, 1};
    bool narrow = noise_chance(noise, 0.5) || plan->board->pcie_gen == 3;
    story->gpu_gen = narrow ? plan->board->pcie_gen : 1;
    story->gpu_width = narrow ? widths[noise_integer(noise, 0, 2)] : 16;
    double factor = pow(2, plan->board->pcie_gen - story->gpu_gen) * 16 / story->gpu_width;
    double healthy = 985.0 * pow(2, plan->board->pcie_gen - 3) * 16 * 0.8;
    plan->transfer_mib = plan->compute_s * noise_between(noise, 0.5, 1.3) / factor * healthy;
    story->capture.fields = noise_chance(noise, 0.5) ? FIELDS_MASK : FIELDS_FULL;
    accept(story, TRUTH_PCIE, NULL);
}

static void tell_straggler(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    static const char *const names[] = {"gpu0", "gpu1", "gpu2", "gpu3", "gpu4", "gpu5", "gpu6", "gpu7"};
    static const int counts[] = {2, 4, 4, 8};
    plan->gpu_count = counts[noise_integer(noise, 0, 3)];
    if (plan->cores < 8 * plan->gpu_count) plan->cores = 8 * plan->gpu_count;
    int slow = noise_integer(noise, 0, plan->gpu_count - 1);
    story->gpu_held[slow] = 15 * floor(plan->board->sm_boost * noise_between(noise, 0.45, 0.72) / 15);
    plan->workers = plan->cores / 2;
    plan->decode_ms = 1000 * plan->workers / (plan_demand(plan) * 2.2);
    plan->sample_kib = plan->read_kib = fmin(plan->sample_kib, 190 * 1024 / plan_demand(plan));
    need_clocks(story, noise);
    accept(story, TRUTH_STRAGGLER, NULL);
    story->entities[0] = names[slow];
}

static void tell_communication(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    if (plan->gpu_count == 1) plan->gpu_count = 4;
    if (plan->cores < 8 * plan->gpu_count) plan->cores = 8 * plan->gpu_count;
    plan->comm_excess_s = plan->compute_s * noise_between(noise, 0.6, 1.5);
    plan->spin_activity = noise_between(noise, 0.25, 0.38);
    plan->workers = plan->cores / 2;
    plan->decode_ms = 1000 * plan->workers / (plan_demand(plan) * 2.2);
    plan->sample_kib = plan->read_kib = fmin(plan->sample_kib, 190 * 1024 / plan_demand(plan));
    story->capture.train_file = "train.log";
    accept(story, TRUTH_COMMUNICATION, "compute-bound");
    story->accepted[2] = "unknown";
    story->unprovable = true;
    story->hours_count = false;
}

static void tell_xid(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    static const char *const names[] = {"gpu0", "gpu1", "gpu2", "gpu3", "gpu4", "gpu5", "gpu6", "gpu7"};
    plan->xid_at = plan->seconds * noise_between(noise, 0.35, 0.75);
    plan->xid = noise_chance(noise, 0.6) ? 79 : 48;
    plan->fault_gpu = noise_integer(noise, 0, plan->gpu_count - 1);
    story->capture.fields = FIELDS_FULL;
    story->capture.dmesg_file = "dmesg.txt";
    accept(story, TRUTH_FAULT, NULL);
    story->entities[0] = names[plan->fault_gpu];
    story->hours_count = false;
    story->required[0] = (struct wanted_finding){"gpu-fault", names[plan->fault_gpu], "critical"};
}

static void tell_oom(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->oom_at = plan->seconds * noise_between(noise, 0.35, 0.75);
    story->capture.train_file = "train.log";
    accept(story, TRUTH_GPU_MEMORY, NULL);
    story->hours_count = false;
    story->required[0] = (struct wanted_finding){"gpu-memory", NULL, "warning"};
}

static void tell_epoch_gap(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    double gap = noise_between(noise, 20, 60), share = noise_between(noise, 0.2, 0.4);
    plan->epoch_gap_s = gap;
    plan->epoch_steps = (long long)(gap * (1 - share) / share / (plan->compute_s + plan->comm_s));
    plan->sample_kib = plan->read_kib = fmin(plan->sample_kib, 60);
    accept(story, TRUTH_EPOCH_GAP, "input-elsewhere");
    story->periodic = true;
}

static void tell_idle(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->job_from = plan->seconds * noise_between(noise, 0.75, 0.9);
    accept(story, TRUTH_IDLE, NULL);
}

static void tell_ended_early(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    plan->job_to = plan->seconds * noise_between(noise, 0.25, 0.45);
    accept(story, TRUTH_NONE, "job-idle");
}

static void tell_disk_failing(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    (void)noise;
    disk_describe(&story->disks[1], "sda", DISK_HDD);
    plan->reallocated = noise_integer(noise, 700, 1800);
    plan->smart_growth = noise_between(noise, 30, 90);
    plan->pending = noise_integer(noise, 24, 90);
    plan->uncorrectable = noise_integer(noise, 12, 40);
    plan->smart_failed = noise_chance(noise, 0.4);
    story->capture.smart = SMART_X;
    story->capture.smart_snapshots = 3;
    story->capture.smart_disk = 1;
    story->capture.smart_file = "smart.log";
    accept(story, TRUTH_NONE, NULL);
    story->required[0] = (struct wanted_finding){"disk-failing", "sda", "warning"};
    story->forbidden[0] = (struct wanted_finding){"storage-read", NULL, "warning"};
}

static void decoy(struct story *story) {
    story->decoy = true;
    accept(story, TRUTH_NONE, NULL);
}

static void tell_decoy_busy_nvme(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    disk_describe(&story->disks[0], "nvme0n1", DISK_NVME);
    plan->readahead = noise_integer(noise, 4, 8);
    plan->read_kib = 16;
    plan->sample_kib = fmin(600, 1400 * 1024 / plan_demand(plan));
    plan->workers = plan->cores / 2;
    plan->decode_ms = 500 * plan->workers / (plan_demand(plan) * 2.0);
    decoy(story);
}

static void tell_decoy_other_disk(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    disk_describe(&story->disks[1], "sdb", DISK_HDD);
    disk_describe(&story->disks[0], "nvme0n1", DISK_NVME);
    plan->foreign_disk = 1;
    plan->foreign_rate = 400;
    plan->foreign_kib = 64;
    double from = plan->seconds * noise_between(noise, 0.1, 0.5);
    plan->foreign_read = (struct spell){from, from + plan->seconds * 0.4};
    decoy(story);
}

static void tell_decoy_hot(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    // As hot as it may get without a word from the driver.
    double full =
        (plan->board->power_limit * 1.12 - plan->board->power_idle) * plan->intensity + plan->board->power_idle;
    plan->hot = (struct spell){0, plan->seconds + 1};
    plan->hot_factor = (plan->board->slowdown_temperature - 5 - 29) /
                       (40.0 / plan->board->power_limit * fmin(full, plan->board->power_limit));
    plan->hot_factor = fmax(1, plan->hot_factor * 0.93);
    need_clocks(story, noise);
    decoy(story);
    story->forbidden[0] = (struct wanted_finding){"gpu-thermal", NULL, "warning"};
}

static void tell_decoy_idle_link(struct story *story, struct noise *noise) {
    story->plan.job_from = story->plan.seconds * noise_between(noise, 0.15, 0.25);
    story->plan.job_to = story->plan.seconds * 0.85;
    story->capture.fields = FIELDS_FULL;
    decoy(story);
    story->forbidden[0] = (struct wanted_finding){"pcie-degraded", NULL, "warning"};
}

static void tell_decoy_old_sectors(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    disk_describe(&story->disks[0], "sdb", DISK_SATA_SSD);
    plan->reallocated = noise_integer(noise, 6, 24);
    plan->sample_kib = plan->read_kib = fmin(plan->sample_kib, 150 * 1024 / plan_demand(plan));
    story->capture.smart = SMART_A;
    story->capture.smart_snapshots = 3;
    story->capture.smart_disk = 0;
    story->capture.smart_file = "smartctl.txt";
    decoy(story);
    story->forbidden[0] = (struct wanted_finding){"disk-failing", NULL, "critical"};
}

static void tell_decoy_gpu_log_only(struct story *story, struct noise *noise) {
    tell_sata_slow(story, noise);
    story->capture.iostat_file = story->capture.vmstat_file = story->capture.mpstat_file = story->capture.train_file =
        NULL;
    accept(story, TRUTH_STORAGE_READ, NULL);
    story->accepted[0] = "unknown";
    story->accepted[1] = "input-elsewhere";
    story->accepted[1] = NULL;
    story->entities[0] = NULL;
    story->decoy = true;
}

static void tell_decoy_boot_average(struct story *story, struct noise *noise) {
    disk_describe(&story->disks[0], "nvme0n1", DISK_NVME);
    disk_describe(&story->disks[1], "sda", DISK_HDD);
    story->disks[1].foreign_writes = -1;  // the mark of a disk with a wild past; see generate.c
    story->capture.snapshot_loop = noise_chance(noise, 0.5);
    if (story->capture.snapshot_loop) {
        story->capture.layout = 'C';
        story->capture.stamps = STAMP_EN_US;
        story->capture.iostat_period = 60;
    }
    decoy(story);
}

static void tell_decoy_async_checkpoints(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    disk_describe(&story->disks[1], "sdb", DISK_SATA_SSD);
    plan->checkpoint_async = true;
    plan->checkpoint_gib = noise_between(noise, 8, 25);
    plan->checkpoint_steps = (long long)(noise_between(noise, 120, 300) / plan->compute_s);
    decoy(story);
    story->forbidden[0] = (struct wanted_finding){"storage-write", NULL, "warning"};
}

static void tell_decoy_coincidence(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    disk_describe(&story->disks[1], "sdb", DISK_HDD);
    disk_describe(&story->disks[0], "nvme0n1", DISK_NVME);
    double at = plan->seconds * noise_between(noise, 0.3, 0.7);
    plan->stall = (struct spell){at, at + 45};
    plan->foreign_read = (struct spell){at - 4, at + 30};
    plan->foreign_rate = 500;
    plan->foreign_kib = 32;
    decoy(story);
    story->accepted[1] = "unknown";
}

static void tell_mixed_read_thermal(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    make_sick(story, noise, 0.3, 0.55);
    double turn = plan->seconds * noise_between(noise, 0.42, 0.55);
    plan->sick_disk.to = turn;
    plan->hot = (struct spell){turn + 20, plan->seconds + 1};
    plan->hot_factor = noise_between(noise, 3.2, 4.4);
    plan->sample_kib = plan->read_kib = fmin(plan->sample_kib, 150 * 1024 / plan_demand(plan));
    need_clocks(story, noise);
    accept(story, TRUTH_STORAGE_READ, "gpu-thermal");
}

static void tell_mixed_idle_read(struct story *story, struct noise *noise) {
    story->plan.job_from = story->plan.seconds * noise_between(noise, 0.3, 0.45);
    make_sick(story, noise, 0.25, 0.5);
    accept(story, TRUTH_STORAGE_READ, NULL);
    blame_disk(story);
}

static void tell_mixed_cpu_checkpoint(struct story *story, struct noise *noise) {
    tell_cpu_all(story, noise);
    struct plan *plan = &story->plan;
    disk_describe(&story->disks[1], "sda", DISK_SATA_SSD);
    double pause = noise_between(noise, 15, 30);
    plan->checkpoint_gib = pause * story->disks[1].write_mib_s / 1024;
    plan->checkpoint_steps = (long long)fmax(10, 70 / (plan->compute_s / 0.5));
    story->accepted[1] = "storage-write";
    story->entities[0] = NULL;
}

static void tell_clock_zone(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    tell_mixed_idle_read(story, noise);
    plan->checkpoint_gib = 8;
    plan->checkpoint_steps = 150;
    story->capture.gpu_zone_minutes = 0;
    story->capture.zone_minutes = noise_chance(noise, 0.5) ? 480 : 330;
    story->capture.zone_word = story->capture.zone_minutes == 480 ? "CST" : "IST";
    story->capture.zone_name = story->capture.zone_minutes == 480 ? "Asia/Shanghai" : "Asia/Kolkata";
    if (story->capture.stamps == STAMP_ISO) story->capture.stamps = STAMP_C;
    story->capture.vmstat_file = story->capture.mpstat_file = story->capture.train_file = NULL;
    story->clock_fault = "the GPU log was written in a container on UTC, the others on the host";
}

static void tell_clock_skew(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    tell_mixed_idle_read(story, noise);
    plan->checkpoint_gib = 8;
    plan->checkpoint_steps = 150;
    story->capture.iostat_skew = noise_between(noise, 25, 60) * (noise_chance(noise, 0.5) ? 1 : -1);
    story->capture.gpu_period = 1;
    story->capture.iostat_period = fmin(2, story->capture.iostat_period);
    if (story->capture.stamps == STAMP_ISO) story->capture.stamps = STAMP_C;
    story->capture.vmstat_file = story->capture.mpstat_file = story->capture.train_file = NULL;
    story->clock_fault = "the disk log's clock is wrong by some seconds";
}

static void tell_clock_untimed(struct story *story, struct noise *noise) {
    tell_mixed_idle_read(story, noise);
    story->capture.timed = false;
    story->capture.vmstat_file = story->capture.mpstat_file = story->capture.train_file = NULL;
    story->clock_fault = "iostat was run without -t";
    story->accepted[1] = "unknown";
}

// Nothing but checkpoints at an even pace: any shift by a whole period looks as good as the true one.
static void tell_clock_alias(struct story *story, struct noise *noise) {
    tell_checkpoint(story, noise);
    struct plan *plan = &story->plan;
    plan->job_from = plan->load_seconds = 0;
    plan->job_to = plan->seconds + 1;
    plan->jitter = 0.0005;
    story->capture.iostat_skew = noise_between(noise, 20, 90) * (noise_chance(noise, 0.5) ? 1 : -1);
    story->capture.gpu_period = 1;
    story->capture.iostat_period = fmin(2, story->capture.iostat_period);
    if (story->capture.stamps == STAMP_ISO) story->capture.stamps = STAMP_C;
    story->capture.vmstat_file = story->capture.mpstat_file = story->capture.train_file = NULL;
    story->clock_fault = "the disk log's clock is wrong, and the run repeats itself";
    story->accepted[1] = "unknown";
    story->accepted[2] = "epoch-gap";
}

// ── runs over several nodes ─────────────────────────────────────────────────

static const char *const node_names[NODES_MOST] = {"node1", "node2", "node3", "node4"};

static void tell_nodes(struct story *story, struct noise *noise) {
    struct plan *plan = &story->plan;
    static const int counts[] = {1, 2, 4};
    plan->gpu_count = counts[noise_integer(noise, 0, 2)];
    if (plan->cores < 8 * plan->gpu_count) plan->cores = 8 * plan->gpu_count;
    plan->comm_s = plan->compute_s * noise_between(noise, 0.04, 0.1);
    plan->workers = plan->cores / 2;
    plan->decode_ms = 1000 * plan->workers / (plan_demand(plan) * 2.2);
    plan->sample_kib = plan->read_kib = fmin(plan->sample_kib, 190 * 1024 / plan_demand(plan));
    plan->synchronous = true;
    plan->host_barrier = noise_chance(noise, 0.4);
    story->capture.gpu_period = fmin(2, story->capture.gpu_period);
    story->capture.every_rank = noise_chance(noise, 0.5);
    if (story->capture.every_rank) story->capture.train_file = "train.log";
    accept(story, TRUTH_NONE, NULL);
}

// The same machine so many times; the logs of each have its own noise.
static void copy_nodes(struct tale *tale, int count) {
    tale->count = count;
    for (int i = 0; i < count; i++) {
        struct story *node = &tale->nodes[i];
        if (i > 0) *node = tale->nodes[0];
        if (i > 0 && !node->capture.every_rank) node->capture.train_file = NULL;
        node->plan.node = node_names[i];
        node->plan.seed += 7919 * (uint64_t)i;
    }
}

// Where only one node prints its steps, the logs need not show that the nodes work in one job.
static void blame_on(struct tale *tale, int node, const char *device) {
    struct story *first = &tale->nodes[0];
    if (!first->capture.every_rank) {
        first->unprovable = true;
        first->accepted[first->accepted[1] ? 2 : 1] = "unknown";
    }
    snprintf(first->guilty, sizeof first->guilty, "%s%s%s", node_names[node], device[0] ? ":" : "", device);
    first->entities[0] = first->guilty;
}

static void spread_healthy(struct tale *tale, struct noise *noise) {
    copy_nodes(tale, noise_integer(noise, 2, 3));
    tale->nodes[0].forbidden[0] = (struct wanted_finding){"storage-read", NULL, "warning"};
    tale->nodes[0].forbidden[1] = (struct wanted_finding){"gpu-straggler", NULL, "info"};
}

static void spread_slow_disk(struct tale *tale, struct noise *noise) {
    copy_nodes(tale, noise_integer(noise, 2, NODES_MOST));
    int bad = noise_integer(noise, 0, tale->count - 1);
    make_sick(&tale->nodes[bad], noise, 0.25, 0.6);
    if (noise_chance(noise, 0.5))
        tale->nodes[bad].plan.sick_disk.from = tale->nodes[0].plan.seconds * noise_between(noise, 0.1, 0.35);
    accept(&tale->nodes[0], TRUTH_STORAGE_READ, NULL);
    blame_on(tale, bad, tale->nodes[bad].disks[0].name);
}

static void spread_hot_gpu(struct tale *tale, struct noise *noise) {
    static const char *const names[] = {"gpu0", "gpu1", "gpu2", "gpu3"};
    need_clocks(&tale->nodes[0], noise);
    copy_nodes(tale, noise_integer(noise, 2, NODES_MOST));
    int bad = noise_integer(noise, 0, tale->count - 1);
    struct plan *plan = &tale->nodes[bad].plan;
    int gpu = noise_integer(noise, 0, plan->gpu_count - 1);
    plan->hot = (struct spell){plan->seconds * noise_between(noise, 0.1, 0.35), plan->seconds + 1};
    plan->hot_factor = noise_between(noise, 2.8, 4.2);
    plan->hot_only = gpu + 1;
    for (int i = 0; i < tale->count; i++) tale->nodes[i].plan.holds_back = true;
    accept(&tale->nodes[0], TRUTH_STRAGGLER, "gpu-thermal");
    blame_on(tale, bad, names[gpu]);
}

// A clock that nobody sets: minutes off, in all the logs of one node.
static void spread_clock_off(struct tale *tale, struct noise *noise) {
    spread_slow_disk(tale, noise);
    int off = noise_integer(noise, 0, tale->count - 1);
    struct capture *capture = &tale->nodes[off].capture;
    double skew = noise_between(noise, 90, 420) * (noise_chance(noise, 0.5) ? 1 : -1);
    capture->gpu_skew = capture->iostat_skew = skew;
    tale->nodes[0].clock_fault = "the clock of a node is wrong by minutes";
}

// Jobs that have nothing to do with each other, on machines of one cluster.
static void spread_two_jobs(struct tale *tale, struct noise *noise) {
    spread_slow_disk(tale, noise);
    // Some begin together, as jobs of one array do.
    bool together = noise_chance(noise, 0.5);
    for (int i = 0; i < tale->count; i++) {
        struct plan *plan = &tale->nodes[i].plan;
        plan->synchronous = false;
        if (together || i == 0) continue;
        plan->job_from += noise_between(noise, 20, 200);
        plan->compute_s *= noise_between(noise, 1, 1.2);
    }
}

// Rank 0 alone writes, and all wait.
static void spread_checkpoint(struct tale *tale, struct noise *noise) {
    copy_nodes(tale, noise_integer(noise, 2, NODES_MOST));
    struct story first = tale->nodes[0];
    tell_checkpoint(&first, noise);
    tale->nodes[0] = first;
    for (int i = 1; i < tale->count; i++) tale->nodes[i].capture.iostat_period = first.capture.iostat_period;
    blame_on(tale, 0, first.disks[1].name);
}

// One node decodes too slowly; on another a stranger keeps a disk busy.
static void spread_busy_stranger(struct tale *tale, struct noise *noise) {
    copy_nodes(tale, noise_integer(noise, 2, NODES_MOST));
    int bad = noise_integer(noise, 0, tale->count - 1), other = (bad + 1) % tale->count;
    struct plan *plan = &tale->nodes[bad].plan;
    plan->workers = plan->cores;
    plan->decode_ms = 1000 * (plan->cores - 0.5 * plan->gpu_count) / target(&tale->nodes[bad], noise, 0.35, 0.65);
    tale->nodes[bad].capture.mpstat_file = "mpstat.log";
    struct plan *busy = &tale->nodes[other].plan;
    disk_describe(&tale->nodes[other].disks[1], "sda", DISK_HDD);
    busy->foreign_disk = 1;
    busy->foreign_read = (struct spell){0, busy->seconds + 1};
    busy->foreign_rate = 95;
    busy->foreign_kib = 16;
    accept(&tale->nodes[0], TRUTH_CPU, NULL);
    tale->nodes[0].forbidden[0] = (struct wanted_finding){"storage-read", NULL, "info"};
    blame_on(tale, bad, "");
}

const struct scenario scenarios[] = {
    {"sata-ssd-article", "a dying SATA SSD starves the GPU; captured by the article's own commands", tell_article,
     NULL},
    {"healthy", "the GPUs are the limit", tell_healthy, NULL},
    {"thermal", "the fans fail and the clocks fall", tell_thermal, NULL},
    {"cpu-one-core", "one loader process decodes for all GPUs", tell_cpu_one, NULL},
    {"cpu-all-cores", "every core decodes and it is not enough", tell_cpu_all, NULL},
    {"cpu-foreign", "a stranger takes the cores", tell_cpu_foreign, NULL},
    {"sata-ssd-slow", "a SATA SSD with slow retries", tell_sata_slow, NULL},
    {"hdd-random", "small files at random from a hard disk", tell_hdd, NULL},
    {"nvme-small-random", "tiny requests, few at a time, from an NVMe disk", tell_nvme_small, NULL},
    {"checkpoint-sync", "the job waits while checkpoints are written", tell_checkpoint, NULL},
    {"nfs", "the data come over a slow network", tell_nfs, NULL},
    {"swap", "the host swaps", tell_swap, NULL},
    {"power-cap", "somebody lowered the power limit", tell_power_cap, NULL},
    {"clock-held", "all clocks are held low by a setting", tell_clock_held, NULL},
    {"pcie-degraded", "the link is narrower or slower than it can be", tell_pcie, NULL},
    {"straggler", "one GPU is held low and the others wait", tell_straggler, NULL},
    {"comm-bound", "the collectives take as long as the work", tell_communication, NULL},
    {"xid", "a GPU fails and the job dies", tell_xid, NULL},
    {"cuda-oom", "device memory runs out", tell_oom, NULL},
    {"epoch-gap", "the workers are started anew at every epoch", tell_epoch_gap, NULL},
    {"idle", "hardly any job on the GPUs", tell_idle, NULL},
    {"ended-early", "the job ends, the samplers go on", tell_ended_early, NULL},
    {"disk-failing-busy-gpu", "a disk dies, but not the one that matters", tell_disk_failing, NULL},
    {"decoy-busy-nvme", "an NVMe disk near 100 %util under busy GPUs", tell_decoy_busy_nvme, NULL},
    {"decoy-other-disk", "a stranger's work on another disk", tell_decoy_other_disk, NULL},
    {"decoy-hot", "hot, but not throttled", tell_decoy_hot, NULL},
    {"decoy-idle-link", "the PCIe link rests while there is no job", tell_decoy_idle_link, NULL},
    {"decoy-old-sectors", "a few old reallocated sectors", tell_decoy_old_sectors, NULL},
    {"decoy-gpu-log-only", "starved, and nobody ran iostat", tell_decoy_gpu_log_only, NULL},
    {"decoy-boot-average", "the averages since boot are frightful, the run is not", tell_decoy_boot_average, NULL},
    {"decoy-async-checkpoints", "checkpoints are written behind the job's back", tell_decoy_async_checkpoints, NULL},
    {"decoy-coincidence", "one stall, and a stranger at the disk just then", tell_decoy_coincidence, NULL},
    {"mixed-read-thermal", "first the disk, then the heat", tell_mixed_read_thermal, NULL},
    {"mixed-idle-read", "nothing for long, then a slow disk", tell_mixed_idle_read, NULL},
    {"mixed-cpu-checkpoint", "too few cores, and checkpoints", tell_mixed_cpu_checkpoint, NULL},
    {"clock-zone", "a container on UTC, a host on local time", tell_clock_zone, NULL},
    {"clock-skew", "a clock that is wrong by some seconds", tell_clock_skew, NULL},
    {"clock-alias", "a wrong clock, and a run that repeats itself evenly", tell_clock_alias, NULL},
    {"clock-untimed", "iostat without -t", tell_clock_untimed, NULL},
    {"nodes-healthy", "several nodes, one job, nothing wrong", tell_nodes, spread_healthy},
    {"nodes-slow-disk", "the slow disk of one node stalls all of them", tell_nodes, spread_slow_disk},
    {"nodes-hot-gpu", "one hot GPU holds the GPUs of all nodes back", tell_nodes, spread_hot_gpu},
    {"nodes-clock-off", "the same slow disk, and a node whose clock is minutes off", tell_nodes, spread_clock_off},
    {"nodes-two-jobs", "several nodes, each with a job of its own, and a slow disk under one", tell_nodes,
     spread_two_jobs},
    {"nodes-checkpoint", "rank 0 writes checkpoints and all nodes wait", tell_nodes, spread_checkpoint},
    {"nodes-busy-stranger", "one node decodes too slowly, a stranger reads on another", tell_nodes,
     spread_busy_stranger},
};
const int scenario_count = (int)(sizeof scenarios / sizeof scenarios[0]);

const struct scenario *scenario_find(const char *name) {
    for (int i = 0; i < scenario_count; i++)
        if (strcmp(scenarios[i].name, name) == 0) return &scenarios[i];
    return NULL;
}

void scenario_draw(const struct scenario *scenario, uint64_t seed, int attempt, struct tale *tale) {
    struct noise noise = noise_new(seed * 64 + (uint64_t)attempt, scenario->name);
    struct story *story = &tale->nodes[0];
    memset(tale, 0, sizeof *tale);
    tale->count = 1;
    story->plan.scenario = scenario->name;
    story->plan.seed = seed * 64 + (uint64_t)attempt;
    story->hours_count = true;
    draw_machine(story, &noise);
    draw_job(story, &noise);
    draw_run(story, &noise);
    draw_capture(story, &noise);
    scenario->tell(story, &noise);
    if (story->capture.smart != SMART_NONE && !story->capture.smart_file) story->capture.smart_file = "smart.log";
    if (scenario->spread) scenario->spread(tale, &noise);
}

int tale_gpus(const struct tale *tale) {
    int count = 0;
    for (int i = 0; i < tale->count; i++) count += tale->nodes[i].plan.gpu_count;
    return count;
}

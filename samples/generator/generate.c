// generate.c: build/generate SCENARIO SEED DIR [START] writes one run: its logs, and the truth beside them.
//
//   noise      random numbers, the same everywhere
//   machine.h  the machine and the job      sim_disk sim_gpu sim_loader sim_job sim_host
//   logs.h     the tools that watch it      log_nvidia log_iostat log_host log_job log_smart sim_stamp
//   scenario   what goes wrong, and what must then be said
//   truth      what was lost to what, as JSON
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "samples/generator/scenario.h"
#include "samples/generator/truth.h"

enum { DRAWS_MOST = 24 };

static bool open_log(struct sampler *sampler, const char *dir, const char *name, const struct story *story,
                     double period) {
    *sampler = (struct sampler){
        .capture = &story->capture, .period = period, .noise = noise_new(story->plan.seed, name ? name : "")};
    if (!name) return true;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    sampler->file = fopen(path, "w");
    if (!sampler->file) fprintf(stderr, "generate: %s: %s\n", path, strerror(errno));
    return sampler->file != NULL;
}

static void prepare(struct machine *machine, const struct story *story, struct ledger *ledger) {
    const struct plan *plan = &story->plan;
    machine_init(machine, plan, ledger);
    memcpy(machine->disks, story->disks, sizeof machine->disks);
    for (int i = 0; i < plan->gpu_count; i++) {
        struct gpu *gpu = &machine->gpus[i];
        gpu->held_mhz = story->gpu_held[i];
        if (story->gpu_limit > 0) gpu->power_limit = story->gpu_limit;
        if (story->gpu_gen > 0) gpu->pcie_gen = story->gpu_gen;
        if (story->gpu_width > 0) gpu->pcie_width = story->gpu_width;
    }
    machine_begin(machine);
    for (int d = 0; d < plan->disk_count; d++) {
        if (machine->disks[d].foreign_writes >= 0) continue;
        // Weeks of somebody else's misery: slow and always busy.
        struct disk_counters *past = &machine->disks[d].counters;
        double uptime_ms = 1000 * (machine->host.cores[0].user + machine->host.cores[0].idle);
        past->read_ms = past->reads * 140;
        past->busy_ms = uptime_ms * 0.97;
        past->queue_ms = uptime_ms * 21;
        machine->disks[d].foreign_writes = 0;
    }
}

struct crew {
    struct machine machines[NODES_MOST];
};

static void gather(struct crew *crew, const struct tale *tale, struct ledger *ledger) {
    ledger_init(ledger, tale->nodes[0].plan.seconds);
    for (int i = 0; i < tale->count; i++) prepare(&crew->machines[i], &tale->nodes[i], ledger);
}

// Simulates without logs, to see what a draw amounts to.
static void rehearse(const struct tale *tale, struct ledger *ledger) {
    struct crew crew;
    gather(&crew, tale, ledger);
    while (crew.machines[0].now < tale->nodes[0].plan.seconds) machines_tick(crew.machines, tale->count);
}

struct desk {
    struct sampler gpu, iostat, vmstat, mpstat, train, dmesg, smart;
    int smart_taken;
};

static void hear(void *state, const struct machine *machine, enum happening what) {
    struct desk *desk = state;
    if (desk->train.file) log_train(&desk->train, machine, what);
}

static bool open_desk(struct desk *desk, const char *dir, const struct story *story) {
    const struct capture *capture = &story->capture;
    double io = capture->iostat_period, host = capture->host_period;
    memset(desk, 0, sizeof *desk);
    return open_log(&desk->gpu, dir, capture->gpu_file, story, capture->gpu_period) &&
           open_log(&desk->iostat, dir, capture->iostat_file, story, io) &&
           open_log(&desk->vmstat, dir, capture->vmstat_file, story, host) &&
           open_log(&desk->mpstat, dir, capture->mpstat_file, story, fmax(2, host)) &&
           open_log(&desk->train, dir, capture->train_file, story, 0) &&
           open_log(&desk->dmesg, dir, capture->dmesg_file, story, 0) &&
           open_log(&desk->smart, dir, capture->smart != SMART_NONE ? capture->smart_file : NULL, story, 0);
}

static bool close_desk(struct desk *desk) {
    struct sampler *all[] = {&desk->gpu,   &desk->iostat, &desk->vmstat, &desk->mpstat,
                             &desk->train, &desk->dmesg,  &desk->smart};
    bool well = true;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i]->file && fclose(all[i]->file) != 0) well = false;
    return well;
}

static void sample(struct sampler *sampler, const struct machine *machine,
                   void (*log)(struct sampler *, const struct machine *)) {
    if (sampler->file && machine->now >= sampler->next) log(sampler, machine);
}

static void sample_smart(struct desk *desk, const struct machine *machine) {
    int wanted = desk->smart.capture->smart_snapshots;
    if (!desk->smart.file || desk->smart_taken >= wanted) return;
    double due = wanted > 1 ? (machine->plan->seconds - 2) * desk->smart_taken / (wanted - 1) : 0;
    if (machine->now >= due) log_smart(&desk->smart, machine, desk->smart_taken++);
}

static void sample_all(struct desk *desk, const struct machine *machine) {
    sample(&desk->gpu, machine, log_nvidia);
    sample(&desk->iostat, machine, log_iostat);
    sample(&desk->vmstat, machine, log_vmstat);
    sample(&desk->mpstat, machine, log_mpstat);
    sample_smart(desk, machine);
}

static bool make_directory(const char *path) {
    if (mkdir(path, 0777) == 0 || errno == EEXIST) return true;
    fprintf(stderr, "generate: %s: %s\n", path, strerror(errno));
    return false;
}

// The logs of a node lie in a directory of its name.
static bool set_up(struct desk *desk, struct machine *machine, const struct story *story, const char *dir) {
    char path[4096];
    const char *node = story->plan.node;
    snprintf(path, sizeof path, "%s%s%s", dir, node ? "/" : "", node ? node : "");
    if (!make_directory(path) || !open_desk(desk, path, story)) return false;
    machine->listener = (struct listener){hear, desk};
    // People start one tool after the other.
    struct noise noise = noise_new(story->plan.seed, "start");
    desk->gpu.next = noise_between(&noise, 1, 4);
    desk->vmstat.next = noise_between(&noise, 0, 2);
    desk->mpstat.next = noise_between(&noise, 0, 2);
    return true;
}

static bool perform(const struct tale *tale, struct ledger *ledger, const char *dir) {
    struct crew crew;
    struct desk desks[NODES_MOST];
    gather(&crew, tale, ledger);
    for (int i = 0; i < tale->count; i++)
        if (!set_up(&desks[i], &crew.machines[i], &tale->nodes[i], dir)) return false;
    while (crew.machines[0].now < tale->nodes[0].plan.seconds) {
        machines_tick(crew.machines, tale->count);
        for (int i = 0; i < tale->count; i++) sample_all(&desks[i], &crew.machines[i]);
    }
    bool well = true;
    for (int i = 0; i < tale->count; i++) {
        if (desks[i].dmesg.file) log_dmesg(&desks[i].dmesg, &crew.machines[i]);
        well = close_desk(&desks[i]) && well;
    }
    return well;
}

static int usage(void) {
    fprintf(stderr,
            "usage: generate SCENARIO SEED DIR [START [RERUN]]   START: epoch seconds, - for the drawn one; RERUN: the "
            "same "
            "job on the same machine again, with other noise\n       generate --list\n");
    return 2;
}

static void draw(const struct scenario *scenario, uint64_t seed, int attempt, const char *start, uint64_t rerun,
                 struct tale *tale, struct ledger *ledger) {
    scenario_draw(scenario, seed, attempt, tale);
    for (int i = 0; i < tale->count; i++) {
        struct plan *plan = &tale->nodes[i].plan;
        if (start && strcmp(start, "-") != 0) plan->start = strtoll(start, NULL, 10);
        plan->seed += rerun * 1000003;
    }
    rehearse(tale, ledger);
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (int i = 0; i < scenario_count; i++) printf("%-26s %s\n", scenarios[i].name, scenarios[i].what);
        return 0;
    }
    if (argc < 4 || argc > 6) return usage();
    const struct scenario *scenario = scenario_find(argv[1]);
    if (!scenario) {
        fprintf(stderr, "generate: there is no scenario '%s'; see --list\n", argv[1]);
        return 2;
    }
    uint64_t seed = strtoull(argv[2], NULL, 10), rerun = argc == 6 ? strtoull(argv[5], NULL, 10) : 0;
    const char *start = argc > 4 ? argv[4] : NULL;
    struct tale tale;
    struct ledger ledger = {0};
    for (int attempt = 0; attempt < DRAWS_MOST; attempt++) {
        draw(scenario, seed, attempt, start, 0, &tale, &ledger);
        if (truth_typical(&tale, &ledger)) {
            // The job of this draw: whether it is typical again is for others to find out.
            if (rerun > 0) draw(scenario, seed, attempt, start, rerun, &tale, &ledger);
            break;
        }
        if (attempt + 1 == DRAWS_MOST) {
            fprintf(stderr, "generate: %s %s: no typical run in %d draws\n", argv[1], argv[2], DRAWS_MOST);
            return 3;
        }
    }
    if (!make_directory(argv[3])) return 4;
    bool well = perform(&tale, &ledger, argv[3]) && truth_write(&tale, &ledger, argv[3], seed);
    ledger_free(&ledger);
    return well ? 0 : 4;
}

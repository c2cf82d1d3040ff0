// nodes.c: the hosts of one run, read one by one and as a whole.
#include "analyzer/nodes.h"

#include <string.h>

size_t nodes_together(const struct run *run) {
    size_t count = 0;
    while (count < run->node_count && run->nodes[count].link.together) count++;
    return count;
}

const struct node *node_of(const struct run *run, const struct source *source) {
    for (size_t n = 0; n < run->node_count; n++) {
        const struct node *node = &run->nodes[n];
        for (size_t i = 0; i < node->run.recording->source_count; i++) {
            size_t place = node->places[i];
            if (run->recording->sources[place] == source || run->shown->sources[place] == source) return node;
        }
    }
    return NULL;
}

// ── reading ─────────────────────────────────────────────────────────────────

// One array holds the GPUs and disks of all hosts; each host's run sees its part.
static void join_devices(struct run *run) {
    size_t gpus = 0;
    size_t disks = 0;
    for (size_t n = 0; n < run->node_count; n++) {
        gpus += run->nodes[n].run.gpu_count;
        disks += run->nodes[n].run.disk_count;
    }
    run->gpus = arena_array(run->arena, gpus, sizeof *run->gpus);
    run->disks = arena_array(run->arena, disks, sizeof *run->disks);
    for (size_t n = 0; n < run->node_count; n++) {
        struct run *own = &run->nodes[n].run;
        if (own->gpu_count > 0) memcpy(run->gpus + run->gpu_count, own->gpus, own->gpu_count * sizeof *own->gpus);
        if (own->disk_count > 0) memcpy(run->disks + run->disk_count, own->disks, own->disk_count * sizeof *own->disks);
        own->gpus = run->gpus + run->gpu_count;
        own->disks = run->disks + run->disk_count;
        run->gpu_count += own->gpu_count;
        run->disk_count += own->disk_count;
    }
}

// One training log tells the pace of all hosts that work in the job.
static void share_job(struct run *run, size_t together) {
    const struct job *job = NULL;
    for (size_t n = 0; n < run->node_count && job == NULL; n++)
        if (run->nodes[n].run.job.present) job = &run->nodes[n].run.job;
    if (job == NULL) job = &run->nodes[0].run.job;
    run->job = *job;
    for (size_t n = 0; n < together; n++)
        if (!run->nodes[n].run.job.present) run->nodes[n].run.job = *job;
}

static void share_incidents(struct run *run, size_t together) {
    for (size_t n = 0; n < together; n++)
        for (size_t k = 0; k < together; k++)
            if (n != k) incidents_apply_from(&run->nodes[n].run, &run->nodes[k].run);
}

// The GPUs of the hosts that work in one job, as one run: in nodes[…].run.siblings.
static void make_siblings(struct run *run, size_t together) {
    if (together < 2) return;
    struct run *siblings = arena_alloc(run->arena, sizeof *siblings);
    *siblings = *run;
    siblings->node_count = together;
    siblings->gpu_count = 0;
    for (size_t n = 0; n < together; n++) siblings->gpu_count += run->nodes[n].run.gpu_count;
    siblings->dead_cause = run->nodes[0].run.dead_cause;
    siblings->stalled = run->nodes[0].run.stalled;
    gpus_account_siblings(siblings);
    for (size_t n = 0; n < together; n++) {
        run->nodes[n].run.siblings = siblings;
        gpus_sum(&run->nodes[n].run);
    }
}

static void read_node(struct run *run, struct node *node) {
    struct run *own = &node->run;
    own->start = run->start;
    own->end = run->end;
    own->dt = run->dt;
    own->bins = run->bins;
    own->sampling = grid_sampling(own);
    gpus_read(own);
    host_read(own);
    disks_read(own);
}

// The whole run's own view: dead where every host is.
static void read_whole(struct run *run) {
    gpus_sum(run);
    run->dead_cause = arena_array(run->arena, run->bins, 1);
    for (size_t i = 0; i < run->bins; i++) {
        run->dead_cause[i] = run->nodes[0].run.dead_cause[i];
        for (size_t n = 1; n < run->node_count; n++)
            if (run->nodes[n].run.dead_cause[i] == CAUSE_COUNT_) run->dead_cause[i] = CAUSE_COUNT_;
    }
    stalls_find(run);
    size_t count = 0;
    for (size_t n = 0; n < run->node_count; n++) count += run->nodes[n].out.health_count;
    struct disk_health *health = arena_array(run->arena, count, sizeof *health);
    count = 0;
    for (size_t n = 0; n < run->node_count; n++)
        for (size_t h = 0; h < run->nodes[n].out.health_count; h++) health[count++] = run->nodes[n].out.health[h];
    run->out->health = health;
    run->out->health_count = count;
}

void nodes_read(struct run *run) {
    size_t together = nodes_together(run);
    for (size_t n = 0; n < run->node_count; n++) read_node(run, &run->nodes[n]);
    join_devices(run);
    share_job(run, together);
    for (size_t n = 0; n < run->node_count; n++) gpus_account(&run->nodes[n].run);
    share_incidents(run, together);
    make_siblings(run, together);
    for (size_t n = 0; n < run->node_count; n++) {
        stalls_find(&run->nodes[n].run);
        health_judge(&run->nodes[n].run);
    }
    read_whole(run);
    const char **hosts = arena_array(run->arena, run->node_count, sizeof *hosts);
    for (size_t n = 0; n < run->node_count; n++) hosts[n] = run->nodes[n].host;
    run->out->hosts = hosts;
    run->out->host_count = run->node_count;
    run->out->host = "";
}

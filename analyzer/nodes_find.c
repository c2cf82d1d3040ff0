// nodes_find.c: whether the logs are of several hosts of one run, and on what clock each of them is.
#include <stdlib.h>
#include <string.h>

#include "analyzer/align.h"
#include "analyzer/align_host_steps.h"
#include "analyzer/nodes.h"
#include "analyzer/years.h"
#include "core/lang.h"

// Machines of one run at most; more are left out, and say so.
enum { NODES_MOST = 64 };
// Hosts that are asked for a proof of another's clock.
enum { WITNESSES_MOST = 4 };
// Two hosts whose GPU logs overlap less, as a share of the shorter, are of different runs.
#define OVERLAP_LEAST 0.5

static size_t gpu_rows(const struct source *source) {
    if (source->format == NULL || source->refused || source->first == MILLIS_NONE) return 0;
    if (source->clock == CLOCK_NONE || source->clock == CLOCK_BOOT) return 0;
    size_t rows = 0;
    for (size_t i = 0; i < source->table_count; i++)
        if (source->tables[i].entity_kind == ENTITY_GPU && table_find(&source->tables[i], "utilization.gpu") != NULL)
            rows += source->tables[i].row_count;
    return rows >= 2 ? rows : 0;
}

static struct node *find(struct run *run, const char *host) {
    for (size_t i = 0; i < run->node_count; i++)
        if (strcmp(run->nodes[i].host, host) == 0) return &run->nodes[i];
    return NULL;
}

// The same log twice: a copy that somebody put beside it is no second machine.
static bool same_log(const struct source *a, const struct source *b) {
    return a->bytes > 0 && a->bytes == b->bytes && a->lines == b->lines && a->samples == b->samples &&
           a->first == b->first && a->last == b->last;
}

static bool is_copy(const struct recording *recording, size_t index) {
    for (size_t i = 0; i < index; i++) {
        const struct source *other = recording->sources[i];
        if (strcmp(other->host, recording->sources[index]->host) != 0 && gpu_rows(other) > 0 &&
            same_log(other, recording->sources[index]))
            return true;
    }
    return false;
}

static void gather(struct run *run) {
    run->nodes = arena_array(run->arena, NODES_MOST, sizeof *run->nodes);
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        size_t rows = source->host[0] == '\0' ? 0 : gpu_rows(source);
        if (rows == 0 || is_copy(run->recording, i)) continue;
        struct node *node = find(run, source->host);
        if (node == NULL && run->node_count == NODES_MOST) continue;
        if (node == NULL) {
            node = &run->nodes[run->node_count++];
            *node = (struct node){.host = source->host};
        }
        node->gpu_rows += rows;
    }
}

// The host that has most GPU samples comes first: its clock is the run's.
static int by_rows(const void *a, const void *b) {
    const struct node *x = a;
    const struct node *y = b;
    if (x->gpu_rows != y->gpu_rows) return (x->gpu_rows < y->gpu_rows) - (x->gpu_rows > y->gpu_rows);
    return strcmp(x->host, y->host);
}

static int by_job_and_name(const void *a, const void *b) {
    const struct node *x = a;
    const struct node *y = b;
    if (x->link.together != y->link.together) return x->link.together ? -1 : 1;
    return strcmp(x->host, y->host);
}

// A training log that names no host is rank 0's, wherever that ran; it goes with the first host's clock.
static bool belongs(const struct source *source, const struct node *node, bool first) {
    if (source->host[0] != '\0') return strcmp(source->host, node->host) == 0;
    if (!first || source->format == NULL) return false;
    for (size_t i = 0; i < source->table_count; i++)
        if (source->tables[i].entity_kind != ENTITY_JOB) return false;
    return source->table_count > 0 || strcmp(source->format, "train-log") == 0;
}

// ── each host by itself ─────────────────────────────────────────────────────

static void align_alone(struct run *run, struct node *node, bool first) {
    const struct recording *all = run->recording;
    struct recording *own = arena_alloc(run->arena, sizeof *own);
    *own = *all;
    own->sources = arena_array(run->arena, all->source_count, sizeof *own->sources);
    own->source_count = 0;
    node->places = arena_array(run->arena, all->source_count, sizeof *node->places);
    for (size_t i = 0; i < all->source_count; i++) {
        if (!belongs(all->sources[i], node, first)) continue;
        node->places[own->source_count] = i;
        own->sources[own->source_count++] = all->sources[i];
    }
    // What --offset says is between the hosts' clocks; it is added when they are joined.
    struct analyze_options options = *run->options;
    options.offset_count = 0;
    node->out = (struct diagnosis){.arena = run->arena, .recording = own, .host = node->host, .cost = NAN};
    node->run = (struct run){.arena = run->arena,
                             .recording = own,
                             .options = run->options,
                             .rules = run->rules,
                             .out = &node->out,
                             .host_name = node->host,
                             .clocks = arena_array(run->arena, own->source_count, sizeof *node->run.clocks)};
    align_sources(own, &options, run->arena, node->run.clocks, &node->out.reference, &node->out.zone);
    years_settle(node->out.reference, node->run.clocks, own->source_count, run->arena);
}

static const struct clock_option *offset_for(const struct run *run, const struct source *source) {
    return option_for(run->options->offsets, run->options->offset_count, source);
}

// The reference and the other GPU logs of the host that print its clock.
static struct host_log log_of(const struct run *run, const struct node *node) {
    const struct recording *own = node->run.recording;
    const struct source **gpus = arena_array(run->arena, own->source_count, sizeof *gpus);
    struct host_log log = {.gpus = gpus, .given = NAN};
    const struct source_clock *clock = run_clock(&node->run, node->out.reference);
    gpus[log.count++] = node->out.reference;
    for (size_t i = 0; i < own->source_count; i++)
        if (own->sources[i] != node->out.reference && gpu_rows(own->sources[i]) > 0 && node->run.clocks[i].placed &&
            node->run.clocks[i].offset_seconds == clock->offset_seconds)
            gpus[log.count++] = own->sources[i];
    log.offset = clock->offset_seconds;
    log.utc = node->out.zone != NULL && clock->established;
    const struct clock_option *offset = offset_for(run, node->out.reference);
    if (offset != NULL) log.given = offset->seconds;
    return log;
}

// ── all on one clock ────────────────────────────────────────────────────────

// The training logs of a host whose clock is that of its GPU log.
static size_t step_logs(const struct node *node, struct step_log *logs, size_t most) {
    size_t count = 0;
    for (size_t i = 0; i < node->run.recording->source_count && count < most; i++) {
        const struct source_clock *clock = &node->run.clocks[i];
        const struct source *source = node->run.recording->sources[i];
        if (source->format == NULL || source->refused || !clock->placed || !clock->established) continue;
        if (source_find(source, "job") != NULL) logs[count++] = (struct step_log){source, clock};
    }
    return count;
}

// The steps that two hosts print prove more than what their GPUs do; only what the user says stands above them.
static struct host_link link_two(const struct run *run, const struct host_log *logs, size_t k, size_t i) {
    enum { LOGS_MOST = 8 };
    struct step_log a[LOGS_MOST];
    struct step_log b[LOGS_MOST];
    size_t count_a = step_logs(&run->nodes[k], a, LOGS_MOST);
    size_t count_b = step_logs(&run->nodes[i], b, LOGS_MOST);
    struct host_link link;
    bool given = !isnan(logs[k].given) || !isnan(logs[i].given);
    for (size_t m = 0; m < count_a && !given; m++)
        for (size_t n = 0; n < count_b; n++)
            if (align_host_steps(&a[m], &b[n], run->arena, &link)) return link;
    return align_hosts(&logs[k], &logs[i], run->arena);
}

static struct host_link through(const struct run *run, const struct host_log *logs, size_t k, size_t i) {
    struct host_link link = link_two(run, logs, k, i);
    link.lead += run->nodes[k].link.lead;
    link.uncertainty += run->nodes[k].link.uncertainty;
    link.established = link.established && run->nodes[k].link.established;
    link.together = link.together && link.established;
    link.note = arena_printf(run->arena, tr("linked to %s: %s"), run->nodes[k].host, link.note);
    return link;
}

static void link_all(struct run *run, const struct host_log *logs) {
    struct node *first = &run->nodes[0];
    first->link = (struct host_link){.lead = isnan(logs[0].given) ? 0 : logs[0].given,
                                     .uncertainty = 0,
                                     .method = isnan(logs[0].given) ? CLOCK_ASSUMED : CLOCK_OPTION,
                                     .established = true,
                                     .note = tr("the host whose clock is the run's")};
    for (size_t i = 1; i < run->node_count; i++) {
        struct node *node = &run->nodes[i];
        node->link = link_two(run, logs, 0, i);
        node->link.lead += first->link.lead;
        size_t asked = 0;
        for (size_t k = 1; k < i && !node->link.together && asked < WITNESSES_MOST; k++) {
            if (!run->nodes[k].link.together) continue;
            asked++;
            struct host_link other = through(run, logs, k, i);
            if (other.together) node->link = other;
        }
    }
}

static void span_on_run(const struct node *node, const struct host_log *log, double *first, double *last) {
    struct span span = span_of(log->gpus, log->count);
    *first = span.first - log->offset - node->link.lead;
    *last = span.last - log->offset - node->link.lead;
}

// Hosts that were not there at the time are of another run.
static void keep_overlapping(struct run *run, const struct host_log *logs) {
    double a[2];
    size_t kept = 1;
    span_on_run(&run->nodes[0], &logs[0], &a[0], &a[1]);
    for (size_t i = 1; i < run->node_count; i++) {
        double b[2];
        span_on_run(&run->nodes[i], &logs[i], &b[0], &b[1]);
        double both = fmin(a[1], b[1]) - fmax(a[0], b[0]);
        double shorter = fmin(a[1] - a[0], b[1] - b[0]);
        if (both > 0 && both >= OVERLAP_LEAST * shorter) run->nodes[kept++] = run->nodes[i];
    }
    run->node_count = kept;
    bool together = false;
    for (size_t i = 1; i < kept; i++) together = together || run->nodes[i].link.together;
    run->nodes[0].link.together = together;
}

static void move(struct run *run, struct node *node) {
    for (size_t i = 0; i < node->run.recording->source_count; i++) {
        struct source_clock *clock = &node->run.clocks[i];
        const struct clock_option *own = offset_for(run, clock->source);
        clock->offset_seconds += node->link.lead;
        clock->untimed_start_ms -= node->link.lead * 1000;
        bool other = own != NULL && own->source != NULL && own != offset_for(run, node->out.reference);
        if (!other || !clock->placed || clock->source->clock == CLOCK_NONE) continue;
        clock->offset_seconds = own->seconds;
        clock->uncertainty_seconds = 1;
        clock->method = CLOCK_OPTION;
        clock->established = true;
        clock->note = tr("--offset");
    }
}

static const char *why_left_out(struct run *run, const struct source *source) {
    if (source->host[0] == '\0')
        return tr("it names no host, and the run is over several: nobody can say whose devices it shows");
    return arena_printf(
        run->arena,
        tr("it is of host %s, which has no GPU log of its own at the time of the run; --host %s looks at it alone"),
        source->host, source->host);
}

// The clocks of the whole recording, as they are shown: a host that is not linked proves nothing between hosts.
static void write_clocks(struct run *run) {
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        run->clocks[i] = (struct source_clock){
            .source = source, .method = CLOCK_ASSUMED, .note = source->format == NULL ? "" : why_left_out(run, source)};
    }
    for (size_t n = 0; n < run->node_count; n++) {
        struct node *node = &run->nodes[n];
        for (size_t i = 0; i < node->run.recording->source_count; i++) {
            struct source_clock *clock = &run->clocks[node->places[i]];
            *clock = node->run.clocks[i];
            if (!clock->placed) continue;
            clock->uncertainty_seconds += node->link.uncertainty;
            clock->established = clock->established && node->link.established;
            if (clock->method == CLOCK_ASSUMED || clock->method == CLOCK_STATED) clock->method = node->link.method;
            clock->note = clock->note[0] == '\0'
                              ? arena_printf(run->arena, tr("%s: %s"), node->host, node->link.note)
                              : arena_printf(run->arena, tr("%s; %s: %s"), clock->note, node->host, node->link.note);
        }
    }
}

// ── the names of devices ────────────────────────────────────────────────────

static struct source *with_names(struct run *run, const struct source *from) {
    struct run names = {.arena = run->arena, .host_name = from->host};
    struct source *to = arena_alloc(run->arena, sizeof *to);
    *to = *from;
    to->tables = arena_array(run->arena, from->table_count, sizeof *to->tables);
    to->events = arena_array(run->arena, from->event_count, sizeof *to->events);
    to->facts = arena_array(run->arena, from->fact_count, sizeof *to->facts);
    for (size_t i = 0; i < from->table_count; i++) {
        to->tables[i] = from->tables[i];
        // The job is that of all hosts.
        if (from->tables[i].entity_kind != ENTITY_JOB) to->tables[i].entity = run_name(&names, from->tables[i].entity);
    }
    for (size_t i = 0; i < from->event_count; i++) {
        to->events[i] = from->events[i];
        if (from->events[i].entity[0] != '\0') to->events[i].entity = run_name(&names, from->events[i].entity);
    }
    for (size_t i = 0; i < from->fact_count; i++) {
        to->facts[i] = from->facts[i];
        if (from->facts[i].entity[0] != '\0') to->facts[i].entity = run_name(&names, from->facts[i].entity);
    }
    return to;
}

static void show_names(struct run *run) {
    struct recording *shown = arena_alloc(run->arena, sizeof *shown);
    *shown = *run->recording;
    shown->sources = arena_array(run->arena, shown->source_count, sizeof *shown->sources);
    for (size_t i = 0; i < shown->source_count; i++) {
        struct source *source = run->recording->sources[i];
        shown->sources[i] = source->host[0] == '\0' ? source : with_names(run, source);
    }
    run->shown = shown;
}

bool nodes_find(struct run *run) {
    if (run->options->host != NULL) return false;
    gather(run);
    if (run->node_count >= 2) {
        qsort(run->nodes, run->node_count, sizeof *run->nodes, by_rows);
        struct host_log *logs = arena_array(run->arena, run->node_count, sizeof *logs);
        bool all = true;
        for (size_t i = 0; i < run->node_count; i++) {
            align_alone(run, &run->nodes[i], i == 0);
            all = all && run->nodes[i].out.reference != NULL;
            if (all) logs[i] = log_of(run, &run->nodes[i]);
        }
        if (all) {
            link_all(run, logs);
            keep_overlapping(run, logs);
        } else {
            run->node_count = 0;
        }
    }
    if (run->node_count < 2) {
        run->node_count = 0;
        run->nodes = NULL;
        return false;
    }
    run->out->reference = run->nodes[0].out.reference;
    run->out->zone = run->nodes[0].out.zone;
    qsort(run->nodes, run->node_count, sizeof *run->nodes, by_job_and_name);
    for (size_t i = 0; i < run->node_count; i++) {
        run->nodes[i].run.out = &run->nodes[i].out;
        move(run, &run->nodes[i]);
    }
    write_clocks(run);
    show_names(run);
    return true;
}

// quality.c: how good the logs are for a verdict, as a grade that caps its confidence.
#include <string.h>

#include "analyzer/cause.h"
#include "analyzer/nodes.h"
#include "core/lang.h"

enum { NOTES_MOST = 24 };

struct notes {
    struct run *run;
    const char **items;
    size_t count;
    double points;  // lost of 100
};

static void note(struct notes *notes, double points, const char *text) {
    notes->points += points;
    if (notes->count < NOTES_MOST) notes->items[notes->count++] = text;
}

// A hole is more than 2.5 cadences without a sample of any GPU (statistics.md A2).
static void gaps_of(const struct run *run, struct quality *quality) {
    const struct gpu *gpu = run->gpu_count > 0 ? &run->gpus[0] : NULL;
    if (gpu == NULL || isnan(run->sampling)) return;
    const struct source_clock *clock = run_clock(run, gpu->source);
    millis last = MILLIS_NONE;
    for (size_t i = 0; i < gpu->table->row_count; i++) {
        millis at = clock_to_run(clock, gpu->table->time[i], gpu->table->line[i]);
        if (at == MILLIS_NONE || at < run->start || at > run->end) continue;
        double gap = last == MILLIS_NONE ? 0 : (double)(at - last) / 1000.0;
        if (gap > 2.5 * run->sampling) {
            quality->gaps++;
            if (gap > quality->longest_gap_seconds) quality->longest_gap_seconds = gap;
        }
        last = at;
    }
}

static double coverage(const struct run *run) {
    size_t seen = 0;
    for (size_t i = 0; i < run->bins; i++) {
        for (size_t g = 0; g < run->gpu_count; g++) {
            if (isnan(run->gpus[g].util[i])) continue;
            seen++;
            break;
        }
    }
    return run->bins == 0 ? 0 : (double)seen / (double)run->bins;
}

// Of several hosts, the one with most holes speaks for all, and the coverage is their mean.
static void gaps_of_hosts(const struct run *run, struct quality *quality) {
    double sum = 0;
    for (size_t n = 0; n < run->node_count; n++) {
        struct quality own = {0};
        gaps_of(&run->nodes[n].run, &own);
        if (own.gaps >= quality->gaps) {
            quality->gaps = own.gaps;
            quality->longest_gap_seconds = own.longest_gap_seconds;
        }
        sum += coverage(&run->nodes[n].run);
    }
    quality->gpu_coverage = sum / (double)run->node_count;
}

static void note_gpu_log(struct notes *notes, struct quality *quality) {
    struct run *run = notes->run;
    if (run->gpu_count == 0) {
        note(notes, 60, tr("No log of GPU utilisation: nothing can be said about lost GPU time."));
        return;
    }
    if (quality->gpu_coverage < 0.97)
        note(notes, 40 * (1 - quality->gpu_coverage),
             arena_printf(run->arena,
                          tr("GPU samples cover %.0f %% of the run; %zu gaps, the longest %s. A gap is no idle time."),
                          100 * quality->gpu_coverage, quality->gaps,
                          unit_duration(run->arena, quality->longest_gap_seconds)));
    if (run->sampling > 15)
        note(notes, run->sampling > 60 ? 20 : 10,
             arena_printf(run->arena, tr("GPUs were sampled every %s: shorter dips are mostly invisible."),
                          unit_duration(run->arena, run->sampling)));
    bool clock = false;
    bool reasons = false;
    for (size_t g = 0; g < run->gpu_count; g++) {
        clock = clock || run->gpus[g].has_clock;
        reasons = reasons || run->gpus[g].has_reasons;
    }
    if (!clock) note(notes, 3, tr("No clock column: throttling would not be seen. Log clocks.current.sm."));
    if (!reasons) note(notes, 1, tr("No clocks_event_reasons column: why a clock is low would not be known."));
}

// Of several hosts, each has its own logs, and its share of the points.
static void note_of_host(struct notes *notes, const struct run *run, double points, const char *text) {
    size_t hosts = notes->run->node_count;
    if (hosts > 0)
        note(notes, points / (double)hosts, arena_printf(run->arena, tr("%s: %s"), run->host_name, text));
    else
        note(notes, points, text);
}

static void note_host_logs(struct notes *notes, const struct run *run) {
    if (run->disk_count == 0)
        note_of_host(notes, run, 12,
                     tr("No placed disk log (iostat -xt): local storage can be neither blamed nor cleared."));
    if (!run->host.has_cpu)
        note_of_host(notes, run, 8, tr("No CPU log: the CPUs can be neither blamed nor cleared."));
    else if (!run->host.has_cores)
        note_of_host(notes, run, 2, tr("No log per CPU (mpstat -P ALL): a single saturated thread would not be seen."));
    if (!run->host.has_swap) note_of_host(notes, run, 1, tr("No vmstat or sar -W: swapping would not be seen."));
    double least = 1;
    for (size_t d = 0; d < run->disk_count; d++)
        if (run->disks[d].observed < least) least = run->disks[d].observed;
    if (run->disk_count > 0 && least < 0.5)
        note_of_host(
            notes, run, least < 0.1 ? 6 : 4,
            arena_printf(
                run->arena,
                tr("The disk log observed %.1f %% of the time: what happens between its samples is taken to be "
                   "like them."),
                100 * least));
}

// What the hosts' clocks say of each other decides what may be concluded between them.
static void note_hosts(struct notes *notes) {
    struct run *run = notes->run;
    double share = run->node_count > 1 ? 1.0 / (double)(run->node_count - 1) : 1;
    for (size_t n = 0; n < run->node_count; n++) {
        const struct node *node = &run->nodes[n];
        note_host_logs(notes, &node->run);
        if (!node->link.established)
            note(notes, 8 * share,
                 arena_printf(run->arena,
                              tr("The clock of %s against the first host is not established: nothing is concluded from "
                                 "the order of what happens on it and elsewhere. %s"),
                              node->host, node->link.note));
        else if (!node->link.together)
            note(notes, 2 * share,
                 arena_printf(run->arena,
                              tr("Nothing shows that the GPUs of %s work in one job with the others: it is judged by "
                                 "its own logs alone."),
                              node->host));
    }
}

static bool on_linked_host(const struct run *run, const struct source *source) {
    const struct node *node = node_of(run, source);
    return node == NULL || node->link.established;
}

static void note_clocks(struct notes *notes) {
    struct run *run = notes->run;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        const struct source_clock *clock = &run->clocks[i];
        if (source->format == NULL || source->refused || source->table_count == 0) continue;
        bool smart = strncmp(source->format, "smart", 5) == 0 || strcmp(source->format, "hdparm") == 0;
        if (smart) continue;  // a page is no time series
        if (!clock->placed)
            note(notes, run->node_count > 0 && node_of(run, source) == NULL ? 1 : 8,
                 arena_printf(run->arena, tr("%s could not be placed in time: %s"), source_name(source), clock->note));
        else if (!clock->established && clock->uncertainty_seconds > 60 && on_linked_host(run, source))
            note(notes, 5,
                 arena_printf(run->arena, tr("The clock of %s is not established: %s"), source_name(source),
                              clock->note));
    }
}

static void note_problems(struct notes *notes) {
    struct run *run = notes->run;
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (source->refused)
            note(notes, 5,
                 arena_printf(run->arena, tr("%s could not be used: %s"), source_name(source),
                              source->problem_count > 0 ? source->problems[0].message : ""));
        else if (source->skipped_lines > 0 && source->skipped_lines * 50 > source->samples)
            note(notes, 4,
                 arena_printf(run->arena, tr("%zu lines of %s could not be read."), source->skipped_lines,
                              source_name(source)));
    }
    if (run->out->negative_control_failed)
        note(
            notes, 25,
            tr("A series that cannot be a cause correlates with the loss: the alignment or the detrending is not to be "
               "trusted here."));
}

static void grade(struct quality *quality, double points) {
    static const struct {
        double most;
        char grade;
        double cap;
    } steps[] = {{6, 'A', 0.97},  {14, 'B', 0.95}, {24, 'C', 0.90},
                 {36, 'D', 0.75}, {55, 'E', 0.60}, {INFINITY, 'F', 0.40}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (points > steps[i].most) continue;
        quality->grade = steps[i].grade;
        quality->confidence_cap = steps[i].cap;
        return;
    }
}

void quality_grade(struct run *run, const struct claims *claims) {
    (void)claims;
    struct quality *quality = &run->out->quality;
    struct notes notes = {run, arena_array(run->arena, NOTES_MOST, sizeof(const char *)), 0, 0};
    if (run->node_count > 0) {
        gaps_of_hosts(run, quality);
    } else {
        gaps_of(run, quality);
        quality->gpu_coverage = coverage(run);
    }
    note_gpu_log(&notes, quality);
    if (run->node_count > 0)
        note_hosts(&notes);
    else
        note_host_logs(&notes, run);
    note_clocks(&notes);
    note_problems(&notes);
    quality->notes = notes.items;
    quality->note_count = notes.count;
    grade(quality, notes.points);
}

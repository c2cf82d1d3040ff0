// nodes.h: a run over several hosts.
//
// Each host is a run of its own on the common grid, judged by its own logs as if it were alone: a disk of one node
// never stands for the GPUs of another. Only then is it asked whether hosts work in one job (their GPUs rise and fall
// together, at a lead between their clocks that is stated, given or proved), and what one of them waits for in
// another.
#ifndef WHYSLOW_ANALYZER_NODES_H
#define WHYSLOW_ANALYZER_NODES_H

#include "analyzer/align_hosts.h"
#include "analyzer/apportion.h"

struct node {
    const char *host;
    struct run run;        // its own sources, clocks, GPUs and disks
    struct diagnosis out;  // of its run; working memory
    struct claims claims;
    struct host_link link;  // its clock against the first host's
    size_t *places;         // of its sources in the whole recording
    size_t gpu_rows;
};

// Hosts whose GPU logs overlap in time make one run: then every source gets its clock, the hosts are in run->nodes
// (those that work in one job first), and true is returned. False, and nothing changed, if there is only one such host,
// or --host names one.
bool nodes_find(struct run *run);

// Reads GPUs, disks and CPUs of all hosts, into each host's run and into the whole one.
void nodes_read(struct run *run);

// All causes on all hosts, the waits between them, and the losses of the whole run.
void nodes_judge(struct run *run, struct claims *claims);

// The hosts that work in one job with others: the first ones.
size_t nodes_together(const struct run *run);
// The host of a source of the whole recording; NULL if it belongs to none of the run's.
const struct node *node_of(const struct run *run, const struct source *source);

#endif

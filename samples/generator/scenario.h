// scenario.h: what can be wrong with a run, and what a good analysis must then say.
#ifndef WHYSLOW_SAMPLES_SCENARIO_H
#define WHYSLOW_SAMPLES_SCENARIO_H

#include "samples/generator/logs.h"

struct wanted_finding {
    const char *cause;
    const char *entity;    // NULL: any
    const char *severity;  // at least
};

struct story {
    struct plan plan;
    struct capture capture;
    struct disk disks[DISKS_MOST];
    double gpu_held[GPUS_MOST], gpu_limit;  // MHz; W (0: factory)
    int gpu_gen, gpu_width;                 // of all GPUs (0: as built)

    enum truth primary;
    const char *accepted[4];  // verdicts that are right
    const char *entities[3];  // and who is guilty; none: nobody in particular
    struct wanted_finding required[3], forbidden[3];
    const char *clock_fault;  // NULL: none
    bool decoy;
    bool hours_count;  // whether the lost hours can be told from the logs
    bool unprovable;   // the logs do not hold the proof: `unknown` is right, too
    bool periodic;     // short stalls again and again: a bin may be called by the stall or by the work
    char guilty[64];   // "node2:sdb", for entities
};

// A run: one story, or one a node; what is true of the whole run stands in the first.
struct tale {
    struct story nodes[NODES_MOST];
    int count;
};

struct scenario {
    const char *name;
    const char *what;
    void (*tell)(struct story *story, struct noise *noise);
    void (*spread)(struct tale *tale, struct noise *noise);  // over several nodes; NULL: one machine
};
extern const struct scenario scenarios[];
extern const int scenario_count;

const struct scenario *scenario_find(const char *name);  // NULL: there is none
// Draws a run of this scenario. `attempt` counts up when a draw came out atypical.
void scenario_draw(const struct scenario *scenario, uint64_t seed, int attempt, struct tale *tale);
int tale_gpus(const struct tale *tale);

// Samples/s that the GPUs of a plan can use.
double plan_demand(const struct plan *plan);

#endif

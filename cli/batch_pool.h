// batch_pool.h: jobs in processes of their own, so that what one of them does to itself hurts no other.
//
// Each job is forked from the caller as it is at that moment; memory that it takes is given back when it ends.
#ifndef WHYSLOW_CLI_BATCH_POOL_H
#define WHYSLOW_CLI_BATCH_POOL_H

#include <stddef.h>
#include <stdio.h>

enum pool_end {
    POOL_DONE,      // the job returned
    POOL_CRASHED,   // its process died of a signal
    POOL_TIMED_OUT  // it took too long and was killed
};

struct pool_result {
    size_t job;
    enum pool_end end;
    int status;  // what the job returned, or left with; the signal if it crashed
    // What it wrote to `out`, and the end of what it said on standard error; valid during the call.
    const char *bytes, *said;
    size_t size;
};

struct pool {
    size_t jobs, workers;
    double timeout;  // seconds; 0: none
    // In the job's process. Returns 0 … 255.
    int (*work)(void *state, size_t job, FILE *out);
    // In the caller's, in the order in which jobs end.
    void (*done)(void *state, const struct pool_result *result);
    // In the caller's, every now and then. False: no more jobs are begun and those at work are killed.
    int (*tick)(void *state);
    void *state;
};

// 0 when all jobs are done; the number of the signal (SIGINT, SIGTERM, SIGHUP) that stopped it, after its jobs were
// killed; -1 if `tick` stopped it or no process could be started.
int pool_run(const struct pool *pool);

#endif

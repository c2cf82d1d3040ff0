#include "cli/batch_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/arena.h"

enum { TICK_MS = 200, SAID_MOST = 4000, READ_AT_ONCE = 65536, WORKERS_MOST = 1024 };

struct worker {
    pid_t pid;  // 0: free
    size_t job;
    int64_t started;
    bool late;
    int from, said;  // what it writes; its standard error, a file in memory (-1: none)
    char *bytes;
    size_t size, capacity;
};

struct pool_state {
    const struct pool *pool;
    struct worker *workers;
    size_t busy, next;
    sigset_t before;
    int signals;
    int ended;  // as pool_run returns it
    bool stopped;
};

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// ── in the job's process ────────────────────────────────────────────────────

static void quiet_streams(int said) {
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) return;
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(said >= 0 ? said : nothing, STDERR_FILENO);
}

static _Noreturn void be_job(const struct pool *pool, size_t job, int to, int said, pid_t parent) {
    // Nobody would hear of a job whose caller was killed, and the next one may begin the same run again.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    // SIGINT and its kin stay blocked: a terminal sends them to all processes, and it is the caller who ends jobs.
    quiet_streams(said);
    FILE *out = fdopen(to, "w");
    int status = out == NULL ? 1 : pool->work(pool->state, job, out);
    bool whole = out != NULL && fflush(out) == 0 && !ferror(out);
    fflush(stderr);
    _exit(whole ? status : 1);
}

// ── in the caller's ─────────────────────────────────────────────────────────

static bool start(struct pool_state *state, struct worker *worker, size_t job) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    int said = memfd_create("whyslow", MFD_CLOEXEC);
    pid_t parent = getpid();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        be_job(state->pool, job, ends[1], said, parent);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        if (said >= 0) close(said);
        return false;
    }
    *worker = (struct worker){.pid = pid, .job = job, .started = now(), .from = ends[0], .said = said};
    state->busy++;
    return true;
}

// The end of what the job said, without the line end.
static void read_said(const struct worker *worker, char *said) {
    off_t size = worker->said < 0 ? 0 : lseek(worker->said, 0, SEEK_END);
    off_t from = size > SAID_MOST ? size - SAID_MOST : 0;
    ssize_t got = size <= 0 ? 0 : pread(worker->said, said, SAID_MOST, from);
    while (got > 0 && said[got - 1] == '\n') got--;
    said[got > 0 ? got : 0] = '\0';
}

static int wait_for(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

static void release(struct pool_state *state, struct worker *worker) {
    close(worker->from);
    if (worker->said >= 0) close(worker->said);
    free(worker->bytes);
    *worker = (struct worker){0};
    state->busy--;
}

static void finish(struct pool_state *state, struct worker *worker) {
    int status = wait_for(worker->pid);
    char said[SAID_MOST + 1];
    read_said(worker, said);
    struct pool_result result = {
        .job = worker->job, .end = POOL_CRASHED, .bytes = worker->bytes, .size = worker->size, .said = said};
    if (worker->late) {
        result.end = POOL_TIMED_OUT;
    } else if (WIFEXITED(status)) {
        result.end = POOL_DONE;
        result.status = WEXITSTATUS(status);
    } else {
        result.status = WTERMSIG(status);
    }
    state->pool->done(state->pool->state, &result);
    release(state, worker);
}

// Reads what is there; at its end the job is done.
static void hear(struct pool_state *state, struct worker *worker) {
    worker->bytes = grow_array(worker->bytes, &worker->capacity, worker->size + READ_AT_ONCE, 1);
    ssize_t got = read(worker->from, worker->bytes + worker->size, READ_AT_ONCE);
    if (got > 0)
        worker->size += (size_t)got;
    else if (got == 0 || errno != EINTR)
        finish(state, worker);
}

static void kill_late(struct pool_state *state) {
    int64_t most = (int64_t)(state->pool->timeout * 1000);
    for (size_t i = 0; most > 0 && i < state->pool->workers; i++) {
        struct worker *worker = &state->workers[i];
        if (worker->pid == 0 || worker->late || now() - worker->started < most) continue;
        worker->late = true;
        kill(worker->pid, SIGKILL);
    }
}

static void start_jobs(struct pool_state *state) {
    for (size_t i = 0; i < state->pool->workers && state->next < state->pool->jobs; i++) {
        if (state->workers[i].pid != 0) continue;
        if (start(state, &state->workers[i], state->next))
            state->next++;
        else
            break;  // too many processes: again when one has ended
    }
    if (state->busy == 0 && state->next < state->pool->jobs) {
        state->ended = -1;
        state->stopped = true;
    }
}

static void look_at_signals(struct pool_state *state) {
    struct signalfd_siginfo info;
    if (read(state->signals, &info, sizeof info) != (ssize_t)sizeof info) return;
    state->ended = (int)info.ssi_signo;
    state->stopped = true;
}

static void wait_a_little(struct pool_state *state, struct pollfd *waiting) {
    nfds_t count = 0;
    waiting[count++] = (struct pollfd){.fd = state->signals, .events = POLLIN};
    for (size_t i = 0; i < state->pool->workers; i++)
        if (state->workers[i].pid != 0)
            waiting[count++] = (struct pollfd){.fd = state->workers[i].from, .events = POLLIN};
    if (poll(waiting, count, TICK_MS) <= 0) return;
    if (waiting[0].revents != 0) look_at_signals(state);
    for (nfds_t k = 1; k < count; k++)
        for (size_t i = 0; waiting[k].revents != 0 && i < state->pool->workers; i++)
            if (state->workers[i].pid != 0 && state->workers[i].from == waiting[k].fd) {
                hear(state, &state->workers[i]);
                break;
            }
}

static void kill_all(struct pool_state *state) {
    for (size_t i = 0; i < state->pool->workers; i++) {
        if (state->workers[i].pid == 0) continue;
        kill(state->workers[i].pid, SIGKILL);
        wait_for(state->workers[i].pid);
        release(state, &state->workers[i]);
    }
}

int pool_run(const struct pool *pool) {
    struct pool limited = *pool;
    if (limited.workers > WORKERS_MOST) limited.workers = WORKERS_MOST;
    size_t none = 0;
    struct pool_state state = {.pool = &limited};
    state.workers = grow_array(NULL, &none, limited.workers, sizeof *state.workers);
    memset(state.workers, 0, limited.workers * sizeof *state.workers);
    none = 0;
    struct pollfd *waiting = grow_array(NULL, &none, limited.workers + 1, sizeof *waiting);
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGHUP);
    sigprocmask(SIG_BLOCK, &stops, &state.before);
    state.signals = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
    while (!state.stopped && (state.next < limited.jobs || state.busy > 0)) {
        start_jobs(&state);
        wait_a_little(&state, waiting);
        kill_late(&state);
        if (!state.stopped && !limited.tick(limited.state)) {
            state.ended = -1;
            state.stopped = true;
        }
    }
    kill_all(&state);
    if (state.signals >= 0) close(state.signals);
    sigprocmask(SIG_SETMASK, &state.before, NULL);
    free(state.workers);
    free(waiting);
    return state.ended;
}

// apportion.c: which claims hold, and every lost GPU-second to one of them or to unknown.
//
// A claim holds when the loss goes with its signal: the GPUs are slow while it is present, less so where no signal
// is, and that not only once. What is left over stays unknown; it is never spread over the claims that hold.
#include <stdlib.h>
#include <string.h>

#include "analyzer/apportion.h"
#include "analyzer/clock_loss.h"
#include "core/lang.h"

// utilization.gpu and the healthy level are known to a few percent: a smaller loss of a bin is none.
#define LOSS_RESOLUTION 0.05

static bool job_bin(const struct run *run, size_t i) {
    return run->active[i] > 0 && run->dead_cause[i] == CAUSE_COUNT_;
}

static bool present(const struct claim *claim, size_t i) { return claim->active != NULL && claim->active[i] >= 0.5F; }

// Signals that do not depend on the loss itself; the others cannot serve as the quiet comparison.
static bool independent(const struct claim *claim) {
    return claim->takes == LOSS_STARVED && claim->cause != CAUSE_INPUT_ELSEWHERE && claim->cause != CAUSE_EPOCH_GAP &&
           claim->cause != CAUSE_PCIE_DEGRADED;
}

static bool any_other_signal(const struct claims *claims, const struct claim *own, size_t i) {
    for (size_t k = 0; k < claims->count; k++)
        if (&claims->items[k] != own && independent(&claims->items[k]) && present(&claims->items[k], i)) return true;
    return false;
}

static void measure(const struct run *run, const struct claims *claims, struct claim *claim) {
    struct contrast *c = &claim->contrast;
    double job = 0;
    double lost = 0;
    double with[3] = {0};   // bins, loss, slow bins
    double quiet[2] = {0};  // bins, loss
    size_t length = 0;
    for (size_t i = 0; i < run->bins; i++) {
        if (!job_bin(run, i) || isnan(run->starved[i])) continue;
        double loss = (double)run->starved[i];
        job++;
        if (loss >= LOSS_RESOLUTION) lost += loss;
        if (present(claim, i)) {
            with[0]++;
            with[1] += loss;
            with[2] += loss > LOSS_NOTABLE;
        } else if (claim->active != NULL && !isnan(claim->active[i]) && !run->stalled[i] &&
                   !any_other_signal(claims, claim, i)) {  // a gap that recurs is a story of its own
            quiet[0]++;
            quiet[1] += loss;
        }
        bool both = present(claim, i) && loss > LOSS_NOTABLE;
        if (both && length++ == 0) c->episodes++;
        if (!both) length = 0;
        if ((double)length * run->dt > c->longest_seconds) c->longest_seconds = (double)length * run->dt;
    }
    c->active_share = job > 0 ? with[0] / job : 0;
    c->explained = lost > 0 ? with[1] / lost : 0;
    c->loss_active = with[0] > 0 ? with[1] / with[0] : NAN;
    c->starved_when_active = with[0] > 0 ? with[2] / with[0] : NAN;
    bool enough = quiet[0] * run->dt >= 60 && quiet[0] >= 3 && quiet[0] >= 0.03 * job;
    c->loss_quiet = enough ? quiet[1] / quiet[0] : NAN;
}

static double job_seconds(const struct run *run) {
    double seconds = 0;
    for (size_t i = 0; i < run->bins; i++) seconds += job_bin(run, i) ? run->dt : 0;
    return seconds;
}

static bool often_enough(const struct run *run, const struct contrast *c) {
    double sustained = rules_get(run->rules, "evidence.sustained_seconds");
    double fifth = job_seconds(run) / 5;
    return (double)c->episodes >= rules_get(run->rules, "evidence.episodes") ||
           c->longest_seconds >= (sustained < fifth ? sustained : fifth);
}

// A claim that stands in for unseen order in time needs a clock that is proved, unless its signal is there nearly
// throughout.
static bool timing_usable(const struct run *run, const struct claim *claim) {
    const char *log = claim->disk != NULL ? source_name(claim->disk->source) : claim->log;
    return log == NULL || claim->contrast.active_share >= 0.85 || log_in_order(run, log, ORDER_OF_STRETCHES);
}

static void decide(struct run *run, struct claim *claim) {
    const struct contrast *c = &claim->contrast;
    double slow = rules_get(run->rules, "evidence.starved_when_active_percent") / 100;
    double lift = rules_get(run->rules, "evidence.lift_percent") / 100;
    claim->supported = false;
    if (claim->no_data) {
        claim->why_not = tr("not logged");
    } else if (claim->active == NULL || c->active_share == 0) {
        claim->why_not = tr("the signal is absent");
    } else if (claim->foreign) {
        claim->why_not = tr("as strong without the job: it serves somebody else");
    } else if (c->starved_when_active < slow) {
        claim->why_not = arena_printf(run->arena, tr("present, but the GPUs were busy in %.0f %% of that time"),
                                      100 * (1 - c->starved_when_active));
    } else if (!isnan(c->loss_quiet) && c->loss_active - c->loss_quiet < lift) {
        claim->why_not = arena_printf(run->arena, tr("the GPUs lose as much without it (%.0f %% against %.0f %%)"),
                                      100 * c->loss_quiet, 100 * c->loss_active);
    } else if (!often_enough(run, c)) {
        claim->why_not = arena_printf(run->arena, tr("coincides with lost time only %zu times"), c->episodes);
    } else if (!timing_usable(run, claim)) {
        claim->why_not = tr("the clock of its log is not established");
    } else {
        claim->supported = true;
    }
}

static void decide_certain(struct claim *claim) {
    claim->supported = claim->certain && !claim->no_data;
    if (claim->supported || (claim->why_not[0] != '\0' && !claim->no_data)) return;
    claim->why_not = claim->no_data ? tr("not logged") : tr("no sign of it");
}

// ── giving out the loss ─────────────────────────────────────────────────────

static struct claim *taker(const struct claims *claims, size_t bin) {
    struct claim *best = NULL;
    for (size_t k = 0; k < claims->count; k++) {
        struct claim *claim = &claims->items[k];
        if (claim->takes != LOSS_STARVED || !claim->supported || !present(claim, bin)) continue;
        if (best == NULL || (best->weak && !claim->weak && independent(claim))) {
            best = claim;
        } else if (claim->cause == best->cause && claim->contrast.explained > best->contrast.explained) {
            best = claim;
        }
    }
    return best;
}

// The claim that took most of the starved bins within five minutes, if it took three fifths of them: a bin on the
// edge of a threshold belongs with its neighbours.
static struct claim *neighbours(const struct run *run, struct claim *const *taken, size_t bin) {
    size_t reach = (size_t)ceil(150 / run->dt);
    size_t from = bin > reach ? bin - reach : 0;
    size_t to = bin + reach < run->bins ? bin + reach : run->bins - 1;
    struct claim *best = NULL;
    size_t votes = 0;
    size_t starved = 0;
    for (size_t i = from; i <= to; i++) {
        if (!(run->starved[i] > (float)LOSS_NOTABLE) || !job_bin(run, i)) continue;
        starved++;
        if (taken[i] == NULL) continue;
        if (votes == 0) best = taken[i];
        votes += taken[i] == best ? 1 : (size_t)-1;  // majority vote
    }
    if (best == NULL) return NULL;
    size_t count = 0;
    for (size_t i = from; i <= to; i++) count += taken[i] == best && run->starved[i] > (float)LOSS_NOTABLE;
    return 5 * count >= 3 * starved ? best : NULL;
}

static struct claim *claim_among(const struct claims *claims, enum cause cause) {
    for (size_t k = 0; k < claims->count; k++)
        if (claims->items[k].cause == cause && claims->items[k].supported) return &claims->items[k];
    return NULL;
}

// The claim that holds for a cause: the run's own, else, where it is a host of several, one of all or of another host.
static struct claim *claim_of(const struct run *run, const struct claims *claims, enum cause cause) {
    struct claim *claim = claim_among(claims, cause);
    if (claim == NULL && run->shared_claims != NULL) claim = claim_among(run->shared_claims, cause);
    for (size_t k = 0; claim == NULL && k < run->foreign_count; k++)
        if (run->foreign[k].claim->cause == cause) claim = run->foreign[k].claim;
    return claim;
}

static void give(struct shares *shares, struct claim *claim, enum cause cause, double seconds, double span) {
    shares->seconds[cause] += seconds;
    shares->span[cause] += span;
    if (claim != NULL) claim->lost_gpu_seconds += seconds;
}

static void give_clock(struct run *run, const struct claims *claims, struct shares *shares, size_t i,
                       double *by_cause) {
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *gpu = &run->gpus[g];
        if (gpu->unused || gpu->state[i] != GPU_ACTIVE) continue;
        double lost = isnan(gpu->clock_lost[i]) ? 0 : (double)gpu->clock_lost[i];
        double waiting = isnan(gpu->waiting[i]) ? 0 : (double)gpu->waiting[i];
        if (lost + waiting < LOSS_RESOLUTION) continue;
        enum cause cause = clock_loss_cause(run, gpu, i);
        struct claim *claim = cause < CAUSE_COUNT_ ? claim_of(run, claims, cause) : NULL;
        if (cause == CAUSE_COUNT_ || claim == NULL) {
            if (waiting > lost) continue;  // waiting for a clock cut that nobody can name is not counted twice
            cause = CAUSE_UNKNOWN;
        }
        double seconds = (lost + waiting) * run->dt;
        give(shares, claim, cause, seconds, run->dt);
        shares->clock_seconds[cause] += seconds;
        by_cause[cause] += seconds;
    }
}

// The signal that fills most of a stand-still has all of it: its first and last seconds fall outside of the disk's
// reports.
static void join_stalls(const struct run *run, struct claim **taken) {
    for (size_t s = 0; s < run->stall_count; s++) {
        size_t first = run_bin(run, run->stalls[s].start);
        size_t last = run_bin(run, run->stalls[s].end);
        if (first > 0) first--;
        if (last + 1 < run->bins) last++;
        struct claim *owner = NULL;
        size_t bins = 0;
        for (size_t i = first; i <= last; i++) {
            if (taken[i] == NULL || !independent(taken[i]) || (owner != NULL && taken[i] != owner)) continue;
            owner = taken[i];
            bins++;
        }
        if (owner == NULL || 2 * bins + 2 < last - first + 1) continue;
        for (size_t i = first; i <= last; i++)
            if (job_bin(run, i) && run->starved[i] >= (float)LOSS_RESOLUTION &&
                (taken[i] == NULL || !independent(taken[i])))
                taken[i] = owner;
    }
}

// Slow steps under full utilisation: the wait for each other if that claim holds and its signal is there, else unknown.
static void give_steps(const struct run *run, const struct claims *claims, struct shares *shares, size_t i,
                       double *by_cause) {
    if (isnan(run->step_lost[i])) return;
    struct claim *claim = claim_of(run, claims, CAUSE_COMMUNICATION_BOUND);
    if (claim != NULL && !present(claim, i)) claim = NULL;
    enum cause cause = claim != NULL ? CAUSE_COMMUNICATION_BOUND : CAUSE_UNKNOWN;
    double span = (double)run->active[i] * run->dt;
    double seconds = (double)run->step_lost[i] * span;
    if (run->awaited != NULL && run->awaited_claim[i] != NULL)
        seconds -= (double)run->awaited[i] * span;  // the wait for another host is no second loss
    if (seconds <= 0) return;
    give(shares, claim, cause, seconds, span);
    by_cause[cause] += seconds;
}

// GPUs that spin while another host of the run holds them back.
static void give_awaited(const struct run *run, struct shares *shares, size_t i, double *by_cause) {
    if (run->awaited == NULL || run->awaited_claim[i] == NULL) return;
    struct claim *claim = run->awaited_claim[i];
    double span = (double)run->active[i] * run->dt;
    double seconds = (double)run->awaited[i] * span;
    give(shares, claim, claim->cause, seconds, span);
    by_cause[claim->cause] += seconds;
}

bool claim_by_elimination(const struct claim *claim) {
    return claim->cause == CAUSE_INPUT_ELSEWHERE || claim->cause == CAUSE_EPOCH_GAP;
}

static bool present_nearby(const struct run *run, const struct claim *claim, size_t bin) {
    return present(claim, bin) || (bin > 0 && present(claim, bin - 1)) ||
           (bin + 1 < run->bins && present(claim, bin + 1));
}

size_t claim_rank(const struct claim *claim) {
    size_t rank = 0;
    while (cause_modules[rank].judge != NULL && cause_modules[rank].cause != claim->cause) rank++;
    return rank;
}

// Between hosts the same order holds as on one: CPUs that prepare samples are free where their host waits for another,
// so busy ones come before a disk that is busy elsewhere. What is left by elimination says nothing against what is
// shown on another host, nor does one full core: a process that waits for the others spins.
static bool gives_way(const struct claim *own, const struct claim *other) {
    if (own == NULL) return true;
    if (claim_by_elimination(other)) return false;
    if (claim_by_elimination(own)) return true;
    if (own->weak || other->weak) return own->weak && !other->weak;
    return claim_rank(other) < claim_rank(own);
}

static struct claim *taker_anywhere(const struct run *run, const struct claims *claims, size_t bin) {
    struct claim *own = taker(claims, bin);
    const struct foreign *best = NULL;
    for (size_t k = 0; k < run->foreign_count; k++) {
        const struct foreign *foreign = &run->foreign[k];
        // Clocks of two hosts agree to some seconds.
        if (foreign->claim->active == NULL || !present_nearby(run, foreign->claim, bin)) continue;
        if (!gives_way(own, foreign->claim)) continue;
        if (best == NULL || foreign->explained > best->explained) best = foreign;
    }
    return best != NULL ? best->claim : own;
}

// Two passes over the starved bins: signals first, then the edges by their neighbours.
void apportion_take(struct run *run, const struct claims *claims) {
    struct claim **taken = arena_array(run->arena, run->bins, sizeof *taken);
    for (size_t i = 0; i < run->bins; i++)
        taken[i] = job_bin(run, i) && run->starved[i] >= (float)LOSS_RESOLUTION ? taker_anywhere(run, claims, i) : NULL;
    join_stalls(run, taken);
    struct claim **edges = arena_array(run->arena, run->bins, sizeof *edges);
    for (size_t i = 0; i < run->bins; i++)
        if (job_bin(run, i) && taken[i] == NULL && run->starved[i] >= (float)LOSS_RESOLUTION)
            edges[i] = neighbours(run, taken, i);
    for (size_t i = 0; i < run->bins; i++)
        if (job_bin(run, i) && run->starved[i] >= (float)LOSS_RESOLUTION && taken[i] == NULL) taken[i] = edges[i];
    run->taken = taken;
}

static void give_starved(const struct run *run, struct shares *shares) {
    for (size_t i = 0; i < run->bins; i++) {
        if (!job_bin(run, i) || !(run->starved[i] >= (float)LOSS_RESOLUTION)) continue;
        struct claim *claim = run->taken[i];
        double span = (double)run->active[i] * run->dt;
        give(shares, claim, claim != NULL ? claim->cause : CAUSE_UNKNOWN, (double)run->starved[i] * span, span);
    }
}

static unsigned char bin_cause(const struct run *run, size_t i, const struct claim *taken, const double *clock) {
    if (run->dead_cause[i] < CAUSE_COUNT_ && run->active[i] > 0) return run->dead_cause[i];
    if (!(run->active[i] > 0)) {
        for (size_t g = 0; g < run->gpu_count; g++)
            if (run->gpus[g].state[i] != GPU_NO_DATA) return CAUSE_JOB_IDLE;
        return CAUSE_NO_DATA;
    }
    double best = isnan(run->starved[i]) ? 0 : (double)(run->starved[i] * run->active[i]) * run->dt;
    enum cause cause = taken != NULL ? taken->cause : CAUSE_UNKNOWN;
    for (size_t c = 0; c < CAUSE_COUNT_; c++) {
        if (clock[c] <= best) continue;
        best = clock[c];
        cause = (enum cause)c;
    }
    return best < LOSS_NOTABLE * (double)run->active[i] * run->dt ? CAUSE_COMPUTE_BOUND : (unsigned char)cause;
}

// ── totals ──────────────────────────────────────────────────────────────────

// Half width of the interval: the healthy level is known to 3 points, the clock exponent to about 0.15, and bins
// of a cause differ (standard error of their mean, for bins that are not independent: a tenth of them count).
static double half_width(const struct shares *s, enum cause cause, double dt) {
    double level = 0.03 * s->span[cause];
    double clock = 0.15 * s->clock_seconds[cause];
    double bins = s->span[cause] / dt / 10;
    double noise = bins > 1 ? 0.3 * s->seconds[cause] / sqrt(bins) : 0.3 * s->seconds[cause];
    return sqrt(level * level + clock * clock + noise * noise);
}

static int compare_losses(const void *a, const void *b) {
    double x = ((const struct loss *)a)->gpu_hours;
    double y = ((const struct loss *)b)->gpu_hours;
    return (x < y) - (x > y);
}

static void write_losses(struct run *run, const struct shares *shares) {
    struct loss *losses = arena_array(run->arena, CAUSE_COUNT_, sizeof *losses);
    size_t count = 0;
    double variance = 0;
    run->out->lost_total = 0;
    for (size_t c = 0; c < CAUSE_COUNT_; c++) {
        if (shares->seconds[c] <= 0) continue;
        double half = half_width(shares, (enum cause)c, run->dt);
        double low = shares->seconds[c] - half;
        losses[count++] = (struct loss){(enum cause)c, shares->seconds[c] / 3600, (low > 0 ? low : 0) / 3600,
                                        (shares->seconds[c] + half) / 3600};
        run->out->lost_total += shares->seconds[c] / 3600;
        variance += half * half;
    }
    qsort(losses, count, sizeof *losses, compare_losses);
    run->out->losses = losses;
    run->out->loss_count = count;
    double half = sqrt(variance) / 3600;
    run->out->lost_low = run->out->lost_total > half ? run->out->lost_total - half : 0;
    run->out->lost_high = run->out->lost_total + half;
    run->out->cost = run->out->lost_total * run->options->gpu_hour_cost;
}

static void count_hours(struct run *run) {
    double seconds[GPU_DEAD + 1] = {0};
    for (size_t g = 0; g < run->gpu_count; g++) {
        if (run->gpus[g].unused) continue;
        for (size_t i = 0; i < run->bins; i++) seconds[run->gpus[g].state[i]] += run->dt;
    }
    run->out->idle_gpu_hours = seconds[GPU_IDLE] / 3600;
    run->out->startup_gpu_hours = seconds[GPU_STARTING] / 3600;
    run->out->gpu_hours = (seconds[GPU_IDLE] + seconds[GPU_STARTING] + seconds[GPU_ACTIVE] + seconds[GPU_DEAD]) / 3600;
}

void apportion_decide(struct run *run, struct claims *claims) {
    for (size_t k = 0; k < claims->count; k++) {
        struct claim *claim = &claims->items[k];
        if (claim->takes == LOSS_STARVED) measure(run, claims, claim);
        if (claim->takes == LOSS_STARVED && !claim->certain)
            decide(run, claim);
        else
            decide_certain(claim);
    }
}

bool apportion_would_hold(struct run *run, const struct claims *claims, struct claim *claim) {
    claim->contrast = (struct contrast){0};
    measure(run, claims, claim);
    claim->disk = NULL;  // its clock was looked at on its own host
    decide(run, claim);
    return claim->supported;
}

// What the hosts lost to each cause in a bin, for the whole run.
static void add_losses(const struct run *run, size_t i, const struct claim *taken, const double *clock) {
    double *losses = run->bin_losses[i];
    double span = (double)run->active[i] * run->dt;
    if (run->dead_cause[i] < CAUSE_COUNT_) {
        losses[run->dead_cause[i]] += span;
        return;
    }
    if (run->starved[i] >= (float)LOSS_RESOLUTION)
        losses[taken != NULL ? taken->cause : CAUSE_UNKNOWN] += (double)run->starved[i] * span;
    for (size_t c = 0; c < CAUSE_COUNT_; c++) losses[c] += clock[c];
}

void apportion_losses(struct run *run, const struct claims *claims, struct shares *shares) {
    struct claim **taken = run->taken;
    unsigned char *causes = arena_array(run->arena, run->bins, 1);
    float *lost = grid_empty(run);
    give_starved(run, shares);
    for (size_t i = 0; i < run->bins; i++) {
        double clock[CAUSE_COUNT_] = {0};
        double span = (double)run->active[i] * run->dt;
        if (job_bin(run, i)) give_clock(run, claims, shares, i, clock);
        if (job_bin(run, i)) give_steps(run, claims, shares, i, clock);
        if (job_bin(run, i)) give_awaited(run, shares, i, clock);
        if (run->dead_cause[i] < CAUSE_COUNT_ && span > 0) {
            enum cause cause = (enum cause)run->dead_cause[i];
            give(shares, claim_of(run, claims, cause), cause, span, span);
        }
        causes[i] = bin_cause(run, i, taken[i], clock);
        if (span <= 0) continue;
        if (run->bin_losses != NULL) add_losses(run, i, taken[i], clock);
        double sum = run->dead_cause[i] < CAUSE_COUNT_ ? span : 0;
        if (job_bin(run, i)) {
            sum = run->starved[i] >= (float)LOSS_RESOLUTION ? (double)run->starved[i] * span : 0;
            for (size_t c = 0; c < CAUSE_COUNT_; c++) sum += clock[c];
        }
        lost[i] = (float)(sum / span > 1 ? 1 : sum / span);
    }
    run->out->bin_cause = causes;
    run->out->lost_share = lost;
}

void apportion_finish(struct run *run, struct claims *claims, const struct shares *shares) {
    write_losses(run, shares);
    count_hours(run);
    double job = (run->out->gpu_hours - run->out->idle_gpu_hours - run->out->startup_gpu_hours) * 3600;
    for (size_t k = 0; k < claims->count; k++)
        claims->items[k].job_share = job > 0 ? claims->items[k].lost_gpu_seconds / job : 0;
}

void apportion(struct run *run, struct claims *claims) {
    struct shares *shares = arena_alloc(run->arena, sizeof *shares);
    apportion_decide(run, claims);
    apportion_take(run, claims);
    apportion_losses(run, claims, shares);
    apportion_finish(run, claims, shares);
}

// nodes_judge.c: what is wrong on each host of a run, and what the hosts wait for in each other.
#include <stdlib.h>
#include <string.h>

#include "analyzer/clock_loss.h"
#include "analyzer/nodes.h"
#include "core/lang.h"

// A share of a bin below this is no wait (see apportion.c).
#define WAIT_LEAST 0.05
// GPUs that spin draw this much less than while they compute; less is noise.
#define SPIN_DROP 0.05
// A claim that explains less of a host's loss is not what this host shows.
#define MOST_OF_IT 0.5
// Hosts whose shares of lost time differ by less lose alike.
#define ALIKE 0.05
// What a sign of another kind on another host takes from a claim's strength.
#define RIVAL_DOUBT 0.2
// A GPU that is slow for less of its time holds nobody back for long.
#define SLOW_SHARE 0.2
// A host on which this share of a claim's loss falls is named with it.
#define WAITS_NOTABLE 0.1

// ── judging ─────────────────────────────────────────────────────────────────

// What is seen only by comparing GPUs is judged over all hosts that work in one job.
static bool of_siblings(enum cause cause) {
    return cause == CAUSE_GPU_STRAGGLER || cause == CAUSE_GPU_THERMAL || cause == CAUSE_GPU_POWER_CAP ||
           cause == CAUSE_GPU_CLOCK_HELD || cause == CAUSE_COMMUNICATION_BOUND;
}

static void judge_causes(struct run *run, struct claims *claims, bool siblings, bool others) {
    for (size_t i = 0; cause_modules[i].judge != NULL; i++) {
        bool trends = cause_modules[i].judge == judge_gpu_trends;
        bool compared = of_siblings(cause_modules[i].cause) && !trends;
        if (compared ? siblings : others) cause_modules[i].judge(run, claims);
    }
}

// It rests on a log that names no host, such as the one training log of the run.
static bool of_nobody(const struct node *node, const struct claim *claim) {
    for (size_t i = 0; claim->evidence_count > 0 && i < node->run.recording->source_count; i++) {
        const struct source *source = node->run.recording->sources[i];
        if (strcmp(source_name(source), claim->evidence[0].source) == 0) return source->host[0] == '\0';
    }
    return false;
}

// What concerns no single device concerns the host.
static void name_host(struct node *node) {
    for (size_t k = 0; k < node->claims.count; k++) {
        struct claim *claim = &node->claims.items[k];
        if (claim->entity[0] != '\0' || of_nobody(node, claim)) continue;
        claim->entity = node->host;
        if (claim->sentence[0] != '\0')
            claim->sentence = arena_printf(node->run.arena, tr("%s: %s"), node->host, claim->sentence);
        if (claim->stalls[0] != '\0')
            claim->stalls = arena_printf(node->run.arena, tr("%s on %s"), claim->stalls, node->host);
    }
}

// ── what one host waits for in another ──────────────────────────────────────

static void add_foreign(struct run *own, struct claim *claim, double explained) {
    own->foreign[own->foreign_count++] = (struct foreign){claim, explained};
}

static bool usable(const struct claim *claim) {
    return claim->supported && claim->active != NULL && claim->takes != LOSS_NONE && claim->takes != LOSS_DEAD;
}

// Claims of another host hold for this one's loss if the loss goes with them here, too. An incident there ended it
// here.
static void borrow_from(struct node *node, struct claims *claims) {
    for (size_t k = 0; k < claims->count; k++) {
        struct claim *claim = &claims->items[k];
        if (claim->gpu != NULL && strcmp(claim->gpu->source->host, node->host) == 0) continue;
        if (claim->supported && claim->takes == LOSS_DEAD) add_foreign(&node->run, claim, 0);
        if (!usable(claim)) continue;
        struct claim here = *claim;
        if (apportion_would_hold(&node->run, &node->claims, &here))
            add_foreign(&node->run, claim, here.contrast.explained);
    }
}

static void borrow(struct run *run, size_t together, struct claims *shared) {
    size_t most = shared->count;
    for (size_t n = 0; n < together; n++) most += run->nodes[n].claims.count;
    for (size_t n = 0; n < together; n++) {
        struct node *node = &run->nodes[n];
        node->run.foreign = arena_array(run->arena, 2 * most, sizeof *node->run.foreign);
        for (size_t k = 0; k < together; k++)
            if (k != n) borrow_from(node, &run->nodes[k].claims);
        borrow_from(node, shared);
    }
}

// Mean power of a host's GPUs over bins in which the claim is present (or, for quiet ones, absent and its own host
// loses next to nothing), in shares of what each draws when busy.
static double power_where(const struct run *own, const struct run *owner, const struct claim *claim, bool there,
                          double *seconds) {
    double sum = 0;
    double count = 0;
    size_t bins = 0;
    for (size_t i = 0; i < own->bins; i++) {
        if (isnan(claim->active[i]) || (claim->active[i] >= 0.5F) != there || !(own->active[i] > 0)) continue;
        if (there ? !(owner->starved[i] > (float)LOSS_NOTABLE) : !(owner->starved[i] < (float)LOSS_NOTABLE)) continue;
        bins++;
        for (size_t g = 0; g < own->gpu_count; g++) {
            const struct gpu *gpu = &own->gpus[g];
            if (gpu->state[i] != GPU_ACTIVE || isnan(gpu->power[i]) || !(gpu->busy_power > 0)) continue;
            sum += (double)(gpu->power[i] / gpu->busy_power);
            count++;
        }
    }
    *seconds = (double)bins * own->dt;
    return count > 0 ? sum / count : NAN;
}

// Do the GPUs draw less while another host starves? If it starves throughout, that they go together is all there is.
static bool spins_for(const struct run *own, const struct run *owner, const struct claim *claim) {
    double seconds = 0;
    double with = power_where(own, owner, claim, true, &seconds);
    double without = power_where(own, owner, claim, false, &seconds);
    if (isnan(with)) return false;
    return seconds < 60 || isnan(without) || with <= (1 - SPIN_DROP) * without;
}

// The answers of spins_for() for one pair of hosts.
struct answers {
    const struct claim *claims[64];
    bool spins[64];
    size_t count;
};

static bool spins_for_once(struct answers *answers, const struct run *own, const struct run *owner,
                           const struct claim *claim) {
    for (size_t i = 0; i < answers->count; i++)
        if (answers->claims[i] == claim) return answers->spins[i];
    if (answers->count == sizeof answers->spins / sizeof answers->spins[0]) return false;
    bool spins = usable(claim) && spins_for(own, owner, claim);
    answers->claims[answers->count] = claim;
    answers->spins[answers->count++] = spins;
    return spins;
}

static void wait_for(struct run *own, const struct run *owner) {
    struct answers answers = {.count = 0};
    for (size_t i = 0; i < own->bins; i++) {
        struct claim *claim = owner->taken[i];
        if (claim == NULL || !(own->active[i] > 0) || own->dead_cause[i] != CAUSE_COUNT_) continue;
        // GPUs that do not look busy show their wait themselves.
        if (own->starved[i] > (float)LOSS_NOTABLE) continue;
        if (!(owner->starved[i] > (float)LOSS_NOTABLE) || !spins_for_once(&answers, own, owner, claim)) continue;
        float known = own->starved[i] + (isnan(own->clock_lost[i]) ? 0 : own->clock_lost[i]) +
                      (isnan(own->waiting[i]) ? 0 : own->waiting[i]);
        float share = owner->starved[i] - known;
        if (!(share >= (float)WAIT_LEAST) || own->awaited[i] >= share) continue;
        own->awaited[i] = share;
        own->awaited_claim[i] = claim;
    }
}

// In a synchronous job nobody is faster than the slowest: GPUs that look busy meanwhile spin.
static void find_waits(struct run *run, size_t together) {
    for (size_t n = 0; n < together; n++) {
        struct run *own = &run->nodes[n].run;
        own->awaited = arena_array(run->arena, run->bins, sizeof *own->awaited);
        own->awaited_claim = arena_array(run->arena, run->bins, sizeof *own->awaited_claim);
        for (size_t k = 0; k < together; k++)
            if (k != n) wait_for(own, &run->nodes[k].run);
    }
}

// ── what elimination may not say ────────────────────────────────────────────

static const struct claim *holds(const struct node *node, enum cause cause) {
    for (size_t k = 0; k < node->claims.count; k++)
        if (node->claims.items[k].cause == cause && node->claims.items[k].supported) return &node->claims.items[k];
    return NULL;
}

// Nothing else is seen on this host either.
static bool shows_the_same(const struct node *node, enum cause cause) {
    const struct claim *claim = holds(node, cause);
    return claim != NULL && claim->contrast.explained >= MOST_OF_IT;
}

static bool anything_shown(const struct node *node) {
    for (size_t k = 0; k < node->claims.count; k++)
        if (usable(&node->claims.items[k]) && !claim_by_elimination(&node->claims.items[k])) return true;
    return false;
}

// That nothing is seen on a host leaves the others. Only hosts that are known to work together, or that all show the
// same, have been looked at in full; and one full core may be a process that waits for another host.
static void doubt_elimination(struct run *run) {
    for (size_t n = 0; n < run->node_count; n++) {
        struct node *node = &run->nodes[n];
        for (size_t k = 0; k < node->claims.count; k++) {
            struct claim *claim = &node->claims.items[k];
            if (!claim->supported || !(claim_by_elimination(claim) || claim->weak)) continue;
            bool excluded = true;
            for (size_t o = 0; o < run->node_count; o++) {
                const struct node *other = &run->nodes[o];
                if (o == n || (node->link.together && other->link.together)) continue;
                if (claim_by_elimination(claim) ? !shows_the_same(other, claim->cause) : anything_shown(other))
                    excluded = false;
            }
            if (excluded) continue;
            claim->supported = false;
            claim->why_not =
                tr("another host of the run may hold it back, and the logs do not show whether they work "
                   "together");
        }
    }
}

// ── rivals ──────────────────────────────────────────────────────────────────

static double mean_starved(const struct run *run) {
    double sum = 0;
    double count = 0;
    for (size_t i = 0; i < run->bins; i++) {
        if (!(run->active[i] > 0) || isnan(run->starved[i])) continue;
        sum += (double)run->starved[i];
        count++;
    }
    return count > 0 ? sum / count : NAN;
}

static bool overlap(const struct run *run, const struct claim *a, const struct claim *b) {
    double own = 0;
    double both = 0;
    for (size_t i = 0; i < run->bins; i++) {
        own += a->active[i] >= 0.5F;
        both += a->active[i] >= 0.5F && b->active[i] >= 0.5F;
    }
    return own > 0 && both >= MOST_OF_IT * own;
}

// A sign on another host that could be the cause of this one's loss, too: present at the same time, and before it in
// the table.
static struct claim *rival_of(const struct run *run, const struct claim *claim, struct node *other) {
    for (size_t k = 0; k < other->claims.count; k++) {
        struct claim *rival = &other->claims.items[k];
        if (!usable(rival) || rival->takes != LOSS_STARVED || rival->weak || claim_by_elimination(rival)) continue;
        if (claim_rank(rival) < claim_rank(claim) && overlap(run, claim, rival)) return rival;
    }
    return NULL;
}

// Hosts that lose alike look like one job, in which only the slowest host is to blame. Where two of them show
// different causes, the lesser one is not claimed, and the other is less sure.
static void doubt_rivals(struct run *run) {
    for (size_t n = 0; n < run->node_count; n++) {
        struct node *node = &run->nodes[n];
        double own = mean_starved(&node->run);
        for (size_t k = 0; k < node->claims.count; k++) {
            struct claim *claim = &node->claims.items[k];
            if (!usable(claim) || claim->takes != LOSS_STARVED || claim_by_elimination(claim)) continue;
            for (size_t o = 0; o < run->node_count; o++) {
                struct claim *rival = o == n ? NULL : rival_of(run, claim, &run->nodes[o]);
                if (rival == NULL || !(fabs(mean_starved(&run->nodes[o].run) - own) < ALIKE)) continue;
                claim->supported = false;
                claim->why_not =
                    arena_printf(run->arena, tr("%s loses as much at the same time for another reason (%s)"),
                                 run->nodes[o].host, cause_title(rival->cause));
                rival->strength -= RIVAL_DOUBT;
                claim_evidence(run, rival, -1,
                               arena_printf(run->arena, tr("at the same time %s shows a sign of its own: %s"),
                                            node->host, cause_title(claim->cause)),
                               NAN, NAN, UNIT_NONE, "", "");
                break;
            }
        }
    }
}

// ── a slow GPU that others may wait for ─────────────────────────────────────

// The GPU whose clock is cut most of the time, on a host that is not shown to work with all the others: whether their
// GPUs spin for it cannot be told, and "nothing is wrong" would be a guess.
static void doubt_slow_gpu(struct run *run) {
    double limit = rules_get(run->rules, "gpu.straggler_percent") / 100;
    size_t together = nodes_together(run);
    if (together == run->node_count) return;
    for (size_t g = 0; g < run->gpu_count; g++) {
        const struct gpu *gpu = &run->gpus[g];
        size_t seen = 0;
        size_t slow = 0;
        for (size_t i = 0; i < run->bins; i++) {
            if (gpu->state[i] != GPU_ACTIVE || isnan(gpu->clock_lost[i])) continue;
            seen++;
            slow += (double)gpu->clock_lost[i] >= limit;
        }
        if (seen > 0 && slow >= SLOW_SHARE * (double)seen) run->slow_gpu = gpu;
    }
}

// ── the whole run ───────────────────────────────────────────────────────────

static bool own_device(const struct claim *claim, const char *host) {
    return strcmp(claim->entity, host) == 0 || (claim->disk != NULL && strcmp(claim->disk->source->host, host) == 0) ||
           (claim->gpu != NULL && strcmp(claim->gpu->source->host, host) == 0);
}

// Says which other hosts lose time to a claim.
static void name_waiting(struct run *run, struct claim *claim) {
    const char *hosts = "";
    for (size_t n = 0; n < run->node_count; n++) {
        const char *host = run->nodes[n].host;
        if (own_device(claim, host) || claim->host_seconds[n] < WAITS_NOTABLE * claim->lost_gpu_seconds) continue;
        hosts = hosts[0] == '\0' ? host : arena_printf(run->arena, tr("%s, %s"), hosts, host);
    }
    if (hosts[0] == '\0') return;
    claim->sentence = arena_printf(run->arena, tr("%s The GPUs of %s wait for it."), claim->sentence, hosts);
    claim_evidence(run, claim, 1,
                   arena_printf(run->arena, tr("the GPUs of %s rise and fall with those of this host"), hosts), NAN,
                   NAN, UNIT_NONE, "", "");
}

static bool on_several(const struct run *run, const struct claim *claim) {
    size_t count = 0;
    for (size_t n = 0; n < nodes_together(run); n++) count += holds(&run->nodes[n], claim->cause) != NULL;
    return count >= 2;
}

// Adds the claims of a part to those of the run. What several hosts show alike by elimination is told once, and blames
// none of them.
static void append(struct run *run, struct claims *all, const struct claims *part) {
    for (size_t k = 0; k < part->count; k++) {
        struct claim claim = part->items[k];
        bool common = claim.supported && claim_by_elimination(&claim) && on_several(run, &claim);
        struct claim *first = NULL;
        for (size_t i = 0; common && i < all->count && first == NULL; i++)
            if (all->items[i].cause == claim.cause && all->items[i].supported) first = &all->items[i];
        if (first != NULL) {
            first->lost_gpu_seconds += claim.lost_gpu_seconds;
            continue;
        }
        if (common) claim.entity = "";
        if (!common && claim.lost_gpu_seconds > 0) name_waiting(run, &claim);
        *claims_add(all, claim.cause, claim.entity, claim.takes) = claim;
    }
}

static void count_hosts(struct run *run, struct claims *claims) {
    for (size_t k = 0; k < claims->count; k++)
        claims->items[k].host_seconds = arena_array(run->arena, run->node_count, sizeof(double));
}

// What claims had got before host n lost anything is subtracted from what they have got since.
static void add_seconds(const struct run *run, struct claims *claims, size_t n) {
    for (size_t k = 0; k < claims->count; k++) {
        struct claim *claim = &claims->items[k];
        claim->host_seconds[n] = claim->lost_gpu_seconds;
        for (size_t before = 0; before < n && before < run->node_count; before++)
            claim->host_seconds[n] -= claim->host_seconds[before];
    }
}

static void lose(struct run *run, struct claims *shared, struct shares *shares) {
    run->bin_losses = arena_array(run->arena, run->bins, sizeof *run->bin_losses);
    for (size_t n = 0; n < run->node_count; n++) count_hosts(run, &run->nodes[n].claims);
    count_hosts(run, shared);
    for (size_t n = 0; n < run->node_count; n++) {
        struct node *node = &run->nodes[n];
        node->run.bin_losses = run->bin_losses;
        apportion_losses(&node->run, &node->claims, shares);
        for (size_t k = 0; k < run->node_count; k++) add_seconds(run, &run->nodes[k].claims, n);
        add_seconds(run, shared, n);
    }
}

static unsigned char cause_without_job(const struct run *run, size_t i) {
    for (size_t g = 0; g < run->gpu_count; g++)
        if (run->gpus[g].state[i] != GPU_NO_DATA) return CAUSE_JOB_IDLE;
    return CAUSE_NO_DATA;
}

// The cause that cost most over all hosts names a bin.
static void sum_bins(struct run *run) {
    unsigned char *causes = arena_array(run->arena, run->bins, 1);
    float *lost = grid_empty(run);
    for (size_t i = 0; i < run->bins; i++) {
        double span = (double)run->active[i] * run->dt;
        double sum = 0;
        double most = 0;
        causes[i] = span > 0 ? CAUSE_COMPUTE_BOUND : cause_without_job(run, i);
        if (!(span > 0)) continue;
        for (size_t c = 0; c < CAUSE_COUNT_; c++) {
            sum += run->bin_losses[i][c];
            if (run->bin_losses[i][c] <= most) continue;
            most = run->bin_losses[i][c];
            causes[i] = (unsigned char)c;
        }
        if (most < LOSS_NOTABLE * span) causes[i] = CAUSE_COMPUTE_BOUND;
        lost[i] = (float)(sum / span > 1 ? 1 : sum / span);
    }
    run->out->bin_cause = causes;
    run->out->lost_share = lost;
}

void nodes_judge(struct run *run, struct claims *claims) {
    size_t together = nodes_together(run);
    struct run *siblings = together > 0 ? run->nodes[0].run.siblings : NULL;
    struct claims shared = {0};
    for (size_t n = 0; n < run->node_count; n++) {
        struct node *node = &run->nodes[n];
        judge_causes(&node->run, &node->claims, node->run.siblings == NULL, true);
        name_host(node);
        apportion_decide(&node->run, &node->claims);
        if (node->run.clock_doubt != NULL) run->clock_doubt = node->run.clock_doubt;
    }
    if (siblings != NULL) {
        judge_causes(siblings, &shared, true, false);
        apportion_decide(siblings, &shared);
        if (siblings->clock_doubt != NULL) run->clock_doubt = siblings->clock_doubt;
    }
    for (size_t n = 0; n < together; n++) run->nodes[n].run.shared_claims = &shared;
    doubt_elimination(run);
    doubt_rivals(run);
    doubt_slow_gpu(run);
    borrow(run, together, &shared);
    for (size_t n = 0; n < run->node_count; n++) apportion_take(&run->nodes[n].run, &run->nodes[n].claims);
    find_waits(run, together);
    struct shares *shares = arena_alloc(run->arena, sizeof *shares);
    lose(run, &shared, shares);
    sum_bins(run);
    append(run, claims, &shared);
    for (size_t n = 0; n < run->node_count; n++) append(run, claims, &run->nodes[n].claims);
    apportion_finish(run, claims, shares);
    for (size_t n = 0; n < run->node_count; n++) free(run->nodes[n].claims.items);
    free(shared.items);
}

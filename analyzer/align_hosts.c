#include "analyzer/align_hosts.h"

#include <math.h>

#include "analyzer/align_link.h"
#include "core/lang.h"

// A reach that leaves out no lead.
#define ANYWHERE 1e9
// Leads that differ by less, besides their own uncertainties, are the same (see align_link.c).
#define SKEW_LEAST 10.0
// What a clock that nobody proved may be off by.
#define UNPROVED_SAME 60.0
// Stated clocks of machines that set their time agree within this.
#define STATED_AGREE 2.0
// Chance of a correlation at a lead that is known: only the few lags around it are tried.
#define SUPPORT_P 1e-3
// Chance of one at any lead. Stricter than within a host: that two logs are of one run is not known beforehand here.
#define PROOF_P 1e-4
enum { QUARTERS_LEAST = 3 };

struct pair {
    struct activity x, y;
    double printed;  // lead of what is printed when the own run clocks agree
    struct arena *work;
};

static struct lag_estimate search(const struct pair *pair, double centre, double reach) {
    struct lag_search lags = {
        .reference = &pair->x, .other = &pair->y, .centre = centre + pair->printed, .reach = reach};
    struct lag_estimate estimate = lags_estimate(&lags, pair->work);
    estimate.lead -= pair->printed;
    return estimate;
}

static bool same_lead(const struct lag_estimate *estimate, double lead) {
    return fabs(estimate->lead - lead) <= SKEW_LEAST + estimate->uncertainty;
}

static struct host_link by_proof(const struct lag_estimate *proof, double dt, struct arena *arena, bool stated) {
    bool none = fabs(proof->lead) <= fmax(SKEW_LEAST, 2 * proof->uncertainty);
    struct host_link link = {.lead = none ? 0 : proof->lead,
                             .uncertainty = proof->uncertainty + dt + (none ? fabs(proof->lead) : 0),
                             .method = none ? CLOCK_ASSUMED : CLOCK_ESTIMATED,
                             .established = true,
                             .together = true};
    link.note = arena_printf(arena,
                             stated ? tr("%+.0f s against the first host, although both state their zones: shown by "
                                         "what their GPUs do together (p = %.1g, %d of 4 parts of the run agree)")
                                    : tr("%+.0f s against the first host, shown by what their GPUs do together (p = "
                                         "%.1g, %d of 4 parts of the run agree)"),
                             link.lead, proof->p, proof->quarters);
    return link;
}

// The lead is stated or given: the GPUs need only go together there.
static struct host_link known(const struct pair *pair, const struct lag_estimate *wide, double lead, bool given,
                              struct arena *arena) {
    struct host_link link = {.lead = lead,
                             .uncertainty = given ? 1 : STATED_AGREE,
                             .method = given ? CLOCK_OPTION : CLOCK_STATED,
                             .established = true};
    const char *by = given ? tr("--offset") : tr("both hosts state their zones");
    if (wide->accepted) {
        link.together = same_lead(wide, lead);
    } else {
        struct lag_estimate near = search(pair, lead, fmax(2 * pair->x.dt, 5));
        link.together = near.tried && near.p <= SUPPORT_P && near.quarters >= QUARTERS_LEAST;
    }
    link.note = link.together ? arena_printf(arena, tr("%s, and what their GPUs do goes together"), by)
                : wide->accepted
                    ? arena_printf(arena, tr("%s; but what their GPUs do goes together at %+.0f s"), by, wide->lead)
                    : arena_printf(arena, tr("%s; what their GPUs do shows no common pattern"), by);
    return link;
}

struct host_link align_hosts(const struct host_log *reference, const struct host_log *other, struct arena *arena) {
    struct arena *work = arena_new();
    struct pair pair = {.printed = other->offset - reference->offset, .work = work};
    struct lag_estimate wide = {.lead = NAN, .refusal = tr("too little is logged on both sides to compare them")};
    double dt = link_step(span_of(reference->gpus, reference->count), span_of(other->gpus, other->count));
    if (activity_of_gpus(reference->gpus, reference->count, dt, work, &pair.x) &&
        activity_of_gpus(other->gpus, other->count, dt, work, &pair.y))
        wide = search(&pair, 0, ANYWHERE);
    wide.accepted = wide.accepted && wide.p <= PROOF_P;
    bool given = !isnan(reference->given) || !isnan(other->given);
    double lead = (isnan(other->given) ? 0 : other->given) - (isnan(reference->given) ? 0 : reference->given);
    bool stated = !given && reference->utc && other->utc;
    struct host_link link;
    if (given || (stated && !(wide.accepted && !same_lead(&wide, 0))))
        link = known(&pair, &wide, lead, given, arena);
    else if (wide.accepted)
        link = by_proof(&wide, dt, arena, stated);
    else
        link = (struct host_link){
            .uncertainty = UNPROVED_SAME,
            .method = CLOCK_ASSUMED,
            .note =
                arena_printf(arena, tr("assumed to show the same time as the first host; not established: %s"),
                             wide.refusal[0] != '\0' ? wide.refusal : tr("what their GPUs do may be alike by chance"))};
    arena_free(work);
    return link;
}

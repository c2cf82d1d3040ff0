// align_link.c: the lead of one log over a reference, by weighing what speaks for it.
#include "analyzer/align_link.h"

#include <math.h>

#include "analyzer/align_parts.h"
#include "core/lang.h"

// Queues and caches shift what disks show against what GPUs show by some seconds: a skew below this is not claimed on
// correlation alone.
#define SKEW_LEAST 10.0
// The lines of a job stand for steps behind which batches are already fetched, and for the time since the last line.
#define SKEW_OF_JOB 45.0
// Two witnesses agree within this, besides their own uncertainties.
#define AGREEMENT 10.0
// Chance of a correlation that supports what an anchor says, over all lags of the window looked at.
#define SUPPORT_P 0.01
// Logs of one run that overlap less than this share, as printed, are hardly on one clock.
#define OVERLAP_PLAUSIBLE 0.5
// What a lead that nobody proved may be off by: a clock nobody sets, and any zone.
#define UNPROVED_SAME 60.0
#define UNPROVED_ZONE (14 * 3600.0)

// A reach that leaves out no lead.
#define ANYWHERE 1e9

struct case_file {
    struct span a, b;  // reference, other
    struct span work;  // of the reference's GPUs
    struct witness spans, modified;
    struct lag_estimate lags;
    const struct link_request *request;
    struct arena *arena;
};

double link_step(struct span a, struct span b) {
    double length = fmin(a.last - a.first, b.last - b.first);
    double longest = fmax(a.last - a.first, b.last - b.first);
    double dt = fmax(fmax(a.cadence, b.cadence), fmin(10, length / 400));
    return fmax(fmax(dt, 1), longest / 20000);
}

// Correlation of the two logs with leads around `centre`; step and range of k as in lag_search.
static struct lag_estimate search(const struct case_file *file, double centre, double step, double reach) {
    struct lag_estimate estimate = {.lead = NAN, .refusal = ""};
    const struct link_request *request = file->request;
    struct arena *work = arena_new();
    struct activity a;
    struct activity b;
    struct reading printed = {0};
    double dt = link_step(file->a, file->b);
    if (activity_of(request->reference, request->reference_count, printed, dt, work, &a) &&
        activity_of(&request->other, 1, printed, dt, work, &b)) {
        struct lag_search lags = {.reference = &a,
                                  .other = &b,
                                  .centre = centre + request->assumed,
                                  .step = step,
                                  .reach = reach,
                                  .low = ZONE_WEST - ZONE_EAST,
                                  .high = ZONE_EAST - ZONE_WEST};
        estimate = lags_estimate(&lags, work);
        estimate.lead -= request->assumed;
        estimate.refusal = arena_string(file->arena, estimate.refusal);
    }
    arena_free(work);
    return estimate;
}

static bool near(double a, double b, double within) { return fabs(a - b) <= within; }

// Whether the correlation, asked about this lead alone, says yes.
static bool correlation_supports(const struct case_file *file, double lead) {
    if (file->lags.accepted) return near(file->lags.lead, lead, SKEW_LEAST + file->lags.uncertainty);
    struct lag_estimate local = search(file, lead, 0, SKEW_MOST);
    return local.tried && local.p <= SUPPORT_P && near(local.lead, lead, SKEW_LEAST + local.uncertainty);
}

static struct link_result result(double lead, double uncertainty, enum clock_method method, bool established,
                                 const char *note) {
    return (struct link_result){lead, uncertainty, method, established, note};
}

// A lead that is a zone and nothing else.
static struct link_result zone_only(double lead, double uncertainty, const char *note) {
    double zone = lead_zone(lead);
    return result(zone, uncertainty, zone == 0 ? CLOCK_ASSUMED : CLOCK_ESTIMATED, true, note);
}

static const char *sure(const struct case_file *file, double lead, const char *by) {
    if (fabs(lead) < 0.5) return arena_printf(file->arena, tr("the clock of the reference, shown by %s"), by);
    return arena_printf(file->arena, tr("%+.0f s against the reference, shown by %s"), lead, by);
}

// ── the cases, from the strongest ───────────────────────────────────────────

static bool anchors_agree(const struct case_file *file) {
    return file->spans.speaks && file->modified.speaks &&
           near(file->spans.lead, file->modified.lead,
                AGREEMENT + fmax(file->spans.uncertainty, file->modified.uncertainty));
}

// Does an anchor speak of another lead than this one?
static bool anchors_contradict(const struct case_file *file, double lead, double within) {
    return (file->spans.speaks && !near(file->spans.lead, lead, within + file->spans.uncertainty)) ||
           (file->modified.speaks && !near(file->modified.lead, lead, within + file->modified.uncertainty));
}

static bool has_job(const struct source *source) {
    for (size_t i = 0; i < source->table_count; i++)
        if (source->tables[i].entity_kind == ENTITY_JOB) return true;
    return false;
}

static struct link_result by_correlation(const struct case_file *file) {
    const struct lag_estimate *lags = &file->lags;
    const char *by = arena_printf(file->arena, tr("correlation (p = %.1g, %d of 4 parts of the run agree)"), lags->p,
                                  lags->quarters);
    double rest = lead_rest(lags->lead);
    // Prefetched data and written-back pages shift what disks show by seconds, and stamps stand for whole intervals.
    double coarse = 5 + fmax(file->a.cadence, file->b.cadence) / 4;
    double least = SKEW_LEAST;
    if (has_job(file->request->other)) coarse += least = SKEW_OF_JOB;
    if (fabs(rest) <= fmax(least, 2 * lags->uncertainty)) {
        double zone = lead_zone(lags->lead);
        return zone_only(zone, fabs(rest) + lags->uncertainty + coarse, sure(file, zone, by));
    }
    return result(lags->lead, lags->uncertainty + coarse, CLOCK_ESTIMATED, true, sure(file, lags->lead, by));
}

static struct link_result by_anchors(const struct case_file *file) {
    const char *by = tr("when the logs begin and end, and when their files were last written");
    double lead = (file->spans.lead + file->modified.lead) / 2;
    double uncertainty = fmax(file->spans.uncertainty, file->modified.uncertainty);
    double late = AGREEMENT + uncertainty;
    // For seconds the correlation is the finer scale, if it sees them.
    if (file->lags.accepted && near(file->lags.lead, lead, late)) return by_correlation(file);
    if (fabs(lead_rest(lead)) <= late && fabs(lead_rest(file->spans.lead)) <= late)
        return zone_only(lead, late, sure(file, lead_zone(lead), by));
    return result(lead, uncertainty, CLOCK_ESTIMATED, true, sure(file, lead, by));
}

// One anchor shows a zone; seconds it does not show.
static bool one_anchor(const struct case_file *file, const struct witness *anchor, const char *by,
                       struct link_result *out) {
    if (!anchor->speaks) return false;
    double late = AGREEMENT + anchor->uncertainty;
    double zone = lead_zone(anchor->lead);
    if (fabs(lead_rest(anchor->lead)) > late) return false;
    if (zone != 0 && !correlation_supports(file, zone)) return false;
    *out = zone_only(zone, late, sure(file, zone, by));
    return true;
}

// Two files, each written right after its own last stamp, show each its own zone. A log that fell silent before its
// file was closed looks the same, so this is only believed of logs that cannot be on one clock as printed.
static bool by_files(const struct case_file *file, struct link_result *out) {
    const struct witness *files = &file->modified;
    if (lead_zone(files->lead) != 0 && spans_overlap(file->a, file->b, 0) >= OVERLAP_PLAUSIBLE) return false;
    if (!files->speaks || file->request->other->modified == file->request->reference[0]->modified) return false;
    if (fabs(lead_rest(files->lead)) > files->uncertainty) return false;
    *out = zone_only(files->lead, AGREEMENT + files->uncertainty,
                     sure(file, lead_zone(files->lead), tr("the times at which the files were last written")));
    return true;
}

static struct link_result unproved(const struct case_file *file) {
    double overlap = spans_overlap(file->a, file->b, 0);
    if (overlap >= OVERLAP_PLAUSIBLE)
        return result(0, UNPROVED_SAME, CLOCK_ASSUMED, false,
                      tr("assumed to be on the reference's clock; alignment not established"));
    const char *why =
        file->lags.refusal != NULL && file->lags.refusal[0] != '\0' ? file->lags.refusal : tr("nothing else places it");
    return result(0, UNPROVED_ZONE, CLOCK_ASSUMED, false,
                  arena_printf(file->arena,
                               tr("alignment not established: as printed it overlaps the reference by %.0f %%, and %s"),
                               100 * overlap, why));
}

static struct link_result judge(struct case_file *file) {
    struct link_result out;
    if (anchors_agree(file)) return by_anchors(file);
    const struct lag_estimate *lags = &file->lags;
    if (lags->accepted && !anchors_contradict(file, lags->lead, SKEW_LEAST + lags->uncertainty))
        return by_correlation(file);
    // Anchors that contradict each other or the correlation prove nothing but the plain case below.
    bool quarrel = lags->accepted || (file->spans.speaks && file->modified.speaks);
    if (!quarrel && one_anchor(file, &file->spans, tr("when the logs begin and end"), &out)) return out;
    if (!quarrel && by_files(file, &out)) return out;
    if (!quarrel && one_anchor(file, &file->modified, tr("the times at which the files were last written"), &out))
        return out;
    if (!lags->accepted && spans_contained(file->a, file->b))
        return zone_only(0, UNPROVED_SAME,
                         tr("on the reference's clock: it covers the same time, and would not in any other zone"));
    if (!lags->accepted && has_job(file->request->other) && spans_job(file->work, file->b))
        return zone_only(0, UNPROVED_SAME, tr("on the reference's clock: it ends when the GPUs stop working"));
    return unproved(file);
}

struct lag_estimate link_search(const struct source *reference, const struct source *other, double centre, double reach,
                                struct arena *arena) {
    struct link_request request = {&reference, 1, other, 0, true};
    struct case_file file = {.a = span_of(&reference, 1), .b = span_of(&other, 1), .request = &request, .arena = arena};
    if (!file.a.known || !file.b.known) return (struct lag_estimate){.lead = NAN, .refusal = ""};
    return search(&file, centre, 0, reach);
}

static struct link_result judge_part(const struct case_file *file) {
    return file->lags.accepted ? by_correlation(file) : unproved(file);
}

struct link_result link_logs(const struct link_request *request, struct arena *arena) {
    struct case_file file = {
        .a = span_of(request->reference, request->reference_count),
        .b = span_of(&request->other, 1),
        .work = span_of_work(request->reference, request->reference_count),
        .request = request,
        .arena = arena,
    };
    file.b.first -= request->assumed;
    file.b.last -= request->assumed;
    file.spans = witness_spans(file.a, file.b);
    file.modified = witness_modified(request->reference[0], file.a, request->other, file.b);
    file.lags = request->part ? search(&file, 0, 0, ANYWHERE) : search(&file, 0, ZONE_STEP, SKEW_MOST);
    struct link_result out = request->part ? judge_part(&file) : judge(&file);
    out.lead += request->assumed;
    return out;
}

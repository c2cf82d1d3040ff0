// The first page: what cost the fleet most, where, how sure, what to do.
#include <math.h>

#include "analyzer/fleet.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/document_build.h"
#include "reports/fleet_report.h"
#include "reports/shown.h"
#include "reports/writer.h"

static double share(double part, double whole) { return whole > 0 ? part / whole : NAN; }

// The most expensive cause that is one: that nobody knows why is an answer only if there is no other.
static const struct fleet_by_cause *top_cause(const struct fleet *fleet) {
    for (size_t i = 0; i < fleet->cause_count; i++)
        if (fleet->causes[i].cause != CAUSE_UNKNOWN && fleet->causes[i].sum.lost > 0) return &fleet->causes[i];
    return fleet->cause_count > 0 && fleet->causes[0].sum.lost > 0 ? &fleet->causes[0] : NULL;
}

static double unknown_lost(const struct fleet *fleet) {
    for (size_t i = 0; i < fleet->cause_count; i++)
        if (fleet->causes[i].cause == CAUSE_UNKNOWN) return fleet->causes[i].sum.lost;
    return 0;
}

static const struct fleet_thing *top_thing(const struct fleet_thing *things, size_t count, enum cause cause) {
    const struct fleet_thing *top = NULL;
    for (size_t i = 0; i < count; i++)
        if (things[i].by_cause[cause] > 0 && (things[i].host[0] != '\0' || things[i].serial[0] != '\0') &&
            (top == NULL || things[i].by_cause[cause] > top->by_cause[cause]))
            top = &things[i];
    return top;
}

static const char *what(struct arena *arena, const struct fleet *fleet, const struct fleet_by_cause *top) {
    const struct fleet_sum *sum = &top->sum;
    return arena_printf(
        arena, tr("%s (%s): %s of %s lost GPU-hours (%s), in %zu of %zu runs."), cause_id(top->cause),
        cause_title(top->cause), unit_number(arena, sum->lost, 3), unit_number(arena, fleet->total.lost, 3),
        shown_share(arena, share(sum->lost, fleet->total.lost)), sum->runs, fleet->status[FLEET_ANALYSED]);
}

static const char *place(struct arena *arena, const struct fleet_thing *thing, enum cause cause) {
    return arena_printf(arena, tr("%s: %s; runs there: %zu."), fleet_thing_name(arena, thing),
                        shown_gpu_time(arena, thing->by_cause[cause]), thing->sum.runs);
}

static const char *where(struct arena *arena, const struct fleet *fleet, enum cause cause) {
    const struct fleet_thing *host = top_thing(fleet->hosts, fleet->host_count, cause);
    const struct fleet_thing *disk = top_thing(fleet->disks, fleet->disk_count, cause);
    const char *worst = "";
    if (fleet->worst_count > 0 && fleet->worst[0]->cause == cause)
        worst = arena_printf(arena, tr("Worst run: %s, %s."), shown_name(arena, fleet->worst[0]->run, 80),
                             shown_gpu_time(arena, fleet->worst[0]->lost_total));
    const char *first = host == NULL ? tr("No host is named in the logs of these runs.")
                                     : arena_printf(arena, tr("Most on host %s"), place(arena, host, cause));
    const char *second = disk == NULL ? "" : arena_printf(arena, tr("Most by a disk: %s"), place(arena, disk, cause));
    return arena_printf(arena, "%s%s%s%s%s", first, second[0] == '\0' ? "" : " ", second, worst[0] == '\0' ? "" : " ",
                        worst);
}

static const char *how_sure(struct arena *arena, const struct fleet *fleet, const struct fleet_by_cause *top) {
    const char *interval = arena_printf(arena, tr("95 %% interval %s to %s GPU-hours."),
                                        unit_number(arena, top->sum.low, 3), unit_number(arena, top->sum.high, 3));
    const char *mean =
        !isfinite(top->confidence)
            ? tr("It is the main verdict of no run.")
            : arena_printf(arena, tr("It is the verdict of %zu of %zu runs, with a mean confidence of %s."),
                           top->sum.slow, fleet->status[FLEET_ANALYSED], shown_share(arena, top->confidence));
    double open = unknown_lost(fleet);
    if (top->cause == CAUSE_UNKNOWN || !(open > 0)) return arena_printf(arena, "%s %s", mean, interval);
    return arena_printf(arena, tr("%s %s Nobody can tell from these logs why another %s were lost (%s of all loss)."),
                        mean, interval, shown_gpu_time(arena, open),
                        shown_share(arena, share(open, fleet->total.lost)));
}

// The advice for the run of this cause that lost most.
static const char *advice(const struct fleet_by_cause *top) {
    const struct fleet_run *worst = top->sum.worst;
    return worst == NULL || worst->cause != top->cause ? "" : worst->next;
}

static const char *missing_words(struct arena *arena, const struct fleet_missing *missing) {
    if (missing->hosts[0] == '\0')
        return arena_printf(arena, tr("%s: would settle %s."), missing->settle,
                            shown_gpu_time(arena, missing->unknown_hours));
    return arena_printf(arena, tr("%s, on hosts %s: would settle %s."), missing->settle,
                        shown_name(arena, missing->hosts, 200), shown_gpu_time(arena, missing->unknown_hours));
}

static void put_failing(struct document *document, struct section *section, const struct fleet *fleet) {
    if (fleet->failing_count == 0) return;
    struct arena *arena = document->arena;
    const struct fleet_thing *disk = fleet->failing[0];
    const char *words = arena_printf(arena, tr("Disks with suspect health counters: %zu; first %s: %s"),
                                     fleet->failing_count, fleet_thing_name(arena, disk), disk->health_sentence);
    section_field(document, section, tr("Failing disks"), words);
}

static void put_recurring(struct document *document, struct section *section, const struct fleet *fleet) {
    if (fleet->recurrence_count == 0 || !fleet->recurrences[0].established) return;
    struct arena *arena = document->arena;
    const struct fleet_recurrence *r = &fleet->recurrences[0];
    const char *words = arena_printf(
        arena, tr("%s: %s in %zu of its %zu runs; at the rate of the others it would be %s (q %s)."),
        fleet_thing_name(arena, r->thing), cause_id(r->cause), r->named, r->runs, unit_number(arena, r->expected, 2),
        r->q < 0.001 ? "< 0.001" : arena_printf(arena, "= %s", unit_number(arena, r->q, 2)));
    section_field(document, section, tr("It recurs"), words);
}

static void put_left_out(struct document *document, struct section *section, const struct fleet *fleet) {
    struct arena *arena = document->arena;
    size_t out = fleet->run_count - fleet->status[FLEET_ANALYSED];
    if (out == 0) return;
    const char *words =
        arena_printf(arena, tr("%zu of %zu runs: nothing usable %zu, failed %zu, crashed %zu, timed out %zu."), out,
                     fleet->run_count, fleet->status[FLEET_NOTHING], fleet->status[FLEET_FAILED],
                     fleet->status[FLEET_CRASHED], fleet->status[FLEET_TIMED_OUT]);
    section_field(document, section, tr("Not analysed"), words);
}

static void put_boxes(struct document *document, const struct fleet *fleet) {
    struct arena *arena = document->arena;
    struct number_box *boxes = document->boxes;
    size_t count = 0;
    boxes[count++] = (struct number_box){unit_number(arena, fleet->total.lost, 3), tr("GPU-hours lost")};
    boxes[count++] = (struct number_box){shown_share(arena, share(fleet->total.lost, fleet->total.gpu_hours)),
                                         tr("of the GPU time")};
    boxes[count++] = (struct number_box){
        arena_printf(arena, "%zu / %zu", fleet->status[FLEET_ANALYSED], fleet->run_count), tr("runs analysed")};
    if (isfinite(fleet->total.cost))
        boxes[count++] =
            (struct number_box){arena_printf(arena, "%.2f", fleet->total.cost), tr("cost at the given price")};
    document->box_count = count;
}

static void put_summary(struct document *document, const struct fleet *fleet, const struct fleet_by_cause *top) {
    struct summary *s = &document->summary;
    struct arena *arena = document->arena;
    if (top == NULL) {
        bool any = fleet->status[FLEET_ANALYSED] > 0;
        s->id = any ? tr("no loss") : tr("no run");
        s->title = any ? tr("no run lost measurable GPU time") : tr("there is no analysed run to sum up");
        s->sentence = s->title;
        return;
    }
    s->id = cause_id(top->cause);
    s->title = cause_title(top->cause);
    s->sentence = what(arena, fleet, top);
    s->why = where(arena, fleet, top->cause);
    s->sure = how_sure(arena, fleet, top);
    s->next = advice(top);
    if (isfinite(top->sum.cost))
        s->cost = arena_printf(arena, tr("%.2f of %.2f at the given price"), top->sum.cost, fleet->total.cost);
    if (fleet->missing_count > 0) s->settle = missing_words(arena, &fleet->missing[0]);
}

void fleet_answer(struct document *document, const struct fleet *fleet) {
    const struct fleet_by_cause *top = top_cause(fleet);
    put_summary(document, fleet, top);
    put_boxes(document, fleet);
    const struct summary *s = &document->summary;
    struct section *section = document_section(document, "summary", tr("Summary"), false);
    section_field(document, section, tr("What cost most"), s->sentence);
    section_field(document, section, tr("Where"), s->why);
    section_field(document, section, tr("How sure"), s->sure);
    section_field(document, section, tr("What it cost"), s->cost);
    section_field(document, section, tr("What next"), s->next);
    put_recurring(document, section, fleet);
    put_failing(document, section, fleet);
    section_field(document, section, tr("To be logged"), s->settle);
    put_left_out(document, section, fleet);
    section_figure(section, fleet_chart_causes(document->arena, fleet));
    section_figure(section, fleet_chart_places(document->arena, fleet));
}

// align_untimed.c: logs that print no times: placed by option, by when the file was last written, or by a correlation
// that proves itself. Otherwise they stay out of time.
#include <math.h>
#include <string.h>

#include "analyzer/align_parts.h"
#include "core/lang.h"

// Report intervals that people ask for.
static const double intervals[] = {1, 2, 5, 10, 15, 20, 30, 60};
enum { INTERVALS = sizeof intervals / sizeof intervals[0], REPORTS_LEAST = 30 };

// Samplers of one script start within this many seconds of each other.
#define START_TOGETHER 20.0
// A program stopped with its log half written, besides two reports.
#define WRITE_DELAY 15.0

struct untimed {
    const struct source *source;
    struct source_clock *clock;
    const struct source *const *reference;
    size_t reference_count;
    struct span span;  // of the reference
    double reports;    // ordinals run from 0 to reports - 1
    double step;       // s; NaN if not given
    double start;      // s, of ordinal 0; NaN if not given
    double written;    // s on the reference's clock: when the file was last written; NaN if not known
    struct arena *arena;
};

const struct clock_option *option_for(const struct clock_option *options, size_t count, const struct source *source) {
    const struct clock_option *named = NULL;
    const struct clock_option *general = NULL;
    struct text name = text_of(source_name(source));
    for (size_t i = 0; i < count; i++) {
        if (options[i].source == NULL)
            general = &options[i];
        else if (text_ends(name, options[i].source) || text_ends(text_of(source->path), options[i].source))
            named = &options[i];
    }
    return named != NULL ? named : general;
}

static double last_ordinal(const struct source *source) {
    double last = -1;
    for (size_t t = 0; t < source->table_count; t++)
        for (size_t i = 0; i < source->tables[t].row_count; i++) last = fmax(last, (double)source->tables[t].time[i]);
    return last;
}

// When the file was last written, on the clock of the reference: only if the reference's own file was written right
// after its last stamp, whatever the zone.
static double written_at(const struct source *source, const struct source *reference, struct span span) {
    if (source->modified == MILLIS_NONE || reference->modified == MILLIS_NONE || !span.known) return NAN;
    double zone = span.last - (double)reference->modified / 1000;
    double rest = lead_rest(zone);
    if (fabs(zone) > ZONE_EAST * ZONE_STEP + SKEW_MOST) return NAN;
    if (rest > 2 || rest < -(WRITE_DELAY + 2 * span.cadence)) return NAN;
    return (double)source->modified / 1000 + lead_zone(zone);
}

static void place(struct untimed *log, double start, double step, enum clock_method method, bool established,
                  double uncertainty, const char *note) {
    log->clock->placed = true;
    log->clock->untimed_start_ms = start * 1000;
    log->clock->untimed_step_ms = step * 1000;
    log->clock->method = method;
    log->clock->established = established;
    log->clock->uncertainty_seconds = uncertainty;
    log->clock->note = note;
}

static bool place_by_option(struct untimed *log) {
    if (isnan(log->start) || isnan(log->step)) return false;
    place(log, log->start, log->step, CLOCK_OPTION, true, log->step, tr("--start and --interval"));
    return true;
}

// Two anchors: the last report was written when the file was, and with an interval that people use, the first one
// then falls on the start of the reference log.
static bool place_by_file(struct untimed *log) {
    if (isnan(log->written) || log->reports < REPORTS_LEAST) return false;
    double best = NAN;
    for (size_t i = 0; i < INTERVALS; i++) {
        if (!isnan(log->step) && fabs(intervals[i] - log->step) > 1e-9) continue;
        double start = log->written - (log->reports - 1) * intervals[i];
        double off = fabs(start - log->span.first);
        // Reports slip a little every time, by up to 0.2 % of the interval.
        if (off > START_TOGETHER + 2 * intervals[i] + 2e-3 * (log->reports - 1) * intervals[i]) continue;
        if (!isnan(best)) return false;
        best = intervals[i];
    }
    if (isnan(best)) return false;
    double start = log->written - (log->reports - 1) * best;
    // What the slips add up to is taken from the span between the anchors, if the first report is known to be early.
    place(
        log, start, best, CLOCK_ESTIMATED, true, best + 10,
        arena_printf(log->arena,
                     tr("its file was last written at the end of the run, and %.0f reports every %.0f s begin with the "
                        "reference log"),
                     log->reports, best));
    return true;
}

// ── by correlation ──────────────────────────────────────────────────────────

struct fit {
    struct lag_estimate estimate;
    double start, step;
};

// The end of the log is looked for around `written` if known, else anywhere.
static struct fit try_interval(struct untimed *log, double step, double hypotheses) {
    struct fit fit = {.start = log->span.first, .step = step};
    double length = log->span.last - log->span.first;
    double dt = fmax(fmax(step, log->span.cadence), fmin(10, length / 400));
    dt = fmax(dt, length / 20000);
    struct arena *work = arena_new();
    struct activity reference;
    struct activity other;
    struct reading printed = {0};
    struct reading ordinal = {true, fit.start, step};
    if (activity_of(log->reference, log->reference_count, printed, dt, work, &reference) &&
        activity_of(&log->source, 1, ordinal, dt, work, &other)) {
        struct lag_search search = {.reference = &reference, .other = &other, .hypotheses = hypotheses};
        double own_length = (log->reports - 1) * step;
        bool anchored = !isnan(log->written) || !isnan(log->start);
        double begins = !isnan(log->start) ? log->start : log->written - own_length;
        // The lead of what is read as beginning at span.first over what truly begins at `begins`.
        search.centre = anchored ? fit.start - begins : 0;
        search.reach = anchored ? SKEW_MOST : length + own_length;
        fit.estimate = lags_estimate(&search, work);
        // The refusal lives in the working memory.
        fit.estimate.refusal = arena_string(log->arena, fit.estimate.refusal == NULL ? "" : fit.estimate.refusal);
        fit.start -= fit.estimate.lead;
    }
    arena_free(work);
    return fit;
}

static bool place_by_correlation(struct untimed *log) {
    double length = log->span.last - log->span.first;
    struct fit fits[INTERVALS];
    size_t count = 0;
    size_t tried = 0;
    for (size_t i = 0; i < INTERVALS; i++)
        tried += (log->reports - 1) * intervals[i] <= 1.5 * length && (log->reports - 1) * intervals[i] >= 300;
    for (size_t i = 0; i < INTERVALS; i++) {
        double step = isnan(log->step) ? intervals[i] : log->step;
        double own = (log->reports - 1) * step;
        if (own > 1.5 * length || own < 300) continue;
        fits[count++] = try_interval(log, step, isnan(log->step) ? (double)tried : 1);
        if (!isnan(log->step)) break;
    }
    struct fit *best = NULL;
    double second = 0;
    for (size_t i = 0; i < count; i++) {
        if (!fits[i].estimate.tried) continue;
        if (best == NULL || fits[i].estimate.z > best->estimate.z) {
            if (best != NULL) second = fmax(second, best->estimate.z);
            best = &fits[i];
        } else {
            second = fmax(second, fits[i].estimate.z);
        }
    }
    if (best == NULL || !best->estimate.accepted || best->estimate.z < 1.2 * second) {
        if (best != NULL && best->estimate.refusal != NULL) log->clock->note = best->estimate.refusal;
        return false;
    }
    place(log, best->start, best->step, CLOCK_ESTIMATED, true, fmax(best->estimate.uncertainty, best->step),
          arena_printf(log->arena, tr("one report every %.0f s, placed by correlation with the reference (p = %.1g)"),
                       best->step, best->estimate.p));
    return true;
}

void untimed_place(const struct source *source, const struct analyze_options *options,
                   const struct source *const *reference, size_t reference_count, struct arena *arena,
                   struct source_clock *clock) {
    const struct clock_option *start = option_for(options->starts, options->start_count, source);
    const struct clock_option *step = option_for(options->intervals, options->interval_count, source);
    struct untimed log = {
        .source = source,
        .clock = clock,
        .reference = reference,
        .reference_count = reference_count,
        .span = span_of(reference, reference_count),
        .reports = last_ordinal(source) + 1,
        .step = step == NULL ? NAN : step->seconds,
        .start = start == NULL ? NAN : (double)start->time / 1000,
        .written = NAN,
        .arena = arena,
    };
    clock->placed = false;
    clock->established = false;
    clock->note = tr("it prints no times, and nothing proves where it belongs; --start and --interval would place it");
    if (reference_count > 0) log.written = written_at(source, reference[0], log.span);
    if (place_by_option(&log) || reference_count == 0 || log.reports < REPORTS_LEAST) return;
    if (isnan(log.start) && place_by_file(&log)) return;
    const char *plain = clock->note;
    if (place_by_correlation(&log)) return;
    if (clock->note != plain)
        clock->note = arena_printf(
            arena,
            tr("it prints no times, and nothing proves where it belongs (%s); --start and --interval would place it"),
            clock->note);
}

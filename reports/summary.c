#include "reports/summary.h"

#include <math.h>
#include <string.h>

#include "analyzer/diagnosis.h"
#include "core/lang.h"
#include "core/unit.h"
#include "reports/shown.h"

// "61.2 of 92.1 GPU-hours lost (66 %; 58.1 to 63.9)", with money if a price was given.
static const char *cost_of(struct arena *arena, const struct diagnosis *diagnosis) {
    double total = diagnosis->lost_total;
    double all = diagnosis->gpu_hours;
    if (!isfinite(total) || !isfinite(all) || all <= 0) return tr("not known: no GPU log says how busy the GPUs were");
    const char *lost = unit_number(arena, total, 3);
    const char *of = unit_number(arena, all, 3);
    const char *share = shown_share(arena, total / all);
    const char *text;
    if (isfinite(diagnosis->lost_low) && isfinite(diagnosis->lost_high))
        text = arena_printf(arena, tr("%s of %s GPU-hours lost (%s; %s to %s)"), lost, of, share,
                            unit_number(arena, diagnosis->lost_low, 3), unit_number(arena, diagnosis->lost_high, 3));
    else
        text = arena_printf(arena, tr("%s of %s GPU-hours lost (%s)"), lost, of, share);
    if (!isfinite(diagnosis->cost)) return text;
    return arena_printf(arena, tr("%s, worth %.2f"), text, diagnosis->cost);
}

// What the confidence rests on, with the number in front.
static const char *sure_of(struct arena *arena, const struct diagnosis *diagnosis) {
    const struct verdict *verdict = &diagnosis->verdict;
    const char *percent = shown_share(arena, verdict->confidence);
    const char *note = shown_text(arena, verdict->confidence_note);
    if (note[0] == '\0') return arena_printf(arena, tr("%s (data quality %c)"), percent, diagnosis->quality.grade);
    return arena_printf(arena, tr("%s (data quality %c): %s"), percent, diagnosis->quality.grade, note);
}

static bool is_verdict(const struct verdict *verdict, const struct finding *finding) {
    return verdict->cause == finding->cause && strcmp(verdict->entity, finding->entity) == 0;
}

// Findings beside the verdict that somebody must hear of, most severe first.
static const char *also_of(struct arena *arena, const struct diagnosis *diagnosis) {
    const char *text = "";
    size_t named = 0, left = 0;
    for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_WARNING; severity--) {
        for (size_t i = 0; i < diagnosis->finding_count; i++) {
            const struct finding *finding = &diagnosis->findings[i];
            if ((int)finding->severity != severity || is_verdict(&diagnosis->verdict, finding)) continue;
            if (named == 3) {
                left++;
                continue;
            }
            const char *one =
                arena_printf(arena, tr("%s (%s)"), shown_cause(arena, (int)finding->cause, finding->entity),
                             shown_severity(finding->severity));
            text = arena_printf(arena, "%s%s%s", text, named == 0 ? "" : tr(", "), one);
            named++;
        }
    }
    return left == 0 ? text : arena_printf(arena, tr("%s and %zu more"), text, left);
}

struct summary summary_of(struct arena *arena, const struct diagnosis *diagnosis) {
    const struct verdict *verdict = &diagnosis->verdict;
    return (struct summary){
        .id = shown_cause(arena, (int)verdict->cause, verdict->entity),
        .title = cause_title(verdict->cause),
        .sentence = shown_text(arena, verdict->sentence),
        .why = shown_text(arena, verdict->why),
        .sure = sure_of(arena, diagnosis),
        .cost = cost_of(arena, diagnosis),
        .counterfactual = shown_text(arena, verdict->counterfactual),
        .next = shown_text(arena, verdict->next),
        .against = shown_text(arena, verdict->against),
        .settle = shown_text(arena, verdict->settle),
        .also = also_of(arena, diagnosis),
    };
}

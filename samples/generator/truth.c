// truth.c: the ledger of lost GPU time and its JSON.
#include "samples/generator/truth.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const truth_names[TRUTH_COUNT_] = {
    "compute-bound", "storage-read",  "storage-write",  "cpu-preprocessing", "input-elsewhere", "host-memory",
    "gpu-thermal",   "gpu-power-cap", "gpu-clock-held", "pcie-degraded",     "gpu-straggler",   "communication-bound",
    "gpu-fault",     "gpu-memory",    "epoch-gap",      "job-idle"};

void ledger_init(struct ledger *ledger, double seconds) {
    ledger_free(ledger);
    ledger->bins = (int)ceil(seconds / LEDGER_BIN) + 1;
    ledger->bin = calloc((size_t)ledger->bins, sizeof *ledger->bin);
    ledger->bin_idle = calloc((size_t)ledger->bins, sizeof *ledger->bin_idle);
    if (!ledger->bin || !ledger->bin_idle) abort();
}

void ledger_free(struct ledger *ledger) {
    free(ledger->bin);
    free(ledger->bin_idle);
    memset(ledger, 0, sizeof *ledger);
}

void ledger_lose(struct ledger *ledger, double now, enum truth cause, double gpu_seconds) {
    int bin = (int)(now / LEDGER_BIN);
    ledger->lost[cause] += gpu_seconds;
    if (bin >= 0 && bin < ledger->bins) ledger->bin[bin][cause] += gpu_seconds;
}

static enum truth worst(const double *lost) {
    enum truth cause = TRUTH_NONE;
    for (int c = TRUTH_NONE + 1; c < TRUTH_IDLE; c++)
        if (lost[c] > (cause == TRUTH_NONE ? 0 : lost[cause])) cause = (enum truth)c;
    return cause;
}

static double total_lost(const double *lost) {
    double sum = 0;
    for (int c = TRUTH_NONE + 1; c < TRUTH_IDLE; c++) sum += lost[c];
    return sum;
}

bool truth_typical(const struct tale *tale, const struct ledger *ledger) {
    const struct story *story = &tale->nodes[0];
    double gpu_seconds = tale_gpus(tale) * story->plan.seconds, active = fmax(1, gpu_seconds - ledger->idle);
    double lost = total_lost(ledger->lost);
    if (story->primary == TRUTH_IDLE) return ledger->idle > 0.6 * gpu_seconds;
    // The odd reading of an all-healthy run: a cold cache, a hiccup. Not more than that.
    if (story->primary == TRUTH_NONE) return lost < 0.05 * active;
    enum truth first = worst(ledger->lost);
    bool twin = story->accepted[1] && strcmp(truth_names[first], story->accepted[1]) == 0;
    return (first == story->primary || twin) && ledger->lost[first] > 0.12 * active &&
           ledger->lost[first] > 0.55 * lost * (twin || story->accepted[1] ? 0.8 : 1.4);
}

// ── JSON ────────────────────────────────────────────────────────────────────

static void put_strings(FILE *out, const char *key, const char *const *strings, size_t most) {
    fprintf(out, " \"%s\": [", key);
    for (size_t i = 0; i < most && strings[i]; i++) fprintf(out, "%s\"%s\"", i ? ", " : "", strings[i]);
    fprintf(out, "],\n");
}

static void put_findings(FILE *out, const char *key, const struct wanted_finding *findings) {
    fprintf(out, " \"%s\": [", key);
    for (int i = 0; i < 3 && findings[i].cause; i++) {
        fprintf(out, "%s{\"cause\": \"%s\", \"entity\": ", i ? ", " : "", findings[i].cause);
        if (findings[i].entity)
            fprintf(out, "\"%s\"", findings[i].entity);
        else
            fprintf(out, "null");
        fprintf(out, ", \"severity\": \"%s\"}", findings[i].severity);
    }
    fprintf(out, "],\n");
}

static void put_run(FILE *out, const struct tale *tale) {
    const struct plan *plan = &tale->nodes[0].plan;
    char start[32], end[32];
    stamp_iso(start, sizeof start, plan->start);
    stamp_iso(end, sizeof end, plan->start + (int64_t)plan->seconds);
    fprintf(out,
            " \"run\": {\"t0\": %lld, \"start\": \"%s\", \"end\": \"%s\", \"seconds\": %.0f, \"gpus\": %d, \"board\": "
            "\"%s\"},\n",
            (long long)plan->start, start, end, plan->seconds, tale_gpus(tale), plan->board->name);
}

static void put_hours(FILE *out, const struct tale *tale, const struct ledger *ledger) {
    bool first = true;
    fprintf(out, " \"lost_gpu_hours\": {\"total\": %.4f, \"by_cause\": {", total_lost(ledger->lost) / 3600);
    for (int c = TRUTH_NONE + 1; c < TRUTH_IDLE; c++) {
        if (ledger->lost[c] < 0.5) continue;
        fprintf(out, "%s\"%s\": %.4f", first ? "" : ", ", truth_names[c], ledger->lost[c] / 3600);
        first = false;
    }
    fprintf(out, "}, \"idle\": %.4f, \"gpu_hours\": %.4f, \"graded\": %s},\n", ledger->idle / 3600,
            tale_gpus(tale) * tale->nodes[0].plan.seconds / 3600, tale->nodes[0].hours_count ? "true" : "false");
}

// Offsets are relative to UTC: printed time minus true time.
static void put_clock(FILE *out, const char *node, const char *file, const char *kind, double offset, bool timed,
                      bool graded, bool *first) {
    if (!file) return;
    fprintf(out, "%s\n  {\"source\": \"%s%s%s\", \"kind\": \"%s\", \"offset_seconds\": ", *first ? "" : ",",
            node ? node : "", node ? "/" : "", file, kind);
    if (timed)
        fprintf(out, "%.1f", offset);
    else
        fprintf(out, "null");
    fprintf(out, ", \"graded\": %s}", graded ? "true" : "false");
    *first = false;
}

// Of several nodes only the GPU logs are graded: one clock against another.
static void put_node_clocks(FILE *out, const struct story *story, bool fault, bool *first) {
    const struct capture *c = &story->capture;
    const char *node = story->plan.node;
    double gpu = 60.0 * c->gpu_zone_minutes + c->gpu_skew, host = 60.0 * c->zone_minutes;
    bool iso = c->stamps == STAMP_ISO && !c->snapshot_loop;
    put_clock(out, node, c->gpu_file, "gpu", gpu, true, fault, first);
    put_clock(out, node, c->iostat_file, "iostat", (iso ? 0 : host) + c->iostat_skew, c->timed || c->snapshot_loop,
              fault && c->timed && !node, first);
    put_clock(out, node, c->vmstat_file, "vmstat", host + c->iostat_skew, true, false, first);
    put_clock(out, node, c->mpstat_file, "mpstat", host + c->iostat_skew, true, false, first);
    put_clock(out, node, c->train_file, "train", gpu, true, false, first);
}

static void put_clocks(FILE *out, const struct tale *tale) {
    bool first = true;
    fprintf(out, " \"clocks\": [");
    for (int i = 0; i < tale->count; i++)
        put_node_clocks(out, &tale->nodes[i], tale->nodes[0].clock_fault != NULL, &first);
    fprintf(out, "],\n");
}

// What a bin may be called: what was lost most there, what else was lost there, and the work itself where little was.
static unsigned bin_accepts(const struct tale *tale, const struct ledger *ledger, int bin) {
    const struct story *story = &tale->nodes[0];
    double seconds = LEDGER_BIN * tale_gpus(tale), lost = total_lost(ledger->bin[bin]) / seconds;
    unsigned accepts = 0;
    if (ledger->bin_idle[bin] > 0.05 * seconds) accepts |= 1u << TRUTH_IDLE;
    if (ledger->bin_idle[bin] > 0.6 * seconds) return accepts;
    if (lost < 0.25) accepts |= 1u << TRUTH_NONE;
    for (int c = TRUTH_NONE + 1; c < TRUTH_IDLE; c++)
        if (ledger->bin[bin][c] > 0.04 * seconds) accepts |= 1u << c;
    if (story->periodic) accepts |= 1u << story->primary | 1u << TRUTH_NONE;
    return accepts;
}

static void put_bins(FILE *out, const struct tale *tale, const struct ledger *ledger) {
    fprintf(out, " \"bins\": [");
    int bins = (int)(tale->nodes[0].plan.seconds / LEDGER_BIN), from = 0;
    unsigned before = bin_accepts(tale, ledger, 0);
    bool first = true;
    for (int i = 1; i <= bins; i++) {
        unsigned now = i < bins ? bin_accepts(tale, ledger, i) : 0;
        if (i < bins && now == before) continue;
        fprintf(out, "%s\n  {\"start\": %d, \"end\": %d, \"accept\": [", first ? "" : ",", from * LEDGER_BIN,
                i * LEDGER_BIN);
        bool comma = false;
        for (int c = 0; c < TRUTH_COUNT_; c++)
            if (before >> c & 1) fprintf(out, "%s\"%s\"", comma ? ", " : "", truth_names[c]), comma = true;
        fprintf(out, "]}");
        from = i;
        before = now;
        first = false;
    }
    fprintf(out, "]\n");
}

bool truth_write(const struct tale *tale, const struct ledger *ledger, const char *dir, uint64_t seed) {
    const struct story *story = &tale->nodes[0];
    char path[4096];
    snprintf(path, sizeof path, "%s/truth.json", dir);
    FILE *out = fopen(path, "w");
    if (!out) {
        fprintf(stderr, "generate: %s: %s\n", path, strerror(errno));
        return false;
    }
    fprintf(out, "{\"schema\": \"whyslow.truth/1\",\n \"scenario\": \"%s\", \"seed\": %llu,\n \"decoy\": %s,\n",
            story->plan.scenario, (unsigned long long)seed, story->decoy ? "true" : "false");
    put_strings(out, "accepted", story->accepted, 4);
    put_strings(out, "entities", story->entities, 3);
    put_findings(out, "findings_required", story->required);
    put_findings(out, "findings_forbidden", story->forbidden);
    if (story->clock_fault) fprintf(out, " \"clock_fault\": \"%s\",\n", story->clock_fault);
    put_run(out, tale);
    put_hours(out, tale, ledger);
    put_clocks(out, tale);
    put_bins(out, tale, ledger);
    fprintf(out, "}\n");
    return fclose(out) == 0;
}

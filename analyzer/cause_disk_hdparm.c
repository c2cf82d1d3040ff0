// A disk that hdparm reads at next to nothing, as a claim: the disk or its path is sick, and the page says which.
//
// hdparm.md: a bad figure counts where reads from the cache are normal (else the machine was starved) and no run had
// the disk; SMART or the kernel log proves whose fault it is.
#include <string.h>

#include "analyzer/cause.h"
#include "core/lang.h"

// MB/s. Where hdparm changes its unit: the slowest card or stick reads ten times as fast.
#define SLOW 1.0
// MB/s of reads from the cache: a small ARM board has 700.
#define STARVED 500.0
// A disk that slept may take this long to be ready.
#define SPIN_UP_SECONDS 30.0

struct reads {
    double rate, cached;  // MB/s: the best figure of each kind
    double seconds;       // spent on all reads from the disk
    uint32_t line;
};

static bool during_run(const struct run *run, const struct source *source, const struct table *table, size_t row) {
    if (run->bins == 0) return false;
    const struct source_clock *clock = run_clock(run, source);
    if (source->clock == CLOCK_NONE || !clock->placed) return true;
    millis at = clock_to_run(clock, table->time[row], table->line[row]);
    return at >= run->start && at <= run->end;
}

static double cell(const struct table *table, const char *name, size_t row) {
    const struct column *column = table_find(table, name);
    return column == NULL ? NAN : column->values[row];
}

static struct reads reads_of(const struct run *run, const struct source *source, const struct table *table) {
    struct reads reads = {.rate = NAN, .cached = NAN};
    for (size_t row = 0; row < table->row_count; row++) {
        if (during_run(run, source, table, row)) continue;
        double rate = fmax(cell(table, "buffered disk reads", row), cell(table, "O_DIRECT disk reads", row));
        reads.cached = fmax(reads.cached, cell(table, "cached reads", row));
        if (isnan(rate)) continue;
        reads.rate = fmax(reads.rate, rate);
        reads.seconds += cell(table, "disk reads.seconds", row);
        reads.line = table->line[row];
    }
    return reads;
}

static void judge_reads(struct run *run, struct claims *claims, const struct source *source,
                        const struct table *table) {
    // An array that is being rebuilt reads at any speed.
    if (strncmp(table->entity, "md", 2) == 0 || strncmp(table->entity, "dm-", 3) == 0) return;
    struct reads reads = reads_of(run, source, table);
    if (!(reads.rate < SLOW) || !(reads.cached >= STARVED) || !(reads.seconds > SPIN_UP_SECONDS)) return;
    const char *name = run_name(run, table->entity);
    struct claim *claim = claims_add(claims, CAUSE_DISK_FAILING, name, LOSS_NONE);
    claim->certain = true;
    claim->strength = 0.5;
    claim->has_severity = true;
    claim->severity = SEVERITY_WARNING;
    claim->value = reads.rate;
    claim->threshold = SLOW;
    claim->unit = UNIT_MB_PER_S;
    claim->test = arena_printf(run->arena, tr("hdparm's reads of %s"), name);
    claim->sentence = arena_printf(
        run->arena, tr("hdparm reads %s at %.2f MB/s, and the cache at %.0f MB/s: the disk or its path is sick."), name,
        reads.rate, reads.cached);
    claim->next =
        arena_printf(run->arena,
                     tr("Read smartctl -x of %s and the kernel log: attributes 5, 187 and 197 prove the disk, "
                        "199 and the speed of the link its path."),
                     name);
    claim_evidence(run, claim, 1, claim->sentence, reads.rate, SLOW, UNIT_MB_PER_S, source_name(source),
                   "buffered disk reads");
    if (claim->evidence_count > 0) claim->evidence[claim->evidence_count - 1].line = reads.line;
}

void judge_disk_hdparm(struct run *run, struct claims *claims) {
    for (size_t i = 0; i < run->recording->source_count; i++) {
        const struct source *source = run->recording->sources[i];
        if (source->format == NULL || source->refused || strcmp(source->format, "hdparm") != 0) continue;
        for (size_t k = 0; k < source->table_count; k++)
            if (source->tables[k].entity_kind == ENTITY_DISK) judge_reads(run, claims, source, &source->tables[k]);
    }
}

#include "analyzer/rules.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "core/lang.h"
#include "core/text.h"

// Where a threshold has a public source it stands behind the sentence; "judgement" marks those that are ours.
static const struct rule_row rows[] = {
    {"gpu.full_utilization_percent", 95, 50, 100, UNIT_PERCENT,
     N_("utilization.gpu of a GPU that is never kept waiting, where the run itself shows no healthy stretch "
        "(judgement)")},
    {"gpu.starved_percent", 30, 1, 90, UNIT_PERCENT, N_("below this a GPU counts as starved (the seed article)")},
    {"gpu.busy_percent", 50, 1, 99, UNIT_PERCENT,
     N_("clock, link and power questions are asked only where utilization.gpu is at least this (judgement)")},
    {"gpu.idle_memory_percent", 5, 0, 50, UNIT_PERCENT,
     N_("memory.used below this share of its working level, with no load, is no job at all (judgement)")},
    {"gpu.clock_exponent", 0.9, 0.3, 1, UNIT_NONE,
     N_("throughput goes with the SM clock to this power: 1 for a compute-bound job, less when memory-bound "
        "(judgement)")},
    {"gpu.clock_cut_percent", 6, 1, 50, UNIT_PERCENT,
     N_("a clock this far below its reference is materially cut; boost drifts by a few percent (judgement)")},
    {"gpu.low_clock_mhz", 900, 100, 3000, UNIT_MHZ,
     N_("a flat busy SM clock below this is in doubt where no maximum was logged; boards of the last ten years boost "
        "above 1000 MHz (judgement)")},
    {"gpu.straggler_percent", 10, 2, 50, UNIT_PERCENT,
     N_("a GPU slower than its siblings by this much is blamed; half of it is reported (fleet spread is several "
        "percent)")},
    {"gpu.memory_full_percent", 95, 50, 100, UNIT_PERCENT, N_("memory.used above this is a risk, never alone a cause")},
    {"storage.read_queue", 0.8, 0.1, 32, UNIT_REQUESTS,
     N_("reads in flight, r/s x r_await / 1000, from which a disk can be what the loader waits for (Little's law)")},
    {"storage.busy_percent", 70, 10, 100, UNIT_PERCENT,
     N_("%util, the share of time with a request in flight, that a disk needs to be what the loader waits for")},
    {"storage.write_queue", 1.5, 0.1, 64, UNIT_REQUESTS,
     N_("writes in flight from which writes can stall a run (judgement)")},
    {"storage.idle_percent", 30, 1, 90, UNIT_PERCENT, N_("%util below which a disk is free (judgement)")},
    {"storage.await_ms", 50, 1, 10000, UNIT_MS, N_("await of a slow spinning or SATA disk (the seed article)")},
    {"storage.await_wary_ms", 20, 0.5, 10000, UNIT_MS,
     N_("await from which to be wary of a spinning disk (the seed article)")},
    {"storage.await_flash_ms", 5, 0.1, 10000, UNIT_MS, N_("await of a slow flash disk (judgement)")},
    {"storage.small_read_kb", 32, 1, 1024, UNIT_KIB,
     N_("mean request size up to which reads are small and random (judgement)")},
    {"cpu.busy_percent", 90, 50, 100, UNIT_PERCENT,
     N_("all CPUs together, iowait counted as idle, from which they are the limit")},
    {"cpu.core_percent", 85, 50, 100, UNIT_PERCENT,
     N_("one CPU, over a minute, from which a single thread is the limit: one that now and then waits for the GPU "
        "stays below 100 (judgement)")},
    {"cpu.free_percent", 30, 1, 90, UNIT_PERCENT, N_("idle share from which the CPUs are free (judgement)")},
    {"memory.swap_kbs", 1000, 1, 1000000, UNIT_KIB_PER_S,
     N_("swap-in and swap-out, both sustained, that count as thrashing (judgement)")},
    {"verdict.loss_percent", 8, 1, 50, UNIT_PERCENT,
     N_("share of the job's GPU time that must be lost before a cause becomes the verdict; less is a healthy run "
        "(judgement)")},
    {"verdict.idle_percent", 50, 10, 99, UNIT_PERCENT,
     N_("share of the log without a job that makes job-idle the verdict (judgement)")},
    {"evidence.lift_percent", 15, 1, 80, UNIT_PERCENT,
     N_("GPU time lost while a cause is active must exceed what is lost without it by this much (judgement)")},
    {"evidence.starved_when_active_percent", 50, 10, 100, UNIT_PERCENT,
     N_("share of a cause's active time in which the GPUs must be slow (judgement)")},
    {"evidence.episodes", 3, 1, 100, UNIT_NONE, N_("separate coincidences that are more than chance (judgement)")},
    {"evidence.sustained_seconds", 300, 10, 86400, UNIT_SECONDS,
     N_("a single coincidence must last this long, or a fifth of the job, to count (judgement)")},
    {"alert.gpu_celsius", 85, 40, 120, UNIT_CELSIUS,
     N_("GPU temperature that raises an alert (the seed article); 120 switches it off")},
    {"alert.smart_failed", 1, 0, 1, UNIT_BOOL,
     N_("a failed SMART health check raises an alert (the seed article); 0 switches it off")},
    {"alert.xid", 1, 0, 1, UNIT_BOOL, N_("an Xid that means hardware raises an alert; 0 switches it off")},
    {"clock.quarter_tolerance_seconds", 130, 1, 450, UNIT_SECONDS,
     N_("an estimated offset must lie this close to a multiple of 15 minutes (all civil zones are such multiples)")},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

struct rules {
    double values[ROWS];
};

const struct rule_row *rules_row(size_t index) { return index < ROWS ? &rows[index] : NULL; }

static size_t find_row(const char *name) {
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0) return i;
    return ROWS;
}

struct rules *rules_new(void) {
    struct rules *rules = calloc(1, sizeof *rules);
    if (rules == NULL) return NULL;
    for (size_t i = 0; i < ROWS; i++) rules->values[i] = rows[i].standard;
    return rules;
}

void rules_free(struct rules *rules) { free(rules); }

double rules_get(const struct rules *rules, const char *name) {
    size_t row = find_row(name);
    if (row == ROWS) abort();  // our own mistake, found by the first test that runs the line
    return rules->values[row];
}

struct reading {
    struct rules *rules;
    char *message;  // the first thing that is wrong, without file and line
    size_t size;
};

// Returns 0 for what is wrong: ini_parse then returns the number of the first such line.
static int take(void *state, const char *section, const char *name, const char *value) {
    struct reading *reading = state;
    char full[160];
    snprintf(full, sizeof full, "%s.%s", section, name);
    size_t row = find_row(full);
    double number = 0;
    if (row == ROWS) {
        if (reading->message[0] == '\0')
            snprintf(reading->message, reading->size, tr("there is no rule \"%s\"; --print-rules lists them all"),
                     full);
        return 0;
    }
    if (!text_number(text_trim(text_of(value)), &number) || number < rows[row].low || number > rows[row].high) {
        if (reading->message[0] == '\0')
            snprintf(reading->message, reading->size, tr("%s = %s: a number from %g to %g is needed"), full, value,
                     rows[row].low, rows[row].high);
        return 0;
    }
    reading->rules->values[row] = number;
    return 1;
}

bool rules_read(struct rules *rules, const char *path, char *error, size_t size) {
    char message[256] = "";
    struct reading reading = {rules, message, sizeof message};
    int line = ini_parse(path, take, &reading);
    if (line == 0) return true;
    if (line < 0)
        snprintf(error, size, tr("%s: the rule file cannot be read"), path);
    else
        snprintf(error, size, "%s:%d: %s", path, line, message[0] != '\0' ? message : tr("not a line of an INI file"));
    return false;
}

void rules_print(FILE *out) {
    fputs(tr("# Rules of whyslow with their standard values; give a changed copy to --rules.\n"), out);
    char section[32] = "";
    for (size_t i = 0; i < ROWS; i++) {
        const char *point = strchr(rows[i].name, '.');
        size_t length = (size_t)(point - rows[i].name);
        if (strlen(section) != length || strncmp(section, rows[i].name, length) != 0) {
            snprintf(section, sizeof section, "%.*s", (int)length, rows[i].name);
            fprintf(out, "\n[%s]\n", section);
        }
        fprintf(out, "# %s\n# %s %g … %g%s%s\n%s = %g\n", tr(rows[i].what), tr("allowed:"), rows[i].low, rows[i].high,
                unit_name(rows[i].unit)[0] != '\0' ? " " : "", unit_name(rows[i].unit), point + 1, rows[i].standard);
    }
}

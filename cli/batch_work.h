// batch_work.h: one run of a batch, in a process of its own: its digest, its report, its row.
#ifndef WHYSLOW_CLI_BATCH_WORK_H
#define WHYSLOW_CLI_BATCH_WORK_H

#include <stdbool.h>
#include <stdio.h>

#include "parsers/digest.h"

struct arena;
struct batch_run;
struct fleet_run;
struct options;

// What all runs of a batch share.
struct batch_plan {
    const struct options *options;
    const char *directory;       // of the batch
    char settings[DIGEST_SIZE];  // of what reports depend on beside the logs: options, rules, language, version
};

// Works out plan->settings. False if the file of rules cannot be read; `error` says why.
bool batch_settings(struct batch_plan *plan, char *error, size_t size);

// Exit statuses of its process; no other program or library leaves with the second one.
enum batch_status { BATCH_ROW = 0, BATCH_UNCHANGED = 77 };

// Analyses a run, writes its report and puts its row (row_pack) on `out`; BATCH_UNCHANGED, and nothing, if `known` (the
// row of an earlier batch, NULL if there is none) still holds: its files have the same content, and its report is
// there.
enum batch_status batch_work(const struct batch_plan *plan, const struct batch_run *run, const struct fleet_run *known,
                             FILE *out);

// Removes what killed processes left half written in the directory of a report; and the report itself, but for the
// formats to keep (a mask of 1u << enum report_format).
void batch_clean(const char *directory, unsigned keep);

// True for names of files that a report consists of.
bool batch_is_report(const char *name);

#endif

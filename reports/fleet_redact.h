// fleet_redact.h: the rows of a fleet without names of hosts, serial numbers, UUIDs and paths, the same by the same in
// all rows.
#ifndef WHYSLOW_REPORTS_FLEET_REDACT_H
#define WHYSLOW_REPORTS_FLEET_REDACT_H

#include <stddef.h>

struct arena;
struct fleet_run;

// Copies in the arena, in the order of `runs`: runs become "run-1" … in the order of their names, hosts "host1" …, and
// so on (redact.h). Directories of reports are left out, since their names are those of runs. Digests, models and all
// numbers stay. Sentences are searched for what the rows themselves name, and for what looks like a path, an address
// or user@host.
const struct fleet_run *const *fleet_redact(struct arena *arena, const struct fleet_run *const *runs, size_t count);

#endif

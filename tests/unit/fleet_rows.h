// fleet_rows.h: runs of a made-up fleet, to try its summary on.
#ifndef WHYSLOW_TESTS_FLEET_ROWS_H
#define WHYSLOW_TESTS_FLEET_ROWS_H

#include <stddef.h>

struct arena;
struct fleet_run;

// A row with nothing in it: analysed, undated, no loss.
struct fleet_run *fleet_row(struct arena *arena, const char *run);
// Gives the row a loss of this cause, with an interval of ± a tenth, and adds it to the total.
void fleet_row_loses(struct arena *arena, struct fleet_run *row, int cause, double gpu_hours);

// `count` runs on 20 hosts over some months, the same for the same count: mostly healthy; node03's disk is at fault in
// most of its runs; every 40th was not analysed. With `hostile`, names hold what harms programs that trust them.
const struct fleet_run *const *fleet_rows(struct arena *arena, size_t count, int hostile);

#endif

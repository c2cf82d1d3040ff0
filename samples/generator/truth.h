// truth.h: what was lost to what, out of the model itself, and what an analysis must say.
#ifndef WHYSLOW_SAMPLES_TRUTH_H
#define WHYSLOW_SAMPLES_TRUTH_H

#include "samples/generator/scenario.h"

void ledger_init(struct ledger *ledger, double seconds);  // frees what it held before
void ledger_free(struct ledger *ledger);

// Whether the cause of the story is what truly cost most in this draw.
bool truth_typical(const struct tale *tale, const struct ledger *ledger);

// DIR/truth.json
bool truth_write(const struct tale *tale, const struct ledger *ledger, const char *dir, uint64_t seed);

#endif

// clock_loss.h: which cause each GPU's clock loss belongs to, shared by the causes that cut clocks.
#ifndef WHYSLOW_ANALYZER_CLOCK_LOSS_H
#define WHYSLOW_ANALYZER_CLOCK_LOSS_H

#include "analyzer/model.h"

// The cause of a GPU's clock loss in a bin: CAUSE_GPU_STRAGGLER where a minority of the busy GPUs is slow and
// the rest waits for it; else by reason bits (thermal before power before held); CAUSE_GPU_THERMAL without bits only if
// the GPU is hot there; CAUSE_COUNT_ where nothing tells, or nothing is lost.
enum cause clock_loss_cause(const struct run *run, const struct gpu *gpu, size_t bin);

// The slow GPU that the others wait for in a bin, NULL if they do not.
const struct gpu *straggler_in(const struct run *run, size_t bin);

// GPU-seconds of clock loss and waiting that belong to `cause`, of one GPU or (NULL) of all.
double clock_loss_seconds(const struct run *run, enum cause cause, const struct gpu *gpu);

// Bins in which the cause takes clock loss of any GPU (of `gpu` if not NULL): 1, else 0; NaN without clocks.
float *clock_loss_active(const struct run *run, enum cause cause, const struct gpu *gpu);

// The GPU with most loss of this cause; NULL if none has any. *only is set if no other GPU has a fifth of it.
const struct gpu *clock_loss_worst(const struct run *run, enum cause cause, bool *only);

#endif

// align_host_steps.h: the clocks of two hosts by the numbers of the training steps that both print.
//
// In a synchronous job a step ends everywhere at once. Two logs that print the same numbers show the lead of one clock
// over the other, and that the job is one, if the steps take longer and shorter together. Two jobs of the same pace
// drift apart.
#ifndef WHYSLOW_ANALYZER_ALIGN_HOST_STEPS_H
#define WHYSLOW_ANALYZER_ALIGN_HOST_STEPS_H

#include "analyzer/align_hosts.h"

// A training log, with a clock that puts it on its host's own run clock.
struct step_log {
    const struct source *source;
    const struct source_clock *clock;
};

// False, and nothing in *out, if the logs prove nothing.
bool align_host_steps(const struct step_log *reference, const struct step_log *other, struct arena *arena,
                      struct host_link *out);

#endif

// kernel_rules.h: which lines of the kernel's matter, and what they mean.
#ifndef WHYSLOW_PARSERS_KERNEL_RULES_H
#define WHYSLOW_PARSERS_KERNEL_RULES_H

#include "parsers/kernel_ata.h"
#include "parsers/kernel_events.h"

struct kernel_rules;

// `ata` (borrowed) knows which disk is at a SCSI address.
struct kernel_rules *kernel_rules_new(struct kernel_events *events, const struct kernel_ata *ata,
                                      struct source *source);
void kernel_rules_free(struct kernel_rules *rules);

// One line of the kernel's. True if a rule knew it.
bool kernel_rules_line(struct kernel_rules *rules, struct text text, const struct kernel_moment *at, uint32_t line);

// One line of smartd's ("Device: /dev/sdf [SAT], 8 Currently unreadable (pending) sectors").
bool kernel_rules_smartd(struct kernel_rules *rules, struct text text, const struct kernel_moment *at, uint32_t line);

// After the last line: an NVMe controller ("nvme0") of which the log knows one disk ("nvme0n1") takes its name.
void kernel_rules_finish(struct kernel_rules *rules);

// Writes the rows that smartd's lines gave. After the clock is settled.
void kernel_rules_write(const struct kernel_rules *rules, const struct kernel_clock *clock, struct source *source);

#endif

// kernel_clock.h: the clocks of a kernel log: since boot, civil with and without a year, with a zone.
//
// Lines are seen in file order and remembered as moments; what a moment means in the source's one
// clock is known only at the end of the file.
#ifndef WHYSLOW_PARSERS_KERNEL_CLOCK_H
#define WHYSLOW_PARSERS_KERNEL_CLOCK_H

#include "core/recording.h"
#include "parsers/kernel_stamp.h"

struct kernel_moment {
    bool has_boot, has_wall;
    bool has_year, has_zone;
    int64_t boot;      // microseconds since boot
    millis civil;      // as printed; in YEARLESS + turn without a year
    int zone;          // minutes east of UTC, with has_zone
    int turn;          // New Years that the file has passed before this line; negative behind an older boot
    uint32_t run;      // which boot, or which telling of a boot
    uint32_t telling;  // the same by the wall clock
};

// The year in which stamps without a year are counted when nothing tells the year. A leap year.
enum { YEARLESS = 1972 };

struct kernel_clock;

struct kernel_clock *kernel_clock_new(void);
void kernel_clock_free(struct kernel_clock *clock);

// The moment of the next line. *rebooted: its uptime has fallen back to the beginning although the log went on.
struct kernel_moment kernel_clock_see(struct kernel_clock *clock, const struct kernel_line *line, bool *rebooted);

// From when to when the journal goes of which the lines are a part: it tells their year.
void kernel_clock_journal(struct kernel_clock *clock, const struct when *from, const struct when *to);

// True if the line tells a time that was told before (dmesg pasted behind kern.log).
bool kernel_clock_retold(const struct kernel_clock *clock, const struct kernel_moment *moment);
// The same by its wall clock (journalctl pasted behind kern.log).
bool kernel_clock_wall_retold(const struct kernel_clock *clock, const struct kernel_moment *moment);

// Seconds from `from` to `to`; NaN if they have no clock in common.
double kernel_clock_gap(const struct kernel_moment *from, const struct kernel_moment *to);

// After the last line: decides the source's clock, zone, note, first and last.
void kernel_clock_settle(struct kernel_clock *clock, struct source *source);
// After kernel_clock_settle: the time on the source's clock, MILLIS_NONE if there is none.
millis kernel_clock_time(const struct kernel_clock *clock, const struct kernel_moment *moment);

#endif

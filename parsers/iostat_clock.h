// iostat_clock.h: from the stamps of a whole log to the time and interval of each report.
#ifndef WHYSLOW_PARSERS_IOSTAT_CLOCK_H
#define WHYSLOW_PARSERS_IOSTAT_CLOCK_H

#include "parsers/iostat_log.h"

// Sets `time` and `interval` of every report, and the clock of the source with the note on what it rests on. Without
// any usable stamp times are the ordinals and the clock is CLOCK_NONE.
void iostat_clock_resolve(struct iostat_log *log);

#endif

// sadf_rows.h: what the three forms of sadf share: stamps, and values by name.
#ifndef WHYSLOW_PARSERS_SADF_ROWS_H
#define WHYSLOW_PARSERS_SADF_ROWS_H

#include "core/recording.h"
#include "parsers/sysstat_fields.h"

struct sadf {
    struct source *source;
    millis at;  // of the record
    double interval;
    uint32_t line;
    millis latest;
    bool any;
};

// Takes a stamp ("2026-11-23 11:54:57 UTC", without the zone with -T, epoch seconds with -U) and the seconds that the
// record covers. A record later than all before is a report. False if the text is no stamp.
bool sadf_stamp(struct sadf *sadf, struct text stamp, double interval, uint32_t line);

// One value of the record. Nothing happens if sar prints no such name for the subject.
struct sadf_value {
    struct sysstat_field field;
    double value;
};
// Stores the values of one entity; rows of disks whose counters wrapped are left out with a problem.
void sadf_store(struct sadf *sadf, enum sysstat_subject subject, struct text name, const struct sadf_value *values,
                size_t count);

// A record of "LINUX-RESTART".
void sadf_restart(struct sadf *sadf);

// Refuses the source if it gave nothing.
void sadf_finish(struct sadf *sadf);

#endif

// unit.h: the units of quantities, and how a number with a unit is shown.
#ifndef WHYSLOW_CORE_UNIT_H
#define WHYSLOW_CORE_UNIT_H

struct arena;

enum unit {
    UNIT_NONE,       // counts, states, ratios without a name
    UNIT_PERCENT,    // 0..100
    UNIT_MIB,        // 1024^2 bytes
    UNIT_KIB,        // 1024 bytes (iostat's "kB")
    UNIT_KIB_PER_S,  // rkB/s, wkB/s …
    UNIT_MB_PER_S,   // 10^6 bytes a second (hdparm, dmon rxpci)
    UNIT_BYTES,
    UNIT_WATT,
    UNIT_MHZ,
    UNIT_CELSIUS,
    UNIT_MS,        // await
    UNIT_US,        // clocks_event_reasons_counters
    UNIT_SECONDS,   // step times
    UNIT_PER_S,     // r/s, steps/s
    UNIT_HOURS,     // Power_On_Hours
    UNIT_REQUESTS,  // aqu-sz
    UNIT_BITS,      // a mask, shown in hexadecimal
    UNIT_BOOL,      // 0 or 1
    UNIT_COUNT_     // number of units
};

// The unit's name as the JSON prints it: "%", "MiB", "kB", "kB/s", "W", "MHz", "°C" is "C", "ms", …; "" for UNIT_NONE.
const char *unit_name(enum unit unit);

// A number as people read it: three to four significant digits, a thin unit behind
// it ("87.3 ms", "2.9 MB/s", "97 %", "3.14 h" …). NaN gives "–".
char *unit_show(struct arena *arena, double value, enum unit unit);

// A duration: "2 h 11 min", "14 min", "9.5 s", "3 d 4 h".
char *unit_duration(struct arena *arena, double seconds);

// A plain number with `digits` significant digits, never in exponent form below 1e15. NaN gives "–".
char *unit_number(struct arena *arena, double value, int digits);

#endif

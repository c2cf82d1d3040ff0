// smartctl_attribute.h: one ATA attribute, from text or JSON, becomes values of a page.
#ifndef WHYSLOW_PARSERS_SMARTCTL_ATTRIBUTE_H
#define WHYSLOW_PARSERS_SMARTCTL_ATTRIBUTE_H

#include "parsers/smartctl_page.h"

struct smart_attribute {
    int id;
    struct text name;
    double value, worst, thresh;  // NaN when printed as "---"
    struct text raw;              // as printed, to the end of the line
    enum { NEVER_FAILED, FAILED_PAST, FAILS_NOW } failed;
    struct text line;  // what an event quotes
};

// Adds NAME, NAME.value, NAME.worst and NAME.thresh; a failed attribute becomes a fact and an event.
// Values that cannot be counts (saturated, all ones, underflowed) become missing, with a problem of `source`.
void smart_attribute(struct source *source, struct smart_page *page, const struct smart_attribute *attribute,
                     uint32_t line);

// The first number of a raw value: "47 (3 47 0 39 0)" gives 47, "21655h+26m" 21655, "2/66714750" 2,
// "0x517693943a98" that number. NaN without one.
double smart_raw(struct text raw);

// A count with the thousands separators of any locale: "39,078,842 [20.0 TB]", "7 681 501". NaN if the text does
// not begin with a digit.
double smart_count(struct text text);

#endif

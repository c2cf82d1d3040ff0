// date_order.h: dates that can be read month first or day first, settled by the other logs of the run.
#ifndef WHYSLOW_PARSERS_DATE_ORDER_H
#define WHYSLOW_PARSERS_DATE_ORDER_H

#include <stddef.h>

struct recording;

// For each source from `first` on whose dates are open (day_month_open): if under exactly one of the two readings the
// log is of the same days as another log whose dates are certain, or ends when its file was last written, that reading
// holds and the times are moved to it. What stays open is said, with what would settle it.
void date_order_settle(struct recording *recording, size_t first);

#endif

// nvidia_bus.h: GPUs that a log tells apart by their bus id: numbered in the order in which they come.
#ifndef WHYSLOW_PARSERS_NVIDIA_BUS_H
#define WHYSLOW_PARSERS_NVIDIA_BUS_H

#include "core/text.h"

enum { BUS_IDS_MOST = 256 };

struct bus_numbers {
    char ids[BUS_IDS_MOST][24];
    unsigned count;
};

// The number of a GPU; the last one there is room for if there are too many.
unsigned bus_number(struct bus_numbers *numbers, struct text id);

#endif

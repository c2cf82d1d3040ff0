#include "parsers/nvidia_bus.h"

#include <string.h>

unsigned bus_number(struct bus_numbers *numbers, struct text id) {
    id = text_head(id, sizeof numbers->ids[0] - 1);
    for (unsigned i = 0; i < numbers->count; i++)
        if (text_equal_nocase(id, numbers->ids[i])) return i;
    if (numbers->count == BUS_IDS_MOST) return BUS_IDS_MOST - 1;
    if (id.length > 0) memcpy(numbers->ids[numbers->count], id.at, id.length);
    return numbers->count++;
}

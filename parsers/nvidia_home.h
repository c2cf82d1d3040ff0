// nvidia_home.h: names that scripts give to the values of a GPU: "gpu_util_pct", "Memory_Used(MiB)", "temp_c".
#ifndef WHYSLOW_PARSERS_NVIDIA_HOME_H
#define WHYSLOW_PARSERS_NVIDIA_HOME_H

#include <stdbool.h>

#include "core/recording.h"

struct nvidia_home {
    const char *quantity;  // canonical name
    enum unit unit;
    double scale;   // what a value is multiplied with to have that unit
    bool says_gpu;  // the name itself says that it is a GPU's
    bool says_unit;
};

// What a cell of a header names, if it names both the quantity and its unit. Without a unit a name is only taken for a
// utilization of the GPU: its values have to tell whether it is a percentage.
bool nvidia_home_made(struct text cell, struct nvidia_home *home);

#endif

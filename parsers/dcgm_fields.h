// dcgm_fields.h: the fields of NVIDIA's DCGM: short names of `dcgmi dmon`, long names of its exporter.
#ifndef WHYSLOW_PARSERS_DCGM_FIELDS_H
#define WHYSLOW_PARSERS_DCGM_FIELDS_H

#include "core/text.h"
#include "parsers/gpu_row.h"

struct dcgm_field {
    const char *short_name, *long_name;  // "GPUTL", "GPU_UTIL" (behind DCGM_FI_DEV_ or DCGM_FI_PROF_); NULL if none
    const char *quantity;
    double scale;  // what its numbers are multiplied with
};

// The field of a name in either spelling; NULL if it is not known.
const struct dcgm_field *dcgm_field(struct text name);

// Sets a value: blank values of DCGM (2^47 and the int64 sentinels) are missing, a mask of reasons is taken apart.
void dcgm_set(struct gpu_row *row, const struct dcgm_field *field, double value);
// What DCGM means by a number: NaN for its blanks.
double dcgm_value(double value);

#endif

// sample_diagnosis.h: a rich diagnosis built by hand, to try the reports on.
#ifndef WHYSLOW_TESTS_SAMPLE_DIAGNOSIS_H
#define WHYSLOW_TESTS_SAMPLE_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>

struct diagnosis;

struct sample_options {
    const char *disk;  // name of the guilty disk; NULL: "sda"
    size_t gpus;       // 0: 4
    double hours;      // length of the run; 0: 2
    double cadence;    // seconds between GPU samples; 0: 5
    bool no_zone;      // the run clock states no zone
    bool bare;         // nothing but an empty recording and the verdict `unknown`
};

// Free with sample_diagnosis_free, which frees its recording, too.
struct diagnosis *sample_diagnosis(const struct sample_options *options);
void sample_diagnosis_free(struct diagnosis *diagnosis);

#endif

#include "analyzer/calibration.h"

#include <stddef.h>

// Verdicts on labelled runs by raw confidence: how many there were and how many of them were right.
// 390 generated runs, all scenarios, seeds 2000 to 2009 (docs/calibration.md).
static const struct {
    double raw;  // middle of the bucket
    int runs, right;
} table[] = {{0.75, 13, 12}, {0.85, 110, 110}, {0.94, 256, 256}};
enum { ROWS = sizeof table / sizeof table[0] };

// Generated logs are more regular than real ones: no hit rate is believed beyond this share.
#define MODEL_DISCOUNT 0.95

// Laplace's rule, so that few runs claim little.
static double rate(size_t row) { return MODEL_DISCOUNT * (table[row].right + 1) / (table[row].runs + 2); }

double calibrated(double raw) {
    // Below the table there were too few verdicts to count: what is weak stays as weak as it says.
    double low = 0.6;
    double low_rate = 0.6;
    if (raw <= low) return raw;
    for (size_t i = 0; i < ROWS; i++) {
        if (raw <= table[i].raw) return low_rate + (rate(i) - low_rate) * (raw - low) / (table[i].raw - low);
        low = table[i].raw;
        low_rate = rate(i);
    }
    return low_rate;
}

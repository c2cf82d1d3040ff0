// calibration.h: from the strength of a proof to how often such verdicts were right.
#ifndef WHYSLOW_ANALYZER_CALIBRATION_H
#define WHYSLOW_ANALYZER_CALIBRATION_H

// The calibrated confidence of a raw one, both 0..1; monotone. See docs/calibration.md for the method and the runs.
double calibrated(double raw);

#endif

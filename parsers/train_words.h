// train_words.h: what a line of a training log says, whichever trainer wrote it.
#ifndef WHYSLOW_PARSERS_TRAIN_WORDS_H
#define WHYSLOW_PARSERS_TRAIN_WORDS_H

#include "core/recording.h"
#include "parsers/pcre.h"

// Values of a line; NaN if it does not say them.
enum train_value {
    TRAIN_STEP,
    TRAIN_EPOCH,
    TRAIN_LOSS,
    TRAIN_RATE,          // samples, images or tokens a second
    TRAIN_SECONDS,       // a step
    TRAIN_EPOCH_TIME,    // seconds of a whole epoch
    TRAIN_DATA_TIME,     // seconds of a step that went into waiting for data
    TRAIN_LR,            // learning rate: only lines about steps print it
    TRAIN_STEP_ROUNDED,  // the step is rounded to so many ("step:1K"): no pace follows from it
    TRAIN_VALUES
};

struct train_words;
struct train_words *train_words_new(void);
void train_words_free(struct train_words *words);

// Fills values[TRAIN_VALUES].
void train_words_read(struct train_words *words, struct text line, double *values);

// True if the line tells of an event; *kind becomes its kind.
bool train_words_event(struct train_words *words, struct text line, enum event_kind *kind);

// A state of a progress bar of tqdm's form; *evaluates: of an evaluation.
bool train_words_bar(struct train_words *words, struct text line, bool *evaluates);

#endif

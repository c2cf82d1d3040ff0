// train_rows.h: which steps of a training log have a time, known only at its end.
#ifndef WHYSLOW_PARSERS_TRAIN_ROWS_H
#define WHYSLOW_PARSERS_TRAIN_ROWS_H

#include "core/recording.h"

enum train_dating {
    TRAIN_UNDATED,
    TRAIN_DATED,        // by a stamp in its line
    TRAIN_DATED_ABOVE,  // by one that has the line above for itself
    TRAIN_DATINGS
};

struct train_rows {
    unsigned char *dating;  // per row of the table
    size_t count, capacity;
    size_t counts[TRAIN_DATINGS];
};

void train_rows_add(struct train_rows *rows, enum train_dating dating);
// The stamps so far were none of the steps.
void train_rows_undate(struct train_rows *rows);
void train_rows_free(struct train_rows *rows);

// True if enough steps have times for the others to be left out: a single stamp above many steps tells nothing of them.
bool train_rows_dated(const struct train_rows *rows);

// Of a dated log: takes the rows without a time out of the table and returns how many; of another one: numbers the
// rows.
size_t train_rows_settle(struct train_rows *rows, struct table *table);

#endif

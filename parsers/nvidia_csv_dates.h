// nvidia_csv_dates.h: whether 03-11-2026 is in March or November, decided by the file as a whole.
#ifndef WHYSLOW_PARSERS_NVIDIA_CSV_DATES_H
#define WHYSLOW_PARSERS_NVIDIA_CSV_DATES_H

#include "parsers/nvidia_rows.h"

struct date_evidence {
    size_t day_first, month_first;  // stamps with a part above 12
};

// Counts what a stamp proves.
void date_evidence_add(struct date_evidence *evidence, struct text stamp);

// Rows that were read month first though day and month could be exchanged are exchanged if other stamps of the file
// prove it, or if only then their times follow each other. Says in the source what remains open.
void date_evidence_settle(const struct date_evidence *evidence, struct nvidia_rows *rows);

#endif

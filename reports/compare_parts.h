// compare_parts.h: what the writers of a comparison share.
#ifndef WHYSLOW_REPORTS_COMPARE_PARTS_H
#define WHYSLOW_REPORTS_COMPARE_PARTS_H

#include <stdbool.h>

#include "analyzer/comparison.h"

struct arena;
struct document;
struct figure;
struct outset;
struct report_options;
struct book;

// Runs that get tables and pictures of their own on paper; the JSON holds all.
enum { COMPARE_RUNS_MOST = 5 };

// Free with document_free. The comparison must outlive it.
struct document *compare_document(const struct comparison *comparison, const struct report_options *options);

// Pictures, in the arena; NULL where there is nothing to show. `number` is that of the run, from 1, of `comparison`.
const struct figure *compare_loss_figure(struct arena *arena, const struct comparison *comparison);
const struct figure *compare_pairs_figure(struct arena *arena, const struct comparison *comparison, size_t number);
const struct figure *compare_effects_figure(struct arena *arena, const struct comparison *comparison, size_t number);

bool compare_json(struct outset *set, const struct comparison *comparison, const struct report_options *options);
void compare_fill(struct book *book);

// "gpu0", "sda -> sdb", and "while storage-read" or "".
const char *compare_entity(struct arena *arena, const struct difference *difference);
const char *compare_phase(struct arena *arena, const struct difference *difference);
// "+83 ms", "−12 points" for a difference of percentages.
const char *compare_shift(struct arena *arena, double shift, enum unit unit);
const char *compare_change(enum cause_change change);
// "12 %": how much slower or faster, or "–".
const char *compare_slower(struct arena *arena, const struct contrast *contrast);

#endif

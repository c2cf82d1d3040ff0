// values.h: the values of options: lists, sizes, times, SOURCE=VALUE.
#ifndef WHYSLOW_CLI_VALUES_H
#define WHYSLOW_CLI_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/when.h"

struct arena;

// The index of `value` in `words` (ends with NULL), or -1; `error` then lists what is allowed.
int value_word(const char *value, const char *const *words, char *error, size_t size);

// "pdf,json" as a mask of 1u << enum report_format.
bool value_formats(const char *value, unsigned *mask, char *error, size_t size);

// A number of at least `least`.
bool value_number(const char *value, double least, double *out, char *error, size_t size);

// Bytes: "500M", "4G", "1048576". K, M, G, T are powers of 1024.
bool value_bytes(const char *value, uint64_t *out, char *error, size_t size);

// A time with a date. Without a zone it is civil time on the run clock.
bool value_time(const char *value, millis *out, char *error, size_t size);

// "SOURCE=VALUE": *source becomes a copy of the part in front of the last '=', NULL if there is none; returns the rest.
const char *value_source(struct arena *arena, const char *value, const char **source);

// The word of `words` (ends with NULL) that `typed` was probably meant to be, NULL if none is near.
const char *value_nearest(const char *typed, const char *const *words);

#endif

// json_build.h: values that JSON can hold: what is not a number becomes null, what is not UTF-8 is replaced.
#ifndef WHYSLOW_REPORTS_JSON_BUILD_H
#define WHYSLOW_REPORTS_JSON_BUILD_H

#include <jansson.h>

#include "core/when.h"

struct arena;

// Six significant digits: what a log gives is not more exact. NaN and infinity: null.
void json_put_number(json_t *object, const char *key, double value);
// `decimals` behind the point.
void json_put_fixed(json_t *object, const char *key, double value, int decimals);
void json_put_count(json_t *object, const char *key, size_t value);
void json_put_bool(json_t *object, const char *key, bool value);
// NULL: null.
void json_put_text(json_t *object, const char *key, struct arena *arena, const char *text);
// As json_put_text, but "" is null, too: for entities, hosts, zones.
void json_put_name(json_t *object, const char *key, struct arena *arena, const char *text);
// ISO 8601 with `suffix` ("Z" for the run clock, "" for a file's own clock without a zone).
void json_put_time(json_t *object, const char *key, struct arena *arena, millis at, const char *suffix);
// A line of a file: null for 0.
void json_put_line(json_t *object, const char *key, uint32_t line);
// A new array or object below `object`.
json_t *json_put_array(json_t *object, const char *key);
json_t *json_put_object(json_t *object, const char *key);
// A new object at the end of `array`.
json_t *json_append_object(json_t *array);

#endif

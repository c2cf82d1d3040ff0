#include "reports/json_build.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/text.h"

// Rounds in decimal, so that the shortest form of the result has no tail of nines.
static double round_to(double value, int decimals) {
    if (decimals > 15 || decimals < -300) return value;
    double scale = pow(10, abs(decimals));
    double rounded = decimals >= 0 ? round(value * scale) / scale : round(value / scale) * scale;
    return isfinite(rounded) ? rounded : value;
}

static void put_real(json_t *object, const char *key, double value) {
    // A whole number prints without ".0"; beyond 2^53 a double has no exact unit any more.
    if (value == floor(value) && fabs(value) < 9e15)
        json_object_set_new(object, key, json_integer((json_int_t)value));
    else
        json_object_set_new(object, key, json_real(value));
}

void json_put_number(json_t *object, const char *key, double value) {
    if (!isfinite(value)) {
        json_object_set_new(object, key, json_null());
        return;
    }
    int magnitude = value == 0 ? 0 : (int)floor(log10(fabs(value)));
    put_real(object, key, value == floor(value) ? value : round_to(value, 5 - magnitude));
}

void json_put_fixed(json_t *object, const char *key, double value, int decimals) {
    if (!isfinite(value))
        json_object_set_new(object, key, json_null());
    else
        put_real(object, key, round_to(value, decimals));
}

void json_put_count(json_t *object, const char *key, size_t value) {
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

void json_put_bool(json_t *object, const char *key, bool value) {
    json_object_set_new(object, key, json_boolean(value));
}

void json_put_text(json_t *object, const char *key, struct arena *arena, const char *text) {
    json_object_set_new(object, key, text == NULL ? json_null() : json_string(text_copy(arena, text_of(text))));
}

void json_put_name(json_t *object, const char *key, struct arena *arena, const char *text) {
    json_put_text(object, key, arena, text != NULL && text[0] == '\0' ? NULL : text);
}

void json_put_time(json_t *object, const char *key, struct arena *arena, millis at, const char *suffix) {
    json_put_text(object, key, arena, at == MILLIS_NONE ? NULL : when_iso(arena, at, false, suffix));
}

void json_put_line(json_t *object, const char *key, uint32_t line) {
    json_object_set_new(object, key, line == 0 ? json_null() : json_integer(line));
}

json_t *json_put_array(json_t *object, const char *key) {
    json_t *array = json_array();
    json_object_set_new(object, key, array);
    return array;
}

json_t *json_put_object(json_t *object, const char *key) {
    json_t *inner = json_object();
    json_object_set_new(object, key, inner);
    return inner;
}

json_t *json_append_object(json_t *array) {
    json_t *inner = json_object();
    json_array_append_new(array, inner);
    return inner;
}

// redact_names.h: names and what stands in their place.
#ifndef WHYSLOW_REPORTS_REDACT_NAMES_H
#define WHYSLOW_REPORTS_REDACT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum alias_kind { ALIAS_HOST, ALIAS_USER, ALIAS_SERIAL, ALIAS_UUID, ALIAS_MOUNT, ALIAS_ADDRESS, ALIAS_COUNT_ };

struct alias {
    const char *name, *shown;
};

struct aliases {
    struct arena *arena;   // owns the strings
    struct alias *sorted;  // by the bytes of the name
    size_t count, capacity;
    size_t numbers[ALIAS_COUNT_];  // given so far
};

// What stands for this name; numbered in the order of the calls.
const char *alias_of(struct aliases *aliases, const char *name, enum alias_kind kind);
// Lets `shown` stand for the name, unless something stands for it already.
void alias_set(struct aliases *aliases, const char *name, const char *shown);
// The longest known name that `text` begins with and that ends where a word ends; NULL if there is none.
const struct alias *alias_at(const struct aliases *aliases, const char *text);

bool alias_word(char c);  // a letter, digit or byte of a name that the one before it belongs to

#endif

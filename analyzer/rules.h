// rules.h: the thresholds and switches of the analyzer, with their defaults, sources and names in the rule file.
#ifndef WHYSLOW_ANALYZER_RULES_H
#define WHYSLOW_ANALYZER_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/unit.h"

struct rules;

// The defaults. Free with rules_free.
struct rules *rules_new(void);
void rules_free(struct rules *rules);

// Reads an INI file over the defaults. False on the first thing that is wrong; `error` (of `size` bytes) then
// says "FILE:LINE: what, and what is allowed".
bool rules_read(struct rules *rules, const char *path, char *error, size_t size);

// The value in force of "section.name", which must exist in the table (an unknown name is our own mistake: it aborts in
// debug builds).
double rules_get(const struct rules *rules, const char *name);

// Writes the commented defaults in INI form.
void rules_print(FILE *out);

// The table, for reports: name, standard value, unit, what it does. NULL past the end.
struct rule_row {
    const char *name;  // "storage.await_ms"
    double standard, low, high;
    enum unit unit;
    const char *what;  // one sentence, with its source
};
const struct rule_row *rules_row(size_t index);

#endif

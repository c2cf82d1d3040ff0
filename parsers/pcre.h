// pcre.h: PCRE2 as the parsers use it: compiled at most once per parse, run by the JIT where there is one,
// with limits that a hostile line cannot exceed.
//
// Patterns see bytes, not UTF-8: a log may contain anything.
#ifndef WHYSLOW_PARSERS_PCRE_H
#define WHYSLOW_PARSERS_PCRE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"

struct pattern;

// A pattern of our own, compiled when it is first asked for. `regex` is borrowed until pattern_free. A pattern that
// does not compile is a mistake of the program: it is named on stderr and the program ends.
struct pattern *pattern_new(const char *regex);
// The same, where every match has one of `words` in it ("loss|Loss"; without regard to case if the pattern has "(?i)"):
// subjects without any are dismissed, and the pattern may never be compiled at all.
struct pattern *pattern_with(const char *words, const char *regex);
void pattern_free(struct pattern *pattern);  // NULL allowed

// A pattern written by the user: NULL when it does not compile, and `message` (of `size`
// bytes) says why and at which offset.
struct pattern *pattern_user(const char *regex, char *message, size_t size);

// True if `pattern` is found in `subject`. groups[0] becomes the whole match, groups[i] the i-th
// group ({NULL, 0} when it took no part), up to `count`. A match that exceeds the limits counts as none.
// Only the first 4 KiB of the subject are looked at; pattern_find looks at all of it.
bool pattern_match(struct pattern *pattern, struct text subject, struct text *groups, size_t count);
bool pattern_find(struct pattern *pattern, struct text subject, struct text *groups, size_t count);

// Number of the named group, 0 if the pattern has none of that name.
size_t pattern_group(struct pattern *pattern, const char *name);

#endif

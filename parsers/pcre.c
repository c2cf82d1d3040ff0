#include "parsers/pcre.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A line of a log that needs more than this is not one of ours; backtracking stops after some 0.1 ms.
enum { MATCH_LIMIT = 20000, SUBJECT_LIMIT = 4096 };

// The JIT takes some 50 times as long as the compiler and pays from about this many lines on: small logs, of which an
// archive has thousands, do without.
enum { USES_BEFORE_JIT = 40, LONG_SUBJECT = 8192 };

struct pattern {
    const char *regex;
    const char *words;  // NULL, or what a subject must have one of
    pcre2_code *code;   // NULL until the first use
    pcre2_match_data *data;
    pcre2_match_context *context;
    unsigned uses;
    bool by_jit, caseless;
};

static bool compile(struct pattern *pattern, int *error, size_t *offset) {
    pattern->code =
        pcre2_compile((PCRE2_SPTR)pattern->regex, PCRE2_ZERO_TERMINATED, PCRE2_NEVER_BACKSLASH_C, error, offset, NULL);
    if (pattern->code == NULL) return false;
    pattern->data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    pattern->context = pcre2_match_context_create(NULL);
    if (pattern->data == NULL || pattern->context == NULL) abort();
    pcre2_set_match_limit(pattern->context, MATCH_LIMIT);
    return true;
}

// Compiling takes as long as reading hundreds of bytes: a pattern that no line of a log asks for is never compiled.
static void need(struct pattern *pattern) {
    int error = 0;
    size_t offset = 0;
    if (pattern->code != NULL || compile(pattern, &error, &offset)) return;
    fprintf(stderr, "whyslow: internal pattern does not compile at %zu: %s\n", offset, pattern->regex);
    abort();
}

struct pattern *pattern_new(const char *regex) {
    struct pattern *pattern = calloc(1, sizeof *pattern);
    if (pattern == NULL) abort();
    pattern->regex = regex;
    return pattern;
}

struct pattern *pattern_with(const char *words, const char *regex) {
    struct pattern *pattern = pattern_new(regex);
    pattern->words = words;
    pattern->caseless = strstr(regex, "(?i)") != NULL;
    return pattern;
}

struct pattern *pattern_user(const char *regex, char *message, size_t size) {
    int error = 0;
    size_t offset = 0;
    struct pattern *pattern = pattern_new(regex);
    if (compile(pattern, &error, &offset)) return pattern;
    if (size > 0) {
        PCRE2_UCHAR text[200] = "";
        pcre2_get_error_message(error, text, sizeof text);
        snprintf(message, size, "%s (at offset %zu)", (const char *)text, offset);
    }
    pattern_free(pattern);
    return NULL;
}

void pattern_free(struct pattern *pattern) {
    if (pattern == NULL) return;
    pcre2_match_context_free(pattern->context);
    pcre2_match_data_free(pattern->data);
    pcre2_code_free(pattern->code);
    free(pattern);
}

// True if `subject` has one of the pattern's words.
static bool has_word(const struct pattern *pattern, struct text subject) {
    for (struct text rest = text_of(pattern->words); rest.at != NULL;) {
        struct text word = text_cut(&rest, '|');
        if (pattern->caseless ? text_has_nocase(subject, word) : text_has_text(subject, word)) return true;
    }
    return false;
}

bool pattern_find(struct pattern *pattern, struct text subject, struct text *groups, size_t count) {
    const char *at = subject.at == NULL ? "" : subject.at;
    // The JIT's code is as fast as the search for the words.
    if (pattern->words != NULL && !pattern->by_jit && !has_word(pattern, (struct text){at, subject.length}))
        return false;
    need(pattern);
    if (!pattern->by_jit && (pattern->uses++ == USES_BEFORE_JIT || subject.length > LONG_SUBJECT)) {
        pattern->by_jit = true;
        // Where this fails (a kernel that forbids writable code) the interpreter goes on.
        pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
    }
    int found = pcre2_match(pattern->code, (PCRE2_SPTR)at, subject.length, 0, 0, pattern->data, pattern->context);
    if (found < 0) return false;
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(pattern->data);
    for (size_t i = 0; i < count; i++) {
        bool set = i < (size_t)found && ends[2 * i] != PCRE2_UNSET;
        groups[i] = set ? (struct text){at + ends[2 * i], ends[2 * i + 1] - ends[2 * i]} : (struct text){NULL, 0};
    }
    return true;
}

bool pattern_match(struct pattern *pattern, struct text subject, struct text *groups, size_t count) {
    return pattern_find(pattern, text_head(subject, SUBJECT_LIMIT), groups, count);
}

size_t pattern_group(struct pattern *pattern, const char *name) {
    need(pattern);
    int number = pcre2_substring_number_from_name(pattern->code, (PCRE2_SPTR)name);
    return number > 0 ? (size_t)number : 0;
}

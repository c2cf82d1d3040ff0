#include "parsers/pcre.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

// A line of a log that needs more than this is not one of ours; backtracking stops after some 0.1 ms.
enum { MATCH_LIMIT = 20000, SUBJECT_LIMIT = 4096 };

// The JIT takes some 50 times as long as the compiler and pays from about this many lines on: small logs, of which an
// archive has thousands, do without.
enum { USES_BEFORE_JIT = 40, LONG_SUBJECT = 8192 };

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    unsigned uses;
    bool compiled;
};

static struct pattern *compile(const char *regex, int *error, size_t *offset) {
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED, PCRE2_NEVER_BACKSLASH_C, error, offset, NULL);
    if (code == NULL) return NULL;
    struct pattern *pattern = calloc(1, sizeof *pattern);
    if (pattern == NULL) abort();
    pattern->code = code;
    pattern->data = pcre2_match_data_create_from_pattern(code, NULL);
    pattern->context = pcre2_match_context_create(NULL);
    if (pattern->data == NULL || pattern->context == NULL) abort();
    pcre2_set_match_limit(pattern->context, MATCH_LIMIT);
    return pattern;
}

struct pattern *pattern_new(const char *regex) {
    int error = 0;
    size_t offset = 0;
    struct pattern *pattern = compile(regex, &error, &offset);
    if (pattern == NULL) {
        fprintf(stderr, "whyslow: internal pattern does not compile at %zu: %s\n", offset, regex);
        abort();
    }
    return pattern;
}

struct pattern *pattern_user(const char *regex, char *message, size_t size) {
    int error = 0;
    size_t offset = 0;
    struct pattern *pattern = compile(regex, &error, &offset);
    if (pattern == NULL && size > 0) {
        PCRE2_UCHAR text[200] = "";
        pcre2_get_error_message(error, text, sizeof text);
        snprintf(message, size, "%s (at offset %zu)", (const char *)text, offset);
    }
    return pattern;
}

void pattern_free(struct pattern *pattern) {
    if (pattern == NULL) return;
    pcre2_match_context_free(pattern->context);
    pcre2_match_data_free(pattern->data);
    pcre2_code_free(pattern->code);
    free(pattern);
}

bool pattern_find(struct pattern *pattern, struct text subject, struct text *groups, size_t count) {
    const char *at = subject.at == NULL ? "" : subject.at;
    if (!pattern->compiled && (pattern->uses++ == USES_BEFORE_JIT || subject.length > LONG_SUBJECT)) {
        pattern->compiled = true;
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

size_t pattern_group(const struct pattern *pattern, const char *name) {
    int number = pcre2_substring_number_from_name(pattern->code, (PCRE2_SPTR)name);
    return number > 0 ? (size_t)number : 0;
}

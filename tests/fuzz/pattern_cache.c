// Linked only where libFuzzer runs: a pattern that was compiled once stays, as most of an execution would else go into
// compiling the same ones again. The linker puts these in place of PCRE2's (--wrap).
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

// The linker chooses these names.
pcre2_code *__real_pcre2_compile_8(PCRE2_SPTR pattern, PCRE2_SIZE length, uint32_t options, int *error,  // NOLINT
                                   PCRE2_SIZE *offset, pcre2_compile_context *context);
pcre2_code *__wrap_pcre2_compile_8(PCRE2_SPTR pattern, PCRE2_SIZE length, uint32_t options, int *error,  // NOLINT
                                   PCRE2_SIZE *offset, pcre2_compile_context *context);
void __wrap_pcre2_code_free_8(pcre2_code *code);  // NOLINT

enum { KEPT_MOST = 1024 };

static struct {
    PCRE2_SPTR pattern;  // literals of the program: their address tells them apart
    pcre2_code *code;
} kept[KEPT_MOST];

pcre2_code *__wrap_pcre2_compile_8(PCRE2_SPTR pattern, PCRE2_SIZE length, uint32_t options, int *error,
                                   PCRE2_SIZE *offset, pcre2_compile_context *context) {
    size_t at = ((uintptr_t)pattern >> 2) % KEPT_MOST;
    while (kept[at].pattern != NULL && kept[at].pattern != pattern) at = (at + 1) % KEPT_MOST;
    if (kept[at].pattern == NULL) {
        kept[at].pattern = pattern;
        kept[at].code = __real_pcre2_compile_8(pattern, length, options, error, offset, context);
    }
    if (kept[at].code == NULL) abort();
    return kept[at].code;
}

void __wrap_pcre2_code_free_8(pcre2_code *code) { (void)code; }

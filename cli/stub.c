// Until the analyzer is there: answers that say so. Goes away with it.
#include "analyzer/analyze.h"
#include "analyzer/rules.h"

#if !__has_include("analyzer/analyze.c")

struct rules *rules_new(void) __attribute__((weak));
void rules_free(struct rules *rules) __attribute__((weak));
bool rules_read(struct rules *rules, const char *path, char *error, size_t size) __attribute__((weak));
void rules_print(FILE *out) __attribute__((weak));
struct diagnosis *analyze(const struct recording *recording, const struct analyze_options *options)
    __attribute__((weak));
void diagnosis_free(struct diagnosis *diagnosis) __attribute__((weak));
void stats_init(void) __attribute__((weak));
void stats_init(void);

static char nothing;
struct rules *rules_new(void) {
    return (void *)&nothing;
}
void rules_free(struct rules *rules) { (void)rules; }
bool rules_read(struct rules *rules, const char *path, char *error, size_t size) {
    (void)rules, (void)path, (void)error, (void)size;
    return true;
}
void rules_print(FILE *out) { (void)out; }
static struct diagnosis empty;
struct diagnosis *analyze(const struct recording *recording, const struct analyze_options *options) {
    (void)recording, (void)options;
    return &empty;
}
void diagnosis_free(struct diagnosis *diagnosis) { (void)diagnosis; }
void stats_init(void) {}
const char *cause_id(enum cause cause) __attribute__((weak));
const char *cause_title(enum cause cause) __attribute__((weak));
const char *clock_method_name(enum clock_method method) __attribute__((weak));
const char *cause_id(enum cause cause) { return (void)cause, "unknown"; }
const char *cause_title(enum cause cause) { return (void)cause, "unknown"; }
const char *clock_method_name(enum clock_method method) { return (void)method, "stated"; }
millis clock_to_run(const struct source_clock *clock, millis printed) __attribute__((weak));
millis clock_to_run(const struct source_clock *clock, millis printed) { return (void)clock, printed; }
#endif

// analysis.h: options → recording → diagnosis, for the words that need one.
#ifndef WHYSLOW_CLI_ANALYSIS_H
#define WHYSLOW_CLI_ANALYSIS_H

#include <stddef.h>

struct diagnosis;
struct options;

// Reads the rules and the logs, analyses them and hands the diagnosis to `finish`, whose exit status it returns. Says
// what is wrong on stderr and returns EXIT_USAGE or EXIT_NOTHING where there is nothing to hand on.
int analysis_run(struct options *options, int (*finish)(struct options *options, const struct diagnosis *diagnosis));

// The same of some of the paths, for words that look at several runs. `take` gets the diagnosis, the one to show (the
// same, or its redacted copy) and the paths as they may be shown; none of them outlives it. `role` ("baseline") is put
// in front of what is said about the input; NULL for nothing.
struct analysed {
    const struct diagnosis *raw, *shown;
    const char *name;
};
int analysis_of(struct options *options, char *const *paths, size_t count, const char *role,
                int (*take)(void *state, struct options *options, const struct analysed *analysed), void *state);

#endif

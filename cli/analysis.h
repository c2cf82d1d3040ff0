// analysis.h: options → recording → diagnosis, for the words that need one.
#ifndef WHYSLOW_CLI_ANALYSIS_H
#define WHYSLOW_CLI_ANALYSIS_H

struct diagnosis;
struct options;

// Reads the rules and the logs, analyses them and hands the diagnosis to `finish`, whose exit status it returns. Says
// what is wrong on stderr and returns EXIT_USAGE or EXIT_NOTHING where there is nothing to hand on.
int analysis_run(struct options *options, int (*finish)(struct options *options, const struct diagnosis *diagnosis));

#endif

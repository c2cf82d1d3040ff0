// whyslow: why was the training run slow, how sure are we, and what did it cost?
#include <signal.h>
#include <stdio.h>

#include "analyzer/rules.h"
#include "analyzer/stats.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "core/lang.h"

static int show(const struct options *options) {
    switch (options->show) {
        case SHOW_HELP:
            help_print();
            break;
        case SHOW_MAN:
            help_print_man();
            break;
        case SHOW_RULES:
            rules_print(stdout);
            break;
        case SHOW_VERSION:
        case SHOW_NOTHING:
            puts("whyslow " WHYSLOW_VERSION);
            break;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_ANALYSED : EXIT_NOT_WRITTEN;
}

static int run(struct options *options) {
    if (options->show != SHOW_NOTHING) return show(options);
    switch (options->command) {
        case COMMAND_ANALYZE:
            return command_analyze(options);
        case COMMAND_INSPECT:
            return command_inspect(options);
        default:
            message(tr("\"whyslow %s\" is not in this version"), commands_table[options->command].name);
            return EXIT_USAGE;
    }
}

int main(int argc, char **argv) {
    // A reader that went away and a file that may not grow are errors of writing, with a message and a status.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    lang_start();
    stats_init();
    struct options options;
    char error[512];
    int status = EXIT_USAGE;
    if (options_read(&options, argc, argv, error, sizeof error)) {
        if (options.lang != NULL) lang_choose(options.lang);
        status = run(&options);
    } else {
        message("%s", error);
    }
    options_free(&options);
    return status;
}

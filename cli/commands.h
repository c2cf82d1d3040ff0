// commands.h: the words of the command line, one file each. All return the exit status.
#ifndef WHYSLOW_CLI_COMMANDS_H
#define WHYSLOW_CLI_COMMANDS_H

struct options;

enum exit_status {
    EXIT_ANALYSED = 0,
    EXIT_FAIL_ON = 1,     // analysed, and --fail-on was met
    EXIT_USAGE = 2,       // wrong usage
    EXIT_NOTHING = 3,     // nothing usable in the input
    EXIT_NOT_WRITTEN = 4  // an output could not be written
};

int command_analyze(struct options *options);
int command_inspect(const struct options *options);
int command_export(struct options *options);
int command_compare(struct options *options);
int command_batch(struct options *options);
int command_merge(struct options *options);

// --help, and the manual page; from the tables of options.h.
void help_print(void);
void help_print_man(void);

#endif

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "core/arena.h"
#include "core/lang.h"
#include "reports/terminal_text.h"

enum { COLUMN = 30, WIDTH = 80 };

// A text from COLUMN on, broken where a line may end; `at` columns of the first line are taken already.
static void put_wrapped(const char *text, int at) {
    if (at + 1 > COLUMN) {
        putchar('\n');
        at = 0;
    }
    struct arena *arena = arena_new();
    while (*text != '\0') {
        const char *line = terminal_line(arena, &text, WIDTH - COLUMN, false);
        printf("%*s%s\n", COLUMN - at, "", line);
        at = 0;
    }
    arena_free(arena);
}

static void put_option(const struct option_row *row) {
    int at = row->letter == 0 ? printf("      --%s", row->name) : printf("  -%c, --%s", row->letter, row->name);
    if (row->argument != NULL) at += printf("=%s", row->argument);
    put_wrapped(tr(row->what), at);
}

void help_print(void) {
    puts(
        tr("Why was the training run slow, how sure is that, and what did it cost?\n"
           "Reads what is left: logs of nvidia-smi, iostat, smartctl and their neighbours.\n"));
    for (int i = 0; i < COMMAND_COUNT_; i++) {
        const struct command_row *row = &commands_table[i];
        int at = printf("  whyslow %s %s", row->name, row->arguments);
        put_wrapped(tr(row->what), at);
    }
    puts(
        tr("\nPATH is a file, a directory (searched), an archive, or - for standard input.\n"
           "\"whyslow PATH\" means \"whyslow analyze PATH\".\n"));
    for (const struct option_row *row = options_table; row->name != NULL; row++) put_option(row);
    puts(
        tr("\nThe verdict goes to standard output, everything else to standard error.\n"
           "Exit status: 0 analysed; 1 analysed, and --fail-on was met; 2 wrong usage;\n"
           "3 nothing usable in the input; 4 an output could not be written."));
}

// roff: a hyphen that is typed, a backslash, and a dot at the start of a line are special.
static void put_roff(const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '-' || *text == '\\') putchar('\\');
        putchar(*text == '\n' ? ' ' : *text);
    }
}

static void put_man_option(const struct option_row *row) {
    puts(".TP");
    if (row->letter != 0) printf("\\fB\\-%c\\fR, ", row->letter);
    fputs("\\fB\\-\\-", stdout);
    put_roff(row->name);
    fputs("\\fR", stdout);
    if (row->argument != NULL) {
        fputs("=\\fI", stdout);
        put_roff(row->argument);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    put_roff(row->what);
    puts(".");
}

void help_print_man(void) {
    printf(".TH WHYSLOW 1 \"\" \"whyslow %s\" \"User Commands\"\n", WHYSLOW_VERSION);
    puts(".SH NAME\nwhyslow \\- why was the training run slow, and what did it cost");
    puts(".SH SYNOPSIS");
    for (int i = 0; i < COMMAND_COUNT_; i++) {
        printf(".B whyslow %s\n[\\fIOPTION\\fR]... \\fI%s\\fR\n.br\n", commands_table[i].name,
               commands_table[i].arguments);
    }
    puts(
        ".SH DESCRIPTION\n"
        "Reads the logs that a GPU training run left behind (nvidia\\-smi, iostat, smartctl and their neighbours),\n"
        "prints which component held the run back, how sure that is and how many GPU\\-hours it cost, and writes a\n"
        "report. PATH is a file, a directory (searched), an archive (gz, xz, zst, bz2, tar, zip), or \\- for standard\n"
        "input. Nothing is installed, nothing is changed, nothing is sent anywhere.");
    for (int i = 0; i < COMMAND_COUNT_; i++) {
        printf(".TP\n\\fBwhyslow %s\\fR \\fI%s\\fR\n", commands_table[i].name, commands_table[i].arguments);
        put_roff(commands_table[i].what);
        puts(".");
    }
    puts(".SH OPTIONS");
    for (const struct option_row *row = options_table; row->name != NULL; row++) put_man_option(row);
    puts(".SH EXIT STATUS");
    static const char *const statuses[] = {"analysed", "analysed, and \\-\\-fail\\-on was met", "wrong usage",
                                           "nothing usable in the input",
                                           "an output could not be written; what stood there before is still there"};
    for (int i = 0; i < 5; i++) printf(".TP\n%d\n%s.\n", i, statuses[i]);
    puts(
        ".SH ENVIRONMENT\n.TP\nNO_COLOR\nif set and not empty, no colours.\n.TP\n"
        "LANGUAGE, LC_ALL, LC_MESSAGES, LANG\nlanguage of messages and reports.");
    puts(
        ".SH EXAMPLES\n.nf\nwhyslow logs/\nwhyslow analyze \\-\\-timezone io.log=Asia/Shanghai \\-o report "
        "case.tar.gz\n"
        "whyslow inspect \\-\\-json logs/ | jq .files[].format\n.fi");
    puts(".SH SEE ALSO\n.BR nvidia\\-smi (1),\n.BR iostat (1),\n.BR smartctl (8)");
}

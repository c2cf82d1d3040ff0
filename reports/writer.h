// writer.h: diagnosis → files, and the verdict on a terminal.
//
// Everything a report says is worked out once, in document.c; each output is one
// file and one row of the table in writers.c. Same diagnosis and options, same
// bytes: no output holds the wall clock or anything of the machine it was written on.
#ifndef WHYSLOW_REPORTS_WRITER_H
#define WHYSLOW_REPORTS_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct diagnosis;

enum report_format {
    REPORT_PDF,   // report.pdf
    REPORT_PNG,   // timeline.png, summary.png and one picture a chart
    REPORT_XLSX,  // report.xlsx
    REPORT_MD,    // report.md
    REPORT_JSON,  // report.json, schema whyslow.report/1
    REPORT_COUNT_
};

// All formats as a mask of 1u << enum report_format.
#define REPORT_ALL ((1u << REPORT_COUNT_) - 1u)

enum report_page { PAGE_A4, PAGE_LETTER };

struct report_options {
    const char *directory;     // created, with its parents, if it does not exist
    unsigned formats;          // mask of 1u << enum report_format
    enum report_page page;     // of the PDF
    const char *command_line;  // that made this report, quoted for a shell; NULL or "": not printed
    const char *only_for;      // "jira", "gitlab" or "mail": the dialect of report.md; NULL: plain
    bool color, unicode;       // of the terminal
    int width;                 // of the terminal in columns; 0: 80
};

// The format called `name` ("pdf"), or REPORT_COUNT_ if there is none.
enum report_format report_format_named(const char *name);

// Writes every requested format below options->directory. Each file is written under
// a temporary name in the same directory, synced and renamed: whatever happens, a file
// stands either as it was before or complete. Other files in the directory are left alone.
// A failure stops the writing; `error` (of `size` bytes) then says which file and why.
bool reports_write(const struct diagnosis *diagnosis, const struct report_options *options, char *error, size_t size);

// What the user should know before the files are read: that there is no font for their letters. NULL: nothing.
const char *reports_warning(const struct report_options *options);

// The verdict block: verdict, why, how sure, what it cost, what next, and lanes of the run as
// far as there is room; at most 8 lines at 80 columns. Uses color, unicode and width of
// the options.
void reports_terminal(FILE *out, const struct diagnosis *diagnosis, const struct report_options *options);

#endif

// compare_writer.h: comparison → compare.pdf, compare-*.png, compare.xlsx, compare.md, compare.json, and the terminal.
#ifndef WHYSLOW_REPORTS_COMPARE_WRITER_H
#define WHYSLOW_REPORTS_COMPARE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct comparison;
struct report_options;

// Writes the requested formats below options->directory, all files or none; `error` (of `size` bytes) says which file
// and why if false.
bool compare_write(const struct comparison *comparison, const struct report_options *options, char *error, size_t size);

// What changed, run by run, at most 8 lines each at 80 columns.
void compare_terminal(FILE *out, const struct comparison *comparison, const struct report_options *options);

#endif

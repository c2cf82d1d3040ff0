// fleet_writer.h: fleet → fleet.pdf, fleet.xlsx, fleet.md, fleet.json.
#ifndef WHYSLOW_REPORTS_FLEET_WRITER_H
#define WHYSLOW_REPORTS_FLEET_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct fleet;
struct report_options;

// Writes the summary in the formats of the options below options->directory, all files or none; `error` (of `size`
// bytes) says which file and why if false. Pictures (fleet-*.png) are written for REPORT_PNG.
bool fleet_write(const struct fleet *fleet, const struct report_options *options, char *error, size_t size);

// The answer on a terminal, some ten lines. Uses color, unicode and width of the options.
void fleet_terminal(FILE *out, const struct fleet *fleet, const struct report_options *options);

#endif

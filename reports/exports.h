// exports.h: the forms of the aligned series, and the file they go to.
#ifndef WHYSLOW_REPORTS_EXPORTS_H
#define WHYSLOW_REPORTS_EXPORTS_H

#include <stdbool.h>
#include <stdio.h>

#include "reports/series_list.h"

enum export_form { EXPORT_CSV, EXPORT_OPENMETRICS, EXPORT_JSONL, EXPORT_SQLITE, EXPORT_COUNT_ };

// The names of the forms; ends with NULL.
extern const char *const export_names[EXPORT_COUNT_ + 1];

// False for a form that cannot be written to a stream: it is a database.
bool export_is_text(enum export_form form);

// Writes to a stream, for a form that is text. False as ferror(out).
bool export_to_stream(FILE *out, enum export_form form, const struct diagnosis *diagnosis,
                      const struct export_options *options);

// Writes the file at `path` under a temporary name beside it, syncs and renames it: it stands as it was before or
// complete. What is there and no regular file (a pipe, /dev/null) is written to as it is. False on failure; `error`
// (of `size` bytes) then says why.
bool export_to_file(const char *path, enum export_form form, const struct diagnosis *diagnosis,
                    const struct export_options *options, char *error, size_t size);

#endif

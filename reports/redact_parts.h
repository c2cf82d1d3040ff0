// redact_parts.h: what the files of the redaction share.
#ifndef WHYSLOW_REPORTS_REDACT_PARTS_H
#define WHYSLOW_REPORTS_REDACT_PARTS_H

#include "reports/redact_names.h"

struct recording;
struct source;

struct redacted_file {
    const struct source *source;
    const char *base, *shown;  // its name without directories; the same, numbered
};

struct redactor {
    struct aliases aliases;
    const struct recording *recording;
    const struct recording *redacted;  // its copy, once made
    struct redacted_file *files;       // of all sources, in their order
    size_t file_count;
};

// The redacted name of the file at the end of a path.
const char *redact_base(struct redactor *redactor, const char *path);

#endif

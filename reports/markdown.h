// markdown.h: report.md, to be pasted into a ticket.
#ifndef WHYSLOW_REPORTS_MARKDOWN_H
#define WHYSLOW_REPORTS_MARKDOWN_H

#include <stdbool.h>

struct diagnosis;
struct document;
struct outset;
struct report_options;

// Short first; everything else folded away, as far as it fits into a ticket. Pictures are referred to by
// relative path if they are written, too. options->only_for chooses the dialect.
bool markdown_write(struct outset *set, const struct diagnosis *diagnosis, const struct report_options *options);

// The same of any document: NAME.md.
bool markdown_document(struct outset *set, const struct document *document);

#endif

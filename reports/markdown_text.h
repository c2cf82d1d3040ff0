// markdown_text.h: text that a ticket system shows as it is.
#ifndef WHYSLOW_REPORTS_MARKDOWN_TEXT_H
#define WHYSLOW_REPORTS_MARKDOWN_TEXT_H

struct arena;

// Nothing in the result is markup, a mention or a reference: GitHub and GitLab.
char *markdown_escape(struct arena *arena, const char *text);

// The same for Jira's wiki markup.
char *jira_escape(struct arena *arena, const char *text);

// As inline code: in as many backticks as the text needs. Only for lines outside tables.
char *markdown_code(struct arena *arena, const char *text);

#endif

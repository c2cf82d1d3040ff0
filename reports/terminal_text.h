// terminal_text.h: text in the cells of a terminal.
#ifndef WHYSLOW_REPORTS_TERMINAL_TEXT_H
#define WHYSLOW_REPORTS_TERMINAL_TEXT_H

#include <stdbool.h>

struct arena;

// Columns that valid UTF-8 takes on a terminal: two for CJK and emoji, none for combining marks.
int terminal_width(const char *text);

// Cuts the next line of at most `width` columns off *rest, at a blank where there is one; CJK may be
// cut between any two characters. The last line (`last`) ends in "…" if something is left over.
char *terminal_line(struct arena *arena, const char **rest, int width, bool last);

// The text in ASCII: signs that the reports use ("–", "…", "°", "≈", "≥") get their usual
// spelling, any other character becomes "?".
char *terminal_ascii(struct arena *arena, const char *text);

#endif

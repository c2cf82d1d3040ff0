// screen.h: what `watch` drew on a terminal, as the lines that stood there: one screen after another.
//
// watch sends the whole screen once and then only the characters that change, each with a move of the cursor: no line
// of its output is a line of what it shows. The terminal is played here, and each refresh gives its screen.
#ifndef WHYSLOW_PARSERS_SCREEN_H
#define WHYSLOW_PARSERS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "parsers/lines.h"

// True if a stream that begins so is a capture of watch (or of another program that takes the whole screen).
bool screen_wanted(const unsigned char *head, size_t size);

struct screen;

// Never NULL; free with screen_free (NULL allowed). `from` must outlive it.
struct screen *screen_new(struct byte_source from);
void screen_free(struct screen *screen);

// The text of all screens. watch's own title is left out, but its time stands alone on a line where what is shown does
// not begin with a time itself. Rows that were wrapped at the edge are joined. A refresh that the end of the stream
// cuts is left out.
struct byte_source screen_source(struct screen *screen);

// Screens given so far.
size_t screen_count(const struct screen *screen);

#endif

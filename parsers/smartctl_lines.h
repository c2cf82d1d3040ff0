// smartctl_lines.h: the lines inside a page of smartctl's text.
#ifndef WHYSLOW_PARSERS_SMARTCTL_LINES_H
#define WHYSLOW_PARSERS_SMARTCTL_LINES_H

#include "parsers/smartctl_page.h"

struct smart_reader;

struct smart_reader *smart_reader_new(struct source *source);
void smart_reader_free(struct smart_reader *reader);

// Reads one line into the page. False if the line is none of smartctl's.
bool smart_reader_line(struct smart_reader *reader, struct smart_page *page, struct text line, uint32_t number);

// Would this line repeat something that `page` has: an attribute id, a label, a serial number?
bool smart_reader_repeats(struct smart_reader *reader, const struct smart_page *page, struct text line);

// A new page begins: forget the section, and rows that wait for their second half.
void smart_reader_turn(struct smart_reader *reader);

// A refusal of smartctl's ("Permission denied", "Unknown USB bridge" …): what to do about it, or NULL.
const char *smart_refusal(struct text line);
// Does this refusal say that the disk no longer answers, rather than that smartctl was not let to it?
bool smart_silent(struct text line);

#endif

// sysstat_text.h: tables under a header whose lines begin with the time of day, as sar and mpstat print them.
#ifndef WHYSLOW_PARSERS_SYSSTAT_TEXT_H
#define WHYSLOW_PARSERS_SYSSTAT_TEXT_H

#include "parsers/fields.h"
#include "parsers/parser.h"

// Reads all tables of a log of sar or mpstat. `tool` is the one that is named in problems.
void sysstat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source,
                        const char *tool);

// Whose header the line is, if it is one of a table that can be used.
enum sysstat_tool { SYSSTAT_NOBODY, SYSSTAT_SAR, SYSSTAT_MPSTAT, SYSSTAT_PIDSTAT };
enum sysstat_tool sysstat_text_tool(struct text line);

// The bid of a tool for a text: its banner and its first header.
int sysstat_text_bid(struct text head, enum sysstat_tool tool);

#endif

// smartctl.h: the three forms in which a disk's health is logged.
#ifndef WHYSLOW_PARSERS_SMARTCTL_H
#define WHYSLOW_PARSERS_SMARTCTL_H

#include "parsers/parser.h"

// What smartctl prints for people, whole or filtered by grep; one page or many.
int smartctl_text_bid(struct text head, bool whole);
void smartctl_text_parse(struct lines *lines, const struct parse_options *options, struct source *source);

// smartctl --json; several documents may follow each other.
int smartctl_json_bid(struct text head, bool whole);
void smartctl_json_parse(struct lines *lines, const struct parse_options *options, struct source *source);

// The attribute log that smartd -A keeps: one disk a file, a line every half hour.
int smartd_attrlog_bid(struct text head, bool whole);
void smartd_attrlog_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

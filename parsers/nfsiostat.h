// nfsiostat.h: nfsiostat of nfs-utils, the only log that shows what a network file system did.
#ifndef WHYSLOW_PARSERS_NFSIOSTAT_H
#define WHYSLOW_PARSERS_NFSIOSTAT_H

#include "parsers/parser.h"

int nfsiostat_bid(struct text head, bool whole);
void nfsiostat_parse(struct lines *lines, const struct parse_options *options, struct source *source);

#endif

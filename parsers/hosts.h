// hosts.h: which machine a log is from, where the log itself does not say.
#ifndef WHYSLOW_PARSERS_HOSTS_H
#define WHYSLOW_PARSERS_HOSTS_H

#include <stddef.h>

struct recording;

// Fills `host` of the sources from `first` on that print none:
//  - from the only host that other logs in the same directory print;
//  - else, when two directories hold logs of the same tool, entity and time, they cannot be of one
//    machine: then the directory's name is the host, for all of them.
void hosts_assign(struct recording *recording, size_t first);

#endif

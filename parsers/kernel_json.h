// kernel_json.h: a line of `journalctl -o json`: one object of strings an entry.
#ifndef WHYSLOW_PARSERS_KERNEL_JSON_H
#define WHYSLOW_PARSERS_KERNEL_JSON_H

#include "parsers/kernel_stamp.h"

// The texts point into `text`: escapes within them stay. False for any other line.
bool kernel_json_read(struct text text, struct kernel_line *out);

#endif

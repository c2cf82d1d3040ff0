// sar_text.c: sar as text: CPU, disks, paging, swap, memory, load, network; all other tables are passed over.
#include "parsers/sar_text.h"

#include "parsers/sysstat_text.h"

void sar_text_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    sysstat_text_parse(lines, options, source, "sar");
}

int sar_text_bid(struct text head, bool whole) {
    (void)whole;
    return sysstat_text_bid(head, SYSSTAT_SAR);
}

// kernel_ata.h: libata's errors, 5 to 150 lines each, gathered to one incident.
#ifndef WHYSLOW_PARSERS_KERNEL_ATA_H
#define WHYSLOW_PARSERS_KERNEL_ATA_H

#include "parsers/kernel_events.h"

struct kernel_ata;

// Reports into `events` (borrowed).
struct kernel_ata *kernel_ata_new(struct kernel_events *events);
void kernel_ata_free(struct kernel_ata *ata);

// One line of the kernel's. True if it belongs to libata and needs no other reader.
bool kernel_ata_line(struct kernel_ata *ata, struct text text, const struct kernel_moment *at, uint32_t line);

// "sd 24:0:0:0: [sdc] …", "scsi 4:0:2:0: Direct-Access ATA MODEL": what ties ports to names.
void kernel_ata_scsi(struct kernel_ata *ata, struct text text);

// The disk at the address that begins a line ("sd 6:0:7:0: Power-on …"); "" if no line has named one yet, or several.
const char *kernel_ata_disk(const struct kernel_ata *ata, struct text text);

// Reports the incidents that the file does not end.
void kernel_ata_finish(struct kernel_ata *ata);

#endif

// smartctl_page.h: pages of smartctl, whatever they were printed as, become rows of disks.
//
// A page is what one call of smartctl said about one disk. It rarely names the
// disk; so a page is collected first and given to a disk when it is complete: by
// the device name where something proves it, else by model and serial, else by what its
// counters allow. Each assumption becomes a problem of the source.
#ifndef WHYSLOW_PARSERS_SMARTCTL_PAGE_H
#define WHYSLOW_PARSERS_SMARTCTL_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/recording.h"

struct smart_value {
    const char *name;
    enum unit unit;
    enum series_kind kind;
    double value;
    int id;  // of an ATA attribute, else 0
};

struct smart_note {
    bool is_event;
    enum event_kind kind;  // of an event
    const char *key;       // of a fact
    const char *text;
    uint32_t line;
    double value;  // of an event
};

// The page being collected. Its strings are owned by its arena.
struct smart_page {
    struct arena *arena;
    uint32_t line;  // where it begins; 0 while it is empty
    bool banner;    // smartctl's own first line was seen
    bool refused;   // smartctl could not read the disk
    bool dated;     // `clock` is set
    struct when clock;
    const char *device, *model, *serial;  // "" if not printed
    uint32_t model_line, serial_line;
    struct smart_value *values;
    size_t value_count, value_capacity;
    struct smart_note *notes;
    size_t note_count, note_capacity;
};

struct smart_file;

// Collects the pages of one source (borrowed).
struct smart_file *smart_file_new(struct source *source);
// Gives undated rows a time, sets the source's clock and counts, and frees the file.
void smart_file_finish(struct smart_file *file);

// The page being collected; replaced by smart_file_close.
struct smart_page *smart_file_page(struct smart_file *file);
// Ends the page: writes its row, facts and events. An empty page is dropped.
void smart_file_close(struct smart_file *file);

bool smart_page_empty(const struct smart_page *page);

// A value of the page; a later one of the same name replaces it. The name is copied. Returns
// it, or NULL when the page is full; valid until the next call.
struct smart_value *smart_page_value(struct smart_page *page, const char *name, enum unit unit, enum series_kind kind,
                                     double value);
// NULL if the page has no such value.
const struct smart_value *smart_page_find(const struct smart_page *page, const char *name);

void smart_page_fact(struct smart_page *page, const char *key, struct text text, uint32_t line);
void smart_page_event(struct smart_page *page, enum event_kind kind, struct text text, uint32_t line);
// "SMART overall-health …" and its relatives: the fact `health` and, when the disk says that it fails, an event.
void smart_page_health(struct smart_page *page, const char *health, struct text text, uint32_t line);
// smartctl could not read the disk: an event that says what to do, and whether the disk answers at all. `advice` is a
// sentence.
void smart_page_refusal(struct smart_page *page, struct text text, const char *advice, uint32_t line);

// The clock in "Local Time is:", a `date` line or JSON: asctime whose zone may be a word
// or "+05". False if it is not a whole stamp.
bool smart_clock(struct text text, struct when *clock);

// A disk's name in the kernel, at the start of `path` ("/dev/sda1" gives "sda", "/dev/nvme0n1p2" gives "nvme0n1");
// empty for aliases such as /dev/disk/by-id/….
struct text smart_device(struct text path);

#endif

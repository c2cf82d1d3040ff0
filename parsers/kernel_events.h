// kernel_events.h: what a kernel log reports, floods counted as one.
#ifndef WHYSLOW_PARSERS_KERNEL_EVENTS_H
#define WHYSLOW_PARSERS_KERNEL_EVENTS_H

#include "parsers/kernel_clock.h"

struct kernel_events;

struct kernel_events *kernel_events_new(void);
void kernel_events_free(struct kernel_events *events);

struct kernel_report {
    struct kernel_moment at;
    uint32_t line;
    enum event_kind kind;
    struct text entity;
    struct text text;
    double value;  // NaN if none
    int code;      // events of one kind and entity with different codes are not one flood
};

// Adds an event, or counts it with the last one of the same kind, entity and code when less than
// 60 seconds lie between them. Returns its index, SIZE_MAX when the file has too many.
size_t kernel_events_add(struct kernel_events *events, const struct kernel_report *report);

// Sets the value of an event that was added earlier.
void kernel_events_value(struct kernel_events *events, size_t index, double value);

// The same with its text: a later line tells it better.
void kernel_events_retell(struct kernel_events *events, size_t index, struct text text, double value);

// Names the entity of an event that was added before it was known.
void kernel_events_entity(struct kernel_events *events, size_t index, struct text entity);

// Gives all events of one entity another name, learnt later in the file.
void kernel_events_rename(struct kernel_events *events, const char *from, const char *to);

// Writes all events into the source, in the order in which they began in the file.
void kernel_events_write(const struct kernel_events *events, const struct kernel_clock *clock, struct source *source);

#endif

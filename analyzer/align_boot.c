// align_boot.c: when a machine was started, from messages that two logs tell, one by uptime and one by the clock.
#include "analyzer/align_boot.h"

#include <math.h>
#include <string.h>

// Logs are written within this many seconds of the message.
#define TOGETHER 3.0
enum { MESSAGES_LEAST = 3, MESSAGES_MOST = 400 };

static bool same(const struct event *a, const struct event *b) {
    return a->kind == b->kind && strcmp(a->text, b->text) == 0 && strcmp(a->entity, b->entity) == 0;
}

// The one dated event like this one; NULL if there is none or several, of which nobody knows which it is.
static const struct event *only_one(const struct source *source, const struct event *event) {
    const struct event *found = NULL;
    for (size_t i = 0; i < source->event_count && i < MESSAGES_MOST; i++) {
        if (source->events[i].time == MILLIS_NONE || !same(&source->events[i], event)) continue;
        if (found != NULL) return NULL;
        found = &source->events[i];
    }
    return found;
}

bool boot_by_messages(const struct source *boot, const struct source *told, double *start) {
    double low = INFINITY;
    double high = -INFINITY;
    int count = 0;
    for (size_t i = 0; i < boot->event_count && i < MESSAGES_MOST; i++) {
        const struct event *event = &boot->events[i];
        if (only_one(boot, event) != event) continue;
        const struct event *other = only_one(told, event);
        if (other == NULL) continue;
        double at = (double)(other->time - event->time) / 1000;
        low = fmin(low, at);
        high = fmax(high, at);
        count++;
    }
    if (count < MESSAGES_LEAST || high - low > TOGETHER) return false;
    *start = low;  // a log is late, never early
    return true;
}

#include "analyzer/run_host.h"

#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

static bool time_series(const struct source *source) {
    return source->format != NULL && !source->refused && source->table_count > 0 && source->host[0] != '\0';
}

static bool meets(const struct source *reference, const struct source_clock *clock) {
    const struct source *source = clock->source;
    if (reference == NULL || reference->first == MILLIS_NONE || !clock->placed) return false;
    if (source->clock == CLOCK_NONE) return true;
    millis first = clock_to_run(clock, source->first, 0);
    millis last = clock_to_run(clock, source->last, UINT32_MAX);
    return first != MILLIS_NONE && first <= reference->last && last >= reference->first;
}

// The only host among the sources (that meet the reference, if asked for); NULL if there is none, *several if more.
static const char *only_host(const struct source *reference, const struct source_clock *clocks, size_t count,
                             bool meeting, bool *several) {
    const char *host = NULL;
    *several = false;
    for (size_t i = 0; i < count; i++) {
        if (!time_series(clocks[i].source) || (meeting && !meets(reference, &clocks[i]))) continue;
        if (host == NULL)
            host = clocks[i].source->host;
        else if (strcmp(host, clocks[i].source->host) != 0)
            *several = true;
    }
    return host;
}

const char *run_host_settle(const struct source *reference, const char *wanted, struct source_clock *clocks,
                            size_t count, struct arena *arena, bool *ambiguous) {
    bool several = false;
    *ambiguous = false;
    const char *host = wanted;
    if (host == NULL && reference != NULL && reference->host[0] != '\0') host = reference->host;
    if (host == NULL) host = only_host(reference, clocks, count, false, &several);
    if (several) {
        host = only_host(reference, clocks, count, true, &several);
        *ambiguous = several || host == NULL;
        if (*ambiguous) host = "";
    }
    if (host == NULL) return "";
    for (size_t i = 0; i < count; i++) {
        const char *own = clocks[i].source->host;
        if (own[0] == '\0' || strcmp(own, host) == 0) continue;
        clocks[i].placed = false;
        clocks[i].established = false;
        clocks[i].note = *ambiguous
                             ? tr("the logs are of several hosts; --host NAME says which one the run is about")
                             : arena_printf(arena, tr("it is of another host (%s) than the run (%s)"), own, host);
    }
    return host;
}

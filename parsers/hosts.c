#include "parsers/hosts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/recording.h"

struct place {
    struct source *source;
    const char *directory;  // of the file, members of archives included
    const char *branch;     // first directory below what all sources share; "" at the top
};

static int by_directory(const void *a, const void *b) {
    return strcmp(((const struct place *)a)->directory, ((const struct place *)b)->directory);
}

static const char *directory_of(struct arena *arena, const struct source *source) {
    const char *name = source_name(source);
    const char *slash = strrchr(name, '/');
    return slash == NULL ? "" : arena_copy(arena, name, (size_t)(slash - name) + 1);
}

// The only host printed by the sources [first, last); NULL if there is none or more than one.
static const char *only_host(const struct place *places, size_t first, size_t last) {
    const char *host = NULL;
    for (size_t i = first; i < last; i++) {
        const char *printed = places[i].source->host;
        if (printed[0] == '\0') continue;
        if (host != NULL && strcmp(host, printed) != 0) return NULL;
        host = printed;
    }
    return host;
}

static void share_within_directories(struct place *places, size_t count) {
    for (size_t first = 0, last; first < count; first = last) {
        last = first + 1;
        while (last < count && strcmp(places[first].directory, places[last].directory) == 0) last++;
        const char *host = only_host(places, first, last);
        if (host == NULL) continue;
        for (size_t i = first; i < last; i++)
            if (places[i].source->host[0] == '\0') places[i].source->host = host;
    }
}

// Bytes of directory names, whole components, that all places begin with. Sorted: the first and the last decide.
static size_t shared_prefix(const struct place *places, size_t count) {
    const char *a = places[0].directory;
    const char *b = places[count - 1].directory;
    size_t prefix = 0;
    for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++)
        if (a[i] == '/') prefix = i + 1;
    return prefix;
}

static bool share_entity(const struct source *a, const struct source *b) {
    for (size_t i = 0; i < a->table_count && i < 64; i++)
        if (source_find(b, a->tables[i].entity) != NULL) return true;
    return false;
}

// Logs that one machine cannot have written: the same tool, the same entity, at the same time.
static bool exclude_each_other(const struct source *a, const struct source *b) {
    if (a->format != b->format || a->format == NULL || a->clock != b->clock || a->refused || b->refused) return false;
    if (a->clock != CLOCK_NONE) {
        if (a->first == MILLIS_NONE || b->first == MILLIS_NONE) return false;
        millis from = a->first > b->first ? a->first : b->first;
        millis to = a->last < b->last ? a->last : b->last;
        if (to <= from) return false;
    }
    return share_entity(a, b);
}

// "node1" and "node1.example.org" are one name.
static bool same_host(const char *a, const char *b) {
    size_t length = strcspn(a, ".");
    return length > 0 && length == strcspn(b, ".") && strncmp(a, b, length) == 0;
}

// A directory that is called as the host that a log in it prints: then its siblings are hosts, too.
static bool branch_is_printed(const struct place *place) {
    return place->branch[0] != '\0' && same_host(place->branch, place->source->host);
}

static bool branches_are_hosts(const struct place *places, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (branch_is_printed(&places[i])) return true;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (places[i].source->host[0] == '\0' && places[k].source->host[0] == '\0' && places[i].branch[0] != '\0' &&
                places[k].branch[0] != '\0' && strcmp(places[i].branch, places[k].branch) != 0 &&
                exclude_each_other(places[i].source, places[k].source))
                return true;
    return false;
}

void hosts_assign(struct recording *recording, size_t first) {
    size_t count = recording->source_count - first;
    if (count < 2) return;
    struct arena *arena = recording->arena;
    struct place *places = arena_array(arena, count, sizeof *places);
    for (size_t i = 0; i < count; i++) {
        places[i].source = recording->sources[first + i];
        places[i].directory = directory_of(arena, places[i].source);
    }
    qsort(places, count, sizeof *places, by_directory);
    share_within_directories(places, count);
    size_t prefix = shared_prefix(places, count);
    for (size_t i = 0; i < count; i++) {
        const char *below = places[i].directory + prefix;
        places[i].branch = arena_copy(arena, below, strcspn(below, "/"));
    }
    if (!branches_are_hosts(places, count)) return;
    for (size_t i = 0; i < count; i++)
        if (places[i].source->host[0] == '\0') places[i].source->host = places[i].branch;
}

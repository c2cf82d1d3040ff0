#include "reports/redact_names.h"

#include <ctype.h>
#include <string.h>

#include "core/arena.h"

bool alias_word(char c) { return isalnum((unsigned char)c) != 0; }

// The first alias whose name is not before `name`.
static size_t place_of(const struct aliases *aliases, const char *name) {
    size_t low = 0, high = aliases->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(aliases->sorted[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct aliases *aliases, size_t place, const char *name) {
    return place < aliases->count && strcmp(aliases->sorted[place].name, name) == 0;
}

void alias_set(struct aliases *aliases, const char *name, const char *shown) {
    size_t place = place_of(aliases, name);
    if (name[0] == '\0' || is_at(aliases, place, name)) return;
    aliases->sorted = grow_array(aliases->sorted, &aliases->capacity, aliases->count + 1, sizeof *aliases->sorted);
    memmove(&aliases->sorted[place + 1], &aliases->sorted[place], (aliases->count - place) * sizeof *aliases->sorted);
    aliases->sorted[place] = (struct alias){arena_string(aliases->arena, name), shown};
    aliases->count++;
}

const char *alias_of(struct aliases *aliases, const char *name, enum alias_kind kind) {
    static const char *const words[ALIAS_COUNT_] = {"host", "user", "disk-serial-", "gpu-uuid-", "mount", "address"};
    size_t place = place_of(aliases, name);
    if (is_at(aliases, place, name)) return aliases->sorted[place].shown;
    const char *shown = arena_printf(aliases->arena, "%s%zu", words[kind], ++aliases->numbers[kind]);
    alias_set(aliases, name, shown);
    return shown;
}

// Among the aliases [*low, *high), which agree in `depth` bytes, those whose next byte is `c`.
static void narrow(const struct aliases *aliases, size_t depth, unsigned char c, size_t *low, size_t *high) {
    size_t ends[2];
    for (int end = 0; end < 2; end++) {
        size_t a = *low, b = *high;
        while (a < b) {
            size_t middle = a + (b - a) / 2;
            if ((unsigned char)aliases->sorted[middle].name[depth] < c + end)
                a = middle + 1;
            else
                b = middle;
        }
        ends[end] = a;
    }
    *low = ends[0];
    *high = ends[1];
}

const struct alias *alias_at(const struct aliases *aliases, const char *text) {
    const struct alias *found = NULL;
    size_t low = 0, high = aliases->count;
    for (size_t depth = 0; text[depth] != '\0'; depth++) {
        narrow(aliases, depth, (unsigned char)text[depth], &low, &high);
        if (low == high) break;
        bool whole = aliases->sorted[low].name[depth + 1] == '\0';
        if (whole && !(alias_word(text[depth]) && alias_word(text[depth + 1]))) found = &aliases->sorted[low];
    }
    return found;
}

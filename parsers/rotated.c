#include "parsers/rotated.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "core/recording.h"

struct candidate {
    struct source *source;
    const char *name, *stem;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of `text` without a run of `least` to `most` digits at its end; the length itself if there is none.
static size_t before_digits(const char *text, size_t length, size_t least, size_t most) {
    size_t at = length;
    while (at > 0 && length - at < most + 1 && is_digit(text[at - 1])) at--;
    return length - at >= least && length - at <= most ? at : length;
}

// ".7", "-20240506", "-20240506-1714970000", ".2024-05-06": where it begins, or the length.
static size_t before_rotation(const char *name, size_t length) {
    size_t at = before_digits(name, length, 1, 3);
    if (at < length && at > 1 && name[at - 1] == '.') return at - 1;
    size_t stamp = before_digits(name, length, 10, 10);
    if (stamp < length && stamp > 1 && name[stamp - 1] == '-') length = stamp - 1;
    at = before_digits(name, length, 8, 8);
    if (at < length && at > 1 && (name[at - 1] == '-' || name[at - 1] == '.')) return at - 1;
    if (length > 11) {
        const char *date = name + length - 11;
        bool good = date[0] == '.' || date[0] == '-';
        for (int i = 1; i <= 10; i++) good = good && (i == 5 || i == 8 ? date[i] == '-' : is_digit(date[i]));
        if (good) return length - 11;
    }
    return strlen(name);
}

const char *rotated_stem(struct arena *arena, const char *name) {
    static const char *const packed[] = {".gz", ".xz", ".zst", ".bz2", ".lz4"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
        size_t suffix = strlen(packed[i]);
        if (length > suffix && strcmp(name + length - suffix, packed[i]) == 0) {
            name = arena_copy(arena, name, length - suffix);
            break;
        }
    }
    return arena_copy(arena, name, before_rotation(name, strlen(name)));
}

static int by_stem_and_time(const void *a, const void *b) {
    const struct candidate *x = a;
    const struct candidate *y = b;
    int order = strcmp(x->stem, y->stem);
    if (order == 0) order = (x->source->first > y->source->first) - (x->source->first < y->source->first);
    return order != 0 ? order : strcmp(x->name, y->name);
}

// NULL if the two may be joined, else why not.
static const char *obstacle(const struct source *older, const struct source *newer) {
    if (older->format == NULL || older->format != newer->format) return tr("their formats differ");
    if (older->refused || newer->refused) return tr("one of them cannot be used");
    if (older->clock == CLOCK_NONE || older->first == MILLIS_NONE || newer->first == MILLIS_NONE)
        return tr("they print no times that prove an order");
    if (older->clock != newer->clock || strcmp(older->zone, newer->zone) != 0) return tr("their clocks differ");
    if (strcmp(older->host, newer->host) != 0) return tr("they are of different hosts");
    if (older->last > newer->first) return tr("their times overlap");
    return NULL;
}

static size_t index_of(const struct recording *recording, const struct source *source) {
    for (size_t i = 0; i < recording->source_count; i++)
        if (recording->sources[i] == source) return i;
    return recording->source_count;
}

static void add_counts(struct source *joined, const struct source *part) {
    joined->bytes += part->bytes;
    joined->reports += part->reports;
    joined->since_boot_reports += part->since_boot_reports;
    joined->samples += part->samples;
    joined->skipped_lines += part->skipped_lines;
    joined->fraction |= part->fraction;
    joined->twelve_hour |= part->twelve_hour;
    joined->day_month_proved |= part->day_month_proved;
    joined->day_month_open |= part->day_month_open;
    joined->zone_last = part->zone_last;
    if (joined->tool_version[0] == '\0') joined->tool_version = part->tool_version;
}

// The joined source takes the place and the identity of the newest part.
static void join(struct recording *recording, const struct candidate *set, size_t count) {
    const struct source *newest = set[count - 1].source;
    const struct source *oldest = set[0].source;
    struct source *joined = recording_source(recording, newest->path, newest->member);
    joined->sha256 = newest->sha256;
    joined->modified = newest->modified;
    joined->format = newest->format;
    joined->host = newest->host;
    joined->clock = newest->clock;
    joined->zone = newest->zone;
    joined->zone_first = oldest->zone_first;
    joined->clock_note = newest->clock_note;
    joined->parts = arena_array(recording->arena, count, sizeof *joined->parts);
    joined->part_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct source *part = set[i].source;
        joined->parts[i] = (struct source_part){.path = part->path,
                                                .member = part->member,
                                                .sha256 = part->sha256,
                                                .bytes = part->bytes,
                                                .first_line = joined->lines + 1};
        source_append(joined, part, joined->lines);
        add_counts(joined, part);
        joined->lines += part->lines;
    }
    for (size_t i = 0; i < count; i++)
        source_problem(joined, 0, SEVERITY_INFO, tr("line %u of the joined set is line 1 of %s"),
                       joined->parts[i].first_line, set[i].name);
    source_finish(joined);
    size_t place = index_of(recording, newest);
    recording->sources[index_of(recording, joined)] = set[count - 1].source;
    recording->sources[place] = joined;
    for (size_t i = 0; i < count; i++) recording_remove(recording, index_of(recording, set[i].source));
}

static void join_or_say_why(struct recording *recording, const struct candidate *set, size_t count) {
    bool rotated = false;
    for (size_t i = 0; i < count; i++) {
        rotated |= strcmp(set[i].name, set[i].stem) != 0;
        if (set[i].source->format == NULL) return;
    }
    if (!rotated) return;
    const char *why = NULL;
    for (size_t i = 1; i < count && why == NULL; i++) why = obstacle(set[i - 1].source, set[i].source);
    if (why == NULL) {
        join(recording, set, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        source_problem(set[i].source, 0, SEVERITY_INFO,
                       tr("looks like a part of a rotated set (%s), but is kept apart: %s"), set[i].stem, why);
}

void rotated_join(struct recording *recording, size_t first) {
    size_t count = recording->source_count - first;
    struct candidate *all = arena_array(recording->arena, count, sizeof *all);
    for (size_t i = 0; i < count; i++) {
        all[i].source = recording->sources[first + i];
        all[i].name = source_name(all[i].source);
        all[i].stem = rotated_stem(recording->arena, all[i].name);
    }
    qsort(all, count, sizeof *all, by_stem_and_time);
    for (size_t i = 0, end; i < count; i = end) {
        end = i + 1;
        while (end < count && strcmp(all[i].stem, all[end].stem) == 0) end++;
        if (end - i > 1) join_or_say_why(recording, all + i, end - i);
    }
}

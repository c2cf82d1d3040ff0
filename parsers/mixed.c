#include "parsers/mixed.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"

enum {
    SKIPPED_LEAST = 5,  // fewer foreign lines are chatter
    TOOLS_MOST = 6,     // in one file
    HEAD = 64 * 1024,
};

static int compare_lines(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static size_t sort_lines(uint32_t *lines, size_t count) {
    if (count == 0) return 0;
    qsort(lines, count, sizeof *lines, compare_lines);
    size_t left = 1;
    for (size_t i = 1; i < count; i++)
        if (lines[i] != lines[left - 1]) lines[left++] = lines[i];
    return left;
}

static bool is_stamp(struct text line) {
    struct when when;
    return line.length <= 100 && when_read(line, DATE_ORDER_UNKNOWN, &when);
}

// Blanks out the lines that are listed (or, with `all_but`, those that are not), but never time stamps that stand
// alone: they date whatever follows. Returns where the first line begins that is left; SIZE_MAX if there is none.
static size_t blank_out(char *text, size_t size, const uint32_t *listed, size_t count, bool all_but) {
    size_t first = SIZE_MAX;
    size_t next = 0;
    uint32_t number = 1;
    for (size_t at = 0; at < size; number++) {
        const char *end = memchr(text + at, '\n', size - at);
        struct text line = {text + at, end == NULL ? size - at : (size_t)(end - text) - at};
        while (next < count && listed[next] < number) next++;
        bool is_listed = next < count && listed[next] == number;
        if (is_listed == all_but) {
            if (first == SIZE_MAX && text_trim(line).length > 0) first = at;
        } else if (!is_stamp(line)) {
            memset(text + at, ' ', line.length);
        }
        at += line.length + 1;
    }
    return first;
}

// The lines that rows and events came from, ascending; *count of them. Free the array.
static uint32_t *used_lines(const struct source *source, size_t *count) {
    size_t capacity = 0;
    uint32_t *lines = NULL;
    *count = 0;
    for (size_t i = 0; i < source->table_count; i++) {
        const struct table *table = &source->tables[i];
        lines = grow_array(lines, &capacity, *count + table->row_count + 1, sizeof *lines);
        if (table->row_count > 0) memcpy(lines + *count, table->line, table->row_count * sizeof *lines);
        *count += table->row_count;
    }
    lines = grow_array(lines, &capacity, *count + source->event_count + 1, sizeof *lines);
    for (size_t i = 0; i < source->event_count; i++) lines[(*count)++] = source->events[i].line;
    *count = sort_lines(lines, *count);
    return lines;
}

static bool is_empty(const struct source *source) {
    if (source->event_count > 0 || source->fact_count > 0) return false;
    for (size_t i = 0; i < source->table_count; i++)
        if (source->tables[i].row_count > 0) return false;
    return true;
}

// The lines of `all` that are not in `without`; both ascending. Returns their number.
static size_t subtract(uint32_t *all, size_t count, const uint32_t *without, size_t without_count) {
    size_t left = 0;
    size_t k = 0;
    for (size_t i = 0; i < count; i++) {
        while (k < without_count && without[k] < all[i]) k++;
        if (k == without_count || without[k] != all[i]) all[left++] = all[i];
    }
    return left;
}

static struct source *parse_as(struct recording *recording, const struct parse_options *options,
                               const struct source *first, const struct parser *parser, struct text text) {
    struct source *source = recording_source(recording, first->path, first->member);
    source->format = parser->name;
    source->modified = first->modified;
    source->bytes = first->bytes;
    source->lines = first->lines;
    struct lines *lines = lines_of_memory(text.at, text.length);
    parser->parse(lines, options, source);
    lines_free(lines);
    if (source->host[0] == '\0') source->host = first->host;
    source_finish(source);
    return source;
}

// One more tool among the lines that are left. False if nobody knows them.
static bool read_one_more(struct recording *recording, const struct parse_options *options, struct source *first,
                          char *text, size_t size) {
    first->skipped_count_ = sort_lines(first->skipped_, first->skipped_count_);
    size_t start = blank_out(text, size, first->skipped_, first->skipped_count_, true);
    if (start == SIZE_MAX) return false;
    struct text head = text_head((struct text){text + start, size - start}, HEAD);
    const struct parser *tie;
    bool whole = size - start <= HEAD;
    const struct parser *parser = parsers_choose(head, whole, &tie);
    if (parser == NULL || parser->bid(head, whole) < BID_LIKELY || strcmp(parser->name, first->format) == 0)
        return false;
    struct source *more = parse_as(recording, options, first, parser, (struct text){text, size});
    more->skipped_count_ = sort_lines(more->skipped_, more->skipped_count_);
    // The lines that the other parser used.
    size_t capacity = 0;
    uint32_t *used = grow_array(NULL, &capacity, first->skipped_count_ + 1, sizeof *used);
    if (first->skipped_count_ > 0) memcpy(used, first->skipped_, first->skipped_count_ * sizeof *used);
    size_t count = subtract(used, first->skipped_count_, more->skipped_, more->skipped_count_);
    if (is_empty(more) || count == 0 || more->refused) {
        free(used);
        recording_remove(recording, recording->source_count - 1);
        return false;
    }
    source_unskip(first, used, count);
    source_problem(first, 0, SEVERITY_INFO, tr("%zu lines of the file, the first of them line %u, were read as %s"),
                   count, used[0], parser->name);
    free(used);
    // What the other one skipped, too, is told by the first alone.
    free(first->skipped_);
    first->skipped_ = more->skipped_;
    first->skipped_count_ = more->skipped_count_;
    first->skipped_capacity_ = more->skipped_capacity_;
    more->skipped_ = NULL;
    more->skipped_count_ = more->skipped_capacity_ = 0;
    more->skipped_lines = 0;
    return true;
}

// Two formats were equally sure of the beginning: both may be in the file. True if the other one found something in
// what the first one left.
static bool read_tie(struct recording *recording, const struct parse_options *options, struct source *first,
                     const struct parser *tie, char *text, size_t size) {
    size_t count;
    uint32_t *used = used_lines(first, &count);
    size_t start = blank_out(text, size, used, count, false);
    free(used);
    if (start == SIZE_MAX) return false;
    struct source *more = parse_as(recording, options, first, tie, (struct text){text, size});
    if (is_empty(more) || more->refused) {
        recording_remove(recording, recording->source_count - 1);
        return false;
    }
    // What the first one had to skip and the other did not was of use to the other.
    first->skipped_count_ = sort_lines(first->skipped_, first->skipped_count_);
    more->skipped_count_ = sort_lines(more->skipped_, more->skipped_count_);
    size_t capacity = 0;
    used = grow_array(NULL, &capacity, first->skipped_count_ + 1, sizeof *used);
    if (first->skipped_count_ > 0) memcpy(used, first->skipped_, first->skipped_count_ * sizeof *used);
    count = subtract(used, first->skipped_count_, more->skipped_, more->skipped_count_);
    source_unskip(first, used, count);
    source_problem(first, 0, SEVERITY_INFO, tr("other lines of the file were read as %s"), tie->name);
    free(used);
    more->skipped_lines = more->problem_count = 0;  // the first one tells what both could not use
    return true;
}

bool mixed_read(struct recording *recording, const struct parse_options *options, struct source *source,
                const struct parser *tie, struct text text) {
    bool chatter = source->skipped_lines < SKIPPED_LEAST || source->skipped_count_ == SKIPPED_KEPT;
    if (text.at == NULL || source->refused || (tie == NULL && chatter)) return false;
    size_t capacity = 0;
    char *copy = grow_array(NULL, &capacity, text.length + 1, 1);
    memcpy(copy, text.at, text.length);
    bool tied = tie != NULL && read_tie(recording, options, source, tie, copy, text.length);
    if (!tied) memcpy(copy, text.at, text.length);
    for (int tool = 1; tool < TOOLS_MOST && source->skipped_lines >= SKIPPED_LEAST; tool++)
        if (!read_one_more(recording, options, source, copy, text.length)) break;
    free(copy);
    return tied;
}

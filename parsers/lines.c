#include "parsers/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/charset.h"
#include "parsers/decode.h"

enum {
    FIRST_BLOCK = 64 * 1024,  // most logs of a run are small
    BLOCK = 1 << 20,
    PEEK = 64 * 1024,
    CR_RUN = 64,  // CRs in front of an LF that still belong to the line end
};

#define NOWHERE SIZE_MAX

struct lines {
    struct byte_source from;
    struct {
        const char *at;
        size_t left;
    } memory;  // for lines_of_memory

    // Decoded text is buffer[start, end). Offsets, not pointers: the buffer moves.
    char *buffer;
    size_t capacity, start, end;
    size_t newline;  // the first LF at or behind start, NOWHERE if not known
    size_t seen;     // no LF in [start, seen)
    size_t last, last_length;
    bool last_valid, put_back, unended, cut, discarding;

    unsigned char *raw;  // what waits for decoding, where the text is not UTF-8
    size_t raw_size, raw_capacity;
    enum encoding encoding;
    struct charset *charset;  // NULL for UTF-8 and UTF-16
    struct escape_state escape;
    bool started, at_end, has_cr, cr_counts, seen_lf, seen_crlf;

    uint32_t number, next_number;
    struct lines_report report;
    char error[256];

    char *record;
    size_t record_size, record_capacity;
    bool recording, record_lost;

    char *peeked;
    size_t peeked_capacity;
    bool peek_whole;
    char *rest;
};

static void *take(size_t size) {
    size_t none = 0;
    return grow_array(NULL, &none, size, 1);
}

struct lines *lines_new(struct byte_source from) {
    struct lines *lines = take(sizeof *lines);
    *lines = (struct lines){.from = from, .newline = NOWHERE, .next_number = 1};
    return lines;
}

static ptrdiff_t read_memory(void *state, void *buffer, size_t size) {
    struct lines *lines = state;
    if (size > lines->memory.left) size = lines->memory.left;
    if (size > 0) memcpy(buffer, lines->memory.at, size);
    lines->memory.at += size;
    lines->memory.left -= size;
    return (ptrdiff_t)size;
}

struct lines *lines_of_memory(const void *bytes, size_t size) {
    struct lines *lines = lines_new((struct byte_source){.read = read_memory});
    lines->from.state = lines;
    lines->memory.at = bytes == NULL ? "" : bytes;
    lines->memory.left = size;
    return lines;
}

void lines_free(struct lines *lines) {
    if (lines == NULL) return;
    free(lines->buffer);
    free(lines->raw);
    charset_close(lines->charset);
    free(lines->record);
    free(lines->peeked);
    free(lines->rest);
    free(lines);
}

// ── filling the buffer ──────────────────────────────────────────────────────

// Room for `need` bytes behind the text. Moves the text (and the line that may be put back) to the front only when
// there is no room, so that each byte is moved a bounded number of times.
static void make_room(struct lines *lines, size_t need) {
    if (lines->capacity - lines->end >= need) return;
    size_t keep = lines->last_valid && lines->last < lines->start ? lines->last : lines->start;
    if (keep > 0) {
        memmove(lines->buffer, lines->buffer + keep, lines->end - keep);
        lines->start -= keep;
        lines->end -= keep;
        lines->seen = lines->seen < keep ? 0 : lines->seen - keep;
        if (lines->newline != NOWHERE) lines->newline -= keep;
        if (lines->last_valid) lines->last -= keep;
    }
    if (lines->capacity - lines->end < need)
        lines->buffer = grow_array(lines->buffer, &lines->capacity, 2 * lines->end + need, 1);
}

static size_t read_some(struct lines *lines, void *to, size_t size) {
    ptrdiff_t got = lines->from.read(lines->from.state, to, size);
    if (got <= 0) lines->at_end = true;
    if (got < 0 && lines->report.error == NULL) lines_fail(lines, tr("the file could not be read to its end"));
    if (got <= 0) return 0;
    lines->report.bytes += (uint64_t)got;
    return (size_t)got;
}

// What was appended at buffer[from, end) becomes clean text.
static void clean(struct lines *lines, size_t from) {
    struct cleaned cleaned = decode_clean(&lines->escape, lines->buffer + from, lines->end - from);
    lines->end = from + cleaned.size;
    lines->report.nul_bytes += cleaned.nul_bytes;
    if (cleaned.escapes) lines->report.escapes = true;
    if (!lines->has_cr && cleaned.size > 0) lines->has_cr = memchr(lines->buffer + from, '\r', cleaned.size) != NULL;
}

static void decode_raw(struct lines *lines) {
    make_room(lines, lines->raw_size * 3 + 4);
    size_t used;
    size_t from = lines->end;
    char *to = lines->buffer + from;
    if (lines->charset != NULL)
        lines->end += charset_decode(lines->charset, (char *)lines->raw, lines->raw_size, lines->at_end, &used, to);
    else
        lines->end += decode_utf16(lines->encoding, lines->raw, lines->raw_size, lines->at_end, &used, to);
    lines->raw_size -= used;
    memmove(lines->raw, lines->raw + used, lines->raw_size);
    clean(lines, from);
}

// Of memory no more than there is, and one byte in which its end shows.
static size_t first_room(const struct lines *lines) {
    bool small = lines->from.read == read_memory && lines->memory.left < FIRST_BLOCK;
    return small ? lines->memory.left + 1 : FIRST_BLOCK;
}

// The first block decides about the encoding.
static void first_fill(struct lines *lines) {
    lines->started = true;
    size_t room = first_room(lines);
    make_room(lines, room);
    while (lines->end < room && !lines->at_end)
        lines->end += read_some(lines, lines->buffer + lines->end, room - lines->end);
    size_t bom;
    lines->encoding = decode_detect((const unsigned char *)lines->buffer, lines->end, &bom);
    lines->report.bom = bom > 0;
    lines->report.utf16 = lines->encoding != ENCODING_BYTES;
    if (!lines->report.utf16) lines->report.charset = charset_guess(lines->buffer, lines->end);
    if (lines->report.charset != NULL) lines->charset = charset_open(lines->report.charset);
    if (lines->charset == NULL) lines->report.charset = NULL;
    if (lines->report.utf16 || lines->charset != NULL) {
        lines->raw_size = lines->end - bom;
        lines->raw = grow_array(NULL, &lines->raw_capacity, lines->at_end ? lines->raw_size + 1 : BLOCK, 1);
        memcpy(lines->raw, lines->buffer + bom, lines->raw_size);
        lines->end = 0;
        decode_raw(lines);
    } else {
        lines->start = bom;
        clean(lines, bom);
    }
    // A file without any LF (old Macintosh): its CRs are what an editor counts.
    lines->cr_counts = lines->has_cr && memchr(lines->buffer, '\n', lines->end) == NULL;
}

static void fill(struct lines *lines) {
    if (!lines->started) {
        first_fill(lines);
    } else if (lines->raw != NULL) {
        lines->raw_size += read_some(lines, lines->raw + lines->raw_size, lines->raw_capacity - lines->raw_size);
        decode_raw(lines);
    } else {
        make_room(lines, BLOCK);
        size_t from = lines->end;
        lines->end += read_some(lines, lines->buffer + from, BLOCK);
        clean(lines, from);
    }
}

// ── finding lines ───────────────────────────────────────────────────────────

enum line_end {
    LINE_NONE,     // no line left
    LINE_HARD,     // LF, CRLF
    LINE_SOFT,     // lone CR: a progress bar drawn over itself
    LINE_FILE,     // the file ends
    LINE_TOO_LONG  // no end within the limit
};

static void find_newline(struct lines *lines) {
    if (lines->newline != NOWHERE && lines->newline >= lines->start) return;
    lines->newline = NOWHERE;
    size_t from = lines->seen > lines->start ? lines->seen : lines->start;
    const char *at = from < lines->end ? memchr(lines->buffer + from, '\n', lines->end - from) : NULL;
    if (at != NULL)
        lines->newline = (size_t)(at - lines->buffer);
    else
        lines->seen = lines->end;
}

// Looks for a CR in [start, stop). LINE_NONE: there is none; LINE_TOO_LONG: whether an LF follows is not known yet.
static enum line_end find_cr(const struct lines *lines, size_t from, size_t stop, size_t *end, size_t *next) {
    const char *at = from < stop ? memchr(lines->buffer + from, '\r', stop - from) : NULL;
    if (at == NULL) return LINE_NONE;
    *end = (size_t)(at - lines->buffer);
    size_t after = *end;
    while (after < stop && after - *end < CR_RUN && lines->buffer[after] == '\r') after++;
    *next = after;
    if (after == lines->newline) {
        *next = after + 1;
        return LINE_HARD;
    }
    if (after == lines->end && !lines->at_end && after - *end < CR_RUN) return LINE_TOO_LONG;
    return LINE_SOFT;
}

// The end of the text's line and the start of the next one.
static enum line_end find_end(struct lines *lines, size_t *end, size_t *next) {
    size_t cr_seen = 0;  // bytes behind start without CR
    for (;;) {
        find_newline(lines);
        size_t stop = lines->newline == NOWHERE ? lines->end : lines->newline;
        if (lines->has_cr) {
            enum line_end kind = find_cr(lines, lines->start + cr_seen, stop, end, next);
            if (kind == LINE_SOFT || kind == LINE_HARD) return kind;
            cr_seen = (kind == LINE_NONE ? stop : *end) - lines->start;
        }
        if (lines->newline != NOWHERE) {
            *end = lines->newline;
            *next = lines->newline + 1;
            return LINE_HARD;
        }
        *end = *next = lines->end;
        if (lines->end - lines->start > LINE_LIMIT) return LINE_TOO_LONG;
        if (lines->at_end) return lines->end > lines->start ? LINE_FILE : LINE_NONE;
        fill(lines);
    }
}

static void count_end(struct lines *lines, enum line_end kind, size_t end, size_t next) {
    if (kind == LINE_HARD) {
        lines->next_number++;
        *(next - end > 1 ? &lines->seen_crlf : &lines->seen_lf) = true;
        lines->report.crlf = lines->seen_crlf;
        lines->report.mixed_ends = lines->seen_crlf && lines->seen_lf;
    } else if (kind == LINE_SOFT && lines->cr_counts) {
        lines->next_number++;
    }
}

// Drops what is left of an over-long line.
static void discard(struct lines *lines) {
    while (lines->discarding) {
        size_t end;
        size_t next;
        enum line_end kind = find_end(lines, &end, &next);
        lines->start = next;
        if (kind == LINE_TOO_LONG) continue;
        count_end(lines, kind, end, next);
        lines->discarding = false;
    }
}

// Files that were joined carry their marks along.
static void skip_mark(const struct lines *lines, size_t *start, size_t end) {
    if (end - *start >= 3 && memcmp(lines->buffer + *start, "\xef\xbb\xbf", 3) == 0) *start += 3;
}

static struct text last_line(const struct lines *lines) {
    return (struct text){lines->buffer + lines->last, lines->last_length};
}

void lines_record(struct lines *lines) { lines->recording = true; }

static void record(struct lines *lines, struct text line, bool new_number) {
    if (lines->record_lost) return;
    lines->record_lost = !new_number || lines->record_size + line.length + 1 > RECORD_LIMIT;
    if (lines->record_lost) {
        free(lines->record);
        lines->record = NULL;
        return;
    }
    lines->record =
        grow_array(lines->record, &lines->record_capacity, lines->record_size + line.length + 1, sizeof *lines->record);
    if (line.length > 0) memcpy(lines->record + lines->record_size, line.at, line.length);
    lines->record_size += line.length;
    lines->record[lines->record_size++] = '\n';
}

struct text lines_recorded(const struct lines *lines) {
    if (lines->record_lost || lines->record == NULL) return (struct text){NULL, 0};
    return (struct text){lines->record, lines->record_size};
}

bool lines_next(struct lines *lines, struct text *line) {
    if (lines->put_back) {
        lines->put_back = false;
        *line = last_line(lines);
        return true;
    }
    lines->last_valid = false;
    if (lines->discarding) discard(lines);
    size_t end;
    size_t next;
    enum line_end kind;
    do {  // an empty piece in front of a lone CR is no line, but the start of a redrawn one
        kind = find_end(lines, &end, &next);
        if (kind == LINE_NONE) return false;
        if (kind != LINE_SOFT || end > lines->start || lines->cr_counts) break;
        lines->start = next;
    } while (true);
    bool new_number = lines->number != lines->next_number;
    lines->number = lines->next_number;
    lines->last = lines->start;
    skip_mark(lines, &lines->last, end);
    lines->cut = end - lines->last > LINE_LIMIT;
    if (lines->cut) lines->report.cut_lines++;
    lines->last_length = lines->cut ? LINE_LIMIT : end - lines->last;
    lines->last_valid = true;
    lines->unended = kind == LINE_FILE;
    lines->discarding = kind == LINE_TOO_LONG;
    lines->start = next;
    count_end(lines, kind, end, next);
    *line = last_line(lines);
    if (lines->recording) record(lines, *line, new_number);
    return true;
}

uint32_t lines_number(const struct lines *lines) { return lines->number; }
bool lines_unended(const struct lines *lines) { return lines->unended; }
bool lines_cut(const struct lines *lines) { return lines->cut; }
void lines_back(struct lines *lines) { lines->put_back = lines->last_valid; }
struct lines_report lines_report(const struct lines *lines) {
    return lines->report;
}

void lines_fail(struct lines *lines, const char *error) {
    snprintf(lines->error, sizeof lines->error, "%s", error);
    lines->report.error = lines->error;
}

// ── more than a line ────────────────────────────────────────────────────────

// Copies text with CRLF as LF and a lone CR as `soft`; *cr carries a CR over to the next piece. Returns the bytes
// written, at most one more than `size`.
static size_t copy_plain(char *to, const char *from, size_t size, char soft, bool *cr) {
    size_t written = 0;
    for (size_t i = 0; i < size; i++) {
        char c = from[i];
        if (c == '\r') {
            *cr = true;
            continue;
        }
        if (*cr && c != '\n') to[written++] = soft;
        *cr = false;
        to[written++] = c;
    }
    return written;
}

struct text lines_peek(struct lines *lines) {
    while (!lines->at_end && lines->end - lines->start < PEEK) fill(lines);
    size_t from = lines->put_back ? lines->last : lines->start;
    size_t size = lines->end - from;
    lines->peek_whole = lines->at_end && size <= PEEK;
    if (size > PEEK) size = PEEK;
    if (!lines->has_cr) return (struct text){size == 0 ? "" : lines->buffer + from, size};
    lines->peeked = grow_array(lines->peeked, &lines->peeked_capacity, size + 1, 1);
    bool cr = false;
    size = copy_plain(lines->peeked, lines->buffer + from, size, '\n', &cr);
    if (cr) lines->peeked[size++] = '\n';
    return (struct text){lines->peeked, size};
}

bool lines_peek_whole(const struct lines *lines) { return lines->peek_whole; }

// The number of the last line of the rest, so that lines_number goes on where the lines ended.
static void count_rest(struct lines *lines, size_t size) {
    uint32_t first = lines->next_number;
    for (const char *at = lines->rest; (at = memchr(at, '\n', size - (size_t)(at - lines->rest))) != NULL; at++)
        lines->next_number++;
    bool ended = size == 0 || lines->rest[size - 1] == '\n';
    lines->number = ended && lines->next_number > first ? lines->next_number - 1 : lines->next_number;
}

struct text lines_rest(struct lines *lines, size_t limit, bool *whole) {
    size_t capacity = 0;
    size_t size = 0;
    bool cr = false;
    if (lines->put_back) {
        lines->start = lines->last;
        lines->next_number = lines->number;
    }
    lines->put_back = lines->last_valid = false;
    for (;;) {
        size_t piece = lines->end - lines->start;
        if (piece > limit - size) piece = limit - size;
        lines->rest = grow_array(lines->rest, &capacity, size + piece + 2, 1);
        char soft = lines->cr_counts ? '\n' : ' ';
        if (piece > 0) size += copy_plain(lines->rest + size, lines->buffer + lines->start, piece, soft, &cr);
        lines->start += piece;
        if (lines->start < lines->end || lines->at_end || size >= limit) break;
        fill(lines);
    }
    if (cr && lines->cr_counts) lines->rest[size++] = '\n';
    *whole = lines->start == lines->end && lines->at_end;
    lines->rest[size] = '\0';
    count_rest(lines, size);
    return (struct text){lines->rest, size};
}

// lines.h: the bytes of one log as a stream of lines, whatever they were wrapped in.
//
// Decoding is done here, once for all parsers: UTF-16 with or without BOM, UTF-8 BOM, older encodings where the text
// shows which (charset.h), CRLF and lone CR, NUL bytes, terminal escapes (what moves the cursor to another row ends a
// line like a lone CR). A line longer than the limit is cut there and the cut is counted, so that a never-ending line
// cannot take all memory.
#ifndef WHYSLOW_PARSERS_LINES_H
#define WHYSLOW_PARSERS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"

// Longest line that is kept, in bytes. Longer ones are cut (lines_next tells).
enum { LINE_LIMIT = 1 << 20 };

// Where bytes come from. read: fills up to `size` bytes, returns how many, 0 at
// the end, -1 on an error that lines_error then describes.
struct byte_source {
    ptrdiff_t (*read)(void *state, void *buffer, size_t size);
    void *state;
};

struct lines;

// A stream of lines over a byte source (borrowed). Never NULL.
struct lines *lines_new(struct byte_source from);
// The same over memory (borrowed), for tests and fuzzing.
struct lines *lines_of_memory(const void *bytes, size_t size);
void lines_free(struct lines *lines);  // NULL allowed

// The next line without its end, valid until the next call. False at the end.
//
// LF and CRLF end a line. So does a lone CR, which redraws a progress bar: each state of the bar is a line of its own,
// empty ones are left out. Line numbers (lines_number) count from 1 as grep -n and sed do: all pieces of a redrawn line
// have its number. Only in a file without any LF at its beginning each CR counts.
bool lines_next(struct lines *lines, struct text *line);
uint32_t lines_number(const struct lines *lines);

// True if the line just returned was not ended by a line end: the file stops
// in it, and its last field may be cut short.
bool lines_unended(const struct lines *lines);
// True if the line just returned was longer than LINE_LIMIT.
bool lines_cut(const struct lines *lines);

// The first bytes of the stream, decoded, without consuming them: what bids are made on.
// At most 64 KiB.
// Line ends are LF in it, whatever they were. Valid until the next call.
struct text lines_peek(struct lines *lines);
// True if the last lines_peek showed all that was left.
bool lines_peek_whole(const struct lines *lines);

// Puts the line just returned back: the next lines_next returns it again. One line deep.
void lines_back(struct lines *lines);

// Keeps what lines_next returns, up to RECORD_LIMIT bytes, for lines_recorded.
enum { RECORD_LIMIT = 16 << 20 };
void lines_record(struct lines *lines);
// The lines that lines_next returned, joined by LF, so that line N is line N. {NULL, 0} if there were too many, or
// where lone CRs share a line number. Borrowed.
struct text lines_recorded(const struct lines *lines);

// What decoding met, for inspect's list of problems.
struct lines_report {
    bool utf16, bom, crlf, mixed_ends, escapes;
    const char *charset;  // NULL, or the older encoding that the text was read as
    uint64_t nul_bytes;
    uint64_t cut_lines;
    uint64_t bytes;     // raw bytes read so far
    const char *error;  // NULL, or why reading stopped early ("truncated gzip input")
};
struct lines_report lines_report(const struct lines *lines);
void lines_fail(struct lines *lines, const char *error);  // for the byte source's owner

// All that remains, decoded, as one NUL-terminated text, for JSON and XML. CRLF is LF in it and a lone CR a blank, so
// that its LFs count lines as lines_number does, which afterwards is that of the last line. At most `limit` bytes (+
// 1): *whole says whether that was all. Valid until lines_free.
struct text lines_rest(struct lines *lines, size_t limit, bool *whole);

#endif

// decode.h: what lines.c does to bytes before it looks for line ends.
#ifndef WHYSLOW_PARSERS_DECODE_H
#define WHYSLOW_PARSERS_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum encoding { ENCODING_BYTES, ENCODING_UTF16LE, ENCODING_UTF16BE };

// What the first bytes of a stream are encoded in; *bom becomes the length of a byte-order mark to be skipped, else 0.
// UTF-16 without a mark is known by NUL in nearly every second byte, and only there.
enum encoding decode_detect(const unsigned char *bytes, size_t size, size_t *bom);

// UTF-16 to UTF-8. Writes at most size * 3 / 2 bytes to `out`, sets *used to the bytes that were consumed (up to 3
// stay: half a unit, or half a surrogate pair) and returns the bytes written. Lone surrogates become U+FFFD. `last`: no
// more will follow, nothing stays.
size_t decode_utf16(enum encoding encoding, const unsigned char *in, size_t size, bool last, size_t *used, char *out);

// Where in a terminal escape the last block ended.
struct escape_state {
    enum { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_CSI, ESCAPE_STRING, ESCAPE_STRING_END, ESCAPE_ONE_MORE } where;
    size_t length;  // bytes of the sequence so far
};

struct cleaned {
    size_t size;  // bytes left
    uint64_t nul_bytes;
    bool escapes;
};

// Removes NUL bytes and terminal escapes in place. What moves the cursor to another row, and a backspace, becomes a CR:
// the text behind it stands elsewhere on the screen. What moves it within the row becomes a blank.
struct cleaned decode_clean(struct escape_state *state, char *bytes, size_t size);

#endif

#include "parsers/decode.h"

#include <string.h>

enum {
    PROBE = 4096,
    SEQUENCE_LIMIT = 64,       // parameters of a CSI sequence; longer is no escape but rubbish
    STRING_LIMIT = 64 * 1024,  // an OSC string (a title, a hyperlink); longer was never ended
};

enum encoding decode_detect(const unsigned char *bytes, size_t size, size_t *bom) {
    *bom = 0;
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        *bom = 3;
        return ENCODING_BYTES;
    }
    if (size >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0)) {
        *bom = 2;
        return bytes[0] == 0xff ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    }
    size_t units = (size < PROBE ? size : PROBE) / 2;
    size_t even = 0;
    size_t odd = 0;
    for (size_t i = 0; i < units; i++) {
        even += bytes[2 * i] == 0;
        odd += bytes[2 * i + 1] == 0;
    }
    if (units < 4) return ENCODING_BYTES;
    if (odd * 10 >= units * 7 && even * 20 <= units) return ENCODING_UTF16LE;
    if (even * 10 >= units * 7 && odd * 20 <= units) return ENCODING_UTF16BE;
    return ENCODING_BYTES;
}

static size_t put_utf8(char *out, uint32_t code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

static uint32_t unit_at(enum encoding encoding, const unsigned char *in) {
    return encoding == ENCODING_UTF16LE ? (uint32_t)in[0] | (uint32_t)in[1] << 8 : (uint32_t)in[0] << 8 | in[1];
}

size_t decode_utf16(enum encoding encoding, const unsigned char *in, size_t size, bool last, size_t *used, char *out) {
    size_t at = 0;
    size_t written = 0;
    while (size - at >= 2) {
        uint32_t code = unit_at(encoding, in + at);
        size_t step = 2;
        if (code >= 0xd800 && code < 0xdc00) {
            if (size - at < 4 && !last) break;
            uint32_t low = size - at < 4 ? 0 : unit_at(encoding, in + at + 2);
            if (low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                step = 4;
            } else {
                code = 0xfffd;
            }
        } else if (code >= 0xdc00 && code < 0xe000) {
            code = 0xfffd;
        }
        // A mark in mid-file comes from files that were joined.
        if (code != 0xfeff) written += put_utf8(out + written, code);
        at += step;
    }
    *used = last ? size : at;
    return written;
}

// What a finished CSI sequence leaves in the text, 0 for nothing.
static char csi_trace(char final) {
    switch (final) {
        case 'A':
        case 'B':
        case 'E':
        case 'F':
        case 'H':
        case 'd':
        case 'f':
            return '\r';
        case 'C':
        case 'G':
            return ' ';
        default:
            return 0;
    }
}

// The first byte behind ESC.
static void begin_escape(struct escape_state *state, char c) {
    state->length = 0;
    if (c == '[')
        state->where = ESCAPE_CSI;
    else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
        state->where = ESCAPE_STRING;
    else if (c >= 0x20 && c <= 0x2f)
        state->where = ESCAPE_ONE_MORE;
    else
        state->where = ESCAPE_NONE;
}

// One byte inside an escape. True if the byte belongs to it; *trace is what takes its place, 0 for nothing.
static bool in_escape(struct escape_state *state, char c, char *trace) {
    *trace = 0;
    if (c == '\n' || c == '\x1b') {  // a line end ends everything: a cut escape must not eat the file
        bool string = state->where == ESCAPE_STRING && c == '\x1b';
        state->where = string ? ESCAPE_STRING_END : c == '\x1b' ? ESCAPE_BEGUN : ESCAPE_NONE;
        return c == '\x1b';
    }
    state->length++;
    switch (state->where) {
        case ESCAPE_BEGUN:
            begin_escape(state, c);
            return (unsigned char)c >= 0x20 && (unsigned char)c < 0x7f;
        case ESCAPE_CSI:
            if (c >= 0x40 && c <= 0x7e) *trace = csi_trace(c);
            if (c >= 0x20 && c <= 0x3f && state->length < SEQUENCE_LIMIT) return true;
            state->where = ESCAPE_NONE;
            return c >= 0x20 && c <= 0x7e;
        case ESCAPE_STRING:
            if (c == '\a' || state->length >= STRING_LIMIT) state->where = ESCAPE_NONE;
            return true;
        case ESCAPE_STRING_END:  // ESC \ ends a string, any other escape does, too
            state->where = ESCAPE_NONE;
            if (c != '\\') begin_escape(state, c);
            return true;
        case ESCAPE_ONE_MORE:
            state->where = ESCAPE_NONE;
            return true;
        case ESCAPE_NONE:
            break;
    }
    return false;
}

struct cleaned decode_clean(struct escape_state *state, char *bytes, size_t size) {
    struct cleaned result = {.size = size};
    // Nearly all blocks of nearly all logs have none of the three: three passes of memchr cost far less than one by
    // hand.
    if (state->where == ESCAPE_NONE && memchr(bytes, 0, size) == NULL && memchr(bytes, '\x1b', size) == NULL &&
        memchr(bytes, '\b', size) == NULL)
        return result;
    char *to = bytes;
    for (const char *from = bytes; from < bytes + size; from++) {
        char c = *from;
        char trace;
        if (c == 0) {
            result.nul_bytes++;
        } else if (state->where != ESCAPE_NONE && in_escape(state, c, &trace)) {
            if (trace != 0) *to++ = trace;
        } else if (c == '\x1b') {
            state->where = ESCAPE_BEGUN;
            result.escapes = true;
        } else {
            *to++ = c == '\b' ? '\r' : c;
        }
    }
    result.size = (size_t)(to - bytes);
    return result;
}

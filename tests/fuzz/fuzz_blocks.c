// fuzz_blocks.c: a log reads the same wherever the blocks end in which it is read.
#include "tests/fuzz/fuzz_blocks.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/lines.h"
#include "tests/fuzz/promises.h"

// The size of the first block of lines.c.
enum { FIRST_BLOCK = 64 * 1024 };

// More than the bytes by which the encoding is told.
enum { PROBED = 8 * 1024 };

// A long line or a short one, and the data behind it.
struct stream {
    size_t filler;  // bytes of the line before the data, its end included
    bool utf16;
    const uint8_t *data;
    size_t size, at;
};

// "xxx…x\n", in UTF-16 with the mark in front.
static void write_filler(const struct stream *stream, uint8_t *to) {
    memset(to, 'x', stream->filler);
    for (size_t i = 1; stream->utf16 && i < stream->filler; i += 2) to[i] = 0;
    to[stream->filler - (stream->utf16 ? 2 : 1)] = '\n';
    if (stream->utf16) memcpy(to, "\xff\xfe", 2);
}

static ptrdiff_t read_stream(void *state, void *buffer, size_t size) {
    struct stream *stream = state;
    uint8_t *to = buffer;
    size_t done = 0;
    if (stream->at == 0) {
        demand(size >= stream->filler, "the first block is as large as this test takes it for");
        write_filler(stream, to);
        done = stream->at = stream->filler;
    }
    size_t from = stream->at - stream->filler;
    size_t piece = size - done;
    if (piece > stream->size - from) piece = stream->size - from;
    if (piece > 0) memcpy(to + done, stream->data + from, piece);
    stream->at += piece;
    return (ptrdiff_t)(done + piece);
}

static bool same(struct text a, struct text b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

static void compare_lines(struct lines *cut, struct lines *whole, size_t lines_first) {
    struct text line;
    struct text other;
    bool more = true;
    for (size_t i = 0; i < lines_first && more; i++) {
        more = lines_next(cut, &line);
        demand(more == lines_next(whole, &other), "as many lines, wherever a block ends");
        if (!more) break;
        demand(same(line, other), "the same line, wherever a block ends");
        demand(lines_number(cut) == lines_number(whole), "the same number, wherever a block ends");
        demand(lines_unended(cut) == lines_unended(whole), "ended or not, wherever a block ends");
    }
    if (more) {
        bool all;
        struct text rest = lines_rest(cut, 1 << 20, &all);
        demand(same(rest, lines_rest(whole, 1 << 20, &all)), "the same rest, wherever a block ends");
        demand(lines_number(cut) == lines_number(whole), "the same last number, wherever a block ends");
    }
    demand(lines_report(cut).nul_bytes == lines_report(whole).nul_bytes, "as many NULs, wherever a block ends");
}

static void compare(struct stream a, struct stream b, size_t lines_first) {
    struct lines *cut = lines_new((struct byte_source){.read = read_stream, .state = &a});
    struct lines *whole = lines_new((struct byte_source){.read = read_stream, .state = &b});
    struct text line;
    struct text other;
    demand(lines_next(cut, &line) && lines_next(whole, &other), "the first line is there");
    // An older encoding is told by the first block: with less of the data in it the text may be taken for another one.
    if (lines_report(cut).charset == lines_report(whole).charset) compare_lines(cut, whole, lines_first);
    lines_free(cut);
    lines_free(whole);
}

// The first two bytes say where the block ends in the data, and how.
void fuzz_blocks(const uint8_t *data, size_t size) {
    if (size < 3) return;
    bool utf16 = (data[1] & 1) != 0;
    size_t before = data[0] % (size - 2);
    size_t first_lines = data[1] & 2 ? SIZE_MAX : data[1] >> 4;
    struct stream cut = {.utf16 = utf16, .data = data + 2, .size = size - 2, .filler = FIRST_BLOCK - before};
    struct stream whole = {.utf16 = utf16, .data = data + 2, .size = size - 2, .filler = PROBED};
    if (utf16) cut.filler -= cut.filler % 2;
    compare(cut, whole, first_lines);
}

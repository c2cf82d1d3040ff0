// Lines out of whatever they were wrapped in.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/lines.h"

// A source that gives its bytes in pieces of a fixed size: all decoding must come out the same.
struct pieces {
    const char *at;
    size_t left, piece;
    bool fails;
};

static ptrdiff_t read_piece(void *state, void *buffer, size_t size) {
    struct pieces *pieces = state;
    if (size > pieces->piece) size = pieces->piece;
    if (size > pieces->left) size = pieces->left;
    memcpy(buffer, pieces->at, size);
    pieces->at += size;
    pieces->left -= size;
    return size == 0 && pieces->fails ? -1 : (ptrdiff_t)size;
}

// The lines as "number:text|number:text|…".
static void join(struct lines *lines, char *out, size_t size) {
    struct text line;
    out[0] = '\0';
    while (lines_next(lines, &line)) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%u:%.*s|", lines_number(lines), (int)line.length, line.at);
    }
}

static void expect(const char *bytes, size_t size, const char *wanted) {
    char got[4096];
    for (size_t piece = 1; piece <= size + 1; piece++) {
        struct pieces pieces = {bytes, size, piece, false};
        struct lines *lines = lines_new((struct byte_source){read_piece, &pieces});
        join(lines, got, sizeof got);
        assert_string_equal(got, wanted);
        assert_int_equal(lines_report(lines).bytes, size);
        lines_free(lines);
    }
}
#define EXPECT(bytes, wanted) expect(bytes, sizeof(bytes) - 1, wanted)

static void line_ends(void **state) {
    (void)state;
    EXPECT("", "");
    EXPECT("a\nb\n", "1:a|2:b|");
    EXPECT("a\n\nb", "1:a|2:|3:b|");
    EXPECT("a\r\n\r\nb\r\n", "1:a|2:|3:b|");
    EXPECT("a\r\r\nb\n", "1:a|2:b|");
    EXPECT("a\nb\r\n", "1:a|2:b|");
}

static void progress_bars(void **state) {
    (void)state;
    EXPECT("x\n\r 10%\r 20%\r\ny\n", "1:x|2: 10%|2: 20%|3:y|");
    EXPECT("x\n1/9\b\b\b2/9\n", "1:x|2:1/9|2:2/9|");
    EXPECT("a\rb\rc", "1:a|2:b|3:c|");  // no LF at all: CRs are the line ends
}

static void byte_order_marks(void **state) {
    (void)state;
    EXPECT(
        "\xef\xbb\xbf"
        "a\n\xef\xbb\xbf"
        "b\n",
        "1:a|2:b|");
    EXPECT(
        "\xff\xfe"
        "a\0\r\0\n\0\xe9\0\xac\x20\n\0",
        "1:a|2:\xc3\xa9\xe2\x82\xac|");
    EXPECT(
        "\xfe\xff"
        "\0a\0\n\xd8\x3d\xde\x00\0\n",
        "1:a|2:\xf0\x9f\x98\x80|");
    EXPECT(
        "\xff\xfe"
        "a\0\x3d\xd8"
        "b\0",
        "1:a\xef\xbf\xbd"
        "b|");
    EXPECT(
        "u\0t\0i\0l\0\n\0"
        "9\0%\0",
        "1:util|2:9%|");
    EXPECT(
        "\0u\0t\0i\0l\0\n\0"
        "9\0%",
        "1:util|2:9%|");
    EXPECT("\xff\xfe", "");
}

static const char *charset_of(const char *bytes, size_t size) {
    struct lines *lines = lines_of_memory(bytes, size);
    lines_peek(lines);
    const char *charset = lines_report(lines).charset;
    lines_free(lines);
    return charset;
}
#define EXPECT_CHARSET(bytes, wanted, text)                                \
    do {                                                                   \
        assert_string_equal(charset_of(bytes, sizeof(bytes) - 1), wanted); \
        EXPECT(bytes, text);                                               \
    } while (0)

// "2026年11月", "오후", "févr. 12 °C" as hosts without a UTF-8 locale print them.
static void older_encodings(void **state) {
    (void)state;
    EXPECT_CHARSET(
        "2026\xc4\xea"
        "11\xd4\xc2\n\x81\x30\x81\x30|\xff|\xb0",
        "GB18030", "1:2026年11月|2:\xc2\x80|\xef\xbf\xbd|\xef\xbf\xbd|");
    EXPECT_CHARSET("2026\xa6~11\xa4\xeb\n", "BIG5", "1:2026年11月|");
    EXPECT_CHARSET("2026\x94N11\x8c\x8e\nx\x94", "CP932", "1:2026年11月|2:x\xef\xbf\xbd|");
    EXPECT_CHARSET(
        "2026\xc7\xaf"
        "11\xb7\xee\r\n",
        "EUC-JP", "1:2026年11月|");
    EXPECT_CHARSET("\xbf\xc0\xc8\xc4 03:00:01\n", "CP949", "1:오후 03:00:01|");
    EXPECT_CHARSET("12 f\xe9vr. 2026\n3 \xb0\x43 \x80\n", "CP1252", "1:12 févr. 2026|2:3 °C €|");
}

static void what_is_no_older_encoding(void **state) {
    (void)state;
    assert_null(charset_of("2026年11月 f\xe9vr.\n", 19));                   // UTF-8 with one torn byte
    assert_null(charset_of("2026\xe5\xb9", 6));                             // UTF-8 cut in a character
    assert_null(charset_of("\x1f\xe9\x01\x02 12 f\xe9vr.\x03\x04\n", 16));  // binary
    assert_null(charset_of("\xc4\xe3\xba\xc3 \xca\xc0\xbd\xe7\n", 10));     // of several nothing tells which
    EXPECT("\xc4\xe3\xba\xc3\n", "1:\xc4\xe3\xba\xc3|");
}

static void nul_bytes(void **state) {
    (void)state;
    EXPECT("\0\0\0a\0 1\0\nb", "1:a 1|2:b|");
    struct lines *lines = lines_of_memory("x\0\0\0y\n", 6);
    struct text line;
    assert_true(lines_next(lines, &line));
    assert_int_equal(lines_report(lines).nul_bytes, 3);
    assert_false(lines_report(lines).utf16);
    lines_free(lines);
}

static void terminal_escapes(void **state) {
    (void)state;
    EXPECT("\x1b[1;31mhot\x1b[0m 9\n", "1:hot 9|");
    EXPECT("\x1b]0;a title\amain\x1b]8;;http://x\x1b\\L\n", "1:mainL|");
    EXPECT("\x1b(Ba\x1b=b\n", "1:ab|");
    EXPECT("one\x1b[2;1Htwo\x1b[K\n", "1:one|1:two|");
    EXPECT("a\x1b[12Cb\n", "1:a b|");
    EXPECT("cut \x1b[3\nb\n", "1:cut |2:b|");  // a torn escape takes no more than its line
    EXPECT("cut \x1b]0;title\nb\n", "1:cut |2:b|");
    EXPECT("end\n\x1b", "1:end|");
}

static void peek_consumes_nothing(void **state) {
    (void)state;
    struct lines *lines = lines_of_memory("a\r\nb\rc\n", 7);
    struct text head = lines_peek(lines);
    assert_int_equal(head.length, 6);
    assert_memory_equal(head.at, "a\nb\nc\n", 6);
    assert_true(lines_peek_whole(lines));
    char got[64];
    join(lines, got, sizeof got);
    assert_string_equal(got, "1:a|2:b|2:c|");
    lines_free(lines);
}

static void peek_is_bounded(void **state) {
    (void)state;
    size_t size = 300 * 1000;
    char *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, '\n', size);
    struct lines *lines = lines_of_memory(bytes, size);
    assert_int_equal(lines_peek(lines).length, 64 * 1024);
    assert_false(lines_peek_whole(lines));
    struct text line;
    while (lines_next(lines, &line)) assert_int_equal(line.length, 0);
    assert_int_equal(lines_number(lines), size);
    lines_free(lines);
    free(bytes);
}

static void back_gives_the_line_again(void **state) {
    (void)state;
    struct lines *lines = lines_of_memory("a\nbb\nc\n", 7);
    struct text line;
    assert_true(lines_next(lines, &line));
    assert_true(lines_next(lines, &line));
    lines_back(lines);
    assert_true(text_starts(lines_peek(lines), "bb\nc"));
    assert_true(lines_next(lines, &line));
    assert_true(text_equal(line, "bb"));
    assert_int_equal(lines_number(lines), 2);
    assert_true(lines_next(lines, &line));
    assert_true(text_equal(line, "c"));
    lines_free(lines);
}

static void unended(void **state) {
    (void)state;
    struct lines *lines = lines_of_memory("a\nb", 3);
    struct text line;
    assert_true(lines_next(lines, &line));
    assert_false(lines_unended(lines));
    assert_true(lines_next(lines, &line));
    assert_true(lines_unended(lines));
    assert_false(lines_next(lines, &line));
    lines_free(lines);
}

// A line of `length` bytes between two others, ended by `end`.
static void long_line(size_t length, const char *end, bool cut) {
    size_t size = length + 4 + strlen(end);
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    memcpy(bytes, "a\n", 2);
    memset(bytes + 2, 'x', length);
    strcpy(bytes + 2 + length, end);
    strcat(bytes + 2 + length, "b\n");
    struct lines *lines = lines_of_memory(bytes, size);
    struct text line;
    assert_true(lines_next(lines, &line));
    assert_true(lines_next(lines, &line));
    assert_int_equal(line.length, cut ? LINE_LIMIT : length);
    assert_int_equal(lines_cut(lines), cut);
    assert_int_equal(lines_number(lines), 2);
    assert_true(lines_next(lines, &line));
    assert_true(text_equal(line, "b"));
    assert_false(lines_cut(lines));
    assert_int_equal(lines_number(lines), end[0] == '\r' && end[1] == '\0' ? 2 : 3);
    assert_false(lines_next(lines, &line));
    assert_int_equal(lines_report(lines).cut_lines, cut);
    lines_free(lines);
    free(bytes);
}

static void long_lines_are_cut(void **state) {
    (void)state;
    static const size_t lengths[] = {LINE_LIMIT - 1, LINE_LIMIT, LINE_LIMIT + 1, LINE_LIMIT + 70000, 5 * LINE_LIMIT};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        long_line(lengths[i], "\n", lengths[i] > LINE_LIMIT);
        long_line(lengths[i], "\r\n", lengths[i] > LINE_LIMIT);
        long_line(lengths[i], "\r", lengths[i] > LINE_LIMIT);
    }
}

static void rest_is_the_whole_text(void **state) {
    (void)state;
    struct lines *lines = lines_of_memory("head\r\n{\r\n\"a\": 1}\n", 18);
    struct text line;
    assert_true(lines_next(lines, &line));
    lines_back(lines);
    bool whole;
    struct text rest = lines_rest(lines, 1000, &whole);
    assert_true(text_equal(rest, "head\n{\n\"a\": 1}\n"));
    assert_int_equal(rest.at[rest.length], 0);
    assert_true(whole);
    assert_int_equal(lines_number(lines), 3);
    lines_free(lines);
    lines = lines_of_memory("{\r \r\r\n\"a\"\n}", 12);
    rest = lines_rest(lines, 1000, &whole);
    assert_true(text_equal(rest, "{  \n\"a\"\n}"));
    assert_int_equal(lines_number(lines), 3);
    lines_free(lines);
    lines = lines_of_memory("0123456789", 10);
    rest = lines_rest(lines, 4, &whole);
    assert_true(text_equal(rest, "0123"));
    assert_false(whole);
    lines_free(lines);
}

static void reports_what_it_met(void **state) {
    (void)state;
    struct pieces pieces = {"a\r\nb\n", 5, 2, true};
    struct lines *lines = lines_new((struct byte_source){read_piece, &pieces});
    char got[64];
    join(lines, got, sizeof got);
    assert_string_equal(got, "1:a|2:b|");
    struct lines_report report = lines_report(lines);
    assert_true(report.crlf);
    assert_true(report.mixed_ends);
    assert_non_null(report.error);
    lines_fail(lines, "truncated");
    assert_string_equal(lines_report(lines).error, "truncated");
    lines_free(lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_ends),
        cmocka_unit_test(progress_bars),
        cmocka_unit_test(byte_order_marks),
        cmocka_unit_test(older_encodings),
        cmocka_unit_test(what_is_no_older_encoding),
        cmocka_unit_test(nul_bytes),
        cmocka_unit_test(terminal_escapes),
        cmocka_unit_test(peek_consumes_nothing),
        cmocka_unit_test(peek_is_bounded),
        cmocka_unit_test(back_gives_the_line_again),
        cmocka_unit_test(unended),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(rest_is_the_whole_text),
        cmocka_unit_test(reports_what_it_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

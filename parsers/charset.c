#include "parsers/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"

enum {
    CONTROLS_PER_TEXT = 50,  // text has at most one control character in this many bytes
    LATIN_ALONE = 5,         // four of five letters of a Latin text stand alone among ASCII ones
};

static const char replacement[] = {'\xef', '\xbf', '\xbd'};  // U+FFFD

// How each writes "year" and "month" behind a digit, and "before noon" and "after noon", as the locales of glibc have
// them in their formats of date and time (%c, %r, %p).
static const struct marks {
    const char *name;
    const char *dates[2];
    const char *halves[2];
} known[] = {
    {"GB18030", {"\xc4\xea", "\xd4\xc2"}, {"\xc9\xcf\xce\xe7", "\xcf\xc2\xce\xe7"}},
    {"BIG5", {"\xa6\x7e", "\xa4\xeb"}, {"\xa4\x57\xa4\xc8", "\xa4\x55\xa4\xc8"}},
    {"CP932", {"\x94\x4e", "\x8c\x8e"}, {"\x8c\xdf\x91\x4f", "\x8c\xdf\x8c\xe3"}},
    {"EUC-JP", {"\xc7\xaf", "\xb7\xee"}, {"\xb8\xe1\xc1\xb0", "\xb8\xe1\xb8\xe5"}},
    {"CP949", {"\xb3\xe2", "\xbf\xf9"}, {"\xbf\xc0\xc0\xfc", "\xbf\xc0\xc8\xc4"}},
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool starts(const char *at, size_t left, const char *mark) {
    size_t length = strlen(mark);
    return left >= length && memcmp(at, mark, length) == 0;
}

static size_t count_marks(const struct marks *marks, const char *bytes, size_t size) {
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)bytes[i] < 0x80) continue;
        bool behind_digit =
            i > 0 && (is_digit(bytes[i - 1]) || (bytes[i - 1] == ' ' && i > 1 && is_digit(bytes[i - 2])));
        for (size_t k = 0; k < 2; k++) {
            count += behind_digit && starts(bytes + i, size - i, marks->dates[k]);
            count += starts(bytes + i, size - i, marks->halves[k]);
        }
    }
    return count;
}

static bool is_ascii(const char *bytes, size_t size) {
    unsigned char all = 0;
    for (size_t i = 0; i < size; i++) all |= (unsigned char)bytes[i];
    return all < 0x80;
}

// More of what is no UTF-8 than of UTF-8's longer characters (some of which older encodings write by chance), in text.
static bool is_foreign(const char *bytes, size_t size) {
    size_t wrong = 0;
    size_t right = 0;
    size_t controls = 0;
    for (struct text rest = {bytes, size}; rest.length > 0;) {
        unsigned char c = (unsigned char)rest.at[0];
        size_t step = text_utf8(rest);
        if (step == 0 && rest.length < 4 && wrong == 0) break;  // perhaps a character that goes on behind the head
        wrong += step == 0;
        right += step > 1;
        controls += c < 0x20 && strchr("\t\n\r\f\b\x1b", c) == NULL;
        rest = text_skip(rest, step == 0 ? 1 : step);
    }
    return wrong > right && controls * CONTROLS_PER_TEXT <= size;
}

static bool is_latin(const char *bytes, size_t size) {
    size_t high = 0;
    size_t alone = 0;
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)bytes[i] < 0x80) continue;
        high++;
        bool beside =
            (i > 0 && (unsigned char)bytes[i - 1] >= 0x80) || (i + 1 < size && (unsigned char)bytes[i + 1] >= 0x80);
        alone += !beside;
    }
    return (high - alone) * LATIN_ALONE <= high;
}

const char *charset_guess(const char *bytes, size_t size) {
    if (is_ascii(bytes, size) || !is_foreign(bytes, size)) return NULL;
    const char *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t count = count_marks(&known[i], bytes, size);
        if (count > most) {
            most = count;
            best = known[i].name;
        }
    }
    if (best == NULL && is_latin(bytes, size)) best = "CP1252";
    return best;
}

struct charset {
    iconv_t iconv;
};

struct charset *charset_open(const char *name) {
    iconv_t opened = iconv_open("UTF-8", name);
    if (opened == (iconv_t)-1) return NULL;
    size_t none = 0;
    struct charset *charset = grow_array(NULL, &none, 1, sizeof *charset);
    charset->iconv = opened;
    return charset;
}

void charset_close(struct charset *charset) {
    if (charset == NULL) return;
    iconv_close(charset->iconv);
    free(charset);
}

size_t charset_decode(struct charset *charset, char *in, size_t size, bool last, size_t *used, char *out) {
    char *to = out;
    size_t left = size;
    size_t room = 3 * size;
    while (left > 0) {
        errno = 0;
        size_t done = iconv(charset->iconv, &in, &left, &to, &room);
        if (done != (size_t)-1) break;
        if (errno == EINVAL && !last && left < 4) break;
        if (room < sizeof replacement) break;
        memcpy(to, replacement, sizeof replacement);
        to += sizeof replacement;
        room -= sizeof replacement;
        in++;
        left--;
    }
    *used = size - left;
    return (size_t)(to - out);
}

#include "reports/terminal_text.h"

#include <stdint.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"

struct range {
    uint32_t first, last;
};

// East Asian wide and emoji blocks (Unicode 15, EastAsianWidth W and F, rounded to blocks).
static const struct range wide[] = {{0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
                                    {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26a1, 0x26a1},
                                    {0x2705, 0x2705},   {0x274c, 0x274c},   {0x2753, 0x2755},   {0x2795, 0x2797},
                                    {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
                                    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
                                    {0x1f000, 0x1f02f}, {0x1f0a0, 0x1f0ff}, {0x1f100, 0x1f1ff}, {0x1f200, 0x1f64f},
                                    {0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7eb}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd}};

// Marks that sit on the character before them, and joiners.
static const struct range narrow[] = {{0x0300, 0x036f}, {0x0483, 0x0489},  {0x0591, 0x05bd}, {0x0610, 0x061a},
                                      {0x064b, 0x065f}, {0x0e34, 0x0e3a},  {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
                                      {0x200b, 0x200f}, {0x20d0, 0x20f0},  {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
                                      {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};

static bool within(const struct range *ranges, size_t count, uint32_t code) {
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last) return true;
    return false;
}

// The character at `at` (valid UTF-8) and its length in bytes; 0 length at the end.
static uint32_t code_at(const char *at, size_t *length) {
    *length = text_utf8((struct text){at, strnlen(at, 4)});
    if (*length == 0) {
        *length = *at != '\0';
        return 0xfffd;
    }
    const unsigned char *s = (const unsigned char *)at;
    if (*length == 1) return s[0];
    uint32_t code = s[0] & (0xffu >> (*length + 1));
    for (size_t i = 1; i < *length; i++) code = code << 6 | (s[i] & 0x3fu);
    return code;
}

static int code_width(uint32_t code) {
    if (code < 0x300) return 1;
    if (within(narrow, sizeof narrow / sizeof *narrow, code)) return 0;
    return within(wide, sizeof wide / sizeof *wide, code) ? 2 : 1;
}

int terminal_width(const char *text) {
    int width = 0;
    size_t length;
    for (; *text != '\0'; text += length) width += code_width(code_at(text, &length));
    return width;
}

// Signs of Chinese text that do not begin a line, and those that do not end one.
static const uint32_t closing[] = {0x2019, 0x201d, 0x2026, 0x3001, 0x3002, 0x3009, 0x300b, 0x300d, 0x300f, 0x3011,
                                   0xff01, 0xff05, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b, 0xff1f, 0xff3d, 0xff5d,
                                   '!',    ')',    ',',    '.',    ':',    ';',    '?',    ']',    '}',    '%'};
static const uint32_t opening[] = {0x2018, 0x201c, 0x3008, 0x300a, 0x300c, 0x300e, 0x3010, 0xff08, 0xff3b, 0xff5b};

static bool among(const uint32_t *signs, size_t count, uint32_t code) {
    for (size_t i = 0; i < count; i++)
        if (signs[i] == code) return true;
    return false;
}

// Whether a line may end between these two neighbours, of which at least one is a wide character.
static bool may_break(uint32_t before, uint32_t after) {
    if (code_width(before) != 2 && code_width(after) != 2) return false;
    return !among(opening, sizeof opening / sizeof *opening, before) &&
           !among(closing, sizeof closing / sizeof *closing, after);
}

// Bytes of `text` that fit in `width` columns, and in *blank those up to the last place where a line may end.
static size_t fit(const char *text, int width, size_t *blank) {
    size_t at = 0, length;
    uint32_t before = 0;
    *blank = 0;
    for (int used = 0; text[at] != '\0'; at += length) {
        uint32_t code = code_at(text + at, &length);
        // A number and its percent sign stay together.
        if (code == ' ' ? text[at + 1] != '%' : at > 0 && before != ' ' && may_break(before, code)) *blank = at;
        used += code_width(code);
        if (used > width) break;
        before = code;
    }
    return at;
}

char *terminal_line(struct arena *arena, const char **rest, int width, bool last) {
    if (width < 2) width = 2;
    size_t blank;
    size_t end = fit(*rest, width, &blank);
    if ((*rest)[end] == '\0') {
        char *line = arena_copy(arena, *rest, end);
        *rest += end;
        return line;
    }
    if (last) {
        end = fit(*rest, width - 1, &blank);
        // Ending at a word reads better, unless that throws much of the line away.
        if (blank > end / 2) end = blank;
        char *line = arena_printf(arena, "%.*s…", (int)end, *rest);
        *rest += strlen(*rest);
        return line;
    }
    if (blank > 0) end = blank;
    char *line = arena_copy(arena, *rest, end);
    *rest += end;
    while (**rest == ' ') (*rest)++;
    return line;
}

struct spelling {
    const char *sign, *ascii;
};

static const struct spelling spellings[] = {
    {"–", "-"}, {"—", "-"},  {"−", "-"},  {"…", "..."}, {"≈", "~"},      {"≥", ">="},     {"≤", "<="},
    {"×", "x"}, {"→", "->"}, {"±", "+-"}, {"·", "."},   {"“", "\""},     {"”", "\""},     {"‘", "'"},
    {"’", "'"}, {"µ", "u"},  {"μ", "u"},  {"°", ""},    {"\u00a0", " "}, {"\u202f", " "}, {"\u2009", " "}};

char *terminal_ascii(struct arena *arena, const char *text) {
    char *copy = arena_alloc(arena, strlen(text) * 3 + 1);
    char *to = copy;
    size_t length;
    for (const char *at = text; *at != '\0'; at += length) {
        if (code_at(at, &length) < 0x80) {
            *to++ = *at;
            continue;
        }
        const char *ascii = "?";
        for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
            if (strncmp(at, spellings[i].sign, strlen(spellings[i].sign)) == 0) ascii = spellings[i].ascii;
        to = stpcpy(to, ascii);
    }
    *to = '\0';
    return copy;
}

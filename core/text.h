// text.h: pieces of text and the numbers in them, never by locale.
//
// A `struct text` points into memory that somebody else owns and is not
// NUL-terminated. All functions are total: any bytes are allowed.
#ifndef WHYSLOW_CORE_TEXT_H
#define WHYSLOW_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct text {
    const char *at;
    size_t length;
};

// A text over a string literal.
#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

// A text over a C string.
struct text text_of(const char *string);

bool text_equal(struct text text, const char *string);         // byte for byte
bool text_equal_nocase(struct text text, const char *string);  // ASCII letters in either case
bool text_starts(struct text text, const char *prefix);
bool text_ends(struct text text, const char *suffix);

// Offset of the first `needle` in `text`, or SIZE_MAX when it is not there.
// An empty needle is at 0.
size_t text_find(struct text text, const char *needle);
bool text_has(struct text text, const char *needle);
// The same for a needle that may hold anything; and without regard to the case of ASCII letters.
bool text_has_text(struct text text, struct text needle);
bool text_has_nocase(struct text text, struct text needle);

// What lies behind the first `count` bytes; empty when the text is shorter.
struct text text_skip(struct text text, size_t count);
// The first `count` bytes, or all of a shorter text.
struct text text_head(struct text text, size_t count);

// Without blanks, tabs, CR and LF at both ends.
struct text text_trim(struct text text);

// Cuts the next field off *rest at `separator` and returns it untrimmed; *rest
// is what follows the separator. When there is no separator left the whole
// rest is returned and *rest becomes {NULL, 0}; cutting {NULL, 0} returns
// {NULL, 0}, which is how a loop ends: `while (rest.at) … text_cut(&rest, ',')`.
struct text text_cut(struct text *rest, char separator);

// Cuts the next run of bytes that are neither blank nor tab off *rest. An empty
// text (length 0) means that nothing is left.
struct text text_word(struct text *rest);

// A number that fills the whole text: optional sign, digits with one decimal
// point or comma, optional exponent. False (and *value untouched) for anything
// else, "nan" and "inf" and hexadecimal included.
bool text_number(struct text text, double *value);

// The number at the start of the text; *unit becomes the trimmed remainder
// ("97 %" gives 97 and "%"; "5.1M" gives 5.1 and "M"). False without a number.
bool text_number_unit(struct text text, double *value, struct text *unit);

// A decimal integer that fills the whole text; false on overflow.
bool text_integer(struct text text, int64_t *value);

// A hexadecimal integer "0x1f" or "1f" that fills the whole text.
bool text_hex(struct text text, uint64_t *value);

// A NUL-terminated copy; bytes that are not UTF-8 and control characters other
// than tab become U+FFFD, so that whatever is shown or written is valid UTF-8.
char *text_copy(struct arena *arena, struct text text);

// Length in bytes of the valid UTF-8 sequence at the start of `text`, 0 if there is none.
size_t text_utf8(struct text text);

#endif

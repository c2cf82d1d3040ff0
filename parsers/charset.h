// charset.h: text in an older encoding than UTF-8, as hosts without a UTF-8 locale print their dates: "2026年11月23日"
// in GB18030, "févr." in Latin-1. Nothing in such a file names its encoding.
#ifndef WHYSLOW_PARSERS_CHARSET_H
#define WHYSLOW_PARSERS_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

// The encoding of a text by its first bytes, as iconv calls it (static), or NULL: it is UTF-8 (or ASCII), no text, or
// nothing tells. An East Asian one is known by how it writes the year, the month, and the halves of the day;
// windows-1252 by letters that stand alone among ASCII.
const char *charset_guess(const char *bytes, size_t size);

struct charset;

// NULL where iconv does not know the encoding.
struct charset *charset_open(const char *name);
void charset_close(struct charset *charset);  // NULL allowed

// To UTF-8. `in` is not written to (iconv's own signature). Writes at most 3 * size bytes to `out`, sets *used to the
// bytes consumed (up to 3 stay: the beginning of a character) and returns the bytes written. What is no character
// becomes U+FFFD. `last`: no more will follow, nothing stays.
size_t charset_decode(struct charset *charset, char *in, size_t size, bool last, size_t *used, char *out);

#endif

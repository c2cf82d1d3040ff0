// digest.h: the SHA-256 of what was read, so that a report names its inputs beyond doubt.
#ifndef WHYSLOW_PARSERS_DIGEST_H
#define WHYSLOW_PARSERS_DIGEST_H

#include <stddef.h>

enum { DIGEST_SIZE = 65 };  // 64 hexadecimal digits and NUL

struct digest;

// Never NULL. Free it with digest_free (NULL allowed).
struct digest *digest_new(void);
void digest_free(struct digest *digest);

void digest_add(struct digest *digest, const void *bytes, size_t size);

// The digest in lower-case hexadecimal. Nothing may be added afterwards. "" if the library refused.
void digest_end(struct digest *digest, char out[DIGEST_SIZE]);

#endif

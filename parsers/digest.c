#include "parsers/digest.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/arena.h"

struct digest {
    EVP_MD_CTX *context;
    bool good;
};

struct digest *digest_new(void) {
    size_t none = 0;
    struct digest *digest = grow_array(NULL, &none, 1, sizeof *digest);
    digest->context = EVP_MD_CTX_new();
    digest->good = digest->context != NULL && EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) == 1;
    return digest;
}

void digest_free(struct digest *digest) {
    if (digest == NULL) return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

void digest_add(struct digest *digest, const void *bytes, size_t size) {
    if (digest->good && size > 0) digest->good = EVP_DigestUpdate(digest->context, bytes, size) == 1;
}

void digest_end(struct digest *digest, char out[DIGEST_SIZE]) {
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    out[0] = '\0';
    if (!digest->good || EVP_DigestFinal_ex(digest->context, bytes, &length) != 1 || length * 2 >= DIGEST_SIZE) return;
    for (unsigned i = 0; i < length; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * length] = '\0';
}

// unpack.h: compressed files and archives as a row of byte streams, by libarchive.
//
// Nothing is ever written to the file system: a name inside an archive is only a
// name. No helper program is started: formats that libarchive hands to one are not enabled.
#ifndef WHYSLOW_PARSERS_UNPACK_H
#define WHYSLOW_PARSERS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/when.h"
#include "parsers/lines.h"

// First bytes that unpack_wanted looks at.
enum { UNPACK_HEAD = 512 };

// True if a stream that begins so is gzip, xz, zstd, bzip2, lz4, zip or tar. `size`: up to UNPACK_HEAD bytes.
bool unpack_wanted(const unsigned char *head, size_t size);

struct unpack_limits {
    uint64_t member_bytes;        // one member may unpack to
    unsigned ratio;               // all members together may unpack to this many times the packed bytes …
    uint64_t ratio_free_bytes;    // … once they are larger than this
    const uint64_t *packed_read;  // packed bytes read so far, of the outermost file
    uint64_t *unpacked;           // unpacked bytes so far, over all levels of nesting
};

struct unpack_member {
    const char *name;           // valid UTF-8; "" for the content of a file that is only compressed
    millis modified;            // UTC; MILLIS_NONE if the archive states none beyond doubt
    struct byte_source source;  // its bytes; valid during the call
    const char *const *error;   // *error: NULL, or why the last read failed
};

// Calls `each` for every regular file in the archive until it returns false. Returns NULL if the whole archive was gone
// through, else why it was not (`error`, of `size` bytes).
const char *unpack(struct byte_source packed, const struct unpack_limits *limits,
                   bool (*each)(void *state, const struct unpack_member *member), void *state, char *error,
                   size_t size);

#endif

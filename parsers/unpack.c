#include "parsers/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"

enum {
    PACKED_BLOCK = 64 * 1024,
    EMPTY_READS = 1000,      // reads without data in a row that a sane archive may have
    HEADERS_MOST = 1000000,  // entries of one archive, directories and links included
    NAME_SHOWN = 1000,
};

struct unpacker {
    struct archive *archive;
    struct byte_source packed;
    const struct unpack_limits *limits;
    uint64_t member_bytes;
    bool stopped;  // a limit was met: the rest of the archive is not read either
    const char *error;
    char error_text[256];
    unsigned char block[PACKED_BLOCK];
};

// A tar of the time before "ustar" is known by the sum of its header.
static bool is_old_tar(const unsigned char *head, size_t size) {
    if (size < 512 || head[0] == 0) return false;
    unsigned sum = 0;
    for (size_t i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? ' ' : head[i];
    unsigned stated = 0;
    size_t i = 148;
    while (i < 156 && head[i] == ' ') i++;
    for (; i < 156 && head[i] >= '0' && head[i] <= '7'; i++) stated = stated * 8 + (head[i] - '0');
    return stated == sum && sum > 8 * ' ';
}

bool unpack_wanted(const unsigned char *head, size_t size) {
    static const struct {
        const char *bytes;
        size_t size;
    } magics[] = {{"\x1f\x8b\x08", 3},
                  {"\xfd"
                   "7zXZ\0",
                   6},
                  {"\x28\xb5\x2f\xfd", 4},
                  {"\x04\x22\x4d\x18", 4},
                  {"PK\3\4", 4},
                  {"PK\5\6", 4}};
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (size >= magics[i].size && memcmp(head, magics[i].bytes, magics[i].size) == 0) return true;
    if (size >= 10 && memcmp(head, "BZh", 3) == 0 &&
        (memcmp(head + 4, "1AY&SY", 6) == 0 || memcmp(head + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0))
        return true;
    if (size >= 262 && memcmp(head + 257, "ustar", 5) == 0) return true;
    return is_old_tar(head, size);
}

static la_ssize_t read_packed(struct archive *archive, void *state, const void **bytes) {
    struct unpacker *unpacker = state;
    ptrdiff_t got = unpacker->packed.read(unpacker->packed.state, unpacker->block, sizeof unpacker->block);
    if (got < 0) archive_set_error(archive, EIO, "%s", tr("the file could not be read to its end"));
    *bytes = unpacker->block;
    return got;
}

static ptrdiff_t fail(struct unpacker *unpacker, const char *why) {
    snprintf(unpacker->error_text, sizeof unpacker->error_text, "%s", why == NULL ? tr("damaged archive") : why);
    unpacker->error = unpacker->error_text;
    return -1;
}

static ptrdiff_t stop(struct unpacker *unpacker, const char *why) {
    unpacker->stopped = true;
    return fail(unpacker, why);
}

static ptrdiff_t over_limit(struct unpacker *unpacker) {
    const struct unpack_limits *limits = unpacker->limits;
    char why[256];
    if (unpacker->member_bytes > limits->member_bytes) {
        snprintf(why, sizeof why, tr("unpacks to more than %" PRIu64 " MiB: stopped there (--unpack-limit)"),
                 limits->member_bytes >> 20);
        return stop(unpacker, why);
    }
    uint64_t packed = *limits->packed_read;
    if (*limits->unpacked > limits->ratio_free_bytes && *limits->unpacked / limits->ratio > packed) {
        snprintf(why, sizeof why, tr("unpacks to more than %u times its size: stopped there (--unpack-ratio)"),
                 limits->ratio);
        return stop(unpacker, why);
    }
    return 0;
}

static ptrdiff_t read_member(void *state, void *buffer, size_t size) {
    struct unpacker *unpacker = state;
    if (unpacker->error != NULL) return -1;
    for (int empty = 0; empty < EMPTY_READS; empty++) {
        la_ssize_t got = archive_read_data(unpacker->archive, buffer, size);
        if (got == 0) return 0;
        if (got == ARCHIVE_RETRY || got == ARCHIVE_WARN) continue;
        if (got < 0) return fail(unpacker, archive_error_string(unpacker->archive));
        unpacker->member_bytes += (uint64_t)got;
        *unpacker->limits->unpacked += (uint64_t)got;
        if (over_limit(unpacker) < 0) return -1;
        return got;
    }
    return fail(unpacker, NULL);
}

static bool is_hidden(const char *name) {
    if (strncmp(name, "__MACOSX/", 9) == 0) return true;
    for (const char *at = name; at != NULL; at = strchr(at, '/')) {
        if (*at == '/') at++;
        if (at[0] == '.' && at[1] != '/' && strncmp(at, "../", 3) != 0) return true;
    }
    return false;
}

static millis entry_modified(struct archive *archive, struct archive_entry *entry) {
    // A zip's times are civil time of an unknown zone, and libarchive reads them by the zone of this machine.
    if ((archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP) return MILLIS_NONE;
    if (!archive_entry_mtime_is_set(entry)) return MILLIS_NONE;
    int64_t seconds = archive_entry_mtime(entry);
    if (seconds < 0 || seconds > INT64_C(253402300799)) return MILLIS_NONE;  // year 9999
    return seconds * 1000 + archive_entry_mtime_nsec(entry) / 1000000;
}

// Hands one entry on. False: no more entries are wanted.
static bool one_entry(struct unpacker *unpacker, struct archive_entry *entry,
                      bool (*each)(void *, const struct unpack_member *), void *state) {
    bool raw = archive_format(unpacker->archive) == ARCHIVE_FORMAT_RAW;
    const char *path = archive_entry_pathname(entry);
    if (path == NULL) path = archive_entry_pathname_utf8(entry);
    if (path == NULL) path = "?";
    if (!raw && (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL || is_hidden(path)))
        return true;
    unpacker->member_bytes = 0;
    unpacker->error = NULL;
    struct arena *arena = arena_new();
    struct unpack_member member = {
        .name = raw ? "" : text_copy(arena, text_head(text_of(path), NAME_SHOWN)),
        .modified = raw ? MILLIS_NONE : entry_modified(unpacker->archive, entry),
        .source = {.read = read_member, .state = unpacker},
        .error = (const char *const *)&unpacker->error,
    };
    bool more = each(state, &member) && !unpacker->stopped;
    arena_free(arena);
    return more;
}

static struct archive *open_archive(struct unpacker *unpacker) {
    struct archive *archive = archive_read_new();
    if (archive == NULL) return NULL;
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_lz4(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip_streamable(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
    unpacker->archive = archive;
    return archive;
}

static const char *say(struct unpacker *unpacker, char *error, size_t size) {
    const char *why = archive_error_string(unpacker->archive);
    snprintf(error, size, "%s", why == NULL ? tr("damaged archive") : why);
    return error;
}

const char *unpack(struct byte_source packed, const struct unpack_limits *limits,
                   bool (*each)(void *state, const struct unpack_member *member), void *state, char *error,
                   size_t size) {
    size_t none = 0;
    struct unpacker *unpacker = grow_array(NULL, &none, 1, sizeof *unpacker);
    *unpacker = (struct unpacker){.packed = packed, .limits = limits};
    const char *result = NULL;
    if (open_archive(unpacker) == NULL ||
        archive_read_open(unpacker->archive, unpacker, NULL, read_packed, NULL) != ARCHIVE_OK) {
        result = say(unpacker, error, size);
    } else {
        for (long count = 0;; count++) {
            struct archive_entry *entry;
            int status = archive_read_next_header(unpacker->archive, &entry);
            if (status == ARCHIVE_EOF) break;
            if (status == ARCHIVE_FATAL || count >= HEADERS_MOST) {
                result = say(unpacker, error, size);
                break;
            }
            if (status == ARCHIVE_OK || status == ARCHIVE_WARN)
                if (!one_entry(unpacker, entry, each, state)) break;
        }
    }
    archive_read_free(unpacker->archive);
    free(unpacker);
    return result;
}

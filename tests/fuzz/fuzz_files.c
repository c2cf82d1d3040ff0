#include "tests/fuzz/fuzz_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parsers/lines.h"
#include "parsers/reader.h"
#include "parsers/screen.h"
#include "parsers/unpack.h"
#include "tests/fuzz/promises.h"

// Small limits, so that they are met.
enum { MEMBER_BYTES = 1 << 20, RATIO = 200, RATIO_FREE_BYTES = 1 << 16, MEMBERS_MOST = 50 };

struct packed {
    const uint8_t *at;
    size_t left;
    uint64_t given, unpacked;
    size_t members;
};

static ptrdiff_t read_packed(void *state, void *buffer, size_t size) {
    struct packed *packed = state;
    if (size > packed->left) size = packed->left;
    if (size > 0) memcpy(buffer, packed->at, size);
    packed->at += size;
    packed->left -= size;
    packed->given += size;
    return (ptrdiff_t)size;
}

static bool read_member(void *state, const struct unpack_member *member) {
    struct packed *packed = state;
    uint64_t bytes = 0;
    demand(member->name != NULL, "a member has a name");
    struct lines *lines = lines_new(member->source);
    struct text line;
    while (lines_next(lines, &line)) {
        demand(line.length <= LINE_LIMIT, "no line is longer than the limit");
        bytes += line.length;
    }
    demand(bytes <= MEMBER_BYTES + (1 << 20), "no member is larger than the limit by more than one block");
    lines_free(lines);
    return ++packed->members < MEMBERS_MOST;
}

void fuzz_archive(const uint8_t *data, size_t size) {
    struct packed packed = {.at = data, .left = size};
    struct unpack_limits limits = {.member_bytes = MEMBER_BYTES,
                                   .ratio = RATIO,
                                   .ratio_free_bytes = RATIO_FREE_BYTES,
                                   .packed_read = &packed.given,
                                   .unpacked = &packed.unpacked};
    char error[200];
    unpack_wanted(data, size < UNPACK_HEAD ? size : UNPACK_HEAD);
    const char *failed = unpack((struct byte_source){.read = read_packed, .state = &packed}, &limits, read_member,
                                &packed, error, sizeof error);
    demand(failed == NULL || failed[0] != '\0', "what is not read is not read for a reason");
}

void fuzz_screen(const uint8_t *data, size_t size) {
    struct packed drawn = {.at = data, .left = size};
    screen_wanted(data, size);
    struct screen *screen = screen_new((struct byte_source){.read = read_packed, .state = &drawn});
    struct lines *lines = lines_new(screen_source(screen));
    struct text line;
    while (lines_next(lines, &line)) demand(line.length <= LINE_LIMIT, "no line is longer than the limit");
    demand(drawn.left == 0, "all that was drawn is looked at");
    demand(screen_count(screen) <= size, "no more screens than bytes");
    lines_free(lines);
    screen_free(screen);
}

static void write_file(int file, const uint8_t *data, size_t size) {
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size) abort();
}

void fuzz_file(const uint8_t *data, size_t size, bool check) {
    static int file = -1;
    if (file < 0) file = memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0) abort();
    write_file(file, data, size);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    struct recording *recording = recording_new();
    struct read_options options = {.member_limit = MEMBER_BYTES, .ratio_limit = RATIO, .file_limit = MEMBERS_MOST};
    char *paths[] = {path};
    demand(read_paths(recording, paths, 1, &options), "a file that is there can be opened");
    demand(recording->source_count > 0, "a file is a source");
    for (size_t i = 0; check && i < recording->source_count; i++)
        demand_source(recording->sources[i], recording->sources[i]->lines + 1);
    recording_free(recording);
}

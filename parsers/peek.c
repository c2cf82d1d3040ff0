#include "parsers/peek.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "parsers/lines.h"
#include "parsers/parser.h"
#include "parsers/unpack.h"

enum { PEEK_MEMBER_BYTES = 1 << 20, PEEK_RATIO = 1000 };

struct peek {
    int fd;
    uint64_t packed, unpacked;
    struct peeked *out;
};

static ptrdiff_t read_peek(void *state, void *buffer, size_t size) {
    struct peek *peek = state;
    ssize_t got;
    do got = read(peek->fd, buffer, size);
    while (got < 0 && errno == EINTR);
    if (got > 0) peek->packed += (uint64_t)got;
    return got;
}

// Formats are called after the tool that writes them.
static bool is_of_gpus(const char *format) {
    static const char *const tools[] = {"nvidia-smi", "gpustat", "dcgm", "gpu-"};
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        if (strncmp(format, tools[i], strlen(tools[i])) == 0) return true;
    return false;
}

static void look(struct byte_source from, struct peeked *out) {
    struct lines *lines = lines_new(from);
    struct text head = lines_peek(lines);
    const struct parser *tie;
    const struct parser *parser = parsers_choose(head, lines_peek_whole(lines), &tie);
    lines_free(lines);
    if (parser == NULL) return;
    out->format = parser->name;
    out->gpu = is_of_gpus(parser->name);
}

static bool look_at_member(void *state, const struct unpack_member *member) {
    struct peek *peek = state;
    look(member->source, peek->out);
    return false;
}

struct peeked peek_file(const char *path) {
    struct peeked out = {0};
    struct peek peek = {.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), .out = &out};
    if (peek.fd < 0) return out;
    unsigned char head[UNPACK_HEAD];
    ssize_t got = read(peek.fd, head, sizeof head);
    if (got > 0 && lseek(peek.fd, 0, SEEK_SET) == 0) {
        struct byte_source from = {.read = read_peek, .state = &peek};
        struct unpack_limits limits = {PEEK_MEMBER_BYTES, PEEK_RATIO, PEEK_MEMBER_BYTES, &peek.packed, &peek.unpacked};
        char error[200];
        if (unpack_wanted(head, (size_t)got))
            (void)unpack(from, &limits, look_at_member, &peek, error, sizeof error);
        else
            look(from, &out);
    }
    close(peek.fd);
    return out;
}

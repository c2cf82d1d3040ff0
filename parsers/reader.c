#include "parsers/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/lang.h"
#include "parsers/date_order.h"
#include "parsers/digest.h"
#include "parsers/hosts.h"
#include "parsers/mixed.h"
#include "parsers/rotated.h"
#include "parsers/screen.h"
#include "parsers/unpack.h"
#include "parsers/walk.h"

#define MEMBER_LIMIT (UINT64_C(4) << 30)
#define RATIO_FREE_BYTES \
    (UINT64_C(64) << 20)  // a few repeated rows pack a thousandfold, too: small ones are let through

enum {
    RATIO_LIMIT = 1000,
    FILE_LIMIT = 20000,
    NESTING = 3,               // gpu.log.2.gz in bundle.tar in case.zip
    SKIPPED_LEAST = 20,        // lines that could not be used before a log is called unreadable
    SHOWN = 80,                // bytes of an unknown line that are shown
    HEAD_KEPT = 4096,          // bytes of an unknown text that are looked at to say what it is
    PREAMBLE_MOST = 4 << 20,   // bytes of an unknown text that are searched for the beginning of a log …
    PREAMBLE_STEP = 48 << 10,  // … in steps that overlap, since lines_peek shows 64 KiB
};

// One file of the disk (or standard input) while it is read.
struct job {
    struct recording *recording;
    const struct read_options *options;
    const char *path;
    int fd;
    uint64_t raw_bytes, raw_limit, unpacked;
    millis modified;
    struct digest *digest;
    size_t first_source, members;
};

// A stream whose first bytes were looked at.
struct headed {
    struct byte_source from;
    unsigned char head[UNPACK_HEAD];
    size_t size, at;
    uint64_t given;
};

static ptrdiff_t read_file(void *state, void *buffer, size_t size) {
    struct job *job = state;
    if (job->raw_bytes >= job->raw_limit) return 0;
    ssize_t got;
    do got = read(job->fd, buffer, size);
    while (got < 0 && errno == EINTR);
    if (got <= 0) return got;
    digest_add(job->digest, buffer, (size_t)got);
    job->raw_bytes += (uint64_t)got;
    return got;
}

static ptrdiff_t read_headed(void *state, void *buffer, size_t size) {
    struct headed *headed = state;
    ptrdiff_t got;
    if (headed->at < headed->size) {
        size_t left = headed->size - headed->at;
        if (left < size) size = left;
        memcpy(buffer, headed->head + headed->at, size);
        headed->at += size;
        got = (ptrdiff_t)size;
    } else {
        got = headed->from.read(headed->from.state, buffer, size);
    }
    if (got > 0) headed->given += (uint64_t)got;
    return got;
}

static void look_ahead(struct headed *headed, struct byte_source from) {
    *headed = (struct headed){.from = from};
    while (headed->size < UNPACK_HEAD) {
        ptrdiff_t got = from.read(from.state, headed->head + headed->size, UNPACK_HEAD - headed->size);
        if (got <= 0) break;  // an error comes again with the next read
        headed->size += (size_t)got;
    }
}

// ── one log ─────────────────────────────────────────────────────────────────

static bool is_binary(struct text head) {
    size_t strange = 0;
    for (struct text rest = head; rest.length > 0;) {
        size_t step = text_utf8(rest);
        unsigned char c = (unsigned char)rest.at[0];
        if (step == 0 || c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\f')) strange++;
        rest = text_skip(rest, step == 0 ? 1 : step);
    }
    return strange * 10 > head.length;
}

static struct text first_words(struct text head) {
    struct text line = {"", 0};
    while (line.length == 0 && head.at != NULL) line = text_trim(text_cut(&head, '\n'));
    return text_head(line, SHOWN);
}

static void say_unknown(struct source *source, struct text head, uint64_t nul_bytes) {
    if (head.length == 0 && nul_bytes > 0) {
        source_problem(source, 0, SEVERITY_WARNING, tr("holds nothing but %" PRIu64 " NUL bytes"), nul_bytes);
    } else if (text_trim(head).length == 0) {
        source_problem(source, 0, SEVERITY_WARNING, tr("the file is empty"));
    } else if (is_binary(head)) {
        source_problem(source, 0, SEVERITY_WARNING, tr("binary data, not a log that can be read"));
    } else {
        source_problem(source, 1, SEVERITY_WARNING, tr("no known log format; the text begins with \"%s\""),
                       text_copy(source->arena_, first_words(head)));
    }
}

// What decoding met. Said once per file.
static void say_decoding(struct source *source, const struct lines_report *report) {
    if (report->error != NULL)
        source_problem(source, 0, SEVERITY_WARNING, tr("reading stopped early: %s; what came before is used"),
                       report->error);
    if (report->utf16) source_problem(source, 0, SEVERITY_INFO, tr("the text is UTF-16"));
    if (report->charset != NULL)
        source_problem(source, 0, SEVERITY_INFO, tr("the text is not UTF-8: it was read as %s"), report->charset);
    if (report->nul_bytes > 0)
        source_problem(source, 0, SEVERITY_INFO, tr("%" PRIu64 " NUL bytes were left out"), report->nul_bytes);
    if (report->mixed_ends) source_problem(source, 0, SEVERITY_INFO, tr("LF and CRLF line ends are mixed"));
    if (report->escapes) source_problem(source, 0, SEVERITY_INFO, tr("terminal escapes were left out"));
    if (report->cut_lines > 0)
        source_problem(source, 0, SEVERITY_WARNING, tr("%" PRIu64 " lines longer than %d bytes were cut there"),
                       report->cut_lines, (int)LINE_LIMIT);
}

// A log of which the larger part could not be used proves nothing.
static void refuse_unreadable(struct source *source, uint32_t lines_read) {
    size_t used = source->event_count + source->fact_count;
    for (size_t i = 0; i < source->table_count; i++) used += source->tables[i].row_count;
    if (source->refused || source->skipped_lines < SKIPPED_LEAST) return;
    if (source->skipped_lines <= lines_read / 2 || source->skipped_lines <= used) return;
    source->refused = true;
    source_problem(source, 0, SEVERITY_CRITICAL, tr("%zu of %u lines could not be used: the file is not used at all"),
                   source->skipped_lines, lines_read);
}

// The parser for what the text begins with; for a long preamble that nobody knows (what a job prints before its first
// step), the one that is sure of what follows: then the lines before are passed over. NULL, and as much read, if there
// is none.
static const struct parser *find_parser(struct lines *lines, struct source *source, const char *columns,
                                        const struct parser **tie) {
    struct text head = lines_peek(lines);
    bool text = text_trim(head).length > 0 && !is_binary(head);
    const struct parser *parser = parsers_choose(head, lines_peek_whole(lines), tie);
    const struct parser *best = parser;
    if (text) parser = parsers_for_columns(head, lines_peek_whole(lines), columns, best);
    if (parser != best) *tie = NULL;
    size_t passed = 0;
    while (parser == NULL && text && !lines_peek_whole(lines) && passed < PREAMBLE_MOST) {
        struct text line;
        size_t until = passed + PREAMBLE_STEP;
        while (passed < until && lines_next(lines, &line)) passed += line.length + 1;
        head = lines_peek(lines);
        if (head.length == 0) break;
        parser = parsers_choose(head, lines_peek_whole(lines), tie);
        if (parser != NULL && parser->bid(head, lines_peek_whole(lines)) < BID_LIKELY) parser = NULL;
    }
    if (parser != NULL && passed > 0)
        source_problem(source, 0, SEVERITY_INFO,
                       tr("up to line %u the text is no log of a known kind: it is read from there on"),
                       lines_number(lines));
    return parser;
}

static void parse_log(struct job *job, struct headed *headed, const char *member, millis modified,
                      const char *const *error) {
    struct source *source = recording_source(job->recording, job->path, member);
    source->modified = modified;
    struct byte_source bytes = {.read = read_headed, .state = headed};
    struct screen *screen = screen_wanted(headed->head, headed->size) ? screen_new(bytes) : NULL;
    struct lines *lines = lines_new(screen == NULL ? bytes : screen_source(screen));
    lines_record(lines);
    struct text head = lines_peek(lines);
    // It is gone once lines are passed over.
    if (!lines_peek_whole(lines)) {
        head = text_head(head, HEAD_KEPT);
        head.at = arena_copy(source->arena_, head.at, head.length);
    }
    const struct parser *tie = NULL;
    const struct parser *parser = find_parser(lines, source, job->options->parse.columns, &tie);
    if (parser != NULL) {
        source->format = parser->name;
        parser->parse(lines, &job->options->parse, source);
    }
    source->lines = lines_number(lines);
    source->bytes = headed->given;
    if (parser != NULL && !mixed_read(job->recording, &job->options->parse, source, tie, lines_recorded(lines)) &&
        tie != NULL)
        source_problem(source, 0, SEVERITY_INFO, tr("read as %s, but it could as well be %s"), parser->name, tie->name);
    if (error != NULL && *error != NULL) lines_fail(lines, *error);
    struct lines_report report = lines_report(lines);
    say_decoding(source, &report);
    if (parser == NULL) say_unknown(source, head, report.nul_bytes);
    if (screen != NULL)
        source_problem(source, 0, SEVERITY_INFO,
                       tr("captured from a terminal by watch: read as the %zu screens that it showed, whose lines are "
                          "counted"),
                       screen_count(screen));
    if (parser != NULL) refuse_unreadable(source, source->lines);
    source_finish(source);
    lines_free(lines);
    screen_free(screen);
}

// ── archives ────────────────────────────────────────────────────────────────

struct level {
    struct job *job;
    const char *member;  // of the archive itself inside its parent, "" outermost
    millis modified;
    int depth;
};

static void read_stream(const struct level *level, struct byte_source from, const char *const *error);

static bool read_member(void *state, const struct unpack_member *member) {
    const struct level *level = state;
    struct job *job = level->job;
    size_t most = job->options->file_limit == 0 ? FILE_LIMIT : job->options->file_limit;
    if (job->members++ >= most) {
        struct source *source = recording_source(job->recording, job->path, level->member);
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("more than %zu files in the archive: the rest is not read (--file-limit)"), most);
        return false;
    }
    struct arena *arena = arena_new();
    struct level below = *level;
    below.depth++;
    if (member->name[0] != '\0') {
        below.member =
            level->member[0] == '\0' ? member->name : arena_printf(arena, "%s/%s", level->member, member->name);
        below.modified = member->modified;
    }
    read_stream(&below, member->source, member->error);
    arena_free(arena);
    return true;
}

static void read_archive(const struct level *level, struct headed *headed, const char *const *error) {
    struct job *job = level->job;
    const struct read_options *options = job->options;
    struct unpack_limits limits = {
        .member_bytes = options->member_limit == 0 ? MEMBER_LIMIT : options->member_limit,
        .ratio = options->ratio_limit == 0 ? RATIO_LIMIT : options->ratio_limit,
        .ratio_free_bytes = RATIO_FREE_BYTES,
        .packed_read = &job->raw_bytes,
        .unpacked = &job->unpacked,
    };
    size_t before = job->recording->source_count;
    char why[256];
    const char *failed = unpack((struct byte_source){.read = read_headed, .state = headed}, &limits, read_member,
                                (void *)(uintptr_t)level, why, sizeof why);
    if (error != NULL && *error != NULL) failed = *error;
    if (failed != NULL || job->recording->source_count == before) {
        struct source *source = recording_source(job->recording, job->path, level->member);
        source->modified = level->modified;
        source->bytes = headed->given;
        if (failed != NULL)
            source_problem(source, 0, SEVERITY_WARNING, tr("the archive could not be read to its end: %s"), failed);
        else
            source_problem(source, 0, SEVERITY_WARNING, tr("the archive holds no files"));
    }
}

static void read_stream(const struct level *level, struct byte_source from, const char *const *error) {
    struct headed headed;
    look_ahead(&headed, from);
    if (level->depth < NESTING && unpack_wanted(headed.head, headed.size))
        read_archive(level, &headed, error);
    else
        parse_log(level->job, &headed, level->member, level->modified, error);
}

// ── files ───────────────────────────────────────────────────────────────────

static void unreadable(struct recording *recording, const char *path, const char *why) {
    source_problem(recording_source(recording, path, ""), 0, SEVERITY_CRITICAL, "%s", why);
}

// The digest covers the whole file, also what nobody wanted to read.
static void finish_digest(struct job *job) {
    size_t none = 0;
    size_t size = 1 << 16;
    char *buffer = grow_array(NULL, &none, size, 1);
    while (read_file(job, buffer, size) > 0) continue;
    free(buffer);
    char sha256[DIGEST_SIZE];
    digest_end(job->digest, sha256);
    const char *copy = arena_string(job->recording->arena, sha256);
    for (size_t i = job->first_source; i < job->recording->source_count; i++) job->recording->sources[i]->sha256 = copy;
}

static bool read_one(struct recording *recording, const struct read_options *options, const char *path) {
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        char *why = arena_printf(recording->arena, tr("cannot be read: %s"), lang_error(errno));
        unreadable(recording, path, why);
        if (fd >= 0 && !standard) close(fd);
        return false;
    }
    bool regular = S_ISREG(status.st_mode);
    struct job job = {.recording = recording, .options = options, .path = path, .fd = fd, .modified = MILLIS_NONE};
    // A pipe or a terminal may never end.
    job.raw_limit = regular ? UINT64_MAX : options->member_limit == 0 ? MEMBER_LIMIT : options->member_limit;
    if (regular && !standard) job.modified = (millis)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
    job.digest = digest_new();
    job.first_source = recording->source_count;
    struct level level = {.job = &job, .member = "", .modified = job.modified};
    read_stream(&level, (struct byte_source){.read = read_file, .state = &job}, NULL);
    finish_digest(&job);
    digest_free(job.digest);
    if (!standard) close(fd);
    return true;
}

bool read_paths(struct recording *recording, char *const *paths, size_t count, const struct read_options *options) {
    bool good = true;
    struct found_files found = {.arena = arena_new()};
    for (size_t i = 0; i < count; i++)
        walk(&found, paths[i], options->file_limit == 0 ? FILE_LIMIT : options->file_limit);
    uint64_t total = 0;
    uint64_t done = 0;
    for (size_t i = 0; i < found.count; i++) total += found.files[i].bytes;
    size_t first = recording->source_count;
    for (size_t i = 0; i < found.count; i++) {
        const struct found_file *file = &found.files[i];
        if (options->progress != NULL) options->progress(options->progress_state, file->path, done, total);
        bool read = false;
        if (file->problem != NULL)
            unreadable(recording, file->path, file->problem);
        else
            read = read_one(recording, options, file->path);
        if (!read && file->given) good = false;
        done += file->bytes;
    }
    free(found.files);
    arena_free(found.arena);
    hosts_assign(recording, first);
    date_order_settle(recording, first);
    if (options->join_rotated) rotated_join(recording, first);
    return good;
}

// reader.h: paths → recording. Opens files, directories, archives and standard input, asks the
// table of parsers who reads each one, and fills one source per log.
#ifndef WHYSLOW_PARSERS_READER_H
#define WHYSLOW_PARSERS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/recording.h"
#include "parsers/parser.h"

struct read_options {
    struct parse_options parse;
    uint64_t member_limit;  // bytes that one decompressed log may have; 0: the default of 4 GiB
    unsigned ratio_limit;   // decompressed : compressed above which an archive is a bomb; 0: the default of 1000
    size_t file_limit;      // files below one PATH, or in one archive; 0: the default of 20 000
    bool join_rotated;      // make one source of gpu.log.2.gz, gpu.log.1 and gpu.log where their times prove the order
    // Called before each file, for a progress bar. May be NULL.
    void (*progress)(void *state, const char *path, uint64_t bytes_done, uint64_t bytes_total);
    void *progress_state;
};

// Reads every path ("-" is standard input) into `recording`. Files that nobody
// recognises become a source with format NULL, files that cannot be opened one with a
// problem. Directories are searched in byte order of names, without following links to directories, hidden files left
// out. Returns false if one of the paths itself does not exist or cannot be opened (the problem says so).
bool read_paths(struct recording *recording, char *const *paths, size_t count, const struct read_options *options);

#endif

#include "cli/file_names.h"

#include <stddef.h>
#include <string.h>

#include "core/text.h"

static bool ends_in(const char *name, const char *const *ends, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct text tail = text_of(name);
        size_t length = strlen(ends[i]);
        if (tail.length > length && text_equal_nocase(text_skip(tail, tail.length - length), ends[i])) return true;
    }
    return false;
}

bool file_is_archive(const char *name) {
    static const char *const ends[] = {".tar",    ".tgz",     ".tbz2",   ".txz",     ".tzst",    ".zip",
                                       ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lz4", ".tar.z"};
    return ends_in(name, ends, sizeof ends / sizeof *ends);
}

bool file_is_prose(const char *name) {
    static const char *const ends[] = {".md", ".rst", ".html", ".pdf",  ".png",  ".jpg",   ".svg",   ".xlsx",
                                       ".py", ".sh",  ".yml",  ".yaml", ".toml", ".ipynb", ".sha256"};
    static const char *const words[] = {"readme", "license", "index.tsv", "index.csv", "manifest", "makefile"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal_nocase(text_head(text_of(name), strlen(words[i])), words[i])) return true;
    return ends_in(name, ends, sizeof ends / sizeof *ends);
}

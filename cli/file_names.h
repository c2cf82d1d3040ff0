// file_names.h: what the name of a file says of it, where nobody looks inside.
#ifndef WHYSLOW_CLI_FILE_NAMES_H
#define WHYSLOW_CLI_FILE_NAMES_H

#include <stdbool.h>

// "run.tar.gz", "a/b.zip": holds files with names of their own.
bool file_is_archive(const char *name);

// "README.md", "plot.png": tells about runs or is made of them. `name` without its directories.
bool file_is_prose(const char *name);

#endif

// fuzz_files.h: what lies between a file and its lines.
#ifndef WHYSLOW_TESTS_FUZZ_FUZZ_FILES_H
#define WHYSLOW_TESTS_FUZZ_FUZZ_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The bytes as an archive: every member is unpacked and cut into lines.
void fuzz_archive(const uint8_t *data, size_t size);

// The bytes as what a program draws on a terminal.
void fuzz_screen(const uint8_t *data, size_t size);

// The bytes as a file that the reader opens: archives in archives, mixed files, everything.
void fuzz_file(const uint8_t *data, size_t size, bool check);

#endif

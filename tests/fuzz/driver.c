// Runs a fuzz target without libFuzzer: the files that are named (or lie in the directories that are named), and
// with -m N also N mutations of each, always the same ones. Says how many it ran and the slowest of them.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_LIMIT = 1 << 20 };

static unsigned long runs, mutations;
static double slowest;
static uint64_t state = 1;

static uint64_t random_number(uint64_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below == 0 ? 0 : state % below;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void run(const uint8_t *data, size_t size, const char *name) {
    // Its own allocation, so that a sanitizer sees a read behind the end.
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL) abort();
    if (size > 0) memcpy(copy, data, size);
    double start = now();
    LLVMFuzzerTestOneInput(copy, size);
    double seconds = now() - start;
    if (seconds > slowest) slowest = seconds;
    if (seconds > 5) {
        fprintf(stderr, "%s: took %.1f s\n", name, seconds);
        exit(1);
    }
    free(copy);
    runs++;
}

// A few edits: flip, insert something that hurts, delete, repeat a piece, cut the end off.
static size_t mutate(uint8_t *data, size_t size, size_t room) {
    static const char *const nasty[] = {"\0",  "\n", "\r",          "\"",   ",",          "-",       "1e999",
                                        "nan", "%",  "\xff\xfe",    ";",    "\x1b[",      "{",       "}",
                                        "[",   "]",  "99999999999", "\t",   "<",          ">",       "&",
                                        "0x",  ":",  "[N/A]",       "\xe4", "2099-02-30", "24:61:61"};
    for (uint64_t edits = 1 + random_number(4); edits > 0; edits--) {
        size_t at = (size_t)random_number(size + 1);
        const char *piece = nasty[random_number(sizeof nasty / sizeof *nasty)];
        size_t length = piece[0] == '\0' ? 1 : strlen(piece);
        size_t span = (size_t)random_number(200);
        if (span > size - at) span = size - at;
        switch (random_number(5)) {
            case 0:
                if (at < size) data[at] = (uint8_t)random_number(256);
                break;
            case 1:
                if (size + length > room) break;
                memmove(data + at + length, data + at, size - at);
                memcpy(data + at, piece, length);
                size += length;
                break;
            case 2:
                memmove(data + at, data + at + span, size - at - span);
                size -= span;
                break;
            case 3:
                if (size + span > room) break;
                memmove(data + at + span, data + at, size - at);
                size += span;
                break;
            default:
                if (random_number(4) == 0) size = at;
                break;
        }
    }
    return size;
}

static void run_file(const char *path) {
    static uint8_t original[FILE_LIMIT];
    static uint8_t changed[2 * FILE_LIMIT];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = fread(original, 1, sizeof original, file);
    fclose(file);
    run(original, size, path);
    for (unsigned long i = 0; i < mutations; i++) {
        memcpy(changed, original, size);
        run(changed, mutate(changed, size, sizeof changed), path);
    }
}

static int visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static void run_path(const char *path) {
    struct stat status;
    if (stat(path, &status) != 0) return;
    if (!S_ISDIR(status.st_mode)) {
        run_file(path);
        return;
    }
    struct dirent **entries;
    int count = scandir(path, &entries, visible, alphasort);
    for (int i = 0; i < count; i++) {
        char below[4096];
        snprintf(below, sizeof below, "%s/%s", path, entries[i]->d_name);
        run_path(below);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

int main(int argc, char **argv) {
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-m") == 0 && i + 1 < argc)
            mutations = strtoul(argv[++i], NULL, 10);
        else
            run_path(argv[i]);
    }
    printf("%lu inputs, slowest %.3f s\n", runs, slowest);
    return 0;
}

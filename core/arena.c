#include "core/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Most arenas of a run stay small: blocks begin small and double.
enum { FIRST_BLOCK_BYTES = 4 * 1024, BLOCK_BYTES = 64 * 1024 };

struct block {
    struct block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *blocks;
    size_t block_bytes;  // of the next block
};

static void *must(void *memory) {
    if (memory == NULL) {
        fputs("whyslow: out of memory\n", stderr);
        exit(3);
    }
    return memory;
}

struct arena *arena_new(void) {
    struct arena *arena = must(calloc(1, sizeof(struct arena)));
    arena->block_bytes = FIRST_BLOCK_BYTES;
    return arena;
}

void arena_free(struct arena *arena) {
    if (arena == NULL) return;
    struct block *next;
    for (struct block *block = arena->blocks; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

static struct block *new_block(size_t size) {
    if (size > SIZE_MAX - sizeof(struct block)) must(NULL);
    struct block *block = must(calloc(1, sizeof(struct block) + size));
    block->size = size;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size) {
    const size_t align = alignof(max_align_t);
    if (size > SIZE_MAX - align) must(NULL);
    size = (size + align - 1) / align * align;
    struct block *block = arena->blocks;
    if (block == NULL || block->size - block->used < size) {
        while (arena->block_bytes < BLOCK_BYTES && size > arena->block_bytes / 4) arena->block_bytes *= 2;
        if (size > BLOCK_BYTES / 4) {
            // A large piece gets a block of its own behind the current one, so
            // that the rest of the current block is not lost.
            struct block *large = new_block(size);
            large->used = size;
            if (block == NULL) {
                arena->blocks = large;
            } else {
                large->next = block->next;
                block->next = large;
            }
            return large->bytes;
        }
        block = new_block(arena->block_bytes);
        if (arena->block_bytes < BLOCK_BYTES) arena->block_bytes *= 2;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->bytes + block->used;
    block->used += size;
    return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) must(NULL);
    return arena_alloc(arena, count * size);
}

char *arena_copy(struct arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1);
    if (length != 0) memcpy(copy, text, length);
    return copy;
}

char *arena_string(struct arena *arena, const char *text) { return arena_copy(arena, text, strlen(text)); }

char *arena_printf(struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc(arena, length < 0 ? 1 : (size_t)length + 1);
    if (length > 0) vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void *grow_array(void *items, size_t *capacity, size_t need, size_t size) {
    if (need <= *capacity) return items;
    size_t room = *capacity < 8 ? 8 : *capacity;
    while (room < need) {
        if (room > SIZE_MAX / 2) must(NULL);
        room *= 2;
    }
    if (room > SIZE_MAX / size) must(NULL);
    void *grown = must(realloc(items, room * size));
    *capacity = room;
    return grown;
}

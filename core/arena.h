// arena.h: one owner for everything that a stage produced.
//
// Memory taken from an arena lives until arena_free; nothing is freed singly.
// When memory runs out the process says so and exits with status 3: a
// post-mortem tool has nothing useful to do with half of a diagnosis.
#ifndef WHYSLOW_CORE_ARENA_H
#define WHYSLOW_CORE_ARENA_H

#include <stddef.h>

struct arena;

// A new, empty arena. Never NULL. Free it with arena_free.
struct arena *arena_new(void);

// Frees the arena and all that was taken from it. NULL is allowed.
void arena_free(struct arena *arena);

// `size` zeroed bytes, aligned for any type. Never NULL; size 0 gives a valid
// pointer. Owned by the arena.
void *arena_alloc(struct arena *arena, size_t size);

// Room for `count` zeroed items of `size` bytes; an overflow of the product
// ends like running out of memory.
void *arena_array(struct arena *arena, size_t count, size_t size);

// A NUL-terminated copy of the first `length` bytes at `text`.
char *arena_copy(struct arena *arena, const char *text, size_t length);

// A NUL-terminated copy of a C string.
char *arena_string(struct arena *arena, const char *text);

// printf into the arena. Numbers are formatted by the C locale: the program
// never sets LC_NUMERIC.
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Grows a plain heap array (not an arena's) so that it holds at least `need`
// items of `size` bytes; doubles, never shrinks; *capacity is in items.
// Exits like arena_alloc when memory runs out. `items` may be NULL.
void *grow_array(void *items, size_t *capacity, size_t need, size_t size);

#endif

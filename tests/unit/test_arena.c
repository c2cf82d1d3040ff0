// One owner for everything that a stage produced.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"

static void pieces_are_zeroed_aligned_and_apart(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    unsigned char *pieces[500];
    size_t sizes[500];
    for (size_t i = 0; i < 500; i++) {
        sizes[i] = i * i % 40000;
        pieces[i] = arena_alloc(arena, sizes[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i]; k++) assert_int_equal(pieces[i][k], 0);
        memset(pieces[i], (int)(i % 251) + 1, sizes[i]);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < sizes[i]; k++) assert_int_equal(pieces[i][k], i % 251 + 1);
    arena_free(arena);
    arena_free(NULL);
}

static void strings(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(arena_copy(arena, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(arena, NULL, 0), "");
    assert_string_equal(arena_string(arena, "x"), "x");
    assert_string_equal(arena_printf(arena, "%s %d %.1f", "a", 7, 2.5), "a 7 2.5");
    char *wide = arena_printf(arena, "%100000d", 1);
    assert_int_equal(strlen(wide), 100000);
    arena_free(arena);
}

static void arrays_grow_by_doubling(void **state) {
    (void)state;
    size_t capacity = 0;
    size_t moves = 0;
    int *items = NULL;
    for (size_t i = 0; i < 100000; i++) {
        size_t before = capacity;
        items = grow_array(items, &capacity, i + 1, sizeof *items);
        moves += capacity != before;
        items[i] = (int)i;
    }
    assert_true(moves < 20);
    for (size_t i = 0; i < 100000; i++) assert_int_equal(items[i], i);
    free(items);
}

// The status of a process in which `ask` asks for too much.
static int status_of(void (*ask)(void)) {
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(99);
        ask();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct arena *kept;  // else the leak checker has its own opinion about the exit status

static void ask_overflow(void) { arena_array(kept = arena_new(), SIZE_MAX / 2, 3); }
static void ask_all(void) { arena_alloc(kept = arena_new(), SIZE_MAX - 1); }
static void ask_growth(void) {
    size_t capacity = 0;
    grow_array(NULL, &capacity, SIZE_MAX / 2 + 1, 16);
}

static void too_much_ends_with_status_3(void **state) {
    (void)state;
    assert_int_equal(status_of(ask_overflow), 3);
    assert_int_equal(status_of(ask_all), 3);
    assert_int_equal(status_of(ask_growth), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(strings),
        cmocka_unit_test(arrays_grow_by_doubling),
        cmocka_unit_test(too_much_ends_with_status_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

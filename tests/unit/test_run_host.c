// Logs of several machines: a disk of one node never explains a GPU of another.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/run_host.h"
#include "core/arena.h"

static struct table some_table;

static struct source log_of(const char *host, millis first, millis last) {
    return (struct source){.format = "iostat-text",
                           .host = host,
                           .first = first,
                           .last = last,
                           .clock = CLOCK_LOCAL,
                           .tables = &some_table,
                           .table_count = 1};
}

struct answer {
    const char *host;
    bool ambiguous, placed[3];
};

static struct answer settle(struct source *gpu, struct source *a, struct source *b, const char *wanted) {
    struct arena *arena = arena_new();
    struct source_clock clocks[3] = {
        {.source = gpu, .placed = true}, {.source = a, .placed = true}, {.source = b, .placed = true}};
    struct answer answer;
    answer.host = run_host_settle(gpu, wanted, clocks, 3, arena, &answer.ambiguous);
    for (size_t i = 0; i < 3; i++) answer.placed[i] = clocks[i].placed;
    arena_free(arena);
    return answer;
}

static void test_one_host_joins_all(void **state) {
    (void)state;
    struct source gpu = log_of("", 0, 1000);
    struct source a = log_of("n1", 0, 1000);
    struct source b = log_of("n1", 0, 1000);
    struct answer answer = settle(&gpu, &a, &b, NULL);
    assert_string_equal(answer.host, "n1");
    assert_true(answer.placed[1] && answer.placed[2]);
}

static void test_the_host_that_meets_the_gpu_log(void **state) {
    (void)state;
    struct source gpu = log_of("", 0, 1000);
    struct source a = log_of("n1", 0, 1000);
    struct source b = log_of("n2", 5000, 6000);
    struct answer answer = settle(&gpu, &a, &b, NULL);
    assert_string_equal(answer.host, "n1");
    assert_true(answer.placed[1]);
    assert_false(answer.placed[2]);
}

static void test_two_hosts_at_the_same_time_are_for_the_user_to_choose(void **state) {
    (void)state;
    struct source gpu = log_of("", 0, 1000);
    struct source a = log_of("n1", 0, 1000);
    struct source b = log_of("n2", 0, 1000);
    struct answer answer = settle(&gpu, &a, &b, NULL);
    assert_true(answer.ambiguous);
    assert_true(answer.placed[0]);
    assert_false(answer.placed[1] || answer.placed[2]);
    answer = settle(&gpu, &a, &b, "n2");
    assert_false(answer.ambiguous);
    assert_false(answer.placed[1]);
    assert_true(answer.placed[2]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_host_joins_all),
        cmocka_unit_test(test_the_host_that_meets_the_gpu_log),
        cmocka_unit_test(test_two_hosts_at_the_same_time_are_for_the_user_to_choose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

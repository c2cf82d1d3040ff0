// The comparison of two runs by their profiles: what is a change, what is noise, and how it is told.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka.h needs the four before it.
#include <cmocka.h>

#include "analyzer/comparison.h"
#include "analyzer/comparison_parts.h"
#include "analyzer/stats.h"
#include "core/arena.h"

enum { BLOCKS = 40, TRAITS = 64 };

static struct arena *arena;

static struct trait trait_of(const char *entity, enum entity_kind kind, const char *quantity, enum unit unit,
                             double level, double noise, uint64_t seed) {
    struct chance chance = chance_new(seed);
    double *blocks = arena_array(arena, BLOCKS, sizeof *blocks);
    for (size_t i = 0; i < BLOCKS; i++) blocks[i] = level + noise * chance_normal(&chance);
    struct trait trait = {.entity = entity, .quantity = quantity, .kind = kind, .unit = unit, .phase = CAUSE_COUNT_};
    trait.blocks = blocks;
    trait.block_count = BLOCKS;
    trait.level = stats_median(blocks, BLOCKS);
    trait.mean = stats_mean(blocks, BLOCKS);
    trait.rate = 1 / trait.mean;
    trait.effective = BLOCKS;
    trait.block_seconds = 30;
    return trait;
}

// A run with one GPU, one disk and a training log.
static struct profile *profile_with(double lost, double step, double await, uint64_t seed) {
    struct profile *p = arena_alloc(arena, sizeof *p);
    struct trait *traits = arena_array(arena, TRAITS, sizeof *traits);
    traits[0] = trait_of("gpu0", ENTITY_GPU, "utilization.gpu", UNIT_PERCENT, 100 - 100 * lost, 1, seed);
    traits[1] = trait_of("job", ENTITY_JOB, "step_time", UNIT_SECONDS, step, step / 100, seed + 1);
    traits[2] = trait_of("sda", ENTITY_DISK, "r_await", UNIT_MS, await, await / 10, seed + 2);
    *p = (struct profile){.name = "run",
                          .digest = arena_printf(arena, "%llu", (unsigned long long)seed),
                          .start = "–",
                          .seconds = 1200,
                          .job_seconds = 1200,
                          .entity = "",
                          .sentence = "",
                          .next = "do it",
                          .data_disk = "sda",
                          .gpu_hours = 0.3,
                          .lost = {lost, lost - 0.01, lost + 0.01},
                          .traits = traits,
                          .trait_count = 3};
    for (int i = 0; i < CAUSE_COUNT_; i++) p->guilty[i] = "";
    p->causes[CAUSE_STORAGE_READ] = p->lost;
    p->guilty[CAUSE_STORAGE_READ] = "sda";
    for (int i = 0; i < HAS_COUNT_; i++) p->has[i] = true;
    return p;
}

static const struct contrast *contrast_of(const struct profile *baseline, const struct profile *run) {
    return comparison_of(arena, baseline, &run, 1)->contrasts;
}

static int setup(void **state) {
    (void)state;
    stats_init();
    arena = arena_new();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void the_same_run_has_no_change(void **state) {
    (void)state;
    const struct profile *p = profile_with(0.3, 0.5, 20, 1);
    const struct contrast *c = contrast_of(p, p);
    assert_true(c->identical);
    assert_int_equal(c->kind, CONTRAST_SAME);
    assert_int_equal(c->severity, -1);
    assert_int_equal((int)c->material_count, 0);
    assert_true(c->slower == 0);
    for (size_t i = 0; i < c->difference_count; i++) assert_true(c->differences[i].shift == 0);
}

static void noise_is_no_change(void **state) {
    (void)state;
    for (uint64_t seed = 10; seed < 300; seed += 10) {
        // A step that takes 1.5 % longer and an await that is 15 % up are within what equal runs differ by.
        const struct contrast *c =
            contrast_of(profile_with(0.30, 0.5, 20, seed), profile_with(0.32, 0.5075, 23, seed + 5));
        assert_int_equal(c->kind, CONTRAST_SAME);
        assert_int_equal((int)c->material_count, 0);
    }
}

static void a_new_cause_is_named_with_its_quantity(void **state) {
    (void)state;
    const struct contrast *c = contrast_of(profile_with(0, 0.2, 2, 1), profile_with(0.6, 0.5, 85, 2));
    assert_int_equal(c->kind, CONTRAST_SLOWER);
    assert_true(fabs(c->slower - 1.5) < 0.05);
    assert_int_equal(c->severity, SEVERITY_CRITICAL);
    assert_int_equal(c->causes[0].cause, CAUSE_STORAGE_READ);
    assert_int_equal(c->causes[0].change, CAUSE_NEW);
    assert_non_null(c->causes[0].support);
    assert_string_equal(c->causes[0].support->after->quantity, "r_await");
    assert_non_null(strstr(c->sentence, "storage-read on sda is new"));
    assert_string_equal(c->next, "do it");
}

static void backwards_it_is_faster(void **state) {
    (void)state;
    const struct contrast *c = contrast_of(profile_with(0.6, 0.5, 85, 2), profile_with(0, 0.2, 2, 1));
    assert_int_equal(c->kind, CONTRAST_FASTER);
    assert_true(fabs(c->slower + 0.6) < 0.05);
    assert_int_equal(c->causes[0].change, CAUSE_GONE);
    assert_int_equal(c->severity, -1);
    assert_string_equal(c->next, "");
}

// Lost time that no measured quantity shows is a difference between two analyses.
static void a_loss_that_nothing_shows_is_not_claimed(void **state) {
    (void)state;
    struct profile *run = profile_with(0.1, 0.5, 20, 4);
    run->lost = run->causes[CAUSE_STORAGE_READ] = (struct share){0.5, 0.49, 0.51};
    const struct contrast *c = contrast_of(profile_with(0.1, 0.5, 20, 3), run);
    assert_int_equal(c->total.change, CAUSE_UNTOLD);
    assert_int_equal(c->causes[0].change, CAUSE_UNTOLD);
    assert_int_equal(c->kind, CONTRAST_SAME);
    assert_int_equal(c->severity, -1);
}

static void opposite_signs_are_neither_slower_nor_faster(void **state) {
    (void)state;
    const struct contrast *c = contrast_of(profile_with(0.6, 0.2, 20, 3), profile_with(0, 0.5, 20, 4));
    assert_int_equal(c->kind, CONTRAST_OTHER);
    assert_true(c->slower > 1);
    assert_non_null(strstr(c->why, "a step takes"));
}

static void a_cause_hidden_in_the_other_run_is_not_new(void **state) {
    (void)state;
    struct profile *base = profile_with(0.6, 0.5, 20, 3);
    base->causes[CAUSE_UNKNOWN] = base->lost;
    base->causes[CAUSE_STORAGE_READ] = (struct share){0, 0, 0};
    base->no_data[CAUSE_STORAGE_READ] = true;
    const struct contrast *c = contrast_of(base, profile_with(0.6, 0.5, 20, 4));
    for (size_t i = 0; i < c->cause_count; i++) assert_int_equal(c->causes[i].change, CAUSE_UNTOLD);
    assert_int_equal(c->kind, CONTRAST_SAME);
}

static void without_gpu_logs_nothing_is_said_of_speed(void **state) {
    (void)state;
    struct profile *base = profile_with(0, 0.2, 2, 1);
    base->trait_count = 0;
    base->gpu_hours = NAN;
    base->lost = (struct share){NAN, NAN, NAN};
    for (int i = 0; i < CAUSE_COUNT_; i++) base->causes[i] = base->lost;
    base->has[HAS_GPU] = base->has[HAS_STEPS] = false;
    const struct contrast *c = contrast_of(base, profile_with(0.6, 0.5, 85, 2));
    assert_int_equal(c->kind, CONTRAST_UNTOLD);
    assert_true(isnan(c->slower));
    assert_true(c->uncompared_count >= 2);
}

static void disks_are_matched_by_what_they_do(void **state) {
    (void)state;
    struct profile *run = profile_with(0, 0.2, 2, 2);
    struct trait *traits = arena_array(arena, TRAITS, sizeof *traits);
    memcpy(traits, run->traits, 3 * sizeof *traits);
    traits[2].entity = "nvme0n1";
    traits[3] = trait_of("sda", ENTITY_DISK, "r_await", UNIT_MS, 400, 1, 9);
    run->traits = traits;
    run->trait_count = 4;
    run->data_disk = "nvme0n1";
    const struct contrast *c = contrast_of(profile_with(0, 0.2, 2, 1), run);
    assert_int_equal((int)c->material_count, 0);
    bool paired = false;
    for (size_t i = 0; i < c->difference_count; i++)
        paired = paired || strcmp(c->differences[i].after->entity, "nvme0n1") == 0;
    assert_true(paired);
}

static void short_series_are_not_tested(void **state) {
    (void)state;
    struct trait a = trait_of("sda", ENTITY_DISK, "r_await", UNIT_MS, 2, 0.1, 1);
    struct trait b = trait_of("sda", ENTITY_DISK, "r_await", UNIT_MS, 90, 0.1, 2);
    a.block_count = 3;
    struct difference d = {.before = &a, .after = &b};
    difference_test(&d, quantity_row("r_await"));
    assert_true(isnan(d.p));
    assert_true(isnan(d.low));
}

// Autocorrelated blocks are worth fewer: the interval is wider.
static void fewer_effective_blocks_widen_the_interval(void **state) {
    (void)state;
    struct trait a = trait_of("gpu0", ENTITY_GPU, "utilization.gpu", UNIT_PERCENT, 50, 10, 1);
    struct trait b = trait_of("gpu0", ENTITY_GPU, "utilization.gpu", UNIT_PERCENT, 80, 10, 2);
    struct difference d = {.before = &a, .after = &b};
    difference_test(&d, quantity_row("utilization.gpu"));
    double width = d.high - d.low, p = d.p;
    assert_true(d.low > 0 && d.high > d.shift && fabs(d.shift - 30) < 8);
    a.effective = b.effective = 4;
    difference_test(&d, quantity_row("utilization.gpu"));
    assert_true(d.high - d.low > 1.3 * width);
    assert_true(d.p > p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_run_has_no_change, setup, teardown),
        cmocka_unit_test_setup_teardown(noise_is_no_change, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_cause_is_named_with_its_quantity, setup, teardown),
        cmocka_unit_test_setup_teardown(backwards_it_is_faster, setup, teardown),
        cmocka_unit_test_setup_teardown(a_loss_that_nothing_shows_is_not_claimed, setup, teardown),
        cmocka_unit_test_setup_teardown(opposite_signs_are_neither_slower_nor_faster, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cause_hidden_in_the_other_run_is_not_new, setup, teardown),
        cmocka_unit_test_setup_teardown(without_gpu_logs_nothing_is_said_of_speed, setup, teardown),
        cmocka_unit_test_setup_teardown(disks_are_matched_by_what_they_do, setup, teardown),
        cmocka_unit_test_setup_teardown(short_series_are_not_tested, setup, teardown),
        cmocka_unit_test_setup_teardown(fewer_effective_blocks_widen_the_interval, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

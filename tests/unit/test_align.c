// Clocks of logs against each other: what is proved is taken, what is not is refused; nothing is invented.
//
// The logs are made here: a GPU that stalls at random, and a disk on which the same stalls, or others, show.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
//
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/align.h"
#include "analyzer/stats.h"
#include "core/arena.h"

#define BASE 1.7e9  // s; a civil time counted as UTC
#define HOUR 3600.0

struct world {
    size_t seconds;
    bool *stalled, *epoch;
};

struct log {
    double from, to;  // s from the start of the world
    double cadence, offset;
    bool untimed;
};

static struct chance chance;

static double between(double low, double high) { return low + (high - low) * chance_uniform(&chance); }

// Twenty stalls an hour, and a pause every `epoch` seconds if that is not 0.
static struct world world_new(double hours, double epoch) {
    struct world world = {.seconds = (size_t)(hours * HOUR)};
    world.stalled = calloc(world.seconds, sizeof(bool));
    world.epoch = calloc(world.seconds, sizeof(bool));
    assert_true(world.stalled != NULL && world.epoch != NULL);
    for (double t = 0; t < (double)world.seconds; t += -180 * log(1 - chance_uniform(&chance))) {
        double length = between(5, 40);
        for (size_t i = (size_t)t; i < world.seconds && (double)i < t + length; i++) world.stalled[i] = true;
    }
    for (size_t i = 0; epoch > 0 && i < world.seconds; i++) world.epoch[i] = fmod((double)i + 100, epoch) < 20;
    return world;
}

static void world_free(struct world *world) {
    free(world->stalled);
    free(world->epoch);
}

static struct source *new_source(struct recording *recording, const char *path, const char *format, bool untimed) {
    struct source *source = recording_source(recording, path, "");
    source->format = format;
    source->host = "";
    source->modified = MILLIS_NONE;
    source->clock = untimed ? CLOCK_NONE : CLOCK_LOCAL;
    return source;
}

static struct source *gpu_log(struct recording *recording, const struct world *world, struct log log) {
    struct source *source = new_source(recording, "gpu.csv", "nvidia-smi-csv", false);
    for (double t = log.from; t < log.to; t += log.cadence) {
        struct table *table = source_table(source, TEXT("gpu0"), ENTITY_GPU);
        size_t column = table_column(source, table, "utilization.gpu", UNIT_PERCENT, SERIES_WINDOW);
        double value = 92 + 3 * chance_normal(&chance);
        if (world->stalled[(size_t)t]) value = 20 + 10 * chance_normal(&chance);
        if (world->epoch[(size_t)t]) value = 2;
        size_t row = table_row(table, (millis)((BASE + log.offset + t) * 1000), 0, (uint32_t)table->row_count + 2);
        table_set(table, row, column, fmax(0, fmin(100, round(value))));
    }
    source_finish(source);
    return source;
}

static double disk_queue(const struct world *world, double from, double to) {
    double sum = 0;
    for (size_t i = (size_t)from; i < (size_t)to; i++)
        sum += world->epoch[i]     ? 0.1
               : world->stalled[i] ? 20 + 5 * chance_normal(&chance)
                                   : 1 + chance_uniform(&chance);
    return sum / (to - from);
}

static struct source *disk_log(struct recording *recording, const struct world *world, struct log log) {
    struct source *source = new_source(recording, "io.log", "iostat-text", log.untimed);
    size_t report = 1;  // report 0 covers the time since boot and was dropped
    for (double t = log.from + log.cadence; t < log.to; t += log.cadence, report++) {
        struct table *table = source_table(source, TEXT("sda"), ENTITY_DISK);
        size_t column = table_column(source, table, "aqu-sz", UNIT_NONE, SERIES_AVERAGE);
        millis stamp = log.untimed ? (millis)report : (millis)floor(BASE + log.offset + t) * 1000;
        size_t row = table_row(table, stamp, log.untimed ? 0 : log.cadence, (uint32_t)report * 10);
        table_set(table, row, column, disk_queue(world, t - log.cadence, t));
    }
    source_finish(source);
    return source;
}

struct answer {
    struct source_clock gpu, disk;
    const char *zone;
    const struct source *reference;
};

// The notes and segments live in the arena.
static struct answer align_in(struct recording *recording, const struct analyze_options *options, struct arena *arena) {
    static const struct analyze_options none = {.from = MILLIS_NONE, .to = MILLIS_NONE};
    struct source_clock clocks[8];
    struct answer answer = {0};
    align_sources(recording, options == NULL ? &none : options, arena, clocks, &answer.reference, &answer.zone);
    answer.gpu = clocks[0];
    if (recording->source_count > 1) answer.disk = clocks[1];
    for (size_t i = 0; i < recording->source_count; i++) assert_true(clocks[i].note[0] != '\0');
    return answer;
}

static struct answer align(struct recording *recording, const struct analyze_options *options) {
    struct arena *arena = arena_new();
    struct answer answer = align_in(recording, options, arena);
    arena_free(arena);
    answer.gpu.note = answer.disk.note = NULL;
    answer.gpu.segments = answer.disk.segments = NULL;
    return answer;
}

static double somewhere(void) { return between(0, 300); }

// ── by correlation ──────────────────────────────────────────────────────────

static void a_zone_and_a_skew_are_recovered(void **state) {
    (void)state;
    int accepted = 0;
    for (int round = 0; round < 8; round++) {
        struct world world = world_new(3, between(300, 1200));
        double offset = 900 * floor(between(-48, 49)) + between(-60, 60);
        double end = (double)world.seconds;
        struct recording *recording = recording_new();
        gpu_log(recording, &world, (struct log){somewhere(), end - somewhere(), 5, 0, false});
        disk_log(recording, &world,
                 (struct log){somewhere(), end - somewhere(), round % 2 == 0 ? 5 : 10, offset, false});
        struct answer answer = align(recording, NULL);
        assert_null(answer.zone);
        assert_true(answer.reference == recording->sources[0] && answer.gpu.offset_seconds == 0);
        if (answer.disk.established) {
            accepted++;
            assert_true(fabs(answer.disk.offset_seconds - offset) <= fmax(10, answer.disk.uncertainty_seconds));
        }
        recording_free(recording);
        world_free(&world);
    }
    assert_true(accepted >= 6);
}

static void unrelated_logs_get_no_offset(void **state) {
    (void)state;
    for (int round = 0; round < 10; round++) {
        // Other stalls; in half of the rounds the same schedule of epochs, which aliases by its period.
        double epoch = round % 2 == 0 ? 900 : 0;
        struct world world = world_new(3, epoch);
        struct world other = world_new(3, epoch);
        double end = (double)world.seconds;
        double offset = 900 * (round < 5 ? 30 + round : -3 * round);
        struct recording *recording = recording_new();
        gpu_log(recording, &world, (struct log){somewhere(), end - somewhere() - 1800, 5, 0, false});
        disk_log(recording, &other, (struct log){somewhere(), end - somewhere(), 5, offset, false});
        struct answer answer = align(recording, NULL);
        assert_false(answer.disk.established);
        assert_true(answer.disk.offset_seconds == 0 && answer.disk.method == CLOCK_ASSUMED);
        recording_free(recording);
        world_free(&world);
        world_free(&other);
    }
}

// Two hundred pairs: half with a relation and an injected fault of any zone and a minute of skew, a quarter with
// nothing in common, a quarter with only the schedule in common (an alias by its period). Refusing is allowed, being
// wrong is not.
static void of_two_hundred_pairs_none_is_wrong(void **state) {
    (void)state;
    enum { PAIRS = 200 };
    int right = 0;
    int refused = 0;
    int wrong = 0;
    for (int round = 0; round < PAIRS; round++) {
        bool related = round % 2 == 0;
        double hours = between(1, 4);
        double epoch = related || round % 4 == 1 ? between(300, 1800) : 0;
        struct world world = world_new(hours, epoch);
        struct world other = world_new(hours, epoch);
        double end = (double)world.seconds;
        double offset = 900 * floor(between(-48, 49)) + between(-60, 60);
        if (!related && fabs(offset) < end) offset += 40 * 900;  // so that as printed they do not even overlap
        struct recording *recording = recording_new();
        const double cadences[] = {1, 2, 5, 10};
        gpu_log(recording, &world, (struct log){somewhere(), end - somewhere(), 5, 0, false});
        disk_log(recording, related ? &world : &other,
                 (struct log){somewhere(), end - somewhere(), cadences[chance_below(&chance, 4)], offset, false});
        struct answer answer = align(recording, NULL);
        bool good = fabs(answer.disk.offset_seconds - offset) <= fmax(10, answer.disk.uncertainty_seconds);
        if (!answer.disk.established)
            refused++;
        else if (related && good)
            right++;
        else
            wrong++;
        recording_free(recording);
        world_free(&world);
        world_free(&other);
    }
    print_message("clock faults: %d recovered, %d refused, %d wrong\n", right, refused, wrong);
    assert_int_equal(wrong, 0);
    assert_true(right >= 60);
}

// ── clocks that change while the log is written ─────────────────────────────

// Moves the printed times from `share` of the log on, as a clock that is set does.
static void set_clock(struct source *source, double share, double by) {
    struct table *table = &source->tables[0];
    for (size_t i = (size_t)(share * (double)table->row_count); i < table->row_count; i++)
        table->time[i] += (millis)(by * 1000);
    source->first = source->last = MILLIS_NONE;
    source_finish(source);
}

static millis placed_at(const struct source_clock *clock, size_t row) {
    const struct table *table = &clock->source->tables[0];
    return clock_to_run(clock, table->time[row], table->line[row]);
}

// Logs in which nothing correlates, too: an hour back at an even pace is the end of daylight saving.
static void an_hour_back_is_daylight_saving(void **state) {
    (void)state;
    struct world world = world_new(2, 0);
    for (int both = 0; both <= 1; both++) {
        struct recording *recording = recording_new();
        struct source *gpu = gpu_log(recording, &world, (struct log){10, 7000, 5, 0, false});
        struct source *disk = disk_log(recording, &world, (struct log){10, 7000, 5, 0, false});
        millis disk_end = disk->last;
        set_clock(disk, 0.6, -HOUR);
        if (both) set_clock(gpu, 0.6, -HOUR);
        struct arena *arena = arena_new();
        struct answer answer = align_in(recording, NULL, arena);
        assert_true(answer.disk.established && answer.disk.offset_seconds == 0 && answer.gpu.offset_seconds == 0);
        assert_non_null(strstr(answer.disk.note, "daylight saving"));
        assert_int_equal(placed_at(&answer.disk, disk->tables[0].row_count - 1), disk_end);
        assert_true((strstr(answer.gpu.note, "daylight saving") != NULL) == (both == 1));
        arena_free(arena);
        recording_free(recording);
    }
    world_free(&world);
}

// Eight reports are enough to see the hour come back, but not where two files of half an hour are put together in the
// wrong order: those meet at their other ends.
static void an_hour_back_in_a_short_log(void **state) {
    (void)state;
    struct world world = world_new(2, 0);
    for (int files = 0; files <= 1; files++) {
        struct recording *recording = recording_new();
        struct source *gpu = gpu_log(recording, &world, (struct log){0, files ? HOUR : 40, 5, 0, false});
        if (files) {
            struct table *table = &gpu->tables[0];
            size_t half = table->row_count / 2;
            for (size_t i = 0; i < table->row_count; i++) table->time[i] += i < half ? 1800000 : -1800000;
        } else {
            set_clock(gpu, 0.5, -HOUR);
        }
        struct arena *arena = arena_new();
        struct answer answer = align_in(recording, NULL, arena);
        assert_true(answer.gpu.established == (files == 0));
        assert_true((strstr(answer.gpu.note, "daylight saving") != NULL) == (files == 0));
        // Files in the wrong order may well have had the right time: nothing is left out.
        for (size_t i = 0; i < gpu->tables[0].row_count; i++) assert_true(placed_at(&answer.gpu, i) != MILLIS_NONE);
        arena_free(arena);
        recording_free(recording);
    }
    world_free(&world);
}

// Sunday, 30 March 2025, 01:59:00 by the wall, counted as if it were UTC.
#define SUMMER_NIGHT 1743299940.0

// A leap of an hour is the begin of daylight saving only at the hour and the night at which that happens, and only if
// nobody on the host prints the hour that was left out.
static void an_hour_forward_is_daylight_saving_by_night(void **state) {
    (void)state;
    struct world world = world_new(2, 0);
    memset(world.stalled, 0, world.seconds);  // nothing that could be compared
    enum { RIGHT, OTHER_DAY, OTHER_HOUR, NOT_ALONE, CASES };
    for (int which = 0; which < CASES; which++) {
        struct recording *recording = recording_new();
        double leap = 3600;  // s into the world
        double night = SUMMER_NIGHT + 60 - BASE - leap + (which == OTHER_DAY ? 86400 : which == OTHER_HOUR ? 900 : 0);
        struct source *gpu = gpu_log(recording, &world, (struct log){10, 7000, 5, night, false});
        struct source *disk = disk_log(recording, &world, (struct log){10, 7000, 5, night, false});
        millis disk_end = disk->last;
        double share = (leap - 10) / (7000 - 10);
        if (which != NOT_ALONE) set_clock(gpu, share, HOUR);
        set_clock(disk, share, HOUR);
        struct arena *arena = arena_new();
        struct answer answer = align_in(recording, NULL, arena);
        bool corrected = placed_at(&answer.disk, disk->tables[0].row_count - 1) == disk_end;
        assert_true(corrected == (which == RIGHT));
        assert_true((answer.disk.segment_count > 0) == (which == RIGHT));
        arena_free(arena);
        recording_free(recording);
    }
    world_free(&world);
}

// With the zone by option, its table says when the hour was left out or came twice, in a gap of the log, too.
static void a_zone_by_option_knows_its_changes(void **state) {
    (void)state;
    const struct clock_option zone = {.zone = "Europe/Berlin"};
    struct analyze_options options = {.timezones = &zone, .timezone_count = 1, .from = MILLIS_NONE, .to = MILLIS_NONE};
    // 01:00 UTC at 3600 s of the world: on 30 March 2025 and on 26 October 2025.
    const double change[] = {1743296400.0, 1761440400.0};
    struct world world = world_new(2, 0);
    memset(world.stalled, 0, world.seconds);
    for (int autumn = 0; autumn <= 1; autumn++) {
        double utc = change[autumn] - 3600 - BASE;
        double before = autumn ? 7200 : 3600;
        for (int gap = 0; gap <= 1; gap++) {
            struct recording *recording = recording_new();
            struct source *gpu = gpu_log(recording, &world, (struct log){10, 7000, 5, utc + before, false});
            struct table *table = &gpu->tables[0];
            size_t middle = (3600 - 10) / 5;
            for (size_t i = middle; i < table->row_count; i++) table->time[i] += autumn ? -3600000 : 3600000;
            // A gap in which the double hour lies whole, or a few minutes of silence.
            if (gap) table->row_count = middle + 1;
            if (gap) table->time[middle] = (millis)((BASE + utc + before + (autumn ? 2 : 1.1) * HOUR + 4000) * 1000);
            gpu->first = gpu->last = MILLIS_NONE;
            source_finish(gpu);
            struct arena *arena = arena_new();
            struct answer answer = align_in(recording, &options, arena);
            assert_true(answer.gpu.established && answer.gpu.offset_seconds == before);
            size_t last = table->row_count - 1;
            double after = before + (autumn ? -3600 : 3600);
            assert_int_equal(placed_at(&answer.gpu, 0), table->time[0] - (millis)(before * 1000));
            assert_int_equal(placed_at(&answer.gpu, last), table->time[last] - (millis)(after * 1000));
            arena_free(arena);
            recording_free(recording);
        }
    }
    world_free(&world);
}

// The clock of the machine is set, and both its logs show it.
static void a_step_that_two_logs_share_is_one(void **state) {
    (void)state;
    struct world world = world_new(2, 0);
    memset(world.stalled, 0, world.seconds);
    for (int shared = 1; shared >= 0; shared--) {
        struct recording *recording = recording_new();
        struct source *gpu = gpu_log(recording, &world, (struct log){10, 7000, 5, 0, false});
        struct source *disk = disk_log(recording, &world, (struct log){10, 7000, 5, 0, false});
        millis end = disk->last;
        set_clock(disk, 0.5, -1234);
        if (shared) set_clock(gpu, 0.5, -1234);
        struct arena *arena = arena_new();
        struct answer answer = align_in(recording, NULL, arena);
        size_t last = disk->tables[0].row_count - 1;
        assert_true(answer.disk.established == (shared == 1));
        // Without a witness the later part has no place.
        assert_true(placed_at(&answer.disk, last) == (shared ? end : MILLIS_NONE));
        assert_true(placed_at(&answer.disk, 3) == disk->tables[0].time[3]);
        arena_free(arena);
        recording_free(recording);
    }
    world_free(&world);
}

// Lets the printed times of a log gain `ppm` millionths.
static void let_drift(struct source *source, double ppm) {
    struct table *table = &source->tables[0];
    millis start = table->time[0];
    for (size_t i = 0; i < table->row_count; i++)
        table->time[i] += (millis)((double)(table->time[i] - start) * ppm * 1e-6);
    source->first = source->last = MILLIS_NONE;
    source_finish(source);
}

struct tally {
    int right, refused, wrong;
};

// Every row that is placed must be where it was printed by a clock that was never set.
static void check_rows(const struct answer *answer, const millis *truth, struct tally *tally) {
    const struct table *table = &answer->disk.source->tables[0];
    double off = 0;
    size_t placed = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        millis at = placed_at(&answer->disk, i);
        if (at == MILLIS_NONE) continue;
        placed++;
        off = fmax(off, fabs((double)(at - truth[i])) / 1000);
    }
    if (!answer->disk.established)
        tally->refused++;
    else if (off > fmax(10, fmin(60, answer->disk.uncertainty_seconds)) || placed < table->row_count)
        tally->wrong++;
    else
        tally->right++;
}

// One log whose clock is set in mid-run, by `by` seconds; the other goes on. `pause`: no reports around the step.
static void reset_round(double by, double pause, bool related, struct tally *tally) {
    struct world world = world_new(4, between(300, 1200));
    struct world other = world_new(4, between(300, 1200));
    double end = (double)world.seconds;
    struct recording *recording = recording_new();
    gpu_log(recording, &world, (struct log){somewhere(), end - somewhere(), 5, 0, false});
    struct source *disk =
        disk_log(recording, related ? &world : &other, (struct log){somewhere(), end - somewhere(), 5, 0, false});
    struct table *table = &disk->tables[0];
    size_t gap = (size_t)(pause / 5);
    size_t middle = (size_t)(between(0.3, 0.7) * (double)table->row_count);
    for (size_t i = middle; i + gap < table->row_count; i++) {
        table->time[i] = table->time[i + gap];
        table->columns[0].values[i] = table->columns[0].values[i + gap];
    }
    table->row_count -= gap;
    millis *truth = malloc(table->row_count * sizeof *truth);
    memcpy(truth, table->time, table->row_count * sizeof *truth);
    set_clock(disk, (double)middle / (double)table->row_count, by);
    struct arena *arena = arena_new();
    struct answer answer = align_in(recording, NULL, arena);
    check_rows(&answer, truth, tally);
    arena_free(arena);
    free(truth);
    recording_free(recording);
    world_free(&world);
    world_free(&other);
}

static void a_clock_that_is_set_is_recovered_or_refused(void **state) {
    (void)state;
    enum { ROUNDS = 40 };
    struct tally tally = {0};
    struct tally none = {0};
    for (int round = 0; round < ROUNDS; round++) {
        double by = round % 2 == 0 ? -between(60, 9000) : between(200, 9000);
        reset_round(by, round % 4 >= 2 ? between(100, 900) : 0, true, &tally);
        reset_round(-between(60, 9000), 0, false, &none);
    }
    print_message("clocks set: %d recovered, %d refused, %d wrong; unrelated logs: %d, %d, %d\n", tally.right,
                  tally.refused, tally.wrong, none.right, none.refused, none.wrong);
    assert_int_equal(tally.wrong + none.wrong + none.right, 0);
    assert_true(tally.right >= ROUNDS / 3);
}

static void a_clock_that_gains_is_corrected(void **state) {
    (void)state;
    struct tally tally = {0};
    struct tally even = {0};
    for (int round = 0; round < 24; round++) {
        struct tally *kind = round % 3 == 0 ? &tally : round % 3 == 1 ? &even : NULL;
        double ppm = kind == &even ? 0 : (round % 2 == 0 ? 1 : -1) * between(300, 8000);
        struct world world = world_new(5, 0);
        struct world other = world_new(5, 0);
        double end = (double)world.seconds;
        struct recording *recording = recording_new();
        gpu_log(recording, &world, (struct log){somewhere(), end - somewhere(), 5, 0, false});
        struct source *disk = disk_log(recording, kind == NULL ? &other : &world,
                                       (struct log){somewhere(), end - somewhere(), 5, 0, false});
        size_t rows = disk->tables[0].row_count;
        millis *truth = malloc(rows * sizeof *truth);
        memcpy(truth, disk->tables[0].time, rows * sizeof *truth);
        let_drift(disk, ppm);
        struct arena *arena = arena_new();
        struct answer answer = align_in(recording, NULL, arena);
        // Of unrelated logs only this is asked: that no drift is made up.
        if (kind != &tally) assert_int_equal(answer.disk.segment_count, 0);
        if (kind != NULL) check_rows(&answer, truth, kind);
        arena_free(arena);
        free(truth);
        recording_free(recording);
        world_free(&world);
        world_free(&other);
    }
    print_message("clocks that gain: %d recovered, %d refused, %d wrong; even ones: %d, %d, %d\n", tally.right,
                  tally.refused, tally.wrong, even.right, even.refused, even.wrong);
    assert_int_equal(tally.wrong + even.wrong, 0);
    assert_true(tally.right >= 5);
}

// ── by anchors ──────────────────────────────────────────────────────────────

// Nothing happens in either log: only when they begin, end and were last written can speak.
static struct answer quiet_pair(double disk_offset, double gpu_written, double disk_written, double late) {
    struct world world = world_new(1, 0);
    memset(world.stalled, 0, world.seconds);
    struct recording *recording = recording_new();
    struct source *gpu = gpu_log(recording, &world, (struct log){10, 3500, 5, 0, false});
    struct source *disk = disk_log(recording, &world, (struct log){10 + late, 3500, 5, disk_offset, false});
    if (!isnan(gpu_written)) gpu->modified = (millis)((BASE + gpu_written) * 1000);
    if (!isnan(disk_written)) disk->modified = (millis)((BASE + disk_written) * 1000);
    struct answer answer = align(recording, NULL);
    recording_free(recording);
    world_free(&world);
    return answer;
}

static void equal_spans_and_times_of_change_show_a_zone(void **state) {
    (void)state;
    // The wall clocks show UTC+2 and UTC+10 at the end, 3500 s.
    double utc = 3500 - 7200;
    struct answer answer = quiet_pair(8 * HOUR, utc + 1, utc + 3, 0);
    assert_true(answer.disk.established && answer.disk.offset_seconds == 8 * HOUR &&
                answer.disk.method == CLOCK_ESTIMATED);
    answer = quiet_pair(5.75 * HOUR, utc + 1, utc + 3, 0);
    assert_true(answer.disk.established && answer.disk.offset_seconds == 5.75 * HOUR);
    answer = quiet_pair(-75, utc + 1, utc + 1, 0);  // a clock that is slow, and two witnesses of it
    assert_true(answer.disk.established && fabs(answer.disk.offset_seconds + 75) < 10);
}

static void one_clock_is_proved_by_equal_spans(void **state) {
    (void)state;
    struct answer answer = quiet_pair(0, NAN, NAN, 0);
    assert_true(answer.disk.established && answer.disk.offset_seconds == 0 && answer.disk.method == CLOCK_ASSUMED);
    assert_true(answer.disk.placed);
}

static void a_single_anchor_proves_no_offset(void **state) {
    (void)state;
    struct answer answer = quiet_pair(8 * HOUR, NAN, NAN, 0);  // equal spans alone, eight hours apart
    assert_false(answer.disk.established);
    answer = quiet_pair(-75, NAN, NAN, 0);
    assert_false(answer.disk.established);
    // Files that were unpacked years later say nothing.
    answer = quiet_pair(8 * HOUR, 1e8, 1e8, 0);
    assert_false(answer.disk.established);
    // A log that fell silent twenty minutes before its file was closed has no slow clock.
    answer = quiet_pair(0, 3501, 3501 + 900, 0);
    assert_true(answer.disk.offset_seconds == 0);
}

// ── without times ───────────────────────────────────────────────────────────

static void an_untimed_log_is_placed_by_its_file(void **state) {
    (void)state;
    struct world world = world_new(1, 0);
    struct recording *recording = recording_new();
    struct source *gpu = gpu_log(recording, &world, (struct log){10, 3500, 5, 0, false});
    struct source *disk = disk_log(recording, &world, (struct log){12, 3496, 10, 0, true});
    gpu->modified = (millis)((BASE + 3501 + 7200) * 1000);
    disk->modified = (millis)((BASE + 3493 + 7200) * 1000);
    struct answer answer = align(recording, NULL);
    assert_true(answer.disk.placed && answer.disk.established && answer.disk.method == CLOCK_ESTIMATED);
    assert_true(answer.disk.untimed_step_ms == 10000);
    assert_true(fabs(answer.disk.untimed_start_ms / 1000 - BASE - 12) < 10);
    // The file was copied: the same log has no place, unless its activity proves one.
    disk->modified = MILLIS_NONE;
    for (size_t i = 0; i < disk->tables[0].row_count; i++) disk->tables[0].columns[0].values[i] = 1 + (double)(i % 3);
    answer = align(recording, NULL);
    assert_false(answer.disk.placed);
    recording_free(recording);
    world_free(&world);
}

static void an_untimed_log_is_placed_by_correlation(void **state) {
    (void)state;
    struct world world = world_new(3, 0);
    struct world other = world_new(3, 0);
    for (int related = 1; related >= 0; related--) {
        struct recording *recording = recording_new();
        gpu_log(recording, &world, (struct log){10, 10000, 5, 0, false});
        disk_log(recording, related ? &world : &other, (struct log){1234, 9000, 10, 0, true});
        struct answer answer = align(recording, NULL);
        assert_true(answer.disk.placed == (related == 1));
        if (related) {
            assert_true(answer.disk.untimed_step_ms == 10000);
            assert_true(fabs(answer.disk.untimed_start_ms / 1000 - BASE - 1234) < 15);
        }
        recording_free(recording);
    }
    world_free(&world);
    world_free(&other);
}

// ── what the user or the log states ─────────────────────────────────────────

static void options_win(void **state) {
    (void)state;
    struct world world = world_new(1, 0);
    struct recording *recording = recording_new();
    gpu_log(recording, &world, (struct log){10, 3500, 5, 7200, false});
    disk_log(recording, &world, (struct log){10, 3500, 10, 0, true});
    const struct clock_option zone = {.zone = "+02:00"};
    const struct clock_option start = {.source = "io.log", .time = (millis)(BASE * 1000)};
    const struct clock_option step = {.seconds = 10};
    const struct clock_option offset = {.source = "gpu.csv", .seconds = 3};
    struct analyze_options options = {.timezones = &zone,
                                      .timezone_count = 1,
                                      .starts = &start,
                                      .start_count = 1,
                                      .intervals = &step,
                                      .interval_count = 1,
                                      .from = MILLIS_NONE,
                                      .to = MILLIS_NONE};
    struct answer answer = align(recording, &options);
    assert_string_equal(answer.zone, "UTC");
    assert_true(answer.gpu.method == CLOCK_OPTION && answer.gpu.offset_seconds == 7200 && answer.gpu.established);
    assert_true(answer.disk.placed && answer.disk.method == CLOCK_OPTION);
    assert_true(answer.disk.untimed_start_ms == BASE * 1000 && answer.disk.untimed_step_ms == 10000);
    options.offsets = &offset;
    options.offset_count = 1;
    answer = align(recording, &options);
    assert_true(answer.gpu.offset_seconds == 7203);
    recording_free(recording);
    world_free(&world);
}

static void a_stated_zone_makes_the_run_utc(void **state) {
    (void)state;
    struct world world = world_new(1, 0);
    struct recording *recording = recording_new();
    gpu_log(recording, &world, (struct log){10, 3500, 5, 7200, false});
    struct source *disk = disk_log(recording, &world, (struct log){10, 3500, 5, 0, false});
    disk->clock = CLOCK_ZONED;
    disk->zone = "+02:00";
    disk->zone_first = disk->zone_last = 120;
    struct answer answer = align(recording, NULL);
    assert_string_equal(answer.zone, "UTC");
    assert_true(answer.disk.method == CLOCK_STATED && answer.disk.offset_seconds == 0 && answer.disk.established);
    assert_true(answer.gpu.offset_seconds == 7200 && answer.gpu.established);
    recording_free(recording);
    world_free(&world);
}

static void say(struct source *source, double at, enum event_kind kind, const char *text) {
    source_event(source, (millis)(at * 1000), (uint32_t)source->event_count + 1, kind, TEXT("sda"), text_of(text), NAN);
}

// dmesg counts from the start of the machine; the journal tells the same messages with the time.
static void a_boot_clock_is_placed_by_the_same_messages(void **state) {
    (void)state;
    for (int wrong = 0; wrong <= 2; wrong++) {
        struct world world = world_new(1, 0);
        struct recording *recording = recording_new();
        struct source *boot = new_source(recording, "dmesg.txt", "kernel-log", false);
        struct source *journal = new_source(recording, "journal.txt", "kernel-log", false);
        boot->clock = CLOCK_BOOT;
        journal->clock = CLOCK_EPOCH;
        for (int i = 0; i < 4 - wrong; i++) {
            char text[40] = "I/O error, sector 10";
            text[strlen(text) - 1] = (char)('0' + i);
            say(boot, 5000 + 100 * i, EVENT_IO_ERROR, text);
            // One of them at another distance: it is another boot, or another message.
            say(journal, BASE + 100 * i + (wrong == 1 && i == 1 ? 60 : 0.4), EVENT_IO_ERROR, text);
        }
        say(boot, 6000, EVENT_LINK_RESET, "link is slow to respond");
        say(boot, 6100, EVENT_LINK_RESET, "link is slow to respond");
        source_finish(boot);
        source_finish(journal);
        struct answer answer = align(recording, NULL);
        const struct source_clock *clock = &answer.gpu;  // the first source
        assert_true(clock->placed == (wrong == 0));
        if (wrong == 0) assert_true(fabs(clock->offset_seconds - (5000 - BASE)) < 2 && clock->established);
        recording_free(recording);
        world_free(&world);
    }
}

static void nothing_and_next_to_nothing(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const struct analyze_options options = {.from = MILLIS_NONE, .to = MILLIS_NONE};
    const struct source *reference;
    const char *zone;
    struct recording *recording = recording_new();
    align_sources(recording, &options, arena, NULL, &reference, &zone);
    assert_true(reference == NULL && zone == NULL);
    struct source_clock clocks[2];
    new_source(recording, "empty.log", NULL, false);
    struct source *boot = new_source(recording, "dmesg", "kernel-log", false);
    boot->clock = CLOCK_BOOT;
    align_sources(recording, &options, arena, clocks, &reference, &zone);
    assert_true(reference == NULL && !clocks[0].placed && !clocks[1].placed);
    arena_free(arena);
    recording_free(recording);
}

// ── a clock in segments ─────────────────────────────────────────────────────

static void a_segment_is_found_by_its_line(void **state) {
    (void)state;
    const struct source log = {.clock = CLOCK_LOCAL};
    const struct clock_segment segments[] = {{.line = 0, .printed = 0, .placed = true},
                                             {.line = 50, .printed = 100000, .offset_seconds = -60, .placed = true},
                                             {.line = 90, .placed = false},
                                             {.line = 95, .printed = 200000, .drift_ppm = 1000, .placed = true}};
    struct source_clock clock = {
        .source = &log, .placed = true, .offset_seconds = 10, .segments = segments, .segment_count = 4};
    assert_int_equal(clock_to_run(&clock, 150000, 1), 140000);
    assert_int_equal(clock_to_run(&clock, 150000, 49), 140000);
    assert_int_equal(clock_to_run(&clock, 150000, 50), 200000);
    assert_true(clock_to_run(&clock, 150000, 94) == MILLIS_NONE);
    // A clock that runs fast by a thousandth has shown 1001 s after 1000 s.
    assert_int_equal(clock_to_run(&clock, 1200000, 4000000000u), 1189000);
    assert_true(clock_to_run(&clock, MILLIS_NONE, 1) == MILLIS_NONE);
    clock.segment_count = 0;
    assert_int_equal(clock_to_run(&clock, 150000, 94), 140000);
}

static int seed(void **state) {
    (void)state;
    chance = chance_new(42);
    return 0;
}

int main(void) {
    stats_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_zone_and_a_skew_are_recovered, seed),
        cmocka_unit_test_setup(unrelated_logs_get_no_offset, seed),
        cmocka_unit_test_setup(of_two_hundred_pairs_none_is_wrong, seed),
        cmocka_unit_test_setup(an_hour_back_is_daylight_saving, seed),
        cmocka_unit_test_setup(an_hour_back_in_a_short_log, seed),
        cmocka_unit_test_setup(an_hour_forward_is_daylight_saving_by_night, seed),
        cmocka_unit_test_setup(a_zone_by_option_knows_its_changes, seed),
        cmocka_unit_test_setup(a_step_that_two_logs_share_is_one, seed),
        cmocka_unit_test_setup(a_clock_that_is_set_is_recovered_or_refused, seed),
        cmocka_unit_test_setup(a_clock_that_gains_is_corrected, seed),
        cmocka_unit_test_setup(equal_spans_and_times_of_change_show_a_zone, seed),
        cmocka_unit_test_setup(one_clock_is_proved_by_equal_spans, seed),
        cmocka_unit_test_setup(a_single_anchor_proves_no_offset, seed),
        cmocka_unit_test_setup(an_untimed_log_is_placed_by_its_file, seed),
        cmocka_unit_test_setup(an_untimed_log_is_placed_by_correlation, seed),
        cmocka_unit_test_setup(options_win, seed),
        cmocka_unit_test_setup(a_stated_zone_makes_the_run_utc, seed),
        cmocka_unit_test_setup(a_boot_clock_is_placed_by_the_same_messages, seed),
        cmocka_unit_test_setup(nothing_and_next_to_nothing, seed),
        cmocka_unit_test(a_segment_is_found_by_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

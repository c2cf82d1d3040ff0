#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

static void check_value(const struct parsed *log, const char *entity, const char *quantity, size_t row,
                        double expected) {
    double value = parsed_value(log, entity, quantity, row);
    if (value != expected) fail_msg("%s %s [%zu] is %g instead of %g", entity, quantity, row, value, expected);
}

static void lines_below_host_and_time(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "node7                          Thu Nov 10 12:43:38 2022  465.19.01\n"
        "[0] NVIDIA A40 | 60'C,  68 % |  3712 / 46068 MB | user(3709M) other(1M)\n"
        "[1] NVIDIA A30 | 29\xc2\xb0"
        "C,  31 %,   7 % (E:   1 %  D:   2 %),   61 / 230 W |     0 / 24576 MB |\n"
        "node7                          Thu Nov 10 12:43:58 2022  465.19.01\n"
        "[0] NVIDIA A40 | 61'C,  ?? % |  ?? / 46068 MB |\n"
        "[1] NVIDIA A30 | 29'C,  31 %,   9 %,   ?? / ?? W |     0 / 24576 MB |\n"
        "[1] NVIDIA A30 | 29'C,  31\n");
    assert_string_equal(log.source->format, "gpustat-text");
    assert_string_equal(log.source->host, "node7");
    check_value(&log, "gpu0", "utilization.gpu", 0, 68);
    check_value(&log, "gpu0", "temperature.gpu", 1, 61);
    check_value(&log, "gpu0", "memory.used", 0, 3712);
    check_value(&log, "gpu0", "memory.total", 1, 46068);
    assert_true(isnan(parsed_value(&log, "gpu0", "utilization.gpu", 1)));
    assert_true(isnan(parsed_value(&log, "gpu0", "memory.used", 1)));
    check_value(&log, "gpu1", "fan.speed", 0, 31);
    check_value(&log, "gpu1", "utilization.gpu", 0, 7);
    check_value(&log, "gpu1", "utilization.gpu", 1, 9);
    check_value(&log, "gpu1", "power.draw", 0, 61);
    check_value(&log, "gpu1", "power.limit", 0, 230);
    assert_true(isnan(parsed_value(&log, "gpu1", "power.draw", 1)));
    assert_string_equal(source_fact_value(log.source, "gpu1", "name"), "NVIDIA A30");
    assert_string_equal(source_fact_value(log.source, "gpu1", "driver_version"), "465.19.01");
    assert_int_equal(source_find(log.source, "gpu0")->time[1] - source_find(log.source, "gpu0")->time[0], 20000);
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

#define DOCUMENT(second, load)                                                                                        \
    "{\n    \"hostname\": \"node7\",\n    \"driver_version\": \"535.1\",\n"                                           \
    "    \"query_time\": \"2024-05-06T07:08:" second                                                                  \
    ".500000\",\n    \"gpus\": [\n        {\n            \"index\": 2,\n"                                             \
    "            \"uuid\": \"GPU-x\",\n            \"name\": \"NVIDIA A40\",\n            \"temperature.gpu\": 60,\n" \
    "            \"fan.speed\": null,\n            \"utilization.gpu\": " load                                        \
    ",\n            \"power.draw\": 61,\n            \"enforced.power.limit\": 230,\n            \"memory.used\": "   \
    "3712,\n"                                                                                                         \
    "            \"memory.total\": 46068,\n            \"processes\": []\n        }\n    ]\n}\n"

static void documents_one_after_another(void **state) {
    (void)state;
    struct parsed log = parsed_text(DOCUMENT("09", "68") "{\n \"broken\": \n}\n" DOCUMENT("19", "70"));
    assert_string_equal(log.source->format, "gpustat-json");
    assert_string_equal(log.source->host, "node7");
    check_value(&log, "gpu2", "utilization.gpu", 1, 70);
    check_value(&log, "gpu2", "enforced.power.limit", 0, 230);
    check_value(&log, "gpu2", "memory.used", 0, 3712);
    assert_true(isnan(parsed_value(&log, "gpu2", "fan.speed", 0)));
    assert_int_equal(source_find(log.source, "gpu2")->time[0], 1714979289500);
    assert_int_equal(source_find(log.source, "gpu2")->line[0], 1);
    assert_int_equal(source_find(log.source, "gpu2")->line[1], 24);
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->skipped_lines, 1);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_below_host_and_time),
        cmocka_unit_test(documents_one_after_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

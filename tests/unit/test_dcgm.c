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

static void dmon_prints_no_time(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "#Entity   GPUTL   POWER   SMACT   PCIRX        FBUSD   XIDER\n"
        "ID                 W                                        \n"
        "GPU 0     97      631.200 0.950   2000000      500     0\n"
        "GPU 1     N/A     70.100  0.000   0            5       0\n"
        "#Entity   GPUTL   POWER   SMACT   PCIRX        FBUSD   XIDER\n"
        "ID                 W                                        \n"
        "GPU 0     98      630.000 0.960   2000000      501     79\n"
        "GPU 1     1       9223372036854775794  0.000   0            5       0\n"
        "CPU 0     1       2       3       4            5       6\n"
        "GPU 0 LINK 3     1       2       3       4            5       6\n"
        "GPU 0 GPU 1      1       2       3       4            5       6\n"
        "GPU 1     1       2\n");
    assert_string_equal(log.source->format, "dcgmi-dmon");
    check_value(&log, "gpu0", "utilization.gpu", 1, 98);
    check_value(&log, "gpu0", "power.draw", 0, 631.2);
    check_value(&log, "gpu0", "profile.sm_active", 0, 95);
    check_value(&log, "gpu0", "pcie.rx", 0, 2);
    check_value(&log, "gpu0", "memory.used", 1, 501);
    assert_true(isnan(parsed_value(&log, "gpu1", "utilization.gpu", 0)));
    assert_true(isnan(parsed_value(&log, "gpu1", "power.draw", 1)));
    assert_int_equal(log.source->reports, 2);
    assert_int_equal(log.source->samples, 4);
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(parsed_events(&log, EVENT_XID), 1);
    assert_true(parsed_event(&log, EVENT_XID, 0)->value == 79);
    assert_int_equal(log.source->skipped_lines, 2);
    assert_true(parsed_problem(&log, "other entities"));
    parsed_free(&log);
}

#define ROW(second, metric, gpu, uuid, host, value)                                                                \
    "\"2025-07-18T20:42:" second "Z\",\"DCGM_FI_DEV_" metric "\",\"" gpu "\",\"" uuid "\",\"NVIDIA H100\",\"" host \
    "\",\"" value "\",\"gpu=\"\"" gpu "\"\",job=\"\"a,b\"\"\"\n"

static void metrics_of_the_same_time_share_a_row(void **state) {
    (void)state;
    struct parsed log = parsed_text("timestamp,metric_name,gpu_id,uuid,modelName,Hostname,value,labels_raw\n"  //
                                    ROW("34", "GPU_UTIL", "0", "GPU-a", "n1", "97")                            //
                                    ROW("34", "GPU_UTIL", "0", "GPU-b", "n2", "50")                            //
                                    ROW("34", "POWER_USAGE", "0", "GPU-a", "n1", "631.2")                      //
                                    ROW("34", "POWER_VIOLATION", "0", "GPU-a", "n1", "5000")                   //
                                    ROW("44", "GPU_UTIL", "0", "GPU-a", "n1", "98")                            //
                                    ROW("44", "GPU_UTIL", "1", "GPU-c", "n1", "x")                             //
                                    ROW("54", "XID_ERRORS", "0", "GPU-a", "n1", "48"));
    assert_string_equal(log.source->format, "dcgm-csv");
    assert_int_equal(log.source->clock, CLOCK_ZONED);
    assert_int_equal(parsed_rows(&log, "gpu0"), 3);
    check_value(&log, "gpu0", "utilization.gpu", 0, 97);
    check_value(&log, "gpu0", "power.draw", 0, 631.2);
    check_value(&log, "gpu0", "clocks_event_reasons_counters.sw_power_cap", 0, 5);
    check_value(&log, "gpu0", "utilization.gpu", 1, 98);
    check_value(&log, "gpu1", "utilization.gpu", 0, 50);
    assert_string_equal(source_fact_value(log.source, "gpu1", "host"), "n2");
    assert_string_equal(log.source->host, "");
    assert_int_equal(parsed_events(&log, EVENT_XID), 1);
    assert_int_equal(log.source->samples, 6);
    assert_int_equal(log.source->reports, 3);
    assert_int_equal(log.source->skipped_lines, 1);
    assert_true(parsed_problem(&log, "several hosts"));
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dmon_prints_no_time),
        cmocka_unit_test(metrics_of_the_same_time_share_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

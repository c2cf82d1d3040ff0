#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "parsers/dcgm_fields.h"
#include "parsers/nvidia_cell.h"
#include "parsers/nvidia_fields.h"

static void check_field(const char *cell, const char *quantity, enum unit unit, enum series_kind kind, bool known) {
    struct arena *arena = arena_new();
    struct nvidia_field field = nvidia_field(arena, text_of(cell));
    assert_string_equal(field.quantity, quantity);
    assert_int_equal(field.unit, unit);
    assert_int_equal(field.kind, kind);
    assert_int_equal(field.known, known);
    arena_free(arena);
}

static void names_become_the_newest_spelling(void **state) {
    (void)state;
    check_field(" utilization.gpu [%]", "utilization.gpu", UNIT_PERCENT, SERIES_WINDOW, true);
    check_field("memory.used [MB]", "memory.used", UNIT_MIB, SERIES_STATE, true);
    check_field("clocks.sm [MHz]", "clocks.current.sm", UNIT_MHZ, SERIES_STATE, true);
    check_field("clocks.gr", "clocks.current.graphics", UNIT_MHZ, SERIES_STATE, true);
    check_field("clocks_throttle_reasons.active", "clocks_event_reasons.active", UNIT_BITS, SERIES_STATE, true);
    check_field("clocks_throttle_reasons.sw_power_cap", "clocks_event_reasons.sw_power_cap", UNIT_BOOL, SERIES_STATE,
                true);
    check_field("clocks_event_reasons_counters.sw_power_cap [us]", "clocks_event_reasons_counters.sw_power_cap",
                UNIT_US, SERIES_COUNTER, true);
    check_field("ecc.errors.uncorrected.volatile.total", "ecc.errors.uncorrected.volatile.total", UNIT_NONE,
                SERIES_COUNTER, true);
    check_field("remapped_rows.pending", "remapped_rows.pending", UNIT_BOOL, SERIES_STATE, true);
    check_field("power.draw [W]", "power.draw", UNIT_WATT, SERIES_WINDOW, true);
    check_field("temperature.gpu", "temperature.gpu", UNIT_CELSIUS, SERIES_STATE, true);
    check_field("loss", "loss", UNIT_NONE, SERIES_STATE, false);
    check_field("speed [MHz]", "speed", UNIT_MHZ, SERIES_STATE, false);
}

static void a_known_name_in_another_unit_is_not_that_field(void **state) {
    (void)state;
    check_field("memory.used [GiB]", "memory.used [GiB]", UNIT_NONE, SERIES_STATE, false);
    check_field("power.draw [MHz]", "power.draw [MHz]", UNIT_NONE, SERIES_STATE, false);
}

static void check_home_made(const char *cell, const char *quantity, double scale, bool loose, bool bare) {
    struct arena *arena = arena_new();
    struct nvidia_field field = nvidia_field(arena, text_of(cell));
    assert_string_equal(field.quantity, quantity);
    assert_true(field.known && field.scale == scale);
    assert_int_equal(field.loose, loose);
    assert_int_equal(field.bare != NULL, bare);
    arena_free(arena);
}

static void a_home_made_name_counts_where_it_says_its_unit(void **state) {
    (void)state;
    check_home_made("gpu_util_pct", "utilization.gpu", 1, false, false);
    check_home_made("GPU_Util(%)", "utilization.gpu", 1, false, false);
    check_home_made("utilization_gpu_percent", "utilization.gpu", 1, false, false);
    check_home_made("GPU Usage", "utilization.gpu", 1, false, true);
    check_home_made("gpu_util", "utilization.gpu", 1, false, true);
    check_home_made("mem_used_gb", "memory.used", 1024, true, false);
    check_home_made("gpu_memory_total_mib", "memory.total", 1, false, false);
    check_home_made("vram_used [MB]", "memory.used", 1, false, false);
    check_home_made(
        "Temp (\xc2\xb0"
        "C)",
        "temperature.gpu", 1, true, false);
    check_home_made("power_w", "power.draw", 1, true, false);
    check_home_made("sm_clock_mhz", "clocks.current.sm", 1, false, false);
    // The share of the memory that is used is not the share of time in which it is accessed.
    check_field("gpu_mem_pct", "gpu_mem_pct", UNIT_NONE, SERIES_STATE, false);
    check_field("memory_util_pct", "memory_util_pct", UNIT_NONE, SERIES_STATE, false);
    check_field("mem_used_w", "mem_used_w", UNIT_NONE, SERIES_STATE, false);
    check_field("cpu_usage_pct", "cpu_usage_pct", UNIT_NONE, SERIES_STATE, false);
    check_field("temp_f", "temp_f", UNIT_NONE, SERIES_STATE, false);
    check_field("gpu_mem_used", "gpu_mem_used", UNIT_NONE, SERIES_STATE, false);
}

static void roles_are_told_from_values(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_int_equal(nvidia_field(arena, TEXT("timestamp")).role, NVIDIA_TIMESTAMP);
    assert_int_equal(nvidia_field(arena, TEXT("time [ms]")).role, NVIDIA_VALUE);
    assert_int_equal(nvidia_field(arena, TEXT("gpu_uuid")).role, NVIDIA_UUID);
    assert_int_equal(nvidia_field(arena, TEXT("gpu_bus_id")).role, NVIDIA_BUS_ID);
    assert_int_equal(nvidia_field(arena, TEXT("pid")).role, NVIDIA_PID);
    arena_free(arena);
}

static void check_cell(const char *cell, enum nvidia_cell kind, double expected, const char *expected_unit) {
    double value = -1;
    struct text unit;
    assert_int_equal(nvidia_cell(text_of(cell), &value, &unit), kind);
    if (isnan(expected))
        assert_true(isnan(value));
    else
        assert_true(value == expected);
    if (expected_unit != NULL) assert_true(text_equal(unit, expected_unit));
}

static void numbers_in_all_dresses(void **state) {
    (void)state;
    check_cell("97 %", CELL_NUMBER, 97, "%");
    check_cell("100.00%", CELL_NUMBER, 100, "%");
    check_cell("250.10 W", CELL_NUMBER, 250.10, "W");
    check_cell("19818MiB", CELL_NUMBER, 19818, "MiB");
    check_cell("0 us", CELL_NUMBER, 0, "us");
    check_cell("16x", CELL_NUMBER, 16, "x");
    check_cell("-3", CELL_NUMBER, -3, "");
    check_cell("P8", CELL_NUMBER, 8, "");
    check_cell("0x0000000000000048", CELL_NUMBER, 0x48, "");
    check_cell("0xff", CELL_NUMBER, 255, "");
    check_cell("Not Active", CELL_NUMBER, 0, "");
    check_cell("Active", CELL_NUMBER, 1, "");
    check_cell("123456789012345678", CELL_NUMBER, 123456789012345678.0, "");
    check_cell("0.1234567890123456", CELL_NUMBER, 0.1234567890123456, "");
}

static void what_is_missing_is_not_zero(void **state) {
    (void)state;
    static const char *const words[] = {"[N/A]",
                                        "N/A",
                                        "",
                                        "-",
                                        "[Not Supported]",
                                        "[GPU is lost]",
                                        "ERR!",
                                        "[Unknown Error]",
                                        "[Requested functionality has been deprecated]"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) check_cell(words[i], CELL_MISSING, NAN, NULL);
}

static void pieces_of_torn_rows_are_strange(void **state) {
    (void)state;
    static const char *const words[] = {
        "2024/05/06 07:08:09", "12abc5", "300.00 W2024/05/06", "4 MiB81559", "NVIDIA A40", "1.2.3", "P"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) check_cell(words[i], CELL_STRANGE, NAN, NULL);
}

static void error_words_are_events(void **state) {
    (void)state;
    assert_int_equal(nvidia_error(TEXT("[GPU is lost]")), EVENT_GPU_LOST);
    assert_int_equal(nvidia_error(TEXT("Unable to determine the device handle for GPU0000:02:00.0: Unknown Error")),
                     EVENT_GPU_LOST);
    assert_int_equal(nvidia_error(TEXT("No devices were found")), EVENT_GPU_ERROR);
    assert_int_equal(nvidia_error(TEXT("[GPU requires reset]")), EVENT_GPU_ERROR);
    assert_int_equal(nvidia_error(TEXT("[N/A]")), EVENT_NOTE);
}

static void dcgm_has_blanks_and_other_units(void **state) {
    (void)state;
    assert_string_equal(dcgm_field(TEXT("GPUTL"))->quantity, "utilization.gpu");
    assert_string_equal(dcgm_field(TEXT("DCGM_FI_DEV_GPU_UTIL"))->quantity, "utilization.gpu");
    assert_string_equal(dcgm_field(TEXT("DCGM_FI_PROF_SM_ACTIVE"))->quantity, "profile.sm_active");
    assert_string_equal(dcgm_field(TEXT("DCGM_FI_PROF_SM_UTIL_RATIO"))->quantity, "profile.sm_active");
    const struct dcgm_field *capped = dcgm_field(TEXT("DCGM_FI_DEV_CLOCKS_EVENT_REASON_SW_POWER_CAP_NS"));
    assert_string_equal(capped->quantity, dcgm_field(TEXT("DCGM_FI_DEV_POWER_VIOLATION"))->quantity);
    assert_true(capped->scale == 1e-3);
    assert_string_equal(dcgm_field(TEXT("dcgm_memory_clock"))->quantity, "clocks.current.memory");
    assert_string_equal(dcgm_field(TEXT("dcgm_fi_prof_sm_active"))->quantity, "profile.sm_active");
    assert_null(dcgm_field(TEXT("dcgm_power_violation")));
    assert_null(dcgm_field(TEXT("GPU_UTIL")));
    assert_null(dcgm_field(TEXT("DCGM_FI_DEV_GPUTL")));
    assert_true(isnan(dcgm_value(9223372036854775794.0)));
    assert_true(isnan(dcgm_value(140737488355328.0)));
    assert_true(isnan(dcgm_value(2147483632)));
    assert_true(dcgm_value(1e12) == 1e12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_the_newest_spelling),
        cmocka_unit_test(a_known_name_in_another_unit_is_not_that_field),
        cmocka_unit_test(a_home_made_name_counts_where_it_says_its_unit),
        cmocka_unit_test(roles_are_told_from_values),
        cmocka_unit_test(numbers_in_all_dresses),
        cmocka_unit_test(what_is_missing_is_not_zero),
        cmocka_unit_test(pieces_of_torn_rows_are_strange),
        cmocka_unit_test(error_words_are_events),
        cmocka_unit_test(dcgm_has_blanks_and_other_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

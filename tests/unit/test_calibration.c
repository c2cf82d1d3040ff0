// The calibration is monotone, leaves weak verdicts weak, and never claims certainty.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/calibration.h"

static void test_monotone_and_bounded(void **state) {
    (void)state;
    double last = 0;
    for (int i = 0; i <= 100; i++) {
        double value = calibrated(i / 100.0);
        assert_true(value >= last);
        assert_true(value <= 0.95);
        last = value;
    }
}

static void test_weak_stays_weak(void **state) {
    (void)state;
    assert_true(calibrated(0.5) == 0.5);
    assert_true(calibrated(0.65) < 0.75);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_monotone_and_bounded),
                                       cmocka_unit_test(test_weak_stays_weak)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/train_words.h"
#include "tests/unit/parsed.h"

static void read_line(const char *line, double *values) {
    struct train_words *words = train_words_new();
    train_words_read(words, text_of(line), values);
    train_words_free(words);
}

static void time_spent_waiting_for_data_is_kept_apart(void **state) {
    (void)state;
    static const struct {
        const char *line;
        double step, seconds, data;
    } lines[] = {
        {"Epoch: [0][ 10/5005]\tTime  0.512 (  1.200)\tData  0.312 (  0.400)\tLoss 6.9e+00 (7.0e+00)", 10, 0.512,
         0.312},
        {"Epoch [1][50/1000]\tlr: 1.000e-02, eta: 1:02:03, time: 0.523, data_time: 0.102, loss: 0.7", 50, 0.523, 0.102},
        {"eta: 0:50:04  iter: 19  total_loss: 9.6  time: 0.4522  data_time: 0.0212  lr: 0.0001", 19, 0.4522, 0.0212},
        {"Train: 0 [  50/1251 (  4%)]  Loss: 6.95 (6.9)  Time: 0.420s, 2400.15/s  Data: 0.010 (0.050)", 50, 0.42, 0.01},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        double values[TRAIN_VALUES];
        read_line(lines[i].line, values);
        assert_float_equal(values[TRAIN_STEP], lines[i].step, 0);
        assert_float_equal(values[TRAIN_SECONDS], lines[i].seconds, 1e-12);
        assert_float_equal(values[TRAIN_DATA_TIME], lines[i].data, 1e-12);
    }
}

static void more_ways_to_say_a_rate(void **state) {
    (void)state;
    double values[TRAIN_VALUES];
    read_line("INFO:tensorflow:global_step/sec: 12.5", values);
    assert_float_equal(values[TRAIN_SECONDS], 0.08, 1e-12);
    assert_true(isnan(values[TRAIN_STEP]));
    read_line("{\"epoch\": 1, \"loss\": \"4.5\", \"ups\": \"4\", \"num_updates\": \"100\", \"lr\": \"1e-05\"}", values);
    assert_float_equal(values[TRAIN_STEP], 100, 0);
    assert_float_equal(values[TRAIN_SECONDS], 0.25, 1e-12);
    read_line(" iteration 10/1000 | samples per second: 31.5 | TFLOPs: 27", values);
    assert_float_equal(values[TRAIN_RATE], 31.5, 0);
    read_line("Validation:  40%|####      | 4/10 [00:00<00:01, 10.0it/s]", values);
    assert_true(isnan(values[TRAIN_SECONDS]));
}

static void steps_of_deepspeed_tell_the_pace_by_their_stamps(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[2024-05-20 10:00:00,100] [INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=0, lr=[0.001]\n"
        "[2024-05-20 10:00:20,100] [INFO] [logging.py:96:log_dist] [Rank 0] step=20, skipped=0, lr=[0.001]\n"
        "[2024-05-20 10:00:25,000] [INFO] [logging.py:96:log_dist] saving checkpoint step 20\n"
        "[2024-05-20 10:00:40,100] [INFO] [logging.py:96:log_dist] [Rank 0] step=30, skipped=0, lr=[0.001]\n");
    assert_string_equal(log.source->format, "train-log");
    assert_int_equal(parsed_rows(&log, "job"), 3);
    assert_float_equal(parsed_value(&log, "job", "step_time", 1), 2, 0);
    assert_float_equal(parsed_value(&log, "job", "step_time", 2), 2, 0);
    assert_int_equal(parsed_events(&log, EVENT_CHECKPOINT), 1);
    parsed_free(&log);
}

static void a_bar_of_an_evaluation_is_one_event(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "Epoch 0:  12%|#         | 120/1000 [00:21<02:37,  5.00it/s, train_loss=0.5]\n"
        "Validation DataLoader 0:  10%|#         | 1/10 [00:00<00:01, 10.0it/s]\n"
        "Validation DataLoader 0:  20%|##        | 2/10 [00:00<00:01, 10.0it/s]\n"
        "Epoch 0:  13%|#         | 130/1000 [00:23<02:37,  5.00it/s, train_loss=0.5, val_loss=0.4]\n"
        "Epoch 0:  14%|#         | 140/1000 [00:25<02:37,  5.00it/s, train_loss=0.5, val_loss=0.4]\n");
    assert_int_equal(parsed_events(&log, EVENT_VALIDATION), 1);
    assert_int_equal(parsed_event(&log, EVENT_VALIDATION, 0)->line, 2);
    assert_int_equal(parsed_rows(&log, "job"), 3);
    parsed_free(&log);
}

static void records_of_mlperf_are_events(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        ":::MLLOG {\"namespace\": \"\", \"time_ms\": 1716199200000, \"event_type\": \"INTERVAL_START\", \"key\": "
        "\"epoch_start\", \"value\": null, \"metadata\": {\"lineno\": 1, \"epoch_num\": 3}}\n"
        ":::MLLOG {\"namespace\": \"\", \"time_ms\": 1716199260500, \"event_type\": \"INTERVAL_START\", \"key\": "
        "\"eval_start\", \"value\": null, \"metadata\": {\"lineno\": 1, \"epoch_num\": 3}}\n"
        ":::MLLOG {\"namespace\": \"\", \"time_ms\": 1716199260500, \"event_type\": \"POINT_IN_TIME\", \"key\": "
        "\"seed\", \"value\": 5}\n");
    assert_string_equal(log.source->format, "train-log");
    assert_int_equal(log.source->clock, CLOCK_EPOCH);
    assert_int_equal(log.source->event_count, 2);
    assert_int_equal(parsed_event(&log, EVENT_EPOCH, 0)->time, INT64_C(1716199200000));
    assert_float_equal(parsed_event(&log, EVENT_EPOCH, 0)->value, 3, 0);
    assert_int_equal(parsed_event(&log, EVENT_VALIDATION, 0)->time, INT64_C(1716199260500));
    parsed_free(&log);
}

static void the_trace_of_a_job_script_is_weakly_a_training_log(void **state) {
    (void)state;
    struct parsed log = parsed_text("+ source /etc/profile\n++ module load pytorch-gpu/py3/1.8.0\n+ python train.py\n");
    assert_string_equal(log.source->format, "train-log");
    assert_true(log.bid <= 20);
    parsed_free(&log);
    log = parsed_text("+ source /etc/profile\n++ module load openmpi\n");
    assert_null(log.source->format);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_spent_waiting_for_data_is_kept_apart),
        cmocka_unit_test(more_ways_to_say_a_rate),
        cmocka_unit_test(steps_of_deepspeed_tell_the_pace_by_their_stamps),
        cmocka_unit_test(a_bar_of_an_evaluation_is_one_event),
        cmocka_unit_test(records_of_mlperf_are_events),
        cmocka_unit_test(the_trace_of_a_job_script_is_weakly_a_training_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

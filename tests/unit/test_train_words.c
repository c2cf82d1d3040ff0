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

static void a_time_is_read_in_its_own_unit(void **state) {
    (void)state;
    static const struct {
        const char *line;
        double seconds;
    } lines[] = {
        {"step 10 step_time: 412.5 ms", 0.4125},
        {"step 10 batch_time: 0.25 s", 0.25},
        {"step 10 batch_time 1.5e-01", 0.15},
        {"step 10 time: 350 us", 0.00035},
        {"step 10 time: 350 \xc2\xb5s", 0.00035},
        {"step 10 time: 350us", 0.00035},
        {"step 10 step time (ms): 350", 0.35},
        {"step 10 step time (seconds): 350", 350},
        {"step 10 step_time_ms=350", 0.35},
        {"step 10 0,52 s/it", 0.52},
        {"step 10 1,250.5 ms/step", 1.2505},
        {"10.5 us/step | step 5", 0.0000105},
        {"| 61/  121 batches | lr 20.00 | ms/batch 135.62 |", 0.13562},
        {"step 10 step time: 1m 57s", 117},
        {"step 10 step time: 1m57s", 117},
        {"step 10 step time: 1.5 min", 90},
        {"step 10 step time: 1h 1m 1s", 3661},
        {"step 10 dt: 500.00ms | total time: 0.00m", 0.5},
        {"step 10 epoch time: 40.559 s, per step time: 207.995 ms", 0.207995},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        double values[TRAIN_VALUES];
        read_line(lines[i].line, values);
        if (!(fabs(values[TRAIN_SECONDS] - lines[i].seconds) < 1e-12)) print_error("%s\n", lines[i].line);
        assert_float_equal(values[TRAIN_SECONDS], lines[i].seconds, 1e-12);
    }
}

static void a_time_whose_unit_is_not_proved_is_not_read(void **state) {
    (void)state;
    static const char *const lines[] = {
        "epoch time: 520274.060, per step time: 415.887",  // milliseconds, by MindSpore
        "epoch 3 step 5: epoch time: 38930.000, per step time: 85.000",
        "step 10 1,234 s/it",  // thousands or decimals
        "step 10 dt 0.001",    // of a physical model
        "step 10 step_time: 5 s/epoch",
        "step 10 (16.0s/200 iters)",
        "step 10 time: 1:23",
        "step 10 time: 12%",
        "step 10 time: 5x",
        "step 10 step time (ms): 350 s",
        "step 10 total time: 30.5 s",
        "step 10 elapsed time 30.5",
        "{\"step\": 10, \"time\": 1714979280.5}",
        "Epoch    1/50, time: 17.78 s, val_loss: 0.906",
        "step 10 time: 0m 46.5s",  // since the beginning
        "Epoch:  17%|#         | 1/6 [06:50<34:12, 410.47s/it]",
        "Epochs:  17%|#         | 1/6 [06:50<34:12, 410.47s/it]",
        "1epoch results: [train] iter_time=0.001, loss=2.853, train_time=0.013, time=1 minute and 42.6 seconds",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        double values[TRAIN_VALUES];
        read_line(lines[i], values);
        if (!isnan(values[TRAIN_SECONDS]) || !isnan(values[TRAIN_EPOCH_TIME])) print_error("%s\n", lines[i]);
        assert_true(isnan(values[TRAIN_SECONDS]));
        assert_true(isnan(values[TRAIN_EPOCH_TIME]));
    }
}

static void the_number_of_a_step_is_whole(void **state) {
    (void)state;
    static const struct {
        const char *line;
        double step, rounded;
    } lines[] = {
        {"Steps:   1%|          | 3/500 [00:01<00:02, 2.0it/s]", 3, NAN},
        {"epoch:  20%|##        | 15005/75000 [11:44<47:45, 20.94it/s, loss=0.04327]", 15005, NAN},
        {"Step 1,200 | loss 2.50", 1200, NAN},
        {"global_step=7.000", 7, NAN},
        {"step:1K", 1000, 1000},
        {"step:2M", 2000000, 1000000},
        {"trainer/global_step=7", 7, NAN},
        {"step 7, loss 2", 7, NAN},
        {"Iteration 7.", 7, NAN},
        {"Train: [14/300][250/1251]", 250, NAN},
        {"Epoch(train)  [1][  50/3104]", 50, NAN},
        {"Iter(train) [   50/80000]", 50, NAN},
        {"1/80 2G 640: 100% ━━━━ 320/320 5.0it/s 1:04<0.2s", 320, NAN},
        {"1epoch:train:101-200batch: iter_time=2.5e-04", 200, NAN},
        {"epoch 143:     85 / 282 loss=3.125, num_updates=40100, lr=0.1", 40100, NAN},
        {" 75: 3.250000, 3.000000 avg loss, 0.010000 rate, 2.500000 seconds", 75, NAN},
        {"[1,  2000] loss: 2.250", 2000, NAN},
        {"\"current_steps\": 5", 5, NAN},
        {"ms/batch 135.62", NAN, NAN},
        {"time per step 2.0", NAN, NAN},
        {"steps: 1.5", NAN, NAN},
        {"steps: 5,5", NAN, NAN},
        {"steps: 5x", NAN, NAN},
        {"steps: 5KB", NAN, NAN},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        double values[TRAIN_VALUES];
        read_line(lines[i].line, values);
        bool same = isnan(lines[i].step) ? isnan(values[TRAIN_STEP]) : fabs(values[TRAIN_STEP] - lines[i].step) < 0.1;
        if (!same) print_error("%s: %g\n", lines[i].line, values[TRAIN_STEP]);
        assert_true(same);
        assert_true(isnan(lines[i].rounded) == isnan(values[TRAIN_STEP_ROUNDED]));
    }
    double values[TRAIN_VALUES];
    read_line("Epoch:  33%|###3      | 1/3 [00:02<00:04,  2.00s/it]", values);
    assert_true(isnan(values[TRAIN_EPOCH]));
    read_line("step 5 tok/sec: 807,569 valid loss 2.5", values);
    assert_float_equal(values[TRAIN_RATE], 807569, 0);
    assert_true(isnan(values[TRAIN_LOSS]));
    read_line("step 5 tok/sec: 807K throughput: 3.5 GB/s", values);
    assert_true(isnan(values[TRAIN_RATE]));
}

static void no_pace_follows_from_rounded_steps(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2024-05-20 10:00:00 step:800 loss:2.5\n2024-05-20 10:00:20 step:1K loss:2.5\n"
        "2024-05-20 10:00:40 step:1K loss:2.5\n2024-05-20 10:01:00 step:2K loss:2.5\n");
    assert_int_equal(parsed_rows(&log, "job"), 4);
    for (size_t i = 0; i < 4; i++) assert_true(isnan(parsed_value(&log, "job", "step_time", i)));
    parsed_free(&log);
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

// A pattern whose words are not in the line is not even compiled, and once compiled it does without the words: both
// ways must read the same.
static void a_line_reads_the_same_in_a_long_log(void **state) {
    (void)state;
    static const char *const lines[] = {
        "GLOBAL_STEP: 7 Throughput: 31.5 LOSS = 2.5e-1 Learning_Rate: 0.1",
        "Epoch: [0][10/5005] Time 0.5 Data  0.012 ( 0.4) DATA_TIME 3",
        "  5%|#  | 450/1000 [01:20<01:37, 5.6it/s]",
        "120/1875 [=>....] - ETA: 2s - 25ms/step - loss: 0.5",
        "120/1875 - 3s/step",
        "10\timages/sec: 238.1 +/- 0.0",
        "{\"num_updates\": \"100\", \"ups\": \"4\"}",
        "Iteration 5: 31.5 Sequences / s, samples per second: 4",
        "Train: 0 [50/1251 (4%)] Time: 0.420s, 2400.15/s",
        "elapsed time per iteration (ms): 512.5 | lr 1e-5",
        "batch 3 dt: 20ms",
        "batch_time: 0.5 steps/sec: 2",
        "3.5 sec/batch",
        "train_runtime: 5, step 3 time: 2",
        "eval_loss: 3 step 4 loss 2",
        "Total step 4 loss 2",
        "testing step 4 loss 2",
    };
    struct train_words *used = train_words_new();
    for (int i = 0; i < 60; i++) {
        double values[TRAIN_VALUES];
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) train_words_read(used, text_of(lines[k]), values);
    }
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        double fresh[TRAIN_VALUES];
        double again[TRAIN_VALUES];
        size_t known = 0;
        read_line(lines[i], fresh);
        train_words_read(used, text_of(lines[i]), again);
        for (size_t k = 0; k < TRAIN_VALUES; k++) {
            assert_true(isnan(fresh[k]) == isnan(again[k]));
            if (!isnan(fresh[k])) assert_float_equal(fresh[k], again[k], 0);
            known += !isnan(fresh[k]);
        }
        assert_true(known > 0);
    }
    train_words_free(used);
}

static void happenings_are_told_the_same_in_a_long_log(void **state) {
    (void)state;
    static const struct {
        const char *line;
        enum event_kind kind;
    } lines[] = {
        {"slurmstepd: error: Detected 1 oom-kill event", EVENT_OOM_KILL},
        {"Out of memory: Killed process 5", EVENT_OOM_KILL},
        {"torch.cuda.OutOfMemoryError: x", EVENT_CUDA_OOM},
        {"RESOURCE_EXHAUSTED: OOM when allocating", EVENT_CUDA_OOM},
        {"Traceback (most recent call last):", EVENT_JOB_ERROR},
        {"RuntimeError: x", EVENT_JOB_ERROR},
        {"Watchdog caught collective operation timeout", EVENT_JOB_ERROR},
        {"slurmstepd: *** JOB 5 CANCELLED AT 2024", EVENT_JOB_ERROR},
        {"DataLoader worker (pid 5) is killed by signal: Killed", EVENT_JOB_ERROR},
        {"SAVING the MODEL", EVENT_CHECKPOINT},
        {"Wrote ckpt", EVENT_CHECKPOINT},
        {"checkpoint 5 written", EVENT_CHECKPOINT},
        {"Running Evaluation", EVENT_VALIDATION},
        {"DEV_LOSS 5", EVENT_VALIDATION},
        {"val/acc", EVENT_VALIDATION},
        {"Epoch 5 finished", EVENT_EPOCH},
        {"END of Epoch", EVENT_EPOCH},
    };
    struct train_words *used = train_words_new();
    enum event_kind kind;
    for (int i = 0; i < 60; i++)
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
            train_words_event(used, text_of(lines[k].line), &kind);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct train_words *fresh = train_words_new();
        assert_true(train_words_event(fresh, text_of(lines[i].line), &kind));
        assert_int_equal(kind, lines[i].kind);
        assert_true(train_words_event(used, text_of(lines[i].line), &kind));
        assert_int_equal(kind, lines[i].kind);
        train_words_free(fresh);
    }
    train_words_free(used);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_spent_waiting_for_data_is_kept_apart),
        cmocka_unit_test(a_line_reads_the_same_in_a_long_log),
        cmocka_unit_test(happenings_are_told_the_same_in_a_long_log),
        cmocka_unit_test(more_ways_to_say_a_rate),
        cmocka_unit_test(a_time_is_read_in_its_own_unit),
        cmocka_unit_test(a_time_whose_unit_is_not_proved_is_not_read),
        cmocka_unit_test(the_number_of_a_step_is_whole),
        cmocka_unit_test(no_pace_follows_from_rounded_steps),
        cmocka_unit_test(steps_of_deepspeed_tell_the_pace_by_their_stamps),
        cmocka_unit_test(a_bar_of_an_evaluation_is_one_event),
        cmocka_unit_test(records_of_mlperf_are_events),
        cmocka_unit_test(the_trace_of_a_job_script_is_weakly_a_training_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

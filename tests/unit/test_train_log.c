#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/parsed.h"

static double job(const struct parsed *log, const char *quantity, size_t row) {
    return parsed_value(log, "job", quantity, row);
}

static void stamps_give_the_pace(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2024-05-06 07:08:00,000 - INFO - epoch 1 step 100 loss 2.5000 lr 1.0e-4\n"
        "2024-05-06 07:08:50,000 - INFO - epoch 1 step 200 loss 2.4000 lr 1.0e-4\n"
        "2024-05-06 07:10:30,000 - INFO - epoch 2 step 300 loss 2.3e+00 lr 1.0e-4\n");
    assert_string_equal(log.source->format, "train-log");
    assert_int_equal(parsed_rows(&log, "job"), 3);
    assert_float_equal(job(&log, "step", 0), 100, 0);
    assert_float_equal(job(&log, "loss", 2), 2.3, 1e-12);
    assert_true(isnan(job(&log, "step_time", 0)));
    assert_float_equal(job(&log, "step_time", 1), 0.5, 1e-12);
    assert_float_equal(job(&log, "step_time", 2), 1, 1e-12);
    const struct table *table = source_find(log.source, "job");
    assert_true(table_find(table, "step_time")->derived);
    assert_float_equal(table->interval[1], 50, 1e-6);
    assert_int_equal(table->time[0], INT64_C(1714979280000));
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_int_equal(parsed_events(&log, EVENT_EPOCH), 1);
    assert_float_equal(parsed_event(&log, EVENT_EPOCH, 0)->value, 2, 0);
    parsed_free(&log);
}

// One value of a line that is read as the third of three.
static double value_of(const char *line, const char *quantity) {
    char text[2000];
    snprintf(text, sizeof text, "step 1 loss 3.0 lr 1\nstep 2 loss 3.0 lr 1\nstep 3 loss 3.0 lr 1\n%s\n", line);
    struct parsed log = parsed_text(text);
    assert_string_equal(log.source->format, "train-log");
    assert_in_range(parsed_rows(&log, "job"), 3, 4);
    double value = job(&log, quantity, 3);
    parsed_free(&log);
    return value;
}

static void wordings_of_trainers(void **state) {
    (void)state;
    static const struct {
        const char *line, *quantity;
        double value;
    } cases[] = {
        {"Epoch: [0][  10/5005]\tTime  0.512 ( 0.540)\tData  0.101 ( 0.2)\tLoss 6.9e+00 (6.9)", "step", 10},
        {"Epoch: [0][  10/5005]\tTime  0.512 ( 0.540)\tData  0.101 ( 0.2)\tLoss 6.9e+00 (6.9)", "step_time", 0.512},
        {"Epoch: [0][  10/5005]\tTime  0.512 ( 0.540)\tData  0.101 ( 0.2)\tLoss 6.9e+00 (6.9)", "loss", 6.9},
        {"Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.301", "step", 640},
        {" 120/1875 [=>............................] - ETA: 2s - loss: 0.5012", "step", 120},
        {"1875/1875 [==============================] - 5s 2ms/step - loss: 0.2", "step_time", 0.002},
        {"120/1875 ━━━━━━━━━━━━━━━━━━━━ 2s 5ms/step - loss: 0.5", "step_time", 0.005},
        {"Epoch 3:  45%|####5     | 450/1000 [01:20<01:37,  5.00it/s, v_num=1, train_loss=0.5]", "step", 450},
        {"Epoch 3:  45%|####5     | 450/1000 [01:20<01:37,  5.00it/s, v_num=1, train_loss=0.5]", "epoch", 3},
        {"Epoch 3:  45%|####5     | 450/1000 [01:20<01:37,  5.00it/s, v_num=1, train_loss=0.5]", "step_time", 0.2},
        {"Epoch 3:  45%|####5     | 450/1000 [01:20<01:37,  5.00it/s, v_num=1, train_loss=0.5]", "loss", 0.5},
        {" 12%|#2        | 12/100 [00:24<02:56,  2.01s/it]", "step_time", 2.01},
        {"{'loss': 2.1034, 'grad_norm': 1.5, 'learning_rate': 4e-05, 'epoch': 0.5}", "loss", 2.1034},
        {"{'loss': 2.1034, 'grad_norm': 1.5, 'learning_rate': 4e-05, 'epoch': 0.5}", "epoch", 0.5},
        {" iteration       10/    1000 | consumed samples:  40 | elapsed time per iteration (ms): 2152.2 | lm loss: "
         "1.203115E+01 | loss scale: 8388608.0 |",
         "step_time", 2.1522},
        {" iteration       10/    1000 | consumed samples:  40 | elapsed time per iteration (ms): 2152.2 | lm loss: "
         "1.203115E+01 | loss scale: 8388608.0 |",
         "loss", 12.03115},
        {" iteration       10/    1000 | elapsed time per iteration (ms): 2152.2 | loss scale: 8388608.0 |", "step",
         10},
        {"steps: 10 loss: 2.3000 iter time (s): 0.520 samples/sec: 61.5", "step_time", 0.52},
        {"steps: 10 loss: 2.3000 iter time (s): 0.520 samples/sec: 61.5", "throughput", 61.5},
        {"iter 10: loss 3.2000, time 123.40ms, mfu 12.00%", "step_time", 0.1234},
        {"step 5 | loss 3.0 | 1234.5 tokens/s", "throughput", 1234.5},
        {"60\timages/sec: 5876.7 +/- 4.6 (jitter = 35.0)\t7.1", "throughput", 5876.7},
        {"60\timages/sec: 5876.7 +/- 4.6 (jitter = 35.0)\t7.1", "step", 60},
        {"Epoch    1/50, time: 83.53 s, training_loss: 0.879", "epoch_time", 83.53},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = value_of(cases[i].line, cases[i].quantity);
        if (!(fabs(value - cases[i].value) < 1e-9))
            print_error("%s: %s is %g\n", cases[i].line, cases[i].quantity, value);
        assert_float_equal(value, cases[i].value, 1e-9);
    }
}

static void what_is_no_step_makes_no_row(void **state) {
    (void)state;
    static const char *const lines[] = {
        "***** Running training *****",
        "  Total optimization steps = 1000",
        "batch size: 32, learning rate: 0.1",
        "{'eval_loss': 1.5, 'eval_runtime': 10.5, 'eval_samples_per_second': 95.2, 'epoch': 1.0}",
        "{'train_runtime': 123.4, 'train_samples_per_second': 45.6, 'train_loss': 1.2, 'epoch': 3.0}",
        "total images/sec: 5850.34",
        "Epoch 2/10",
        "loss scale: 8388608.0",
        "",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (!isnan(value_of(lines[i], "step"))) print_error("%s\n", lines[i]);
        assert_true(isnan(value_of(lines[i], "step")));
        assert_true(isnan(value_of(lines[i], "loss")));
        assert_true(isnan(value_of(lines[i], "throughput")));
        assert_true(isnan(value_of(lines[i], "step_time")));
    }
}

static void a_redrawn_bar_is_read_state_by_state(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "\r  0%|          | 0/3 [00:00<?, ?it/s]\r 33%|###3      | 1/3 [00:02<00:04,  2.00s/it]"
        "\r 67%|######6   | 2/3 [00:03<00:01,  1.50s/it]\r100%|##########| 3/3 [00:04<00:00,  1.25s/it]\n");
    assert_string_equal(log.source->format, "train-log");
    assert_int_equal(parsed_rows(&log, "job"), 3);
    assert_float_equal(job(&log, "step", 2), 3, 0);
    assert_float_equal(job(&log, "step_time", 1), 1.5, 1e-12);
    assert_int_equal(source_find(log.source, "job")->line[2], 1);
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(source_find(log.source, "job")->time[2], 2);
    parsed_free(&log);
}

static void happenings_are_events(void **state) {
    (void)state;
    static const struct {
        const char *line;
        enum event_kind kind;
    } cases[] = {
        {"Saving model checkpoint to out/checkpoint-500", EVENT_CHECKPOINT},
        {"saved checkpoint to /data/ckpt.pt", EVENT_CHECKPOINT},
        {"Running validation", EVENT_VALIDATION},
        {"val_loss: 0.75", EVENT_VALIDATION},
        {"{'eval_loss': 1.5, 'eval_runtime': 10.5, 'epoch': 1.0}", EVENT_VALIDATION},
        {"Epoch 4 finished in 52 s", EVENT_EPOCH},
        {"torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", EVENT_CUDA_OOM},
        {"RESOURCE_EXHAUSTED: Out of memory while trying to allocate 42 bytes", EVENT_CUDA_OOM},
        {"slurmstepd: error: Detected 1 oom_kill event in StepId=1.batch.", EVENT_OOM_KILL},
        {"Traceback (most recent call last):", EVENT_JOB_ERROR},
        {"[E ProcessGroupNCCL.cpp:563] [Rank 1] Watchdog caught collective operation timeout: WorkNCCL",
         EVENT_JOB_ERROR},
        {"torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:1691", EVENT_JOB_ERROR},
        {"slurmstepd: error: *** JOB 42 ON n1 CANCELLED AT 2024-05-06T07:08:00 DUE TO TIME LIMIT ***", EVENT_JOB_ERROR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "[2024-05-06 07:08:00] step 1 loss 3.0\n[2024-05-06 07:08:01] step 2 loss 3.0\n"
                 "[2024-05-06 07:08:02] step 3 loss 3.0\n%s\n",
                 cases[i].line);
        struct parsed log = parsed_text(text);
        if (log.source->event_count != 1 || log.source->events[0].kind != cases[i].kind)
            print_error("%s\n", cases[i].line);
        assert_int_equal(log.source->event_count, 1);
        assert_int_equal(log.source->events[0].kind, cases[i].kind);
        assert_int_equal(log.source->events[0].line, 4);
        assert_int_equal(log.source->events[0].time, INT64_C(1714979282000));  // of the line above
        assert_int_equal(parsed_rows(&log, "job"), 3);
        parsed_free(&log);
    }
}

static void a_step_that_names_its_epoch_and_a_time_begins_none(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[2024-05-06 07:08:00] Epoch: [0][ 10/99]\tTime  0.479 ( 0.479)\tLoss 4.5584e+00 (4.5584e+00)\n"
        "[2024-05-06 07:08:05] Epoch: [0][ 20/99]\tTime  0.480 ( 0.479)\tLoss 4.5e+00 (4.5e+00)\n"
        "[2024-05-06 07:08:10] Epoch: [1][ 10/99]\tTime  0.481 ( 0.479)\tLoss 4.4e+00 (4.4e+00)\n");
    assert_int_equal(parsed_rows(&log, "job"), 3);
    assert_int_equal(parsed_events(&log, EVENT_EPOCH), 1);
    assert_int_equal(parsed_event(&log, EVENT_EPOCH, 0)->line, 3);
    parsed_free(&log);
}

static void a_line_that_only_speaks_of_such_things_is_no_event(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "step 1 loss 3.0\nstep 2 loss 3.0\nstep 3 loss 3.0\nevaluation_strategy: steps\nsave_steps: 500\n"
        "Registered checkpoint save hook\nNCCL version 2.19.3\n");
    assert_int_equal(log.source->event_count, 0);
    parsed_free(&log);
}

static const char own[] =
    "07:08 begin\n@1714979280 n=10 took 0.5\n@1714979290 n=20 took 0.6\nnothing\n@1714979300 n=30 took 0.7\n"
    "step 1 loss 3\nstep 2 loss 3\nstep 3 loss 3\n";

static void a_pattern_of_the_user_reads_any_log(void **state) {
    (void)state;
    struct parsed log = parsed_options(
        own, &(struct parse_options){.step_pattern = "@(?<time>\\d+) n=(?<step>\\d+) took (?<seconds>[\\d.]+)"});
    assert_int_equal(parsed_rows(&log, "job"), 3);
    assert_float_equal(job(&log, "step", 1), 20, 0);
    assert_float_equal(job(&log, "step_time", 2), 0.7, 1e-12);
    assert_int_equal(log.source->clock, CLOCK_EPOCH);
    assert_int_equal(source_find(log.source, "job")->time[0], INT64_C(1714979280000));
    assert_int_equal(source_find(log.source, "job")->line[2], 5);
    parsed_free(&log);
}

static void a_pattern_with_a_mistake_is_named(void **state) {
    (void)state;
    struct parsed log = parsed_options(own, &(struct parse_options){.step_pattern = "n=(?<step>\\d+"});
    assert_true(parsed_problem(&log, "offset"));
    parsed_free(&log);
    log = parsed_options(own, &(struct parse_options){.step_pattern = "n=(\\d+)"});
    assert_true(parsed_problem(&log, "(?<step>"));
    parsed_free(&log);
}

static void epoch_seconds_behind_civil_times_decide(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2021-01-01 03:10:27.946976: I tensorflow/stream_executor: opened\nStep\tImg/sec\ttotal_loss\n"
        "10\timages/sec: 5906.5 +/- 0.0 (jitter = 0.0)\tnan 1609470866\n"
        "20\timages/sec: 5900.0 +/- 4.0 (jitter = 9.0)\tnan 1609470873\n"
        "30\timages/sec: 5898.0 +/- 4.0 (jitter = 9.0)\tnan 1609470880\n");
    assert_int_equal(log.source->clock, CLOCK_EPOCH);
    assert_int_equal(parsed_rows(&log, "job"), 3);
    assert_float_equal(job(&log, "step_time", 1), 0.7, 1e-12);
    parsed_free(&log);
}

static void ranks_that_say_the_same_step_do_not_halve_the_pace(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2024-05-06 07:08:00 step 10 loss 1\n2024-05-06 07:08:00 step 10 loss 2\n"
        "2024-05-06 07:08:10 step 20 loss 1\n2024-05-06 07:08:11 step 20 loss 2\n2024-05-06 07:08:20 step 30 loss 2\n");
    assert_float_equal(job(&log, "step_time", 2), 1, 1e-12);
    assert_true(isnan(job(&log, "step_time", 3)));
    assert_float_equal(job(&log, "step_time", 4), 1, 1e-12);
    parsed_free(&log);
}

static void a_restart_gives_no_pace(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2024-05-06 07:08:00 step 90 loss 1\n2024-05-06 07:08:10 step 100 loss 1\n2024-05-06 07:20:00 step 50 loss 1\n"
        "2024-05-06 07:20:10 step 60 loss 1\n");
    assert_true(isnan(job(&log, "step_time", 2)));
    assert_float_equal(job(&log, "step_time", 3), 1, 1e-12);
    parsed_free(&log);
}

static void undated_steps_among_dated_ones_are_said(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2024-05-06 07:08:00 step 90 loss 1\nstep 91 loss 1\nstep 92 loss 1\n2024-05-06 07:08:10 step 100 loss 1\n");
    assert_int_equal(parsed_rows(&log, "job"), 2);
    assert_true(parsed_problem(&log, "2 step lines without a time stamp"));
    parsed_free(&log);
}

static void a_stamp_now_and_then_dates_no_steps(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2024-05-06 07:08:00 step 1 loss 1\nstep 2 loss 1\nstep 3 loss 1\n2024-05-06 07:08:09 Saved checkpoint a\n"
        "step 4 loss 1\n");
    assert_int_equal(log.source->clock, CLOCK_NONE);
    assert_int_equal(parsed_rows(&log, "job"), 4);
    assert_int_equal(source_find(log.source, "job")->time[3], 3);
    assert_int_equal(parsed_events(&log, EVENT_CHECKPOINT), 1);
    assert_int_equal(parsed_event(&log, EVENT_CHECKPOINT, 0)->time, MILLIS_NONE);
    parsed_free(&log);
    // Nor does the line of a checkpoint among steps that have their own.
    log = parsed_text(
        "2024-05-06 07:08:00 step 1 loss 1\n2024-05-06 07:08:09 Saved checkpoint a\nstep 4 loss 1\nstep 5 loss 1\n"
        "2024-05-06 07:08:20 step 6 loss 1\n");
    assert_int_equal(parsed_rows(&log, "job"), 2);
    assert_float_equal(job(&log, "step_time", 1), 4, 1e-12);
    parsed_free(&log);
}

static void a_step_below_its_stamp_has_it(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[01/15/2024 18:11:55] INFO train.py:230 main\n  Epoch: 0, Step: 1, loss=2\n"
        "[01/15/2024 18:12:05] INFO train.py:230 main\n  Epoch: 0, Step: 6, loss=2\n");
    assert_int_equal(parsed_rows(&log, "job"), 2);
    assert_float_equal(job(&log, "step_time", 1), 2, 1e-12);
    parsed_free(&log);
}

static void a_file_without_a_step_says_so(void **state) {
    (void)state;
    struct parsed log = parsed_text("RuntimeError: x\ntorch.distributed\n");
    assert_string_equal(log.source->format, "train-log");
    assert_true(parsed_problem(&log, "was understood as a step"));
    parsed_free(&log);
    log = parsed_text("step 1 loss 1\n");
    assert_false(parsed_problem(&log, "was understood as a step"));
    parsed_free(&log);
}

static const char yearless[] =
    "I1231 23:59:50.500000 1234 solver.cpp:218] Iteration 200, loss = 0.75\n"
    "I0101 00:00:10.500000 1234 solver.cpp:218] Iteration 400, loss = 0.75\n"
    "I0101 00:00:30.500000 1234 solver.cpp:218] Iteration 600, loss = 0.75\n";

static void stamps_without_a_year_take_it_from_the_file(void **state) {
    (void)state;
    const millis new_year = INT64_C(1704067200000);  // 2024
    struct parsed log = parsed_bytes(yearless, sizeof yearless - 1, new_year + 3600000);
    assert_int_equal(log.source->clock, CLOCK_LOCAL);
    assert_true(log.source->year_assumed);
    assert_non_null(strstr(log.source->clock_note, "the file's last change"));
    assert_int_equal(parsed_rows(&log, "job"), 3);
    assert_int_equal(source_find(log.source, "job")->time[0], new_year - 9500);
    assert_int_equal(source_find(log.source, "job")->time[1], new_year + 10500);
    assert_float_equal(job(&log, "step_time", 1), 0.1, 1e-12);
    parsed_free(&log);
    log = parsed_bytes(yearless, sizeof yearless - 1, new_year - INT64_C(200) * 86400000);
    assert_int_equal(source_find(log.source, "job")->time[0], new_year - INT64_C(365) * 86400000 - 9500);
    parsed_free(&log);
    log = parsed_text(yearless);
    assert_true(log.source->year_assumed);
    assert_non_null(strstr(log.source->clock_note, "nothing in the file tells it"));
    parsed_free(&log);
}

static void other_lines_tell_the_year(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "2023-12-31 23:59:40: I tensorflow/core/platform: opened\n"
        "I1231 23:59:50.000000 1234 hooks.py:262] loss = 15.6, step = 0\n"
        "I0101 00:00:10.000000 1234 hooks.py:262] loss = 15.6, step = 100\n"
        "I20240101 00:00:30.000000 1234 hooks.py:262] loss = 15.6, step = 200\n");
    assert_int_equal(parsed_rows(&log, "job"), 3);
    assert_int_equal(source_find(log.source, "job")->time[1], INT64_C(1704067210000));
    assert_float_equal(job(&log, "step_time", 2), 0.2, 1e-12);
    assert_false(log.source->year_assumed);
    parsed_free(&log);
    log = parsed_text(
        "[12/31 23:59:50 d2.utils.events]: iter: 19  total_loss: 5.9 lr: 0.1\n"
        "[01/01 00:00:10 d2.utils.events]: iter: 39  total_loss: 5.9 lr: 0.1\n"
        "[2024-01-01 00:00:30] iter: 59  total_loss: 5.9 lr: 0.1\n");
    assert_int_equal(parsed_rows(&log, "job"), 3);
    assert_int_equal(source_find(log.source, "job")->time[0], INT64_C(1704067190000));
    assert_float_equal(job(&log, "step_time", 2), 1, 1e-12);
    assert_false(log.source->year_assumed);
    assert_non_null(strstr(log.source->clock_note, "other lines"));
    parsed_free(&log);
}

static void a_stamp_is_found_behind_names_not_in_sentences(void **state) {
    (void)state;
    static const char *const lines[] = {
        "[1,0]<stdout>:2024-05-06 07:08:00,000 INFO step 10 loss 2.5",
        "INFO:root:2024-05-06 07:08:00 step 10 loss 2.5",
        "worker-node-0012: [2024-05-06 07:08:00,000] [INFO] step 10 loss 2.5",
        "(RayTrainWorker pid=4321, ip=10.0.0.5) 2024-05-06 07:08:00 step 10 loss 2.5",
        "[NeMo I 2024-05-06 07:08:00 lr_scheduler:948] step 10 loss 2.5",
        "[gpu01:0/2] 2024-05-06 07:08:00,000 (trainer:464) INFO: step 10 loss 2.5",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct parsed log = parsed_text(lines[i]);
        assert_int_equal(source_find(log.source, "job")->time[0], INT64_C(1714979280000));
        assert_float_equal(job(&log, "step", 0), 10, 0);
        parsed_free(&log);
    }
    struct parsed log = parsed_text("Loaded checkpoint from 2024-05-06 07:08:00 step 10 loss 2.5");
    assert_int_equal(log.source->clock, CLOCK_NONE);
    parsed_free(&log);
}

static void day_and_month_are_told_apart_or_open(void **state) {
    (void)state;
    struct parsed log = parsed_text(
        "[12/05/2024 23:59:50] step 1 loss 1\n[13/05/2024 00:00:00] step 2 loss 1\n[13/05/2024 00:00:10] step 3 loss "
        "1\n");
    assert_true(log.source->day_month_proved);
    assert_float_equal(job(&log, "step_time", 1), 10, 1e-12);
    parsed_free(&log);
    log = parsed_text(
        "[05/06/2024 07:08:00] step 1 loss 1\n[05/06/2024 07:08:10] step 2 loss 1\n[05/06/2024 07:08:20] step 3 loss "
        "1\n");
    assert_true(log.source->day_month_open);
    assert_false(log.source->day_month_proved);
    parsed_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamps_give_the_pace),
        cmocka_unit_test(wordings_of_trainers),
        cmocka_unit_test(what_is_no_step_makes_no_row),
        cmocka_unit_test(a_redrawn_bar_is_read_state_by_state),
        cmocka_unit_test(happenings_are_events),
        cmocka_unit_test(a_step_that_names_its_epoch_and_a_time_begins_none),
        cmocka_unit_test(a_line_that_only_speaks_of_such_things_is_no_event),
        cmocka_unit_test(a_pattern_of_the_user_reads_any_log),
        cmocka_unit_test(a_pattern_with_a_mistake_is_named),
        cmocka_unit_test(epoch_seconds_behind_civil_times_decide),
        cmocka_unit_test(ranks_that_say_the_same_step_do_not_halve_the_pace),
        cmocka_unit_test(a_restart_gives_no_pace),
        cmocka_unit_test(undated_steps_among_dated_ones_are_said),
        cmocka_unit_test(a_stamp_now_and_then_dates_no_steps),
        cmocka_unit_test(a_step_below_its_stamp_has_it),
        cmocka_unit_test(a_file_without_a_step_says_so),
        cmocka_unit_test(stamps_without_a_year_take_it_from_the_file),
        cmocka_unit_test(other_lines_tell_the_year),
        cmocka_unit_test(a_stamp_is_found_behind_names_not_in_sentences),
        cmocka_unit_test(day_and_month_are_told_apart_or_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

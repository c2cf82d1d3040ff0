#include "parsers/train_words.h"

#include <math.h>
#include <stdlib.h>

// Between a name and its number: "step 5", "step: 5", "'step': 5", "step=[5".
#define IS "['\"]?\\s*[:=#]?\\s*\\[?\\s*"
#define NUMBER "(-?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?)"
#define PLAIN "(\\d+(?:\\.\\d+)?)"

// What the first group of a shape holds beyond the values themselves.
enum { MILLISECONDS = TRAIN_VALUES, PER_SECOND, TIME, ALL_VALUES };

struct shape {
    int value;
    const char *words;  // the line has one of them
    const char *regex;  // first group: the number
};

// Wordings of PyTorch scripts, Keras, Lightning, Hugging Face, Megatron, DeepSpeed, tqdm bars and TensorFlow's
// benchmarks. The first that fits wins.
static const struct shape shapes[] = {
    {TRAIN_STEP, "step|iter|batch", "(?i)\\b(?:global_?steps?|steps?|iterations?|iters?|batch)\\b" IS "(\\d+)"},
    {TRAIN_STEP, "epoch|train",
     "(?i)\\b(?:epoch|train)\\b[:\\s]*\\[?\\s*\\d+\\]?\\s*:?\\s*\\[\\s*(\\d+)/\\s*\\d+"},  // "Epoch: [0][10/5005]"
    {TRAIN_STEP, "[", "\\|\\s*(\\d+)/\\d+\\s*\\["},  // tqdm: "45%|####    | 450/1000 [01:20<01:37, 5.6it/s]"
    {TRAIN_STEP, "/", "^[\\s\\x08]*(\\d+)/\\d+\\s*(?:\\[|━|-)"},  // Keras: " 120/1875 [=>....] - ETA: 2s"
    {TRAIN_STEP, "images/sec:", "^\\s*(\\d+)\\s+images/sec:"},
    {TRAIN_STEP, "\"num_updates\":", "\"num_updates\":\\s*\"?(\\d+)"},  // fairseq
    {TRAIN_EPOCH, "epoch", "(?i)\\bepochs?\\b" IS "(\\d+(?:\\.\\d+)?)"},
    {TRAIN_LOSS, "loss", "(?i)\\b(?:train_|training_|train/|total_|lm )?loss\\b['\"]?\\s*[:=]?\\s*" NUMBER},
    {TRAIN_RATE, "throughput|samples_per_second|CurrSamplesPerSec|/s",
     "(?i)\\b(?:throughput|samples_per_second|CurrSamplesPerSec|(?:samples|images|tokens|tok|examples)/"
     "s(?:ec)?)\\b['\"]?\\s*[:=]\\s*" PLAIN},
    {TRAIN_RATE, "samples|image|img|example|sequences|tokens",
     "(?i)" PLAIN "\\s*(?:samples|images|imgs?|examples|sequences|tokens)\\s*/\\s*s(?:ec(?:ond)?)?\\b"},
    {TRAIN_RATE, "samples per second", "(?i)\\bsamples per second\\s*[:=]\\s*" PLAIN},
    {TRAIN_RATE, "time:", "(?i)\\bTime:\\s*\\d+\\.\\d+s,\\s*" PLAIN "/s\\b"},  // timm: "Time: 0.420s, 2400.15/s"
    {TRAIN_DATA_TIME, "data_time", "(?i)\\bdata_time['\"]?\\s*[:=]?\\s*" PLAIN},
    {TRAIN_DATA_TIME, "Data",
     "\\bData:?\\s+(\\d+\\.\\d+)\\s*\\("},  // PyTorch's ImageNet example: "Data  0.012 (  0.400)"
    {TRAIN_LR, "lr|learning", "(?i)\\b(?:lr|learning[_ ]rate)\\b" IS NUMBER},
    {MILLISECONDS, "elapsed time per iteration", "(?i)elapsed time per iteration \\(ms\\)\\s*[:=]\\s*" PLAIN},
    {MILLISECONDS, "ms/", PLAIN "\\s*ms/(?:step|it(?:er)?|batch)\\b"},
    {MILLISECONDS, "time|dt", "(?i)\\b(?:time|dt|step_time|batch_time)\\b['\"]?\\s*[:=]?\\s*" PLAIN "\\s*ms\\b"},
    {TRAIN_SECONDS, "/step|/it|/batch", PLAIN "\\s*s(?:ec)?/(?:step|it(?:er)?|batch)\\b"},
    {TRAIN_SECONDS, "time",
     "(?i)\\b(?:(?:step|iter|batch)[_ ]time|time per (?:step|iteration)|time/iter)\\b(?: "
     "\\(s\\))?['\"]?\\s*[:=]?\\s*" PLAIN},
    {PER_SECOND, "/s", "(?i)\\b(?:global_step/sec|steps?/s(?:ec)?)\\s*[:=]\\s*" PLAIN},
    {PER_SECOND, "\"ups\":", "\"ups\":\\s*\"?" PLAIN},
    {PER_SECOND, "/s", PLAIN "\\s*(?:it|steps?|batch(?:es)?)/s\\b"},
    {TIME, "time", "(?i)(?<![\\w/])time['\"]?\\s*[:=]?\\s*" PLAIN "(?!\\s*ms)(?![\\d.:])"},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

struct happening {
    enum event_kind kind;
    const char *words;
    const char *regex;
};
static const struct happening happenings[] = {
    {EVENT_OOM_KILL, "oom|OOM|Out of memory", "\\boom[-_]kill|OOM Killed|Out of memory: Killed process"},
    {EVENT_CUDA_OOM, "CUDA|OutOfMemoryError|RESOURCE_EXHAUSTED",
     "CUDA out of memory|OutOfMemoryError|CUDA_ERROR_OUT_OF_MEMORY|RESOURCE_EXHAUSTED: (?:OOM|Out of memory)"},
    {EVENT_JOB_ERROR, "Traceback|NCCL|Watchdog|Error|Segmentation|Cancelled|CANCELLED|DUE TO|DataLoader",
     "^Traceback \\(most recent call last\\)|\\bNCCL (?:error|timeout|WARN .*timeout)|Watchdog caught collective|"
     "\\b(?:Runtime|DistBackend|ChildFailed)Error: |Segmentation fault|\\bCancelled by user\\b|\\bCANCELLED AT\\b|"
     "DUE TO TIME LIMIT|DataLoader worker .{0,40}(?:killed by signal|exited unexpectedly)"},
    {EVENT_CHECKPOINT, "checkpoint|ckpt|model|state",
     "(?i)\\b(?:saving|saved|writing|wrote|save)\\b.{0,40}\\b(?:checkpoint|ckpt|model|state)|\\bcheckpoint\\b.{0,40}"
     "\\b(?:saved|written)"},
    {EVENT_VALIDATION, "valid|evalu|val_|val/|eval|dev_|dev/",
     "(?i)\\b(?:validation|validating|evaluation|evaluating|running eval)\\b|\\b(?:val|eval|dev)[_/](?:loss|acc)|"
     "\\beval_runtime\\b"},
    {EVENT_EPOCH, "epoch",
     "(?i)\\bepoch\\b.{0,30}\\b(?:done|finished|ended|end|complete[d]?|took|time|starting|started|begin)\\b|\\b(?:end|"
     "start|beginning) of epoch\\b"},
};
enum { HAPPENINGS = sizeof happenings / sizeof happenings[0] };

struct train_words {
    struct pattern *shapes[SHAPES], *happenings[HAPPENINGS], *summary, *bar, *evaluation_bar;
};

struct train_words *train_words_new(void) {
    struct train_words *words = calloc(1, sizeof *words);
    if (words == NULL) abort();
    for (size_t i = 0; i < SHAPES; i++) words->shapes[i] = pattern_with(shapes[i].words, shapes[i].regex);
    for (size_t i = 0; i < HAPPENINGS; i++)
        words->happenings[i] = pattern_with(happenings[i].words, happenings[i].regex);
    words->summary = pattern_with(
        "train_runtime|eval_|total|valid|evaluati|sanity|test",
        "(?i)\\btrain_runtime\\b|\\beval_\\w+['\"]?\\s*[:=]|^\\W*total\\b|^\\W*(?:valid(?:ation|ating)?|evaluati(?:on|"
        "ng)|"
        "sanity checking|test(?:ing)?)\\b");
    words->bar = pattern_with("%", "\\d%\\|.{0,200}\\d+/\\d+\\s*\\[");
    words->evaluation_bar =
        pattern_with("valid|evaluati|sanity|test",
                     "(?i)^\\W*(?:valid(?:ation|ating)?|evaluati(?:on|ng)|sanity checking|test(?:ing)?)\\b");
    return words;
}

void train_words_free(struct train_words *words) {
    for (size_t i = 0; i < SHAPES; i++) pattern_free(words->shapes[i]);
    for (size_t i = 0; i < HAPPENINGS; i++) pattern_free(words->happenings[i]);
    pattern_free(words->summary);
    pattern_free(words->bar);
    pattern_free(words->evaluation_bar);
    free(words);
}

static bool has_digit(struct text line) {
    for (size_t i = 0; i < line.length; i++)
        if (line.at[i] >= '0' && line.at[i] <= '9') return true;
    return false;
}

void train_words_read(struct train_words *words, struct text line, double *values) {
    double all[ALL_VALUES];
    for (size_t i = 0; i < ALL_VALUES; i++) all[i] = NAN;
    bool any = has_digit(line);
    for (size_t i = 0; i < SHAPES && any; i++) {
        struct text groups[2];
        double value = NAN;
        if (isnan(all[shapes[i].value]) && pattern_match(words->shapes[i], line, groups, 2) &&
            text_number(groups[1], &value) && isfinite(value))
            all[shapes[i].value] = value;
    }
    // Averages over the whole run, and the pace of an evaluation, are no steps.
    if (any && pattern_match(words->summary, line, NULL, 0))
        all[TRAIN_RATE] = all[TRAIN_SECONDS] = all[TRAIN_LOSS] = all[PER_SECOND] = all[MILLISECONDS] = all[TIME] = NAN;
    if (isnan(all[TRAIN_SECONDS])) all[TRAIN_SECONDS] = all[MILLISECONDS] / 1000;
    if (isnan(all[TRAIN_SECONDS]) && all[PER_SECOND] > 0) all[TRAIN_SECONDS] = 1 / all[PER_SECOND];
    // A plain "time" is a step's in a line about a step, and the epoch's in a line about an epoch.
    if (!isnan(all[TRAIN_STEP])) {
        if (isnan(all[TRAIN_SECONDS])) all[TRAIN_SECONDS] = all[TIME];
    } else if (!isnan(all[TRAIN_EPOCH])) {
        all[TRAIN_EPOCH_TIME] = all[TIME];
    }
    for (size_t i = 0; i < TRAIN_VALUES; i++) values[i] = all[i];
}

bool train_words_event(struct train_words *words, struct text line, enum event_kind *kind) {
    for (size_t i = 0; i < HAPPENINGS; i++) {
        if (!pattern_match(words->happenings[i], line, NULL, 0)) continue;
        *kind = happenings[i].kind;
        return true;
    }
    return false;
}

bool train_words_bar(struct train_words *words, struct text line, bool *evaluates) {
    if (!pattern_match(words->bar, line, NULL, 0)) return false;
    *evaluates = pattern_match(words->evaluation_bar, line, NULL, 0);
    return true;
}

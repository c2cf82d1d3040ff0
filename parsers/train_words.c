#include "parsers/train_words.h"

#include <math.h>
#include <stdlib.h>

#include "parsers/train_number.h"

// Between a name and its number: "step 5", "step: 5", "'step': '5'", "step=[5".
#define IS "['\"]?\\s*+[:=#]?\\s*+['\"]?\\[?\\s*+"
// A number as it is printed; what its commas mean is for train_number to say.
#define NUMBER "(\\d++(?:,\\d++)*+(?:\\.\\d++)?+(?:[eE][-+]?+\\d++)?+)"
#define SIGNED "(-?+\\d++(?:,\\d++)*+(?:\\.\\d++)?+(?:[eE][-+]?+\\d++)?+)"
#define COUNTED "(\\d++(?:,\\d++)*+)"
// Where a number begins that stands before its unit.
#define BEGIN "(?<![\\d.:,])"
// A time behind its name, whose unit the name may tell: "step_time: 2.5", "iter time (s): 0.5", "timing in s=6.25".
#define UNIT "(seconds?|secs?|milliseconds?|msecs?|ms|us|s)"
#define TIMED "(?:(?:\\s*+\\(|\\s++in |_)" UNIT "(?!\\w)\\)?)?+['\"]?\\s*+[:=]?\\s*+['\"]?" NUMBER

// What a shape holds beyond the values themselves.
enum { PER_SECOND = TRAIN_VALUES, TIME, ALL_VALUES };

// How its text is read. Of a time the first group is the unit that the name tells and the second one the number; of
// all else the first group is the number.
enum reading { A_NUMBER, A_COUNT, A_TIME, A_TIME_WITH_UNIT };

struct shape {
    int value;
    enum reading reading;
    const char *words;  // the line has one of them
    const char *regex;
};

// Wordings of PyTorch scripts, Keras, Lightning, Hugging Face, Megatron, DeepSpeed, tqdm bars and TensorFlow's
// benchmarks. The first that fits wins.
static const struct shape shapes[] = {
    // No "1%" of a bar, no "ms/batch 135.62", no mean of steps.
    {TRAIN_STEP, A_COUNT, "step|iter|batch",
     "(?i)(?<!\\w)(?<![sec]/)(?<!per )(?:(?:global_?|current_)?steps?|iterations?|iters?|batch)\\b(?:\\(train\\))?" IS
         COUNTED "(?!\\s*%)(?!\\.0*+[1-9])"},
    // "Epoch: [0][10/5005]", "Train: [14/300][250/1251]", mmengine's "Epoch(train)  [1][  50/3104]"
    {TRAIN_STEP, A_COUNT, "epoch|train",
     "(?i)\\b(?:epoch|train)\\b(?:\\(train\\))?[:\\s]*+\\[?\\s*+\\d++(?:/\\d++)?\\]?\\s*+:?\\s*+\\[\\s*+(\\d++)/"
     "\\s*+\\d++"},
    // tqdm: "45%|####    | 450/1000 [01:20<01:37, 5.6it/s]"; newer YOLO: "100% ━━━━ 320/320 5.0it/s 1:04<0.2s"
    {TRAIN_STEP, A_COUNT, "[|━|─", "(?:\\||━|─|╸|╺)\\s*+(\\d++)/\\d++\\s*+(?:\\[|[\\d.]++\\s?(?:it/s|s/it)\\b)"},
    {TRAIN_STEP, A_COUNT, "/", "^[\\s\\x08]*(\\d+)/\\d+\\s*(?:\\[|━|-)"},       // Keras: " 120/1875 [=>....] - ETA: 2s"
    {TRAIN_STEP, A_COUNT, "batches", "\\|\\s*+(\\d++)/\\s*+\\d++ batches\\b"},  // "|   200/ 2983 batches |"
    {TRAIN_STEP, A_COUNT, "images/sec:", "^\\s*(\\d+)\\s+images/sec:"},
    {TRAIN_STEP, A_COUNT, "num_updates", "\\bnum_updates(?:\":\\s*+\"?|=)(\\d++)"},  // fairseq
    {TRAIN_STEP, A_COUNT, "epoch:train:", "\\depoch:train:\\d++-(\\d++)batch:"},  // ESPnet: "1epoch:train:1-100batch:"
    {TRAIN_STEP, A_COUNT, " avg", "^\\s*+(\\d++): [\\d.]++, [\\d.]++ avg(?: loss)?, [\\d.]++ rate,"},  // darknet
    {TRAIN_STEP, A_COUNT,
     "] loss:", "^\\s*+\\[\\d++,\\s++(\\d++)\\] loss:"},  // PyTorch's tutorial: "[1,  2000] loss: 2.2"
    {TRAIN_EPOCH, A_NUMBER, "epoch", "(?i)\\bepochs?\\b(?:\\(train\\))?" IS NUMBER "(?!\\s*%)"},
    {TRAIN_LOSS, A_NUMBER, "loss",
     "(?i)(?<!valid |validation |eval |test |val |dev )\\b(?:(?:reduced_)?train_|training_|train/|total_|lm "
     ")?loss\\b['\"]?\\s*+[:=]?\\s*+(?:is )?['\"]?" SIGNED},
    {TRAIN_RATE, A_COUNT, "throughput|samples_per_second|CurrSamplesPerSec|/s",
     "(?i)\\b(?:throughput|samples_per_second|CurrSamplesPerSec|(?:samples|images|tokens|tok|examples)/"
     "s(?:ec)?(?:/(?:device|gpu))?)\\b['\"]?\\s*+[:=]\\s*+['\"]?" NUMBER "(?!\\s*[kmgtp]?(?:i?b/|i?bytes|bit|flop))"},
    {TRAIN_RATE, A_COUNT, "samples|image|img|example|sequences|tokens",
     "(?i)" BEGIN NUMBER "\\s*+(?:samples|images|imgs?|examples|sequences|tokens)\\s*/\\s*s(?:ec(?:ond)?)?\\b"},
    {TRAIN_RATE, A_COUNT, "samples per second", "(?i)\\bsamples per second\\s*[:=]\\s*" NUMBER},
    // timm: "Time: 0.420s, 2400.15/s"
    {TRAIN_RATE, A_COUNT, "time:", "(?i)\\bTime:\\s*\\d+\\.\\d+s,\\s*" NUMBER "/s\\b"},
    {TRAIN_DATA_TIME, A_TIME, "data_|reader_cost", "(?i)\\b(?:data(?:_time|(?=_s\\b))|reader_cost)" TIMED},
    {TRAIN_DATA_TIME, A_TIME, "Data",
     "\\bData:?\\s+()(\\d+\\.\\d+)\\s*\\("},  // PyTorch's ImageNet example: "Data  0.012 (  0.400)"
    {TRAIN_DATA_TIME, A_TIME, "epoch:train:", "\\depoch:train:\\d++-\\d++batch: iter_time" TIMED},
    {TRAIN_LR, A_NUMBER, "lr|learning", "(?i)\\b(?:lr|learning[_ ]rate)\\b" IS SIGNED},
    // MindSpore's "per step time" was printed in milliseconds without a word of it; "dt" is also a physicist's step.
    {TRAIN_SECONDS, A_TIME_WITH_UNIT, "dt|per ", "(?i)(?<!\\w)(?:dt|per (?:step|iter(?:ation)?|batch)[_ ]time)" TIMED},
    // What ESPnet calls "iter_time" goes into waiting for the batch.
    {TRAIN_SECONDS, A_TIME, "epoch:train:", "\\depoch:train:\\d++-\\d++batch: .*\\btrain_time" TIMED},
    {TRAIN_SECONDS, A_TIME, "time|timing|batch_cost",
     "(?i)(?<!\\w)(?<!per )(?<!batch: )(?:(?:step|iter|iteration|batch)[_ ]time|time per "
     "(?:step|iteration)|time/iter|train_step_timing|batch_cost)" TIMED},
    {TRAIN_SECONDS, A_TIME, "/step|/it|/batch",
     BEGIN "()" NUMBER "\\s*+(?:[mun]?s|\xc2\xb5s|\xce\xbcs|sec)/(?:step|it(?:er)?|batch)\\b"},
    {TRAIN_SECONDS, A_TIME, "/step|/it|/batch",
     "(?<!\\w)" UNIT "/(?:step|it(?:er)?|batch)\\b['\"]?\\s*+[:=]?\\s*+" NUMBER},  // "ms/batch 125.50"
    // MaxText: "completed step: 1, seconds: 2.500"; darknet: "75: 3.25, 3.00 avg loss, 0.01 rate, 2.5 seconds, 64
    // images"
    {TRAIN_SECONDS, A_TIME, "seconds:", "\\bstep:? \\d++, ()seconds: " NUMBER},
    {TRAIN_SECONDS, A_TIME, " avg",
     "^\\s*+()\\d++: [\\d.]++, [\\d.]++ avg(?: loss)?, [\\d.]++ rate, " NUMBER " seconds,"},
    {PER_SECOND, A_COUNT, "/s", "(?i)\\b(?:global_step/sec|steps?/s(?:ec)?)\\s*[:=]\\s*" NUMBER},
    {PER_SECOND, A_COUNT, "ups", "\\bups(?:\":\\s*+\"?|=)" NUMBER},
    {PER_SECOND, A_NUMBER, "/s", BEGIN NUMBER "\\s*+(?:it|iter|steps?|batch(?:es)?)/s\\b"},
    {TRAIN_EPOCH_TIME, A_TIME, "epoch", "(?i)\\bepoch[_ ]time" TIMED},
    // Not the time of a part of the step, nor of all steps.
    {TIME, A_TIME, "time",
     "(?i)(?<![\\w/])(?<!epoch |step |batch |total |elapsed |remaining |wall |eta |data |load |loading |eval |test "
     "|val "
     "|valid |forward |backward |cumulative |overall )time" TIMED "(?![.:])"},
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
    struct pattern *shapes[SHAPES], *happenings[HAPPENINGS], *summary, *bar, *evaluation_bar, *evaluation_loss;
};

struct train_words *train_words_new(void) {
    struct train_words *words = calloc(1, sizeof *words);
    if (words == NULL) abort();
    for (size_t i = 0; i < SHAPES; i++) words->shapes[i] = pattern_with(shapes[i].words, shapes[i].regex);
    for (size_t i = 0; i < HAPPENINGS; i++)
        words->happenings[i] = pattern_with(happenings[i].words, happenings[i].regex);
    // Among them: the head that YOLO prints before the bar of its validation, and a bar that counts epochs:
    // one of thousands, several a second, counts steps.
    words->summary =
        pattern_with("train_runtime|eval|total|valid|sanity|test|class|(val)|epoch",
                     "(?i)\\btrain_runtime\\b|\\beval_\\w+['\"]?\\s*[:=]|^\\W*total\\b|^\\W*(?:valid(?:ation|ating)?|"
                     "eval(?:uati(?:on|ng))?|sanity checking|test(?:ing)?)\\b|\\b(?:epoch|iter)\\((?:val|test)\\)|"
                     "^\\s*class\\s+images\\b|^\\W*epochs?\\s*:?\\s*\\d+%\\|(?!.{0,200}?/\\d{4,}+ "
                     "\\[.{0,40}?it/s)|\\depoch results:");
    words->evaluation_loss = pattern_with("loss", "(?i)\\b(?:val|valid|validation|eval|test|dev)_loss\\b");
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
    pattern_free(words->evaluation_loss);
    pattern_free(words->bar);
    pattern_free(words->evaluation_bar);
    free(words);
}

static bool has_digit(struct text line) {
    for (size_t i = 0; i < line.length; i++)
        if (line.at[i] >= '0' && line.at[i] <= '9') return true;
    return false;
}

// What one shape finds in a line.
struct found {
    double value, thousands;
    double unit;  // of a time, in seconds; NaN if none is told
};

static bool read_shape(struct pattern *pattern, const struct shape *shape, struct text line, struct found *found) {
    struct text groups[3];
    *found = (struct found){NAN, 1, NAN};
    if (!pattern_match(pattern, line, groups, 3)) return false;
    bool timed = shape->reading == A_TIME || shape->reading == A_TIME_WITH_UNIT;
    struct text number = groups[timed ? 2 : 1];
    if (number.at == NULL) return false;
    struct text behind = text_skip(line, (size_t)(number.at - line.at) + number.length);
    if (timed) return train_seconds(number, groups[1], behind, &found->value, &found->unit);
    if (!train_number(number, shape->reading == A_COUNT, &found->value)) return false;
    if (groups[0].at + groups[0].length != number.at + number.length) return true;
    // Letters at the number make another one of it.
    found->thousands = train_thousands(behind);
    if (found->thousands < 1 || (found->thousands > 1 && shape->value != TRAIN_STEP)) return false;
    found->value *= found->thousands;
    return true;
}

static void read_shapes(struct train_words *words, struct text line, double *all) {
    bool told[ALL_VALUES] = {false};
    bool unit_missing = false;
    bool long_time = false;
    for (size_t i = 0; i < SHAPES; i++) {
        struct found found;
        if (!isnan(all[shapes[i].value])) continue;
        if (shapes[i].value == PER_SECOND && !isnan(all[TRAIN_SECONDS])) continue;
        if (!read_shape(words->shapes[i], &shapes[i], line, &found)) continue;
        if (shapes[i].reading == A_TIME_WITH_UNIT && isnan(found.unit)) {
            unit_missing = true;
            continue;
        }
        all[shapes[i].value] = found.value;
        told[shapes[i].value] = !isnan(found.unit);
        if (shapes[i].value == TIME) long_time = found.unit >= 60;
        if (shapes[i].value == TRAIN_STEP && found.thousands > 1) all[TRAIN_STEP_ROUNDED] = found.thousands;
    }
    // Who leaves out the unit of one time means the same one by the next.
    static const int times[] = {TRAIN_SECONDS, TRAIN_EPOCH_TIME, TIME};
    for (size_t i = 0; unit_missing && i < sizeof times / sizeof *times; i++)
        if (!told[times[i]]) all[times[i]] = NAN;
    // "step 300: loss 5.0, time: 1m 46.5s": since the beginning.
    if (long_time && !isnan(all[TRAIN_STEP])) all[TIME] = NAN;
}

void train_words_read(struct train_words *words, struct text line, double *values) {
    double all[ALL_VALUES];
    for (size_t i = 0; i < ALL_VALUES; i++) all[i] = NAN;
    bool any = has_digit(line);
    if (any) read_shapes(words, line, all);
    // Averages over the whole run, and the pace of an evaluation, are no steps.
    if (any && pattern_match(words->summary, line, NULL, 0))
        all[TRAIN_RATE] = all[TRAIN_SECONDS] = all[TRAIN_LOSS] = all[TRAIN_EPOCH_TIME] = all[PER_SECOND] = all[TIME] =
            NAN;
    // "Epoch 1/50, time: 17.8 s, val_loss: 0.9" is about the validation alone.
    if (!isnan(all[TIME]) && isnan(all[TRAIN_LOSS]) && pattern_match(words->evaluation_loss, line, NULL, 0))
        all[TIME] = NAN;
    if (isnan(all[TRAIN_SECONDS]) && all[PER_SECOND] > 0) all[TRAIN_SECONDS] = 1 / all[PER_SECOND];
    // A plain "time" is a step's in a line about a step, and the epoch's in a line about an epoch.
    if (!isnan(all[TRAIN_STEP])) {
        if (isnan(all[TRAIN_SECONDS])) all[TRAIN_SECONDS] = all[TIME];
    } else if (!isnan(all[TRAIN_EPOCH]) && isnan(all[TRAIN_EPOCH_TIME])) {
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

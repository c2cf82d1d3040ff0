// train_log.c: lines of the usual trainers, each with what can be read from it.
//
// Every trainer writes its own; what matters is the pace: a step's number with a time stamp, seconds a step, or
// samples a second. A line is first stripped of its stamp, then read by key words, wherever they stand in it.
#include "parsers/train_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/pcre.h"

enum { STEP, EPOCH, LOSS, RATE, SECONDS, MILLISECONDS, VALUES };

struct shape {
    int value;
    const char *regex;  // first group: the number
};

// Wordings of PyTorch scripts, Keras, Lightning, Hugging Face, Megatron/DeepSpeed and tqdm bars. The first that fits
// wins.
static const struct shape shapes[] = {
    {STEP, "(?i)\\b(?:global_?step|step|iteration|iter|batch)\\b['\"]?\\s*[:=#]?\\s*\\[?\\s*(\\d+)"},
    {STEP, "\\|\\s*(\\d+)/\\d+\\s*\\["},        // tqdm: "45%|####    | 450/1000 [01:20<01:37, 5.6it/s]"
    {STEP, "^\\s*(\\d+)/\\d+\\s*(?:\\[|━|-)"},  // Keras: " 120/1875 [=>....] - ETA: 2s"
    {EPOCH, "(?i)\\bepochs?\\b['\"]?\\s*[:=#]?\\s*\\[?\\s*(\\d+(?:\\.\\d+)?)"},
    {LOSS, "(?i)\\b(?:train_|lm )?loss\\b['\"]?\\s*[:=]?\\s*(-?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?)"},
    {RATE, "(?i)(\\d+(?:\\.\\d+)?)\\s*(?:samples|images|imgs?|examples|sequences|tokens)\\s*/\\s*s(?:ec(?:ond)?)?\\b"},
    {RATE, "(?i)\\b(?:throughput|samples_per_second|samples/sec|images/sec)\\b['\"]?\\s*[:=]?\\s*(\\d+(?:\\.\\d+)?)"},
    {MILLISECONDS, "(?i)elapsed time per iteration \\(ms\\)\\s*[:=]\\s*(\\d+(?:\\.\\d+)?)"},
    {MILLISECONDS, "(\\d+(?:\\.\\d+)?)\\s*ms/(?:step|it(?:er)?|batch)\\b"},
    {SECONDS, "(\\d+(?:\\.\\d+)?)\\s*s(?:ec)?/(?:step|it(?:er)?|batch)\\b"},
    {SECONDS,
     "(?i)\\b(?:step_time|iter_time|batch_time|time per step|time/iter)\\b['\"]?\\s*[:=]?\\s*(\\d+(?:\\.\\d+)?)"},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static const char per_second[] = "(\\d+(?:\\.\\d+)?)\\s*(?:it|steps?|batch(?:es)?)/s\\b";

struct happening {
    enum event_kind kind;
    const char *regex;
};
static const struct happening happenings[] = {
    {EVENT_CUDA_OOM,
     "CUDA out of memory|OutOfMemoryError|CUDA_ERROR_OUT_OF_MEMORY|RESOURCE_EXHAUSTED: (?:OOM|Out of memory)"},
    {EVENT_JOB_ERROR,
     "^Traceback \\(most recent call last\\)|\\bNCCL (?:error|timeout|WARN .*timeout)|Watchdog caught collective|"
     "RuntimeError: |Segmentation fault|\\bCancelled by user\\b|DUE TO TIME LIMIT"},
    {EVENT_CHECKPOINT,
     "(?i)\\b(?:saving|saved|writing|wrote|save)\\b.{0,40}\\b(?:checkpoint|ckpt|model|state)|\\bcheckpoint\\b.{0,40}"
     "\\b(?:saved|written)"},
    {EVENT_VALIDATION,
     "(?i)\\b(?:validation|validating|evaluation|evaluating|running eval)\\b|\\bval(?:_|idation )(?:loss|acc)"},
    {EVENT_EPOCH,
     "(?i)\\bepoch\\b.{0,30}\\b(?:done|finished|ended|end|complete[d]?|took|time|starting|started|begin)\\b|\\b(?:end|"
     "start|beginning) of epoch\\b"},
};
enum { HAPPENINGS = sizeof happenings / sizeof happenings[0] };

struct train {
    struct source *source;
    struct pattern *shapes[SHAPES], *happenings[HAPPENINGS], *per_second, *stamp, *user;
    const struct parse_options *options;
    millis time;       // of the line, MILLIS_NONE if it has none
    millis last_time;  // of the last stamp seen
    millis step_at;    // time and number of the last step line
    double step;
    double epoch;
    size_t steps;
};

// ── stamps ──────────────────────────────────────────────────────────────────

// A stamp at the start of the line, bare or in brackets, behind at most one short word ("INFO:", "[rank0]:").
static struct text take_stamp(struct train *train, struct text line) {
    train->time = MILLIS_NONE;
    struct text rest = text_trim(line);
    for (int tries = 0; tries < 3 && rest.length > 0; tries++) {
        struct text at = rest;
        if (at.at[0] == '[' || at.at[0] == '(') at = text_skip(at, 1);
        struct when when;
        size_t used = 0;
        if (at.length > 0 && when_read_prefix(at, train->options->date_order, &when, &used) && when.has_date &&
            when.has_time) {
            if (!when.has_year) return rest;
            train->time = when_millis(&when);
            if (train->time == MILLIS_NONE) return rest;
            struct source *source = train->source;
            if (source->clock == CLOCK_NONE) {
                source->clock = when.epoch ? CLOCK_EPOCH : when.has_zone ? CLOCK_ZONED : CLOCK_LOCAL;
                source->fraction = when.has_fraction;
                if (when.has_zone && !when.epoch) source->zone = when_zone(source->arena_, when.zone_minutes);
                source->zone_first = source->zone_last = when.zone_minutes;
            }
            train->last_time = train->time;
            rest = text_skip(at, used);
            while (rest.length > 0 && (rest.at[0] == ']' || rest.at[0] == ')' || rest.at[0] == ' ' ||
                                       rest.at[0] == ',' || rest.at[0] == ':'))
                rest = text_skip(rest, 1);
            return rest;
        }
        struct text word = text_word(&rest);
        if (word.length > 12) return text_trim(line);
        rest = text_trim(rest);
    }
    return text_trim(line);
}

// ── steps ───────────────────────────────────────────────────────────────────

static bool number_of(struct pattern *pattern, struct text line, double *value) {
    struct text groups[2];
    return pattern_match(pattern, line, groups, 2) && text_number(groups[1], value);
}

static void read_values(struct train *train, struct text line, double *values) {
    for (size_t i = 0; i < VALUES; i++) values[i] = NAN;
    for (size_t i = 0; i < SHAPES; i++) {
        double value = NAN;
        if (isnan(values[shapes[i].value]) && number_of(train->shapes[i], line, &value))
            values[shapes[i].value] = value;
    }
    if (isnan(values[SECONDS]) && !isnan(values[MILLISECONDS])) values[SECONDS] = values[MILLISECONDS] / 1000;
    double rate = NAN;
    if (isnan(values[SECONDS]) && number_of(train->per_second, line, &rate) && rate > 0) values[SECONDS] = 1 / rate;
}

// --step-pattern: named groups step, time, seconds, rate.
static bool read_user(struct train *train, struct text line, double *values) {
    enum { GROUPS = 16 };
    struct text groups[GROUPS];
    if (!pattern_match(train->user, line, groups, GROUPS)) return false;
    static const struct {
        const char *name;
        int value;
    } names[] = {{"step", STEP}, {"seconds", SECONDS}, {"rate", RATE}};
    for (size_t i = 0; i < VALUES; i++) values[i] = NAN;
    for (size_t i = 0; i < 3; i++) {
        size_t group = pattern_group(train->user, names[i].name);
        double value = NAN;
        if (group > 0 && group < GROUPS && groups[group].at != NULL && text_number(groups[group], &value))
            values[names[i].value] = value;
    }
    size_t group = pattern_group(train->user, "time");
    struct when when;
    if (group > 0 && group < GROUPS && groups[group].at != NULL &&
        when_read(groups[group], train->options->date_order, &when) && when.has_date && when.has_year) {
        train->time = when_millis(&when);
        if (train->source->clock == CLOCK_NONE)
            train->source->clock = when.epoch ? CLOCK_EPOCH : when.has_zone ? CLOCK_ZONED : CLOCK_LOCAL;
    }
    return true;
}

static void set(struct train *train, struct table *table, size_t row, const char *name, enum unit unit,
                enum series_kind kind, double value) {
    if (!isnan(value)) table_set(table, row, table_column(train->source, table, name, unit, kind), value);
}

// The pace since the last step line: the stamps', unless the line itself states one.
static void take_step(struct train *train, const double *values, uint32_t number) {
    millis time = train->time != MILLIS_NONE           ? train->time
                  : train->source->clock == CLOCK_NONE ? (millis)train->steps
                                                       : MILLIS_NONE;
    if (time == MILLIS_NONE) return;  // a step line without a stamp among lines with stamps
    double elapsed =
        train->step_at != MILLIS_NONE && time > train->step_at ? (double)(time - train->step_at) / 1000.0 : NAN;
    struct table *table = source_table(train->source, TEXT("job"), ENTITY_JOB);
    size_t row = table_row(table, time, isnan(elapsed) || train->time == MILLIS_NONE ? 0 : elapsed, number);
    set(train, table, row, "step", UNIT_NONE, SERIES_STATE, values[STEP]);
    set(train, table, row, "epoch", UNIT_NONE, SERIES_STATE, values[EPOCH]);
    set(train, table, row, "loss", UNIT_NONE, SERIES_STATE, values[LOSS]);
    set(train, table, row, "throughput", UNIT_PER_S, SERIES_AVERAGE, values[RATE]);
    double done = values[STEP] - train->step;
    if (!isnan(values[SECONDS])) {
        set(train, table, row, "step_time", UNIT_SECONDS, SERIES_AVERAGE, values[SECONDS]);
    } else if (train->time != MILLIS_NONE && done > 0 && !isnan(elapsed)) {
        table_set(table, row, table_column_derived(train->source, table, "step_time", UNIT_SECONDS, SERIES_AVERAGE),
                  elapsed / done);
    }
    train->step = values[STEP];
    train->step_at = time;
    train->steps++;
}

static void take_epoch(struct train *train, double epoch, struct text line, uint32_t number) {
    if (isnan(epoch) || (!isnan(train->epoch) && floor(epoch) == floor(train->epoch))) return;
    if (!isnan(train->epoch))
        source_event(train->source, train->time, number, EVENT_EPOCH, TEXT(""), line, floor(epoch));
    train->epoch = epoch;
}

static void take_line(struct train *train, struct text line, uint32_t number) {
    struct text body = take_stamp(train, line);
    for (size_t i = 0; i < HAPPENINGS; i++) {
        if (!pattern_match(train->happenings[i], body, NULL, 0)) continue;
        // A traceback's last line often has no stamp of its own: it belongs to the one before.
        millis at = train->time != MILLIS_NONE ? train->time : train->last_time;
        source_event(train->source, at, number, happenings[i].kind, TEXT(""), body, NAN);
        break;
    }
    double values[VALUES];
    if (train->user != NULL) {
        if (read_user(train, line, values)) take_step(train, values, number);
        return;
    }
    read_values(train, body, values);
    bool pace = !isnan(values[RATE]) || !isnan(values[SECONDS]) || !isnan(values[LOSS]);
    take_epoch(train, values[EPOCH], body, number);
    if (!isnan(values[STEP]) && (pace || train->time != MILLIS_NONE) && values[STEP] >= 0) {
        if (pace) take_step(train, values, number);
    } else if (isnan(values[STEP]) && (!isnan(values[RATE]) || !isnan(values[SECONDS]))) {
        take_step(train, values, number);
    }
}

static void patterns_new(struct train *train) {
    for (size_t i = 0; i < SHAPES; i++) train->shapes[i] = pattern_new(shapes[i].regex);
    for (size_t i = 0; i < HAPPENINGS; i++) train->happenings[i] = pattern_new(happenings[i].regex);
    train->per_second = pattern_new(per_second);
}

static void patterns_free(struct train *train) {
    for (size_t i = 0; i < SHAPES; i++) pattern_free(train->shapes[i]);
    for (size_t i = 0; i < HAPPENINGS; i++) pattern_free(train->happenings[i]);
    pattern_free(train->per_second);
    pattern_free(train->user);
}

void train_log_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct train train = {.source = source,
                          .options = options,
                          .time = MILLIS_NONE,
                          .last_time = MILLIS_NONE,
                          .step_at = MILLIS_NONE,
                          .step = NAN,
                          .epoch = NAN};
    patterns_new(&train);
    if (options->step_pattern != NULL) {
        char message[200];
        train.user = pattern_user(options->step_pattern, message, sizeof message);
        if (train.user == NULL) source_problem(source, 0, SEVERITY_WARNING, tr("--step-pattern: %s"), message);
    }
    struct text line;
    while (lines_next(lines, &line)) {
        // A progress bar rewrites its line with carriage returns: only its last state counts.
        for (struct text rest = text_head(line, 4096); rest.at != NULL;) {
            struct text part = text_cut(&rest, '\r');
            if (rest.at == NULL || rest.length == 0) {
                take_line(&train, part, lines_number(lines));
                break;
            }
        }
    }
    source->reports = train.steps;
    source->samples = train.steps;
    patterns_free(&train);
}

int train_log_bid(struct text head, bool whole) {
    (void)whole;
    struct pattern *step = pattern_new(
        "(?i)\\b(?:global_?step|step|iteration|iter|epoch)\\b['\"]?\\s*[:=#]?\\s*\\[?\\s*\\d+.*\\b(?:loss|lr|samples/"
        "s|it/s|ms/step|s/it)\\b");
    struct pattern *bar = pattern_new("\\d+/\\d+ \\[[^\\]]*(?:it/s|s/it)|\\d+/\\d+ \\[[=>.]+\\]|ms/step");
    struct pattern *oom = pattern_new("CUDA out of memory|world_size=\\d+|torch\\.distributed|\\{'loss': ");
    size_t steps = 0;
    size_t others = 0;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        steps += pattern_match(step, line, NULL, 0) || pattern_match(bar, line, NULL, 0);
        others += pattern_match(oom, line, NULL, 0);
    }
    pattern_free(step);
    pattern_free(bar);
    pattern_free(oom);
    if (steps >= 3) return BID_LIKELY;
    return steps + others >= 1 ? BID_WEAK : BID_NONE;
}

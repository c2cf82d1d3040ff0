// train_log.c: lines of the usual trainers, each with what can be read from it.
//
// Every trainer writes its own; what matters is the pace: a step's number with a time stamp, seconds a step, or
// samples a second. A line is first stripped of its stamp, then read by key words, wherever they stand in it.
#include "parsers/train_log.h"

#include <math.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/train_clock.h"
#include "parsers/train_rows.h"
#include "parsers/train_words.h"

enum { EVENTS_MOST = 20000 };  // a log that says "val_loss" in every line

// The last step line of those that are dated alike.
struct pace {
    millis at;  // MILLIS_NONE if there is none to count from
    double step;
    bool rounded;
};

struct train {
    struct source *source;
    struct train_words *words;
    struct pattern *user, *trailing;
    struct train_clock clock;
    struct train_rows rows;
    struct pace dated, above;
    uint32_t stamped;  // the last line with a stamp and no step, 0 if a step was dated by it
    uint32_t stepped;  // the last step line with a stamp
    double epoch;
    bool evaluating;  // the line before was the bar of an evaluation
};

// ── stamps ──────────────────────────────────────────────────────────────────

// Epoch seconds at the end of the line, as TensorFlow's benchmarks print them.
static void take_trailing_stamp(struct train *train, struct text line) {
    struct text groups[2];
    if (train->clock.time != MILLIS_NONE || !pattern_match(train->trailing, line, groups, 2)) return;
    if (train->rows.counts[TRAIN_DATED] == 0 && train->source->clock == CLOCK_LOCAL) {
        // Nothing that matters was dated by the civil times so far.
        train_clock_forget(&train->clock);
        train_rows_undate(&train->rows);
    }
    train_clock_read(&train->clock, groups[1]);
}

// ── steps ───────────────────────────────────────────────────────────────────

static bool group_text(const struct train *train, const struct text *groups, size_t count, const char *name,
                       struct text *text) {
    size_t group = pattern_group(train->user, name);
    if (group == 0 || group >= count || groups[group].at == NULL) return false;
    *text = groups[group];
    return true;
}

// --step-pattern: named groups step, time, seconds, rate.
static bool read_user(struct train *train, struct text line, double *values) {
    enum { GROUPS = 32 };
    static const struct {
        const char *name;
        int value;
    } names[] = {{"step", TRAIN_STEP}, {"seconds", TRAIN_SECONDS}, {"rate", TRAIN_RATE}};
    struct text groups[GROUPS];
    struct text text;
    if (!pattern_match(train->user, line, groups, GROUPS)) return false;
    for (size_t i = 0; i < TRAIN_VALUES; i++) values[i] = NAN;
    for (size_t i = 0; i < 3; i++) {
        double value = NAN;
        if (group_text(train, groups, GROUPS, names[i].name, &text) && text_number(text, &value) && isfinite(value))
            values[names[i].value] = value;
    }
    if (group_text(train, groups, GROUPS, "time", &text)) {
        train->clock.time = MILLIS_NONE;
        train_clock_read(&train->clock, text);
    }
    return true;
}

static void set(struct train *train, struct table *table, size_t row, const char *name, enum unit unit,
                enum series_kind kind, double value) {
    if (!isnan(value)) table_set(table, row, table_column(train->source, table, name, unit, kind), value);
}

// A stamp that has the line above for itself is the step's.
static enum train_dating dating_of(const struct train *train, uint32_t number) {
    if (train->clock.time != MILLIS_NONE) return TRAIN_DATED;
    bool above = train->stamped > 0 && number - train->stamped <= 1 && train->clock.last_time != MILLIS_NONE;
    return above ? TRAIN_DATED_ABOVE : TRAIN_UNDATED;
}

static void set_values(struct train *train, struct table *table, size_t row, const double *values) {
    set(train, table, row, "step", UNIT_NONE, SERIES_STATE, values[TRAIN_STEP]);
    set(train, table, row, "epoch", UNIT_NONE, SERIES_STATE, values[TRAIN_EPOCH]);
    set(train, table, row, "loss", UNIT_NONE, SERIES_STATE, values[TRAIN_LOSS]);
    set(train, table, row, "throughput", UNIT_PER_S, SERIES_AVERAGE, values[TRAIN_RATE]);
    set(train, table, row, "data_time", UNIT_SECONDS, SERIES_AVERAGE, values[TRAIN_DATA_TIME]);
    set(train, table, row, "epoch_time", UNIT_SECONDS, SERIES_AVERAGE, values[TRAIN_EPOCH_TIME]);
    set(train, table, row, "step_time", UNIT_SECONDS, SERIES_AVERAGE, values[TRAIN_SECONDS]);
}

// "iteration 199" below DeepSpeed's "[2024-05-20 10:00:00,100] … global_step=199": one step, told in two lines.
static bool continues_step(const struct train *train, const struct table *table, double step, uint32_t number) {
    return train->clock.time == MILLIS_NONE && train->stepped > 0 && number - train->stepped == 1 &&
           table->row_count > 0 && fabs(step - train->dated.step) < 0.5;
}

// The pace since the last step line: the stamps', unless the line itself states one.
static void take_step(struct train *train, const double *values, uint32_t number) {
    struct table *table = source_table(train->source, TEXT("job"), ENTITY_JOB);
    if (continues_step(train, table, values[TRAIN_STEP], number)) {
        set_values(train, table, table->row_count - 1, values);
        return;
    }
    enum train_dating dating = dating_of(train, number);
    struct pace *pace = dating == TRAIN_DATED ? &train->dated : &train->above;
    if (dating == TRAIN_UNDATED) pace->at = MILLIS_NONE;
    millis time = dating == TRAIN_UNDATED ? MILLIS_NONE : train->clock.last_time;
    double elapsed =
        time != MILLIS_NONE && pace->at != MILLIS_NONE && time > pace->at ? (double)(time - pace->at) / 1000.0 : NAN;
    size_t rows = table->row_count;
    size_t row = table_row(table, time, isnan(elapsed) ? 0 : elapsed, number);
    set_values(train, table, row, values);
    bool rounded = !isnan(values[TRAIN_STEP_ROUNDED]);
    double done = values[TRAIN_STEP] - pace->step;
    if (isnan(values[TRAIN_SECONDS]) && done > 0 && !isnan(elapsed) && !rounded && !pace->rounded)
        table_set(table, row, table_column_derived(train->source, table, "step_time", UNIT_SECONDS, SERIES_AVERAGE),
                  elapsed / done);
    if (table->row_count > rows) train_rows_add(&train->rows, dating);
    train->stamped = 0;
    train->stepped = dating == TRAIN_DATED ? number : 0;
    // A done of 0: another rank says the same.
    if (done < 0 || done > 0 || isnan(done)) *pace = (struct pace){time, values[TRAIN_STEP], rounded};
}

// ── lines ───────────────────────────────────────────────────────────────────

static void take_event(struct train *train, enum event_kind kind, struct text line, uint32_t number, double value) {
    if (train->source->event_count == EVENTS_MOST)
        source_problem(train->source, number, SEVERITY_WARNING, tr("more than %d events: the rest is not kept"),
                       EVENTS_MOST);
    // A traceback's last line often has no stamp of its own: it belongs to the one before.
    millis at = train->clock.time != MILLIS_NONE ? train->clock.time : train->clock.last_time;
    if (train->source->event_count <= EVENTS_MOST) source_event(train->source, at, number, kind, TEXT(""), line, value);
}

// Bars are drawn again and again: one of an evaluation is an event when it appears, and one of the training never is,
// though it shows the last "val_loss".
static bool begins_evaluation(struct train *train, struct text line) {
    bool evaluates = false;
    bool bar = train_words_bar(train->words, line, &evaluates);
    bool before = train->evaluating;
    train->evaluating = bar && evaluates;
    return !bar || (evaluates && !before);
}

// An event of the line, and the next epoch's begin where no line tells of it but by its number. Each line of a step
// may name the epoch beside a time: that begins none.
static void take_events(struct train *train, struct text line, uint32_t number, double epoch, bool step) {
    bool next = !isnan(train->epoch) && floor(epoch) > floor(train->epoch);
    if (!isnan(epoch)) train->epoch = epoch;
    enum event_kind kind = EVENT_NOTE;
    bool told = train_words_event(train->words, line, &kind);
    if (told && kind == EVENT_EPOCH && step) told = false;
    if (told && kind == EVENT_VALIDATION && !begins_evaluation(train, line)) told = false;
    if (told) take_event(train, kind, line, number, kind == EVENT_EPOCH ? floor(epoch) : NAN);
    if (next && (!told || kind != EVENT_EPOCH)) take_event(train, EVENT_EPOCH, line, number, floor(epoch));
}

static bool has_pace(const double *values) {
    return !isnan(values[TRAIN_RATE]) || !isnan(values[TRAIN_SECONDS]) || !isnan(values[TRAIN_EPOCH_TIME]);
}

// MLPerf's own records: `:::MLLOG {"time_ms": 1716199200000, "key": "epoch_start", …}`.
static bool take_mlperf(struct train *train, struct text line, uint32_t number) {
    static const struct {
        const char *key;
        enum event_kind kind;
    } keys[] = {{"\"epoch_start\"", EVENT_EPOCH},     {"\"epoch_stop\"", EVENT_EPOCH},
                {"\"eval_start\"", EVENT_VALIDATION}, {"\"eval_stop\"", EVENT_VALIDATION},
                {"\"run_start\"", EVENT_NOTE},        {"\"run_stop\"", EVENT_NOTE}};
    size_t at = text_find(line, ":::MLL");
    size_t time = text_find(line, "\"time_ms\": ");
    if (at == SIZE_MAX || time == SIZE_MAX) return false;
    train_clock_read(&train->clock, text_head(text_skip(line, time + 11), 13));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!text_has(line, keys[i].key)) continue;
        double epoch = NAN;
        size_t number_at = text_find(line, "\"epoch_num\": ");
        struct text rest;
        if (number_at != SIZE_MAX) text_number_unit(text_skip(line, number_at + 13), &epoch, &rest);
        take_event(train, keys[i].kind, line, number, epoch);
        break;
    }
    return true;
}

static void take_line(struct train *train, struct text line, uint32_t number) {
    if (take_mlperf(train, line, number)) return;
    struct text body = train_clock_take(&train->clock, line);
    if (train->clock.time != MILLIS_NONE) train->stamped = number;
    double values[TRAIN_VALUES];
    train_words_read(train->words, body, values);
    if (has_pace(values)) take_trailing_stamp(train, body);
    take_events(train, body, number, values[TRAIN_EPOCH], !isnan(values[TRAIN_STEP]));
    if (train->user != NULL) {
        if (read_user(train, line, values)) take_step(train, values, number);
        return;
    }
    bool counted = !isnan(values[TRAIN_STEP]) || !isnan(values[TRAIN_EPOCH]);
    // DeepSpeed: "step=10, skipped=0, lr=[0.001]" tells the pace by its stamp.
    bool stamped_step = train->clock.time != MILLIS_NONE && !isnan(values[TRAIN_STEP]) && !isnan(values[TRAIN_LR]);
    if (has_pace(values) || stamped_step || (counted && !isnan(values[TRAIN_LOSS]))) take_step(train, values, number);
}

// Day or month first: what the beginning of the log proves.
static enum date_order order_of(struct text head) {
    size_t day_first = 0;
    size_t month_first = 0;
    while (head.at != NULL) {
        struct text line = text_cut(&head, '\n');
        if (line.length > 0 && line.at[0] == '[') line = text_skip(line, 1);
        int64_t first = 0;
        int64_t second = 0;
        if (line.length < 10 || line.at[2] != line.at[5] || strchr("/-.", line.at[2]) == NULL || line.at[2] == '\0' ||
            !text_integer(text_head(line, 2), &first) || !text_integer(text_head(text_skip(line, 3), 2), &second))
            continue;
        day_first += first > 12 && first <= 31;
        month_first += second > 12 && second <= 31;
    }
    if (day_first > 0 && month_first == 0) return DATE_ORDER_DMY;
    return month_first > 0 && day_first == 0 ? DATE_ORDER_MDY : DATE_ORDER_UNKNOWN;
}

static void take_user_pattern(struct train *train, const char *pattern) {
    char message[200];
    train->user = pattern_user(pattern, message, sizeof message);
    if (train->user == NULL) {
        source_problem(train->source, 0, SEVERITY_WARNING, tr("--step-pattern: %s"), message);
    } else if (pattern_group(train->user, "step") == 0 && pattern_group(train->user, "seconds") == 0 &&
               pattern_group(train->user, "rate") == 0) {
        source_problem(train->source, 0, SEVERITY_WARNING,
                       tr("--step-pattern has none of the groups (?<step>…), (?<seconds>…) and (?<rate>…)"));
        pattern_free(train->user);
        train->user = NULL;
    }
}

static void settle(struct train *train) {
    struct source *source = train->source;
    bool dated = train_rows_dated(&train->rows);
    size_t out = 0;
    if (train->rows.count > 0) out = train_rows_settle(&train->rows, source_table(source, TEXT("job"), ENTITY_JOB));
    if (train->rows.count > 0 && !dated && source->clock != CLOCK_NONE) train_clock_forget(&train->clock);
    train_clock_settle(&train->clock);
    if (out > 0)
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("%zu step lines without a time stamp among lines with one: they are left out"), out);
    if (train->rows.count == 0)
        source_problem(
            source, 0, SEVERITY_WARNING,
            tr("no line of this training log was understood as a step (--step-pattern says how to read one)"));
    source->reports = source->samples = train->rows.count - out;
}

void train_log_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct train train = {.source = source,
                          .words = train_words_new(),
                          .trailing = pattern_new("\\s(1\\d{9}(?:\\.\\d+)?)\\s*$"),
                          .clock = train_clock_of(source, options->date_order),
                          .dated = {MILLIS_NONE, NAN, false},
                          .above = {MILLIS_NONE, NAN, false},
                          .epoch = NAN};
    if (options->step_pattern != NULL) take_user_pattern(&train, options->step_pattern);
    if (train.clock.clock.order == DATE_ORDER_UNKNOWN) {
        train.clock.clock.order = order_of(lines_peek(lines));
        source->day_month_proved = train.clock.clock.order != DATE_ORDER_UNKNOWN;
    }
    struct text line;
    while (lines_next(lines, &line)) take_line(&train, text_head(line, 4096), lines_number(lines));
    settle(&train);
    train_words_free(train.words);
    pattern_free(train.trailing);
    pattern_free(train.user);
    train_rows_free(&train.rows);
}

// ── the bid ─────────────────────────────────────────────────────────────────

int train_log_bid(struct text head, bool whole) {
    (void)whole;
    struct pattern *step = pattern_with("step|iter|epoch",
                                        "(?i)\\b(?:global_?step|(?:current_)?steps?|iteration|iter|epoch)\\b(?:\\("
                                        "train\\))?['\"]?\\s*[:=#]?\\s*\\[?\\s*\\d+"
                                        ".*(?:\\b|_)(?:loss|lr|samples/s|tok(?:ens)?/s|it/s|ms/step|s/it)\\b");
    struct pattern *bar = pattern_with(
        "/|elapsed|loss|:::MLL|step=|CurrSamples|epoch:train:|batch_cost",
        "\\d+/\\d+ \\[[^\\]]*(?:it/s|s/it)|\\d+/\\d+ \\[[=>.]+\\]|\\dms/step|^\\s*\\d+\\s+images/sec:|"
        "elapsed time per iteration|^\\W*\\{'loss': |:::MLL(?:OG|v0)|\\bstep=\\d+, skipped=\\d+, lr=|"
        "[Tt]rain: \\[\\d+/\\d+\\]\\[\\d+/\\d+\\]|\\d/\\d+ [\\d.]+(?:it/s|s/it) "
        "|\\depoch:train:\\d+-\\d+batch:|\\bbatch_cost:? \\d|\\bloss = [\\d.]+, step = \\d|"
        "^\\s*\\d+: [\\d.]+, [\\d.]+ avg(?: loss)?, [\\d.]+ rate,|^\\s*\\[\\d+,\\s+\\d+\\] loss: "
        "|global_step/sec:|CurrSamplesPerSec=|^\\s*(?:train|training|val|dev|test)_loss['\"]?\\s*[:=]\\s*\\d");
    struct pattern *other = pattern_with(
        "CUDA out|world|building train|torch|accelerate|--nproc|flow|deepspeed|_loss|train_runtime",
        "CUDA out of memory|world_size=\\d+|using world size:|building train, validation, and test datasets|"
        "torch\\.distributed|\\b(?:torchrun|accelerate launch)\\b|--nproc_per_node|"
        "^\\++ .*\\b(?:pytorch|tensorflow|torch|deepspeed)\\b|"  // the trace of a job's script
        "(?i)\\b(?:train|training|val|dev|test)_loss['\"]?:|\\btrain_runtime\\b");
    size_t steps = 0;
    size_t others = 0;
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_head(text_cut(&rest, '\n'), 4096);
        if (pattern_match(step, line, NULL, 0) || pattern_match(bar, line, NULL, 0))
            steps++;
        else
            others += pattern_match(other, line, NULL, 0);
    }
    pattern_free(step);
    pattern_free(bar);
    pattern_free(other);
    if (steps >= 3) return BID_LIKELY;
    return steps + others >= 1 ? BID_WEAK : BID_NONE;
}

#include "cli/options.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/values.h"
#include "core/arena.h"
#include "core/lang.h"
#include "core/text.h"

enum {
    ON_ANALYZE = 1u << COMMAND_ANALYZE,
    ON_INSPECT = 1u << COMMAND_INSPECT,
    ON_EXPORT = 1u << COMMAND_EXPORT,
    ON_COMPARE = 1u << COMMAND_COMPARE,
    ON_BATCH = 1u << COMMAND_BATCH,
    ON_MERGE = 1u << COMMAND_MERGE,
    ON_FLEET = ON_BATCH | ON_MERGE,
    ON_REPORT = ON_ANALYZE | ON_COMPARE | ON_BATCH,
    ON_SERIES = ON_ANALYZE | ON_EXPORT | ON_COMPARE | ON_BATCH,
    ON_READ = ON_ANALYZE | ON_INSPECT | ON_EXPORT | ON_COMPARE | ON_BATCH,
    ON_ALL = (1u << COMMAND_COUNT_) - 1,
    FIRST_LONG = 256,  // getopt_long's value of the table's first row: behind all letters
};

const struct command_row commands_table[COMMAND_COUNT_] = {
    [COMMAND_ANALYZE] = {"analyze", "PATH...", N_("why one run was slow: the verdict and a report")},
    [COMMAND_INSPECT] = {"inspect", "PATH...", N_("what each file was recognised as, and every problem found")},
    [COMMAND_BATCH] = {"batch", "PATH...",
                       N_("every run below PATH: a report and a row each, and what they say together")},
    [COMMAND_MERGE] = {"merge", "DIR...", N_("one summary of what several batches or shards wrote")},
    [COMMAND_COMPARE] = {"compare", "BASELINE RUN...", N_("what changed between a good run and others")},
    [COMMAND_EXPORT] = {"export", "PATH...",
                        N_("the aligned series for other tools: CSV, OpenMetrics, JSON lines, SQLite")},
};

// ── one function an option ──────────────────────────────────────────────────

static bool set_output(struct options *options, const char *value, char *error, size_t size) {
    if (value[0] == '\0') snprintf(error, size, "%s", tr("the name of the directory is empty"));
    options->report.directory = options->export_path = value;
    return value[0] != '\0';
}

static bool set_format(struct options *options, const char *value, char *error, size_t size) {
    // What is allowed depends on the command, which may follow: see check_format.
    (void)error, (void)size;
    options->format = value;
    return true;
}

static bool set_run(struct options *options, const char *value, char *error, size_t size) {
    if (value[0] == '\0') snprintf(error, size, "%s", tr("the name of the run is empty"));
    options->run_name = value;
    return value[0] != '\0';
}

static struct clock_option *add_clock(struct options *options, struct clock_list *list, const char **value) {
    list->items = grow_array(list->items, &list->capacity, list->count + 1, sizeof *list->items);
    struct clock_option *item = &list->items[list->count++];
    *item = (struct clock_option){.seconds = NAN, .time = MILLIS_NONE};
    *value = value_source(options->arena, *value, &item->source);
    return item;
}

static bool set_timezone(struct options *options, const char *value, char *error, size_t size) {
    struct clock_option *item = add_clock(options, &options->timezones, &value);
    item->zone = value;
    if (value[0] == '\0') snprintf(error, size, "%s", tr("the name of the zone is empty"));
    return value[0] != '\0';
}

static bool set_offset(struct options *options, const char *value, char *error, size_t size) {
    struct clock_option *item = add_clock(options, &options->offsets, &value);
    if (item->source == NULL) {
        snprintf(error, size, "%s", tr("say which source: SOURCE=SECONDS"));
        return false;
    }
    return value_number(value, -1e9, &item->seconds, error, size);
}

static bool set_start(struct options *options, const char *value, char *error, size_t size) {
    struct clock_option *item = add_clock(options, &options->starts, &value);
    return value_time(value, &item->time, error, size);
}

static bool set_interval(struct options *options, const char *value, char *error, size_t size) {
    struct clock_option *item = add_clock(options, &options->intervals, &value);
    return value_number(value, 0.001, &item->seconds, error, size);
}

static bool set_from(struct options *options, const char *value, char *error, size_t size) {
    return value_time(value, &options->analyze.from, error, size);
}

static bool set_to(struct options *options, const char *value, char *error, size_t size) {
    return value_time(value, &options->analyze.to, error, size);
}

static bool set_host(struct options *options, const char *value, char *error, size_t size) {
    (void)error, (void)size;
    options->analyze.host = value;
    return true;
}

static bool set_rules(struct options *options, const char *value, char *error, size_t size) {
    (void)error, (void)size;
    options->rules_path = value;
    return true;
}

static bool set_columns(struct options *options, const char *value, char *error, size_t size) {
    (void)error, (void)size;
    options->read.parse.columns = value;
    return true;
}

static bool set_step_pattern(struct options *options, const char *value, char *error, size_t size) {
    (void)error, (void)size;
    options->read.parse.step_pattern = value;
    return true;
}

static bool set_date_order(struct options *options, const char *value, char *error, size_t size) {
    static const char *const words[] = {"mdy", "dmy", NULL};
    int word = value_word(value, words, error, size);
    options->read.parse.date_order = word == 1 ? DATE_ORDER_DMY : DATE_ORDER_MDY;
    return word >= 0;
}

static bool set_cost(struct options *options, const char *value, char *error, size_t size) {
    return value_number(value, 0, &options->analyze.gpu_hour_cost, error, size);
}

static bool set_run_pattern(struct options *options, const char *value, char *error, size_t size) {
    if (value[0] == '\0') snprintf(error, size, "%s", tr("the pattern is empty"));
    options->run_pattern = value;
    return value[0] != '\0';
}

static bool set_jobs(struct options *options, const char *value, char *error, size_t size) {
    double count;
    if (!value_number(value, 1, &count, error, size)) return false;
    options->workers = count > 1024 ? 1024 : (size_t)count;
    return true;
}

// "3/8": the third of eight.
static bool set_shard(struct options *options, const char *value, char *error, size_t size) {
    struct text rest = text_of(value);
    int64_t shard;
    int64_t shards;
    bool good = text_integer(text_cut(&rest, '/'), &shard) && rest.at != NULL && text_integer(rest, &shards) &&
                shard >= 1 && shard <= shards && shards <= 1000000;
    if (!good) {
        snprintf(error, size, tr("\"%s\" is not K/N with K from 1 to N, such as 3/8"), value);
        return false;
    }
    options->shard = (size_t)shard;
    options->shards = (size_t)shards;
    return true;
}

static bool set_timeout(struct options *options, const char *value, char *error, size_t size) {
    return value_number(value, 0, &options->timeout, error, size);
}

static const char *const languages[] = {"en", "zh_CN", NULL};

static bool set_lang(struct options *options, const char *value, char *error, size_t size) {
    options->lang = value;
    return value_word(value, languages, error, size) >= 0;
}

static bool set_page(struct options *options, const char *value, char *error, size_t size) {
    static const char *const words[] = {"a4", "letter", NULL};
    int word = value_word(value, words, error, size);
    options->report.page = word == 1 ? PAGE_LETTER : PAGE_A4;
    return word >= 0;
}

static bool set_only_for(struct options *options, const char *value, char *error, size_t size) {
    static const char *const words[] = {"jira", "gitlab", "mail", NULL};
    options->report.only_for = value;
    return value_word(value, words, error, size) >= 0;
}

static bool set_redact(struct options *options, const char *value, char *error, size_t size) {
    (void)value, (void)error, (void)size;
    return options->redact = true;
}

static bool set_fail_on(struct options *options, const char *value, char *error, size_t size) {
    static const char *const words[] = {"info", "warning", "critical", NULL};
    options->fail_on = value_word(value, words, error, size);
    return options->fail_on >= 0;
}

static bool set_often(enum often *often, const char *value, char *error, size_t size) {
    static const char *const words[] = {"auto", "always", "never", NULL};
    int word = value_word(value, words, error, size);
    if (word >= 0) *often = (enum often)word;
    return word >= 0;
}

static bool set_color(struct options *options, const char *value, char *error, size_t size) {
    return set_often(&options->color, value, error, size);
}

static bool set_progress(struct options *options, const char *value, char *error, size_t size) {
    return set_often(&options->progress, value, error, size);
}

static bool set_unpack_limit(struct options *options, const char *value, char *error, size_t size) {
    return value_bytes(value, &options->read.member_limit, error, size);
}

static bool set_unpack_ratio(struct options *options, const char *value, char *error, size_t size) {
    double ratio;
    if (!value_number(value, 1, &ratio, error, size)) return false;
    options->read.ratio_limit = ratio > 4e9 ? 4000000000u : (unsigned)ratio;
    return true;
}

static bool set_file_limit(struct options *options, const char *value, char *error, size_t size) {
    double count;
    if (!value_number(value, 1, &count, error, size)) return false;
    options->read.file_limit = count > 1e9 ? 1000000000 : (size_t)count;
    return true;
}

static bool set_json(struct options *options, const char *value, char *error, size_t size) {
    (void)value, (void)error, (void)size;
    return options->json = true;
}

static bool set_quiet(struct options *options, const char *value, char *error, size_t size) {
    (void)value, (void)error, (void)size;
    return options->quiet = true;
}

static bool set_verbose(struct options *options, const char *value, char *error, size_t size) {
    (void)value, (void)error, (void)size;
    return options->verbose = true;
}

static bool set_show_rules(struct options *options, const char *value, char *error, size_t size) {
    (void)value, (void)error, (void)size;
    options->show = SHOW_RULES;
    return true;
}

static bool set_show_help(struct options *options, const char *value, char *error, size_t size) {
    (void)value, (void)error, (void)size;
    options->show = SHOW_HELP;
    return true;
}

static bool set_show_man(struct options *options, const char *value, char *error, size_t size) {
    (void)value, (void)error, (void)size;
    options->show = SHOW_MAN;
    return true;
}

static bool set_show_version(struct options *options, const char *value, char *error, size_t size) {
    (void)value, (void)error, (void)size;
    options->show = SHOW_VERSION;
    return true;
}

const struct option_row options_table[] = {
    {"output", 'o', "DIR", ON_SERIES | ON_MERGE,
     N_("write the report below DIR (default whyslow-report; batch and merge: whyslow-fleet); files of an earlier "
        "report are replaced, others left alone; export: the file to write (default: standard output)"),
     set_output},
    {"format", 'f', "LIST", ON_SERIES,
     N_("what to write, of pdf,png,xlsx,md,json (default all; a report of batch: pdf,md,json); export: csv (default), "
        "openmetrics, jsonl or sqlite"),
     set_format},
    {"run", 0, "NAME", ON_EXPORT, N_("what an export calls the run (default: the name of the directory or archive)"),
     set_run},
    {"jobs", 'j', "N", ON_BATCH, N_("runs analysed at the same time (default: one a processor)"), set_jobs},
    {"timeout", 0, "SECONDS", ON_BATCH,
     N_("give up a run that takes longer, and say so in its row (default 3600; 0: never)"), set_timeout},
    {"run-pattern", 0, "PATTERN", ON_BATCH,
     N_("folders and files whose path below PATH matches this shell pattern are the runs, such as '*/job-*' (default: "
        "folders with logs, and archives)"),
     set_run_pattern},
    {"shard", 0, "K/N", ON_BATCH,
     N_("only the runs of the K-th of N parts, for as many machines; \"whyslow merge\" puts them together"), set_shard},
    {"timezone", 0, "[SOURCE=]ZONE", ON_SERIES,
     N_("IANA zone of logs that print none; SOURCE is a path or the end of one; may be repeated"), set_timezone},
    {"offset", 0, "SOURCE=SECONDS", ON_SERIES, N_("the clock of SOURCE is known to be ahead by SECONDS"), set_offset},
    {"start", 0, "[SOURCE=]TIME", ON_SERIES, N_("when a log without times began"), set_start},
    {"interval", 0, "[SOURCE=]SECONDS", ON_SERIES, N_("seconds between the reports of a log without times"),
     set_interval},
    {"from", 0, "TIME", ON_SERIES, N_("leave out what was before TIME"), set_from},
    {"to", 0, "TIME", ON_SERIES, N_("leave out what came after TIME"), set_to},
    {"host", 0, "NAME", ON_SERIES, N_("only the logs of this host"), set_host},
    {"rules", 0, "FILE", ON_SERIES, N_("thresholds, in the form that --print-rules prints"), set_rules},
    {"print-rules", 0, NULL, ON_ALL, N_("print the thresholds in force by default, each with its reason, and exit"),
     set_show_rules},
    {"columns", 0, "LIST", ON_READ, N_("names of the columns of an nvidia-smi CSV without header, in their order"),
     set_columns},
    {"step-pattern", 0, "REGEX", ON_READ,
     N_("how the training log writes a step: a PCRE2 pattern with named groups time, step, seconds or rate"),
     set_step_pattern},
    {"date-order", 0, "ORDER", ON_READ, N_("how dates such as 03/04/24 are meant: mdy or dmy"), set_date_order},
    {"gpu-hour-cost", 0, "PRICE", ON_ANALYZE | ON_FLEET, N_("price of a GPU-hour: adds money to the lost time"),
     set_cost},
    {"fail-on", 0, "SEVERITY", ON_REPORT,
     N_(/* xgettext:no-c-format */ "exit with status 1 if a finding, or with compare what got worse, is at least this "
                                   "severe: info, warning (5 % "
                                   "slower, a new cause) or critical (25 % slower)"),
     set_fail_on},
    {"page", 0, "SIZE", ON_REPORT | ON_MERGE, N_("paper of the PDF: a4 (default) or letter"), set_page},
    {"for", 0, "PLACE", ON_REPORT,
     N_("write report.md in the dialect, and below the size limit, of jira, gitlab or mail"), set_only_for},
    {"redact", 0, NULL, ON_READ | ON_MERGE,
     N_("hide host names, users, serial numbers, addresses and directories, the same by the same everywhere"),
     set_redact},
    {"json", 0, NULL, ON_INSPECT, N_("print JSON, schema whyslow.inspect/1"), set_json},
    {"unpack-limit", 0, "SIZE", ON_READ, N_("largest log that is unpacked from an archive (default 4G)"),
     set_unpack_limit},
    {"unpack-ratio", 0, "N", ON_READ,
     N_("an archive that unpacks to more than N times its size is a bomb (default 1000)"), set_unpack_ratio},
    {"file-limit", 0, "N", ON_READ, N_("files read below one PATH (default 20000)"), set_file_limit},
    {"lang", 0, "LANGUAGE", ON_ALL, N_("en or zh_CN (default: from the environment)"), set_lang},
    {"quiet", 'q', NULL, ON_ALL, N_("no messages but errors"), set_quiet},
    {"verbose", 'v', NULL, ON_ALL, N_("every problem of every file"), set_verbose},
    {"color", 0, "WHEN", ON_ALL, N_("auto (default), always or never; NO_COLOR is honoured"), set_color},
    {"progress", 0, "WHEN", ON_ALL, N_("auto (default), always or never"), set_progress},
    {"help", 'h', NULL, ON_ALL, N_("print this text and exit"), set_show_help},
    {"help-man", 0, NULL, ON_ALL, N_("print the manual page (roff) and exit"), set_show_man},
    {"version", 'V', NULL, ON_ALL, N_("print the version and exit"), set_show_version},
    {NULL, 0, NULL, 0, NULL, NULL},
};

// ── reading the command line ────────────────────────────────────────────────

enum { OPTIONS_MOST = 64 };

struct getopt_form {
    struct option longs[OPTIONS_MOST];
    char shorts[3 * OPTIONS_MOST];
};

static void make_form(struct getopt_form *form) {
    size_t at = 0;
    form->shorts[at++] = ':';  // tells a missing argument from an unknown option
    size_t i = 0;
    for (; options_table[i].name != NULL && i + 1 < OPTIONS_MOST; i++) {
        const struct option_row *row = &options_table[i];
        int has = row->argument == NULL ? no_argument : required_argument;
        form->longs[i] = (struct option){row->name, has, NULL, FIRST_LONG + (int)i};
        if (row->letter == 0) continue;
        form->shorts[at++] = row->letter;
        if (row->argument != NULL) form->shorts[at++] = ':';
    }
    form->longs[i] = (struct option){0};
    form->shorts[at] = '\0';
}

static const struct option_row *row_of(int value) {
    if (value >= FIRST_LONG) return &options_table[value - FIRST_LONG];
    for (const struct option_row *row = options_table; row->name != NULL; row++)
        if (row->letter == value) return row;
    return NULL;
}

// What getopt_long did not understand: `value` is '?' or ':'.
static void say_wrong(int value, char *const *argv, char *error, size_t size) {
    const struct option_row *row = optopt == 0 ? NULL : row_of(optopt);
    if (row != NULL && value == ':') {
        snprintf(error, size, tr("option --%s needs a value: --%s=%s"), row->name, row->name, row->argument);
    } else if (row != NULL) {
        snprintf(error, size, tr("option --%s takes no value"), row->name);
    } else if (optopt != 0) {
        snprintf(error, size, tr("unknown option -%c; see whyslow --help"), optopt);
    } else {
        const char *names[OPTIONS_MOST] = {NULL};
        size_t count = 0;
        for (const struct option_row *any = options_table; any->name != NULL; any++) names[count++] = any->name;
        const char *typed = argv[optind - 1];
        char word[64];
        snprintf(word, sizeof word, "%.*s", (int)strcspn(typed + 2, "="), typed + 2);
        const char *nearest = value_nearest(word, names);
        bool start_of_several = false;
        for (size_t i = 0; i < count; i++) start_of_several |= strncmp(names[i], word, strlen(word)) == 0;
        if (start_of_several)
            snprintf(error, size, tr("--%s is the beginning of several options; see whyslow --help"), word);
        else if (nearest != NULL)
            snprintf(error, size, tr("unknown option --%s; did you mean --%s?"), word, nearest);
        else
            snprintf(error, size, tr("unknown option --%s; see whyslow --help"), word);
    }
}

// ── the line that makes the same report again ───────────────────────────────

// What only says where the report goes and how it is told changes nothing in it.
static bool is_of_the_report(const struct option_row *row) {
    static const char *const others[] = {"output",   "run",  "quiet",   "verbose", "color",
                                         "progress", "jobs", "timeout", "shard"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(row->name, others[i]) == 0) return false;
    return true;
}

const char *options_quoted(struct arena *arena, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=@%+";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') return word;
    char *copy = arena_alloc(arena, 4 * strlen(word) + 3), *to = copy;
    *to++ = '\'';
    for (; *word != '\0'; word++)
        if (*word == '\'')
            to = stpcpy(to, "'\\''");
        else
            *to++ = *word;
    *to = '\'';
    return copy;
}

static void note_option(struct options *options, const struct option_row *row, const char *value) {
    if (!is_of_the_report(row)) return;
    const char *word = value == NULL
                           ? arena_printf(options->arena, " --%s", row->name)
                           : arena_printf(options->arena, " --%s=%s", row->name, options_quoted(options->arena, value));
    options->report.command_line = arena_printf(options->arena, "%s%s", options->report.command_line, word);
    if ((row->commands & ON_ANALYZE) != 0) options->said = arena_printf(options->arena, "%s%s", options->said, word);
}

static void note_paths(struct options *options) {
    for (size_t i = 0; i < options->path_count; i++)
        options->report.command_line = arena_printf(options->arena, "%s %s", options->report.command_line,
                                                    options_quoted(options->arena, options->paths[i]));
}

static void take_command(struct options *options, int argc, char **argv) {
    if (optind < argc) {
        for (int i = 0; i < COMMAND_COUNT_; i++) {
            if (strcmp(argv[optind], commands_table[i].name) != 0) continue;
            options->command = (enum command)i;
            optind++;
            break;
        }
    }
    if (options->command != COMMAND_ANALYZE)
        options->report.command_line =
            arena_printf(options->arena, "whyslow %s%s", commands_table[options->command].name,
                         options->report.command_line + strlen("whyslow analyze"));
    bool fleet = options->command == COMMAND_BATCH || options->command == COMMAND_MERGE;
    if (options->report.directory == NULL) options->report.directory = fleet ? "whyslow-fleet" : "whyslow-report";
    if (fleet) options->report.formats = 1u << REPORT_PDF | 1u << REPORT_MD | 1u << REPORT_JSON;
    options->paths = argv + optind;
    options->path_count = (size_t)(argc - optind);
}

static bool check_format(struct options *options, char *error, size_t size) {
    char why[300] = "";
    bool good = true;
    if (options->command == COMMAND_EXPORT) {
        int form = options->format == NULL ? EXPORT_CSV : value_word(options->format, export_names, why, sizeof why);
        good = form >= 0;
        if (good) options->export_form = (enum export_form)form;
    } else if (options->format != NULL) {
        good = value_formats(options->format, &options->report.formats, why, sizeof why);
    }
    if (!good) snprintf(error, size, tr("--%s: %s"), "format", why);
    bool to_stream = options->export_path == NULL || strcmp(options->export_path, "-") == 0;
    if (!good || options->command != COMMAND_EXPORT || export_is_text(options->export_form) || !to_stream) return good;
    snprintf(error, size, "%s", tr("a database needs a file: --output=FILE"));
    return false;
}

static bool check_use(const struct options *options, const struct option_row *const *used, size_t count, char *error,
                      size_t size) {
    const struct command_row *command = &commands_table[options->command];
    for (size_t i = 0; i < count; i++) {
        if ((used[i]->commands & 1u << options->command) != 0) continue;
        snprintf(error, size, tr("--%s is not an option of \"whyslow %s\""), used[i]->name, command->name);
        return false;
    }
    if (options->show == SHOW_NOTHING && options->path_count == 0) {
        snprintf(error, size, tr("which logs? whyslow %s %s; see whyslow --help"), command->name, command->arguments);
        return false;
    }
    const struct analyze_options *span = &options->analyze;
    if (span->from != MILLIS_NONE && span->to != MILLIS_NONE && span->from >= span->to) {
        snprintf(error, size, "%s", tr("--from is not before --to"));
        return false;
    }
    return true;
}

static void hand_over_lists(struct options *options) {
    struct analyze_options *to = &options->analyze;
    to->timezones = options->timezones.items;
    to->timezone_count = options->timezones.count;
    to->offsets = options->offsets.items;
    to->offset_count = options->offsets.count;
    to->starts = options->starts.items;
    to->start_count = options->starts.count;
    to->intervals = options->intervals.items;
    to->interval_count = options->intervals.count;
}

static void set_defaults(struct options *options) {
    *options = (struct options){.fail_on = -1, .arena = arena_new()};
    options->analyze.from = options->analyze.to = MILLIS_NONE;
    options->analyze.gpu_hour_cost = NAN;
    options->report.directory = NULL;  // take_command knows the default
    options->said = "";
    options->timeout = 3600;
    options->report.formats = REPORT_ALL;
    options->report.command_line = "whyslow analyze";
}

bool options_read(struct options *options, int argc, char **argv, char *error, size_t size) {
    set_defaults(options);
    struct getopt_form form;
    make_form(&form);
    const struct option_row *used[OPTIONS_MOST];
    size_t used_count = 0;
    opterr = 0;
    optind = 0;  // GNU: forgets an earlier scan altogether
    for (int value; (value = getopt_long(argc, argv, form.shorts, form.longs, NULL)) != -1;) {
        if (value == '?' || value == ':') {
            say_wrong(value, argv, error, size);
            return false;
        }
        const struct option_row *row = row_of(value);
        char why[300] = "";
        if (!row->set(options, optarg == NULL ? "" : optarg, why, sizeof why)) {
            snprintf(error, size, tr("--%s: %s"), row->name, why);
            return false;
        }
        if (used_count < OPTIONS_MOST) used[used_count++] = row;
        note_option(options, row, optarg);
    }
    take_command(options, argc, argv);
    note_paths(options);
    hand_over_lists(options);
    return check_use(options, used, used_count, error, size) && check_format(options, error, size);
}

const char *options_language(int argc, char *const *argv) {
    const char *last = NULL;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *value = NULL;
        if (strncmp(argv[i], "--lang=", 7) == 0) value = argv[i] + 7;
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) value = argv[i + 1];
        for (size_t k = 0; value != NULL && languages[k] != NULL; k++)
            if (strcmp(value, languages[k]) == 0) last = languages[k];
    }
    return last;
}

void options_free(struct options *options) {
    free(options->timezones.items);
    free(options->offsets.items);
    free(options->starts.items);
    free(options->intervals.items);
    arena_free(options->arena);
}

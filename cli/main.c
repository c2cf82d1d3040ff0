// whyslow: why was the training run slow, how sure are we, and what did it cost?
//
//   logs → parsers → recording → analyzer → diagnosis → reports → files
//
// clang-format off
// core/      arena text unit when* lang: memory, pieces of text, numbers, times, languages · recording: the series model
// parsers/   lines decode charset screen: bytes → lines · reader walk peek unpack digest mixed hosts rotated: paths → sources
//            parser parsers: the table of formats · pcre fields line_prefix date_order log_clock csv_cells: what formats share
//            sysstat_* merged json_records: what sar and its kin share
//            nvidia_* gpu_* gpustat* dcgm* iostat* smartctl* smartd_attrlog hdparm kernel_* train_*: one family each
//            vmstat* mpstat* pidstat* sar_text sadf* dstat* free_log proc_loop pcp_iostat nfsiostat: one each
// analyzer/  analyze: the order of the work · model: what its files share · rules alerts trends: thresholds, warnings
//            align* civil_zone years run_host: one clock, one host · nodes*: several hosts, each judged by itself first
//            grid clock_loss reason_counters stalls apportion: lost GPU time
//            cause.h causes cause_*: one file a cause, one table · gpus disks host incidents xid health*: what they look at
//            stats* (the only includer of GSL) correlate relations changes anomaly period calibration: statistics
//            phases findings verdict quality: what comes out · diagnosis: the result · fleet*: many runs · comparison*: two
// reports/   writer writers outset: one table, all files or none · summary shown redact* document*: everything said, once
//            canvas axis palette lanes envelope figure chart*: pictures · page flow* pdf png · xlsx* · markdown* · json* · terminal* · fleet_* · compare_*
//            exports series_list tidy_csv openmetrics metric_names json_lines sqlite_series: the series for other tools
// cli/       main · options values: the command line as a table · help: --help and the manual page · message: stderr
//            commands.h analysis command_* inspect*: one file a word
//            batch_runs file_names batch_pool batch_work: runs, processes, one run · batch_row batch_index batch_summary: rows, fleet.db
// samples/   runs with the truth beside them, their generator, capture.sh
// tests/     unit, cases and bad (a folder each), fuzz, the corpus (corpus_inspect.py)
// clang-format on
#include <signal.h>
#include <stdio.h>

#include "analyzer/rules.h"
#include "analyzer/stats.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "cli/options.h"
#include "core/lang.h"

static int show(const struct options *options) {
    switch (options->show) {
        case SHOW_HELP:
            help_print();
            break;
        case SHOW_MAN:
            help_print_man();
            break;
        case SHOW_RULES:
            rules_print(stdout);
            break;
        case SHOW_VERSION:
        case SHOW_NOTHING:
            puts("whyslow " WHYSLOW_VERSION);
            break;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_ANALYSED : EXIT_NOT_WRITTEN;
}

static int run(struct options *options) {
    if (options->show != SHOW_NOTHING) return show(options);
    switch (options->command) {
        case COMMAND_ANALYZE:
            return command_analyze(options);
        case COMMAND_INSPECT:
            return command_inspect(options);
        case COMMAND_BATCH:
            return command_batch(options);
        case COMMAND_MERGE:
            return command_merge(options);
        case COMMAND_EXPORT:
            return command_export(options);
        case COMMAND_COMPARE:
            return command_compare(options);
        default:
            return EXIT_USAGE;
    }
}

int main(int argc, char **argv) {
    // A reader that went away and a file that may not grow are errors of writing, with a message and a status.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    const char *language = options_language(argc, argv);
    bool in_language = lang_start(language);
    stats_init();
    struct options options;
    char error[512];
    int status = EXIT_USAGE;
    if (options_read(&options, argc, argv, error, sizeof error)) {
        if (!in_language && language != NULL && !options.quiet)
            message("the catalogue of %s is not installed: English is used", language);
        status = run(&options);
    } else {
        message("%s", error);
    }
    options_free(&options);
    return status;
}

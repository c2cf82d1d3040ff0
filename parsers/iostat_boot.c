// The first report of each run holds averages since boot, unless -y left it out. Only some versions
// show that; but a report over one second can be told by its numbers. A second holds a whole number of requests, so
// one and the same divisor near 1 must turn all its rates into whole numbers. Averages over days never do that by
// chance: with a printing error of 0.005, each independent rate passes for one of the 21 divisors with a probability
// below 0.02, so five of them together with less than 21 * 0.02^5 = 7e-8.
#include "parsers/iostat_boot.h"

#include <math.h>

#include "core/lang.h"

enum { RATES_NEEDED = 5, RATES_KEPT = 64 };

// With a row of zeros beside them fewer will do: iostat leaves devices out that had no request since boot (unless all
// were asked for).
enum { RATES_NEEDED_BESIDE_IDLE = 3 };

// Intervals of a second that were met: 0.95 to 1.05 (iostat waits a second and measures what it became).
static const double shortest_second = 0.90, second_step = 0.01;

struct rates {
    double at[RATES_KEPT];  // distinct, none 0
    size_t count;
    bool fine;   // some number shows hundredths: not printed with --dec=0 or 1
    bool idle;   // some device's row is nothing but zeros
    bool disks;  // there are rows of devices
};

// Row of a report in a table, SIZE_MAX if the device is not in it.
static size_t row_of(const struct table *table, millis ordinal) {
    size_t low = 0;
    size_t high = table->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->time[middle] < ordinal)
            low = middle + 1;
        else
            high = middle;
    }
    return low < table->row_count && table->time[low] == ordinal ? low : SIZE_MAX;
}

static bool is_request_rate(const struct column *column) { return column->unit == UNIT_PER_S; }

static void add_rate(struct rates *rates, double value) {
    if (!(value > 0) || rates->count == RATES_KEPT) return;
    // Partitions and stacked devices repeat their disk's numbers.
    for (size_t i = 0; i < rates->count; i++)
        if (rates->at[i] == value) return;
    rates->at[rates->count++] = value;
}

static struct rates collect(const struct iostat_log *log, millis ordinal) {
    struct rates rates = {.count = 0};
    for (size_t i = 0; i < log->source->table_count; i++) {
        const struct table *table = &log->source->tables[i];
        size_t row = table->entity_kind == ENTITY_DISK ? row_of(table, ordinal) : SIZE_MAX;
        if (row == SIZE_MAX) continue;
        bool idle = true;
        rates.disks = true;
        for (size_t k = 0; k < table->column_count; k++) {
            double value = table->columns[k].values[row];
            if (isnan(value) || value == 0) continue;
            idle = false;
            double tenths = value * 10;
            rates.fine |= fabs(tenths - round(tenths)) > 0.05;
            if (is_request_rate(&table->columns[k])) add_rate(&rates, value);
        }
        rates.idle |= idle;
    }
    return rates;
}

static bool whole_after(const struct rates *rates, double seconds) {
    for (size_t i = 0; i < rates->count; i++) {
        double requests = rates->at[i] * seconds;
        // The rate was rounded to hundredths, and the interval to the same.
        if (requests < 0.5 || fabs(requests - round(requests)) > 0.006 * seconds + requests * 1e-6) return false;
    }
    return true;
}

static bool tells(const struct rates *rates) {
    return rates->fine && rates->count >= (rates->idle ? (size_t)RATES_NEEDED_BESIDE_IDLE : (size_t)RATES_NEEDED);
}

// True if the report may span so many seconds, give or take a tenth of one.
static bool spans(const struct rates *rates, double wanted) {
    double off = 1 - shortest_second;
    for (double seconds = wanted - off; seconds < wanted + off + second_step / 2; seconds += second_step)
        if (whole_after(rates, seconds)) return true;
    return false;
}

static bool spans_a_second(const struct rates *rates) { return tells(rates) && spans(rates, 1); }

static size_t run_length(const struct iostat_log *log, size_t run) {
    size_t end = run + 1 < log->run_count ? log->runs[run + 1].first_report : log->report_count;
    return end - log->runs[run].first_report;
}

// `iostat -xy 1 1` in a loop: every run is one report, and those with enough numbers to tell span a second.
// Quiet seconds cannot tell by themselves; they follow the others.
static bool is_loop_of_seconds(const struct iostat_log *log) {
    size_t told = 0;
    size_t seconds = 0;
    for (size_t i = 0; i < log->run_count; i++) {
        if (run_length(log, i) > 1) return false;
        if (run_length(log, i) == 0) continue;
        struct rates rates = collect(log, (millis)log->runs[i].first_report);
        if (!tells(&rates)) continue;
        told++;
        if (spans_a_second(&rates)) seconds++;
    }
    return told > 0 && seconds * 2 > told;
}

void iostat_boot_mark(struct iostat_log *log) {
    bool loop = is_loop_of_seconds(log);
    bool said = false;
    for (size_t i = 0; i < log->run_count; i++) {
        struct iostat_run *run = &log->runs[i];
        if (run_length(log, i) == 0 || run->no_boot_report) continue;
        struct rates rates = collect(log, (millis)run->first_report);
        // Without a banner the beginning may have been cut off or filtered out: a row of zeros settles it, since iostat
        // leaves devices out that had no request since boot.
        run->no_boot_report = loop || spans_a_second(&rates) || (!run->banner && rates.disks && rates.idle);
        if (run->no_boot_report) {
            if (run->banner && !said)
                source_problem(
                    log->source, log->reports[run->first_report].line, SEVERITY_INFO,
                    tr("the numbers of this report span a second, not the time since boot: iostat ran with -y"));
            said |= run->banner;
            continue;
        }
        log->reports[run->first_report].since_boot = true;
        log->source->since_boot_reports++;
    }
}

double iostat_boot_interval(const struct iostat_log *log, bool *proved) {
    static const double candidates[] = {1, 2, 3, 5, 10};
    enum { CANDIDATES = sizeof candidates / sizeof *candidates, REPORTS_ASKED = 500 };
    size_t fits[CANDIDATES] = {0};
    size_t told = 0;
    for (size_t i = 0; i < log->report_count && told < REPORTS_ASKED; i++) {
        if (log->reports[i].since_boot) continue;
        struct rates rates = collect(log, (millis)i);
        if (!tells(&rates)) continue;
        told++;
        for (size_t k = 0; k < CANDIDATES; k++) fits[k] += spans(&rates, candidates[k]) ? 1 : 0;
    }
    *proved = false;
    for (size_t k = 0; k < CANDIDATES; k++) {
        // Nine of ten: a device that resets its counters must not decide. Two, so that chance does not.
        if (told < 2 || fits[k] * 10 < told * 9) continue;
        *proved = true;
        return candidates[k];
    }
    return 1;
}

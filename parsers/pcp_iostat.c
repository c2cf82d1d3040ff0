// pcp_iostat.c: "# Timestamp Device rrqm/s …", then rows "Mon Nov 23 11:44:02 2026 sda …". No row is since boot.
#include "parsers/pcp_iostat.h"

#include "core/lang.h"
#include "parsers/fields.h"
#include "parsers/log_clock.h"

// Words of a stamp as asctime prints it, and of the header before the columns.
enum { STAMP_WORDS = 5, HEADER_WORDS = 3, COLUMNS_MOST = 32 };

struct pcp_column {
    const char *name, *quantity;
    enum unit unit;
};

static const struct pcp_column known[] = {{"rrqm/s", "rrqm/s", UNIT_PER_S},    {"wrqm/s", "wrqm/s", UNIT_PER_S},
                                          {"r/s", "r/s", UNIT_PER_S},          {"w/s", "w/s", UNIT_PER_S},
                                          {"rkB/s", "rkB/s", UNIT_KIB_PER_S},  {"wkB/s", "wkB/s", UNIT_KIB_PER_S},
                                          {"await", "await", UNIT_MS},         {"r_await", "r_await", UNIT_MS},
                                          {"w_await", "w_await", UNIT_MS},     {"avgqu-sz", "aqu-sz", UNIT_REQUESTS},
                                          {"aqu-sz", "aqu-sz", UNIT_REQUESTS}, {"rareq-sz", "rareq-sz", UNIT_KIB},
                                          {"wareq-sz", "wareq-sz", UNIT_KIB},  {"%rrqm", "%rrqm", UNIT_PERCENT},
                                          {"%wrqm", "%wrqm", UNIT_PERCENT},    {"%util", "%util", UNIT_PERCENT}};

struct pcp_iostat {
    struct source *source;
    struct log_clock clock;
    const struct pcp_column *columns[COLUMNS_MOST];  // NULL: not kept
    size_t count;                                    // 0 before a header
    millis before;
};

static bool is_header(const struct fields *words) {
    return words->count > HEADER_WORDS + 2 && text_equal(words->at[0], "#") && text_equal(words->at[1], "Timestamp") &&
           text_equal(words->at[2], "Device");
}

static void take_header(struct pcp_iostat *log, const struct fields *words) {
    log->count = 0;
    for (size_t i = HEADER_WORDS; i < words->count && log->count < COLUMNS_MOST; i++) {
        const struct pcp_column *column = NULL;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            if (text_equal(words->at[i], known[k].name)) column = &known[k];
        log->columns[log->count++] = column;
    }
}

static bool read_stamp(struct pcp_iostat *log, const struct fields *words, millis *at) {
    struct text last = words->at[STAMP_WORDS - 1];
    struct text stamp = {words->at[0].at, (size_t)(last.at + last.length - words->at[0].at)};
    return log_clock_read(&log->clock, stamp, at);
}

static void take_row(struct pcp_iostat *log, const struct fields *words, uint32_t line) {
    struct source *source = log->source;
    double values[COLUMNS_MOST];
    millis at;
    if (words->count != STAMP_WORDS + 1 + log->count || !read_stamp(log, words, &at)) {
        source_skip(source, line, tr("not a row of pcp iostat"));
        return;
    }
    for (size_t i = 0; i < log->count; i++)
        if (!text_number(words->at[STAMP_WORDS + 1 + i], &values[i]) || values[i] < 0 || values[i] >= 1e9) {
            source_skip(source, line, tr("not a row of pcp iostat"));
            return;
        }
    if (source->reports == 0 || at != log->before) source->reports++;
    log->before = at;
    struct table *table = source_table(source, words->at[STAMP_WORDS], ENTITY_DISK);
    size_t row = table_row(table, at, 0, line);
    source->samples++;
    for (size_t i = 0; i < log->count; i++)
        if (log->columns[i] != NULL)
            table_set(table, row,
                      table_column(source, table, log->columns[i]->quantity, log->columns[i]->unit, SERIES_AVERAGE),
                      values[i]);
}

void pcp_iostat_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    struct pcp_iostat log = {.source = source, .clock = {.source = source, .order = options->date_order}};
    struct text line;
    while (lines_next(lines, &line)) {
        struct fields words;
        fields_split(line, &words);
        if (words.count == 0) continue;
        if (is_header(&words))
            take_header(&log, &words);
        else if (lines_unended(lines))
            source_skip(source, lines_number(lines), tr("the file ends in this line: not used"));
        else if (log.count > 0)
            take_row(&log, &words, lines_number(lines));
    }
    source->refused = source->samples == 0;
    if (source->refused) source_problem(source, 0, SEVERITY_CRITICAL, tr("no row of pcp iostat in this log"));
}

int pcp_iostat_bid(struct text head, bool whole) {
    (void)whole;
    for (int i = 0; i < 50 && head.at != NULL; i++) {
        struct fields words;
        struct text line = text_cut(&head, '\n');
        if (line.length > 500) continue;
        fields_split(line, &words);
        if (is_header(&words)) return BID_SURE + 5;
    }
    return BID_NONE;
}

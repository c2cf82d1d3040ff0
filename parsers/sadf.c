// sadf.c: `sadf -d` (a header before each table, semicolons) and `sadf -p` (one value a line, tabs).
#include "parsers/sadf.h"

#include <math.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/sadf_rows.h"

enum { COLUMNS_MOST = 64, LEADING = 3 };  // hostname;interval;timestamp

// ── -d ──────────────────────────────────────────────────────────────────────

struct sadf_table {
    enum sysstat_subject subject;
    bool keyed;    // the first of its columns tells the rows apart
    bool repeats;  // -h: all devices in one line
    size_t width;  // columns behind the stamp, the key included
    bool used[COLUMNS_MOST];
    struct sysstat_field fields[COLUMNS_MOST];
};

// A blank may stand before it.
static bool is_csv_header(struct text line) { return text_starts(text_trim(line), "# hostname;interval;timestamp"); }

static void take_csv_header(struct sadf_table *table, struct text line) {
    *table = (struct sadf_table){.subject = SYSSTAT_HOST};
    struct text rest = line;
    for (size_t i = 0; i < LEADING; i++) text_cut(&rest, ';');
    // "%util[...]": the same columns come again for each device.
    if (text_ends(rest, "[...]")) {
        table->repeats = true;
        rest.length -= 5;
    }
    while (rest.at != NULL && table->width < COLUMNS_MOST) {
        struct text name = text_trim(text_cut(&rest, ';'));
        if (table->width == 0) {
            table->subject = sysstat_subject_of(name);
            table->keyed = table->subject != SYSSTAT_HOST;
        }
        size_t column = table->width++;
        if ((table->keyed && column == 0) || table->subject == SYSSTAT_IGNORED) continue;
        table->used[column] = sysstat_field_find(table->subject, name, &table->fields[column]);
        // CPUs have tables about other things than their time.
        if (table->subject == SYSSTAT_CPU && table->used[column] && !text_starts(name, "%"))
            table->used[column] = false;
    }
}

// The columns of one device from `rest`; false if the line ends in them.
static bool take_csv_group(struct sadf *sadf, const struct sadf_table *table, struct text *rest) {
    struct sadf_value values[COLUMNS_MOST];
    size_t count = 0;
    struct text name = TEXT("host");
    for (size_t column = 0; column < table->width; column++) {
        if (rest->at == NULL) return false;
        struct text cell = text_trim(text_cut(rest, ';'));
        if (table->keyed && column == 0) name = cell;
        if (!table->used[column]) continue;
        values[count++] =
            (struct sadf_value){.field = table->fields[column], .value = sysstat_value(&table->fields[column], cell)};
    }
    sadf_store(sadf, table->subject, name, values, count);
    return true;
}

// Host, interval and stamp at the start of a row of either form; false if they are not there.
static bool take_leading(struct sadf *sadf, struct text *rest, char separator, uint32_t line) {
    struct text host = text_cut(rest, separator);
    struct text interval = text_cut(rest, separator);
    struct text stamp = text_cut(rest, separator);
    double seconds = 0;
    if (rest->at == NULL || !text_number(interval, &seconds) || !sadf_stamp(sadf, stamp, seconds, line)) return false;
    struct source *source = sadf->source;
    if (source->host[0] == '\0' && host.length > 0) source->host = text_copy(source->arena_, host);
    return true;
}

static void take_csv_row(struct sadf *sadf, const struct sadf_table *table, struct text line, uint32_t number) {
    struct text rest = line;
    if (!take_leading(sadf, &rest, ';', number)) {
        source_skip(sadf->source, number, tr("not a row of sadf"));
    } else if (text_starts(rest, "LINUX-RESTART")) {
        sadf_restart(sadf);
    } else if (text_starts(rest, "COM ")) {
        return;  // a comment that somebody put into the record
    } else if (table->width == 0) {
        source_skip(sadf->source, number, tr("before any header"));
    } else if (table->subject != SYSSTAT_IGNORED) {
        bool whole = true;
        do {
            whole = take_csv_group(sadf, table, &rest);
        } while (whole && table->repeats && rest.at != NULL);
        if (!whole || rest.at != NULL)
            source_skip(sadf->source, number, tr("a row with another number of values than its header has columns"));
    }
}

void sadf_csv_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct sadf sadf = {.source = source};
    struct sadf_table table = {0};
    struct text line;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        line = text_trim(line);
        if (line.length == 0) continue;
        if (is_csv_header(line))
            take_csv_header(&table, line);
        else if (lines_unended(lines))
            source_skip(source, number, tr("the file ends in this line: not used"));
        else
            take_csv_row(&sadf, &table, line, number);
    }
    sadf_finish(&sadf);
}

int sadf_csv_bid(struct text head, bool whole) {
    (void)whole;
    for (struct text rest = head; rest.at != NULL;)
        if (is_csv_header(text_cut(&rest, '\n'))) return BID_SURE;
    return BID_NONE;
}

// ── -p ──────────────────────────────────────────────────────────────────────

// No header says what a line is about: the device and the name of the value do.
static enum sysstat_subject subject_of(struct text device, struct text name) {
    int64_t number;
    if (text_equal(device, "-")) return SYSSTAT_HOST;
    bool is_cpu =
        text_equal(device, "all") || (text_starts(device, "cpu") && text_integer(text_skip(device, 3), &number));
    if (is_cpu) return text_starts(name, "%") ? SYSSTAT_CPU : SYSSTAT_IGNORED;
    if (text_starts(name, "rx") || text_starts(name, "tx") || text_equal(name, "coll/s") || text_equal(name, "%ifutil"))
        return SYSSTAT_NET;
    return SYSSTAT_DISK;
}

static void take_tsv_row(struct sadf *sadf, struct text line, uint32_t number) {
    struct text rest = line;
    if (!take_leading(sadf, &rest, '\t', number)) {
        source_skip(sadf->source, number, tr("not a row of sadf"));
        return;
    }
    if (text_starts(rest, "LINUX-RESTART")) {
        sadf_restart(sadf);
        return;
    }
    struct text device = text_cut(&rest, '\t');
    struct text name = text_cut(&rest, '\t');
    if (rest.at == NULL) {
        if (!text_starts(device, "COM")) source_skip(sadf->source, number, tr("not a row of sadf"));
        return;
    }
    enum sysstat_subject subject = subject_of(device, name);
    struct sadf_value value;
    if (subject == SYSSTAT_IGNORED || !sysstat_field_find(subject, name, &value.field)) return;
    value.value = sysstat_value(&value.field, text_trim(rest));
    sadf_store(sadf, subject, device, &value, 1);
}

void sadf_tsv_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct sadf sadf = {.source = source};
    struct text line;
    while (lines_next(lines, &line)) {
        if (text_trim(line).length == 0) continue;
        if (lines_unended(lines))
            source_skip(source, lines_number(lines), tr("the file ends in this line: not used"));
        else
            take_tsv_row(&sadf, line, lines_number(lines));
    }
    sadf_finish(&sadf);
}

// Six columns: host, interval, stamp, device, name, number.
static bool is_tsv_row(struct text line) {
    struct text cells[6];
    struct text rest = line;
    for (size_t i = 0; i < 6; i++) {
        if (rest.at == NULL) return false;
        cells[i] = text_cut(&rest, '\t');
    }
    double number;
    struct when when;
    return rest.at == NULL && text_number(cells[1], &number) && cells[2].length < 60 &&
           when_read(cells[2], DATE_ORDER_UNKNOWN, &when) && (when.has_time || when.epoch) &&
           text_number(text_trim(cells[5]), &number);
}

int sadf_tsv_bid(struct text head, bool whole) {
    (void)whole;
    size_t rows = 0;
    size_t others = 0;
    for (struct text rest = head; rest.at != NULL && rows < 20;) {
        struct text line = text_cut(&rest, '\n');
        if (text_trim(line).length == 0) continue;
        if (is_tsv_row(line))
            rows++;
        else if (rest.at != NULL && !text_has(line, "LINUX-RESTART"))
            others++;
        if (others > 20) break;
    }
    return rows > 2 && rows > others ? BID_SURE : BID_NONE;
}

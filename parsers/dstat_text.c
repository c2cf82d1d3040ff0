// dstat_text.c: what dstat prints on the screen: titles between dashes, names, rows with '|' between groups and ':'
// between the devices of a group; both header lines come again every screenful.
#include <math.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/dstat.h"
#include "parsers/dstat_columns.h"
#include "parsers/fields.h"

enum { GROUPS_MOST = 64, LINE_MOST = 4096 };

// dool draws with U+2502 (|), U+2504 (-), U+250A (:), U+252C and U+253C (between titles).
static struct text plain_line(struct text line, char room[LINE_MOST]) {
    if (!text_has(line, "\xe2\x94")) return line;
    size_t length = 0;
    for (size_t i = 0; i < line.length && length < LINE_MOST; i++) {
        char c = line.at[i];
        if (i + 2 < line.length && (unsigned char)c == 0xe2 && (unsigned char)line.at[i + 1] == 0x94) {
            unsigned char last = (unsigned char)line.at[i + 2];
            c = last == 0x84 ? '-' : last == 0x8a ? ':' : '|';
            i += 2;
        }
        room[length++] = c;
    }
    return (struct text){room, length};
}

enum counts { COUNTS_UNKNOWN, COUNTS_BYTES, COUNTS_BITS };

struct screen {
    struct dstat dstat;
    enum counts counts;
    bool dool;  // by its drawing, or by a month's name in a stamp
    struct text titles[GROUPS_MOST];
    size_t title_count;
    struct text title_line;     // as it was printed
    char kept[2048];            // what the titles point into
    bool names_next;            // the line before had the titles
    size_t group[GROUPS_MOST];  // number of columns of each group
    size_t group_count;
    char names[2048];  // the last line of names: the same one again is no new run
    size_t names_length;
};

// The next title; blanks are between them, or dool's bars.
static struct text cut_title(struct text *rest) {
    while (text_starts(*rest, " ") || text_starts(*rest, "|")) *rest = text_skip(*rest, 1);
    size_t end = 0;
    while (end < rest->length && rest->at[end] != ' ' && rest->at[end] != '|') end++;
    struct text title = text_head(*rest, end);
    *rest = text_skip(*rest, end);
    return title;
}

static struct text without_dashes(struct text title) {
    title = text_trim(title);
    while (text_starts(title, "-")) title = text_skip(title, 1);
    while (text_ends(title, "-")) title.length--;
    return title;
}

static bool is_device(struct text title) {
    return text_starts(title, "dsk/") || text_starts(title, "net/") || text_starts(title, "io/");
}

// "----system---- --total-cpu-usage-- -dsk/total-"; no dash is left around a name as wide as its columns
// ("dsk/nvme0n1", "async").
static bool is_titles(struct text line) {
    struct text rest = text_trim(line);
    bool dashes = false;
    for (struct text title = cut_title(&rest); title.length > 0; title = cut_title(&rest)) {
        double number;
        char suffix;
        if (without_dashes(title).length == 0 || text_has(title, ":") || text_has(title, ",")) return false;
        if (fields_number(title, &number, &suffix)) return false;
        dashes = dashes || is_device(title) || (text_starts(title, "-") && text_ends(title, "-"));
    }
    if (!dashes) return false;
    return text_has(line, "cpu-usage") || text_has(line, "total-usage") || text_has(line, "dsk/") ||
           text_has(line, "memory-usage") || text_has(line, "net/") || text_has(line, "system") ||
           text_has(line, "epoch") || text_has(line, "io/") || text_has(line, "procs");
}

static void take_titles(struct screen *screen, struct text line) {
    size_t length = line.length < sizeof screen->kept ? line.length : sizeof screen->kept;
    memcpy(screen->kept, line.at, length);
    struct text rest = {screen->kept, length};
    screen->title_line = rest;
    screen->names_next = true;
    screen->title_count = 0;
    for (struct text word = cut_title(&rest); word.length > 0; word = cut_title(&rest)) {
        if (screen->title_count == GROUPS_MOST) return;
        screen->titles[screen->title_count++] = without_dashes(word);
    }
}

// Cuts the next group off the line; groups end at '|' or ':', but the clock's colons are within one.
static struct text cut_group(struct text *rest, bool stamp) {
    size_t end = 0;
    while (end < rest->length && rest->at[end] != '|' && (stamp || rest->at[end] != ':')) end++;
    struct text group = text_head(*rest, end);
    *rest = end < rest->length ? text_skip(*rest, end + 1) : (struct text){NULL, 0};
    return group;
}

// A line without numbers that follows the titles, or has as many groups as they are.
static bool is_names(const struct screen *screen, struct text line) {
    if (screen->title_count == 0) return false;
    size_t groups = 0;
    for (struct text rest = line; rest.at != NULL; groups++) {
        struct text group = cut_group(&rest, false);
        struct fields words;
        double number;
        fields_split(group, &words);
        for (size_t i = 0; i < words.count; i++)
            if (text_number(words.at[i], &number)) return false;
    }
    return groups == screen->title_count || screen->names_next;
}

static void add_group(struct screen *screen, struct text title, struct text names) {
    struct fields words;
    if (screen->group_count == GROUPS_MOST) return;
    fields_split(names, &words);
    for (size_t i = 0; i < words.count; i++) dstat_columns_add(&screen->dstat, title, words.at[i]);
    screen->group[screen->group_count++] = words.count;
}

static char char_at(struct text text, size_t at) { return at < text.length ? text.at[at] : ' '; }

// Titles and names have the same width. Titles of several devices are joined by a dash where dstat paints them in
// colours ("--dsk/sda-----dsk/sdb--"): only the names show where one ends. dool parts the names by a blank: there
// only the titles do.
static void take_groups_by_place(struct screen *screen, struct text line) {
    size_t start = 0;
    for (size_t i = 0; i <= line.length; i++) {
        char title = char_at(screen->title_line, i);
        bool between = i < screen->title_line.length && (title == ' ' || title == '|');
        bool ends = i == line.length || line.at[i] == '|' || line.at[i] == ':' || (between && line.at[i] == ' ');
        if (!ends) continue;
        struct text names = {line.at + start, i - start};
        struct text above = text_head(text_skip(screen->title_line, start), i - start);
        // The blanks around a title that stands apart from its columns are no group.
        if (text_trim(names).length > 0) add_group(screen, without_dashes(above), names);
        start = i + 1;
    }
}

static size_t groups_of(struct text line) {
    size_t groups = 0;
    for (struct text rest = line; rest.at != NULL; groups++) cut_group(&rest, false);
    return groups;
}

static void take_names(struct screen *screen, struct text line) {
    struct dstat *dstat = &screen->dstat;
    size_t length = line.length < sizeof screen->names ? line.length : sizeof screen->names;
    bool same = length == screen->names_length && memcmp(screen->names, line.at, length) == 0;
    screen->names_next = false;
    if (same && dstat->count > 0) return;
    memcpy(screen->names, line.at, length);
    screen->names_length = length;
    dstat_columns_begin(dstat);
    for (size_t i = 0; i < screen->title_count; i++)
        if (text_equal(screen->titles[i], "total-usage")) dstat->pcp = true;
    screen->group_count = 0;
    if (groups_of(line) != screen->title_count) {
        take_groups_by_place(screen, line);
    } else {
        struct text rest = line;
        for (size_t i = 0; i < screen->title_count; i++) add_group(screen, screen->titles[i], cut_group(&rest, false));
    }
    dstat->skip_boot = !dstat->pcp && !dstat->any;
}

static double thousands(char suffix) {
    return suffix == 'k' || suffix == 'K' ? 1e3 : suffix == 'M' ? 1e6 : suffix == 'G' ? 1e9 : suffix == 'B' ? 1 : NAN;
}

// "55M" is mebibytes where bytes are counted, and a million of anything else; "0 " is none.
static double value_of(const struct screen *screen, const struct dstat_column *column, struct text word) {
    double value = NAN;
    char suffix = '\0';
    if (!fields_number(word, &value, &suffix)) return NAN;
    bool bytes = column->unit == UNIT_KIB || column->unit == UNIT_KIB_PER_S;
    if (!bytes) return suffix == '\0' ? value : value * thousands(suffix);
    if (screen->counts == COUNTS_BITS && dstat_may_count_bits(column))
        return value * (suffix == 'b' || suffix == '\0' ? 1 : thousands(suffix)) / 8 / 1024;
    double kib = suffix == '\0' ? 1.0 / 1024 : fields_kib(suffix);
    return kib > 0 ? value * kib : NAN;
}

// Rows above the first cell that shows bits were read as bytes. A cell has room for four digits: what was read as
// 10000 KiB or more had an M behind it, and so on.
static double bits_after_all(double kib) {
    double k = 1024;
    if (kib < 10 * k) return kib * 1e3 / 8 / k;
    return kib < 10 * k * k ? kib / k * 1e6 / 8 / k : kib / k / k * 1e9 / 8 / k;
}

static void convert_rows_above(struct screen *screen) {
    struct source *source = screen->dstat.source;
    for (size_t t = 0; t < source->table_count; t++) {
        struct table *table = &source->tables[t];
        for (size_t c = 0; c < table->column_count; c++) {
            struct dstat_column column = {.used = true, .quantity = table->columns[c].quantity};
            if (!dstat_may_count_bits(&column)) continue;
            double *values = table->columns[c].values;
            for (size_t row = 0; row < table->row_count; row++) values[row] = bits_after_all(values[row]);
        }
    }
}

// "480b" is bits, "480B" bytes; "12k" may be either.
static void see_unit(struct screen *screen, const struct dstat_column *column, struct text word, uint32_t line) {
    double value;
    char suffix = '\0';
    if (!dstat_may_count_bits(column) || !fields_number(word, &value, &suffix)) return;
    if (suffix == 'B') screen->counts = COUNTS_BYTES;
    if (suffix != 'b' || screen->counts == COUNTS_BITS) return;
    if (screen->counts == COUNTS_UNKNOWN) convert_rows_above(screen);
    screen->counts = COUNTS_BITS;
    source_problem(screen->dstat.source, line, SEVERITY_INFO,
                   tr("cells end in b: dsk and net count bits here, they are read as such"));
}

struct cell {
    size_t column;
    struct text word;
};

static void take_row(struct screen *screen, struct text line, uint32_t number) {
    struct dstat *dstat = &screen->dstat;
    struct cell cells[DSTAT_COLUMNS_MOST];
    size_t count = 0;
    size_t first = 0;
    millis at = (millis)dstat->source->reports;
    struct text rest = line;
    for (size_t i = 0; i < screen->group_count; i++) {
        if (rest.at == NULL) break;
        bool stamp = screen->group[i] > 0 && first < dstat->count && dstat->columns[first].stamp;
        struct text group = cut_group(&rest, stamp);
        struct fields words;
        fields_split(group, &words);
        if (stamp && words.count > 0 && words.at[0].at[0] >= 'A') screen->dool = true;
        if (stamp && !dstat_stamp(dstat, group, &at)) {
            source_skip(dstat->source, number, tr("a row without its time"));
            return;
        }
        // A group that has nothing to say is blank.
        for (size_t k = 0; !stamp && words.count == screen->group[i] && k < words.count; k++) {
            if (first + k >= dstat->count || count == DSTAT_COLUMNS_MOST) break;
            cells[count++] = (struct cell){first + k, words.at[k]};
        }
        first += screen->group[i];
    }
    double interval = 0;
    if (first < dstat->count || rest.at != NULL) {
        source_skip(dstat->source, number, tr("a row with another number of values than its header has columns"));
        return;
    }
    for (size_t i = 0; i < count; i++) see_unit(screen, &dstat->columns[cells[i].column], cells[i].word, number);
    if (!dstat_row(dstat, at, number, &interval)) return;
    for (size_t i = 0; i < count; i++) {
        const struct dstat_column *column = &dstat->columns[cells[i].column];
        dstat_store(dstat, column, at, interval, number, value_of(screen, column, cells[i].word));
    }
}

// Whether dool counts bits depends on its version and on --bytes.
static void say_unit_is_open(const struct screen *screen) {
    bool any = false;
    for (size_t i = 0; i < screen->dstat.count; i++) any = any || dstat_may_count_bits(&screen->dstat.columns[i]);
    if (!screen->dool || !any || screen->counts != COUNTS_UNKNOWN) return;
    source_problem(screen->dstat.source, 0, SEVERITY_WARNING,
                   tr("dool may count dsk and net in bits, and no cell ends in b or B: they are read as bytes"));
}

void dstat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source) {
    (void)options;
    struct screen screen = {.dstat = {.source = source}};
    char room[LINE_MOST];
    struct text line;
    while (lines_next(lines, &line)) {
        uint32_t number = lines_number(lines);
        screen.dool = screen.dool || text_has(line, "\xe2\x94");
        line = plain_line(line, room);
        if (text_trim(line).length == 0) continue;
        if (line.length > LINE_MOST)
            source_skip(source, number, tr("not a line of dstat"));
        else if (is_titles(line))
            take_titles(&screen, line);
        else if (is_names(&screen, line))
            take_names(&screen, line);
        else if (screen.dstat.count == 0)
            source_skip(source, number, tr("before any header"));
        else if (lines_unended(lines))
            source_skip(source, number, tr("the file ends in this line: not used"));
        else
            take_row(&screen, line, number);
    }
    say_unit_is_open(&screen);
    if (source->clock == CLOCK_NONE && source->reports > 0)
        source_problem(source, 0, SEVERITY_WARNING,
                       tr("the rows print no time (dstat -t would): their order is all that is known"));
    if (source->reports > 0) return;
    source->refused = true;
    source_problem(source, 0, SEVERITY_CRITICAL, tr("no row of dstat in this log"));
}

// The names of a group that dstat shows without being asked for more.
static bool has_known_names(struct text line) {
    static const char *const known[] = {"usr",   "read", "recv", "used", "time", "date/time",
                                        "epoch", "int",  "in",   "run",  "1m",   "util"};
    for (struct text rest = line; rest.at != NULL;) {
        struct fields words;
        fields_split(cut_group(&rest, false), &words);
        for (size_t i = 0; i < sizeof known / sizeof *known && words.count > 0; i++)
            if (text_equal(words.at[0], known[i])) return true;
    }
    return false;
}

int dstat_text_bid(struct text head, bool whole) {
    (void)whole;
    bool titles = false;
    bool devices = false;
    char room[LINE_MOST];
    for (struct text rest = head; rest.at != NULL;) {
        struct text line = text_cut(&rest, '\n');
        if (line.length > LINE_MOST) continue;
        line = plain_line(line, room);
        // The names must follow: anybody may write dashes.
        if (titles && (text_has(line, "|") || (devices && text_has(line, ":"))) && has_known_names(line))
            return BID_SURE;
        titles = is_titles(line);
        devices = text_has(line, "dsk/") || text_has(line, "net/") || text_has(line, "cpu0-usage");
    }
    return BID_NONE;
}

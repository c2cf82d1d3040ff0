#include "parsers/sysstat_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/lang.h"
#include "parsers/merged.h"
#include "parsers/sysstat_clock.h"
#include "parsers/sysstat_fields.h"

enum { COLUMNS_MOST = 48, TABLES_KEPT = 64, RESTARTS_MOST = 1000, OWNERS_MOST = 256, NO_KEY = -1 };

// One table: what its header said, and how far its rows have come.
struct section {
    enum sysstat_subject subject;
    size_t words;  // of a row, without the time
    int key;       // number of the word that tells rows apart, NO_KEY if there is none
    size_t columns;
    size_t word[COLUMNS_MOST];
    struct sysstat_field fields[COLUMNS_MOST];
    millis before, now;  // the interval of the rows
    bool any;
};

// The table whose column a quantity of the host is: retrans/s of TCP is not that of NFS. The first one keeps the name.
struct owner {
    uint32_t quantity, table;  // hashes
};

struct reading {
    struct source *source;
    struct sysstat_clock clock;
    struct section section;
    const char *tool;
    uint32_t tables[TABLES_KEPT];  // hashes of the headers since the banner
    size_t table_count;
    struct owner owners[OWNERS_MOST];
    size_t owner_count;
    millis latest;
    bool any_report;
    // Where sar printed no times (9.1.5 in Korean): the number of the report, and the key of its first row.
    int64_t ordinal;
    char first_key[SYSSTAT_ENTITY_MOST];
};

// ── headers ─────────────────────────────────────────────────────────────────

// Names only, and at least one that a table of sysstat prints.
static bool is_header(const struct fields *words, size_t from) {
    if (words->count <= from) return false;
    bool known = false;
    for (size_t i = from; i < words->count; i++) {
        double value;
        char suffix;
        struct text word = words->at[i];
        if (fields_number(word, &value, &suffix)) return false;
        known = known || text_ends(word, "/s") || text_starts(word, "%") || text_starts(word, "kb") ||
                text_equal(word, "runq-sz") || text_ends(word, "sck") || text_equal(word, "dentunusd") ||
                sysstat_subject_of(word) != SYSSTAT_HOST;
    }
    return known;
}

static uint32_t hash_of_words(const struct fields *words, size_t from) {
    uint32_t hash = 2166136261u;
    for (size_t i = from; i < words->count; i++) {
        for (size_t k = 0; k < words->at[i].length; k++) hash = (hash ^ (unsigned char)words->at[i].at[k]) * 16777619u;
        hash = (hash ^ ' ') * 16777619u;
    }
    return hash;
}

static bool is_new_table(struct reading *reading, uint32_t hash) {
    for (size_t i = 0; i < reading->table_count; i++)
        if (reading->tables[i] == hash) return false;
    if (reading->table_count < TABLES_KEPT) reading->tables[reading->table_count++] = hash;
    return true;
}

// Only the table of the CPUs' time is used; interrupts, clocks and queues of CPUs are not.
static bool is_cpu_time(const struct fields *words) { return fields_find(words, "%idle") != SIZE_MAX; }

static uint32_t hash_of_name(const char *name) {
    uint32_t hash = 2166136261u;
    for (; *name != '\0'; name++) hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

static bool owns(struct reading *reading, const char *quantity, uint32_t table) {
    uint32_t hash = hash_of_name(quantity);
    for (size_t i = 0; i < reading->owner_count; i++)
        if (reading->owners[i].quantity == hash) return reading->owners[i].table == table;
    if (reading->owner_count == OWNERS_MOST) return false;
    reading->owners[reading->owner_count++] = (struct owner){.quantity = hash, .table = table};
    return true;
}

static void take_columns(struct reading *reading, const struct fields *words, size_t from, uint32_t table) {
    struct section *section = &reading->section;
    section->key = NO_KEY;
    section->subject = SYSSTAT_HOST;
    section->words = words->count - from;
    section->columns = 0;
    for (size_t i = from; i < words->count; i++) {
        enum sysstat_subject subject = sysstat_subject_of(words->at[i]);
        if (subject == SYSSTAT_HOST) continue;
        section->subject = subject;
        section->key = (int)(i - from);
        break;
    }
    if (section->subject == SYSSTAT_CPU && !is_cpu_time(words)) section->subject = SYSSTAT_IGNORED;
    if (section->subject == SYSSTAT_IGNORED) return;
    for (size_t i = from; i < words->count && section->columns < COLUMNS_MOST; i++) {
        if ((int)(i - from) == section->key) continue;
        if (!sysstat_field_find(section->subject, words->at[i], &section->fields[section->columns])) continue;
        if (section->subject == SYSSTAT_HOST && !owns(reading, section->fields[section->columns].quantity, table))
            continue;
        section->word[section->columns++] = i - from;
    }
    if (section->columns == 0) section->subject = SYSSTAT_IGNORED;
}

static void take_header(struct reading *reading, const struct fields *words, const struct sysstat_time *time,
                        uint32_t line) {
    uint32_t table = hash_of_words(words, time->words);
    bool is_new = is_new_table(reading, table);
    take_columns(reading, words, time->words, table);
    struct section *section = &reading->section;
    section->before = section->now =
        sysstat_clock_at(&reading->clock, time, is_new ? SYSSTAT_NEW_HEADER : SYSSTAT_HEADER, line);
    section->any = true;
}

// ── rows ────────────────────────────────────────────────────────────────────

// The rows of a table with one time are one report; tables that show the same time belong to one.
static void take_time(struct reading *reading, const struct sysstat_time *time, uint32_t line) {
    struct section *section = &reading->section;
    millis at = sysstat_clock_at(&reading->clock, time, SYSSTAT_ROW, line);
    if (!section->any || at != section->now) {
        section->before = section->any ? section->now : at;
        section->now = at;
        section->any = true;
    }
    if (reading->any_report && at <= reading->latest) return;
    reading->latest = at;
    reading->any_report = true;
    reading->source->reports++;
}

static void take_row(struct reading *reading, const struct fields *words, size_t from, uint32_t line) {
    struct section *section = &reading->section;
    char room[SYSSTAT_ENTITY_MOST];
    struct text entity = TEXT("host");
    if (section->key != NO_KEY &&
        !sysstat_entity(section->subject, words->at[from + (size_t)section->key], room, &entity)) {
        source_skip(reading->source, line, tr("not a row of %s"), reading->tool);
        return;
    }
    double values[COLUMNS_MOST];
    size_t present = 0;
    for (size_t i = 0; i < section->columns; i++) {
        values[i] = sysstat_value(&section->fields[i], words->at[from + section->word[i]]);
        present += !isnan(values[i]);
    }
    if (present == 0) {
        source_skip(reading->source, line, tr("not a row of %s"), reading->tool);
        return;
    }
    const char *doubt =
        section->subject == SYSSTAT_DISK ? sysstat_disk_doubt(section->fields, values, section->columns) : NULL;
    if (doubt != NULL) {
        source_problem(reading->source, line, SEVERITY_WARNING, "%s", doubt);
        return;
    }
    double interval = section->now > section->before ? (double)(section->now - section->before) / 1000.0 : 0;
    struct table *table = source_table(reading->source, entity, sysstat_entity_kind(section->subject));
    size_t row = merged_row(table, section->now, interval, line, section->fields[0].quantity);
    for (size_t i = 0; i < section->columns; i++) {
        const struct sysstat_field *field = &section->fields[i];
        merged_set(reading->source, table, row, field->quantity, field->unit, field->kind, values[i]);
    }
}

// ── whose lines they are ────────────────────────────────────────────────────

// mpstat prints %irq before %steal, sar -u ALL behind it; old mpstat says %user, but %irq too.
static enum sysstat_tool tool_of_cpu(const struct fields *words) {
    size_t irq = fields_find(words, "%irq");
    size_t steal = fields_find(words, "%steal");
    if (irq != SIZE_MAX && (steal == SIZE_MAX || irq < steal)) return SYSSTAT_MPSTAT;
    return SYSSTAT_SAR;
}

// Whose header these names are.
static enum sysstat_tool tool_of_header(const struct fields *words, size_t from) {
    if (!is_header(words, from)) return SYSSTAT_NOBODY;
    // iostat's table behind a time that another program put before each line.
    if (text_equal(words->at[from], "Device") || text_equal(words->at[from], "Device:")) return SYSSTAT_NOBODY;
    if (fields_find(words, "PID") != SIZE_MAX || fields_find(words, "TGID") != SIZE_MAX) return SYSSTAT_PIDSTAT;
    if (fields_find(words, "CPU") != SIZE_MAX) return is_cpu_time(words) ? tool_of_cpu(words) : SYSSTAT_NOBODY;
    // A row of something else that begins with a time may have a word like "MB/s": the names must be sar's.
    static const char *const names[] = {"tps",       "rxpck/s",   "rxerr/s",   "pgpgin/s",  "pswpin/s",
                                        "kbmemfree", "kbswpfree", "rtps",      "runq-sz",   "proc/s",
                                        "call/s",    "totsck",    "dentunusd", "kbhugfree", "irec/s"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fields_find(words, names[i]) != SIZE_MAX) return SYSSTAT_SAR;
    return SYSSTAT_NOBODY;
}

enum sysstat_tool sysstat_text_tool(struct text line) {
    struct fields words;
    if (line.length > 1000) return SYSSTAT_NOBODY;
    fields_split(line, &words);
    if (words.count < 3) return SYSSTAT_NOBODY;
    if (text_equal(words.at[0], "#") && fields_find(&words, "PID") != SIZE_MAX &&
        fields_find(&words, "UID") != SIZE_MAX)
        return SYSSTAT_PIDSTAT;
    struct sysstat_time time = sysstat_time_read(&words);
    return time.words == 0 ? SYSSTAT_NOBODY : tool_of_header(&words, time.words);
}

// sar 9.1.5 in Korean leaves the column of the times empty: blanks, and "DEV" or the like as the first word.
static bool prints_no_times(struct text head) {
    bool found = false;
    while (head.at != NULL) {
        struct text line = text_cut(&head, '\n');
        struct fields words;
        if (line.length == 0 || line.length > 1000) continue;
        fields_split(line, &words);
        if (words.count < 3) continue;
        if (sysstat_time_read(&words).words > 0) return false;
        bool keyed = line.at[0] == ' ' && sysstat_subject_of(words.at[0]) != SYSSTAT_HOST;
        found = found || (keyed && tool_of_header(&words, 0) == SYSSTAT_SAR);
    }
    return found;
}

// ── lines ───────────────────────────────────────────────────────────────────

// "Average:", "Moyenne :", "平均时间:": no data.
static bool is_average(const struct fields *words) {
    for (size_t i = 0; i < 2 && i < words->count; i++)
        if (text_ends(words->at[i], ":") || text_ends(words->at[i], "：")) return true;
    return false;
}

static bool is_restart(const struct fields *words, size_t from) {
    return words->count >= from + 2 && text_equal(words->at[from], "LINUX") &&
           text_equal(words->at[from + 1], "RESTART");
}

static void take_restart(struct reading *reading, const struct sysstat_time *time, uint32_t line) {
    millis at = sysstat_clock_at(&reading->clock, time, SYSSTAT_RESTART, line);
    // Each table of a replayed file tells of the restart again.
    bool told = reading->source->event_count >= RESTARTS_MOST;
    for (size_t i = 0; i < reading->source->event_count && !told; i++) told = reading->source->events[i].time == at;
    reading->section.before = reading->section.now = at;
    if (told) return;
    source_event(reading->source, at, line, EVENT_REBOOT, TEXT(""), TEXT("LINUX RESTART"), NAN);
}

static void take_timed(struct reading *reading, const struct fields *words, const struct sysstat_time *time,
                       uint32_t line, bool cut) {
    const struct section *section = &reading->section;
    size_t from = time->words;
    if (is_restart(words, from)) {
        take_restart(reading, time, line);
    } else if (is_header(words, from)) {
        if (!cut) take_header(reading, words, time, line);
    } else if (section->subject == SYSSTAT_IGNORED && section->words > 0) {
        return;
    } else if (words->count - from != section->words || section->words == 0 || cut) {
        source_skip(reading->source, line,
                    cut                   ? tr("the file ends in this line: not used")
                    : section->words == 0 ? tr("before any header")
                                          : tr("a row with another number of values than its header has columns"));
    } else {
        take_time(reading, time, line);
        take_row(reading, words, from, line);
    }
}

// Each header, and each row of the device that came first, begins a report.
static void take_untimed(struct reading *reading, const struct fields *words, uint32_t line, bool cut) {
    struct section *section = &reading->section;
    bool header = is_header(words, 0);
    struct text key = section->key == NO_KEY || header ? (struct text){"", 0} : words->at[section->key];
    bool first = reading->first_key[0] == '\0';
    if (header || text_equal(key, reading->first_key)) reading->ordinal++;
    if (header)
        reading->first_key[0] = '\0';
    else if (first && key.length < sizeof reading->first_key)
        snprintf(reading->first_key, sizeof reading->first_key, "%.*s", (int)key.length, key.at);
    struct sysstat_time time = {.epoch = true, .second = reading->ordinal};
    take_timed(reading, words, &time, line, cut);
}

static void take_line(struct reading *reading, struct text line, uint32_t number, bool cut) {
    struct fields words;
    fields_split(line, &words);
    if (words.count == 0) return;
    struct sysstat_time time = sysstat_time_read(&words);
    bool untimed = reading->clock.untimed && line.at[0] == ' ';
    if (untimed && (is_header(&words, 0) || words.count == reading->section.words)) {
        take_untimed(reading, &words, number, cut);
    } else if (time.words > 0 && !reading->clock.untimed) {
        take_timed(reading, &words, &time, number, cut);
    } else if (sysstat_clock_banner(&reading->clock, line, number)) {
        reading->table_count = 0;
        reading->section = (struct section){0};
        if (reading->any_report) reading->latest = MILLIS_NONE;
    } else if (is_average(&words)) {
        sysstat_clock_rewind(&reading->clock);
    } else {
        source_skip(reading->source, number, tr("not a line of %s"), reading->tool);
    }
}

void sysstat_text_parse(struct lines *lines, const struct parse_options *options, struct source *source,
                        const char *tool) {
    struct reading reading = {.source = source, .tool = tool};
    sysstat_clock_begin(&reading.clock, source, options->date_order);
    reading.clock.untimed = prints_no_times(lines_peek(lines));
    struct text line;
    while (lines_next(lines, &line)) take_line(&reading, line, lines_number(lines), lines_unended(lines));
    sysstat_clock_finish(&reading.clock);
    if (source->reports > 0) return;
    source->refused = true;
    source_problem(source, 0, SEVERITY_CRITICAL, tr("no row of %s in this log"), tool);
}

// ── bids ────────────────────────────────────────────────────────────────────

int sysstat_text_bid(struct text head, enum sysstat_tool tool) {
    for (struct text rest = head; rest.at != NULL;) {
        enum sysstat_tool found = sysstat_text_tool(text_cut(&rest, '\n'));
        if (found == tool) return BID_SURE;
        // sar -A of a log that begins with tables of no use, and mpstat -A, show theirs first.
        if (found != SYSSTAT_NOBODY) return BID_NONE;
    }
    return tool == SYSSTAT_SAR && prints_no_times(head) ? BID_LIKELY : BID_NONE;
}
